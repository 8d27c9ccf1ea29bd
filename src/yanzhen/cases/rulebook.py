"""The rules that each step of the loop asks for, kept in memory: limits, routes, demands, days.

Each process keeps one book and asks one row, `RuleVersion`, whether it still holds. Whoever
changes a rule calls `renew` in the same transaction. While that row does not exist nothing is
kept, and every question reads the rules anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django.conf import settings
from django.db import connection

from yanzhen.cases.models import (
    CalendarDay,
    Category,
    ClockPolicy,
    MoveDemand,
    RoutingRule,
    RuleVersion,
)
from yanzhen.core.time import WorkCalendar, parse_hours

_ONLY = 1
VERSION_SQL = f"SELECT version FROM cases_ruleversion WHERE id = {_ONLY}"  # noqa: S608 - a number
_KEPT_AT_MOST = 2
"""The committed rules, and the ones that a transaction under way sees."""


@dataclass(frozen=True, eq=False)
class RuleBook:
    """All rules as they stood at one version. Shared by all threads: nobody changes its rows."""

    calendar: WorkCalendar
    policies: Mapping[tuple[str | None, str | None, str], ClockPolicy]
    """By category, site type and severity."""
    routes: tuple[RoutingRule, ...]
    demands: tuple[MoveDemand, ...]
    lineages: Mapping[str, tuple[str, ...]]
    """Category code → itself and the categories above it, nearest first."""
    names: Mapping[str, str]
    """Category code → name."""

    def lineage(self, category_code: str | None) -> tuple[str, ...]:
        """The category and those above it, nearest first; nothing for no category."""
        return self.lineages.get(category_code or "", ())


_kept: dict[tuple[str, str], RuleBook] = {}


def current() -> RuleBook:
    """The rules that hold now, as this transaction sees them."""
    return at_version(_version())


def at_version(version: str | None) -> RuleBook:
    """The rules that hold now, by whoever has asked for their version already."""
    if version is None:
        return _read()
    key = (version, settings.YANZHEN_WORK_HOURS)
    book = _kept.get(key)
    if book is None:
        book = _read()
        while len(_kept) >= _KEPT_AT_MOST:
            _kept.pop(next(iter(_kept)), None)
        _kept[key] = book
    return book


def _version() -> str | None:
    """The version as the database writes it; asked for at every step, so in plain words."""
    with connection.cursor() as cursor:
        cursor.execute(VERSION_SQL)
        row = cursor.fetchone()
    return str(row[0]) if row else None


def renew() -> None:
    """Make every process read the rules anew; in the transaction that changes them."""
    RuleVersion.objects.update_or_create(pk=_ONLY, defaults={"version": uuid4()})


def _read() -> RuleBook:
    categories = {row.code: row for row in Category.objects.order_by("code")}
    days: dict[date, bool] = dict(CalendarDay.objects.values_list("day", "is_working"))
    return RuleBook(
        calendar=WorkCalendar(parse_hours(settings.YANZHEN_WORK_HOURS), days),
        policies={
            (policy.category_id, policy.site_type_id, policy.severity): policy
            for policy in ClockPolicy.objects.filter(is_active=True).order_by("pk")
        },
        routes=tuple(
            RoutingRule.objects.filter(is_active=True)
            .select_related("category", "site_type", "area", "unit")
            .order_by("sort", "pk")
        ),
        demands=tuple(MoveDemand.objects.order_by("pk")),
        lineages={code: tuple(_lineage(code, categories)) for code in categories},
        names={code: row.name for code, row in categories.items()},
    )


def _lineage(code: str, categories: Mapping[str, Category]) -> list[str]:
    lineage: list[str] = []
    above: str | None = code
    while above is not None and above not in lineage:
        lineage.append(above)
        above = categories[above].parent_id
    return lineage
