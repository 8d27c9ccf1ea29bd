"""The photos of the demonstration city: drawn, and taken in through the door for all photos."""

import io
import random
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from PIL import Image, ImageOps

from yanzhen.accounts.models import User
from yanzhen.demo.scenes import draw_scene
from yanzhen.demo.words import Problem
from yanzhen.files.models import Photo
from yanzhen.files.operations import store_photo
from yanzhen.places.models import Site

NEAR = Decimal("0.000200")
"""Degrees: photos are taken within some twenty metres of the site."""


AWAY = Decimal("0.021000")
"""More than two kilometres to the north."""


@dataclass
class Camera:
    """Takes photos from a moment on, and a share of them before, as long as there is film.

    Not everybody is honest: one photo of the work in nine is an old one, as it was or worked over,
    and one in eleven was taken elsewhere. Whoever verifies is told.
    """

    every_from: datetime
    some_from: datetime
    now: datetime
    film: int
    share: float = 0.15
    old: dict[str, bytes] = field(default_factory=dict)
    """The last honest photo of the work for each scene."""

    def __call__(
        self, problem: Problem, site: Site, *, seed: int, after: bool, actor: User, at: datetime
    ) -> tuple[Photo, ...]:
        """The photo of one moment, or none."""
        case_seed = seed % 1_000_000
        wanted = at >= self.every_from or (
            at >= self.some_from and random.Random(case_seed).random() < self.share
        )
        if not wanted or self.film <= 0:
            return ()
        self.film -= 1
        dice = random.Random(seed)
        shift = NEAR * dice.randint(-9, 9) / 10
        away = AWAY if after and case_seed % 11 == 0 else 0
        return (
            store_photo(
                upload=io.BytesIO(self._picture(problem.scene, seed=seed, after=after)),
                name=f"{'整改后' if after else '整改前'}-{case_seed}.jpg",
                taken_at=at,
                lat=(site.lat + shift + away).quantize(NEAR) if site.lat is not None else None,
                lon=(site.lon - shift).quantize(NEAR) if site.lon is not None else None,
                actor=actor,
                now=self.now,
            ),
        )

    def _picture(self, scene: str, *, seed: int, after: bool) -> bytes:
        """A fresh picture; of some works the last one of another, as it was or mirrored and cut."""
        old = self.old.get(scene)
        if after and old is not None and seed % 9 == 0:
            return old if seed % 2 else _worked_over(old)
        fresh = draw_scene(scene, seed=seed, after=after)
        if after:
            self.old[scene] = fresh
        return fresh


def _worked_over(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as image:
        wide, high = image.size
        edge = (wide // 20, high // 16, wide - wide // 25, high - high // 30)
        cut = ImageOps.mirror(image).crop(edge)
    out = io.BytesIO()
    cut.save(out, "JPEG", quality=78)
    return out.getvalue()
