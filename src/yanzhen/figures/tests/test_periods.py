"""Periods as people ask for them."""

from datetime import date, datetime

import pytest

from yanzhen.core.time import city_zone
from yanzhen.figures.periods import (
    Preset,
    later_month,
    months,
    one_step_earlier,
    preset_days,
)


def here(month: int, day: int, hour: int = 14) -> datetime:
    return datetime(2026, month, day, hour, 5, tzinfo=city_zone())


@pytest.mark.parametrize(
    ("preset", "days"),
    [
        (Preset.MONTH, (date(2026, 3, 1), date(2026, 3, 31))),
        (Preset.LAST_MONTH, (date(2026, 2, 1), date(2026, 2, 28))),
        (Preset.DAYS, (date(2026, 3, 2), date(2026, 3, 31))),
        (Preset.YEAR, (date(2026, 1, 1), date(2026, 3, 31))),
        (Preset.ALL, (None, None)),
    ],
)
def test_a_preset_is_a_stretch_up_to_today(
    preset: str, days: tuple[date | None, date | None]
) -> None:
    assert preset_days(preset, date(2026, 3, 31)) == days


def test_the_month_before_january_is_last_years_december() -> None:
    assert preset_days(Preset.LAST_MONTH, date(2026, 1, 15)) == (
        date(2025, 12, 1),
        date(2025, 12, 31),
    )


@pytest.mark.parametrize(
    ("day", "step", "later"),
    [
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2024, 3, 31), -1, date(2024, 2, 29)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
    ],
)
def test_a_later_month_has_the_same_day_or_its_last(day: date, step: int, later: date) -> None:
    assert later_month(day, step) == later


def test_months_are_told_by_their_first_days_and_where_the_last_one_ends() -> None:
    assert months(date(2025, 11, 20), date(2026, 1, 1)) == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]


@pytest.mark.parametrize(
    ("first", "last", "at", "earlier"),
    [
        # a part of a month: the same days of the month before, seen a month earlier
        (
            date(2026, 11, 1),
            date(2026, 11, 20),
            here(11, 20),
            (date(2026, 10, 1), date(2026, 10, 20), here(10, 20)),
        ),
        # a whole month against a whole month, however long
        (
            date(2026, 3, 1),
            date(2026, 3, 31),
            here(4, 2),
            (date(2026, 2, 1), date(2026, 2, 28), here(3, 2)),
        ),
        (
            date(2026, 2, 1),
            date(2026, 2, 28),
            here(3, 31),
            (date(2026, 1, 1), date(2026, 1, 31), here(2, 28)),
        ),
        # days against as many days before
        (
            date(2026, 3, 2),
            date(2026, 3, 31),
            here(3, 31),
            (date(2026, 1, 31), date(2026, 3, 1), here(3, 1)),
        ),
    ],
)
def test_one_step_earlier_is_a_fair_comparison(
    first: date, last: date, at: datetime, earlier: tuple[date, date, datetime]
) -> None:
    found = one_step_earlier(first, last, at)

    assert (found.from_on, found.to_on, found.as_of) == earlier


def test_a_year_is_compared_with_the_year_before() -> None:
    found = one_step_earlier(date(2026, 1, 1), date(2026, 11, 20), here(11, 20))

    assert (found.from_on, found.to_on) == (date(2025, 1, 1), date(2025, 11, 20))
    assert found.as_of.year == 2025
    assert found.words == "比上年同期"
