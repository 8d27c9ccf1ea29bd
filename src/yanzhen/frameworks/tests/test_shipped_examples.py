"""The frameworks, checklists and negative list that come along: do they hold together?"""

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import yanzhen

PACKAGE = Path(yanzhen.__file__).parent
SHIPPED = PACKAGE / "frameworks/data"
EDITIONS = ["city", "minors"]
Rows = list[dict[str, Any]]

METHODS = {"material", "site", "survey", "observation"}
SCORERS: dict[str, set[str]] = {
    "pass_rate": set(),
    "deduct": {"per_place", "floor"},
    "quota": {"quota", "per_missing"},
    "ratio": {"target"},
    "threshold_step": {"full_at", "step", "per_step", "floor"},
    "three_level": {"good", "fair", "poor"},
}
POINTS = {"per_place", "per_missing", "per_step", "floor"}
"""Parameters that are points of the criterion, so never more than its weight."""
GROUPS = ["公共环境", "公共秩序", "基础设施", "公益宣传", "文明行为", "服务管理"]
ITEM_KEYS = {
    "code", "group", "words", "hint", "kind", "unit", "rule", "severity", "category", "due_hours",
    "photo", "photo_reason", "criteria", "exempt", "source",
}  # fmt: skip
LONGEST = {"words": 30, "hint": 120, "exempt": 200, "source": 200, "photo_reason": 120}
ON_LIFE = ["6.3.3", "7."]
"""Criteria of life and fire safety: open manholes, and the section on safety."""
ALSO_ON_LIFE = {
    "heritage-site-05": "ruins that may fall on people",
    "hospital-05": "the lane of the ambulances",
    "park-08": "play equipment",
    "scenic-spot-07": "smoking in a forest",
    "youth-centre-07": "play equipment",
}


# --- reading ----------------------------------------------------------------------------------


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@cache
def edition(name: str) -> dict[str, Any]:
    found: dict[str, Any] = read(SHIPPED / f"{name}.yaml")
    return found


@cache
def nodes(name: str) -> Rows:
    """Every node of an edition, from the top down."""

    def walk(rows: Rows) -> Iterator[dict[str, Any]]:
        for row in rows:
            yield row
            yield from walk(row.get("children", []))

    return list(walk(edition(name)["nodes"]))


def of_kind(name: str, kind: str) -> Rows:
    return [node for node in nodes(name) if node["kind"] == kind]


@cache
def checklists() -> Rows:
    paths = sorted((SHIPPED / "checklists").glob("*.yaml"))
    return [one for path in paths for one in read(path)]


@cache
def items() -> list[tuple[str, dict[str, Any]]]:
    """Every item, with the kind of site at which it is checked."""
    return [(one["site_type"], item) for one in checklists() for item in one["items"]]


def fed_by(item: dict[str, Any]) -> dict[str, list[str]]:
    """The criteria that an item feeds, by framework."""
    criteria = item["criteria"]
    return {"city": criteria} if isinstance(criteria, list) else criteria


@cache
def site_types() -> list[str]:
    path = PACKAGE / "places/data/site_types.json"
    return [one["code"] for one in json.loads(path.read_text(encoding="utf-8"))]


@cache
def categories() -> set[str]:
    path = PACKAGE / "cases/data/categories.json"
    groups = json.loads(path.read_text(encoding="utf-8"))
    return {one["code"] for group in groups for one in group["children"]}


def repeated(words: list[str]) -> list[str]:
    return [word for word, times in Counter(words).items() if times > 1]


def floats_in(value: Any, path: str = "") -> list[str]:
    """The places where a number with decimals is not quoted."""
    if isinstance(value, float):
        return [path]
    if isinstance(value, dict):
        return [one for key, inner in value.items() for one in floats_in(inner, f"{path}/{key}")]
    if isinstance(value, list):
        return [one for at, inner in enumerate(value) for one in floats_in(inner, f"{path}/{at}")]
    return []


# --- editions ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EDITIONS)
def test_an_edition_says_that_it_is_an_example_of_ours(name: str) -> None:
    assert edition(name)["is_example"] is True
    assert "示例" in edition(name)["name"]
    assert "不是官方测评体系" in edition(name)["source"]


def test_the_framework_for_minors_gates_the_citys() -> None:
    assert edition("city")["framework"] == {
        "code": "city", "name": "城市文明程度", "gate": None, "share": None,
    }  # fmt: skip
    framework = edition("minors")["framework"]
    assert (framework["gate"], framework["share"], framework["gates"]) == ("85", "0.20", "city")


def test_the_editions_are_complete() -> None:
    assert len(of_kind("city", "section")) == 10
    assert 40 <= len(of_kind("city", "topic")) <= 60
    assert len(of_kind("city", "criterion")) >= 130
    assert len(of_kind("minors", "section")) == 5
    assert len(of_kind("minors", "criterion")) >= 27


@pytest.mark.parametrize("name", EDITIONS)
def test_weights_add_up_exactly_at_every_branch(name: str) -> None:
    leaves = sum(Decimal(node["weight"]) for node in of_kind(name, "criterion"))

    assert leaves == Decimal(edition(name)["total"]) == 100
    for node in nodes(name):
        assert Decimal(node["weight"]) > 0, node["code"]
        if "children" in node:
            below = sum(Decimal(child["weight"]) for child in node["children"])
            assert Decimal(node["weight"]) == below, node["code"]


@pytest.mark.parametrize("name", EDITIONS)
def test_a_leaf_is_a_criterion_and_a_branch_is_not(name: str) -> None:
    for node in nodes(name):
        assert node["title"], node["code"]
        assert (node["kind"] == "criterion") == ("children" not in node), node["code"]
        for child in node.get("children", []):
            assert child["code"].startswith(node["code"] + "."), child["code"]


@pytest.mark.parametrize("name", EDITIONS)
def test_no_code_and_no_words_stand_twice_in_an_edition(name: str) -> None:
    criteria = of_kind(name, "criterion")

    assert repeated([node["code"] for node in nodes(name)]) == []
    assert repeated([node["title"] for node in nodes(name)]) == []
    assert repeated([node["words"] for node in criteria]) == []


@pytest.mark.parametrize("name", EDITIONS)
def test_a_criterion_is_a_whole_sentence_of_at_most_three(name: str) -> None:
    for node in of_kind(name, "criterion"):
        words = node["words"]
        assert len(words) >= 15, node["code"]
        assert words.endswith("。"), node["code"]
        assert words.count("。") <= 3, node["code"]
        assert "  " not in words, node["code"]
        assert 0 < len(node["grading"]) <= 300, node["code"]


@pytest.mark.parametrize("name", EDITIONS)
def test_a_criterion_has_methods_and_names_kinds_of_sites_only_where_sites_are_seen(
    name: str,
) -> None:
    for node in of_kind(name, "criterion"):
        methods, places = node["methods"], node.get("site_types", [])
        assert methods, node["code"]
        assert set(methods) <= METHODS, node["code"]
        assert repeated(methods) == repeated(places) == [], node["code"]
        assert set(places) <= set(site_types()), node["code"]
        assert ("site" in methods) == bool(places), node["code"]


@pytest.mark.parametrize("name", EDITIONS)
def test_a_scorer_has_its_parameters_as_exact_numbers_within_the_weight(name: str) -> None:
    for node in of_kind(name, "criterion"):
        given = dict(node["scorer"])
        needed = SCORERS[given.pop("name")]
        assert set(given) == needed, node["code"]
        assert all(isinstance(value, str) for value in given.values()), node["code"]
        for key, value in given.items():
            assert Decimal(value) >= 0, node["code"]
            assert key not in POINTS or Decimal(value) <= Decimal(node["weight"]), node["code"]


def test_the_citys_edition_uses_every_method_and_every_scorer() -> None:
    criteria = of_kind("city", "criterion")

    assert {method for node in criteria for method in node["methods"]} == METHODS
    assert {node["scorer"]["name"] for node in criteria} == set(SCORERS)


# --- checklists -------------------------------------------------------------------------------


def test_every_shipped_kind_of_site_has_one_checklist() -> None:
    assert sorted(one["site_type"] for one in checklists()) == sorted(site_types())
    assert repeated([one["name"] for one in checklists()]) == []


def test_a_checklist_is_short_and_says_nothing_twice() -> None:
    for one in checklists():
        assert 8 <= len(one["items"]) <= 16, one["site_type"]
        assert repeated([item["words"] for item in one["items"]]) == [], one["site_type"]


def test_the_items_of_a_checklist_stand_group_by_group() -> None:
    for one in checklists():
        places = [GROUPS.index(item["group"]) for item in one["items"]]
        assert places == sorted(places), one["site_type"]


def test_an_item_has_a_code_of_its_own_that_tells_its_kind_of_site() -> None:
    assert repeated([item["code"] for _place, item in items()]) == []
    for place, item in items():
        stem, _, number = item["code"].rpartition("-")
        assert stem == place.replace("_", "-")
        assert number.isdigit()


def test_an_item_fits_a_row_on_a_phone_and_has_no_unknown_entries() -> None:
    for _place, item in items():
        assert set(item) <= ITEM_KEYS, item["code"]
        assert item["words"], item["code"]
        assert not item["words"].endswith("。"), item["code"]
        assert "良好" not in item["words"], item["code"]
        for key, most in LONGEST.items():
            assert len(item.get(key, "")) <= most, (item["code"], key)


def test_a_number_has_unit_threshold_and_source_and_a_yes_or_no_has_no_threshold() -> None:
    numeric = [item for _place, item in items() if item["kind"] != "yes_no"]

    assert len(numeric) > 40
    for item in numeric:
        assert item["kind"] in {"count", "measure"}, item["code"]
        assert item["unit"], item["code"]
        assert item["source"], item["code"]
        assert set(item["rule"]) <= {"at_least", "at_most"}, item["code"]
        assert item["rule"], item["code"]
        for value in item["rule"].values():
            assert isinstance(value, str), item["code"]
            assert Decimal(value) > 0, item["code"]
    for _place, item in items():
        assert item["kind"] != "yes_no" or not {"unit", "rule"} & set(item), item["code"]


def test_a_photo_is_hardly_ever_asked_for_every_time_and_then_with_a_reason() -> None:
    rules = Counter(item["photo"] for _place, item in items())

    assert set(rules) == {"never", "on_fail", "always"}
    assert rules["always"] <= 5
    for _place, item in items():
        assert (item["photo"] == "always") == bool(item.get("photo_reason")), item["code"]


def test_an_item_names_a_shipped_kind_of_case() -> None:
    assert {item["category"] for _place, item in items()} <= categories()


def test_only_what_endangers_life_is_more_than_normal() -> None:
    for _place, item in items():
        assert item["severity"] in {"normal", "serious", "severe"}, item["code"]
        if item["severity"] == "normal" or item["code"] in ALSO_ON_LIFE:
            continue
        fed = fed_by(item)["city"]
        assert any(code.startswith(part) for code in fed for part in ON_LIFE), item["code"]


def test_the_exceptions_on_life_are_items_that_need_one() -> None:
    severities = {item["code"]: item["severity"] for _place, item in items()}

    assert {severities[code] for code in ALSO_ON_LIFE} == {"serious"}


@pytest.mark.parametrize("name", EDITIONS)
def test_an_item_feeds_criteria_that_name_its_kind_of_site(name: str) -> None:
    places = {node["code"]: node.get("site_types", []) for node in of_kind(name, "criterion")}

    for place, item in items():
        fed = fed_by(item)
        assert fed["city"], item["code"]
        assert set(fed) <= set(EDITIONS), item["code"]
        assert repeated(fed.get(name, [])) == [], item["code"]
        for code in fed.get(name, []):
            assert place in places[code], (item["code"], code)


@pytest.mark.parametrize("name", EDITIONS)
def test_every_criterion_seen_at_sites_is_fed_at_each_of_its_kinds(name: str) -> None:
    fed = {(code, place) for place, item in items() for code in fed_by(item).get(name, [])}

    for node in of_kind(name, "criterion"):
        for place in node.get("site_types", []):
            assert (node["code"], place) in fed, (node["code"], place)


# --- the negative list ------------------------------------------------------------------------


def test_the_ladder_of_the_negative_list_has_its_four_steps() -> None:
    levels = read(SHIPPED / "negative.yaml")["levels"]

    assert [(one["code"], one["name"]) for one in levels] == [
        ("deduct", "罚扣测评分数"),
        ("suspend_nomination", "停止提名城市资格"),
        ("suspend_title", "停止文明城市资格一年"),
        ("veto", "取消荣誉称号"),
    ]
    assert all(one["words"] for one in levels)


def test_the_kinds_of_the_negative_list_are_marked_as_examples_of_ours() -> None:
    negative = read(SHIPPED / "negative.yaml")
    kinds = negative["kinds"]

    assert negative["is_example"] is True
    assert "不是官方条目" in negative["source"]
    assert 6 <= len(kinds) <= 8
    assert repeated([one["code"] for one in kinds]) == []
    assert {one["level"] for one in kinds} == {one["code"] for one in negative["levels"]}
    for one in kinds:
        assert one["is_example"] is True
        assert one["code"].startswith("example-")
        assert len(one["code"]) <= 30
        assert one["name"].endswith("（示例）")
        assert one["words"].endswith("。")
        assert ("points" in one) == (one["level"] == "deduct"), one["code"]
        assert Decimal(one.get("points", "1")) > 0


# --- all files --------------------------------------------------------------------------------


def test_no_number_with_decimals_stands_unquoted() -> None:
    paths = sorted(SHIPPED.rglob("*.yaml"))

    assert len(paths) == len(list((SHIPPED / "checklists").iterdir())) + 3
    for path in paths:
        assert floats_in(read(path)) == [], path.name
