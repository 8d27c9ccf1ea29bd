"""The photos of the demonstration city: drawn, and taken in through the door for all photos."""

import io
import random
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from yanzhen.accounts.models import User
from yanzhen.demo.scenes import draw_scene
from yanzhen.demo.words import Problem
from yanzhen.files.models import Photo
from yanzhen.files.operations import store_photo
from yanzhen.places.models import Site

NEAR = Decimal("0.000200")
"""Degrees: photos are taken within some twenty metres of the site."""


@dataclass
class Camera:
    """Takes photos from a moment on, and a share of them before, as long as there is film."""

    every_from: datetime
    some_from: datetime
    now: datetime
    film: int
    share: float = 0.15

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
        return (
            store_photo(
                upload=io.BytesIO(draw_scene(problem.scene, seed=seed, after=after)),
                name=f"{'整改后' if after else '整改前'}-{case_seed}.jpg",
                taken_at=at,
                lat=(site.lat + shift).quantize(NEAR) if site.lat is not None else None,
                lon=(site.lon - shift).quantize(NEAR) if site.lon is not None else None,
                actor=actor,
                now=self.now,
            ),
        )
