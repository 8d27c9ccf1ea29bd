"""Task groups under the command, and the units that sit in them."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from yanzhen.accounts.models import User
from yanzhen.core.errors import require
from yanzhen.core.time import city_day
from yanzhen.events.operations import append, record, replayed
from yanzhen.units import rules
from yanzhen.units.enums import GroupPart
from yanzhen.units.errors import (
    AlreadyEnded,
    AlreadyMember,
    GroupClosed,
    GroupCodeTaken,
    UnitCodeUnfit,
    UnitIsClosed,
    UnitNameMissing,
)
from yanzhen.units.models import GroupMembership, TaskGroup, Unit
from yanzhen.units.operations.tree import ADDRESS_WORDS, CODE
from yanzhen.units.periods import require_order


@transaction.atomic
def add_group(
    *, code: str, name: str, actor: User, now: datetime, client_id: UUID | None = None
) -> TaskGroup:
    """Set up a task group. Raises `Forbidden`, `UnitCodeUnfit`, `GroupCodeTaken` or `UnitNameMissing`."""
    if done := replayed(client_id, "group.added", actor=actor):
        return TaskGroup.objects.get(pk=done.subject_id)
    require(rules.can_edit_city(actor, on=city_day(now)))
    if not CODE.fullmatch(code) or code.lower() in ADDRESS_WORDS:
        raise UnitCodeUnfit(code=code)
    if TaskGroup.objects.filter(code__iexact=code).exists():
        raise GroupCodeTaken(code=code)
    if not name.strip():
        raise UnitNameMissing

    group = TaskGroup.objects.create(code=code, name=name.strip())
    facts = {"code": code, "name": group.name}
    append("group.added", group, None, actor=actor, at=now, client_id=client_id, payload=facts)
    return group


@transaction.atomic
def change_group(
    *,
    group_id: int,
    name: str,
    is_active: bool,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> TaskGroup:
    """Rename a task group, dissolve it or set it up again. Seats end on the day it is dissolved.

    Raises `Forbidden` or `UnitNameMissing`.
    """
    group = TaskGroup.objects.locked().get(pk=group_id)
    if replayed(client_id, "group.changed", subject=group, actor=actor):
        return group
    today = city_day(now)
    require(rules.can_edit_city(actor, on=today))
    if not name.strip():
        raise UnitNameMissing

    before = {"name": group.name, "is_active": group.is_active}
    group.name, group.is_active = name.strip(), is_active
    group.save(update_fields=["name", "is_active"])
    seats = GroupMembership.objects.filter(group=group, to_on=None, from_on__lte=today)
    left = 0 if is_active else seats.update(to_on=today)
    facts = {"before": before, "name": group.name, "is_active": is_active, "left": left}
    record("group.changed", group, actor=actor, at=now, client_id=client_id, **facts)
    return group


@transaction.atomic
def join_group(
    *,
    group_id: int,
    unit: Unit,
    part: GroupPart,
    from_on: date,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> GroupMembership:
    """Seat a unit in a task group from a day on; a unit may sit in several.

    Raises `Forbidden`, `GroupClosed`, `UnitIsClosed` or `AlreadyMember`.
    """
    group = TaskGroup.objects.locked().get(pk=group_id)
    if done := replayed(client_id, "group.joined", subject=group, actor=actor):
        return GroupMembership.objects.get(pk=done.facts["row"])
    require(rules.can_edit_city(actor, on=city_day(now)))
    if not group.is_active:
        raise GroupClosed(group=group.name)
    if not unit.is_active:
        raise UnitIsClosed(unit=unit.name)
    seats = GroupMembership.objects.filter(group=group, unit=unit)
    if seats.filter(Q(to_on=None) | Q(to_on__gte=from_on)).exists():
        raise AlreadyMember(unit=unit.name, group=group.name)

    seat = GroupMembership.objects.create(group=group, unit=unit, part=part, from_on=from_on)
    facts = {"row": seat.pk, "unit": unit.code, "part": part, "from_on": from_on}
    record("group.joined", group, actor=actor, at=now, client_id=client_id, **facts)
    return seat


@transaction.atomic
def leave_group(
    *, membership_id: int, to_on: date, actor: User, now: datetime, client_id: UUID | None = None
) -> GroupMembership:
    """Let a unit's seat end after a day. Raises `Forbidden`, `AlreadyEnded` or `EndsBeforeItBegins`."""
    group_code = GroupMembership.objects.get(pk=membership_id).group_id
    group = TaskGroup.objects.locked().get(code=group_code)
    seat = GroupMembership.objects.get(pk=membership_id)
    if replayed(client_id, "group.left", subject=group, actor=actor):
        return seat
    require(rules.can_edit_city(actor, on=city_day(now)))
    if seat.to_on is not None:
        raise AlreadyEnded(to_on=seat.to_on)
    require_order(seat.from_on, to_on)

    seat.to_on = to_on
    seat.save(update_fields=["to_on"])
    facts = {"row": seat.pk, "unit": seat.unit_id, "to_on": to_on}
    record("group.left", group, actor=actor, at=now, client_id=client_id, **facts)
    return seat
