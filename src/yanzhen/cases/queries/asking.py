"""What a list of cases is asked for, and the rows that answer it.

An `Ask` is an address of the ledger as a value. Whatever counts cases for a page makes an `Ask`,
counts by its condition, and links to its address: so a number equals the rows behind it.
"""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from yanzhen.cases.deadline import FAR_AT, FARTHEST_AT, Deadline
from yanzhen.cases.enums import OPEN, WITH_UNIT, CaseStatus
from yanzhen.cases.models import Case, CaseWords, Category, in_area
from yanzhen.cases.queries.numbers import meant_numbers
from yanzhen.cases.queries.waiting import Standpoint, Wait, waiting_for
from yanzhen.core.paging import Key, Order
from yanzhen.core.search import WordIndex, holds
from yanzhen.core.time import city_day, city_midnight
from yanzhen.units.queries import unit_codes_under

WORDS: Final = WordIndex(CaseWords._meta.db_table, "case_id")


class Due(models.TextChoices):
    """Windows into which a time limit falls."""

    OVERDUE = "overdue", _("已超期")
    WATCH = "watch", _("今天及以前")
    TODAY = "today", _("今天到期")
    THREE_DAYS = "days3", _("3 天内到期")
    WEEK = "days7", _("7 天内到期")
    UNSIGNED = "unsigned", _("签收超时")
    NONE = "none", _("没有时限")


class Sort(models.TextChoices):
    """How a list of cases is ordered."""

    DUE = "due", _("先到期的在前")
    NEWEST = "newest", _("新发现的在前")


ALL_OPEN: Final = "open"
"""Stands in an address for every status that is not an end."""

ORDERS: Final = {
    Sort.DUE: Order("due", (Key("deadline", datetime), Key("pk"))),
    Sort.NEWEST: Order(
        "newest", (Key("found_at", datetime, descending=True), Key("pk", descending=True))
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Which cases a list shows, and in which order. What is empty does not narrow it."""

    status: tuple[str, ...] = ()
    due: str = ""
    wait: str = ""
    area: str = ""
    unit: str = ""
    site: str = ""
    type: tuple[str, ...] = ()
    category: str = ""
    source: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
    q: str = ""
    found_from: date | None = None
    found_to: date | None = None
    filed_from: date | None = None
    filed_to: date | None = None
    again: str = ""
    """`yes`: only what has come back."""
    sort: str = ""

    @property
    def is_of_open_ones(self) -> bool:
        """Whether only open cases can be among the answers."""
        return bool(
            self.due
            or (self.wait and self.wait != Wait.MY_REPORTS)
            or (self.status and set(self.status) <= {ALL_OPEN, *OPEN})
        )

    @property
    def order(self) -> Order:
        """How the answers are ordered: what can fall due by its time limit, else the newest first."""
        chosen = self.sort or (Sort.DUE if self.is_of_open_ones else Sort.NEWEST)
        return ORDERS[Sort(chosen)]

    @property
    def query(self) -> str:
        """The address without its path: `status=open&due=watch`."""
        return urlencode(self.pairs(), doseq=True)

    def pairs(self) -> list[tuple[str, Any]]:
        """What stands in the address, empty things left out."""
        return [
            (field.name, value) for field in fields(self) if (value := getattr(self, field.name))
        ]

    def but(self, **changes: Any) -> "Ask":
        """The same with something else."""
        return replace(self, **changes)


def condition(ask: Ask, who: Standpoint, *, now: datetime) -> Q:
    """The condition of the cases asked for, over cases that know their `deadline`."""
    where = _standing(ask, who, now) & _place(ask) & _nature(ask)
    where &= _between("found_at", ask.found_from, ask.found_to)
    where &= _between("filed_at", ask.filed_from, ask.filed_to)
    return where & _said(ask.q) if ask.q else where


def _standing(ask: Ask, who: Standpoint, now: datetime) -> Q:
    where = Q()
    if ask.status:
        wanted = set(ask.status) | (set(OPEN) if ALL_OPEN in ask.status else set())
        where &= Q(status__in=sorted(wanted - {ALL_OPEN}))
    if ask.due:
        where &= _due(Due(ask.due), now)
    if ask.wait:
        where &= waiting_for(who, Wait(ask.wait), now=now, tonight=tonight(now))
    return where


def _place(ask: Ask) -> Q:
    where = Q()
    if ask.area:
        where &= in_area(ask.area)
    if ask.unit:
        where &= Q(unit_id__in=unit_codes_under([ask.unit]))
    if ask.site:
        where &= Q(site_id=ask.site)
    if ask.type:
        where &= Q(site_type_id__in=ask.type)
    return where


def _nature(ask: Ask) -> Q:
    where = Q()
    if ask.category:
        where &= Q(category_id__in=categories_under(ask.category))
    if ask.source:
        where &= Q(source__in=ask.source)
    if ask.severity:
        where &= Q(severity__in=ask.severity)
    if ask.again:
        where &= Q(recurrence_of__isnull=False)
    return where


def tonight(now: datetime) -> datetime:
    """When today ends in the city."""
    return city_midnight(city_day(now) + timedelta(days=1))


def _due(due: Due, now: datetime) -> Q:
    ends = {Due.TODAY: 1, Due.THREE_DAYS: 3, Due.WEEK: 7}
    if due == Due.OVERDUE:
        return overdue(now)
    if due == Due.WATCH:
        return Q(deadline__lt=tonight(now))
    if due == Due.UNSIGNED:
        return Q(status=CaseStatus.DISPATCHED, acknowledge_due_at__lt=now)
    if due == Due.NONE:
        return Q(deadline__gte=FAR_AT, deadline__lt=FARTHEST_AT)
    end = city_midnight(city_day(now) + timedelta(days=ends[due]))
    return Q(deadline__gte=now, deadline__lt=end)


def overdue(now: datetime) -> Q:
    """Open with a unit and not done in time: the very rows of the figure `overdue_open`.

    What was reported done in time and waits for its check is not overdue; what was reported late
    is, until it is closed.
    """
    in_hand = Q(status__in=sorted(WITH_UNIT - {CaseStatus.CLOSED}), due_at__lt=now)
    checked = Q(status__in=[CaseStatus.SUBMITTED, CaseStatus.VERIFIED])
    return in_hand & (~checked | Q(submitted_at__gt=F("due_at")))


def _between(field: str, first: date | None, last: date | None) -> Q:
    where = Q()
    if first:
        where &= Q(**{f"{field}__gte": city_midnight(first)})
    if last:
        where &= Q(**{f"{field}__lt": city_midnight(last + timedelta(days=1))})
    return where


def _said(words: str) -> Q:
    """Cases of which this is the number, or in whose words all of it is found.

    Digits alone may be both: the hotline's own numbers look like the end of ours.
    """
    numbers = meant_numbers(words)
    if not numbers:
        return holds(WORDS, words)
    if not words.strip().isdigit():
        return Q(number__in=numbers)
    meant = Case.objects.filter(number__in=numbers).order_by("pk").values_list("pk", flat=True)
    return holds(WORDS, words, also=list(meant))


def categories_under(code: str) -> list[str]:
    """The category and all below it. The tree is small: one query."""
    children: dict[str | None, list[str]] = {}
    for own, parent in Category.objects.values_list("code", "parent_id").order_by("code"):
        children.setdefault(parent, []).append(own)
    found, open_ones = [], [code]
    while open_ones:
        one = open_ones.pop()
        if one not in found:
            found.append(one)
            open_ones += children.get(one, [])
    return sorted(found)


def answers(cases: QuerySet[Case], ask: Ask, who: Standpoint, *, now: datetime) -> QuerySet[Case]:
    """The cases asked for among `cases`, in no order yet; they can be ordered by `deadline`."""
    found = cases.alias(deadline=Deadline()).filter(condition(ask, who, now=now))
    if ask.is_of_open_ones:
        # says to the engine where in the order of deadlines the answers end
        found = found.filter(deadline__lt=FARTHEST_AT)
    return found


def with_keys(found: QuerySet[Case], ask: Ask) -> QuerySet[Case]:
    """The answers, each knowing that by which the list is ordered."""
    if ask.order is ORDERS[Sort.DUE]:
        return found.annotate(deadline=F("deadline"))
    return found


def due_times(
    cases: QuerySet[Case], ask: Ask, who: Standpoint, *, now: datetime, most: int
) -> list[datetime]:
    """The deadlines of what is asked for, the earliest first."""
    found = answers(cases, ask, who, now=now).order_by(*ORDERS[Sort.DUE].columns())
    return list(found.values_list(Deadline(), flat=True)[:most])
