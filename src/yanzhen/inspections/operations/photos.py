"""Photos on their way from a phone, piece by piece, until each is here and has its receipt."""

import base64
import hashlib
import io
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yanzhen.accounts.models import User
from yanzhen.files.errors import PhotoRefused, ShelfFull
from yanzhen.files.models import Photo
from yanzhen.files.operations import store_photo
from yanzhen.inspections import pieces
from yanzhen.inspections.enums import PhotoState
from yanzhen.inspections.errors import (
    PhotoNotAnnounced,
    PhotoNotAsAnnounced,
    PhotoOffsetWrong,
    PhotoPieceTooLarge,
)
from yanzhen.inspections.models import CheckPhoto
from yanzhen.inspections.operations.casework import show_photo

MOST = 1024 * 1024
"""Bytes that are taken at once."""
RECEIPT_SIGNS = 4


def photo_of(*, client_id: UUID, actor: User) -> CheckPhoto:
    """The photo that this inspector announced. Raises `PhotoNotAnnounced`."""
    row = (
        CheckPhoto.objects.select_related("answer__visit", "photo")
        .filter(client_id=client_id)
        .first()
    )
    if row is None or row.answer.visit.inspector_id != actor.pk:
        raise PhotoNotAnnounced
    return row


def take_piece(
    *, client_id: UUID, offset: int, body: bytes, actor: User, now: datetime
) -> CheckPhoto:
    """Take the next bytes of a photo; with the last ones it is checked, kept and shown.

    A photo that is here, or was refused for good, stays as it is: a resend is harmless. Call it
    outside a transaction, as `files.operations.store_photo` asks.

    Raises `PhotoNotAnnounced`, `PhotoOffsetWrong`, `PhotoPieceTooLarge`, `PhotoNotAsAnnounced` or
    `ShelfFull`. A file that is no photo is no refusal of the call: the row says so.
    """
    row = _append(client_id, offset, body, actor)
    if row.received < row.size or state_of(row) != PhotoState.WAITING:
        return row
    content = pieces.read(client_id, row.size)
    if hashlib.sha256(content).hexdigest() != row.sha256:
        _begin_anew(client_id)
        raise PhotoNotAsAnnounced
    try:
        photo = store_photo(
            upload=io.BytesIO(content),
            name=f"{client_id.hex[:8]}.jpg",
            taken_at=row.taken_at,
            lat=row.lat,
            lon=row.lon,
            actor=actor,
            now=now,
            client_id=client_id,
        )
    except ShelfFull:
        raise  # the bytes stay: the phone asks again later
    except PhotoRefused as refusal:
        row = _refuse(client_id, str(refusal))
    else:
        row = _keep(client_id, photo, actor, now)
    pieces.drop(client_id)  # after the commit: until then they are all there is
    return row


@transaction.atomic
def _append(client_id: UUID, offset: int, body: bytes, actor: User) -> CheckPhoto:
    row = CheckPhoto.objects.locked().filter(client_id=client_id).first()
    if row is None or row.answer.visit.inspector_id != actor.pk:
        raise PhotoNotAnnounced
    if state_of(row) != PhotoState.WAITING:
        return row
    if offset != row.received:
        raise PhotoOffsetWrong(received=row.received)
    if len(body) > MOST or offset + len(body) > row.size:
        raise PhotoPieceTooLarge(most=MOST // 1024)
    if body:
        pieces.put(client_id, offset, body)
        row.received = offset + len(body)
        row.save(update_fields=["received"])
    return row


@transaction.atomic
def _begin_anew(client_id: UUID) -> None:
    row = CheckPhoto.objects.locked().get(client_id=client_id)
    if row.photo_id is None:
        row.received = 0
        row.save(update_fields=["received"])
        pieces.drop(client_id)


@transaction.atomic
def _refuse(client_id: UUID, sentence: str) -> CheckPhoto:
    row = CheckPhoto.objects.locked().get(client_id=client_id)
    row.refusal = sentence[:200]
    row.save(update_fields=["refusal"])
    return row


@transaction.atomic
def _keep(client_id: UUID, photo: Photo, actor: User, now: datetime) -> CheckPhoto:
    """Of two that bring the last bytes at once, the second finds the photo here."""
    row = CheckPhoto.objects.locked().get(client_id=client_id)
    if row.photo_id is None:
        row.photo, row.stored_at = photo, now
        row.save(update_fields=["photo", "stored_at"])
        show_photo(check=row.answer, photo=photo, actor=actor, now=now)
    return row


def state_of(row: CheckPhoto) -> PhotoState:
    """How far a photo is."""
    if row.photo_id is not None:
        return PhotoState.STORED
    return PhotoState.REFUSED if row.refusal else PhotoState.WAITING


def receipt_of(row: CheckPhoto) -> str:
    """Four signs that say on the phone that exactly this photo is here; nothing before it is."""
    if row.photo_id is None:
        return ""
    digest = hashlib.sha256(f"{row.client_id.hex}{row.sha256}".encode()).digest()
    return base64.b32encode(digest).decode()[:RECEIPT_SIGNS]
