"""What the pages of figures show: the list, one figure with its parts, the rows behind it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from yanzhen.accounts.models import User
from yanzhen.core.time import city_day, city_midnight
from yanzhen.figures import periods, registry
from yanzhen.figures.enums import How, PartName, PeriodRule
from yanzhen.figures.periods import FIRST_YEAR
from yanzhen.figures.registry import Figure, FigureValue, Question

TREND_MONTHS = 12
MINI_ROWS = 8
FAR_BELOW = Decimal(5)
"""By how many points a part must fall behind the whole to be marked."""

Months = Sequence[tuple[str, Decimal | None]]


# --- Months -------------------------------------------------------------------------------------


def trends(figures: Sequence[Figure], question: Question) -> dict[str, Months]:
    """Each figure month by month, up to the month in which the question ends.

    A cohort is told as of the question's moment; what stands, as of each month's end.
    """
    last = min(question.to_on or city_day(question.as_of), city_day(question.as_of))
    first = periods.later_month(last.replace(day=1), 1 - TREND_MONTHS)
    if first.year < FIRST_YEAR:
        return {figure.code: [] for figure in figures}
    months = periods.months(first, last)
    names = [f"{month:%Y-%m}" for month in months[:-1]]
    found: dict[str, Months] = {}
    cohorts = [figure for figure in figures if not figure.history]
    asked = replace(question, from_on=first, to_on=last)
    for value in registry.answer(cohorts, asked, by=registry.MONTH) if cohorts else ():
        found[value.figure.code] = [*found.get(value.figure.code, []), (value.key, value.value)]
    ends = [month - timedelta(days=1) for month in months[1:]]
    for figure in figures:
        if figure.history:
            counts = registry.history(figure, replace(question, from_on=None, to_on=None), ends)
            found[figure.code] = list(zip(names, map(Decimal, counts), strict=True))
    return found


# --- The list -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure in the list."""

    value: FigureValue
    months: Months


def overview(question: Question) -> list[tuple[str, list[Tile]]]:
    """All figures by theme: cohorts for the period, what stands without one."""
    figures = registry.all_figures()
    standing = [figure for figure in figures if figure.period == PeriodRule.STANDING]
    others = [figure for figure in figures if figure not in standing]
    values = registry.answer(others, question)
    values += registry.answer(standing, replace(question, from_on=None, to_on=None))
    by_code = {value.figure.code: value for value in values}
    months = trends(figures, question)
    themes: dict[str, list[Tile]] = {}
    for figure in figures:
        tile = Tile(by_code[figure.code], months[figure.code])
        themes.setdefault(str(figure.theme), []).append(tile)
    return list(themes.items())


# --- One figure ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A part of the whole in the table: its value, and how it moved since one step earlier."""

    value: FigureValue
    label: str
    moved: Decimal | None
    reach: Decimal
    """How far the farthest part of the table lies from where the bars begin."""
    is_behind: bool


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A figure told apart, best or most first; the whole is the last line."""

    by: str
    name: str
    lines: Sequence[Line]
    whole: Line
    middle: Decimal
    """Where the bars begin: at the whole for rates, at nothing for counts."""
    earlier_words: str


def earlier_question(figure: Figure, question: Question) -> tuple[Question, str] | None:
    """The same question one step earlier, and what the comparison is called, if there is one."""
    if figure.period == PeriodRule.STANDING and question.from_on is None:
        today = city_day(question.as_of)
        earlier = periods.one_step_earlier(today.replace(day=1), today, question.as_of)
        asked = replace(question, as_of=earlier.as_of)
    elif question.from_on and question.to_on and question.from_on <= question.to_on:
        earlier = periods.one_step_earlier(question.from_on, question.to_on, question.as_of)
        asked = replace(question, from_on=earlier.from_on, to_on=earlier.to_on, as_of=earlier.as_of)
    else:
        return None
    return (asked, earlier.words) if earlier.from_on.year >= FIRST_YEAR else None


def breakdown(figure: Figure, question: Question, whole: FigureValue, by: str) -> Breakdown:
    """The figure told apart by areas below, or by another dimension, beside how it was before."""
    values = registry.answer([figure], question, by=by)
    before: dict[str, Decimal | None] = {}
    words = ""
    if earlier := earlier_question(figure, question):
        asked, words = earlier
        before = {one.key: one.value for one in registry.answer([figure], asked, by=by)}
        whole_before = registry.answer([figure], asked)[0].value
    else:
        whole_before = None
    labels = registry.key_labels(values)
    is_relative = figure.how in {How.RATE, How.MEDIAN}
    middle = (whole.value or Decimal(0)) if is_relative else Decimal(0)
    reach = max((abs(one.value - middle) for one in values if one.value is not None), default=None)

    def line(value: FigureValue, label: str, earlier_value: Decimal | None) -> Line:
        moved = None
        if value.value is not None and earlier_value is not None:
            moved = value.value - earlier_value
        return Line(
            value, label, moved, reach or Decimal(0), _is_behind(figure, value.value, whole.value)
        )

    lines = [line(one, labels[one.key], before.get(one.key)) for one in values]
    lines.sort(key=lambda one: _rank(figure, one.value))
    resolved = values[0].by if values else by
    return Breakdown(
        by=resolved,
        name=dimension_name(figure, resolved),
        lines=lines,
        whole=line(whole, _("合计"), whole_before),
        middle=middle,
        earlier_words=words,
    )


def _is_behind(figure: Figure, value: Decimal | None, whole: Decimal | None) -> bool:
    """Whether a rate falls far behind that of the whole."""
    if figure.how != How.RATE or figure.more_is_better is None or None in {value, whole}:
        return False
    lag = whole - value if figure.more_is_better else value - whole  # type: ignore[operator]  # both are there
    return lag > FAR_BELOW


def _rank(figure: Figure, value: FigureValue) -> tuple[bool, Decimal, str]:
    """Best first for rates, medians and days; most first for counts; what has no value last."""
    up = figure.how != How.COUNT and figure.more_is_better is False
    number = value.value or Decimal(0)
    return value.value is None, number if up else -number, value.key


def dimension_name(figure: Figure, by: str) -> str:
    """What a dimension is called."""
    if by == registry.MONTH:
        return _("月份")
    return str(registry.fact(figure.fact).dimensions[by].name)


# --- The rows behind it -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tab:
    """One part of the rows behind a figure, and how many rows it has."""

    name: str
    label: str
    rows: int


def tabs(value: FigureValue) -> list[Tab]:
    """The parts of a figure that have rows: first what is missing, then what is counted."""
    figure = value.figure
    found = []
    for name in (PartName.MISSING, PartName.NUMERATOR, PartName.DENOMINATOR):
        part = figure.part(name)
        if part is not None:
            label = figure.missing if name == PartName.MISSING else part.short
            found.append(Tab(name, str(label), _rows_of_part(value, name)))
    return found


def _rows_of_part(value: FigureValue, name: PartName) -> int:
    """How many rows a part has; where each counts once the value has told it already."""
    figure = value.figure
    part = figure.part(name)
    counts_once = figure.how in {How.COUNT, How.RATE} and part is not None and not part.weight
    told = {
        PartName.NUMERATOR: value.numerator,
        PartName.DENOMINATOR: value.denominator,
        PartName.MISSING: value.missing,
    }[name]
    if told is not None and (counts_once or figure.how == How.MEDIAN):
        return told
    from yanzhen.figures import behind  # noqa: PLC0415 - brings Ibis, which is slow to import

    return behind.count_rows(figure, name, value.question)


def rows_page(
    figure: Figure,
    part: str,
    question: Question,
    *,
    user: User,
    on: date,
    after: str = "",
    before: str = "",
    size: int,
) -> tuple[Sequence[object], str, str]:
    """One page of the rows behind a part as `user` may see them, and the edges of its neighbours."""
    from yanzhen.figures import behind  # noqa: PLC0415 - as above

    keys = behind.key_page(figure, part, question, after=after, before=before, size=size)
    rows = registry.fact(figure.fact).table.fetch(user, on, keys.keys)
    return rows, keys.before, keys.after


@dataclass(frozen=True, slots=True)
class Evening:
    """One day: how much held at its end."""

    day: date
    end: datetime
    rows: int


def evenings(figure: Figure, question: Question) -> list[Evening]:
    """The days behind a figure of clear days, latest first."""
    from yanzhen.figures import sums  # noqa: PLC0415 - as above

    return [
        Evening(day, min(city_midnight(day + timedelta(days=1)), question.as_of), rows)
        for day, rows in sums.evenings(figure, question)
    ]
