"""Pages of stewardships and of sites for which nobody answers."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
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
from yanzhen.places.models import Area, Site, SiteType
from yanzhen.places.queries import children_of, visible_tops
from yanzhen.units import cards, rules
from yanzhen.units.cards import StewardFilters
from yanzhen.units.coverage import NOBODY, CoverageFilters, coverage
from yanzhen.units.enums import Rank
from yanzhen.units.errors import (
    AlreadySteward,
    EndsBeforeItBegins,
    PersonInactive,
    StewardMissing,
    UnitIsClosed,
)
from yanzhen.units.forms import EndForm, StewardForm
from yanzhen.units.models import Stewardship
from yanzhen.units.operations.stewards import (
    StewardshipDraft,
    add_stewardship,
    end_stewardship,
)
from yanzhen.units.views.answering import Place, place_of
from yanzhen.units.views.asking import Belongs, asked_day, form_page, tell, today

BELONGS: Belongs = {
    AlreadySteward: "unit",
    EndsBeforeItBegins: "to_on",
    PersonInactive: "person",
    StewardMissing: "unit",
    UnitIsClosed: "unit",
}
STATES = {
    "active": gettext_lazy("在包联"),
    "closed": gettext_lazy("已结束"),
    "all": gettext_lazy("全部"),
}
GAPS = {
    "nobody": gettext_lazy("没有人负责"),
    "not_named": gettext_lazy("没有落到点位"),
    "no_unit": gettext_lazy("没有责任单位"),
}


@require_safe
def stewardships(request: UserRequest) -> HttpResponse:
    """The list of stewardships; its filters are the address."""
    on, asked = today(), request.GET
    require(may(request.user, Action.NET_VIEW, on=on))
    filters = StewardFilters(
        words=asked.get("q", "").strip()[:100],
        area=asked.get("area", ""),
        state=asked.get("state", "") if asked.get("state") in STATES else cards.ACTIVE,
    )
    found = cards.stewardships_list(user=request.user, on=on, filters=filters)
    page = cards.steward_page_of(
        found, after=asked.get("after", ""), before=asked.get("before", "")
    )
    faces = [
        FilterFace("area", _("区域"), "one", _areas(request), [filters.area] if filters.area else []),
        FilterFace(
            "state", _("状态"), "one",
            [FilterOption(value, str(label)) for value, label in STATES.items()],
            [filters.state] if filters.state != cards.ACTIVE else [],
        ),
    ]  # fmt: skip
    context = {
        "filters": filters,
        "page": page,
        "lines": cards.steward_lines(page.rows),
        "total": found.count(),
        "faces": faces,
        "rest": querystring.rest(asked, "q"),
        "can_add": may(request.user, Action.NET_EDIT, on=on),
        "can_see_people": rules.can_see_people(request.user, on=on),
        "today": on,
    }
    return htmx.page(request, "units/stewardships.html", context, part="rows")


@require_http_methods(["GET", "POST"])
def stewardship_new(request: UserRequest) -> HttpResponse:
    """A new stewardship; `?site=` or `?area=` says over what, else the form asks for an area."""
    require(may(request.user, Action.NET_EDIT, on=today()))
    place = _place(request)
    form = StewardForm(
        request.POST or None, user=request.user, on=today(), has_place=place is not None
    )
    if form.is_valid():
        typed = form.cleaned_data
        draft = StewardshipDraft(
            unit=typed["unit"],
            person=typed["person"],
            site=place.site if place else None,
            area=place.area if place else typed["area"],
            title=typed["title"],
            from_on=typed["from_on"],
            to_on=typed["to_on"],
        )
        try:
            add_stewardship(
                draft=draft,
                actor=request.user,
                now=timezone.now(),
                client_id=typed["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, BELONGS)
        else:
            messages.success(request, _("包联已登记。"))
            if place:
                return htmx.done(request, changed="people", to=place.page, code=place.code)
            return htmx.done(request, changed="people", to="units:stewardships")
    return form_page(request, "units/stewardship_form.html", form, place=place)


@require_http_methods(["GET", "POST"])
def stewardship_end(request: UserRequest, pk: int) -> HttpResponse:
    seen = Stewardship.objects.visible_to(request.user, today())
    row = get_object_or_404(seen.select_related("site", "area", "unit", "person"), pk=pk)
    place = place_of(site=row.site, area=row.area)
    require(rules.can_edit_units(request.user, area_code=place.area_code, on=today()))
    form = EndForm(request.POST or None, user=request.user, on=today())
    if form.is_valid():
        try:
            end_stewardship(
                row_id=pk,
                to_on=form.cleaned_data["to_on"],
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, {EndsBeforeItBegins: "to_on"})
        else:
            messages.success(request, _("包联到期即止。"))
            return htmx.done(request, changed="people", to=place.page, code=place.code)
    return form_page(request, "units/stewardship_end.html", form, place=place, row=row)


@require_safe
def coverage_report(request: UserRequest) -> HttpResponse:
    """The sites for which nobody answers, or nobody was named, or no unit."""
    require(may(request.user, Action.NET_VIEW, on=today()))
    asked, on = request.GET, asked_day(request)
    filters = CoverageFilters(
        gap=asked.get("gap", "") if asked.get("gap") in GAPS else NOBODY,
        area=asked.get("area", ""),
        types=[one for one in asked.getlist("type") if one],
        ranks=[rank for rank in asked.getlist("rank") if rank in Rank.values],
    )
    report = coverage(
        user=request.user,
        on=on,
        filters=filters,
        after=asked.get("after", ""),
        before=asked.get("before", ""),
    )
    types = SiteType.objects.filter(is_active=True).order_by("sort", "code")
    faces = [
        FilterFace("area", _("区域"), "one", _areas(request), [filters.area] if filters.area else []),
        FilterFace(
            "type", _("点位类型"), "many",
            [FilterOption(one.code, one.name) for one in types], filters.types,
        ),
        FilterFace(
            "rank", _("责任"), "many",
            [FilterOption(rank.value, str(rank.label)) for rank in Rank], filters.ranks,
        ),
    ]  # fmt: skip
    context = {
        "report": report,
        "filters": filters,
        "tabs": [(gap, label, report.gaps[gap]) for gap, label in GAPS.items()],
        "faces": faces,
        "can_edit": may(request.user, Action.NET_EDIT, on=today()),
        "can_see_people": rules.can_see_people(request.user, on=today()),
        "ranks": list(Rank),
        "on": on,
        "today": today(),
        "rest": querystring.rest(asked, "on"),
    }
    return htmx.page(request, "units/coverage.html", context, part="rows")


def _areas(request: UserRequest) -> list[FilterOption]:
    return [
        FilterOption(area.code, area.short_name, depth=depth)
        for top in visible_tops(user=request.user, on=today())
        for depth, area in [(0, top), *((1, child) for child in children_of(top.code))]
    ]


def _place(request: UserRequest) -> Place | None:
    """The place that the address names, if one may name stewards for it."""
    asked = request.GET
    place = None
    if asked.get("site"):
        seen = Site.objects.visible_to(request.user, today())
        place = place_of(site=get_object_or_404(seen, code=asked["site"]))
    elif asked.get("area"):
        areas = Area.objects.visible_to(request.user, today())
        place = place_of(area=get_object_or_404(areas, code=asked["area"]))
    if place is not None:
        require(rules.can_edit_units(request.user, area_code=place.area_code, on=today()))
    return place
