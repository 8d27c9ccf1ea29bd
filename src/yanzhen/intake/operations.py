"""Taking in what people write: each message is kept as it came, and becomes a case to be accepted."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from yanzhen.accounts.models import User
from yanzhen.cases.enums import MoveName
from yanzhen.cases.loop import CaseDraft, CaseHistory, Step
from yanzhen.cases.models import Case
from yanzhen.cases.operations import merge_case, record_histories, report_case
from yanzhen.core.errors import require
from yanzhen.core.time import city_day
from yanzhen.core.words import full_date
from yanzhen.intake import rules
from yanzhen.intake.drafts import ReportDraft
from yanzhen.intake.errors import (
    NotARepeat,
    ReportedInTheFuture,
    ReportEmpty,
    ReportNumberTaken,
)
from yanzhen.intake.likeness import Likeness
from yanzhen.intake.models import Report
from yanzhen.intake.queries import known_reports, recent_likeness
from yanzhen.intake.wording import is_question, tidy, tidy_title, title_of

BATCH = 2000


@dataclass(frozen=True)
class Received:
    """What became of messages given together."""

    created: int
    unchanged: int
    alike: int
    """How many of the new ones repeat an earlier message, as far as words can tell."""


@transaction.atomic
def receive_report(
    *, draft: ReportDraft, actor: User, now: datetime, client_id: UUID | None = None
) -> Report:
    """Keep one message, and make it a case that waits to be accepted.

    Given again it changes nothing. Raises `Forbidden`, `ReportEmpty`, `ReportedInTheFuture`,
    `ReportNumberTaken`, or what `cases.operations.report_case` raises.
    """
    require(rules.can_receive(actor, draft.area.code, city_day(now)))
    if known := _known([draft]).get((draft.source, draft.number)):
        return known
    case_draft = _case_draft(draft, now)
    like = recent_likeness(since=draft.reported_at).add(0, draft.title, draft.text)

    case = report_case(draft=case_draft, actor=actor, now=now, client_id=client_id)
    report = _report(draft, case.pk, like)
    report.save(force_insert=True)
    return report


@transaction.atomic
def receive_reports(
    *,
    drafts: Iterable[ReportDraft],
    actor: User,
    now: datetime,
    progress: Callable[[int], None] | None = None,
) -> Received:
    """Keep many messages, all of them or none; those that are here already are passed over.

    They come in by the order of their dates, so that the first of several alike is the one
    that the others repeat. Raises as `receive_report` does.
    """
    drafts = sorted(drafts, key=lambda draft: (draft.reported_at, draft.number))
    on = city_day(now)
    for code in {draft.area.code for draft in drafts}:
        require(rules.can_receive(actor, code, on))
    known = _known(drafts)
    new = [draft for draft in drafts if (draft.source, draft.number) not in known]
    if not new:
        return Received(0, len(drafts), 0)

    batch = _Batch(likeness=recent_likeness(since=new[0].reported_at))
    for start in range(0, len(new), BATCH):
        batch.take(new[start : start + BATCH], actor=actor, now=now)
        if progress is not None:
            progress(min(start + BATCH, len(new)))
    return Received(len(new), len(drafts) - len(new), batch.alike)


@transaction.atomic
def merge_repeat(
    *, report_id: int, actor: User, now: datetime, client_id: UUID | None = None
) -> Case:
    """Let the case of a message go on as part of that of the message which it repeats.

    Where that one was merged itself, it goes where that went. Raises `NotARepeat`, or what
    `cases.operations.merge_case` raises.
    """
    report = Report.objects.select_related("like__case").get(pk=report_id)
    if report.like is None:
        raise NotARepeat(number=report.number)
    into = report.like.case
    while into.merged_into is not None:
        into = into.merged_into
    return merge_case(
        case_id=report.case_id,
        into_id=into.pk,
        words=str(_("与较早的来件相同")),
        actor=actor,
        now=now,
        client_id=client_id,
    )


@dataclass
class _Batch:
    """New messages being written, each held against all that came before it."""

    likeness: Likeness[int]
    alike: int = 0
    _pending: dict[int, int] = field(default_factory=dict)

    def take(self, drafts: list[ReportDraft], *, actor: User, now: datetime) -> None:
        """Write the cases, then the messages, which point at them and at each other."""
        last = Case.objects.aggregate(last=Max("pk"))["last"] or 0
        record_histories(histories=_histories(drafts, actor, now), actor=actor, now=now)
        cases = {
            (source, number): pk
            for pk, source, number in Case.objects.filter(pk__gt=last)
            .order_by("pk")
            .values_list("pk", "source", "source_number")
        }
        reports = [_report(draft, cases[draft.source, draft.number], None) for draft in drafts]
        Report.objects.bulk_create(reports, batch_size=500)
        repeating = []
        for report in reports:
            like = self.likeness.add(report.pk, report.title, report.text)
            if like is not None:
                report.like_id = like
                repeating.append(report)
        Report.objects.bulk_update(repeating, ["like"], batch_size=500)
        self.alike += len(repeating)


def _histories(drafts: Iterable[ReportDraft], actor: User, now: datetime) -> Iterator[CaseHistory]:
    for draft in drafts:
        step = Step(MoveName.REPORT, draft.reported_at, actor)
        yield CaseHistory(
            draft=_case_draft(draft, now), number=None, steps=(step,), is_imported=False
        )


def _case_draft(draft: ReportDraft, now: datetime) -> CaseDraft:
    text = tidy(draft.text)
    title = tidy_title(draft.title) or title_of(text)
    if not title:
        raise ReportEmpty
    if draft.reported_at > now:
        raise ReportedInTheFuture(reported_at=full_date(draft.reported_at))
    return CaseDraft(
        title=title,
        words=text,
        source=draft.source,
        source_number=draft.number,
        category=draft.category,
        site=draft.site,
        area=draft.area,
        address=draft.spot[:200],
        found_at=draft.reported_at,
    )


def _report(draft: ReportDraft, case_id: int, like: int | None) -> Report:
    return Report(
        number=draft.number,
        channel=draft.source,
        reporter=draft.reporter,
        reported_at=draft.reported_at,
        title=(tidy(draft.title) or title_of(draft.text))[:200],
        text=tidy(draft.text),
        place=draft.place[:120],
        place_by=draft.place_by,
        is_question=is_question(draft.title),
        is_category_guessed=draft.is_category_guessed,
        like_id=like,
        case_id=case_id,
    )


def _known(drafts: Iterable[ReportDraft]) -> dict[tuple[str, str], Report]:
    """The messages that are here already. Raises `ReportNumberTaken` if one says otherwise."""
    wanted: dict[str, dict[str, str]] = {}
    for draft in drafts:
        wanted.setdefault(draft.source, {})[draft.number] = tidy(draft.text)
    known: dict[tuple[str, str], Report] = {}
    for source, texts in wanted.items():
        for report in known_reports(source, texts):
            if report.text != texts[report.number]:
                raise ReportNumberTaken(number=report.number)
            known[source, report.number] = report
    return known
