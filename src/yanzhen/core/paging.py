"""Pages of a list by key: the last is as quick as the first, and rows that come or go shift nothing."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

Row = TypeVar("Row", bound=Model)

TEN_THOUSAND: Final = 10_000
MOST_COUNTED: Final = TEN_THOUSAND
LONGEST_CURSOR: Final = 400


@dataclass(frozen=True, slots=True)
class Key:
    """One column or annotation that a list is ordered by. It is never empty in any row."""

    name: str
    kind: type[int] | type[str] | type[datetime] = int
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is ordered; the last key is unique. The name keeps cursors of other orders out."""

    name: str
    keys: tuple[Key, ...]

    def columns(self, *, backwards: bool = False) -> list[str]:
        """What `order_by` takes."""
        return [f"{'-' if key.descending != backwards else ''}{key.name}" for key in self.keys]

    def beyond(self, values: tuple[Any, ...], *, backwards: bool = False) -> Q:
        """The rows that come after the one with these values, or before it.

        `(a, b) > (x, y)`, written so that an index on `(a, b)` begins at `x` on every engine.
        """
        condition = Q()
        for key, value in zip(reversed(self.keys), reversed(values), strict=True):
            side = "lt" if key.descending != backwards else "gt"
            strictly = Q(**{f"{key.name}__{side}": value})
            if not condition:
                condition = strictly
                continue
            condition = Q(**{f"{key.name}__{side}e": value}) & (
                strictly | (Q(**{key.name: value}) & condition)
            )
        return condition


@dataclass(frozen=True, slots=True)
class Cursor:
    """A row's place in an order: its keys, and about which row of the list it is."""

    values: tuple[Any, ...]
    at: int

    def text(self, order: Order) -> str:
        """The cursor as it stands in an address."""
        parts = [order.name, self.at, *(_written(value) for value in self.values)]
        packed = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def _written(value: Any) -> str | int:
    return value.isoformat() if isinstance(value, datetime) else value


def cursor_of(text: str, order: Order) -> Cursor | None:
    """Read a cursor of this order; anything else is nothing, and the list begins at its first page."""
    if not text or len(text) > LONGEST_CURSOR:
        return None
    try:
        name, at, *written = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if name != order.name or type(at) is not int or not 0 < at < 10**9:
            return None
        pairs = zip(order.keys, written, strict=True)
        return Cursor(tuple(_READERS[key.kind](value) for key, value in pairs), at)
    except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError):
        return None


def _whole(value: Any) -> int:
    if type(value) is not int or abs(value) >= 2**63:
        raise ValueError(value)
    return value


def _word(value: Any) -> str:
    if type(value) is not str or "\0" in value:
        raise ValueError(value)
    return value


def _instant(value: Any) -> datetime:
    at = datetime.fromisoformat(_word(value))
    if at.tzinfo is None:
        raise ValueError(value)
    return at.astimezone(UTC)  # the first and last days of all time may lie beyond it


_READERS: Final[dict[type, Callable[[Any], Any]]] = {int: _whole, str: _word, datetime: _instant}


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, and the cursors of the pages on either side, empty where there is none.

    `first` counts from 1. It is what the row's number was when the cursor was made: rows that
    came or went meanwhile are not counted again.
    """

    rows: list[Row]
    before: str
    after: str
    first: int

    @property
    def last(self) -> int:
        """The number of the last row."""
        return self.first + len(self.rows) - 1


def page_of(
    rows: QuerySet[Row], order: Order, *, after: str = "", before: str = "", size: int = 50
) -> Page[Row]:
    """One page: the first, the one after a cursor, or the one before one. One query, rarely two."""
    if cursor := cursor_of(after, order):
        found = list(
            rows.filter(order.beyond(cursor.values)).order_by(*order.columns())[: size + 1]
        )
        if found:
            return _page(found[:size], order, cursor.at + 1, is_more=len(found) > size)
    elif cursor := cursor_of(before, order):
        earlier = rows.filter(order.beyond(cursor.values, backwards=True))
        found = list(earlier.order_by(*order.columns(backwards=True))[: size + 1])
        if len(found) > size:
            shown = found[size - 1 :: -1]
            return _page(shown, order, max(2, cursor.at - size), is_more=True)
    found = list(rows.order_by(*order.columns())[: size + 1])
    return _page(found[:size], order, 1, is_more=len(found) > size)


def _page(rows: list[Row], order: Order, first: int, *, is_more: bool) -> Page[Row]:
    before = after = ""
    if rows and first > 1:
        before = place_of(rows[0], order, first).text(order)
    if rows and is_more:
        after = place_of(rows[-1], order, first + len(rows) - 1).text(order)
    return Page(rows, before, after, first)


def place_of(row: Model, order: Order, at: int = 1) -> Cursor:
    """The cursor at which a row stands."""
    return Cursor(tuple(getattr(row, key.name) for key in order.keys), at)


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows a list has; beyond a cap nobody counts on."""

    number: int
    is_capped: bool = False

    @classmethod
    def of(cls, number: int, most: int | None = None) -> "Count":
        """A number that was counted elsewhere, shown with a cap: `most`, else `MOST_COUNTED`."""
        most = most or MOST_COUNTED
        return cls(min(number, most), number > most)

    def __str__(self) -> str:
        if not self.is_capped:
            return f"{self.number:,}"
        return _("1 万+") if self.number == TEN_THOUSAND else f"{self.number:,}+"

    def __bool__(self) -> bool:
        return self.number > 0


def capped_count(rows: QuerySet[Any], most: int | None = None) -> Count:
    """Count the rows, and stop soon after the cap: `most`, else `MOST_COUNTED`."""
    most = most or MOST_COUNTED
    return Count.of(rows.order_by().values("pk")[: most + 1].count(), most)
