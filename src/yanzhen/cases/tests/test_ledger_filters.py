"""The ledger: what stands in its address narrows its rows, and nobody sees past his posts."""

import base64
import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.http import QueryDict
from django.test import Client

from yanzhen.accounts.enums import Role
from yanzhen.accounts.tests.factories import make_post, make_user
from yanzhen.cases.enums import CaseStatus, Severity, Source
from yanzhen.cases.queries.address import ask_of
from yanzhen.cases.queries.asking import Due, Sort
from yanzhen.cases.queries.waiting import Wait
from yanzhen.cases.tests.sixteen import BESIDE, HERE, Sixteen, make_sixteen
from yanzhen.cases.tests.visits import NOW, client_of, forms_on, rows, signed_in, stop_clock, text
from yanzhen.core.time import city_day

pytestmark = pytest.mark.django_db

ALL, NEWEST = "abcdefghijklmnop", "oiamnpkjhgfedcbl"


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch)


@pytest.fixture(scope="module")
def book(lasting: None) -> Sixteen:
    return make_sixteen()


@pytest.fixture
def office(book: Sixteen) -> Client:
    return client_of(book.people["office"])


def shown(client: Client, book: Sixteen, query: str = "") -> str:
    """The letters of the rows behind `/cases/?…`, in their order."""
    return book.word(rows(text(client, f"/cases/?{query}", part=True)))


def day(days: int) -> str:
    return (city_day(NOW) + timedelta(days=days)).isoformat()


# --- Each filter ----------------------------------------------------------------------------------

FILTERS = [
    ("", ALL),
    # due
    ("due=overdue", "chj"),
    ("due=watch", "chjdp"),
    ("due=today", "dp"),
    ("due=days3", "dpie"),
    ("due=days7", "dpief"),
    ("due=unsigned", "c"),
    ("due=none", "abgko"),
    # status
    ("status=open", "abcdefghijkop"),
    ("status=closed", "l"),
    ("status=filed&status=reported", "abo"),
    ("status=open&status=closed", "abcdefghijkopl"),
    *((f"status={one}", letters) for one, letters in (
        ("reported", "a"), ("filed", "bo"), ("dispatched", "c"), ("acknowledged", "defp"),
        ("parked", "g"), ("rework", "h"), ("submitted", "ij"), ("verified", "k"),
        ("declined", "m"), ("merged", "n"),
    )),
    # place
    (f"area={HERE}", "bcdghijklmnop"),
    ("area=430406", "abcdghijklmnop"),
    ("area=430405", "ef"),
    ("area=4304", ALL),
    ("site=S-M", "dlo"),
    ("type=market", "dlo"),
    ("type=market&type=park", "dloe"),
    # who
    ("unit=A", "cdghijklp"),
    ("unit=A1", "dk"),
    ("unit=X", "ef"),
    # what
    ("category=light", "dlo"),
    ("category=lamp", "lo"),
    ("category=litter", "b"),
    ("source=hotline", "bm"),
    ("source=snapshot&source=grid", "ah"),
    ("severity=serious", "b"),
    ("severity=serious&severity=severe", "bf"),
    ("again=yes", "o"),
    # words
    ("q=垃圾桶", "b"),
    ("q=满溢 臭味", "b"),
    ("q=桶", "b"),
    ("q=没有这几个字", ""),
    ("q=13800138000", "b"),
    ("q=W20261029", "b"),
    # periods
    (f"found_from={day(0)}", "oi"),
    (f"found_from={day(-2)}&found_to={day(-1)}", "am"),
    (f"found_to={day(-7)}", "bl"),
    (f"filed_from={day(0)}", "oi"),
    (f"filed_to={day(-7)}", "bl"),
    # together
    ("status=open&unit=A&due=overdue", "chj"),
    (f"area=430406&severity=serious&q=臭味&found_from={day(-8)}", "b"),
    ("status=closed&due=overdue", ""),
]  # fmt: skip


@pytest.mark.parametrize(("query", "letters"), FILTERS)
def test_a_filter_in_the_address_narrows_the_rows(
    office: Client, book: Sixteen, query: str, letters: str
) -> None:
    assert sorted(shown(office, book, quote(query, safe="=&"))) == sorted(letters)


WAITS = {
    Wait.INTAKE: "abo", Wait.DECIDE: "p", Wait.VERIFY: "ij", Wait.CLOSE: "k", Wait.LATE: "ch",
    Wait.SOON: "dp", Wait.OTHERS_VERIFY: "ij", Wait.OTHERS_ACKNOWLEDGE: "c", Wait.PARKED: "g",
    Wait.MY_REPORTS: ALL,
}  # fmt: skip


@pytest.mark.parametrize("wait", Wait)
def test_what_waits_for_me_is_a_filter_too(office: Client, book: Sixteen, wait: Wait) -> None:
    assert sorted(shown(office, book, f"wait={wait}")) == sorted(WAITS.get(wait, ""))


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("due", Due.values), ("wait", Wait.values), ("status", ["open", *CaseStatus.values]),
        ("source", Source.values), ("severity", Severity.values), ("sort", Sort.values),
    ],
)  # fmt: skip
def test_every_choice_that_is_offered_is_understood(key: str, values: list[str]) -> None:
    for value in values:
        assert ask_of(QueryDict(f"{key}={value}")).query == f"{key}={value}"


CHIPS = {
    "due": "到期", "wait": "待办", "area": "区域", "status": "状态", "source": "来源",
    "type": "点位类型", "severity": "程度", "category": "类别", "unit": "责任单位", "site": "点位",
    "found_from": "发现", "filed_to": "立案", "again": "反复出现", "q": "文字",
}  # fmt: skip

CHOSEN = {
    "due": ("overdue", "已超期"), "wait": ("verify", "核查"), "area": ("430406", "雁峰区"),
    "status": ("open", "未销号"), "source": ("hotline", "12345热线"), "type": ("park", "公园"),
    "severity": ("severe", "严重"), "category": ("lamp", "路灯"), "unit": ("A", "城管局"),
    "site": ("S-P", "东风公园"), "found_from": (day(-7), day(-7)), "filed_to": (day(0), day(0)),
    "again": ("yes", "是"), "q": ("臭味", "臭味"),
}  # fmt: skip


@pytest.mark.usefixtures("book")
def test_each_filter_that_is_on_says_so_and_can_be_taken_off_alone(office: Client) -> None:
    chosen = {key: value for key, (value, _said) in CHOSEN.items()}

    page = text(office, f"/cases/?{urlencode(chosen)}")

    chips = [" ".join(part.split()) for part in page.split('<span class="chip-pair">')[1:]]
    assert len(chips) == len(CHOSEN)
    for key, label in CHIPS.items():
        chip = next(one for one in chips if f'aria-label="不限{label}"' in one)
        assert f"<b>{CHOSEN[key][1]}" in chip or f"– {CHOSEN[key][1]}" in chip, chip
        off = chip.split('class="chip-off" href="')[1].split('"')[0]
        rest = dict(pair.split("=") for pair in off.split("?")[1].split("&"))
        assert rest.keys() == chosen.keys() - {key}
    assert "全部清除" in page


def test_the_seldom_filters_are_a_form_that_loses_nothing_of_the_others(
    office: Client, book: Sixteen
) -> None:
    """What stood in the address before is still there after the form was sent as it stood."""
    query = (
        "status=open&status=closed&severity=serious&severity=severe&area=4304&due=days7"
        "&unit=X&category=litter&q=x&again=yes&sort=newest&found_from=2026-01-01"
    )
    more = [form for form in forms_on(office.get(f"/cases/?{query}")) if "filed_to" in form.fields]

    fields = {name: values for name, values in more[-1].fields.items() if values != [""]}

    sent = urlencode(fields, doseq=True)
    assert sorted(sent.split("&")) == sorted(query.split("&"))


# --- Nonsense -------------------------------------------------------------------------------------


def forged(*parts: Any) -> str:
    packed = json.dumps(list(parts)).encode()
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


NONSENSE = [
    "due=nonsense", "wait=x", "status=burnt", "source=%00", "severity=%F0%9F%92%A9", "again=maybe",
    "sort=up", "found_from=2026-13-40", "found_from=0001-01-01", "found_to=99999-01-01",
    "found_to=yesterday", "filed_from=2026-11-05T10:00", "filed_to=%00", "after=rubbish",
    "before=%ff%fe", "area=%00", "unit=a%0Ab", "site=%0a", "type=", "category=%E2%80%8B",
    "q=%00", "q=", "unknown=1", f"area={'4' * 41}", f"after={'A' * 500}",
    "after=" + forged("newest", 1, "0001-01-01T00:00:00+14:00", 1),
    "after=" + forged("newest", 1, "9999-12-31T23:59:59-14:00", 1),
    "after=" + forged("newest", 1, "2026-11-05T00:00:00+00:00", 10**30),
    "after=" + forged("newest", -1, "2026-11-05T00:00:00+00:00", 1),
    "after=" + forged("due", 1, "2026-11-05T00:00:00+00:00", 1),
    "after=" + forged("newest", 1, ["2026"], 1),
    "after=" + forged("newest", 1),
    "after=" + forged({"newest": 1}),
    "before=" + forged("newest", 1, "0001-01-01T00:00:00+14:00", 1),
]  # fmt: skip


@pytest.mark.parametrize("query", NONSENSE)
def test_what_makes_no_sense_in_an_address_is_left_out(
    office: Client, book: Sixteen, query: str
) -> None:
    assert shown(office, book, query) == NEWEST


@pytest.mark.parametrize(
    "query",
    [
        "area=9999", "area=%E2%98%83", "unit=nobody", "site=%27%20OR%201=1--", "type=none",
        "category=none", "q=%27%22%5C%25_*()", "q=%E2%98%83%E2%98%83", "q=NEAR(a,b)",
        "q=%22%20OR%20%22", "q=" + "%E9%95%BF" * 300, "found_from=2026-11-05&found_to=2026-11-01",
    ],
)  # fmt: skip
def test_what_is_unknown_finds_nothing_and_says_so(
    office: Client, book: Sixteen, query: str
) -> None:
    page = text(office, f"/cases/?{query}")

    assert rows(page) == []
    assert "没有这样的问题" in page


# --- Order ----------------------------------------------------------------------------------------

BY_DUE = "chjpdief" + "abgko"


def test_open_ones_stand_by_their_due_time_and_all_of_them_by_when_they_were_found(
    office: Client, book: Sixteen
) -> None:
    assert shown(office, book, "status=open") == BY_DUE
    assert shown(office, book, "due=days7") == "pdief"
    assert shown(office, book) == NEWEST
    assert shown(office, book, "wait=my_reports") == NEWEST


def test_each_order_can_be_had_of_each_list(office: Client, book: Sixteen) -> None:
    open_ones = "".join(letter for letter in NEWEST if letter in BY_DUE)
    assert shown(office, book, "status=open&sort=newest") == open_ones
    assert shown(office, book, "sort=due") == BY_DUE + "lmn"

    page = text(office, "/cases/?status=open&unit=A")
    assert 'href="?status=open&unit=A&sort=newest"' in page
    assert 'aria-sort="ascending"' in page
    page = text(office, f"/cases/?status=open&sort={Sort.NEWEST}")
    assert 'href="?status=open&sort=due"' in page
    assert "新发现的在前" in page


# --- Who ------------------------------------------------------------------------------------------

EVERYWHERE = (Role.OPERATOR, Role.INSPECTOR, Role.KEEPER, Role.STEWARD, Role.AUDITOR)


def visible(book: Sixteen, *, area: str = "", unit: str = "") -> str:
    """Which cases such a post shows, by plain reading of the cases themselves."""
    seen = ""
    for letter, case in book.cases.items():
        case.refresh_from_db()
        of_unit = unit and (
            (case.unit and unit in case.unit.lineage) or (unit == "H" and letter == "c")
        )
        if (area and case.area_id.startswith(area)) or of_unit:
            seen += letter
    return seen


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    "scope",
    [
        {"area_code": "4304"}, {"area_code": "430406"}, {"area_code": BESIDE},
        {"unit_code": "A"}, {"unit_code": "A1"}, {"unit_code": "H"},
    ],
    ids=lambda scope: "".join(scope.values()),
)  # fmt: skip
def test_nobody_sees_a_row_outside_his_posts(
    book: Sixteen, role: Role, scope: dict[str, str]
) -> None:
    visitor = signed_in(role, **scope)
    expected = (
        ""
        if role == Role.ADMIN
        else visible(book, area=scope.get("area_code", ""), unit=scope.get("unit_code", ""))
    )

    assert sorted(shown(visitor, book, "area=4304")) == sorted(expected)


def test_two_posts_see_what_either_sees_and_none_sees_nothing(book: Sixteen) -> None:
    user = make_user(Role.HANDLER, unit_code="A1")
    make_post(user=user, role=Role.KEEPER, area_code=BESIDE)

    assert sorted(shown(client_of(user), book)) == sorted("dk" + "ef")
    assert shown(signed_in(None), book) == ""


def test_a_post_that_is_over_shows_nothing(book: Sixteen) -> None:
    late = signed_in(Role.OPERATOR, to_on=city_day(NOW) - timedelta(days=1))
    last_day = signed_in(Role.OPERATOR, to_on=city_day(NOW))

    assert shown(late, book) == ""
    assert shown(last_day, book) == NEWEST


def test_the_numbers_over_the_list_count_only_what_i_see(book: Sixteen) -> None:
    def counts(client: Client) -> str:
        page = " ".join(text(client, "/cases/").split())
        views = page.split('<nav class="views"')[1].split("</nav>")[0]
        return ",".join(part.split("</span>")[0] for part in views.split("<span>")[1:])

    assert counts(client_of(book.people["office"])) == "13,5,3,2,1,1"
    assert counts(signed_in(Role.STEWARD, area_code=BESIDE)) == "2,0,0,0,0"
    assert counts(signed_in(Role.INSPECTOR, area_code=BESIDE)) == "2,0,0,0,0,0"
    assert counts(client_of(book.people["A1"])) == "2,1,0,0,0"


def test_the_area_i_chose_to_look_at_narrows_every_list(office: Client, book: Sixteen) -> None:
    office.get("/area/?code=430405")
    assert sorted(shown(office, book)) == ["e", "f"]
    assert shown(office, book, "unit=A") == ""

    office.get("/area/?code=4304")
    assert sorted(shown(office, book)) == list(ALL)


def test_each_shared_view_shows_as_many_rows_as_it_says(office: Client, book: Sixteen) -> None:
    page = " ".join(text(office, "/cases/").split())
    views = page.split('<nav class="views"')[1].split("</nav>")[0]
    links = [part.split('"')[0] for part in views.split('href="')[1:]]
    numbers = [int(part.split("</span>")[0]) for part in views.split("<span>")[1:]]

    assert len(links) == len(numbers) == 6
    for link, number in zip(links, numbers, strict=True):
        assert len(shown(office, book, link.split("?")[1])) == number, link
