"""Where the rules send a case, by which rule, and why."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from yanzhen.cases import operations, routing
from yanzhen.cases.enums import Severity
from yanzhen.cases.loop import CaseDraft, draft_of
from yanzhen.cases.models import Case, RoutingRule
from yanzhen.cases.tests.factories import (
    MORNING,
    hours_on,
    make_category,
    make_draft,
    make_operator,
    make_policy,
)
from yanzhen.places.models import Area, Site
from yanzhen.places.tests.factories import make_area, make_site, make_site_type
from yanzhen.units.models import Unit
from yanzhen.units.tests.factories import make_site_unit, make_stewardship, make_unit

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 2)


def make_route(name: str, **fields: Any) -> RoutingRule:
    return RoutingRule.objects.create(**{"name": name, "sort": 100} | fields)


class Net:
    """Two districts, a market with its unit, vendors below street order, four routes."""

    def __init__(self) -> None:
        self.district, self.other = make_area("430406"), make_area("430405")
        self.site = make_site(name="先锋农贸市场", area=make_area("430406001001"))
        self.market = make_site_type("market")
        self.street = make_category("street", name="街面秩序")
        self.vendors = make_category("vendors", name="占道经营", parent=self.street)
        self.lamps = make_category("lamps", name="路灯")
        self.city = make_unit("LIGHT", name="市路灯处")
        self.local = make_unit("CG406", name="雁峰城管局")
        self.owner = make_unit("MKT", name="先锋市场公司")
        make_site_unit(site=self.site, unit=self.owner)
        make_route("路灯全市归口", category=self.lamps, unit=self.city, sort=10)
        make_route("市场找业主", site_type=self.market, category=self.street, sort=20)
        make_route("雁峰街面", category=self.street, area=self.district, unit=self.local, sort=30)


@pytest.fixture
def net() -> Net:
    return Net()


def routed(net: Net, **fields: Any) -> tuple[str | None, str]:
    operator = make_operator()
    case = operations.file_draft(draft=make_draft(**fields), actor=operator, now=MORNING)
    case.refresh_from_db()
    assert case.routing is not None
    return case.routing["unit"], case.routing["reason"]


def test_the_first_rule_that_fits_sends_the_case_and_says_why(net: Net) -> None:
    here, there = make_area("430406001001"), make_area("430405001001")
    assert routed(net, category=net.lamps, area=there) == (
        "LIGHT",
        "规则“路灯全市归口”：类别“路灯”，交“市路灯处”。",
    )
    assert routed(net, category=net.vendors, area=here) == (
        "CG406",
        "规则“雁峰街面”：类别“占道经营”属于“街面秩序”，地点在“雁峰区”内，交“雁峰城管局”。",
    )
    assert routed(net, category=net.vendors, site=net.site) == (
        "MKT",
        (
            "规则“市场找业主”：类别“占道经营”属于“街面秩序”，点位类型“农贸市场”，"
            "交点位当日的责任单位“先锋市场公司”。"
        ),
    )
    assert routed(net, category=net.vendors, area=there) == (
        None,
        "没有规则适用，请人工选定单位。",
    )
    assert routed(net, site=net.site) == ("MKT", "没有规则适用；按点位当日的责任单位。")


def test_a_closed_unit_is_passed_over(net: Net) -> None:
    Unit.objects.filter(code="LIGHT").update(is_active=False, closed_on=ON)
    assert routed(net, category=net.lamps, area=net.district)[0] is None


def test_who_answered_on_that_day_is_asked(net: Net) -> None:
    earlier = routing.try_rules(category=net.vendors, site=net.site, on=date(2025, 12, 31))
    assert [(trial.rule.name, trial.fits) for trial in earlier] == [
        ("路灯全市归口", False),
        ("市场找业主", False),
        ("雁峰街面", True),
    ]
    assert earlier[1].reason == "点位当日没有责任单位。"


@pytest.mark.parametrize(
    ("clues", "reasons"),
    [
        (
            {"category": "lamps"},
            [None, "类别不属于“街面秩序”。", "类别不属于“街面秩序”。"],
        ),
        (
            {"category": "vendors", "area": "430405"},
            ["类别不属于“路灯”。", "点位类型不是“农贸市场”。", "地点不在“雁峰区”内。"],
        ),
        (
            {"category": "street", "site_type": "market", "area": "430406"},
            ["类别不属于“路灯”。", "没有指明点位，无从找责任单位。", None],
        ),
    ],
)
def test_the_dry_run_says_of_each_rule_why_not(
    net: Net, clues: dict[str, str], reasons: list[str | None]
) -> None:
    trials = routing.try_rules(
        category=make_category(clues["category"]) if "category" in clues else None,
        site_type=make_site_type(clues["site_type"]) if "site_type" in clues else None,
        area=Area.objects.get(code=clues["area"]) if "area" in clues else None,
        on=ON,
    )
    assert [None if trial.fits else trial.reason for trial in trials] == reasons
    assert not Case.objects.exists()


def test_rules_are_asked_anew_only_when_something_they_look_at_changed(net: Net) -> None:
    operator = make_operator()
    draft = make_draft(category=net.vendors, area=make_area("430406001001"))
    case = operations.file_draft(draft=draft, actor=operator, now=MORNING)
    before = case.routing
    RoutingRule.objects.filter(name="雁峰街面").update(unit=net.owner)

    def amend(**changes: Any) -> Case:
        return operations.amend_case(
            case_id=case.pk, draft=replace(draft_of(case), **changes), actor=operator, now=MORNING
        )

    assert amend(title="夜市占道").routing == before
    assert amend(severity=Severity.SERIOUS).routing == before
    amended = amend(area=make_area("430406001004"))
    assert amended.routing is not None
    assert amended.routing["unit"] == "MKT"


def test_a_suggestion_names_unit_times_and_stewards(net: Net) -> None:
    make_policy()
    steward = make_stewardship(site=net.site)
    draft = CaseDraft(title="摊贩占道", category=net.vendors, site=net.site)
    found = routing.suggest(draft, now=MORNING)
    assert (found.unit, found.due_at, found.acknowledge_due_at) == (
        net.owner,
        hours_on(24),
        hours_on(2),
    )
    assert found.rule is not None
    assert found.rule.name == "市场找业主"
    assert found.stewards == (steward,)
    operator = make_operator()
    case = operations.file_draft(draft=draft, actor=operator, now=MORNING)
    assert routing.suggest(Case.objects.get(pk=case.pk), now=MORNING) == found


def test_without_a_limit_a_suggestion_names_no_time(net: Net) -> None:
    found = routing.suggest(make_draft(site=Site.objects.get(pk=net.site.pk)), now=MORNING)
    assert (found.unit, found.due_at) == (net.owner, None)
