"""What goes out comes back in as the same; what people open in Excel stays what it is."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from yanzhen.accounts.enums import Role
from yanzhen.accounts.operations import system_user
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases.enums import CaseStatus
from yanzhen.cases.models import Case
from yanzhen.cases.tests.factories import make_case, make_category
from yanzhen.core.errors import Forbidden
from yanzhen.events.queries import events_of
from yanzhen.exchange.errors import KindUnknown, OptionUnfit, SuffixUnknown, TooManyRows
from yanzhen.exchange.models import Export
from yanzhen.exchange.registry import KINDS, kind_named
from yanzhen.exchange.tests.factories import (
    CASE,
    COMMUNITY,
    NOW,
    OPEN_CASE,
    OTHER_COMMUNITY,
    bring,
    carry,
    make_city,
    read_csv,
    write_csv,
)
from yanzhen.exchange.tests.test_import_net import PERSON, SITE
from yanzhen.exchange.tests.test_import_reports import REPORT
from yanzhen.exchange.writing import write_template
from yanzhen.frameworks.operations.checklists import publish_checklist
from yanzhen.frameworks.operations.editions import apply_edition
from yanzhen.frameworks.tests.test_checklists import bring as bring_list
from yanzhen.frameworks.tests.test_editions import bring as bring_edition
from yanzhen.places.tests.factories import make_site_type
from yanzhen.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db


def make_everything(tmp_path: Path) -> None:
    """Some of every kind, some of it awkward."""
    make_city()
    make_category("vendors", name="流动摊贩")
    make_unit("U-2", parent=None, name="“引号”,逗号单位")
    grade = {"name": "grade", "label": "等级", "kind": "choice", "choices": ["一级", "二级"]}
    make_site_type("hospital", name="医院", fields=[grade])
    bring("people", write_csv(tmp_path / "p.csv", [PERSON]))
    bring(
        "sites",
        write_csv(
            tmp_path / "s.csv", [SITE, SITE | {"name": "一医院", "type": "医院", "等级": "一级"}]
        ),
    )
    words = {"words": "=1+1 开头的\n“两行”,说明"}
    rows = [
        CASE,
        OPEN_CASE | {"number": "L-2", "unit": ""} | words,
        OPEN_CASE | {"number": "L-3", "site": "S-1"},
    ]
    bring("cases", write_csv(tmp_path / "c.csv", rows))
    bring("reports", write_csv(tmp_path / "r.csv", [REPORT]))
    known: dict[str, Any] = {"actor": system_user(), "now": NOW}
    apply_edition(edition_id=bring_edition(actor=system_user())[0].pk, meant={}, **known)
    publish_checklist(checklist_id=bring_list(actor=system_user())[0].pk, **known)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", list(KINDS))
def test_what_was_given_out_is_taken_in_again_and_changes_nothing(
    tmp_path: Path, kind: str, suffix: str
) -> None:
    make_everything(tmp_path)

    path = carry(kind, tmp_path / f"out.{suffix}")
    outcome = bring(kind, path)

    assert outcome.row_count == Export.objects.get().row_count > 0
    assert (outcome.brought.created, outcome.brought.updated) == (0, 0)
    assert outcome.brought.unchanged > 0


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_ledger_taken_to_an_empty_house_stands_there_as_here(tmp_path: Path, suffix: str) -> None:
    make_city()
    for status in (
        CaseStatus.FILED,
        CaseStatus.DISPATCHED,
        CaseStatus.SUBMITTED,
        CaseStatus.CLOSED,
    ):
        make_case(status=status)
    before = ledger()
    path = carry("cases", tmp_path / f"out.{suffix}")
    forget_cases()

    bring("cases", path)

    assert ledger() == before


def ledger() -> list[tuple[Any, ...]]:
    fields = (
        "number", "status", "found_at", "source", "category_id", "area_id", "unit_id", "severity",
        "words", "due_at", "acknowledged_at", "submitted_at", "verified_at", "closed_at",
    )  # fmt: skip
    return list(Case.objects.order_by("number").values_list(*fields))


def forget_cases() -> None:
    """Empty the tables of cases, as they are in another house."""
    from yanzhen.cases import models
    from yanzhen.events.models import Event

    for model in (
        models.CasePhoto, models.CaseWords, models.CaseSpan, models.Assignment, models.Case,
        models.NumberSeries,
    ):  # fmt: skip
        model.objects.all()._raw_delete("default")
    assert Event.objects.exists()  # the record cannot be emptied; other ids hold no old events


def test_the_columns_of_a_ledger_are_those_of_the_contract(tmp_path: Path) -> None:
    make_everything(tmp_path)

    rows = read_csv(carry("cases", tmp_path / "out.csv"))

    assert list(rows[0]) == list(CASE)
    closed = next(row for row in rows if row["number"] == "L-1")
    assert closed["found_at"] == "2026-11-02 09:00:00"
    assert closed["source"] == "inspection"


def test_excel_shows_names_and_real_dates_and_keeps_codes_as_text(tmp_path: Path) -> None:
    make_everything(tmp_path)

    book = CalamineWorkbook.from_path(str(carry("cases", tmp_path / "out.xlsx")))
    rows = book.get_sheet_by_index(0).to_python()
    shown = dict(zip(rows[0], next(row for row in rows if row[0] == "L-1"), strict=True))

    assert shown["发现时间"] == datetime(2026, 11, 2, 9, 0)  # noqa: DTZ001 - Excel has no zone
    assert (shown["来源"], shown["类别"], shown["责任单位"]) == (
        "督查",
        "路灯照明",
        "市政设施管理处",
    )
    assert shown["区域"] == "沿江南路社区居委会"


def test_text_that_excel_would_reckon_is_kept_from_it(tmp_path: Path) -> None:
    make_everything(tmp_path)

    written = carry("cases", tmp_path / "out.csv").read_text(encoding="utf-8-sig")

    assert "'=1+1" in written
    assert Case.objects.get(number="L-2").words.startswith("=1+1")


def test_a_post_sees_and_takes_out_only_its_own(tmp_path: Path) -> None:
    make_city()
    rows = [CASE, CASE | {"number": "L-2", "area": OTHER_COMMUNITY}]
    bring("cases", write_csv(tmp_path / "c.csv", rows))
    actor = make_user(Role.OPERATOR, area_code="430406")

    for kind, column, codes in (("cases", "area", {COMMUNITY}), ("units", "area", set())):
        rows_out = read_csv(carry(kind, tmp_path / f"{kind}.csv", actor=actor))
        assert {row[column] for row in rows_out} == codes
    areas = read_csv(carry("areas", tmp_path / "areas.csv", actor=actor))
    assert all(row["code"].startswith("430406") for row in areas)


def test_an_area_may_be_asked_for_alone(tmp_path: Path) -> None:
    make_city()
    rows = [CASE, CASE | {"number": "L-2", "area": OTHER_COMMUNITY}]
    bring("cases", write_csv(tmp_path / "c.csv", rows))

    rows_out = read_csv(carry("cases", tmp_path / "out.csv", area_code="430405"))

    assert [row["number"] for row in rows_out] == ["L-2"]


def test_each_export_is_an_event_that_says_whether_it_names_people(tmp_path: Path) -> None:
    make_everything(tmp_path)

    carry("people", tmp_path / "people.csv")

    event = events_of(Export.objects.get()).get()
    assert event.kind == "export.made"
    assert '"has_people":true' in event.payload
    assert '"rows":1' in event.payload


@pytest.mark.parametrize(
    ("role", "kind", "is_allowed"),
    [
        (Role.INSPECTOR, "cases", True),
        (Role.INSPECTOR, "people", False),
        (Role.KEEPER, "cases", False),
        (Role.AUDITOR, "people", True),
    ],
)
def test_who_may_take_out_what(tmp_path: Path, role: Role, kind: str, *, is_allowed: bool) -> None:
    make_everything(tmp_path)
    actor = make_user(role)

    if is_allowed:
        assert carry(kind, tmp_path / "out.csv", actor=actor).exists()
    else:
        with pytest.raises(Forbidden):
            carry(kind, tmp_path / "out.csv", actor=actor)
        assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"kind": "dragons"}, KindUnknown),
        ({"path": "out.docx"}, SuffixUnknown),
        ({"area_code": "999"}, OptionUnfit),
    ],
)
def test_what_cannot_be_asked_for(
    tmp_path: Path, changes: dict[str, Any], refusal: type[Exception]
) -> None:
    make_city()
    asked: dict[str, Any] = {"kind": "cases", "path": "out.csv"} | changes

    with pytest.raises(refusal):
        carry(asked.pop("kind"), tmp_path / asked.pop("path"), **asked)

    assert not Export.objects.exists()


def test_a_failed_export_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_everything(tmp_path)
    path = tmp_path / "out.xlsx"
    path.write_bytes(b"old")
    monkeypatch.setattr("yanzhen.exchange.writing.MOST_ROWS", 1)

    with pytest.raises(TooManyRows):
        carry("cases", path)

    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir() if "out.xlsx" in one.name] == ["out.xlsx"]


# --- Templates ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_has_a_template_that_may_be_filled_and_taken_in(
    tmp_path: Path, kind: str
) -> None:
    make_everything(tmp_path)
    path = tmp_path / "模板.xlsx"

    write_template(path, suffix="xlsx", kind=kind_named(kind))

    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names == [str(kind_named(kind).label), "填写说明", "可填的值"]
    headings = book.get_sheet_by_index(0).to_python()[0]
    assert headings == [
        f"{column.label}{'*' if column.is_required else ''}"
        for column in kind_named(kind).columns_in()
    ]


def test_a_template_lists_what_may_be_filled_in(tmp_path: Path) -> None:
    make_everything(tmp_path)

    write_template(tmp_path / "t.xlsx", suffix="xlsx", kind=kind_named("cases"))

    rows = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx")).get_sheet_by_index(2).to_python()
    assert {"来源", "类别", "区域", "责任单位", "程度"} <= set(rows[0])
    assert any("C-LIGHT" in row and "路灯照明" in row for row in rows)


def test_a_template_as_text_is_one_line_of_headings(tmp_path: Path) -> None:
    write_template(tmp_path / "t.csv", suffix="csv", kind=kind_named("areas"))

    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["代码", "名称", "层级", "上级"]]


def test_now_is_in_the_city(tmp_path: Path) -> None:
    make_everything(tmp_path)

    rows = read_csv(carry("reports", tmp_path / "r.csv"))

    assert rows[0]["reported_at"] == "2026-11-20 08:15:00"
    assert NOW.tzinfo is UTC
