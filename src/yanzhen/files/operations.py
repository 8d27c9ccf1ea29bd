"""Taking a picture in."""

import errno
import hashlib
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from yanzhen.accounts.models import User
from yanzhen.core.errors import Refused, require
from yanzhen.core.time import city_day, city_zone
from yanzhen.events import operations as events
from yanzhen.events.errors import ClientIdReused
from yanzhen.files import rules, shelf
from yanzhen.files.errors import PhotoPlaceUnfit, PhotoTooLarge, ShelfFull
from yanzhen.files.models import Photo, PhotoMark
from yanzhen.files.pictures import MAX_BYTES, MAX_LAT, MAX_LON, Picture, picture_from
from yanzhen.files.queries import pixels_of_photo

STORED = "photo.stored"


def store_photo(
    *,
    upload: "UploadedFile[Any] | BinaryIO",
    name: str,
    taken_at: datetime | None = None,
    lat: Decimal | None = None,
    lon: Decimal | None = None,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Photo:
    """Keep a clean copy of a photo, and what its sender claims about it.

    What is said beside the picture wins over what the picture says. Call it outside a
    transaction: unpacking a picture takes up to a second, and no lock should wait for that. The
    files are safely on the disk before the row is committed, so a row always has its files; a
    crash in between leaves files without a row, which `jobs.remove_orphans` takes away.

    Raises `Forbidden`, a `PhotoRefused` or `ClientIdReused`.
    """
    require(rules.can_store(actor, on=city_day(now)))
    name = tidy_name(name)
    _check_place(lat, lon)
    content = _read(upload, name=name)
    sha256 = hashlib.sha256(content).hexdigest()
    if kept := _kept_before(client_id, sha256):
        return kept
    picture = picture_from(content, name=name, zone=city_zone())
    full_name, thumb_name = _put(picture)
    photo = Photo(
        sha256=sha256,
        original_name=name,
        original_bytes=len(content),
        original_format=picture.format,
        name=full_name,
        thumb_name=thumb_name,
        width=picture.width,
        height=picture.height,
        taken_at=taken_at or picture.claims.taken_at,
        lat=picture.claims.lat if lat is None else lat,
        lon=picture.claims.lon if lon is None else lon,
        uploaded_by=actor,
        uploaded_at=now,
        client_id=client_id,
    )
    try:
        kept = _record(photo)
    except Refused:
        _take_back(photo)
        raise
    if kept.name != full_name:
        _take_back(photo)
    return kept


@transaction.atomic
def _record(photo: Photo) -> Photo:
    """Write the row and its event; of one write sent twice at once, the first one's row counts.

    Should the commit itself break off, nobody knows how it ended: the files stay then.
    """
    client_id = photo.client_id
    if events.replayed(client_id, STORED, actor=photo.uploaded_by) and (
        kept := _kept_before(client_id, photo.sha256)
    ):
        return kept
    photo.save(force_insert=True)
    events.record(
        STORED,
        photo,
        actor=photo.uploaded_by,
        at=photo.uploaded_at,
        client_id=client_id,
        sha256=photo.sha256,
        name=photo.name,
    )
    return photo


def mark_photo(*, photo_id: int) -> int:
    """Keep the marks by which copies of a photo are found; return how many it has.

    Done once for each photo: again it changes nothing. The picture is read before the row is
    held. A photo whose file is gone has no marks, and `yanzhen check` says that it is gone.
    """
    photo = Photo.objects.get(pk=photo_id)
    if photo.mark_count is not None:
        return photo.mark_count
    from yanzhen.files.likeness import marks_of  # noqa: PLC0415 - slow

    pixels = pixels_of_photo(photo)
    keys = [] if pixels is None else marks_of(pixels)
    with transaction.atomic():
        photo = Photo.objects.locked().get(pk=photo_id)
        if photo.mark_count is None:
            PhotoMark.objects.bulk_create(PhotoMark(photo=photo, key=key) for key in keys)
            photo.mark_count = len(keys)
            photo.save(update_fields=["mark_count"])
    return photo.mark_count


def mark_waiting_photos(*, most: int = 500) -> int:
    """Mark the photos that nobody has marked yet, the oldest first; return how many there were."""
    waiting = Photo.objects.filter(mark_count=None).order_by("pk")
    keys = list(waiting.values_list("pk", flat=True)[:most])
    for key in keys:
        mark_photo(photo_id=key)
    return len(keys)


def tidy_name(name: str) -> str:
    """Return the last part of a file name as people may see it: no folders, no control signs."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in last if sign.isprintable()).strip()[-120:] or "照片"


def _check_place(lat: Decimal | None, lon: Decimal | None) -> None:
    if lat is None and lon is None:
        return
    if lat is None or lon is None or abs(lat) > MAX_LAT or abs(lon) > MAX_LON:
        raise PhotoPlaceUnfit


def _read(upload: "UploadedFile[Any] | BinaryIO", *, name: str) -> bytes:
    """Read all of the upload, and never more than one byte above the limit."""
    content = upload.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise PhotoTooLarge(name=name, limit=MAX_BYTES // 1024 // 1024)
    return bytes(content)


def _kept_before(client_id: UUID | None, sha256: str) -> Photo | None:
    if client_id is None:
        return None
    photo = Photo.objects.filter(client_id=client_id).first()
    if photo is not None and photo.sha256 != sha256:
        raise ClientIdReused
    return photo


def _take_back(photo: Photo) -> None:
    shelf.drop(photo.name)
    shelf.drop(photo.thumb_name)


def _put(picture: Picture) -> tuple[str, str]:
    full_name, thumb_name = shelf.new_names()
    try:
        shelf.put(full_name, picture.full)
        shelf.put(thumb_name, picture.thumb)
    except OSError as error:
        shelf.drop(full_name)
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise ShelfFull from error
        raise
    return full_name, thumb_name
