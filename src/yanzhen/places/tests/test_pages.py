"""The pages of the net: who gets in, what is kept when something is wrong, what works without script."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.events.models import Event
from yanzhen.files.tests.factories import picture, upload
from yanzhen.places.enums import SiteStatus
from yanzhen.places.fields import TypeField, fields_of
from yanzhen.places.models import Area, Boundary, Site, SiteType
from yanzhen.places.tests.factories import make_area, make_boundary, make_site, make_site_type

pytestmark = pytest.mark.django_db

MARKET = [
    {"name": "stalls", "label": "摊位", "kind": "number", "required": True, "unit": "个"},
    {"name": "scale", "label": "有公平秤", "kind": "bool"},
]
PARK = [{"name": "area", "label": "面积", "kind": "number", "unit": "平方米"}]


@pytest.fixture
def operator(client: Client) -> User:
    user = make_user(Role.OPERATOR)
    client.force_login(user)
    return user


@pytest.fixture
def city() -> None:
    make_area("430406001001")
    make_area("430406001004")
    make_area("430405001001")
    make_site_type("market", fields=MARKET)
    make_site_type("park", name="公园", fields=PARK)


def page(client: Client, name: str, *args: str, **query: str) -> str:
    response = client.get(reverse(f"places:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


# --- who gets in ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("city")
def test_what_one_may_not_see_is_not_there(client: Client) -> None:
    site = make_site(area=make_area("430405001001"))
    client.force_login(make_user(Role.INSPECTOR, area_code="430406"))

    for name, code in (("area", "430405"), ("area", "4304"), ("site", site.code)):
        assert client.get(reverse(f"places:{name}", args=[code])).status_code == 404
    assert client.get(reverse("places:area", args=["430406"])).status_code == 200
    assert site.name not in page(client, "sites")


DEEDS = [
    ("area_rename", "430406001001"),
    ("area_close", "430406001001"),
    ("area_reopen", "430406001001"),
    ("outline", "430406001001"),
    ("outline_remove", "430406001001"),
    ("outlines", None),
    ("site_new", None),
    ("site_edit", "S-430406-0001"),
    ("site_photo", "S-430406-0001"),
    ("site_retire", "S-430406-0001"),
    ("site_restore", "S-430406-0001"),
    ("site_type_new", None),
    ("site_type", "market"),
    ("site_type_retire", "market"),
    ("site_type_restore", "market"),
]


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize(("name", "code"), DEEDS)
def test_who_may_only_look_is_told_so(client: Client, name: str, code: str | None) -> None:
    make_site()
    client.force_login(make_user(Role.INSPECTOR))

    response = client.post(reverse(f"places:{name}", args=[code] if code else []))

    assert response.status_code == 403
    assert "岗位" in response.content.decode()
    assert not Event.objects.exists()


@pytest.mark.usefixtures("city")
def test_who_may_only_look_is_offered_nothing_to_change(client: Client) -> None:
    site = make_site()
    client.force_login(make_user(Role.INSPECTOR))

    assert "新增" not in page(client, "area", "430406")
    assert "新增" not in page(client, "sites")
    assert "修改" not in page(client, "site", site.code)
    assert "/site-types/market/" not in page(client, "site_types")


@pytest.mark.usefixtures("operator")
def test_the_first_area_is_the_city_itself(client: Client) -> None:
    typed = {"name": "衡阳市", "code": "4304"}
    client.post(reverse("places:area_new"), typed)

    assert Area.objects.get().code == "4304"
    assert client.post(reverse("places:area_new"), typed | {"code": "4305"}).status_code == 403


# --- areas ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("operator", "city")
def test_the_tree_shows_districts_and_streets_with_links(client: Client) -> None:
    text = page(client, "areas")

    assert reverse("places:area", args=["430406"]) in text
    assert reverse("places:area", args=["430406001"]) in text
    assert reverse("places:area", args=["430406001004"]) not in text


@pytest.mark.usefixtures("operator", "city")
def test_areas_are_found_with_and_without_script(client: Client) -> None:
    assert "雁峰区 先锋街道 光辉社区" in page(client, "areas", q="光辉")
    part = client.get(reverse("places:areas"), {"q": "光辉"}, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert "没有找到区域" in page(client, "areas", q="月亮")
    options = page(client, "area_suggest", area="光辉")
    assert '<option value="雁峰区 先锋街道 光辉社区">' in options


@pytest.mark.usefixtures("operator", "city")
def test_an_area_is_added_under_the_one_whose_page_it_was(client: Client) -> None:
    url = reverse("places:area_new") + "?parent=430406001"
    assert "新增社区（村）" in client.get(url).content.decode()

    response = client.post(url, {"name": "先锋社区", "code": "430406001009"})

    assert response.status_code == 303
    assert response["Location"] == reverse("places:area", args=["430406001009"])
    assert Area.objects.get(code="430406001009").level == "community"


@pytest.mark.usefixtures("operator", "city")
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": "", "code": "430406001009"}, "必填"),
        ({"name": "先锋社区", "code": "43040600100"}, "12 位"),
        ({"name": "先锋社区", "code": "430406001004"}, "光辉社区居委会"),
        ({"name": "先锋社区", "code": "430405001009"}, "开头"),
    ],
)
def test_a_wrong_area_is_told_beside_its_field_and_keeps_what_was_typed(
    client: Client, typed: dict[str, str], words: str
) -> None:
    url = reverse("places:area_new") + "?parent=430406001"

    response = client.post(url, typed)

    text = response.content.decode()
    assert response.status_code == 422
    assert words in text
    assert f'value="{typed["code"]}"' in text
    assert "field-bad" in text


@pytest.mark.usefixtures("operator", "city")
def test_an_area_is_renamed_closed_and_reopened(client: Client) -> None:
    code = "430406001004"
    client.post(reverse("places:area_rename", args=[code]), {"name": "新光辉社区"})
    assert "新光辉社区" in page(client, "area", code)

    refused = client.post(reverse("places:area_close", args=["430406001"]))
    assert refused.status_code == 422
    assert "下还有在用的下级区域" in refused.content.decode()

    assert client.post(reverse("places:area_close", args=[code])).status_code == 303
    assert "恢复使用" in page(client, "area", code)
    client.post(reverse("places:area_reopen", args=[code]))
    assert Area.objects.get(code=code).is_active
    assert page(client, "area", code).count("<time") >= 3


def geojson(*boxes: tuple[str, float, float, float, float]) -> SimpleUploadedFile:
    features = [
        {
            "type": "Feature",
            "properties": {"code": code},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]],
            },
        }
        for code, w, s, e, n in boxes
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    return SimpleUploadedFile("边界.geojson", text.encode())


@pytest.mark.usefixtures("operator", "city")
def test_an_outline_is_uploaded_shown_and_taken_off(client: Client) -> None:
    url = reverse("places:outline", args=["430406"])
    sent = {"file": geojson(("430406", 112.0, 26.0, 113.0, 27.0)), "crs": "wgs84"}

    assert client.post(url, sent).status_code == 303
    assert "<svg" in page(client, "area", "430406")
    assert not Boundary.objects.get().is_schematic

    assert client.post(reverse("places:outline_remove", args=["430406"])).status_code == 303
    assert not Boundary.objects.exists()


@pytest.mark.usefixtures("operator", "city")
def test_an_unfit_outline_is_told_beside_the_file(client: Client) -> None:
    make_boundary("430405", (112.0, 26.0, 113.0, 27.0))
    url = reverse("places:outline", args=["430406"])

    for file, words in (
        (geojson(("430406", 112.0, 26.0, 113.0, 27.0)), "与“珠晖区”（100.0%）重叠"),
        (SimpleUploadedFile("x.geojson", b"PK\x03\x04\xff"), "UTF-8"),
        (SimpleUploadedFile("x.geojson", b"{}"), "Polygon"),
    ):
        response = client.post(url, {"file": file, "crs": "wgs84"})
        assert response.status_code == 422
        assert words in response.content.decode()
    assert Boundary.objects.count() == 1


@pytest.mark.usefixtures("operator", "city")
def test_a_file_of_outlines_is_taken_or_told_row_by_row(client: Client) -> None:
    url = reverse("places:outlines")
    bad = geojson(("430406", 112.0, 26.0, 113.0, 27.0), ("430499", 113.0, 26.0, 114.0, 27.0))

    response = client.post(url, {"file": bad, "crs": "wgs84", "is_schematic": "on"})
    assert response.status_code == 422
    assert "没有代码为“430499”的区域" in response.content.decode()
    assert not Boundary.objects.exists()

    good = geojson(("430406", 112.0, 26.0, 113.0, 27.0), ("430405", 113.0, 26.0, 114.0, 27.0))
    assert client.post(url, {"file": good, "crs": "wgs84", "is_schematic": "on"}).status_code == 303
    assert "示意图" in page(client, "area", "430406")


# --- sites ----------------------------------------------------------------------------------------


def typed(**changes: str) -> dict[str, str]:
    """A form that would be taken, with one thing changed."""
    good = {
        "name": "先锋农贸市场",
        "type": "market",
        "area": "雁峰区 先锋街道 光辉社区",
        "address": "先锋路 18 号",
        "location": "",
        "crs": "wgs84",
        "status": "active",
        "own_stalls": "120",
        "own_scale": "是",
        "contact": "",
        "contact_phone": "",
        "code": "",
    }
    return good | changes


@pytest.mark.usefixtures("operator", "city")
def test_a_site_is_added_and_shown(client: Client) -> None:
    response = client.post(reverse("places:site_new"), typed())

    site = Site.objects.get()
    assert response["Location"] == reverse("places:site", args=[site.code])
    text = page(client, "site", site.code)
    for words in ("先锋农贸市场", "120 个", "雁峰区 先锋街道 光辉社区", "还没有坐标", "入库"):
        assert words in text


@pytest.mark.usefixtures("operator", "city")
def test_a_site_sent_twice_is_made_once(client: Client) -> None:
    sent = typed(client_id="5f0c8a0e-0000-4000-8000-000000000009")

    for _ in range(2):
        assert client.post(reverse("places:site_new"), sent).status_code == 303

    assert Site.objects.count() == 1


@pytest.mark.usefixtures("operator", "city")
@pytest.mark.parametrize("location", ["112.7,26.3", "26.3 112.7", "26.3，112.7", "E112.7 N26.3"])
def test_latitude_and_longitude_may_come_in_either_order(client: Client, location: str) -> None:
    make_boundary("430406", (112.5, 26.0, 113.0, 27.0))

    client.post(reverse("places:site_new"), typed(area="", location=location))

    site = Site.objects.get()
    assert (str(site.lat), str(site.lon)) == ("26.300000", "112.700000")
    assert site.area_id == "430406"


@pytest.mark.usefixtures("operator", "city")
@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"name": ""}, "name", "必填"),
        ({"type": ""}, "type", "必填"),
        ({"area": "月亮社区"}, "area", "没有找到“月亮社区”"),
        ({"area": "社区"}, "area", "有 3 个“社区”"),
        ({"area": ""}, "area", "请选择区域，或填写坐标"),
        ({"location": "112.7"}, "location", "两个数"),
        ({"location": "112.7,46.3", "area": ""}, "location", "不在任何区域的边界内"),
        ({"location": "112.3,26.3"}, "area", "在“珠晖区”，不在“雁峰区”"),
        ({"own_stalls": "很多"}, "own_stalls", "应为数字"),
        ({"own_stalls": ""}, "own_stalls", "必填"),
        ({"code": "a/b"}, "code", "编号由文字"),
    ],
)
def test_a_wrong_site_is_told_beside_its_field_and_keeps_what_was_typed(
    client: Client, change: dict[str, str], field: str, words: str
) -> None:
    make_boundary("430406", (112.5, 26.0, 113.0, 27.0))
    make_boundary("430405", (112.0, 26.0, 112.5, 27.0))
    sent = typed(contact="示例·李一") | change

    response = client.post(reverse("places:site_new"), sent)

    text = response.content.decode()
    assert response.status_code == 422
    assert words in text
    assert f'id="id_{field}_error"' in text
    assert 'value="示例·李一"' in text
    assert not Site.objects.exists()


@pytest.mark.usefixtures("operator", "city")
def test_another_type_asks_for_other_fields_and_judges_nothing_yet(client: Client) -> None:
    url = reverse("places:site_new")
    sent = typed(type="park", name="", area="光辉")

    whole = client.post(url, sent | {"reload": "1"})
    part = client.post(f"{url}?reload=1", sent, headers={"HX-Request": "true"})

    for response in (whole, part):
        text = response.content.decode()
        assert response.status_code == 200
        assert "own_area" in text
        assert "own_stalls" not in text
        assert "field-bad" not in text
    assert 'value="光辉"' in whole.content.decode()
    assert 'value="先锋路 18 号"' in whole.content.decode()
    assert "<html" not in part.content.decode()


@pytest.mark.usefixtures("operator", "city")
def test_the_way_to_a_new_site_fills_in_what_is_known(client: Client) -> None:
    text = page(client, "site_new", area="430406001004", type="park")

    assert 'value="雁峰区 先锋街道 光辉社区"' in text
    assert "own_area" in text


@pytest.mark.usefixtures("operator", "city")
def test_a_site_is_edited_retired_and_restored(client: Client) -> None:
    client.post(reverse("places:site_new"), typed(location="112.7,26.3", crs="gcj02"))
    site = Site.objects.get()
    edit = reverse("places:site_edit", args=[site.code])
    form = client.get(edit).content.decode()
    for words in ('value="26.300000,112.700000"', 'value="120"', "雁峰区 先锋街道 光辉社区"):
        assert words in form

    sent = typed(name="新先锋市场", location="26.300000,112.700000", crs="gcj02")
    assert client.post(edit, sent).status_code == 303
    site.refresh_from_db()
    assert site.name == "新先锋市场"
    facts = Event.objects.get(kind="site.changed").facts["changes"]
    assert set(facts) == {"name"}, "what was not touched has not changed"

    assert client.get(reverse("places:site_retire", args=[site.code])).status_code == 200
    client.post(reverse("places:site_retire", args=[site.code]))
    assert Site.objects.get().status == SiteStatus.RETIRED
    assert client.post(edit, sent).status_code == 422
    client.post(reverse("places:site_restore", args=[site.code]))
    assert Site.objects.get().status == SiteStatus.ACTIVE


@pytest.mark.usefixtures("operator", "city")
def test_a_site_gets_a_photo_and_loses_it(client: Client) -> None:
    site = make_site()
    url = reverse("places:site_photo", args=[site.code])

    refused = client.post(url, {"photo": upload(b"%PDF-1.7", "门头.jpg")})
    assert refused.status_code == 422
    assert "不是照片" in refused.content.decode()

    assert client.post(url, {"photo": upload(picture())}).status_code == 303
    photo = Site.objects.get().photo
    assert photo is not None
    shown = reverse("files:photo", args=[photo.pk, "full"])
    assert shown in page(client, "site", site.code)
    sent = client.get(shown)
    assert sent.status_code == 200
    assert sent.getvalue()

    client.post(url)
    assert Site.objects.get().photo is None


@pytest.mark.usefixtures("operator", "city")
def test_the_list_keeps_its_filters_in_the_address(client: Client) -> None:
    make_site(name="先锋市场")
    make_site(name="岳屏公园", type=make_site_type("park"), lat=None, lon=None)

    assert "岳屏公园" not in page(client, "sites", type="market")
    assert "先锋市场" not in page(client, "sites", q="公园")
    assert "先锋市场" not in page(client, "sites", location="nowhere")
    assert "没有点位" in page(client, "sites", area="430405")
    text = page(client, "sites", area="430406", q="市场")
    assert "雁峰区" in text
    assert 'value="市场"' in text
    assert "共 1 个" in text


@pytest.mark.usefixtures("operator", "city")
@pytest.mark.parametrize(
    "query",
    [{"status": "nonsense"}, {"after": "x"}, {"area": "'\"%"}, {"type": "x"}, {"q": "%_\\"}],
)
def test_nonsense_in_the_address_is_no_accident(client: Client, query: dict[str, str]) -> None:
    make_site()

    assert client.get(reverse("places:sites"), query).status_code == 200


@pytest.mark.usefixtures("operator", "city")
def test_parts_of_the_list_and_of_a_site_go_to_script_alone(client: Client) -> None:
    site = make_site()
    as_script: dict[str, Any] = {"headers": {"HX-Request": "true"}}

    rows = client.get(reverse("places:sites"), **as_script)
    pane = client.get(reverse("places:site", args=[site.code]), **as_script)

    for response in (rows, pane):
        assert site.name in response.content.decode()
        assert "<html" not in response.content.decode()
        assert response["Vary"].count("HX-Request") == 1


@pytest.mark.usefixtures("operator", "city")
@pytest.mark.parametrize(
    ("name", "args"), [("areas", ()), ("area", ("430406",)), ("sites", ()), ("site_types", ())]
)
def test_a_page_costs_as_many_queries_for_many_rows_as_for_one(
    client: Client, name: str, args: tuple[str, ...]
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as made:
            page(client, name, *args)
        asked = [query["sql"] for query in made if "netversion" in query["sql"].lower()]
        assert len(asked) <= 1, "the net's version is asked once a request"
        return len(made)

    make_site()
    cost()
    few = cost()
    for number in range(2, 6):
        make_site(area=make_area(f"43040600{number}001"), type=make_site_type(f"type_{number}"))
    cost()

    assert cost() == few


# --- site types -----------------------------------------------------------------------------------


def rows_of(*rows: dict[str, str], initial: int = 0) -> dict[str, str]:
    """The rows of fields as a form sends them."""
    sent = {"fields-TOTAL_FORMS": str(len(rows)), "fields-INITIAL_FORMS": str(initial)}
    for number, row in enumerate(rows):
        sent |= {f"fields-{number}-{name}": value for name, value in row.items()}
    return sent


STALLS = {"label": "摊位", "kind": "number", "unit": "个", "required": "on", "name": "stalls"}
OWNER = {"label": "开办方", "kind": "choice", "choices": "国有、民营,其他"}
EMPTY = {"label": "", "kind": "text"}


@pytest.mark.usefixtures("operator", "city")
def test_a_type_is_added_with_fields_that_get_code_names(client: Client) -> None:
    sent = {"name": "夜市", "code": "night_market", "group": "商业经营", "sort": "70"}

    response = client.post(reverse("places:site_type_new"), sent | rows_of(STALLS, OWNER, EMPTY))

    assert response.status_code == 303
    assert [(one.name, one.choices) for one in fields_of(SiteType.objects.get(code="night_market"))] == [
        ("stalls", ()),
        ("field_1", ("国有", "民营", "其他")),
    ]  # fmt: skip


@pytest.mark.usefixtures("operator", "city")
def test_a_types_field_is_changed_and_another_taken_away(client: Client) -> None:
    url = reverse("places:site_type", args=["market"])
    assert 'value="摊位"' in client.get(url).content.decode()
    scale = {"label": "有公平秤", "kind": "bool", "name": "scale", "DELETE": "on"}
    sent = {"name": "农贸市场", "group": "商业", "sort": "5"}

    client.post(url, sent | rows_of(STALLS | {"label": "摊位数"}, scale, initial=2))

    assert [(one.name, one.label) for one in fields_of(SiteType.objects.get(code="market"))] == [
        ("stalls", "摊位数")
    ]


@pytest.mark.usefixtures("operator", "city")
def test_more_rows_are_given_and_what_was_typed_stays(client: Client) -> None:
    sent = {"name": "夜市", "code": "night_market", "group": "", "sort": "70", "more": "1"}

    response = client.post(reverse("places:site_type_new"), sent | rows_of(OWNER))

    text = response.content.decode()
    assert response.status_code == 200
    assert 'name="fields-3-label"' in text
    assert 'value="国有、民营,其他"' in text
    assert not SiteType.objects.filter(code="night_market").exists()


@pytest.mark.usefixtures("operator", "city")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "公园"}, "名称“公园”已有点位类型在用"),
        ({"code": "夜市"}, "小写英文字母"),
        ({"code": "market"}, "农贸市场"),
        ({"fields-0-choices": "国有"}, "第 1 个专有字段有误：选项应有 2 至 40 个"),
        ({"sort": "x"}, "整数"),
    ],
)
def test_a_wrong_type_is_told_and_keeps_what_was_typed(
    client: Client, change: dict[str, str], words: str
) -> None:
    sent = {"name": "夜市", "code": "night_market", "group": "自定门类", "sort": "70"}

    response = client.post(reverse("places:site_type_new"), sent | rows_of(OWNER) | change)

    text = response.content.decode()
    assert response.status_code == 422
    assert words in text
    assert 'value="自定门类"' in text
    assert not SiteType.objects.filter(code="night_market").exists()


@pytest.mark.usefixtures("operator", "city")
def test_a_type_is_retired_and_restored(client: Client) -> None:
    client.post(reverse("places:site_type_retire", args=["market"]))
    assert "恢复使用" in page(client, "site_type", "market")
    assert 'value="market"' not in page(client, "site_new")

    client.post(reverse("places:site_type_restore", args=["market"]))
    assert SiteType.objects.get(code="market").is_active


def test_a_field_of_a_type_survives_its_form() -> None:
    from yanzhen.places.forms import initial_of

    field = fields_of(SiteType(fields=[{"name": "a", "label": "甲", "kind": "choice", "choices": ["一", "二"]}]))[0]  # fmt: skip  # noqa: E501
    assert isinstance(field, TypeField)
    assert initial_of(field)["choices"] == "一、二"
