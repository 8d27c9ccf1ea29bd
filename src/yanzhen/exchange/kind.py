"""What every kind of ledger says of itself: its columns, how rows are taken in and given out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import TextChoices

from yanzhen.accounts.models import User
from yanzhen.core.errors import RowErrors
from yanzhen.exchange.cells import Unreadable
from yanzhen.exchange.columns import Column, Reading, Record, Words
from yanzhen.exchange.named import Named
from yanzhen.exchange.net import Net

Row = tuple[Any, ...]
Thing = TypeVar("Thing")
Progress = Callable[[str, int, int], None]
"""Called now and then with what is being done, how much of it is done, and of how much."""


def no_progress(_doing: str, _done: int, _total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Options:
    """What is said beside a file: which sheet, and where rows belong that name no place."""

    sheet: str = ""
    area_code: str = ""
    places: Mapping[str, str] = field(default_factory=dict)
    """Names of places as a file writes them → codes of areas."""
    source: str = ""
    """Where messages come from that do not say so themselves."""


@dataclass
class Bringing:
    """A file on its way in."""

    reading: Reading
    options: Options
    actor: User
    now: datetime
    is_dry: bool
    """Only look: nothing will be kept."""
    progress: Progress = no_progress
    closing: ExitStack = field(default_factory=ExitStack)
    """What is to be closed when the file is done with."""

    def require_no_errors(self) -> None:
        """Go on, or raise `RowErrors` with everything that was found."""
        if self.reading.errors:
            raise RowErrors(self.reading.errors)

    @contextmanager
    def all_errors_together(self) -> Iterator[None]:
        """Let an operation on all rows run, and raise what it finds beside what was found before."""
        try:
            yield
        except RowErrors as refusal:
            self.reading.errors += refusal.errors
        self.require_no_errors()

    def named(self, record: Record, column: str, things: Named[Thing]) -> Thing | None:
        """Return what a cell names, if it names anything; note it when there is no such thing."""
        words = record.text(column)
        try:
            return things.find(words) if words else None
        except Unreadable as error:
            self.reading.refuse(record.row, column, str(error))
            return None


@dataclass(frozen=True)
class Brought:
    """What became of the rows; `unchanged` stood here already, word for word."""

    created: int
    updated: int
    unchanged: int = 0
    notes: tuple[str, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict)
    """One-time passwords by user name: told once, kept nowhere."""


@dataclass(frozen=True)
class Carrying:
    """A ledger on its way out: for whom, on which day, and of which area."""

    actor: User
    now: datetime
    on: date
    area_code: str = ""
    with_names: bool = False
    """For people: choices by their Chinese name, codes as names where only one has the name."""

    def shown(
        self,
        columns: Sequence[str],
        enums: Mapping[str, type[TextChoices]],
        net: Net | None = None,
    ) -> Callable[[Row], Row]:
        """Return how a row of codes is written: as it is, or for people."""
        if not self.with_names:
            return tuple
        net = net or Net()
        named: dict[str, Named[Any]] = {
            "category": net.categories,
            "site": net.sites,
            "area": net.areas,
            "unit": net.units,
        }
        writers: list[Callable[[Any], Any]] = []
        for name in columns:
            if name in enums:
                writers.append(dict(enums[name].choices).get)
            elif name in named:
                writers.append(named[name].name_of)
            else:
                writers.append(_as_it_is)
        return lambda row: tuple(write(value) for write, value in zip(writers, row, strict=True))


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Prepared:
    """A file that was checked outside of any transaction, and is ready to be written in one."""

    expected: Brought | None
    """What a trial says; `None` where only writing can tell."""
    write: Callable[[], Brought]


def at_once(take: Callable[[Bringing], Brought]) -> Callable[[Bringing], Prepared]:
    """Prepare nothing: `take` checks and writes all rows in the transaction.

    For ledgers that are held whole by the operations they call. A trial is the same, undone.
    """
    return lambda bringing: Prepared(None, lambda: take(bringing))


@dataclass(frozen=True)
class Kind:
    """One kind of ledger that goes in and out."""

    code: str
    label: Words
    about: Words
    columns: tuple[Column, ...]
    prepare: Callable[[Bringing], Prepared]
    """Check what can be checked without a transaction, or raise `RowErrors`."""
    rows: Callable[[Carrying], Iterator[Row]]
    """All rows that the actor may see, each a value for each column that is given out."""
    count: Callable[[Carrying], int]
    notes: tuple[Words, ...] = ()
    """What a template says about the kind as a whole."""
    columns_out: tuple[str, ...] = ()
    """The columns that are given out; empty for all."""
    more_columns: Callable[[], tuple[Column, ...]] = tuple
    """Columns that depend on what the city has set up; they follow the others."""
    has_people: bool = False
    """It names people: each export is an event of the record."""
    ignores_unknown: bool = False
    """Columns that it does not know are passed over and noted, not refused."""

    def columns_in(self) -> tuple[Column, ...]:
        """The columns that a file may have."""
        return (*self.columns, *self.more_columns())

    def given_out(self) -> tuple[Column, ...]:
        """The columns of an export, in order."""
        by_name = {column.name: column for column in self.columns}
        chosen = tuple(by_name[name] for name in self.columns_out) or self.columns
        return (*chosen, *self.more_columns())
