"""Case numbers: `HY-2026-000123`, one after the other within a city and year, none left out."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection

from yanzhen.cases.models import Case, NumberSeries
from yanzhen.cases.rulebook import VERSION_SQL
from yanzhen.core.engine import next_id
from yanzhen.core.time import city_day

DIGITS = 6
_COUNT = "UPDATE cases_numberseries SET last = last + 1 WHERE prefix = %s AND year = %s"


@dataclass(frozen=True)
class Ticket:
    """What a case that comes in is given: its number, its key, and the rules that hold now."""

    number: str
    case_id: int
    rules: str | None


def next_ticket(at: datetime) -> Ticket:
    """The next number of the year it is in the city, and what else a new case needs to be known.

    Adding one holds the row of the series until the transaction ends: nobody else gets a number
    before this one is surely used, or given back with everything else that it was for. It is one
    question, because it is asked for every case that comes in.
    """
    prefix, year = settings.YANZHEN_CITY_PREFIX, city_day(at).year
    row = _count_on(prefix, year)
    if row is None:
        NumberSeries.objects.bulk_create(
            [NumberSeries(prefix=prefix, year=year)], ignore_conflicts=True
        )
        row = _count_on(prefix, year)
    if row is None:
        raise AssertionError("a series that was made is there")
    count, case_id, rules = row
    return Ticket(number_of(prefix, year, count), case_id, str(rules) if rules else None)


def _count_on(prefix: str, year: int) -> tuple[int, int, object] | None:
    """Add one to the series; nothing where there is no series."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_COUNT} RETURNING last, {next_id(Case)}, ({VERSION_SQL})", [prefix, year])
        row: tuple[int, int, object] | None = cursor.fetchone()
    return row


def number_of(prefix: str, year: int, count: int) -> str:
    """A number as it is written."""
    return f"{prefix}-{year}-{count:0{DIGITS}}"


def parts_of(number: str) -> tuple[int, int] | None:
    """The year and count of one of this city's numbers; nothing for a number of another kind."""
    prefix = re.escape(settings.YANZHEN_CITY_PREFIX)
    match = re.fullmatch(rf"{prefix}-(\d{{4}})-(\d{{{DIGITS},}})", number)
    return (int(match[1]), int(match[2])) if match else None
