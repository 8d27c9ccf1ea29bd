"""Three engines and plain Python tell the same digits, whatever happened to the cases."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from yanzhen.cases.enums import CaseKind, CaseStatus, Severity, Source
from yanzhen.cases.tests.engines import duckdb_store
from yanzhen.cases.tests.lives import Life, Stand, Told, tell, utc, write
from yanzhen.core.time import city_day, city_midnight
from yanzhen.figures import registry
from yanzhen.figures.engines import Store, django_store
from yanzhen.figures.registry import FigureValue, Question, Scope
from yanzhen.places.tests.factories import make_area
from yanzhen.units.tests.factories import make_unit

S = CaseStatus
START = utc(2026, 3, 1, 16)
"""Midnight of 2 March in Hengyang."""
AREAS = ["430405001001", "430406001001", "430406001004", "430406"]
UNITS = ["U1", "U2", "U2A"]


# --- Lives that nobody would think of ---------------------------------------------------------------

moments = st.one_of(
    st.integers(0, 12).map(lambda days: timedelta(days=days)),
    st.integers(0, 8 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
    st.integers(0, 3 * 86_400_000_000).map(lambda micros: timedelta(microseconds=micros)),
)
limits = st.one_of(
    st.just(timedelta(days=1)), st.integers(1, 5000).map(lambda n: timedelta(minutes=n))
)


@st.composite
def lives(draw: st.DrawFn) -> list[Life]:
    count = draw(st.integers(0, 6))
    return [draw(one_life(f"HY-2026-{n:06d}")) for n in range(1, count + 1)]


@st.composite
def one_life(draw: st.DrawFn, number: str) -> Life:
    life = Life(
        number,
        START + draw(moments),
        area=draw(st.sampled_from(AREAS)),
        source=draw(st.sampled_from([Source.HOTLINE, Source.INSPECTION])),
        severity=draw(st.sampled_from(list(Severity))),
        kind=draw(st.sampled_from([CaseKind.PROBLEM] * 5 + [CaseKind.EVIDENCE])),
        recurs=draw(st.booleans()),
    )
    for _ in range(draw(st.integers(0, 9))):
        at = life.last.at + draw(moments)
        due_at = at + draw(limits)
        move = draw(st.sampled_from(sorted(MOVES[life.last.status])))
        make_move(life, move, at, due_at, draw(st.sampled_from(UNITS)))
    return life


MOVES: dict[CaseStatus, set[str]] = {
    S.FILED: {"dispatch", "park", "decline", "merge"},
    S.DISPATCHED: {"acknowledge", "give_back", "dispatch", "merge"},
    S.ACKNOWLEDGED: {"submit", "give_back", "extend", "park"},
    S.REWORK: {"submit", "extend"},
    S.SUBMITTED: {"verify", "fail"},
    S.VERIFIED: {"close"},
    S.CLOSED: {"reopen"},
    S.PARKED: {"dispatch"},
    S.DECLINED: {"goes_on"},
    S.MERGED: {"goes_on"},
}


def make_move(life: Life, move: str, at: datetime, due_at: datetime, unit: str) -> None:
    if move == "dispatch":
        life.dispatch(at, unit, due_at)
    elif move in {"extend", "fail", "reopen"}:
        getattr(life, move)(at, due_at)
    else:
        getattr(life, move)(at)


asked_at = st.one_of(
    st.just(utc(2027, 1, 1)),
    st.integers(0, 30).map(lambda days: START + timedelta(days=days)),
    st.integers(0, 30 * 86_400_000_000).map(lambda micros: START + timedelta(microseconds=micros)),
)
days_or_none = st.one_of(
    st.none(), st.integers(0, 25).map(lambda days: date(2026, 3, 1) + timedelta(days=days))
)
periods = st.tuples(days_or_none, days_or_none).map(
    lambda pair: tuple(sorted(pair)) if None not in pair else pair  # type: ignore[type-var]
)


@pytest.fixture
def net(db: None) -> None:
    for code in AREAS:
        make_area(code)
    make_unit("U1")
    make_unit("U2A", parent=make_unit("U2"))


def stores() -> list[Store]:
    return [django_store(), duckdb_store()]


def told(values: list[FigureValue], key: str = "") -> dict[str, Told]:
    return {
        value.figure.code: Told(value.value, value.numerator, value.denominator)
        for value in values
        if value.key == key
    }


def opening_day(lives: list[Life], as_of: datetime, to_on: date | None) -> date | None:
    """The day on which the first case was filed that still counts."""
    days = [
        city_day(life.filed_at)
        for life in lives
        if life.kind == CaseKind.PROBLEM
        and (stand := life.stand(as_of))
        and stand.status not in {S.DECLINED, S.MERGED}
    ]
    return min((day for day in days if to_on is None or day <= to_on), default=None)


@pytest.mark.usefixtures("net")
@settings(max_examples=40)
@given(lives=lives(), as_of=asked_at, period=periods)
def test_every_engine_tells_what_plain_python_tells(
    lives: list[Life], as_of: datetime, period: tuple[date | None, date | None]
) -> None:
    from_on, to_on = period
    with transaction.atomic():
        write(lives)
        expected = tell(lives, as_of=as_of, from_on=from_on, to_on=to_on)
        question = Question(as_of=as_of, from_on=from_on, to_on=to_on)
        for store in stores():
            assert told(registry.answer(registry.all_figures(), question, store=store)) == expected
        transaction.set_rollback(True)


KEYS: dict[str, Callable[[Life, Stand], str]] = {
    "district": lambda life, _: life.area[:6],
    "street": lambda life, _: life.area[:9],
    "community": lambda life, _: life.area[:12],
    "unit": lambda _, stand: stand.unit or "",
    "source": lambda life, _: life.source,
    "severity": lambda life, _: life.severity,
}


@pytest.mark.usefixtures("net")
@settings(max_examples=40)
@given(lives=lives(), as_of=asked_at, period=periods, by=st.sampled_from(sorted(KEYS)))
def test_every_part_of_the_whole_is_told_alike(
    lives: list[Life], as_of: datetime, period: tuple[date | None, date | None], by: str
) -> None:
    from_on, to_on = period
    key_of = KEYS[by]
    with transaction.atomic():
        write(lives)
        question = Question(as_of=as_of, from_on=from_on, to_on=to_on)
        first_day = from_on or opening_day(lives, as_of, to_on)
        for store in stores():
            values = registry.answer(registry.all_figures(), question, by=by, store=store)
            for key in {value.key for value in values}:
                expected = tell(
                    lives,
                    as_of=as_of,
                    from_on=from_on,
                    to_on=to_on,
                    holds=lambda life, stand, key=key: key_of(life, stand) == key,  # type: ignore[misc]
                    first_day=first_day,
                )
                assert told(values, key) == expected, key
        transaction.set_rollback(True)


@pytest.mark.usefixtures("net")
@settings(max_examples=20)
@given(lives=lives(), as_of=asked_at)
def test_every_month_is_told_as_if_it_had_been_asked_for(
    lives: list[Life], as_of: datetime
) -> None:
    from_on, to_on = date(2026, 2, 20), date(2026, 4, 10)
    months = {
        "2026-02": (date(2026, 2, 20), date(2026, 2, 28)),
        "2026-03": (date(2026, 3, 1), date(2026, 3, 31)),
        "2026-04": (date(2026, 4, 1), date(2026, 4, 10)),
    }
    with transaction.atomic():
        write(lives)
        question = Question(as_of=as_of, from_on=from_on, to_on=to_on)
        for store in stores():
            values = registry.answer(
                registry.all_figures(), question, by=registry.MONTH, store=store
            )
            assert {value.key for value in values} == set(months)
            for key, (first, last) in months.items():
                asked = {"as_of": as_of, "from_on": first, "to_on": last}
                assert told(values, key) == tell(lives, **asked), key  # type: ignore[arg-type]
        transaction.set_rollback(True)


@pytest.mark.usefixtures("net")
@settings(max_examples=20)
@given(lives=lives(), as_of=asked_at, area=st.sampled_from(["430405", "430406", "430406001004"]))
def test_a_part_that_is_asked_for_is_told_as_that_part(
    lives: list[Life], as_of: datetime, area: str
) -> None:
    """By area, with all below it, and by unit, with all below it."""
    with transaction.atomic():
        write(lives)
        in_area = tell(lives, as_of=as_of, holds=lambda life, _: life.area.startswith(area))
        of_unit = tell(lives, as_of=as_of, holds=lambda _, stand: stand.unit in {"U2", "U2A"})
        for store in stores():
            asked = Question(as_of=as_of, area=area)
            assert told(registry.answer(registry.all_figures(), asked, store=store)) == in_area
            asked = Question(as_of=as_of, filters={"unit": "U2"})
            assert told(registry.answer(registry.all_figures(), asked, store=store)) == of_unit
            asked = Question(as_of=as_of, scope=Scope(areas=(area,)))
            assert told(registry.answer(registry.all_figures(), asked, store=store)) == in_area
            asked = Question(as_of=as_of, scope=Scope(units=("U2",)))
            assert told(registry.answer(registry.all_figures(), asked, store=store)) == of_unit
        transaction.set_rollback(True)


@pytest.mark.usefixtures("net")
@settings(max_examples=25)
@given(lives=lives(), days=st.integers(0, 30), by=st.sampled_from(["", "unit", "district"]))
def test_now_and_the_past_are_told_alike(lives: list[Life], days: int, by: str) -> None:
    """What holds now is read from the cases, the past from their spans; a later case tells which."""
    last = max((life.last.at for life in lives), default=START)
    question = Question(as_of=max(last, START + timedelta(days=days)))
    later = Life("HY-2026-999999", question.as_of + timedelta(microseconds=1))
    with transaction.atomic():
        write(lives)
        now = registry.answer(registry.all_figures(), question, by=by)
        write([later])
        past = registry.answer(registry.all_figures(), question, by=by)
        assert [(told(now, value.key), value.key) for value in now] == [
            (told(past, value.key), value.key) for value in past
        ]
        transaction.set_rollback(True)


@pytest.mark.usefixtures("net")
@settings(max_examples=20)
@given(lives=lives(), as_of=asked_at)
def test_what_stood_at_the_end_of_a_day_is_told_as_of_then(
    lives: list[Life], as_of: datetime
) -> None:
    figure = registry.figure("overdue_open")
    ends = [date(2026, 3, 5), date(2026, 3, 9), city_day(as_of)]
    with transaction.atomic():
        write(lives)
        moments = [min(city_midnight(day + timedelta(days=1)), as_of) for day in ends]
        expected = [
            sum(
                bool((stand := life.stand(at)) and stand.is_overdue(at))
                for life in lives
                if life.kind == CaseKind.PROBLEM
            )
            for at in moments
        ]
        if ends == sorted(ends) and city_midnight(ends[-1]) < as_of:
            for store in stores():
                question = Question(as_of=as_of)
                assert registry.history(figure, question, ends, store) == expected
        transaction.set_rollback(True)
