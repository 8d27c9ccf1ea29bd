"""What happened at one site: its cases with their photos, and who answered for it from when to when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Protocol

from django.db.models import Q
from django.utils.translation import gettext as _

from yanzhen.accounts.models import User
from yanzhen.cases.enums import CaseStatus, PhotoMoment
from yanzhen.cases.models import Case, CasePhoto
from yanzhen.core.time import city_day, city_zone
from yanzhen.places.models import Site
from yanzhen.places.queries import area_label
from yanzhen.units.enums import Rank
from yanzhen.units.models import Responsibility, SiteUnit, Stewardship
from yanzhen.units.queries import at_and_above, nearest

MOST_CASES: Final = 300
"""Cases that one document holds; beyond that nobody leafs through it."""


class Dated(Protocol):
    """A row that holds from one day to another."""

    from_on: date
    to_on: date | None


@dataclass(frozen=True, slots=True)
class Term:
    """Somebody who answered for the site: as what, who, and from when to when."""

    what: str
    who: str
    from_on: date
    to_on: date | None


@dataclass(frozen=True, slots=True)
class SiteCase:
    """One case at the site, its photos in the order in which they came, and who answered then."""

    case: Case
    photos: Sequence[CasePhoto]
    answered: str

    @property
    def before(self) -> CasePhoto | None:
        """The first photo from before."""
        return next((one for one in self.photos if one.moment == PhotoMoment.BEFORE), None)

    @property
    def after(self) -> CasePhoto | None:
        """The first photo of the last report of the work."""
        shown = [one for one in self.photos if one.moment == PhotoMoment.AFTER]
        last = max((one.event_number for one in shown), default=0)
        return next((one for one in shown if one.event_number == last), None)


@dataclass(frozen=True, slots=True)
class SiteHistory:
    """A site with what somebody may see of its cases; `total` counts also those not listed."""

    site: Site
    area: str
    cases: Sequence[SiteCase]
    terms: Sequence[Term]
    total: int
    open_count: int

    @property
    def left_out(self) -> int:
        """How many older cases are not listed."""
        return self.total - len(self.cases)


@dataclass(frozen=True, slots=True)
class Days:
    """The days on which cases were found; an open end has no day."""

    since: date | None = None
    until: date | None = None

    def where(self) -> Q:
        """As a condition on cases."""
        found = Q()
        if self.since:
            found &= Q(found_at__gte=_midnight(self.since))
        if self.until:
            found &= Q(found_at__lt=_midnight(self.until + timedelta(days=1)))
        return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), city_zone())


def site_history(
    *, site: Site, user: User, on: date, days: Days | None = None, most: int = MOST_CASES
) -> SiteHistory:
    """What happened at the site as far as `user` may see it, the latest first. Some ten queries."""
    seen = Case.objects.visible_to(user, on).filter(site=site).filter((days or Days()).where())
    seen = seen.exclude(status__in=[CaseStatus.DECLINED, CaseStatus.MERGED])
    found = list(
        seen.select_related("unit", "category", "area").order_by("-found_at", "-pk")[:most]
    )
    photos: dict[int, list[CasePhoto]] = {}
    rows = CasePhoto.objects.filter(case__in=[case.pk for case in found]).select_related("photo")
    for photo in rows.order_by("event_number", "pk"):
        photos.setdefault(photo.case_id, []).append(photo)
    persons = _persons(site)
    return SiteHistory(
        site=site,
        area=area_label(site.area_id),
        cases=[
            SiteCase(case, photos.get(case.pk, []), _answered(persons, site, case))
            for case in found
        ],
        terms=_terms(site, persons),
        total=seen.count(),
        open_count=seen.open().count(),
    )


def _persons(site: Site) -> list[Responsibility]:
    """All who were ever named for the site or the areas around it."""
    named = Q(site=site) | Q(area_id__in=at_and_above(site.area_id))
    rows = Responsibility.objects.filter(named).select_related("person", "area")
    return list(rows.order_by("from_on", "pk"))


def _answered(rows: Iterable[Responsibility], site: Site, case: Case) -> str:
    """Who answered on the day of the finding, by rank."""
    day = city_day(case.found_at)
    then = [row for row in rows if _held_on(row, day)]
    found = nearest(then, site_code=site.code, area_code=site.area_id)
    return "，".join(
        f"{answer.rank.label} {answer.person.full_name}" for answer in found if answer.person
    )


def _held_on(row: Dated, day: date) -> bool:
    return row.from_on <= day and (row.to_on is None or day <= row.to_on)


def _terms(site: Site, persons: Iterable[Responsibility]) -> list[Term]:
    """Who answered for the site itself, unit first, then by rank, then stewards; each by day."""
    units = SiteUnit.objects.filter(site=site).select_related("unit").order_by("from_on", "pk")
    stewards = Stewardship.objects.filter(site=site).select_related("unit", "person")
    told = [Term(_("责任单位"), row.unit.name, row.from_on, row.to_on) for row in units]
    told += [
        Term(str(Rank(rank).label), row.person.full_name, row.from_on, row.to_on)
        for rank in Rank
        for row in persons
        if row.rank == rank and row.site_id == site.code
    ]
    for row in stewards.order_by("from_on", "pk"):
        who = row.unit.name if row.unit else row.person.full_name if row.person else ""
        told.append(Term(_("包联"), who, row.from_on, row.to_on))
    return told
