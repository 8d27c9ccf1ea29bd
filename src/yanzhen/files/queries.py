"""Reads of pictures."""

import logging
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from django.db.models import Count
from PIL import Image

from yanzhen.files import shelf
from yanzhen.files.models import Photo, PhotoMark

if TYPE_CHECKING:
    from yanzhen.files.likeness import Pixels

log = logging.getLogger(__name__)

LEAST_MARKS: Final = 3
"""Marks that two photos must share before anybody looks at them: strangers share two at most."""
WORTH_A_LOOK: Final = 200
"""Photos that share most, out of which those are looked at that belong to something."""


def photos_without_files() -> Iterator[Photo]:
    """The photos whose picture or thumbnail is not on the disk: there should be none."""
    for photo in Photo.objects.order_by("pk").iterator(chunk_size=2000):
        if not all(shelf.path_of(name).is_file() for name in (photo.name, photo.thumb_name)):
            yield photo


def pixels_of_photo(photo: Photo) -> "Pixels | None":
    """The pixels in which photos are compared; nothing where the file is gone."""
    from yanzhen.files.likeness import pixels_of  # noqa: PLC0415 - slow

    try:
        with Image.open(shelf.path_of(photo.thumb_name)) as image:
            return pixels_of(image)
    except FileNotFoundError:
        log.warning("photo %s has no thumbnail", photo.pk)
        return None


def photos_sharing_marks(keys: Iterable[int]) -> list[int]:
    """Keys of the photos that share several of these marks, those that share most first.

    One question that an index alone answers, on any number of photos.
    """
    shared = (
        PhotoMark.objects.filter(key__in=list(keys))
        .values("photo_id")
        .annotate(shared=Count("*"))
        .filter(shared__gte=LEAST_MARKS)
        .order_by("-shared", "photo_id")
    )
    return [row["photo_id"] for row in shared[:WORTH_A_LOOK]]


def photos_worth_a_look(photo: Photo) -> list[int]:
    """Keys of other photos out of which this one may have been made, the likeliest first."""
    from yanzhen.files.likeness import marks_asked  # noqa: PLC0415 - slow

    pixels = pixels_of_photo(photo)
    if pixels is None:
        return []
    return [key for key in photos_sharing_marks(marks_asked(pixels)) if key != photo.pk]


def copies_among(photo: Photo, others: Iterable[Photo]) -> list[Photo]:
    """Those of the others out of which this photo was made, or that were made out of it."""
    from yanzhen.files.likeness import agreement  # noqa: PLC0415 - slow

    pixels = pixels_of_photo(photo)
    if pixels is None:
        return []
    return [
        other
        for other in others
        if (old := pixels_of_photo(other)) is not None and agreement(pixels, old).is_copy
    ]


def picture_bytes(photo: Photo, *, small: bool = False) -> bytes | None:
    """A kept picture as it lies on the disk, or its thumbnail; nothing where the file is gone."""
    try:
        return shelf.path_of(photo.thumb_name if small else photo.name).read_bytes()
    except FileNotFoundError:
        log.warning("photo %s has no file", photo.pk)
        return None
