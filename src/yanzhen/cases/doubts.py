"""What is odd about a photo of the work, as far as its own words and the place of the case tell.

All of it is claimed by whoever sent the photo and may be wrong in good faith, so it is never more
than a doubt, and nothing follows from it by itself.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings

from yanzhen.cases.enums import Doubt
from yanzhen.cases.models import Case
from yanzhen.files.models import Photo
from yanzhen.places.coordinates import Point, to_wgs84
from yanzhen.places.enums import Crs

EARTH_METRES: Final = 6_371_008.8
"""The mean radius of the earth (IUGG)."""
MOST_MINUTES: Final = 10 * 366 * 24 * 60
"""A clock that is off by more than ten years is not off by a number that tells anything."""


@dataclass(frozen=True, slots=True)
class Doubted:
    """One doubt about one photo, not written down yet; fields as those of `PhotoFlag`."""

    kind: Doubt
    other_id: int | None = None
    other_case_id: int | None = None
    metres: int | None = None
    minutes: int | None = None

    @property
    def key(self) -> tuple[str, int | None, int | None]:
        """What makes it the same doubt as another one about the same photo."""
        return str(self.kind), self.other_id, self.other_case_id


def doubts_of(case: Case, photo: Photo) -> Iterator[Doubted]:
    """What is odd about where and when the photo says that it was taken."""
    metres = metres_away(case, photo)
    if metres is not None and metres > settings.YANZHEN_PHOTO_FAR_METRES:
        yield Doubted(Doubt.FAR, metres=metres)
    if photo.taken_at is None:
        return
    if early := _minutes_over(case.found_at - photo.taken_at):
        yield Doubted(Doubt.EARLY, minutes=early)
    if ahead := _minutes_over(photo.taken_at - photo.uploaded_at):
        yield Doubted(Doubt.AHEAD, minutes=ahead)


def metres_away(case: Case, photo: Photo) -> int | None:
    """How far from its case a photo says to be taken; nothing where one of them does not say.

    Phones write WGS-84, but some, and what comes through Chinese maps, GCJ-02, some hundred
    metres off, and the picture does not say which: the nearer reading counts. A case may have a
    place of its own and that of its site: the nearer one counts.
    """
    if photo.lat is None or photo.lon is None:
        return None
    claimed = Point(photo.lat, photo.lon)
    readings = (claimed, to_wgs84(claimed, Crs.GCJ02))
    distances = [metres_between(one, place) for one in readings for place in _places_of(case)]
    return min(distances, default=None)


def metres_between(one: Point, other: Point) -> int:
    """The way between two places along the surface of a round earth, in whole metres (haversine)."""
    lat, other_lat = math.radians(one.lat), math.radians(other.lat)
    half_lat = math.sin((other_lat - lat) / 2)
    half_lon = math.sin(math.radians(other.lon - one.lon) / 2)
    chord = half_lat**2 + math.cos(lat) * math.cos(other_lat) * half_lon**2
    return round(2 * EARTH_METRES * math.asin(min(1.0, math.sqrt(chord))))


def _places_of(case: Case) -> Iterator[Point]:
    if case.lat is not None and case.lon is not None:
        yield Point(case.lat, case.lon)
    site = case.site
    if site is not None and site.lat is not None and site.lon is not None:
        yield Point(site.lat, site.lon)


def _minutes_over(length: timedelta) -> int:
    """Whole minutes of a length that is more than clocks may differ by; else none."""
    minutes = length // timedelta(minutes=1)
    if length <= timedelta(minutes=settings.YANZHEN_PHOTO_CLOCK_MINUTES):
        return 0
    return min(max(minutes, 1), MOST_MINUTES)
