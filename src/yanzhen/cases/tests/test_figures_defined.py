"""What each figure of the loop counts, case by case, and what it refuses to be asked."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from yanzhen.cases.enums import CaseKind, Source
from yanzhen.cases.tests.engines import duckdb_store
from yanzhen.cases.tests.factories import make_category
from yanzhen.cases.tests.lives import Life, Told, tell, utc, write
from yanzhen.core.errors import Refused
from yanzhen.figures import registry
from yanzhen.figures.engines import SQLITE
from yanzhen.figures.errors import (
    DayOutOfReach,
    PeriodBackwards,
    UnknownDimension,
    UnknownFigure,
    UnknownValue,
)
from yanzhen.figures.registry import FigureValue, Question, Scope
from yanzhen.places.tests.factories import make_area
from yanzhen.units.tests.factories import make_unit

FILED = utc(2026, 3, 2, 1)
"""Nine in the morning of 2 March in Hengyang."""
DUE = FILED + timedelta(days=3)
LATER = utc(2026, 3, 31, 4)


def after(**length: float) -> datetime:
    return FILED + timedelta(**length)


@pytest.fixture(autouse=True)
def net(db: None) -> None:
    for code in ("430405001001", "430406001001", "430406001004"):
        make_area(code)
    make_unit("U1")
    make_unit("U2")


def a_case(number: int = 1, **fields: Any) -> Life:
    return Life(f"HY-2026-{number:06d}", **{"filed_at": FILED} | fields)


def in_work(number: int = 1, **fields: Any) -> Life:
    life = a_case(number, **fields)
    return life.dispatch(after(hours=1), "U1", DUE).acknowledge(after(hours=2))


def closed(number: int = 1, days: float = 1, **fields: Any) -> Life:
    life = in_work(number, **fields).submit(after(days=days))
    return life.verify(after(days=days, hours=1)).close(after(days=days, hours=1))


def figures(*lives: Life, **asked: Any) -> dict[str, FigureValue]:
    write(lives)
    return compute(**asked)


def compute(**asked: Any) -> dict[str, FigureValue]:
    codes = [figure.code for figure in registry.all_figures()]
    return {one.figure.code: one for one in registry.compute(codes, **{"as_of": LATER} | asked)}


def fraction(value: FigureValue) -> tuple[int | None, int | None]:
    return value.numerator, value.denominator


def test_merged_and_declined_cases_are_not_found_and_parked_ones_are() -> None:
    told = figures(
        a_case(1),
        in_work(2).merge(after(days=1)),
        a_case(3).decline(after(days=1)),
        in_work(4).park(after(days=1)),
        closed(5),
        a_case(6, kind=CaseKind.EVIDENCE),
    )

    assert told["cases_found"].value == 3
    assert fraction(told["rectification_rate"]) == (1, 3)
    assert told["rectification_rate"].value == Decimal("33.33")


def test_a_case_counts_as_it_stood_at_the_moment() -> None:
    write([closed().reopen(after(days=9), after(days=12)).decline(after(days=20))])

    def rectified(at: datetime) -> tuple[int | None, int | None]:
        return fraction(compute(as_of=at)["rectification_rate"])

    assert rectified(after(hours=-1)) == (0, 0)
    assert rectified(FILED) == (0, 1)
    assert rectified(after(days=1)) == (0, 1)
    assert rectified(after(days=1, hours=1)) == (1, 1)
    assert rectified(after(days=9)) == (0, 1)
    assert rectified(after(days=20)) == (0, 0)


@pytest.mark.parametrize(
    ("life", "on_time"),
    [
        (lambda: in_work().submit(DUE).verify(DUE).close(after(days=9)), (1, 1)),
        (lambda: in_work().submit(DUE + timedelta(microseconds=1)), (0, 1)),
        (in_work, (0, 1)),
        (lambda: in_work().submit(after(days=1)), (1, 1)),
        (lambda: in_work().extend(after(days=1), after(days=8)).submit(after(days=7)), (1, 1)),
        (lambda: in_work().submit(after(days=1)).fail(after(days=2), after(days=4)), (0, 1)),
        (lambda: in_work().park(after(days=1)), (0, 0)),
        (lambda: in_work().give_back(after(days=1)), (0, 0)),
        (a_case, (0, 0)),
        (lambda: a_case().dispatch(after(days=1), "U1", LATER), (0, 0)),
    ],
)
def test_on_time_is_what_was_reported_done_by_the_due_time_of_all_that_should_be(
    life: Any, on_time: tuple[int, int]
) -> None:
    assert fraction(figures(life())["on_time_rate"]) == on_time


def test_who_is_closed_early_should_have_been_done_already() -> None:
    told = figures(closed(days=1), as_of=after(days=2))

    assert fraction(told["on_time_rate"]) == (1, 1)


@pytest.mark.parametrize(
    ("life", "at", "is_overdue"),
    [
        (in_work, DUE, 0),
        (in_work, DUE + timedelta(microseconds=1), 1),
        (lambda: a_case().dispatch(after(hours=1), "U1", DUE), LATER, 1),
        (lambda: in_work().submit(DUE), LATER, 0),
        (lambda: in_work().submit(DUE).verify(after(days=5)), LATER, 0),
        (lambda: in_work().submit(after(days=4)), LATER, 1),
        (lambda: in_work().submit(after(days=4)).verify(after(days=5)), LATER, 1),
        (lambda: closed(days=4), LATER, 0),
        (lambda: in_work().park(after(days=4)), LATER, 0),
        (lambda: in_work().give_back(after(days=4)), LATER, 0),
        (lambda: in_work().merge(after(days=4)), LATER, 0),
        (lambda: closed().reopen(after(days=5), after(days=6)), LATER, 1),
    ],
)
def test_open_and_overdue_is_what_a_unit_has_in_hand_past_its_due_time(
    life: Any, at: datetime, is_overdue: int
) -> None:
    told = figures(life(), as_of=at)

    assert told["overdue_open"].value == is_overdue
    assert registry.history(
        registry.figure("overdue_open"), Question(as_of=at), [date(2026, 3, 31)]
    ) == [is_overdue]


def test_rework_is_counted_as_often_as_it_happened() -> None:
    twice = in_work(1).submit(after(days=1)).fail(after(days=2), after(days=4))
    twice.submit(after(days=3)).fail(after(days=4), after(days=6)).submit(after(days=5))

    told = figures(twice, closed(2), in_work(3))

    assert fraction(told["rework_rate"]) == (2, 4)
    assert told["rework_rate"].value == Decimal("50.00")


def test_a_return_is_counted_for_the_unit_that_returned() -> None:
    life = in_work().give_back(after(days=1)).dispatch(after(days=2), "U2", LATER)
    life.give_back(after(days=3)).dispatch(after(days=4), "U1", LATER)
    write([life, in_work(2).give_back(after(days=1)).decline(after(days=2))])

    by_unit = registry.compute(["return_count"], as_of=LATER, by="unit")

    assert {value.key: value.value for value in by_unit} == {"U1": 1, "U2": 1}
    assert compute(as_of=after(days=2))["return_count"].value == 1
    assert compute(filters={"unit": "U2"})["return_count"].value == 1


def test_what_recurs_is_told_of_what_was_found() -> None:
    told = figures(a_case(1, recurs=True), closed(2), closed(3))

    assert told["recurrence_rate"].value == Decimal("33.33")


def test_the_median_is_the_middle_one_or_between_the_two_middle_ones() -> None:
    write([closed(1, days=1), closed(2, days=2), closed(3, days=40)])
    assert compute(as_of=after(days=50))["median_days_to_close"].value == Decimal("2.04")

    write([closed(4, days=5)])
    told = compute(as_of=after(days=50))["median_days_to_close"]
    assert told.value == Decimal("3.54")
    assert fraction(told) == (None, 4)


def test_a_city_of_2948_found_and_2537_rectified_stands_at_86_06() -> None:
    told = figures(
        *(closed(number) for number in range(2537)),
        *(in_work(number) for number in range(2537, 2948)),
    )

    assert fraction(told["rectification_rate"]) == (2537, 2948)
    assert told["rectification_rate"].value == Decimal("86.06")
    assert told["rectification_rate"].missing == 411


def test_nothing_to_divide_by_has_no_value() -> None:
    told = compute(from_on=date(2026, 3, 1), to_on=date(2026, 3, 31))

    assert {code for code, value in told.items() if value.value is None} == {
        "rectification_rate",
        "on_time_rate",
        "rework_rate",
        "recurrence_rate",
        "median_days_to_close",
    }
    assert told["cases_found"].value == 0
    assert fraction(told["zero_overdue_days"]) == (31, 31)


# --- Periods --------------------------------------------------------------------------------------


def test_a_period_takes_its_first_and_its_last_day_by_the_clock_of_the_city() -> None:
    write(
        [
            a_case(1, filed_at=utc(2026, 2, 28, 15, 59, 59)),
            a_case(2, filed_at=utc(2026, 2, 28, 16)),
            a_case(3, filed_at=utc(2026, 3, 3, 15, 59, 59, 999999)),
            a_case(4, filed_at=utc(2026, 3, 3, 16)),
        ]
    )

    def found(**period: date) -> Decimal | None:
        return compute(**period)["cases_found"].value

    assert found(from_on=date(2026, 3, 1), to_on=date(2026, 3, 3)) == 2
    assert found(from_on=date(2026, 3, 1)) == 3
    assert found(to_on=date(2026, 3, 3)) == 3
    assert found() == 4
    assert found(from_on=date(2026, 3, 4), to_on=date(2099, 1, 1)) == 1


def test_a_day_is_clear_when_nothing_was_overdue_at_its_end() -> None:
    # Due on the 5th at nine; reported done, late, on the 7th, and closed on the 8th at ten.
    life = in_work().submit(after(days=5)).verify(after(days=6)).close(after(days=6, hours=1))
    march = {"from_on": date(2026, 3, 1), "to_on": date(2026, 3, 10)}
    write([life])

    assert fraction(compute(**march)["zero_overdue_days"]) == (7, 10)
    assert fraction(compute(to_on=date(2026, 3, 10))["zero_overdue_days"]) == (6, 9)
    assert fraction(compute(**march, as_of=utc(2026, 3, 5, 1))["zero_overdue_days"]) == (5, 5)
    assert fraction(compute(**march, as_of=utc(2026, 3, 5, 1, 1))["zero_overdue_days"]) == (4, 5)
    assert fraction(compute(**march, as_of=utc(2026, 3, 5, 16))["zero_overdue_days"]) == (4, 5)
    assert fraction(compute(**march, as_of=utc(2026, 2, 1))["zero_overdue_days"]) == (0, 0)


def test_the_days_of_a_period_are_told_one_by_one() -> None:
    from yanzhen.figures import sums

    write([in_work(1).submit(after(days=4, hours=9)).verify(after(days=5)), in_work(2)])
    question = Question(as_of=utc(2026, 3, 6, 4), from_on=date(2026, 3, 4), to_on=None)

    assert sums.evenings(registry.figure("zero_overdue_days"), question) == [
        (date(2026, 3, 6), 2),
        (date(2026, 3, 5), 2),
        (date(2026, 3, 4), 0),
    ]


def test_a_later_moment_than_now_tells_what_will_be_overdue_if_nothing_happens() -> None:
    told = figures(in_work(), as_of=utc(2027, 1, 1))

    assert told["overdue_open"].value == 1


# --- Parts of the whole ---------------------------------------------------------------------------


def test_areas_without_a_case_stand_in_the_table_too() -> None:
    write([a_case(1, area="430406001001"), a_case(2, area="430406001004")])

    def by(area: str) -> dict[str, Decimal | None]:
        values = registry.compute(["cases_found"], as_of=LATER, area=area, by=registry.AREA)
        return {value.key: value.value for value in values}

    assert by("4304") == {"430405": 0, "430406": 2}
    assert by("430406") == {"430406001": 2}
    assert by("430406001") == {"430406001001": 1, "430406001004": 1}


def test_a_case_that_lies_above_the_level_is_told_as_itself() -> None:
    write([a_case(1, area="4304"), a_case(2)])

    values = registry.compute(["cases_found"], as_of=LATER, by="district")

    assert {value.key: value.value for value in values} == {"4304": 1, "430405": 0, "430406": 1}
    assert registry.key_labels(values)["4304"] == "衡阳市"


def test_a_category_stands_for_all_below_it() -> None:
    top = make_category("T")
    make_category("T1", parent=top)
    make_category("T11", parent=make_category("T1"))
    make_category("V")
    write([a_case(n, category=code) for n, code in enumerate(["T", "T11", "V", None])])

    assert compute(filters={"category": "T"})["cases_found"].value == 2
    values = registry.compute(["cases_found"], as_of=LATER, by="category")
    assert {value.key for value in values} == {"", "T", "T11", "V"}
    labels = registry.key_labels(values)
    assert labels[""] == "未分类"
    assert labels["T11"].endswith("/ 类别T11")


def test_filters_narrow_together() -> None:
    write(
        [
            a_case(1, source=Source.HOTLINE),
            a_case(2, source=Source.HOTLINE, area="430405001001"),
            a_case(3, source=Source.GRID),
        ]
    )

    told = compute(area="430406", filters={"source": "hotline", "severity": ""})

    assert told["cases_found"].value == 1


def test_a_part_can_be_asked_for_by_the_key_under_which_it_was_told() -> None:
    write([a_case(1), in_work(2), in_work(3, area="4304")])

    def found(by: str, key: str) -> Decimal | None:
        question = Question(as_of=LATER, within=(by, key))
        return registry.answer([registry.figure("cases_found")], question)[0].value

    assert found("unit", "") == 1
    assert found("unit", "U1") == 2
    assert found("district", "4304") == 1


def test_nobody_sees_beyond_areas_and_units_together() -> None:
    write([a_case(1), in_work(2, area="430405001001"), in_work(3)])

    def found(*areas: str, units: tuple[str, ...] = ()) -> Decimal | None:
        return compute(scope=Scope(areas, units))["cases_found"].value

    assert found("4304") == 3
    assert found("430405") == 1
    assert found("430405", units=("U1",)) == 2
    assert found() == 0


def test_a_code_with_a_quotation_mark_is_a_code() -> None:
    make_unit("U'); DROP TABLE cases_case; --")
    write([in_work(1)])

    assert compute(filters={"unit": "U'); DROP TABLE cases_case; --"})["cases_found"].value == 0
    assert compute()["cases_found"].value == 1


@pytest.mark.parametrize(
    ("asked", "refusal", "sentence"),
    [
        ({"from_on": date(2026, 3, 2), "to_on": date(2026, 3, 1)}, PeriodBackwards, "对调"),
        ({"area": "99"}, UnknownValue, "没有代码为“99”的区域。"),
        ({"filters": {"unit": "NO"}}, UnknownValue, "没有代码为“NO”的责任单位。"),
        ({"filters": {"weather": "1"}}, UnknownDimension, "weather"),
        ({"by": "weather"}, UnknownDimension, "weather"),
        ({"from_on": date(1, 1, 1)}, DayOutOfReach, "1992"),
        ({"to_on": date(9999, 12, 31)}, DayOutOfReach, "2100"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(
    asked: dict[str, Any], refusal: type[Refused], sentence: str
) -> None:
    with pytest.raises(refusal) as caught:
        compute(**asked)

    assert sentence in str(caught.value)


def test_an_unknown_figure_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(UnknownFigure) as caught:
        registry.compute(["happiness"], as_of=LATER)

    assert "rectification_rate" in str(caught.value)


# --- One scan for all -----------------------------------------------------------------------------


def test_all_figures_ask_as_often_for_many_rows_as_for_one() -> None:
    from django.db import connection

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            compute(by="district")
        return sum("cases_" in query["sql"] for query in captured)  # the net is kept in memory

    write([closed(1), closed(2, days=2)])
    few = queries()
    write([closed(number, days=number) for number in range(3, 9)])

    assert queries() == few


def test_figures_are_read_from_indexes_alone() -> None:
    from django.db import connection

    if connection.vendor != "sqlite":
        pytest.skip("so few rows are not worth an index to PostgreSQL")
    write([closed(number) for number in range(5)])
    with CaptureQueriesContext(connection) as captured:
        registry.compute(
            ["rectification_rate", "median_days_to_close", "overdue_open", "return_count"],
            as_of=LATER,
            from_on=date(2026, 3, 1),
            to_on=date(2026, 3, 20),
            by="district",
        )

    tables = ('FROM "cases_case"', 'FROM "cases_casespan"', 'FROM "cases_assignment"')
    asked = [query["sql"] for query in captured if any(table in query["sql"] for table in tables)]
    with connection.cursor() as cursor:
        for statement in asked:
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
            steps = [
                step for *_ids, step in cursor.fetchall() if "SEARCH" in step or "SCAN" in step
            ]
            assert all("COVERING INDEX" in step or "span_now_since" in step for step in steps), (
                steps
            )


def test_three_engines_tell_the_same_of_an_example() -> None:
    lives = [closed(1), closed(2, days=4), in_work(3).give_back(after(days=1)), in_work(4)]
    write(lives)
    question = Question(as_of=LATER, from_on=date(2026, 3, 1))
    expected = tell(lives, as_of=LATER, from_on=date(2026, 3, 1))

    for store in (None, duckdb_store()):
        values = registry.answer(registry.all_figures(), question, store=store)
        assert {
            value.figure.code: Told(value.value, value.numerator, value.denominator)
            for value in values
        } == expected


@pytest.mark.parametrize("code", ["cases", "returns", "overdue"])
def test_a_fact_documents_the_columns_that_it_has(code: str) -> None:
    fact = registry.fact(code)

    assert set(fact.rows(SQLITE, None).columns) - {"id"} == set(fact.columns)
    assert all(str(words) for words in [fact.name, fact.words, *fact.columns.values()])
