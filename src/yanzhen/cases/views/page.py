"""The page of a case, its side panel, its notice on paper."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yanzhen.accounts.http import UserRequest
from yanzhen.accounts.models import User
from yanzhen.cases.clock_story import clock_story
from yanzhen.cases.enums import PhotoMoment
from yanzhen.cases.models import Case, CasePhoto
from yanzhen.cases.queries.address import ask_of
from yanzhen.cases.queries.flags import flags_of
from yanzhen.cases.queries.ledger import Neighbours, neighbours, seen_cases, with_rows
from yanzhen.cases.queries.page import CasePage, case_page, near_units
from yanzhen.cases.queries.story import Told
from yanzhen.cases.queries.waiting import Standpoint
from yanzhen.cases.views.panel import panel_of
from yanzhen.core.time import city_day
from yanzhen.core.words import near_date
from yanzhen.places.queries import point_sketch


def visible_case(user: User, number: str, now: datetime) -> Case:
    """The case with this number, if `user` may see it; else there is none."""
    seen = with_rows(Case.objects.visible_to(user, city_day(now))).select_related("area")
    case = seen.filter(number=number).first()
    if case is None:
        raise Http404
    return case


@require_safe
def page(request: UserRequest, number: str) -> HttpResponse:
    """Everything about one case, and what I may do with it."""
    now = timezone.now()
    case = visible_case(request.user, number, now)
    context = page_context(case, user=request.user, now=now, back=request.GET.get("from", ""))
    return render(request, "cases/case.html", context)


@require_safe
def pane(request: UserRequest, number: str) -> HttpResponse:
    """The case beside the list; by itself it leads to the whole page."""
    now = timezone.now()
    case = visible_case(request.user, number, now)
    context = page_context(case, user=request.user, now=now, back=request.GET.get("from", ""))
    return render(request, "cases/pane.html", context)


@require_safe
def notice(request: UserRequest, number: str) -> HttpResponse:
    """The notice to put right, as it goes out on paper."""
    now = timezone.now()
    case = visible_case(request.user, number, now)
    found = case_page(case=case, user=request.user, now=now)
    context = {
        "page": found,
        "case": case,
        "now": now,
        "office": settings.YANZHEN_CITY_NAME,
        "photos": [shot(photo, found, now) for photo in found.photos[PhotoMoment.BEFORE][:4]],
    }
    return render(request, "cases/notice.html", context)


def page_context(
    case: Case, *, user: User, now: datetime, back: str = "", refusal: str = ""
) -> dict[str, Any]:
    """What the templates of one case read. `back` is the query of the list one came from."""
    found = case_page(case=case, user=user, now=now)
    panel = panel_of(found, user=user, now=now)
    flags = flags_of(case=case, user=user, on=city_day(now))
    return {
        "page": found,
        "case": case,
        "now": now,
        "panel": panel,
        "clock": clock_story(case, now=now),
        "compare": compare(found, now),
        "strips": strips(found, now, flagged=flags.open_photos),
        "flags": flags,
        "map": point_sketch(
            code=case.area_id,
            lat=case.lat if case.lat is not None else getattr(case.site, "lat", None),
            lon=case.lon if case.lon is not None else getattr(case.site, "lon", None),
            name=case.site.name if case.site else case.address,
        ),
        "beside": _beside(case, user, now, back),
        "back": back,
        "back_url": f"{reverse('cases:ledger')}?{back}" if back else reverse("cases:ledger"),
        "own_url": own_url(case, back),
        "refusal": refusal,
        "units": near_units(case) if any("unit" in one.form.fields for one in panel.offers) else [],
    }


def own_url(case: Case, back: str = "") -> str:
    """The page of a case, which remembers the list one came from."""
    url = reverse("cases:case", args=[case.number])
    return f"{url}?{urlencode({'from': back})}" if back else url


def _beside(case: Case, user: User, now: datetime, back: str) -> Neighbours:
    if not back:
        return Neighbours()
    who = Standpoint.of(user, city_day(now))
    cases = seen_cases(user=user, on=city_day(now))
    return neighbours(case=case, cases=cases, ask=ask_of(QueryDict(back)), who=who, now=now)


# --- Photos ---------------------------------------------------------------------------------------

_LABELS = {PhotoMoment.BEFORE: "前", PhotoMoment.AFTER: "后", PhotoMoment.CHECK: "核查"}


def shot(photo: CasePhoto, found: CasePage, now: datetime) -> dict[str, Any]:
    """One photo as the templates of photos read it."""
    url = {size: reverse("files:photo", args=[photo.photo_id, size]) for size in ("full", "thumb")}
    told: Told | None = next((one for one in found.story if one.number == photo.event_number), None)
    at = photo.photo.taken_at or (told.at if told else photo.photo.uploaded_at)
    who = told.post or told.person if told else ""
    moment = str(PhotoMoment(photo.moment).label)
    what = f"{moment}：{photo.caption or found.case.title}"
    stamp = f"{near_date(at, now=now)} {who}".strip()
    return {"url": url["full"], "thumb": url["thumb"], "alt": what, "stamp": stamp, "label": moment}


def compare(found: CasePage, now: datetime) -> dict[str, Any] | None:
    """The pair that stands side by side; nothing until there are both."""
    if found.before is None or found.after is None:
        return None
    return {"before": shot(found.before, found, now), "after": shot(found.after, found, now)}


def strips(
    found: CasePage, now: datetime, *, flagged: Collection[int] = ()
) -> list[dict[str, Any]]:
    """All photos, small, by what they show; those that are to be looked at again are marked."""
    groups = []
    for moment in PhotoMoment:
        photos = [
            shot(photo, found, now)
            | {
                "current": photo in (found.before, found.after),
                "flagged": photo.photo_id in flagged,
            }
            for photo in found.photos[moment]
        ]
        if photos:
            groups.append({"label": _(_LABELS[moment]), "photos": photos})
    return groups
