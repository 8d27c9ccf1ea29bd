"""Stewardship: leaders and units answerable for a place beside its owner."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from yanzhen.accounts.models import User
from yanzhen.core.errors import require
from yanzhen.core.time import city_day
from yanzhen.events.operations import record, replayed
from yanzhen.places.models import Area, Site
from yanzhen.units import rules
from yanzhen.units.errors import (
    AlreadyEnded,
    AlreadySteward,
    PersonInactive,
    PlaceMissing,
    StewardMissing,
    UnitIsClosed,
)
from yanzhen.units.models import Stewardship, Unit
from yanzhen.units.periods import require_order


@dataclass(frozen=True)
class StewardshipDraft:
    """Who is to answer for which place beside its owner, under which title, from a day on."""

    from_on: date
    unit: Unit | None = None
    person: User | None = None
    site: Site | None = None
    area: Area | None = None
    title: str = ""
    to_on: date | None = None


@transaction.atomic
def add_stewardship(
    *, draft: StewardshipDraft, actor: User, now: datetime, client_id: UUID | None = None
) -> Stewardship:
    """Make a leader, a unit or both answerable for a site or an area. A place may have several.

    Raises `Forbidden`, `PlaceMissing`, `StewardMissing`, `UnitIsClosed`, `PersonInactive`,
    `EndsBeforeItBegins` or `AlreadySteward`.
    """
    place = _hold_place(draft.site, draft.area)
    kind = "site" if isinstance(place, Site) else "area"
    if done := replayed(client_id, f"{kind}.steward_added", subject=place, actor=actor):
        return Stewardship.objects.get(pk=done.facts["row"])
    area_code = place.area_id if isinstance(place, Site) else place.code
    require(rules.can_edit_units(actor, area_code=area_code, on=city_day(now)))
    _require_fit(draft)

    row = Stewardship.objects.create(
        unit=draft.unit,
        person=draft.person,
        site=draft.site,
        area=draft.area,
        title=draft.title.strip(),
        from_on=draft.from_on,
        to_on=draft.to_on,
    )
    facts = _facts(row)
    record(f"{kind}.steward_added", place, actor=actor, at=now, client_id=client_id, **facts)
    return row


@transaction.atomic
def end_stewardship(
    *, row_id: int, to_on: date, actor: User, now: datetime, client_id: UUID | None = None
) -> Stewardship:
    """End a stewardship after a day. Raises `Forbidden`, `AlreadyEnded` or `EndsBeforeItBegins`."""
    known = Stewardship.objects.select_related("site", "area").get(pk=row_id)
    place = _hold_place(known.site, known.area)
    kind = "site" if isinstance(place, Site) else "area"
    row = Stewardship.objects.select_related("unit", "person").get(pk=row_id)
    if replayed(client_id, f"{kind}.steward_ended", subject=place, actor=actor):
        return row
    today = city_day(now)
    area_code = place.area_id if isinstance(place, Site) else place.code
    require(rules.can_edit_units(actor, area_code=area_code, on=today))
    if row.to_on is not None and row.to_on < max(today, to_on):
        raise AlreadyEnded(to_on=row.to_on)
    require_order(row.from_on, to_on)

    row.to_on = to_on
    row.save(update_fields=["to_on"])
    facts = _facts(row)
    record(f"{kind}.steward_ended", place, actor=actor, at=now, client_id=client_id, **facts)
    return row


def _hold_place(site: Site | None, area: Area | None) -> Site | Area:
    if site is not None and area is None:
        return Site.objects.locked().get(pk=site.pk)
    if area is not None and site is None:
        return Area.objects.locked().get(pk=area.pk)
    raise PlaceMissing


def _require_fit(draft: StewardshipDraft) -> None:
    if draft.unit is None and draft.person is None:
        raise StewardMissing
    if draft.unit and not draft.unit.is_active:
        raise UnitIsClosed(unit=draft.unit.name)
    if draft.person and (not draft.person.is_active or draft.person.is_system):
        raise PersonInactive(person=draft.person.full_name)
    require_order(draft.from_on, draft.to_on)
    same = Stewardship.objects.filter(
        Q(to_on=None) | Q(to_on__gte=draft.from_on),
        unit=draft.unit,
        person=draft.person,
        site=draft.site,
        area=draft.area,
    )
    if draft.to_on:
        same = same.filter(from_on__lte=draft.to_on)
    if known := same.order_by("from_on", "pk").first():
        steward = draft.person.full_name if draft.person else str(draft.unit)
        raise AlreadySteward(steward=steward, from_on=known.from_on)


def _facts(row: Stewardship) -> dict[str, object]:
    return {
        "row": row.pk,
        "unit": row.unit_id or "",
        "person": row.person.username if row.person else "",
        "named": "、".join(str(one) for one in (row.unit, row.person) if one),
        "title": row.title,
        "from_on": row.from_on,
        "to_on": row.to_on,
    }
