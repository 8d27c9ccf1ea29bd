"""What the pages of figures are made of: chips, tiles, table lines, a course through time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from yanzhen.core import drawing, querystring
from yanzhen.core.filters import FilterFace, FilterOption
from yanzhen.core.time import city_midnight
from yanzhen.core.words import cn_number, full_date
from yanzhen.figures import queries, registry
from yanzhen.figures.asking import Asking
from yanzhen.figures.enums import FigureUnit, How, PartName, PeriodRule
from yanzhen.figures.forms import FILTERS, OWN_DAYS
from yanzhen.figures.periods import Preset, later_month
from yanzhen.figures.queries import Breakdown, Line, Months, Tab, Tile
from yanzhen.figures.registry import Choice, Figure, FigureValue, Question

BREAKDOWNS: Final = (registry.AREA, registry.UNIT, "site_type", "category", "source", "severity")
MOST_LINES: Final = 60
MOST_EVENINGS: Final = 31


# --- The question in words ----------------------------------------------------------------------


def frame(asking: Asking) -> dict[str, Any]:
    """What every page of figures says about what is asked."""
    query = asking.request.GET
    return {
        "now": asking.now,
        "period_words": period_words(asking.question),
        "presets": [(value, label) for value, label in Preset.choices],
        "period": asking.period,
        "own_days": OWN_DAYS,
        "days_rest": querystring.rest(query, "period", "on_from", "on_to"),
        "moment_rest": querystring.rest(query, "as_of"),
        "place_words": place_words(asking.question),
    }


def period_words(question: Question) -> str:
    """The period as it reads: one day, from a day to a day, or all time."""
    first, last = question.from_on, question.to_on
    if first and last:
        end = f"{last:%m-%d}" if first.year == last.year else f"{last}"
        return (
            str(first)
            if first == last
            else _("%(first)s 至 %(last)s") % {"first": first, "last": end}
        )
    if first:
        return _("%(first)s 起") % {"first": first}
    return _("%(last)s 止") % {"last": last} if last else _("不限")


def place_words(question: Question) -> str:
    """The whole of which is told: the area, or what the posts of the person cover."""
    if question.area:
        path = registry.places().path(question.area)
        return path[-1].label if path else question.area
    scope = question.scope
    if scope is None:
        return _("全部")
    return _("我的单位") if scope.units and not scope.areas else _("全部辖区")


# --- Chips --------------------------------------------------------------------------------------


def place_chips(asking: Asking) -> list[FilterFace]:
    """The area: the way up as far as one may see, and what lies directly below."""
    question, scope = asking.question, asking.scope
    if scope is not None and not scope.areas:
        return []
    places = registry.places()
    way = places.path(question.area) if question.area else []
    seen = [one for one in way if scope is None or scope.holds_area(one.code)]
    if scope is not None and not question.area:
        seen = [path[-1] for code in scope.areas if (path := places.path(code))]
    options = [FilterOption(one.code, one.label, depth=n) for n, one in enumerate(seen)]
    depth = len(seen)
    options += [
        FilterOption(one.code, one.label, depth=min(depth, 4))
        for one in (places.below(question.area) if question.area else ())
    ]
    return [
        FilterFace(
            registry.AREA,
            _("区域"),
            options=options,
            chosen=(question.area,) if asking.request.GET.get(registry.AREA) else (),
            said=place_words(question),
        )
    ]


def filter_chips(asking: Asking, figure: Figure) -> list[FilterFace]:
    """Unit, site type, category, source, severity."""
    dimensions = registry.fact(figure.fact).dimensions
    faces = []
    for name in FILTERS:
        dimension = dimensions[name]
        chosen = asking.question.filters.get(name, "")
        options = [
            FilterOption(one.code, one.label, depth=min(one.depth, 4))
            for one in _choices(asking, name, dimension.choices(asking.question.area))
        ]
        faces.append(
            FilterFace(
                name,
                str(dimension.name),
                options=options,
                chosen=(chosen,) if chosen else (),
                said=dimension.labels([chosen]).get(chosen, chosen) if chosen else "",
            )
        )
    return faces


def _choices(asking: Asking, name: str, choices: Sequence[Choice]) -> Sequence[Choice]:
    """Whoever sees figures of units alone is offered no others."""
    scope = asking.scope
    if name != registry.UNIT or scope is None or scope.areas:
        return choices
    covers = registry.fact(registry.all_figures()[0].fact).dimensions[registry.UNIT].covers
    own = {code for unit in scope.units for code in covers(unit)}
    return [one for one in choices if one.code in own]


# --- Numbers ------------------------------------------------------------------------------------


def told(value: Decimal | None, figure: Figure) -> str:
    """A value with its sign."""
    if value is None:
        return cn_number(None)
    sign = str(figure.unit.label)
    return f"{value:,}{sign}" if figure.unit == FigureUnit.PERCENT else f"{value:,} {sign}"


@dataclass(frozen=True, slots=True)
class PartFace:
    """A part above or below the line: its number, its words, its rows."""

    number: int
    told: str
    url: str


def parts(asking: Asking, value: FigureValue) -> list[PartFace]:
    """The numbers that a value is made of, above the line first; none for a plain count."""
    figure = value.figure
    if figure.how == How.COUNT:
        return []
    found = []
    for name, number in (
        (PartName.NUMERATOR, value.numerator),
        (PartName.DENOMINATOR, value.denominator),
    ):
        part = figure.numerator if name == PartName.NUMERATOR else figure.denominator
        if part is not None and number is not None:
            url = asking.url("rows", figure, part=name) if figure.part(name) else "#evenings"
            found.append(PartFace(number, str(part.told), url))
    return found


# --- The list -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TileFace:
    """One figure in the list, with a small line of its months."""

    figure: Figure
    value: FigureValue
    number: str
    parts: Sequence[PartFace]
    points: str
    url: str
    note: str


def tile(asking: Asking, one: Tile) -> TileFace:
    """One figure in the list."""
    value = one.value
    figure = value.figure
    is_standing = figure.period == PeriodRule.STANDING
    return TileFace(
        figure=figure,
        value=value,
        number=cn_number(value.value),
        parts=parts(asking, value),
        points=_small_line([number for _month, number in one.months]),
        url=asking.url(
            "figure",
            figure,
            **({"period": None, "on_from": None, "on_to": None} if is_standing else {}),
        ),
        note=_("统计时刻的存量") if is_standing else "",
    )


def _small_line(values: Sequence[Decimal | None]) -> str:
    """Points on a canvas of 100 × 24, the lowest at the foot; nothing for fewer than two values."""
    known = [(n, number) for n, number in enumerate(values) if number is not None]
    if len(known) < 2:  # noqa: PLR2004 - two points make a line
        return ""
    low = min(number for _, number in known)
    height = max(number for _, number in known) - low or Decimal(1)
    step = Decimal(98) / (len(values) - 1)
    return " ".join(
        f"{1 + n * step:.1f},{22 - (number - low) * 20 / height:.1f}" for n, number in known
    )


# --- Months -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MonthFace:
    """One month in the table behind the line."""

    month: str
    number: str
    url: str


@dataclass(frozen=True, slots=True)
class Course:
    """A figure through the months: the drawing, what it says, the table behind it."""

    line: drawing.Trend | None
    caption: str
    label: str
    months: Sequence[MonthFace]


def course(asking: Asking, value: FigureValue, months: Months) -> Course:
    """The last twelve months of a figure."""
    figure = value.figure
    known = [(month, number) for month, number in months if number is not None]
    last = told(known[-1][1], figure) if known else ""
    line = drawing.trend(
        [(_("%(n)s月") % {"n": int(month[5:])}, number) for month, number in months],
        last_words=last,
    )
    sign = {"sign": figure.unit.label}
    caption = _("近 12 个月，%(sign)s") % sign
    if figure.history:
        caption = _("近 12 个月月末，%(sign)s") % sign
    label = ""
    if known:
        label = _("%(name)s：%(first)s %(from)s，%(last)s %(to)s；下有数据表") % {
            "name": figure.name,
            "first": known[0][0],
            "from": told(known[0][1], figure),
            "last": known[-1][0],
            "to": last,
        }
    return Course(line, caption, label, [_month(asking, figure, *one) for one in months])


def _month(asking: Asking, figure: Figure, month: str, number: Decimal | None) -> MonthFace:
    first = date.fromisoformat(f"{month}-01")
    after = later_month(first, 1)
    changes: dict[str, Any] = {"period": None, "on_from": first, "on_to": after - timedelta(days=1)}
    if figure.history:
        end = min(city_midnight(after), asking.question.as_of)
        changes = {"period": Preset.ALL, "on_from": None, "on_to": None, "as_of": end.isoformat()}
    return MonthFace(month, told(number, figure), asking.url("figure", figure, **changes))


# --- The table of parts -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineFace:
    """One line of the table, with the addresses of its numbers."""

    line: Line
    number: str
    moved: str
    way: str
    width: str
    """How long a bar from nothing is, of 100."""
    url: str
    rows_url: str
    above_url: str
    below_url: str
    missing_url: str


@dataclass(frozen=True, slots=True)
class Table:
    """The figure told apart, ready to be written."""

    by: str
    name: str
    choices: Sequence[tuple[str, str, bool]]
    lines: Sequence[LineFace]
    whole: LineFace
    middle: Decimal
    is_relative: bool
    has_behind: bool
    hidden: int
    earlier_words: str


def table(asking: Asking, found: Breakdown, by: str, *, show_all: bool) -> Table:
    """The lines with their addresses; of very many only the first, unless all are asked for."""
    figure = found.whole.value.figure
    lines = found.lines if show_all else found.lines[:MOST_LINES]
    dimensions = registry.fact(figure.fact).dimensions
    return Table(
        by=found.by,
        name=found.name,
        choices=[(one, str(dimensions[one].name), one == by) for one in BREAKDOWNS],
        lines=[_line(asking, found, line, is_part=True) for line in lines],
        whole=_line(asking, found, found.whole, is_part=False),
        middle=found.middle,
        is_relative=figure.how in {How.RATE, How.MEDIAN},
        has_behind=any(line.is_behind for line in found.lines),
        hidden=len(found.lines) - len(lines),
        earlier_words=found.earlier_words if _has_moved(found) else "",
    )


def _has_moved(found: Breakdown) -> bool:
    """Whether there is anything to compare with."""
    return any(line.moved is not None for line in [found.whole, *found.lines])


def _line(asking: Asking, found: Breakdown, line: Line, *, is_part: bool) -> LineFace:
    value = line.value
    figure = value.figure
    within = {"by": value.by, "key": value.key} if is_part else {}

    def rows(name: str) -> str:
        return asking.url("rows", figure, part=name, **within) if figure.part(name) else ""

    main = PartName.MISSING if figure.how == How.CLEAR_DAYS else PartName.NUMERATOR
    moved = line.moved
    return LineFace(
        line=line,
        number=told(value.value, figure),
        moved="" if moved is None else f"{abs(moved):,}" if moved else str(_("持平")),
        way="" if moved is None else "up" if moved > 0 else "down" if moved < 0 else "same",
        width=f"{(value.value or 0) * 100 / line.reach:.2f}" if line.reach else "0",
        url=_narrower(asking, figure, found.by, value.key) if is_part else "",
        rows_url=rows(main),
        above_url=rows(PartName.NUMERATOR),
        below_url=rows(PartName.DENOMINATOR),
        missing_url=rows(PartName.MISSING),
    )


def _narrower(asking: Asking, figure: Figure, by: str, key: str) -> str:
    """The page of the same figure for one part; none for what has no code of its own level."""
    signs = registry.fact(figure.fact).dimensions[by].signs
    if not key or len(key) < signs:
        return ""
    name = registry.AREA if by in registry.AREA_LEVELS else by
    return asking.url("figure", figure, **{name: key})


# --- The rows behind ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TabFace:
    """One part of the rows, as a tab."""

    label: str
    rows: int
    url: str
    is_chosen: bool


def row_tabs(
    asking: Asking, value: FigureValue, found: Sequence[Tab], *, chosen: str
) -> list[TabFace]:
    """The parts of the rows behind a figure."""
    return [
        TabFace(
            tab.label,
            tab.rows,
            asking.url("rows", value.figure, part=tab.name),
            tab.name == chosen,
        )
        for tab in found
    ]


def within_words(asking: Asking, figure: Figure) -> str:
    """Of which part of the whole the rows are."""
    if asking.question.within is None:
        return ""
    by, key = asking.question.within
    dimension = registry.fact(figure.fact).dimensions.get(by)
    if dimension is None:
        return ""
    return str(dimension.labels([key]).get(key, key) if key else dimension.nobody)


@dataclass(frozen=True, slots=True)
class EveningFace:
    """One day behind a figure of clear days."""

    day: str
    rows: int
    url: str


def evening_rows(asking: Asking, figure: Figure) -> list[EveningFace]:
    """The latest days, each with how many cases were overdue at its end."""
    standing = next((one for one in registry.all_figures() if one.history == figure.fact), None)
    found = []
    for one in queries.evenings(figure, asking.question)[:MOST_EVENINGS]:
        url = ""
        if standing:
            changes = {"period": Preset.ALL, "on_from": None, "on_to": None}
            url = asking.url("rows", standing, as_of=one.end.isoformat(), **changes)
        found.append(EveningFace(full_date(one.day), one.rows, url))
    return found
