"""Changing the rules: categories, limits, routes, demands, and the city's own days.

Each change is on the record, and every process reads the rules anew after it. Rules that concern
the whole city are made by who may edit settings for all of it; a route within a district also by
who may do so there.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources
from typing import Any, TypeVar
from uuid import UUID

from django.db import models, transaction

from yanzhen.accounts.models import User
from yanzhen.cases import rules
from yanzhen.cases.enums import MOVES, Hours, MoveName, Severity
from yanzhen.cases.errors import (
    CategoryCodeMalformed,
    CategoryCodeTaken,
    CategoryTooDeep,
    DayOutOfRange,
    LimitOutOfRange,
    NameMissing,
    PolicyKeyTaken,
    TextTooLong,
    UnitClosed,
    WordsMissing,
)
from yanzhen.cases.models import CalendarDay, Category, ClockPolicy, MoveDemand, RoutingRule
from yanzhen.cases.rulebook import renew
from yanzhen.core.engine import hold_key
from yanzhen.core.errors import require
from yanzhen.core.time import FIRST_YEAR, LAST_YEAR, city_day
from yanzhen.events.operations import record, record_many, replayed
from yanzhen.places.models import Area, SiteType
from yanzhen.units.models import Unit

Row = TypeVar("Row", bound=models.Model)
CODE = re.compile(r"[a-z][a-z0-9_]{1,29}")
MOST_LEVELS = 3
MOST_MINUTES = 2 * 365 * 24 * 60


# --- Categories ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryDraft:
    """A category as it should be. `words` are what people call it, parted by blanks."""

    name: str
    parent: Category | None = None
    words: str = ""
    severity: str = Severity.NORMAL
    sort: int = 0
    is_active: bool = True


@transaction.atomic
def add_category(
    *, code: str, draft: CategoryDraft, actor: User, now: datetime, client_id: UUID | None = None
) -> Category:
    """Add a kind of problem; its code never changes.

    Raises `Forbidden`, `CategoryCodeMalformed`, `CategoryCodeTaken`, `CategoryTooDeep` or
    `NameMissing`.
    """
    if done := replayed(client_id, "category.added", actor=actor):
        return Category.objects.get(pk=done.subject_id)
    require(rules.can_edit_rules(actor, on=city_day(now)))
    if not CODE.fullmatch(code):
        raise CategoryCodeMalformed(code=code)
    hold_key(f"category:{code}")
    if Category.objects.filter(code=code).exists():
        raise CategoryCodeTaken(code=code)
    category = Category(code=code, **_category_values(draft, code))
    return _add(category, "category.added", actor, now, client_id)


@transaction.atomic
def change_category(
    *,
    category_id: int,
    draft: CategoryDraft,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Category:
    """Rename, move or close a kind of problem; its cases stay.

    Raises `Forbidden`, `CategoryTooDeep` or `NameMissing`.
    """
    category = Category.objects.locked().get(pk=category_id)
    if replayed(client_id, "category.changed", subject=category, actor=actor):
        return category
    require(rules.can_edit_rules(actor, on=city_day(now)))
    values = _category_values(draft, category.code)
    return _change(category, values, "category.changed", actor, now, client_id)


def _category_values(draft: CategoryDraft, code: str) -> dict[str, Any]:
    """What is written of the draft. A tree has three levels, and nothing lies below itself."""
    name = draft.name.strip()
    if not name:
        raise NameMissing
    above = 0
    parent = draft.parent
    while parent is not None:
        above += 1
        if parent.code == code or above >= MOST_LEVELS:
            raise CategoryTooDeep(most=MOST_LEVELS)
        parent = parent.parent
    below, level = 0, [code]
    while level := list(
        Category.objects.filter(parent__code__in=level)
        .order_by("code")
        .values_list("code", flat=True)
    ):
        below += 1
        if above + below >= MOST_LEVELS:
            raise CategoryTooDeep(most=MOST_LEVELS)
    return {
        "name": name,
        "parent_id": draft.parent.code if draft.parent else None,
        "words": " ".join(dict.fromkeys(draft.words.split())),
        "severity": Severity(draft.severity),
        "sort": draft.sort,
        "is_active": draft.is_active,
    }


# --- Limits -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDraft:
    """A time limit as it should be; an empty key fits all. `note` says where it comes from."""

    category: Category | None = None
    site_type: SiteType | None = None
    severity: str = ""
    hours: str = Hours.WORKING
    acknowledge_minutes: int = 120
    rectify_minutes: int
    rework_minutes: int
    verify_minutes: int = 420
    note: str = ""
    is_active: bool = True


@transaction.atomic
def add_policy(
    *, draft: PolicyDraft, actor: User, now: datetime, client_id: UUID | None = None
) -> ClockPolicy:
    """Set a limit for some cases or all. Raises `Forbidden`, `LimitOutOfRange`, `PolicyKeyTaken`."""
    if done := replayed(client_id, "policy.added", actor=actor):
        return ClockPolicy.objects.get(pk=done.subject_id)
    require(rules.can_edit_rules(actor, on=city_day(now)))
    policy = ClockPolicy(**_policy_values(draft, but_for=None))
    return _add(policy, "policy.added", actor, now, client_id)


@transaction.atomic
def change_policy(
    *,
    policy_id: int,
    draft: PolicyDraft,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> ClockPolicy:
    """Change a limit. Clocks that run already keep their due times.

    Raises `Forbidden`, `LimitOutOfRange` or `PolicyKeyTaken`.
    """
    policy = ClockPolicy.objects.locked().get(pk=policy_id)
    if replayed(client_id, "policy.changed", subject=policy, actor=actor):
        return policy
    require(rules.can_edit_rules(actor, on=city_day(now)))
    values = _policy_values(draft, but_for=policy.pk)
    return _change(policy, values, "policy.changed", actor, now, client_id)


def _policy_values(draft: PolicyDraft, *, but_for: int | None) -> dict[str, Any]:
    minutes = {
        "acknowledge_minutes": draft.acknowledge_minutes,
        "rectify_minutes": draft.rectify_minutes,
        "rework_minutes": draft.rework_minutes,
        "verify_minutes": draft.verify_minutes,
    }
    for name, value in minutes.items():
        if not 1 <= value <= MOST_MINUTES:
            label = ClockPolicy._meta.get_field(name).verbose_name  # type: ignore[union-attr]  # a column
            raise LimitOutOfRange(what=label, most=MOST_MINUTES)
    key = {
        "category_id": draft.category.code if draft.category else None,
        "site_type_id": draft.site_type.code if draft.site_type else None,
        "severity": draft.severity and Severity(draft.severity),
    }
    hold_key(f"policy:{key}")
    same = ClockPolicy.objects.filter(**key).order_by("pk").values_list("pk", flat=True)
    if any(pk != but_for for pk in same):
        raise PolicyKeyTaken
    return {
        **key,
        **minutes,
        "hours": Hours(draft.hours),
        "note": draft.note.strip(),
        "is_active": draft.is_active,
    }


# --- Routes -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDraft:
    """A route as it should be: which cases, and to whom; without a unit to the site's own."""

    name: str
    sort: int = 100
    category: Category | None = None
    site_type: SiteType | None = None
    area: Area | None = None
    unit: Unit | None = None
    is_active: bool = True


@transaction.atomic
def add_route(
    *, draft: RouteDraft, actor: User, now: datetime, client_id: UUID | None = None
) -> RoutingRule:
    """Say where some cases go. Raises `Forbidden`, `NameMissing` or `UnitClosed`."""
    if done := replayed(client_id, "route.added", actor=actor):
        return RoutingRule.objects.get(pk=done.subject_id)
    require(rules.can_edit_rules(actor, on=city_day(now), area=draft.area))
    rule = RoutingRule(**_route_values(draft))
    return _add(rule, "route.added", actor, now, client_id)


@transaction.atomic
def change_route(
    *, rule_id: int, draft: RouteDraft, actor: User, now: datetime, client_id: UUID | None = None
) -> RoutingRule:
    """Change where some cases go, or when the rule is tried.

    Raises `Forbidden`, `NameMissing` or `UnitClosed`.
    """
    rule = RoutingRule.objects.locked().get(pk=rule_id)
    if replayed(client_id, "route.changed", subject=rule, actor=actor):
        return rule
    require(rules.can_edit_rules(actor, on=city_day(now), area=rule.area))
    require(rules.can_edit_rules(actor, on=city_day(now), area=draft.area))
    return _change(rule, _route_values(draft), "route.changed", actor, now, client_id)


def _route_values(draft: RouteDraft) -> dict[str, Any]:
    name = draft.name.strip()
    if not name:
        raise NameMissing
    if draft.is_active and draft.unit is not None and not draft.unit.is_active:
        raise UnitClosed(unit=draft.unit.name)
    return {
        "name": name,
        "sort": draft.sort,
        "category_id": draft.category.code if draft.category else None,
        "site_type_id": draft.site_type.code if draft.site_type else None,
        "area_id": draft.area.code if draft.area else None,
        "unit_id": draft.unit.code if draft.unit else None,
        "is_active": draft.is_active,
    }


# --- The city's own days ------------------------------------------------------------------------


@transaction.atomic
def set_day(
    *,
    day: date,
    is_working: bool,
    note: str = "",
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> CalendarDay:
    """Say of a day whether the city works, whatever the state's calendar says.

    Clocks that run already keep their due times. Raises `Forbidden` or `DayOutOfRange`.
    """
    if done := replayed(client_id, "day.set", actor=actor):
        return CalendarDay.objects.get(pk=done.subject_id)
    require(rules.can_edit_rules(actor, on=city_day(now)))
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise DayOutOfRange(first=FIRST_YEAR, last=LAST_YEAR)
    hold_key(f"day:{day}")
    values = {"is_working": is_working, "note": note.strip()}
    row = CalendarDay.objects.locked().filter(day=day).first()
    if row is None:
        return _add(CalendarDay(day=day, **values), "day.set", actor, now, client_id)
    return _change(row, values, "day.set", actor, now, client_id)


@transaction.atomic
def clear_day(*, day: date, actor: User, now: datetime, client_id: UUID | None = None) -> None:
    """Let the state's calendar speak for a day again. Raises `Forbidden`."""
    if replayed(client_id, "day.cleared", actor=actor):
        return
    require(rules.can_edit_rules(actor, on=city_day(now)))
    for row in CalendarDay.objects.locked().filter(day=day):
        record("day.cleared", row, actor=actor, at=now, client_id=client_id, day=day)
        row.delete()
        renew()


# --- Demands ------------------------------------------------------------------------------------


@transaction.atomic
def set_demand(
    *,
    move: MoveName,
    severity: str = "",
    words_required: bool = False,
    photo_required: bool = False,
    reason: str,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> MoveDemand:
    """Ask for words or a photo with a move, and say why: nothing is asked for without a reason.

    Raises `Forbidden` or `WordsMissing`.
    """
    if done := replayed(client_id, "demand.set", actor=actor):
        return MoveDemand.objects.get(pk=done.subject_id)
    require(rules.can_edit_rules(actor, on=city_day(now)))
    if not reason.strip():
        raise WordsMissing(move=MOVES[move].name.label)
    values: dict[str, Any] = {
        "words_required": words_required,
        "photo_required": photo_required,
        "reason": reason.strip(),
    }
    key = {"move": move, "severity": severity and Severity(severity)}
    hold_key(f"demand:{key}")
    row = MoveDemand.objects.locked().filter(**key).first()
    if row is None:
        return _add(MoveDemand(**key, **values), "demand.set", actor, now, client_id)
    return _change(row, values, "demand.set", actor, now, client_id)


@transaction.atomic
def clear_demand(
    *,
    move: MoveName,
    severity: str = "",
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> None:
    """Ask for no more than the table of moves does. Raises `Forbidden`."""
    if replayed(client_id, "demand.cleared", actor=actor):
        return
    require(rules.can_edit_rules(actor, on=city_day(now)))
    for row in MoveDemand.objects.locked().filter(move=move, severity=severity):
        record("demand.cleared", row, actor=actor, at=now, client_id=client_id, move=move)
        row.delete()
        renew()


# --- What is shipped ----------------------------------------------------------------------------


@transaction.atomic
def install_categories(*, actor: User, now: datetime) -> int:
    """Add the categories that are shipped and not there yet; return how many were.

    What a city has changed stays as it is. Raises `Forbidden`.
    """
    require(rules.can_edit_rules(actor, on=city_day(now)))
    hold_key("categories")
    there = set(Category.objects.values_list("code", flat=True))
    added: list[Category] = []
    for place, group in enumerate(_shipped("categories.json"), start=1):
        rows = [_category_row(group, None, place * 100)]
        for number, leaf in enumerate(group["children"], start=1):
            rows.append(_category_row(leaf, group["code"], place * 100 + number))
        added += [row for row in rows if row.code not in there]
    return _install(added, "category.added", actor, now)


def _category_row(shipped: dict[str, Any], parent: str | None, sort: int) -> Category:
    return Category(
        code=shipped["code"],
        name=shipped["name"],
        parent_id=parent,
        words=shipped.get("words", ""),
        severity=shipped.get("severity", Severity.NORMAL),
        sort=sort,
    )


@transaction.atomic
def install_clock_policies(*, actor: User, now: datetime) -> int:
    """Add the limits that are shipped and for which there is none yet; return how many were.

    They name categories that are shipped too. Raises `Forbidden`.
    """
    require(rules.can_edit_rules(actor, on=city_day(now)))
    hold_key("policies")
    there: set[Any] = set(
        ClockPolicy.objects.values_list("category_id", "site_type_id", "severity")
    )
    added = [
        ClockPolicy(category_id=shipped.pop("category"), **shipped)
        for shipped in _shipped("clock_policies.json")
        if (shipped["category"], None, shipped["severity"]) not in there
    ]
    return _install(added, "policy.added", actor, now)


def _shipped(name: str) -> list[dict[str, Any]]:
    text = resources.files("yanzhen.cases").joinpath("data", name).read_text(encoding="utf-8")
    shipped: list[dict[str, Any]] = json.loads(text)
    return shipped


def _install(rows: Iterable[models.Model], kind: str, actor: User, now: datetime) -> int:
    """Write new rows with one event each. Rows of one model; a parent comes before its children."""
    rows = list(rows)
    for row in rows:
        row.save(force_insert=True)
    record_many(kind, [(row, _values(row)) for row in rows], actor=actor, at=now)
    if rows:
        renew()
    return len(rows)


# --- Writing ------------------------------------------------------------------------------------


def _add(row: Row, kind: str, actor: User, now: datetime, client_id: UUID | None) -> Row:
    _require_lengths(row, _values(row))
    row.save(force_insert=True)
    record(kind, row, actor=actor, at=now, client_id=client_id, **_values(row))
    renew()
    return row


def _change(
    row: Row,
    values: dict[str, Any],
    kind: str,
    actor: User,
    now: datetime,
    client_id: UUID | None,
) -> Row:
    """Write what is new of `values`, and what it was; where nothing is, nothing happened."""
    before = {name: getattr(row, name) for name in values}
    changed = {
        name: [before[name], value] for name, value in values.items() if before[name] != value
    }
    _require_lengths(row, values)
    if changed:
        for name, (_old, value) in changed.items():
            setattr(row, name, value)
        row.save(update_fields=list(changed))
        record(kind, row, actor=actor, at=now, client_id=client_id, changed=changed)
        renew()
    return row


def _values(row: models.Model) -> dict[str, Any]:
    return {
        column.attname: getattr(row, column.attname)
        for column in row._meta.concrete_fields
        if not column.primary_key
    }


def _require_lengths(row: models.Model, values: dict[str, Any]) -> None:
    """Go on, or raise `TextTooLong` for the first text that would not fit."""
    for column in row._meta.concrete_fields:
        value = values.get(column.attname)
        if column.max_length and isinstance(value, str) and len(value) > column.max_length:
            raise TextTooLong(what=column.verbose_name, most=column.max_length)
