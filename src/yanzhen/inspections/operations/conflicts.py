"""Answers that differ, and the person who says which one counts."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from yanzhen.accounts.models import User
from yanzhen.core.errors import require
from yanzhen.core.time import city_day
from yanzhen.events import operations as events
from yanzhen.frameworks.queries import checklist_items
from yanzhen.inspections import rules
from yanzhen.inspections.enums import Standing
from yanzhen.inspections.errors import ConflictSettled, NotOfThisConflict, ReasonMissing
from yanzhen.inspections.models import Check, CheckConflict, RoundSite
from yanzhen.inspections.operations.casework import follow_up
from yanzhen.places.enums import SiteStatus

RESOLVED = "conflict.resolved"


@transaction.atomic
def resolve_conflict(
    *,
    conflict_id: int,
    chosen_id: int,
    words: str,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> CheckConflict:
    """Say which of the answers counts, and why; all of them are kept.

    A failure that counts from now on becomes a case. One that does no longer keeps its case:
    whoever opened it in good time is not undone, the office closes it as it sees fit.

    Raises `Forbidden`, `ConflictSettled`, `ReasonMissing` or `NotOfThisConflict`.
    """
    found = CheckConflict.objects.get(pk=conflict_id)
    row = RoundSite.objects.locked().select_related("round", "site").get(pk=found.round_site_id)
    conflict = CheckConflict.objects.locked().get(pk=conflict_id)
    require(rules.can_run(actor, row.round, on=city_day(now)))
    if events.replayed(client_id, RESOLVED, subject=conflict, actor=actor):
        return conflict
    if conflict.resolved_at is not None:
        who = conflict.resolved_by.full_name if conflict.resolved_by else ""
        raise ConflictSettled(who=who)
    if not words.strip():
        raise ReasonMissing
    answers = list(Check.objects.filter(conflict=conflict).select_related("visit").order_by("pk"))
    chosen = next((check for check in answers if check.pk == chosen_id), None)
    if chosen is None:
        raise NotOfThisConflict

    _set_standings(chosen, answers)
    conflict.chosen, conflict.resolved_by, conflict.resolved_at = chosen, actor, now
    conflict.words = words.strip()
    conflict.save(update_fields=["chosen", "resolved_by", "resolved_at", "words"])
    if row.site.status != SiteStatus.RETIRED:
        items = {item.code: item for item in checklist_items(checklist=chosen.visit.checklist)}
        finder = chosen.visit.inspector
        follow_up(checks=[chosen], items=items, site=row.site, actor=finder, now=now)
    events.record(
        RESOLVED,
        conflict,
        actor=actor,
        at=now,
        client_id=client_id,
        chosen=chosen.pk,
        result=chosen.result,
        words=conflict.words,
    )
    return conflict


def _set_standings(chosen: Check, answers: list[Check]) -> None:
    """One counts; first the others give way, as the database demands."""
    for check in answers:
        if check.pk == chosen.pk:
            continue
        if check.visit.is_calibration or check.result == chosen.result:
            check.standing = Standing.BESIDE
        else:
            check.standing = Standing.OVERRULED
        check.save(update_fields=["standing"])
    chosen.standing = Standing.COUNTED
    chosen.save(update_fields=["standing"])
