"""What came in since yesterday evening, and what is being asked for now: through single deeds."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from yanzhen.cases.enums import CaseStatus, Source
from yanzhen.cases.loop import CaseDraft
from yanzhen.cases.models import Case
from yanzhen.cases.operations import (
    ask_extension,
    ask_support,
    merge_case,
    report_case,
    urge_case,
)
from yanzhen.demo.history import EXTENSION_WORDS, Teller
from yanzhen.units.models import Unit

REPORTS, MERGES, SUPPORTS, EXTENSIONS, URGES = 17, 3, 6, 4, 5


def live(teller: Teller, *, now: datetime, say: Callable[[str], None]) -> None:
    """Let the last night and this morning happen."""
    say("昨夜今晨：新来件、协办、延期申请、催办…")
    _reports(teller, now)
    _merges(teller, now)
    _supports(teller, now)
    _extensions(teller, now)
    late = _open_with_a_unit().filter(due_at__lt=now).order_by("due_at", "pk")[:URGES]
    for case in late:
        urge_case(
            case_id=case.pk,
            words="已超期，请今天内反馈。",
            actor=teller.cast.operators[0],
            now=now,
        )


def _reports(teller: Teller, now: datetime) -> None:
    dice, cast = teller.dice, teller.cast
    minutes = sorted(dice.randint(6, 13 * 60) for _ in range(REPORTS))
    for place, ago in enumerate(reversed(minutes)):
        at = now - timedelta(minutes=ago)
        plot = teller.plot(at)
        is_grid = place % 3 == 0 and plot.site.area_id in cast.keepers
        source = Source.GRID if is_grid else dice.choice((Source.SNAPSHOT, Source.HOTLINE))
        actor = cast.keepers[plot.site.area_id] if is_grid else plot.operator
        draft = plot.draft
        report_case(
            draft=CaseDraft(
                title=draft.title,
                words=draft.words,
                source=source,
                category=draft.category,
                severity=draft.severity,
                site=draft.site,
                address=draft.address,
                lat=draft.lat,
                lon=draft.lon,
                found_at=at,
                photos=draft.photos,
            ),
            actor=actor,
            now=at,
        )


def _merges(teller: Teller, now: datetime) -> None:
    """Some people report what is already being done."""
    operator = teller.cast.operators[1]
    for case in _open_with_a_unit().filter(due_at__gt=now).order_by("-pk")[:MERGES]:
        twin = report_case(
            draft=CaseDraft(
                title=case.title,
                words="路过看到的，拍不到照片。",
                source=Source.SNAPSHOT,
                category=case.category,
                site=case.site,
                address=case.address,
                found_at=now - timedelta(minutes=30),
            ),
            actor=operator,
            now=now,
        )
        merge_case(
            case_id=twin.pk, into_id=case.pk, words="同一处同一件。", actor=operator, now=now
        )


def _supports(teller: Teller, now: datetime) -> None:
    cases = _open_with_a_unit().filter(status=CaseStatus.ACKNOWLEDGED, due_at__gt=now)
    for case, unit in _with_street(teller, cases.order_by("-due_at", "pk")[: SUPPORTS * 4]):
        ask_support(
            case_id=case.pk,
            unit=unit,
            words="请配合清场并做好沿线商户劝导。",
            actor=teller.cast.operators[0],
            now=now,
        )


def _with_street(teller: Teller, cases: Iterable[Case]) -> list[tuple[Case, Unit]]:
    pairs = [
        (case, unit)
        for case in cases
        if (unit := teller.cast.units.get(f"J-{case.area_id[:9]}")) and unit.code != case.unit_id
    ]
    return pairs[:SUPPORTS]


def _extensions(teller: Teller, now: datetime) -> None:
    cases = (
        _open_with_a_unit()
        .filter(status=CaseStatus.ACKNOWLEDGED, due_at__gt=now, extensions=None)
        .order_by("due_at", "pk")[:EXTENSIONS]
    )
    for case in cases:
        if case.due_at is None or case.unit_id is None:
            continue
        ask_extension(
            case_id=case.pk,
            wanted_due_at=teller.book.calendar.add_working_minutes(case.due_at, 840),
            words=teller.dice.choice(EXTENSION_WORDS),
            actor=teller.cast.handlers[case.unit_id],
            now=now,
        )


def _open_with_a_unit() -> QuerySet[Case]:
    return Case.objects.filter(
        status__in=[CaseStatus.DISPATCHED, CaseStatus.ACKNOWLEDGED, CaseStatus.REWORK]
    ).select_related("category", "site")
