"""Finding cases by what somebody typed: a number leads to the case, words to those that hold them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from yanzhen.accounts.models import User
from yanzhen.cases.models import Case
from yanzhen.cases.queries.asking import WORDS, Ask, Sort
from yanzhen.cases.queries.ledger import LedgerRow, count_found, rows_of, with_rows
from yanzhen.cases.queries.numbers import meant_numbers
from yanzhen.core.paging import Count
from yanzhen.core.search import holds
from yanzhen.core.time import city_day


@dataclass(frozen=True, slots=True)
class FoundCases:
    """Cases that were found, how many in all, and the list that holds all of them."""

    rows: Sequence[LedgerRow]
    count: Count
    ask: Ask


def cases_numbered(*, text: str, user: User, now: datetime, least_digits: int) -> list[Case]:
    """The cases whose number `text` may mean, the latest year first; mostly none or one."""
    numbers = meant_numbers(text, least_digits=least_digits)
    if not numbers:
        return []
    seen = Case.objects.visible_to(user, city_day(now)).filter(number__in=numbers)
    return list(with_rows(seen).order_by("-number"))


def cases_saying(*, text: str, user: User, now: datetime, most: int = 10) -> FoundCases:
    """The cases that hold all of `text`, the newest first. Four queries."""
    found: QuerySet[Case] = Case.objects.visible_to(user, city_day(now)).filter(holds(WORDS, text))
    ask = Ask(q=text, sort=Sort.NEWEST)
    keys = found.order_by("-found_at", "-pk").values_list("pk", flat=True)[:most]
    whole = with_rows(Case.objects.all()).in_bulk(list(keys))
    rows = [whole[key] for key in keys]
    return FoundCases(rows_of(rows, now=now), count_found(found, ask), ask)
