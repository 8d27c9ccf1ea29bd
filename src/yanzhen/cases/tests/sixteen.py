"""Sixteen cases of one city, each standing otherwise, known by one letter each.

What a filter, a scope or an inbox shows of them can be said as a word: `"bcg"`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from yanzhen.accounts.models import User
from yanzhen.cases import operations
from yanzhen.cases.enums import CaseStatus, Severity, Source
from yanzhen.cases.models import Case
from yanzhen.cases.tests.factories import (
    MORNING,
    make_case,
    make_category,
    make_handler,
    make_operator,
)
from yanzhen.cases.tests.visits import NOW
from yanzhen.places.models import Site
from yanzhen.places.tests.factories import make_area, make_site, make_site_type
from yanzhen.units.enums import UnitKind
from yanzhen.units.models import Unit
from yanzhen.units.tests.factories import make_unit

HERE, NEXT_DOOR, BESIDE = "430406001001", "430406001004", "430405001001"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class Sixteen:
    """The cases by their letters, and who had to do with them."""

    cases: dict[str, Case] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)

    def word(self, numbers: Iterable[str]) -> str:
        """The letters of these numbers, in their order."""
        letters = {case.number: letter for letter, case in self.cases.items()}
        return "".join(letters[number] for number in numbers)

    def numbers(self, word: str) -> list[str]:
        """The numbers of these letters."""
        return [self.cases[letter].number for letter in word]

    def number(self, letter: str) -> str:
        return self.cases[letter].number


def make_sixteen() -> Sixteen:
    """Write the cases by the moves of the loop. `NOW` is three days after the first Monday.

    A is the bureau with A1 below it, X a unit of the district beside; H helps with c.
    """
    book = Sixteen()
    for code in (HERE, NEXT_DOOR, BESIDE):
        make_area(code)
    top = make_unit("A", name="城市管理和综合执法局", short_name="城管局")
    book.units = {
        "A": top,
        "A1": make_unit("A1", parent=top, name="雁峰中队"),
        "X": make_unit("X", area=make_area("430405"), kind=UnitKind.DISTRICT, name="珠晖环卫所"),
        "H": make_unit("H", name="供电公司"),
    }
    book.people = {"office": make_operator()} | {
        code: make_handler(unit) for code, unit in book.units.items()
    }
    _places_and_kinds()
    _arrivals(book)
    _in_hand(book)
    _checked(book)
    _over(book)
    return book


def _places_and_kinds() -> None:
    light = make_category("light", name="照明")
    make_category("lamp", name="路灯", parent=light)
    make_category("litter", name="垃圾")
    make_site_type("market")
    make_site_type("park", name="公园")
    make_site(code="S-M", name="先锋农贸市场", area=make_area(HERE))
    make_site(code="S-P", name="东风公园", area=make_area(BESIDE), type=make_site_type("park"))


def _add(book: Sixteen, letter: str, status: CaseStatus, **given: object) -> Case:
    unit = str(given.pop("to", "A"))
    at = given.pop("at", MORNING)
    assert isinstance(at, datetime)
    place = {} if "site" in given else {"area": make_area(str(given.pop("area", HERE)))}
    case = make_case(
        status=status,
        at=at,
        unit=book.units[unit],
        operator=book.people["office"],
        handler=book.people[unit],
        **{"title": f"问题{letter}"} | place | given,  # type: ignore[arg-type]  # as the factory takes it
    )
    book.cases[letter] = case
    return case


def _site(code: str) -> Site:
    return Site.objects.get(code=code)


def _arrivals(book: Sixteen) -> None:
    """a was reported yesterday; b has been filed for a week, from the hotline."""
    _add(book, "a", CaseStatus.REPORTED, at=NOW - DAY, source=Source.GRID, area=NEXT_DOOR)
    _add(
        book,
        "b",
        CaseStatus.FILED,
        at=NOW - 7 * DAY,
        source=Source.HOTLINE,
        source_number="W20261029-7",
        category=make_category("litter"),
        severity=Severity.SERIOUS,
        words="垃圾桶满溢，臭味扰民，联系人 13800138000。",
    )


def _in_hand(book: Sixteen) -> None:
    """c never taken and late; d due tonight; e in two days; f in six; g parked; h done again."""
    _add(book, "c", CaseStatus.DISPATCHED, due_at=MORNING + 7 * HOUR, support=book.units["H"])
    _add(
        book,
        "d",
        CaseStatus.ACKNOWLEDGED,
        to="A1",
        due_at=NOW + 5 * HOUR,
        category=make_category("light"),
        site=_site("S-M"),
    )
    _add(book, "e", CaseStatus.ACKNOWLEDGED, to="X", due_at=NOW + 2 * DAY, site=_site("S-P"))
    _add(
        book,
        "f",
        CaseStatus.ACKNOWLEDGED,
        to="X",
        due_at=NOW + 6 * DAY,
        area=BESIDE,
        severity=Severity.SEVERE,
    )
    _add(book, "g", CaseStatus.PARKED, due_at=NOW + DAY)
    _add(book, "h", CaseStatus.REWORK, due_at=NOW + DAY, source=Source.SNAPSHOT)


def _checked(book: Sixteen) -> None:
    """i done in time and waiting; j done late and waiting; k found good."""
    _add(book, "i", CaseStatus.SUBMITTED, at=NOW - 3 * HOUR, due_at=NOW - HOUR / 2)
    _add(book, "j", CaseStatus.SUBMITTED, due_at=MORNING + 7 * HOUR / 4)
    _add(book, "k", CaseStatus.VERIFIED, to="A1", due_at=MORNING + DAY)


def _over(book: Sixteen) -> None:
    """l closed, m declined, n merged into d; o is l come back; p is asked to wait longer."""
    lamp = make_category("lamp")
    _add(
        book,
        "l",
        CaseStatus.CLOSED,
        at=NOW - 30 * DAY,
        due_at=NOW - 28 * DAY,
        category=lamp,
        site=_site("S-M"),
    )
    _add(book, "m", CaseStatus.DECLINED, at=NOW - 2 * DAY, source=Source.HOTLINE)
    _add(book, "n", CaseStatus.MERGED, at=MORNING + HOUR, into=book.cases["d"])
    _add(book, "o", CaseStatus.FILED, at=NOW - 2 * HOUR, category=lamp, site=_site("S-M"))
    asked = _add(book, "p", CaseStatus.ACKNOWLEDGED, due_at=NOW + 3 * HOUR)
    operations.ask_extension(
        case_id=asked.pk,
        wanted_due_at=NOW + 4 * DAY,
        words="灯具还在路上",
        actor=book.people["A"],
        now=NOW - HOUR,
    )
