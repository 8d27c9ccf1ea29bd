"""The columns of a kind, and a file's rows read by them."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from yanzhen.core.errors import RowError
from yanzhen.exchange.cells import Unreadable, as_text, listed
from yanzhen.exchange.tables import Cell, Line, Table

Words = str | Promise
Allowed = Callable[[], Sequence[tuple[str, str]]]

ERROR_HEADING = "错误提示"
"""The column in which a file that was refused comes back with its reasons; it may come again."""

_DECORATION = re.compile(r"[*＊\s]|[（(](?:必填|选填|可空|必填项)[）)]")


@dataclass(frozen=True)
class Column:
    """One column: its code name, what people call it, and how its cells are read."""

    name: str
    label: Words
    read: Callable[[Cell], Any] = as_text
    is_required: bool = False
    """Every row must fill it, so the column must be there."""
    note: Words = ""
    """What a template says about it."""
    example: str = ""
    also: tuple[str, ...] = ()
    """Other headings under which ledgers have it."""
    allowed: Allowed | None = None
    """All values that it may hold, as code and name, for the template."""
    width: int = 16


@dataclass(frozen=True, slots=True)
class Record:
    """One row as its columns read it; an empty cell, and one that could not be read, is `None`."""

    row: int
    values: dict[str, Any]
    unread: frozenset[str] = frozenset()
    """Columns whose cells were refused already: nothing more need be said about them."""

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    def text(self, name: str) -> str:
        """The cell as words, empty where there is nothing."""
        value = self.values.get(name)
        return "" if value is None else str(value)


@dataclass
class Reading:
    """A table being read by the columns of a kind; what is wrong gathers in `errors`."""

    table: Table
    columns: Sequence[Column]
    errors: list[RowError] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    lacks_columns: bool = False
    row_count: int = 0
    _places: list[tuple[int, Column]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._find_columns()

    def refuse(self, row: int, column: str, reason: Words) -> None:
        """Note what is wrong with a cell, or with a row as a whole."""
        self.errors.append(RowError(row, column, str(reason)))

    def has(self, name: str) -> bool:
        """Whether the file has this column."""
        return any(column.name == name for _at, column in self._places)

    def records(self) -> Iterator[Record]:
        """Read the rows one by one. Rows in merged cells are named and left out."""
        self.row_count = 0
        for line in self.table.lines():
            self.row_count += 1
            if line.number in self.table.merged:
                if reason := self.table.merged[line.number]:
                    self.refuse(line.number, "", reason)
                continue
            yield self._record(line)

    def _record(self, line: Line) -> Record:
        values: dict[str, Any] = {}
        unread: list[str] = []
        cells, faults, width = line.cells, self.table.faults, len(line.cells)
        for at, column in self._places:
            if faults and (reason := faults.get((line.number, at))):
                self.refuse(line.number, column.name, reason)
                unread.append(column.name)
                continue
            try:
                value = column.read(cells[at]) if at < width else None
            except Unreadable as error:
                self.refuse(line.number, column.name, str(error))
                unread.append(column.name)
                continue
            if value is not None:
                values[column.name] = value
            elif column.is_required:
                self.refuse(line.number, column.name, _("“%s”不能为空") % column.label)
                unread.append(column.name)
        return Record(line.number, values, frozenset(unread))

    def _find_columns(self) -> None:
        known = headings_of(self.columns)
        row = self.table.headings_row
        found: dict[str, str] = {}
        for at, heading in enumerate(self.table.headings):
            if not heading.strip() or heading == ERROR_HEADING:
                continue
            column = known.get(plain_heading(heading))
            if column is None:
                self.ignored.append(heading)
            elif column.name in found:
                words = {"heading": heading, "before": found[column.name], "label": column.label}
                reason = _("“%(label)s”一列出现了两次：“%(before)s”和“%(heading)s”，请删去一列")
                self.refuse(row, column.name, reason % words)
            else:
                found[column.name] = heading
                self._places.append((at, column))
        for column in self.columns:
            if column.is_required and column.name not in found:
                self.lacks_columns = True
                words = {"label": column.label, "name": column.name}
                self.refuse(row, column.name, _("缺少“%(label)s”（%(name)s）一列") % words)

    def refuse_unknown_columns(self) -> None:
        """Name each column that the kind does not know, and the one that may have been meant."""
        for heading in self.ignored:
            words = {
                "heading": heading,
                "labels": listed(str(column.label) for column in self.columns),
            }
            names = [str(column.label) for column in self.columns]
            names += [column.name for column in self.columns]
            close = difflib.get_close_matches(plain_heading(heading), names, n=1)
            if close:
                reason = _("不认识“%(heading)s”这一列，是不是“%(close)s”？")
                reason %= words | {"close": close[0]}
            else:
                reason = _("不认识“%(heading)s”这一列，请删去；可用的列：%(labels)s") % words
            self.refuse(self.table.headings_row, heading, reason)


def headings_of(columns: Sequence[Column]) -> dict[str, Column]:
    """Return every heading under which a column may stand, evened out."""
    known: dict[str, Column] = {}
    for column in columns:
        for heading in (*column.also, str(column.label), column.name):
            known[plain_heading(heading)] = column
    return known


def plain_heading(heading: str) -> str:
    """Return a heading as it is compared: without stars, blanks and 必填, in one width and case."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    return _DECORATION.sub("", text).lstrip("\ufeff")
