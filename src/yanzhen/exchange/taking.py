"""One file through one kind: read, checked, and written with its record in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from yanzhen.accounts.models import User
from yanzhen.cases.enums import Source
from yanzhen.core.errors import RowErrors
from yanzhen.exchange.cells import Unreadable, as_code, listed
from yanzhen.exchange.columns import Column, Reading, headings_of, plain_heading
from yanzhen.exchange.errors import MapUnreadable, OptionUnfit, SheetEmpty
from yanzhen.exchange.kind import Bringing, Brought, Kind, Options, Progress, no_progress
from yanzhen.exchange.net import Net
from yanzhen.exchange.tables import Table, open_table
from yanzhen.places.models import Area

MAP_COLUMNS = (
    Column("place", _("地名"), is_required=True),
    Column("area", _("区域"), as_code, is_required=True),
)


@dataclass(frozen=True)
class Outcome:
    """What became of a file."""

    row_count: int
    brought: Brought


def take_in(
    kind: Kind,
    path: Path,
    *,
    name: str,
    options: Options,
    actor: User,
    now: datetime,
    is_dry: bool,
    keep: Callable[[Outcome], None],
    progress: Progress = no_progress,
) -> Outcome:
    """Bring a file in, all of it or nothing; `keep` writes the record in the same transaction.

    Raises a `FileRefused`, or `RowErrors` with everything that is wrong.
    """
    check_options(options)
    reading = read(kind, path, name=name, sheet=options.sheet)
    if not kind.ignores_unknown:
        reading.refuse_unknown_columns()
    if reading.lacks_columns:  # the rows would only say the same again, a thousand times
        raise RowErrors(reading.errors)
    bringing = Bringing(reading, options, actor, now, is_dry, progress)
    with bringing.closing:
        prepared = kind.prepare(bringing)
        if is_dry and prepared.expected is not None:
            return _outcome(reading, prepared.expected)
        with transaction.atomic():
            outcome = _outcome(reading, prepared.write())
            if is_dry:
                transaction.set_rollback(True)
            else:
                keep(outcome)
    return outcome


def read(kind: Kind, path: Path, *, name: str, sheet: str = "") -> Reading:
    """Open a file as a table of this kind. Raises a `FileRefused`."""
    columns = kind.columns_in()
    known = headings_of(columns)
    table = open_table(
        path,
        name=name,
        sheet=sheet,
        is_heading=lambda heading: plain_heading(heading) in known,
        example=listed(str(column.label) for column in columns[:6]),
    )
    return Reading(table, columns)


def check_options(options: Options) -> None:
    """Go on, or raise `OptionUnfit`."""
    if options.source and options.source not in Source.values:
        raise OptionUnfit(value=options.source, what=_("来源"))
    require_area(options.area_code)


def require_area(code: str) -> None:
    """Go on if there is an area with this code, or none is named. Raises `OptionUnfit`."""
    if code and not Area.objects.filter(code=code).exists():
        raise OptionUnfit(value=code, what=_("区域代码"))


def places_from(path: Path, *, name: str) -> dict[str, str]:
    """Read which place is which area: a table with the columns `place` and `area`.

    Raises a `FileRefused`, or `MapUnreadable`.
    """
    known = headings_of(MAP_COLUMNS)
    table: Table = open_table(
        path,
        name=name,
        is_heading=lambda heading: plain_heading(heading) in known,
        example="place, area",
    )
    reading, areas, places = Reading(table, MAP_COLUMNS), Net().areas, {}
    for record in reading.records():
        if record.unread:
            continue
        try:
            places[record.text("place")] = areas.find(record.text("area")).code
        except Unreadable as error:
            reading.refuse(record.row, "area", str(error))
    if reading.errors:
        raise MapUnreadable(first=str(min(reading.errors)))
    return places


def _outcome(reading: Reading, brought: Brought) -> Outcome:
    if reading.row_count == 0:
        raise SheetEmpty(name=reading.table.name)
    return Outcome(reading.row_count, brought)
