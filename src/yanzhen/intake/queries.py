"""What a message probably means: its title, its category, its area; and which one it repeats."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from yanzhen.cases.models import Category
from yanzhen.core.text import plain
from yanzhen.intake.drafts import ReportDraft
from yanzhen.intake.gazetteer import Gazetteer
from yanzhen.intake.likeness import Likeness
from yanzhen.intake.models import Report
from yanzhen.intake.wording import spot_of, tidy, title_of
from yanzhen.places.models import Area

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
