"""Case numbers as people type them: whole, without the city, or only the count at the end."""

import re
import unicodedata
from typing import Final

from django.conf import settings

from yanzhen.cases.models import NumberSeries
from yanzhen.cases.numbers import DIGITS, number_of

LONGEST: Final = 40
_WHOLE = re.compile(r"[A-Z]{1,10}-\d{4}-\d{1,9}")
_YEAR_AND_COUNT = re.compile(r"(\d{4})-(\d{1,9})")
_COUNT = re.compile(r"\d{1,9}")


def meant_numbers(text: str, *, least_digits: int = DIGITS) -> list[str]:
    """The numbers that `text` may mean; none where it is no number but words.

    `000123` means the count of any year. Fewer than `least_digits` digits are words: the 12345
    hotline is named more often than somebody leaves out the noughts.
    """
    typed = unicodedata.normalize("NFKC", text).strip().upper().lstrip("#")
    prefix = settings.YANZHEN_CITY_PREFIX
    if len(typed) > LONGEST:
        return []
    if _WHOLE.fullmatch(typed):
        city, year, count = typed.split("-")
        return list(dict.fromkeys([typed, number_of(city, int(year), int(count))]))
    if match := _YEAR_AND_COUNT.fullmatch(typed):
        return [typed, number_of(prefix, int(match[1]), int(match[2]))]
    if _COUNT.fullmatch(typed) and len(typed) >= least_digits:
        years = NumberSeries.objects.filter(prefix=prefix).order_by("-year")
        return [
            number_of(prefix, year, int(typed)) for year in years.values_list("year", flat=True)
        ]
    return []
