"""What codes look like, and the words that levels are called by."""

import pytest

from yanzhen.places.codes import check_area_code, level_of, next_level, parent_code, tidy_area_code
from yanzhen.places.enums import Level
from yanzhen.places.errors import CodeUnfit, LevelUnknown


@pytest.mark.parametrize(
    ("written", "level", "kept"),
    [
        ("4304", Level.CITY, "4304"),
        ("430400", Level.CITY, "4304"),
        ("430400000000", Level.CITY, "4304"),
        ("430405000000", Level.DISTRICT, "430405"),
        ("430405", Level.DISTRICT, "430405"),
        ("430405001000", Level.STREET, "430405001"),
        ("430405001000", Level.COMMUNITY, "430405001000"),
        (" ４３０４０５ 001 ", Level.STREET, "430405001"),
        ("430481", Level.CITY, "430481"),
        ("430405001001-A1", Level.GRID, "430405001001-A1"),
    ],
)
def test_codes_are_kept_without_blanks_and_padding(written: str, level: Level, kept: str) -> None:
    assert tidy_area_code(written, level) == kept


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("4304", Level.CITY),
        ("430481", Level.CITY),
        ("430405", Level.DISTRICT),
        ("430405001", Level.STREET),
        ("430405001001", Level.COMMUNITY),
        ("4304050010011", Level.GRID),
        ("430405001001-A1", Level.GRID),
    ],
)
def test_a_code_of_the_length_of_its_level_fits(code: str, level: Level) -> None:
    check_area_code(code, level)


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("", Level.CITY),
        ("430", Level.CITY),
        ("43040", Level.DISTRICT),
        ("43040a", Level.DISTRICT),
        ("４３０４０５", Level.DISTRICT),
        ("4304051", Level.STREET),
        ("430405001", Level.COMMUNITY),
        ("430405001001", Level.GRID),
        ("430405001001/1", Level.GRID),
        ("430405001001" + "1" * 19, Level.GRID),
    ],
)
def test_any_other_code_is_refused(code: str, level: Level) -> None:
    with pytest.raises(CodeUnfit):
        check_area_code(code, level)


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ("city", Level.CITY),
        ("区县", Level.DISTRICT),
        ("District", Level.DISTRICT),
        ("乡", Level.STREET),
        ("街道（乡镇）", Level.STREET),
        (" 村 ", Level.COMMUNITY),
        ("小区·网格", Level.GRID),
    ],
)
def test_a_level_is_known_by_its_code_name_and_its_words(words: str, level: Level) -> None:
    assert level_of(words) == level


def test_an_unknown_level_is_refused_with_the_known_ones() -> None:
    with pytest.raises(LevelUnknown) as caught:
        level_of("省")

    assert "市、区县、街道（乡镇）、社区（村）、小区·网格" in str(caught.value)


def test_the_levels_lie_below_each_other() -> None:
    assert next_level(Level.CITY) == Level.DISTRICT
    assert next_level(Level.GRID) is None
    assert parent_code("4304", Level.CITY) == ""
    assert parent_code("430405", Level.DISTRICT) == "4304"
    assert parent_code("430405001001-1", Level.GRID) == "430405001001"
