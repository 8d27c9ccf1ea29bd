"""The inspector's page in a real browser at 390 px: a day without a signal, and all that can break it."""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import session_of
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from playwright.sync_api import FilePayload, Page, Response, Route, expect

from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases.models import Case
from yanzhen.cases.tests.factories import make_operator
from yanzhen.files.models import Photo
from yanzhen.frameworks.models import CheckItem
from yanzhen.inspections.enums import Result, Standing
from yanzhen.inspections.models import Check, CheckPhoto, Round, RoundSite, Visit
from yanzhen.inspections.operations import rounds
from yanzhen.inspections.tests.factories import make_inspector, make_markets, make_round
from yanzhen.inspections.tests.phone import Phone
from yanzhen.inspections.wire import share

pytestmark = pytest.mark.django_db(transaction=True)

OpenPage = Callable[..., Page]
Axe = Callable[[Page], list[str]]
HERE = {"latitude": 26.89, "longitude": 112.61, "accuracy": 9}
SITES = 3
PIECE = 256 * 1024
SLOW = 20_000
"""Milliseconds in which a sync must be over, on a machine that does much besides."""
MOST_BYTES = 250 * 1000
TOO_SMALL = """() => [...document.querySelectorAll("a, button, summary, textarea, label, input.f-in")].filter((one) => {
  const box = one.getBoundingClientRect();
  return box.width > 1 && box.height > 0 && box.height < 43.5;
}).map((one) => one.outerHTML.slice(0, 80))"""


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, settings: Any) -> None:
    settings.YANZHEN_HOME = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def inspector() -> User:
    return make_inspector(full_name="王巡")


@pytest.fixture
def round_(inspector: User) -> Round:
    make_markets(SITES)
    CheckItem.objects.update(photo="never")
    CheckItem.objects.filter(code="market-01").update(photo="on_fail")
    return make_round(
        name="夜间暗访", inspectors=[inspector], at=timezone.now() - timedelta(hours=1)
    )


@pytest.fixture
def page(open_page: OpenPage, inspector: User, round_: Round) -> Page:
    """The page of the inspector, the round loaded and the shell kept."""
    options: dict[str, Any] = {"permissions": ["geolocation"], "geolocation": HERE}
    return loaded(open_page(inspector, width=390, height=844, **options))


def loaded(page: Page) -> Page:
    page.goto("/inspections/field/")
    page.get_by_role("button", name="载入").click()
    expect(page.get_by_role("link", name="开始检查")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


def a_picture(side: int = 64) -> FilePayload:
    """A JPEG whose bytes grow with its side: it is noise, the same every time."""
    image = Image.new("RGB", (side, side))
    image.putdata([(n * 7919 % 256, n * 104729 % 251, n * 1299709 % 241) for n in range(side**2)])
    file = io.BytesIO()
    image.save(file, "JPEG", quality=95)
    return FilePayload(name="IMG_1.jpg", mimeType="image/jpeg", buffer=file.getvalue())


def answer(page: Page, item: str, words: str) -> None:
    page.locator(f'[data-item="{item}"] label', has_text=re.compile(f"^{words}$")).click()


def count(page: Page, item: str, *numbers: str) -> None:
    fields = page.locator(f'[data-item="{item}"] .f-meas input').all()
    for field, number in zip(fields, numbers, strict=True):
        field.fill(number)


def do_visit(
    page: Page, *, first: str = "合格", lamps: str = "24", photo: FilePayload | None = None
) -> None:
    """Answer everything at the next site and finish."""
    page.get_by_role("link", name=re.compile("开始检查|继续检查")).click()
    answer(page, "market-01", first)
    if photo:
        page.locator('[data-item="market-01"] input[type=file]').set_input_files(photo)
        expect(page.locator('[data-item="market-01"] figure')).to_be_visible()
    answer(page, "market-02", "合格")
    count(page, "market-03", "5")
    count(page, "market-04", "24", lamps)
    finish(page)


def finish(page: Page) -> None:
    page.get_by_role("button", name="完成检查").click()
    expect(page.get_by_role("region", name="本轮进度")).to_be_visible()


def all_sent(page: Page) -> None:
    page.get_by_role("link", name="待上传").click()
    expect(page.get_by_text("都已上传")).to_be_visible()


def unsent(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("link", name="待上传").click()


def go_online(page: Page) -> None:
    page.context.set_offline(False)


# --- The day --------------------------------------------------------------------------------------


def test_a_day_without_a_network_arrives_whole_and_once(page: Page, inspector: User) -> None:
    page.context.set_offline(True)
    do_visit(page, first="不合格", lamps="22", photo=a_picture(900))
    expect(page.get_by_text("离线中·4 条检查 1 张照片待上传")).to_be_visible()

    page.reload()
    do_visit(page)
    page.get_by_role("link", name="开始检查").click()
    answer(page, "market-02", "不合格")
    page.get_by_label("通道畅通 说明").fill("被三轮车堵住")
    expect(page.locator('[data-item="market-02"] textarea')).to_have_value("被三轮车堵住")

    page.close()  # as a crash: nothing is asked, nothing is saved on the way out
    again = page.context.new_page()
    again.goto("/inspections/field/")
    expect(again.get_by_text("/ 3 个点位")).to_have_text(" / 3 个点位")
    expect(again.get_by_label("本轮进度")).to_contain_text("在本机 2")
    again.get_by_role("link", name="继续检查").click()
    expect(again.get_by_label("通道畅通 说明")).to_have_value("被三轮车堵住")
    assert Visit.objects.count() == 0

    go_online(again)
    again.get_by_role("link", name="返回路线").click()
    all_there(again)
    expect(again.get_by_label("本轮进度")).to_contain_text("照片已上传 1 / 1 张")

    visits = Visit.objects.order_by("pk")
    assert [visit.inspector for visit in visits] == [inspector] * 2
    assert {str(visit.lat) for visit in visits} == {"26.890000"}
    assert Check.objects.count() == 8
    failed = Check.objects.filter(result=Result.FAIL)
    assert {check.item_code for check in failed} == {"market-01", "market-04"}
    assert Case.objects.count() == 2
    sent = CheckPhoto.objects.get()
    assert sent.photo == Photo.objects.get()
    assert sent.answer.item_code == "market-01"
    assert sent.claimed_taken_at is not None
    assert sent.size < len(a_picture(900)["buffer"])


def all_there(page: Page) -> None:
    expect(page.get_by_label("本轮进度")).to_contain_text("在本机 0", timeout=SLOW)
    expect(page.get_by_label("本轮进度")).to_contain_text("已上传 2")


def test_an_answer_that_was_lost_is_asked_for_again_and_nothing_is_double(page: Page) -> None:
    lost: list[str] = []

    def lose_first(route: Route) -> None:
        route.fetch()
        if len(lost) < 2:
            lost.append(route.request.url)
            route.fulfill(status=429, json={"code": "slow", "sentence": "慢一点"})
        else:
            route.continue_()

    page.route(re.compile("/field/(sync|photos/)"), lose_first)
    do_visit(page, first="不合格", photo=a_picture())
    unsent(page)
    for _time in range(3):
        page.get_by_role("button", name="立即上传").click()
        expect(page.get_by_role("button", name="立即上传")).to_be_enabled()
    expect(page.get_by_text("都已上传")).to_be_visible()

    assert len(lost) == 2
    assert (Visit.objects.count(), Check.objects.count(), Case.objects.count()) == (1, 4, 1)
    assert CheckPhoto.objects.get().photo == Photo.objects.get()


def test_a_photo_that_broke_off_goes_on_where_it_was(page: Page) -> None:
    picture = a_picture(520)
    assert PIECE < len(picture["buffer"]) < 2 * PIECE
    offsets: list[int] = []

    def break_first(route: Route) -> None:
        offsets.append(int(route.request.url.split("offset=")[1]))
        route.fetch()
        if len(offsets) == 1:
            route.fulfill(status=429, json={"code": "slow", "sentence": "慢一点"})
        else:
            route.continue_()

    page.route(re.compile(r"/field/photos/.*offset"), break_first)
    do_visit(page, first="不合格", photo=picture)
    unsent(page)
    expect(page.get_by_text("张照片（")).to_be_visible()
    page.get_by_role("button", name="立即上传").click()
    expect(page.get_by_text("都已上传")).to_be_visible(timeout=SLOW)

    assert offsets == [0, 0, PIECE]
    assert CheckPhoto.objects.get().photo == Photo.objects.get()
    assert Photo.objects.get().sha256 == hashlib.sha256(picture["buffer"]).hexdigest()


def test_a_colleague_on_the_same_phone_sends_nothing_of_mine(
    page: Page, live_server: Any, inspector: User
) -> None:
    page.context.set_offline(True)
    do_visit(page)
    sign_in(page, live_server, make_inspector(full_name="李巡"))
    go_online(page)
    expect(page.get_by_text("现在没有派给您的轮次")).to_be_visible(timeout=SLOW)
    unsent(page)
    expect(page.get_by_text("都已上传")).to_be_visible()
    assert Visit.objects.count() == 0

    sign_in(page, live_server, inspector)
    page.reload()
    page.get_by_role("link", name="路线").click()
    expect(page.get_by_label("本轮进度")).to_contain_text("已上传 1", timeout=SLOW)
    assert Visit.objects.get().inspector == inspector


def sign_in(page: Page, live_server: Any, user: User) -> None:
    cookie = {"name": settings.SESSION_COOKIE_NAME, "url": live_server.url}
    page.context.add_cookies([{**cookie, "value": session_of(user)}])  # type: ignore[typeddict-item]


def test_a_round_that_is_over_makes_room_but_not_while_something_is_unsent(
    page: Page, round_: Round
) -> None:
    do_visit(page)
    expect(page.get_by_label("本轮进度")).to_contain_text("已上传 1", timeout=SLOW)
    page.get_by_role("link", name="开始检查").click()
    answer(page, "market-02", "不合格")
    page.get_by_role("link", name="返回路线").click()
    rounds.close_round(round_id=round_.pk, actor=make_operator(), now=timezone.now())
    page.reload()
    expect(page.get_by_text("现在没有派给您的轮次")).to_be_visible(timeout=SLOW)
    page.context.set_offline(True)
    do_visit(page)
    go_online(page)
    expect(page.get_by_label("本轮进度")).to_have_count(0, timeout=SLOW)
    assert Visit.objects.count() == 2
    assert (
        page.evaluate(
            """(person) => new Promise((resolve) => {
          const opening = indexedDB.open(`yanzhen-field-${person}`);
          opening.onsuccess = () => {
            const rows = opening.result.transaction("visits").objectStore("visits").count();
            rows.onsuccess = () => resolve(rows.result);
          };
        })""",
            Visit.objects.earliest("pk").inspector_id,
        )
        == 0
    )


def test_a_session_that_ran_out_keeps_the_queue_and_leads_to_the_door(page: Page) -> None:
    page.context.set_offline(True)
    do_visit(page)
    Session.objects.all().delete()
    go_online(page)
    door = page.get_by_role("link", name="登录已过期")
    expect(door).to_be_visible()
    unsent(page)
    expect(page.get_by_role("status").filter(has_text="1 次到访")).to_be_visible()
    assert Visit.objects.count() == 0
    door.click()
    expect(page).to_have_url(re.compile(r"/sign-in/\?next=%2Finspections%2Ffield%2F$"))


# --- What the server says -------------------------------------------------------------------------


def test_a_refusal_is_said_at_the_visit_and_nothing_is_thrown_away(
    page: Page, round_: Round
) -> None:
    page.context.set_offline(True)
    do_visit(page)
    office, now = make_operator(), timezone.now()
    rounds.close_round(round_id=round_.pk, actor=office, now=now)
    rounds.publish_round(round_id=round_.pk, actor=office, now=now)
    go_online(page)
    unsent(page)
    expect(page.get_by_text("不再接收检查结果。请导出本机记录交创建办。")).to_be_visible()
    page.get_by_role("link", name="没有收下").click()
    expect(page.get_by_text("不再接收检查结果。请导出本机记录交创建办。")).to_be_visible()
    assert Visit.objects.count() == 0


def test_another_answer_of_a_colleague_is_said_at_the_item(
    open_page: OpenPage, inspector: User
) -> None:
    colleague = make_inspector()
    make_markets(2)
    round_ = make_round(inspectors=[inspector, colleague], at=timezone.now() - timedelta(hours=1))
    page = loaded(open_page(inspector, width=390))
    page.context.set_offline(True)
    page.get_by_role("link", name="开始检查").click()
    code = page.url.split("/")[-1]
    row = RoundSite.objects.get(round=round_, site_id=code)
    page.go_back()
    do_visit(page)
    Phone(colleague, "other").synced(Phone(colleague, "other").visit(row, {"market-01": "fail"}))
    go_online(page)
    page.get_by_role("link", name=re.compile("已上传")).click()
    expect(page.get_by_text("另一次检查的结果不同")).to_be_visible(visible=False)
    assert Check.objects.filter(standing=Standing.DISPUTED).count() == 2


# --- Room -----------------------------------------------------------------------------------------


def test_little_room_is_said_before_anything_is_lost(page: Page) -> None:
    page.context.add_init_script(
        "navigator.storage.estimate = async () => ({usage: 950_000_000, quota: 1_000_000_000})"
    )
    page.reload()
    expect(page.get_by_role("link", name="本机空间快满了，还剩 47.7 MB，约 122 张照片")).to_be_visible()  # fmt: skip


def test_a_full_phone_says_so_and_nothing_typed_is_lost(page: Page) -> None:
    page.context.add_init_script("""
      const put = IDBObjectStore.prototype.put;
      IDBObjectStore.prototype.put = function (value) {
        const isFull = sessionStorage.getItem("full") && ["pixels", "visits"].includes(this.name);
        if (isFull) throw new DOMException("", "QuotaExceededError");
        return put.call(this, value);
      };""")
    page.reload()
    page.get_by_role("link", name="开始检查").click()
    page.evaluate("sessionStorage.setItem('full', 'yes')")
    answer(page, "market-01", "不合格")
    expect(page.get_by_text("本机空间已满，新内容存不下了")).to_be_visible()
    page.locator('[data-item="market-01"] input[type=file]').set_input_files(a_picture())
    expect(page.get_by_text("这张照片没有存下；其他内容都在")).to_be_visible()
    page.get_by_label("摊位规范，无占道经营 说明").fill("占道两处")

    page.evaluate("sessionStorage.removeItem('full')")
    page.reload()
    expect(page.get_by_label("摊位规范，无占道经营 说明")).to_have_value("占道两处")
    expect(page.locator('[data-item="market-01"] figure')).to_have_count(0)


# --- The way out ----------------------------------------------------------------------------------


def test_the_file_to_hand_over_holds_everything_that_is_unsent(page: Page) -> None:
    page.context.set_offline(True)
    picture = a_picture()
    do_visit(page, first="不合格", photo=picture)
    page.get_by_role("link", name="开始检查").click()
    answer(page, "market-02", "合格")
    page.get_by_role("link", name="返回路线").click()
    unsent(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="导出本机记录").click()
    file = zipfile.ZipFile(waiting.value.path())
    told = json.loads(file.read("visits.json"))
    photos = [name for name in file.namelist() if name.startswith("photos/")]

    assert file.testzip() is None
    assert told["person"]["name"] == "王巡"
    assert sorted(len(visit["checks"]) for visit in told["visits"]) == [1, 4]
    assert [file.read(name) for name in photos] == [picture["buffer"]]
    assert "1 张照片" in file.read("说明.txt").decode()


def test_who_signs_out_with_unsent_work_is_asked_first(page: Page) -> None:
    page.get_by_role("link", name="开始检查").click()
    answer(page, "market-02", "合格")
    page.get_by_role("link", name="返回路线").click()
    page.get_by_role("link", name="我的").click()
    page.get_by_role("button", name="退出登录").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("还有 1 次到访、0 张照片没有上传")
    dialog.get_by_role("link", name="先去上传").click()
    expect(page).to_have_url(re.compile("#/unsent$"))
    page.get_by_role("link", name="我的").click()
    page.get_by_role("button", name="退出登录").click()
    page.get_by_role("button", name="仍然退出").click()
    expect(page).to_have_url(re.compile("/sign-in/"))


# --- Starting, counting, judging ------------------------------------------------------------------


def test_a_visit_begins_with_the_code_of_the_plate(page: Page) -> None:
    page.context.set_offline(True)
    page.get_by_role("link", name="扫牌检查").click()
    page.get_by_label("点位编号").fill("X-1")
    page.get_by_role("button", name="开始检查").click()
    expect(page.get_by_role("alert")).to_contain_text("“X-1”不在今天派给您的点位里")
    page.get_by_label("点位编号").fill("https://city.example/s/m-430406001001-0002?from=plate")
    page.get_by_role("button", name="开始检查").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("市场2")


def test_a_number_is_judged_at_once_and_shown_with_its_standard(page: Page) -> None:
    page.get_by_role("link", name="开始检查").click()
    count(page, "market-04", "24", "22")
    item = page.locator('[data-item="market-04"]')
    expect(item.locator("output")).to_contain_text("标准 ≥95%")
    expect(item.locator("output")).to_contain_text("91.67%")
    expect(item.locator("summary")).to_contain_text("不合格")


def test_unfinished_visits_are_led_to_what_is_missing(page: Page) -> None:
    page.get_by_role("link", name="开始检查").click()
    answer(page, "market-01", "不合格")
    expect(page.get_by_text("还有 4 项没查完或缺照片")).to_be_visible()
    page.get_by_role("button", name="完成检查").click()
    expect(page.locator('[data-item="market-01"].f-asked')).to_be_visible()
    assert Visit.objects.count() == 0


@pytest.mark.parametrize(("part", "whole"), [(22, 24), (2, 3), (1, 3), (0, 7), (24, 24), (949999, 999999)])  # fmt: skip
def test_the_phone_works_out_a_share_as_the_server_does(page: Page, part: int, whole: int) -> None:
    found = page.evaluate(
        """async ([part, whole]) => {
          const {share} = await import("/static/inspections/field/judge.js");
          return String(share(part, whole));
        }""",
        [str(part), str(whole)],
    )
    assert int(found) == share(part, whole) * 10_000


# --- The page itself ------------------------------------------------------------------------------


@pytest.mark.parametrize("look", ["light", "dark", "elder"])
def test_every_part_of_the_page_is_sound(page: Page, axe: Axe, live_server: Any, look: str) -> None:
    cookie = ("yanzhen_elder", "on") if look == "elder" else ("yanzhen_theme", look)
    page.context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": live_server.url}])
    page.reload()
    page.context.set_offline(True)
    do_visit(page, first="不合格", photo=a_picture(), lamps="22")
    page.get_by_role("link", name="开始检查").click()
    answer(page, "market-01", "不合格")
    for place in ("", "scan", "unsent", "me", page.url.split("#/")[1]):
        page.evaluate("(place) => { location.hash = `#/${place}` }", place)
        page.wait_for_timeout(100)
        assert axe(page) == [], place
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, place
        assert page.evaluate(TOO_SMALL) == [], place


def test_the_page_is_light_and_every_file_of_it_is_kept(
    open_page: OpenPage,
    inspector: User,
    round_: Round,
) -> None:
    page = open_page(inspector, width=390)
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - playwright marks what it is given
    page.goto("/inspections/field/", wait_until="networkidle")
    files = {answer.url: len(answer.body()) for answer in answers}
    worker = Client().get(reverse("inspections:field_worker")).content.decode()
    shell = json.loads(worker.split("\n")[0].removeprefix("const SHELL = ").removesuffix(";"))
    paths = {re.sub(r"^https?://[^/]+", "", url) for url in files}

    assert sum(files.values()) < MOST_BYTES
    assert {path for path in paths if path.startswith("/static/")} <= set(shell["files"])
    assert "/static/inspections/field/judge.js" in paths


def test_without_script_the_page_says_what_to_do(open_page: OpenPage, inspector: User) -> None:
    page = open_page(inspector, width=390, java_script_enabled=False)
    page.goto("/inspections/field/")
    expect(page.get_by_text("浏览器没有运行脚本，手机离线检查用不了")).to_be_visible()
    expect(page.get_by_role("link", name="登记问题")).to_have_attribute("href", "/cases/new/")


def test_only_inspectors_have_the_page_and_anybody_its_worker() -> None:
    client = Client()
    assert client.get(reverse("inspections:field")).status_code == 303
    assert client.get(reverse("inspections:field_worker")).status_code == 200
    assert (
        client.get(reverse("inspections:field_manifest")).json()["scope"] == "/inspections/field/"
    )
    client.force_login(make_user())
    assert client.get(reverse("inspections:field")).status_code == 403
