"""The ledger page by page, its columns, its saved views, and what it asks of the database."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import SavedView, User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases import rulebook
from yanzhen.cases.columns import COLUMNS, COOKIE
from yanzhen.cases.enums import Severity, Source
from yanzhen.cases.models import Case
from yanzhen.cases.queries.ledger import LEDGER, PAGE
from yanzhen.cases.tests.factories import make_category, make_operator
from yanzhen.cases.tests.lives import Life, write
from yanzhen.cases.tests.visits import (
    NOW,
    PART,
    client_of,
    form_on,
    queries,
    rows,
    said,
    signed_in,
    stop_clock,
    text,
)
from yanzhen.places.tests.factories import make_area, make_site, make_site_type
from yanzhen.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db

HERE = "430406001001"
HOUR = timedelta(hours=1)
MANY = 2 * PAGE + 20


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch)


@pytest.fixture(scope="module")
def operator(lasting: None) -> User:
    make_area(HERE)
    make_unit("U1")
    make_site_type("market")
    make_site(code="S-M")
    make_category("litter")
    rulebook.renew()  # as in life, the rules are read once and kept
    return make_operator()


@pytest.fixture
def office(operator: User) -> Client:
    return client_of(operator)


def life(number: int, at: datetime, due_at: datetime | None = None) -> Life:
    one = Life(f"HY-2026-{number:06d}", at)
    return one.dispatch(at, "U1", due_at) if due_at else one


def many(count: int = MANY, first: int = 1) -> list[Life]:
    """Cases of which each three were found, and fall due, at the same moment; a third never does."""
    return [
        life(
            first + place,
            NOW - (place * 7 % count // 3) * HOUR,
            None if place % 3 == 2 else NOW + (place * 11 % count // 3 - 10) * HOUR,
        )
        for place in range(count)
    ]


def link(page: str, words: str) -> str:
    """Where the pager leads by the link that says so; nothing where there is none."""
    for one in re.findall(r"<a\b[^>]*>(?:(?!</a>).)*</a>", page, re.DOTALL):
        if words in one and ("after=" in one or "before=" in one):
            return str(re.findall(r'href="([^"]+)"', one)[0])
    return ""


def walk(client: Client, address: str, words: str = "下一页") -> Iterator[tuple[list[str], str]]:
    """Each page from here on, with its address, by the links alone."""
    while address:
        page = text(client, f"/cases/{address}", part=True)
        yield rows(page), address
        address = link(page, words)


# --- Pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["?status=open", "?status=open&sort=newest", "?"])
def test_there_and_back_again_each_row_is_met_exactly_once(office: Client, query: str) -> None:
    write(many())

    there = list(walk(office, query))
    back = list(walk(office, there[-1][1], "上一页"))

    numbers = [number for page, _address in there for number in page]
    assert [len(page) for page, _address in there] == [PAGE, PAGE, 20]
    assert sorted(numbers) == sorted(f"HY-2026-{n:06d}" for n in range(1, MANY + 1))
    assert [page for page, _address in reversed(back)] == [page for page, _address in there]


def test_the_pager_says_which_rows_these_are_and_keeps_the_filters(office: Client) -> None:
    write(many())

    page = text(office, "/cases/?status=open&source=inspection")
    assert f"第 1–{PAGE} 件，共 {MANY} 件" in page
    assert not link(page, "上一页")
    after = link(page, "下一页")
    assert after.startswith("?status=open&source=inspection&after=")
    assert f"第 {PAGE + 1}–{2 * PAGE} 件，共 {MANY} 件" in text(office, f"/cases/{after}")


@pytest.mark.parametrize("query", ["?status=open", "?"])
def test_rows_that_come_while_somebody_reads_on_shift_nothing(office: Client, query: str) -> None:
    """Before, between and behind what he reads; what was there is met once and in its order."""
    write(many())
    whole = [number for page, _address in walk(office, query) for number in page]

    met: list[str] = []
    new = 1000
    for page, _address in walk(office, query):
        met += page
        comers = [
            life(new, NOW + HOUR / 2, NOW - 90 * HOUR),  # first in either order
            life(new + 1, NOW - 20 * HOUR, NOW + 20 * HOUR),
            life(new + 2, NOW - 900 * HOUR),  # last in either order
        ]
        write(comers)
        new += 3

    assert [number for number in met if number < "HY-2026-001000"] == whole
    assert len(met) == len(set(met))


def test_rows_that_go_while_somebody_reads_on_hide_nothing(office: Client) -> None:
    write(many())
    met: list[str] = []
    for page, _address in walk(office, "?status=open"):
        met += page
        Case.objects.filter(number__in=page).update(status="declined")  # off this list

    assert len(met) == len(set(met)) == MANY


def test_from_case_to_case_by_next_and_previous_the_list_is_kept(office: Client) -> None:
    write(many(9))
    listed = rows(text(office, "/cases/?status=open", part=True))

    walked, address = [], f"/cases/{listed[0]}/?from=status%3Dopen"
    while address:
        page = text(office, address)
        number = address.split("/")[2]
        walked.append(number)
        assert f"第 {len(walked)} 件，共 9 件" in page
        before = re.findall(r'rel="prev"[^>]*href="([^"]+)"', page)
        assert [one.split("/")[2] for one in before] == listed[len(walked) - 2 : len(walked) - 1]
        address = next(iter(re.findall(r'rel="next"[^>]*href="([^"]+)"', page)), "")

    assert walked == listed


# --- What it asks of the database -----------------------------------------------------------------


def full(number: int) -> None:
    """Give every row all that a row can show."""
    Case.objects.filter(number__endswith=f"{number:06d}").update(
        site_id="S-M", site_type_id="market", category_id="litter"
    )


ADDRESSES = ("/cases/", "/cases/?status=open&unit=U1&area=430406&category=litter&q=x&due=week")


@pytest.mark.parametrize("columns", ["", ".".join(column.code for column in COLUMNS)])
def test_the_ledger_asks_as_often_for_fifty_rows_as_for_one(office: Client, columns: str) -> None:
    office.cookies[COOKIE] = columns
    counts: list[tuple[int, ...]] = []
    made = 0
    for number in (1, 3, 50):
        write(many(number - made, made + 1))
        made = number
        for one in range(1, number + 1):
            full(one)
        assert len(rows(text(office, "/cases/"))) == number
        counts.append(
            (*(queries(office, one) for one in ADDRESSES), queries(office, "/cases/", **PART))
        )

    assert counts[0] == counts[1] == counts[2]
    assert counts[0][2] <= 9


def test_a_later_page_asks_no_more_than_the_first(office: Client) -> None:
    write(many())
    first = queries(office, "/cases/?status=open")
    after = link(text(office, "/cases/?status=open"), "下一页")

    assert queries(office, f"/cases/{after}") == first


# --- Columns --------------------------------------------------------------------------------------


def heads(page: str) -> list[str]:
    found = re.findall(r"<th\b[^>]*>(.*?)</th>", page, re.DOTALL)
    return [re.sub(r"<[^>]+>|[↑↓\s]", "", head) for head in found][1:]


STANDARD = [str(column.label) for column in COLUMNS if column.is_standard]


def choose(client: Client, *codes: str, **more: str) -> Any:
    return client.post("/cases/columns/", {"column": codes, "next": "/cases/?status=open"} | more)


def test_the_columns_i_chose_are_shown_on_this_device_only(office: Client, operator: User) -> None:
    write(many(2))
    full(1)

    answer = choose(office, "category", "reworks", "limit")

    assert (answer.status_code, answer["Location"]) == (303, "/cases/?status=open")
    assert heads(text(office, "/cases/")) == ["编号", "问题", "类别", "到期时间", "返工"]
    assert "类别litter" in text(office, "/cases/", part=True)
    assert heads(text(client_of(operator), "/cases/")) == STANDARD
    choose(office, standard="1")
    assert heads(text(office, "/cases/")) == STANDARD


@pytest.mark.usefixtures("operator")
@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.code)
def test_every_column_can_be_had_and_shows_what_it_says(office: Client, column: Any) -> None:
    write([life(1, NOW - 30 * HOUR, NOW + HOUR)])
    full(1)
    Case.objects.update(
        address="蒸湘南路 8 号", severity=Severity.SEVERE, source=Source.MEDIA, rework_count=2
    )
    choose(office, column.code)

    page = text(office, "/cases/")

    assert str(column.label) in heads(page)
    cells = page.split("<tbody>")[1].split("</tbody>")[0]
    assert SHOWN[column.code] in " ".join(cells.split())


SHOWN = {
    "number": "HY-2026-000001", "title": "占道经营", "site": "先锋农贸市场", "area": "雁峰 先锋",
    "unit": "单位U1", "source": "媒体曝光", "status": "待签收", "due": "还剩", "category": "类别litter",
    "severity": "严重", "type": "农贸市场", "found": "昨天 04:00", "filed": "昨天 04:00",
    "limit": "今天 11:00", "reworks": "> 2 <", "address": "蒸湘南路 8 号",
}  # fmt: skip


@pytest.mark.parametrize("cookie", ["", "nonsense", ".....", "number" * 500, "%00"])
def test_a_cookie_that_names_no_column_gives_the_standard_ones(office: Client, cookie: str) -> None:
    office.cookies[COOKIE] = cookie
    assert heads(text(office, "/cases/")) == STANDARD


def test_columns_that_do_not_exist_are_not_remembered(office: Client) -> None:
    choose(office, "password", "due")
    assert office.cookies[COOKIE].value == "number.title.due"


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "/" + "a" * 3000])
def test_nobody_is_led_to_another_house(office: Client, back: str) -> None:
    assert choose(office, next=back)["Location"] == "/cases/"


# --- Saved views ----------------------------------------------------------------------------------


def save(client: Client, name: str, query: str = "status=open&area=430406") -> Any:
    return client.post("/cases/views/", {"name": name, "next": f"/cases/?{query}"}, follow=True)


def views(client: Client) -> dict[str, str]:
    """The views over the list: what is saved of them, by name."""
    bar = text(client, "/cases/").split('<nav class="views"')[1].split("</nav>")[0]
    found = re.findall(r'href="/cases/\?([^"]*)"[^>]*>([^<]+)', bar)
    return {name: query for query, name in found[-len(found) + SHARED :] if len(found) > SHARED}


SHARED = 6


def test_a_list_is_kept_under_a_name_and_found_again(office: Client) -> None:
    answer = save(office, "雁峰在办")

    assert "已存为视图“雁峰在办”。" in said(answer)
    assert 'aria-current="page">雁峰在办' in re.sub(r"\s+>", ">", said(answer))
    assert views(office) == {"雁峰在办": "status=open&area=430406"}


def test_the_same_name_again_replaces_the_view(office: Client) -> None:
    save(office, "我的")
    save(office, "我的", "due=overdue")

    assert views(office) == {"我的": "due=overdue"}
    assert SavedView.objects.count() == 1


def test_what_makes_no_sense_and_where_i_read_is_not_kept(office: Client) -> None:
    save(office, "我的", "due=nonsense&status=open&after=xyz&before=x&x=y")
    assert views(office) == {"我的": "status=open"}


def test_my_views_are_mine(office: Client, operator: User) -> None:
    save(office, "我的")
    other = signed_in()
    pk = SavedView.objects.get().pk

    assert views(other) == {}
    assert other.post(f"/cases/views/{pk}/drop/").status_code == 404
    assert save(other, "我的", "due=watch").status_code == 200
    assert views(office) == {"我的": "status=open&area=430406"}
    assert views(client_of(operator)) == views(office)


def test_a_view_is_dropped_by_its_own_form(office: Client) -> None:
    save(office, "不用了")
    save(office, "还要用")
    pk = SavedView.objects.get(name="不用了").pk
    form_on(office.get("/cases/"), f"/cases/views/{pk}/drop/")

    answer = office.post(f"/cases/views/{pk}/drop/", follow=True)

    assert "已删去视图“不用了”。" in said(answer)
    assert list(views(office)) == ["还要用"]
    assert office.post(f"/cases/views/{pk}/drop/").status_code == 404


@pytest.mark.parametrize(
    ("name", "query", "words"),
    [
        ("", "status=open", "请给视图起个名字。"),
        ("　 ", "status=open", "请给视图起个名字。"),
        ("长" * 31, "status=open", "视图名称最多 30 个字。"),
        ("太多", "&".join(f"type=t{n:036}" for n in range(40)), "筛选条件太多"),
    ],
)
def test_a_view_that_cannot_be_kept_is_refused_in_words(
    office: Client, name: str, query: str, words: str
) -> None:
    assert words in said(save(office, name, query))
    assert not SavedView.objects.exists()


def test_the_twenty_first_view_is_refused_and_the_twentieth_can_still_be_replaced(
    office: Client, operator: User
) -> None:
    for number in range(20):
        SavedView.objects.create(user=operator, page=LEDGER, name=f"视图{number}", query="q=x")

    assert "最多存 20 个视图" in said(save(office, "再来一个"))
    save(office, "视图7", "due=overdue")
    assert len(views(office)) == 20
    assert views(office)["视图7"] == "due=overdue"


def test_who_sees_no_case_can_still_open_the_list_and_is_told_it_is_empty() -> None:
    page = text(client_of(make_user(Role.ADMIN)), "/cases/")
    assert "没有这样的问题" in page
