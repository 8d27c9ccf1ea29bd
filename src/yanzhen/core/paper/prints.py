"""Pictures as they are printed: small enough to be sent by mail, sharp enough for paper."""

import io
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from yanzhen.core.paper.blocks import Picture

SIDE: Final = 1100
"""Pixels of the longer side: some 300 to the inch where two stand side by side on A4."""
QUALITY: Final = 78


@dataclass(frozen=True, slots=True)
class Print:
    """A picture as JPEG, and its size in pixels."""

    content: bytes
    width: int
    height: int


def print_of(picture: Picture) -> Print | None:
    """The picture as it is printed; nothing where it is gone or cannot be read."""
    content = picture.read()
    if not content:
        return None
    try:
        with Image.open(io.BytesIO(content)) as image:
            image.draft("RGB", (SIDE, SIDE))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, OSError):
        return None
    upright.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    upright.info = {}
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=QUALITY, optimize=True)
    return Print(out.getvalue(), upright.width, upright.height)
