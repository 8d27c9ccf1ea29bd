"""Which files are tables, whatever their names say, and what is read from them."""

# ruff: noqa: DTZ001 - the cells of Excel have no zone

import codecs
import csv
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from yanzhen.exchange.errors import (
    EncodingUnknown,
    FileDamaged,
    FileEmpty,
    FileLocked,
    FileRefused,
    FileTooLarge,
    FileWrongKind,
    HeadingsMissing,
    QuotesUnpaired,
    SheetUnknown,
)
from yanzhen.exchange.tables import Table, open_table
from yanzhen.exchange.tests.factories import write_csv, write_xlsx

ROWS = [["代码", "名称"], ["430406", "雁峰区"], ["430405", "珠晖区"]]
KNOWN = {"代码", "名称", "code", "name"}


def opened(path: Path, **changes: Any) -> Table:
    return open_table(path, is_heading=lambda heading: heading.strip() in KNOWN, **changes)


def cells(table: Table) -> list[list[Any]]:
    return [line.cells for line in table.lines()]


def numbers(table: Table) -> list[int]:
    return [line.number for line in table.lines()]


# --- CSV ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_text_is_read_in_every_encoding_that_offices_use(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "区域.csv"
    path.write_bytes("代码,名称\r\n430406,雁峰区\r\n430405,珠晖区\r\n".encode(encoding))

    table = opened(path)

    assert table.headings == ["代码", "名称"]
    assert cells(table) == ROWS[1:]


def test_a_rare_character_of_gb18030_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("代码,名称\n1,㵐塘\U00020087村\n".encode("gb18030"))

    assert cells(opened(path)) == [["1", "㵐塘\U00020087村"]]


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_sign_between_cells_is_found(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text("\n".join(delimiter.join(row) for row in ROWS), encoding="utf-8")

    assert cells(opened(path)) == ROWS[1:]


def test_rows_are_counted_as_excel_shows_them(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('代码,名称\n1,"两\n行"\n\n,\n2,乙\n', encoding="utf-8")

    table = opened(path)

    assert numbers(table) == [2, 5]
    assert cells(table)[0] == ["1", "两\n行"]


def test_titles_may_stand_above_the_headings(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("2026 年区域台账,\n单位：创建办,\n代码,名称\n1,甲\n", encoding="utf-8")

    table = opened(path)

    assert table.headings_row == 3
    assert numbers(table) == [4]


def test_a_table_may_be_walked_again(tmp_path: Path) -> None:
    table = opened(write_csv(tmp_path / "x.csv", [{"code": "1", "name": "甲"}]))

    assert cells(table) == cells(table) == [["1", "甲"]]


def test_a_quotation_mark_that_is_never_closed_does_not_swallow_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('代码,名称\n1,甲\n2,"乙\n3,丙\n', encoding="utf-8")

    with pytest.raises(QuotesUnpaired, match="第 3 行"):
        cells(opened(path))


# --- Excel ----------------------------------------------------------------------------------------


def test_excel_cells_come_as_what_they_are(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "x.xlsx",
        [["代码", "名称"], [430406, "雁峰区"], ["", datetime(2026, 11, 21, 14, 5)]],
    )

    assert cells(opened(path)) == [[430406.0, "雁峰区"], ["", datetime(2026, 11, 21, 14, 5)]]


def test_excel_rows_keep_their_numbers_past_blank_and_hidden_ones(tmp_path: Path) -> None:
    def hide(_book: Any, sheet: Any) -> None:
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.write_blank(40, 0, None, _book.add_format({"bold": True}))

    path = write_xlsx(tmp_path / "x.xlsx", [*ROWS[:2], ["", "  "], ROWS[2]], hide)

    assert numbers(opened(path)) == [2, 4]


def test_a_table_may_begin_in_another_column(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "x.xlsx", [[], ["", "", "代码", "名称"], ["", "", "1", "甲"]])

    table = opened(path)

    assert table.headings == ["", "", "代码", "名称"]
    assert cells(table) == [["", "", "1", "甲"]]
    assert numbers(table) == [3]


def test_the_first_sheet_that_can_be_seen_is_read(tmp_path: Path) -> None:
    def add(book: Any, sheet: Any) -> None:
        sheet.hide()
        seen = book.add_worksheet("可见")
        seen.activate()
        seen.set_first_sheet()
        seen.write_row(0, 0, ["代码", "名称"])
        seen.write_row(1, 0, ["9", "可见的"])

    path = write_xlsx(tmp_path / "x.xlsx", ROWS, add)

    assert cells(opened(path)) == [["9", "可见的"]]
    assert cells(opened(path, sheet="台账")) == ROWS[1:]


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(SheetUnknown, match=r"“五月”.*台账"):
        opened(write_xlsx(tmp_path / "x.xlsx", ROWS), sheet="五月")


def test_a_formula_counts_by_the_value_it_was_saved_with(tmp_path: Path) -> None:
    def add(_book: Any, sheet: Any) -> None:
        sheet.write_formula(1, 0, "=430400+6", None, 430406)

    table = opened(write_xlsx(tmp_path / "x.xlsx", [ROWS[0], ["", "雁峰区"]], add))

    assert cells(table) == [[430406.0, "雁峰区"]]
    assert table.faults == {}


@pytest.mark.parametrize(
    ("formula", "value", "words"),
    [("=A9", "", "公式没有计算结果"), ("=1/0", "#DIV/0!", "#DIV/0!"), ("=x()", "#NAME?", "#NAME?")],
)
def test_a_formula_without_a_value_is_a_fault_of_its_cell(
    tmp_path: Path, formula: str, value: str, words: str
) -> None:
    def add(_book: Any, sheet: Any) -> None:
        sheet.write_formula(2, 1, formula, None, value)

    table = opened(write_xlsx(tmp_path / "x.xlsx", [*ROWS[:2], ["1", ""]], add))

    assert list(table.faults) == [(3, 1)]
    assert words in table.faults[3, 1]


def test_a_formula_that_says_nothing_is_an_empty_cell(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "x.xlsx", [*ROWS[:2], ["1", ""]])
    rewrite(
        path,
        "xl/worksheets/sheet1.xml",
        lambda text: text.replace('<row r="3"', '<row r="3" x="1"').replace(
            "</row></sheetData>",
            '<c r="B3" t="str"><f>IF(A9="","",A9)</f><v></v></c></row></sheetData>',
        ),
    )

    assert opened(path).faults == {}


def test_merged_cells_among_the_rows_are_named_once_for_each(tmp_path: Path) -> None:
    def merge(_book: Any, sheet: Any) -> None:
        sheet.merge_range("A4:A5", "共用")

    path = write_xlsx(tmp_path / "x.xlsx", [*ROWS, ["", "甲"], ["", "乙"]], merge)
    merged = opened(path).merged

    assert sorted(merged) == [4, 5]
    assert "A4:A5" in merged[4]
    assert merged[5] == ""


def test_a_merged_title_above_the_headings_is_no_fault(tmp_path: Path) -> None:
    def merge(_book: Any, sheet: Any) -> None:
        sheet.merge_range("A1:B1", "区域台账")

    table = opened(write_xlsx(tmp_path / "x.xlsx", [["", ""], *ROWS], merge))

    assert table.headings_row == 2
    assert table.merged == {}


def test_many_formulas_across_the_pieces_of_a_large_sheet_are_all_found(tmp_path: Path) -> None:
    def add(_book: Any, sheet: Any) -> None:
        for row in range(1, 6001):
            sheet.write(row, 0, f"代码{row}" + "长" * 150)
            sheet.write_formula(row, 1, "=A1", None, "" if row % 1000 == 0 else row)

    table = opened(write_xlsx(tmp_path / "x.xlsx", [ROWS[0]], add))

    assert sorted(table.faults) == [(row * 1000 + 1, 1) for row in range(1, 7)]


# --- What is no table -----------------------------------------------------------------------------


def rewrite(path: Path, part: str, change: Callable[[str], str]) -> None:
    """Change one part of a workbook as another program might have written it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def zipped(**parts: bytes) -> bytes:
    import io

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()


def cut_workbook(tmp_path: Path) -> bytes:
    whole = write_xlsx(tmp_path / "whole.xlsx", ROWS).read_bytes()
    return whole[: len(whole) // 2]


def bomb(tmp_path: Path) -> bytes:
    path = write_xlsx(tmp_path / "bomb.xlsx", ROWS)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", b"\0" * 500_000_000)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (lambda _: b"", FileEmpty),
        (lambda _: b"\r\n \r\n", FileEmpty),
        (lambda _: b"%PDF-1.7", FileWrongKind),
        (lambda _: b"\x89PNG\r\n\x1a\n", FileWrongKind),
        (lambda _: b"MZ\x90\x00", FileWrongKind),
        (lambda _: b"\xd0\xcf\x11\xe0" + b"\0" * 600, FileWrongKind),
        (lambda _: b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), FileLocked),
        (lambda _: b"<html><table><tr><td>x</td></tr></table>", FileWrongKind),
        (lambda _: b"\x00\x01\x02\x03" * 50, FileWrongKind),
        (lambda _: zipped(word__document_xml=b"<x/>"), FileWrongKind),
        (lambda _: zipped(xl__workbook_bin=b"x"), FileWrongKind),
        (lambda _: zipped(content_xml=b"<x/>"), FileWrongKind),
        (lambda _: zipped(photo_jpg=b"x"), FileWrongKind),
        (lambda _: zipped(xl__workbook_xml=b"<x/>"), FileDamaged),
        (lambda _: b"PK\x03\x04 nothing more", FileDamaged),
        (cut_workbook, FileDamaged),
        (bomb, FileTooLarge),
        (lambda _: "代码,名称\n".encode("gbk") + b"\xff\xff\xff", EncodingUnknown),
        (lambda _: codecs.BOM_UTF16_LE + b"\x00\xd8\x00\xd8\x01", EncodingUnknown),
        (lambda _: "甲,乙\n丙,丁\n".encode(), HeadingsMissing),
    ],
)
def test_what_is_no_table_is_called_what_it_is(
    tmp_path: Path, content: Callable[[Path], bytes], refusal: type[FileRefused]
) -> None:
    path = tmp_path / "台账.xlsx"
    path.write_bytes(content(tmp_path))

    with pytest.raises(refusal, match="台账") as caught:
        opened(path)

    assert "%(" not in str(caught.value)


def test_an_empty_workbook_is_empty(tmp_path: Path) -> None:
    with pytest.raises(FileEmpty):
        opened(write_xlsx(tmp_path / "x.xlsx", []))


def test_a_cell_longer_than_csv_usually_allows_is_read(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "x.csv", [{"code": "1", "name": "长" * 200_000}])

    assert len(cells(opened(path))[0][1]) == 200_000
    assert csv.field_size_limit() >= 200_000


def test_times_and_days_come_as_such(tmp_path: Path) -> None:
    def add(book: Any, sheet: Any) -> None:
        sheet.write_datetime(
            1, 0, date(2026, 11, 21), book.add_format({"num_format": "yyyy-mm-dd"})
        )
        sheet.write_datetime(1, 1, time(14, 5), book.add_format({"num_format": "hh:mm"}))

    table = opened(write_xlsx(tmp_path / "x.xlsx", ROWS[:1], add))

    assert cells(table) == [[date(2026, 11, 21), time(14, 5)]]
