"""Writing a matter down: what helps, what is refused and kept, photos of every kind, a session that ends."""

import json
import re
import struct
import uuid
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import PASSWORD, make_user
from yanzhen.cases import rulebook
from yanzhen.cases.enums import CaseStatus
from yanzhen.cases.models import Case, CasePhoto, MoveDemand, NumberSeries, RoutingRule
from yanzhen.cases.tests.factories import (
    MORNING,
    make_case,
    make_category,
    make_operator,
    make_policy,
)
from yanzhen.cases.tests.visits import (
    NOW,
    client_of,
    forms_on,
    said,
    signed_in,
    stop_clock,
    text,
)
from yanzhen.events.models import Event
from yanzhen.events.queries import events_of
from yanzhen.files.models import Photo
from yanzhen.files.tests.factories import picture, upload
from yanzhen.places.models import Site
from yanzhen.places.tests.factories import make_area, make_boundary, make_site
from yanzhen.units.tests.factories import make_site_unit, make_unit

pytestmark = pytest.mark.django_db

HERE, BESIDE = "430406001001", "430405001001"
NEW = "/cases/new/"


@dataclass
class World:
    office: User
    keeper: User


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(scope="module")
def world(lasting: None) -> World:
    make_policy()
    for code in (HERE, BESIDE):
        make_area(code)
    make_boundary(HERE, (112.60, 26.88, 112.62, 26.90))
    here = make_area(HERE)
    make_site(code="S-1", name="先锋农贸市场", area=here)
    make_site(
        code="S-2", name="先锋小学", area=here, address="先锋路 20 号",
        lat=Decimal("26.891"), lon=Decimal("112.611"),
    )  # fmt: skip
    make_site(
        code="S-3", name="旧市场", area=here, status="retired", address="旧街", lat=None, lon=None
    )
    beside = make_area(BESIDE)
    make_site(code="S-9", name="东风农贸市场", area=beside, address="东风路", lat=None, lon=None)
    light = make_category("light", name="照明", words="路灯 不亮 灯坏")
    make_category("lamp", name="路灯", parent=light, words="路灯不亮 路灯")
    make_category("litter", name="垃圾", words="垃圾 满溢", severity="serious")
    make_category("gone", name="旧类", is_active=False)
    unit = make_unit("U", name="路灯所", area=make_area("4304"))
    RoutingRule.objects.create(name="路灯归路灯所", category=light, unit=unit)
    make_site_unit(site=make_site(code="S-4", name="公园", area=here, address="湖边"), unit=unit)
    rulebook.renew()
    keeper = make_user(Role.KEEPER, area_code=HERE, username="keeper", password=PASSWORD)
    return World(make_operator(), keeper)


@pytest.fixture
def office(world: World) -> Client:
    return client_of(world.office)


@pytest.fixture
def keeper(world: World) -> Client:
    return client_of(world.keeper)


def written(answer: Any) -> dict[str, Any]:
    """What the form of a matter holds as a page shows it."""
    return next(form.fields for form in forms_on(answer) if "title" in form.fields)


def form(client: Client, query: str = "") -> dict[str, Any]:
    """What the empty form holds."""
    return written(client.get(f"{NEW}{query}"))


GOOD: dict[str, Any] = {
    "title": "路灯不亮", "words": "整条街都是黑的。", "site": "S-1", "source": "hotline",
    "source_number": "W-1", "category": "lamp", "severity": "", "address": "东门",
}  # fmt: skip


def send(client: Client, **changes: Any) -> Any:
    """A form that would be taken, with some things changed; a new one each time."""
    ids = {"client_id": str(uuid.uuid4())}
    return client.post(NEW, {**GOOD, **ids, **changes})


def filed(answer: Any) -> Case:
    assert answer.status_code == 303, said(answer)
    return Case.objects.get(number=answer["Location"].split("/")[2])


def bad(answer: Any, field: str) -> str:
    """What stands beside a field that was not taken."""
    assert answer.status_code == 422
    page = said(answer)
    blocks = re.split(r'<(?:div|fieldset)\s+class="field((?: field-bad)?)"', page)
    for mark, block in zip(blocks[1::2], blocks[2::2], strict=True):
        if mark and re.search(rf'name="{field}"', block):
            return block
    return ""


# --- Good -----------------------------------------------------------------------------------------


def test_the_office_files_at_once_and_sees_the_case(world: World, office: Client) -> None:
    case = filed(send(office, photos=[upload(picture()), upload(picture(color="red"))]))

    assert (case.status, case.title, case.words) == ("filed", "路灯不亮", "整条街都是黑的。")
    assert (case.site_id, case.site_type_id, case.area_id) == ("S-1", "market", HERE)
    assert (case.source, case.source_number, case.category_id) == ("hotline", "W-1", "lamp")
    assert (case.found_at, case.filed_at, case.severity) == (NOW, NOW, "normal")
    assert list(events_of(case).values_list("kind", flat=True)) == ["case.filed"]
    assert CasePhoto.objects.filter(case=case, moment="before").count() == 2
    assert case.routing
    assert case.routing["unit"] == "U"
    assert f"{case.number} 已立案。" in text(office, f"/cases/{case.number}/")


def test_the_office_may_also_only_write_it_down(office: Client) -> None:
    assert filed(send(office, report="1")).status == "reported"


def test_a_keeper_reports_from_his_own_area_without_being_asked_where(
    world: World, keeper: Client
) -> None:
    given = form(keeper)
    assert given["area"] == [HERE]
    assert not {"source", "source_number", "severity"} & given.keys()

    answer = keeper.post(NEW, given | {"title": "井盖松动", "address": "巷口"})

    case = filed(answer)
    assert (case.status, case.area_id, case.source) == ("reported", HERE, "grid")
    assert events_of(case).get().actor == world.keeper


def test_what_is_not_known_is_taken_from_what_is(office: Client) -> None:
    """The severity from the category, the area from the site or from the place."""
    litter = filed(send(office, category="litter", title="垃圾"))
    spot = filed(send(office, site="", lat="26.89", lon="112.61", title="坑"))
    then = filed(send(office, found_at="2026-11-04T08:15", title="昨天的", address="西门"))

    assert litter.severity == "serious"
    assert (spot.area_id, spot.site, str(spot.lat)) == (HERE, None, "26.890000")
    assert then.found_at.isoformat() == "2026-11-04T00:15:00+00:00"


def test_a_link_may_bring_the_site_and_the_words(office: Client) -> None:
    given = form(office, "?site=S-2&title=%E7%81%AF%E5%9D%8F")
    assert (given["site"], given["title"]) == (["S-2"], ["灯坏"])


def test_an_inspector_begins_with_his_own_source(world: World) -> None:
    page = said(signed_in(Role.INSPECTOR).get(NEW))
    assert "source" not in form(signed_in(Role.INSPECTOR))  # who may not file is not asked
    assert "上报问题" in page
    assert form(client_of(world.office))["source"] == ["other"]


def test_the_same_form_sent_twice_is_one_case_with_one_photo(office: Client) -> None:
    sent = {**GOOD, "client_id": str(uuid.uuid4())}

    one = filed(office.post(NEW, sent | {"photos": [upload(picture())]}))
    two = filed(office.post(NEW, sent | {"photos": [upload(picture())], "seen": "1"}))

    assert one == two
    assert (Case.objects.count(), Photo.objects.count()) == (1, 1)
    assert NumberSeries.objects.get(year=2026).last == 1


# --- What helps -----------------------------------------------------------------------------------


def picks(client: Client, kind: str, words: str) -> list[str]:
    page = text(client, f"/cases/new/picks/{kind}/?{kind}_q={words}")
    return [code for code in re.findall(r'value="([^"]*)"', page) if code]


def test_a_site_is_found_by_two_characters_of_its_name_or_address(
    world: World, office: Client, keeper: Client
) -> None:
    assert picks(office, "site", "市场") == ["S-1", "S-3", "S-9"]
    assert picks(office, "site", "先锋路") == ["S-1", "S-2"]
    assert picks(office, "site", "东风 市场") == ["S-9"]
    assert picks(keeper, "site", "市场") == ["S-1", "S-3"]
    assert "没有找到“火星”" in text(office, "/cases/new/picks/site/?site_q=火星")
    assert picks(office, "site", "%00") == picks(office, "site", "") == []
    assert office.get("/cases/new/picks/unit/?unit_q=x").status_code == 404


def test_an_area_is_found_by_its_name_and_only_ones_own(office: Client, keeper: Client) -> None:
    assert picks(office, "area", "社区") == [BESIDE, HERE]
    assert picks(keeper, "area", "社区") == [HERE]


def test_without_script_the_find_button_brings_the_sites_and_keeps_the_form(
    office: Client,
) -> None:
    typed = {**GOOD, "site": "", "site_q": "市场", "find": "site", "title": ""}

    answer = office.post(NEW, typed)

    assert answer.status_code == 200
    page = said(answer)
    for name in ("先锋农贸市场", "东风农贸市场"):
        assert name in page
    again = written(answer)
    assert (again["words"], again["site_q"]) == (["整条街都是黑的。"], ["市场"])
    assert not Case.objects.exists()


def test_words_that_mean_one_site_in_use_are_enough(office: Client) -> None:
    assert filed(send(office, site="", site_q="先锋小学")).site_id == "S-2"
    assert filed(send(office, site="", site_q="先锋农贸")).site_id == "S-1"
    several = send(office, site="", site_q="市场")
    assert "有几个点位都符合，请点选一个。" in bad(several, "site_q")
    assert "先锋农贸市场" in said(several)
    assert "没有找到这个点位" in bad(send(office, site="", site_q="火星"), "site_q")
    assert "没有找到这个区域。" in bad(send(office, site="", area_q="火星"), "area_q")
    assert "有几个区域都符合" in bad(send(office, site="", area_q="社区"), "area_q")
    assert filed(send(office, site="", area_q="沿江南路社区", title="坑")).area_id == HERE


def test_what_lies_around_the_device_is_offered_the_nearest_first(
    office: Client, keeper: Client
) -> None:
    around = "/cases/new/around/"
    page = text(office, f"{around}?lat=26.8905&lon=112.6106")
    assert re.findall(r'value="(S-\d)"', page) == ["S-2", "S-1", "S-4"]
    said_where = re.sub(r"<[^>]+>|\s", "", page)
    assert "您在雁峰区先锋街道沿江南路社区，附近的点位：" in said_where, said_where
    assert "这个位置不在本市范围内，请核对。" in text(office, f"{around}?lat=1&lon=1")
    for nonsense in ("", "?lat=x&lon=y", "?lat=NaN&lon=Infinity", "?lat=1e400&lon=1", "?lat=26.89"):
        assert "S-1" not in text(office, f"{around}{nonsense}")
    assert "S-1" in text(keeper, f"{around}?lat=26.89&lon=112.61")


def hints(client: Client, **given: str) -> str:
    answer = client.get("/cases/new/hints/", given)
    assert answer.status_code == 200
    return said(answer)


def test_while_one_writes_the_category_is_guessed_from_the_words(office: Client) -> None:
    page = hints(office, title="路灯不亮", words="垃圾也多")

    codes = re.findall(r'data-set="category"\s+value="([a-z]+)"', page)
    assert codes == ["lamp", "light", "litter"]
    assert "像是" not in hints(office, title="路灯不亮", category="lamp")
    assert "旧类" not in hints(office, title="旧类")


def test_while_one_writes_the_rules_say_to_whom_it_would_go_and_until_when(office: Client) -> None:
    page = hints(office, title="灯", category="lamp", site="S-1")

    assert "规则“路灯归路灯所”" in page
    assert "现在交办，限 2026-11-06 周五 10:00 前。" in page
    assert "路灯所" not in hints(office, title="灯", category="lamp")  # no place yet


@pytest.mark.parametrize(
    "given",
    [
        {"site": "S-9", "area": HERE, "title": "x"}, {"category": "\0", "title": "x"},
        {"site": "\0"}, {"area": "\0"}, {"title": "\0", "site": "S-1"}, {"lat": "NaN", "lon": "1"},
        {"address": "长" * 5000, "area": HERE}, {"lat": "90", "lon": "180"}, {},
    ],
)  # fmt: skip
def test_nonsense_gives_no_hints_and_no_error(office: Client, given: dict[str, str]) -> None:
    assert "现在交办" not in hints(office, **given)


def test_without_script_the_guess_stands_on_the_refused_form(office: Client) -> None:
    answer = send(office, site="", category="", title="路灯不亮")
    assert "像是：" in said(answer)
    assert "路灯" in said(answer).split('id="hints"')[1]


# --- The same matter ------------------------------------------------------------------------------


def open_here(**given: Any) -> Case:
    given = {"site": Site.objects.get(code="S-1"), "category": make_category("lamp")} | given
    return make_case(status=CaseStatus.ACKNOWLEDGED, at=MORNING, title="灯早就坏了", **given)


def test_what_may_be_the_same_is_shown_before_anything_is_written(office: Client) -> None:
    known = open_here()
    count = Event.objects.count()

    answer = send(office, photos=[upload(picture())])

    assert answer.status_code == 200
    page = said(answer)
    assert "这里已有 1 件在办，是不是同一件？" in page
    assert f'href="/cases/{known.number}/"' in page
    assert "不是同一件，立案" in page
    assert (Case.objects.count(), Event.objects.count()) == (1, count + 1)  # the photo is kept
    again = written(answer)
    assert again["seen"] == ["1"]

    case = filed(office.post(NEW, again))
    assert Case.objects.count() == 2
    assert CasePhoto.objects.filter(case=case).count() == 1
    assert Photo.objects.exclude(name__startswith="tests/").count() == 1


@pytest.mark.parametrize(
    ("known", "typed", "is_alike"),
    [
        ({}, {}, True),
        ({"category": None}, {}, True),
        ({}, {"category": "litter"}, False),
        ({}, {"site": "S-2"}, False),
        (
            {"site": None, "area": HERE, "address": "巷口"},
            {"site": "", "area": HERE, "address": " 巷口 "},
            True,
        ),
        (
            {"site": None, "area": HERE, "address": "巷口"},
            {"site": "", "area": HERE, "address": "巷尾"},
            False,
        ),
        (
            {"lat": Decimal("26.890"), "lon": Decimal("112.610")},
            {"site": "S-2", "lat": "26.8905", "lon": "112.6105"},
            True,
        ),
        (
            {"lat": Decimal("26.890"), "lon": Decimal("112.610")},
            {"site": "S-2", "lat": "26.893", "lon": "112.610"},
            False,
        ),
    ],
)
def test_the_same_is_what_is_of_one_kind_at_one_place(
    office: Client, known: dict[str, Any], typed: dict[str, Any], *, is_alike: bool
) -> None:
    if known.get("area"):
        known = known | {"area": make_area(HERE)}
        known.pop("site")
        make_case(status=CaseStatus.ACKNOWLEDGED, category=make_category("lamp"), **known)
    else:
        open_here(**known)

    assert send(office, **typed).status_code == (200 if is_alike else 303)


def test_what_is_over_and_what_i_do_not_see_is_not_offered(
    world: World, office: Client, keeper: Client
) -> None:
    open_here()
    Case.objects.update(status="declined")
    assert filed(send(office)).status == "filed"
    assert send(keeper).status_code == 200
    Case.objects.update(area_id=BESIDE)

    assert send(keeper).status_code == 303


# --- Refused --------------------------------------------------------------------------------------

LONG = "长" * 5001
REFUSED: list[tuple[dict[str, str], str, str]] = [
    ({"title": ""}, "title", "请写明是什么问题。"),
    ({"title": " 　"}, "title", "请写明是什么问题。"),
    ({"title": "长" * 121}, "title", "标题最多 120 个字，详细的写到“情况”里。"),
    ({"words": LONG}, "words", "5000"),
    ({"site": ""}, "site_q", "请选点位；不在点位上的，选区域。"),
    ({"site": "S-0"}, "site_q", "没有找到这个点位，请重新选。"),
    ({"site": "S-3"}, "site_q", "点位“旧市场”已停用，请另选点位或直接选区域。"),
    ({"site": "", "area": "430499"}, "area_q", "您的岗位不管这个区域，请另选。"),
    ({"area": BESIDE}, "area_q", "点位“先锋农贸市场”不在“东风社区居委会”内，请核对。"),
    ({"category": "none"}, "category", "可用的选项"),
    ({"severity": "deadly"}, "severity", "可用的选项"),
    ({"source": "rumour"}, "source", "可用的选项"),
    ({"source_number": "9" * 61}, "source_number", "60"),
    ({"address": "长" * 201}, "address", "200"),
    ({"found_at": "2026-11-05T10:01"}, "found_at", "晚于现在"),
    ({"found_at": "1999-01-01T00:00"}, "found_at", "太早，请核对年份"),
    ({"found_at": "0001-01-01T00:00"}, "found_at", "太早，请核对年份"),
    ({"found_at": "昨天"}, "found_at", "有效的日期"),
    ({"lat": "26.89"}, "lat", "纬度和经度要么都填，要么都不填。"),
    ({"lat": "91", "lon": "0"}, "lat", "90"),
    ({"lat": "北", "lon": "112"}, "lat", "输入一个数字"),
    ({"site": "", "lat": "1", "lon": "1"}, "lat", "这个位置不在衡阳市任何区域内，请核对。"),
]


@pytest.mark.parametrize(("change", "field", "words"), REFUSED)
def test_a_refusal_stands_beside_its_field_and_all_that_was_typed_is_kept(
    office: Client, change: dict[str, str], field: str, words: str
) -> None:
    answer = send(office, **change)

    assert words in bad(answer, field), said(answer)
    assert "还不能交，请看这里" in said(answer)
    again = written(answer)
    typed = GOOD | change
    unchosen = {"category", "severity", "source"} & change.keys()  # no such choice to keep
    for name, value in typed.items():
        if name in {"site", "area"} and value not in {"S-1", "S-3", BESIDE}:
            continue  # what does not exist cannot be shown as chosen
        if name not in unchosen:
            assert again.get(name, [""])[0].strip() == value.strip(), name
    assert not Case.objects.exists()
    assert not NumberSeries.objects.exists()


def test_a_category_that_was_closed_meanwhile_is_said(office: Client) -> None:
    answer = send(office, category="gone")
    assert answer.status_code == 422
    assert not Case.objects.exists()


def test_what_the_city_asks_for_is_asked_here_too(office: Client) -> None:
    MoveDemand.objects.create(move="file", photo_required=True, reason="好找地方")
    rulebook.renew()

    assert "受理立案须附照片：好找地方" in bad(send(office), "photos")
    assert filed(send(office, photos=[upload(picture())])).status == "filed"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.STEWARD, Role.HANDLER, Role.ADMIN, None])
def test_who_may_not_report_is_told_so(world: World, role: Role | None) -> None:
    scope = {"unit_code": "U"} if role == Role.HANDLER else {}
    visitor = signed_in(role, **scope)

    for answer in (visitor.get(NEW), send(visitor), visitor.get(f"{NEW}hints/")):
        assert answer.status_code == 403
        assert "您的岗位没有这项权限" in said(answer)
    assert not Case.objects.exists()


def test_a_keeper_cannot_pretend_to_be_the_office(keeper: Client) -> None:
    case = filed(send(keeper, source="leader", source_number="1", severity="severe"))
    assert (case.status, case.source, case.source_number) == ("reported", "grid", "")
    assert case.severity == "normal"


# --- Photos of every kind -------------------------------------------------------------------------


def truncated() -> bytes:
    whole = picture(size=(400, 300), color="red", quality=95)
    return whole[: len(whole) // 2]


def wide(width: int, height: int) -> bytes:
    """A picture of a few bytes that says it is so large."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


HOSTILE: list[tuple[str, Callable[[], bytes], str]] = [
    ("现场.jpg", lambda: b"MZ\x90\x00\x03" + b"\0" * 200, "的内容是Windows 程序，不是照片"),
    ("现场.jpg", lambda: b"\x7fELF" + b"\0" * 200, "的内容是Linux 程序，不是照片"),
    ("现场.jpg", lambda: b"#!/bin/sh\nrm -rf /\n", "的内容是脚本，不是照片"),
    ("现场.jpg", lambda: b"%PDF-1.7\n" + b"x" * 200, "的内容是PDF 文件，不是照片"),
    ("现场.png", lambda: b"PK\x03\x04" + b"x" * 200, "的内容是压缩包或 Office 文件，不是照片"),
    ("现场.gif", lambda: picture("GIF"), "的内容是GIF 动图，不是照片"),
    ("现场.jpg", lambda: b"<svg onload=alert(1)>", "不是照片"),
    ("现场.jpg", lambda: b"", "空的"),
    ("现场.jpg", truncated, "不完整或已损坏"),
    ("现场.jpg", lambda: b"\xff\xd8\xff" + b"\0" * (30 * 1024 * 1024), "超过 30 MB"),
    ("现场.png", lambda: wide(8000, 5001), "百万像素"),
    ("现场.png", lambda: wide(60_000, 60_000), "百万像素"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "words"), HOSTILE)
def test_what_is_no_photo_is_refused_in_words_and_the_form_is_kept(
    office: Client, name: str, content: Callable[[], bytes], words: str
) -> None:
    files = [upload(picture()), SimpleUploadedFile(name, content())]

    answer = send(office, photos=files)

    block = bad(answer, "photos")
    assert f"“{name}”" in block
    assert words in block
    again = written(answer)
    assert {key: again[key][0] for key in GOOD} == GOOD
    assert len(again["photo"]) == 1  # the good one need not be sent again
    assert not Case.objects.exists()
    assert filed(office.post(NEW, again)).status == "filed"
    assert CasePhoto.objects.count() == 1


def test_a_dangerous_name_is_only_a_name(office: Client) -> None:
    name = '../../etc/"><script>alert(1)</script>.jpg'

    answer = send(office, photos=[SimpleUploadedFile(name, b"MZ program")])
    kept = filed(send(office, photos=[SimpleUploadedFile(name, picture())]))

    assert "<script>alert(1)" not in answer.content.decode()
    photo = CasePhoto.objects.get(case=kept).photo
    assert "/" not in photo.original_name
    assert ".." not in photo.name


def test_what_says_it_is_a_photo_but_is_text_in_the_field_is_nothing(office: Client) -> None:
    case = filed(send(office, photos="现场.jpg", photos_facts="[1, null, 7]"))
    assert not CasePhoto.objects.filter(case=case).exists()


# --- A session that ends --------------------------------------------------------------------------


def test_what_was_typed_outlives_the_session_and_the_photos_are_spoken_of(world: World) -> None:
    client = client_of(world.keeper)
    typed = form(client) | {
        "title": "井盖松动",
        "words": "踩上去晃，\n“小心”<b>",
        "address": "巷口",
    }
    client.cookies.clear()

    late = client.post(NEW, typed | {"photos": [upload(picture())]})

    assert late.status_code == 403
    assert "登录已过期" in said(late)
    assert "照片需要重新选择" in said(late)
    assert not Case.objects.exists()
    assert not Photo.objects.exists()

    credentials = {"username": "keeper", "password": PASSWORD, "next": "/"}
    landed = client.post("/sign-in/", credentials | {"kept": late.context["kept"]})
    assert (landed.status_code, landed["Location"]) == (303, NEW)
    back = client.get(NEW)
    page = said(back)
    assert "刚才没有提交成功，填写的内容已放回表单" in page
    assert "照片需要重新选择" in page
    again = written(back)
    names = ("title", "words", "address", "client_id", "area")
    assert {name: again[name][0].replace("\r\n", "\n") for name in names} == {
        name: typed[name][0] if isinstance(typed[name], list) else typed[name] for name in names
    }

    case = filed(client.post(NEW, again | {"photos": [upload(picture())]}))
    assert (case.title, case.words) == ("井盖松动", "踩上去晃，\n“小心”<b>")
    assert CasePhoto.objects.filter(case=case).count() == 1


def test_without_photos_nothing_is_said_of_photos(world: World) -> None:
    client = client_of(world.keeper)
    typed = form(client) | {"title": "井盖松动", "address": "巷口"}
    client.cookies.clear()

    assert "照片" not in said(client.post(NEW, typed)).split("<main")[1]


# --- Putting right --------------------------------------------------------------------------------


def amend(client: Client, case: Case, **changes: str) -> Any:
    url = f"/cases/{case.number}/amend/"
    return client.post(url, written(client.get(url)) | changes)


def test_what_was_wrong_is_put_right_and_the_record_says_what(office: Client) -> None:
    case = filed(send(office))

    answer = amend(office, case, title="两盏路灯不亮", site="S-2", severity="severe")

    assert (answer.status_code, answer["Location"]) == (303, f"/cases/{case.number}/")
    case.refresh_from_db()
    assert (case.title, case.site_id, case.severity) == ("两盏路灯不亮", "S-2", "severe")
    assert (case.category_id, case.words, case.source) == ("lamp", "整条街都是黑的。", "hotline")
    last = events_of(case).last()
    assert last
    assert last.kind == "case.amended"
    assert set(last.facts["amended"]) == {"severity", "site_id", "title"}
    page = text(office, f"/cases/{case.number}/")
    assert "更正：" in page
    assert "点位由“先锋农贸市场”改为“先锋小学”" in page


def test_nothing_changed_is_nothing_recorded(office: Client) -> None:
    case = filed(send(office))
    assert amend(office, case).status_code == 303
    assert events_of(case).count() == 1


def test_a_wrong_correction_is_refused_beside_its_field(office: Client) -> None:
    case = filed(send(office))

    answer = amend(office, case, title="", site="S-3", words="新的话")

    assert "请写明是什么问题。" in bad(answer, "title")
    assert written(answer)["words"] == ["新的话"]
    assert "已停用" in bad(amend(office, case, site="S-3"), "site_q")
    assert events_of(case).count() == 1


def test_what_is_with_a_unit_is_not_amended_any_more(office: Client) -> None:
    out = make_case(status=CaseStatus.DISPATCHED, area=make_area(HERE))
    url = f"/cases/{out.number}/amend/"

    assert office.get(url).status_code == 409
    assert "这一步现在不能办：问题已是“待签收”。" in said(office.get(url))
    assert office.post(url, GOOD).status_code == 409
    assert events_of(out).filter(kind="case.amended").count() == 0


def test_the_second_to_amend_meets_what_became_of_the_case(office: Client) -> None:
    case = filed(send(office))
    url = f"/cases/{case.number}/amend/"
    typed = written(office.get(url)) | {"title": "新标题"}
    Case.objects.filter(pk=case.pk).update(status="declined")

    assert office.post(url, typed).status_code == 409
    case.refresh_from_db()
    assert case.title == "路灯不亮"


def test_a_keeper_does_not_amend(keeper: Client, office: Client) -> None:
    case = filed(send(office))
    assert keeper.get(f"/cases/{case.number}/amend/").status_code == 403
    assert keeper.post(f"/cases/{case.number}/amend/", GOOD).status_code == 403


def test_facts_of_photos_from_the_phone_arrive_with_the_case(office: Client) -> None:
    facts = json.dumps([{"taken_at": (NOW - timedelta(minutes=3)).isoformat()}])
    case = filed(send(office, photos=[upload(picture())], photos_facts=facts))
    assert CasePhoto.objects.get(case=case).photo.taken_at == NOW - timedelta(minutes=3)
