"""What somebody with a pencil would note of each case, and what he would reckon from it.

Nothing here asks the product for a status or a count: a deed is noted as the glossary defines
it, and the figures are added up from the notes in plain Python.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from yanzhen.core.time import city_day, city_midnight

IN_HAND = {"dispatched", "acknowledged", "rework", "submitted", "verified"}
WAITING = {"submitted", "verified"}
NOT_COUNTED = {"reported", "declined", "merged"}
TWO_PLACES = Decimal("0.01")


@dataclass(frozen=True)
class Note:
    """How a case stands from `at` on."""

    at: datetime
    status: str
    due_at: datetime | None = None
    submitted_at: datetime | None = None
    closed_at: datetime | None = None
    reworks: int = 0
    submissions: int = 0
    returns: int = 0


@dataclass
class Page:
    """The notes of one case."""

    number: str
    area: str
    notes: list[Note] = field(default_factory=list)
    filed_at: datetime | None = None
    recurs: bool = False

    @property
    def last(self) -> Note:
        return self.notes[-1]

    def write(self, at: datetime, **changes: object) -> None:
        """Note that something happened."""
        before = self.last if self.notes else Note(at, "reported")
        self.notes.append(replace(before, at=at, **changes))  # type: ignore[arg-type]  # fields of a note

    def at(self, moment: datetime) -> Note | None:
        """How the case stood at a moment, if it was known then."""
        stood = [note for note in self.notes if note.at <= moment]
        return stood[-1] if stood else None


Reckoned = tuple[str | None, int | None, int | None]
"""Value, numerator, denominator."""


def reckon(
    pages: Iterable[Page],
    *,
    as_of: datetime,
    area: str = "",
    from_on: date | None = None,
    to_on: date | None = None,
) -> dict[str, Reckoned]:
    """Reckon every figure of the loop."""
    pages = [page for page in pages if page.area.startswith(area) and page.filed_at is not None]
    counted = [
        (page, note)
        for page in pages
        if page.filed_at is not None
        and page.filed_at <= as_of
        and (from_on is None or city_day(page.filed_at) >= from_on)
        and (to_on is None or city_day(page.filed_at) <= to_on)
        and (note := page.at(as_of)) is not None
        and note.status not in NOT_COUNTED
    ]
    standing = [
        note
        for page in pages
        if (note := page.at(as_of)) is not None and note.status not in NOT_COUNTED
    ]
    closed = [(page, note) for page, note in counted if note.status == "closed"]
    judged = [
        note
        for _page, note in counted
        if note.status == "closed" or (note.status in IN_HAND and _is_past(note.due_at, as_of))
    ]
    on_time = [
        note
        for note in judged
        if note.submitted_at is not None
        and note.due_at is not None
        and note.submitted_at <= note.due_at
        and (note.status == "closed" or note.status in WAITING)
    ]
    reworks = sum(note.reworks for _page, note in counted)
    submissions = sum(note.submissions for _page, note in counted)
    recurring = sum(page.recurs for page, _note in counted)
    returns = sum(note.returns for _page, note in counted)
    overdue = sum(_is_overdue(note, as_of) for note in standing)
    clear, days = _clear_days(pages, as_of=as_of, from_on=from_on, to_on=to_on)
    return {
        "cases_found": _count(len(counted)),
        "cases_rectified": _count(len(closed)),
        "rectification_rate": _rate(len(closed), len(counted)),
        "on_time_rate": _rate(len(on_time), len(judged)),
        "rework_rate": _rate(reworks, submissions),
        "recurrence_rate": _rate(recurring, len(counted)),
        "return_count": _count(returns),
        "overdue_open": _count(overdue),
        "median_days_to_close": _median(
            [
                note.closed_at - page.filed_at
                for page, note in closed
                if note.closed_at is not None and page.filed_at is not None
            ]
        ),
        "zero_overdue_days": (str(clear), clear, days),
    }


def _is_past(due_at: datetime | None, moment: datetime) -> bool:
    return due_at is not None and due_at < moment


def _is_overdue(note: Note, moment: datetime) -> bool:
    if note.status not in IN_HAND or not _is_past(note.due_at, moment):
        return False
    if note.status not in WAITING:
        return True
    return (
        note.submitted_at is not None
        and note.due_at is not None
        and note.submitted_at > note.due_at
    )


def _clear_days(
    pages: list[Page], *, as_of: datetime, from_on: date | None, to_on: date | None
) -> tuple[int, int]:
    filed = [page.filed_at for page in pages if page.filed_at is not None]
    if not filed and from_on is None:
        return 0, 0
    first = from_on or city_day(min(filed))
    last = min(to_on or city_day(as_of), city_day(as_of))
    clear = days = 0
    day = first
    while day <= last:
        end = min(city_midnight(day + timedelta(days=1)), as_of)
        notes = (page.at(end) for page in pages)
        days += 1
        clear += not any(note is not None and _is_overdue(note, end) for note in notes)
        day += timedelta(days=1)
    return clear, days


def _count(number: int) -> Reckoned:
    return str(number), number, None


def _rate(part: int, whole: int) -> Reckoned:
    if not whole:
        return None, part, whole
    share = (Decimal(part) * 100 / Decimal(whole)).quantize(TWO_PLACES, ROUND_HALF_UP)
    return str(share), part, whole


def _median(spans: list[timedelta]) -> Reckoned:
    if not spans:
        return None, None, 0
    micros = sorted(span // timedelta(microseconds=1) for span in spans)
    half = len(micros) // 2
    both = micros[half] * 2 if len(micros) % 2 else micros[half - 1] + micros[half]
    days = Decimal(both) / 2 / (24 * 3600 * 1_000_000)
    return str(days.quantize(TWO_PLACES, ROUND_HALF_UP)), None, len(spans)
