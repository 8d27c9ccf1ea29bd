"""The geometry of trends, bars and clocks."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from yanzhen.core import drawing
from yanzhen.core.drawing import ClockMark, ClockSpan, Window


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 on the city's clock."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


DAYS = [Window(at(day, 8), at(day, 18)) for day in (17, 18, 19, 20)]


def picture(*marks: ClockMark, spans: tuple[ClockSpan, ...] = ()) -> drawing.ClockPicture:
    return drawing.clock_picture(
        windows=DAYS, spans=spans, marks=marks, now=at(20, 14), label="时限"
    )


def test_a_trend_runs_from_left_to_right_and_up_is_up() -> None:
    line = drawing.trend(
        [("9月", Decimal(72)), ("10月", None), ("11月", Decimal(88))], last_words="88%"
    )

    assert line is not None
    (x1, y1), (x2, y2) = (tuple(map(float, p.split(","))) for p in line.points.split())
    assert (x1, x2) == (drawing.LEFT, drawing.RIGHT)
    assert y1 > y2
    assert (line.last_x, line.last_y) == (x2, y2)
    assert [tick.words for tick in line.labels] == ["9月", "10月", "11月"]


@pytest.mark.parametrize(
    ("low", "high", "levels"),
    [
        ("71.2", "86.06", ["70", "80", "90"]),
        ("3", "4", ["3", "3.5", "4"]),
        ("0", "0", ["0", "0.5", "1"]),
        ("1200", "4800", ["0", "2,000", "4,000", "6,000"]),
        ("100", "100", ["100", "120", "140", "160"]),
    ],
)
def test_levels_are_round_and_frame_the_values(low: str, high: str, levels: list[str]) -> None:
    line = drawing.trend([("a", Decimal(low)), ("b", Decimal(high))], last_words="")

    assert line is not None
    assert [tick.words for tick in line.levels] == levels
    ends = [float(point.split(",")[1]) for point in line.points.split()]
    assert line.levels[-1].at <= min(ends)
    assert max(ends) <= line.levels[0].at


def test_one_value_makes_no_trend() -> None:
    assert drawing.trend([("a", Decimal(1)), ("b", None)], last_words="") is None


def test_a_bar_grows_from_the_middle_to_its_side() -> None:
    above = drawing.bar_from(Decimal(90), Decimal(80), Decimal(20))
    below = drawing.bar_from(Decimal(60), Decimal(80), Decimal(20))

    assert (above.x, above.width) == (50, 25)
    assert (below.x, below.width) == (0, 50)
    assert drawing.bar_from(Decimal(80), Decimal(80), Decimal(0)).width == 0
    assert drawing.bar_from(Decimal(999), Decimal(80), Decimal(1)).width == 50


def test_nights_take_no_room_on_a_clock() -> None:
    night = ClockSpan(at(17, 18), at(18, 8), "run")
    hour = ClockSpan(at(17, 17), at(17, 18), "run")
    over_night = ClockSpan(at(17, 17), at(18, 9), "run")
    drawn = picture(spans=(night, hour, over_night)).spans

    assert drawn[0].width == 0
    assert drawn[2].width == pytest.approx(2 * drawn[1].width, abs=0.2)


def test_every_day_is_as_wide_as_it_is_long_and_today_is_marked() -> None:
    days = picture().days

    assert [day.today for day in days] == [False, False, False, True]
    assert [day.words for day in days] == ["11-17 周二", "11-18 周三", "11-19 周四", "11-20 周五"]
    assert len({day.width for day in days}) == 1


def test_of_sixty_days_only_those_with_room_are_named() -> None:
    start = at(1, 8)
    windows = [
        Window(start + timedelta(days=n), start + timedelta(days=n, hours=10)) for n in range(60)
    ]
    days = drawing.clock_picture(windows=windows, spans=(), marks=(), now=start, label="").days

    named = [day.x for day in days if day.words]
    assert 5 < len(named) < 12
    assert all(later - earlier >= 96 for earlier, later in pairwise(named))


def test_words_that_do_not_fit_into_a_span_are_left_out() -> None:
    short = ClockSpan(at(17, 9), at(17, 10), "late", "超期 1 小时")
    long = ClockSpan(at(17, 9), at(18, 17), "late", "超期 1 小时")
    first, second = picture(spans=(short, long)).spans

    assert (first.words, second.words) == ("", "超期 1 小时")


def test_words_below_the_bar_never_cross() -> None:
    marks = [ClockMark(at(19, 8 + n), "event", f"{8 + n}:00 第几次反馈") for n in range(8)]
    below = picture(*marks).below

    assert {mark.row for mark in below} == {-1, 0, 1}
    for row in (0, 1):
        places = sorted(
            (mark.left, mark.left + len(mark.words) * 8) for mark in below if mark.row == row
        )
        assert all(end < start for (_, end), (start, _) in pairwise(places))
    assert all(mark.words == "" for mark in below if mark.row < 0)


def test_a_due_time_keeps_its_words_when_room_is_short() -> None:
    crowd = [ClockMark(at(19, 9, n), "event", "一件小事") for n in range(5)]
    below = picture(*crowd, ClockMark(at(19, 9, 6), "due", "09:06 到期")).below

    assert below[-1].words == "09:06 到期"
    assert below[-1].row == 0


def test_words_at_the_right_edge_turn_inwards() -> None:
    (last,) = picture(ClockMark(at(20, 18), "due", "17:30 核查限")).below

    assert last.anchor == "end"


def test_a_second_row_of_words_makes_the_picture_taller() -> None:
    one = picture(ClockMark(at(19, 9), "event", "09:00 交办"))
    two = picture(
        ClockMark(at(19, 9), "event", "09:00 交办"), ClockMark(at(19, 10), "event", "10:00 签收")
    )

    assert one.height < two.height


def test_a_clock_without_days_is_not_drawn() -> None:
    with pytest.raises(ValueError, match="working day"):
        drawing.clock_picture(windows=(), spans=(), marks=(), now=at(20, 8), label="")
