"""The moves that the page of a case shows: the table of moves, held against who looks at it."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from yanzhen.accounts.enums import Action, Role
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import ROLE_ACTIONS
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases import operations
from yanzhen.cases.enums import MOVES, By, CaseStatus, MoveName
from yanzhen.cases.models import Case
from yanzhen.cases.tests.factories import MORNING, make_case, make_handler, make_operator
from yanzhen.cases.tests.visits import NOW, client_of, stop_clock
from yanzhen.cases.views.deeds import DEEDS, PAIRS
from yanzhen.places.tests.factories import make_area
from yanzhen.units.models import Unit
from yanzhen.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db

S, M = CaseStatus, MoveName
HERE = "430406001001"
SITUATIONS = [*S, "asked", "helped"]
"""Every standing; with more time asked for; with the part of the support unit done."""


@dataclass
class Visitor:
    """Somebody, by what the oracle needs of him: his role, where it holds, what he had to do with it."""

    user: User
    role: Role | None
    area: str = ""
    unit: str = ""
    worked: bool = False
    """Whether he belongs to a unit that did some of the work, or above or below one."""


@dataclass
class World:
    cases: dict[str, Case] = field(default_factory=dict)
    visitors: dict[str, Visitor] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch)


@pytest.fixture(scope="module")
def world(lasting: None) -> World:
    world = World()
    make_area(HERE)
    make_area("430405001001")
    top = make_unit("TOP")
    world.units = {
        "TOP": top,
        "LEAD": make_unit("LEAD", parent=top),
        "HELP": make_unit("HELP"),
        "OTHER": make_unit("OTHER"),
    }
    world.units["BELOW"] = make_unit("BELOW", parent=world.units["LEAD"])
    office, worker = make_operator(), make_handler(world.units["LEAD"])
    for situation in SITUATIONS:
        world.cases[str(situation)] = _case(str(situation), world.units, office, worker)
    world.visitors = _visitors()
    return world


def _case(situation: str, units: dict[str, Unit], office: User, worker: User) -> Case:
    status = {"asked": S.ACKNOWLEDGED, "helped": S.ACKNOWLEDGED}.get(situation)
    case = make_case(
        status=status or S(situation),
        unit=units["LEAD"],
        support=units["HELP"],
        operator=office,
        handler=worker,
        area=make_area(HERE),
    )
    key: dict[str, Any] = {"case_id": case.pk, "now": MORNING + timedelta(hours=4)}
    if situation == "asked":
        until = MORNING + timedelta(days=9)
        operations.ask_extension(**key, wanted_due_at=until, words="缺件", actor=worker)
    if situation == "helped":
        helper = make_handler(units["HELP"])
        operations.finish_support(**key, unit=units["HELP"], words="已办", actor=helper)
    return Case.objects.get(pk=case.pk)


def _visitors() -> dict[str, Visitor]:
    def of(role: Role | None, *, worked: bool = False, home: str = "", **scope: str) -> Visitor:
        codes = {"area_code": scope.get("area", ""), "unit_code": scope.get("unit", "")}
        user = make_user(role, home_code=home, **codes)
        return Visitor(user, role, scope.get("area", ""), scope.get("unit", ""), worked)

    return {
        **{
            str(role): of(role, area="4304")
            for role in Role
            if role not in {Role.HANDLER, Role.KEEPER}
        },
        "operator beside": of(Role.OPERATOR, area="430405"),
        "operator of the lead unit": of(Role.OPERATOR, area="4304", home="LEAD", worked=True),
        "inspector of the helper": of(Role.INSPECTOR, area="4304", home="HELP", worked=True),
        "lead": of(Role.HANDLER, unit="LEAD", worked=True),
        "above the lead": of(Role.HANDLER, unit="TOP", worked=True),
        "below the lead": of(Role.HANDLER, unit="BELOW", worked=True),
        "helper": of(Role.HANDLER, unit="HELP", worked=True),
        "other unit": of(Role.HANDLER, unit="OTHER"),
        "nobody": of(None),
    }


# --- The oracle -----------------------------------------------------------------------------------


def lines_of(unit: str) -> set[str]:
    """The units for which a post at `unit` acts: itself and those below."""
    below = {"TOP": {"LEAD", "BELOW"}, "LEAD": {"BELOW"}}
    return {unit} | below.get(unit, set())


def sees(visitor: Visitor, case: Case, *, helps: bool) -> bool:
    if visitor.role is None or Action.CASE_VIEW not in ROLE_ACTIONS[visitor.role]:
        return False
    if visitor.area:
        return case.area_id.startswith(visitor.area)
    units = lines_of(visitor.unit)
    return case.unit_id in units or (helps and "HELP" in units)


def by_the_table(visitor: Visitor, situation: str, case: Case) -> set[str]:
    """What he may do, read off the table of moves row by row."""
    helps = situation in HELPED | HELPING
    has_area = bool(visitor.area) and case.area_id.startswith(visitor.area)
    is_lead = bool(visitor.unit) and case.unit_id in lines_of(visitor.unit)
    is_helper = bool(visitor.unit) and helps and "HELP" in lines_of(visitor.unit)
    worked = visitor.worked and case.unit_id is not None
    stands = {
        By.AREA: has_area,
        By.LEAD: is_lead,
        By.SUPPORT: is_helper and situation in HELPING,
        By.OUTSIDE: has_area and not worked,
    }
    allowed = set()
    for move in MOVES.values():
        if CaseStatus(case.status) not in move.origins or visitor.role is None:
            continue
        if move.action not in ROLE_ACTIONS[visitor.role]:
            continue
        if stands[move.by] or (move.name == M.NOTE and (is_lead or is_helper)):
            allowed.add(str(move.name))
    if situation == "asked":
        return allowed - {"ask_extension"}
    return allowed - {"grant_extension", "refuse_extension"}


HELPING = {"dispatched", "acknowledged", "rework", "submitted", "parked", "asked"}
"""Where the part of the support unit is still open; the table says where it may be finished."""
HELPED = {"helped", "verified", "closed"}


# --- What is shown --------------------------------------------------------------------------------


def on_the_pane(client: Client, number: str) -> set[str] | None:
    """The moves that the panel beside the list leads to; nothing where there is no such case."""
    answer = client.get(f"/cases/{number}/pane/")
    if answer.status_code == 404:
        return None
    page = unescape(answer.content.decode())
    shown = set()
    for slug, words in re.findall(
        rf'href="/cases/{number}/([a-z-]+)/[^"]*"([^<]*<.*?)</a>', page, re.DOTALL
    ):
        move = M(slug.replace("-", "_"))
        shown.add(str(move))
        if move in PAIRS and f"/ {DEEDS[PAIRS[move]].button}" in words:
            shown.add(str(PAIRS[move]))
    return shown


def on_the_page(client: Client, number: str) -> set[str] | None:
    """The moves whose forms, or whose own pages, the page of the case holds."""
    answer = client.get(f"/cases/{number}/")
    if answer.status_code == 404:
        return None
    page = unescape(answer.content.decode())
    side = page.split('id="moves"')[1].split("</section>")[0]
    found = re.findall(rf'(?:[^x]action|href)="/cases/{number}/([a-z-]+)/"', side)
    return {slug.replace("-", "_") for slug in found}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_panel_shows_to_each_the_moves_of_the_table_and_no_others(
    world: World, situation: str
) -> None:
    case = world.cases[situation]
    wrong = {}
    for name, visitor in world.visitors.items():
        helps = situation in HELPED | HELPING
        expected = (
            by_the_table(visitor, situation, case) if sees(visitor, case, helps=helps) else None
        )
        shown = on_the_pane(client_of(visitor.user), case.number)
        if shown != expected:
            wrong[name] = (shown, expected)
    assert wrong == {}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_page_holds_the_form_of_each_of_them(world: World, situation: str) -> None:
    case = world.cases[situation]
    for name in ("operator", "lead"):
        visitor = world.visitors[name]
        helps = situation in HELPED | HELPING
        expected = (
            by_the_table(visitor, situation, case) if sees(visitor, case, helps=helps) else None
        )
        assert on_the_page(client_of(visitor.user), case.number) == expected, name


def test_the_oracle_knows_every_move_in_somebodys_hand(world: World) -> None:
    """Else the tests above would hold for a table in which nobody may do anything."""
    seen = set()
    for situation, case in world.cases.items():
        for visitor in world.visitors.values():
            seen |= by_the_table(visitor, situation, case)
    assert seen == {str(move) for move in M} - {"report"}


MAIN = {
    "reported": ("operator", "受理立案", "受理立案"), "filed": ("operator", "交办", "交办"),
    "dispatched": ("lead", "签收", "签收"), "acknowledged": ("lead", "提交核查", "提交核查"),
    "asked": ("operator", "批延期", "准予延期"), "rework": ("lead", "提交核查", "提交核查"),
    "submitted": ("inspector", "核查", "核查通过"), "verified": ("operator", "销号", "销号"),
    "parked": ("operator", "恢复办理", "恢复办理"),
}  # fmt: skip


@pytest.mark.parametrize("situation", MAIN)
def test_the_move_for_which_one_comes_stands_open_and_is_named_first(
    world: World, situation: str
) -> None:
    who, heading, button = MAIN[situation]
    client = client_of(world.visitors[who].user)
    page = unescape(client.get(f"/cases/{world.cases[situation].number}/").content.decode())

    assert f"现在您可以：{heading}" in page
    side = page.split('id="moves"')[1]
    first = side.split("<form")[1].split("</form>")[0]
    assert button in first
    assert "<details" not in side.split("<form")[0]


@pytest.mark.parametrize(
    ("who", "situation", "words"),
    [
        ("inspector", "submitted", "您不在主办、协办单位，可以核查。"),
        (
            "operator of the lead unit",
            "submitted",
            "您或您所在的“单位LEAD”参与了整改，不能由您核查。",
        ),
        (
            "inspector of the helper",
            "submitted",
            "您或您所在的“单位HELP”参与了整改，不能由您核查。",
        ),
        ("auditor", "closed", "这一件眼下没有要您办的。"),
    ],
)
def test_why_one_may_or_may_not_is_said(world: World, who: str, situation: str, words: str) -> None:
    client = client_of(world.visitors[who].user)
    page = unescape(client.get(f"/cases/{world.cases[situation].number}/").content.decode())
    assert words in page


def test_each_consequence_stands_beside_its_button(world: World) -> None:
    """With the time that it would set, by the calendar."""

    def page(who: str, situation: str) -> str:
        client = client_of(world.visitors[who].user)
        return unescape(client.get(f"/cases/{world.cases[situation].number}/").content.decode())

    assert "时限不填就按规则：限 7 工作小时，到 2026-11-06 周五 10:00。" in page(
        "operator", "filed"
    )
    assert "通过即销号；返工重新计 3.5 工作小时。" in page("inspector", "submitted")
    assert "签收后由本单位整改，时限 2026-11-03 周二 10:00。" in page("lead", "dispatched")
    assert "恢复后回到挂账前的一步，接着算剩下的 5.5 工作小时。" in page("operator", "parked")
    assert "准了，时限改到准到的时间；不准，仍是 2026-11-03 周二 10:00。" in page(
        "operator", "asked"
    )


def test_nobody_sees_a_move_whose_page_then_says_no(world: World) -> None:
    """Whatever is shown can be opened by whom it is shown to; the time is that of the page."""
    assert NOW > MORNING
    for situation in ("asked", "submitted"):
        case = world.cases[situation]
        for name in ("operator", "inspector", "lead"):
            client = client_of(world.visitors[name].user)
            for move in on_the_pane(client, case.number) or ():
                slug = move.replace("_", "-")
                answer = client.get(f"/cases/{case.number}/{slug}/", headers={"HX-Request": "true"})
                assert answer.status_code == 200, (situation, name, move)
