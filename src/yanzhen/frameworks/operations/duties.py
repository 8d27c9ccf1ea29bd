"""Decomposition: criteria are laid on units, units hand in their plans, the office accepts or returns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from yanzhen.accounts.models import User
from yanzhen.core.errors import require
from yanzhen.core.time import city_day
from yanzhen.events.operations import record, record_many, replayed
from yanzhen.events.queries import events_of
from yanzhen.frameworks import rules
from yanzhen.frameworks.enums import DutyStatus, EditionStatus, NodeKind
from yanzhen.frameworks.errors import (
    CriterionNotCurrent,
    DueDayPassed,
    DutyNotOpen,
    DutyNotSubmitted,
    LeadSupportsItself,
    NoCriterion,
    OwnPlan,
    PlanMissing,
    PlanTooLong,
    ReasonMissing,
)
from yanzhen.frameworks.models import Duty, DutySupport, Node
from yanzhen.units.errors import GroupClosed, UnitIsClosed
from yanzhen.units.models import TaskGroup, Unit

MOST_PLAN: Final = 5000
MOST_REASON: Final = 300


@dataclass(frozen=True, slots=True)
class DutyDraft:
    """A duty as it should be."""

    unit: Unit
    due_on: date
    supports: Sequence[Unit] = ()
    group: TaskGroup | None = None


@transaction.atomic
def assign_duties(
    *,
    criterion_ids: Sequence[int],
    draft: DutyDraft,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> list[Duty]:
    """Lay criteria on a lead unit with its support, all or none; what was laid on another moves.

    A plan is its lead unit's: with another lead it is asked for anew, else it stays as it is.
    Raises `Forbidden`, `NoCriterion`, `CriterionNotCurrent`, `UnitIsClosed`, `GroupClosed`,
    `LeadSupportsItself` or `DueDayPassed`.
    """
    nodes = list(Node.objects.locked().filter(pk__in=criterion_ids).select_related("edition"))
    before = {
        duty.criterion_id: duty
        for duty in Duty.objects.locked().filter(criterion__in=nodes).order_by("pk")
    }
    if (done := replayed(client_id, "duty.assigned", actor=actor)) is not None:
        return list(Duty.objects.filter(pk__in=done.facts["all"]).order_by("pk"))
    require(rules.can_edit(actor, on=city_day(now)))
    if not nodes:
        raise NoCriterion
    for node in nodes:
        if node.kind != NodeKind.CRITERION or node.edition.status != EditionStatus.CURRENT:
            raise CriterionNotCurrent(criterion=f"{node.code} {node.title}")
    _check_draft(draft, on=city_day(now))

    duties = [_written(node, before.get(node.pk), draft) for node in nodes]
    DutySupport.objects.filter(duty__in=duties).delete()
    supports = list(dict.fromkeys(draft.supports))
    DutySupport.objects.bulk_create(
        DutySupport(duty=duty, unit=unit) for duty in duties for unit in supports
    )
    facts = {
        "unit": draft.unit.code,
        "supports": [unit.code for unit in supports],
        "group": draft.group.code if draft.group else None,
        "due_on": draft.due_on,
    }
    whole = facts | {"all": [duty.pk for duty in duties]}
    record("duty.assigned", duties[0], actor=actor, at=now, client_id=client_id, **whole)
    record_many("duty.assigned", [(duty, facts) for duty in duties[1:]], actor=actor, at=now)
    return duties


def _check_draft(draft: DutyDraft, *, on: date) -> None:
    for unit in (draft.unit, *draft.supports):
        if not unit.is_active:
            raise UnitIsClosed(unit=unit.name)
    if draft.unit in draft.supports:
        raise LeadSupportsItself(unit=draft.unit.name)
    if draft.group is not None and not draft.group.is_active:
        raise GroupClosed(group=draft.group.name)
    if draft.due_on < on:
        raise DueDayPassed(day=draft.due_on)


def _written(node: Node, before: Duty | None, draft: DutyDraft) -> Duty:
    if before is None:
        return Duty.objects.create(
            criterion=node, unit=draft.unit, group=draft.group, due_on=draft.due_on
        )
    if before.unit_id != draft.unit.code:
        before.status, before.plan, before.return_reason = DutyStatus.ASKED, "", ""
    before.unit, before.group, before.due_on = draft.unit, draft.group, draft.due_on
    before.save(update_fields=["unit", "group", "due_on", "status", "plan", "return_reason"])
    return before


@transaction.atomic
def submit_plan(
    *, duty_id: int, plan: str, actor: User, now: datetime, client_id: UUID | None = None
) -> Duty:
    """Hand in the lead unit's plan. Raises `Forbidden`, `DutyNotOpen`, `PlanMissing` or `PlanTooLong`."""
    duty = _held(duty_id)
    if replayed(client_id, "duty.submitted", subject=duty, actor=actor):
        return duty
    require(rules.can_plan(actor, duty.unit, on=city_day(now)))
    if duty.status not in {DutyStatus.ASKED, DutyStatus.RETURNED}:
        raise DutyNotOpen(status=DutyStatus(duty.status).label)
    plan = plan.strip()
    if not plan:
        raise PlanMissing
    if len(plan) > MOST_PLAN:
        raise PlanTooLong(most=MOST_PLAN, length=len(plan))

    duty.status, duty.plan, duty.return_reason = DutyStatus.SUBMITTED, plan, ""
    duty.save(update_fields=["status", "plan", "return_reason"])
    record("duty.submitted", duty, actor=actor, at=now, client_id=client_id, plan=plan)
    return duty


@transaction.atomic
def accept_plan(*, duty_id: int, actor: User, now: datetime, client_id: UUID | None = None) -> Duty:
    """Accept a plan. Raises `Forbidden`, `DutyNotSubmitted` or `OwnPlan`."""
    duty = _held(duty_id)
    if replayed(client_id, "duty.accepted", subject=duty, actor=actor):
        return duty
    _require_judge(duty, actor, now)

    duty.status = DutyStatus.ACCEPTED
    duty.save(update_fields=["status"])
    record("duty.accepted", duty, actor=actor, at=now, client_id=client_id)
    return duty


@transaction.atomic
def return_plan(
    *, duty_id: int, reason: str, actor: User, now: datetime, client_id: UUID | None = None
) -> Duty:
    """Send a plan back with the reason; the unit hands in another one.

    Raises `Forbidden`, `DutyNotSubmitted`, `OwnPlan` or `ReasonMissing`.
    """
    duty = _held(duty_id)
    if replayed(client_id, "duty.returned", subject=duty, actor=actor):
        return duty
    _require_judge(duty, actor, now)
    reason = " ".join(reason.split())[:MOST_REASON]
    if not reason:
        raise ReasonMissing

    duty.status, duty.return_reason = DutyStatus.RETURNED, reason
    duty.save(update_fields=["status", "return_reason"])
    record("duty.returned", duty, actor=actor, at=now, client_id=client_id, reason=reason)
    return duty


def _held(duty_id: int) -> Duty:
    return Duty.objects.locked().select_related("unit", "criterion").get(pk=duty_id)


def _require_judge(duty: Duty, actor: User, now: datetime) -> None:
    """Whoever judges a plan is of the office, and did not write it."""
    require(rules.can_edit(actor, on=city_day(now)))
    if duty.status != DutyStatus.SUBMITTED:
        raise DutyNotSubmitted(status=DutyStatus(duty.status).label)
    last = events_of(duty).filter(kind="duty.submitted").order_by("-number").first()
    if last is not None and last.actor_id == actor.pk:
        raise OwnPlan
