"""The clock: which limit holds, what a pause gives back, and what it says."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from yanzhen.cases import clock, operations, rulebook
from yanzhen.cases.clock_story import clock_story
from yanzhen.cases.enums import CaseStatus, Hours, Severity
from yanzhen.cases.errors import NoClockPolicy
from yanzhen.cases.models import CalendarDay, Case, ClockPolicy
from yanzhen.cases.rulebook import RuleBook
from yanzhen.cases.tests.factories import (
    MORNING,
    hours_on,
    make_case,
    make_category,
    make_draft,
    make_handler,
    make_operator,
    make_policy,
)
from yanzhen.core.time import WorkCalendar, city_zone, parse_hours
from yanzhen.places.tests.factories import make_site_type
from yanzhen.units.tests.factories import make_unit

CALENDAR = WorkCalendar(parse_hours("08:30-12:00,14:00-17:30"))


def wall(at: datetime | None) -> str:
    assert at is not None
    return at.astimezone(city_zone()).strftime("%m-%d %H:%M")


def at(text: str) -> datetime:
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=city_zone())


# --- Which limit holds --------------------------------------------------------------------------


@pytest.fixture
def policies(db: None) -> dict[str, ClockPolicy]:
    street = make_category("street")
    vendors = make_category("vendors", parent=street)
    market = make_site_type("market")
    return {
        "any": make_policy(),
        "severe": make_policy(severity=Severity.SEVERE),
        "market": make_policy(site_type=market),
        "market severe": make_policy(site_type=market, severity=Severity.SEVERE),
        "street": make_policy(category=street),
        "vendors": make_policy(category=vendors),
        "vendors serious": make_policy(category=vendors, severity=Severity.SERIOUS),
        "street market": make_policy(category=street, site_type=market),
    }


@pytest.mark.parametrize(
    ("category", "site_type", "severity", "chosen"),
    [
        (None, None, "normal", "any"),
        (None, None, "severe", "severe"),
        (None, "market", "normal", "market"),
        (None, "market", "severe", "market severe"),
        ("other", "market", "serious", "market"),
        ("street", None, "severe", "street"),  # the category before the severity
        ("street", "market", "severe", "street market"),
        ("vendors", "market", "normal", "vendors"),  # itself before what is above it
        ("vendors", None, "serious", "vendors serious"),
        ("stalls", None, "normal", "vendors"),  # two levels up
    ],
)
def test_the_closest_fit_sets_the_time(
    policies: dict[str, ClockPolicy],
    category: str | None,
    site_type: str | None,
    severity: str,
    chosen: str,
) -> None:
    make_category("stalls", parent=make_category("vendors"))
    make_category("other")
    case = Case(category_id=category, site_type_id=site_type, severity=severity)
    assert clock.policy_for(rulebook.current(), case) == policies[chosen]


@pytest.mark.django_db
def test_without_a_policy_a_due_time_must_be_named() -> None:
    book, case = rulebook.current(), Case(severity="normal")
    with pytest.raises(NoClockPolicy):
        clock.due_times(book, case, at=MORNING)
    with pytest.raises(NoClockPolicy):
        clock.rework_times(book, case, at=MORNING)
    named = clock.due_times(book, case, at=MORNING, due_at=hours_on(30))
    assert (named.due_at, named.acknowledge_due_at) == (hours_on(30), None)
    assert clock.verify_due_at(book, case, at=MORNING) is None


@pytest.mark.django_db
def test_calendar_hours_run_day_and_night() -> None:
    make_policy(hours=Hours.CALENDAR, rectify_minutes=24 * 60, acknowledge_minutes=60)
    case = make_case(status=CaseStatus.DISPATCHED, at=at("11-06 16:00"))  # a Friday
    assert wall(case.due_at) == "11-07 17:00"
    assert wall(case.acknowledge_due_at) == "11-06 18:00"


@pytest.mark.django_db
def test_a_citys_own_day_counts() -> None:
    make_policy()
    CalendarDay.objects.create(day=MORNING.date() + timedelta(days=1), is_working=False)
    case = make_case(status=CaseStatus.DISPATCHED)  # handed over at ten on Monday
    assert wall(case.due_at) == "11-04 10:00"


# --- Handing over, doing again, standing still --------------------------------------------------


@pytest.mark.django_db
def test_each_leg_has_its_own_time() -> None:
    office, unit, other = make_operator(), make_unit(), make_unit()
    case = make_case(status=CaseStatus.ACKNOWLEDGED, operator=office, unit=unit)
    assert (wall(case.due_at), wall(case.acknowledge_due_at)) == ("11-03 10:00", "11-02 12:00")

    case = operations.transfer_case(
        case_id=case.pk, unit=other, words="权属变更", actor=office, now=at("11-03 09:30")
    )
    assert (wall(case.due_at), wall(case.acknowledge_due_at)) == ("11-04 09:30", "11-03 11:30")
    worker = make_handler(other)
    for deed, now in (
        (operations.acknowledge_case, "11-03 10:00"),
        (operations.ask_extension, "11-03 11:00"),
        (operations.grant_extension, "11-03 11:30"),
    ):
        facts: dict[str, Any] = {}
        if deed is operations.ask_extension:
            facts = {"words": "缺件", "wanted_due_at": at("11-06 17:30")}
        who = office if deed is operations.grant_extension else worker
        case = deed(case_id=case.pk, actor=who, now=at(now), **facts)
    assert wall(case.due_at) == "11-06 17:30"
    assert case.extension_count == 1


@pytest.mark.django_db
def test_failed_work_has_the_time_for_doing_it_again() -> None:
    case = make_case(status=CaseStatus.REWORK, at=at("11-02 08:30"))
    assert wall(case.clock_from_at) == "11-02 11:00"
    assert wall(case.due_at) == "11-02 16:30"  # three and a half hours on, over lunch


@pytest.mark.django_db
def test_work_that_was_reported_waits_to_be_checked_by_a_time() -> None:
    case = make_case(status=CaseStatus.SUBMITTED)
    assert wall(case.verify_due_at) == "11-03 11:00"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("parked", "unparked", "due"),
    [
        ("11-02 11:30", "11-02 11:30", "11-03 10:00"),  # no time at all
        ("11-02 11:30", "11-02 15:30", "11-03 12:00"),  # two hours of working time
        ("11-02 11:30", "11-20 11:30", "11-23 10:00"),  # fourteen working days, Friday
        ("11-02 18:00", "11-03 08:00", "11-03 10:00"),  # a night has no length
        ("11-04 10:00", "11-09 10:00", "11-06 10:00"),  # late by a day when it was parked
    ],
)
def test_a_pause_gives_back_the_time_that_was_left(parked: str, unparked: str, due: str) -> None:
    office = make_operator()
    case = make_case(status=CaseStatus.ACKNOWLEDGED, operator=office)
    case = operations.park_case(case_id=case.pk, words="待管网改造", actor=office, now=at(parked))
    assert case.due_at is None
    case = operations.unpark_case(case_id=case.pk, actor=office, now=at(unparked))
    assert wall(case.due_at) == due
    assert case.status == CaseStatus.ACKNOWLEDGED
    assert case.left_minutes is None


@given(
    start=st.integers(0, 60 * 24 * 40),
    limit=st.integers(1, 20 * 420),
    until=st.integers(0, 60 * 24 * 40),
    pause=st.integers(0, 60 * 24 * 90),
    hours=st.sampled_from(list(Hours)),
)
def test_the_minutes_left_are_the_same_before_and_after_a_pause(
    start: int, limit: int, until: int, pause: int, hours: Hours
) -> None:
    book = RuleBook(CALENDAR, {}, (), (), {}, {})
    since = MORNING + timedelta(minutes=start)
    due_at = clock.later(book, hours, since, limit)
    parked = since + timedelta(minutes=until)
    left = clock.minutes_left(book, hours, parked, due_at)
    again = parked + timedelta(minutes=pause)
    new_due_at = clock.later(book, hours, again, left)
    assert clock.minutes_left(book, hours, again, new_due_at) == left
    if until == 0:
        assert left == limit


# --- What it says -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "words", "tone", "share"),
    [
        ("11-02 10:00", "还剩 1 天", "run", 0.0),
        ("11-02 14:30", "还剩 4 小时", "run", 150 / 420),
        ("11-02 16:30", "还剩 2 小时", "soon", 270 / 420),
        ("11-03 09:00", "还剩 1 小时", "soon", 360 / 420),
        ("11-03 09:50", "还剩 10 分钟", "soon", 410 / 420),
        ("11-03 10:00", "还剩 不到 1 分钟", "soon", 1.0),
        ("11-03 11:30", "超期 1 小时", "late", 1.0),
        ("11-05 10:00", "超期 2 天", "late", 1.0),
    ],
)
@pytest.mark.django_db
def test_a_clock_says_what_is_left(now: str, words: str, tone: str, share: float) -> None:
    case = make_case(status=CaseStatus.ACKNOWLEDGED)  # from Monday ten to Tuesday ten
    face = clock.clock_face(case, now=at(now))
    assert face is not None
    assert (face.words, face.tone) == (words, tone)
    assert face.share == pytest.approx(share)


@pytest.mark.parametrize(
    ("now", "words", "tone"),
    [
        ("11-06 16:00", "还剩 1 小时", "soon"),
        ("11-06 17:30", "11-08 18:00 到期", "soon"),
        ("11-07 10:00", "明天 18:00 到期", "soon"),
        ("11-08 18:00", "还剩 不到 1 分钟", "soon"),
        ("11-08 20:00", "已超期", "late"),
        ("11-09 09:30", "超期 1 小时", "late"),
    ],
)
@pytest.mark.django_db
def test_a_clock_that_ends_when_nobody_works_names_the_hour(
    now: str, words: str, tone: str
) -> None:
    sunday = at("11-08 18:00")
    case = make_case(status=CaseStatus.ACKNOWLEDGED, at=at("11-06 08:30"), due_at=sunday)
    face = clock.clock_face(case, now=at(now))
    assert face is not None
    assert (face.words, face.tone) == (words, tone)


@pytest.mark.django_db
def test_a_limit_without_working_time_is_told_by_its_hour() -> None:
    sunday = at("11-08 18:00")
    case = make_case(status=CaseStatus.ACKNOWLEDGED, at=at("11-07 10:00"), due_at=sunday)
    story = clock_story(case, now=at("11-07 12:00"))
    assert story.told == "时限 2026-11-08 周日 18:00，其间没有工作小时。"


@pytest.mark.django_db
def test_a_late_clock_shows_where_its_due_time_was() -> None:
    case = make_case(status=CaseStatus.ACKNOWLEDGED)
    face = clock.clock_face(case, now=at("11-05 10:00"))
    assert face is not None
    assert face.due_share == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (CaseStatus.REPORTED, "已等 3 小时"),
        (CaseStatus.FILED, "已等 2 小时"),
        (CaseStatus.DISPATCHED, "还剩 5 小时"),
        (CaseStatus.PARKED, "停钟（挂账）"),
        (CaseStatus.SUBMITTED, "核查还剩 6 小时"),
        (CaseStatus.REWORK, "还剩 3 小时"),
        (CaseStatus.VERIFIED, "待销号"),
        (CaseStatus.CLOSED, "按时办结"),
        (CaseStatus.DECLINED, None),
        (CaseStatus.MERGED, None),
    ],
)
@pytest.mark.django_db
def test_a_clock_says_something_fitting_at_every_standing(
    status: CaseStatus, words: str | None
) -> None:
    case = make_case(status=status)
    face = clock.clock_face(case, now=at("11-02 14:00"))
    assert (face.words if face else None) == words


@pytest.mark.django_db
def test_the_times_to_take_and_to_check_have_clocks_of_their_own() -> None:
    case = make_case(status=CaseStatus.DISPATCHED)
    face = clock.acknowledge_face(case, now=at("11-02 10:30"))
    assert face is not None
    assert (face.words, face.tone) == ("签收还剩 1 小时", "run")
    late = clock.acknowledge_face(case, now=at("11-02 15:00"), exact=True)
    assert late is not None
    assert (late.words, late.tone) == ("签收超期 1 小时", "late")
    assert clock.verify_face(case, now=MORNING) is None


@pytest.mark.django_db
def test_a_list_of_clocks_reads_the_rules_once() -> None:
    cases = [make_case(status=CaseStatus.ACKNOWLEDGED) for _ in range(3)]
    book = rulebook.current()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for case in cases:
            clock.clock_face(case, now=hours_on(3), book=book)
    assert len(queries) == 0


# --- The story ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_story_tells_of_time_that_ran_stood_still_and_was_checked() -> None:
    office, unit = make_operator(), make_unit()
    worker = make_handler(unit)
    case = make_case(status=CaseStatus.ACKNOWLEDGED, operator=office, unit=unit, handler=worker)
    key: dict[str, Any] = {"case_id": case.pk}
    operations.park_case(**key, words="待改造", actor=office, now=at("11-02 14:30"))
    operations.unpark_case(**key, actor=office, now=at("11-03 09:00"))
    case = Case.objects.get(pk=case.pk)
    assert wall(case.due_at) == "11-03 15:30"

    story = clock_story(case, now=at("11-04 09:00"))
    assert story.face is not None
    assert story.face.words == "超期 2 小时 30 分"
    assert story.told == "按工作小时计，限 1 天，已用 1 天 2 小时；停钟 3 小时 30 分不计。"
    assert story.picture is not None
    assert [one.tone for one in story.picture.spans] == ["run", "hold", "run", "late"]
    assert len(story.picture.days) == 3
    assert [mark.kind for mark in story.picture.below] == ["event", "event", "due"]


@pytest.mark.django_db
@pytest.mark.parametrize("status", list(CaseStatus))
def test_every_standing_has_a_story(status: CaseStatus) -> None:
    case = make_case(status=status)
    story = clock_story(case, now=at("11-09 09:00"))
    was_handed_over = case.dispatched_at is not None
    assert (story.picture is not None) == was_handed_over


@pytest.mark.django_db
def test_a_due_time_far_away_leaves_now_in_the_picture() -> None:
    case = make_case(status=CaseStatus.ACKNOWLEDGED, due_at=at("11-02 09:00") + timedelta(days=900))
    story = clock_story(case, now=at("12-30 09:00"))
    assert story.picture is not None
    assert len(story.picture.days) == 30
    assert [mark.kind for mark in story.picture.above] == ["now"]


@pytest.mark.django_db
def test_a_draft_without_category_is_on_the_clock_too() -> None:
    make_policy()
    office = make_operator()
    case = operations.file_draft(draft=make_draft(), actor=office, now=MORNING)
    case = operations.dispatch_case(case_id=case.pk, unit=make_unit(), actor=office, now=MORNING)
    assert wall(case.due_at) == "11-03 09:00"
