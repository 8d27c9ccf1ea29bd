"""Periods as people ask for them: this month, last year, and the same stretch one step earlier."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yanzhen.core.time import city_zone

FIRST_YEAR, LAST_YEAR = 1992, 2100
"""Since 1992 the city has had one offset from UTC, so that all its days are equally long."""

YEAR = 12
"""Months of a year."""


class Preset(models.TextChoices):
    """The periods that a page offers."""

    MONTH = "month", gettext_lazy("本月")
    LAST_MONTH = "last_month", gettext_lazy("上月")
    DAYS = "days", gettext_lazy("近 30 天")
    YEAR = "year", gettext_lazy("今年")
    ALL = "all", gettext_lazy("不限")


def preset_days(preset: str, today: date) -> tuple[date | None, date | None]:
    """The first and the last day of a preset; both empty for all time."""
    if preset == Preset.MONTH:
        return today.replace(day=1), today
    if preset == Preset.LAST_MONTH:
        end = today.replace(day=1) - timedelta(days=1)
        return end.replace(day=1), end
    if preset == Preset.DAYS:
        return today - timedelta(days=29), today
    if preset == Preset.YEAR:
        return today.replace(month=1, day=1), today
    return None, None


def later_month(month: date, months: int) -> date:
    """The same day so many months later or earlier, or the last day of that month if it has none."""
    years, index = divmod(month.year * YEAR + month.month - 1 + months, YEAR)
    return date(years, index + 1, min(month.day, monthrange(years, index + 1)[1]))


def is_last_of_month(day: date) -> bool:
    return day.day == monthrange(day.year, day.month)[1]


def months(first: date, last: date) -> list[date]:
    """The first of each month from that of `first` to the one after that of `last`."""
    found = [first.replace(day=1)]
    while found[-1] <= last:
        found.append(later_month(found[-1], 1))
    return found


@dataclass(frozen=True, slots=True)
class Earlier:
    """The same stretch one step earlier, seen from a moment just as much earlier."""

    from_on: date
    to_on: date
    as_of: datetime
    words: str


def one_step_earlier(from_on: date, to_on: date, as_of: datetime) -> Earlier:
    """A part of a month against the month before, of a year against the year before, else days."""
    local = as_of.astimezone(city_zone())
    step, words = 0, ""
    if from_on.day == 1 and (from_on.year, from_on.month) == (to_on.year, to_on.month):
        step, words = 1, _("比上月同期")
    elif (from_on.month, from_on.day) == (1, 1) and from_on.year == to_on.year:
        step, words = YEAR, _("比上年同期")
    if step:
        before = later_month(local.date(), -step)
        return Earlier(
            later_month(from_on, -step), _same_day(to_on, -step), _on(local, before), words
        )
    days = (to_on - from_on).days + 1
    length = timedelta(days=days)
    words = _("比前 %(days)s 天") % {"days": days}
    return Earlier(from_on - length, to_on - length, as_of - length, words)


def _same_day(day: date, months: int) -> date:
    """The same day of another month; of a month's last day the last one."""
    other = later_month(day, months)
    if is_last_of_month(day):
        return other.replace(day=monthrange(other.year, other.month)[1])
    return other


def _on(local: datetime, day: date) -> datetime:
    return local.replace(year=day.year, month=day.month, day=day.day)
