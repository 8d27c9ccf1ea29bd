"""`look_through` finds nothing where all is well, and everything that somebody changed by hand."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from yanzhen.cases import operations
from yanzhen.cases.enums import CaseStatus
from yanzhen.cases.invariants import look_through
from yanzhen.cases.models import (
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
from yanzhen.cases.tests.factories import (
    MORNING,
    hours_on,
    make_case,
    make_handler,
    make_operator,
    make_photo_row,
)
from yanzhen.events.tests.test_audit import tamper
from yanzhen.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db


def faults() -> list[str]:
    return [str(fault) for fault in look_through()]


def a_full_life() -> Case:
    """A case to which nearly everything has happened."""
    office, unit, support = make_operator(), make_unit(), make_unit()
    worker, helper = make_handler(unit), make_handler(support)
    case = make_case(status=CaseStatus.ACKNOWLEDGED, unit=unit, operator=office, handler=worker)
    key: dict[str, Any] = {"case_id": case.pk}
    wanted = hours_on(200)
    facts: dict[str, Any] = {"words": "情况属实", "now": hours_on(2)}
    operations.ask_support(**key, unit=support, actor=office, **facts)
    operations.ask_extension(**key, wanted_due_at=wanted, actor=worker, **facts)
    operations.grant_extension(**key, actor=office, now=hours_on(2))
    operations.park_case(**key, actor=office, **facts)
    operations.unpark_case(**key, actor=office, now=hours_on(3))
    operations.finish_support(**key, unit=support, actor=helper, words="已办", now=hours_on(3))
    photos = [make_photo_row(), make_photo_row()]
    operations.submit_case(**key, actor=worker, photos=photos, words="已办", now=hours_on(4))
    operations.fail_case(**key, actor=office, words="不行", now=hours_on(5))
    return Case.objects.get(pk=case.pk)


def test_where_all_is_well_nothing_is_found() -> None:
    for status in CaseStatus:
        make_case(status=status)
    a_full_life()
    seen: list[int] = []
    assert list(look_through(seen.append)) == []
    assert seen == [Case.objects.count()]


def changed(model: Any, **values: Any) -> Callable[[Case], object]:
    """Change the rows of a case as somebody would who owns the database."""

    def change(case: Case) -> object:
        key = "pk" if model is Case else "case"
        return model.objects.filter(**{key: case.pk}).update(**values)

    return change


def removed(model: Any, **which: Any) -> Callable[[Case], object]:
    return lambda case: model.objects.filter(case=case, **which).delete()


def renamed(case: Case) -> None:
    case.title = "别的事"
    case.save(update_fields=["title"])
    CaseWords.objects.filter(case=case).update(grams=" 别的 的事 ")


LATER = MORNING + timedelta(days=400)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (changed(Case, status="acknowledged"), "现状的“状态”与事件不符"),
        (changed(Case, due_at=LATER), "现状的“时限”与事件不符"),
        (changed(Case, return_count=1), "现状的“退回次数”与事件不符"),
        (changed(Case, area="430406"), "“区域”与事件不符"),
        (changed(Case, severity="severe"), "“程度”与事件不符"),
        (changed(Case, number="HY-2026-000009"), "编号与事件不符"),
        (changed(Case, found_at=LATER), "发现或立案时间与事件不符"),
        (changed(Case, dispatched_at=LATER), "交办时间与事件不符"),
        (changed(Case, words="没有的事"), "问题、说明或位置的文字被改动过"),
        (renamed, "问题、说明或位置的文字被改动过"),
        (changed(CaseWords, grams=" 别的 "), "检索用字与问题内容不符"),
        (removed(CaseWords), "检索用字与问题内容不符"),
        (removed(CaseSpan, number=2), "状态记录有 "),
        (changed(CaseSpan, submission_count=1), "第 1 段状态与事件不符"),
        (changed(Assignment, acknowledged_at=LATER), "交办记录与事件不符"),
        (changed(Assignment, first_due_at=LATER), "交办记录与事件不符"),
        (removed(Assignment), "交办记录与事件不符"),
        (changed(Extension, new_due_at=LATER), "延期记录与事件不符"),
        (changed(Extension, reason="别的"), "延期记录与事件不符"),
        (changed(Pause, to_at=LATER), "停钟记录与事件不符"),
        (changed(SupportPart, finished_at=None), "协办记录与事件不符"),
        (removed(CasePhoto), "照片与事件不符"),
        (changed(CasePhoto, event_number=1), "照片与事件不符"),
    ],
)
def test_a_row_that_was_changed_by_hand_is_found(
    change: Callable[[Case], object], reason: str
) -> None:
    case = a_full_life()
    assert faults() == []
    change(case)
    found = faults()
    assert found
    assert reason in found[0]


def test_a_span_that_was_moved_is_found() -> None:
    case = a_full_life()
    first = CaseSpan.objects.filter(case=case).earliest("number")
    CaseSpan.objects.filter(pk=first.pk).update(until=first.at)
    assert faults() == [f"{case.number}：第 1 段状态的起止与事件不符"]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("DELETE FROM events_event WHERE subject_id = %s", "没有任何事件"),
        ("UPDATE events_event SET kind = 'case.x' WHERE number = 2 AND subject_id = %s", "不认识"),
        (
            "UPDATE events_event SET kind = 'case.closed' WHERE number = 2 AND subject_id = %s",
            "不能从当时的状态开始",
        ),
        (
            "UPDATE events_event SET payload = '{}' WHERE number = 2 AND subject_id = %s",
            "没有到应到的状态",
        ),
        (
            "UPDATE events_event SET payload = 'x' WHERE number = 2 AND subject_id = %s",
            "读不通",
        ),
        (
            "DELETE FROM events_event WHERE kind = 'case.failed' AND subject_id = %s",
            "状态记录有 ",
        ),
    ],
)
def test_an_event_that_was_changed_is_found_in_the_case_too(sql: str, reason: str) -> None:
    case = a_full_life()
    tamper(sql, case.pk)
    assert reason in faults()[0]


def test_a_missing_number_is_named() -> None:
    for _ in range(3):
        make_case(status=CaseStatus.REPORTED)
    NumberSeries.objects.update(last=4)
    assert faults() == ["HY-2026-000004：这个号发出过，却没有这件问题"]
    NumberSeries.objects.update(last=2)
    assert faults() == ["HY-2026-000003：编号超出了已发出的号"]
    NumberSeries.objects.update(last=9, floor=9)
    assert faults() == []
