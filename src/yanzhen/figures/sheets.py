"""The rows behind a figure as a file: Excel in constant memory, or CSV that Excel reads."""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from django.utils.translation import gettext as _

from yanzhen.accounts.models import User
from yanzhen.core.words import full_date

MOST_ROWS: Final = 50_000
RISKY: Final = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so would be reckoned by Excel when it opens a CSV file."""

Cells = Sequence[Any]


def write_sheet(
    path: Path,
    suffix: str,
    headings: Cells,
    rows: Iterable[Cells],
    *,
    title: str,
    by: User,
    now: datetime,
) -> int:
    """Write headings and rows to `path` as xlsx or csv; return how many rows there were."""
    if suffix == "csv":
        return _write_csv(path, headings, rows)
    return _write_xlsx(path, headings, rows, title=title, by=by, now=now)


def _write_csv(path: Path, headings: Cells, rows: Iterable[Cells]) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(map(str, headings))
        for count, row in enumerate(rows, start=1):  # noqa: B007 - the last one is the count
            writer.writerow([_harmless(str(cell)) for cell in row])
    return count


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(RISKY) else text


def _write_xlsx(
    path: Path, headings: Cells, rows: Iterable[Cells], *, title: str, by: User, now: datetime
) -> int:
    book = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    taken = {"who": by.full_name, "name": by.username, "when": full_date(now)}
    watermark = _("由 %(who)s（%(name)s）于 %(when)s 导出") % taken
    book.set_properties({"title": title, "author": by.full_name, "comments": watermark})
    sheet = book.add_worksheet(_("明细"))
    head = book.add_format({"bold": True, "bg_color": "#E6F2F3", "bottom": 1})
    for place, heading in enumerate(headings):
        sheet.set_column(place, place, 36 if place == 1 else 17)
        sheet.write_string(0, place, str(heading), head)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    sheet.set_footer(f"&L{watermark.replace('&', '&&')}&R&P / &N")
    count = 0
    for count, row in enumerate(rows, start=1):
        for place, cell in enumerate(row):
            sheet.write_string(count, place, str(cell))
    book.close()
    return count
