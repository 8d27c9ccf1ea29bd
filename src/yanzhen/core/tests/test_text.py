"""Pairs of characters."""

from hypothesis import given
from hypothesis import strategies as st

from yanzhen.core.text import bigrams, gram_text


def test_every_two_neighbouring_characters_become_a_pair() -> None:
    assert bigrams("路灯不亮") == ["路灯", "灯不", "不亮"]


def test_pairs_do_not_reach_over_punctuation_or_blanks() -> None:
    assert bigrams("黄茶岭,路灯 A座") == ["黄茶", "茶岭", "路灯", "a座"]


def test_a_character_alone_is_kept() -> None:
    assert bigrams("脏、乱") == ["脏", "乱"]


def test_full_width_and_letter_case_make_no_difference() -> None:
    assert bigrams("ＨＹ２０２６") == bigrams("hy2026") == ["hy", "y2", "20", "02", "26"]


def test_a_pair_that_comes_twice_is_kept_once() -> None:
    assert gram_text(["路灯坏", "路灯"]) == " 路灯 灯坏 坏 灯 "


def test_nothing_gives_nothing() -> None:
    assert gram_text(["", "。"]) == ""


SIGNS = st.text(alphabet="路灯不亮AB12，。 ", max_size=12)


@given(SIGNS, SIGNS, SIGNS)
def test_whatever_holds_a_text_holds_its_pairs(before: str, middle: str, after: str) -> None:
    wanted = {pair for pair in bigrams(middle) if len(pair) == 2}

    assert wanted <= set(bigrams(before + middle + after))


@given(SIGNS)
def test_every_sign_that_was_written_begins_something(text: str) -> None:
    grams = gram_text([text]).split()

    assert {gram[0] for gram in grams} == {sign for sign in text.casefold() if sign.isalnum()}
