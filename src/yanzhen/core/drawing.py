"""The geometry of the small drawings: a trend, a bar from a middle line, a clock on its working days.

Everything here is pure arithmetic on a fixed canvas; templates write the numbers into SVG
attributes, so that a strict content policy holds and a printer sees the same.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import ceil, floor, log10
from typing import Literal

from yanzhen.core.words import here, weekday

Number = Decimal | float


# --- a trend ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TrendTick:
    """A line across the drawing, or a word under it, and where it stands."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Trend:
    """A line through points on a canvas of 470 × 112."""

    points: str
    levels: tuple[TrendTick, ...]
    labels: tuple[TrendTick, ...]
    last_x: float
    last_y: float
    last_words: str


LEFT, RIGHT, TOP, FLOOR = 28.0, 398.0, 10.0, 84.0
_MOST_STEPS = 3


def trend(values: Sequence[tuple[str, Number | None]], *, last_words: str) -> Trend | None:
    """Place `(label, value)` pairs from left to right; gaps stay gaps in time but not in the line.

    The levels are round numbers that frame the values. Fewer than two values make no trend: `None`.
    """
    known = [(n, float(value)) for n, (_, value) in enumerate(values) if value is not None]
    if len(known) < 2:  # noqa: PLR2004 - two points make a line
        return None
    low, high, step = _levels(min(v for _, v in known), max(v for _, v in known))

    def x(n: int) -> float:
        return round(LEFT + (RIGHT - LEFT) * n / (len(values) - 1), 1)

    def y(value: float) -> float:
        return round(FLOOR - (FLOOR - TOP) * (value - low) / (high - low), 1)

    levels = []
    level = low
    while level <= high + step / 1e6:
        levels.append(TrendTick(y(level), f"{level:,.10g}"))
        level += step
    every = max(1, -(-(len(values) - 1) // 4))
    shown = sorted(range(len(values) - 1, -1, -every))
    return Trend(
        points=" ".join(f"{x(n)},{y(value)}" for n, value in known),
        levels=tuple(levels),
        labels=tuple(TrendTick(x(n), values[n][0]) for n in shown),
        last_x=x(known[-1][0]),
        last_y=y(known[-1][1]),
        last_words=last_words,
    )


def _levels(low: float, high: float) -> tuple[float, float, float]:
    """Round levels below and above the values, at most `_MOST_STEPS` steps apart."""
    if low == high:
        high = low + (abs(low) / 2 or 1.0)
    step = 10.0 ** (floor(log10(high - low)) - 1)
    while True:
        for one in (step, 2 * step, 5 * step):
            bottom, top = one * floor(low / one), one * ceil(high / one)
            if top > bottom and round((top - bottom) / one) <= _MOST_STEPS:
                return bottom, top, one
        step *= 10


# --- a bar from a middle line -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar on a canvas 100 wide whose middle line is at 50."""

    x: float
    width: float


def bar_from(value: Number, middle: Number, reach: Number) -> Bar:
    """Draw how far `value` lies from `middle`, where `reach` is the farthest of the table."""
    if not reach:
        return Bar(50.0, 0.0)
    width = min(50.0, abs(float(value - middle)) / float(reach) * 50)  # type: ignore[operator]
    return Bar(round(50.0 if value >= middle else 50.0 - width, 2), round(width, 2))


# --- a clock on its working days ----------------------------------------------------------------

SpanTone = Literal["run", "hold", "late", "check"]
MarkKind = Literal["event", "due", "old", "now", "white", "yellow", "red"]


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in which the clock may run: one working day, morning to evening."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class ClockSpan:
    """Time in one standing: running, paused, late, or under verification."""

    start: datetime
    end: datetime
    tone: SpanTone
    words: str = ""


@dataclass(frozen=True, slots=True)
class ClockMark:
    """A moment with its words: a deed, a due time, the due time that was, a slip, now."""

    at: datetime
    kind: MarkKind
    words: str


@dataclass(frozen=True, slots=True)
class PlacedDay:
    """A working day on the canvas; `line` is the rule under it."""

    x: float
    width: float
    line: float
    words: str
    today: bool


@dataclass(frozen=True, slots=True)
class PlacedSpan:
    """A span on the canvas, with its words only where they fit."""

    x: float
    width: float
    tone: SpanTone
    words: str
    middle: float


@dataclass(frozen=True, slots=True)
class PlacedMark:
    """A mark on the canvas; `row` 0 is next to the bar, 1 one line further, -1 without words."""

    x: float
    left: float
    kind: MarkKind
    words: str
    row: int
    anchor: Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class ClockPicture:
    """The clock of one case, drawn on its working days on a canvas 1048 wide."""

    days: tuple[PlacedDay, ...]
    spans: tuple[PlacedSpan, ...]
    below: tuple[PlacedMark, ...]
    above: tuple[PlacedMark, ...]
    label: str

    @property
    def drop(self) -> int:
        """How far the days move down to make room for a second row of words."""
        return 15 if any(mark.row > 0 for mark in self.below) else 0

    @property
    def height(self) -> int:
        return 112 + self.drop


CANVAS_LEFT, CANVAS_RIGHT = 8.0, 1040.0
_DAY_WORDS_WIDTH = 96.0
_SLIP_WIDTH = 46.0
_WIDTHS = {" ": 3.4, ":": 3.6, "-": 4.6}
_LAST_NARROW = 0x2E7F
_SLIPS = frozenset({"white", "yellow", "red"})
_BELOW = frozenset({"event", "due", "old"})


class _Scale:
    """Maps moments to x; time outside every window takes no room."""

    def __init__(self, windows: Sequence[Window]) -> None:
        self.windows = windows
        self.opens = [window.opens for window in windows]
        self.lengths = [(window.closes - window.opens).total_seconds() for window in windows]
        self.before = [0.0]
        for length in self.lengths:
            self.before.append(self.before[-1] + length)

    def x(self, at: datetime) -> float:
        n = bisect_right(self.opens, at) - 1
        if n < 0:
            return CANVAS_LEFT
        into = min((at - self.opens[n]).total_seconds(), self.lengths[n])
        share = (self.before[n] + into) / self.before[-1]
        return round(CANVAS_LEFT + (CANVAS_RIGHT - CANVAS_LEFT) * share, 1)


def clock_picture(
    *,
    windows: Sequence[Window],
    spans: Sequence[ClockSpan],
    marks: Sequence[ClockMark],
    now: datetime,
    label: str,
) -> ClockPicture:
    """Lay out a clock: working days side by side, spans on them, words where they do not collide.

    `windows` are the working days from the first to the last moment shown, in order.
    Raises `ValueError` without any.
    """
    if not windows:
        msg = "a clock needs at least one working day to be drawn on"
        raise ValueError(msg)
    scale = _Scale(windows)
    below = [mark for mark in marks if mark.kind in _BELOW]
    above = [mark for mark in marks if mark.kind not in _BELOW]
    return ClockPicture(
        days=_place_days(scale, windows, now),
        spans=tuple(_place_span(scale, span) for span in spans),
        below=_place_marks(scale, below, rows=2),
        above=_place_marks(scale, above, rows=1),
        label=label,
    )


def _place_days(scale: _Scale, windows: Sequence[Window], now: datetime) -> tuple[PlacedDay, ...]:
    days: list[PlacedDay] = []
    free_from = CANVAS_LEFT
    today = here(now).date()
    for window in windows:
        on = here(window.opens).date()
        x, end = scale.x(window.opens), scale.x(window.closes)
        words = ""
        if x >= free_from:
            words = f"{on:%m-%d} {weekday(on)}"
            free_from = x + _DAY_WORDS_WIDTH
        width = end - x
        days.append(
            PlacedDay(
                x, round(max(1.0, width - 1), 1), round(max(1.0, width - 8), 1), words, on == today
            )
        )
    return tuple(days)


def _place_span(scale: _Scale, span: ClockSpan) -> PlacedSpan:
    x, end = scale.x(span.start), scale.x(span.end)
    width = round(end - x, 1)
    words = span.words if _width(span.words) + 8 <= width else ""
    return PlacedSpan(x, width, span.tone, words, round(x + width / 2, 1))


def _place_marks(scale: _Scale, marks: Sequence[ClockMark], *, rows: int) -> tuple[PlacedMark, ...]:
    """Give each mark the first row where its words are free; due times and now go first."""
    taken: list[list[tuple[float, float]]] = [[] for _ in range(rows)]
    placed: list[tuple[int, PlacedMark]] = []
    weight = {"now": 0, "due": 1, "red": 2, "yellow": 2, "white": 2, "event": 3, "old": 4}
    order = sorted(range(len(marks)), key=lambda n: (weight[marks[n].kind], n))
    for n in order:
        mark = marks[n]
        x = scale.x(mark.at)
        width = _width(mark.words) + (_SLIP_WIDTH if mark.kind in _SLIPS else 0)
        anchor = _anchor(mark.kind, x, width)
        left = {"start": x, "middle": x - width / 2, "end": x - width}[anchor]
        row = -1
        for candidate, others in enumerate(taken):
            if all(left >= end + 8 or left + width <= start - 8 for start, end in others):
                others.append((left, left + width))
                row = candidate
                break
        placed.append(
            (
                n,
                PlacedMark(
                    x, round(left, 1), mark.kind, mark.words if row >= 0 else "", row, anchor
                ),
            )
        )
    return tuple(mark for _, mark in sorted(placed, key=lambda pair: pair[0]))


def _anchor(kind: MarkKind, x: float, width: float) -> Literal["start", "middle", "end"]:
    if x + width > CANVAS_RIGHT:
        return "end"
    return "middle" if kind in {"now", "old"} and x - width / 2 > CANVAS_LEFT else "start"


def _width(words: str) -> float:
    """About how wide the words are at 12 px: a Chinese character is square, a digit half of it."""
    return sum(_WIDTHS.get(one, 12.0 if ord(one) > _LAST_NARROW else 6.8) for one in words)
