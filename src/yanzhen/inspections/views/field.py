"""The five calls of a phone, as ADR 21 has them. JSON in, JSON out, every "no" with a sentence."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yanzhen.accounts.http import UserRequest
from yanzhen.core.errors import Refused, require
from yanzhen.core.time import city_day
from yanzhen.inspections import rules
from yanzhen.inspections.enums import PhotoState
from yanzhen.inspections.errors import PhotoPieceTooLarge, SyncUnreadable
from yanzhen.inspections.models import CheckPhoto, Round
from yanzhen.inspections.operations.photos import (
    MOST,
    photo_of,
    receipt_of,
    state_of,
    take_piece,
)
from yanzhen.inspections.operations.visits import (
    REFUSED,
    CheckAnswer,
    VisitAnswer,
    take_visit,
)
from yanzhen.inspections.phone_clock import Skew
from yanzhen.inspections.queries.field import field_rounds, pack_of
from yanzhen.inspections.wire import sending_of

BLOCK = 64 * 1024


@require_GET
def rounds(request: UserRequest) -> HttpResponse:
    """The open rounds in which I am sent."""
    now = timezone.now()
    on = city_day(now)
    require(rules.can_visit_anywhere(request.user, on=on))
    return _json(
        {
            "csrf": get_token(request),
            "now": now,
            "person": {"id": request.user.pk, "name": request.user.full_name},
            "rounds": [
                {
                    "id": one.round.pk,
                    "name": one.round.name,
                    "kind": one.round.kind,
                    "is_unannounced": one.round.is_unannounced,
                    "from_on": one.round.from_on,
                    "to_on": one.round.to_on,
                    "mine": one.mine,
                    "mine_done": one.mine_done,
                    "sites": one.sites,
                    "pack": reverse("inspections:field_pack", args=[one.round.pk]),
                }
                for one in field_rounds(user=request.user, on=on)
            ],
        }
    )


@require_GET
def pack(request: UserRequest, pk: int) -> HttpResponse:
    """All that a day in this round needs; nothing again where the phone has it already."""
    now = timezone.now()
    on = city_day(now)
    round_ = get_object_or_404(Round.objects.visible_to(request.user, on), pk=pk)
    if not rules.walks(request.user, round_, on=on) or round_.opened_at is None:
        raise Http404
    facts, tag = pack_of(round_=round_, user=request.user, now=now)
    if request.headers.get("If-None-Match", "").removeprefix("W/").strip('"') == tag:
        answer = HttpResponse(status=304)
    else:
        answer = _json({**facts, "csrf": get_token(request), "now": now})
    answer["ETag"] = f'"{tag}"'
    patch_cache_control(answer, private=True, no_cache=True)
    return answer


@require_POST
def sync(request: UserRequest) -> HttpResponse:
    """Take in visits with their checks; each is answered by its id."""
    now = timezone.now()
    require(rules.can_visit_anywhere(request.user, on=city_day(now)))
    sending = sending_of(request.body)
    skew = Skew.of(sent_at=sending.sent_at, now=now)
    answers = []
    for client_id, sent in sending.visits:
        try:
            if isinstance(sent, SyncUnreadable):
                raise sent
            answers.append(take_visit(sent=sent, skew=skew, actor=request.user, now=now))
        except Refused as refusal:
            answers.append(VisitAnswer(client_id, REFUSED, refusal.code, str(refusal)))
    return _json(
        {
            "csrf": get_token(request),
            "now": now,
            "skew_seconds": skew.seconds,
            "visits": [_visit(one) for one in answers],
        }
    )


@require_http_methods(["GET", "HEAD", "PUT"])
def photo(request: UserRequest, client_id: UUID) -> HttpResponse:
    """Take the next bytes of a photo, or say how many are here."""
    now = timezone.now()
    require(rules.can_visit_anywhere(request.user, on=city_day(now)))
    if request.method != "PUT":
        row = photo_of(client_id=client_id, actor=request.user)
        return _photo_answer(row)
    offset = request.GET.get("offset", "")
    if not (offset.isascii() and offset.isdecimal() and len(offset) < len(str(2**31))):
        raise SyncUnreadable(where="offset", why=offset[:20])
    row = take_piece(
        client_id=client_id,
        offset=int(offset),
        body=_body_of(request),
        actor=request.user,
        now=now,
    )
    return _photo_answer(row, status=422 if state_of(row) == PhotoState.REFUSED else 200)


def _body_of(request: UserRequest) -> bytes:
    """The bytes that came; where the connection broke, those before it did."""
    if int(request.headers.get("Content-Length") or 0) > MOST:
        raise PhotoPieceTooLarge(most=MOST // 1024)
    body = bytearray()
    try:
        while block := request.read(BLOCK):
            body += block
            if len(body) > MOST:
                raise PhotoPieceTooLarge(most=MOST // 1024)
    except UnreadablePostError:
        return bytes(body)  # what had arrived counts; the phone asks how much that is
    return bytes(body)


# --- How things are said --------------------------------------------------------------------------


def _json(facts: dict[str, Any], status: int = 200) -> JsonResponse:
    answer = JsonResponse(facts, status=status, json_dumps_params={"ensure_ascii": False})
    answer["Cache-Control"] = "private, no-store"
    return answer


def _visit(answer: VisitAnswer) -> dict[str, Any]:
    return {
        "id": answer.client_id,
        "answer": answer.answer,
        "code": answer.code,
        "sentence": answer.sentence,
        "checks": [_check(one) for one in answer.checks],
    }


def _check(answer: CheckAnswer) -> dict[str, Any]:
    check = answer.check
    return {
        "id": answer.client_id,
        "answer": answer.answer,
        "code": answer.code,
        "sentence": answer.sentence,
        "result": check.result if check else "",
        "value": None if check is None or check.value is None else str(check.value),
        "case": check.case.number if check and check.case else None,
        "photos": _photos(answer.photos),
    }


def _photos(rows: Iterable[CheckPhoto]) -> list[dict[str, Any]]:
    return [_photo(row) for row in rows]


def _photo(row: CheckPhoto) -> dict[str, Any]:
    return {
        "id": row.client_id,
        "state": state_of(row),
        "received": row.received,
        "size": row.size,
        "sha256": row.sha256,
        "receipt": receipt_of(row),
        "code": "photo_refused" if row.refusal else "",
        "sentence": row.refusal,
    }


def _photo_answer(row: CheckPhoto, status: int = 200) -> HttpResponse:
    answer = _json(_photo(row), status=status)
    answer["Upload-Offset"], answer["Upload-Length"] = str(row.received), str(row.size)
    return answer
