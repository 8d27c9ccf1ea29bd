"""Names of places in running text, and the area that they agree on."""

import pytest

from yanzhen.intake.gazetteer import Gazetteer

NAMES = {
    "衡阳市": "4304",
    "珠晖区": "430405",
    "雁峰区": "430406",
    "茶山街道": "430405001",
    "先锋街道": "430406001",
    "光辉社区": "430406001004",
    "东区": "430405",
}


@pytest.fixture
def names() -> Gazetteer:
    gazetteer = Gazetteer()
    gazetteer.add_all(NAMES)
    gazetteer.add("幸福社区", "430405001009")
    gazetteer.add("幸福社区", "430406001009")
    return gazetteer


@pytest.mark.parametrize(
    ("text", "within", "area"),
    [
        ("衡阳市雁峰区光辉社区门口", "", "430406001004"),
        ("光辉社区门口", "", "430406001004"),
        ("雁峰区幸福社区的垃圾", "", "430406001009"),
        ("幸福社区的垃圾", "", ""),
        ("幸福社区的垃圾", "430405", "430405001009"),
        ("珠晖区和雁峰区交界处", "", "4304"),
        ("珠晖区和雁峰区交界处", "430405", "430405"),
        ("茶山街道", "430406", ""),
        ("东区的路", "", "430405"),
        ("哪里都没说", "", ""),
        ("", "", ""),
    ],
)
def test_the_smallest_area_that_all_names_agree_on(
    names: Gazetteer, text: str, within: str, area: str
) -> None:
    assert names.area_in(text, within=within) == area


def test_of_names_that_overlap_the_longer_one_counts(names: Gazetteer) -> None:
    names.add("光辉社区二期", "430406001004002")

    assert names.names_in("光辉社区二期与先锋街道") == ["光辉社区二期", "先锋街道"]


@pytest.mark.parametrize("name", ["街道社区", "新村", "社区", "县城"])
def test_what_everybody_writes_is_no_name(name: str) -> None:
    gazetteer = Gazetteer()
    gazetteer.add(name, "430406001004")

    assert gazetteer.names_in(f"我们{name}的路") == []


def test_names_are_found_in_any_width_and_case() -> None:
    gazetteer = Gazetteer()
    gazetteer.add_all({"A1区": "430405"})

    assert gazetteer.area_in("ａ１区东风路") == "430405"
