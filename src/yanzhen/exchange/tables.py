"""A table out of a file: CSV in any encoding that offices use, or an Excel workbook.

The content decides what the file is, never its name. Rows are counted as Excel shows them, the
first one being 1; blank rows are counted and left out. Nothing larger than a row is kept of a
CSV file, so that its length does not matter.
"""

import codecs
import csv
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    XmlError,
    ZipError,
)

from yanzhen.exchange import workbook
from yanzhen.exchange.errors import (
    EncodingUnknown,
    FileDamaged,
    FileEmpty,
    FileLocked,
    FileTooLarge,
    FileWrongKind,
    HeadingsMissing,
    QuotesUnpaired,
    SheetUnknown,
)

Cell = str | float | int | bool | datetime | date | time | timedelta
"""What a cell holds; an empty one holds `""`."""

Place = tuple[int, int]
"""A cell by row, counted from 1, and column, counted from 0."""

MAX_BYTES = 200 * 1024 * 1024
HEADINGS_WITHIN = 12
"""Titles and notes may stand above the headings, but not more rows than this."""
CELL_LIMIT = 1_000_000
CHUNK = 1 << 20

csv.field_size_limit(CELL_LIMIT)

_WRONG_STARTS: tuple[tuple[bytes, str | Promise], ...] = (
    (b"\xd0\xcf\x11\xe0", gettext_lazy("旧版 Excel（.xls）或 Word 文档")),
    (b"%PDF", gettext_lazy("PDF 文件")),
    (b"\x89PNG", gettext_lazy("图片")),
    (b"\xff\xd8\xff", gettext_lazy("图片")),
    (b"GIF8", gettext_lazy("图片")),
    (b"MZ", gettext_lazy("Windows 程序")),
    (b"\x7fELF", gettext_lazy("Linux 程序")),
    (b"Rar!", gettext_lazy("压缩包")),
    (b"7z\xbc\xaf", gettext_lazy("压缩包")),
    (b"\x1f\x8b", gettext_lazy("压缩包")),
    (b"{\\rtf", gettext_lazy("RTF 文档")),
)
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table that is not blank."""

    number: int
    cells: list[Cell]


@dataclass(frozen=True)
class Table:
    """A table that was found in a file: its headings, and as often as asked for its rows."""

    name: str
    headings: list[str]
    headings_row: int
    lines: Callable[[], Iterator[Line]]
    about: int
    """About how many rows there are, for whoever shows progress."""
    faults: Mapping[Place, str] = field(default_factory=dict)
    """Cells that cannot be believed, and why: a formula without a value, an error."""
    merged: Mapping[int, str] = field(default_factory=dict)
    """Rows that share a merged cell: the reason at the first of them, nothing at the others."""


def open_table(
    path: Path,
    *,
    name: str = "",
    sheet: str = "",
    is_heading: Callable[[str], bool],
    example: str = "",
) -> Table:
    """Find the table in a file. `is_heading` knows which words may stand at the top of a column.

    Raises a `FileRefused` that says what is wrong with the file.
    """
    name = name or path.name
    size = path.stat().st_size
    if size == 0:
        raise FileEmpty(name=name)
    if size > MAX_BYTES:
        raise FileTooLarge(name=name, limit=MAX_BYTES // 1024 // 1024)
    with path.open("rb") as file:
        start = file.read(4096)
    try:
        if start.startswith(b"PK\x03\x04"):
            return _open_workbook(path, name=name, sheet=sheet, is_heading=is_heading)
        _refuse_other_kinds(path, start, name=name)
        return _open_text(path, name=name, is_heading=is_heading)
    except _NoHeadings as error:
        raise HeadingsMissing(name=name, example=example) from error


def _refuse_other_kinds(path: Path, start: bytes, *, name: str) -> None:
    for sign, kind in _WRONG_STARTS:
        if start.startswith(sign):
            if sign == b"\xd0\xcf\x11\xe0" and _ENCRYPTED in path.read_bytes():
                raise FileLocked(name=name)
            raise FileWrongKind(name=name, kind=kind)


class _NoHeadings(Exception):
    """No row holds a known name."""


# --- CSV ------------------------------------------------------------------------------------------


def _open_text(path: Path, *, name: str, is_heading: Callable[[str], bool]) -> Table:
    encoding, line_count = _encoding_of(path, name=name)
    with path.open(encoding=encoding, newline="") as file:
        first = next((line for line in islice(file, 200) if line.strip("\r\n\t ,;")), "")
    if not first:
        raise FileEmpty(name=name)
    if first.lstrip("\ufeff \t").startswith("<"):
        raise FileWrongKind(name=name, kind=_("网页或 XML（有些系统导出的假 Excel 就是这样）"))
    delimiter = max(",\t;，|", key=first.count)

    def records() -> Iterator[tuple[int, list[str]]]:
        number = 0
        with path.open(encoding=encoding, newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            try:
                for number, cells in enumerate(reader, start=1):
                    if any(cell.strip() for cell in cells):
                        yield number, cells
            except csv.Error as error:
                raise QuotesUnpaired(name=name, row=number + 1) from error

    headings_row, headings = _headings(
        list(islice(records(), HEADINGS_WITHIN)), name=name, is_heading=is_heading
    )

    def lines() -> Iterator[Line]:
        for number, cells in records():
            if number > headings_row:
                yield Line(number, list(cells))

    return Table(
        name=name,
        headings=headings,
        headings_row=headings_row,
        lines=lines,
        about=max(line_count - headings_row, 0),
    )


def _encoding_of(path: Path, *, name: str) -> tuple[str, int]:
    """Return the first encoding in which the whole file is text, and how many lines it has."""
    with path.open("rb") as file:
        start = file.read(4)
    wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        line_count = 0
        try:
            with path.open("rb") as file:
                while chunk := file.read(CHUNK):
                    text = decoder.decode(chunk)
                    if "\x00" in text:
                        raise FileWrongKind(name=name, kind=_("不认识的格式"))
                    line_count += text.count("\n")
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding, line_count + 1
    raise EncodingUnknown(name=name)


# --- Excel ----------------------------------------------------------------------------------------


def _open_workbook(
    path: Path, *, name: str, sheet: str, is_heading: Callable[[str], bool]
) -> Table:
    workbook.require_workbook(path, name=name)
    try:
        book = CalamineWorkbook.from_path(str(path))
        found = _chosen(book, name=name, sheet=sheet)
        ranges = found.merged_cell_ranges or []
    except PasswordError as error:
        raise FileLocked(name=name) from error
    except (CalamineError, ZipError, XmlError, OSError, zipfile.BadZipFile) as error:
        raise FileDamaged(name=name) from error
    headings_row, headings = _headings(
        [
            (number, [_word(cell) for cell in cells])
            for number, cells in islice(_rows_of(found), HEADINGS_WITHIN)
        ],
        name=name,
        is_heading=is_heading,
    )
    last_row = found.end[0] + 1 if found.end else 0

    def lines() -> Iterator[Line]:
        for number, cells in _rows_of(found):
            if number > headings_row:
                yield Line(number, cells)

    return Table(
        name=name,
        headings=headings,
        headings_row=headings_row,
        lines=lines,
        about=max(last_row - headings_row, 0),
        faults=workbook.unbelievable_cells(path, found.name, name=name),
        merged=_merged_rows(ranges, range(headings_row + 1, last_row + 1)),
    )


def _rows_of(sheet: CalamineSheet) -> Iterator[tuple[int, list[Cell]]]:
    """Walk the rows that are not blank, each as wide as the sheet, by their number in Excel."""
    before: list[Cell] = [""] * (sheet.start[1] if sheet.start else 0)
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if any(not isinstance(cell, str) or cell.strip() for cell in cells):
            yield number, before + cells if before else cells


def _merged_rows(ranges: Iterable[tuple[Place, Place]], rows: range) -> dict[int, str]:
    """Return which of the rows share a merged cell; the first of each range says so."""
    merged: dict[int, str] = {}
    for (top, left), (bottom, right) in ranges:
        shared = range(max(top + 1, rows.start), min(bottom + 2, rows.stop))
        if not shared:
            continue
        for row in shared:
            merged.setdefault(row, "")
        place = f"{workbook.address(top + 1, left)}:{workbook.address(bottom + 1, right)}"
        reason = _("%(place)s 是合并单元格，请取消合并，每格单独填写") % {"place": place}
        merged[shared.start] = f"{merged[shared.start]}；{reason}".lstrip("；")
    return merged


def _chosen(book: CalamineWorkbook, *, name: str, sheet: str) -> CalamineSheet:
    """Return the sheet of that name, or the first one that can be seen."""
    sheets = [about for about in book.sheets_metadata if about.typ == SheetTypeEnum.WorkSheet]
    if sheet:
        if sheet not in [about.name for about in sheets]:
            known = "、".join(about.name for about in sheets)
            raise SheetUnknown(name=name, sheet=sheet, sheets=known)
        return book.get_sheet_by_name(sheet)
    visible = [about.name for about in sheets if about.visible == SheetVisibleEnum.Visible]
    if not visible:
        raise FileEmpty(name=name)
    return book.get_sheet_by_name(visible[0])


def _word(cell: Cell) -> str:
    return cell if isinstance(cell, str) else str(cell)


# --- Headings -------------------------------------------------------------------------------------


def _headings(
    candidates: list[tuple[int, list[str]]], *, name: str, is_heading: Callable[[str], bool]
) -> tuple[int, list[str]]:
    """Return the row that names the columns: of the first rows the one with most known names."""

    def known(cells: list[str]) -> int:
        return sum(1 for cell in cells if cell.strip() and is_heading(cell))

    if not candidates:
        raise FileEmpty(name=name)
    number, cells = max(candidates, key=lambda row: (known(row[1]), -row[0]))
    if known(cells) == 0:
        raise _NoHeadings
    return number, [cell.strip() for cell in cells]
