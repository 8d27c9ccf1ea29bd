"""The settings pages: who gets in, what is written, what is refused, what a trial says."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases.enums import MoveName, Severity
from yanzhen.cases.models import CalendarDay, Category, ClockPolicy, MoveDemand, RoutingRule
from yanzhen.cases.tests.factories import make_category, make_policy
from yanzhen.events.models import Event
from yanzhen.places.tests.factories import make_area, make_site
from yanzhen.units.tests.factories import make_site_unit, make_unit

pytestmark = pytest.mark.django_db

HOLIDAY = "2026-10-01"
LISTS = ("", "_routes", "_limits", "_calendar", "_categories", "_demands")


@pytest.fixture
def operator(client: Client) -> User:
    user = make_user(Role.OPERATOR)
    client.force_login(user)
    return user


@pytest.fixture
def city() -> None:
    make_area("430406001001")
    make_area("430405001001")
    make_category("lamps", name="路灯", parent=make_category("facilities", name="市政设施"))
    make_policy()


def make_route(name: str = "路灯交路灯处", **fields: Any) -> RoutingRule:
    """A rule for lamps in the whole city."""
    values = {"category_id": "lamps", "unit": None} | fields
    return RoutingRule.objects.create(name=name, **values)


def url(name: str, *args: object) -> str:
    return reverse(f"cases:settings{name}", args=args)


def page(client: Client, name: str, *args: object, **query: str) -> str:
    response = client.get(url(name, *args), query)
    assert response.status_code == 200
    return response.content.decode()


ROUTE = {"name": "路灯交路灯处", "sort": "10", "category": "lamps", "is_active": "on"}
LIMIT = {
    "category": "lamps",
    "hours": "working",
    "acknowledge": "0.5",
    "rectify": "7",
    "rework": "3.5",
    "verify": "7",
    "note": "市管理办法第八条",
    "is_active": "on",
}
CATEGORY = {"code": "vendors", "name": "占道经营", "severity": "normal", "sort": "1"}
DAY = {"is_working": "yes", "note": "全市大扫除"}
DEMAND = {"move": "verify", "words_required": "on", "reason": "抽查要用"}

FORMS: list[tuple[str, list[object], dict[str, str]]] = [
    ("_route_new", [], ROUTE),
    ("_limit_new", [], LIMIT),
    ("_category_new", [], CATEGORY),
    ("_day", [HOLIDAY], DAY),
    ("_demands", [], DEMAND),
]


# --- who gets in ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMIN])
def test_who_makes_the_rules_sees_all_of_them(client: Client, role: Role) -> None:
    route, policy = make_route(), make_policy()
    client.force_login(make_user(role))
    for name in LISTS:
        page(client, name)
    for name, args, _typed in FORMS:
        page(client, name, *args)
    page(client, "_route", route.pk)
    page(client, "_limit", policy.pk)
    page(client, "_category", "lamps")


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.KEEPER, Role.HANDLER, Role.AUDITOR])
def test_who_makes_no_rules_does_not_get_in(client: Client, role: Role) -> None:
    route = make_route()
    client.force_login(make_user(role))
    for name in LISTS:
        assert client.get(url(name)).status_code == 403
    for name, args, typed in FORMS:
        assert client.post(url(name, *args), typed).status_code == 403
    assert client.post(url("_route_switch", route.pk)).status_code == 403
    assert client.post(url("_category_switch", "lamps")).status_code == 403
    assert client.post(url("_day_clear", HOLIDAY)).status_code == 403
    assert not Event.objects.exists()


@pytest.mark.usefixtures("city")
def test_a_district_changes_its_own_routes_and_nothing_of_the_city(client: Client) -> None:
    own = make_route("本区", area_id="430406")
    wide, other = make_route("全市"), make_route("别区", area_id="430405")
    client.force_login(make_user(Role.OPERATOR, area_code="430406"))

    body = page(client, "_routes")
    assert url("_route", own.pk) in body
    assert "别区" in body
    for rule in (wide, other):
        assert url("_route", rule.pk) not in body
        assert client.post(url("_route_switch", rule.pk)).status_code == 403
    assert client.post(url("_route_switch", own.pk)).status_code == 303
    for name, args, typed in FORMS:
        assert client.post(url(name, *args), typed).status_code == 403
    for name in LISTS:
        assert "添加时限" not in page(client, name)
    assert url("_day", HOLIDAY) not in page(client, "_calendar", month="2026-10")
    assert not RoutingRule.objects.get(pk=own.pk).is_active
    assert Event.objects.count() == 1


# --- what is written ------------------------------------------------------------------------------

WRITTEN: dict[str, Callable[[], bool]] = {
    "_route_new": lambda: RoutingRule.objects.filter(category_id="lamps", sort=10).exists(),
    "_limit_new": lambda: ClockPolicy.objects.filter(
        category_id="lamps", acknowledge_minutes=30, rework_minutes=210
    ).exists(),
    "_category_new": lambda: Category.objects.filter(code="vendors").exists(),
    "_day": lambda: CalendarDay.objects.filter(day=HOLIDAY, is_working=True).exists(),
    "_demands": lambda: MoveDemand.objects.filter(move="verify", words_required=True).exists(),
}


@pytest.mark.usefixtures("city", "operator")
@pytest.mark.parametrize(("name", "args", "typed"), FORMS)
def test_what_is_typed_is_written_once(
    client: Client, name: str, args: list[object], typed: dict[str, str]
) -> None:
    assert client.post(url(name, *args), typed).status_code == 303
    assert WRITTEN[name]()
    assert Event.objects.count() == 1


WRONG = [
    ("_route_new", [], ROUTE | {"unit": "没有的单位"}, "没有叫“没有的单位”的单位"),
    ("_route_new", [], ROUTE | {"area": "没有的街道"}, "没有找到区域“没有的街道”"),
    ("_limit_new", [], LIMIT | {"rectify": "0"}, "0.1"),
    ("_limit_new", [], LIMIT | {"category": ""}, "已"),
    ("_category_new", [], CATEGORY | {"code": "Vendors"}, "小写"),
    ("_category_new", [], CATEGORY | {"code": "lamps"}, "lamps"),
    ("_day", [HOLIDAY], {"note": "全市大扫除"}, "全市大扫除"),
    ("_demands", [], {"move": "verify", "reason": "抽查要用"}, "说明和照片至少要一样"),
]


@pytest.mark.usefixtures("city", "operator")
@pytest.mark.parametrize(("name", "args", "typed", "words"), WRONG)
def test_what_is_wrong_is_said_beside_what_was_typed(
    client: Client, name: str, args: list[object], typed: dict[str, str], words: str
) -> None:
    response = client.post(url(name, *args), typed)
    body = response.content.decode()
    assert response.status_code == 422
    assert words in body
    assert typed.get("name", typed.get("note", typed.get("reason", ""))) in body
    assert 'class="invalid-feedback"' in body or 'aria-invalid="true"' in body
    assert not Event.objects.exists()


@pytest.mark.usefixtures("city", "operator")
def test_a_rule_is_switched_off_and_on_again_and_keeps_all_else(client: Client) -> None:
    rule = make_route(area_id="430406", unit=make_unit(), sort=7)
    before = RoutingRule.objects.values().get(pk=rule.pk)
    client.post(url("_route_switch", rule.pk))
    assert RoutingRule.objects.values().get(pk=rule.pk) == before | {"is_active": False}
    client.post(url("_route_switch", rule.pk))
    assert RoutingRule.objects.values().get(pk=rule.pk) == before


@pytest.mark.usefixtures("city", "operator")
def test_a_category_is_closed_and_keeps_all_else(client: Client) -> None:
    before = Category.objects.values().get(code="lamps")
    client.post(url("_category_switch", "lamps"))
    assert Category.objects.values().get(code="lamps") == before | {"is_active": False}


@pytest.mark.usefixtures("city", "operator")
def test_the_citys_own_day_is_shown_and_taken_back(client: Client) -> None:
    client.post(url("_day", HOLIDAY), DAY)
    body = page(client, "_calendar", month="2026-10")
    assert "全市大扫除" in body
    assert "上班 19 天" in body
    client.post(url("_day_clear", HOLIDAY))
    body = page(client, "_calendar", month="2026-10")
    assert "全市大扫除" not in body
    assert "上班 18 天" in body
    assert "调休上班" in body
    assert not CalendarDay.objects.exists()


@pytest.mark.usefixtures("city", "operator")
def test_a_demand_is_taken_back(client: Client) -> None:
    row = MoveDemand.objects.create(move=MoveName.VERIFY, words_required=True, reason="抽查要用")
    assert "抽查要用" in page(client, "_demands")
    client.post(url("_demand_clear", row.pk))
    assert not MoveDemand.objects.exists()


@pytest.mark.usefixtures("city", "operator")
@pytest.mark.parametrize(
    ("name", "arg"), [("_route", 99), ("_limit", 99), ("_category", "x"), ("_day", "2026-13-01")]
)
def test_what_is_not_there_is_not_found(client: Client, name: str, arg: object) -> None:
    assert client.get(url(name, arg)).status_code == 404


@pytest.mark.usefixtures("city", "operator")
@pytest.mark.parametrize("month", ["", "2026", "0001-01", "9999-12", "2000-01", "x"])
def test_a_month_that_is_none_is_this_one(client: Client, month: str) -> None:
    page(client, "_calendar", month=month)


# --- lengths --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("city", "operator")
def test_limits_are_said_in_days_and_hours(client: Client) -> None:
    make_policy(
        category=Category.objects.get(code="lamps"),
        acknowledge_minutes=30,
        rectify_minutes=630,
        rework_minutes=240,
        verify_minutes=6300,
        note="市管理办法第八条",
    )
    make_policy(severity=Severity.SEVERE, hours="calendar", rectify_minutes=2880)
    body = page(client, "_limits")
    for words in ("30 分钟", "1.5 个工作日", "4 工作小时", "15 个工作日", "2 天", "第八条"):
        assert words in body
    assert body.index("所有类别") < body.index("市政设施")


# --- the trial ------------------------------------------------------------------------------------


def trial(client: Client, **typed: str) -> str:
    return page(client, "_routes", **{"try": "1"} | typed)


@pytest.mark.usefixtures("city", "operator")
def test_a_trial_names_the_winner_the_later_ones_and_why_the_others_do_not_fit(
    client: Client,
) -> None:
    lamp, district = make_unit(name="市路灯处"), make_unit(name="区住建局")
    make_route("先试的", sort=1, unit=lamp)
    make_route("后试的", sort=2, unit=district, category_id="facilities")
    make_route("别区的", sort=0, unit=district, area_id="430405")
    events = Event.objects.count()

    body = trial(client, category="lamps", area="430406", day="2026-11-02")

    shown = body[body.index('role="status"') : body.index('id="list-h"')]
    assert "<b>市路灯处</b>" in shown
    assert shown.index("先试的") < shown.index("就用这条") < shown.index("后试的")
    assert shown.index("后试的") < shown.index("<details>") < shown.index("别区的")
    assert "地点不在" in shown
    assert "2026-11-02 周一 08:30" in shown
    assert "2026-11-02 周一 17:30" in shown
    assert Event.objects.count() == events


@pytest.mark.usefixtures("city", "operator")
def test_a_trial_on_a_holiday_counts_from_the_next_working_day(client: Client) -> None:
    body = trial(client, category="lamps", day=HOLIDAY)
    assert "2026-10-08 周四 17:30" in body
    assert "请人工选定单位" in body


@pytest.mark.usefixtures("city", "operator")
def test_a_trial_on_a_site_goes_to_the_unit_of_that_day(client: Client) -> None:
    site = make_site(area=make_area("430406001001"))
    make_site_unit(site=site, unit=make_unit(name="旧单位"), to_on=date(2026, 10, 31))
    make_site_unit(site=site, unit=make_unit(name="新单位"), from_on=date(2026, 11, 1))
    assert "<b>旧单位</b>" in trial(client, site=site.code, day="2026-10-30")
    assert "<b>新单位</b>" in trial(client, site=site.code, day="2026-11-02")


@pytest.mark.usefixtures("city", "operator")
def test_a_trial_without_a_limit_says_so(client: Client) -> None:
    ClockPolicy.objects.all().delete()
    body = trial(client, category="lamps")
    assert "没有适用的时限规则" in body


@pytest.mark.usefixtures("city", "operator")
@pytest.mark.parametrize(
    ("typed", "words"),
    [({"area": "没有的街道"}, "没有找到区域"), ({"day": "2999-01-01"}, "日期太远")],
)
def test_a_trial_that_cannot_be_read_is_said_so(
    client: Client, typed: dict[str, str], words: str
) -> None:
    response = client.get(url("_routes"), {"try": "1"} | typed)
    assert response.status_code == 422
    assert words in response.content.decode()


# --- lists ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("city", "operator")
def test_routes_are_found_by_words_and_by_district(client: Client) -> None:
    make_route("甲", area_id="430406001")
    make_route("乙", area_id="430405")
    make_route("丙", unit=make_unit(name="路灯管理处"))

    def names(**query: str) -> set[str]:
        return {row.rule.name for row in client.get(url("_routes"), query).context["rows"]}

    assert names() == {"甲", "乙", "丙"}
    assert names(within="430406") == {"甲", "丙"}
    assert names(within="city") == {"丙"}
    assert names(q="管理处") == {"丙"}
    assert names(q="路灯 甲") == {"甲"}
    assert names(within="nonsense") == {"甲", "乙", "丙"}


@pytest.mark.usefixtures("city", "operator")
def test_many_routes_come_in_pages(client: Client) -> None:
    for number in range(45):
        make_route(f"规则{number:02}", sort=number)
    first = page(client, "_routes")
    assert ("规则39" in first, "规则40" in first) == (True, False)
    assert "规则44" in page(client, "_routes", page="2")


def _one_more(name: str, number: int) -> None:
    match name:
        case "_routes":
            make_route(area_id="430406", unit=make_unit())
        case "_limits":
            make_policy(category=make_category(f"c{number}", parent_id="facilities"))
        case "_calendar":
            CalendarDay.objects.create(day=date(2026, 10, number), is_working=True)
        case "_categories":
            make_category(f"c{number}", parent_id="facilities")
        case "_demands":
            MoveDemand.objects.create(move=list(MoveName)[number], reason="要")


@pytest.mark.usefixtures("city", "operator")
@pytest.mark.parametrize("name", ["_routes", "_limits", "_calendar", "_categories", "_demands"])
def test_a_list_asks_as_often_for_three_rows_as_for_one(client: Client, name: str) -> None:
    def asked() -> int:
        page(client, name, month="2026-10")  # reads the net anew
        with CaptureQueriesContext(connection) as queries:
            page(client, name, month="2026-10")
        return len(queries)

    _one_more(name, 1)
    for_one = asked()
    _one_more(name, 2)
    _one_more(name, 3)
    assert asked() == for_one
