"""A case that is no longer mine to see: what whoever still works at it is told, and where he goes on."""

from datetime import datetime
from urllib.parse import parse_qs
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse

from yanzhen.accounts.http import UserRequest
from yanzhen.cases import loop
from yanzhen.cases.enums import MOVES, MoveName
from yanzhen.cases.http import query_of, way_back
from yanzhen.cases.models import Case
from yanzhen.cases.queries.page import taken_from
from yanzhen.cases.views.deeds import DEEDS
from yanzhen.cases.views.page import own_url
from yanzhen.core import htmx
from yanzhen.core.time import city_day
from yanzhen.events.models import Event

CONFLICT = 409


def no_longer_mine(
    request: UserRequest, number: str, name: MoveName, now: datetime
) -> HttpResponse:
    """Answer somebody whose unit had the case; for anybody else there is no such case.

    A form that comes once more after it was taken is answered as the first time. Whoever comes
    second is told what happened, and finds the words that he had written.
    """
    if request.method == "POST" and _was_done(request, number, name):
        messages.success(request, f"{number} {DEEDS[name].done}")
        return led_to(request, _list_of(way_back(request, reverse("cases:ledger")), number))
    taken = taken_from(number=number, user=request.user, on=city_day(now))
    if taken is None:
        raise Http404
    context = {
        "number": number,
        "what": loop.happened(taken),
        "is_sent": request.method == "POST",
        "words": request.POST.get("words", "").strip(),
        "in_pane": "pane" in request.POST or "pane" in request.GET,
    }
    part = "pane" if context["in_pane"] else "told"
    return htmx.page(request, "cases/gone.html", context, part=part, status=CONFLICT)


def _was_done(request: UserRequest, number: str, name: MoveName) -> bool:
    try:
        client_id = UUID(request.POST.get("client_id", ""))
    except ValueError:
        return False
    done = Event.objects.filter(
        client_id=client_id, kind=MOVES[name].event, actor=request.user, subject_kind="case"
    ).first()
    return done is not None and Case.objects.filter(pk=done.subject_id, number=number).exists()


def onward(request: UserRequest, case: Case, now: datetime) -> str:
    """Where to go after a move: back where one came from, but not to a case that one has given away."""
    url = way_back(request, own_url(case))
    if url.partition("?")[0] != own_url(case):
        return url
    seen = Case.objects.visible_to(request.user, city_day(now)).filter(pk=case.pk)
    return url if seen.exists() else _list_of(url, case.number)


def _list_of(url: str, number: str) -> str:
    """The list from which one came to the page of a case; any other address stays as it is."""
    if url.partition("?")[0] != reverse("cases:case", args=[number]):
        return url
    back = parse_qs(query_of(url)).get("from", [""])[0]
    return f"{reverse('cases:ledger')}?{back}" if back else reverse("cases:ledger")


def led_to(request: UserRequest, url: str) -> HttpResponse:
    """Lead the whole page on, also when htmx asked for a part of it."""
    if not htmx.is_htmx(request):
        return htmx.SeeOther(url)
    if "pane" in request.POST:
        return htmx.done(request, changed="case", to="cases:ledger")
    return HttpResponse(headers={"HX-Redirect": url, "Vary": "HX-Request"})
