"""Writing many whole histories at once, by the same moves as the loop makes one by one.

Histories are lived in memory, a batch at a time, and each batch is written table by table. What
stands then in the database is what would stand there had every step been its own operation.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, islice

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from yanzhen.accounts.enums import Action
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import may
from yanzhen.cases import loop, rulebook
from yanzhen.cases.enums import CaseStatus, MoveName
from yanzhen.cases.errors import DatesOutOfOrder, MergeTargetUnfit, NumberTaken
from yanzhen.cases.hold import (
    BESIDE,
    CASE_COLUMNS,
    SPAN_COLUMNS,
    WORDS_COLUMNS,
    case_row,
    span_rows,
    words_row,
)
from yanzhen.cases.loop import CaseHistory, Life, Step
from yanzhen.cases.models import (
    Case,
    CaseSpan,
    CaseWords,
    NumberSeries,
)
from yanzhen.cases.numbers import number_of, parts_of
from yanzhen.cases.rulebook import RuleBook
from yanzhen.core.engine import reserve_ids, write_rows
from yanzhen.core.errors import require
from yanzhen.core.time import city_day
from yanzhen.core.words import full_date
from yanzhen.events.operations import record_chains

BATCH = 1000


def write_histories(
    *,
    histories: Iterable[CaseHistory],
    actor: User,
    now: datetime,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Live and write all histories, in the caller's transaction; return how many there were.

    Raises `Forbidden`, `NumberTaken`, `DatesOutOfOrder`, or what a move of the loop refuses.
    """
    writer = _Writer(actor=actor, now=now, book=rulebook.current())
    every = iter(histories)
    while batch := list(islice(every, BATCH)):
        writer.write(batch)
        if progress is not None:
            progress(writer.count)
    writer.finish()
    return writer.count


@dataclass
class _Writer:
    """One import under way. It holds a batch, and of the batches before it only counts."""

    actor: User
    now: datetime
    book: RuleBook
    count: int = 0
    first_id: int = 0
    last_id: int = 0
    _series: dict[int, NumberSeries] = field(default_factory=dict)
    _areas: set[str] = field(default_factory=set)
    _lived: dict[str, Case] = field(default_factory=dict)
    """The cases of this batch by number."""

    def write(self, batch: list[CaseHistory]) -> None:
        """Live a batch, then write it table by table, parents first."""
        self._require_free(batch)
        self._lived.clear()
        ids = reserve_ids(Case, len(batch))
        lives = [self._live(history, pk) for history, pk in zip(batch, ids, strict=True)]
        for series in self._series.values():
            series.save(update_fields=["last", "floor"])

        write_rows(Case, CASE_COLUMNS, (case_row(life.case) for life in lives))
        write_rows(CaseWords, WORDS_COLUMNS, (words_row(life.case) for life in lives))
        write_rows(CaseSpan, SPAN_COLUMNS, chain.from_iterable(map(span_rows, lives)))
        for kind, (names, row_of) in BESIDE.items():
            rows = [row_of(row) for life in lives for row in life.begun if type(row) is kind]
            if rows:
                write_rows(kind, names, rows)
        record_chains("case", ((life.case.pk, life.told) for life in lives))

        self.count += len(batch)
        self.first_id, self.last_id = self.first_id or ids[0], ids[-1]

    def finish(self) -> None:
        """Find, for all that was written, the earlier case of which each is a recurrence."""
        if not self.count:
            return
        since = OuterRef("filed_at") - timedelta(days=settings.YANZHEN_RECURRENCE_DAYS)
        closed = CaseSpan.objects.filter(
            Q(until=None) | Q(until__gt=OuterRef("filed_at")),
            status=CaseStatus.CLOSED,
            at__lte=OuterRef("filed_at"),
            at__gte=since,
            case__category_id=OuterRef("category_id"),
        ).exclude(case_id=OuterRef("pk"))
        at_site = closed.filter(case__site_id=OuterRef("site_id"))
        at_address = closed.filter(
            case__site=None,
            case__area_id=OuterRef("area_id"),
            case__address=OuterRef("address"),
        )
        written = Case.objects.filter(
            pk__gte=self.first_id,
            pk__lte=self.last_id,
            filed_at__isnull=False,
            category__isnull=False,
            recurrence_of=None,
        )
        for earlier, some in (
            (at_site, written.filter(site__isnull=False)),
            (at_address, written.filter(site=None).exclude(address="")),
        ):
            last = earlier.order_by("-at", "-case_id").values("case_id")[:1]
            some.filter(Exists(earlier)).update(recurrence_of=Subquery(last))

    def _require_free(self, batch: list[CaseHistory]) -> None:
        given: set[str] = set()
        for history in batch:
            if history.number:
                if history.number in given:
                    raise NumberTaken(number=history.number)
                given.add(history.number)
        taken = Case.objects.filter(number__in=given).order_by("number")
        for number in taken.values_list("number", flat=True)[:1]:
            raise NumberTaken(number=number)

    def _live(self, history: CaseHistory, pk: int) -> Life:
        first = history.steps[0]
        number = self._number(history.number, first.at)
        life = loop.begin(history.draft, number=number, book=self.book, at=first.at)
        case = life.case
        case.pk, case.is_imported = pk, history.is_imported
        self._require_area(case.area_id)
        for step in history.steps:
            if step.at > self.now:
                raise DatesOutOfOrder(
                    later=_("现在"),
                    later_at=full_date(self.now),
                    earlier=step.move.label,
                    earlier_at=full_date(step.at),
                )
            _DEEDS[step.move](self, life, history, step)
        self._lived[number] = case
        return life

    def _require_area(self, code: str) -> None:
        if code not in self._areas:
            allowed = may(self.actor, Action.IMPORT, on=city_day(self.now), area_code=code)
            require(allowed)
            self._areas.add(code)

    def _number(self, given: str | None, at: datetime) -> str:
        """The number that a history brings, or the next one; the series goes on behind both."""
        if given is None:
            year = city_day(at).year
            series = self._held_series(year)
            series.last += 1
            return number_of(settings.YANZHEN_CITY_PREFIX, year, series.last)
        parts = parts_of(given)
        if parts is not None:
            series = self._held_series(parts[0])
            if parts[1] > series.last:
                series.last = series.floor = parts[1]
        return given

    def _held_series(self, year: int) -> NumberSeries:
        if year not in self._series:
            key = {"prefix": settings.YANZHEN_CITY_PREFIX, "year": year}
            NumberSeries.objects.bulk_create([NumberSeries(**key)], ignore_conflicts=True)
            self._series[year] = NumberSeries.objects.locked().get(**key)
        return self._series[year]

    def case_numbered(self, number: str) -> Case:
        """The case that another one was merged into. Raises `MergeTargetUnfit`."""
        found = self._lived.get(number) or Case.objects.filter(number=number).first()
        if found is None:
            raise MergeTargetUnfit(number=number, reason=_("没有这个编号，或它排在后面。"))
        return found


# --- Steps --------------------------------------------------------------------------------------

_Deed = Callable[[_Writer, Life, CaseHistory, Step], object]


def _merge(writer: _Writer, life: Life, _history: CaseHistory, step: Step) -> None:
    if "joined" in step.facts:
        loop.join(life, step.facts["joined"], at=step.at, actor=step.actor)
    else:
        into = writer.case_numbered(step.facts["into"])
        words = step.facts.get("words", "")
        loop.merge(life, into, words=words, at=step.at, actor=step.actor)


def _file(_writer: _Writer, life: Life, history: CaseHistory, step: Step) -> None:
    draft = history.draft if not life.number else None
    loop.file(life, draft, at=step.at, actor=step.actor)


def _given(move: Callable[..., object], *names: str) -> _Deed:
    """A move that takes these facts by name, where they are given."""

    def deed(_writer: _Writer, life: Life, _history: CaseHistory, step: Step) -> None:
        facts = {name: step.facts[name] for name in names if name in step.facts}
        move(life, at=step.at, actor=step.actor, **facts)

    return deed


_DEEDS: dict[MoveName, _Deed] = {
    MoveName.REPORT: lambda _writer, life, history, step: loop.report(
        life, history.draft, at=step.at, actor=step.actor
    ),
    MoveName.FILE: _file,
    MoveName.AMEND: _given(loop.amend, "draft"),
    MoveName.DECLINE: _given(loop.decline, "words"),
    MoveName.MERGE: _merge,
    MoveName.DISPATCH: _given(loop.dispatch, "unit", "due_at", "words"),
    MoveName.ACKNOWLEDGE: _given(loop.acknowledge),
    MoveName.RETURN: _given(loop.give_back, "words"),
    MoveName.TRANSFER: _given(loop.transfer, "unit", "due_at", "words"),
    MoveName.ASK_EXTENSION: _given(loop.ask_extension, "wanted_due_at", "words"),
    MoveName.GRANT_EXTENSION: _given(loop.grant_extension, "new_due_at", "words"),
    MoveName.REFUSE_EXTENSION: _given(loop.refuse_extension, "words"),
    MoveName.PARK: _given(loop.park, "words"),
    MoveName.UNPARK: _given(loop.unpark, "words"),
    MoveName.ASK_SUPPORT: _given(loop.ask_support, "unit", "words"),
    MoveName.FINISH_SUPPORT: _given(loop.finish_support, "unit", "words", "photos"),
    MoveName.SUBMIT: _given(loop.submit, "words", "photos"),
    MoveName.VERIFY: _given(loop.verify, "words", "photos", "on_site"),
    MoveName.FAIL: _given(loop.fail, "words", "photos"),
    MoveName.CLOSE: _given(loop.close, "words"),
    MoveName.REOPEN: _given(loop.reopen, "words", "due_at"),
    MoveName.URGE: _given(loop.urge, "words"),
    MoveName.NOTE: _given(loop.note, "words"),
}
