"""The tree of units: add, change, close, reopen, and a whole file of them at once."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, Value
from django.db.models.functions import Concat, Length, Substr
from django.utils.translation import gettext as _

from yanzhen.accounts.models import User
from yanzhen.core.errors import Refused, RowError, RowErrors, require
from yanzhen.core.text import plain
from yanzhen.core.time import city_day
from yanzhen.events.operations import append, record, record_many, replayed
from yanzhen.places.models import Area
from yanzhen.units import queries, rules
from yanzhen.units.enums import UnitKind
from yanzhen.units.errors import (
    AreaUnusable,
    TreeTooDeep,
    UnitAlreadyClosed,
    UnitAnswersForSites,
    UnitCodeTaken,
    UnitCodeUnfit,
    UnitHasUnits,
    UnitIsAbove,
    UnitIsClosed,
    UnitIsOpen,
    UnitKindUnknown,
    UnitNameMissing,
    UnitUnknown,
)
from yanzhen.units.models import GroupMembership, Stewardship, Unit

CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
ADDRESS_WORDS: Final = frozenset({"new", "suggest", "of-area", "of-site"})
LONGEST_NAME, LONGEST_SHORT_NAME, LONGEST_PATH = 80, 30, 400
NAMED_AT_ONCE: Final = 3
BATCH: Final = 500
CHANGED: Final = ("name", "short_name", "kind", "area_id", "parent_id")

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class UnitDraft:
    """A unit as it should be."""

    name: str
    kind: UnitKind
    area: Area
    parent: Unit | None = None
    short_name: str = ""


@transaction.atomic
def add_unit(
    *, code: str, draft: UnitDraft, actor: User, now: datetime, client_id: UUID | None = None
) -> Unit:
    """Add a unit, at the top or below another.

    Raises `Forbidden`, `UnitCodeUnfit`, `UnitCodeTaken`, `UnitNameMissing`, `AreaUnusable`,
    `UnitIsClosed` (the parent) or `TreeTooDeep`.
    """
    if done := replayed(client_id, "unit.added", actor=actor):
        return Unit.objects.get(pk=done.subject_id)
    parent = Unit.objects.locked().get(pk=draft.parent.pk) if draft.parent else None
    require(rules.can_edit_units(actor, area_code=draft.area.code, on=city_day(now)))
    _require_code(code)
    if taken := Unit.objects.filter(code__iexact=code).first():
        raise UnitCodeTaken(code=code, unit=taken.name)
    _require_fit(draft)
    path = _path(parent, code)

    unit = Unit.objects.create(
        code=code,
        name=draft.name.strip(),
        short_name=draft.short_name.strip(),
        kind=draft.kind,
        area=draft.area,
        parent=parent,
        path=path,
    )
    append("unit.added", unit, None, actor=actor, at=now, client_id=client_id, payload=_facts(unit))
    return unit


@transaction.atomic
def change_unit(
    *, unit_id: int, draft: UnitDraft, actor: User, now: datetime, client_id: UUID | None = None
) -> Unit:
    """Change a unit's name, kind, area or place in the tree; all below it moves along.

    All units are held meanwhile: of two moves at once each could be harmless and both together
    a circle. Raises what `add_unit` raises, and `UnitIsAbove`.
    """
    _hold_tree()
    unit = Unit.objects.get(pk=unit_id)
    if replayed(client_id, "unit.changed", subject=unit, actor=actor):
        return unit
    parent = Unit.objects.get(pk=draft.parent.pk) if draft.parent else None
    today = city_day(now)
    require(rules.can_edit_units(actor, area_code=unit.area_id, on=today))
    require(rules.can_edit_units(actor, area_code=draft.area.code, on=today))
    _require_fit(draft, known=unit)
    if parent and parent.path.startswith(unit.path):
        raise UnitIsAbove(parent=parent.name, unit=unit.name)
    path = _path(parent, unit.code)
    if path != unit.path:
        _move(unit, path, parent)

    before = {name: getattr(unit, name) for name in CHANGED}
    unit.name, unit.short_name = draft.name.strip(), draft.short_name.strip()
    unit.kind, unit.area, unit.parent, unit.path = draft.kind, draft.area, parent, path
    unit.save(update_fields=["name", "short_name", "kind", "area", "parent", "path"])
    changes = {
        name: [before[name], getattr(unit, name)]
        for name in CHANGED
        if before[name] != getattr(unit, name)
    }
    record("unit.changed", unit, actor=actor, at=now, client_id=client_id, changes=changes)
    return unit


@transaction.atomic
def close_unit(*, unit_id: int, actor: User, now: datetime, client_id: UUID | None = None) -> Unit:
    """Close a unit as of today. It takes no more cases; what it has in hand it finishes.

    What would be left without anybody must be given to others first; its seats in groups and
    its stewardships end with it.

    Raises `Forbidden`, `UnitAlreadyClosed`, `UnitHasUnits` or `UnitAnswersForSites`.
    """
    unit = Unit.objects.locked().get(pk=unit_id)
    if replayed(client_id, "unit.closed", subject=unit, actor=actor):
        return unit
    today = city_day(now)
    require(rules.can_edit_units(actor, area_code=unit.area_id, on=today))
    if not unit.is_active:
        raise UnitAlreadyClosed(unit=unit.name, on=unit.closed_on)
    _require_nothing_left(unit)

    unit.is_active, unit.closed_on = False, today
    unit.save(update_fields=["is_active", "closed_on"])
    of_it = {"unit": unit, "to_on": None, "from_on__lte": today}
    ended = {
        "memberships": GroupMembership.objects.filter(**of_it).update(to_on=today),
        "stewardships": Stewardship.objects.filter(**of_it).update(to_on=today),
    }
    record("unit.closed", unit, actor=actor, at=now, client_id=client_id, on=today, **ended)
    return unit


@transaction.atomic
def reopen_unit(*, unit_id: int, actor: User, now: datetime, client_id: UUID | None = None) -> Unit:
    """Let a closed unit work again. Raises `Forbidden`, `UnitIsOpen` or `UnitIsClosed` (its parent)."""
    unit = Unit.objects.locked().get(pk=unit_id)
    if replayed(client_id, "unit.reopened", subject=unit, actor=actor):
        return unit
    require(rules.can_edit_units(actor, area_code=unit.area_id, on=city_day(now)))
    if unit.is_active:
        raise UnitIsOpen(unit=unit.name)
    if unit.parent and not unit.parent.is_active:
        raise UnitIsClosed(unit=unit.parent.name)

    unit.is_active, unit.closed_on = True, None
    unit.save(update_fields=["is_active", "closed_on"])
    record("unit.reopened", unit, actor=actor, at=now, client_id=client_id)
    return unit


# --- a whole file ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One row of a file of units, as words. Rows may stand in any order, children before parents.

    A kind may be a code name or a Chinese word. For a known unit, what is empty stays as it was.
    """

    row: int
    code: str
    name: str = ""
    kind: str = ""
    area: str = ""
    parent: str = ""


@dataclass
class UnitsAdded:
    """What came of a file."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0


@dataclass
class _Wish:
    """What a row asks for, once every word in it is understood."""

    row: UnitRow
    unit: Unit
    is_new: bool
    before: dict[str, object] = field(default_factory=dict)

    @property
    def changes(self) -> dict[str, list[object]]:
        """What becomes another one, with what it was. To be moved along by others is no change."""
        return {
            name: [old, getattr(self.unit, name)]
            for name, old in self.before.items()
            if name != "path" and old != getattr(self.unit, name)
        }

    @property
    def is_same(self) -> bool:
        """Whether the unit stands as it stood."""
        return all(old == getattr(self.unit, name) for name, old in self.before.items())


@transaction.atomic
def add_units(
    rows: Iterable[UnitRow], *, actor: User, now: datetime, progress: Progress | None = None
) -> UnitsAdded:
    """Add the units of a file and change those that are there already; all of them or none.

    Raises `RowErrors` with everything that is wrong.
    """
    given = list(rows)
    known = {unit.code: unit for unit in Unit.objects.locked()}
    areas = {area.code: area for area in Area.objects.filter(is_active=True)}
    reader = _Reader(known=known, areas=areas, actor=actor, now=now)
    wishes = reader.read(given)
    if reader.errors:
        raise RowErrors(reader.errors)

    added = UnitsAdded()
    for start in range(0, len(wishes), BATCH):
        batch = wishes[start : start + BATCH]
        _add_all([wish.unit for wish in batch if wish.is_new], added, actor=actor, now=now)
        _change_all([wish for wish in batch if not wish.is_new], added, actor=actor, now=now)
        if progress:
            progress(start + len(batch), len(wishes))
    return added


def _add_all(units: Sequence[Unit], added: UnitsAdded, *, actor: User, now: datetime) -> None:
    Unit.objects.bulk_create(units)
    record_many("unit.added", ((unit, _facts(unit)) for unit in units), actor=actor, at=now)
    added.created += len(units)


def _change_all(wishes: Sequence[_Wish], added: UnitsAdded, *, actor: User, now: datetime) -> None:
    fields = ["name", "kind", "area", "parent", "path"]
    Unit.objects.bulk_update([wish.unit for wish in wishes], fields)
    changed = [(wish.unit, {"changes": wish.changes}) for wish in wishes if wish.changes]
    record_many("unit.changed", changed, actor=actor, at=now)
    added.updated += len(changed)
    added.unchanged += sum(wish.is_same for wish in wishes)


class _Reader:
    """Reads a file of units against those that are there, and collects all that is wrong."""

    def __init__(
        self, *, known: dict[str, Unit], areas: Mapping[str, Area], actor: User, now: datetime
    ) -> None:
        self.units, self.areas, self.actor, self.today = known, areas, actor, city_day(now)
        self.folded = {code.lower(): code for code in known}
        self.rows: dict[str, int] = {}
        self.errors: list[RowError] = []
        self.editable: dict[str, bool] = {}

    def read(self, rows: Sequence[UnitRow]) -> list[_Wish]:
        """The wishes, parents before children."""
        wishes = {wish.unit.code: wish for wish in map(self._wish, rows) if wish}
        for wish in wishes.values():
            self._join(wish)
        if self.errors:
            return []
        self._place(wishes)
        return sorted(wishes.values(), key=lambda wish: wish.unit.path.count("/"))

    def _wish(self, row: UnitRow) -> _Wish | None:
        code = row.code.strip()
        try:
            _require_code(code)
            standing = self.folded.get(code.lower(), code)
            if standing != code:
                raise UnitCodeTaken(code=code, unit=self.units[standing].name)
        except Refused as refusal:
            self._wrong(row, "code", str(refusal))
            return None
        if code in self.rows:
            again = _("代码与第 %(row)s 行重复。") % {"row": self.rows[code]}
            self._wrong(row, "code", again)
            return None
        known = self.units.get(code)
        unit = known or Unit(code=code)
        self.rows[code], self.units[code], self.folded[code.lower()] = row.row, unit, code
        names = ("name", "kind", "area_id", "parent_id", "path")
        before = {} if known is None else {name: getattr(unit, name) for name in names}
        self._fill(row, unit, is_new=known is None)
        return _Wish(row, unit, known is None, before)

    def _fill(self, row: UnitRow, unit: Unit, *, is_new: bool) -> None:
        name, kind, area = row.name.strip(), row.kind.strip(), row.area.strip()
        if name or is_new:
            if not 0 < len(name) <= LONGEST_NAME:
                words = _("单位名称须在 1–%(most)s 字之间。") % {"most": LONGEST_NAME}
                self._wrong(row, "name", words)
            unit.name = name
        if kind or is_new:
            try:
                unit.kind = kind_named(kind)
            except UnitKindUnknown as refusal:
                self._wrong(row, "kind", str(refusal))
        if not is_new and not self._may_edit(unit.area_id):
            self._wrong(row, "code", str(rules.NOT_YOUR_AREA))
        if area or is_new:
            if area not in self.areas:
                self._wrong(row, "area", str(AreaUnusable(area=area or _("空"))))
                return
            if not self._may_edit(area):
                self._wrong(row, "area", str(rules.NOT_YOUR_AREA))
            unit.area_id = area

    def _join(self, wish: _Wish) -> None:
        parent = wish.row.parent.strip()
        if not parent:
            return
        above = self.units.get(parent)
        if above is None:
            self._wrong(wish.row, "parent", str(UnitUnknown(code=parent)))
        elif not above.is_active:
            self._wrong(wish.row, "parent", str(UnitIsClosed(unit=above.name)))
        else:
            wish.unit.parent_id = above.code

    def _place(self, wishes: Mapping[str, _Wish]) -> None:
        """Write the path of every unit anew, from the top down; a circle has no top."""
        paths: dict[str, str] = {}
        for unit in list(self.units.values()):
            chain: list[Unit] = []
            at: Unit | None = unit
            while at is not None and at.code not in paths:
                if at in chain:
                    self._circle(chain[chain.index(at) :], wishes)
                    return
                chain.append(at)
                at = self.units[at.parent_id] if at.parent_id else None
            base = paths[at.code] if at else "/"
            for link in reversed(chain):
                base = paths[link.code] = f"{base}{link.code}/"
                if len(base) > LONGEST_PATH:
                    row = (wishes.get(link.code) or wishes[unit.code]).row
                    self._wrong(row, "parent", str(TreeTooDeep(parent=link.parent_id)))
                    return
        for code, path in paths.items():
            moved = self.units[code]
            if code not in wishes and moved.path != path:
                Unit.objects.filter(pk=moved.pk).update(path=path)
            moved.path = path

    def _circle(self, circle: list[Unit], wishes: Mapping[str, _Wish]) -> None:
        names = " → ".join(unit.code for unit in [*circle, circle[0]])
        words = _("上级单位绕成了一圈：%(circle)s。") % {"circle": names}
        for unit in circle:
            if unit.code in wishes:
                self._wrong(wishes[unit.code].row, "parent", words)

    def _may_edit(self, area_code: str) -> bool:
        if area_code not in self.editable:
            self.editable[area_code] = rules.can_edit_units(
                self.actor, area_code=area_code, on=self.today
            )
        return self.editable[area_code]

    def _wrong(self, row: UnitRow, column: str, reason: str) -> None:
        self.errors.append(RowError(row.row, column, reason))


def kind_named(words: str) -> UnitKind:
    """The kind with this code name or Chinese word. Raises `UnitKindUnknown`."""
    word = plain(words)
    for kind in UnitKind:
        label = plain(str(kind.label))
        if word and word in {kind.value, label, label.split("(", maxsplit=1)[0]}:
            return kind
    labels = "、".join(str(kind.label) for kind in UnitKind)
    raise UnitKindUnknown(kind=words.strip() or _("空"), kinds=labels)


# --- what has to hold -----------------------------------------------------------------------------


def _require_code(code: str) -> None:
    if not CODE.fullmatch(code) or code.lower() in ADDRESS_WORDS:
        raise UnitCodeUnfit(code=code)


def _require_fit(draft: UnitDraft, known: Unit | None = None) -> None:
    """What every draft must fulfil; a unit may stay where it already is."""
    if not draft.name.strip():
        raise UnitNameMissing
    stays = known is not None and known.area_id == draft.area.code
    if not draft.area.is_active and not stays:
        raise AreaUnusable(area=draft.area.name)
    parent = draft.parent
    stays = known is not None and parent is not None and known.parent_id == parent.code
    if parent and not parent.is_active and not stays:
        raise UnitIsClosed(unit=parent.name)


def _require_nothing_left(unit: Unit) -> None:
    below = Unit.objects.under(unit.path).filter(is_active=True).exclude(pk=unit.pk)
    if count := below.count():
        some = "、".join(
            below.order_by("path", "pk").values_list("name", flat=True)[:NAMED_AT_ONCE]
        )
        raise UnitHasUnits(unit=unit.name, count=count, some=some)
    sites = queries.sites_of_unit(unit=unit)
    if count := sites.count():
        some = "、".join(row.site.name for row in sites[:NAMED_AT_ONCE])
        raise UnitAnswersForSites(unit=unit.name, count=count, some=some)


def _hold_tree() -> None:
    """Hold every unit until the end of the transaction, in the one order of locks."""
    list(Unit.objects.locked().values_list("pk", flat=True))


def _path(parent: Unit | None, code: str) -> str:
    path = f"{parent.path if parent else '/'}{code}/"
    if len(path) > LONGEST_PATH:
        raise TreeTooDeep(parent=parent.name if parent else "")
    return path


def _move(unit: Unit, path: str, parent: Unit | None) -> None:
    """Write the new path of a unit and all below it."""
    below = Unit.objects.under(unit.path)
    longest = below.annotate(length=Length("path")).order_by("-length").values_list("length")[0][0]
    if longest - len(unit.path) + len(path) > LONGEST_PATH:
        raise TreeTooDeep(parent=parent.name if parent else "")
    rest = Substr("path", len(unit.path) + 1)
    below.update(path=Concat(Value(path), rest, output_field=CharField()))


def _facts(unit: Unit) -> dict[str, object]:
    return {"code": unit.code} | {name: getattr(unit, name) for name in CHANGED}
