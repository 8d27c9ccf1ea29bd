"""What a question becomes before an index is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanzhen.core.search import LONGEST, MOST_PAIRS, Asked, asked, words_of
from yanzhen.core.text import gram_text


@pytest.mark.parametrize(
    ("text", "pairs", "singles"),
    [
        ("路灯", ("路灯",), ()),
        ("路灯不亮", ("路灯", "灯不", "不亮"), ()),
        ("路灯 井盖", ("路灯", "井盖"), ()),
        ("灯", (), ("灯",)),
        ("灯 亮", (), ("灯", "亮")),
        ("3 栋路灯", ("栋路", "路灯"), ()),
        ("ＬＥＤ灯", ("le", "ed", "d灯"), ()),
        ("12345", ("12", "23", "34", "45"), ()),
        ("", (), ()),
        ("，。!%_'\"", (), ()),
    ],
)
def test_a_question_is_cut_into_pairs(
    text: str, pairs: tuple[str, ...], singles: tuple[str, ...]
) -> None:
    assert asked(text) == Asked(pairs, singles)


def test_a_question_without_end_is_looked_at_in_part() -> None:
    assert len(asked("".join(chr(0x4E00 + n) for n in range(5000))).pairs) == MOST_PAIRS
    assert len("".join(words_of("路" * 5000))) == LONGEST


@given(st.text(max_size=40))
def test_nothing_that_is_asked_for_is_more_than_letters_and_digits(text: str) -> None:
    wanted = asked(text)

    assert all(term.isalnum() for term in wanted.pairs + wanted.singles)


@given(st.text(alphabet="路灯不亮AB12，。 ", min_size=1, max_size=12))
def test_what_was_written_finds_itself(text: str) -> None:
    kept = gram_text([text]).split()
    wanted = asked(text)

    assert set(wanted.pairs) <= set(kept)
    assert all(any(gram.startswith(one) for gram in kept) for one in wanted.singles)
