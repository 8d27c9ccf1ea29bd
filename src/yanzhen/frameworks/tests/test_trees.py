"""What can be wrong with an edition: every fault in its place, and the sums to the last digit."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanzhen.frameworks.editions import read_edition
from yanzhen.frameworks.errors import YamlUnreadable
from yanzhen.frameworks.tests.texts import EDITION
from yanzhen.frameworks.trees import NodeRow, plant

TYPES = {"market"}


def section(code: str, parent: str = "", **fields: Any) -> NodeRow:
    return NodeRow(row=0, code=code, parent=parent, kind="section", title=code, **fields)


def criterion(code: str, parent: str, weight: str = "5", **fields: Any) -> NodeRow:
    values: dict[str, Any] = {
        "words": "路面平整。",
        "weight": Decimal(weight),
        "methods": ("material",),
        "scorer": "pass_rate",
    }
    return NodeRow(row=0, code=code, parent=parent, kind="criterion", title=code, **values | fields)


def numbered(*rows: NodeRow) -> list[NodeRow]:
    return [replace(row, row=number) for number, row in enumerate(rows, start=2)]


def good() -> list[NodeRow]:
    return numbered(
        section("1"), criterion("1.1", "1", "6"), section("2"), criterion("2.1", "2", "4")
    )


def faults(rows: list[NodeRow], total: str = "10") -> list[tuple[int, str, str]]:
    tree = plant(rows, total=Decimal(total), site_types=TYPES)
    return [(fault.row, fault.column, fault.reason) for fault in tree.faults]


def test_a_good_tree_is_put_in_order_with_sums_from_the_leaves_up() -> None:
    tree = plant(list(reversed(good())), total=Decimal(10), site_types=TYPES)

    assert tree.faults == []
    assert [(one.path, one.weight) for one in tree.nodes] == [
        ("/2/", Decimal(4)),
        ("/2/2.1/", Decimal(4)),
        ("/1/", Decimal(6)),
        ("/1/1.1/", Decimal(6)),
    ]


def changed(number: int, **fields: Any) -> Callable[[], list[NodeRow]]:
    def change() -> list[NodeRow]:
        rows = good()
        rows[number] = replace(rows[number], **fields)
        return rows

    return change


@pytest.mark.parametrize(
    ("rows", "row", "column", "told"),
    [
        (changed(1, code="1.1/2"), 3, "code", "不合要求"),
        (changed(3, code="1.1"), 5, "code", "与第 3 行重复"),
        (changed(1, parent="9"), 3, "parent", "没有编号为“9”的上级"),
        (changed(0, parent="2"), 2, "weight", ""),
        (changed(1, kind="chapter"), 3, "kind", "没有“chapter”"),
        (changed(1, title=""), 3, "title", "请填写名称"),
        (changed(1, title="长" * 121), 3, "title", "最多 120 个字"),
        (changed(1, words=""), 3, "words", "请写明标准"),
        (changed(1, weight=None), 3, "weight", "须有分值"),
        (changed(1, weight=Decimal(0)), 3, "weight", "大于零"),
        (changed(1, weight=Decimal("5.00001")), 3, "weight", "最多 4 位小数"),
        (changed(1, methods=()), 3, "methods", "至少一种"),
        (changed(1, methods=("vote",)), 3, "methods", "没有“vote”"),
        (changed(1, methods=("survey", "survey")), 3, "methods", "两遍"),
        (changed(1, methods=("site",)), 3, "site_types", "须写明点位类型"),
        (changed(1, site_types=("market",)), 3, "site_types", "不用写点位类型"),
        (
            changed(1, methods=("site",), site_types=("moon",)),
            3,
            "site_types",
            "没有“moon”这个点位类型",
        ),
        (changed(1, scorer="dice"), 3, "scorer", "没有“dice”这种计分方式"),
        (changed(1, scorer="ratio"), 3, "parameters", "缺少参数“目标值”"),
        (changed(0, scorer="ratio"), 2, "scorer", "只有测评标准"),
        (changed(0, weight=Decimal("7.2")), 2, "weight", "应为 7.2 分，下面合计 6 分，少 1.2 分"),
        (changed(0, weight=Decimal("5.9")), 2, "weight", "应为 5.9 分，下面合计 6 分，多 0.1 分"),
        (
            changed(1, weight=Decimal("5.5")),
            2,
            "weight",
            "整个体系应为 10 分，下面合计 9.5 分，少 0.5",
        ),
        (lambda: numbered(section("1")), 2, "kind", "没有测评标准"),
        (
            lambda: numbered(section("1"), criterion("1.1", "1"), criterion("1.2", "1.1")),
            4,
            "parent",
            "不能再分",
        ),
    ],
)
def test_a_fault_is_told_with_its_place(
    rows: Callable[[], list[NodeRow]], row: int, column: str, told: str
) -> None:
    found = faults(rows())
    if not told:  # a section below another is no fault
        assert found == []
        return

    assert [(at, name) for at, name, reason in found if told in reason] == [(row, column)]


def test_a_circle_is_told_once_with_the_way_round() -> None:
    rows = numbered(
        section("1"),
        criterion("1.1", "1", "10"),
        section("2", "3"),
        section("3", "4"),
        section("4", "2"),
        criterion("4.1", "4"),
    )

    rings = [(row, reason) for row, column, reason in faults(rows) if column == "parent"]

    assert rings == [(4, "上下级绕成了圈：2 → 3 → 4 → 2")]


def test_a_node_above_itself_is_a_circle_of_one() -> None:
    rows = numbered(section("1"), criterion("1.1", "1", "10"), section("2", "2"))

    assert "上下级绕成了圈：2 → 2" in [reason for _row, _column, reason in faults(rows)]


def test_a_section_may_lie_below_a_section_but_not_below_a_topic() -> None:
    rows = numbered(
        section("1"), replace(section("1.1", "1"), kind="topic"), section("1.1.1", "1.1"),
        criterion("1.1.1.1", "1.1.1", "10"),
    )  # fmt: skip

    assert [(row, column) for row, column, _reason in faults(rows)] == [(4, "parent")]


@given(st.lists(st.decimals("0.0001", "90", places=4), min_size=1, max_size=30))
def test_the_weight_of_a_branch_is_the_sum_of_its_leaves_to_the_last_digit(
    weights: list[Decimal],
) -> None:
    leaves = [criterion(f"1.{number}", "1", str(one)) for number, one in enumerate(weights)]
    rows = numbered(section("1"), *leaves)

    tree = plant(rows, total=sum(weights, Decimal(0)), site_types=TYPES)

    assert tree.faults == []
    assert tree.nodes[0].weight == sum(weights, Decimal(0))


# --- YAML -----------------------------------------------------------------------------------------


def test_an_edition_is_read_from_yaml_with_the_lines_of_its_rows() -> None:
    written = read_edition(EDITION)

    assert written.faults == []
    assert written.edition.total == Decimal(10)
    assert [(row.row, row.code, row.parent) for row in written.rows] == [
        (8, "1", ""),
        (13, "1.1", "1"),
        (17, "1.1.1", "1.1"),
        (26, "1.1.2", "1.1"),
        (33, "2", ""),
        (37, "2.1.1", "2"),
    ]
    assert plant(written.rows, total=written.edition.total, site_types=TYPES).faults == []


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "told"),
    [
        ('weight: "2.5"', "weight: 2.5", 17, "weight", "请加引号"),
        ('weight: "2.5"', 'weight: "二分半"', 17, "weight", "不是数字"),
        ("title: 大厅服务", "titel: 大厅服务", 17, "titel", "不认识“titel”"),
        ("methods: [material]", "methods: material", 26, "methods", "应是一个列表"),
        ("scorer: {name: pass_rate}", "scorer: pass_rate", 17, "scorer", "名称: 内容"),
        ("is_example: true", "is_example: 示例", 1, "is_example", "true 或 false"),
        ("name: 测评体系（2026）", "name:", 1, "name", "不能为空"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(
    old: str, new: str, row: int, column: str, told: str
) -> None:
    assert old in EDITION
    written = read_edition(EDITION.replace(old, new, 1))

    assert [(one.row, one.column) for one in written.faults if told in one.reason] == [
        (row, column)
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [1, 2", "第 1 行读不懂"),
        ("a: &x [1]\nb: *x", "第 2 行读不懂：请不要用引用"),
        ("a: 1\na: 2", "第 2 行读不懂：“a”写了两遍"),
        ("a: !!python/object/apply:os.system [ls]", "写法不对"),
        ("[" * 5000, "层次太深"),
        ("a: 2026-13-45", "不成立的日期"),
        ("a: \x01", "不能用的字符"),
    ],
)
def test_a_hostile_or_broken_file_is_refused_in_a_sentence(text: str, told: str) -> None:
    with pytest.raises(YamlUnreadable) as caught:
        read_edition(text)

    assert told in str(caught.value)


@pytest.mark.parametrize("text", ["", "- 1", "nodes: 5", "nodes: [1, 2]", "null", "framework: []"])
def test_any_other_yaml_is_faults_and_no_crash(text: str) -> None:
    assert read_edition(text).faults
