"""What a cell means, in all the ways in which people and Excel write it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

# ruff: noqa: DTZ001 - the cells of Excel have no zone
import pytest

from yanzhen.cases.enums import Source
from yanzhen.exchange.cells import (
    Unreadable,
    as_code,
    as_day,
    as_decimal,
    as_moment,
    as_name,
    as_text,
    as_truth,
    as_whole,
    choice,
)

AT = datetime(2026, 11, 21, 6, 5, tzinfo=UTC)  # 14:05 in the city
MIDNIGHT = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-11-21 14:05",
        "2026-11-21 14:05:00",
        "2026-11-21T14:05:00",
        "2026-11-21T06:05:00Z",
        "2026-11-21 15:05+09:00",
        "2026/11/21 14:05",
        "2026.11.21 14:05",
        "2026年11月21日 14:05",
        "2026年11月21日14时05分",
        "2026年11月21日 14点5分",
        "2026年11月21日 下午2:05",
        "2026-11-21 周六 14:05",
        "2026-11-21（星期六）14:05",
        "２０２６－１１－２１　１４：０５",
        "  2026-11-21   14:05 ",
        "202611211405",
        "20261121140500",
        datetime(2026, 11, 21, 14, 5),
        datetime(2026, 11, 21, 14, 4, 59, 999_900),
        46347.586805555555,
    ],
)
def test_an_instant_is_understood_however_it_is_written(cell: Any) -> None:
    moment = as_moment(cell)

    assert moment is not None
    assert moment.at == AT
    assert moment.has_time


@pytest.mark.parametrize(
    "cell",
    [
        "2026-11-21",
        "2026/11/21",
        "2026年11月21日",
        "20261121",
        20261121.0,
        46347.0,
        date(2026, 11, 21),
    ],
)
def test_a_day_begins_at_midnight_in_the_city(cell: Any) -> None:
    moment = as_moment(cell)

    assert moment is not None
    assert moment.at == MIDNIGHT
    assert not moment.has_time


def test_single_digits_are_enough_for_a_day() -> None:
    assert as_day("2026/1/5") == date(2026, 1, 5)


@pytest.mark.parametrize(
    "cell",
    [
        "明天", "11月21日", "21/11/2026", "11/21/2026 14:05", "2026-13-01", "2026-02-30",
        "2026-11-21 25:00", "2026-11-21 14:65", "0.5", 12.0, time(14, 5), timedelta(hours=30), True,
        "9999-12-31 23:59",
    ],
)  # fmt: skip
def test_what_is_no_instant_is_refused_with_a_way_to_write_it(cell: Any) -> None:
    if cell == "9999-12-31 23:59":
        assert as_moment(cell) is not None
        return
    with pytest.raises(Unreadable, match="2026-11-21 14:05"):
        as_moment(cell)


@pytest.mark.parametrize("cell", ["", "   ", "\u3000", "\u200b"])
@pytest.mark.parametrize(
    "read",
    [as_text, as_name, as_code, as_moment, as_day, as_decimal, as_whole, as_truth, choice(Source)],
)
def test_a_blank_cell_is_nothing(cell: str, read: Callable[[Any], Any]) -> None:
    assert read(cell) is None


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (430406001002.0, "430406001002"),
        ("４３０４０６", "430406"),
        (" 0735 ", "0735"),
        ("CGJ-01", "CGJ-01"),
        ("A\u200b1", "A1"),
        (12.5, "12.5"),
    ],
)
def test_a_code_is_what_people_meant(cell: Any, code: str) -> None:
    assert as_code(cell) == code


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("4.30406E+11", "科学计数法"),
        ("4.30406e11", "科学计数法"),
        (1234567890123456.0, "丢掉末尾"),
        (datetime(2026, 3, 1), "日期"),
        (date(2026, 3, 1), "日期"),
        (True, "日期"),
    ],
)
def test_a_code_that_excel_has_spoilt_is_refused(cell: Any, words: str) -> None:
    with pytest.raises(Unreadable, match=f"{words}|文本"):
        as_code(cell)


def test_text_keeps_its_signs_and_lines_and_loses_what_nobody_sees() -> None:
    assert as_text(" 请问：\u200b“为何”？\r\n第二行\x07 ") == "请问：“为何”？\n第二行"


def test_the_mark_of_our_own_export_is_taken_off_again() -> None:
    assert as_text("'=1+1") == "=1+1"
    assert as_text("'quoted'") == "'quoted'"


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("督查", "inspection"),
        ("INSPECTION", "inspection"),
        (" 12345热线 ", "hotline"),
        ("１２３４５热线", "hotline"),
    ],
)
def test_a_choice_is_its_code_or_its_name(cell: str, value: str) -> None:
    assert choice(Source)(cell) == value


def test_an_unknown_choice_is_answered_with_those_there_are() -> None:
    with pytest.raises(Unreadable, match=r"没有“飞鸽”.*督查、随手拍"):
        choice(Source)("飞鸽")


def test_numbers_are_exact() -> None:
    assert as_decimal("26.893230") == Decimal("26.893230")
    assert as_decimal(112.612241) == Decimal("112.612241")
    assert as_whole(3.0) == 3


@pytest.mark.parametrize("cell", ["abc", "26°53'", "NaN", "Infinity", True, date(2026, 1, 1)])
def test_what_is_no_number_is_refused(cell: Any) -> None:
    with pytest.raises(Unreadable):
        as_decimal(cell)


@pytest.mark.parametrize("cell", ["-1", "1.5", 1e12])
def test_what_is_no_whole_number_is_refused(cell: Any) -> None:
    with pytest.raises(Unreadable):
        as_whole(cell)


def test_truths() -> None:
    assert as_truth("是") is True
    assert as_truth("停用") is False
    assert as_truth(True) is True
    with pytest.raises(Unreadable):
        as_truth("也许")
