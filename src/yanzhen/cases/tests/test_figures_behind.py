"""Behind every figure stand its rows: as many as it says, all of them, and nothing beside."""

from datetime import date, timedelta
from typing import Any

import pytest

from yanzhen.accounts.enums import Role
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases.tests.engines import duckdb_store
from yanzhen.cases.tests.lives import Life, utc, write
from yanzhen.figures import behind, registry
from yanzhen.figures.enums import How, PartName
from yanzhen.figures.errors import NoSuchRows
from yanzhen.figures.registry import Figure, Question
from yanzhen.places.tests.factories import make_area
from yanzhen.units.tests.factories import make_unit

FILED = utc(2026, 3, 2, 1)
LATER = utc(2026, 3, 31, 4)
QUESTION = Question(as_of=LATER, from_on=date(2026, 3, 1), to_on=date(2026, 3, 31))


def a_city(count: int = 40) -> list[Life]:
    """Cases of every kind, a few of each."""
    lives = []
    for n in range(count):
        filed = FILED + timedelta(hours=7 * n)
        life = Life(f"HY-2026-{n:06d}", filed, recurs=n % 5 == 0)
        life.dispatch(filed + timedelta(hours=1), "U1", filed + timedelta(days=2))
        if n % 7 == 0:
            life.give_back(filed + timedelta(hours=2))
            life.dispatch(filed + timedelta(hours=3), "U2", filed + timedelta(days=2))
        if n % 3:
            life.acknowledge(filed + timedelta(hours=4)).submit(filed + timedelta(days=1 + n % 4))
        if n % 6 == 1:
            life.fail(filed + timedelta(days=6), filed + timedelta(days=7))
        elif n % 3:
            life.verify(filed + timedelta(days=6)).close(filed + timedelta(days=6))
        lives.append(life)
    return lives


@pytest.fixture
def city(db: None) -> None:
    make_area("430406001001")
    make_unit("U1")
    make_unit("U2")
    write(a_city())


def parts_with_rows() -> list[tuple[str, str]]:
    return [
        (figure.code, name)
        for figure in registry.all_figures()
        for name in PartName
        if figure.part(name) is not None
    ]


def keys(figure: Figure, part: str, question: Question = QUESTION) -> list[str]:
    return list(behind.all_keys(figure, part, question))


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize(("code", "part"), parts_with_rows())
def test_a_figure_counts_the_rows_that_stand_behind_it(code: str, part: str) -> None:
    figure = registry.figure(code)
    (value,) = registry.answer([figure], QUESTION)
    found = keys(figure, part)

    assert found
    assert len(set(found)) == len(found) == behind.count_rows(figure, part, QUESTION)
    declared = figure.part(part)
    assert declared is not None
    if figure.how != How.CLEAR_DAYS and (declared.weight is None or figure.how == How.MEDIAN):
        told = {
            PartName.NUMERATOR: value.numerator,
            PartName.DENOMINATOR: value.denominator,
            PartName.MISSING: value.missing,
        }
        assert len(found) == told[PartName(part)]


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("code", ["rectification_rate", "on_time_rate"])
def test_what_is_missing_is_what_is_below_the_line_and_not_above(code: str) -> None:
    figure = registry.figure(code)

    below, above = (set(keys(figure, part)) for part in ("denominator", "numerator"))

    assert above < below
    assert set(keys(figure, "missing")) == below - above


@pytest.mark.usefixtures("city")
def test_the_rows_of_weights_weigh_what_the_figure_says() -> None:
    figure = registry.figure("rework_rate")
    (value,) = registry.answer([figure], QUESTION)
    lives = {life.number: life for life in a_city()}

    reworked, reported = (keys(figure, part) for part in ("numerator", "denominator"))

    assert sum(lives[number].last.rework_count for number in reworked) == value.numerator
    assert sum(lives[number].last.submission_count for number in reported) == value.denominator
    assert all(lives[number].last.rework_count for number in reworked)


@pytest.mark.usefixtures("city")
def test_behind_clear_days_stands_what_spoilt_the_others() -> None:
    figure = registry.figure("zero_overdue_days")
    first, last = date(2026, 3, 4), date(2026, 3, 6)
    ends = [utc(2026, 3, day, 16) for day in (4, 5, 6)]

    spoilt = keys(figure, "missing", Question(as_of=LATER, from_on=first, to_on=last))

    assert spoilt == sorted(
        life.number
        for life in a_city()
        if any((stand := life.stand(end)) and stand.is_overdue(end) for end in ends)
    )
    with pytest.raises(NoSuchRows):
        keys(figure, "numerator")


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("size", [1, 7, 39, 40, 41])
@pytest.mark.parametrize("code", ["cases_found", "return_count"])
def test_pages_hold_every_row_once_there_and_back(code: str, size: int) -> None:
    figure = registry.figure(code)
    expected = sorted(keys(figure, "numerator"), reverse=True)

    there: list[str] = []
    page = behind.key_page(figure, "numerator", QUESTION, size=size)
    pages = [page]
    assert page.before == ""
    while True:
        there += page.keys
        if not page.after:
            break
        page = behind.key_page(figure, "numerator", QUESTION, after=page.after, size=size)
        pages.append(page)
    assert there == expected

    for earlier in reversed(pages[:-1]):
        page = behind.key_page(figure, "numerator", QUESTION, before=page.before, size=size)
        assert page.keys == earlier.keys
        assert page.after
    assert page.before == ""


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("code", ["rectification_rate", "zero_overdue_days", "return_count"])
def test_the_digest_is_the_same_on_another_engine_and_another_with_another_row(code: str) -> None:
    figure = registry.figure(code)
    before = behind.digest(figure, QUESTION)

    assert behind.digest(figure, QUESTION, duckdb_store()) == before
    assert len(before.sha256) == 64
    assert before.short.replace(" ", "") == before.sha256[:12]

    filed = FILED + timedelta(days=3)
    more = Life("HY-2026-990000", filed).dispatch(filed, "U1", filed + timedelta(hours=1))
    write([more.give_back(filed + timedelta(days=2)).dispatch(LATER, "U1", LATER)])
    after = behind.digest(figure, QUESTION)
    assert after.sha256 != before.sha256
    assert after.rows == before.rows + 1


@pytest.mark.usefixtures("city")
def test_the_digest_moves_when_a_row_changes_sides() -> None:
    figure = registry.figure("rectification_rate")

    def at(day: int) -> behind.Digest:
        return behind.digest(figure, Question(as_of=utc(2026, 3, day), to_on=date(2026, 3, 4)))

    assert at(8).rows == at(20).rows
    assert at(8).sha256 != at(20).sha256


@pytest.mark.usefixtures("city")
def test_rows_are_shown_in_the_order_of_their_keys_and_only_to_who_may_see_them() -> None:
    table = registry.fact("returns").table
    found = keys(registry.figure("return_count"), "numerator")[::-1]

    def shown(**post: Any) -> list[dict[str, Any]]:
        return list(table.fetch(make_user(Role.OPERATOR, **post), date(2026, 3, 31), found))

    assert [row["number"] for row in shown()] == [key.partition("#")[0] for key in found]
    assert all(row["case"] for row in shown())
    assert not any(row["case"] for row in shown(area_code="430405"))
    assert table.cells(shown(area_code="430405")[0])[1] == "已不在您的可见范围"
