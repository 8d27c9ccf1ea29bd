"""The values of figures: one scan of a fact for all figures over it, and integers out of it.

SQL only counts and adds up. Whatever engines might tell differently (division, rounding,
percentiles, calendar days) is done here, on integers and `Decimal`.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from itertools import accumulate, pairwise
from operator import or_
from typing import Any

import ibis
from ibis.expr import types as ir

from yanzhen.core.time import city_day
from yanzhen.figures import days, periods, registry
from yanzhen.figures.engines import Engine, Store, django_store, one_moment
from yanzhen.figures.enums import How
from yanzhen.figures.registry import Fact, Figure, FigureValue, Part, Question
from yanzhen.figures.rows import AS_OF, Asked, ask, key_of, key_shape, rows_of, tell_apart

BUCKET_BITS = 34
"""Weights are first counted in buckets of 2³⁴ microseconds, 4.8 hours: a few hundred for a year."""
OUTSIDE = -1
"""The bucket of the rows over which the median is not taken."""


@dataclass(frozen=True, slots=True)
class Made:
    """A value and what it was made of."""

    value: Decimal | None
    numerator: int | None
    denominator: int | None


@dataclass(frozen=True, slots=True)
class Answers:
    """The values of one figure by key; `otherwise` holds for a key that has no row at all."""

    by_key: Mapping[str, Made]
    otherwise: Made


# --- The question as a whole --------------------------------------------------------------------


def answer(
    figures: Sequence[Figure], question: Question, *, by: str = "", store: Store | None = None
) -> list[FigureValue]:
    """The values of the figures, in their order, and within a figure in the order of the keys."""
    registry.check(figures, question, by=by)
    if by == registry.AREA:
        by = registry.places().level_below(question.area)
    store = store or django_store()
    found: dict[str, Answers] = {}
    with one_moment():
        asked = _with_a_first_day(store, figures[0], question) if by == registry.MONTH else question
        for fact, over in _by_fact(figures):
            count = _clear_days if fact.lasting else _sums
            found |= count(store, fact, over, asked, by)
    keys = _keys(figures, asked, by, found)
    return [
        _value(figure, question, by, key, found[figure.code]) for figure in figures for key in keys
    ]


def _value(figure: Figure, question: Question, by: str, key: str, answers: Answers) -> FigureValue:
    made = answers.by_key.get(key, answers.otherwise)
    return FigureValue(
        figure=figure,
        question=question,
        by=by,
        key=key,
        value=made.value,
        numerator=made.numerator,
        denominator=made.denominator,
    )


def _by_fact(figures: Sequence[Figure]) -> list[tuple[Fact, list[Figure]]]:
    over: dict[str, list[Figure]] = defaultdict(list)
    for figure in figures:
        over[figure.fact].append(figure)
    return [(registry.fact(code), some) for code, some in over.items()]


def _with_a_first_day(store: Store, figure: Figure, question: Question) -> Question:
    """Months need to begin somewhere: without a first day, where the books were opened."""
    if question.from_on:
        return question
    fact = registry.fact(figure.fact)
    opening = registry.fact(fact.opening) if fact.lasting else fact
    return replace(question, from_on=days.opening_day(store, opening, question))


def _keys(
    figures: Sequence[Figure], question: Question, by: str, found: Mapping[str, Answers]
) -> list[str]:
    """The parts of the whole: those that have rows, and those that a table shows without."""
    if not by:
        return [""]
    keys = {key for answers in found.values() for key in answers.by_key}
    if by == registry.MONTH:
        keys |= {f"{month:%Y-%m}" for month in periods.months(*registry.month_span(question))[:-1]}
    elif question.scope is None or question.scope.areas:
        dimension = registry.fact(figures[0].fact).dimensions[by]
        members = set(dimension.members(question.area))
        if value := question.filters.get(by):
            members &= set(dimension.covers(value))
        keys |= members
    return sorted(keys)


# --- Sums over a fact with a period -------------------------------------------------------------

_Totals = dict[str, Counter[Part]]
"""Key → part → its count or sum. Figures share parts."""


@dataclass(frozen=True, slots=True)
class _Count:
    """What is to be counted of a fact: which rows, told apart by what, with the parts of figures."""

    store: Store
    asked: Asked
    key: tuple[str, int]
    parts: Sequence[Part]
    timed: Part | None
    """The part over whose weights a median is taken."""

    @property
    def engine(self) -> Engine:
        return self.store.engine

    @property
    def has_key(self) -> bool:
        return bool(self.key[0])

    @property
    def shape(self) -> Hashable:
        return self.key, tuple(self.parts), self.timed, self.asked.shape

    def groups(self, rows: ir.Table) -> list[ir.Value]:
        """The key by which rows are told apart, if they are."""
        if not self.has_key:
            return []
        return [key_of(self.engine, self.asked.fact, rows, self.key).name("key")]


def _sums(
    store: Store, fact: Fact, figures: Sequence[Figure], question: Question, by: str
) -> dict[str, Answers]:
    count = _Count(
        store,
        tell_apart(ask(store, fact, question), question, by),
        key_shape(question, by),
        list(dict.fromkeys(p for one in figures for p in (one.numerator, one.denominator) if p)),
        next((one.denominator for one in figures if one.how == How.MEDIAN), None),
    )
    totals, buckets = _totals(count)
    middles = _middles(count, buckets)
    return {
        one.code: Answers(
            {key: _made(one, counted, middles.get(key)) for key, counted in totals.items()},
            _made(one, Counter(), None),
        )
        for one in figures
    }


def _totals(count: _Count) -> tuple[_Totals, dict[str, Counter[int]]]:
    """All counts and sums in a single scan, and with them the weights of `timed` in buckets."""
    parts, timed = count.parts, count.timed

    def build() -> ir.Table:
        rows = rows_of(count.engine, count.asked)
        groups = count.groups(rows)
        if timed:
            groups.append(_bucket(count, rows).name("bucket"))
        at = count.engine.moment(AS_OF)
        measures = {
            f"part{n}": _measure(rows, at, part, weigh=part is not timed)
            for n, part in enumerate(parts)
        }
        return (rows.group_by(groups) if groups else rows).aggregate(**measures)

    totals: _Totals = defaultdict(Counter)
    buckets: dict[str, Counter[int]] = defaultdict(Counter)
    width = count.has_key + bool(timed)
    place = parts.index(timed) if timed else 0
    for row in count.store.fetch(("sums", count.shape), build, count.asked.slots):
        key, counts = row[0] if count.has_key else "", row[width:]
        of_key = totals[key]
        for part, number in zip(parts, counts, strict=True):
            if number:
                of_key[part] += int(number)
        if timed and row[width - 1] != OUTSIDE:
            buckets[key][int(row[width - 1])] += int(counts[place])
    return totals, buckets


def _measure(rows: ir.Table, at: ir.Value, part: Part, *, weigh: bool) -> ir.Value:
    holds = None if part.rows is None else part.rows(rows, at)
    if part.weight is not None and weigh:
        return part.weight(rows).sum(where=holds)
    return rows.count(where=holds)


def _made(figure: Figure, counted: Counter[Part], middle: tuple[int, int] | None) -> Made:
    above = counted[figure.numerator] if figure.numerator else None
    below = counted[figure.denominator] if figure.denominator else None
    if figure.how == How.MEDIAN:
        value = _hundredths(sum(middle), 2 * days.DAY) if middle else None
    elif figure.how == How.RATE:
        value = _hundredths(100 * (above or 0), below or 0)
    else:
        value = Decimal(above or 0)
    return Made(value, above, below)


def _hundredths(above: int, below: int) -> Decimal | None:
    """The quotient of two whole numbers, neither negative, to two places, half up."""
    if not below:
        return None
    return Decimal((200 * above + below) // (2 * below)).scaleb(-2)


# --- The median, without a function that engines define differently -----------------------------


def _weight(count: _Count, rows: ir.Table) -> ir.IntegerValue:
    if count.timed is None or count.timed.weight is None:
        raise AssertionError("a median is taken over weights")
    return count.timed.weight(rows)


def _bucket(count: _Count, rows: ir.Table) -> ir.IntegerValue:
    bucket: Any = _weight(count, rows) >> BUCKET_BITS
    if count.timed is None or count.timed.rows is None:
        return ibis.coalesce(bucket, OUTSIDE)
    return ibis.ifelse(count.timed.rows(rows, count.engine.moment(AS_OF)), bucket, OUTSIDE)


def _middles(count: _Count, buckets: Mapping[str, Counter[int]]) -> dict[str, tuple[int, int]]:
    """The two middle weights of each key: only the buckets in which they lie are read.

    The buckets hold how many rows each has, so it is known in which one the middle lies, and
    how far into it; a second look at no more than these gives the very weights.
    """
    wanted: dict[str, list[tuple[int, int]]] = {}
    for key, counts in buckets.items():
        total = counts.total()
        wanted[key] = [_place(counts, n) for n in ((total - 1) // 2, total // 2)]
    weights = _weights(count, wanted) if wanted else {}
    return {
        key: (weights[key, low[0]][low[1]], weights[key, high[0]][high[1]])
        for key, (low, high) in wanted.items()
    }


def _place(counts: Counter[int], n: int) -> tuple[int, int]:
    """In which bucket the n-th weight lies, and as which of it."""
    for bucket in sorted(counts):
        if n < counts[bucket]:
            return bucket, n
        n -= counts[bucket]
    raise AssertionError("there are fewer weights than were counted")


def _weights(
    count: _Count, wanted: Mapping[str, Sequence[tuple[int, int]]]
) -> dict[tuple[str, int], list[int]]:
    """The weights that lie in the wanted buckets, in order."""
    keys_of: dict[int, set[str]] = defaultdict(set)
    for key, places in wanted.items():
        for bucket, _ in places:
            keys_of[bucket].add(key)
    named = [(bucket, sorted(keys)) for bucket, keys in sorted(keys_of.items())]
    asked = count.asked.with_slots(
        {f"bucket{n}": bucket for n, (bucket, _) in enumerate(named)}
        | {f"key{n}.{m}": key for n, (_, keys) in enumerate(named) for m, key in enumerate(keys)}
    )

    def build() -> ir.Table:
        rows = rows_of(count.engine, asked)
        within = []
        for n, (_, keys) in enumerate(named):
            is_there = _bucket(count, rows) == count.engine.whole(f"bucket{n}")
            for key in count.groups(rows):
                is_there &= key.isin([count.engine.text(f"key{n}.{m}") for m in range(len(keys))])
            within.append(is_there)
        rows = rows.filter(reduce(or_, within))
        weight = _weight(count, rows).name("weight")
        return rows.group_by([*count.groups(rows), weight]).aggregate(rows=rows.count())

    shape = ("weights", tuple(len(keys) for _, keys in named), count.shape)
    found: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row in count.store.fetch(shape, build, asked.slots):
        weight, times = int(row[-2]), int(row[-1])
        found[row[0] if count.has_key else "", weight >> BUCKET_BITS].extend([weight] * times)
    return {place: sorted(values) for place, values in found.items()}


# --- Days at whose end nothing held -------------------------------------------------------------


def _clear_days(
    store: Store, fact: Fact, figures: Sequence[Figure], question: Question, by: str
) -> dict[str, Answers]:
    stretch = days.stretch_of(store, fact, question)
    if by == registry.MONTH:
        whole = days.held_by_key(store, fact, question, stretch).get("", [])
        months = [(f"{day:%Y-%m}", *span) for day, span in _months_of(stretch)]
        made = {key: _clear(whole, first, last) for key, first, last in months}
        nothing = _clear([], 0, -1)  # a month of which no day has begun
    else:
        held = days.held_by_key(store, fact, question, stretch, by)
        made = {key: _clear(some, 0, stretch.days - 1) for key, some in held.items()}
        nothing = _clear([], 0, stretch.days - 1)
    return {one.code: Answers(made, nothing) for one in figures}


def _clear(held: Sequence[days.Held], first: int, last: int) -> Made:
    total = last - first + 1
    clear = total - days.days_held(held, first, last)
    return Made(Decimal(clear) if total else None, clear, total)


def _months_of(stretch: days.Stretch) -> list[tuple[date, tuple[int, int]]]:
    """The months of a stretch, each with its first and last day as numbers."""
    if not stretch.days:
        return []
    begins = periods.months(stretch.first, stretch.last)
    return [
        (month, (max(0, stretch.number_of(month)), min(stretch.days, stretch.number_of(after)) - 1))
        for month, after in pairwise(begins)
    ]


def history(
    figure: Figure, question: Question, ends: Sequence[date], store: Store | None = None
) -> list[int]:
    """The value of a standing figure at the end of each of these days, or at the moment asked for.

    The same as asking for it as of each of these ends, in one go.
    """
    fact = registry.fact(figure.history)
    store = store or django_store()
    first = min(ends[0], city_day(question.as_of) - timedelta(days=1))
    asked = replace(question, from_on=first, to_on=ends[-1])
    with one_moment():
        stretch = days.stretch_of(store, fact, asked)
        held = days.held_by_key(store, fact, asked, stretch).get("", [])
    return [days.rows_held(held, min(stretch.number_of(day), stretch.days - 1)) for day in ends]


def evenings(
    figure: Figure, question: Question, store: Store | None = None
) -> list[tuple[date, int]]:
    """How much held at the end of each day behind a figure of clear days, latest first."""
    fact = registry.fact(figure.fact)
    store = store or django_store()
    with one_moment():
        stretch = days.stretch_of(store, fact, question)
        held = days.held_by_key(store, fact, question, stretch).get("", [])
    changes: Counter[int] = Counter()
    for one in held:
        changes[one.first] += one.rows
        changes[one.last + 1] -= one.rows
    counts = accumulate(changes[n] for n in range(stretch.days))
    told = [(stretch.first + timedelta(days=n), count) for n, count in enumerate(counts)]
    return told[::-1]
