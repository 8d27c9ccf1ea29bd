"""Case numbers: `HY-2026-000123`, one after the other within a city and year, none left out."""

import re
from datetime import datetime

from django.conf import settings
from django.db.models import F

from yanzhen.cases.models import NumberSeries
from yanzhen.core.time import city_day

DIGITS = 6


def next_number(at: datetime) -> str:
    """The next number of the year it is in the city.

    Adding one holds the row of the series until the transaction ends: nobody else gets a number
    before this one is surely used, or given back with everything else that it was for.
    """
    prefix, year = settings.YANZHEN_CITY_PREFIX, city_day(at).year
    series = NumberSeries.objects.filter(prefix=prefix, year=year)
    if not series.update(last=F("last") + 1):
        NumberSeries.objects.bulk_create(
            [NumberSeries(prefix=prefix, year=year)], ignore_conflicts=True
        )
        series.update(last=F("last") + 1)
    return number_of(prefix, year, series.values_list("last", flat=True).get())


def number_of(prefix: str, year: int, count: int) -> str:
    """A number as it is written."""
    return f"{prefix}-{year}-{count:0{DIGITS}}"


def parts_of(number: str) -> tuple[int, int] | None:
    """The year and count of one of this city's numbers; nothing for a number of another kind."""
    prefix = re.escape(settings.YANZHEN_CITY_PREFIX)
    match = re.fullmatch(rf"{prefix}-(\d{{4}})-(\d{{{DIGITS},}})", number)
    return (int(match[1]), int(match[2])) if match else None
