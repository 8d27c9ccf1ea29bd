"""The pages of figures: who sees what, what stands there, where each number leads."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from playwright.sync_api import Page
from python_calamine import CalamineWorkbook

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_post, make_user
from yanzhen.cases.models import Case
from yanzhen.cases.tests.lives import Life, write
from yanzhen.core.time import city_day, city_midnight
from yanzhen.events.models import Event
from yanzhen.places.tests.factories import make_area
from yanzhen.units.tests.factories import make_unit

HERE, BESIDE = "430406001001", "430405001001"


def today() -> datetime:
    """A moment early in the day on which the test runs: the pages tell of this month."""
    return city_midnight(city_day(timezone.now()))


def closed(number: int, area: str = HERE, unit: str = "U1") -> Life:
    at = today()
    life = Life(f"HY-2026-{number:06d}", at, area=area)
    life.dispatch(at, unit, at + timedelta(days=3)).acknowledge(at)
    return life.submit(at).verify(at).close(at)


def open_one(number: int, area: str = HERE, unit: str = "U1") -> Life:
    at = today()
    life = Life(f"HY-2026-{number:06d}", at, area=area)
    return life.dispatch(at, unit, at + timedelta(days=3))


@pytest.fixture
def city(db: None) -> None:
    make_area(HERE)
    make_area(BESIDE)
    make_unit("U1")
    make_unit("U2")
    write([closed(1), closed(2), open_one(3), closed(4, BESIDE, "U2")])


def signed_in(role: Role | None = Role.OPERATOR, **scope: Any) -> Client:
    client = Client()
    client.force_login(make_user(role, **scope), "django.contrib.auth.backends.ModelBackend")
    return client


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return unescape(response.content.decode())


def status(client: Client, address: str) -> int:
    """What the server answers, read to the end: some answers are files."""
    response = client.get(address)
    if response.streaming:
        b"".join(response.streaming_content)  # type: ignore[attr-defined]
    return response.status_code


def numbers(page: str) -> set[int]:
    return {int(number) for number in re.findall(r"HY-2026-(\d{6})", page)}


def links(page: str, pattern: str) -> list[str]:
    return [link for link in re.findall(r'href="([^"]+)"', page) if re.search(pattern, link)]


# --- Who ------------------------------------------------------------------------------------------

ADDRESSES = (
    "/figures/",
    "/figures/rectification_rate/",
    "/figures/rectification_rate/digest/",
    "/figures/rectification_rate/rows/",
    "/figures/rectification_rate/rows.csv",
    "/figures/rectification_rate/rows.xlsx",
)


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("address", ADDRESSES)
def test_without_a_post_that_sees_figures_there_are_none(address: str) -> None:
    assert signed_in(None).get(address).status_code == 404
    assert signed_in(Role.ADMIN).get(address).status_code == 404
    assert Client().get(address)["Location"].startswith("/sign-in/")
    assert status(signed_in(Role.STEWARD), address) == 200


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("address", ADDRESSES[1:])
def test_an_area_outside_my_posts_does_not_exist(address: str) -> None:
    mine = signed_in(Role.OPERATOR, area_code="430406")

    assert mine.get(f"{address}?area=430405").status_code == 404
    assert mine.get(f"{address}?area=4304").status_code == 404
    assert status(mine, f"{address}?area=430406001") == 200


@pytest.mark.usefixtures("city")
def test_everybody_sees_the_figures_of_his_own_area_or_unit() -> None:
    def shown(**post: Any) -> set[int]:
        return numbers(text(signed_in(**post), "/figures/cases_found/rows/"))

    assert shown() == {1, 2, 3, 4}
    assert shown(area_code="430406") == {1, 2, 3}
    assert shown(role=Role.HANDLER, unit_code="U2") == {4}


@pytest.mark.usefixtures("city")
def test_two_posts_see_both_and_no_more() -> None:
    user = make_user(Role.STEWARD, area_code="430405")
    make_post(user=user, role=Role.HANDLER, area_code="", unit_code="U1")
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")

    page = text(client, "/figures/cases_found/rows/")

    assert numbers(page) == {1, 2, 3, 4}
    assert "全部辖区" in page
    assert numbers(text(client, "/figures/cases_found/rows/?area=430406")) == {1, 2, 3}


@pytest.mark.usefixtures("city")
def test_the_area_chosen_in_the_frame_is_the_one_shown() -> None:
    client = signed_in()
    session = client.session
    session["area"] = "430405"
    session.save()

    assert numbers(text(client, "/figures/cases_found/rows/")) == {4}
    assert numbers(text(client, "/figures/cases_found/rows/?area=430406")) == {1, 2, 3}


# --- What -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("city")
def test_the_list_shows_every_figure_of_this_month_and_leads_to_its_page() -> None:
    client = signed_in()
    page = text(client, "/figures/")
    run = " ".join(page.split())

    for words in ("整改率", "75.00", "3 件已整改 / 4 件发现", "超期未办结数", "问题闭环"):
        assert words in run
    for link in links(page, r"^/figures/\w+/"):
        assert client.get(link).status_code == 200, link


@pytest.mark.usefixtures("city")
def test_a_figure_shows_its_number_its_definition_its_parts_and_its_rows() -> None:
    page = text(signed_in(), "/figures/rectification_rate/")

    for words in (
        "75.00",
        "件已整改",
        "时段内立案的问题里，到统计时刻已核查通过并销号的所占的比",
        "rectification_rate",
        "定义第 1 版",
        "百分比两位小数，四舍五入",
        "珠晖区",
        "雁峰区",
        "66.67%",
        "未整改 1",
        "HY-2026-000003",
        "近 12 个月数据表",
    ):
        assert words in page, words


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("by", ["area", "unit", "site_type", "category", "source", "severity"])
@pytest.mark.parametrize(
    "code", ["rectification_rate", "cases_found", "median_days_to_close", "zero_overdue_days"]
)
def test_every_number_of_a_page_leads_to_a_page_that_is_there(code: str, by: str) -> None:
    client = signed_in()
    page = text(client, f"/figures/{code}/?by={by}")

    for link in set(links(page, r"^/figures/")):
        assert status(client, link) == 200, link


@pytest.mark.usefixtures("city")
def test_a_number_in_the_table_opens_to_just_so_many_rows() -> None:
    client = signed_in()
    page = text(client, "/figures/rectification_rate/?by=unit")
    cells = re.findall(r'<a class="fig" href="([^"]+key=[^"]+)"[^>]*>(\d+)</a>', page)

    assert {number for _, number in cells} == {"0", "1", "2", "3"}
    for link, number in cells:
        assert len(numbers(text(client, link))) == int(number), link


@pytest.mark.usefixtures("city")
def test_a_fixed_link_shows_the_same_when_things_have_moved_on() -> None:
    client = signed_in()
    link = links(text(client, "/figures/rectification_rate/"), "on_from=.*as_of=")[0]
    at = timezone.now()
    write([closed(9).reopen(at, at + timedelta(days=9)), open_one(10)])
    Case.objects.filter(number="HY-2026-000010").update(filed_at=at)

    page = text(client, link)

    assert "75.00" in page
    assert "统计时刻" in page


@pytest.mark.usefixtures("city")
def test_a_moment_of_the_past_is_told_as_it_was() -> None:
    before = (today() - timedelta(days=1)).isoformat()

    page = text(signed_in(), f"/figures/cases_found/?{urlencode({'as_of': before})}")

    assert re.search(r'<div class="big">\s*0', page)


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("on_from=2026-13-01", "有效的日期"),
        ("as_of=yesterday", "2026-11-20T14:05"),
        ("as_of=0001-01-01T00:00%2B23:00", "2026-11-20T14:05"),
        ("on_from=2026-03-02&on_to=2026-03-01", "对调"),
        ("on_from=0001-01-01", "1992"),
        ("unit=NOBODY", "没有代码为“NOBODY”的责任单位"),
        ("area=4304999", "没有代码为“4304999”的区域"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(query: str, words: str) -> None:
    response = signed_in().get(f"/figures/rectification_rate/?{query}")

    assert response.status_code == 422
    assert words in unescape(response.content.decode())


@pytest.mark.usefixtures("city")
def test_an_unknown_figure_or_part_is_not_found() -> None:
    client = signed_in()

    assert client.get("/figures/happiness/").status_code == 404
    assert client.get("/figures/cases_found/rows/?part=missing").status_code == 404
    assert client.get("/figures/cases_found/rows/?part=everything").status_code == 404
    assert client.get("/figures/cases_found/rows.exe").status_code == 404


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("address", ADDRESSES[:4])
def test_a_page_asks_as_often_for_many_rows_as_for_one(address: str) -> None:
    client = signed_in()

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return sum("cases_" in query["sql"] for query in captured)  # the net is kept in memory

    few = queries()
    write([life for n in range(20, 40) for life in [closed(n) if n % 2 else open_one(n, BESIDE)]])

    assert queries() == few


# --- The rows as a file ---------------------------------------------------------------------------


def sheet(client: Client, address: str) -> list[list[Any]]:
    content = b"".join(client.get(address).streaming_content)  # type: ignore[attr-defined]
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


@pytest.mark.usefixtures("city")
def test_the_rows_come_as_excel_with_who_took_them_written_down() -> None:
    client = signed_in(Role.INSPECTOR)

    rows = sheet(client, "/figures/rectification_rate/rows.xlsx?part=numerator")

    assert rows[0][:3] == ["编号", "问题", "现在的状态"]
    assert [row[0] for row in rows[1:]] == ["HY-2026-000004", "HY-2026-000002", "HY-2026-000001"]
    event = Event.objects.get(kind="user.exported")
    assert '"figures.rectification_rate.numerator"' in event.payload
    assert '"rows":3' in event.payload.replace(" ", "")


@pytest.mark.usefixtures("city")
def test_a_csv_file_holds_nothing_that_excel_would_reckon() -> None:
    Case.objects.filter(number="HY-2026-000003").update(title="=HYPERLINK(1)")

    response = signed_in().get("/figures/rectification_rate/rows.csv?part=missing")
    content = b"".join(response.streaming_content).decode("utf-8")  # type: ignore[attr-defined]

    assert content.startswith("\ufeff编号,")
    assert "'=HYPERLINK(1)" in content
    assert "rows" not in response["Content-Disposition"]


@pytest.mark.usefixtures("city")
def test_who_may_not_take_rows_along_is_told_so_and_takes_none() -> None:
    client = signed_in(Role.KEEPER)

    assert "rows.csv" not in text(client, "/figures/cases_found/rows/")
    assert client.get("/figures/cases_found/rows.csv").status_code == 403
    assert not Event.objects.filter(kind="user.exported").exists()


@pytest.mark.usefixtures("city")
def test_only_what_the_exporting_post_covers_is_taken() -> None:
    user = make_user(Role.KEEPER, area_code="430406")
    make_post(user=user, role=Role.STEWARD, area_code="430405")
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")

    assert numbers(text(client, "/figures/cases_found/rows/")) == {1, 2, 3, 4}
    rows = sheet(client, "/figures/cases_found/rows.xlsx")
    assert [row[0] for row in rows[1:]] == ["HY-2026-000004"]


@pytest.mark.usefixtures("city")
def test_too_many_rows_are_refused_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yanzhen.figures.views.MOST_ROWS", 3)

    response = signed_in().get("/figures/cases_found/rows.csv")

    assert response.status_code == 422
    assert "一次最多导出 3 行" in response.content.decode()


# --- In a browser ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("width", [1440, 390])
def test_from_the_list_to_a_row_by_clicking(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], width: int
) -> None:
    make_area(HERE)
    make_area(BESIDE)
    make_unit("U1")
    write([closed(1), closed(2), open_one(3)])
    user: User = make_user(Role.OPERATOR)
    page = open_page(user, width=width)

    page.goto("/figures/")
    assert axe(page) == []
    page.get_by_role("link", name="整改率 66.67%").first.click()
    page.get_by_role("heading", name="整改率", exact=True).wait_for()
    page.locator("aside .mono").wait_for()  # the digest comes by itself
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.get_by_role("link", name="2", exact=True).first.click()
    page.get_by_text("HY-2026-000002").first.wait_for()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
