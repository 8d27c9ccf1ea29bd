"""The registry: facts and figures as they are declared, and the one place to ask for a number.

Nothing here knows an app. An app declares its facts and figures in its own `figures.py`, which
`FiguresConfig.ready` imports. A declaration is neutral to the engine: it is written against
tables of Ibis expressions, which are compiled for SQLite, PostgreSQL, DuckDB or Spark (see the
decision record on figures). Ibis takes a second to import, so only what computes imports it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.models import User
from yanzhen.core.scope import covers
from yanzhen.core.time import city_day
from yanzhen.figures.enums import FigureUnit, How, PartName, PeriodRule
from yanzhen.figures.errors import (
    DayOutOfReach,
    NoSuchRows,
    PeriodBackwards,
    UnknownDimension,
    UnknownFigure,
    UnknownValue,
)
from yanzhen.figures.periods import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:  # slow to import, and no page that shows no figure should wait for it
    from ibis.expr import types as ir

    from yanzhen.figures.engines import Store

Words: TypeAlias = str | Promise
Condition: TypeAlias = Callable[["ir.Table", "ir.Value"], "ir.BooleanValue"]
"""Which rows: of a row of the fact and the moment as of which is asked."""


NOTHING = _("未填")
"""What a row without a code is called."""


class Tables(Protocol):
    """What a fact is made of: the tables of the house as expressions for one engine."""

    def of(self, model: type[Model]) -> "ir.Table":
        """The table of a model, with its database columns."""

    def micros(self, later: "ir.Value", earlier: "ir.Value") -> "ir.IntegerValue":
        """The whole microseconds from one moment to another."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a dimension that a page may offer."""

    code: str
    label: str
    depth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """Something by which rows are narrowed down or told apart, and how its codes read.

    `covers` says which codes a value stands for (a unit for the units below it); by default
    itself. `is_prefix` dimensions are areas: a value stands for all codes that begin with it.
    `signs` cuts the code for telling rows apart: a district is the first six signs of an area.
    `members` are the codes that a table shows even when they have no row.
    """

    code: str
    name: Words
    column: str
    labels: Callable[[Collection[str]], Mapping[str, str]]
    choices: Callable[[str], Sequence[Choice]] = lambda _area: ()
    covers: Callable[[str], Collection[str]] = lambda value: [value]
    members: Callable[[str], Collection[str]] = lambda _area: ()
    nobody: Words = NOTHING
    is_prefix: bool = False
    signs: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What the registry must know of areas: their names, what lies above and below, the levels."""

    path: Callable[[str], Sequence[Choice]]
    below: Callable[[str], Sequence[Choice]]
    level_below: Callable[[str], str]
    whole: Callable[[], str]
    """The one area in which all others lie; empty where there are several such."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTable:
    """How the rows of a fact are shown: as a table, as a short list, and as columns of an export.

    `fetch` returns what `user` may see of the rows with these keys, in the order of the keys.
    """

    template: str
    mini_template: str
    fetch: Callable[[User, date, Sequence[Any]], Sequence[Any]]
    headings: Sequence[Words]
    cells: Callable[[Any], Sequence[Any]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fact:
    """A named, typed, documented set of rows over tables.

    `rows` builds it as of a moment; without one it builds it from what holds now, which is
    quicker. `moved_since` are rows that tell of anything later than a moment: while there is
    none, both ways are the same, and the quicker is taken. A fact without it always holds all
    its history. `columns` documents what `rows` returns.

    `key` names a row to people, and orders the rows. `period` is the moment by which a row falls
    into a period. The rows of a fact with a `lasting` hold not at a moment but from the later of
    `lasting[0]` (included) and `lasting[1]` (excluded) until `lasting[2]` (excluded, may be
    empty); such a fact has no period.
    """

    code: str
    name: Words
    words: Words
    columns: Mapping[str, Words]
    rows: Callable[[Tables, "ir.Value | None"], "ir.Table"]
    key: str
    table: RowTable
    dimensions: Mapping[str, Dimension]
    moved_since: Callable[[Tables, "ir.Value"], "ir.Table"] | None = None
    period: str = ""
    lasting: tuple[str, str, str] | None = None
    opening: str = ""
    """For a lasting fact: the fact whose first row opens the books, where no first day is named."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """One half of a figure: which rows of the fact, in words and as an expression.

    With a `weight` each row counts for so much instead of once. Two figures that share a part
    share the object, and it is counted once for both.
    """

    words: Words
    short: Words
    told: Words
    """How it reads behind its number: 件已整改."""
    rows: Condition | None = None
    weight: Callable[["ir.Table"], "ir.IntegerValue"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figure:
    """A figure as it is declared, once. Whatever changes its digits raises `version`."""

    code: str
    name: Words
    english: str
    words: Words
    theme: Words
    unit: FigureUnit
    how: How
    fact: str
    period: PeriodRule
    numerator: Part | None = None
    denominator: Part | None = None
    missing: Words = ""
    """What the rows below the line that are not above it are called; empty: nothing of note."""
    more_is_better: bool | None = None
    history: str = ""
    """For a standing figure: the lasting fact from which it can be told for any past day."""
    places: int = 0
    version: int = 1

    @property
    def rounding(self) -> str:
        """How the value is rounded, in words."""
        if self.how == How.RATE:
            return str(_("百分比两位小数，四舍五入"))
        return str(_("两位小数，四舍五入") if self.places else _("整数，不取整"))

    def part(self, name: str) -> Part | None:
        """The part of this name, if there are rows behind it.

        `missing` is made of the two others. Of clear days there are no rows, only of the others.
        """
        if name == PartName.MISSING:
            return self.denominator if self.missing else None
        if self.how == How.CLEAR_DAYS:
            return None
        return self.numerator if name == PartName.NUMERATOR else self.denominator


@dataclass(frozen=True, slots=True)
class Scope:
    """What somebody may see figures of: areas and below, and units and below; either will do."""

    areas: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    def holds_area(self, code: str) -> bool:
        """Whether everything in this area is in the scope."""
        return any(covers(area, code) for area in self.areas)

    @property
    def is_empty(self) -> bool:
        return not (self.areas or self.units)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Where, when, as of when, and of which rows. `scope` `None`: the house itself asks."""

    as_of: datetime
    area: str = ""
    from_on: date | None = None
    to_on: date | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    within: tuple[str, str] | None = None
    """One part of the whole, as it was told apart: a dimension and a key, the empty one included."""
    scope: Scope | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureValue:
    """One number with all that it takes to say how it came about.

    `value` is empty where there is nothing to divide by. `by` and `key` say of which part of
    the whole it is; both are empty for the whole.
    """

    figure: Figure
    question: Question
    by: str
    key: str
    value: Decimal | None
    numerator: int | None
    denominator: int | None

    @property
    def missing(self) -> int | None:
        """How much of the denominator is not in the numerator."""
        if self.numerator is None or self.denominator is None:
            return None
        return self.denominator - self.numerator

    @property
    def area(self) -> str:
        """The area of which it is: for a figure told apart by areas, the one of its row."""
        return self.key if self.by in AREA_LEVELS else self.question.area


AREA = "area"
"""The dimension of areas. To tell apart by it means: by the level below the area asked for."""
UNIT = "unit"
AREA_LEVELS = ("district", "street", "community", "grid")
MONTH = "month"
"""To tell apart by: the month of the city in which a row falls into the period."""

_facts: dict[str, Fact] = {}
_figures: dict[str, Figure] = {}
_places: list[Places] = []


# --- Declaring ----------------------------------------------------------------------------------


def declare(*, facts: Iterable[Fact] = (), figures: Iterable[Figure] = ()) -> None:
    """Make facts and figures known. Their order is the order in which they are shown."""
    for fact in facts:
        _add(_facts, fact.code, fact)
    for figure in figures:
        _add(_figures, figure.code, figure)


def declare_places(places: Places) -> None:
    """Say once how areas are named and nested."""
    _places[:] = [places]


def _add(known: dict[str, Any], code: str, declared: object) -> None:
    if known.get(code, declared) != declared:
        raise AssertionError(f"{code} is declared twice, and differently")
    known[code] = declared


# --- Asking -------------------------------------------------------------------------------------


def all_figures() -> list[Figure]:
    """Every figure, in the order of declaration."""
    return list(_figures.values())


def figure(code: str) -> Figure:
    """The figure of this name. Raises `UnknownFigure`."""
    if code not in _figures:
        raise UnknownFigure(figure=code, known="、".join(_figures))
    return _figures[code]


def fact(code: str) -> Fact:
    """The fact of this name; that there is none is a mistake in a declaration."""
    return _facts[code]


def places() -> Places:
    """How areas are named and nested."""
    return _places[0]


def compute(
    codes: Iterable[str],
    *,
    as_of: datetime,
    area: str = "",
    from_on: date | None = None,
    to_on: date | None = None,
    filters: Mapping[str, str] | None = None,
    by: str = "",
    scope: Scope | None = None,
) -> list[FigureValue]:
    """The values of these figures, in the order asked for.

    `from_on` and `to_on` are days of the city, both included. With `by` there is one value for
    each figure and each part of the whole, ordered by the key of the part.

    Raises `UnknownFigure`, `UnknownDimension`, `UnknownValue` or `PeriodBackwards`.
    """
    question = Question(
        as_of=as_of,
        area=area,
        from_on=from_on,
        to_on=to_on,
        filters={name: value for name, value in (filters or {}).items() if value},
        scope=scope,
    )
    return answer([figure(code) for code in codes], question, by=by)


def answer(
    figures: Sequence[Figure], question: Question, *, by: str = "", store: "Store | None" = None
) -> list[FigureValue]:
    """The same for a question that is already put together; of another store than the house's."""
    from yanzhen.figures import sums  # noqa: PLC0415 - brings Ibis, which is slow to import

    return sums.answer(figures, question, by=by, store=store)


def history(
    asked: Figure, question: Question, ends: Sequence[date], store: "Store | None" = None
) -> list[int]:
    """The value of a standing figure at the end of each of these days, oldest first."""
    from yanzhen.figures import sums  # noqa: PLC0415 - as above

    return sums.history(asked, question, ends, store)


def check(figures: Iterable[Figure], question: Question, *, by: str = "") -> None:
    """Go on, or say what is wrong with the question: a dimension, a code, the period."""
    for day in (question.from_on, question.to_on, city_day(question.as_of)):
        if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise DayOutOfReach(day=day, first=FIRST_YEAR, last=LAST_YEAR)
    if question.from_on and question.to_on and question.from_on > question.to_on:
        raise PeriodBackwards(from_on=question.from_on, to_on=question.to_on)
    if question.area and not places().path(question.area):
        raise UnknownValue(value=question.area, dimension=_("区域"))
    for asked in figures:
        dimensions = fact(asked.fact).dimensions
        for name, value in question.filters.items():
            dimension = _dimension(asked, dimensions, name)
            if value not in dimension.labels([value]):
                raise UnknownValue(value=value, dimension=dimension.name)
        if question.within:
            _dimension(asked, dimensions, question.within[0])
        if by not in {"", AREA, MONTH}:
            _dimension(asked, dimensions, by)


def _dimension(asked: Figure, dimensions: Mapping[str, Dimension], name: str) -> Dimension:
    if name not in dimensions:
        known = "、".join([*dimensions, MONTH])
        raise UnknownDimension(figure=asked.name, dimension=name, known=known)
    return dimensions[name]


def month_span(question: Question) -> tuple[date, date]:
    """The first and the last day of a question that is told apart by months."""
    last = question.to_on or city_day(question.as_of)
    return question.from_on or last, last


def key_labels(values: Iterable[FigureValue]) -> dict[str, str]:
    """How the parts of a whole are called, by key."""
    keys: dict[tuple[str, str], set[str]] = {}
    for value in values:
        keys.setdefault((value.by, value.figure.fact), set()).add(value.key)
    labels: dict[str, str] = {}
    for (by, code), some in keys.items():
        dimension = fact(code).dimensions.get(by)
        known = dimension.labels(some) if dimension else {}
        labels |= {key: str(known.get(key, key)) for key in some}
        if dimension and "" in some:
            labels[""] = str(dimension.nobody)
    return labels


def part_of(asked: Figure, name: str) -> Part:
    """The part of this name. Raises `NoSuchRows`."""
    part = asked.part(name) if name in set(PartName) else None
    if part is None:
        raise NoSuchRows(figure=asked.name)
    return part
