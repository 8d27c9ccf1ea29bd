"""The clock of one case as a picture over its working days: running, late, held, being checked."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from itertools import pairwise

from django.utils.translation import gettext as _

from yanzhen.cases import clock, rulebook
from yanzhen.cases.enums import OPEN, WITH_THE_UNIT, CaseStatus, Hours
from yanzhen.cases.models import Case, CaseSpan, Extension
from yanzhen.cases.rulebook import RuleBook
from yanzhen.core.clockface import ClockFace
from yanzhen.core.drawing import (
    ClockMark,
    ClockPicture,
    ClockSpan,
    SpanTone,
    Window,
    clock_picture,
)
from yanzhen.core.time import city_day
from yanzhen.core.words import full_date

MOST_DAYS, DAYS_BEFORE = 30, 20
"""More working days are too narrow to be told apart: so many are drawn, so many before now."""

A_MINUTE = timedelta(minutes=1)

_CHECKED = {CaseStatus.SUBMITTED, CaseStatus.VERIFIED}


@dataclass(frozen=True)
class ClockStory:
    """What the clock says, in what time the work was to be done, and the picture of it."""

    face: ClockFace | None
    told: str
    picture: ClockPicture | None


def clock_story(case: Case, *, now: datetime) -> ClockStory:
    """The clock of a case from its last hand-over on; no picture where it was never handed over."""
    book = rulebook.current()
    face = clock.clock_face(case, now=now, book=book, exact=True)
    if case.dispatched_at is None:
        return ClockStory(face, "", None)
    spans = list(
        CaseSpan.objects.filter(case=case, at__gte=case.dispatched_at).order_by("at", "number")
    )
    end = spans[-1].at if case.status not in OPEN else now
    stretches = list(_stretches(book, Hours(case.hours), spans, end))
    marks = _marks(case, spans, now)
    days = _chosen(list(_windows(book, Hours(case.hours), case, [*stretches, *marks])), end)
    picture = None
    if days:
        opens, closes = days[0].opens, days[-1].closes
        picture = clock_picture(
            windows=days,
            spans=[one for one in stretches if one.end > opens],
            marks=[one for one in marks if opens <= one.at <= closes],
            now=now,
            label=face.words if face else "",
        )
    return ClockStory(face, _told(book, case, stretches, now), picture)


def _stretches(
    book: RuleBook, hours: Hours, spans: list[CaseSpan], end: datetime
) -> Iterator[ClockSpan]:
    """How the clock ran from span to span; neighbours of one tone are one stretch."""
    open_one: ClockSpan | None = None
    for piece in _pieces(spans, end):
        if open_one and open_one.tone == piece.tone and open_one.end == piece.start:
            open_one = ClockSpan(open_one.start, piece.end, piece.tone)
            continue
        if open_one:
            yield _said(book, hours, open_one)
        open_one = piece
    if open_one:
        yield _said(book, hours, open_one)


def _pieces(spans: list[CaseSpan], end: datetime) -> Iterator[ClockSpan]:
    for one in spans:
        until = min(one.until or end, end)
        if until <= one.at:
            continue
        if one.status in WITH_THE_UNIT and one.due_at:
            turn = min(max(one.due_at, one.at), until)
            if one.at < turn:
                yield ClockSpan(one.at, turn, "run")
            if turn < until:
                yield ClockSpan(turn, until, "late")
        elif one.status == CaseStatus.PARKED:
            yield ClockSpan(one.at, until, "hold")
        elif one.status in _CHECKED:
            yield ClockSpan(one.at, until, "check")


def _said(book: RuleBook, hours: Hours, stretch: ClockSpan) -> ClockSpan:
    names: dict[SpanTone, str] = {
        "run": _("整改 %(span)s"),
        "late": _("超期 %(span)s"),
        "hold": _("停钟"),
        "check": _("核查"),
    }
    time = clock.time_between(book, hours, stretch.start, stretch.end)
    words = names[stretch.tone] % {"span": clock.length(book, hours, time)}
    return ClockSpan(stretch.start, stretch.end, stretch.tone, words)


def _marks(case: Case, spans: list[CaseSpan], now: datetime) -> list[ClockMark]:
    marks = [ClockMark(spans[0].at, "event", _("交办"))]
    for before, one in pairwise(spans):
        if one.acknowledged_at and not before.acknowledged_at:
            marks.append(ClockMark(one.at, "event", _("签收")))
        elif one.submission_count > before.submission_count:
            marks.append(ClockMark(one.at, "event", _("反馈")))
        elif one.rework_count > before.rework_count:
            marks.append(ClockMark(one.at, "event", _("返工")))
        elif one.closed_at and not before.closed_at:
            marks.append(ClockMark(one.at, "event", _("销号")))
    extended = Extension.objects.filter(
        case=case, new_due_at__isnull=False, decided_at__gte=case.dispatched_at
    ).order_by("decided_at", "pk")
    marks += [ClockMark(one.old_due_at, "old", _("原时限")) for one in extended]
    if case.due_at:
        marks.append(ClockMark(case.due_at, "due", _("时限 %(at)s") % {"at": _hour(case.due_at)}))
    if case.verify_due_at:
        words = _("核查时限 %(at)s") % {"at": _hour(case.verify_due_at)}
        marks.append(ClockMark(case.verify_due_at, "due", words))
    if case.status in OPEN:
        marks.append(ClockMark(now, "now", _("现在")))
    return marks


def _hour(at: datetime) -> str:
    return full_date(at)[-5:]


def _windows(
    book: RuleBook, hours: Hours, case: Case, shown: Iterable[ClockSpan | ClockMark]
) -> Iterator[Window]:
    """The days in which the clock may run, from the hand-over to the last thing shown."""
    calendar = book.calendar
    ends = [one.end if isinstance(one, ClockSpan) else one.at for one in shown]
    day = city_day(case.dispatched_at) if case.dispatched_at else date.max
    last = city_day(max(ends))
    while day <= last:
        midnight = datetime.combine(day, clock_time.min)
        if hours == Hours.CALENDAR:
            opens, closes = midnight, midnight + timedelta(days=1)
        else:
            opens = midnight + timedelta(microseconds=calendar.hours[0].start)
            closes = midnight + timedelta(microseconds=calendar.hours[-1].end)
        if hours == Hours.CALENDAR or calendar.is_working_day(day):
            yield Window(opens.replace(tzinfo=calendar.zone), closes.replace(tzinfo=calendar.zone))
        day += timedelta(days=1)


def _chosen(days: list[Window], end: datetime) -> list[Window]:
    """The days that are drawn, where there are too many: those around `end`."""
    if len(days) <= MOST_DAYS:
        return days
    past = sum(day.opens <= end for day in days)
    first = min(max(0, past - DAYS_BEFORE), len(days) - MOST_DAYS)
    return days[first : first + MOST_DAYS]


def _told(book: RuleBook, case: Case, stretches: list[ClockSpan], now: datetime) -> str:
    """The limit, what was used of it, and what did not count."""
    if case.due_at is None or case.clock_from_at is None:
        return ""
    hours = Hours(case.hours)
    limit = clock.time_between(book, hours, case.clock_from_at, case.due_at)
    used = clock.time_between(book, hours, case.clock_from_at, case.submitted_at or now)
    held = sum(
        (
            clock.time_between(book, hours, one.start, one.end)
            for one in stretches
            if one.tone == "hold"
        ),
        timedelta(),
    )
    if limit < A_MINUTE:
        return _("时限 %(due)s，其间没有%(kind)s。") % {
            "due": full_date(case.due_at),
            "kind": hours.label,
        }
    facts = {
        "limit": clock.length(book, hours, limit, exact=True),
        "used": clock.length(book, hours, used, exact=True),
        "held": clock.length(book, hours, held, exact=True),
        "kind": hours.label,
    }
    if held:
        return _("按%(kind)s计，限 %(limit)s，已用 %(used)s；停钟 %(held)s不计。") % facts
    return _("按%(kind)s计，限 %(limit)s，已用 %(used)s。") % facts
