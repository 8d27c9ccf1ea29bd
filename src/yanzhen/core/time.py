"""The city's days and the hours in which it works."""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

FIRST_YEAR, LAST_YEAR = 2000, 2060
"""Days outside these years are not counted; a due time there is a slip of the pen."""

KNOWN_YEARS = range(min(chinese_calendar.holidays).year, max(chinese_calendar.holidays).year + 1)
"""The years whose public holidays and make-up days the library knows."""

_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_MICROSECOND = timedelta(microseconds=1)
_MINUTE = 60_000_000
_DAY = 24 * 60 * _MINUTE
SATURDAY = 5


def city_zone() -> ZoneInfo:
    """The city's time zone."""
    return _zone(settings.TIME_ZONE)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def city_day(now: datetime) -> date:
    """The day that it is in the city."""
    return now.astimezone(city_zone()).date()


def city_midnight(day: date) -> datetime:
    """The instant at which a day begins in the city."""
    return datetime.combine(day, clock_time.min, city_zone())


def is_public_working_day(day: date) -> bool:
    """Whether the state's calendar has the day as worked, make-up days included.

    In years that the library does not know yet, Monday to Friday are worked.
    """
    if day.year in KNOWN_YEARS:
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < SATURDAY


@dataclass(frozen=True)
class Hours:
    """One stretch of a working day, as microseconds after midnight."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


def parse_hours(text: str) -> tuple[Hours, ...]:
    """Read `08:30-12:00,14:00-17:30`; anything else stops the start."""
    stretches: list[Hours] = []
    for part in text.split(","):
        match = _SPAN.fullmatch(part.strip())
        if match is None:
            raise ImproperlyConfigured(f"工作时间应形如 08:30-12:00,14:00-17:30，现为“{text}”。")
        hour, minute, to_hour, to_minute = map(int, match.groups())
        stretch = Hours((hour * 60 + minute) * _MINUTE, (to_hour * 60 + to_minute) * _MINUTE)
        after = stretches[-1].end if stretches else 0
        if minute > 59 or to_minute > 59 or not after <= stretch.start < stretch.end <= _DAY:  # noqa: PLR2004 - minutes of an hour
            raise ImproperlyConfigured(f"工作时间须先后有序、互不重叠，现为“{text}”。")
        stretches.append(stretch)
    return tuple(stretches)


@dataclass(frozen=True)
class WorkCalendar:
    """Counts working time: on which days the city works, and in which hours.

    Working time is one long line on which nights, week-ends and holidays have no length;
    an instant has a place on it, in microseconds. Adding and measuring are steps on that line.
    """

    hours: tuple[Hours, ...]
    overrides: Mapping[date, bool] = field(default_factory=dict)
    zone: ZoneInfo = field(default_factory=city_zone)
    _days: Sequence[int] = field(init=False, repr=False, compare=False)
    _day_length: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_days", _working_days(self.overrides))
        object.__setattr__(self, "_day_length", sum(stretch.length for stretch in self.hours))

    @property
    def day_minutes(self) -> int:
        """How many minutes a working day has."""
        return self._day_length // _MINUTE

    def is_working_day(self, day: date) -> bool:
        """Whether the city works on that day."""
        index = bisect_left(self._days, day.toordinal())
        return index < len(self._days) and self._days[index] == day.toordinal()

    def is_working_time(self, at: datetime) -> bool:
        """Whether the city is at work at that instant; a stretch ends before its last instant."""
        local = at.astimezone(self.zone)
        into = _into_day(local)
        return self.is_working_day(local.date()) and any(
            stretch.start <= into < stretch.end for stretch in self.hours
        )

    def add_working_minutes(self, start: datetime, minutes: int) -> datetime:
        """The first instant by which so many working minutes have passed since `start`.

        That is the end of a day rather than the beginning of the next. With negative minutes it
        is the last instant from which so many lie before `start`. Nothing added is `start`.
        """
        if minutes == 0:
            return start.astimezone(UTC)
        place = self._place(start) + minutes * _MINUTE
        return self._first_instant(place) if minutes > 0 else self._last_instant(place)

    def working_minutes_between(self, start: datetime, end: datetime) -> int:
        """The whole working minutes from `start` to `end`; negative when `end` comes first."""
        length = self._place(end) - self._place(start)
        return length // _MINUTE if length >= 0 else -(-length // _MINUTE)

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` to `end`, to the microsecond."""
        return (self._place(end) - self._place(start)) * _MICROSECOND

    def _place(self, at: datetime) -> int:
        local = at.astimezone(self.zone)
        ordinal = local.toordinal()
        index = bisect_left(self._days, ordinal)
        place = index * self._day_length
        if index == len(self._days) or self._days[index] != ordinal:
            return place
        into = _into_day(local)
        for stretch in self.hours:
            if into <= stretch.start:
                break
            place += min(into, stretch.end) - stretch.start
        return place

    def _first_instant(self, place: int) -> datetime:
        index, rest = divmod(place, self._day_length)
        if rest == 0:
            index, rest = index - 1, self._day_length
        for stretch in self.hours:
            if rest <= stretch.length:
                return self._instant(index, stretch.start + rest)
            rest -= stretch.length
        raise AssertionError("a place lies within its day")

    def _last_instant(self, place: int) -> datetime:
        index, rest = divmod(place, self._day_length)
        for stretch in self.hours:
            if rest < stretch.length:
                return self._instant(index, stretch.start + rest)
            rest -= stretch.length
        raise AssertionError("a place lies within its day")

    def _instant(self, index: int, into: int) -> datetime:
        if not 0 <= index < len(self._days):
            raise OverflowError(f"only {FIRST_YEAR} to {LAST_YEAR} are counted")
        midnight = datetime.combine(date.fromordinal(self._days[index]), clock_time.min)
        return (midnight + into * _MICROSECOND).replace(tzinfo=self.zone).astimezone(UTC)


def default_calendar() -> WorkCalendar:
    """The calendar of the state and the hours of the settings, without a city's own word."""
    return WorkCalendar(parse_hours(settings.YANZHEN_WORK_HOURS))


def _into_day(local: datetime) -> int:
    seconds = (local.hour * 60 + local.minute) * 60 + local.second
    return seconds * 1_000_000 + local.microsecond


@cache
def _public_days() -> tuple[int, ...]:
    first, last = date(FIRST_YEAR, 1, 1).toordinal(), date(LAST_YEAR, 12, 31).toordinal()
    return tuple(
        day for day in range(first, last + 1) if is_public_working_day(date.fromordinal(day))
    )


def _working_days(overrides: Mapping[date, bool]) -> Sequence[int]:
    if not overrides:
        return _public_days()
    days = set(_public_days())
    for day, is_working in overrides.items():
        (days.add if is_working else days.discard)(day.toordinal())
    return sorted(days)
