"""How dates, durations and numbers read."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template

from yanzhen.core import words

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)


def shown(text: str, **context: object) -> str:
    return Template("{% load words %}" + text).render(Context({"now": NOW, **context}))


def test_a_full_date_stands_on_the_citys_clock_with_its_weekday() -> None:
    assert words.full_date(datetime(2026, 11, 20, 18, 30, tzinfo=UTC)) == "2026-11-21 周六 02:30"
    assert words.full_date(date(2026, 11, 22)) == "2026-11-22 周日"
    assert words.full_date(None) == "—"


def test_a_time_without_a_zone_is_a_bug() -> None:
    with pytest.raises(ValueError, match="naive"):
        words.full_date(datetime(2026, 11, 20))  # noqa: DTZ001 - the fault itself


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 11, 20, 2, 12, tzinfo=UTC), "今天 10:12"),
        (datetime(2026, 11, 19, 15, 59, tzinfo=UTC), "昨天 23:59"),
        (datetime(2026, 11, 19, 16, 0, tzinfo=UTC), "今天 00:00"),
        (datetime(2026, 11, 21, 9, 30, tzinfo=UTC), "明天 17:30"),
        (datetime(2026, 11, 18, 5, 30, tzinfo=UTC), "11-18 13:30"),
        (datetime(2025, 12, 31, 5, 30, tzinfo=UTC), "2025-12-31 13:30"),
        (date(2026, 11, 20), "今天"),
        (date(2026, 11, 3), "11-03"),
    ],
)
def test_a_near_date_is_told_by_its_day(at: date, said: str) -> None:
    assert words.near_date(at, now=NOW) == said


@pytest.mark.parametrize(
    ("length", "short", "exact"),
    [
        (timedelta(hours=3, minutes=25), "3 小时", "3 小时 25 分"),
        (timedelta(hours=3), "3 小时", "3 小时"),
        (timedelta(days=2, hours=4, minutes=59), "2 天", "2 天 4 小时"),
        (timedelta(hours=23, minutes=59), "23 小时", "23 小时 59 分"),
        (timedelta(minutes=40), "40 分钟", "40 分钟"),
        (timedelta(seconds=59), "不到 1 分钟", "不到 1 分钟"),
        (timedelta(days=1200), "1,200 天", "1,200 天"),
        (timedelta(hours=-51), "2 天", "2 天 3 小时"),
    ],
)
def test_a_span_counts_only_what_is_full(length: timedelta, short: str, exact: str) -> None:
    assert words.span(length) == short
    assert words.span(length, exact=True) == exact


def test_what_is_over_is_late_and_nothing_else_is() -> None:
    assert words.left_or_late(timedelta(hours=3)) == "还剩 3 小时"
    assert words.left_or_late(timedelta(days=-2)) == "超期 2 天"
    assert words.left_or_late(timedelta(0)) == "还剩 不到 1 分钟"


def test_numbers_keep_their_digits() -> None:
    assert words.cn_number(1284) == "1,284"
    assert words.cn_number(Decimal("1284.50")) == "1,284.50"
    assert words.cn_number(None) == "—"
    assert words.cn_number("1 万+") == "1 万+"
    assert words.cn_percent(Decimal("86.00")) == "86.00%"
    assert words.cn_percent(None) == "—"
    assert (words.cn_size(100), words.cn_size(700_000), words.cn_size(2_516_582)) == (
        "1 KB",
        "684 KB",
        "2.4 MB",
    )


def test_the_filters_say_the_same() -> None:
    late, rate = timedelta(hours=-51), Decimal("101.37")
    assert shown("{{ now|cn_date }}") == "2026-11-20 周五 14:05"
    assert shown("{{ now|cn_near:now }}") == "今天 14:05"
    assert shown("{{ now|cn_month }}") == "2026-11"
    assert shown("{{ late|cn_duration }}", late=late) == "超期 2 天"
    assert shown('{{ late|cn_duration:"exact" }}', late=late) == "超期 2 天 3 小时"
    assert shown('{{ late|cn_duration:"span" }}', late=late) == "2 天"
    assert shown("{{ none|cn_duration }}", none=None) == "—"
    assert shown("{{ 1284|cn_number }} {{ rate|percent }}", rate=rate) == "1,284 101.37%"


def test_a_time_on_a_page_is_near_for_people_and_exact_for_machines() -> None:
    assert shown("{% when now now %}") == (
        '<time datetime="2026-11-20T14:05+08:00" title="2026-11-20 周五 14:05">今天 14:05</time>'
    )
    assert ">2026-11-20 周五 14:05</time>" in shown("{% when now %}")
    assert shown("{% when none %}", none=None) == "—"
