"""What a cell means: text, a code, an instant, a decimal, a choice.

Each reader returns the value, or `None` for an empty cell, or raises `Unreadable` with the
sentence that tells a person what to write instead.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yanzhen.core.text import plain
from yanzhen.core.time import city_zone
from yanzhen.exchange.tables import Cell

EXACT_DIGITS = 15
"""Excel keeps so many digits of a number and drops the others without a word."""
FIRST_SERIAL, LAST_SERIAL = 14_000, 110_000
"""Days since 1899-12-30 that are taken for dates: the years 1938 to 2201."""
SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's days have no zone
SHOWN = 40

_UNSEEN = re.compile(
    r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,3}")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?)?")
_DAY = re.compile(
    r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?"
    r"(?:\s*[(（]?(?:周|星期)[一二三四五六日天][)）]?)?\s*T?\s*(?P<time>.*)"
)
_TIME = re.compile(
    r"(?P<half>上午|下午|中午|晚上|凌晨|早上)?\s*(?P<hour>\d{1,2})\s*[:时点]\s*"
    r"(?:(?P<minute>\d{1,2})\s*(?:[:分]\s*(?:(?P<second>\d{1,2})(?:\.\d+)?\s*秒?)?)?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?")
_AFTERNOON = {"下午", "晚上"}
NOON = 12


class Unreadable(Exception):
    """The cell cannot mean what its column holds; the message says what to write instead."""

    def __init__(self, sentence: str | Promise, **facts: Any) -> None:
        super().__init__(str(sentence) % facts if facts else str(sentence))


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, and whether the cell said the time or only the day."""

    at: datetime
    has_time: bool


def as_text(cell: Cell) -> str | None:
    """Return the words of a cell, as they were written but for what nobody can see."""
    if isinstance(cell, str):
        if not cell:
            return None
        if cell.isprintable():  # nearly all are: nothing unseen, one line
            words = cell.strip()
        else:
            words = _UNSEEN.sub("", cell).replace("\r\n", "\n").replace("\r", "\n").strip()
        if len(words) > 1 and words[0] == "'" and words[1] in "=+-@":
            words = words[1:]  # the mark by which our own export keeps Excel from reckoning
        return words or None
    return _shown(cell)


def as_name(cell: Cell) -> str | None:
    """Return a short name: on one line, single blanks, full-width letters and digits evened out."""
    words = as_text(cell)
    if not words:
        return None
    words = " ".join(words.split())
    return words if words.isascii() else unicodedata.normalize("NFKC", words)


def as_code(cell: Cell) -> str | None:
    """Return a code. Excel must not have turned it into a date, or rounded its last digits."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        if abs(cell) >= 10**EXACT_DIGITS:
            raise Unreadable(
                _("编码“%(cell)s”太长，Excel 已丢掉末尾几位，请把该列设为“文本”格式后重新填写"),
                cell=f"{cell:.0f}",
            )
        return _shown(cell)
    if not isinstance(cell, str):
        raise Unreadable(
            _("“%(cell)s”被 Excel 当成了日期或时间，请把该列设为“文本”格式后重新填写"),
            cell=_shown(cell),
        )
    code = as_name(cell)
    if code and _SCIENTIFIC.fullmatch(code):
        raise Unreadable(
            _("编码“%(cell)s”变成了科学计数法，请把该列设为“文本”格式后重新填写"), cell=code
        )
    return code


def as_moment(cell: Cell) -> Moment | None:
    """Return an instant of the city, from a date cell, an Excel serial or the usual ways to write."""
    if isinstance(cell, str):
        if not cell or not (text := as_name(cell)):
            return None
        return _written_moment(text)
    if isinstance(cell, datetime):
        at = _rounded(cell)
        return Moment(_in_city(at), has_time=at.time() != time.min)
    if isinstance(cell, date):
        return Moment(_in_city(datetime.combine(cell, time.min)), has_time=False)
    if isinstance(cell, bool | time | timedelta):
        raise Unreadable(
            _("“%(cell)s”只有钟点没有日期，请写成 2026-11-21 14:05"), cell=_shown(cell)
        )
    if FIRST_SERIAL <= cell <= LAST_SERIAL:
        at = _rounded(SERIAL_ZERO + timedelta(days=cell))
        return Moment(_in_city(at), has_time=at.time() != time.min)
    return _written_moment(_shown(cell))


def as_day(cell: Cell) -> date | None:
    """Return a day of the city."""
    moment = as_moment(cell)
    return moment.at.astimezone(city_zone()).date() if moment else None


def as_decimal(cell: Cell) -> Decimal | None:
    """Return a decimal number, exactly as it is written."""
    if isinstance(cell, bool | datetime | date | time | timedelta):
        raise Unreadable(_("“%(cell)s”不是数字"), cell=_shown(cell))
    text = as_name(cell if isinstance(cell, str) else repr(cell))
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise Unreadable(_("“%(cell)s”不是数字"), cell=text[:SHOWN])
    return value


def as_whole(cell: Cell) -> int | None:
    """Return a whole number that is not negative."""
    value = as_decimal(cell)
    if value is None:
        return None
    if value != value.to_integral_value() or not 0 <= value < 10**9:
        raise Unreadable(_("“%(cell)s”应为不带小数的数字"), cell=value)
    return int(value)


def as_truth(cell: Cell) -> bool | None:
    """Return a truth from 是/否 and its like."""
    if isinstance(cell, bool):
        return cell
    word = (as_name(cell) or "").casefold()
    if not word:
        return None
    if word in {"是", "1", "true", "yes", "y", "√", "在用", "有"}:
        return True
    if word in {"否", "0", "false", "no", "n", "×", "停用", "无"}:
        return False
    raise Unreadable(_("“%(cell)s”应写“是”或“否”"), cell=word[:SHOWN])


def choice(
    choices: type[TextChoices], also: Mapping[str, str] | None = None
) -> Callable[[Cell], str | None]:
    """Return the reader of a choice that is written by its code, its Chinese name, or `also`."""
    known: dict[str, str] = {}

    def read(cell: Cell) -> str | None:
        word = as_name(cell)
        if not word:
            return None
        if not known:  # labels are known only once languages are
            known.update({plain(name): value for name, value in (also or {}).items()})
            known.update({plain(str(label)): value for value, label in choices.choices})
            known.update({plain(value): value for value in choices.values})
        value = known.get(plain(word))
        if value is None:
            raise Unreadable(
                _("没有“%(cell)s”这个选项，可填：%(choices)s"),
                cell=word[:SHOWN],
                choices=listed(str(label) for label in choices.labels),
            )
        return value

    return read


def listed(words: Iterable[str]) -> str:
    """Return words as a list in a sentence."""
    return "、".join(words)


def _shown(cell: Cell) -> str:
    if isinstance(cell, bool):
        return str(_("是")) if cell else str(_("否"))
    if isinstance(cell, float) and cell.is_integer():
        return f"{cell:.0f}"
    if isinstance(cell, float):
        return repr(cell)
    return str(cell)


def _written_moment(text: str) -> Moment:
    try:
        if _ISO.fullmatch(text):
            at = datetime.fromisoformat(text)
            return Moment(_in_city(at), has_time=len(text) > len("2026-11-21"))
        if match := _COMPACT.fullmatch(text):
            parts = [int(part) for part in match.groups() if part]
            return Moment(_in_city(datetime(*parts)), has_time=len(parts) > 3)  # type: ignore[arg-type]  # noqa: DTZ001, PLR2004 - year, month, day; zone set by _in_city
        if match := _DAY.fullmatch(text):
            day = datetime(*(int(match[part]) for part in ("year", "month", "day")))  # type: ignore[arg-type]  # noqa: DTZ001 - as above
            into = _time_of_day(match["time"])
            if into is not None:
                return Moment(_in_city(day + into), has_time=bool(match["time"]))
    except (ValueError, OverflowError):
        pass
    raise Unreadable(_("看不懂的时间“%(cell)s”，请写成 2026-11-21 14:05"), cell=text[:SHOWN])


def _time_of_day(text: str) -> timedelta | None:
    if not text:
        return timedelta()
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    if match["half"] in _AFTERNOON and hour < NOON:
        hour += NOON
    moment = time(hour, minute, second)
    return timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)


def _rounded(at: datetime) -> datetime:
    """Excel keeps an instant as a fraction of a day: a second comes back as 59.9999995."""
    whole = at.replace(microsecond=at.microsecond // 1000 * 1000)
    return whole + timedelta(milliseconds=(at.microsecond - whole.microsecond + 500) // 1000)


def _in_city(at: datetime) -> datetime:
    return (at if at.tzinfo else at.replace(tzinfo=city_zone())).astimezone(UTC)
