"""What a phone sends, read strictly: nothing of it is believed before it has the agreed form.

The form is that of ADR 21. Numbers become `Decimal` or `int`, never floats.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from yanzhen.inspections.enums import Result
from yanzhen.inspections.errors import SyncTooLarge, SyncUnreadable

MOST_VISITS: Final = 50
MOST_CHECKS: Final = 100
MOST_PHOTOS: Final = 9
MOST_WORDS: Final = 2000
MOST_BYTES: Final = 30 * 1024 * 1024
LARGEST: Final = 2**31 - 1
FIRST_YEAR, LAST_YEAR = 1970, 2100
"""A phone whose clock lost its battery says 1970; that is a wrong time, not an unreadable one."""
DIGEST = re.compile(r"[0-9a-f]{64}")
PLACES, DEGREES = Decimal("0.0001"), Decimal("0.000001")

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class PhotoSent:
    """A photo that will follow."""

    id: UUID
    sha256: str
    size: int
    taken_at: datetime | None
    lat: Decimal | None
    lon: Decimal | None


@dataclass(frozen=True, slots=True)
class CheckSent:
    """One item's answer."""

    id: UUID
    item: str
    result: str
    value: Decimal | None
    part: int | None
    whole: int | None
    words: str
    answered_at: datetime
    photos: tuple[PhotoSent, ...]


@dataclass(frozen=True, slots=True)
class VisitSent:
    """One visit with its answers; all times are of the phone's clock."""

    id: UUID
    round: int
    site: str
    checklist: int
    started_at: datetime
    finished_at: datetime
    lat: Decimal | None
    lon: Decimal | None
    accuracy_metres: int | None
    words: str
    checks: tuple[CheckSent, ...]


@dataclass(frozen=True, slots=True)
class Sending:
    """One request: when by the phone's clock, and its visits, each read or why it cannot be."""

    sent_at: datetime
    visits: tuple[tuple[UUID, VisitSent | SyncUnreadable], ...]


def sending_of(body: bytes) -> Sending:
    """Read a request. A visit that is not of the form spoils itself alone, if its id can be read.

    Raises `SyncUnreadable` or `SyncTooLarge`.
    """
    try:
        read = json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError, InvalidOperation) as error:
        raise SyncUnreadable(where=_("全文"), why=_("不是 JSON")) from error
    whole = _Reader(_mapping(read, _("全文")), "")
    visits = whole.get("visits", _list)
    if len(visits) > MOST_VISITS:
        raise SyncTooLarge(most=MOST_VISITS)
    return Sending(
        whole.get("sent_at", _moment),
        tuple(_visit_or_why(one, f"visits[{place}]") for place, one in enumerate(visits)),
    )


def _visit_or_why(read: Any, where: str) -> tuple[UUID, VisitSent | SyncUnreadable]:
    reader = _Reader(_mapping(read, where), where)
    client_id = reader.get("id", _uuid)
    try:
        return client_id, _visit(reader)
    except SyncUnreadable as refusal:
        return client_id, refusal


def _visit(reader: "_Reader") -> VisitSent:
    lat, lon = reader.place()
    return VisitSent(
        id=reader.get("id", _uuid),
        round=reader.get("round", _whole),
        site=reader.get("site", _code),
        checklist=reader.get("checklist", _whole),
        started_at=reader.get("started_at", _moment),
        finished_at=reader.get("finished_at", _moment),
        lat=lat,
        lon=lon,
        accuracy_metres=reader.may("accuracy_metres", _metres),
        words=reader.may("words", _words) or "",
        checks=reader.each("checks", _check, most=MOST_CHECKS),
    )


def _check(reader: "_Reader") -> CheckSent:
    part, whole = reader.may("part", _whole), reader.may("whole", _whole)
    if (
        (part is None) != (whole is None)
        or (part is not None and part > (whole or 0))
        or whole == 0
    ):
        raise reader.wrong("part", _("达标数与总数须同时给出，且不大于总数"))
    return CheckSent(
        id=reader.get("id", _uuid),
        item=reader.get("item", _code),
        result=reader.may("result", _result) or "",
        value=reader.may("value", _number),
        part=part,
        whole=whole,
        words=reader.may("words", _words) or "",
        answered_at=reader.get("answered_at", _moment),
        photos=reader.each("photos", _photo, most=MOST_PHOTOS),
    )


def _photo(reader: "_Reader") -> PhotoSent:
    lat, lon = reader.place()
    return PhotoSent(
        id=reader.get("id", _uuid),
        sha256=reader.get("sha256", _digest),
        size=reader.get("size", _size),
        taken_at=reader.may("taken_at", _moment),
        lat=lat,
        lon=lon,
    )


def share(part: int, whole: int) -> Decimal:
    """`part` of `whole` in a hundred, to four places, half up: 22 of 24 lamps are 91.6667."""
    return (Decimal(100) * part / whole).quantize(PLACES, ROUND_HALF_UP)


Sent = TypeVar("Sent", CheckSent, PhotoSent)


# --- One value ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reader:
    """A JSON object, and where in the request it stands."""

    given: Mapping[str, Any]
    where: str

    def get(self, name: str, read: Callable[[Any], Value]) -> Value:
        """What must be there."""
        if self.given.get(name) is None:
            raise self.wrong(name, _("没有填"))
        return self._read(name, read)

    def may(self, name: str, read: Callable[[Any], Value]) -> Value | None:
        """What may be missing."""
        return None if self.given.get(name) in (None, "") else self._read(name, read)

    def each(self, name: str, read: Callable[["_Reader"], Sent], *, most: int) -> tuple[Sent, ...]:
        """A list of objects, each with an id of its own."""
        rows = self.may(name, _list) or []
        if len(rows) > most:
            raise self.wrong(name, _("多于 %(most)s 条") % {"most": most})
        found = tuple(
            read(
                _Reader(
                    _mapping(row, self._path(f"{name}[{place}]")), self._path(f"{name}[{place}]")
                )
            )
            for place, row in enumerate(rows)
        )
        if len({row.id for row in found}) != len(found):
            raise self.wrong(name, _("编号重复"))
        return found

    def place(self) -> tuple[Decimal | None, Decimal | None]:
        """Latitude and longitude, both or neither."""
        lat = self.may("lat", lambda value: _degrees(value, 90))
        lon = self.may("lon", lambda value: _degrees(value, 180))
        if (lat is None) != (lon is None):
            raise self.wrong("lat", _("经纬度须同时给出"))
        return lat, lon

    def wrong(self, name: str, why: str) -> SyncUnreadable:
        """The refusal that names the place of the fault."""
        return SyncUnreadable(where=self._path(name), why=why)

    def _read(self, name: str, read: Callable[[Any], Value]) -> Value:
        try:
            return read(self.given[name])
        except (ValueError, TypeError, InvalidOperation, OverflowError) as error:
            raise self.wrong(name, _("格式不对")) from error

    def _path(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise SyncUnreadable(where=where, why=_("应是一个对象"))
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(value)
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise TypeError(value)
    return value


def _words(value: Any) -> str:
    text = _text(value).strip()
    if len(text) > MOST_WORDS:
        raise ValueError(len(text))
    return text


def _code(value: Any) -> str:
    text = _text(value)
    if not 0 < len(text) <= 40:  # noqa: PLR2004 - no code is longer
        raise ValueError(text)
    return text


def _uuid(value: Any) -> UUID:
    return UUID(_text(value))


def _digest(value: Any) -> str:
    text = _text(value).lower()
    if not DIGEST.fullmatch(text):
        raise ValueError(text)
    return text


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST:
        raise ValueError(value)
    return value


def _metres(value: Any) -> int:
    metres = int(_decimal(value))
    if not 0 <= metres <= LARGEST:
        raise ValueError(value)
    return metres


def _size(value: Any) -> int:
    if not 0 < _whole(value) <= MOST_BYTES:
        raise ValueError(value)
    return int(value)


def _result(value: Any) -> str:
    return Result(_text(value)).value


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise TypeError(value)
    number = Decimal(value)
    if not number.is_finite() or abs(number) >= Decimal(10) ** 8:
        raise ValueError(value)
    return number


def _number(value: Any) -> Decimal:
    return _decimal(value).quantize(PLACES, ROUND_HALF_UP)


def _degrees(value: Any, most: int) -> Decimal:
    number = _decimal(value)
    if abs(number) > most:
        raise ValueError(value)
    return number.quantize(DEGREES, ROUND_HALF_UP)


def _moment(value: Any) -> datetime:
    at = datetime.fromisoformat(_text(value))
    if at.tzinfo is None or not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(value)
    return at
