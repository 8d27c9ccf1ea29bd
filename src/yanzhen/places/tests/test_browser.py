"""The net in a real browser: a site entered on a desk and on a phone, and every page seen by axe."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from yanzhen.accounts.enums import Role
from yanzhen.accounts.tests.factories import make_user
from yanzhen.places.models import Site
from yanzhen.places.tests.factories import make_area, make_boundary, make_site, make_site_type

pytestmark = pytest.mark.django_db(transaction=True)

FIELDS = [
    {"name": "stalls", "label": "摊位", "kind": "number", "required": True, "unit": "个"},
    {"name": "owner", "label": "开办方", "kind": "choice", "choices": ["国有", "民营"]},
]


@pytest.fixture
def city() -> None:
    make_boundary("430406", (112.5, 26.0, 113.0, 27.0), is_schematic=True)
    make_boundary("430405", (112.0, 26.0, 112.5, 27.0), is_schematic=True)
    make_area("430406001001")
    make_area("430406001004")
    make_site_type("market", fields=FIELDS, group="商业经营")
    make_site_type("park", name="公园", group="公园广场")
    make_site(name="岳屏公园", type=make_site_type("park"))


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("width", [1440, 390])
def test_a_site_is_entered_corrected_and_found(open_page: Callable[..., Page], width: int) -> None:
    page = open_page(make_user(Role.OPERATOR), width=width)
    page.goto("/sites/new/?area=430406001004")

    page.get_by_label("点位名称").fill("先锋农贸市场")
    expect(page.get_by_label("摊位")).to_have_count(0)
    page.get_by_label("点位类型").select_option("market")
    page.get_by_label("摊位").fill("120")
    page.get_by_label("经纬度").fill("112.3,26.5")
    page.get_by_role("button", name="保存").click()

    expect(page.locator("#id_area_error")).to_contain_text("在“珠晖区”，不在“雁峰区”")
    expect(page.get_by_label("点位名称")).to_have_value("先锋农贸市场")
    expect(page.get_by_label("摊位")).to_have_value("120")
    page.get_by_label("经纬度").fill("112.7,26.5")
    page.get_by_role("button", name="保存").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("先锋农贸市场")
    assert Site.objects.get(name="先锋农贸市场").attributes == {"stalls": "120"}
    page.goto("/sites/?q=农贸")
    page.get_by_role("link", name="先锋农贸市场").click()
    if width == 1440:
        expect(page.locator("#pane")).to_contain_text("120 个")
        expect(page).to_have_url(re.compile(r"/sites/\?q="))
    else:
        expect(page.get_by_role("heading", level=1)).to_have_text("先锋农贸市场")


@pytest.mark.usefixtures("city")
def test_the_field_of_the_area_suggests_what_is_meant(open_page: Callable[..., Page]) -> None:
    page = open_page(make_user(Role.OPERATOR))
    page.goto("/sites/new/")

    page.get_by_label("所在区域").press_sequentially("光辉")

    option = page.locator("#area-options option")
    expect(option).to_have_count(1)
    expect(option).to_have_attribute("value", "雁峰区 先锋街道 光辉社区")


@pytest.mark.usefixtures("city")
def test_without_script_another_type_is_asked_for_by_a_button(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(make_user(Role.OPERATOR), java_script_enabled=False)
    page.goto("/sites/new/")

    page.get_by_label("点位名称").fill("先锋农贸市场")
    page.get_by_label("点位类型").select_option("market")
    page.get_by_role("button", name="换了类型，重新列出").click()

    expect(page.get_by_label("点位名称")).to_have_value("先锋农贸市场")
    page.get_by_label("摊位").fill("120")
    page.get_by_label("所在区域").fill("光辉社区")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("先锋农贸市场")


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_of_the_net_passes_axe_and_fits_its_width(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], width: int
) -> None:
    page = open_page(make_user(Role.OPERATOR), width=width)
    site = Site.objects.get()
    for address in (
        "/areas/",
        "/areas/?q=光辉",
        "/areas/430406/",
        "/areas/new/?parent=430406001",
        "/areas/430406001004/rename/",
        "/areas/430406001004/close/",
        "/areas/430406/outline/",
        "/areas/outlines/",
        "/sites/",
        "/sites/new/?type=market",
        f"/sites/{site.code}/",
        f"/sites/{site.code}/edit/",
        f"/sites/{site.code}/photo/",
        f"/sites/{site.code}/retire/",
        "/site-types/",
        "/site-types/new/",
        "/site-types/market/",
    ):
        page.goto(address)
        assert axe(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
