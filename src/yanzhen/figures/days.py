"""Days at whose end something held: how many rows of a lasting fact there were each evening.

The end of a day is the midnight after it; of the day on which the moment asked for lies, it is
that moment. A day counts once it has begun.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import ibis
from ibis.expr import types as ir

from yanzhen.core.time import city_day, city_midnight
from yanzhen.figures import registry
from yanzhen.figures.engines import Engine, Store
from yanzhen.figures.registry import Fact, Question
from yanzhen.figures.rows import AS_OF, Asked, ask, key_of, key_shape, rows_of

DAY = 86_400_000_000
"""The microseconds of a day: the city has kept one offset from UTC since 1992."""

_EPOCH = city_midnight(date(2000, 1, 1))


@dataclass(frozen=True, slots=True)
class Stretch:
    """The days that a question is about, from the first on, as far as they have begun."""

    first: date
    days: int
    as_of: datetime

    @property
    def last(self) -> date:
        """The last day."""
        return self.first + timedelta(days=self.days - 1)

    @property
    def start(self) -> datetime:
        """When the first day begins."""
        return city_midnight(self.first)

    @property
    def whole_days(self) -> int:
        """How many of the days are over by the moment asked for."""
        ended = (self.as_of - self.start) // timedelta(days=1)
        return max(0, min(self.days, ended))

    @property
    def has_open_day(self) -> bool:
        """Whether the last of the days is the one on which the moment asked for lies."""
        return self.whole_days < self.days

    def number_of(self, day: date) -> int:
        """Which of the days this is, from 0."""
        return (day - self.first).days

    def put_to(self, asked: Asked) -> Asked:
        """The question with the first and the last midnight of the stretch."""
        over = self.start + timedelta(days=self.whole_days)
        return asked.with_slots({"first_day": self.start, "days_over": over})


@dataclass(frozen=True, slots=True)
class Held:
    """So many rows that held at the end of each day from one to another, both included."""

    first: int
    last: int
    rows: int


def stretch_of(store: Store, fact: Fact, question: Question) -> Stretch:
    """The days of the question; without a first day, from the day of the opening fact's first row."""
    last = city_day(question.as_of)
    if city_midnight(last) == question.as_of:
        last -= timedelta(days=1)  # the day that begins at this moment has not begun yet
    if question.to_on:
        last = min(last, question.to_on)
    first = question.from_on or opening_day(store, registry.fact(fact.opening), question)
    if first is None:
        return Stretch(last, 0, question.as_of)
    return Stretch(first, max(0, (last - first).days + 1), question.as_of)


def opening_day(store: Store, fact: Fact, question: Question) -> date | None:
    """The day of the first row that a question is about."""
    engine = store.engine
    asked = ask(store, fact, question).with_slots({"epoch": _EPOCH})

    def build() -> ir.Table:
        rows = rows_of(engine, asked)
        return rows.aggregate(first=engine.micros(rows[fact.period], engine.moment("epoch")).min())

    ((found,),) = store.fetch(("opening", asked.shape), build, asked.slots)
    return None if found is None else city_day(_EPOCH + timedelta(microseconds=int(found)))


def held_by_key(
    store: Store, fact: Fact, question: Question, stretch: Stretch, by: str = ""
) -> dict[str, list[Held]]:
    """Which rows held at the ends of which days, for each part of the whole."""
    if not stretch.days:
        return {}
    engine = store.engine
    asked = stretch.put_to(ask(store, fact, question))
    key = key_shape(question, by)

    def build() -> ir.Table:
        rows = _while_held(engine, fact, rows_of(engine, asked))
        groups = {"key": key_of(engine, fact, rows, key)} if by else {}
        rows = rows.select(**groups, **_marks(engine, fact, rows))
        return rows.group_by(rows.columns).aggregate(rows=rows.count())

    found: dict[str, list[Held]] = defaultdict(list)
    for row in store.fetch(("held", key, asked.shape), build, asked.slots):
        of_key, (first, last, now, count) = found[row[0] if by else ""], row[-4:]
        if first <= last:
            of_key.append(Held(int(first) // DAY, int(last) // DAY, int(count)))
        if now and stretch.has_open_day:
            of_key.append(Held(stretch.days - 1, stretch.days - 1, int(count)))
    return found


def rows_at_day_ends(engine: Engine, asked: Asked, *, has_open_day: bool) -> ir.Table:
    """The rows that held at the end of at least one of the days."""
    rows = _while_held(engine, asked.fact, rows_of(engine, asked))
    marks = _marks(engine, asked.fact, rows)
    at_an_end: Any = marks["first"] <= marks["last"]
    return rows.filter((at_an_end | (marks["now"] == 1)) if has_open_day else at_an_end)


def _while_held(engine: Engine, fact: Fact, rows: ir.Table) -> ir.Table:
    """The rows that held at some moment of the stretch."""
    since, after, until = _lasting(fact, rows)
    at, start = engine.moment(AS_OF), engine.moment("first_day")
    return rows.filter(since <= at, after < at, until.isnull() | (until > start))


def _marks(engine: Engine, fact: Fact, rows: ir.Table) -> dict[str, ir.Value]:
    """The first and the last day at whose end each row held, and whether it holds at the moment.

    A day is told by the microseconds from the start to where it begins: integers, cut without
    dividing. The n-th day ends at (n + 1) days; a row holds there from `since`, later than
    `after`, and before `until`.
    """
    since, after, until = _lasting(fact, rows)
    at, start, over = map(engine.moment, (AS_OF, "first_day", "days_over"))
    micros, cut = engine.micros, engine.cut
    first = ibis.greatest(
        cut(micros(since, start) + (DAY - 1), DAY) - DAY, cut(micros(after, start), DAY), 0
    )
    before = ibis.ifelse(
        until.isnull() | (until > over), micros(over, start), micros(until, start) - 1
    )
    last = cut(before, DAY) - DAY
    now = ibis.ifelse(until.isnull() | (until > at), 1, 0)
    return {"first": first, "last": last, "now": now}


def _lasting(fact: Fact, rows: ir.Table) -> tuple[Any, Any, Any]:
    if fact.lasting is None:
        raise AssertionError(f"the rows of {fact.code} do not last")
    since, after, until = fact.lasting
    return rows[since], rows[after], rows[until]


# --- Counting the days --------------------------------------------------------------------------


def days_held(held: Iterable[Held], first: int, last: int) -> int:
    """At the ends of how many days, of those from `first` to `last`, anything held."""
    total, reached = 0, first - 1
    for one in sorted(held, key=lambda one: one.first):
        begin, end = max(one.first, reached + 1), min(one.last, last)
        if end >= begin:
            total += end - begin + 1
            reached = end
    return total


def rows_held(held: Iterable[Held], day: int) -> int:
    """How many rows held at the end of one day."""
    return sum(one.rows for one in held if one.first <= day <= one.last)
