"""Photos for the tests: pictures made here, of one colour or of noise, in any format."""

import io
import random
from datetime import UTC, datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image, ImageDraw, ImageFilter

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


def drawn(place: int, *, size: tuple[int, int] = (960, 720), step: int = 0) -> Image.Image:
    """A picture with much to see, the same for the same place; `step` is where its taker stands.

    Near things move more than far ones when somebody steps aside, as they do in a street.
    """
    dice = random.Random(place)
    image = Image.new("RGB", size, (200, 210, 220))
    draw = ImageDraw.Draw(image)
    for nearness in (1, 2, 3, 4, 5, 6):
        for _ in range(45):
            x, y = dice.randint(-40, size[0]), dice.randint(-40, size[1])
            wide, high = dice.randint(12, 130 - nearness * 8), dice.randint(12, 110)
            shift = step * nearness
            colour = tuple(dice.randint(10, 245) for _ in range(3))
            box = (x + shift, y + shift // 2, x + wide + shift, y + high + shift // 2)
            (draw.ellipse if dice.random() < 0.3 else draw.rectangle)(box, fill=colour)
    return image.filter(ImageFilter.GaussianBlur(0.8))


def jpeg(image: Image.Image, *, quality: int = 90) -> bytes:
    """The bytes of a picture as a phone sends it."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def keep(
    image: Image.Image, *, actor: User | None = None, now: datetime = NOW, **fields: Any
) -> Photo:
    """A photo of this picture, kept as in life."""
    content = fields.pop("content", None) or jpeg(image)
    return store_photo(
        upload=upload(content),
        name="现场.jpg",
        actor=actor or make_user(Role.OPERATOR),
        now=now,
        **fields,
    )


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
