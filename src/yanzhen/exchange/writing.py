"""Tables into files: CSV and Excel, row by row, so that their length does not matter."""

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from yanzhen.core.errors import RowError
from yanzhen.core.time import city_zone
from yanzhen.exchange.cells import as_code
from yanzhen.exchange.columns import ERROR_HEADING, Column, headings_of, plain_heading
from yanzhen.exchange.errors import SuffixUnknown, TooManyRows
from yanzhen.exchange.kind import Kind, Row
from yanzhen.exchange.tables import Table

SUFFIXES = ("csv", "xlsx")
MOST_ROWS = 1_048_575
"""What an Excel sheet holds below its headings."""
RISKY = ("=", "+", "-", "@", "\t", "\r")
"""Text that begins so would be reckoned by Excel when it opens a CSV file."""
MOST_IN_LIST = 200
ERRORS_SHOWN = 20_000


def suffix_of(name: str) -> str:
    """Return csv or xlsx. Raises `SuffixUnknown`."""
    suffix = Path(name).suffix.lower().lstrip(".")
    if suffix not in SUFFIXES:
        raise SuffixUnknown(name=name)
    return suffix


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Write aside, then put the whole file in its place; a failure leaves what was there."""
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as draft:
        draft_path = Path(draft.name)
    try:
        yield draft_path
        draft_path.chmod(0o640)
        with draft_path.open("rb") as written:
            os.fsync(written.fileno())
        draft_path.replace(path)
    except BaseException:
        draft_path.unlink(missing_ok=True)
        raise


def write_table(path: Path, *, suffix: str, kind: Kind, rows: Iterable[Row]) -> int:
    """Write an export and return how many rows it has. Raises `TooManyRows`."""
    write = _write_csv if suffix == "csv" else _write_xlsx
    with written_whole(path) as draft:
        return write(draft, kind, rows)


def write_template(path: Path, *, suffix: str, kind: Kind) -> None:
    """Write an empty table with its headings, and in Excel what may be filled in."""
    with written_whole(path) as draft:
        if suffix == "csv":
            with draft.open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerow([str(column.label) for column in kind.columns_in()])
        else:
            _write_template_book(draft, kind)


# --- CSV ------------------------------------------------------------------------------------------


def _write_csv(path: Path, kind: Kind, rows: Iterable[Row]) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in kind.given_out()])
        for count, row in enumerate(rows, start=1):  # noqa: B007 - used below
            writer.writerow([_as_csv(value) for value in row])
    return count


def _as_csv(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(city_zone()).replace(tzinfo=None).isoformat(" ")
    text = str(value)
    return f"'{text}" if text.startswith(RISKY) and not _is_number(value) else text


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal)


# --- Excel ----------------------------------------------------------------------------------------


class _Book:
    """A workbook being written in constant memory, and the looks of its cells."""

    def __init__(self, path: Path) -> None:
        self.book = xlsxwriter.Workbook(
            str(path), {"constant_memory": True, "strings_to_formulas": False,
                        "strings_to_urls": False, "tmpdir": str(path.parent)},
        )  # fmt: skip
        self.heading = self.book.add_format(
            {"bold": True, "bg_color": "#E3EFEF", "border": 1, "border_color": "#B8CCCC",
             "text_wrap": True, "valign": "vcenter"},
        )  # fmt: skip
        self.text = self.book.add_format({"num_format": "@", "valign": "top"})
        self.moment = self.book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "valign": "top"})
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
        self.wrap = self.book.add_format({"text_wrap": True, "valign": "top"})
        self.bad = self.book.add_format(
            {"bg_color": "#FBE3E0", "font_color": "#8C1D14", "valign": "top"}
        )

    def sheet(self, name: str) -> Any:
        return self.book.add_worksheet(name)

    def close(self) -> None:
        self.book.close()

    def put(self, sheet: Any, row: int, column: int, value: Any, look: Any = None) -> None:
        """Write a value as what it is; text never becomes a formula or a link."""
        if value is None or value == "":
            if look is not None:
                sheet.write_blank(row, column, None, look)
        elif isinstance(value, bool):
            sheet.write_string(row, column, _("是") if value else _("否"), look or self.text)
        elif isinstance(value, datetime):
            local = value.astimezone(city_zone()).replace(tzinfo=None) if value.tzinfo else value
            sheet.write_datetime(row, column, local, look or self.moment)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, look or self.day)
        elif isinstance(value, int | float | Decimal):
            sheet.write_number(row, column, value, look)
        else:
            sheet.write_string(row, column, str(value), look or self.text)


def _write_xlsx(path: Path, kind: Kind, rows: Iterable[Row]) -> int:
    book, count = _Book(path), 0
    try:
        sheet = book.sheet(str(kind.label))
        _head(book, sheet, kind.given_out(), with_stars=False)
        for count, row in enumerate(rows, start=1):
            if count > MOST_ROWS:
                raise TooManyRows(rows=count)
            for at, value in enumerate(row):
                book.put(sheet, count, at, value)
    finally:
        book.close()
    return count


def _head(book: _Book, sheet: Any, columns: Sequence[Column], *, with_stars: bool) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_row(0, 24)
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width, book.text if column.read is as_code else None)
    for at, column in enumerate(columns):
        star = "*" if with_stars and column.is_required else ""
        sheet.write_string(0, at, f"{column.label}{star}", book.heading)


# --- Templates ------------------------------------------------------------------------------------


def _write_template_book(path: Path, kind: Kind) -> None:
    book = _Book(path)
    try:
        columns = kind.columns_in()
        lists = {column.name: list(column.allowed()) for column in columns if column.allowed}
        sheet = book.sheet(str(kind.label))
        _head(book, sheet, columns, with_stars=True)
        places = _write_lists_later(columns, lists)
        for at, column in enumerate(columns):
            if (where := places.get(column.name)) is not None:
                sheet.data_validation(
                    1, at, MOST_ROWS, at,
                    {"validate": "list", "source": where, "error_type": "information",
                     "error_title": _("不在清单里"),
                     "error_message": _("请核对，或改填代码；清单见“可填的值”。")},
                )  # fmt: skip
        _write_notes(book, kind, columns)
        _write_lists(book, columns, lists)
    finally:
        book.close()


def _write_notes(book: _Book, kind: Kind, columns: Sequence[Column]) -> None:
    sheet = book.sheet(_("填写说明"))
    for at, width in enumerate((16, 18, 8, 60, 26)):
        sheet.set_column(at, at, width)
    lines = [str(kind.about), *(str(note) for note in kind.notes)]
    lines.append(_("只填第一张工作表；表头可以换次序，带 * 的列每行必填，不用的列可以删去。"))
    for at, line in enumerate(lines):
        sheet.write_string(at, 0, line)
    top = len(lines) + 1
    for at, word in enumerate((_("列"), _("代码名"), _("必填"), _("说明"), _("示例"))):
        sheet.write_string(top, at, word, book.heading)
    for row, column in enumerate(columns, start=top + 1):
        words = (
            str(column.label), column.name, _("是") if column.is_required else "",
            str(column.note), column.example,
        )  # fmt: skip
        for at, word in enumerate(words):
            book.put(sheet, row, at, word, book.wrap)


def _write_lists_later(
    columns: Sequence[Column], lists: dict[str, list[tuple[str, str]]]
) -> dict[str, str]:
    """Return where on the sheet of values the names of each short list will stand."""
    places, at = {}, 0
    for column in columns:
        pairs = lists.get(column.name)
        if pairs is None:
            continue
        if 0 < len(pairs) <= MOST_IN_LIST:
            letter = xlsxwriter.utility.xl_col_to_name(at + 1)
            places[column.name] = f"='{_('可填的值')}'!${letter}$3:${letter}${len(pairs) + 2}"
        at += 3
    return places


def _write_lists(
    book: _Book, columns: Sequence[Column], lists: dict[str, list[tuple[str, str]]]
) -> None:
    sheet = book.sheet(_("可填的值"))
    shown = [(column, lists[column.name]) for column in columns if column.name in lists]
    for number, (column, _pairs) in enumerate(shown):
        sheet.set_column(number * 3, number * 3, 18)
        sheet.set_column(number * 3 + 1, number * 3 + 1, 28)
        sheet.write_string(0, number * 3, str(column.label), book.heading)
    for number, _shown in enumerate(shown):
        sheet.write_string(1, number * 3, _("代码"), book.heading)
        sheet.write_string(1, number * 3 + 1, _("名称"), book.heading)
    for row in range(max((len(pairs) for _column, pairs in shown), default=0)):
        for number, (_column, pairs) in enumerate(shown):
            if row < len(pairs):
                sheet.write_string(row + 2, number * 3, pairs[row][0], book.text)
                sheet.write_string(row + 2, number * 3 + 1, pairs[row][1], book.text)


# --- Errors, where they stand ---------------------------------------------------------------------


def write_marked(
    path: Path, *, table: Table, columns: Sequence[Column], errors: Sequence[RowError]
) -> None:
    """Write the table as it came, with each wrong cell marked and each reason beside its row."""
    known = headings_of(columns)
    places = {
        known[key].name: at
        for at, heading in enumerate(table.headings)
        if (key := plain_heading(heading)) in known
    }
    by_row: dict[int, list[RowError]] = {}
    for error in errors:
        by_row.setdefault(error.row, []).append(error)
    with written_whole(path) as draft:
        book = _Book(draft)
        try:
            _write_marked_rows(book, table, places, by_row)
            _write_error_list(book, columns, errors)
        finally:
            book.close()


def _write_marked_rows(
    book: _Book, table: Table, places: dict[str, int], by_row: dict[int, list[RowError]]
) -> None:
    sheet, reasons_at = book.sheet(_("标出错误的原表")), len(table.headings)
    sheet.freeze_panes(1, 0)
    sheet.set_column(reasons_at, reasons_at, 60)
    for at, heading in enumerate([*table.headings, ERROR_HEADING]):
        sheet.write_string(0, at, heading, book.heading)
    row = 0
    for row, line in enumerate(table.lines(), start=1):
        if row > MOST_ROWS:
            raise TooManyRows(rows=row)
        wrong = by_row.get(line.number, [])
        bad = {places.get(error.column, reasons_at) for error in wrong}
        for at, cell in enumerate(line.cells[:reasons_at]):
            book.put(sheet, row, at, _plain(cell), book.bad if at in bad else None)
        if wrong:
            words = "；".join(error.reason for error in wrong)
            sheet.write_string(row, reasons_at, words[:32_000], book.bad)


def _plain(cell: Any) -> Any:
    """Cells come from a file as they are; times of day and spans are written as words."""
    return cell if isinstance(cell, str | int | float | date) else str(cell)


def _write_error_list(book: _Book, columns: Sequence[Column], errors: Sequence[RowError]) -> None:
    sheet = book.sheet(_("错误清单"))
    labels = {column.name: str(column.label) for column in columns}
    for at, (word, width) in enumerate(((_("行"), 8), (_("列"), 18), (_("原因"), 90))):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, word, book.heading)
    for row, error in enumerate(errors[:ERRORS_SHOWN], start=1):
        sheet.write_number(row, 0, error.row)
        sheet.write_string(row, 1, labels.get(error.column, error.column))
        sheet.write_string(row, 2, error.reason)
