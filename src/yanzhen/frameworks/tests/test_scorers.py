"""The six scorers: known examples, and what holds whatever was seen."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import add
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanzhen.frameworks.enums import ScorerName
from yanzhen.frameworks.scorers import (
    PLACES,
    SCORERS,
    Seen,
    check_parameters,
    in_words,
    rounded,
    score,
)

EXAMPLES: dict[ScorerName, dict[str, str]] = {
    ScorerName.PASS_RATE: {},
    ScorerName.DEDUCT: {"per_place": "0.5", "floor": "0"},
    ScorerName.QUOTA: {"quota": "10", "per_missing": "2"},
    ScorerName.RATIO: {"target": "4"},
    ScorerName.THRESHOLD_STEP: {"full_at": "95", "step": "5", "per_step": "0.2", "floor": "0"},
    ScorerName.THREE_LEVEL: {"good": "1", "fair": "0.6", "poor": "0"},
}


def test_every_scorer_that_a_criterion_can_name_is_there() -> None:
    assert set(SCORERS) == set(ScorerName) == set(EXAMPLES)


@pytest.mark.parametrize(
    ("name", "weight", "seen", "points"),
    [
        # 1,166 observations, 70.1 % of them good: Jiaozuo 2019.
        (ScorerName.PASS_RATE, "100", Seen(checked=1166, passed=817), "70.0686"),
        (ScorerName.PASS_RATE, "1", Seen(checked=3, passed=2), "0.6667"),
        (ScorerName.PASS_RATE, "0.8", Seen(checked=3, passed=0), "0"),
        (ScorerName.DEDUCT, "3", Seen(checked=1, places=2), "2"),
        (ScorerName.DEDUCT, "3", Seen(checked=1, places=9), "0"),
        (ScorerName.QUOTA, "20", Seen(checked=3, amount=Decimal(9)), "18"),
        (ScorerName.QUOTA, "20", Seen(checked=3, amount=Decimal(12)), "20"),
        (ScorerName.RATIO, "2", Seen(checked=1, amount=Decimal(3)), "1.5"),
        (ScorerName.RATIO, "2", Seen(checked=1, amount=Decimal(5)), "2"),
        (ScorerName.THRESHOLD_STEP, "1", Seen(checked=1, amount=Decimal(95)), "1"),
        (ScorerName.THRESHOLD_STEP, "1", Seen(checked=1, amount=Decimal("94.9")), "0.8"),
        (ScorerName.THRESHOLD_STEP, "1", Seen(checked=1, amount=Decimal(90)), "0.8"),
        (ScorerName.THRESHOLD_STEP, "1", Seen(checked=2, amount=Decimal(160)), "0.4"),
        (ScorerName.THRESHOLD_STEP, "1", Seen(checked=1, amount=Decimal(1)), "0"),
        (ScorerName.THREE_LEVEL, "1", Seen(checked=3, passed=1, fair=1), "0.5333"),
    ],
)
def test_a_known_example_comes_out_to_the_last_digit(
    name: ScorerName, weight: str, seen: Seen, points: str
) -> None:
    got = score(name, weight=Decimal(weight), parameters=EXAMPLES[name], seen=seen)

    assert got == Decimal(points)
    assert got is not None
    assert got.as_tuple().exponent == -PLACES


@pytest.mark.parametrize("name", list(ScorerName))
def test_what_nobody_looked_at_has_no_points_and_not_zero(name: ScorerName) -> None:
    nothing = Seen(checked=0, places=3)

    assert score(name, weight=Decimal(1), parameters=EXAMPLES[name], seen=nothing) is None


@pytest.mark.parametrize(
    "counts", [{"checked": 1, "passed": 2}, {"checked": 2, "passed": 1, "fair": 2}, {"places": -1}]
)
def test_counts_that_contradict_each_other_are_no_score(counts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Seen"):
        Seen(**counts)


def test_halves_go_up() -> None:
    assert rounded(Fraction(1, 20000)) == Decimal("0.0001")
    assert rounded(Fraction(1, 20001)) == Decimal("0.0000")


# --- What holds whatever was seen -----------------------------------------------------------------

weights = st.decimals("0.0001", "1000", places=PLACES)
positive = st.decimals("0.0001", "500", places=PLACES)


@st.composite
def parameters_of(draw: Any, name: ScorerName, weight: Decimal) -> dict[str, str]:
    """Parameters that a scorer takes for a criterion of that weight."""
    floor = draw(st.decimals("0", weight, places=PLACES))
    shares = sorted(
        draw(st.lists(st.decimals("0", "1", places=PLACES), min_size=3, max_size=3)), reverse=True
    )
    values: dict[str, Decimal] = {
        "floor": floor,
        "good": shares[0],
        "fair": shares[1],
        "poor": shares[2],
    }
    return {
        one.name: str(values[one.name] if one.name in values else draw(positive))
        for one in SCORERS[name].parameters
    }


@st.composite
def seen_once(draw: Any) -> Seen:
    """What one visit may bring."""
    passed = draw(st.integers(0, 20))
    fair = draw(st.integers(0, 20))
    return Seen(
        checked=passed + fair + draw(st.integers(1, 20)),
        passed=passed,
        fair=fair,
        places=draw(st.integers(0, 30)),
        amount=draw(st.decimals("0", "5000", places=PLACES)),
    )


@st.composite
def scored(draw: Any) -> tuple[ScorerName, Decimal, dict[str, str], list[Seen]]:
    name = draw(st.sampled_from(list(ScorerName)))
    weight = draw(weights)
    return (
        name,
        weight,
        draw(parameters_of(name, weight)),
        draw(st.lists(seen_once(), min_size=1, max_size=6)),
    )


def points_of(name: ScorerName, weight: Decimal, values: dict[str, str], seen: Seen) -> Decimal:
    got = score(name, weight=weight, parameters=values, seen=seen)
    assert got is not None
    return got


@given(scored())
def test_points_lie_between_the_floor_and_the_weight(
    case: tuple[ScorerName, Decimal, dict[str, str], list[Seen]],
) -> None:
    name, weight, values, visits = case
    assert check_parameters(name, values, weight=weight) == []

    got = points_of(name, weight, values, reduce(add, visits))

    assert Decimal(values.get("floor", "0")) <= got <= weight


@given(scored(), st.randoms(use_true_random=False))
def test_the_order_of_visits_changes_no_digit(
    case: tuple[ScorerName, Decimal, dict[str, str], list[Seen]], random: Any
) -> None:
    name, weight, values, visits = case
    shuffled = list(visits)
    random.shuffle(shuffled)

    assert points_of(name, weight, values, reduce(add, visits)) == points_of(
        name, weight, values, reduce(add, shuffled)
    )


@given(scored())
def test_points_are_the_exact_fraction_rounded_once(
    case: tuple[ScorerName, Decimal, dict[str, str], list[Seen]],
) -> None:
    name, weight, values, visits = case
    seen = reduce(add, visits)
    numbers = {key: Decimal(value) for key, value in values.items()}
    exact = SCORERS[name].score(Fraction(weight), numbers, seen)
    exact = min(Fraction(weight), max(Fraction(numbers.get("floor", Decimal(0))), exact))

    got = Fraction(points_of(name, weight, values, seen))

    assert abs(got - exact) <= Fraction(1, 2 * 10**PLACES)


@given(scored(), st.integers(1, 5), st.decimals("0", "50", places=PLACES))
def test_better_never_scores_less(
    case: tuple[ScorerName, Decimal, dict[str, str], list[Seen]], more: int, further: Decimal
) -> None:
    name, weight, values, visits = case
    seen = reduce(add, visits)
    better = better_than(seen, more, further)

    for one in better:
        assert points_of(name, weight, values, one) >= points_of(name, weight, values, seen)


def better_than(seen: Seen, more: int, further: Decimal) -> Sequence[Seen]:
    """The same number of observations, with something better about them."""
    poor = seen.checked - seen.passed - seen.fair
    lifted = min(more, poor)
    raised = min(more, seen.fair)
    return (
        Seen(seen.checked, seen.passed + lifted, seen.fair, seen.places, seen.amount),
        Seen(seen.checked, seen.passed, seen.fair + lifted, seen.places, seen.amount),
        Seen(seen.checked, seen.passed + raised, seen.fair - raised, seen.places, seen.amount),
        Seen(seen.checked, seen.passed, seen.fair, max(0, seen.places - more), seen.amount),
        Seen(seen.checked, seen.passed, seen.fair, seen.places, seen.amount + further),
    )


# --- Parameters -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(ScorerName))
def test_the_example_parameters_are_good_and_read_as_a_sentence(name: ScorerName) -> None:
    assert check_parameters(name, EXAMPLES[name], weight=Decimal(1)) == []
    assert "%" not in in_words(name, EXAMPLES[name])


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        (ScorerName.PASS_RATE, {"floor": "0"}, "没有参数“floor”"),
        (ScorerName.DEDUCT, {}, "缺少参数“每处扣分”"),
        (ScorerName.DEDUCT, {"per_place": "半分"}, "不是数字"),
        (ScorerName.DEDUCT, {"per_place": "NaN"}, "不是数字"),
        (ScorerName.DEDUCT, {"per_place": 0.5}, "加引号"),
        (ScorerName.DEDUCT, {"per_place": "0"}, "大于零"),
        (ScorerName.DEDUCT, {"per_place": "-1"}, "大于零"),
        (ScorerName.DEDUCT, {"per_place": "0.00001"}, "位小数"),
        (ScorerName.DEDUCT, {"per_place": "1", "floor": "2"}, "不能高于分值"),
        (ScorerName.RATIO, {"target": "0"}, "大于零"),
        (ScorerName.RATIO, {"target": "1e9"}, "不能大于"),
        (ScorerName.THREE_LEVEL, {"good": "1.2"}, "不能大于 1"),
        (ScorerName.THREE_LEVEL, {"fair": "0.2", "poor": "0.3"}, "不能低于"),
    ],
)
def test_bad_parameters_are_told_in_words(
    name: ScorerName, given: dict[str, Any], told: str
) -> None:
    faults = check_parameters(name, given, weight=Decimal(1))

    assert len(faults) == 1
    assert told in faults[0]
