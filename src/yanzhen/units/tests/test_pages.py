"""The pages: what they show, that forms keep what was typed, that each writes by one operation."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import Post, User
from yanzhen.accounts.tests.factories import make_post, make_user
from yanzhen.core.time import city_day
from yanzhen.events.models import Event
from yanzhen.places.tests.factories import make_area, make_site
from yanzhen.units.enums import Rank, UnitKind
from yanzhen.units.models import (
    GroupMembership,
    Responsibility,
    SiteUnit,
    Stewardship,
    TaskGroup,
    Unit,
)
from yanzhen.units.tests.factories import (
    make_group,
    make_membership,
    make_responsibility,
    make_site_unit,
    make_stewardship,
    make_unit,
)

pytestmark = pytest.mark.django_db
CITY = "4304"


def day(days: int = 0) -> str:
    return str(city_day(timezone.now()) + timedelta(days=days))


@pytest.fixture
def operator(client: Client) -> User:
    """Somebody of the office, over the whole city, signed in."""
    make_area(CITY)
    user = make_user(Role.OPERATOR, full_name="钱值班", username="qian")
    client.force_login(user)
    return user


@pytest.fixture
def admin(client: Client) -> User:
    make_area(CITY)
    user = make_user(Role.ADMIN, full_name="孙管理", username="sun")
    client.force_login(user)
    return user


def page(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def part(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


# --- units ----------------------------------------------------------------------------------------


def test_the_tree_is_shown_one_level_at_a_time_and_searched_as_a_whole(
    client: Client, operator: User
) -> None:
    top = make_unit("TOP", name="市城管局")
    make_unit("DOWN", name="珠晖区城管局", parent=top)
    make_unit("GONE", name="旧单位", is_active=False)

    level = page(client, "units:units")
    assert "市城管局" in level
    assert "珠晖区城管局" not in level
    assert "旧单位" not in level
    assert "珠晖区城管局" in page(client, "units:units", under="TOP")
    found = page(client, "units:units", q="城管")
    assert "市城管局" in found
    assert "珠晖区城管局" in found
    assert "旧单位" in page(client, "units:units", state="closed")
    assert "<html" not in part(client, "units:units", q="城管")


def test_units_are_narrowed_down_by_kind_area_and_group(client: Client, operator: User) -> None:
    make_unit("A", name="甲单位", kind=UnitKind.STREET, area=make_area("430406001"))
    make_membership(unit=make_unit("B", name="乙单位"), group=make_group("HJ"))

    for query, seen in (
        ({"kind": "street"}, "甲单位"),
        ({"area": "430406"}, "甲单位"),
        ({"group": "HJ"}, "乙单位"),
    ):
        shown = page(client, "units:units", **query)
        assert [name for name in ("甲单位", "乙单位") if name in shown] == [seen]


def test_a_page_of_a_unit_shows_whoever_answered_that_day(client: Client, operator: User) -> None:
    unit = make_unit("U", name="市城管局")
    make_unit("D", name="珠晖区城管局", parent=unit)
    person = make_user(full_name="李经办", home_code="U")
    make_post(user=person, role=Role.HANDLER, unit_code="U", title="综合科")
    make_site_unit(unit=unit, site=make_site(name="南门市场"), to_on=day(-1))
    make_stewardship(unit=unit, area=make_area("430405001"), title="路长")
    make_membership(unit=unit, group=make_group("HJ", name="环境组"))

    now = page(client, "units:unit", "U")
    for words in ("李经办", "综合科", "珠晖区城管局", "茶山街道", "路长", "环境组"):
        assert words in now
    assert "南门市场" not in now
    assert "南门市场" in page(client, "units:unit", "U", on=day(-1))
    assert "南门市场" in page(client, "units:unit_sites", "U", on=day(-1))
    assert "李经办" in part(client, "units:unit", "U")


def test_a_page_of_a_unit_shows_no_sites_beyond_ones_area(client: Client) -> None:
    client.force_login(make_user(Role.OPERATOR, area_code="430405"))
    unit = make_unit("U")
    make_site_unit(unit=unit, site=make_site(name="外区市场", area=make_area("430406001001")))
    make_site_unit(unit=unit, site=make_site(name="本区市场", area=make_area("430405001001")))

    for shown in (page(client, "units:unit", "U"), page(client, "units:unit_sites", "U")):
        assert "本区市场" in shown
        assert "外区市场" not in shown


def test_a_unit_is_added_from_its_page(client: Client, operator: User) -> None:
    make_unit("ZF", name="市政府")
    form = {"name": "市城管局", "code": "CG", "kind": "city", "area": "衡阳市", "parent": "市政府"}

    answer = client.post(reverse("units:unit_new"), form)

    assert (answer.status_code, answer["Location"]) == (303, "/units/CG/")
    unit = Unit.objects.get(code="CG")
    assert (unit.path, unit.area_id) == ("/ZF/CG/", CITY)
    assert "“市城管局”" in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"name": ""}, "name", "这个字段是必填项"),
        ({"code": "a/b"}, "code", "不能用"),
        ({"code": "zf"}, "code", "已由“市政府”使用"),
        ({"kind": "no"}, "kind", "选择一个有效的选项"),
        ({"area": "没有"}, "area", "没有找到“没有”"),
        ({"parent": "局"}, "parent", "“局”不止一个"),
        ({"parent": "关了"}, "parent", "已停用"),
    ],
)
def test_a_wrong_unit_is_told_beside_the_field_and_keeps_what_was_typed(
    client: Client, operator: User, change: dict[str, str], field: str, reason: str
) -> None:
    make_unit("ZF", name="市政府")
    make_unit("A", name="城管局")
    make_unit("B", name="教育局")
    make_unit("X", name="关了", is_active=False)
    form = {"name": "市城管局", "code": "CG", "kind": "city", "area": CITY, "short_name": "城管"}

    answer: Any = client.post(reverse("units:unit_new"), form | change)

    assert answer.status_code == 422
    assert reason in "".join(answer.context["form"].errors[field])
    shown = answer.content.decode()
    for value in (form | change).values():
        assert value in shown
    assert not Unit.objects.filter(code="CG").exists()


def test_a_unit_is_changed_closed_and_reopened_from_its_pages(
    client: Client, operator: User
) -> None:
    unit = make_unit("U", name="旧名")
    shown = page(client, "units:unit_edit", "U")
    assert 'value="旧名"' in shown
    assert 'value="衡阳市"' in shown

    form = {"name": "新名", "kind": "other", "area": CITY, "parent": ""}
    assert client.post(reverse("units:unit_edit", args=["U"]), form).status_code == 303
    make_site_unit(unit=unit, site=make_site(name="南门市场"))
    refused = client.post(reverse("units:unit_close", args=["U"]), {"client_id": ""})
    assert refused.status_code == 422
    assert "南门市场" in refused.content.decode()
    SiteUnit.objects.all().delete()
    assert client.post(reverse("units:unit_close", args=["U"]), {"go": "1"}).status_code == 303
    unit.refresh_from_db()
    assert (unit.name, unit.is_active) == ("新名", False)
    assert client.post(reverse("units:unit_reopen", args=["U"]), {"go": "1"}).status_code == 303
    assert Unit.objects.get().is_active


# --- people ---------------------------------------------------------------------------------------


def test_people_are_listed_with_their_posts_in_words(client: Client, admin: User) -> None:
    make_unit("U", name="市城管局")
    person = make_user(
        Role.HANDLER, unit_code="U", full_name="李经办", username="li", home_code="U"
    )
    make_post(user=person, role=Role.INSPECTOR, area_code="430405", title="督查二组")
    make_area("430405")
    make_user(full_name="周停用", is_active=False)

    shown = page(client, "units:people")
    for words in ("李经办", "责任单位经办 · 市城管局", "督查二组 · 珠晖区"):
        assert words in shown
    assert "周停用" not in shown
    assert "周停用" in page(client, "units:people", state="all")
    assert "李经办" in page(client, "units:people", role="inspector", area="430405")
    assert "李经办" not in page(client, "units:people", role="keeper")
    assert "李经办" in page(client, "units:people", q="li")
    assert "李经办" in part(client, "units:person", "li")


def test_a_new_person_is_shown_the_password_once(client: Client, admin: User) -> None:
    make_unit("U", name="市城管局")
    new: Any = client.get(reverse("units:person_new"), {"unit": "U"})
    assert "市城管局（U）" in new.content.decode()
    form = {
        "full_name": "李经办",
        "username": "li",
        "unit": "市城管局（U）",
        "client_id": str(new.context["form"]["client_id"].value()),
    }

    first: Any = client.post(reverse("units:person_new"), form)
    again: Any = client.post(reverse("units:person_new"), form)

    password = first.context["issued"].password
    assert password in first.content.decode()
    assert "no-store" in first["Cache-Control"]
    assert "先前已经办过" in again.content.decode()
    assert not again.context["issued"].password
    assert User.rows.get(username="li").check_password(password)
    assert password not in page(client, "units:person", "li")


def test_a_person_goes_through_all_his_pages(client: Client, admin: User) -> None:
    make_area("430405")
    li = make_user(full_name="李经办", username="li", password="old")
    assert "没有岗位" in page(client, "units:person", "li")

    edit = {"full_name": "李新名", "phone": "8866001", "unit": ""}
    assert client.post(reverse("units:person_edit", args=["li"]), edit).status_code == 303
    form = {"role": "inspector", "area": "珠晖区", "from_on": day(), "title": "二组"}
    assert client.post(reverse("units:appoint", args=["li"]), form).status_code == 303
    post = Post.objects.get(user=li)
    assert post.area_code == "430405"
    end = client.post(reverse("units:post_end", args=[post.pk]), {"to_on": day(10)})
    assert end.status_code == 303
    assert "未到任" not in page(client, "units:person", "li")
    assert client.post(reverse("units:post_withdraw", args=[post.pk]), {"go": 1}).status_code == 303
    assert not Post.objects.filter(user=li).exists()
    reset: Any = client.post(reverse("units:person_reset", args=["li"]), {"go": 1})
    assert reset.context["issued"].password in reset.content.decode()
    off = reverse("units:person_deactivate", args=["li"])
    assert client.post(off, {"go": 1}).status_code == 303
    assert "账号停用" in page(client, "units:person", "li")
    on = reverse("units:person_reactivate", args=["li"])
    assert client.post(on, {"go": 1}).status_code == 303
    story = page(client, "units:person", "li")
    for words in ("修改资料", "督查员 珠晖区", "撤销", "重设密码", "停用账号", "恢复账号"):
        assert words in story


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"role": "handler"}, "unit", "按单位任职"),
        ({"area": ""}, "area", "按区域任职"),
        ({"to_on": day(-1)}, "to_on", "早于开始日期"),
        ({"role": ""}, "role", "必填"),
        ({"unit": "U"}, "area", "按区域任职"),
    ],
)
def test_a_wrong_post_is_told_beside_the_field(
    client: Client, admin: User, change: dict[str, str], field: str, reason: str
) -> None:
    make_unit("U")
    make_user(username="li")
    form = {"role": "inspector", "area": CITY, "from_on": day(), "title": "本地叫法"}

    answer: Any = client.post(reverse("units:appoint", args=["li"]), form | change)

    assert answer.status_code == 422
    assert reason in "".join(answer.context["form"].errors[field])
    assert "本地叫法" in answer.content.decode()
    assert Post.objects.count() == 1


def test_an_operator_is_not_offered_posts_that_he_cannot_give(
    client: Client, operator: User
) -> None:
    make_user(username="li")

    shown = page(client, "units:appoint", "li")

    assert 'value="inspector"' in shown
    assert 'value="admin"' not in shown
    assert 'value="auditor"' not in shown


def test_my_page_tells_my_posts_and_keeps_my_language(client: Client, operator: User) -> None:
    make_responsibility(site=make_site(name="南门市场"), person=operator)
    shown = page(client, "units:me")
    for words in ("钱值班", "创建办值班", "衡阳市", "南门市场", "第一责任人"):
        assert words in shown

    answer = client.post(reverse("units:me"), {"language": "en"})

    assert answer.status_code == 303
    operator.refresh_from_db()
    assert operator.language == "en"
    assert client.get("/me/")["Content-Language"] == "en"
    assert client.post(reverse("units:me"), {"language": "fr"}).status_code == 422


# --- who answers ----------------------------------------------------------------------------------


def test_beside_a_site_stands_who_answered_on_the_day_asked_for(
    client: Client, operator: User
) -> None:
    site = make_site(area=make_area("430406001001"))
    make_site_unit(site=site, unit=make_unit(name="市场监管局"))
    make_responsibility(site=site, person=make_user(full_name="从前人"), to_on=day(-1))
    make_responsibility(site=site, person=make_user(full_name="现任人"), from_on=day())
    make_responsibility(
        area=make_area("430406"), rank=Rank.DIRECT, person=make_user(full_name="区里人")
    )
    make_stewardship(site=site, person=make_user(full_name="包联人"), title="市场指挥长")

    shown = part(client, "units:site-people", site.code)
    assert "<html" not in shown
    for words in ("市场监管局", "现任人", "区里人", "随雁峰区", "包联人", "市场指挥长", "没有"):
        assert words in shown
    assert "从前人" not in shown
    before = page(client, "units:site-people", site.code, on=day(-1))
    assert "从前人" in before
    assert "现任人" not in before
    assert "回到今天" in before
    assert "现任人" in page(client, "units:site-people", site.code, on="2026-99-99")
    assert "区里人" in part(client, "units:area-people", "430406001")


def test_whoever_only_looks_is_offered_no_changes(client: Client) -> None:
    client.force_login(make_user(Role.INSPECTOR))
    site = make_site()
    make_responsibility(site=site)

    shown = part(client, "units:site-people", site.code)

    assert reverse("units:site_unit", args=[site.code]) not in shown
    assert "更换" not in shown
    assert "/people/" not in shown


def test_responsible_persons_and_units_are_set_corrected_and_ended_from_pages(
    client: Client, operator: User
) -> None:
    site = make_site()
    make_user(full_name="甲人", username="jia")
    make_user(full_name="乙人", username="yi")
    make_unit("A", name="甲单位")
    make_unit("B", name="乙单位")
    set_first = reverse("units:site_responsible", args=[site.code, "first"])

    done = client.post(set_first, {"person": "甲人", "from_on": day()})
    assert (done.status_code, done["Location"]) == (303, f"/sites/{site.code}/")
    told: Any = client.post(set_first, {"person": "yi", "from_on": day()})
    assert told.status_code == 422
    assert "“甲人”从" in "".join(told.context["form"].errors["from_on"])
    assert "乙人" not in told.content.decode().split("历任")[1]
    row = Responsibility.objects.get()
    correct = reverse("units:responsible_correct", args=[row.pk])
    assert "甲人" in client.get(correct).content.decode()
    assert client.post(correct, {"person": "乙人（yi）"}).status_code == 303
    end = client.post(reverse("units:responsible_end", args=[row.pk]), {"to_on": day()})
    assert end.status_code == 303
    row.refresh_from_db()
    assert (row.person.username, str(row.to_on)) == ("yi", day())

    give = reverse("units:site_unit", args=[site.code])
    assert client.post(give, {"unit": "甲单位", "from_on": day()}).status_code == 303
    assert client.post(give, {"unit": "B", "from_on": day()}).status_code == 422
    owner = SiteUnit.objects.get()
    assert (
        client.post(reverse("units:site_unit_correct", args=[owner.pk]), {"unit": "B"}).status_code
        == 303
    )
    assert (
        client.post(reverse("units:site_unit_end", args=[owner.pk]), {"to_on": day()}).status_code
        == 303
    )
    area = reverse("units:area_responsible", args=["430406001", "acting"])
    assert client.post(area, {"person": "甲人", "from_on": day()}).status_code == 303
    assert client.get(reverse("units:area_responsible", args=["430406001", "x"])).status_code == 404
    kinds = list(Event.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == [
        "site.responsible_set",
        "site.responsible_corrected",
        "site.responsible_ended",
        "site.unit_assigned",
        "site.unit_corrected",
        "site.unit_ended",
        "area.responsible_set",
    ]
    story = client.get(reverse("places:site", args=[site.code])).content.decode()
    assert "定责任人：第一责任人 甲人，从" in story
    assert "更正责任单位：乙单位，从" in story


def test_stewards_are_named_from_a_place_and_from_the_list(client: Client, operator: User) -> None:
    site = make_site(name="南门市场")
    make_unit("A", name="甲单位")
    make_area("430405001")
    new = reverse("units:stewardship_new")

    answer = client.post(f"{new}?site={site.code}", {"unit": "甲单位", "from_on": day()})
    assert answer["Location"] == f"/sites/{site.code}/"
    listed = client.post(new, {"unit": "A", "area": "茶山街道", "from_on": day(), "title": "路长"})
    assert listed["Location"] == "/stewardships/"
    nobody: Any = client.post(new, {"area": "茶山街道", "from_on": day()})
    assert nobody.status_code == 422
    assert "至少一个" in "".join(nobody.context["form"].errors["unit"])
    shown = page(client, "units:stewardships")
    assert "南门市场" in shown
    assert "珠晖区 茶山街道" in shown
    assert "南门市场" not in page(client, "units:stewardships", q="茶山")
    assert "南门市场" not in page(client, "units:stewardships", area="430405")
    row = Stewardship.objects.get(site=site)
    end = client.post(reverse("units:stewardship_end", args=[row.pk]), {"to_on": day(-1)})
    assert end.status_code == 422
    make_stewardship(area=make_area("430406"), to_on=day(-1))
    assert "雁峰区" in page(client, "units:stewardships", state="closed")


def test_groups_are_set_up_filled_and_dissolved_from_pages(client: Client, operator: User) -> None:
    make_unit("A", name="甲单位")

    client.post(reverse("units:group_new"), {"code": "HJ", "name": "环境组"})
    join = {"unit": "甲单位", "part": "lead", "from_on": day(-3)}
    assert client.post(reverse("units:group_join", args=["HJ"]), join).status_code == 303
    again: Any = client.post(reverse("units:group_join", args=["HJ"]), join)
    assert "已在" in "".join(again.context["form"].errors["unit"])
    assert "甲单位" in page(client, "units:groups")
    assert "牵头" in page(client, "units:group", "HJ")
    seat = GroupMembership.objects.get()
    end = client.post(reverse("units:membership_end", args=[seat.pk]), {"to_on": day(-1)})
    assert end.status_code == 303
    edit = client.post(reverse("units:group_edit", args=["HJ"]), {"name": "环境整治组"})
    assert edit.status_code == 303
    assert not TaskGroup.objects.get().is_active
    assert "已撤销" in page(client, "units:groups")


def test_the_report_of_gaps_leads_to_the_forms_that_close_them(
    client: Client, operator: User
) -> None:
    site = make_site(name="南门市场")

    shown = page(client, "units:coverage")

    assert "南门市场" in shown
    for url in (
        reverse("units:site_unit", args=[site.code]),
        reverse("units:site_responsible", args=[site.code, "acting"]),
    ):
        assert url in shown
    tabs = " ".join(part(client, "units:coverage", gap="no_unit").split())
    assert "没有人负责 1" in tabs


# --- fields that mean a row -----------------------------------------------------------------------


def test_suggestions_name_what_one_may_pick(client: Client, operator: User) -> None:
    make_unit("CG", name="市城管局")
    make_unit("X", name="城管旧局", is_active=False)
    make_user(full_name="李经办", username="li", home_code="CG")

    assert page(client, "units:unit_suggest", unit="城管").count("<option") == 1
    assert "市城管局（CG）" in page(client, "units:unit_suggest", parent="cg")
    assert "李经办（li）" in page(client, "units:person_suggest", person="李")
    assert "<option" not in page(client, "units:person_suggest", person="")


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("王", "没有找到"),
        ("李同名", "“李同名”不止一个，请写明是哪一个：李同名（li1）；李同名（li2）"),
        ("外区人", "没有找到"),
    ],
)
def test_a_name_that_means_nobody_or_several_is_told(
    client: Client, typed: str, reason: str
) -> None:
    client.force_login(make_user(Role.OPERATOR, area_code="430406"))
    make_unit("IN", area=make_area("430406"))
    make_unit("OUT", area=make_area("430405"))
    for number in (1, 2):
        make_user(full_name="李同名", username=f"li{number}", home_code="IN")
    make_user(full_name="外区人", home_code="OUT")
    url = reverse("units:area_responsible", args=["430406", "first"])

    answer: Any = client.post(url, {"person": typed, "from_on": day()})

    assert answer.status_code == 422
    assert reason in "".join(answer.context["form"].errors["person"])


# --- quick, whatever there is ---------------------------------------------------------------------


def fill(numbers: range) -> None:
    for one in numbers:
        unit = make_unit(f"N{one}", parent=Unit.objects.get(code="U"), area=make_area("430406"))
        person = make_user(Role.HANDLER, unit_code="U", home_code="U")
        make_post(user=person, role=Role.INSPECTOR, area_code="430406")
        site = make_site()
        make_site_unit(unit=Unit.objects.get(code="U"), site=site)
        make_site_unit(unit=unit, site=make_site())
        make_responsibility(site=site, person=User.rows.get(username="zhao"))
        make_stewardship(unit=Unit.objects.get(code="U"), site=site)
        make_stewardship(person=User.rows.get(username="zhao"), site=site)
        make_membership(unit=unit, group=TaskGroup.objects.get(code="HJ"))
        make_membership(unit=Unit.objects.get(code="U"), group=make_group(f"G{one}"))


PAGES: list[Callable[[], str]] = [
    lambda: reverse("units:units") + "?q=U",
    lambda: reverse("units:units") + "?under=U",
    lambda: reverse("units:unit", args=["U"]),
    lambda: reverse("units:unit_sites", args=["U"]),
    lambda: reverse("units:people"),
    lambda: reverse("units:person", args=["zhao"]),
    lambda: reverse("units:stewardships"),
    lambda: reverse("units:groups"),
    lambda: reverse("units:group", args=["HJ"]),
    lambda: reverse("units:coverage"),
    lambda: reverse("units:coverage") + "?gap=not_named",
    lambda: reverse("units:unit_suggest") + "?unit=U",
    lambda: reverse("units:person_suggest") + "?person=person",
]


@pytest.mark.parametrize("url", PAGES)
def test_as_many_queries_for_three_rows_as_for_one(
    client: Client, admin: User, url: Callable[[], str]
) -> None:
    make_unit("U")
    make_group("HJ")
    make_user(username="zhao")
    fill(range(1))
    client.get(url())
    with CaptureQueriesContext(connection) as one:
        assert client.get(url()).status_code == 200
    fill(range(1, 3))
    client.get(url())

    with CaptureQueriesContext(connection) as three:
        assert client.get(url()).status_code == 200
    assert len(three) == len(one), [query["sql"][:200] for query in three.captured_queries]
