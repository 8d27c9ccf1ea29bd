"""The start page: what waits for each, due soonest first, each number equal to the rows behind it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import resolve

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_post, make_user
from yanzhen.cases import operations, rulebook
from yanzhen.cases.enums import CaseStatus
from yanzhen.cases.models import Case, RoutingRule
from yanzhen.cases.tests.factories import make_case, make_handler, make_operator
from yanzhen.cases.tests.lives import Life, write
from yanzhen.cases.tests.sixteen import BESIDE, HERE, HOUR, Sixteen, make_sixteen
from yanzhen.cases.tests.visits import (
    NOW,
    PART,
    client_of,
    forms_on,
    queries,
    rows,
    said,
    signed_in,
    stop_clock,
    text,
)
from yanzhen.places.tests.factories import make_area
from yanzhen.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch)


@pytest.fixture(scope="module")
def book(lasting: None) -> Sixteen:
    book = make_sixteen()
    rulebook.renew()
    book.people |= {
        "inspector": make_user(Role.INSPECTOR),
        "inspector of A1": make_user(Role.INSPECTOR, home_code="A1"),
        "keeper": make_user(Role.KEEPER, area_code=HERE),
        "steward": make_user(Role.STEWARD),
        "steward beside": make_user(Role.STEWARD, area_code=BESIDE),
        "auditor": make_user(Role.AUDITOR),
        "admin": make_user(Role.ADMIN),
        "idle": make_handler(make_unit("Z", name="清闲所")),
        "nobody": make_user(),
    }
    return book


def deeds(page: str) -> dict[str, int]:
    """What stands in the list of deeds, each with its number."""
    if '<nav class="deeds"' not in page:
        return {}
    bar = page.split('<nav class="deeds"')[1].split("</nav>", maxsplit=1)[0]
    found = re.findall(r"</svg>([^<]+)<span>([\d,]+)</span>", bar)
    return {label.strip(): int(number) for label, number in found}


def groups(page: str) -> dict[str, list[str]]:
    """The groups that are shown, each with the numbers of its rows in their order."""
    found = {}
    for part in page.split('<section class="grp"')[1:] + page.split('class="grp"\n')[1:]:
        key = re.findall(r'id="g-(\w+)"', part)
        if key:
            found[key[0]] = rows(part.split("</section>")[0])
    return found


# --- For each role --------------------------------------------------------------------------------

WAITS: dict[str, dict[str, str]] = {
    "office": {
        "intake": "abo", "decide": "p", "verify": "ji", "close": "k", "late": "ch", "soon": "pd",
        "reports": "oiamnp",
    },
    "A": {"rework": "h", "submit": "pd", "acknowledge": "c"},
    "A1": {"submit": "d"},
    "X": {"submit": "ef"},
    "H": {"support": "c"},
    "idle": {},
    "inspector": {"verify": "ji"},
    "inspector of A1": {},
    "keeper": {},
    "steward": {"late": "ch", "soon": "pd"},
    "steward beside": {},
    "auditor": {},
    "admin": {},
    "nobody": {},
}  # fmt: skip
"""What each finds waiting, the soonest due first."""

SAYS: dict[str, dict[str, int]] = {
    "office": {
        "立案交办": 3, "批延期": 1, "核查": 2, "销号": 1, "超期未整改": 2, "将超期": 2,
        "等单位签收": 1, "等核查": 2, "挂账": 1,
    },
    "A": {
        "返工": 1, "交整改": 2, "签收问题": 1, "办协办事项": 0, "等延期批复": 1, "等核查": 2,
        "挂账": 1, "超期未整改": 0, "将超期": 0,
    },
    "inspector": {"核查": 2, "等核查": 2, "挂账": 1},
    "inspector of A1": {"核查": 0, "等核查": 2, "挂账": 1},
    "keeper": {"等核查": 2, "挂账": 1},
    "steward": {"超期未整改": 2, "将超期": 2, "等核查": 2, "挂账": 1},
    "steward beside": {"超期未整改": 0, "将超期": 0, "等核查": 0, "挂账": 0},
    "auditor": {}, "admin": {}, "nobody": {},
}  # fmt: skip


@pytest.mark.parametrize("who", WAITS)
def test_each_finds_what_waits_for_him_the_soonest_due_first(book: Sixteen, who: str) -> None:
    page = text(client_of(book.people[who]), "/")

    shown = {key: book.word(numbers) for key, numbers in groups(page).items()}
    assert shown == WAITS[who]


@pytest.mark.parametrize("who", SAYS)
def test_each_is_told_how_much_there_is_of_everything_that_is_his(book: Sixteen, who: str) -> None:
    said_of = deeds(text(client_of(book.people[who]), "/"))
    if who == "A":  # a handler of units has no area to watch over
        assert {"超期未整改", "将超期"} & said_of.keys() == set()
        said_of |= {"超期未整改": 0, "将超期": 0}
    assert said_of == SAYS[who]


@pytest.mark.parametrize("who", ["office", "A", "X", "inspector", "keeper", "steward"])
def test_each_number_is_the_number_of_rows_behind_it(book: Sixteen, who: str) -> None:
    client = client_of(book.people[who])
    answer = client.get("/")
    inbox = answer.context["inbox"]

    lines = [(group.url, group.count.number) for group in inbox.groups]
    lines += [(line.url, line.count.number) for line in inbox.others]
    lines.append(("/cases/?due=today", inbox.due_tonight.number))
    assert len(lines) > 2
    for url, number in lines:
        assert len(rows(text(client, url, part=True))) == number, url
    for group in inbox.groups:
        behind = rows(text(client, group.url, part=True))
        assert [item.row.case.number for item in group.items] == behind[: len(group.items)]


@pytest.mark.parametrize("who", ["office", "A", "H", "inspector", "keeper", "idle"])
def test_the_bell_counts_what_is_mine_to_do(book: Sixteen, who: str) -> None:
    answer = client_of(book.people[who]).get("/search/")

    mine = ("rework", "submit", "acknowledge", "support", "intake", "decide", "verify", "close")
    number = sum(len(WAITS[who].get(key, "")) for key in mine)
    assert answer.context["shell"].inbox_count == number
    rail = next(item for item in answer.context["rail"] if item.url == "/")
    assert rail.count == number


@pytest.mark.parametrize("who", ["idle", "steward beside", "auditor", "keeper"])
def test_where_nothing_waits_that_is_said(book: Sixteen, who: str) -> None:
    assert "今天没有待办" in text(client_of(book.people[who]), "/")


def test_where_something_waits_nothing_of_the_kind_is_said(book: Sixteen) -> None:
    for who in ("office", "A", "inspector", "steward"):
        assert "今天没有待办" not in text(client_of(book.people[who]), "/")


def test_who_has_only_reported_sees_how_his_reports_stand(book: Sixteen) -> None:
    keeper = book.people["keeper"]
    case = make_case(status=CaseStatus.REPORTED, operator=keeper, area=make_area(HERE), at=NOW)

    page = text(client_of(keeper), "/")

    assert groups(page) == {"reports": [case.number]}
    assert "今天没有待办" in page
    assert "上报问题" in page


def test_the_admin_sees_what_the_city_lacks_and_nobody_is_told_that_he_is_nobody(
    book: Sixteen,
) -> None:
    page = " ".join(text(client_of(book.people["admin"]), "/").split())
    assert "城市要跑起来，还差这些：" in page
    assert re.search(r"没有岗位的人员</a> ?</div>.*?<b class=\"soon\" ?>缺 1</b>", page)
    assert re.search(r"没有责任单位的点位</a> ?</div>.*?<b class=\"soon\" ?>缺 2</b>", page)
    assert '<nav class="deeds"' not in page
    assert "您还没有岗位" in text(client_of(book.people["nobody"]), "/")


def test_the_auditor_sees_the_last_of_the_record(book: Sixteen) -> None:
    page = text(client_of(book.people["auditor"]), "/")
    assert "还没有封存过" in page
    assert page.split("<tbody>")[1].count("<tr>") == 12


def test_two_posts_find_what_waits_for_either(book: Sixteen) -> None:
    user = make_user(Role.HANDLER, unit_code="X")
    make_post(user=user, role=Role.INSPECTOR, area_code="430406")

    shown = groups(text(client_of(user), "/"))

    assert {key: book.word(numbers) for key, numbers in shown.items()} == {
        "submit": "ef",
        "verify": "ji",
    }


# --- What the rows say ----------------------------------------------------------------------------


def row(page: str, number: str, group: str) -> str:
    """The words of one row of a group."""
    part = page.split(f'id="g-{group}"')[1].split("</section>", maxsplit=1)[0]
    one = next(li for li in part.split("<li ")[1:] if f'data-row="{number}"' in li)
    return " ".join(re.sub(r"<[^>]+>", " ", one.split("</li>")[0].split(">", 1)[1]).split())


def test_a_row_says_for_what_one_is_asked_and_how_much_time_is_left(book: Sixteen) -> None:
    office, unit, helper = (client_of(book.people[who]) for who in ("office", "A", "H"))
    pages = {"office": text(office, "/"), "A": text(unit, "/"), "H": text(helper, "/")}

    def told(who: str, letter: str, group: str) -> str:
        return row(pages[who], book.number(letter), group)

    assert "核查说：“仍有两盏不亮”" in told("A", "h", "rework")
    assert "看意见，重交" in told("A", "h", "rework")
    assert "请你们：请配合断电" in told("H", "c", "support")
    assert "申请延到 2026-11-09 周一 10:00：“灯具还在路上”" in told("office", "p", "decide")
    assert "还剩 2 小时" in told("office", "p", "soon")  # nobody works at noon
    assert "超期 " in told("office", "c", "late")
    assert f"先锋农贸市场 · {book.number('d')} · 督查" in told("A", "d", "submit")
    assert "较重" in told("office", "b", "intake")
    assert "反复" in told("office", "o", "intake")
    assert "待受理" in told("office", "a", "intake")
    assert "受理" in told("office", "a", "intake")
    assert "选单位" in told("office", "b", "intake")


def test_a_button_leads_to_the_page_of_its_move_and_back(book: Sixteen) -> None:
    client = client_of(book.people["A"])
    page = text(client, "/")
    number = book.number("d")

    assert f'href="/cases/{number}/submit/?next=%2F"' in page
    assert client.get(f"/cases/{number}/submit/?next=%2F").status_code == 200
    assert f'href="/cases/{number}/?from=wait%3Dsubmit"' in page


def test_today_by_the_clock_shows_what_falls_due(book: Sixteen) -> None:
    page = text(client_of(book.people["office"]), "/")
    hours = page.split('<ol class="hours">')[1].split("</ol>")[0]
    told = re.findall(
        r"<li class=\"(\w+)\">.*?>(\d\d:\d\d)</time>.*?<span\s*>([^<]+)", hours, re.DOTALL
    )

    assert [(at, words.strip()) for _tone, at, words in told] == [
        ("10:00", "现在"), ("13:00", "到期 1 件"), ("15:00", "到期 1 件"),
    ]  # fmt: skip
    assert "今天到期 2 件" in page


# --- What can be done from here -------------------------------------------------------------------


def test_all_that_a_group_shows_can_be_acknowledged_at_once(book: Sixteen) -> None:
    unit = book.units["A"]
    for _ in range(2):
        make_case(status=CaseStatus.DISPATCHED, unit=unit, operator=book.people["office"])
    client = client_of(book.people["A"])
    answer = client.get("/")
    assert "全部签收这 3 件" in said(answer)
    form = next(one for one in forms_on(answer) if len(one.fields.get("case", [])) == 3)

    done = client.post(form.action, form.fields | {"deed": "acknowledge"})

    assert (done.status_code, done["Location"]) == (303, "/")
    page = text(client, "/")
    assert "签收 3 件，都办成了。" in page
    assert deeds(page)["签收问题"] == 0


def test_what_the_rules_know_is_handed_out_from_here(book: Sixteen) -> None:
    unit = book.units["A"]
    RoutingRule.objects.create(name="都归城管", unit=unit)
    rulebook.renew()
    client = client_of(book.people["office"])
    answer = client.get("/")
    assert "照建议办这 3 件" in said(answer)
    assert "交给" in row(said(answer), book.number("a"), "intake")
    form = next(one for one in forms_on(answer) if len(one.fields.get("case", [])) == 3)

    client.post(form.action, form.fields | {"deed": "advise"})

    for letter in "abo":
        stands = Case.objects.get(number=book.number(letter))
        assert (stands.status, stands.unit_id) == ("dispatched", "A")


def test_a_part_of_the_page_is_fetched_alone_when_cases_changed(book: Sixteen) -> None:
    answer = client_of(book.people["A"]).get("/", headers=PART)
    assert "<html" not in said(answer)
    assert 'id="inbox"' in said(answer)
    assert answer["Cache-Control"] == "private, no-store"


def test_the_area_i_look_at_narrows_what_waits(book: Sixteen) -> None:
    client = client_of(book.people["office"])
    client.get("/area/?code=430405")

    page = text(client, "/")

    assert {key: book.word(numbers) for key, numbers in groups(page).items()} == {"reports": "fe"}
    assert "今天没有待办" in page
    assert deeds(page)["立案交办"] == 0


def test_what_was_checked_elsewhere_and_not_closed_waits_also_where_a_check_closes(
    book: Sixteen,
) -> None:
    office = client_of(book.people["office"])
    with override_settings(YANZHEN_CLOSE_ON_VERIFY=True):
        assert book.word(groups(text(office, "/"))["close"]) == "k"
        operations.close_case(case_id=book.cases["k"].pk, actor=book.people["office"], now=NOW)
        assert "销号" not in deeds(text(office, "/"))
    with override_settings(YANZHEN_CLOSE_ON_VERIFY=False):
        assert deeds(text(office, "/"))["销号"] == 0


# --- How much it asks -----------------------------------------------------------------------------


def lives(number: int, first: int) -> list[Life]:
    """Cases in each standing that a group shows, so many of each."""
    made = []
    for place in range(first, first + number):
        at = NOW - timedelta(days=2) - place * HOUR
        stands = [Life(f"HY-2025-{place * 10 + kind:06d}", at) for kind in range(5)]
        for one, due_at in zip(stands[1:], (-9, 3, -5, 4), strict=True):
            one.dispatch(at, "A8", NOW + due_at * HOUR)
        stands[2].acknowledge(at)
        stands[3].acknowledge(at).submit(at + HOUR)
        stands[4].acknowledge(at).submit(at + HOUR).fail(at + 2 * HOUR, NOW + 4 * HOUR)
        made += stands
    return made


def test_the_start_page_asks_as_often_for_fifty_rows_as_for_one(lasting: None) -> None:
    make_area(HERE)
    unit = make_unit("A8")
    office, worker = make_operator(), make_handler(unit)
    found: list[tuple[int, int]] = []
    made = 0
    for number in (1, 3, 50):
        write(lives(number - made, made))
        made = number
        clients: list[Client] = [client_of(office), client_of(worker)]
        for client in clients:
            assert client.get("/").status_code == 200
        found.append((queries(clients[0], "/"), queries(clients[1], "/")))

    assert found[0] == found[1] == found[2]
    assert max(found[0]) <= 45


# --- The margin -----------------------------------------------------------------------------------


def test_the_figures_of_the_month_are_mine_and_open_to_their_pages(book: Sixteen) -> None:
    def told(user: User) -> dict[str, tuple[str, str]]:
        page = text(client_of(user), "/inbox/facts/")
        found = re.findall(
            r"<li>\s*([^<]+?)\s*<b[^>]*>\s*<a[^>]*href=\"([^\"]+)\"[^>]*>([^<]+)", page
        )
        return {url.split("/")[2]: (value.strip(), url) for _name, url, value in found}

    office, beside = told(book.people["office"]), told(book.people["steward beside"])

    assert office["cases_found"][0] == "11 件"  # filed since the first and not merged
    assert office["overdue_open"][0] == "3 件"
    assert beside["cases_found"][0] == "2 件"
    assert {resolve(url.split("?")[0]).view_name for _value, url in office.values()} == {
        "figures:figure"
    }
    assert {url.split("?")[1] for _value, url in office.values()} == {
        "from=2026-11-01&to=2026-11-05"
    }
    assert "没有可看的指标" in text(client_of(book.people["admin"]), "/inbox/facts/")


# --- Where I look ---------------------------------------------------------------------------------


def look(client: Client, code: str, **more: Any) -> Any:
    return client.get("/area/", {"code": code} | more)


def test_one_looks_only_where_ones_posts_reach(book: Sixteen) -> None:
    steward = client_of(book.people["steward beside"])
    for code in ("4304", "430406", "43", "x", "4304050010019", "\0"):
        assert look(steward, code).status_code in {404, 303}
        assert "area" not in steward.session or steward.session["area"].startswith(BESIDE)
    assert look(steward, "430406").status_code == 404
    assert look(client_of(book.people["nobody"]), "4304").status_code == 404


def test_ones_widest_area_is_the_same_as_all(book: Sixteen) -> None:
    office = client_of(book.people["office"])
    answer = look(office, "430405", next="/cases/?due=watch")
    assert (answer.status_code, answer["Location"]) == (303, "/cases/?due=watch")
    assert office.session["area"] == "430405"
    look(office, "4304")
    assert "area" not in office.session
    assert look(office, "430405", next="//evil.example/")["Location"] == "/"


def test_a_choice_that_a_post_no_longer_reaches_is_forgotten(book: Sixteen) -> None:
    user = make_user(Role.STEWARD, area_code="4304")
    client = client_of(user)
    look(client, "430405")
    user.posts.update(area_code="430406")

    assert sorted(groups(text(client, "/"))) == ["late", "soon"]


def test_nobody_is_shown_a_part_that_is_not_his() -> None:
    page = text(signed_in(None), "/")
    assert "问题台账" not in page.split("<main")[1]
