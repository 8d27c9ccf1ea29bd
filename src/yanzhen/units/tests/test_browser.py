"""The pages in a real browser, wide and narrow: axe finds nothing, nothing overflows, nothing is lost."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from conftest import OpenPage
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Page, expect

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import PASSWORD, make_post, make_user
from yanzhen.places.tests.factories import make_area, make_site
from yanzhen.units.enums import Rank
from yanzhen.units.models import Responsibility, Unit
from yanzhen.units.tests.factories import (
    make_group,
    make_membership,
    make_responsibility,
    make_site_unit,
    make_stewardship,
    make_unit,
)

pytestmark = pytest.mark.django_db(transaction=True)
Axe = Callable[[Page], list[str]]


@pytest.fixture
def operator() -> User:
    make_area("4304")
    unit = make_unit("CG", name="雁峰区城市管理和综合执法局", area=make_area("430406"))
    make_unit("HW", name="环境卫生中心", parent=unit)
    li = make_user(full_name="李经办", username="li", home_code="CG", phone="0734-8866001")
    make_post(user=li, role=Role.HANDLER, unit_code="CG", title="综合科")
    site = make_site(code="S-1", name="先锋农贸市场", area=make_area("430406001001"))
    make_site_unit(site=site, unit=unit)
    make_responsibility(site=site, person=li)
    make_responsibility(area=make_area("430406"), rank=Rank.DIRECT, person=li)
    make_stewardship(site=site, unit=unit, title="市场指挥长")
    make_membership(unit=unit, group=make_group("HJ", name="环境整治组"))
    return make_user(Role.OPERATOR, full_name="钱值班", username="qian", password=PASSWORD)


PAGES = [
    "/units/",
    "/units/?q=城管",
    "/units/new/",
    "/units/CG/",
    "/units/CG/sites/",
    "/units/CG/close/",
    "/units/of-site/S-1/",
    "/units/of-site/S-1/first/",
    "/units/of-site/S-1/unit/",
    "/people/",
    "/people/new/",
    "/people/li/",
    "/people/li/appoint/",
    "/people/li/reset-password/",
    "/groups/",
    "/groups/HJ/",
    "/stewardships/",
    "/stewardships/new/",
    "/coverage/?gap=not_named",
    "/me/",
    "/me/password/",
]


@pytest.mark.parametrize("width", [1440, 390])
def test_no_page_has_a_barrier_or_is_wider_than_its_window(
    operator: User, open_page: OpenPage, axe: Axe, width: int
) -> None:
    page = open_page(operator, width=width)
    found = []
    for path in PAGES:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        found += [f"{path} {barrier}" for barrier in axe(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{path} is too wide")
    assert found == []


def test_the_sign_in_page_has_no_barrier_and_lets_in(
    operator: User, open_page: OpenPage, axe: Axe
) -> None:
    page = open_page(width=390)
    page.goto("/people/")
    assert axe(page) == []

    page.get_by_label("用户名").fill("QIAN")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()

    expect(page.get_by_role("heading", name="人员", exact=True)).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_what_was_typed_outlives_the_session(
    operator: User, open_page: OpenPage, javascript: Any
) -> None:
    page = open_page(operator, java_script_enabled=javascript)
    page.goto("/units/new/")
    page.get_by_label("单位名称").fill("市路灯管理处")
    page.get_by_label("代码").fill("LD")
    page.get_by_label("性质").select_option("city")
    page.get_by_label("所在区域").fill("衡阳市")
    Session.objects.all().delete()

    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("登录已过期，这份表单还没有提交。")).to_be_visible()
    page.get_by_label("用户名").fill("qian")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()

    expect(page.get_by_text("填写的内容已放回表单")).to_be_visible()
    expect(page.get_by_label("单位名称")).to_have_value("市路灯管理处")
    expect(page.get_by_label("性质")).to_have_value("city")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="市路灯管理处")).to_be_visible()
    assert Unit.objects.filter(code="LD").count() == 1


def test_who_answers_is_looked_up_and_changed_from_the_page_of_a_site(
    operator: User, open_page: OpenPage
) -> None:
    make_user(full_name="王新任", username="wang")
    page = open_page(operator)
    page.goto(reverse("places:site", args=["S-1"]))
    part = page.locator("section", has=page.get_by_role("heading", name="谁负责"))
    expect(part.get_by_text("李经办").first).to_be_visible()

    part.get_by_label("那天谁负责").fill("2025-12-31")
    part.get_by_role("button", name="看").click()
    expect(part.get_by_text("李经办")).to_have_count(0)
    part.get_by_role("link", name="回到今天").click()
    expect(part.get_by_text("李经办").first).to_be_visible()
    part.get_by_role("link", name=re.compile(r"更换\s*第一责任人")).click()
    page.wait_for_url("**/first/")  # loaded: suggestions come from a script
    page.get_by_label("由谁负责").press_sequentially("王新")
    expect(page.locator("#person-options option")).to_have_attribute("value", "王新任（wang）")
    page.get_by_label("由谁负责").fill("王新任（wang）")
    page.get_by_role("button", name="确定").click()

    expect(page.locator("section", has_text="谁负责").get_by_text("王新任").first).to_be_visible()
    assert Responsibility.objects.get(to_on=None, rank=Rank.FIRST).person.username == "wang"


def test_a_row_opens_beside_the_list(operator: User, open_page: OpenPage) -> None:
    page = open_page(operator)
    page.goto("/people/?q=li")

    page.get_by_role("link", name="李经办").click()

    pane = page.locator("#pane")
    expect(pane.get_by_text("综合科")).to_be_visible()
    expect(pane.get_by_role("heading", name="岗位")).to_be_visible()
