"""The draw: exact, fair, the same again, and never other than what was committed to."""

import hashlib
import math
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanzhen.core.errors import Refused
from yanzhen.inspections import draw
from yanzhen.inspections.draw import DrawSpec, FrameSite
from yanzhen.inspections.enums import Allocation, DrawMethod
from yanzhen.inspections.errors import (
    FrameEmpty,
    FrameUnreadable,
    RoundTooLarge,
    SeedUnfit,
    SitesUnknown,
    SizeMissing,
)

SEED = hashlib.sha256(b"seed").hexdigest()


def a_frame(**sizes: int) -> list[FrameSite]:
    """So many sites in each stratum; `d1_market=60` are markets of district d1."""
    return [
        FrameSite(f"{name}-{number:04d}", *name.split("_"))
        for name, size in sizes.items()
        for number in range(size)
    ]


FRAME = a_frame(d1_market=60, d1_road=30, d2_market=10)
RANDOM = DrawSpec(DrawMethod.RANDOM, size=20)


def per_stratum(spec: DrawSpec, frame: list[FrameSite] = FRAME, seed: str = SEED) -> dict[str, int]:
    return dict(Counter(one.stratum for one in draw.draw(frame, spec, seed)))


def test_the_same_seed_draws_the_same_whatever_the_order_of_the_frame() -> None:
    assert draw.draw(FRAME, RANDOM, SEED) == draw.draw(FRAME[::-1], RANDOM, SEED)


def test_the_draw_of_a_known_seed_is_written_down_so_that_no_version_may_change_it() -> None:
    drawn = draw.draw(a_frame(d1_market=6), DrawSpec(DrawMethod.RANDOM, size=3), "0" * 64)
    tickets = {
        site.code: hashlib.sha256(f"{'0' * 64}\n\nsite\n{site.code}".encode()).hexdigest()
        for site in a_frame(d1_market=6)
    }

    assert [one.code for one in drawn] == sorted(tickets, key=lambda code: tickets[code])[:3]
    assert [one.rank for one in drawn] == [1, 2, 3]
    lines = "".join(f"d1_market-000{number}\td1\tmarket\n" for number in range(6))
    assert draw.digest_of(a_frame(d1_market=6)) == hashlib.sha256(lines.encode()).hexdigest()


def test_another_seed_or_another_witness_draws_others() -> None:
    here = {one.code for one in draw.draw(FRAME, RANDOM, SEED)}
    there = {one.code for one in draw.draw(FRAME, RANDOM, "f" * 64)}
    seen = {
        one.code
        for one in draw.draw(FRAME, DrawSpec(DrawMethod.RANDOM, size=20, witness="3D 507"), SEED)
    }

    assert here != there
    assert here != seen


def test_proportional_gives_each_stratum_its_share_to_the_last_site() -> None:
    assert per_stratum(RANDOM) == {"d1/market": 12, "d1/road": 6, "d2/market": 2}


def test_equal_gives_each_stratum_as_many_until_it_is_used_up() -> None:
    spec = DrawSpec(DrawMethod.RANDOM, size=50, allocation=Allocation.EQUAL)

    assert per_stratum(spec) == {"d1/market": 20, "d1/road": 20, "d2/market": 10}


def test_the_rest_of_an_equal_draw_falls_by_lot_and_not_by_name() -> None:
    spec = DrawSpec(DrawMethod.RANDOM, size=4, allocation=Allocation.EQUAL)
    two = Counter(
        max(given, key=lambda name: given[name])
        for given in (per_stratum(spec, seed=seed_of(number)) for number in range(300))
    )

    assert set(two) == {"d1/market", "d1/road", "d2/market"}
    assert min(two.values()) > 60


def test_all_takes_every_site_of_the_chosen_types() -> None:
    spec = DrawSpec(DrawMethod.ALL, types=("market",))

    assert per_stratum(spec) == {"d1/market": 60, "d2/market": 10}


def test_by_hand_takes_the_named_sites_once_each() -> None:
    named = ("d1_road-0003", "d2_market-0001", "d1_road-0003")
    drawn = draw.draw(FRAME, DrawSpec(DrawMethod.HAND, sites=named), SEED)

    assert {one.code for one in drawn} == set(named)
    assert len(drawn) == 2


@pytest.mark.parametrize(
    ("frame", "spec", "seed", "refusal"),
    [
        (FRAME, DrawSpec(DrawMethod.RANDOM, size=101), SEED, RoundTooLarge),
        (FRAME, DrawSpec(DrawMethod.RANDOM, size=11, types=("market",)), SEED, None),
        (FRAME, DrawSpec(DrawMethod.RANDOM, size=31, types=("road",)), SEED, RoundTooLarge),
        (FRAME, DrawSpec(DrawMethod.RANDOM), SEED, SizeMissing),
        (FRAME, DrawSpec(DrawMethod.HAND), SEED, SizeMissing),
        (FRAME, DrawSpec(DrawMethod.HAND, sites=("nowhere",)), SEED, SitesUnknown),
        (FRAME, DrawSpec(DrawMethod.ALL, types=("station",)), SEED, FrameEmpty),
        ([], RANDOM, SEED, FrameEmpty),
        (FRAME, RANDOM, "abc", SeedUnfit),
        (FRAME, RANDOM, "g" * 64, SeedUnfit),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_words(
    frame: list[FrameSite], spec: DrawSpec, seed: str, refusal: type[Refused] | None
) -> None:
    if refusal is None:
        assert len(draw.draw(frame, spec, seed)) == spec.size
        return
    with pytest.raises(refusal) as caught:
        draw.draw(frame, spec, seed)

    assert "%(" not in str(caught.value)


def test_a_round_with_more_sites_than_exist_is_told_how_many_there_are() -> None:
    with pytest.raises(RoundTooLarge) as caught:
        draw.draw(FRAME, DrawSpec(DrawMethod.RANDOM, size=101), SEED)

    assert str(caught.value) == "要抽 101 个点位，符合条件的只有 100 个，请减少数量或扩大范围。"


@given(
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=12),
    part=st.integers(1, 100),
    allocation=st.sampled_from(list(Allocation)),
)
def test_quotas_add_up_and_ask_no_stratum_for_more_than_it_has(
    sizes: list[int], part: int, allocation: Allocation
) -> None:
    there = {f"s{number}": size for number, size in enumerate(sizes)}
    size = max(1, sum(sizes) * part // 100)
    given_ = draw.quotas(there, DrawSpec(DrawMethod.RANDOM, size, allocation), SEED)

    assert sum(given_.values()) == size
    assert all(0 <= given_[name] <= there[name] for name in there)
    if allocation is Allocation.PROPORTIONAL:
        assert all(
            abs(given_[name] * sum(sizes) - size * there[name]) < sum(sizes) for name in there
        )
    else:
        short = max(given_.values())
        assert all(given_[name] in {short, short - 1, there[name]} for name in there)


def seed_of(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


DRAWS = 1500


def test_every_site_of_a_stratum_is_as_likely_as_every_other() -> None:
    """Chi-square of how often each was drawn; a draw without replacement varies less by 1 − n/N."""
    found = Counter(
        one.code for number in range(DRAWS) for one in draw.draw(FRAME, RANDOM, seed_of(number))
    )
    for stratum, given_ in per_stratum(RANDOM).items():
        codes = [site.code for site in FRAME if site.stratum == stratum]
        share = given_ / len(codes)
        mean = DRAWS * share
        spread = sum((found[code] - mean) ** 2 for code in codes) / (mean * (1 - share))
        freedom = len(codes) - 1
        assert 0.0005 < below(spread * freedom / len(codes), freedom) < 0.9995, stratum


def test_which_sites_come_together_is_left_to_chance_too() -> None:
    """Of two neighbours in the order of codes, both are drawn as often as chance has it."""
    codes = [site.code for site in FRAME if site.stratum == "d1/market"]
    both = 0
    for number in range(DRAWS):
        taken = {one.code for one in draw.draw(FRAME, RANDOM, seed_of(number))}
        both += sum(one in taken and other in taken for one, other in pairwise(codes))
    mean = DRAWS * 59 * (12 * 11) / (60 * 59)

    assert abs(both - mean) < 5 * math.sqrt(mean)


def below(chi_square: float, freedom: int) -> float:
    """How likely a smaller value is, after Wilson and Hilferty (1931): good to three places."""
    part = 2 / (9 * freedom)
    normal = ((chi_square / freedom) ** (1 / 3) - (1 - part)) / math.sqrt(part)
    return (1 + math.erf(normal / math.sqrt(2))) / 2


# --- For a second run -----------------------------------------------------------------------------


def test_a_frame_comes_back_from_its_lines() -> None:
    assert draw.frame_of(draw.frame_text(FRAME[::-1])) == sorted(FRAME, key=lambda site: site.code)


@pytest.mark.parametrize("bad", ["a\tb\n", "a\tb\tc\td\n", "a\t\tc\n", "a\tb\tc\na\tb\tc\n"])
def test_a_line_that_is_no_site_is_named(bad: str) -> None:
    with pytest.raises(FrameUnreadable) as caught:
        draw.frame_of("x\ty\tz\n" + bad)

    assert f"第 {2 + bad.count('a') - 1} 行" in str(caught.value)


def test_a_specification_comes_back_from_what_is_stored() -> None:
    spec = DrawSpec(DrawMethod.RANDOM, 5, Allocation.EQUAL, ("market",), (), "骰子 6 3 1")

    assert draw.spec_of(spec.as_stored()) == spec


@pytest.mark.parametrize(
    "change", [{"algorithm": 2}, {"method": "guess"}, {"size": "many"}, {"allocation": "mine"}]
)
def test_a_specification_of_another_kind_is_not_believed(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        draw.spec_of(RANDOM.as_stored() | change)


def test_a_seed_is_new_each_time_and_its_commitment_gives_nothing_away() -> None:
    one, other = draw.new_seed(), draw.new_seed()

    assert one != other
    assert draw.require_seed(one.upper()) == one
    assert draw.commitment_of(one) == hashlib.sha256(one.encode()).hexdigest()
