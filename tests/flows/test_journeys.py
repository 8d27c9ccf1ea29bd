"""Whole journeys in a real browser, wide and narrow, from signing in to the last look.

On every page that is met axe finds nothing serious, nothing is wider than its window, and the
console stays silent (`open_page` sees to that). What is shown is held against the database.
"""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import OpenPage
from django.utils import timezone
from playwright.sync_api import expect

from yanzhen.accounts.models import SavedView
from yanzhen.cases.enums import CaseStatus, Decision, PhotoMoment
from yanzhen.cases.models import Case, CasePhoto, Extension
from yanzhen.core.time import city_day, city_midnight
from yanzhen.core.words import here
from yanzhen.events.models import Event
from yanzhen.files.tests.factories import picture

from .morning import MARKET, City, wake_up
from .walking import Axe, Walk, file_at, group, row

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = pytest.mark.parametrize("width", [1440, 390])
HEIGHTS = {1440: 900, 390: 844}


@pytest.fixture
def city() -> City:
    return wake_up()


def stands(case: Case) -> Case:
    """The case as the database has it now."""
    return Case.objects.select_related("unit").get(pk=case.pk)


def happened(case: Case) -> list[str]:
    """What the record holds of a case, oldest first."""
    events = Event.objects.filter(subject_kind="case", subject_id=case.pk)
    return list(events.order_by("number").values_list("kind", flat=True))


def picked(at: datetime) -> str:
    """An instant as the device's picker of days and times hands it over."""
    return here(at).strftime("%Y-%m-%dT%H:%M")


# --- The operator's morning -----------------------------------------------------------------------


@WIDTHS
def test_an_operator_gets_through_a_morning(
    city: City, open_page: OpenPage, axe: Axe, width: int, settings: Any
) -> None:
    settings.YANZHEN_CLOSE_ON_VERIFY = False
    night = city.overnight("蒸湘南路路灯不亮")
    more = [city.overnight("先锋路路灯不亮"), city.case("沿江路路灯忽明忽暗")]
    ticked = [city.case("岳屏巷路灯不亮"), city.case("天马巷路灯不亮")]
    yes = city.asks_for_time("道口路灯杆倾斜", "等新灯杆到货")
    no = city.asks_for_time("桥下路灯缺盏", "人手不够")
    done = city.verified("湘江路路灯已修")
    page = open_page(width=width, height=HEIGHTS[width])
    walk = Walk(page, axe)

    page.goto("/")
    walk.look("the sign-in page")
    walk.sign_in(city.operator)
    walk.look()
    expect(group(page, "立案交办").get_by_role("heading")).to_contain_text("5 件")
    expect(group(page, "批延期").get_by_role("heading")).to_contain_text("2 件")

    take_the_one_from_the_night(walk, city, night)
    hand_out_the_rest(walk, city, more, ticked)
    decide_on_more_time(walk, yes, no)
    close_what_was_verified(walk, done)
    keep_a_view(walk, done)
    open_a_figure(walk)
    assert walk.found == []


def take_the_one_from_the_night(walk: Walk, city: City, night: Case) -> None:
    """Open it from the inbox, accept it, and hand it to the unit that is suggested, with why."""
    page = walk.page
    link = row(group(page, "立案交办"), night.title).get_by_role("link", name=night.title)
    walk.go(link, f"**/cases/{night.number}/**")
    expect(page.get_by_role("heading", level=1)).to_have_text(night.title)
    walk.press("受理立案")
    walk.told(f"{night.number} 已立案，待交办。")
    assert stands(night).status == CaseStatus.FILED

    moves = page.locator("#moves")
    expect(moves).to_contain_text("规则“路灯全市归口”：类别“路灯照明”，交“市路灯管理处”。")
    expect(moves.get_by_label("责任单位").first).to_have_value("市路灯管理处")
    walk.look("the panel with the suggestion")
    walk.press("交办", moves.locator("#do-dispatch"))
    walk.told(f"{night.number} 已交办。")
    expect(page.locator("#story")).to_contain_text("路灯处")
    after = stands(night)
    assert (after.status, after.unit) == (CaseStatus.DISPATCHED, city.works)
    assert after.due_at is not None
    assert after.due_at > city.now
    assert happened(night) == ["case.reported", "case.filed", "case.dispatched"]


def hand_out_the_rest(walk: Walk, city: City, more: list[Case], ticked: list[Case]) -> None:
    """Two by ticking them in the ledger and one confirmation, the others with one press."""
    page = walk.page
    page.goto("/cases/?wait=intake")
    for case in ticked:
        row(page.locator("[data-rows]"), case.title).get_by_role("checkbox").check()
    expect(page.locator("[data-count]")).to_have_text("2")
    walk.look("the ledger with two ticks")
    walk.press("照建议交办", page.get_by_role("toolbar"))
    plan = page.locator("#pane")
    expect(plan.get_by_text("照建议交办：2 件")).to_be_visible()
    expect(plan.locator(".guess")).to_contain_text(["路灯处", "路灯处"])
    walk.look("what would be handed to whom")
    assert {stands(case).status for case in ticked} == {CaseStatus.FILED}
    walk.press("照建议交办", plan)
    walk.told("照建议交办 2 件，都办成了。")
    expect(row(page.locator("[data-rows]"), ticked[0].title)).to_have_count(0)

    page.goto("/")
    group(page, "立案交办").get_by_role("button", name="照建议办这 2 件").click()
    walk.told("照建议交办 2 件，都办成了。")
    expect(group(page, "立案交办")).to_have_count(0)
    walk.look("the inbox with nothing to hand out")
    handed = [stands(case) for case in more + ticked]
    assert {(case.status, case.unit) for case in handed} == {(CaseStatus.DISPATCHED, city.works)}


def decide_on_more_time(walk: Walk, yes: Case, no: Case) -> None:
    """Grant what was well founded; the other one is refused, and not without a reason."""
    page = walk.page
    asked = row(group(page, "批延期"), yes.title)
    expect(asked).to_contain_text("等新灯杆到货")
    walk.go(asked.get_by_role("link", name="看理由，批"), f"**/{yes.number}/grant-extension/**")
    walk.press("准予延期")
    walk.told(f"{yes.number} 已准予延期。")

    asked = row(group(page, "批延期"), no.title)
    walk.go(asked.get_by_role("link", name="看理由，批"), f"**/{no.number}/grant-extension/**")
    walk.press("不准")
    expect(page.get_by_text("请写明原因，一两句话就行。", exact=True)).to_be_visible()
    walk.look("a refusal without a reason")
    assert Extension.objects.get(case=no).decision == Decision.ASKED
    page.locator("form.offer textarea").fill("人手不够不是理由，请调配。")
    walk.press("不准")
    walk.told(f"{no.number} 已不准延期，时限不变。")

    page.wait_for_url("**/")
    granted, refused = Extension.objects.get(case=yes), Extension.objects.get(case=no)
    assert (granted.decision, refused.decision) == (Decision.GRANTED, Decision.REFUSED)
    assert stands(yes).due_at == granted.wanted_due_at.replace(second=0, microsecond=0)
    assert stands(no).due_at == no.due_at
    assert refused.decision_words == "人手不够不是理由，请调配。"


def close_what_was_verified(walk: Walk, done: Case) -> None:
    page = walk.page
    expect(group(page, "批延期")).to_have_count(0)
    waiting = row(group(page, "销号"), done.title)
    walk.go(waiting.get_by_role("link", name="销号"), f"**/{done.number}/close/**")
    walk.press("销号")
    walk.told(f"{done.number} 已销号。")
    expect(group(page, "销号")).to_have_count(0)
    after = stands(done)
    assert after.status == CaseStatus.CLOSED
    assert after.closed_at is not None


def keep_a_view(walk: Walk, done: Case) -> None:
    """Narrow the ledger by a chip, keep that as a view, and come back to it in one click."""
    page = walk.page
    page.goto("/cases/")
    chip = page.locator("details", has=page.locator("summary", has_text="状态")).first
    chip.locator("summary").click()
    chip.get_by_label("已销号").check()
    walk.look("the ledger with a filter open")
    walk.press("筛选", chip)
    page.wait_for_url("**status=closed**")
    expect(page.locator("[data-rows] [data-row]")).to_have_count(1)
    expect(page.locator("[data-rows]")).to_contain_text(done.title)

    page.get_by_text("存为视图").click()
    page.get_by_label("名称").fill("已经办完的")
    walk.press("把现在的筛选存下")
    page.goto("/cases/")
    assert SavedView.objects.get().query == "status=closed"
    walk.go(page.get_by_role("link", name="已经办完的"), "**status=closed**")
    expect(page.locator("[data-rows] [data-row]")).to_have_count(1)


def open_a_figure(walk: Walk) -> None:
    """From the figures to one of them, to the rows behind it, to one row, and back again."""
    page, month = walk.page, city_midnight(city_day(timezone.now()).replace(day=1))
    found = set(Case.objects.filter(filed_at__gte=month).values_list("number", flat=True))
    closed = Case.objects.filter(filed_at__gte=month, status=CaseStatus.CLOSED).count()
    page.goto("/figures/")
    walk.look()
    walk.go(
        page.get_by_role("link", name=re.compile("^整改率")), "**/figures/rectification_rate/**"
    )
    expect(page.locator(".big")).to_contain_text(f"{100 * closed / len(found):.2f}")
    figure = page.url

    below = page.locator(".frac p").last.get_by_role("link")
    expect(below).to_have_text(str(len(found)))
    walk.go(below, "**/rectification_rate/rows/**")
    shown = re.findall(r"HY-\d{4}-\d{6}", page.locator(".card table").inner_text())
    assert set(shown) == found
    rows = page.url
    walk.go(page.locator(".card table a").first, "**/cases/HY-**")
    page.go_back()
    page.wait_for_url(rows)
    page.go_back()
    page.wait_for_url(figure)
    expect(page.locator(".big")).to_contain_text("%")


# --- The unit's reply -----------------------------------------------------------------------------


@WIDTHS
def test_a_unit_replies_is_sent_back_and_is_closed(
    city: City, open_page: OpenPage, axe: Axe, width: int, tmp_path: Path, settings: Any
) -> None:
    settings.YANZHEN_CLOSE_ON_VERIFY = False
    case = city.dispatched("先锋农贸市场门口路灯不亮")
    walks = {
        user: Walk(open_page(width=width, height=HEIGHTS[width]), axe)
        for user in (city.handler, city.inspector, city.operator)
    }
    for user, one in walks.items():
        one.sign_in(user)
    unit, inspector, office = walks.values()

    acknowledge(unit, case)
    ask_for_time(unit, case)
    submit_after_a_wrong_file(unit, case, tmp_path)
    find_it_wanting(inspector, case)
    submit_again(unit, case, tmp_path)
    find_it_good(inspector, case)
    office.page.goto("/")
    close_what_was_verified(office, case)

    page = unit.page
    page.goto(f"/cases/{case.number}/")
    story = page.locator("#story > ol > li")
    told = ["销号", "两盏都亮了", "两盏都换好了", "还有一盏不亮", "换了一盏", "等灯具到货"]
    expect(story).to_contain_text([*told, "签收", "交", "立案"])
    expect(story.nth(2).get_by_role("img")).to_have_count(1)
    unit.look("the whole story")
    assert unit.found + inspector.found + office.found == []
    assert happened(case) == [
        "case.filed",
        "case.dispatched",
        "case.acknowledged",
        "case.extension_asked",
        "case.extension_lapsed",
        "case.submitted",
        "case.failed",
        "case.submitted",
        "case.verified",
        "case.closed",
    ]


def acknowledge(walk: Walk, case: Case) -> None:
    page = walk.page
    walk.look()
    waiting = row(group(page, "签收问题"), case.title)
    walk.go(waiting.get_by_role("link", name="签收"), f"**/{case.number}/acknowledge/**")
    walk.press("签收")
    walk.told(f"{case.number} 已签收。")
    page.wait_for_url("**/")
    assert stands(case).status == CaseStatus.ACKNOWLEDGED


def ask_for_time(walk: Walk, case: Case) -> None:
    """From the case's own page, where the moves that are seldom made are folded away."""
    page, until = walk.page, stands(case).due_at
    assert until is not None
    until = (until + timedelta(days=2)).replace(second=0, microsecond=0)
    waiting = row(group(page, "交整改"), case.title)
    walk.go(waiting.get_by_role("link", name=case.title), f"**/cases/{case.number}/**")
    folded = page.locator("#moves details", has=page.locator("#do-ask-extension"))
    folded.locator("summary").click()
    folded.get_by_label("延到").fill(picked(until))
    folded.get_by_label("为什么要延期").fill("等灯具到货")
    walk.look("the request for more time")
    walk.press("申请延期", folded)
    walk.told("延期申请已交，等创建办批复。")
    expect(page.locator(".extensions")).to_contain_text("等灯具到货")
    asked = Extension.objects.get(case=case)
    assert (asked.wanted_due_at, asked.decision) == (until, Decision.ASKED)


def submit_after_a_wrong_file(walk: Walk, case: Case, folder: Path) -> None:
    """A sheet that calls itself a photo is refused in words; the words typed beside it stay."""
    page = walk.page
    form = page.locator("#do-submit")
    form.get_by_label("怎么办的").fill("换了一盏灯头")
    wrong = file_at(folder, "台账.jpg", b"PK\x03\x04 not a picture at all")
    walk.pick(form.locator("input[type=file]"), wrong)
    expect(form.locator(".shot-card")).to_contain_text("台账.jpg")
    walk.press("提交核查", form)
    expect(form.get_by_text("台账.jpg").last).to_be_visible()
    expect(form.locator(".field-error")).to_contain_text("不是照片")
    expect(form.get_by_label("怎么办的")).to_have_value("换了一盏灯头")
    walk.look("a wrong file")
    assert stands(case).status == CaseStatus.ACKNOWLEDGED

    after = file_at(folder, "整改后.jpg", picture(color="gold", size=(800, 600)))
    walk.pick(form.locator("input[type=file]"), after)
    expect(form.locator(".shot-card img")).to_be_visible()
    walk.press("提交核查", form)
    walk.told(f"{case.number} 已提交，等待核查。")
    expect(page.locator(".case-title")).to_contain_text("待核查")
    walk.look("the case that waits to be verified")
    photo = CasePhoto.objects.get(case=case, moment=PhotoMoment.AFTER)
    assert photo.photo.original_name == "整改后.jpg"
    assert stands(case).status == CaseStatus.SUBMITTED


def find_it_wanting(walk: Walk, case: Case) -> None:
    page = walk.page
    page.goto("/")
    walk.look()
    waiting = row(group(page, "核查"), case.title)
    walk.go(waiting.get_by_role("link", name="核查"), f"**/{case.number}/verify/**")
    page.get_by_label("核查意见").fill("还有一盏不亮")
    walk.press("返工")
    walk.told(f"{case.number} 已退给单位返工。")
    after = stands(case)
    assert (after.status, after.rework_count) == (CaseStatus.REWORK, 1)


def submit_again(walk: Walk, case: Case, folder: Path) -> None:
    page = walk.page
    page.goto("/")
    sent_back = row(group(page, "返工"), case.title)
    expect(sent_back).to_contain_text("核查说：“还有一盏不亮”")
    walk.go(sent_back.get_by_role("link", name="看意见，重交"), f"**/{case.number}/submit/**")
    page.get_by_label("怎么办的").fill("两盏都换好了")
    photo = file_at(folder, "两盏.jpg", picture(color="khaki", size=(800, 600)))
    walk.pick(page.locator("#do-submit input[type=file]"), photo)
    expect(page.locator("#do-submit .shot-card img")).to_be_visible()
    walk.press("提交核查")
    walk.told(f"{case.number} 已提交，等待核查。")
    assert stands(case).status == CaseStatus.SUBMITTED


def find_it_good(walk: Walk, case: Case) -> None:
    """The inspector sees before and after side by side, and says that it is good."""
    page = walk.page
    page.goto(f"/cases/{case.number}/")
    expect(page.locator("[data-compare]")).to_be_visible()
    walk.look("before and after")
    page.get_by_label("核查意见").fill("两盏都亮了")
    walk.press("核查通过")
    walk.told(f"{case.number} 核查已通过。")
    assert stands(case).status == CaseStatus.VERIFIED


def test_a_unit_replies_without_script(
    city: City, open_page: OpenPage, axe: Axe, tmp_path: Path
) -> None:
    case = city.dispatched("先锋农贸市场门口路灯不亮")
    page = open_page(width=390, height=HEIGHTS[390], java_script_enabled=False)
    Walk(page, axe).sign_in(city.handler)

    row(group(page, "签收问题"), case.title).get_by_role("link", name="签收").click()
    page.get_by_role("button", name="签收", exact=True).click()
    expect(page.get_by_text(f"{case.number} 已签收。")).to_be_visible()
    row(group(page, "交整改"), case.title).get_by_role("link", name="交整改照片").click()
    page.get_by_label("怎么办的").fill("换了灯头")
    wrong = file_at(tmp_path, "台账.jpg", b"PK\x03\x04 not a picture at all")
    page.locator("input[type=file]").set_input_files(wrong)
    page.get_by_role("button", name="提交核查").click()
    expect(page.locator(".field-error")).to_contain_text("不是照片")
    expect(page.get_by_label("怎么办的")).to_have_value("换了灯头")
    assert stands(case).status == CaseStatus.ACKNOWLEDGED

    after = file_at(tmp_path, "整改后.jpg", picture(color="gold", size=(800, 600)))
    page.locator("input[type=file]").set_input_files(after)
    page.get_by_role("button", name="提交核查").click()
    expect(page.get_by_text(f"{case.number} 已提交，等待核查。")).to_be_visible()
    assert happened(case)[-2:] == ["case.acknowledged", "case.submitted"]
    assert CasePhoto.objects.filter(case=case, moment=PhotoMoment.AFTER).count() == 1


# --- The grid keeper's round ----------------------------------------------------------------------


def test_a_keeper_reports_what_is_not_known_yet(
    city: City, open_page: OpenPage, axe: Axe, tmp_path: Path
) -> None:
    known = city.case("市场门口路灯不亮", site=city.market)
    page = open_page(
        width=390,
        height=HEIGHTS[390],
        geolocation={"latitude": MARKET[0], "longitude": MARKET[1]},
        permissions=["geolocation"],
        has_touch=True,
    )
    walk = Walk(page, axe)
    walk.sign_in(city.keeper)
    walk.look()
    walk.go(page.get_by_role("link", name="上报问题"), "**/cases/new/")

    photo = file_at(tmp_path, "现场.jpg", picture(color="gray", size=(800, 600)))
    walk.pick(page.locator("input[type=file]"), photo)
    expect(page.locator(".shot-card img")).to_be_visible()
    page.get_by_label("是什么问题").fill("市场后门路灯不亮")
    walk.press("用这台设备定位")
    page.get_by_label("先锋农贸市场").check()
    page.get_by_label("类别").select_option("lamps")
    expect(page.locator("#hints")).to_contain_text(known.number)
    walk.look("what is known here already")
    expect(page.locator("#hints")).to_contain_text("是不是同一件？")
    walk.press("上报")

    page.wait_for_url("**/cases/HY-**")
    walk.look()
    case = Case.objects.latest("pk")
    walk.told(f"{case.number} 已上报。")
    assert (case.status, case.site, case.category) == (
        CaseStatus.REPORTED,
        city.market,
        city.lamps,
    )
    assert CasePhoto.objects.get(case=case).moment == PhotoMoment.BEFORE

    page.goto("/")
    mine = page.locator("#g-reports [data-row]", has_text=case.title)
    expect(mine).to_contain_text("待受理")
    walk.go(mine.get_by_role("link", name="看经过"), f"**/cases/{case.number}/**")
    expect(page.locator("#story")).to_contain_text("周网格")
    assert walk.found == []


# --- Only the keyboard ----------------------------------------------------------------------------


def test_the_ledger_is_worked_by_keys(city: City, open_page: OpenPage, axe: Axe) -> None:
    titles = ["第一盏灯不亮", "第二盏灯不亮", "第三盏灯不亮"]
    cases = [city.case(one, at=city.now - timedelta(hours=4 - n)) for n, one in enumerate(titles)]
    page = open_page(city.operator)
    walk = Walk(page, axe)
    page.goto("/cases/")
    walk.look()
    rows = page.locator("[data-rows] [data-row]")
    expect(rows).to_contain_text(titles[::-1])
    key = page.keyboard.press

    key("j")
    key("j")
    key("j")
    key("k")
    expect(page.locator("[data-row].is-at")).to_contain_text(titles[1])
    key("x")
    expect(rows.nth(1).get_by_role("checkbox")).to_be_checked()
    expect(page.locator("[data-count]")).to_have_text("1")
    key("o")
    pane = page.locator("#pane")
    expect(pane.get_by_role("heading", name=titles[1])).to_be_visible()
    walk.look("the side panel")
    key("d")
    expect(pane.get_by_label("责任单位").first).to_have_value("市路灯管理处")
    walk.look("a move in the side panel")
    pane.get_by_role("button", name="交办", exact=True).press("Enter")
    walk.told(f"{cases[1].number} 已交办。")
    assert stands(cases[1]).status == CaseStatus.DISPATCHED
    assert stands(cases[0]).status == CaseStatus.FILED

    key("/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type("第三")
    key("Enter")
    page.wait_for_url("**/search/?q=**")
    expect(page.locator("#main")).to_contain_text(titles[2])
    walk.look()
    assert walk.found == []


# --- On paper -------------------------------------------------------------------------------------


def test_on_paper_the_notice_is_one_sheet_and_the_ledger_keeps_its_columns(
    city: City, open_page: OpenPage
) -> None:
    case = city.dispatched("先锋农贸市场门口路灯不亮")
    page = open_page(city.operator)
    page.goto(f"/cases/{case.number}/notice/")
    expect(page.get_by_role("heading", name="整改通知单")).to_be_visible()
    sheets = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheets)) == 1

    page.goto("/cases/")
    page.emulate_media(media="print")
    left_edges = """(cells) => cells.map((cell) => cell.getBoundingClientRect())
        .filter((box) => box.width).map((box) => Math.round(box.left))"""
    heads = page.locator("[data-rows] th").evaluate_all(left_edges)
    cells = page.locator("[data-rows] [data-row] td").evaluate_all(left_edges)
    assert len(heads) > 5
    assert heads == cells
