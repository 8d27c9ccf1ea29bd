"""How dates, durations and numbers read in Chinese, the same on every page and in every sentence."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yanzhen.core.time import city_zone

NOTHING: Final = "—"
"""Where there is no value yet."""

_DAY: Final = 24 * 60
_HOUR: Final = 60


def here(at: datetime) -> datetime:
    """Return the same moment on the wall clock of the city. A naive time is a bug: `ValueError`."""
    if at.tzinfo is None:
        msg = "a naive time has no place on a page"
        raise ValueError(msg)
    return at.astimezone(city_zone())


def weekday(on: date) -> str:
    """周一 … 周日."""
    return (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))[
        on.weekday()
    ]


def full_date(at: date | None) -> str:
    """2026-11-21 周六 14:05; of a plain date 2026-11-21 周六."""
    if at is None:
        return NOTHING
    if isinstance(at, datetime):
        at = here(at)
        return f"{at:%Y-%m-%d} {weekday(at)} {at:%H:%M}"
    return f"{at:%Y-%m-%d} {weekday(at)}"


def near_date(at: date | None, *, now: datetime) -> str:
    """今天 10:12, 昨天 08:40, 明天 17:30, 11-19 15:30; the year only where it is another one."""
    if at is None:
        return NOTHING
    moment = here(at) if isinstance(at, datetime) else None
    on = moment.date() if moment else at
    today = here(now).date()
    near = {-1: _("昨天"), 0: _("今天"), 1: _("明天")}
    day = near.get((on - today).days)
    if day is None:
        day = f"{on:%m-%d}" if on.year == today.year else f"{on:%Y-%m-%d}"
    return f"{day} {moment:%H:%M}" if moment else day


def span(length: timedelta, *, exact: bool = False) -> str:
    """3 小时, or exactly 3 小时 25 分. What is not full is not counted: 1 天 is a day and more."""
    minutes = int(abs(length).total_seconds() // 60)
    days, rest = divmod(minutes, _DAY)
    hours, left = divmod(rest, _HOUR)
    parts: list[str] = []
    if days:
        parts.append(_("%(n)s 天") % {"n": cn_number(days)})
    if hours and (exact or not parts):
        parts.append(_("%(n)s 小时") % {"n": hours})
    if left and not days and (exact or not parts):
        parts.append(_("%(n)s 分") % {"n": left} if parts else _("%(n)s 分钟") % {"n": left})
    return " ".join(parts) if parts else _("不到 1 分钟")


def left_or_late(length: timedelta, *, exact: bool = False) -> str:
    """还剩 3 小时, or once it is negative 超期 2 天."""
    words = {"span": span(length, exact=exact)}
    return _("超期 %(span)s") % words if length < timedelta(0) else _("还剩 %(span)s") % words


def cn_number(number: object) -> str:
    """1,284; a decimal keeps the digits it came with, what is no number says itself."""
    if number is None:
        return NOTHING
    return f"{number:,}" if isinstance(number, int | float | Decimal) else str(number)


def plain_number(value: Decimal) -> str:
    """95, 91.6667: a decimal without the zeros behind its point."""
    return f"{value.normalize():f}"


def cn_percent(value: Decimal | float | None) -> str:
    """86.06%, of a value that is already per cent, with the digits it came with."""
    if value is None:
        return NOTHING
    return pgettext("a rate", "%(value)s%%") % {"value": f"{value:,}"}


def cn_size(octets: int) -> str:
    """How large a file is: 640 KB, 2.4 MB."""
    if octets < 1024 * 1024:
        return f"{max(1, round(octets / 1024))} KB"
    return f"{octets / 1024 / 1024:.1f} MB"
