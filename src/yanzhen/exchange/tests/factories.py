"""Files for the tests, made here, and a city into which they can be taken."""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from yanzhen.accounts.models import User
from yanzhen.accounts.operations import system_user
from yanzhen.cases.tests.factories import make_category, make_policy
from yanzhen.exchange.kind import Options
from yanzhen.exchange.operations import export_file, import_file
from yanzhen.exchange.taking import Outcome
from yanzhen.places.models import Site
from yanzhen.places.tests.factories import make_area, make_site
from yanzhen.units.models import Unit
from yanzhen.units.tests.factories import make_unit

NOW = datetime(2026, 11, 21, 6, 5, tzinfo=UTC)
"""Saturday 2026-11-21, 14:05 in Hengyang."""

COMMUNITY, OTHER_COMMUNITY = "430406001001", "430405001001"
CASE = {
    "number": "L-1",
    "found_at": "2026-11-02 09:00",
    "source": "督查",
    "category": "C-LIGHT",
    "site": "",
    "area": COMMUNITY,
    "unit": "U-ROAD",
    "severity": "一般",
    "words": "人行道地砖破损，行人容易绊倒。",
    "due_at": "2026-11-04 17:30",
    "acknowledged_at": "2026-11-02 10:30",
    "submitted_at": "2026-11-03 15:00",
    "verified_at": "2026-11-03 16:30",
    "closed_at": "2026-11-03 16:30",
}
"""A row of a ledger that would be taken: found, put right and closed."""
OPEN_CASE = CASE | dict.fromkeys(
    ("due_at", "acknowledged_at", "submitted_at", "verified_at", "closed_at"), ""
)


@dataclass(frozen=True)
class City:
    """What a ledger may name."""

    unit: Unit
    site: Site
    actor: User


def make_city() -> City:
    """Two districts with a community each, a unit, a site, a category, and a time limit."""
    make_area(OTHER_COMMUNITY)
    make_area(COMMUNITY)
    make_policy()
    make_category("C-LIGHT", name="路灯照明", words="路灯 不亮 照明")
    make_category("C-WASTE", name="暴露垃圾", words="垃圾 清运 臭气")
    unit = make_unit("U-ROAD", name="市政设施管理处")
    spot = {"source_lat": Decimal("26.890000"), "source_lon": Decimal("112.610000")}
    site = make_site(code="S-1", name="晶珠农贸市场", area=make_area(COMMUNITY), **spot)
    return City(unit=unit, site=site, actor=system_user())


def write_csv(
    path: Path,
    rows: Iterable[Mapping[str, Any]],
    *,
    encoding: str = "utf-8",
    headings: Sequence[str] | None = None,
) -> Path:
    """Write rows as CSV under the headings of the first one, or under others."""
    rows = list(rows)
    names = list(rows[0])
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings or names)
        writer.writerows([row.get(name, "") for name in names] for row in rows)
    return path


def write_xlsx(
    path: Path, rows: Sequence[Sequence[Any]], also: Callable[[Any, Any], None] | None = None
) -> Path:
    """Write rows as they are into the first sheet; `also(book, sheet)` adds the trap."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("台账")
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, datetime):
                sheet.write_datetime(at, column, value, moment)
            elif value != "":
                sheet.write(at, column, value)
    if also is not None:
        also(book, sheet)
    book.close()
    return path


def bring(kind: str, path: Path, **changes: Any) -> Outcome:
    """Take a file in as the command does."""
    good: dict[str, Any] = {"options": Options(), "is_dry": False, "now": NOW}
    good |= {"actor": system_user()}
    return import_file(kind=kind, path=path, **good | changes)


def carry(kind: str, path: Path, **changes: Any) -> Path:
    """Write a file as the command does."""
    asked: dict[str, Any] = {"actor": system_user(), "now": NOW} | changes
    export_file(kind=kind, path=path, **asked)
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a file that was exported."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
