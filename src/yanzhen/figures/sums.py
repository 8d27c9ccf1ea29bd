"""The values of figures: one scan of a fact for all figures over it, and integers out of it.

SQL only counts and adds up. Whatever engines might tell differently (division, rounding,
percentiles, calendar days) is done here, on integers and `Decimal`.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate, pairwise

from yanzhen.core.time import city_day
from yanzhen.figures import days, periods, registry
from yanzhen.figures.counts import Count, hundredths, totals_of
from yanzhen.figures.engines import Store, django_store, one_moment
from yanzhen.figures.enums import How
from yanzhen.figures.medians import medians
from yanzhen.figures.registry import Fact, Figure, FigureValue, Part, Question
from yanzhen.figures.rows import ask, key_shape, tell_apart


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


def _sums(
    store: Store, fact: Fact, figures: Sequence[Figure], question: Question, by: str
) -> dict[str, Answers]:
    count = Count(
        store,
        tell_apart(ask(store, fact, question), question, by),
        key_shape(question, by),
        list(dict.fromkeys(p for one in figures for p in (one.numerator, one.denominator) if p)),
        next((one.denominator for one in figures if one.how == How.MEDIAN), None),
    )
    totals, cells = totals_of(count)
    middles = medians(count, cells)
    return {
        one.code: Answers(
            {key: _made(one, counted, middles.get(key)) for key, counted in totals.items()},
            _made(one, Counter(), None),
        )
        for one in figures
    }


def _made(figure: Figure, counted: Counter[Part], median: Decimal | None) -> Made:
    above = counted[figure.numerator] if figure.numerator else None
    below = counted[figure.denominator] if figure.denominator else None
    if figure.how == How.MEDIAN:
        value = median
    elif figure.how == How.RATE:
        value = hundredths(100 * (above or 0), below or 0)
    else:
        value = Decimal(above or 0)
    return Made(value, above, below)


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
