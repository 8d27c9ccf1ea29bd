"""The ledger: the list of cases that is the record, page by page, with its views and neighbours."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Count as CountRows
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.models import SavedView, User
from yanzhen.cases import clock, rulebook
from yanzhen.cases.deadline import Deadline
from yanzhen.cases.enums import CaseStatus, Decision
from yanzhen.cases.models import Case, Extension
from yanzhen.cases.queries.asking import ALL_OPEN, Ask, Due, answers, condition, with_keys
from yanzhen.cases.queries.waiting import Standpoint, Wait
from yanzhen.core.clockface import ClockFace
from yanzhen.core.paging import Count, Page, capped_count, page_of, place_of
from yanzhen.core.time import city_day
from yanzhen.places.queries import area_path

PAGE: Final = 50
MOST_NARROWED: Final = 2_000
MOST_SAYING: Final = 100
LEDGER: Final = "cases:ledger"
"""The page under which saved views of the ledger are filed."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One case in a list."""

    case: Case
    area: str
    status: str
    clock: ClockFace | None


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """One page of the ledger, and how many cases there are in all."""

    rows: Sequence[LedgerRow]
    page: Page[Case]
    count: Count


def seen_cases(*, user: User, on: date, within: str = "") -> QuerySet[Case]:
    """The cases that `user` may see, in the area he has chosen to look at."""
    cases = Case.objects.visible_to(user, on)
    return cases.under(within) if within else cases


def ledger_page(
    *,
    cases: QuerySet[Case],
    ask: Ask,
    who: Standpoint,
    now: datetime,
    after: str = "",
    before: str = "",
    size: int = PAGE,
) -> LedgerPage:
    """One page of `cases` as asked for. A handful of queries however many rows there are.

    Which rows stand on the page is read from an index alone; only these are then looked up. An
    engine that is asked for both at once may look up every row before it knows which are first.
    """
    found = answers(cases, ask, who, now=now)
    keys = with_keys(found, ask).only("found_at")
    page = page_of(keys, ask.order, after=after, before=before, size=size)
    whole = with_rows(Case.objects.all()).in_bulk([row.pk for row in page.rows])
    shown = [whole[row.pk] for row in page.rows]
    return LedgerPage(rows_of(shown, now=now), page, count_found(found, ask))


def count_found(found: QuerySet[Case], ask: Ask) -> Count:
    """How many answers there are; the more an engine must look at for each, the sooner it stops.

    Counted in the order of the list, it walks the index that the list is read by.
    """
    if ask.q:
        return capped_count(found, MOST_SAYING)
    if ask.is_of_open_ones or not ask.but(sort="").pairs():
        return capped_count(found)
    return Count.of(
        found.order_by(*ask.order.columns()).values("pk")[: MOST_NARROWED + 1].count(),
        MOST_NARROWED,
    )


def with_rows(cases: QuerySet[Case]) -> QuerySet[Case]:
    """The cases with all that a row of a list shows of them."""
    return cases.select_related("unit", "site", "site_type", "category")


def rows_of(cases: Sequence[Case], *, now: datetime) -> list[LedgerRow]:
    """The cases as rows of a list; they came by `with_rows`. Two queries."""
    book = rulebook.current()
    asked = set(
        Extension.objects.filter(case__in=cases, decision=Decision.ASKED).values_list(
            "case_id", flat=True
        )
    )
    return [
        LedgerRow(
            case=case,
            area=area_words(case.area_id),
            status=str(_("延期待批") if case.pk in asked else CaseStatus(case.status).label),
            clock=clock.clock_face(case, now=now, book=book),
        )
        for case in cases
    ]


def area_words(code: str) -> str:
    """District and street without their titles, which is what fits into a list: `雁峰 黄茶岭`."""
    path = area_path(code)
    names = [_TITLES.sub("", area.short_name) or area.short_name for area in path[1:3] or path]
    return " ".join(names) or code


_TITLES: Final = re.compile(r"(?<=..)(?:街道|镇|乡)$|(?<=..)区$")


# --- Views ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class View:
    """A list that people look at again and again: its name and what it asks for."""

    name: str | Promise
    ask: Ask
    needs_checker: bool = False


SHARED_VIEWS: Final = (
    View(_("全部在办"), Ask(status=(ALL_OPEN,))),
    View(_("今天要盯"), Ask(due=Due.WATCH)),
    View(_("已超期"), Ask(due=Due.OVERDUE)),
    View(_("待我核查"), Ask(wait=Wait.VERIFY)),
    View(_("反复出现"), Ask(status=(ALL_OPEN,), again="yes")),
    View(_("挂账"), Ask(status=(CaseStatus.PARKED,))),
)


def count_asks(
    cases: QuerySet[Case], asks: Iterable[Ask], who: Standpoint, *, now: datetime
) -> list[Count]:
    """How many open cases answer each ask. One query: the open cases are walked through once."""
    named = {
        f"n{place}": CountRows("pk", filter=condition(ask, who, now=now) or Q(pk__isnull=False))
        for place, ask in enumerate(asks)
    }
    if not named:
        return []
    base = answers(cases, Ask(status=(ALL_OPEN,)), who, now=now)
    found = base.annotate(deadline=Deadline()).aggregate(**named)
    return [Count.of(found[name]) for name in named]


def saved_views(*, user: User) -> list[SavedView]:
    """The views of the ledger that `user` has kept for himself."""
    return list(SavedView.objects.filter(user=user, page=LEDGER).order_by("pk"))


# --- Neighbours -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where a case stands in a list: the numbers on either side, its place, how many there are."""

    before: str = ""
    after: str = ""
    place: int = 0
    count: Count | None = None


def neighbours(
    *, case: Case, cases: QuerySet[Case], ask: Ask, who: Standpoint, now: datetime
) -> Neighbours:
    """The cases before and after this one in the list asked for. Five queries."""
    found = with_keys(answers(cases, ask, who, now=now), ask)
    own = found.filter(pk=case.pk).first()
    if own is None:
        return Neighbours()
    order, values = ask.order, place_of_case(own, ask)
    earlier = found.filter(order.beyond(values, backwards=True))
    before = earlier.order_by(*order.columns(backwards=True)).first()
    after = found.filter(order.beyond(values)).order_by(*order.columns()).first()
    stands = count_found(earlier, ask)
    return Neighbours(
        before=before.number if before else "",
        after=after.number if after else "",
        place=0 if stands.is_capped else stands.number + 1,
        count=count_found(found, ask),
    )


def place_of_case(case: Case, ask: Ask) -> tuple[object, ...]:
    """The keys by which the case stands where it stands in the list."""
    return place_of(case, ask.order).values


# --- Out of the house -----------------------------------------------------------------------------


def exported(
    *, user: User, now: datetime, ask: Ask, within: str, numbers: Sequence[str] = ()
) -> Iterator[Case]:
    """The cases of a list one by one, however many; only those with `numbers` where some are named."""
    on = city_day(now)
    found = answers(
        seen_cases(user=user, on=on, within=within), ask, Standpoint.of(user, on), now=now
    )
    if numbers:
        found = found.filter(number__in=numbers)
    return with_rows(found).order_by(*ask.order.columns()).iterator(chunk_size=1000)
