"""What helps to write down a matter: the likely category, what is near, what is known already."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.db.models import Q

from yanzhen.accounts.models import User
from yanzhen.cases.models import Case, Category
from yanzhen.cases.queries.ledger import LedgerRow, rows_of, with_rows
from yanzhen.core.text import plain
from yanzhen.core.time import city_day
from yanzhen.places.enums import SiteStatus
from yanzhen.places.models import Area, Site
from yanzhen.places.queries import area_label

NEAR_METRES: Final = 150
SITES_WITHIN_METRES: Final = 400
MOST_ALIKE: Final = 5
MOST_SITES: Final = 8
METRES_A_DEGREE: Final = 111_320


def likely_categories(text: str, *, most: int = 3) -> list[Category]:
    """The categories whose common words stand in `text`, the surest first. One query.

    A longer word says more than a shorter one, and the words of the deeper category more than
    those of the one above it.
    """
    said = plain(text)
    scored = []
    for category in Category.objects.filter(is_active=True).order_by("sort", "code"):
        words = {plain(word) for word in [*category.words.split(), category.name]} - {""}
        score = sum(len(word) ** 2 for word in words if word in said)
        if score:
            scored.append((score, category.parent_id is not None, category))
    scored.sort(key=lambda one: (-one[0], not one[1], one[2].sort, one[2].code))
    return [category for _score, _deep, category in scored[:most]]


def category_names() -> dict[str, str]:
    """Code → name of every category that a new case may have. One query."""
    rows = Category.objects.filter(is_active=True).order_by("sort", "code")
    return dict(rows.values_list("code", "name"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where something is, as far as it is known while it is written down."""

    site: Site | None = None
    area: Area | None = None
    address: str = ""
    lat: Decimal | None = None
    lon: Decimal | None = None
    category: Category | None = None


def alike(spot: Spot, *, user: User, now: datetime) -> list[LedgerRow]:
    """Open cases that may be the same matter: at the site, at the address, or a few steps away.

    Only those that `user` may see. Two queries.
    """
    place = Q(pk__in=[])
    if spot.site is not None:
        place |= Q(site_id=spot.site.code)
    elif spot.area is not None and spot.address.strip():
        place |= Q(site=None, area_id=spot.area.code, address=spot.address.strip())
    if spot.lat is not None and spot.lon is not None:
        place |= _within(spot.lat, spot.lon, NEAR_METRES)
    seen = Case.objects.visible_to(user, city_day(now)).open().filter(place)
    if spot.category is not None:
        seen = seen.filter(Q(category_id=spot.category.code) | Q(category=None))
    return rows_of(list(with_rows(seen).order_by("-pk")[:MOST_ALIKE]), now=now)


def _within(lat: Decimal, lon: Decimal, metres: int) -> Q:
    """The square around a point: near enough for a first look, and an index serves it."""
    north = Decimal(str(round(metres / METRES_A_DEGREE, 6)))
    east = Decimal(str(round(metres / METRES_A_DEGREE / math.cos(math.radians(float(lat))), 6)))
    return Q(lat__gte=lat - north, lat__lte=lat + north, lon__gte=lon - east, lon__lte=lon + east)


@dataclass(frozen=True, slots=True)
class Pick:
    """One thing that can be picked: its code, its name, where it is."""

    code: str
    label: str
    detail: str


def sites_near(*, lat: Decimal, lon: Decimal, user: User, on: date) -> list[Pick]:
    """The sites around a point, the nearest first. One query."""
    sites = Site.objects.visible_to(user, on).filter(
        _within(lat, lon, SITES_WITHIN_METRES), status__in=SiteStatus.in_use()
    )
    placed = sorted((metres_between(lat, lon, site), site.code, site) for site in sites[:200])
    return [
        Pick(site.code, site.name, f"{area_label(site.area_id)} · {metres:.0f} m")
        for metres, _code, site in placed[:MOST_SITES]
    ]


def metres_between(lat: Decimal, lon: Decimal, site: Site) -> float:
    """How far a site lies from a point, over a few hundred metres of flat ground."""
    if site.lat is None or site.lon is None:
        return math.inf
    north = float(site.lat - lat) * METRES_A_DEGREE
    east = float(site.lon - lon) * METRES_A_DEGREE * math.cos(math.radians(float(lat)))
    return math.hypot(north, east)


def as_picks(sites: Sequence[Site]) -> list[Pick]:
    """Sites as they are picked from."""
    return [Pick(site.code, site.name, area_label(site.area_id)) for site in sites]
