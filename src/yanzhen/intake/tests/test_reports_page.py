"""The page of messages: what was noticed about each, and many sorted at a time."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.operations import system_user
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases.models import Case
from yanzhen.cases.tests.factories import make_category, make_policy
from yanzhen.events.queries import events_of
from yanzhen.intake.drafts import ReportDraft
from yanzhen.intake.enums import PlaceBy
from yanzhen.intake.errors import NotARepeat
from yanzhen.intake.models import Report
from yanzhen.intake.operations import merge_repeat, receive_reports
from yanzhen.places.tests.factories import make_area

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 6, 5, tzinfo=UTC)
TEXT = "先锋路从北到南有六盏路灯不亮，晚上照明太差，老人不敢出门。"
MATTERS = [
    {"number": "1", "title": "反映先锋路路灯不亮的问题", "text": TEXT},
    {"number": "2", "title": "先锋路路灯还是不亮", "text": f"{TEXT}还没有修"},
    {"number": "3", "title": "咨询老年证怎么办理", "text": "请问老年证在哪里办"},
    {"number": "4", "title": "菜市场门口摆摊", "text": "路都堵了", "area": "430405001001"},
]


def make_reports() -> list[Report]:
    make_policy()
    drafts = []
    for hour, matter in enumerate(MATTERS):
        area = make_area(matter.get("area", "430406001001"))
        drafts.append(
            ReportDraft(
                number=matter["number"],
                reported_at=NOW - timedelta(hours=20 - hour),
                title=matter["title"],
                text=matter["text"],
                area=area,
                place_by=PlaceBy.WORDS if hour == 0 else PlaceBy.GIVEN,
                category=make_category("C-LIGHT", name="路灯照明") if hour == 0 else None,
                is_category_guessed=hour == 0,
            )
        )
    receive_reports(drafts=drafts, actor=system_user(), now=NOW)
    return list(Report.objects.order_by("reported_at"))


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def client() -> Client:
    return client_of(make_user(Role.OPERATOR, username="office"))


def sort(client: Client, rows: list[Report], deed: str, **more: Any) -> Any:
    return client.post(
        "/reports/sort/", {"deed": deed, "report": [row.pk for row in rows], **CLIENT, **more}
    )


CLIENT = {"client_id": "6c1f2b1e-8c39-4a54-9d53-0e2a3f1b7d01"}


def test_each_message_shows_what_was_noticed_about_it(client: Client) -> None:
    make_reports()

    page = client.get("/reports/").content.decode()

    for words in ("像 1", "像是咨询", "推荐", "从文字识别", "先锋路路灯还是不亮"):
        assert words in page


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ("", "1234"),
        ("?mark=repeat", "2"),
        ("?mark=question", "3"),
        ("?mark=place", "1"),
        ("?mark=category", "1234"),
        ("?mark=uncategorised", "234"),
        ("?area=430405", "4"),
        ("?mark=nonsense&after=nonsense", "1234"),
    ],
)
def test_messages_are_found_by_what_was_noticed(client: Client, asked: str, numbers: str) -> None:
    known = {str(report.pk): report.number for report in make_reports()}

    page = client.get(f"/reports/{asked}").content.decode()

    shown = re.findall(r'name="report"\s+value="(\d+)"', page)
    assert "".join(known[pk] for pk in shown) == numbers


def test_many_are_filed_at_once_and_leave_the_list(client: Client) -> None:
    rows = make_reports()

    answer = sort(client, [rows[0], rows[3]], "file")

    assert answer.status_code == 303
    assert {row.case.status for row in Report.objects.filter(number__in="14")} == {"filed"}
    page = client.get("/reports/").content.decode()
    assert "菜市场门口摆摊" not in page
    assert "菜市场门口摆摊" in client.get("/reports/?all=1").content.decode()


def test_a_repeat_goes_into_the_case_that_the_first_one_became(client: Client) -> None:
    rows = make_reports()
    sort(client, [rows[0]], "file")

    answer = sort(client, [rows[1]], "merge")

    case = Case.objects.get(pk=rows[1].case_id)
    assert answer.status_code == 303
    assert (case.status, case.merged_into_id) == ("merged", rows[0].case_id)


def test_a_repeat_of_a_repeat_goes_where_that_one_went(client: Client) -> None:
    rows = make_reports()
    Report.objects.filter(pk=rows[3].pk).update(like=rows[1])
    sort(client, [rows[0]], "file")

    sort(client, [rows[1], rows[3]], "merge")

    assert Case.objects.get(pk=rows[3].case_id).merged_into_id == rows[0].case_id


def test_what_repeats_nothing_is_told_by_name_and_the_others_are_done(client: Client) -> None:
    rows = make_reports()

    answer = sort(client, [rows[1], rows[2]], "merge")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "办成 1 件" in page
    assert "不能并入" in page
    assert Case.objects.get(pk=rows[2].case_id).status == "reported"


def test_declining_asks_for_a_reason_first(client: Client) -> None:
    rows = make_reports()

    asked = sort(client, [rows[2]], "decline")
    assert asked.status_code == 200
    assert "不予受理的理由" in asked.content.decode()
    assert sort(client, [rows[2]], "decline", words=" ").status_code == 422
    assert Case.objects.get(pk=rows[2].case_id).status == "reported"

    answer = sort(client, [rows[2]], "decline", words="咨询类来件，请拨打 12345")
    assert answer.status_code == 303
    case = Case.objects.get(pk=rows[2].case_id)
    assert case.status == "declined"
    assert "12345" in events_of(case).last().payload  # type: ignore[union-attr]  # it has one


def test_the_same_form_sent_twice_does_nothing_more(client: Client) -> None:
    rows = make_reports()

    first, second = sort(client, [rows[0]], "file"), sort(client, [rows[0]], "file")

    assert first.status_code == second.status_code == 303
    assert events_of(Case.objects.get(pk=rows[0].case_id)).count() == 2


@pytest.mark.parametrize(
    "said", [{"deed": "burn"}, {"deed": "file", "report": []}, {"report": ["x"]}]
)
def test_nothing_ticked_and_no_deed_is_told(client: Client, said: dict[str, Any]) -> None:
    rows = make_reports()
    sent = {"deed": "file", "report": [rows[0].pk], **CLIENT} | said

    assert client.post("/reports/sort/", sent).status_code == 303
    assert not Case.objects.exclude(status="reported").exists()


def test_nobody_sees_or_sorts_what_lies_outside_his_area() -> None:
    rows = make_reports()
    district = client_of(make_user(Role.OPERATOR, area_code="430405"))

    page = district.get("/reports/").content.decode()
    sort(district, rows, "file")

    assert "菜市场门口摆摊" in page
    assert "先锋路" not in page
    assert Case.objects.exclude(status="reported").get().pk == rows[3].case_id


@pytest.mark.parametrize(("role", "sees"), [(Role.INSPECTOR, 200), (Role.ADMIN, 403)])
def test_who_may_look_and_who_may_sort(role: Role, sees: int) -> None:
    rows = make_reports()
    visitor = client_of(make_user(role))

    assert visitor.get("/reports/").status_code == sees
    assert sort(visitor, rows, "file").status_code == 403
    assert not Case.objects.exclude(status="reported").exists()


def test_what_is_no_repeat_cannot_be_merged() -> None:
    rows = make_reports()

    with pytest.raises(NotARepeat):
        merge_repeat(report_id=rows[0].pk, actor=make_user(Role.OPERATOR), now=NOW)


def test_the_list_asks_as_often_for_many_as_for_one(client: Client) -> None:
    from django.db import connection

    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    make_reports()
    asked("/reports/")  # what is kept in memory is read by now

    assert asked("/reports/") == asked("/reports/?mark=repeat")
