"""Sites for which nobody answers: empty where a city is ready."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from yanzhen.accounts.models import User
from yanzhen.core.paging import Key, Order, Page, page_of
from yanzhen.places.enums import SiteStatus
from yanzhen.places.models import Site
from yanzhen.places.queries import area_label
from yanzhen.units.enums import Rank
from yanzhen.units.models import Responsibility, SiteUnit
from yanzhen.units.queries import Answer, at_and_above, nearest

BY_CODE: Final = Order("code", (Key("code", str),))
NOBODY, NOT_NAMED, NO_UNIT = "nobody", "not_named", "no_unit"


@dataclass(frozen=True)
class CoverageFilters:
    """Which gaps to show.

    `nobody`: no person of a rank, neither for the site nor for any area above it. `not_named`:
    none named for the site itself. `no_unit`: no unit answers for the site.
    """

    gap: str = NOBODY
    area: str = ""
    types: Sequence[str] = ()
    ranks: Sequence[str] = ()


@dataclass(frozen=True)
class CoverageLine:
    """One site with whoever answers for it."""

    site: Site
    area: str
    unit: str
    answers: Sequence[Answer]


@dataclass(frozen=True)
class Coverage:
    """The report: how many sites there are, how many have each gap, and a page of those asked for."""

    sites: int
    gaps: dict[str, int]
    page: Page[Site]
    lines: Sequence[CoverageLine]

    @property
    def is_ready(self) -> bool:
        """Whether somebody answers for every site, in every rank."""
        return self.sites > 0 and not self.gaps[NOBODY] and not self.gaps[NO_UNIT]


def coverage(
    *, user: User, on: date, filters: CoverageFilters, after: str = "", before: str = ""
) -> Coverage:
    """The sites in use that `user` may see and for which somebody is missing on that day.

    A person who has been deactivated answers no more. A constant number of queries.
    """
    sites = Site.objects.visible_to(user, on).filter(status__in=SiteStatus.in_use())
    if filters.area:
        sites = sites.under(filters.area)
    if filters.types:
        sites = sites.filter(type__code__in=filters.types)
    ranks = [Rank(rank) for rank in filters.ranks] or list(Rank)
    missing = {
        NOBODY: sites.filter(_nobody(sites, ranks, on)),
        NOT_NAMED: sites.filter(_not_named(ranks, on)),
        NO_UNIT: sites.exclude(
            Exists(SiteUnit.objects.holding_on(on).filter(site_id=OuterRef("code")))
        ),
    }
    wanted = missing.get(filters.gap, missing[NOBODY]).select_related("type")
    page = page_of(wanted, BY_CODE, after=after, before=before)
    return Coverage(
        sites=sites.count(),
        gaps={gap: rows.count() for gap, rows in missing.items()},
        page=page,
        lines=_lines(page.rows, on),
    )


def _named(rank: Rank, on: date) -> Exists:
    rows = Responsibility.objects.holding_on(on).filter(rank=rank, person__is_active=True)
    return Exists(rows.filter(site_id=OuterRef("code")))


def _not_named(ranks: Sequence[Rank], on: date) -> Q:
    wanted = Q(pk__in=[])
    for rank in ranks:
        wanted |= ~Q(_named(rank, on))
    return wanted


def _nobody(sites: QuerySet[Site], ranks: Sequence[Rank], on: date) -> Q:
    """Neither named nor answered for by an area: the areas are held against each other here.

    There are a few thousand areas and a few hundred persons who answer for some; to ask for each
    site which of their codes its own begins with is what no index can help with.
    """
    held: dict[str, set[str]] = defaultdict(set)
    rows = Responsibility.objects.holding_on(on).filter(area__isnull=False, person__is_active=True)
    for rank, code in rows.values_list("rank", "area__code"):
        held[rank].add(code)
    codes = set(sites.order_by().values_list("area__code", flat=True).distinct())
    wanted = Q(pk__in=[])
    for rank in ranks:
        bare = [code for code in codes if held[rank].isdisjoint(at_and_above(code))]
        wanted |= Q(area_id__in=bare) & ~Q(_named(rank, on))
    return wanted


def _lines(sites: Sequence[Site], on: date) -> list[CoverageLine]:
    codes = [site.code for site in sites]
    areas = {code for site in sites for code in at_and_above(site.area_id)}
    rows = list(
        Responsibility.objects.holding_on(on)
        .filter(Q(site_id__in=codes) | Q(area_id__in=areas), person__is_active=True)
        .select_related("person", "area")
        .order_by("from_on", "pk")
    )
    by_place: dict[str, list[Responsibility]] = defaultdict(list)
    for row in rows:
        by_place[row.site_id or row.area_id or ""].append(row)
    units = {
        row.site_id: row.unit.name
        for row in SiteUnit.objects.holding_on(on).filter(site_id__in=codes).select_related("unit")
    }
    lines = []
    for site in sites:
        own = [*by_place[site.code]]
        for code in at_and_above(site.area_id):
            own += by_place.get(code, [])
        found = nearest(own, site_code=site.code, area_code=site.area_id)
        area = area_label(site.area_id)
        lines.append(CoverageLine(site, area, units.get(site.code, ""), found))
    return lines
