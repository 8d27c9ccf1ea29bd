"""What hangs on the criteria of an old edition, led to those of the edition that follows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from yanzhen.accounts.models import User
from yanzhen.events.operations import record_many
from yanzhen.frameworks import comparing
from yanzhen.frameworks.enums import DutyStatus, EditionStatus, MappingKind
from yanzhen.frameworks.errors import MappingUnfit
from yanzhen.frameworks.models import (
    CheckItemCriterion,
    Duty,
    DutySupport,
    Edition,
    Node,
    NodeMapping,
)
from yanzhen.frameworks.trees import Planted


@dataclass(frozen=True, slots=True)
class Way:
    """From an old criterion to the new ones that it became; none: it is dropped."""

    old: str
    new: tuple[str, ...]
    kind: MappingKind


def ways(
    old: Sequence[Planted], new: Sequence[Planted], meant: Mapping[str, Sequence[str]]
) -> list[Way]:
    """Where each old criterion leads: as a person said, else as it is suggested.

    Raises `MappingUnfit` where somebody named what is no criterion of the new edition.
    """
    targets = {one.row.code: one for one in comparing.criteria_of(new)}
    suggested = comparing.suggest(comparing.criteria_of(old), list(targets.values()))
    leads: list[tuple[Planted, list[str]]] = []
    for one in suggested:
        code = one.old.row.code
        found = list(dict.fromkeys(meant[code])) if code in meant else []
        if code not in meant and one.new is not None:
            found = [one.new.row.code]
        for target in found:
            if target not in targets:
                raise MappingUnfit(old=code, new=target)
        leads.append((one.old, found))
    arriving = Counter(target for _old, found in leads for target in found)
    return [
        Way(
            one.row.code,
            tuple(found),
            comparing.kind_of(
                one,
                [targets[code] for code in found],
                shared=any(arriving[code] > 1 for code in found),
            ),
        )
        for one, found in leads
    ]


def follow(
    old_edition: Edition, new_edition: Edition, leads: Sequence[Way], *, actor: User, now: datetime
) -> dict[str, int]:
    """Write the mapping, and lead check items and duties along it. Return what was led where."""
    old = {node.code: node for node in Node.objects.filter(edition=old_edition)}
    new = {node.code: node for node in Node.objects.filter(edition=new_edition)}
    NodeMapping.objects.bulk_create(
        NodeMapping(
            edition=new_edition,
            old=old[way.old],
            new=new[code] if code else None,
            kind=way.kind,
        )
        for way in leads
        for code in way.new or ("",)
    )
    counts = Counter(str(way.kind) for way in leads)
    return {
        **counts,
        "check_items": _lead_check_items(old, new, leads),
        "duties": _lead_duties(old, new, leads, actor=actor, now=now),
    }


def _lead_check_items(
    old: Mapping[str, Node], new: Mapping[str, Node], leads: Sequence[Way]
) -> int:
    """Checklists in use and drafts feed the new criteria too; the old links stay for the past."""
    targets = {old[way.old].pk: way.new for way in leads}
    links = CheckItemCriterion.objects.filter(
        criterion_id__in=targets,
        item__checklist__status__in=(EditionStatus.CURRENT, EditionStatus.DRAFT),
    )
    wanted = {
        (item, new[code].pk)
        for item, criterion in links.values_list("item_id", "criterion_id")
        for code in targets[criterion]
    }
    CheckItemCriterion.objects.bulk_create(
        CheckItemCriterion(item_id=item, criterion_id=criterion)
        for item, criterion in sorted(wanted)
    )
    return len({item for item, _criterion in wanted})


def _lead_duties(
    old: Mapping[str, Node],
    new: Mapping[str, Node],
    leads: Sequence[Way],
    *,
    actor: User,
    now: datetime,
) -> int:
    """The lead unit of an old criterion leads what it became; of several the first one in order."""
    duties = {
        duty.criterion_id: duty
        for duty in Duty.objects.filter(criterion__in=old.values()).prefetch_related("supports")
    }
    led: dict[str, tuple[Duty, Duty]] = {}
    for way in leads:
        if (before := duties.get(old[way.old].pk)) is not None:
            for code in way.new:
                led.setdefault(code, (before, _duty_after(before, new[code], way.kind)))
    Duty.objects.bulk_create([after for _before, after in led.values()])
    DutySupport.objects.bulk_create(
        DutySupport(duty=after, unit_id=one.unit_id)
        for before, after in led.values()
        for one in before.supports.all()
    )
    told = [
        (after, {"from": before.pk, "unit": after.unit_id, "status": after.status})
        for before, after in led.values()
    ]
    record_many("duty.carried", told, actor=actor, at=now)
    return len(led)


def _duty_after(before: Duty, criterion: Node, kind: MappingKind) -> Duty:
    """The same duty for what the criterion became; another wording asks for the plan anew."""
    after = Duty(
        criterion=criterion,
        unit_id=before.unit_id,
        group_id=before.group_id,
        due_on=before.due_on,
        plan=before.plan,
    )
    if kind == MappingKind.SAME:
        after.status, after.return_reason = before.status, before.return_reason
    else:
        after.status = DutyStatus.ASKED
    return after
