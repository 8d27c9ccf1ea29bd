"""Pages of who answers: the part beside a site or an area, and the forms that change it."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yanzhen.accounts.http import UserRequest
from yanzhen.core import htmx
from yanzhen.core.errors import Refused, require
from yanzhen.places.models import Area, Site
from yanzhen.places.queries import area_label
from yanzhen.units import queries, rules
from yanzhen.units.enums import Rank
from yanzhen.units.errors import (
    AlreadyAnswers,
    BeginsTooEarly,
    EndsBeforeItBegins,
    PersonInactive,
    UnitIsClosed,
)
from yanzhen.units.forms import (
    CorrectPersonForm,
    CorrectUnitForm,
    EndForm,
    ResponsibleForm,
    SiteUnitForm,
)
from yanzhen.units.models import Responsibility, SiteUnit
from yanzhen.units.operations import answering as operations
from yanzhen.units.views.asking import Belongs, asked_day, form_page, tell, today

PERSON: Belongs = {
    AlreadyAnswers: "person",
    BeginsTooEarly: "from_on",
    EndsBeforeItBegins: "to_on",
    PersonInactive: "person",
}
UNIT: Belongs = {
    AlreadyAnswers: "unit",
    BeginsTooEarly: "from_on",
    EndsBeforeItBegins: "to_on",
    UnitIsClosed: "unit",
}


@dataclass(frozen=True)
class Place:
    """A site or an area, as these pages need it."""

    kind: str
    code: str
    label: str
    area_code: str
    site: Site | None = None
    area: Area | None = None

    @property
    def page(self) -> str:
        """The name of its page."""
        return f"places:{self.kind}"


def place_of(*, site: Site | None = None, area: Area | None = None) -> Place:
    """The one of the two that is given."""
    if site is not None:
        return Place("site", site.code, site.name, site.area_id, site=site)
    if area is not None:
        return Place("area", area.code, area_label(area.code), area.code, area=area)
    raise Http404


# --- Beside the place -----------------------------------------------------------------------------


@require_safe
def site_people(request: UserRequest, code: str) -> HttpResponse:
    """Who answers for a site on a day."""
    return _people(request, _site(request, code))


@require_safe
def area_people(request: UserRequest, code: str) -> HttpResponse:
    """Who answers for an area on a day."""
    return _people(request, _area(request, code))


def _people(request: UserRequest, place: Place) -> HttpResponse:
    on = asked_day(request)
    context = {
        "place": place,
        "who": queries.who_answers(site=place.site, area=place.area, on=on),
        "can_edit": rules.can_edit_units(request.user, area_code=place.area_code, on=today()),
        "can_see_people": rules.can_see_people(request.user, on=today()),
        "on": on,
        "today": today(),
    }
    return htmx.page(request, "units/who.html", context, part="who")


# --- The three responsible persons ----------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def site_responsible(request: UserRequest, code: str, rank: str) -> HttpResponse:
    return _responsible(request, _site(request, code), rank)


@require_http_methods(["GET", "POST"])
def area_responsible(request: UserRequest, code: str, rank: str) -> HttpResponse:
    return _responsible(request, _area(request, code), rank)


def _responsible(request: UserRequest, place: Place, rank: str) -> HttpResponse:
    """Name a responsible person, below it everybody who was."""
    _require_edit(request, place)
    if rank not in Rank.values:
        raise Http404
    form = ResponsibleForm(request.POST or None, user=request.user, on=today())
    if form.is_valid():
        try:
            operations.set_responsible(
                rank=Rank(rank),
                person=form.cleaned_data["person"],
                site=place.site,
                area=place.area,
                from_on=form.cleaned_data["from_on"],
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, PERSON)
        else:
            words = {"rank": Rank(rank).label, "name": form.cleaned_data["person"].full_name}
            messages.success(request, _("%(rank)s已定为%(name)s。") % words)
            return htmx.done(request, changed="people", to=place.page, code=place.code)
    rows = Responsibility.objects.filter(rank=rank, site=place.site, area=place.area)
    context = {
        "place": place,
        "rank": Rank(rank),
        "rows": rows.select_related("person").order_by("-from_on", "-pk"),
        "today": today(),
    }
    return form_page(request, "units/responsible.html", form, **context)


@require_http_methods(["GET", "POST"])
def responsible_correct(request: UserRequest, pk: int) -> HttpResponse:
    row, place = _responsibility(request, pk)
    form = CorrectPersonForm(request.POST or None, user=request.user, on=today())
    if form.is_valid():
        try:
            operations.correct_responsible(
                row_id=pk,
                person=form.cleaned_data["person"],
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, PERSON)
        else:
            messages.success(request, _("已更正，更正前后都留在记录里。"))
            return htmx.done(request, changed="people", to=place.page, code=place.code)
    return _row_page(
        request,
        form,
        place,
        title=_("更正%(rank)s") % {"rank": row.get_rank_display()},
        now=row.person.full_name,
        row=row,
        is_correction=True,
    )


@require_http_methods(["GET", "POST"])
def responsible_end(request: UserRequest, pk: int) -> HttpResponse:
    row, place = _responsibility(request, pk)
    form = EndForm(request.POST or None, user=request.user, on=today())
    if form.is_valid():
        try:
            operations.end_responsible(
                row_id=pk,
                to_on=form.cleaned_data["to_on"],
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, PERSON)
        else:
            messages.success(request, _("已登记，之后须另定责任人。"))
            return htmx.done(request, changed="people", to=place.page, code=place.code)
    return _row_page(
        request,
        form,
        place,
        title=_("%(rank)s不再负责") % {"rank": row.get_rank_display()},
        now=row.person.full_name,
        row=row,
        is_correction=False,
    )


# --- The unit of a site ---------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def site_unit(request: UserRequest, code: str) -> HttpResponse:
    """Give a site to a unit, below it every unit that had it."""
    place = _site(request, code)
    _require_edit(request, place)
    form = SiteUnitForm(request.POST or None, user=request.user, on=today())
    if form.is_valid() and place.site is not None:
        try:
            operations.assign_site_unit(
                site=place.site,
                unit=form.cleaned_data["unit"],
                from_on=form.cleaned_data["from_on"],
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, UNIT)
        else:
            words = {"unit": form.cleaned_data["unit"].name}
            messages.success(request, _("责任单位已定为“%(unit)s”。") % words)
            return htmx.done(request, changed="people", to="places:site", code=code)
    rows = SiteUnit.objects.filter(site=place.site).select_related("unit")
    context = {"place": place, "rows": rows.order_by("-from_on", "-pk"), "today": today()}
    return form_page(request, "units/site_unit.html", form, **context)


@require_http_methods(["GET", "POST"])
def site_unit_correct(request: UserRequest, pk: int) -> HttpResponse:
    row, place = _site_unit(request, pk)
    form = CorrectUnitForm(request.POST or None, user=request.user, on=today())
    if form.is_valid():
        try:
            operations.correct_site_unit(
                row_id=pk,
                unit=form.cleaned_data["unit"],
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, UNIT)
        else:
            messages.success(request, _("已更正，更正前后都留在记录里。"))
            return htmx.done(request, changed="people", to="places:site", code=place.code)
    return _row_page(
        request,
        form,
        place,
        title=_("更正责任单位"),
        now=row.unit.name,
        row=row,
        is_correction=True,
    )


@require_http_methods(["GET", "POST"])
def site_unit_end(request: UserRequest, pk: int) -> HttpResponse:
    row, place = _site_unit(request, pk)
    form = EndForm(request.POST or None, user=request.user, on=today())
    if form.is_valid():
        try:
            operations.end_site_unit(
                row_id=pk,
                to_on=form.cleaned_data["to_on"],
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, UNIT)
        else:
            messages.success(request, _("已登记，之后须另定责任单位。"))
            return htmx.done(request, changed="people", to="places:site", code=place.code)
    return _row_page(
        request,
        form,
        place,
        title=_("责任单位不再负责"),
        now=row.unit.name,
        row=row,
        is_correction=False,
    )


# --- What one may see and change ------------------------------------------------------------------


def _row_page(
    request: UserRequest,
    form: forms.Form,
    place: Place,
    *,
    title: str,
    now: str,
    row: Responsibility | SiteUnit,
    is_correction: bool,
) -> HttpResponse:
    context = {
        "place": place,
        "title": title,
        "now_named": now,
        "row": row,
        "is_correction": is_correction,
    }
    return form_page(request, "units/answering_row.html", form, **context)


def _site(request: UserRequest, code: str) -> Place:
    seen = Site.objects.visible_to(request.user, today())
    return place_of(site=get_object_or_404(seen, code=code))


def _area(request: UserRequest, code: str) -> Place:
    seen = Area.objects.visible_to(request.user, today())
    return place_of(area=get_object_or_404(seen, code=code))


def _require_edit(request: UserRequest, place: Place) -> None:
    require(rules.can_edit_units(request.user, area_code=place.area_code, on=today()))


def _responsibility(request: UserRequest, pk: int) -> tuple[Responsibility, Place]:
    seen = Responsibility.objects.visible_to(request.user, today())
    row = get_object_or_404(seen.select_related("site", "area", "person"), pk=pk)
    place = place_of(site=row.site, area=row.area)
    _require_edit(request, place)
    return row, place


def _site_unit(request: UserRequest, pk: int) -> tuple[SiteUnit, Place]:
    seen = Site.objects.visible_to(request.user, today()).values("code")
    rows = SiteUnit.objects.select_related("site", "unit")
    row = get_object_or_404(rows, pk=pk, site_id__in=seen)
    place = place_of(site=row.site)
    _require_edit(request, place)
    return row, place
