"""The pages in a real browser, wide and narrow: axe finds nothing, nothing overflows, bulk works."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from conftest import OpenPage
from django.utils import timezone
from playwright.sync_api import Page, expect

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases.tests.factories import make_category
from yanzhen.core.time import city_day
from yanzhen.frameworks.enums import CheckKind, NegativeLevel
from yanzhen.frameworks.models import Duty, NegativeEvent
from yanzhen.frameworks.tests.factories import (
    make_check_item,
    make_checklist,
    make_criterion,
    make_duty,
    make_edition,
    make_negative_event,
    make_negative_kind,
    make_node,
)
from yanzhen.places.tests.factories import make_area, make_site_type
from yanzhen.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db(transaction=True)
Axe = Callable[[Page], list[str]]
LONG = "事关群众切身利益的重大决策，事前公开征求意见、评估风险、审查合法性并集体讨论。" * 3


@pytest.fixture
def operator() -> User:
    make_area("4304")
    unit = make_unit("CG", name="雁峰区城市管理和综合执法局")
    make_unit("JJ", name="市公安局交通警察支队")
    edition = make_edition(code="e1", name="测评体系（2026）", is_example=True, source="自编示例")
    top = make_node(edition=edition, title="廉洁高效的政务环境")
    led = make_criterion(parent=top, code="1.1", title="重大决策程序", words=LONG)
    make_criterion(parent=top, code="1.2", title="政务信息公开")
    make_criterion(parent=top, code="1.3", title="依申请公开答复")
    make_duty(criterion=led, unit=unit, status="submitted", plan=LONG)
    draft = make_edition(code="e2", name="测评体系（2027）", status="draft")
    below = make_node(edition=draft, title="廉洁高效的政务环境")
    make_criterion(parent=below, code="1.1", title="重大决策程序", words="另一句话。")
    make_category("exposed_rubbish", name="暴露垃圾")
    for status in ("current", "draft"):
        make_check_item(
            checklist=make_checklist(site_type=make_site_type(), status=status),
            kind=CheckKind.COUNT,
            unit="处",
            at_least=Decimal(5),
            hint="看通道和出入口",
            exempt="划线停车位内的车辆不算",
            source="竹溪县",
            criteria=(led,),
        )
    make_negative_kind("N-1", name="申报材料或数据造假", words=LONG, is_example=True)
    make_negative_kind("N-2", level=NegativeLevel.VETO, points=Decimal(0))
    make_negative_event(unit=unit)
    make_negative_event(status="confirmed", level="deduct", points=Decimal("0.5"))
    return make_user(Role.OPERATOR, full_name="钱值班")


PAGES = [
    "/frameworks/",
    "/frameworks/bring/",
    "/frameworks/city/e1/",
    "/frameworks/city/e1/criteria/1.1/",
    "/frameworks/city/e2/",
    "/frameworks/city/e2/compare/",
    "/checklists/",
    "/checklists/bring/",
    "/checklists/market/",
    "/checklists/market/draft/",
    "/checklists/market/draft/items/new/",
    "/checklists/market/draft/items/market-01/",
    "/checklists/market/print/",
    "/duties/",
    "/duties/gaps/",
    "/handbook/",
    "/handbook/units/CG/",
    "/handbook/units/CG/card/",
    "/handbook/site-types/market/",
    "/negative/",
    "/negative/kinds/new/",
    "/negative/kinds/N-1/",
    "/negative/events/new/",
]


@pytest.mark.parametrize("width", [1440, 390])
def test_no_page_has_a_barrier_or_is_too_wide(
    operator: User, open_page: OpenPage, axe: Axe, width: int
) -> None:
    page = open_page(operator, width=width)
    rows = Duty.objects.values_list("pk", "criterion_id")
    own = [f"/duties/{pk}/" for pk, _criterion in rows]
    own += [f"/duties/assign/?criterion={criterion}" for _pk, criterion in rows]
    found: list[str] = []
    own += [f"/negative/events/{pk}/" for pk in NegativeEvent.objects.values_list("pk", flat=True)]
    for path in [*PAGES, *own]:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        found += [f"{path} {barrier}" for barrier in axe(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{path} is too wide")
    assert found == []


@pytest.mark.parametrize("javascript", [True, False])
def test_criteria_are_ticked_and_laid_on_a_unit(
    operator: User, open_page: OpenPage, javascript: Any
) -> None:
    page = open_page(operator, java_script_enabled=javascript)
    page.goto("/duties/?status=none")
    for code in ("1.2", "1.3"):
        page.get_by_label(f"选 {code}").check()
    page.get_by_role("button", name="交给单位").click()
    page.get_by_label("牵头单位").fill("市公安局交通警察支队")
    due = city_day(timezone.now()) + timedelta(days=30)
    page.get_by_label("完成期限").fill(due.isoformat())
    page.get_by_role("button", name="交给它").click()

    expect(page.get_by_text("已把 2 条标准交给“市公安局交通警察支队”牵头")).to_be_visible()
    assert Duty.objects.filter(unit__code="JJ", due_on=due).count() == 2
