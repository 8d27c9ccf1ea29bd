"""Which cases go where: the routes in the order tried, and a trial that changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yanzhen.accounts.enums import Action
from yanzhen.accounts.http import UserRequest
from yanzhen.accounts.rules import area_scopes
from yanzhen.cases import clock, rulebook, rulemaking
from yanzhen.cases.enums import Severity
from yanzhen.cases.errors import NoClockPolicy
from yanzhen.cases.forms.rulemaking import RouteForm
from yanzhen.cases.forms.settings import ListForm, TryForm
from yanzhen.cases.models import Case, RoutingRule
from yanzhen.cases.queries.facets import category_options
from yanzhen.cases.routing import Clues, Route, Trial, try_rules
from yanzhen.cases.routing import route as route_by_rules
from yanzhen.cases.rulemaking import RouteDraft
from yanzhen.cases.rules import can_edit_rules
from yanzhen.cases.views.settings.entry import done, enter, form_page, written
from yanzhen.core.errors import require
from yanzhen.core.scope import covers
from yanzhen.core.time import city_day, city_midnight
from yanzhen.places.queries import area_label
from yanzhen.units.models import Unit

PAGE_ROWS: Final = 40


@dataclass(frozen=True, slots=True)
class RouteRow:
    """One route in the list, with its area in words."""

    rule: RoutingRule
    area: str
    can_edit: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rules make of a trial: the unit, and by when it would have to be done."""

    route: Route
    winner: Trial | None
    fitting: Sequence[Trial]
    others: Sequence[Trial]
    at: datetime
    severity: str
    due_at: datetime | None
    acknowledge_due_at: datetime | None
    note: str


@require_safe
def routes(request: UserRequest) -> HttpResponse:
    """The routes in the order in which they are tried, and a trial."""
    visit = enter(request)
    tops = area_scopes(request.user, Action.SETTINGS_EDIT, on=visit.on)
    wanted = ListForm(request.GET)
    rows = _rows(wanted, tops)
    paged: Page[RouteRow] = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    is_tried = "try" in request.GET
    form = TryForm(
        request.GET if is_tried else None,
        categories=category_options(),
        user=request.user,
        on=visit.on,
    )
    outcome = _outcome(form, visit.now) if is_tried and form.is_valid() else None
    context = {
        "rows": paged,
        "wanted": wanted,
        "is_filtered": wanted.is_asking(),
        "form": form,
        "outcome": outcome,
        "now": visit.now,
    }
    status = 422 if is_tried and form.errors else 200
    return render(request, "cases/settings/routes.html", context, status=status)


def _rows(wanted: ListForm, tops: Sequence[str]) -> list[RouteRow]:
    """The routes that fit what is asked for: those in use first, in the order tried. One query."""
    rules = RoutingRule.objects.select_related("category", "site_type", "unit")
    rows = (
        RouteRow(
            rule,
            area_label(rule.area_id) if rule.area_id else "",
            any(covers(top, rule.area_id or settings.YANZHEN_CITY_CODE) for top in tops),
        )
        for rule in rules.order_by("-is_active", "sort", "pk")
    )
    return [row for row in rows if wanted.takes(row.rule, row.area)]


def _outcome(form: TryForm, now: datetime) -> Outcome:
    """Hold what was typed against all rules, as if it were handed over on that day."""
    given: dict[str, Any] = dict(form.cleaned_data)
    on: date = given.pop("day") or city_day(now)
    site, category = given["site"], given["category"]
    type_code = site.type_id if site else given["site_type"].code if given["site_type"] else None
    area = given["area"].code if given["area"] else site.area_id if site else ""
    book = rulebook.current()
    clues = Clues(category.code if category else None, type_code, area, site)
    trials = try_rules(**given, on=on)
    severity = category.severity if category else Severity.NORMAL
    case = Case(category_id=clues.category, site_type_id=type_code, severity=severity)
    at = now if on == city_day(now) else _opening(on)
    note, due_at, acknowledge = "", None, None
    try:
        times = clock.due_times(book, case, at=at)
    except NoClockPolicy:
        note = _("没有适用的时限规则，交办时要自己写时限。")
    else:
        due_at, acknowledge = times.due_at, times.acknowledge_due_at
    return Outcome(
        route=route_by_rules(book, clues, on),
        winner=next((one for one in trials if one.fits), None),
        fitting=[one for one in trials if one.fits],
        others=[one for one in trials if not one.fits],
        at=at,
        severity=str(Severity(severity).label),
        due_at=due_at,
        acknowledge_due_at=acknowledge,
        note=note,
    )


def _opening(day: date) -> datetime:
    """When work begins on a day, or would begin if it were worked."""
    first = rulebook.current().calendar.hours[0]
    return city_midnight(day) + timedelta(microseconds=first.start)


@require_http_methods(["GET", "POST"])
def route_new(request: UserRequest) -> HttpResponse:
    """Say where some cases go."""
    visit = enter(request)
    form = RouteForm(
        request.POST or None, user=request.user, on=visit.on, categories=category_options()
    )
    if written(
        request,
        form,
        lambda: rulemaking.add_route(
            draft=form.draft(),
            actor=request.user,
            now=visit.now,
            client_id=form.cleaned_data["client_id"],
        ),
    ):
        return done(request, _("规则已添加。"), "cases:settings_routes")
    return _route_page(request, form, _("添加派单规则"))


@require_http_methods(["GET", "POST"])
def route(request: UserRequest, pk: int) -> HttpResponse:
    """Change where some cases go, or when the rule is tried."""
    rule, now = _editable(request, pk)
    form = RouteForm(
        request.POST or None,
        user=request.user,
        on=city_day(now),
        categories=category_options(),
        initial=RouteForm.initial_of(rule),
    )
    if written(
        request,
        form,
        lambda: rulemaking.change_route(
            rule_id=rule.pk,
            draft=form.draft(),
            actor=request.user,
            now=now,
            client_id=form.cleaned_data["client_id"],
        ),
    ):
        return done(request, _("规则已改好。"), "cases:settings_routes")
    switch = reverse("cases:settings_route_switch", args=[pk])
    label = _("停用这条规则") if rule.is_active else _("重新启用这条规则")
    return _route_page(request, form, _("改派单规则"), deed=switch, deed_label=label)


@require_POST
def route_switch(request: UserRequest, pk: int) -> HttpResponse:
    """Switch a rule off, or on again."""
    rule, now = _editable(request, pk)
    draft = RouteDraft(
        name=rule.name,
        sort=rule.sort,
        category=rule.category,
        site_type=rule.site_type,
        area=rule.area,
        unit=rule.unit,
    )
    rulemaking.change_route(
        rule_id=rule.pk,
        draft=replace(draft, is_active=not rule.is_active),
        actor=request.user,
        now=now,
    )
    said = _("规则“%(rule)s”已停用。") if rule.is_active else _("规则“%(rule)s”已启用。")
    return done(request, said % {"rule": rule.name}, "cases:settings_routes")


def _editable(request: UserRequest, pk: int) -> tuple[RoutingRule, datetime]:
    visit = enter(request)
    rules = RoutingRule.objects.select_related("category", "site_type", "area", "unit")
    rule = get_object_or_404(rules, pk=pk)
    require(can_edit_rules(request.user, on=visit.on, area=rule.area))
    return rule, visit.now


def _route_page(request: UserRequest, form: RouteForm, title: str, **more: Any) -> HttpResponse:
    units = Unit.objects.filter(is_active=True).order_by("path", "pk")
    back = reverse("cases:settings_routes")
    return form_page(request, form, title, back, _("派单规则"), units=units, **more)
