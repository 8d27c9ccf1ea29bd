"""The ledger as an Excel file, written row by row in constant memory."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.models import User
from yanzhen.cases.models import Case
from yanzhen.core.words import full_date, here
from yanzhen.events.operations import record
from yanzhen.places.queries import area_path

SHELF: Final = "exports"
REPORT_EVERY: Final = 500
MOST_ROWS: Final = 1_048_575
"""So many rows one sheet holds beside its heading."""


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column of the file: its heading, its width, what stands in it."""

    heading: str | Promise
    width: int
    value: Callable[[Case], Any]


def _area(level: int) -> Callable[[Case], str]:
    def name(case: Case) -> str:
        path = area_path(case.area_id)
        return path[level].name if level < len(path) else ""

    return name


COLUMNS: Final = (
    SheetColumn(_("编号"), 17, lambda case: case.number),
    SheetColumn(_("问题"), 36, lambda case: case.title),
    SheetColumn(_("情况"), 48, lambda case: case.words),
    SheetColumn(_("状态"), 9, lambda case: case.get_status_display()),
    SheetColumn(_("程度"), 7, lambda case: case.get_severity_display()),
    SheetColumn(_("类别"), 14, lambda case: case.category.name if case.category else ""),
    SheetColumn(_("来源"), 11, lambda case: case.get_source_display()),
    SheetColumn(_("来源编号"), 16, lambda case: case.source_number),
    SheetColumn(_("点位"), 24, lambda case: case.site.name if case.site else ""),
    SheetColumn(_("点位类型"), 12, lambda case: case.site_type.name if case.site_type else ""),
    SheetColumn(_("区县"), 10, _area(1)),
    SheetColumn(_("街道（乡镇）"), 14, _area(2)),
    SheetColumn(_("社区（村）"), 18, _area(3)),
    SheetColumn(_("位置"), 28, lambda case: case.address),
    SheetColumn(_("责任单位"), 26, lambda case: case.unit.name if case.unit else ""),
    SheetColumn(_("发现时间"), 17, lambda case: case.found_at),
    SheetColumn(_("立案时间"), 17, lambda case: case.filed_at),
    SheetColumn(_("交办时间"), 17, lambda case: case.dispatched_at),
    SheetColumn(_("时限"), 17, lambda case: case.due_at),
    SheetColumn(_("签收时间"), 17, lambda case: case.acknowledged_at),
    SheetColumn(_("反馈时间"), 17, lambda case: case.submitted_at),
    SheetColumn(_("核查时间"), 17, lambda case: case.verified_at),
    SheetColumn(_("销号时间"), 17, lambda case: case.closed_at),
    SheetColumn(_("退回次数"), 9, lambda case: case.return_count),
    SheetColumn(_("返工次数"), 9, lambda case: case.rework_count),
    SheetColumn(_("延期次数"), 9, lambda case: case.extension_count),
)


def write_sheet(
    path: Path,
    cases: Iterable[Case],
    *,
    by: User,
    now: datetime,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write the cases to `path`; return how many there were.

    Text stays text: what begins with a sign of equation is no formula. Who took the file and when
    stands on each printed page. Where one sheet is full, the next one goes on.
    """
    book = xlsxwriter.Workbook(
        str(path),
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd hh:mm",
        },
    )
    taken = {"who": by.full_name, "when": full_date(now), "name": by.username}
    watermark = _now("由 %(who)s（%(name)s）于 %(when)s 导出") % taken
    book.set_properties({"title": _now("问题台账"), "author": by.full_name, "comments": watermark})
    head = book.add_format({"bold": True, "bg_color": "#E6F2F3", "bottom": 1})
    sheet, count, row = _new_sheet(book, 1, head, watermark), 0, 0
    for count, case in enumerate(cases, start=1):
        if row == MOST_ROWS:
            _close_sheet(sheet, row)
            sheet, row = _new_sheet(book, count // MOST_ROWS + 1, head, watermark), 0
        row += 1
        for place, column in enumerate(COLUMNS):
            _write(sheet, row, place, column.value(case))
        if progress and count % REPORT_EVERY == 0:
            progress(count)
    _close_sheet(sheet, row)
    book.close()
    return count


def _new_sheet(book: Any, number: int, head: Any, watermark: str) -> Any:
    name = _now("问题台账")
    sheet = book.add_worksheet(name if number == 1 else f"{name} {number}")
    for place, column in enumerate(COLUMNS):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, str(column.heading), head)
    sheet.freeze_panes(1, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(0)
    sheet.set_footer(f"&L{watermark.replace('&', '&&')}&R&P / &N")
    return sheet


def _close_sheet(sheet: Any, rows: int) -> None:
    sheet.autofilter(0, 0, max(rows, 1), len(COLUMNS) - 1)


def _write(sheet: Any, row: int, column: int, value: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, here(value).replace(tzinfo=None, microsecond=0))
    elif isinstance(value, int):
        sheet.write_number(row, column, value)
    else:
        sheet.write_string(row, column, str(value))


def file_name(on: date) -> str:
    """What the file is called on the desk of whoever took it."""
    return _now("问题台账 %(day)s.xlsx") % {"day": on.isoformat()}


def shelf() -> Path:
    """Where files lie that were made in the background, until they are fetched."""
    folder = Path(settings.MEDIA_ROOT) / SHELF
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    return folder


@transaction.atomic
def note_export(
    *, rows: int, query: str, numbers: Sequence[str] = (), actor: User, now: datetime
) -> None:
    """Write down who took how many cases out of the house, and which."""
    user = User.rows.locked().get(pk=actor.pk)
    which: dict[str, Any] = {"query": query}
    if numbers:
        which["numbers"] = sorted(numbers)
    record("user.exported", user, actor=actor, at=now, what="cases", rows=rows, **which)
