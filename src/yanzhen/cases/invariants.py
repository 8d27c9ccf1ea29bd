"""What must always hold of cases: the row, its spans and all that hangs on it are what was told.

The record is read again from its first event, and nothing of how it was written is used: only
what the events say, and the table of moves. The first thing that does not fit is named.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from yanzhen.cases.enums import MOVES, CaseStatus, Decision, Ending, MoveName
from yanzhen.cases.hold import searched_text
from yanzhen.cases.loop import FOUND_AGAIN, JOINED, LAPSED, PHOTOS_ADDED, digest_of_words
from yanzhen.cases.models import (
    STANDING_FIELDS,
    Assignment,
    Case,
    CasePhoto,
    CaseSpan,
    CaseWords,
    Extension,
    NumberSeries,
    Pause,
    SupportPart,
)
from yanzhen.cases.numbers import DIGITS, number_of
from yanzhen.core.scope import prefix_range
from yanzhen.core.text import gram_text
from yanzhen.events.chain import instant
from yanzhen.events.models import Event

BATCH = 500
Row = TypeVar("Row", bound=models.Model)

_KINDS = {move.event: move for move in MOVES.values()}
_COUNTERS = {
    MOVES[MoveName.RETURN].event: "return_count",
    MOVES[MoveName.FAIL].event: "rework_count",
    MOVES[MoveName.SUBMIT].event: "submission_count",
    MOVES[MoveName.GRANT_EXTENSION].event: "extension_count",
}
_KNOWN = ("source", "source_number", "category", "severity", "site", "area")
"""What the first event says of a case, beside a digest of its words."""
_TIMES = {
    "due_at",
    "acknowledged_at",
    "submitted_at",
    "verified_at",
    "closed_at",
}


@dataclass(frozen=True)
class Fault:
    """Something that does not fit, and where."""

    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}：{self.reason}"


class Misfit(Exception):
    """Two things that should be the same are not; the text says which."""


def look_through(progress: Callable[[int], None] | None = None) -> Iterator[Fault]:
    """Every case that is not what its events tell, by its key; then every gap in the numbers."""
    last, done = 0, 0
    every = Case.objects.select_related("merged_into").order_by("pk")
    while cases := list(every.filter(pk__gt=last)[:BATCH]):
        for case, reason in _misfits(cases):
            # Somebody may have made a move between our questions: look again while it is held.
            with transaction.atomic():
                again = _misfits(list(Case.objects.locked().filter(pk=case.pk)))
                yield from (Fault(case.number, reason) for case, reason in again)
        last, done = cases[-1].pk, done + len(cases)
        if progress is not None:
            progress(done)
    yield from _gaps()


def _misfits(cases: list[Case]) -> list[tuple[Case, str]]:
    books = _read(cases)
    found: list[tuple[Case, str]] = []
    for case in cases:
        try:
            _check(case, books[case.pk])
        except Misfit as misfit:
            found.append((case, str(misfit)))
        except (LookupError, TypeError, ValueError):
            found.append((case, _("有一条事件的内容读不通")))
    return found


@dataclass
class _Books:
    """All that is kept of one case beside its row."""

    events: list[Event] = field(default_factory=list)
    spans: list[CaseSpan] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    parts: list[SupportPart] = field(default_factory=list)
    photos: list[CasePhoto] = field(default_factory=list)
    words: list[CaseWords] = field(default_factory=list)


def _read(cases: Iterable[Case]) -> dict[int, _Books]:
    keys = [case.pk for case in cases]
    books: dict[int, _Books] = defaultdict(_Books)
    for event in Event.objects.filter(subject_kind="case", subject_id__in=keys).order_by("number"):
        books[event.subject_id].events.append(event)
    for span in CaseSpan.objects.filter(case__in=keys).order_by("number"):
        books[span.case_id].spans.append(span)
    for assignment in Assignment.objects.filter(case__in=keys).order_by("dispatched_at", "pk"):
        books[assignment.case_id].assignments.append(assignment)
    for extension in Extension.objects.filter(case__in=keys).order_by("asked_at", "pk"):
        books[extension.case_id].extensions.append(extension)
    for pause in Pause.objects.filter(case__in=keys).order_by("from_at", "pk"):
        books[pause.case_id].pauses.append(pause)
    for part in SupportPart.objects.filter(case__in=keys).order_by("asked_at", "pk"):
        books[part.case_id].parts.append(part)
    for photo in CasePhoto.objects.filter(case__in=keys).select_related("photo").order_by("pk"):
        books[photo.case_id].photos.append(photo)
    for words in CaseWords.objects.filter(case__in=keys).order_by("pk"):
        books[words.case_id].words.append(words)
    return books


# --- What the events tell -----------------------------------------------------------------------


@dataclass
class _Told:
    """A case as its events tell of it, up to one of them."""

    standing: dict[str, Any] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTERS.values(), 0))
    spans: list[tuple[int, datetime, dict[str, Any]]] = field(default_factory=list)
    holds: list[list[Any]] = field(default_factory=list)
    extensions: list[list[Any]] = field(default_factory=list)
    pauses: list[list[Any]] = field(default_factory=list)
    parts: dict[str, list[Any]] = field(default_factory=dict)
    photos: dict[int, list[str]] = field(default_factory=dict)
    joined: list[str] = field(default_factory=list)
    into: str | None = None
    filed_at: datetime | None = None

    @property
    def status(self) -> CaseStatus | None:
        return CaseStatus(self.standing["status"]) if self.standing else None


def _check(case: Case, books: _Books) -> None:
    told = _Told()
    at: datetime | None = None
    if not books.events:
        raise Misfit(_("没有任何事件"))
    for event in books.events:
        if at is not None and event.at < at:
            raise Misfit(_("第 %(number)s 条事件的时间早于前一条") % {"number": event.number})
        at = event.at
        _follow(told, event)
    _compare_spans(told, books.spans)
    _compare_row(told, case)
    _compare_beside(told, books)
    if [words.grams for words in books.words] != [gram_text(searched_text(case))]:
        raise Misfit(_("检索用字与问题内容不符"))


def _follow(told: _Told, event: Event) -> None:
    facts, before = event.facts, dict(told.standing)
    where = {"number": event.number, "kind": event.kind}
    move = _KINDS.get(event.kind)
    if move is None and event.kind not in {LAPSED, JOINED, FOUND_AGAIN, PHOTOS_ADDED}:
        raise Misfit(_("第 %(number)s 条事件“%(kind)s”不认识") % where)
    if move is not None and told.status not in move.origins:
        raise Misfit(_("第 %(number)s 条事件“%(kind)s”不能从当时的状态开始") % where)
    for name, value in facts.get("set", {}).items():
        told.standing[name] = instant(value) if name in _TIMES and value else value
    if move is not None and move.to is not None and told.status != move.to:
        raise Misfit(_("第 %(number)s 条事件“%(kind)s”没有到应到的状态") % where)
    if event.kind in _COUNTERS:
        told.counts[_COUNTERS[event.kind]] += 1
    if any(told.standing[name] != count for name, count in told.counts.items()):
        raise Misfit(_("第 %(number)s 条事件后的次数与事件不符") % where)
    if told.standing != before:
        told.spans.append((event.number, event.at, dict(told.standing)))
    if facts.get("photos"):
        told.photos[event.number] = sorted(facts["photos"])
    if event.number == 1:
        told.known = {name: facts.get(name) for name in (*_KNOWN, "number", "about", "found_at")}
    _FOLLOW.get(event.kind, _nothing)(told, event, facts)


def _nothing(_told: _Told, _event: Event, _facts: dict[str, Any]) -> None:
    return


def _filed(told: _Told, event: Event, _facts: dict[str, Any]) -> None:
    told.filed_at = event.at


def _amended(told: _Told, _event: Event, facts: dict[str, Any]) -> None:
    for name, (_old, new) in facts["amended"].items():
        told.known[name.removesuffix("_id")] = new or None
    told.known["about"] = facts.get("about", told.known["about"])


def _handed_over(told: _Told, event: Event, _facts: dict[str, Any]) -> None:
    if told.status == CaseStatus.DISPATCHED:
        standing = told.standing
        first = [standing["unit_id"], event.actor_id, event.at, standing["due_at"]]
        told.holds.append([*first, None, None, ""])


def _ending(ending: Ending) -> Callable[[_Told, Event, dict[str, Any]], None]:
    def follow(told: _Told, event: Event, facts: dict[str, Any]) -> None:
        if told.holds and told.holds[-1][5] is None:
            told.holds[-1][5:] = [event.at, ending]
        if ending == Ending.TRANSFERRED:
            _handed_over(told, event, facts)
        if ending == Ending.MERGED:
            told.into = facts["into"]

    return follow


def _taken(told: _Told, event: Event, _facts: dict[str, Any]) -> None:
    told.holds[-1][4] = event.at


def _asked(told: _Told, event: Event, facts: dict[str, Any]) -> None:
    asked = [event.actor_id, event.at, facts.get("words", "")]
    wanted = instant(facts["wanted_due_at"])
    told.extensions.append([*asked, told.standing["due_at"], wanted, Decision.ASKED, None, None])


def _decided(decision: Decision) -> Callable[[_Told, Event, dict[str, Any]], None]:
    def follow(told: _Told, event: Event, _facts: dict[str, Any]) -> None:
        if not told.extensions or told.extensions[-1][5] != Decision.ASKED:
            raise Misfit(_("第 %(number)s 条事件批的延期没有申请过") % {"number": event.number})
        granted = told.standing["due_at"] if decision == Decision.GRANTED else None
        told.extensions[-1][5:] = [decision, event.at, granted]

    return follow


def _parked(told: _Told, event: Event, facts: dict[str, Any]) -> None:
    told.pauses.append([event.at, None, facts.get("words", "")])


def _unparked(told: _Told, event: Event, _facts: dict[str, Any]) -> None:
    told.pauses[-1][1] = event.at


def _support_asked(told: _Told, event: Event, facts: dict[str, Any]) -> None:
    told.parts[facts["unit"]] = [facts.get("words", ""), event.at, None, None, ""]


def _support_finished(told: _Told, event: Event, facts: dict[str, Any]) -> None:
    told.parts[facts["unit"]][2:] = [event.at, event.actor_id, facts.get("words", "")]


_FOLLOW: dict[str, Callable[[_Told, Event, dict[str, Any]], None]] = {
    MOVES[MoveName.FILE].event: _filed,
    MOVES[MoveName.AMEND].event: _amended,
    MOVES[MoveName.DISPATCH].event: _handed_over,
    MOVES[MoveName.REOPEN].event: _handed_over,
    MOVES[MoveName.ACKNOWLEDGE].event: _taken,
    MOVES[MoveName.RETURN].event: _ending(Ending.RETURNED),
    MOVES[MoveName.TRANSFER].event: _ending(Ending.TRANSFERRED),
    MOVES[MoveName.MERGE].event: _ending(Ending.MERGED),
    MOVES[MoveName.CLOSE].event: _ending(Ending.CLOSED),
    MOVES[MoveName.ASK_EXTENSION].event: _asked,
    MOVES[MoveName.GRANT_EXTENSION].event: _decided(Decision.GRANTED),
    MOVES[MoveName.REFUSE_EXTENSION].event: _decided(Decision.REFUSED),
    LAPSED: _decided(Decision.LAPSED),
    MOVES[MoveName.PARK].event: _parked,
    MOVES[MoveName.UNPARK].event: _unparked,
    MOVES[MoveName.ASK_SUPPORT].event: _support_asked,
    MOVES[MoveName.FINISH_SUPPORT].event: _support_finished,
}


# --- What is kept -------------------------------------------------------------------------------


def _compare_spans(told: _Told, spans: list[CaseSpan]) -> None:
    if len(spans) != len(told.spans):
        counts = {"spans": len(spans), "told": len(told.spans)}
        raise Misfit(_("状态记录有 %(spans)s 段，按事件应有 %(told)s 段") % counts)
    ends = [at for _number, at, _standing in told.spans[1:]]
    for span, (number, at, standing), until in zip(spans, told.spans, [*ends, None], strict=True):
        if (span.number, span.at, span.until) != (number, at, until):
            raise Misfit(_("第 %(number)s 段状态的起止与事件不符") % {"number": span.number})
        if _standing(span) != standing:
            raise Misfit(_("第 %(number)s 段状态与事件不符") % {"number": span.number})


def _compare_row(told: _Told, case: Case) -> None:
    if _standing(case) != told.standing:
        name = next(n for n in STANDING_FIELDS if getattr(case, n) != told.standing[n])
        raise Misfit(_("现状的“%(name)s”与事件不符") % {"name": _label(name)})
    for name in _KNOWN:
        column = f"{name}_id" if name in {"category", "site", "area"} else name
        if (getattr(case, column) or None) != told.known[name]:
            raise Misfit(_("“%(name)s”与事件不符") % {"name": _label(column)})
    if case.number != told.known["number"]:
        raise Misfit(_("编号与事件不符"))
    if case.found_at != instant(told.known["found_at"]) or case.filed_at != told.filed_at:
        raise Misfit(_("发现或立案时间与事件不符"))
    if digest_of_words(case) != told.known["about"]:
        raise Misfit(_("问题、说明或位置的文字被改动过"))
    merged = case.merged_into.number if case.merged_into else None
    if merged != told.into:
        raise Misfit(_("并入的问题与事件不符"))
    hold = told.holds[-1] if told.holds and told.holds[-1][5] is None else None
    is_over = told.status == CaseStatus.CLOSED
    if not is_over and case.dispatched_at != (hold[2] if hold else None):
        raise Misfit(_("交办时间与事件不符"))


def _compare_beside(told: _Told, books: _Books) -> None:
    kept: list[tuple[str, object, object]] = [
        (
            _("交办记录"),
            [
                [
                    row.unit_id,
                    row.dispatched_by_id,
                    row.dispatched_at,
                    row.first_due_at,
                    row.acknowledged_at,
                    row.ended_at,
                    row.ending,
                ]
                for row in books.assignments
            ],
            told.holds,
        ),
        (
            _("延期记录"),
            [
                [
                    row.asked_by_id,
                    row.asked_at,
                    row.reason,
                    row.old_due_at,
                    row.wanted_due_at,
                    row.decision,
                    row.decided_at,
                    row.new_due_at,
                ]
                for row in books.extensions
            ],
            told.extensions,
        ),
        (
            _("停钟记录"),
            [[row.from_at, row.to_at, row.reason] for row in books.pauses],
            told.pauses,
        ),
        (
            _("协办记录"),
            {
                row.unit_id: [
                    row.asked,
                    row.asked_at,
                    row.finished_at,
                    row.finished_by_id,
                    row.words,
                ]
                for row in books.parts
            },
            told.parts,
        ),
        (_("照片"), _photos(books.photos), told.photos),
    ]
    for what, rows, events in kept:
        if rows != events:
            raise Misfit(_("%(what)s与事件不符") % {"what": what})


def _photos(rows: list[CasePhoto]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row.event_number, []).append(row.photo.sha256)
    return {number: sorted(digests) for number, digests in found.items()}


def _standing(row: Case | CaseSpan) -> dict[str, Any]:
    return {name: getattr(row, name) for name in STANDING_FIELDS}


def _label(column: str) -> str:
    found = next(one for one in Case._meta.concrete_fields if one.attname == column)
    return str(found.verbose_name)


# --- Numbers ------------------------------------------------------------------------------------


def _gaps() -> Iterator[Fault]:
    """For each city and year the first number that was given out and is not there."""
    for series in NumberSeries.objects.order_by("prefix", "year"):
        low, high = prefix_range(f"{series.prefix}-{series.year}-")
        numbers = Case.objects.filter(number__gte=low, number__lt=high).order_by("number")
        there = bytearray(series.last + 1)
        for number in numbers.values_list("number", flat=True).iterator(10_000):
            digits = number.removeprefix(low)
            if not digits.isdecimal() or len(digits) < DIGITS:
                continue
            if int(digits) > series.last:
                yield Fault(number, _("编号超出了已发出的号"))
                break
            there[int(digits)] = 1
        for count in range(series.floor + 1, series.last + 1):
            if not there[count]:
                yield Fault(
                    number_of(series.prefix, series.year, count), _("这个号发出过，却没有这件问题")
                )
                break
