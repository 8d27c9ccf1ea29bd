"""Photos for the tests: pictures made here, of one colour or of noise, in any format."""

import io
from datetime import UTC, datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.files.models import Photo
from yanzhen.files.operations import store_photo

NOW = datetime(2026, 11, 21, 6, 5, tzinfo=UTC)


def picture(
    image_format: str = "JPEG",
    *,
    color: str = "teal",
    size: tuple[int, int] = (64, 48),
    mode: str = "RGB",
    **options: Any,
) -> bytes:
    """The bytes of a picture of one colour."""
    out = io.BytesIO()
    Image.new(mode, size, color).save(out, image_format, **options)
    return out.getvalue()


def exif(
    *, taken: str = "", offset: str = "", place: tuple[Any, ...] = (), orientation: int = 0
) -> Image.Exif:
    """What a camera writes into a picture; `place` is latitude, its side, longitude, its side."""
    tags = Image.Exif()
    if orientation:
        tags[ExifTags.Base.Orientation] = orientation
    shot = tags.get_ifd(ExifTags.IFD.Exif)
    if taken:
        shot[ExifTags.Base.DateTimeOriginal] = taken
    if offset:
        shot[ExifTags.Base.OffsetTimeOriginal] = offset
    if place:
        gps = tags.get_ifd(ExifTags.IFD.GPSInfo)
        names = (
            ExifTags.GPS.GPSLatitude,
            ExifTags.GPS.GPSLatitudeRef,
            ExifTags.GPS.GPSLongitude,
            ExifTags.GPS.GPSLongitudeRef,
        )
        gps.update(zip(names, place, strict=True))
    return tags


def upload(content: bytes, name: str = "现场.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def make_photo(
    *, color: str = "teal", actor: User | None = None, now: datetime = NOW, **fields: Any
) -> Photo:
    """A photo of one colour, kept as in life."""
    return store_photo(
        upload=upload(picture(color=color)),
        name=f"{color}.jpg",
        actor=actor or make_user(Role.OPERATOR),
        now=now,
        **fields,
    )
