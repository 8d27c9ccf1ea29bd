"""Six months of the demonstration city's cases, as they might have been lived.

Pure: it reads nothing and writes nothing. It yields histories in the order in which they begin,
cut off at `now`, so that what was begun lately is still under way.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Protocol

from yanzhen.accounts.models import User
from yanzhen.cases import clock
from yanzhen.cases.enums import MoveName, Source
from yanzhen.cases.loop import CaseDraft, CaseHistory, Step
from yanzhen.cases.models import Case, Category
from yanzhen.cases.rulebook import RuleBook
from yanzhen.core.time import SATURDAY, city_midnight
from yanzhen.demo.words import PROBLEMS, Problem
from yanzhen.files.models import Photo
from yanzhen.places.models import Site
from yanzhen.units.models import Unit

SOURCES: tuple[tuple[Source, int], ...] = (
    (Source.INSPECTION, 46),
    (Source.SNAPSHOT, 20),
    (Source.GRID, 15),
    (Source.HOTLINE, 12),
    (Source.LEADER, 4),
    (Source.MEDIA, 2),
    (Source.OBSERVER, 3),
)
FROM_OUTSIDE = frozenset({Source.SNAPSHOT, Source.HOTLINE, Source.MEDIA})
"""What is first reported and then filed; the rest is filed at once."""

HABIT = 0.3
"""How often a site may have a trouble again that it had in the last three months."""
LATELY = timedelta(days=90)
TRIES = 3
DRAGS, DRAGS_FROM, DRAGS_TO = 0.11, 4, 36
"""How often a unit lets a case lie, and how many times longer it then takes."""
DECLINED, RETURNED, PARKED, EXTENDED, GRANTED, REOPENED = 0.07, 0.06, 0.012, 0.06, 0.7, 0.006
FAILED, FAILED_AGAIN, ON_SITE, WEEKEND = 0.08, 0.18, 0.6, 0.45
"""How often each of these happens."""

DECLINE_WORDS = (
    "不属于创建工作范围，已转 12345 热线办理。",
    "描述不清且无联系方式，现场未见此情况。",
    "同一情况已于上周办结，现场核实未反复。",
)
RETURN_WORDS = (
    "该路段由街道管养，不在我单位职责内。",
    "产权属物业公司，建议交街道协调。",
    "涉及管线权属，建议转权属单位。",
)
EXTENSION_WORDS = ("配件需外地调货，后天到。", "连续降雨，无法施工。", "需与业主委员会商量后施工。")
PARK_WORDS = (
    "需列入老旧小区改造项目，待资金下达。",
    "涉及雨污分流改造，已报计划。",
    "需与铁路部门会商，先挂账。",
)
FAIL_WORDS = (
    "现场仍有三处未处理，照片只拍了一角。",
    "清理后当天又出现，未落实长效管理。",
    "修补处不平，仍有积水。",
)
VERIFY_WORDS = ("现场看过，已整改到位。", "照片与现场一致。", "夜间复看，正常。", "")


@dataclass(frozen=True)
class Cast:
    """Who acts, and on what: the rows that the net was made into."""

    sites: list[Site]
    type_names: Mapping[str, str]
    site_units: Mapping[str, Unit]
    units: Mapping[str, Unit]
    handlers: Mapping[str, User]
    keepers: Mapping[str, User]
    inspectors: list[User]
    operators: list[User]
    categories: Mapping[str, Category]
    """Title of a problem → its category."""


class Photographer(Protocol):
    """Takes a photo of a problem, or of it put right."""

    def __call__(
        self, problem: Problem, site: Site, *, seed: int, after: bool, actor: User, at: datetime
    ) -> tuple[Photo, ...]:
        """The photos of that moment; none where nobody took one."""


@dataclass(frozen=True)
class Plot:
    """One case to be told."""

    number: int
    problem: Problem
    site: Site
    draft: CaseDraft
    operator: User
    inspector: User


@dataclass
class Teller:
    """Tells one case after the other from one dice."""

    cast: Cast
    book: RuleBook
    dice: random.Random
    now: datetime
    photograph: Photographer
    troubles: dict[tuple[str, str], datetime] = field(default_factory=dict)
    count: int = 0

    def tell(self, found_at: datetime) -> CaseHistory:
        """One case found at that time, as far as it has come by now."""
        plot = self.plot(found_at)
        steps = takewhile(lambda step: step.at <= self.now, self._steps(plot, found_at))
        return CaseHistory(plot.draft, None, tuple(steps), is_imported=False)

    def plot(self, found_at: datetime) -> Plot:
        """What is found at that time, where and by whom."""
        dice = self.dice
        self.count += 1
        site = dice.choice(self.cast.sites)
        problem = self._problem(site, found_at)
        inspector = dice.choice(self.cast.inspectors)
        draft = CaseDraft(
            title=problem.title,
            words=problem.words,
            source=dice.choices([s for s, _ in SOURCES], [weight for _, weight in SOURCES])[0],
            category=self.cast.categories[problem.title],
            severity=problem.severity,
            site=site,
            address=site.name,
            lat=site.lat,
            lon=site.lon,
            found_at=found_at,
            photos=self.photograph(
                problem, site, seed=self.count, after=False, actor=inspector, at=found_at
            ),
        )
        operator = dice.choice(self.cast.operators)
        return Plot(self.count, problem, site, draft, operator, inspector)

    def _problem(self, site: Site, found_at: datetime) -> Problem:
        """What is wrong at this site now; now and then what was wrong there lately."""
        type_name = self.cast.type_names[site.type_id]
        fitting = [p for p in PROBLEMS if not p.types or any(word in type_name for word in p.types)]
        tried = self.dice.choices(fitting, [p.weight for p in fitting], k=TRIES)
        problem = tried[0]
        for problem in tried:
            last = self.troubles.get((site.code, problem.title))
            if last is None or found_at - last > LATELY or self.dice.random() < HABIT:
                break
        self.troubles[site.code, problem.title] = found_at
        return problem

    def _working(self, at: datetime, low: float, high: float) -> datetime:
        """Some working hours after `at`."""
        minutes = max(1, round(self.dice.uniform(low, high) * 60))
        return self.book.calendar.add_working_minutes(at, minutes)

    def _limit(self, draft: CaseDraft, at: datetime) -> datetime:
        """By when the policy wants it done when it is handed over at `at`."""
        case = Case(
            category_id=draft.category.code if draft.category else None,
            site_type_id=draft.site.type_id if draft.site else None,
            severity=draft.severity,
        )
        return clock.due_times(self.book, case, at=at).due_at

    def _pace(self, unit: Unit, at: datetime) -> float:
        """How fast a unit works: some districts are better, and all have become better."""
        district = unit.area_id[:6]
        bias = int(district[-2:]) % 5 * 0.06
        drag = self.dice.uniform(DRAGS_FROM, DRAGS_TO) if self.dice.random() < DRAGS else 1
        return (0.46 + bias + 0.035 * (self.now - at).days / 30) * drag

    def _steps(self, plot: Plot, found_at: datetime) -> Iterator[Step]:
        dice, at = self.dice, found_at
        if plot.draft.source in FROM_OUTSIDE:
            yield Step(MoveName.REPORT, at, plot.operator)
            at = self._working(at, 0.1, 5)
            if dice.random() < DECLINED:
                words = {"words": dice.choice(DECLINE_WORDS)}
                yield Step(MoveName.DECLINE, at, plot.operator, words)
                return
        yield Step(MoveName.FILE, at, plot.operator)
        unit = self.cast.site_units[plot.site.code]
        at = self._working(at, 0.05, 2.5)
        yield Step(MoveName.DISPATCH, at, plot.operator, {"unit": unit})
        street = self.cast.units.get(f"J-{plot.site.area_id[:9]}")
        if street is not None and street.code != unit.code and dice.random() < RETURNED:
            at = self._working(at, 0.2, 2)
            words = {"words": dice.choice(RETURN_WORDS)}
            yield Step(MoveName.RETURN, at, self.cast.handlers[unit.code], words)
            unit, at = street, self._working(at, 0.2, 2)
            yield Step(MoveName.DISPATCH, at, plot.operator, {"unit": unit})
        yield from self._work(plot, unit, at)

    def _work(self, plot: Plot, unit: Unit, at: datetime) -> Iterator[Step]:
        handler = self.cast.handlers[unit.code]
        due_at = self._limit(plot.draft, at)
        hours = max(60, self.book.calendar.working_minutes_between(at, due_at)) / 60
        pace = self._pace(unit, at)
        at = self._working(at, 0.1, 2.2)
        yield Step(MoveName.ACKNOWLEDGE, at, handler)
        for step in self._more_time(plot, handler, at, due_at, hours):
            yield step
            at = step.at
        at = self._working(at, 0.05, hours * pace * 1.55)
        yield self._submission(plot, handler, at, plot.problem.fixed)
        for chance in (FAILED, FAILED_AGAIN):
            if self.dice.random() >= chance:
                break
            at = self._working(at, 0.5, 7)
            yield Step(MoveName.FAIL, at, plot.inspector, {"words": self.dice.choice(FAIL_WORDS)})
            at = self._working(at, 0.5, 9)
            yield self._submission(plot, handler, at, "按核查意见重做。" + plot.problem.fixed)
        yield from self._end(plot, handler, at)

    def _more_time(
        self, plot: Plot, handler: User, at: datetime, due_at: datetime, hours: float
    ) -> Iterator[Step]:
        """Now and then a case is parked, or more time is asked for."""
        dice = self.dice
        if dice.random() < PARKED:
            at = self._working(at, 0.5, 6)
            yield Step(MoveName.PARK, at, plot.operator, {"words": dice.choice(PARK_WORDS)})
            at = self._working(at, 60, 900)
            yield Step(MoveName.UNPARK, at, plot.operator, {"words": "条件具备，恢复办理。"})
        elif dice.random() < EXTENDED:
            at = self._working(at, 0.1, max(0.2, hours * 0.5))
            wanted_due_at = self.book.calendar.add_working_minutes(due_at, 840)
            if at >= due_at:
                return
            facts = {"words": dice.choice(EXTENSION_WORDS), "wanted_due_at": wanted_due_at}
            yield Step(MoveName.ASK_EXTENSION, at, handler, facts)
            at = self._working(at, 0.2, 3)
            if dice.random() < GRANTED and at < wanted_due_at:
                words = {"words": "情况属实，准予延期。"}
                yield Step(MoveName.GRANT_EXTENSION, at, plot.operator, words)
            else:
                words = {"words": "可先采取临时措施，按原时限办。"}
                yield Step(MoveName.REFUSE_EXTENSION, at, plot.operator, words)

    def _submission(self, plot: Plot, handler: User, at: datetime, words: str) -> Step:
        seed = plot.number if words == plot.problem.fixed else plot.number + 1_000_000
        photos = (
            self.photograph(plot.problem, plot.site, seed=seed, after=True, actor=handler, at=at)
            if at <= self.now
            else ()
        )
        return Step(MoveName.SUBMIT, at, handler, {"words": words, "photos": photos})

    def _end(self, plot: Plot, handler: User, at: datetime) -> Iterator[Step]:
        dice = self.dice
        at = self._working(at, 0.3, 8)
        facts = {"words": dice.choice(VERIFY_WORDS), "on_site": dice.random() < ON_SITE}
        yield Step(MoveName.VERIFY, at, plot.inspector, facts)
        yield Step(MoveName.CLOSE, at, plot.inspector)
        if dice.random() < REOPENED:
            at = self._working(at, 8, 60)
            words = {"words": "市民回访反映未彻底解决，重开。"}
            yield Step(MoveName.REOPEN, at, plot.operator, words)
            at = self._working(at, 0.1, 2)
            yield Step(MoveName.ACKNOWLEDGE, at, handler)
            at = self._working(at, 0.5, 6)
            yield self._submission(plot, handler, at, "重新整改。" + plot.problem.fixed)
            at = self._working(at, 0.3, 8)
            yield Step(MoveName.VERIFY, at, plot.inspector, facts)
            yield Step(MoveName.CLOSE, at, plot.inspector)


def finding_times(first: date, now: datetime, count: int, dice: random.Random) -> list[datetime]:
    """When cases are found: by day, less at week-ends, a little less as the months go by."""
    days = [first + timedelta(days=place) for place in range((now.date() - first).days + 1)]
    weights = [
        (WEEKEND if day.weekday() >= SATURDAY else 1.0) * (1.25 - 0.4 * place / len(days))
        for place, day in enumerate(days)
    ]
    times: list[datetime] = []
    while len(times) < count:
        day = dice.choices(days, weights)[0]
        minute = round(dice.triangular(7 * 60, 22 * 60, 10 * 60))
        found_at = city_midnight(day) + timedelta(minutes=minute, seconds=dice.randint(0, 59))
        if found_at < now:
            times.append(found_at)
    return sorted(times)


def histories(teller: Teller, *, first: date, count: int) -> Iterator[CaseHistory]:
    """Yield `count` histories, the earliest first."""
    for found_at in finding_times(first, teller.now, count, teller.dice):
        yield teller.tell(found_at)
