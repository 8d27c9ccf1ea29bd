"""Writing a matter down: a new case, a report, and putting right what is known of one."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yanzhen.accounts.enums import Action, Role
from yanzhen.accounts.http import UserRequest
from yanzhen.accounts.rules import may, posts_held
from yanzhen.cases import loop, operations, rules
from yanzhen.cases.enums import MOVES, CaseStatus, MoveName, Source
from yanzhen.cases.errors import (
    AreaClosed,
    CategoryClosed,
    FoundInTheFuture,
    FoundTooLongAgo,
    PhotoMissing,
    PlaceMissing,
    SiteOutsideArea,
    SiteRetired,
    TextTooLong,
    TitleMissing,
    WordsMissing,
)
from yanzhen.cases.forms.arrivals import CaseForm, Pen
from yanzhen.cases.http import way_back
from yanzhen.cases.models import Case, Category
from yanzhen.cases.queries.arrivals import (
    Pick,
    Spot,
    alike,
    as_picks,
    likely_categories,
    sites_near,
)
from yanzhen.cases.queries.facets import category_options
from yanzhen.cases.queries.ledger import LedgerRow
from yanzhen.cases.routing import suggest
from yanzhen.cases.views.moves import moved_on
from yanzhen.cases.views.page import own_url, visible_case
from yanzhen.cases.views.uploads import facts_of, keep_photos
from yanzhen.core import htmx
from yanzhen.core.errors import Refused, require
from yanzhen.core.time import city_day
from yanzhen.files.models import Photo
from yanzhen.places.models import Area, Site
from yanzhen.places.queries import area_label, find_areas, find_sites, smallest_area

UNPROCESSABLE: Final = 422
FIELDS: Final[dict[type[Refused], str]] = {
    AreaClosed: "area",
    CategoryClosed: "category",
    FoundInTheFuture: "found_at",
    FoundTooLongAgo: "found_at",
    PhotoMissing: "photos",
    PlaceMissing: "site",
    SiteOutsideArea: "area",
    SiteRetired: "site",
    TextTooLong: "title",
    TitleMissing: "title",
    WordsMissing: "words",
}
"""Beside which field of the form a refusal stands."""


@require_http_methods(["GET", "POST"])
def new(request: UserRequest) -> HttpResponse:
    """Write a matter down, and file it at once where my post allows that.

    What may be the same matter is shown before anything is written; sent again, it counts as new.
    """
    now = timezone.now()
    on = city_day(now)
    require(may(request.user, Action.CASE_REPORT, on=on))
    pen, is_sent = Pen.of(request.user, on), request.method == "POST"
    form = CaseForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        pen=pen,
        categories=category_options(),
        initial=_first(request, pen),
    )
    kept: list[Photo] = []
    if is_sent:
        kept = _photos(request, form, now)
    if is_sent and "find" not in request.POST and form.is_valid():
        same = [] if "seen" in request.POST else alike(form.spot, user=request.user, now=now)
        if same:
            return _show(request, form, kept, now, same=same)
        try:
            case = _write(request, form, kept, now)
        except tuple(FIELDS) as refusal:
            place = FIELDS[type(refusal)]
            form.add_error(place if place in form.fields else None, str(refusal))
        else:
            verb = _("已立案") if case.filed_at else _("已上报")
            messages.success(request, f"{case.number} {verb}。")
            return htmx.SeeOther(own_url(case))
    return _show(request, form, kept, now)


def _first(request: UserRequest, pen: Pen) -> dict[str, Any]:
    """What the form begins with: a site or words that the address names, my own area, my source."""
    own = [post for post in posts_held(request.user, pen.on) if post.area_code]
    is_inspector = any(post.role == Role.INSPECTOR for post in own)
    first: dict[str, Any] = {
        "source": Source.INSPECTION if is_inspector else Source.OTHER,
        "site": request.GET.get("site", ""),
        "title": request.GET.get("title", "")[:120],
    }
    if len(pen.areas) == 1 and len(pen.areas[0]) > len("4304"):
        first["area"] = pen.areas[0]
    return first


def _photos(request: UserRequest, form: CaseForm, now: datetime) -> list[Photo]:
    form.is_valid()
    kept = keep_photos(
        uploads=form.cleaned_data.get("photos", []),
        facts=facts_of(request.POST),
        kept_ids=form.kept_ids,
        form_id=form.cleaned_data.get("client_id"),
        actor=request.user,
        now=now,
    )
    for refusal in kept.refusals:
        form.add_error("photos", refusal)
    return list(kept.photos)


def _write(request: UserRequest, form: CaseForm, kept: list[Photo], now: datetime) -> Case:
    """File it, or report it where that was asked for or is all that my post allows there."""
    draft = form.draft(photos=tuple(kept))
    area = loop.area_code(draft.area, draft.site)
    files = may(request.user, Action.CASE_FILE, on=city_day(now), area_code=area)
    deed = operations.file_draft if files and "report" not in request.POST else None
    return (deed or operations.report_case)(
        draft=draft, actor=request.user, now=now, client_id=form.cleaned_data["client_id"]
    )


def _show(
    request: UserRequest,
    form: CaseForm,
    kept: list[Photo],
    now: datetime,
    same: list[LedgerRow] | None = None,
    case: Case | None = None,
) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    context = {
        "form": form,
        "pen": form.pen,
        "kept": kept,
        "now": now,
        "case": case,
        "same": same or [],
        "sites": _site_picks(form, data),
        "areas": _area_picks(form, data),
        "likely": _likely(data),
        "next": way_back(request, ""),
    }
    is_wrong = bool(form.errors) and data is not None and "find" not in data
    return render(request, "cases/new.html", context, status=UNPROCESSABLE if is_wrong else 200)


def _value(form: CaseForm, data: QueryDict | None, name: str) -> str:
    return (data.get(name, "") if data is not None else str(form.initial.get(name) or "")).strip()


def _site_picks(form: CaseForm, data: QueryDict | None) -> list[Pick]:
    """The site that is chosen, and what the words typed for one find."""
    code, words = _value(form, data, "site"), _value(form, data, "site_q")
    seen = Site.objects.visible_to(form.pen.user, form.pen.on)
    picks = as_picks(list(seen.filter(code=code))) if code else []
    if words:
        found = find_sites(user=form.pen.user, on=form.pen.on, words=words, most=MOST_PICKS)
        picks += [one for one in as_picks([line.site for line in found]) if one not in picks]
    return picks


def _area_picks(form: CaseForm, data: QueryDict | None) -> list[Pick]:
    code, words = _value(form, data, "area"), _value(form, data, "area_q")
    picks = [Pick(code, area_label(code), "")] if code and form.pen.reaches(code) else []
    if words:
        found = find_areas(words=words, user=form.pen.user, on=form.pen.on)
        rows = [Pick(row.area.code, row.label, row.level) for row in found[:MOST_PICKS]]
        picks += [one for one in rows if one.code != code]
    return picks


def _likely(data: QueryDict | None) -> list[Category]:
    if data is None:
        return []
    return likely_categories(f"{data.get('title', '')} {data.get('words', '')}")


MOST_PICKS: Final = 12


# --- What the page asks for while one writes ------------------------------------------------------


@require_safe
def picks(request: UserRequest, kind: str) -> HttpResponse:
    """Sites or areas for the words typed, or what lies around a position."""
    on = city_day(timezone.now())
    require(may(request.user, Action.CASE_REPORT, on=on))
    pen, user = Pen.of(request.user, on), request.user
    words = request.GET.get(f"{kind}_q", "").replace("\0", "").strip()[:60]
    found: list[Pick] = []
    if kind == "site" and words:
        lines = find_sites(user=user, on=on, words=words, most=MOST_PICKS)
        found = as_picks([line.site for line in lines])
    elif kind == "area" and words:
        rows = find_areas(words=words, user=user, on=on)[:MOST_PICKS]
        found = [
            Pick(row.area.code, row.label, row.level) for row in rows if pen.reaches(row.area.code)
        ]
    elif kind not in {"site", "area"}:
        raise Http404
    context = {"picks": found, "name": kind, "asked": words, "chosen": ""}
    return render(request, "cases/_picks.html", context)


@require_safe
def around(request: UserRequest) -> HttpResponse:
    """What lies around a position that the device has told: the sites, and the area."""
    on = city_day(timezone.now())
    require(may(request.user, Action.CASE_REPORT, on=on))
    lat, lon = _degrees(request.GET.get("lat", "")), _degrees(request.GET.get("lon", ""))
    near: list[Pick] = []
    area = ""
    if lat is not None and lon is not None:
        near = sites_near(lat=lat, lon=lon, user=request.user, on=on)
        area = smallest_area(lat, lon) or ""
    context = {
        "picks": near,
        "name": "site",
        "area": area_label(area) if area else "",
        "here": True,
    }
    return render(request, "cases/_picks.html", context)


@require_safe
def hints(request: UserRequest) -> HttpResponse:
    """While one writes: the likely category, to whom it would go, and what is known already."""
    now = timezone.now()
    on, user, given = city_day(now), request.user, request.GET
    require(may(user, Action.CASE_REPORT, on=on))
    category = Category.objects.filter(code=given.get("category", "")).first()
    site = Site.objects.visible_to(user, on).filter(code=given.get("site", "")).first()
    area = Area.objects.filter(code=given.get("area", "")).first()
    lat, lon = _degrees(given.get("lat", "")), _degrees(given.get("lon", ""))
    title = given.get("title", "").strip()[:120]
    has_point = lat is not None and lon is not None
    spot = Spot(
        site=site,
        area=area,
        address=given.get("address", "")[:200],
        lat=lat if has_point else None,
        lon=lon if has_point else None,
        category=category,
    )
    same = alike(spot, user=user, now=now)
    context: dict[str, Any] = {
        "likely": [] if category else likely_categories(f"{title} {given.get('words', '')}"),
        "same": same,
        "suggestion": _suggestion(title, category, site, area, now),
        "now": now,
    }
    return render(request, "cases/_hints.html", context)


def _suggestion(
    title: str, category: Category | None, site: Site | None, area: Area | None, now: datetime
) -> Any:
    if not title or (site is None and area is None):
        return None
    try:
        return suggest(
            loop.CaseDraft(title=title, category=category, site=site, area=area), now=now
        )
    except SiteOutsideArea:
        return None


def _degrees(text: str) -> Decimal | None:
    try:
        degrees = Decimal(text.strip())
    except InvalidOperation:
        return None
    return round(degrees, 6) if degrees.is_finite() and abs(degrees) <= MOST_DEGREES else None


MOST_DEGREES: Final = 180


# --- Putting right --------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def amend(request: UserRequest, number: str) -> HttpResponse:
    """Put right what is known of a case that is with no unit yet."""
    now = timezone.now()
    case = visible_case(request.user, number, now)
    require(rules.has_post_for(request.user, case, MoveName.AMEND, on=city_day(now)))
    if CaseStatus(case.status) not in MOVES[MoveName.AMEND].origins:
        return moved_on(request, case, now, refusal="")
    pen, is_sent = Pen.of(request.user, city_day(now)), request.method == "POST"
    form = CaseForm(
        request.POST if is_sent else None,
        pen=pen,
        categories=category_options(),
        initial=_known(case),
        amends=True,
    )
    if is_sent and "find" not in request.POST and form.is_valid():
        try:
            operations.amend_case(
                case_id=case.pk,
                draft=replace(loop.draft_of(case), **form.facts()),
                actor=request.user,
                now=now,
                client_id=form.cleaned_data["client_id"],
            )
        except tuple(FIELDS) as refusal:
            place = FIELDS[type(refusal)]
            form.add_error(place if place in form.fields else None, str(refusal))
        except Refused as refusal:
            if refusal.status != CONFLICT:
                raise
            return moved_on(request, visible_case(request.user, number, now), now, str(refusal))
        else:
            messages.success(request, f"{case.number} {_('已更正。')}")
            return htmx.SeeOther(way_back(request, own_url(case)))
    return _show(request, form, [], now, case=case)


CONFLICT: Final = 409


def _known(case: Case) -> dict[str, Any]:
    return {
        "title": case.title,
        "words": case.words,
        "category": case.category_id or "",
        "severity": case.severity,
        "source_number": case.source_number,
        "site": case.site_id or "",
        "area": "" if case.site_id else case.area_id,
        "address": case.address,
        "lat": case.lat,
        "lon": case.lon,
    }
