"""Case numbers: `HY-2026-000123`, one after the other within a city and year, none left out."""

import re
from datetime import datetime

from django.conf import settings
from django.db import connection

from yanzhen.cases.models import NumberSeries
from yanzhen.core.time import city_day

DIGITS = 6


def next_number(at: datetime) -> str:
    """The next number of the year it is in the city.

    Adding one holds the row of the series until the transaction ends: nobody else gets a number
    before this one is surely used, or given back with everything else that it was for.
    """
    prefix, year = settings.YANZHEN_CITY_PREFIX, city_day(at).year
    count = _count_on(prefix, year)
    if count is None:
        NumberSeries.objects.bulk_create(
            [NumberSeries(prefix=prefix, year=year)], ignore_conflicts=True
        )
        count = _count_on(prefix, year)
    if count is None:
        raise AssertionError("a series that was made is there")
    return number_of(prefix, year, count)


def _count_on(prefix: str, year: int) -> int | None:
    """Add one to the series and return it, in one statement; nothing where there is no series."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_numberseries SET last = last + 1 WHERE prefix = %s AND year = %s"
            " RETURNING last",
            [prefix, year],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else None


def number_of(prefix: str, year: int, count: int) -> str:
    """A number as it is written."""
    return f"{prefix}-{year}-{count:0{DIGITS}}"


def parts_of(number: str) -> tuple[int, int] | None:
    """The year and count of one of this city's numbers; nothing for a number of another kind."""
    prefix = re.escape(settings.YANZHEN_CITY_PREFIX)
    match = re.fullmatch(rf"{prefix}-(\d{{4}})-(\d{{{DIGITS},}})", number)
    return (int(match[1]), int(match[2])) if match else None
