"""A city's first day on four thousand real letters: taken over, sorted, handed out, put right.

The letters lie beside the project and not in it; without them this test says so and is skipped.
No word of theirs stands here: they are chosen by what the product found out about them.
"""

import csv
import itertools
import json
import os
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from yanzhen.__main__ import main
from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.operations import system_user
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases import operations as loop
from yanzhen.cases.loop import draft_of
from yanzhen.cases.models import Case, Category
from yanzhen.cases.routing import suggest
from yanzhen.cases.rulemaking import RouteDraft, add_route
from yanzhen.cli.init import INSTALLATIONS
from yanzhen.core.time import city_zone
from yanzhen.files.tests.factories import make_photo
from yanzhen.intake.models import Report
from yanzhen.intake.wording import is_question
from yanzhen.places.models import Area
from yanzhen.units.models import Unit

from .diary import Page, Reckoned, reckon

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SHARED = Path(os.environ.get("YANZHEN_SHARED", ROOT.parent / "shared"))
MESSAGES = SHARED / "data" / "messages.csv"
AREAS = ROOT / "src/yanzhen/demo/data/hengyang_areas.csv"
FIRST_DAY = date(2020, 2, 3)
"""A Monday: the first working day after the last letter and the spring festival."""
ELSEWHERE = re.compile(r"[B-Z]\d*[市州县区]")
"""How the publisher of the letters masked the names of other cities."""

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not MESSAGES.is_file(), reason=f"the letters are not here: {MESSAGES}"),
]


def at(clock: str, day: int = 0) -> datetime:
    """That time on the first day, or so many days after it."""
    hour, minute = map(int, clock.split(":"))
    moment = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, hour, minute)  # noqa: DTZ001 - the zone follows
    return moment.replace(tzinfo=city_zone()) + timedelta(days=day)


class FirstDay:
    """The office, its units, and the diary of what they did."""

    def __init__(self) -> None:
        self.office: User = make_user(Role.OPERATOR, username="office", from_on=date(2020, 1, 1))
        self.inspector: User = make_user(
            Role.INSPECTOR, username="inspector", from_on=date(2020, 1, 1)
        )
        self.units: dict[str, Unit] = {unit.code: unit for unit in Unit.objects.order_by("code")}
        self.handlers: dict[str, User] = {
            code: make_user(Role.HANDLER, unit_code=code, from_on=date(2020, 1, 1))
            for code in self.units
        }
        self.pages: dict[int, Page] = {
            case.pk: Page(case.number, case.area_id) for case in Case.objects.order_by("pk")
        }
        for case in Case.objects.order_by("pk"):
            self.pages[case.pk].write(case.found_at, status="reported")
        self.holders: dict[int, str] = {}
        self.reports: list[Report] = list(
            Report.objects.select_related("case").order_by("reported_at", "pk")
        )

    # --- what the office does ---

    def decline(self, pk: int, now: datetime, words: str) -> None:
        loop.decline_case(case_id=pk, words=words, actor=self.office, now=now)
        self.note(pk, now, status="declined")

    def merge(self, pk: int, into: int, now: datetime) -> None:
        loop.merge_case(case_id=pk, into_id=into, actor=self.office, now=now)
        self.note(pk, now, status="merged", due_at=None)

    def file(self, pk: int, now: datetime) -> None:
        case = loop.file_case(case_id=pk, actor=self.office, now=now)
        self.pages[pk].filed_at = now
        self.pages[pk].recurs = case.recurrence_of_id is not None
        self.note(pk, now, status="filed")

    def dispatch(self, pk: int, code: str, now: datetime) -> None:
        case = loop.dispatch_case(case_id=pk, unit=self.units[code], actor=self.office, now=now)
        self.holders[pk] = code
        self.note(pk, now, status="dispatched", due_at=case.due_at)

    def transfer(self, pk: int, code: str, now: datetime) -> None:
        case = loop.transfer_case(
            case_id=pk, unit=self.units[code], words="属贵单位职责", actor=self.office, now=now
        )
        self.holders[pk] = code
        self.note(pk, now, status="dispatched", due_at=case.due_at)

    def park(self, pk: int, now: datetime) -> None:
        loop.park_case(case_id=pk, words="需列入年度改造计划", actor=self.office, now=now)
        self.note(pk, now, status="parked")

    def unpark(self, pk: int, now: datetime) -> None:
        case = loop.unpark_case(case_id=pk, words="计划已批", actor=self.office, now=now)
        self.note(pk, now, status="acknowledged", due_at=case.due_at)

    def decide(self, pk: int, now: datetime, *, grant: bool) -> None:
        if grant:
            case = loop.grant_extension(case_id=pk, actor=self.office, now=now)
            self.note(pk, now, due_at=case.due_at)
        else:
            loop.refuse_extension(case_id=pk, words="理由不充分", actor=self.office, now=now)
            self.note(pk, now)

    def reopen(self, pk: int, now: datetime) -> None:
        case = loop.reopen_case(case_id=pk, words="群众反映又出现", actor=self.office, now=now)
        again = {"due_at": case.due_at, "closed_at": None, "submitted_at": None}
        self.note(pk, now, status="dispatched", **again)

    # --- what the units do ---

    def acknowledge(self, pk: int, now: datetime) -> None:
        loop.acknowledge_case(case_id=pk, actor=self.handler(pk), now=now)
        self.note(pk, now, status="acknowledged")

    def give_back(self, pk: int, now: datetime) -> None:
        loop.return_case(case_id=pk, words="不属我单位职责", actor=self.handler(pk), now=now)
        returns = self.pages[pk].last.returns + 1
        self.note(pk, now, status="filed", due_at=None, returns=returns)

    def ask_for_time(self, pk: int, now: datetime) -> None:
        due_at = self.pages[pk].last.due_at
        assert due_at is not None
        loop.ask_extension(
            case_id=pk,
            wanted_due_at=due_at + timedelta(days=7),
            words="材料还在路上",
            actor=self.handler(pk),
            now=now,
        )

    def support(self, pk: int, code: str, now: datetime) -> None:
        unit = self.units[code]
        loop.ask_support(case_id=pk, unit=unit, words="请协助核实权属", actor=self.office, now=now)
        loop.finish_support(
            case_id=pk,
            unit=unit,
            words="已核实并函复",
            actor=self.handlers[code],
            now=now + timedelta(minutes=40),
        )

    def submit(self, pk: int, now: datetime) -> None:
        worker = self.handler(pk)
        photo = make_photo(color=COLOURS[pk % len(COLOURS)], actor=worker, now=now)
        loop.submit_case(
            case_id=pk, words="已现场处理，附照片", photos=[photo], actor=worker, now=now
        )
        submissions = self.pages[pk].last.submissions + 1
        self.note(pk, now, status="submitted", submitted_at=now, submissions=submissions)

    # --- what the inspectors do ---

    def verify(self, pk: int, now: datetime) -> None:
        loop.verify_case(case_id=pk, actor=self.inspector, now=now, on_site=True)
        self.note(pk, now, status="closed", closed_at=now)

    def fail(self, pk: int, now: datetime) -> None:
        case = loop.fail_case(case_id=pk, words="现场仍有残留", actor=self.inspector, now=now)
        reworks = self.pages[pk].last.reworks + 1
        self.note(pk, now, status="rework", due_at=case.due_at, submitted_at=None, reworks=reworks)

    # --- what everybody needs ---

    def handler(self, pk: int) -> User:
        return self.handlers[self.holders[pk]]

    def note(self, pk: int, now: datetime, **changes: object) -> None:
        self.pages[pk].write(now, **changes)

    def standing(self, *statuses: str) -> list[int]:
        """The cases that stand so, by the diary, in the order in which they came."""
        return [pk for pk, page in self.pages.items() if page.last.status in statuses]


class Ticking:
    """The office clock: each look is a second later than the one before."""

    def __init__(self, start: datetime, every: int = 1) -> None:
        self.start, self.every, self.looks = start, every, itertools.count()

    def __call__(self) -> datetime:
        return self.start + timedelta(seconds=self.every * next(self.looks))


COLOURS = ("teal", "olive", "gray", "navy", "brown", "green", "purple", "orange")


def every(rows: list[int], step: int, offset: int = 0) -> list[int]:
    return rows[offset::step]


# --- The city before its first case ---------------------------------------------------------------


def make_ready() -> None:
    """What an office has on the eve: the shipped rules, its areas, its units, its routes."""
    actor = system_user()
    for _name, install in INSTALLATIONS:
        install(actor=actor, now=at("08:00"))
    assert main(["import", "areas", str(AREAS), "--quiet"]) == 0
    assert main(["import", "units", str(HERE / "first_day_units.csv"), "--quiet"]) == 0
    with (HERE / "first_day_routes.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            draft = RouteDraft(
                name=row["name"],
                sort=int(row["sort"]),
                category=Category.objects.get(code=row["category"]),
                area=Area.objects.get(code=row["area"]) if row["area"] else None,
                unit=Unit.objects.get(code=row["unit"]),
            )
            add_route(draft=draft, actor=actor, now=at("08:00"))


def take_over_the_letters(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["import", "reports", str(MESSAGES), "--map", str(HERE / "first_day_places.csv")]
    capsys.readouterr()
    assert main([*words, "--area", "4304", "--json", "--quiet"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"kind": "reports", "rows": 4326, "created": 4326, "updated": 0, "errors": []}
    assert main([*words, "--area", "4304", "--json", "--quiet"]) == 0
    assert json.loads(capsys.readouterr().out)["created"] == 0


# --- The day --------------------------------------------------------------------------------------


def morning(day: FirstDay) -> None:
    """Half past eight: each letter is declined, merged into an earlier one, or filed."""
    clock = Ticking(at("08:30"))
    roots: dict[int, int] = {}
    for report in day.reports:
        pk, now = report.case_id, clock()
        if report.place_by == "default" and ELSEWHERE.search(report.title):
            day.decline(pk, now, "反映的事项不在本市，请向当地反映")
        elif is_question(report.title) and report.case.category_id is None:
            day.decline(pk, now, "咨询类来件，转政务咨询答复")
        elif report.like_id in roots:
            day.merge(pk, roots[report.like_id], now)
            roots[report.pk] = roots[report.like_id]
        else:
            day.file(pk, now)
            roots[report.pk] = pk


def late_morning(day: FirstDay) -> None:
    """Ten o'clock: the rules said at filing where each case goes; where they cannot, a person does."""
    clock = Ticking(at("10:00"))
    undecided = []
    filed = every(day.standing("filed"), 2)
    routes = dict(Case.objects.filter(pk__in=filed).values_list("pk", "routing"))
    for pk in filed:
        if code := (routes[pk] or {}).get("unit"):
            day.dispatch(pk, code, clock())
        else:
            undecided.append(pk)
    other = Category.objects.get(code="other_appeals")
    for pk in undecided[:40]:
        now = clock()
        draft = replace(draft_of(Case.objects.get(pk=pk)), category=other)
        case = loop.amend_case(case_id=pk, draft=draft, actor=day.office, now=now)
        assert suggest(case, now=now).unit == day.units["U-XFB"]
        day.dispatch(pk, "U-XFB", now)


def afternoon(day: FirstDay) -> None:
    """Two o'clock: units give back what is not theirs and take what is; the office shifts the rest."""
    clock = Ticking(at("14:00"))
    handed = day.standing("dispatched")
    for pk in every(handed, 60, 7):
        day.give_back(pk, clock())
    for pk in every(day.standing("dispatched"), 90, 11):
        day.transfer(pk, "U-CGJ" if day.holders[pk] != "U-CGJ" else "U-ZJJ", clock())
    for pk in every(day.standing("dispatched"), 3):
        day.acknowledge(pk, clock())
    for pk in every(day.standing("dispatched"), 25):
        loop.urge_case(case_id=pk, words="请尽快签收", actor=day.office, now=clock())


def what_goes_wrong(day: FirstDay) -> None:
    """Three o'clock: units ask for time and for help; some of it is granted, some is parked."""
    clock = Ticking(at("15:00"))
    in_work = day.standing("acknowledged")
    for index, pk in enumerate(every(in_work, 40, 3)):
        day.ask_for_time(pk, clock())
        day.decide(pk, clock(), grant=index % 3 != 0)
    for pk in every(in_work, 45, 5):
        day.park(pk, clock())
    for pk in every(day.standing("acknowledged"), 50, 9):
        day.support(pk, "U-ZW" if day.holders[pk] != "U-ZW" else "U-ZY", clock())


def evening(day: FirstDay) -> None:
    """Four o'clock and the days after: work is reported, checked, failed, done again, closed."""
    for round_number, step in enumerate((4, 5, 6)):
        clock = Ticking(at("15:45", round_number), every=20)
        for pk in every(day.standing("acknowledged", "rework"), step):
            day.submit(pk, clock())
        clock = Ticking(at("09:00", round_number + 1), every=20)
        for index, pk in enumerate(day.standing("submitted")):
            (day.fail if index % 7 == 3 else day.verify)(pk, clock())
    for pk in every(day.standing("closed"), 40, 2):
        day.reopen(pk, at("10:00", 4))
    for pk in every(day.standing("parked"), 2):
        day.unpark(pk, at("11:00", 4))
    for pk in every(day.standing("filed"), 3):
        day.dispatch(pk, "U-XFB", at("11:30", 4))


# --- What comes of it -----------------------------------------------------------------------------


def figures(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert main(["figures", "--json", *words]) == 0
    return list(json.loads(capsys.readouterr().out))


def told(rows: list[dict[str, Any]]) -> dict[str, Reckoned]:
    return {row["figure"]: (row["value"], row["numerator"], row["denominator"]) for row in rows}


def test_the_first_day_on_real_letters(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, settings: Any
) -> None:
    settings.YANZHEN_HOME = tmp_path
    make_ready()
    take_over_the_letters(capsys)
    day = FirstDay()

    morning(day)
    assert len(day.standing("filed")) > 3500
    assert len(day.standing("merged")) > 250
    late_morning(day)
    afternoon(day)
    what_goes_wrong(day)
    evening(day)

    stands = dict(Case.objects.values_list("pk", "status"))
    assert stands == {pk: page.last.status for pk, page in day.pages.items()}
    by_status = {status: len(day.standing(status)) for status in set(stands.values())}
    assert set(by_status) >= {
        "declined", "merged", "filed", "dispatched", "acknowledged", "rework", "parked", "closed",
    }  # fmt: skip

    pages = list(day.pages.values())
    for as_of in (at("16:00"), at("09:30", 1), at("12:00", 4), at("08:00", 11)):
        asked = figures(capsys, "--as-of", as_of.isoformat())
        assert told(asked) == reckon(pages, as_of=as_of), as_of
    as_of = at("12:00", 4)
    for area in ("430405", "430421", "430482"):
        asked = figures(capsys, "--as-of", as_of.isoformat(), "--area", area)
        assert told(asked) == reckon(pages, as_of=as_of, area=area), area
    days = ("--from", str(FIRST_DAY), "--to", str(FIRST_DAY + timedelta(days=1)))
    asked = figures(capsys, "--as-of", as_of.isoformat(), *days)
    reckoned = reckon(pages, as_of=as_of, from_on=FIRST_DAY, to_on=FIRST_DAY + timedelta(days=1))
    assert told(asked) == reckoned

    assert main(["check"]) == 0
