"""What a message probably means: its title, its category, its area; and which one it repeats."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice

from django.db.models import Count as Count_
from django.db.models import Q, QuerySet

from yanzhen.accounts.models import User
from yanzhen.cases.enums import CaseStatus
from yanzhen.cases.models import Case, Category
from yanzhen.core.paging import Count, Key, Order, Page, capped_count, page_of
from yanzhen.core.text import plain
from yanzhen.intake.drafts import ReportDraft
from yanzhen.intake.enums import PlaceBy
from yanzhen.intake.gazetteer import Gazetteer
from yanzhen.intake.likeness import Likeness
from yanzhen.intake.models import Report
from yanzhen.intake.wording import spot_of, tidy, title_of
from yanzhen.places.models import Area
from yanzhen.places.queries import area_label

BATCH = 2000
LOOKED_AT = 600
REPEATS_WITHIN = timedelta(days=60)
IN_TITLE = 3
"""A word in the title counts as much as so many in the text."""
ENOUGH = 4
"""Two characters in the title, or four in the text: less is chance."""


def title_from(words: str) -> str:
    """A title for words that came without one."""
    return title_of(words)


def spot_from(title: str, area_names: tuple[str, ...] = ()) -> str:
    """The spot that a title begins with, after the names of areas."""
    return spot_of(title, area_names)


class Places:
    """The names of the city's areas, ready to be looked for in words."""

    def __init__(self, *, areas: Iterable[Area], also: Mapping[str, str] | None = None) -> None:
        self._names = Gazetteer()
        for area in areas:
            for name in {area.name, area.short_name}:
                self._names.add(name, area.code)
        self._names.add_all(also or {})

    def names_in(self, text: str) -> list[str]:
        """The names of areas that stand in a text."""
        return self._names.names_in(text)

    def area_in(self, text: str, *, within: str = "") -> str:
        """The code of the smallest area that the words agree on, or nothing.

        Whoever writes at length says where at the beginning.
        """
        return self._names.area_in(text[:LOOKED_AT], within=within)


@dataclass(frozen=True)
class CategoryWords:
    """The words by which categories are known, ready to be looked for."""

    pattern: re.Pattern[str] | None
    categories: dict[str, tuple[Category, ...]]

    def suggest(self, title: str, text: str) -> Category | None:
        """The category whose words weigh most in a message; long words weigh more.

        With nothing to go by, none: a wrong category sends a case to a wrong unit.
        """
        if self.pattern is None:
            return None
        weights: dict[str, int] = {}
        best: dict[str, Category] = {}
        for part, weight in ((title, IN_TITLE), (text, 1)):
            for word in set(self.pattern.findall(plain(part))):
                for category in self.categories[word]:
                    weights[category.code] = weights.get(category.code, 0) + weight * len(word)
                    best[category.code] = category
        if not weights:
            return None
        code = min(weights, key=lambda one: (-weights[one], best[one].sort, one))
        return best[code] if weights[code] >= ENOUGH else None


def category_words(categories: Iterable[Category] | None = None) -> CategoryWords:
    """The words of all categories in use; longer words are found first."""
    if categories is None:
        categories = Category.objects.filter(is_active=True).exclude(words="").order_by("code")
    by_word: dict[str, list[Category]] = {}
    for category in categories:
        for word in plain(category.words).split():
            by_word.setdefault(word, []).append(category)
    words = sorted(by_word, key=lambda word: (-len(word), word))
    pattern = re.compile("|".join(map(re.escape, words))) if words else None
    return CategoryWords(pattern, {word: tuple(rows) for word, rows in by_word.items()})


def changed_reports(drafts: Iterable[ReportDraft]) -> list[tuple[str, str]]:
    """Source and number of each message that is here already with other words."""
    wanted: dict[str, dict[str, str]] = {}
    for draft in drafts:
        wanted.setdefault(draft.source, {})[draft.number] = tidy(draft.text)
    return [
        (source, report.number)
        for source, texts in wanted.items()
        for report in known_reports(source, texts)
        if report.text != texts[report.number]
    ]


def known_reports(source: str, numbers: Iterable[str]) -> Iterator[Report]:
    """The messages of a source that are here already under one of these numbers."""
    rest = iter(numbers)
    while batch := list(islice(rest, BATCH)):
        yield from Report.objects.filter(channel=source, number__in=batch).order_by("pk")


@dataclass(frozen=True)
class ReportFilters:
    """Which messages a list shows: by default those that nobody has accepted or declined yet."""

    mark: str = ""
    area: str = ""
    all_of_them: bool = False


MARKS: dict[str, Q] = {
    "repeat": Q(like__isnull=False),
    "question": Q(is_question=True),
    "place": Q(place_by__in=[PlaceBy.WORDS, PlaceBy.DEFAULT]),
    "category": Q(case__category=None) | Q(is_category_guessed=True),
    "uncategorised": Q(case__category=None),
}
"""What may be noticed about a message, and which messages that is."""

REPORT_ORDER = Order("reported", (Key("reported_at", datetime), Key("pk")))


@dataclass(frozen=True)
class ReportLine:
    """One message in a list."""

    report: Report
    area: str
    wants_a_look_at_area: bool


@dataclass(frozen=True)
class ReportPage:
    """One page of messages, and how many there are in all."""

    page: Page[Report]
    lines: list[ReportLine]
    total: Count


def reports_list(*, user: User, on: date, filters: ReportFilters) -> QuerySet[Report]:
    """The messages whose cases `user` may see and that are asked for, the oldest first."""
    cases = Case.objects.visible_to(user, on)
    if filters.area:
        cases = cases.under(filters.area)
    if not filters.all_of_them:
        cases = cases.filter(status=CaseStatus.REPORTED)
    reports = Report.objects.filter(case__in=cases)
    if filters.mark in MARKS:
        reports = reports.filter(MARKS[filters.mark])
    return reports.select_related("case__category", "case__unit", "like__case")


def report_page(
    reports: QuerySet[Report], *, after: str = "", before: str = "", size: int = 50
) -> ReportPage:
    """The page of messages at a cursor."""
    page = page_of(reports, REPORT_ORDER, after=after, before=before, size=size)
    lines = [
        ReportLine(
            report,
            area_label(report.case.area_id),
            report.place_by in {PlaceBy.WORDS, PlaceBy.DEFAULT},
        )
        for report in page.rows
    ]
    return ReportPage(page, lines, capped_count(reports))


def mark_counts(*, user: User, on: date, filters: ReportFilters) -> dict[str, int]:
    """How many of the messages that wait show each mark. One query."""
    waiting = reports_list(user=user, on=on, filters=replace(filters, mark=""))
    counts: dict[str, int] = waiting.aggregate(
        **{mark: Count_("pk", filter=which) for mark, which in MARKS.items()}
    )
    return counts


def recent_likeness(*, since: datetime) -> Likeness[int]:
    """The messages of the weeks before, to hold new ones against; each by its key."""
    likeness = Likeness[int]()
    rows = (
        Report.objects.filter(reported_at__gte=since - REPEATS_WITHIN)
        .order_by("reported_at", "pk")
        .values_list("pk", "title", "text")
    )
    for pk, title, text in rows.iterator(chunk_size=2000):
        likeness.add(pk, title, text)
    return likeness
