"""How long each step may take, and by what rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yanzhen.accounts.http import UserRequest
from yanzhen.cases import rulebook, rulemaking
from yanzhen.cases.enums import Hours
from yanzhen.cases.forms.rulemaking import PolicyForm
from yanzhen.cases.models import Category, ClockPolicy
from yanzhen.cases.queries.facets import category_options
from yanzhen.cases.templatetags.spans import in_hours
from yanzhen.cases.views.settings.entry import done, enter, enter_to_edit, form_page, written

HOUR: Final = 60
DAY: Final = 24 * HOUR


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """One limit, its lengths in words."""

    policy: ClockPolicy
    acknowledge: str
    rectify: str
    rework: str
    verify: str


@dataclass(frozen=True, slots=True)
class PolicyGroup:
    """The limits of one branch of the categories."""

    name: str
    rows: Sequence[PolicyRow]


@require_safe
def limits(request: UserRequest) -> HttpResponse:
    """All limits under the topmost category that they concern; those for all cases first."""
    visit = enter(request)
    context = {"groups": _groups(), "can_edit": visit.can_edit}
    return render(request, "cases/settings/limits.html", context)


def _groups() -> list[PolicyGroup]:
    """Three queries for any number of limits."""
    names = dict(
        Category.objects.filter(parent=None).order_by("sort", "code").values_list("code", "name")
    )
    book = rulebook.current()
    day = book.calendar.day_minutes
    sorted_by: dict[str, list[PolicyRow]] = {"": [], **{code: [] for code in names}}
    policies = ClockPolicy.objects.select_related("category", "site_type")
    for policy in policies.order_by("-is_active", "category__sort", "site_type", "severity", "pk"):
        top = (book.lineage(policy.category_id) or ("",))[-1]
        sorted_by.setdefault(top, []).append(
            PolicyRow(
                policy,
                _said(policy, policy.acknowledge_minutes, day),
                _said(policy, policy.rectify_minutes, day),
                _said(policy, policy.rework_minutes, day),
                _said(policy, policy.verify_minutes, day),
            )
        )
    return [
        PolicyGroup(names.get(code, _("所有类别")), rows)
        for code, rows in sorted_by.items()
        if rows
    ]


def _said(policy: ClockPolicy, minutes: int, working_day: int) -> str:
    """The length as people say it: whole days where it is whole days, else hours."""
    if minutes < HOUR:
        return _("%(n)s 分钟") % {"n": minutes}
    if policy.hours == Hours.WORKING:
        halves, left = divmod(2 * minutes, working_day)
        if not left and minutes >= working_day:
            return _("%(n)s 个工作日") % {"n": f"{halves / 2:g}"}
        return _("%(n)s 工作小时") % {"n": in_hours(minutes)}
    days, left = divmod(minutes, DAY)
    if not left:
        return _("%(n)s 天") % {"n": days}
    return _("%(n)s 小时") % {"n": in_hours(minutes)}


@require_http_methods(["GET", "POST"])
def limit_new(request: UserRequest) -> HttpResponse:
    """Set a limit."""
    visit = enter_to_edit(request)
    form = PolicyForm(request.POST or None, categories=category_options())
    if written(
        request,
        form,
        lambda: rulemaking.add_policy(
            draft=form.draft(),
            actor=request.user,
            now=visit.now,
            client_id=form.cleaned_data["client_id"],
        ),
    ):
        return done(request, _("时限规则已添加。"), "cases:settings_limits")
    return _page(request, form, _("添加时限规则"))


@require_http_methods(["GET", "POST"])
def limit(request: UserRequest, pk: int) -> HttpResponse:
    """Change a limit; clocks that run keep their times."""
    visit = enter_to_edit(request)
    policy = get_object_or_404(ClockPolicy, pk=pk)
    form = PolicyForm(
        request.POST or None, categories=category_options(), initial=PolicyForm.initial_of(policy)
    )
    if written(
        request,
        form,
        lambda: rulemaking.change_policy(
            policy_id=policy.pk,
            draft=form.draft(),
            actor=request.user,
            now=visit.now,
            client_id=form.cleaned_data["client_id"],
        ),
    ):
        said = _("时限规则已改好；正在走的时限不变。")
        return done(request, said, "cases:settings_limits")
    return _page(request, form, _("改时限规则"))


def _page(request: UserRequest, form: PolicyForm, title: str) -> HttpResponse:
    back = reverse("cases:settings_limits")
    hours = in_hours(rulebook.current().calendar.day_minutes)
    note = _("按工作时间计的，一个工作日算 %(hours)s 小时；按自然时间计的，夜里和假日也算。") % {
        "hours": hours
    }
    return form_page(request, form, title, back, _("时限规则"), note=note)
