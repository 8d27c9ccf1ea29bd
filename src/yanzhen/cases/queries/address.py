"""The address of the ledger, read: what makes no sense in it is left out, never an error page."""

from datetime import date
from typing import Final

from django.db import models
from django.http import QueryDict

from yanzhen.cases.enums import CaseStatus, Severity, Source
from yanzhen.cases.queries.asking import ALL_OPEN, Ask, Due, Sort
from yanzhen.cases.queries.waiting import Wait
from yanzhen.core.search import LONGEST

LONGEST_CODE: Final = 40
FIRST_YEAR, LAST_YEAR = 1990, 2100


def ask_of(query: QueryDict) -> Ask:
    """What an address asks for."""
    return Ask(
        status=_many(query, "status", {ALL_OPEN, *CaseStatus.values}),
        due=_one(query, "due", Due),
        wait=_one(query, "wait", Wait),
        area=_code(query, "area"),
        unit=_code(query, "unit"),
        site=_code(query, "site"),
        type=tuple(dict.fromkeys(filter(_is_code, query.getlist("type")))),
        category=_code(query, "category"),
        source=_many(query, "source", set(Source.values)),
        severity=_many(query, "severity", set(Severity.values)),
        q=query.get("q", "").replace("\0", "").strip()[:LONGEST],
        found_from=_day(query, "found_from"),
        found_to=_day(query, "found_to"),
        filed_from=_day(query, "filed_from"),
        filed_to=_day(query, "filed_to"),
        again="yes" if query.get("again") == "yes" else "",
        sort=_one(query, "sort", Sort),
    )


def _one(query: QueryDict, key: str, kind: type[models.TextChoices]) -> str:
    value = query.get(key, "")
    return value if value in kind.values else ""


def _many(query: QueryDict, key: str, known: set[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in query.getlist(key) if value in known))


def _is_code(value: str) -> bool:
    return bool(value) and len(value) <= LONGEST_CODE and value.isprintable()


def _code(query: QueryDict, key: str) -> str:
    value = query.get(key, "").strip()
    return value if _is_code(value) else ""


def _day(query: QueryDict, key: str) -> date | None:
    try:
        day = date.fromisoformat(query.get(key, ""))
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None
