"""Six months of the demonstration city's cases, as they might have been lived.

Pure: it reads nothing and writes nothing. It yields histories in the order in which they begin,
cut off at `now`, so that what was begun lately is still under way.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from yanzhen.accounts.models import User
from yanzhen.cases import clock
from yanzhen.cases.enums import Hours, MoveName, Source
from yanzhen.cases.loop import CaseDraft, CaseHistory, Step
from yanzhen.cases.models import Case, Category
from yanzhen.cases.rulebook import RuleBook
from yanzhen.core.time import city_midnight
from yanzhen.demo.words import PROBLEMS, Problem
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

HABIT = 0.42
"""How often a site has the same trouble again that it had before."""

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


@dataclass
class Teller:
    """Tells one case after the other from one dice."""

    cast: Cast
    book: RuleBook
    dice: random.Random
    now: datetime
    troubles: dict[str, Problem] = field(default_factory=dict)

    def working(self, at: datetime, low: float, high: float) -> datetime:
        """Some working hours after `at`."""
        minutes = max(1, round(self.dice.uniform(low, high) * 60))
        return self.book.calendar.add_working_minutes(at, minutes)

    def pick_problem(self, site: Site) -> Problem:
        """What is wrong at this site now: often the same as last time."""
        before = self.troubles.get(site.code)
        if before is not None and self.dice.random() < HABIT:
            return before
        type_name = self.cast.type_names[site.type_id]
        fitting = [p for p in PROBLEMS if not p.types or any(word in type_name for word in p.types)]
        problem = self.dice.choices(fitting, [p.weight for p in fitting])[0]
        self.troubles[site.code] = problem
        return problem

    def limit(self, draft: CaseDraft, at: datetime) -> datetime:
        """By when the policy wants it done when it is handed over at `at`."""
        category = draft.category.code if draft.category else None
        assert draft.site is not None  # noqa: S101 - every case here is at a site
        case = Case(category_id=category, site_type_id=draft.site.type_id, severity=draft.severity)
        policy = clock.policy_for(self.book, case)
        assert policy is not None  # noqa: S101 - the shipped policies fit every case
        return clock.later(self.book, Hours(policy.hours), at, policy.rectify_minutes)

    def diligence(self, unit: Unit, at: datetime) -> float:
        """How fast a unit works: some districts are better, and all have become better."""
        bias = int(unit.area_id[4:6] or 0) % 5 * 0.06 if len(unit.area_id) > 4 else 0.1  # noqa: PLR2004
        months_ago = (self.now - at).days / 30
        return 0.46 + bias + 0.035 * months_ago

    def tell(self, found_at: datetime) -> CaseHistory:
        """One case found at that time."""
        dice = self.dice
        site = dice.choice(self.cast.sites)
        problem = self.pick_problem(site)
        source = dice.choices([s for s, _ in SOURCES], [weight for _, weight in SOURCES])[0]
        draft = CaseDraft(
            title=problem.title,
            words=problem.words,
            source=source,
            category=self.cast.categories[problem.title],
            severity=problem.severity,
            site=site,
            address=site.name,
            lat=site.lat,
            lon=site.lon,
            found_at=found_at,
        )
        return CaseHistory(
            draft, None, tuple(self._life(draft, problem, source, found_at)), is_imported=False
        )

    def _life(
        self, draft: CaseDraft, problem: Problem, source: Source, found_at: datetime
    ) -> Iterator[Step]:
        for step in self._steps(draft, problem, source, found_at):
            if step.at > self.now:
                return
            yield step

    def _steps(
        self, draft: CaseDraft, problem: Problem, source: Source, found_at: datetime
    ) -> Iterator[Step]:
        dice, operator = self.dice, self.dice.choice(self.cast.operators)
        inspector = dice.choice(self.cast.inspectors)
        assert draft.site is not None  # noqa: S101 - every case here is at a site
        at = found_at
        if source in FROM_OUTSIDE:
            yield Step(MoveName.REPORT, at, operator)
            at = self.working(at, 0.1, 5)
            if dice.random() < 0.07:  # noqa: PLR2004
                yield Step(MoveName.DECLINE, at, operator, {"words": dice.choice(DECLINE_WORDS)})
                return
        yield Step(MoveName.FILE, at, operator)
        unit = self.cast.site_units[draft.site.code]
        at = self.working(at, 0.05, 2.5)
        yield Step(MoveName.DISPATCH, at, operator, {"unit": unit})
        street = self.cast.units.get(f"J-{draft.site.area_id[:9]}")
        if street is not None and street.code != unit.code and dice.random() < 0.06:  # noqa: PLR2004
            at = self.working(at, 0.2, 2)
            yield Step(
                MoveName.RETURN,
                at,
                self.cast.handlers[unit.code],
                {"words": dice.choice(RETURN_WORDS)},
            )
            unit, at = street, self.working(at, 0.2, 2)
            yield Step(MoveName.DISPATCH, at, operator, {"unit": unit})
        yield from self._work(draft, problem, unit, operator, inspector, at)

    def _work(
        self,
        draft: CaseDraft,
        problem: Problem,
        unit: Unit,
        operator: User,
        inspector: User,
        at: datetime,
    ) -> Iterator[Step]:
        dice, handler = self.dice, self.cast.handlers[unit.code]
        due_at = self.limit(draft, at)
        limit = max(60.0, self.book.calendar.working_minutes_between(at, due_at)) / 60
        pace = self.diligence(unit, at)
        at = self.working(at, 0.1, 2.2)
        yield Step(MoveName.ACKNOWLEDGE, at, handler)
        if dice.random() < 0.012:  # noqa: PLR2004
            at = self.working(at, 0.5, 6)
            yield Step(MoveName.PARK, at, operator, {"words": dice.choice(PARK_WORDS)})
            at = self.working(at, 60, 900)
            yield Step(MoveName.UNPARK, at, operator, {"words": "条件具备，恢复办理。"})
        elif dice.random() < 0.06:  # noqa: PLR2004
            asked_at = self.working(at, 0.1, max(0.2, limit * 0.5))
            wanted = self.book.calendar.add_working_minutes(due_at, 840)
            if asked_at < due_at:
                yield Step(
                    MoveName.ASK_EXTENSION,
                    asked_at,
                    handler,
                    {"words": dice.choice(EXTENSION_WORDS), "wanted_due_at": wanted},
                )
                at = self.working(asked_at, 0.2, 3)
                if dice.random() < 0.7 and at < wanted:  # noqa: PLR2004
                    yield Step(
                        MoveName.GRANT_EXTENSION, at, operator, {"words": "情况属实，准予延期。"}
                    )
                    limit += 14
                else:
                    yield Step(
                        MoveName.REFUSE_EXTENSION,
                        at,
                        operator,
                        {"words": "可先采取临时措施，按原时限办。"},
                    )
        at = self.working(at, 0.05, limit * pace * 1.55)
        yield Step(MoveName.SUBMIT, at, handler, {"words": problem.fixed})
        fails = 0
        while fails < 2 and dice.random() < 0.08 + 0.1 * fails:  # noqa: PLR2004
            fails += 1
            at = self.working(at, 0.5, 7)
            yield Step(MoveName.FAIL, at, inspector, {"words": dice.choice(FAIL_WORDS)})
            at = self.working(at, 0.5, 9)
            yield Step(
                MoveName.SUBMIT, at, handler, {"words": "按核查意见重新整改，" + problem.fixed}
            )
        at = self.working(at, 0.3, 8)
        words: dict[str, Any] = {"words": dice.choice(VERIFY_WORDS), "on_site": dice.random() < 0.6}  # noqa: PLR2004
        yield Step(MoveName.VERIFY, at, inspector, words)
        yield Step(MoveName.CLOSE, at, inspector)
        if dice.random() < 0.006:  # noqa: PLR2004
            at = self.working(at, 8, 60)
            yield Step(MoveName.REOPEN, at, operator, {"words": "市民回访反映未彻底解决，重开。"})


def finding_times(first: date, now: datetime, count: int, dice: random.Random) -> list[datetime]:
    """When cases are found: by day, less at week-ends, a little less as the months go by."""
    days = [first + timedelta(days=place) for place in range((now.date() - first).days + 1)]
    weights = [
        (0.45 if day.weekday() >= 5 else 1.0) * (1.25 - 0.4 * place / len(days))  # noqa: PLR2004
        for place, day in enumerate(days)
    ]
    times = []
    while len(times) < count:
        day = dice.choices(days, weights)[0]
        minute = round(dice.triangular(7 * 60, 22 * 60, 10 * 60))
        found_at = city_midnight(day) + timedelta(minutes=minute, seconds=dice.randint(0, 59))
        if found_at < now:
            times.append(found_at)
    return sorted(times)


def histories(
    cast: Cast, book: RuleBook, *, seed: int, first: date, now: datetime, count: int
) -> Iterator[CaseHistory]:
    """Yield `count` histories from the seed, the earliest first."""
    dice = random.Random(seed)
    teller = Teller(cast, book, dice, now)
    for found_at in finding_times(first, now, count, dice):
        yield teller.tell(found_at)
