"""Checklists: the next version is drafted, changed item by item or as a whole, and published."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from yanzhen.accounts.models import User
from yanzhen.core.engine import hold_key
from yanzhen.core.errors import RowError, RowErrors, require
from yanzhen.core.time import city_day
from yanzhen.events.operations import record, replayed
from yanzhen.frameworks import rules
from yanzhen.frameworks.categories import category_names
from yanzhen.frameworks.checklists import (
    FIELDS,
    Fed,
    ItemRow,
    Known,
    ListRow,
    faults_of,
    kept_items,
)
from yanzhen.frameworks.enums import EditionStatus, NodeKind
from yanzhen.frameworks.errors import (
    CheckItemUnknown,
    ChecklistEmpty,
    ChecklistNameUnfit,
    ChecklistNotDraft,
)
from yanzhen.frameworks.models import CheckItem, CheckItemCriterion, Checklist, Node
from yanzhen.frameworks.operations.editions import Came
from yanzhen.places.errors import SiteTypeUnknown
from yanzhen.places.models import SiteType

LONGEST_NAME = 60


@transaction.atomic
def draft_checklist(
    *, site_type: SiteType, actor: User, now: datetime, client_id: UUID | None = None
) -> Checklist:
    """Begin the next version as a copy of the current one, or go on with the draft that is there.

    Raises `Forbidden`.
    """
    hold_key(f"checklist:{site_type.code}")
    if event := replayed(client_id, "checklist.drafted", actor=actor):
        return Checklist.objects.get(pk=event.subject_id)
    require(rules.can_edit(actor, on=city_day(now)))
    if known := _version(site_type, EditionStatus.DRAFT):
        return known
    current = _version(site_type, EditionStatus.CURRENT)
    items = kept_items(current) if current else []
    name = current.name if current else f"{site_type.name}检查清单"
    draft = _new_version(site_type, name)
    _write_items(draft, items)
    facts: dict[str, Any] = {
        "site_type": site_type.code,
        "version": draft.version,
        "items": len(items),
    }
    record("checklist.drafted", draft, actor=actor, at=now, client_id=client_id, **facts)
    return draft


@transaction.atomic
def bring_checklist(
    *, site_type_code: str, name: str, items: Sequence[ItemRow], actor: User, now: datetime
) -> tuple[Checklist, Came]:
    """Bring in a whole checklist as the draft of the next version, or write over that draft.

    What stands here word for word is left as it is, current or draft.
    Raises `Forbidden`, `SiteTypeUnknown`, `ChecklistNameUnfit`, or `RowErrors` with everything
    that is wrong with the items.
    """
    hold_key(f"checklist:{site_type_code}")
    require(rules.can_edit(actor, on=city_day(now)))
    site_type = SiteType.objects.filter(code=site_type_code).first()
    if site_type is None:
        raise SiteTypeUnknown(type=site_type_code)
    _check_name(name)
    if faults := faults_of(items, known_names(site_type_code)):
        raise RowErrors(faults)
    draft = _version(site_type, EditionStatus.DRAFT)
    standing = draft or _version(site_type, EditionStatus.CURRENT)
    if standing is not None and _is_same(standing, name, items):
        return standing, Came.SAME

    if draft is None:
        draft = _new_version(site_type, name)
    else:
        draft.name = name
        draft.save(update_fields=["name"])
        CheckItem.objects.filter(checklist=draft).delete()
    _write_items(draft, items)
    facts: dict[str, Any] = {
        "site_type": site_type.code,
        "version": draft.version,
        "items": len(items),
    }
    record("checklist.brought", draft, actor=actor, at=now, **facts)
    return draft, Came.NEW if standing is None else Came.CHANGED


@transaction.atomic
def bring_checklists(*, lists: Sequence[ListRow], actor: User, now: datetime) -> list[Came]:
    """Bring in several checklists, all or none; each as the draft of its type's next version.

    Raises `Forbidden`, or `RowErrors` with everything that is wrong with any of them.
    """
    require(rules.can_edit(actor, on=city_day(now)))
    faults: list[RowError] = []
    came: list[Came] = []
    for one in sorted(lists, key=lambda row: row.site_type):
        try:
            _checklist, what = bring_checklist(
                site_type_code=one.site_type, name=one.name, items=one.items, actor=actor, now=now
            )
        except RowErrors as refusal:
            faults += refusal.errors
        except (SiteTypeUnknown, ChecklistNameUnfit) as refusal:
            faults.append(RowError(one.row, "site_type", str(refusal)))
        else:
            came.append(what)
    if faults:
        raise RowErrors(faults)
    return came


@transaction.atomic
def publish_checklist(
    *, checklist_id: int, actor: User, now: datetime, client_id: UUID | None = None
) -> Checklist:
    """Let new visits take this version from now on; those that have begun keep theirs.

    Raises `Forbidden`, `ChecklistNotDraft`, `ChecklistEmpty`, or `RowErrors` where an item names
    what is no longer in use.
    """
    draft = _held(checklist_id)
    if replayed(client_id, "checklist.published", subject=draft, actor=actor):
        return draft
    require(rules.can_edit(actor, on=city_day(now)))
    _require_draft(draft)
    items = kept_items(draft)
    if not items:
        raise ChecklistEmpty
    if faults := faults_of(items, known_names(str(draft.site_type_id))):
        raise RowErrors(faults)

    before = _version(draft.site_type, EditionStatus.CURRENT)
    if before is not None:
        before.status = EditionStatus.RETIRED
        before.save(update_fields=["status"])
        record("checklist.retired", before, actor=actor, at=now, by=draft.version)
    draft.status, draft.published_at = EditionStatus.CURRENT, now
    draft.save(update_fields=["status", "published_at"])
    facts = {"version": draft.version, "items": len(items)}
    record("checklist.published", draft, actor=actor, at=now, client_id=client_id, **facts)
    return draft


@transaction.atomic
def drop_checklist(*, checklist_id: int, actor: User, now: datetime) -> None:
    """Take a draft away; the current version stays. Raises `Forbidden` or `ChecklistNotDraft`."""
    draft = _held(checklist_id)
    require(rules.can_edit(actor, on=city_day(now)))
    _require_draft(draft)

    site_type, version = draft.site_type, draft.version
    draft.delete()
    record("site_type.checklist_dropped", site_type, actor=actor, at=now, version=version)


@transaction.atomic
def put_item(
    *,
    checklist_id: int,
    item: ItemRow,
    replacing: str = "",
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> CheckItem:
    """Add an item to a draft, at its end, or put it in the place of the one with code `replacing`.

    Raises `Forbidden`, `ChecklistNotDraft`, `CheckItemUnknown`, or `RowErrors`.
    """
    draft = _held(checklist_id)
    if event := replayed(client_id, "checklist.item_put", subject=draft, actor=actor):
        return CheckItem.objects.get(checklist=draft, code=event.facts["code"])
    require(rules.can_edit(actor, on=city_day(now)))
    _require_draft(draft)
    others = [one for one in kept_items(draft) if one.code != replacing]
    known = known_names(str(draft.site_type_id))
    beside = {one.code: draft.site_type.name for one in others}
    known = replace(known, codes_elsewhere={**known.codes_elsewhere, **beside})
    if faults := faults_of([item], known):
        raise RowErrors(faults)

    before = _item(draft, replacing) if replacing else None
    last = CheckItem.objects.filter(checklist=draft).aggregate(last=Max("sort"))["last"] or 0
    sort = before.sort if before else last + 1
    if before is not None:
        before.delete()
    _write_items(draft, [item], first=sort)
    facts = {"code": item.code, "replacing": replacing, "words": item.words}
    record("checklist.item_put", draft, actor=actor, at=now, client_id=client_id, **facts)
    return _item(draft, item.code)


@transaction.atomic
def remove_item(*, checklist_id: int, code: str, actor: User, now: datetime) -> None:
    """Take an item out of a draft. Raises `Forbidden`, `ChecklistNotDraft` or `CheckItemUnknown`."""
    draft = _held(checklist_id)
    require(rules.can_edit(actor, on=city_day(now)))
    _require_draft(draft)
    item = _item(draft, code)

    item.delete()
    record("checklist.item_removed", draft, actor=actor, at=now, code=code, words=item.words)


@transaction.atomic
def move_item(*, checklist_id: int, code: str, by: int, actor: User, now: datetime) -> None:
    """Move an item of a draft up (-1) or down (1); at the end of the list it stays.

    Raises `Forbidden`, `ChecklistNotDraft` or `CheckItemUnknown`.
    """
    draft = _held(checklist_id)
    require(rules.can_edit(actor, on=city_day(now)))
    _require_draft(draft)
    items = list(CheckItem.objects.filter(checklist=draft).order_by("sort", "pk"))
    at = next((at for at, one in enumerate(items) if one.code == code), None)
    if at is None:
        raise CheckItemUnknown(code=code)

    to = max(0, min(len(items) - 1, at + by))
    items.insert(to, items.pop(at))
    for sort, item in enumerate(items, start=1):
        item.sort = sort
    CheckItem.objects.bulk_update(items, ["sort"])
    record("checklist.item_moved", draft, actor=actor, at=now, code=code, to=to + 1)


# --- What may be named ----------------------------------------------------------------------------


def known_names(site_type_code: str) -> Known:
    """What the items of a checklist for this type may name. Three queries."""
    elsewhere = (
        CheckItem.objects.exclude(checklist__site_type__code=site_type_code)
        .values_list("code", "checklist__site_type__name")
        .distinct()
    )
    return Known(
        categories=category_names(),
        criteria=set(criteria_in_use()),
        codes_elsewhere=dict(elsewhere),
    )


def criteria_in_use() -> Mapping[Fed, int]:
    """Framework and code of every criterion of the current editions → the id of its node."""
    nodes = Node.objects.filter(
        kind=NodeKind.CRITERION, edition__status=EditionStatus.CURRENT
    ).values_list("edition__framework__code", "code", "pk")
    return {(framework, code): pk for framework, code, pk in nodes}


# --- Rows -----------------------------------------------------------------------------------------


def _held(checklist_id: int) -> Checklist:
    """Hold everything about the checklists of a type, then read the version."""
    code = Checklist.objects.values_list("site_type__code", flat=True).get(pk=checklist_id)
    hold_key(f"checklist:{code}")
    return Checklist.objects.locked().select_related("site_type").get(pk=checklist_id)


def _require_draft(checklist: Checklist) -> None:
    if checklist.status != EditionStatus.DRAFT:
        raise ChecklistNotDraft


def _version(site_type: SiteType, status: EditionStatus) -> Checklist | None:
    return Checklist.objects.locked().filter(site_type=site_type, status=status).first()


def _new_version(site_type: SiteType, name: str) -> Checklist:
    last = Checklist.objects.filter(site_type=site_type).aggregate(last=Max("version"))["last"] or 0
    return Checklist.objects.create(site_type=site_type, version=last + 1, name=name)


def _item(checklist: Checklist, code: str) -> CheckItem:
    item = CheckItem.objects.filter(checklist=checklist, code=code).first()
    if item is None:
        raise CheckItemUnknown(code=code)
    return item


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > LONGEST_NAME:
        raise ChecklistNameUnfit(most=LONGEST_NAME)


def _is_same(standing: Checklist, name: str, items: Sequence[ItemRow]) -> bool:
    kept = [one.content for one in kept_items(standing)]
    return standing.name == name and kept == [one.content for one in items]


def _write_items(draft: Checklist, items: Sequence[ItemRow], *, first: int = 1) -> None:
    rows = [
        CheckItem(checklist=draft, sort=sort, **_values(item))
        for sort, item in enumerate(items, start=first)
    ]
    criteria = criteria_in_use() if any(item.criteria for item in items) else {}
    written = CheckItem.objects.bulk_create(rows)
    CheckItemCriterion.objects.bulk_create(
        CheckItemCriterion(item=row, criterion_id=criteria[fed])
        for row, item in zip(written, items, strict=True)
        for fed in item.criteria
    )


def _values(item: ItemRow) -> dict[str, Any]:
    return {name: getattr(item, name) for name in FIELDS}
