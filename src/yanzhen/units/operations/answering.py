"""Who answers for a site or an area: its unit, and its three responsible persons.

Whoever answered on a day is who is scored for it. So nothing is overwritten: a new one ends the
one before on the day before. What was entered by mistake is corrected, and the record shows both.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from yanzhen.accounts.models import User
from yanzhen.core.errors import RowError, RowErrors, require
from yanzhen.core.time import city_day
from yanzhen.events.operations import record, record_many, replayed
from yanzhen.places.models import Area, Site
from yanzhen.units import rules
from yanzhen.units.enums import Rank
from yanzhen.units.errors import (
    AlreadyAnswers,
    AlreadyEnded,
    BeginsTooEarly,
    PersonInactive,
    PlaceMissing,
    UnitIsClosed,
    UnitUnknown,
)
from yanzhen.units.models import DatedQuerySet, Responsibility, SiteUnit, Unit
from yanzhen.units.periods import require_order

Row = TypeVar("Row", SiteUnit, Responsibility)
Place = Site | Area
DAY = timedelta(days=1)
BATCH, AT_ONCE = 500, 5_000


# --- the unit of a site ---------------------------------------------------------------------------


@transaction.atomic
def assign_site_unit(
    *,
    site: Site,
    unit: Unit,
    from_on: date,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> SiteUnit:
    """Let a unit answer for a site from a day on; the one before answers until the day before.

    Raises `Forbidden`, `UnitIsClosed`, `AlreadyAnswers` or `BeginsTooEarly`.
    """
    site = Site.objects.locked().get(pk=site.pk)
    if done := replayed(client_id, "site.unit_assigned", subject=site, actor=actor):
        return SiteUnit.objects.get(pk=done.facts["row"])
    require(rules.can_edit_units(actor, area_code=site.area_id, on=city_day(now)))
    if not unit.is_active:
        raise UnitIsClosed(unit=unit.name)
    rows = SiteUnit.objects.filter(site=site).select_related("unit")
    before = _standing(rows, from_on)
    if before and before.unit_id == unit.code:
        raise AlreadyAnswers(now=unit.name, from_on=before.from_on)
    if before and before.from_on >= from_on:
        raise BeginsTooEarly(now=before.unit.name, from_on=before.from_on)

    _end_before(before, from_on)
    row = SiteUnit.objects.create(site=site, unit=unit, from_on=from_on)
    facts = _hand_over(row, before)
    record("site.unit_assigned", site, actor=actor, at=now, client_id=client_id, **facts)
    return row


@transaction.atomic
def correct_site_unit(
    *, row_id: int, unit: Unit, actor: User, now: datetime, client_id: UUID | None = None
) -> SiteUnit:
    """Say that it was another unit all along: the entry was a mistake. The record shows both.

    Raises `Forbidden`, `UnitIsClosed` or `AlreadyAnswers`.
    """
    site = _hold_place(SiteUnit.objects.get(pk=row_id))
    row = SiteUnit.objects.select_related("unit").get(pk=row_id)
    if replayed(client_id, "site.unit_corrected", subject=site, actor=actor):
        return row
    require(rules.can_edit_units(actor, area_code=row.site.area_id, on=city_day(now)))
    if not unit.is_active:
        raise UnitIsClosed(unit=unit.name)
    if row.unit_id == unit.code:
        raise AlreadyAnswers(now=unit.name, from_on=row.from_on)

    before, row.unit = row.unit_id, unit
    row.save(update_fields=["unit"])
    facts = _hand_over(row, None) | {"before": before}
    record("site.unit_corrected", site, actor=actor, at=now, client_id=client_id, **facts)
    return row


@transaction.atomic
def end_site_unit(
    *, row_id: int, to_on: date, actor: User, now: datetime, client_id: UUID | None = None
) -> SiteUnit:
    """Let a unit answer for a site until a day, and nobody after it.

    Raises `Forbidden`, `AlreadyEnded` or `EndsBeforeItBegins`.
    """
    site = _hold_place(SiteUnit.objects.get(pk=row_id))
    row = SiteUnit.objects.select_related("unit").get(pk=row_id)
    if replayed(client_id, "site.unit_ended", subject=site, actor=actor):
        return row
    require(rules.can_edit_units(actor, area_code=row.site.area_id, on=city_day(now)))
    _require_standing(row, to_on)

    row.to_on = to_on
    row.save(update_fields=["to_on"])
    facts = _hand_over(row, None) | {"to_on": to_on}
    record("site.unit_ended", site, actor=actor, at=now, client_id=client_id, **facts)
    return row


@dataclass(frozen=True, slots=True)
class SiteUnitRow:
    """One row of a file of sites: the code of the site and of the unit that answers for it."""

    row: int
    site: str
    unit: str


@transaction.atomic
def assign_site_units(
    rows: Iterable[SiteUnitRow], *, from_on: date, actor: User, now: datetime
) -> int:
    """Give the sites of a file to their units from a day on; return how many changed hands.

    A site that its unit has already is left alone. Where a unit has answered since that very day
    or a later one, the file is taken as the correction. Rows without a unit are passed over.

    Raises `RowErrors` with everything that is wrong; all rows or none.
    """
    given = [row for row in rows if row.unit.strip()]
    sites = {site.code: site for site in _hold_sites(sorted({row.site for row in given}))}
    units = {unit.code: unit for unit in Unit.objects.all()}
    errors = list(_site_unit_errors(given, sites, units, actor=actor, on=city_day(now)))
    if errors:
        raise RowErrors(errors)

    standing: dict[str, SiteUnit] = {
        row.site_id: row
        for row in SiteUnit.objects.filter(to_on=None).select_related("unit").order_by("pk")
        if row.site_id in sites
    }
    new: list[tuple[SiteUnit, SiteUnit | None]] = []
    wrong: list[tuple[SiteUnit, Unit]] = []
    for wish in given:
        site, unit = sites[wish.site], units[wish.unit.strip()]
        before = standing.get(site.code)
        if before is not None and before.unit_id == unit.code:
            continue
        if before is not None and before.from_on >= from_on:
            wrong.append((before, unit))
        else:
            new.append((SiteUnit(site=site, unit=unit, from_on=from_on), before))
    for row, unit in wrong:
        correct_site_unit(row_id=row.pk, unit=unit, actor=actor, now=now)
    _hand_over_all(new, from_on=from_on, actor=actor, now=now)
    return len(new) + len(wrong)


def _hold_sites(codes: Sequence[str]) -> Iterator[Site]:
    """The sites with these codes, held; asked for in pieces that every engine takes."""
    for start in range(0, len(codes), AT_ONCE):
        yield from Site.objects.locked().filter(code__in=codes[start : start + AT_ONCE])


def _hand_over_all(
    rows: Sequence[tuple[SiteUnit, SiteUnit | None]], *, from_on: date, actor: User, now: datetime
) -> None:
    """Write new rows and end those before them, some hundreds at a time."""
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        ended = [before for _row, before in batch if before is not None]
        for before in ended:
            before.to_on = from_on - DAY
        SiteUnit.objects.bulk_update(ended, ["to_on"])
        SiteUnit.objects.bulk_create(row for row, _before in batch)
        told = ((row.site, _hand_over(row, before)) for row, before in batch)
        record_many("site.unit_assigned", told, actor=actor, at=now)


def _site_unit_errors(
    rows: Iterable[SiteUnitRow],
    sites: dict[str, Site],
    units: dict[str, Unit],
    *,
    actor: User,
    on: date,
) -> Iterable[RowError]:
    editable: dict[str, bool] = {}
    for row in rows:
        site, unit = sites.get(row.site), units.get(row.unit.strip())
        if unit is None:
            yield RowError(row.row, "unit", str(UnitUnknown(code=row.unit.strip())))
        elif not unit.is_active:
            yield RowError(row.row, "unit", str(UnitIsClosed(unit=unit.name)))
        if site is None:
            continue
        if site.area_id not in editable:
            editable[site.area_id] = rules.can_edit_units(actor, area_code=site.area_id, on=on)
        if not editable[site.area_id]:
            yield RowError(row.row, "area", str(rules.NOT_YOUR_AREA))


# --- the three responsible persons ----------------------------------------------------------------


@transaction.atomic
def set_responsible(
    *,
    rank: Rank,
    person: User,
    site: Site | None = None,
    area: Area | None = None,
    from_on: date,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Responsibility:
    """Name one of the three responsible persons of a site or an area from a day on.

    The one before answers until the day before. The place is held: of two people who name
    somebody for the same day, the second is told whom the first one named.

    Raises `Forbidden`, `PlaceMissing`, `PersonInactive`, `AlreadyAnswers` or `BeginsTooEarly`.
    """
    place, kind, of_place = _the_place(site, area)
    if done := replayed(client_id, f"{kind}.responsible_set", subject=place, actor=actor):
        return Responsibility.objects.get(pk=done.facts["row"])
    require(rules.can_edit_units(actor, area_code=_area_of(place), on=city_day(now)))
    if not person.is_active or person.is_system:
        raise PersonInactive(person=person.full_name)
    rows = Responsibility.objects.filter(of_place, rank=rank).select_related("person")
    before = _standing(rows, from_on)
    if before and before.person_id == person.pk:
        raise AlreadyAnswers(now=person.full_name, from_on=before.from_on)
    if before and before.from_on >= from_on:
        raise BeginsTooEarly(now=before.person.full_name, from_on=before.from_on)

    _end_before(before, from_on)
    row = Responsibility.objects.create(
        rank=rank, site=site, area=area, person=person, from_on=from_on
    )
    facts = _facts(row) | {"before": before.person.username if before else ""}
    record(f"{kind}.responsible_set", place, actor=actor, at=now, client_id=client_id, **facts)
    return row


@transaction.atomic
def correct_responsible(
    *, row_id: int, person: User, actor: User, now: datetime, client_id: UUID | None = None
) -> Responsibility:
    """Say that it was somebody else all along: the entry was a mistake. The record shows both.

    Raises `Forbidden`, `PersonInactive` or `AlreadyAnswers`.
    """
    place = _hold_place(Responsibility.objects.get(pk=row_id))
    row = Responsibility.objects.select_related("person").get(pk=row_id)
    kind = _kind_of(place)
    if replayed(client_id, f"{kind}.responsible_corrected", subject=place, actor=actor):
        return row
    require(rules.can_edit_units(actor, area_code=_area_of(place), on=city_day(now)))
    if not person.is_active or person.is_system:
        raise PersonInactive(person=person.full_name)
    if row.person_id == person.pk:
        raise AlreadyAnswers(now=person.full_name, from_on=row.from_on)

    before, row.person = row.person.username, person
    row.save(update_fields=["person"])
    facts = _facts(row) | {"before": before}
    record(
        f"{kind}.responsible_corrected", place, actor=actor, at=now, client_id=client_id, **facts
    )
    return row


@transaction.atomic
def end_responsible(
    *, row_id: int, to_on: date, actor: User, now: datetime, client_id: UUID | None = None
) -> Responsibility:
    """Let a person answer until a day, and nobody named after it.

    Raises `Forbidden`, `AlreadyEnded` or `EndsBeforeItBegins`.
    """
    place = _hold_place(Responsibility.objects.get(pk=row_id))
    row = Responsibility.objects.select_related("person").get(pk=row_id)
    kind = _kind_of(place)
    if replayed(client_id, f"{kind}.responsible_ended", subject=place, actor=actor):
        return row
    require(rules.can_edit_units(actor, area_code=_area_of(place), on=city_day(now)))
    _require_standing(row, to_on)

    row.to_on = to_on
    row.save(update_fields=["to_on"])
    facts = _facts(row) | {"to_on": to_on}
    record(f"{kind}.responsible_ended", place, actor=actor, at=now, client_id=client_id, **facts)
    return row


# --- what both have in common ---------------------------------------------------------------------


def _the_place(site: Site | None, area: Area | None) -> tuple[Place, str, Q]:
    """The one place that was named, held; its kind; and how its rows are found."""
    if site is not None and area is None:
        return Site.objects.locked().get(pk=site.pk), "site", Q(site=site)
    if area is not None and site is None:
        return Area.objects.locked().get(pk=area.pk), "area", Q(area=area)
    raise PlaceMissing


def _hold_place(row: SiteUnit | Responsibility) -> Place:
    """Hold the place that a row is about; the row itself is read after it, when it stands still."""
    if isinstance(row, Responsibility) and row.area_id is not None:
        return Area.objects.locked().get(code=row.area_id)
    return Site.objects.locked().get(code=row.site_id)


def _kind_of(place: Place) -> str:
    return "site" if isinstance(place, Site) else "area"


def _area_of(place: Place) -> str:
    return place.area_id if isinstance(place, Site) else place.code


def _standing(rows: DatedQuerySet[Row], from_on: date) -> Row | None:
    """The latest row that reaches into the days from `from_on` on."""
    reaching = rows.filter(Q(to_on=None) | Q(to_on__gte=from_on))
    return reaching.order_by("-from_on", "-pk").first()


def _end_before(row: SiteUnit | Responsibility | None, from_on: date) -> None:
    if row is not None:
        row.to_on = from_on - DAY
        row.save(update_fields=["to_on"])


def _require_standing(row: SiteUnit | Responsibility, to_on: date) -> None:
    if row.to_on is not None:
        raise AlreadyEnded(to_on=row.to_on)
    require_order(row.from_on, to_on)


def _hand_over(row: SiteUnit, before: SiteUnit | None) -> dict[str, Any]:
    facts = {"row": row.pk, "unit": row.unit_id, "named": row.unit.name, "from_on": row.from_on}
    return facts | {"before": before.unit_id if before else ""}


def _facts(row: Responsibility) -> dict[str, Any]:
    return {
        "row": row.pk,
        "rank": row.rank,
        "person": row.person.username,
        "named": row.person.full_name,
        "from_on": row.from_on,
    }
