"""Messages taken in, one by one and together."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from yanzhen.accounts.enums import Role
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases.enums import CaseStatus
from yanzhen.cases.models import Case
from yanzhen.cases.tests.factories import make_category
from yanzhen.core.errors import Forbidden, Refused
from yanzhen.events.models import Event
from yanzhen.events.queries import events_of
from yanzhen.intake.drafts import ReportDraft
from yanzhen.intake.errors import ReportedInTheFuture, ReportEmpty, ReportNumberTaken
from yanzhen.intake.models import Report
from yanzhen.intake.operations import receive_report, receive_reports
from yanzhen.intake.queries import category_words
from yanzhen.places.tests.factories import make_area

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 6, 5, tzinfo=UTC)
SENT = UUID("6c1f2b1e-8c39-4a54-9d53-0e2a3f1b7c77")
TEXT = "先锋路从北到南有六盏路灯不亮，晚上照明太差，老人不敢出门。"


def draft(**changes: Any) -> ReportDraft:
    good: dict[str, Any] = {
        "number": "188001",
        "reported_at": NOW - timedelta(days=1),
        "title": "反映先锋路路灯不亮的问题",
        "text": TEXT,
        "area": make_area(),
        "reporter": "A0001",
    }
    return ReportDraft(**good | changes)


def receive(**changes: Any) -> Report:
    given: dict[str, Any] = {"draft": draft(), "actor": make_user(Role.OPERATOR), "now": NOW}
    return receive_report(**given | changes)


def test_one_message_becomes_one_case_that_was_just_reported() -> None:
    report = receive()

    case = report.case
    assert (case.status, case.title, case.words) == (CaseStatus.REPORTED, "先锋路路灯不亮", TEXT)
    assert case.found_at == NOW - timedelta(days=1)
    assert events_of(case).get().at == NOW
    assert report.reporter == "A0001"


def test_many_messages_are_reported_when_they_were_written() -> None:
    drafts = [draft(number=str(number), text=f"{TEXT}{number}") for number in range(5)]

    received = receive_reports(drafts=drafts, actor=make_user(Role.OPERATOR), now=NOW)

    assert (received.created, received.unchanged, received.alike) == (5, 0, 4)
    case = Case.objects.order_by("pk").first()
    assert case is not None
    assert events_of(case).get().at == NOW - timedelta(days=1)
    assert not case.is_imported
    assert {report.case.source_number for report in Report.objects.all()} == set("01234")


def test_a_message_that_is_here_already_is_passed_over() -> None:
    first = receive()

    assert receive() == first
    received = receive_reports(drafts=[draft()], actor=make_user(Role.OPERATOR), now=NOW)

    assert (received.created, received.unchanged) == (0, 1)
    assert Case.objects.count() == 1


def test_a_resend_changes_nothing() -> None:
    actor = make_user(Role.OPERATOR)

    first = receive(actor=actor, client_id=SENT)
    second = receive(actor=actor, client_id=SENT)

    assert first == second
    assert Case.objects.count() == 1


REFUSALS: list[tuple[Callable[[], dict[str, Any]], type[Refused]]] = [
    (lambda: {"actor": make_user(Role.AUDITOR)}, Forbidden),
    (lambda: {"actor": make_user(Role.OPERATOR, area_code="430405")}, Forbidden),
    (lambda: {"draft": draft(title="", text=" \u200b ")}, ReportEmpty),
    (lambda: {"draft": draft(reported_at=NOW + timedelta(minutes=1))}, ReportedInTheFuture),
]


@pytest.mark.parametrize(("change", "refusal"), REFUSALS)
def test_a_refused_message_leaves_nothing(
    change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        receive(**change())

    assert not Report.objects.exists()
    assert not Case.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize(("change", "refusal"), REFUSALS)
def test_one_refused_message_stops_all(
    change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    given: dict[str, Any] = {"actor": make_user(Role.OPERATOR), "draft": draft()} | change()

    with pytest.raises(refusal):
        receive_reports(drafts=[draft(number="1"), given["draft"]], actor=given["actor"], now=NOW)

    assert not Report.objects.exists()
    assert not Case.objects.exists()


def test_one_number_for_two_messages_is_refused() -> None:
    receive()

    with pytest.raises(ReportNumberTaken):
        receive(draft=draft(text="另一件事"))

    assert Case.objects.count() == 1


def test_words_suggest_the_category_that_they_weigh_most_for() -> None:
    make_category("C-LIGHT", words="路灯 照明 不亮")
    make_category("C-WASTE", words="垃圾 清运 垃圾站")
    make_category("C-NONE")
    words = category_words()

    def code(title: str, text: str) -> str | None:
        category = words.suggest(title, text)
        return category.code if category else None

    assert code("先锋路路灯不亮", "旁边还有垃圾") == "C-LIGHT"
    assert code("垃圾站太臭", "路灯也坏了") == "C-WASTE"
    assert code("学位问题", "孩子上学") is None
    assert code("学位问题", "有垃圾") is None


def test_without_categories_nothing_is_suggested() -> None:
    assert category_words().suggest("路灯", "路灯") is None
