"""The rows of a fact that a question is about: as of when, in which period, of which places."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from itertools import pairwise
from operator import and_, or_
from typing import Any

import ibis
from ibis.expr import types as ir

from yanzhen.core.scope import prefix_range
from yanzhen.core.time import city_midnight
from yanzhen.figures import periods, registry
from yanzhen.figures.engines import Engine, Store, substr
from yanzhen.figures.registry import Dimension, Fact, Question, Scope

AS_OF = "as_of"

Value = str | int | datetime


@dataclass(frozen=True, slots=True)
class Test:
    """One thing that must hold of a row: of which column, how, and in which slots the values are.

    `either` is none of these, but one of the tests in it; `key_is` names a dimension.
    """

    column: str
    how: str
    slots: tuple[str, ...] = ()
    either: tuple["Test", ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question to one fact, as a shape that can be compiled and the values in its slots."""

    fact: Fact
    is_past: bool
    tests: tuple[Test, ...]
    slots: dict[str, Value]

    @property
    def shape(self) -> Hashable:
        return self.fact, self.is_past, self.tests

    def with_slots(self, more: Mapping[str, Value]) -> "Asked":
        """The same question with further values."""
        return replace(self, slots={**self.slots, **more})


def ask(store: Store, fact: Fact, question: Question) -> Asked:
    """Put a question to a fact; whether the past must be asked shows in what has moved since."""
    slots: dict[str, Value] = {AS_OF: question.as_of}
    tests = [*_place_tests(fact, question, slots), *_time_tests(fact, question, slots)]
    return Asked(fact, _has_moved(store, fact, slots), tuple(tests), slots)


def _has_moved(store: Store, fact: Fact, slots: dict[str, Value]) -> bool:
    moved_since = fact.moved_since
    if moved_since is None:
        return True
    engine = store.engine
    return bool(
        store.fetch(
            ("moved", fact),
            lambda: moved_since(engine, engine.moment(AS_OF)).limit(1),
            slots,
        )
    )


def _time_tests(fact: Fact, question: Question, slots: dict[str, Value]) -> Iterator[Test]:
    """A fact with a period: what fell into it by the moment asked for."""
    if not fact.period:
        return
    if question.from_on:
        slots["start"] = city_midnight(question.from_on)
        yield Test(fact.period, "not_before", ("start",))
    end = city_midnight(question.to_on + timedelta(days=1)) if question.to_on else None
    if end and end <= question.as_of:
        slots["end"] = end
        yield Test(fact.period, "before", ("end",))
    else:
        yield Test(fact.period, "not_after", (AS_OF,))


def _place_tests(fact: Fact, question: Question, slots: dict[str, Value]) -> Iterator[Test]:
    area = fact.dimensions[registry.AREA]
    whole = registry.places().whole()
    if question.area and question.area != whole:
        yield _covered(area, question.area, "area", slots)
    for name, value in sorted(question.filters.items()):
        yield _covered(fact.dimensions[name], value, name, slots)
    if question.within:
        by, slots["within"] = question.within
        yield Test(by, "key_is", ("within",))
    scope = question.scope
    held = question.area or whole
    if scope is not None and not (held and scope.holds_area(held)):
        yield _scope_test(fact, scope, slots)


def _scope_test(fact: Fact, scope: Scope, slots: dict[str, Value]) -> Test:
    dimensions = fact.dimensions
    return Test(
        "",
        "either",
        either=(
            *(
                _covered(dimensions[registry.AREA], code, f"my_area{n}", slots)
                for n, code in enumerate(scope.areas)
            ),
            *(
                _covered(dimensions[registry.UNIT], code, f"my_unit{n}", slots)
                for n, code in enumerate(scope.units)
            ),
        ),
    )


def _covered(dimension: Dimension, value: str, slot: str, slots: dict[str, Value]) -> Test:
    codes: Iterable[str]
    if dimension.is_prefix:
        codes, how = prefix_range(value), "within"
    else:
        codes, how = sorted(dimension.covers(value)), "one_of"
    named = {f"{slot}.{n}": code for n, code in enumerate(codes)}
    slots.update(named)
    return Test(dimension.column, how, tuple(named))


# --- As an expression ---------------------------------------------------------------------------


def rows_of(engine: Engine, asked: Asked) -> ir.Table:
    """The rows that a question is about."""
    rows = asked.fact.rows(engine, engine.moment(AS_OF) if asked.is_past else None)
    tests = [_holds(engine, asked.fact, rows, test) for test in asked.tests]
    return rows.filter(tests) if tests else rows


def _holds(engine: Engine, fact: Fact, rows: ir.Table, test: Test) -> ir.BooleanValue:
    if test.how == "either":
        return reduce(or_, (_holds(engine, fact, rows, one) for one in test.either), _never())
    if test.how == "key_is":
        return key_of(engine, fact, rows, (test.column, 0)) == engine.text(test.slots[0])
    column: Any = rows[test.column]
    if test.how == "within":
        low, high = map(engine.text, test.slots)
        return and_(column >= low, column < high)
    if test.how == "one_of":
        return column.isin(list(map(engine.text, test.slots))) if test.slots else _never()
    moment = engine.moment(test.slots[0])
    compare = {"before": column.__lt__, "not_before": column.__ge__, "not_after": column.__le__}
    return compare[test.how](moment)


def _never() -> ir.BooleanValue:
    return ibis.literal(1) == ibis.literal(0)


# --- Telling rows apart -------------------------------------------------------------------------


def tell_apart(asked: Asked, question: Question, by: str) -> Asked:
    """The question with the values that telling its rows apart takes."""
    if by != registry.MONTH:
        return asked
    ends = _months(question)
    return asked.with_slots(
        {f"month{n}": f"{month:%Y-%m}" for n, (month, _) in enumerate(ends)}
        | {f"month_end{n}": city_midnight(end) for n, (_, end) in enumerate(ends)}
    )


def _months(question: Question) -> list[tuple[Any, Any]]:
    return list(pairwise(periods.months(*registry.month_span(question))))


def key_shape(question: Question, by: str) -> tuple[str, int]:
    """What of a key there is to compile: the dimension, and how many months."""
    return by, len(_months(question)) if by == registry.MONTH else 0


def key_of(engine: Engine, fact: Fact, rows: ir.Table, shape: tuple[str, int]) -> ir.StringValue:
    """The part of the whole to which a row belongs; empty where its code is."""
    by, months = shape
    if by == registry.MONTH:
        # The days on which months end are given as moments, not cut out of them in SQL.
        moment: Any = rows[fact.period]
        ends = [
            (moment < engine.moment(f"month_end{n}"), engine.text(f"month{n}"))
            for n in range(months)
        ]
        return ibis.cases(*ends, else_="")
    dimension = fact.dimensions[by]
    key: Any = rows[dimension.column]
    if dimension.signs:
        key = substr(key, 1, dimension.signs)
    return ibis.coalesce(key, "")
