"""The scripts of the design system in a real browser, and the pages without them."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, TiffImagePlugin
from playwright.sync_api import FilePayload, Page, expect
from pytest_django.live_server_helper import LiveServer

from yanzhen.core import styleguide

pytestmark = [pytest.mark.urls("yanzhen.core.tests.pages"), pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]
Axe = Callable[[Page], list[str]]

LOOKS = {
    "desk": (1440, {}),
    "phone, dark": (390, {"yanzhen_theme": "dark"}),
    "phone, elder": (390, {"yanzhen_elder": "on"}),
}
TOO_SMALL = """() => [...document.querySelectorAll(
  "a, button, summary, select, textarea, label.check, " +
  "input:not([type=hidden], [type=checkbox], [type=radio], [type=range])"
)].filter((element) => {
  if (element.closest("p, dd, td, th, li, .told, .frac, .skip, .tags")) return false; // words in a sentence or a row
  const box = element.getBoundingClientRect();
  return box.width > 1 && box.height > 0 && box.height < 43.5;
}).map((element) => `${element.tagName} ${element.className} ${element.textContent.trim().slice(0, 12)}`)"""


# --- every page of the guide ------------------------------------------------------------------------


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", styleguide.PAGES)
def test_a_page_is_sound_at_every_width_and_in_every_look(
    open_page: OpenPage, live_server: LiveServer, axe: Axe, name: str, look: str
) -> None:
    width, cookies = LOOKS[look]
    page = open_page(width=width)
    page.context.add_cookies(
        [{"name": key, "value": value, "url": live_server.url} for key, value in cookies.items()]
    )
    page.goto(f"/styleguide/{name}/", wait_until="load")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe(page) == []
    if width < 768:
        assert page.evaluate(TOO_SMALL) == []


def test_without_script_before_and_after_stand_side_by_side(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/styleguide/case/")
    before, after = page.locator("[data-compare] img").all()
    left, right = before.bounding_box(), after.bounding_box()

    assert left is not None
    assert right is not None
    assert left["x"] + left["width"] <= right["x"]
    expect(page.locator("[data-compare] input")).to_be_hidden()


def test_the_slider_moves_the_cut(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/styleguide/case/")
    slider = page.locator("[data-compare] input")
    slider.focus()
    page.keyboard.press("Home")

    assert slider.input_value() == "0"
    assert "0%" in page.locator("[data-compare]").evaluate("e => e.style.getPropertyValue('--cut')")


# --- keys, ticks, panel -----------------------------------------------------------------------------


def test_keys_walk_tick_open_and_leave(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/rows/")
    expect(page.locator(".bulk")).to_be_hidden()
    for key in ("j", "j", "x", "j", "x", "k"):
        page.keyboard.press(key)
    expect(page.locator("[data-count]")).to_have_text("2")
    expect(page.locator(".is-at")).to_have_attribute("data-row", "2")

    page.keyboard.press("o")
    expect(page.locator("#pane h2")).to_have_text("第 2 件的详情")
    expect(page.locator("tr.is-open")).to_have_attribute("data-row", "2")
    page.keyboard.press("j")
    expect(page.locator("#pane h2")).to_have_text("第 3 件的详情")

    page.keyboard.press("Escape")
    expect(page.locator("#pane")).to_be_empty()
    expect(page.locator("[data-count]")).to_have_text("2")
    page.keyboard.press("Escape")
    expect(page.locator(".bulk")).to_be_hidden()


def test_a_key_does_the_main_deed_for_what_is_ticked(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/rows/")
    page.get_by_label("选择 4").check()
    page.locator("h1").click()
    page.keyboard.press("d")

    expect(page.locator("#posted")).to_have_text("urge,4")


def test_keys_are_letters_where_one_writes(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/rows/")
    page.keyboard.press("/")
    page.keyboard.type("jx?")

    expect(page.locator("[data-search]")).to_have_value("jx?")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def test_a_stretch_and_all_are_ticked_at_once(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/rows/")
    page.get_by_label("选择 3").click()
    page.get_by_label("选择 7").click(modifiers=["Shift"])
    expect(page.locator("[data-count]")).to_have_text("5")
    assert page.locator("[data-select-all]").evaluate("e => e.indeterminate")

    page.locator("[data-select-all]").click()
    expect(page.locator("[data-count]")).to_have_text("12")
    page.locator("[data-clear]").click()
    expect(page.locator(".bulk")).to_be_hidden()


def test_ticks_work_without_script(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/rows/")
    expect(page.locator(".bulk")).to_be_hidden()
    page.get_by_label("选择 2", exact=True).check()
    page.get_by_label("选择 5").check()
    page.get_by_role("button", name="催办").click()

    expect(page.locator("#posted")).to_have_text("urge,2,5")


def test_on_a_phone_a_row_opens_as_a_page(open_page: OpenPage) -> None:
    page = open_page(width=390)
    page.goto("/rows/")
    page.get_by_role("link", name="第 3 件").click()

    expect(page.locator("h1")).to_have_text("第 3 件的整页")


def test_a_row_opens_in_a_new_tab_when_asked_to(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/rows/")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="第 3 件").click(modifiers=["Control"])

    expect(opened.value.locator("h1")).to_have_text("第 3 件的整页")
    expect(page.locator("#pane")).to_be_empty()


def test_after_a_deed_the_panel_is_empty_and_the_page_is_told(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/rows/")
    page.evaluate(
        "document.body.addEventListener('case-changed', () => { document.title = '变了' })"
    )
    page.get_by_role("link", name="第 3 件").click()
    page.locator("#done").click()

    expect(page.locator("#pane")).to_be_empty()
    expect(page).to_have_title("变了")


def test_a_refusal_is_said_and_the_panel_stays(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/rows/")
    page.get_by_role("link", name="第 3 件").click()
    page.locator("#refuse").click()

    expect(page.locator("#messages .say-error")).to_have_text("市路灯管理处已先签收。")
    expect(page.locator("#pane h2")).to_have_text("第 3 件的详情")
    page.locator("#messages [data-dismiss]").click()
    expect(page.locator("#messages .say")).to_have_count(0)


@pytest.mark.parametrize(
    ("event", "status", "words"),
    [
        ("responseError", 404, "可能已经移走"),
        ("responseError", 429, "请等一分钟"),
        ("responseError", 503, "系统出了错"),
        ("sendError", 0, "连不上服务器"),
        ("timeout", 0, "没有及时回应"),
    ],
)
def test_what_htmx_cannot_show_is_said_in_words(
    open_page: OpenPage, event: str, status: int, words: str
) -> None:
    page = open_page()
    page.goto("/rows/")
    page.evaluate(
        """([event, status]) => document.body.dispatchEvent(new CustomEvent(`htmx:${event}`, {
            bubbles: true, detail: { xhr: { status, getResponseHeader: () => null } },
        }))""",
        [event, status],
    )

    expect(page.locator("#messages .say-error")).to_contain_text(words)


# --- menus and the look -----------------------------------------------------------------------------


def test_one_menu_is_open_at_a_time_and_escape_closes_it(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/styleguide/ledger/")
    page.locator("summary.where").click()
    page.locator("summary.me").click()
    expect(page.locator("details.drop[open]")).to_have_count(1)

    page.keyboard.press("Escape")
    expect(page.locator("details.drop[open]")).to_have_count(0)
    expect(page.locator("#pane")).not_to_be_empty()


def test_the_look_changes_at_once_and_stays(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/styleguide/")
    page.locator("summary.me").click()
    page.get_by_role("button", name="深色").click()
    page.get_by_role("button", name="大字版").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")

    page.goto("/styleguide/form/")
    expect(page.locator("html[data-theme=dark].elder")).to_have_count(1)


def test_the_look_changes_without_script(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/styleguide/figure/")
    page.locator("summary.me").click()
    page.get_by_role("button", name="深色").click()

    assert page.url.endswith("/styleguide/figure/")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_machines_preference_holds_until_one_chooses(open_page: OpenPage) -> None:
    page = open_page(color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    page.goto("/styleguide/")
    dark = page.evaluate(ground)
    page.locator("summary.me").click()
    page.get_by_role("button", name="浅色").click()
    light = page.evaluate(ground)

    assert (dark, light) == ("rgb(11, 21, 24)", "rgb(244, 247, 247)")
    page.get_by_role("button", name="随系统").click()
    assert page.evaluate(ground) == dark


def test_a_dark_page_is_printed_on_white(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/styleguide/ledger/")
    page.locator("summary.me").click()
    page.get_by_role("button", name="深色").click()
    page.emulate_media(media="print")

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    expect(page.locator(".rail")).to_be_hidden()
    expect(page.locator("#pane")).to_be_hidden()


# --- drafts -----------------------------------------------------------------------------------------


def write(page: Page, name: str) -> None:
    page.get_by_label("名称").fill(name)
    page.get_by_label("说明").fill("早上六点多，菜筐把北门通道堵了。")
    page.get_by_label("类型").select_option("b")
    page.get_by_label("公开").check()
    page.get_by_label("二组").check()
    page.get_by_label("口令").fill("不要留下")


def expect_written(page: Page, name: str) -> None:
    expect(page.get_by_label("名称")).to_have_value(name)
    expect(page.get_by_label("说明")).to_have_value("早上六点多，菜筐把北门通道堵了。")
    expect(page.get_by_label("类型")).to_have_value("b")
    expect(page.get_by_label("公开")).to_be_checked()
    expect(page.get_by_label("一组")).not_to_be_checked()
    expect(page.get_by_label("二组")).to_be_checked()
    expect(page.get_by_label("口令")).to_have_value("")


def test_what_was_typed_outlives_an_expired_session(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/site/")
    write(page, "过期")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("h1")).to_have_text("请登录")
    page.wait_for_load_state("load")

    page.goto("/site/")
    expect_written(page, "过期")
    expect(page.locator(".draft")).to_contain_text("已经替您填回来了")
    assert "不要留下" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_what_was_saved_does_not_come_back(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/site/")
    write(page, "幸福里小区")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("h1")).to_have_text("样张")
    page.wait_for_load_state("load")

    page.goto("/site/")
    expect(page.get_by_label("名称")).to_have_value("")
    expect(page.locator(".draft")).to_have_count(0)


def test_after_a_mistake_the_servers_page_is_not_touched(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/site/")
    write(page, "有错")
    page.get_by_role("button", name="保存").click()

    expect(page.locator(".field-error")).to_contain_text("还差什么？")
    expect(page.locator(".draft")).to_have_count(0)
    expect(page.get_by_label("名称")).to_have_value("有错")


def test_a_restored_draft_can_be_thrown_away(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/site/")
    page.get_by_label("名称").fill("半句话")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.get_by_label("名称")).to_have_value("半句话")

    page.get_by_role("button", name="不要了").click()
    expect(page.get_by_label("名称")).to_have_value("")
    page.reload()
    expect(page.locator(".draft")).to_have_count(0)


def test_signing_out_leaves_nothing_behind(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/site/")
    page.get_by_label("名称").fill("半句话")
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#out").click()

    expect(page.get_by_label("名称")).to_have_value("")
    assert "半句话" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_leaving_with_words_unsaved_asks_first(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/site/")
    page.get_by_label("名称").click()
    page.keyboard.type("半句话")
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", stay)
    page.goto("/rows/")
    assert asked == ["beforeunload"]


# --- photos -----------------------------------------------------------------------------------------


def jpeg(side: int, *, noisy: bool = False, exif: bool = True) -> bytes:
    """A photo taken on 2026-11-20 at 09:58 in Hengyang, held sideways."""
    image = Image.effect_noise((side, side * 3 // 4), 90) if noisy else Image.new("L", (side, side))
    facts = Image.Exif()
    facts[0x0112] = 6
    detail = facts.get_ifd(0x8769)
    detail[0x9003], detail[0x9011] = "2026:11:20 09:58:00", "+08:00"
    place = facts.get_ifd(0x8825)
    degrees = TiffImagePlugin.IFDRational
    place[1], place[2] = "N", (degrees(26), degrees(53), degrees(3600, 100))
    place[3], place[4] = "E", (degrees(112), degrees(37), degrees(1200, 100))
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=95, **({"exif": facts} if exif else {}))
    return out.getvalue()


def choose(page: Page, *files: tuple[str, str, bytes]) -> None:
    payloads: list[FilePayload] = [
        {"name": name, "mimeType": kind, "buffer": content} for name, kind, content in files
    ]
    page.locator("input[type=file]").set_input_files(payloads)


def sent(page: Page) -> dict[str, Any]:
    page.locator("#send").click()
    expect(page.locator("#got")).to_contain_text("files")
    found: dict[str, Any] = json.loads(page.locator("#got").inner_text())
    return found


def test_photos_show_when_and_where_and_can_be_taken_away(open_page: OpenPage) -> None:
    page = open_page(width=390)
    page.goto("/upload/")
    choose(page, ("a.jpg", "image/jpeg", jpeg(64)))
    expect(page.locator(".shot-card")).to_have_count(1)
    choose(page, ("b.jpg", "image/jpeg", jpeg(32, exif=False)))
    expect(page.locator(".shot-card")).to_have_count(2)
    expect(page.locator(".shot-card p").first).to_have_text("11-20 09:58 · 有定位")
    expect(page.locator(".shot-card p").last).to_have_text("没有拍摄时间 · 没有定位")

    page.get_by_role("button", name="去掉 b.jpg").click()
    got = sent(page)
    assert [name for name, _ in got["files"]] == ["a.jpg"]
    assert got["facts"] == [
        {
            "name": "a.jpg",
            "taken_at": "2026-11-20T09:58:00+08:00",
            "lat": 26.8933333,
            "lon": 112.62,
            "shrunk": False,
        }
    ]


def test_a_large_photo_is_shrunk_and_keeps_its_account(open_page: OpenPage) -> None:
    page = open_page(width=390)
    original = jpeg(3000, noisy=True)
    assert len(original) > 3 * 1024 * 1024
    page.goto("/upload/")
    choose(page, ("IMG_1.JPG", "image/jpeg", original))
    expect(page.locator(".shot-card")).to_have_count(1)
    shrunk = bytes(
        page.evaluate(
            "async () => [...new Uint8Array(await document.querySelector('input[type=file]').files[0].arrayBuffer())]"
        )
    )
    got = sent(page)

    image = Image.open(io.BytesIO(shrunk))
    assert max(image.size) == 2048
    assert image.size[1] > image.size[0]  # it was turned upright while it was drawn
    assert image.getexif()[0x0112] == 1
    assert image.getexif().get_ifd(0x8769)[0x9003] == "2026:11:20 09:58:00"
    assert float(image.getexif().get_ifd(0x8825)[2][1]) == 53
    assert len(shrunk) < len(original) / 2
    assert got["files"] == [["IMG_1.jpg", len(shrunk)]]
    assert got["facts"][0]["shrunk"] is True


def test_what_is_no_photo_is_said_and_not_sent(open_page: OpenPage) -> None:
    page = open_page(width=390)
    page.goto("/upload/")
    choose(page, ("a.jpg", "image/jpeg", jpeg(64)), ("表.xlsx", "application/zip", b"PK\x03\x04"))
    expect(page.locator(".shot-card-bad")).to_contain_text("这不是照片")

    assert [name for name, _ in sent(page)["files"]] == ["a.jpg"]


BROKEN = [
    b"",
    b"\xff\xd8",
    b"\xff\xd8\xff\xe1\xff\xff",
    b"\xff\xd8\xff\xe1\x00\x08Exif\0\0",
    jpeg(16)[:60],
    jpeg(16).replace(b"MM\x00*", b"MM\xff\xff").replace(b"II*\x00", b"II\xff\xff"),
    b"\xff\xd8\xff\xe1\x00\x1eExif\0\0MM\x00*\x00\x00\x00\x08\xff\xff" + b"\xff" * 10,
]


def test_a_broken_account_is_no_account(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/upload/")
    read = page.evaluate(
        """async (files) => {
            const { readExif } = await import("/static/js/upload.js");
            return files.map((bytes) => readExif(new Uint8Array(bytes).buffer))
                .map(({ takenAt, lat, lon }) => [takenAt, lat, lon]);
        }""",
        [list(content) for content in [*BROKEN, jpeg(16)]],
    )

    assert read[:-1] == [[None, None, None]] * len(BROKEN)
    assert read[-1] == ["2026-11-20T09:58:00+08:00", 26.8933333, 112.62]
