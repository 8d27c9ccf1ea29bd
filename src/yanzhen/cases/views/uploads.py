"""Photos that come with a form: kept one by one, each with its own refusal."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from yanzhen.accounts.models import User
from yanzhen.core.time import FIRST_YEAR, LAST_YEAR, city_zone
from yanzhen.files.errors import PhotoRefused
from yanzhen.files.models import Photo
from yanzhen.files.operations import store_photo


@dataclass(frozen=True, slots=True)
class Kept:
    """The photos that could be kept, and why others could not."""

    photos: Sequence[Photo]
    refusals: Sequence[str]


def keep_photos(
    *,
    uploads: Sequence["UploadedFile[Any]"],
    facts: str,
    kept_ids: Sequence[int],
    form_id: UUID | None,
    actor: User,
    now: datetime,
) -> Kept:
    """Keep what was uploaded, after what the same person uploaded with the same form before.

    What a refused form had brought already is named by `kept_ids`, so nobody uploads twice. Sent
    again under the same `form_id`, the same file is the same photo.
    """
    earlier = {
        photo.pk: photo for photo in Photo.objects.filter(pk__in=kept_ids, uploaded_by=actor)
    }
    photos = [earlier[pk] for pk in dict.fromkeys(kept_ids) if pk in earlier]
    refusals: list[str] = []
    claims = _claims(facts)
    for place, upload in enumerate(uploads):
        claim = claims[place] if place < len(claims) else {}
        try:
            photo = store_photo(
                upload=upload,
                name=upload.name or "",
                taken_at=_moment(claim.get("taken_at")),
                **_place(claim),
                actor=actor,
                now=now,
                client_id=_photo_id(form_id, upload),
            )
        except PhotoRefused as refusal:
            refusals.append(str(refusal))
        else:
            if photo not in photos:
                photos.append(photo)
    return Kept(photos, refusals)


def facts_of(data: QueryDict, field: str = "photos") -> str:
    """What the page's script says of the photos beside them."""
    return data.get(f"{field}_facts", "")


def _photo_id(form_id: UUID | None, upload: "UploadedFile[Any]") -> UUID | None:
    if form_id is None:
        return None
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return uuid5(NAMESPACE_OID, f"{form_id}:{digest.hexdigest()}")


def _claims(facts: str) -> list[dict[str, Any]]:
    """What the script read out of the originals; no claim is taken for more than a claim."""
    try:
        claims = json.loads(facts) if facts else []
    except (json.JSONDecodeError, RecursionError):
        return []
    return [one for one in claims if isinstance(one, dict)] if isinstance(claims, list) else []


def _moment(text: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        at = (at if at.tzinfo else at.replace(tzinfo=city_zone())).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None
    return at if at.year in range(FIRST_YEAR, LAST_YEAR) else None


def _place(claim: dict[str, Any]) -> dict[str, Decimal]:
    lat, lon = _degrees(claim.get("lat"), 90), _degrees(claim.get("lon"), 180)
    return {} if lat is None or lon is None else {"lat": lat, "lon": lon}


def _degrees(number: Any, most: int) -> Decimal | None:
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    return round(Decimal(str(number)), 6) if abs(number) <= most else None
