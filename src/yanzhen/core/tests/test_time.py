"""The work calendar, held against real weeks: national day, spring festival, make-up days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from yanzhen.core.time import (
    KNOWN_YEARS,
    WorkCalendar,
    city_day,
    city_midnight,
    city_zone,
    default_calendar,
    is_public_working_day,
    parse_hours,
)

HOURS = parse_hours("08:30-12:00,14:00-17:30")
CALENDAR = WorkCalendar(HOURS)
DAY = 420
"""Minutes of a working day."""


def at(text: str) -> datetime:
    """An instant as it reads on the wall in the city."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=city_zone())


def wall(moment: datetime) -> str:
    return moment.astimezone(city_zone()).strftime("%Y-%m-%d %H:%M")


def test_the_day_of_the_city_begins_at_its_own_midnight() -> None:
    assert city_day(datetime(2026, 11, 1, 15, 59, 59, tzinfo=UTC)) == date(2026, 11, 1)
    assert city_day(datetime(2026, 11, 1, 16, 0, tzinfo=UTC)) == date(2026, 11, 2)
    assert city_midnight(date(2026, 11, 2)) == datetime(2026, 11, 1, 16, 0, tzinfo=UTC)


# Public holidays as the State Council announced them; each row is one run of days.
@pytest.mark.parametrize(
    ("first", "last", "is_working"),
    [
        ("2024-10-01", "2024-10-07", False),
        ("2024-09-29", "2024-09-29", True),  # a Sunday made up
        ("2024-10-12", "2024-10-12", True),  # a Saturday made up
        ("2025-01-28", "2025-02-04", False),  # spring festival 2025, eight days
        ("2025-01-26", "2025-01-26", True),  # a Sunday made up
        ("2025-02-08", "2025-02-08", True),  # a Saturday made up
        ("2025-10-01", "2025-10-08", False),  # national day and mid-autumn 2025
        ("2025-09-28", "2025-09-28", True),  # a Sunday made up
        ("2025-10-11", "2025-10-11", True),  # a Saturday made up
        ("2025-10-12", "2025-10-12", False),
        ("2026-01-01", "2026-01-03", False),
        ("2026-01-04", "2026-01-04", True),  # a Sunday made up
        ("2026-02-15", "2026-02-23", False),  # spring festival 2026, nine days
        ("2026-02-14", "2026-02-14", True),  # a Saturday made up
        ("2026-02-28", "2026-02-28", True),  # a Saturday made up
        ("2026-10-01", "2026-10-07", False),  # national day 2026
        ("2026-09-20", "2026-09-20", True),  # a Sunday made up
        ("2026-10-10", "2026-10-10", True),  # a Saturday made up
        ("2026-10-11", "2026-10-11", False),
        ("2026-11-02", "2026-11-06", True),
        ("2026-11-07", "2026-11-08", False),
    ],
)
def test_the_city_works_as_the_state_says(first: str, last: str, *, is_working: bool) -> None:
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        assert CALENDAR.is_working_day(day) is is_working, day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        # an ordinary week
        ("2026-11-02 09:00", 60, "2026-11-02 10:00"),
        ("2026-11-02 11:30", 60, "2026-11-02 14:30"),  # over lunch
        ("2026-11-02 09:00", DAY, "2026-11-03 09:00"),
        ("2026-11-02 08:30", DAY, "2026-11-02 17:30"),  # the end of a day, not the next morning
        ("2026-11-06 17:00", 60, "2026-11-09 09:00"),  # over a week-end
        ("2026-11-07 10:00", 30, "2026-11-09 09:00"),  # found on a Saturday
        ("2026-11-02 03:00", 30, "2026-11-02 09:00"),  # found at night
        ("2026-11-02 12:30", 30, "2026-11-02 14:30"),  # found at lunch
        # national day 2025: the eve is a Tuesday, back on Thursday the 9th, Saturday is worked
        ("2025-09-30 16:30", 240, "2025-10-09 11:30"),
        ("2025-10-09 16:30", 2 * DAY, "2025-10-11 16:30"),
        ("2025-09-27 10:00", 30, "2025-09-28 09:00"),  # the Sunday that is worked
        # national day 2026: back on Thursday the 8th, Saturday the 10th is worked
        ("2026-09-30 16:30", 4 * 60, "2026-10-08 11:30"),
        ("2026-10-08 08:30", 3 * DAY, "2026-10-10 17:30"),
        ("2026-10-10 17:00", 60, "2026-10-12 09:00"),
        # spring festival 2026: nine days, Saturday before is worked
        ("2026-02-13 17:00", DAY, "2026-02-14 17:00"),
        ("2026-02-14 17:00", 60, "2026-02-24 09:00"),
        # spring festival 2025
        ("2025-01-27 17:29", 2, "2025-02-05 08:31"),
        # nothing, and back
        ("2026-11-07 10:00", 0, "2026-11-07 10:00"),
        ("2026-11-09 09:00", -60, "2026-11-06 17:00"),
        ("2026-10-08 11:30", -240, "2026-09-30 16:30"),
        ("2026-11-02 08:30", -1, "2026-10-30 17:29"),
    ],
)
def test_working_minutes_are_added_over_real_weeks(start: str, minutes: int, due: str) -> None:
    found = CALENDAR.add_working_minutes(at(start), minutes)
    assert wall(found) == due
    assert CALENDAR.working_minutes_between(at(start), found) == minutes


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-11-02 08:00", "2026-11-02 18:00", DAY),
        ("2026-11-02 12:00", "2026-11-02 14:00", 0),
        ("2026-11-07 00:00", "2026-11-08 23:00", 0),
        ("2026-09-30 17:30", "2026-10-08 08:30", 0),
        ("2026-09-28 00:00", "2026-10-12 00:00", 6 * DAY),
        ("2026-11-02 10:00", "2026-11-02 09:00", -60),
    ],
)
def test_working_minutes_are_measured(start: str, end: str, minutes: int) -> None:
    assert CALENDAR.working_minutes_between(at(start), at(end)) == minutes


def test_begun_minutes_do_not_count_in_either_direction() -> None:
    start = at("2026-11-02 09:00")
    later = start + timedelta(seconds=119, microseconds=999_999)
    assert CALENDAR.working_minutes_between(start, later) == 1
    assert CALENDAR.working_minutes_between(later, start) == -1
    assert CALENDAR.working_time_between(start, later) == later - start


moments = st.datetimes(
    datetime(2003, 1, 1),  # noqa: DTZ001 - Hypothesis wants its bounds naive
    datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
minutes_of_years = st.integers(-3 * 250 * DAY, 3 * 250 * DAY)


@given(moments, minutes_of_years)
def test_adding_and_measuring_are_inverse(start: datetime, minutes: int) -> None:
    assert CALENDAR.working_minutes_between(
        start, CALENDAR.add_working_minutes(start, minutes)
    ) == (minutes)


@given(moments, minutes_of_years, minutes_of_years)
def test_minutes_add_up_in_any_order(start: datetime, some: int, more: int) -> None:
    step_by_step = CALENDAR.add_working_minutes(CALENDAR.add_working_minutes(start, some), more)
    assert CALENDAR.working_time_between(start, step_by_step) == timedelta(minutes=some + more)


@given(moments, moments, moments)
def test_working_time_is_additive_and_never_longer_than_time(
    a: datetime, b: datetime, c: datetime
) -> None:
    between = CALENDAR.working_time_between
    assert between(a, b) + between(b, c) == between(a, c)
    assert abs(between(a, b)) <= abs(b - a)


@given(moments, st.integers(1, 100 * DAY))
def test_a_due_time_lies_ahead_and_in_or_at_the_end_of_working_hours(
    start: datetime, minutes: int
) -> None:
    due = CALENDAR.add_working_minutes(start, minutes)
    assert due > start
    assert CALENDAR.is_working_time(due - timedelta(microseconds=1))


def test_a_city_may_work_on_a_holiday_and_rest_on_a_working_day() -> None:
    own = WorkCalendar(HOURS, {date(2026, 10, 3): True, date(2026, 11, 3): False})
    assert own.is_working_day(date(2026, 10, 3))
    assert not own.is_working_day(date(2026, 11, 3))
    assert wall(own.add_working_minutes(at("2026-11-02 17:00"), 60)) == "2026-11-04 09:00"
    assert wall(own.add_working_minutes(at("2026-09-30 17:00"), 60)) == "2026-10-03 09:00"
    assert not CALENDAR.is_working_day(date(2026, 10, 3))


def test_beyond_the_known_years_monday_to_friday_are_worked() -> None:
    year = KNOWN_YEARS.stop
    day = date(year, 10, 1)
    for _ in range(14):
        assert is_public_working_day(day) is (day.weekday() < 5)
        day += timedelta(days=1)


def test_a_due_time_beyond_all_calendars_is_a_slip_of_the_pen() -> None:
    with pytest.raises(OverflowError):
        CALENDAR.add_working_minutes(at("2060-12-31 17:00"), 3 * DAY)


def test_working_hours_come_from_the_settings() -> None:
    with override_settings(YANZHEN_WORK_HOURS="09:00-13:00"):
        calendar = default_calendar()
    assert calendar.day_minutes == 240
    assert wall(calendar.add_working_minutes(at("2026-11-02 12:30"), 60)) == "2026-11-03 09:30"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8-12",
        "08:30-12:00;14:00-17:30",
        "12:00-08:30",
        "08:30-12:00,11:00-17:30",
        "08:70-09:00",
    ],
)
def test_malformed_working_hours_stop_the_start(text: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        parse_hours(text)


def test_round_the_clock_is_a_working_day_too() -> None:
    calendar = WorkCalendar(parse_hours("00:00-24:00"))
    assert wall(calendar.add_working_minutes(at("2026-11-06 23:00"), 120)) == "2026-11-09 01:00"
