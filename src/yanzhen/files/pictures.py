"""A picture from its bytes: what it is, what it says of itself, and a clean smaller copy of it.

Nothing here knows the database or the disk. The content decides, never the file's name.
"""

import io
import struct
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from PIL import ExifTags, Image, ImageCms, ImageOps, UnidentifiedImageError

from yanzhen.files.errors import (
    PhotoDamaged,
    PhotoEmpty,
    PhotoTooLarge,
    PhotoTooManyPixels,
    PhotoWrongKind,
)

MAX_BYTES = 30 * 1024 * 1024
MAX_PIXELS = 40_000_000
FULL_SIDE, THUMB_SIDE = 2048, 480
MAX_LAT, MAX_LON = 90, 180
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")

UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, IndexError, struct.error, zlib.error)
"""What the decoders raise on bytes that break off or make no sense."""

_STARTS: tuple[tuple[int, bytes, str | Promise], ...] = (
    (0, b"GIF8", _("GIF 动图")),
    (0, b"%PDF", _("PDF 文件")),
    (0, b"MZ", _("Windows 程序")),
    (0, b"\x7fELF", _("Linux 程序")),
    (0, b"#!", _("脚本")),
    (0, b"BM", _("BMP 图片")),
    (0, b"II*\x00", _("TIFF 图片")),
    (0, b"MM\x00*", _("TIFF 图片")),
    (0, b"PK\x03\x04", _("压缩包或 Office 文件")),
    (0, b"Rar!", _("压缩包")),
    (0, b"7z\xbc\xaf", _("压缩包")),
    (0, b"\xd0\xcf\x11\xe0", _("旧版 Office 文件")),
    (0, b"ID3", _("音频")),
    (4, b"ftypmp4", _("视频")),
    (4, b"ftypisom", _("视频")),
    (4, b"ftypqt", _("视频")),
    (4, b"ftypavif", _("AVIF 图片")),
    (0, b"\x1aE\xdf\xa3", _("视频")),
)
_PHOTO_STARTS = (
    (0, b"\xff\xd8\xff"),
    (0, b"\x89PNG\r\n\x1a\n"),
    (8, b"WEBP"),
    (4, b"ftyphei"),
    (4, b"ftyphev"),
    (4, b"ftypmif1"),
    (4, b"ftypmsf1"),
)


@dataclass(frozen=True)
class Claims:
    """When and where the camera says that it was; empty where it says nothing believable."""

    taken_at: datetime | None = None
    lat: Decimal | None = None
    lon: Decimal | None = None


@dataclass(frozen=True)
class Picture:
    """A picture that may be kept: upright, without metadata, in two sizes."""

    format: str
    width: int
    height: int
    full: bytes
    thumb: bytes
    claims: Claims


def picture_from(content: bytes, *, name: str, zone: tzinfo) -> Picture:
    """Read, check and shrink a picture; times without a zone are taken to be in `zone`.

    Raises a `PhotoRefused` that says what is wrong with it.
    """
    if not content:
        raise PhotoEmpty(name=name)
    if len(content) > MAX_BYTES:
        raise PhotoTooLarge(name=name, limit=MAX_BYTES // 1024 // 1024)
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError as error:
        if _begins_like_a_photo(content):
            raise PhotoDamaged(name=name) from error
        raise PhotoWrongKind(name=name, kind=kind_of(content)) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoTooManyPixels(name=name, limit=MAX_PIXELS // 1_000_000) from error
    except UNREADABLE as error:
        raise PhotoDamaged(name=name) from error
    with image:
        if image.width * image.height > MAX_PIXELS:
            raise PhotoTooManyPixels(name=name, limit=MAX_PIXELS // 1_000_000)
        try:
            image_format = "JPEG" if image.format == "MPO" else str(image.format)
            claims = claims_of(image, zone=zone)
            image.draft("RGB", (FULL_SIDE, FULL_SIDE))
            image.load()
            upright = ImageOps.exif_transpose(image)
            full = _plain(upright)
        except UNREADABLE as error:
            raise PhotoDamaged(name=name) from error
    full.thumbnail((FULL_SIDE, FULL_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    small = full.copy()
    small.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS)
    return Picture(
        format=image_format,
        width=full.width,
        height=full.height,
        full=_encoded(full, quality=82),
        thumb=_encoded(small, quality=76),
        claims=claims,
    )


def kind_of(content: bytes) -> str | Promise:
    """Name, for a person, what these bytes are if they are no photo."""
    for offset, start, kind in _STARTS:
        if content[offset : offset + len(start)] == start:
            return kind
    head = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"<"):
        return _("SVG 图片") if b"<svg" in head else _("网页或 XML 文件")
    if b"\x00" not in head:
        return _("文字")
    return _("不认识的格式")


def claims_of(image: Image.Image, *, zone: tzinfo) -> Claims:
    """Return what the EXIF part of the picture says; nonsense there is passed over, not refused."""
    try:
        exif = image.getexif()
        shot, gps = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
    except UNREADABLE:
        return Claims()
    taken_at = _moment(
        shot.get(ExifTags.Base.DateTimeOriginal),
        shot.get(ExifTags.Base.OffsetTimeOriginal),
        zone,
    )
    lat = _degrees(
        gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), "S", MAX_LAT
    )
    lon = _degrees(
        gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), "W", MAX_LON
    )
    if lat is None or lon is None or (lat == 0 and lon == 0):  # 0,0 is a camera without a fix
        return Claims(taken_at=taken_at)
    return Claims(taken_at=taken_at, lat=lat, lon=lon)


def _begins_like_a_photo(content: bytes) -> bool:
    return any(content[offset : offset + len(start)] == start for offset, start in _PHOTO_STARTS)


def _moment(written: Any, offset: Any, zone: tzinfo) -> datetime | None:
    for form, words in (
        ("%Y:%m:%d %H:%M:%S%z", f"{_word(written)}{_word(offset)}"),
        ("%Y:%m:%d %H:%M:%S", _word(written)),
    ):
        try:
            moment = datetime.strptime(words, form)  # noqa: DTZ007 - the zone is set below
            return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def _word(value: Any) -> str:
    return str(value or "").strip("\x00 ")


def _degrees(parts: Any, ref: Any, negative: str, limit: int) -> Decimal | None:
    try:
        degrees, minutes, seconds = (Decimal(str(float(part))) for part in parts)
        value = (degrees + minutes / 60 + seconds / 3600).quantize(Decimal("0.000001"))
    except (TypeError, ValueError, ZeroDivisionError, InvalidOperation):
        return None
    if not value.is_finite() or abs(value) > limit:
        return None
    return -value if _word(ref).upper() == negative else value


def _plain(image: Image.Image) -> Image.Image:
    """Return the pixels alone: sRGB, on white where the picture was transparent."""
    profile = image.info.get("icc_profile")
    if profile and image.mode == "RGB":
        try:
            converted = ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
            )
        except (ImageCms.PyCMSError, *UNREADABLE):  # a broken profile costs a shade, not the photo
            converted = None
        image = converted or image
    if image.mode.startswith("I"):  # sixteen bits a pixel: Pillow would clip, not scale, them
        image = image.convert("I").point([value // 256 for value in range(65536)], "L")
    if "A" in image.getbands() or "transparency" in image.info:
        on_white = Image.new("RGBA", image.size, "white")
        on_white.alpha_composite(image.convert("RGBA"))
        image = on_white
    return image.convert("RGB")


def _encoded(image: Image.Image, *, quality: int) -> bytes:
    image.info = {}  # nothing of the original's metadata is carried over
    out = io.BytesIO()
    image.save(out, "WEBP", quality=quality, method=4)
    return out.getvalue()
