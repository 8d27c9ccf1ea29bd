"""Drawn sites in a list, visits of a site, one visit, and the answers that wait for a decision."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from yanzhen.accounts.models import User
from yanzhen.cases.models import Case
from yanzhen.core.paging import Count as Counted
from yanzhen.core.paging import Key, Order, Page, capped_count, page_of
from yanzhen.frameworks.models import CheckItem
from yanzhen.inspections.enums import CasePart, Result, Standing
from yanzhen.inspections.models import (
    Assignment,
    CarriedItem,
    Check,
    CheckConflict,
    CheckPhoto,
    Round,
    RoundSite,
    Visit,
)
from yanzhen.places.models import Site
from yanzhen.places.queries import area_label

IN_ORDER: Final = Order("sites", (Key("pk", int),))
LATEST_FIRST: Final = Order("latest", (Key("pk", int, descending=True),))
VISITS_SHOWN: Final = 50


# --- The sites of a round -------------------------------------------------------------------------


@dataclass(frozen=True)
class SiteFilters:
    """Which of the drawn sites are asked for."""

    district: str = ""
    type: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class RoundSiteLine:
    """One drawn site: who is sent, whether somebody was there, what failed."""

    row: RoundSite
    area: str
    crew: str
    second: str
    is_visited: bool
    failed: int
    open_conflicts: int


@dataclass(frozen=True)
class RoundSitePage:
    """One page of drawn sites."""

    page: Page[RoundSite]
    lines: Sequence[RoundSiteLine]
    total: Counted


def round_sites(
    *, round_: Round, user: User, on: date, filters: SiteFilters
) -> QuerySet[RoundSite]:
    """The drawn sites of a round that `user` may see: of an announced round, those of his patch."""
    rows = RoundSite.objects.filter(round=round_).annotate(
        is_visited=Exists(Visit.objects.filter(round_site=OuterRef("pk")))
    )
    rows = rows.filter(site_id__in=Site.objects.visible_to(user, on).values("code"))
    if filters.district:
        rows = rows.filter(district_code=filters.district)
    if filters.type:
        rows = rows.filter(type_code=filters.type)
    if filters.state == "visited":
        rows = rows.filter(is_visited=True)
    if filters.state == "left":
        rows = rows.filter(is_visited=False)
    if filters.state == "failed":
        failed = _failed(Check.objects.filter(round_site=OuterRef("pk")))
        rows = rows.filter(Exists(failed))
    return rows


def _failed(checks: QuerySet[Check]) -> QuerySet[Check]:
    return checks.filter(standing=Standing.COUNTED, result=Result.FAIL)


def round_site_page(
    rows: QuerySet[RoundSite], *, shows_found: bool, after: str = "", before: str = ""
) -> RoundSitePage:
    """A page of drawn sites. A constant number of queries; what was found only where it is shown."""
    page = page_of(rows.select_related("site", "site__type"), IN_ORDER, after=after, before=before)
    keys = [row.pk for row in page.rows]
    crews, seconds = _crews_of(keys)
    failed: Mapping[int, int] = {}
    if shows_found:
        failed = _count_by_site(_failed(Check.objects.filter(round_site__in=keys)))
    disputes = _count_by_site(CheckConflict.objects.filter(round_site__in=keys, resolved_at=None))
    lines = [
        RoundSiteLine(
            row,
            area_label(row.site.area_id),
            crews.get(row.pk, ""),
            seconds.get(row.pk, ""),
            bool(getattr(row, "is_visited", False)),
            failed.get(row.pk, 0),
            disputes.get(row.pk, 0),
        )
        for row in page.rows
    ]
    return RoundSitePage(page, lines, capped_count(rows))


def _count_by_site(rows: QuerySet[Check] | QuerySet[CheckConflict]) -> dict[int, int]:
    return dict(rows.values_list("round_site_id").annotate(n=Count("pk")).order_by("round_site_id"))


def _crews_of(keys: Sequence[int]) -> tuple[dict[int, str], dict[int, str]]:
    """Who is sent first, and who looks a second time."""
    first: dict[int, str] = {}
    second: dict[int, str] = {}
    rows = Assignment.objects.filter(round_site__in=keys).select_related("inspector", "team")
    for row in rows.order_by("pk"):
        name = row.team.name if row.team else row.inspector.full_name if row.inspector else ""
        (second if row.is_calibration else first)[row.round_site_id] = name
    return first, second


# --- Visits ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check with the words of its item."""

    check: Check
    item: CheckItem | None
    photos: Sequence[CheckPhoto]
    before: Check | None = None
    """In a re-inspection: what it was last time."""

    @property
    def words(self) -> str:
        return self.item.words if self.item else self.check.item_code


@dataclass(frozen=True)
class VisitCard:
    """A visit with its checks, those that failed first."""

    visit: Visit
    area: str
    lines: Sequence[CheckLine]
    failed: int


def visit_card(*, visit: Visit) -> VisitCard:
    """What the page of a visit shows. Five queries."""
    checks = list(
        Check.objects.filter(visit=visit)
        .select_related("case", "conflict", "relapse_of")
        .prefetch_related(
            Prefetch("photos", CheckPhoto.objects.select_related("photo").order_by("pk"))
        )
        .order_by("pk")
    )
    items = items_of([visit.checklist_id])
    carried = {
        one.item_code: one.failed
        for one in CarriedItem.objects.filter(round_site_id=visit.round_site_id).select_related(
            "failed", "failed__case"
        )
    }
    lines = [
        CheckLine(
            check,
            items.get((visit.checklist_id, check.item_code)),
            list(check.photos.all()),
            carried.get(check.item_code),
        )
        for check in checks
    ]
    lines.sort(key=lambda line: line.check.result != Result.FAIL)
    failed = sum(line.check.result == Result.FAIL for line in lines)
    return VisitCard(visit, area_label(visit.round_site.site.area_id), lines, failed)


def items_of(checklists: Iterable[int]) -> dict[tuple[int, str], CheckItem]:
    """The items of some checklists, by checklist and code."""
    rows = CheckItem.objects.filter(checklist_id__in=set(checklists)).order_by("sort", "pk")
    return {(item.checklist_id, item.code): item for item in rows}


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One visit in the history of a site."""

    visit: Visit
    passed: int
    failed: int


@dataclass(frozen=True, slots=True)
class ItemStory:
    """How often an item failed at a site: found, found again, come back after closing."""

    words: str
    code: str
    found: int
    again: int
    relapses: int
    last_case: Case | None


@dataclass(frozen=True)
class SiteHistory:
    """The visits of a site and what keeps coming back there."""

    site: Site
    area: str
    visits: Sequence[VisitLine]
    items: Sequence[ItemStory]
    relapses: int
    more: int = 0


def site_history(*, site: Site, user: User, on: date) -> SiteHistory:
    """What inspections found at a site, as far as `user` may know. A constant number of queries."""
    seen = Visit.objects.visible_to(user, on).filter(round_site__site=site)
    visits = list(
        seen.select_related("round_site__round", "inspector")
        .annotate(
            passed=Count("checks", filter=Q(checks__result=Result.PASS)),
            failed=Count("checks", filter=Q(checks__result=Result.FAIL)),
        )
        .order_by("-finished_at", "-pk")[: VISITS_SHOWN + 1]
    )
    failed = (
        _failed(Check.objects.filter(round_site__site=site, visit__in=seen))
        .select_related("case", "visit")
        .order_by("pk")
    )
    items = _item_stories(list(failed))
    return SiteHistory(
        site=site,
        area=area_label(site.area_id),
        visits=[
            VisitLine(row, getattr(row, "passed", 0), getattr(row, "failed", 0))
            for row in visits[:VISITS_SHOWN]
        ],
        items=items,
        relapses=sum(item.relapses for item in items),
        more=max(0, len(visits) - VISITS_SHOWN),
    )


def _item_stories(checks: Sequence[Check]) -> list[ItemStory]:
    words = items_of(check.visit.checklist_id for check in checks)
    by_item: dict[str, list[Check]] = {}
    for check in checks:
        by_item.setdefault(check.item_code, []).append(check)
    stories = []
    for code, rows in by_item.items():
        item = words.get((rows[-1].visit.checklist_id, code))
        stories.append(
            ItemStory(
                words=item.words if item else code,
                code=code,
                found=len(rows),
                again=sum(row.case_part == CasePart.JOINED for row in rows),
                relapses=sum(row.case_part == CasePart.RELAPSED for row in rows),
                last_case=rows[-1].case,
            )
        )
    return sorted(stories, key=lambda story: (-story.relapses, -story.found, story.code))


# --- Conflicts ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ConflictLine:
    """Answers that differ, with what they were about."""

    conflict: CheckConflict
    words: str
    unit: str
    area: str
    answers: Sequence[Check] = field(default_factory=list)


@dataclass(frozen=True)
class ConflictPage:
    """One page of answers that wait for a decision."""

    page: Page[CheckConflict]
    lines: Sequence[ConflictLine]
    total: Counted


def open_conflicts(*, user: User, on: date) -> QuerySet[CheckConflict]:
    """What waits for a decision in the rounds that the user's office holds."""
    return held_conflicts(user=user, on=on).filter(resolved_at=None)


def held_conflicts(*, user: User, on: date) -> QuerySet[CheckConflict]:
    """All answers that differ, or did, in the rounds that the user's office holds."""
    held = Round.objects.held_by(user, on).values("pk")
    return CheckConflict.objects.filter(round_site__round__in=held)


def conflict_page(
    rows: QuerySet[CheckConflict], *, after: str = "", before: str = ""
) -> ConflictPage:
    """A page of conflicts with their answers. A constant number of queries."""
    page = page_of(
        rows.select_related("round_site__round", "round_site__site"),
        LATEST_FIRST,
        after=after,
        before=before,
        size=20,
    )
    answers: dict[int, list[Check]] = {}
    for check in (
        Check.objects.filter(conflict__in=[row.pk for row in page.rows])
        .select_related("visit", "visit__inspector", "case")
        .prefetch_related(
            Prefetch("photos", CheckPhoto.objects.select_related("photo").order_by("pk"))
        )
        .order_by("answered_at", "pk")
    ):
        answers.setdefault(check.conflict_id or 0, []).append(check)
    items = items_of(row.round_site.checklist_id for row in page.rows)
    lines = [
        ConflictLine(
            row,
            *_words(items, row),
            area_label(row.round_site.site.area_id),
            answers.get(row.pk, []),
        )
        for row in page.rows
    ]
    return ConflictPage(page, lines, capped_count(rows))


def _words(items: Mapping[tuple[int, str], CheckItem], row: CheckConflict) -> tuple[str, str]:
    """What the item asks, and in which unit it is counted."""
    item = items.get((row.round_site.checklist_id, row.item_code))
    return (item.words, item.unit) if item else (row.item_code, "")
