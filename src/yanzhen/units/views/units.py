"""Pages of units."""

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from yanzhen.accounts.enums import Action
from yanzhen.accounts.http import UserRequest
from yanzhen.accounts.rules import may
from yanzhen.core import htmx, querystring
from yanzhen.core.errors import Refused, require
from yanzhen.core.filters import FilterFace, FilterOption
from yanzhen.core.paging import Key, Order, page_of
from yanzhen.places.models import Area, Site
from yanzhen.places.queries import area_label, children_of, visible_tops
from yanzhen.units import cards, rules, stories
from yanzhen.units.cards import UnitFilters
from yanzhen.units.enums import UnitKind
from yanzhen.units.errors import (
    AreaUnusable,
    TreeTooDeep,
    UnitCodeTaken,
    UnitCodeUnfit,
    UnitIsAbove,
    UnitIsClosed,
    UnitNameMissing,
)
from yanzhen.units.forms import DeedForm, UnitForm
from yanzhen.units.models import TaskGroup, Unit
from yanzhen.units.operations import tree
from yanzhen.units.queries import sites_of_unit
from yanzhen.units.views.asking import Belongs, asked_day, form_page, tell, today

BELONGS: Belongs = {
    AreaUnusable: "area",
    TreeTooDeep: "parent",
    UnitCodeTaken: "code",
    UnitCodeUnfit: "code",
    UnitIsAbove: "parent",
    UnitIsClosed: "parent",
    UnitNameMissing: "name",
}
BY_SITE = Order("site", (Key("site_code", str), Key("pk")))
STATES = {
    "active": gettext_lazy("在用"),
    "closed": gettext_lazy("停用"),
    "all": gettext_lazy("全部"),
}


@require_safe
def units(request: UserRequest) -> HttpResponse:
    """The tree of units, one level at a time, or what a question finds in it."""
    require(may(request.user, Action.NET_VIEW, on=today()))
    on, asked = today(), request.GET
    filters = UnitFilters(
        words=asked.get("q", "").strip(),
        kinds=[kind for kind in asked.getlist("kind") if kind in UnitKind.values],
        area=asked.get("area", ""),
        group=asked.get("group", ""),
        state=asked.get("state", "") if asked.get("state") in STATES else "active",
        under=asked.get("under", ""),
    )
    under = _visible(request, filters.under) if filters.under else None
    found = cards.units_list(user=request.user, on=on, filters=filters, under=under)
    page = cards.unit_page_of(found, after=asked.get("after", ""), before=asked.get("before", ""))
    context = {
        "filters": filters,
        "under": under,
        "path": _path(request, under),
        "page": page,
        "lines": cards.unit_lines(page.rows, on=on),
        "total": found.count(),
        "faces": _faces(request, filters),
        "rest": querystring.rest(asked, "q", "under"),
        "can_add": may(request.user, Action.NET_EDIT, on=on),
        "can_see_people": rules.can_see_people(request.user, on=on),
    }
    return htmx.page(request, "units/units.html", context, part="rows")


@require_safe
def unit_suggest(request: UserRequest) -> HttpResponse:
    """The units that a field may mean, as options of its list."""
    require(may(request.user, Action.NET_VIEW, on=today()))
    words = (request.GET.get("unit") or request.GET.get("parent") or "").strip()
    found = cards.suggested_units(user=request.user, on=today(), words=words[:100]) if words else []
    options = [(f"{unit.name}（{unit.code}）", area_label(unit.area_id)) for unit in found]
    return render(request, "units/options.html", {"options": options})


@require_safe
def unit(request: UserRequest, code: str) -> HttpResponse:
    """One unit: what it is, who works there, what it answers for on a day."""
    row = _visible(request, code)
    on = asked_day(request)
    context = {
        "unit": row,
        "card": cards.unit_card(unit=row, user=request.user, on=on),
        "story": stories.story_of(row),
        "can_edit": rules.can_edit_units(request.user, area_code=row.area_id, on=today()),
        "can_see_people": rules.can_see_people(request.user, on=today()),
        "on": on,
        "today": today(),
        "now": timezone.now(),
    }
    return htmx.page(request, "units/unit.html", context, part="pane")


@require_safe
def unit_sites(request: UserRequest, code: str) -> HttpResponse:
    """All sites for which a unit answers on a day."""
    row = _visible(request, code)
    on = asked_day(request)
    seen = Site.objects.visible_to(request.user, today()).values("code")
    sites = (
        sites_of_unit(unit=row, on=on).filter(site_id__in=seen).annotate(site_code=F("site__code"))
    )
    page = page_of(
        sites, BY_SITE, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    lines = [(one, area_label(one.site.area_id)) for one in page.rows]
    context = {"unit": row, "page": page, "lines": lines, "on": on, "total": sites.count()}
    return htmx.page(request, "units/unit_sites.html", context, part="rows")


@require_http_methods(["GET", "POST"])
def unit_new(request: UserRequest) -> HttpResponse:
    """A new unit; `?parent=` and `?area=` fill in what is known."""
    require(may(request.user, Action.NET_EDIT, on=today()))
    form = UnitForm(
        request.POST or None,
        user=request.user,
        on=today(),
        is_new=True,
        initial=_known(request) if request.method == "GET" else {},
    )
    if form.is_valid():
        try:
            new = tree.add_unit(
                code=form.cleaned_data["code"].strip(),
                draft=form.draft(),
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, BELONGS)
        else:
            messages.success(request, _("已建立“%(unit)s”。") % {"unit": new.name})
            return htmx.done(request, changed="unit", to="units:unit", code=new.code)
    return form_page(request, "units/unit_form.html", form)


@require_http_methods(["GET", "POST"])
def unit_edit(request: UserRequest, code: str) -> HttpResponse:
    row = _editable(request, code)
    initial = {
        "name": row.name,
        "short_name": row.short_name,
        "kind": row.kind,
        "area": row.area,
        "parent": row.parent,
    }
    form = UnitForm(
        request.POST or None, user=request.user, on=today(), is_new=False, initial=initial
    )
    if form.is_valid():
        try:
            tree.change_unit(
                unit_id=row.pk,
                draft=form.draft(),
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, BELONGS)
        else:
            messages.success(request, _("“%(unit)s”已保存。") % {"unit": form.draft().name})
            return htmx.done(request, changed="unit", to="units:unit", code=code)
    return form_page(request, "units/unit_form.html", form, unit=row)


@require_http_methods(["GET", "POST"])
def unit_close(request: UserRequest, code: str) -> HttpResponse:
    row = _editable(request, code)
    form = DeedForm(request.POST or None, user=request.user, on=today())
    if form.is_valid():
        try:
            tree.close_unit(
                unit_id=row.pk,
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, {})
        else:
            messages.success(request, _("“%(unit)s”已停用。") % {"unit": row.name})
            return htmx.done(request, changed="unit", to="units:unit", code=code)
    return form_page(request, "units/unit_close.html", form, unit=row)


@require_http_methods(["GET", "POST"])
def unit_reopen(request: UserRequest, code: str) -> HttpResponse:
    row = _editable(request, code)
    form = DeedForm(request.POST or None, user=request.user, on=today())
    if form.is_valid():
        try:
            tree.reopen_unit(
                unit_id=row.pk,
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, {})
        else:
            messages.success(request, _("“%(unit)s”已恢复使用。") % {"unit": row.name})
            return htmx.done(request, changed="unit", to="units:unit", code=code)
    return form_page(request, "units/unit_close.html", form, unit=row)


def _visible(request: UserRequest, code: str) -> Unit:
    seen = Unit.objects.visible_to(request.user, today()).select_related("area", "parent")
    return get_object_or_404(seen, code=code)


def _editable(request: UserRequest, code: str) -> Unit:
    row = _visible(request, code)
    require(rules.can_edit_units(request.user, area_code=row.area_id, on=today()))
    return row


def _known(request: UserRequest) -> dict[str, object]:
    """What the address already says of a new unit."""
    parent = Unit.objects.visible_to(request.user, today()).filter(
        code=request.GET.get("parent", "")
    )
    area = Area.objects.visible_to(request.user, today()).filter(code=request.GET.get("area", ""))
    above = parent.select_related("area").first()
    return {"parent": above, "area": area.first() or (above.area if above else None)}


def _path(request: UserRequest, under: Unit | None) -> list[Unit]:
    """The units above the level that is shown, as far as one may see them, this one last."""
    if under is None:
        return []
    seen = Unit.objects.visible_to(request.user, today()).filter(code__in=under.lineage)
    return sorted(seen, key=lambda row: row.path.count("/"))


def _faces(request: UserRequest, filters: UnitFilters) -> list[FilterFace]:
    on = today()
    areas = [
        FilterOption(child.code, child.short_name, depth=depth)
        for top in visible_tops(user=request.user, on=on)
        for depth, child in _two_levels(top)
    ]
    groups = TaskGroup.objects.filter(is_active=True).order_by("code")
    faces = [
        FilterFace(
            "kind", _("性质"), "many",
            [FilterOption(kind.value, str(kind.label)) for kind in UnitKind], filters.kinds,
        ),
        FilterFace("area", _("区域"), "one", areas, [filters.area] if filters.area else []),
        FilterFace(
            "group", _("工作组"), "one",
            [FilterOption(group.code, group.name) for group in groups],
            [filters.group] if filters.group else [],
        ),
        FilterFace(
            "state", _("状态"), "one",
            [FilterOption(value, str(label)) for value, label in STATES.items()],
            [filters.state] if filters.state != cards.ACTIVE else [],
        ),
    ]  # fmt: skip
    return [face for face in faces if face.options]


def _two_levels(top: Area) -> list[tuple[int, Area]]:
    return [(0, top), *((1, child) for child in children_of(top.code))]
