"""The rules of the loop as pages: routes with a trial, limits, categories, the calendar, demands."""

from calendar import Calendar
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yanzhen.accounts.enums import Action
from yanzhen.accounts.http import UserRequest
from yanzhen.accounts.rules import may
from yanzhen.cases import rulebook, rulemaking
from yanzhen.cases.enums import MoveName, Severity
from yanzhen.cases.errors import (
    CategoryCodeMalformed,
    CategoryCodeTaken,
    CategoryTooDeep,
    LimitOutOfRange,
    NameMissing,
    PolicyKeyTaken,
    UnitClosed,
    WordsMissing,
)
from yanzhen.cases.forms.rulemaking import (
    CategoryForm,
    DayForm,
    DemandForm,
    NewCategoryForm,
    PolicyForm,
    RouteForm,
    RuleForm,
    TrialForm,
)
from yanzhen.cases.models import CalendarDay, Category, ClockPolicy, MoveDemand, RoutingRule
from yanzhen.cases.queries.facets import category_options
from yanzhen.cases.routing import try_rules
from yanzhen.core.errors import Refused, require
from yanzhen.core.htmx import SeeOther
from yanzhen.core.time import (
    FIRST_YEAR,
    KNOWN_YEARS,
    LAST_YEAR,
    city_day,
    is_public_working_day,
)
from yanzhen.places.queries import area_label

FIELDS: Final[dict[type[Refused], str]] = {
    CategoryCodeMalformed: "code",
    CategoryCodeTaken: "code",
    CategoryTooDeep: "parent",
    LimitOutOfRange: "rectify",
    NameMissing: "name",
    PolicyKeyTaken: "category",
    UnitClosed: "unit",
    WordsMissing: "reason",
}
"""Beside which field of a rule's form a refusal stands."""


def _enter(request: UserRequest) -> tuple[datetime, date]:
    """Let in who may make rules somewhere; the operation asks for where exactly."""
    now = timezone.now()
    require(may(request.user, Action.SETTINGS_EDIT, on=city_day(now)))
    return now, city_day(now)


def _saved(form: RuleForm, write: Callable[[], object]) -> bool:
    """Write a good form; a refusal stands beside its field."""
    if not form.is_valid():
        return False
    try:
        write()
    except tuple(FIELDS) as refusal:
        place = FIELDS[type(refusal)]
        form.add_error(place if place in form.fields else None, str(refusal))
        return False
    return True


def _form(request: UserRequest, form: RuleForm, title: str, back: str, **more: Any) -> HttpResponse:
    context = {"form": form, "title": title, "back": reverse(back), **more}
    status = 422 if form.errors else 200
    return render(request, "cases/rule_form.html", context, status=status)


def _done(request: UserRequest, words: str, to: str) -> HttpResponse:
    messages.success(request, words)
    return SeeOther(reverse(to))


# --- Routes ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RouteRow:
    """One route in the list, with its area in words."""

    rule: RoutingRule
    area: str


@require_safe
def routes(request: UserRequest) -> HttpResponse:
    """All routes in the order in which they are tried, and a trial that changes nothing."""
    _now, on = _enter(request)
    rules = RoutingRule.objects.select_related("category", "site_type", "unit")
    is_tried = any(request.GET.get(name) for name in ("category", "site_type", "site", "area"))
    form = TrialForm(
        request.GET if is_tried else None,
        categories=category_options(),
        user=request.user,
        on=on,
    )
    trials = try_rules(**form.cleaned_data, on=on) if is_tried and form.is_valid() else []
    context = {
        "rows": [
            RouteRow(rule, area_label(rule.area_id) if rule.area_id else "")
            for rule in rules.order_by("-is_active", "sort", "pk")
        ],
        "form": form,
        "trials": trials,
        "winner": next((one for one in trials if one.fits), None),
        "is_tried": is_tried and form.is_valid(),
    }
    status = 422 if is_tried and form.errors else 200
    return render(request, "cases/routes.html", context, status=status)


@require_http_methods(["GET", "POST"])
def route_new(request: UserRequest) -> HttpResponse:
    """Say where some cases go."""
    now, on = _enter(request)
    form = RouteForm(request.POST or None, user=request.user, on=on, categories=category_options())
    if request.method == "POST" and _saved(
        form,
        lambda: rulemaking.add_route(
            draft=form.draft(),
            actor=request.user,
            now=now,
            client_id=form.cleaned_data["client_id"],
        ),
    ):
        return _done(request, _("规则已添加。"), "cases:rules")
    return _form(request, form, _("添加派单规则"), "cases:rules")


@require_http_methods(["GET", "POST"])
def route(request: UserRequest, pk: int) -> HttpResponse:
    """Change where some cases go, or switch the rule off."""
    now, on = _enter(request)
    rule = get_object_or_404(RoutingRule.objects.select_related("unit"), pk=pk)
    form = RouteForm(
        request.POST or None,
        user=request.user,
        on=on,
        categories=category_options(),
        initial=RouteForm.initial_of(rule),
    )
    if request.method == "POST" and _saved(
        form,
        lambda: rulemaking.change_route(
            rule_id=rule.pk,
            draft=form.draft(),
            actor=request.user,
            now=now,
            client_id=form.cleaned_data["client_id"],
        ),
    ):
        return _done(request, _("规则已改好。"), "cases:rules")
    return _form(request, form, _("改派单规则"), "cases:rules")


# --- Limits ---------------------------------------------------------------------------------------


@require_safe
def limits(request: UserRequest) -> HttpResponse:
    """All time limits; the closest fit wins."""
    _enter(request)
    policies = ClockPolicy.objects.select_related("category", "site_type")
    context = {"policies": policies.order_by("-is_active", "category__sort", "site_type", "pk")}
    return render(request, "cases/limits.html", context)


@require_http_methods(["GET", "POST"])
def limit_new(request: UserRequest) -> HttpResponse:
    """Set a limit."""
    now, _on = _enter(request)
    form = PolicyForm(request.POST or None, categories=category_options())
    if request.method == "POST" and _saved(
        form,
        lambda: rulemaking.add_policy(
            draft=form.draft(),
            actor=request.user,
            now=now,
            client_id=form.cleaned_data["client_id"],
        ),
    ):
        return _done(request, _("时限规则已添加。"), "cases:limits")
    return _form(request, form, _("添加时限规则"), "cases:limits")


@require_http_methods(["GET", "POST"])
def limit(request: UserRequest, pk: int) -> HttpResponse:
    """Change a limit; clocks that run keep their times."""
    now, _on = _enter(request)
    policy = get_object_or_404(ClockPolicy, pk=pk)
    form = PolicyForm(
        request.POST or None, categories=category_options(), initial=PolicyForm.initial_of(policy)
    )
    if request.method == "POST" and _saved(
        form,
        lambda: rulemaking.change_policy(
            policy_id=policy.pk,
            draft=form.draft(),
            actor=request.user,
            now=now,
            client_id=form.cleaned_data["client_id"],
        ),
    ):
        return _done(request, _("时限规则已改好；正在走的时限不变。"), "cases:limits")
    return _form(request, form, _("改时限规则"), "cases:limits")


# --- Categories -----------------------------------------------------------------------------------


@require_safe
def categories(request: UserRequest) -> HttpResponse:
    """The tree of categories."""
    _enter(request)
    rows = {row.code: row for row in Category.objects.order_by("sort", "code")}
    children: dict[str | None, list[Category]] = {}
    for row in rows.values():
        children.setdefault(row.parent_id, []).append(row)
    context = {"rows": _flat(children, None, 0)}
    return render(request, "cases/categories.html", context)


def _flat(
    children: dict[str | None, list[Category]], parent: str | None, depth: int
) -> list[tuple[int, Category]]:
    found = []
    for row in children.get(parent, []):
        found += [(depth, row), *_flat(children, row.code, depth + 1)]
    return found


@require_http_methods(["GET", "POST"])
def category_new(request: UserRequest) -> HttpResponse:
    """Add a kind of problem."""
    now, _on = _enter(request)
    first = {"parent": request.GET.get("parent", ""), "severity": Severity.NORMAL}
    form = NewCategoryForm(request.POST or None, categories=category_options(), initial=first)
    if request.method == "POST" and _saved(
        form,
        lambda: rulemaking.add_category(
            code=form.cleaned_data["code"],
            draft=form.draft(),
            actor=request.user,
            now=now,
            client_id=form.cleaned_data["client_id"],
        ),
    ):
        return _done(request, _("类别已添加。"), "cases:categories")
    return _form(request, form, _("添加类别"), "cases:categories")


@require_http_methods(["GET", "POST"])
def category(request: UserRequest, code: str) -> HttpResponse:
    """Rename, move or close a kind of problem."""
    now, _on = _enter(request)
    row = get_object_or_404(Category, code=code)
    form = CategoryForm(
        request.POST or None,
        categories=[one for one in category_options() if one.value != row.code],
        initial=CategoryForm.initial_of(row),
    )
    if request.method == "POST" and _saved(
        form,
        lambda: rulemaking.change_category(
            category_id=row.pk,
            draft=form.draft(),
            actor=request.user,
            now=now,
            client_id=form.cleaned_data["client_id"],
        ),
    ):
        return _done(request, _("类别已改好。"), "cases:categories")
    return _form(request, form, _("改类别 %(code)s") % {"code": row.code}, "cases:categories")


# --- The calendar ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a month: whether it is worked, and whose word that is."""

    on: date
    is_working: bool
    own: CalendarDay | None
    says: str
    is_today: bool


@require_safe
def calendar(request: UserRequest) -> HttpResponse:
    """A month of the city's calendar, the state's holidays and the city's own word in it."""
    _now, today = _enter(request)
    first = _month(request.GET.get("month", ""), today)
    after = (first + timedelta(days=32)).replace(day=1)
    own = {row.day: row for row in CalendarDay.objects.filter(day__gte=first, day__lt=after)}
    work = rulebook.current().calendar

    def shown(on: date) -> Day | None:
        if on.month != first.month:
            return None
        return Day(on, work.is_working_day(on), own.get(on), _says(on, own), on == today)

    weeks = [
        [shown(on) for on in week]
        for week in Calendar().monthdatescalendar(first.year, first.month)
    ]
    context = {
        "first": first,
        "weeks": weeks,
        "earlier": (first - timedelta(days=1)).replace(day=1),
        "later": after,
        "hours": work.hours,
        "day_minutes": work.day_minutes,
        "is_known": first.year in KNOWN_YEARS,
    }
    return render(request, "cases/calendar.html", context)


def _month(text: str, today: date) -> date:
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return first if FIRST_YEAR < first.year < LAST_YEAR else today.replace(day=1)


def _says(day: date, own: dict[date, CalendarDay]) -> str:
    if day in own:
        return own[day].note or _("本市安排")
    is_weekend = day.weekday() >= SATURDAY
    is_working = is_public_working_day(day)
    if is_working and is_weekend:
        return _("调休上班")
    return _("节假日") if not is_working and not is_weekend else ""


SATURDAY: Final = 5


@require_http_methods(["GET", "POST"])
def day(request: UserRequest, on: str) -> HttpResponse:
    """The city's own word on one day."""
    now, _today = _enter(request)
    try:
        chosen = date.fromisoformat(on)
    except ValueError:
        raise Http404 from None
    row = CalendarDay.objects.filter(day=chosen).first()
    is_working = row.is_working if row else not is_public_working_day(chosen)
    form = DayForm(
        request.POST or None,
        initial={"is_working": "yes" if is_working else "no", "note": row.note if row else ""},
    )
    if request.method == "POST" and _saved(
        form,
        lambda: rulemaking.set_day(
            day=chosen,
            is_working=form.cleaned_data["is_working"],
            note=form.cleaned_data["note"],
            actor=request.user,
            now=now,
            client_id=form.cleaned_data["client_id"],
        ),
    ):
        messages.success(request, _("已记下；正在走的时限不变，以后的按新的算。"))
        return SeeOther(f"{reverse('cases:calendar')}?month={chosen:%Y-%m}")
    clear = reverse("cases:day_clear", args=[on]) if row else ""
    title = _("%(day)s 上不上班") % {"day": chosen.isoformat()}
    return _form(request, form, title, "cases:calendar", clear=clear)


@require_POST
def day_clear(request: UserRequest, on: str) -> HttpResponse:
    """Let the state's calendar speak for a day again."""
    now, _today = _enter(request)
    try:
        chosen = date.fromisoformat(on)
    except ValueError:
        raise Http404 from None
    rulemaking.clear_day(day=chosen, actor=request.user, now=now)
    messages.success(request, _("已恢复按国家日历。"))
    return SeeOther(f"{reverse('cases:calendar')}?month={chosen:%Y-%m}")


# --- Demands --------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def demands(request: UserRequest) -> HttpResponse:
    """What the city asks for beyond the table of moves, and why."""
    now, _on = _enter(request)
    form = DemandForm(request.POST or None)
    if request.method == "POST" and _saved(form, lambda: _set_demand(form, request, now)):
        return _done(request, _("办理要求已记下。"), "cases:demands")
    rows: Sequence[MoveDemand] = list(MoveDemand.objects.order_by("move", "severity", "pk"))
    context = {"form": form, "rows": rows}
    return render(request, "cases/demands.html", context, status=422 if form.errors else 200)


def _set_demand(form: DemandForm, request: UserRequest, now: datetime) -> MoveDemand:
    given = dict(form.cleaned_data)
    return rulemaking.set_demand(actor=request.user, now=now, **given)


@require_POST
def demand_clear(request: UserRequest, pk: int) -> HttpResponse:
    """Ask for no more than the table does."""
    now, _on = _enter(request)
    row = get_object_or_404(MoveDemand, pk=pk)
    rulemaking.clear_demand(
        move=MoveName(row.move), severity=row.severity, actor=request.user, now=now
    )
    return _done(request, _("这条要求已去掉。"), "cases:demands")
