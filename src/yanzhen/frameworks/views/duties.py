"""Pages of decomposition: who leads what, plans, gaps."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yanzhen.accounts.http import UserRequest
from yanzhen.core import htmx, querystring
from yanzhen.core.errors import Refused
from yanzhen.core.filters import FilterFace, FilterOption
from yanzhen.core.paging import page_of
from yanzhen.frameworks import decomposition, rules, stories
from yanzhen.frameworks.decomposition import DutyFilters
from yanzhen.frameworks.enums import DutyStatus, EditionStatus, NodeKind
from yanzhen.frameworks.errors import (
    DueDayPassed,
    LeadSupportsItself,
    PlanMissing,
    PlanTooLong,
    ReasonMissing,
)
from yanzhen.frameworks.forms import DeedForm, DutyForm, PlanForm, ReturnForm
from yanzhen.frameworks.models import Duty, Framework, Node
from yanzhen.frameworks.operations import duties as operations
from yanzhen.frameworks.views.asking import (
    Belongs,
    can_edit,
    form_page,
    require_editor,
    require_reader,
    tell,
    today,
)
from yanzhen.units.enums import UnitKind
from yanzhen.units.errors import GroupClosed, UnitIsClosed
from yanzhen.units.models import TaskGroup

BELONGS: Belongs = {
    UnitIsClosed: "unit",
    GroupClosed: "group",
    LeadSupportsItself: "supports",
    DueDayPassed: "due_on",
    PlanMissing: "plan",
    PlanTooLong: "plan",
    ReasonMissing: "reason",
}
MOST_CHOSEN = 500


@require_safe
def duties(request: UserRequest) -> HttpResponse:
    """The criteria in use with who leads them; a unit's people see their own first."""
    require_reader(request)
    on, asked = today(), request.GET
    own = decomposition.own_unit_codes(request.user, on=on)
    whose = asked.get("whose", "mine" if own else "all")
    status = asked.get("status", "")
    filters = DutyFilters(
        words=asked.get("q", "").strip()[:100],
        framework=asked.get("framework", ""),
        status=status if status in {*DutyStatus.values, decomposition.NONE} else "",
        unit=asked.get("unit", ""),
        group=asked.get("group", ""),
        is_late="late" in asked,
        mine=whose == "mine",
    )
    found = decomposition.duties_list(user=request.user, on=on, filters=filters)
    page = decomposition.duty_page(
        found, after=asked.get("after", ""), before=asked.get("before", "")
    )
    context = {
        "filters": filters,
        "page": page,
        "lines": decomposition.duty_lines(page.rows, on=on),
        "total": found.count(),
        "faces": _faces(filters),
        "rest": querystring.rest(asked, "q"),
        "has_own": bool(own),
        "whose": whose,
        "can_edit": can_edit(request),
        "today": on,
    }
    return htmx.page(request, "frameworks/duties.html", context, part="rows")


def _faces(filters: DutyFilters) -> list[FilterFace]:
    frameworks = Framework.objects.order_by("pk").values_list("code", "name")
    groups = TaskGroup.objects.filter(is_active=True).order_by("code").values_list("code", "name")
    states = [(decomposition.NONE, _("没有牵头")), *DutyStatus.choices]
    return [
        FilterFace("status", _("状态"), "one", _options(states), _chosen(filters.status)),
        FilterFace("framework", _("体系"), "one", _options(frameworks), _chosen(filters.framework)),
        FilterFace("group", _("专班"), "one", _options(groups), _chosen(filters.group)),
        FilterFace(
            "late", _("期限"), "one", _options([("1", _("已过期限"))]), _chosen("1" if filters.is_late else "")
        ),
    ]  # fmt: skip


def _options(pairs: object) -> list[FilterOption]:
    return [FilterOption(str(value), str(label)) for value, label in pairs]  # type: ignore[attr-defined]


def _chosen(value: str) -> list[str]:
    return [value] if value else []


@require_http_methods(["GET", "POST"])
def assign(request: UserRequest) -> HttpResponse:
    """Lay one criterion or several on units; `?criterion=`, as often as needed, says which."""
    require_editor(request)
    ids = _ids(request)
    chosen = list(
        Node.objects.filter(
            pk__in=ids, kind=NodeKind.CRITERION, edition__status=EditionStatus.CURRENT
        )
        .select_related("duty__unit", "duty__group", "edition__framework")
        .prefetch_related("duty__supports__unit")
        .order_by("edition_id", "sort", "pk")
    )
    if not chosen:
        messages.warning(request, _("请先选要分解的标准。"))
        return htmx.done(request, changed="duty", to="frameworks:duties")
    typed = request.POST if request.method == "POST" and "unit" in request.POST else None
    form = DutyForm(typed, user=request.user, on=today(), initial=_initial(chosen))
    if form.is_valid():
        try:
            made = operations.assign_duties(
                criterion_ids=ids,
                draft=form.draft(),
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, BELONGS)
        else:
            words = {"count": len(made), "unit": form.cleaned_data["unit"].name}
            messages.success(request, _("已把 %(count)s 条标准交给“%(unit)s”牵头。") % words)
            return htmx.done(request, changed="duty", to="frameworks:duties")
    others = [one for one in chosen if getattr(one, "duty", None)]
    return form_page(request, "frameworks/assign.html", form, chosen=chosen, others=others)


def _ids(request: UserRequest) -> list[int]:
    source = request.POST if request.method == "POST" else request.GET
    return [int(one) for one in source.getlist("criterion") if one.isdecimal()][:MOST_CHOSEN]


def _initial(chosen: list[Node]) -> dict[str, object]:
    """Of one criterion that is led already, its duty as it is."""
    duty: Duty | None = getattr(chosen[0], "duty", None) if len(chosen) == 1 else None
    if duty is None:
        return {}
    return {
        "unit": duty.unit,
        "supports": [one.unit for one in duty.supports.all()],
        "due_on": duty.due_on,
        "group": duty.group_id or "",
    }


@require_safe
def duty(request: UserRequest, pk: int) -> HttpResponse:
    """One duty: the criterion, who leads it, the plan, and what I may do with it."""
    return _duty_page(request, _duty(request, pk))


@require_POST
def plan(request: UserRequest, pk: int) -> HttpResponse:
    """Hand in the lead unit's plan."""
    row, form = _duty(request, pk), PlanForm(request.POST)
    if form.is_valid():
        try:
            operations.submit_plan(
                duty_id=row.pk,
                plan=form.cleaned_data["plan"],
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except (PlanMissing, PlanTooLong) as refusal:
            tell(form, refusal, BELONGS)
        else:
            messages.success(request, _("方案已报创建办。"))
            return htmx.done(request, changed="duty", to="frameworks:duty", pk=pk)
    return _duty_page(request, row, plan_form=form)


@require_POST
def accept(request: UserRequest, pk: int) -> HttpResponse:
    """Accept a plan."""
    row, form = _duty(request, pk), DeedForm(request.POST)
    form.full_clean()
    operations.accept_plan(
        duty_id=row.pk,
        actor=request.user,
        now=timezone.now(),
        client_id=form.cleaned_data.get("client_id"),
    )
    messages.success(request, _("方案已通过。"))
    return htmx.done(request, changed="duty", to="frameworks:duty", pk=pk)


@require_POST
def return_(request: UserRequest, pk: int) -> HttpResponse:
    """Send a plan back with the reason."""
    row, form = _duty(request, pk), ReturnForm(request.POST)
    if form.is_valid():
        try:
            operations.return_plan(
                duty_id=row.pk,
                reason=form.cleaned_data["reason"],
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except ReasonMissing as refusal:
            tell(form, refusal, BELONGS)
        else:
            messages.success(request, _("方案已退回，单位会看到理由。"))
            return htmx.done(request, changed="duty", to="frameworks:duty", pk=pk)
    return _duty_page(request, row, return_form=form)


def _duty(request: UserRequest, pk: int) -> Duty:
    require_reader(request)
    return get_object_or_404(
        Duty.objects.select_related("unit", "group", "criterion__edition__framework"), pk=pk
    )


def _duty_page(
    request: UserRequest,
    row: Duty,
    *,
    plan_form: PlanForm | None = None,
    return_form: ReturnForm | None = None,
) -> HttpResponse:
    on = today()
    is_open = row.status in {DutyStatus.ASKED, DutyStatus.RETURNED}
    typed = plan_form or return_form
    context = {
        "duty": row,
        "supports": [one.unit for one in row.supports.select_related("unit").order_by("pk")],
        "is_late": decomposition.is_late(row, on=on),
        "can_plan": is_open and rules.can_plan(request.user, row.unit, on=on),
        "can_judge": row.status == DutyStatus.SUBMITTED and can_edit(request),
        "can_edit": can_edit(request) and row.criterion.edition.status == EditionStatus.CURRENT,
        "plan_form": plan_form or PlanForm(initial={"plan": row.plan}),
        "return_form": return_form or ReturnForm(),
        "form": DeedForm(),
        "story": stories.story_of(row),
        "now": timezone.now(),
    }
    return render(
        request, "frameworks/duty.html", context, status=422 if typed and typed.errors else 200
    )


@require_safe
def coverage(request: UserRequest) -> HttpResponse:
    """What nobody leads, and units that have nothing to do."""
    require_reader(request)
    on, asked = today(), request.GET
    framework = asked.get("framework", "")
    kind = asked.get("kind", "")
    kind = kind if kind in UnitKind.values else ""
    units = decomposition.idle_units(user=request.user, on=on, kind=kind)
    page = page_of(
        units.select_related("area"),
        decomposition.BY_PATH,
        after=asked.get("after", ""),
        before=asked.get("before", ""),
    )
    context = {
        "gaps": decomposition.gaps(framework=framework),
        "framework": framework,
        "faces": [
            FilterFace("kind", _("单位性质"), "one", _options(UnitKind.choices), _chosen(kind))
        ],
        "page": page,
        "total": units.count(),
        "can_edit": can_edit(request),
    }
    return htmx.page(request, "frameworks/coverage.html", context, part="rows")
