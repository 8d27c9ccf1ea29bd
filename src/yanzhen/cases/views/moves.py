"""The moves of the loop as pages: one address each, one operation behind it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yanzhen.accounts.http import UserRequest
from yanzhen.accounts.models import User
from yanzhen.cases import rulebook, rules
from yanzhen.cases.enums import MOVES, CaseStatus, MoveName
from yanzhen.cases.forms.moves import MoveForm, PhotosForm
from yanzhen.cases.http import way_back
from yanzhen.cases.models import Case
from yanzhen.cases.queries.flags import flags_of
from yanzhen.cases.queries.page import near_units
from yanzhen.cases.views.deeds import DEEDS, FIELDS, WITH_PHOTOS, Deed
from yanzhen.cases.views.gone import led_to, no_longer_mine, onward
from yanzhen.cases.views.page import own_url, page_context, visible_case
from yanzhen.cases.views.panel import Offer, offer_of
from yanzhen.cases.views.uploads import facts_of, keep_photos
from yanzhen.core import htmx
from yanzhen.core.errors import Refused, require
from yanzhen.core.time import city_day
from yanzhen.events.errors import ClientIdReused
from yanzhen.files.models import Photo

CONFLICT, UNPROCESSABLE = 409, 422


@require_http_methods(["GET", "POST"])
def move(request: UserRequest, number: str, name: MoveName) -> HttpResponse:
    """Ask for what a move needs, and make it.

    Whoever comes second is told what happened meanwhile and sees the case as it stands now.
    """
    now, deed = timezone.now(), DEEDS[name]
    try:
        case = visible_case(request.user, number, now)
    except Http404:
        return no_longer_mine(request, number, name, now)
    require(rules.has_post_for(request.user, case, name, on=city_day(now)))
    is_sent = request.method == "POST"
    offer = offer_of(
        deed,
        case=case,
        user=request.user,
        now=now,
        book=rulebook.current(),
        data=request.POST if is_sent else None,
        files=request.FILES if is_sent else None,
    )
    if is_sent:
        return _sent(request, case, deed, offer, now)
    if CaseStatus(case.status) not in MOVES[name].origins:
        return moved_on(request, case, now, refusal="")
    return _ask(request, case, offer, now)


def _sent(
    request: UserRequest, case: Case, deed: Deed, offer: Offer, now: datetime
) -> HttpResponse:
    """Make the move with what was given; what is missing or wrong is said beside its field."""
    kept = _photos(request, offer.form, now) if deed.move in WITH_PHOTOS else []
    if not offer.form.is_valid():
        return _ask(request, case, offer, now, kept=kept)
    try:
        _make(deed, offer.form, case, request.user, now, kept)
    except ClientIdReused:
        raise
    except Refused as refusal:
        if type(refusal) in FIELDS or refusal.status == UNPROCESSABLE:
            _beside(offer.form, refusal)
            return _ask(request, case, offer, now, kept=kept)
        try:
            case = visible_case(request.user, case.number, now)
        except Http404:  # taken away between the look and the lock
            return no_longer_mine(request, case.number, deed.move, now)
        if refusal.status != CONFLICT:
            raise
        return moved_on(request, case, now, str(refusal))
    messages.success(request, f"{case.number} {deed.done}")
    return led_to(request, onward(request, case, now))


def _make(
    deed: Deed, form: MoveForm, case: Case, actor: User, now: datetime, photos: list[Photo]
) -> None:
    given = form.given()
    if deed.move in WITH_PHOTOS:
        given["photos"] = photos
    deed.operation(
        case_id=case.pk,
        actor=actor,
        now=now,
        client_id=form.cleaned_data["client_id"],
        **{name: value for name, value in given.items() if value is not None},
    )


def _photos(request: UserRequest, form: MoveForm, now: datetime) -> list[Photo]:
    """Keep the photos that came; a refused one is an error of the field, the others stay kept."""
    form.is_valid()
    uploads = form.cleaned_data.get("photos", []) if hasattr(form, "cleaned_data") else []
    kept = keep_photos(
        uploads=uploads,
        facts=facts_of(request.POST),
        kept_ids=form.kept_ids if isinstance(form, PhotosForm) else [],
        form_id=form.cleaned_data.get("client_id"),
        actor=request.user,
        now=now,
    )
    for refusal in kept.refusals:
        form.add_error("photos", refusal)
    return list(kept.photos)


def _beside(form: MoveForm, refusal: Refused) -> None:
    places = (name for name in FIELDS.get(type(refusal), ()) if name in form.fields)
    form.add_error(next(places, None), str(refusal))


def _ask(
    request: UserRequest, case: Case, offer: Offer, now: datetime, kept: list[Photo] | None = None
) -> HttpResponse:
    """The form: as a page, in the side panel of a list, or in its place on the page it stands on."""
    context: dict[str, Any] = {}
    if not htmx.is_htmx(request):
        context = page_context(case, user=request.user, now=now)
    elif offer.deed.move == MoveName.VERIFY:
        context["flags"] = flags_of(case=case, user=request.user, on=city_day(now))
    context |= {
        "case": case,
        "offer": offer,
        "now": now,
        "kept": kept or [],
        "in_pane": "pane" in request.GET or "pane" in request.POST,
        "own_url": way_back(request, own_url(case)),
        "next": way_back(request, ""),
        "units": near_units(case) if "unit" in offer.form.fields else [],
    }
    status = UNPROCESSABLE if offer.form.errors else 200
    part = "pane" if context["in_pane"] else "form"
    return htmx.page(request, "cases/move.html", context, part=part, status=status)


def moved_on(request: UserRequest, case: Case, now: datetime, refusal: str) -> HttpResponse:
    """Somebody was quicker, or the page was old: say so, and show the case as it stands now."""
    context = page_context(case, user=request.user, now=now, refusal=refusal)
    context["moved_on"] = True
    if "pane" in request.POST or "pane" in request.GET:
        return htmx.page(request, "cases/pane.html", context, status=CONFLICT)
    response = htmx.page(request, "cases/case.html", context, part="case", status=CONFLICT)
    if htmx.is_htmx(request):
        response["HX-Retarget"], response["HX-Reswap"] = "#main", "innerHTML"
        response["HX-Push-Url"] = reverse("cases:case", args=[case.number])
    return response
