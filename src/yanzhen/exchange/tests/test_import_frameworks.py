"""Editions and checklists as tables: out and in again the same, and all that is wrong in its place."""

from pathlib import Path
from typing import Any

import pytest

from yanzhen.accounts.enums import Role
from yanzhen.accounts.tests.factories import make_user
from yanzhen.core.errors import Forbidden, RowErrors
from yanzhen.exchange.models import Import
from yanzhen.exchange.tests.factories import bring, carry, read_csv, write_csv
from yanzhen.frameworks.enums import EditionStatus
from yanzhen.frameworks.models import Checklist, Edition, Node
from yanzhen.frameworks.operations.checklists import publish_checklist
from yanzhen.frameworks.operations.editions import apply_edition
from yanzhen.frameworks.queries import current_checklist
from yanzhen.frameworks.tests.factories import make_framework
from yanzhen.frameworks.tests.test_checklists import bring as bring_list
from yanzhen.frameworks.tests.test_checklists import make_field
from yanzhen.frameworks.tests.test_editions import NOW, applied, operator
from yanzhen.places.tests.factories import make_site_type

pytestmark = pytest.mark.django_db

ROW = {
    "framework": "city",
    "edition": "e-2027",
    "code": "1",
    "parent": "",
    "kind": "测评项目",
    "title": "政务环境",
    "words": "",
    "weight": "10",
    "methods": "",
    "scorer": "",
    "parameters": "",
    "site_types": "",
    "total": "10",
}
LEAF = ROW | {
    "code": "1.1",
    "parent": "1",
    "kind": "测评标准",
    "title": "大厅服务",
    "words": "有人值守。",
    "weight": "6",
    "methods": "实地、问卷调查",
    "scorer": "逐处扣分",
    "parameters": "per_place=0.5；floor=0",
    "site_types": "market",
}
ROWS = [ROW, LEAF, LEAF | {"code": "1.2", "weight": "4", "methods": "材料审核", "site_types": ""}]


def counts(outcome: Any) -> tuple[int, int, int]:
    brought = outcome.brought
    return brought.created, brought.updated, brought.unchanged


def refused(kind: str, path: Path, **changes: Any) -> list[tuple[int, str, str]]:
    with pytest.raises(RowErrors) as caught:
        bring(kind, path, **changes)
    assert not Import.objects.exists()
    return [(error.row, error.column, error.reason) for error in caught.value.errors]


# --- Editions -------------------------------------------------------------------------------------


def test_an_edition_comes_in_as_a_draft_in_any_order_of_rows(tmp_path: Path) -> None:
    make_framework()
    make_site_type("market")

    outcome = bring("criteria", write_csv(tmp_path / "e.csv", list(reversed(ROWS))))

    assert counts(outcome) == (3, 0, 0)
    assert "草稿" in outcome.brought.notes[0]
    edition = Edition.objects.get()
    assert (edition.code, edition.status, edition.name) == ("e-2027", EditionStatus.DRAFT, "e-2027")
    leaf = Node.objects.get(code="1.1")
    assert leaf.parameters == {"per_place": "0.5", "floor": "0"}
    assert {one.method for one in leaf.methods.all()} == {"site", "survey"}


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_editions_go_out_and_come_in_again_unchanged(tmp_path: Path, suffix: str) -> None:
    applied()
    path = carry("criteria", tmp_path / f"e.{suffix}")

    assert counts(bring("criteria", path)) == (0, 0, 6)


def test_an_exported_edition_with_another_code_is_the_next_one(tmp_path: Path) -> None:
    applied()
    rows = read_csv(carry("criteria", tmp_path / "e.csv"))
    heading = next(name for name in rows[0] if name == "edition")
    path = write_csv(tmp_path / "f.csv", [row | {heading: "e-2027"} for row in rows])

    assert counts(bring("criteria", path)) == (6, 0, 0)
    new = Edition.objects.get(code="e-2027")
    apply_edition(edition_id=new.pk, meant={}, actor=operator(), now=NOW)
    assert Edition.objects.get(status=EditionStatus.CURRENT) == new


def test_every_fault_of_an_edition_is_told_with_row_and_column(tmp_path: Path) -> None:
    make_framework()
    make_site_type("market")
    rows = [
        ROW | {"weight": "9.5"},
        LEAF,
        ROWS[2],
        LEAF | {"code": "1.1"},
        LEAF | {"code": "1.3", "methods": "听取汇报"},
        LEAF | {"code": "1.4", "site_types": "moon"},
        LEAF | {"code": "1.5", "parent": "9"},
        LEAF | {"code": "1.6", "parameters": "每处0.5"},
        LEAF | {"code": "1.7", "parameters": "per_plaice=1"},
        LEAF | {"code": "1.8", "weight": "六分"},
    ]

    found = refused("criteria", write_csv(tmp_path / "e.csv", rows))

    places = [(row, column) for row, column, _reason in found]
    assert places == [
        (5, "code"),
        (6, "methods"),
        (7, "site_types"),
        (8, "parent"),
        (9, "parameters"),
        (10, "parameters"),
        (10, "parameters"),
        (11, "weight"),
    ]
    assert not Edition.objects.exists()


def test_weights_that_do_not_add_up_are_told_by_how_much(tmp_path: Path) -> None:
    make_framework()
    make_site_type("market")
    rows = [ROW | {"weight": "9.5"}, *ROWS[1:]]

    found = refused("criteria", write_csv(tmp_path / "e.csv", rows))

    reason = "“1 政务环境”应为 9.5 分，下面合计 10 分，多 0.5 分"
    assert found == [(2, "weight", reason)]


def test_an_edition_in_use_and_an_unknown_framework_are_refused(tmp_path: Path) -> None:
    applied()
    rows = [row | {"edition": "e-2026"} for row in ROWS]
    found = refused("criteria", write_csv(tmp_path / "e.csv", rows))
    assert [(row, column) for row, column, _reason in found] == [(2, "edition")]

    rows = [row | {"framework": "moon"} for row in ROWS]
    found = refused("criteria", write_csv(tmp_path / "f.csv", rows))
    assert found == [(2, "edition", "没有代码为“moon”的体系。")]


def test_a_trial_keeps_nothing(tmp_path: Path) -> None:
    make_framework()
    make_site_type("market")

    outcome = bring("criteria", write_csv(tmp_path / "e.csv", ROWS), is_dry=True)

    assert counts(outcome) == (3, 0, 0)
    assert not Edition.objects.exists()


def test_drafts_go_out_only_to_whoever_may_change_them(tmp_path: Path) -> None:
    make_framework()
    make_site_type("market")
    bring("criteria", write_csv(tmp_path / "e.csv", ROWS))

    assert read_csv(carry("criteria", tmp_path / "a.csv", actor=make_user(Role.INSPECTOR))) == []
    assert len(read_csv(carry("criteria", tmp_path / "b.csv", actor=operator()))) == 3


@pytest.mark.parametrize("kind", ["criteria", "checklists"])
def test_only_the_office_brings_them_in(tmp_path: Path, kind: str) -> None:
    path = write_csv(tmp_path / "e.csv", ROWS)

    with pytest.raises(Forbidden):
        bring(kind, path, actor=make_user(Role.INSPECTOR))


# --- Checklists -----------------------------------------------------------------------------------

ITEM = {
    "点位类型": "农贸市场",
    "编号": "market-01",
    "门类": "公共环境",
    "检查项": "摊位规范",
    "记录方式": "",
    "计量单位": "",
    "不少于": "",
    "问题类别": "流动摊贩",
    "对应标准": "1.1.1",
    "拍照": "",
}
COUNTED = ITEM | {"编号": "market-02", "记录方式": "点数", "计量单位": "处", "不少于": "5"}


def test_a_checklist_comes_in_as_the_draft_of_the_next_version(tmp_path: Path) -> None:
    make_field()

    outcome = bring("checklists", write_csv(tmp_path / "c.csv", [ITEM, COUNTED]))

    assert counts(outcome) == (2, 0, 0)
    draft = Checklist.objects.get()
    assert (draft.status, draft.name) == (EditionStatus.DRAFT, "农贸市场检查清单")
    assert [item.category for item in draft.items.order_by("sort")] == ["vendors", "vendors"]
    assert current_checklist(site_type="market") is None


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_checklists_go_out_and_come_in_again_unchanged(tmp_path: Path, suffix: str) -> None:
    make_field()
    publish_checklist(checklist_id=bring_list()[0].pk, actor=operator(), now=NOW)
    path = carry("checklists", tmp_path / f"c.{suffix}")

    assert counts(bring("checklists", path)) == (0, 0, 2)


def test_every_fault_of_a_checklist_is_told_with_row_and_column(tmp_path: Path) -> None:
    make_field()
    rows = [
        ITEM,
        COUNTED | {"不少于": ""},
        ITEM | {"编号": "market-03", "问题类别": "没有的类"},
        ITEM | {"编号": "market-04", "点位类型": "月球"},
        ITEM | {"编号": "market-05", "对应标准": "9.9"},
        ITEM | {"编号": "market-06", "门类": "天气"},
        ITEM,
    ]

    found = refused("checklists", write_csv(tmp_path / "c.csv", rows))

    assert [(row, column) for row, column, _reason in found] == [
        (3, "at_least"),
        (4, "category"),
        (5, "site_type"),
        (6, "criteria"),
        (7, "group"),
        (8, "code"),
    ]
    assert not Checklist.objects.exists()
