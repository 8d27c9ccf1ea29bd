"""The negative list: its kinds, and the events that were found, confirmed or withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from yanzhen.accounts.models import User
from yanzhen.core.engine import hold_key
from yanzhen.core.errors import RowError, RowErrors, require
from yanzhen.core.time import city_day
from yanzhen.events.operations import record, replayed
from yanzhen.files.models import Photo
from yanzhen.frameworks import rules
from yanzhen.frameworks.enums import NegativeLevel, NegativeStatus
from yanzhen.frameworks.errors import (
    EventWordsMissing,
    HappensLater,
    NegativeEventSettled,
    NegativeKindRetired,
    NegativeKindTaken,
    NegativeKindUnfit,
    ReasonMissing,
)
from yanzhen.frameworks.models import NegativeEvent, NegativeEvidence, NegativeKind
from yanzhen.frameworks.reading import Part, load
from yanzhen.frameworks.scorers import PLACES
from yanzhen.frameworks.trees import CODE
from yanzhen.places.errors import AreaClosed
from yanzhen.places.models import Area
from yanzhen.units.errors import UnitIsClosed
from yanzhen.units.models import Unit

SHIPPED: Final = Path(__file__).parent.parent / "data" / "negative.yaml"
MOST_REASON: Final = 300
LONGEST_NAME: Final = 80
ADDRESS_WORDS: Final = frozenset({"new", "events", "kinds"})


@dataclass(frozen=True, slots=True)
class NegativeKindDraft:
    """A kind of event as it should be."""

    name: str
    level: str
    points: Decimal = Decimal(0)
    words: str = ""
    unit: Unit | None = None
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class NegativeEventDraft:
    """An event as somebody records it."""

    kind: NegativeKind
    happened_on: date
    words: str
    area: Area
    unit: Unit | None = None
    photos: Sequence[Photo] = ()


# --- Kinds ----------------------------------------------------------------------------------------


@transaction.atomic
def install_negative_kinds(*, actor: User, now: datetime, path: Path = SHIPPED) -> int:
    """Add the shipped kinds, all marked as examples, where a city has no kind at all."""
    hold_key("negative-kinds")
    if NegativeKind.objects.exists() or not path.is_file():
        return 0
    faults: list[RowError] = []
    whole = Part.of(load(path.read_text(encoding="utf-8")), faults, row=1, what="")
    count = 0
    for one in whole.parts("kinds"):
        draft = NegativeKindDraft(
            name=one.text("name"),
            level=one.text("level"),
            points=one.decimal("points") or Decimal(0),
            words=one.text("words"),
        )
        kind = _add(one.text("code"), draft, actor=actor, now=now, client_id=None)
        kind.is_example = True
        kind.save(update_fields=["is_example"])
        count += 1
    if faults:
        raise RowErrors(faults)
    return count


@transaction.atomic
def add_negative_kind(
    *,
    code: str,
    draft: NegativeKindDraft,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> NegativeKind:
    """Add a kind of event. Raises `Forbidden`, `NegativeKindUnfit`, `NegativeKindTaken` or `UnitIsClosed`."""
    if event := replayed(client_id, "negative_kind.added", actor=actor):
        return NegativeKind.objects.get(pk=event.subject_id)
    hold_key("negative-kinds")
    require(rules.can_edit(actor, on=city_day(now)))
    return _add(code, draft, actor=actor, now=now, client_id=client_id)


def _add(
    code: str, draft: NegativeKindDraft, *, actor: User, now: datetime, client_id: UUID | None
) -> NegativeKind:
    if not CODE.fullmatch(code) or code.lower() in ADDRESS_WORDS:
        reason = _("代码限字母、数字、点、横线，最多 30 位")
        raise NegativeKindUnfit(name=draft.name or code, reason=reason)
    taken = NegativeKind.objects.filter(code__iexact=code).first()
    if taken is not None:
        raise NegativeKindTaken(code=code, name=taken.name)
    values = _kind_values(draft)
    last = NegativeKind.objects.aggregate(last=Max("sort"))["last"] or 0
    kind = NegativeKind.objects.create(code=code, sort=last + 10, **values)
    facts = _facts(kind)
    record("negative_kind.added", kind, actor=actor, at=now, client_id=client_id, **facts)
    return kind


@transaction.atomic
def change_negative_kind(
    *,
    code: str,
    draft: NegativeKindDraft,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> NegativeKind:
    """Change a kind; what was confirmed before keeps its level and points. It is no example any more.

    Raises `Forbidden`, `NegativeKindUnfit` or `UnitIsClosed`.
    """
    kind = NegativeKind.objects.locked().get(code=code)
    if replayed(client_id, "negative_kind.changed", subject=kind, actor=actor):
        return kind
    require(rules.can_edit(actor, on=city_day(now)))
    values = _kind_values(draft) | {"is_example": False}

    for name, value in values.items():
        setattr(kind, name, value)
    kind.save(update_fields=list(values))
    facts = _facts(kind)
    record("negative_kind.changed", kind, actor=actor, at=now, client_id=client_id, **facts)
    return kind


def _kind_values(draft: NegativeKindDraft) -> dict[str, Any]:
    reason = ""
    is_deducted = draft.level == NegativeLevel.DEDUCT
    if not draft.name.strip() or len(draft.name) > LONGEST_NAME:
        reason = _("请填写名称，最多 80 个字")
    elif draft.level not in NegativeLevel.values:
        reason = _("没有“%(level)s”这种后果") % {"level": draft.level[:20]}
    elif is_deducted and not 0 < draft.points < Decimal(10_000):
        reason = _("扣分的事项须写扣几分，大于零")
    elif not is_deducted and draft.points:
        reason = _("只有“扣减测评分数”才写扣几分")
    elif -int(draft.points.as_tuple().exponent) > PLACES:
        reason = _("扣分最多 %(places)s 位小数") % {"places": PLACES}
    if reason:
        raise NegativeKindUnfit(name=draft.name, reason=reason)
    if draft.unit is not None and not draft.unit.is_active:
        raise UnitIsClosed(unit=draft.unit.name)
    return {
        "name": draft.name.strip(),
        "level": draft.level,
        "points": draft.points,
        "words": draft.words.strip(),
        "unit": draft.unit,
        "is_active": draft.is_active,
    }


def _facts(kind: NegativeKind) -> dict[str, Any]:
    return {
        "code": kind.code,
        "name": kind.name,
        "level": str(kind.level),
        "points": kind.points,
        "unit": kind.unit_id,
        "is_active": kind.is_active,
    }


# --- Events ---------------------------------------------------------------------------------------


@transaction.atomic
def report_negative_event(
    *, draft: NegativeEventDraft, actor: User, now: datetime, client_id: UUID | None = None
) -> NegativeEvent:
    """Record that something happened which may be of the negative list; nothing is deducted yet.

    Raises `Forbidden`, `NegativeKindRetired`, `HappensLater`, `EventWordsMissing`, `AreaClosed`
    or `UnitIsClosed`.
    """
    if event := replayed(client_id, "negative_event.reported", actor=actor):
        return NegativeEvent.objects.get(pk=event.subject_id)
    require(rules.can_settle_negative(actor, on=city_day(now)))
    if not draft.kind.is_active:
        raise NegativeKindRetired(name=draft.kind.name)
    if draft.happened_on > city_day(now):
        raise HappensLater(day=draft.happened_on)
    if not draft.words.strip():
        raise EventWordsMissing
    if not draft.area.is_active:
        raise AreaClosed(area=draft.area.name)
    unit = draft.unit or draft.kind.unit
    if unit is not None and not unit.is_active:
        raise UnitIsClosed(unit=unit.name)

    row = NegativeEvent.objects.create(
        kind=draft.kind,
        happened_on=draft.happened_on,
        words=draft.words.strip(),
        area=draft.area,
        unit=unit,
        reported_by=actor,
        reported_at=now,
    )
    photos = list(dict.fromkeys(draft.photos))
    NegativeEvidence.objects.bulk_create(
        NegativeEvidence(event=row, photo=photo) for photo in photos
    )
    facts = {
        "kind": draft.kind.code,
        "happened_on": draft.happened_on,
        "area": draft.area.code,
        "unit": unit.code if unit else None,
        "photos": [photo.sha256 for photo in photos],
    }
    record("negative_event.reported", row, actor=actor, at=now, client_id=client_id, **facts)
    return row


@transaction.atomic
def confirm_negative_event(
    *, event_id: int, actor: User, now: datetime, client_id: UUID | None = None
) -> NegativeEvent:
    """Confirm an event: from now on it counts, as its kind says today.

    Raises `Forbidden` or `NegativeEventSettled`.
    """
    row = _held(event_id)
    if replayed(client_id, "negative_event.confirmed", subject=row, actor=actor):
        return row
    require(rules.can_settle_negative(actor, on=city_day(now)))
    if row.status != NegativeStatus.REPORTED:
        raise NegativeEventSettled(status=NegativeStatus(row.status).label, move=_("认定"))

    row.status, row.level, row.points = NegativeStatus.CONFIRMED, row.kind.level, row.kind.points
    row.save(update_fields=["status", "level", "points"])
    record(
        "negative_event.confirmed",
        row,
        actor=actor,
        at=now,
        client_id=client_id,
        level=str(row.level),
        points=row.points,
    )
    return row


@transaction.atomic
def withdraw_negative_event(
    *, event_id: int, reason: str, actor: User, now: datetime, client_id: UUID | None = None
) -> NegativeEvent:
    """Take an event back, reported or confirmed: it counts no more, and stays on the record.

    Raises `Forbidden`, `NegativeEventSettled` or `ReasonMissing`.
    """
    row = _held(event_id)
    if replayed(client_id, "negative_event.withdrawn", subject=row, actor=actor):
        return row
    require(rules.can_settle_negative(actor, on=city_day(now)))
    if row.status == NegativeStatus.WITHDRAWN:
        raise NegativeEventSettled(status=NegativeStatus(row.status).label, move=_("撤回"))
    reason = " ".join(reason.split())[:MOST_REASON]
    if not reason:
        raise ReasonMissing

    row.status = NegativeStatus.WITHDRAWN
    row.save(update_fields=["status"])
    record("negative_event.withdrawn", row, actor=actor, at=now, client_id=client_id, reason=reason)
    return row


@transaction.atomic
def account_negative_event(
    *, event_id: int, words: str, actor: User, now: datetime, client_id: UUID | None = None
) -> NegativeEvent:
    """Write down who was held to account, and how; each version stays on the record.

    Raises `Forbidden`, `NegativeEventSettled` or `EventWordsMissing`.
    """
    row = _held(event_id)
    if replayed(client_id, "negative_event.accounted", subject=row, actor=actor):
        return row
    require(rules.can_settle_negative(actor, on=city_day(now)))
    if row.status != NegativeStatus.CONFIRMED:
        raise NegativeEventSettled(status=NegativeStatus(row.status).label, move=_("补记问责"))
    words = words.strip()
    if not words:
        raise EventWordsMissing

    row.accountability = words
    row.save(update_fields=["accountability"])
    record("negative_event.accounted", row, actor=actor, at=now, client_id=client_id, words=words)
    return row


def _held(event_id: int) -> NegativeEvent:
    return NegativeEvent.objects.locked().select_related("kind").get(pk=event_id)
