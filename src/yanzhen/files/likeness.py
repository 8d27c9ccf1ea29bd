"""Whether one picture was made out of another: cropped, mirrored, brightened, shrunk, turned a little.

Two steps. *Marks* are small numbers, one for each of a picture's most telling spots, that stay
the same when the picture is worked over; they are kept in a table and find the few pictures that
are worth a look (docs/adr/0022). Those are then laid over one another, and only pixels decide: of
a copy the finest details fall together everywhere, of another picture of the same place they do not.

Nothing here knows the database or the disk. OpenCV takes long to load: import this module late.
"""

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from PIL import Image

Pixels = np.ndarray[Any, np.dtype[Any]]

SIDE: Final = 384
"""Pixels of the longer side in which pictures are compared."""
MOST_MARKS: Final = 48
MOST_SPOTS: Final = 400
"""Telling spots of a picture: as many as are kept as marks, as many as are used to lay it over."""
BITS: Final = 30
LEAST_CONTRAST: Final = 24
FEW_SPOTS: Final = 8

CLEARLY_NEARER: Final = 0.8
"""A spot meets another one if no third one is nearly as near."""
OFF_BY: Final = 1.5
LEAST_MET: Final = 20
"""Spots that must fall together within so many pixels."""
LEAST_OVERLAP: Final = 0.5
BLOCK: Final = 24
LEAST_BLOCKS: Final = 24
AGREES: Final = 0.8
LEAST_AGREEING: Final = 0.85
"""The share of the blocks that must agree. Measured by bench/photos.py: copies have 0.88 and more,
other pictures from nearly the same spot at most 0.79."""

# Thirty directions; which side of each a spot lies on makes its mark. They may never change: marks
# of years are compared with them. Numpy promises that this generator gives the same for ever.
_DIRECTIONS = np.random.RandomState(20260101).normal(size=(128, BITS)).astype(np.float32)
_DIRECTIONS -= _DIRECTIONS.mean(axis=0)
_MIDDLE: Final = 0.07
_PLACES = 1 << np.arange(BITS, dtype=np.int64)
_FLIPS: Final = ((0,), (1,), (2,), (3,), (0, 1), (0, 2), (1, 2))
"""Which of its least certain sides a mark that is asked for is also tried without."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What came of laying one picture over another; shares are between 0 and 1."""

    met: int = 0
    overlap: float = 0.0
    blocks: int = 0
    agreeing: float = 0.0

    @property
    def is_copy(self) -> bool:
        """Whether the one was made out of the other."""
        return (
            self.met >= LEAST_MET
            and self.overlap >= LEAST_OVERLAP
            and self.blocks >= LEAST_BLOCKS
            and self.agreeing >= LEAST_AGREEING
        )


def pixels_of(image: Image.Image) -> Pixels:
    """The picture in grey, small, its contrast stretched; for all that follows."""
    grey = np.asarray(image.convert("L"))
    scale = SIDE / max(grey.shape)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    low, high = np.percentile(small, (1, 99))
    stretched = (small.astype(np.float32) - low) * 255 / max(high - low, LEAST_CONTRAST)
    clipped: Pixels = np.clip(stretched, 0, 255).astype(np.uint8)
    return clipped


def mirrored(pixels: Pixels) -> Pixels:
    """The same, left and right changed."""
    return np.ascontiguousarray(pixels[:, ::-1])


def marks_of(pixels: Pixels) -> list[int]:
    """The marks to keep of a picture, at most `MOST_MARKS`; an empty wall has none."""
    _spots, told = _spots_of(pixels, MOST_MARKS)
    return _numbers(_sides(told) > 0)


def marks_asked(pixels: Pixels) -> list[int]:
    """The marks under which a picture that this one was made of may be kept, mirrored too."""
    asked: set[int] = set()
    for one in (pixels, mirrored(pixels)):
        _spots, told = _spots_of(one, MOST_MARKS)
        sides = _sides(told)
        asked.update(_numbers(sides > 0))
        unsure = np.argsort(np.abs(sides), axis=1)
        rows = np.arange(len(sides))
        for flip in _FLIPS:
            other = sides > 0
            for place in flip:
                other[rows, unsure[:, place]] ^= True
            asked.update(_numbers(other))
    return sorted(asked)


def agreement(new: Pixels, old: Pixels) -> Agreement:
    """How well the two fall together, as they are or mirrored, whichever is better."""
    both = (_laid_over(new, old), _laid_over(mirrored(new), old))
    return max(both, key=lambda one: (one.is_copy, one.met))


def _spots_of(pixels: Pixels, most: int) -> tuple[list[Any], Pixels]:
    """The most telling spots of a picture and what each looks like, the largest and clearest first."""
    # The library's own types do not know that there may be nothing.
    found: Any = cv2.SIFT.create(contrastThreshold=0.02).detectAndCompute(pixels, None)
    spots, told = found
    if told is None or not spots:
        return [], np.zeros((0, 128), np.float32)
    order = np.argsort([-spot.response * spot.size for spot in spots], kind="stable")[:most]
    told = np.sqrt(told / (told.sum(axis=1, keepdims=True) + 1e-6))
    return [spots[place] for place in order], told[order]


def _sides(told: Pixels) -> Pixels:
    sides: Pixels = (told - _MIDDLE) @ _DIRECTIONS
    return sides


def _numbers(sides: Pixels) -> list[int]:
    return sorted({int(number) for number in (sides * _PLACES).sum(axis=1)})


def _laid_over(new: Pixels, old: Pixels) -> Agreement:
    move, met = _move_between(new, old)
    if move is None or met < FEW_SPOTS:
        return Agreement(met=met)
    height, width = new.shape
    over = cv2.warpAffine(old.astype(np.float32), move, (width, height), flags=cv2.INTER_CUBIC)
    inside = cv2.warpAffine(np.ones(old.shape, np.float32), move, (width, height)) > 1 - 1e-2
    alike, has_detail = _alike(_details(new.astype(np.float32)), _details(over))
    blocks = (slice(BLOCK // 2, None, BLOCK),) * 2
    counted = alike[blocks][(inside & has_detail)[blocks]]
    return Agreement(
        met=met,
        overlap=float(inside.mean()),
        blocks=len(counted),
        agreeing=float((counted > AGREES).mean()) if len(counted) else 0.0,
    )


def _move_between(new: Pixels, old: Pixels) -> tuple[Pixels | None, int]:
    """How the old picture must be moved to lie over the new one, and how many spots meet then."""
    (spots, told), (old_spots, old_told) = (_spots_of(one, MOST_SPOTS) for one in (new, old))
    if min(len(spots), len(old_spots)) < FEW_SPOTS:
        return None, 0
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(told, old_told, k=2)
    near = [first for first, second in pairs if first.distance < CLEARLY_NEARER * second.distance]
    if len(near) < FEW_SPOTS:
        return None, len(near)
    found: Any = cv2.estimateAffine2D(
        np.array([old_spots[pair.trainIdx].pt for pair in near], np.float32),
        np.array([spots[pair.queryIdx].pt for pair in near], np.float32),
        method=cv2.RANSAC,
        ransacReprojThreshold=OFF_BY,
    )
    move, held = found
    return move, 0 if move is None else int(held.sum())


def _details(pixels: Pixels) -> Pixels:
    """The finest that a copy keeps: neither noise nor light and shade."""
    details: Pixels = cv2.GaussianBlur(pixels, (0, 0), 0.8) - cv2.GaussianBlur(pixels, (0, 0), 4)
    return details


def _alike(one: Pixels, other: Pixels) -> tuple[Pixels, Pixels]:
    """For each pixel, how the blocks around it go together (-1 to 1), and if there is anything."""

    def around(values: Pixels) -> Pixels:
        mean: Pixels = cv2.boxFilter(values, -1, (BLOCK, BLOCK))
        return mean

    middle, other_middle = around(one), around(other)
    spread = around(one * one) - middle * middle
    other_spread = around(other * other) - other_middle * other_middle
    together = around(one * other) - middle * other_middle
    alike = together / np.sqrt(np.maximum(spread * other_spread, 1e-3))
    return alike, np.maximum(spread, other_spread) > 4  # noqa: PLR2004 - grey steps, squared
