"""Decomposition: criteria laid on units, plans handed in, accepted and returned; gaps and cards."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_post, make_user
from yanzhen.core.errors import Forbidden, Refused
from yanzhen.events.models import Event
from yanzhen.events.queries import events_of
from yanzhen.frameworks import errors
from yanzhen.frameworks.decomposition import (
    DutyFilters,
    duties_list,
    duty_lines,
    duty_page,
    gaps,
    idle_units,
    unit_loads,
)
from yanzhen.frameworks.enums import DutyStatus, EditionStatus, Method
from yanzhen.frameworks.models import Duty, Node
from yanzhen.frameworks.operations.duties import (
    DutyDraft,
    accept_plan,
    assign_duties,
    return_plan,
    submit_plan,
)
from yanzhen.frameworks.queries import site_type_card, unit_card
from yanzhen.frameworks.tests.factories import (
    make_check_item,
    make_checklist,
    make_criterion,
    make_duty,
    make_edition,
    make_node,
)
from yanzhen.places.tests.factories import make_site_type
from yanzhen.units.errors import GroupClosed, UnitIsClosed
from yanzhen.units.models import Unit
from yanzhen.units.tests.factories import make_group, make_unit
from yanzhen.units.tests.races import at_once

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
TODAY, DUE = date(2026, 11, 20), date(2026, 12, 31)
SENT = UUID("5f0c8a0e-0000-4000-8000-000000000001")


def operator() -> User:
    return make_user(Role.OPERATOR)


def handler(unit: Unit) -> User:
    return make_user(Role.HANDLER, unit_code=unit.code)


def assign_with(**changes: Any) -> list[Duty]:
    """A decomposition that would succeed, with one thing changed."""
    draft = {"unit": None, "due_on": DUE} | changes.pop("draft", {})
    draft["unit"] = draft["unit"] or make_unit()
    good: dict[str, Any] = {"actor": operator(), "now": NOW, "draft": DutyDraft(**draft)}
    if "criterion_ids" not in changes:
        good["criterion_ids"] = [make_criterion().pk]
    return assign_duties(**good | changes)


@pytest.mark.django_db
def test_several_criteria_are_laid_on_one_unit_at_once() -> None:
    edition = make_edition()
    top = make_node(edition=edition)
    nodes = [make_criterion(parent=top) for _number in range(3)]
    lead, support, group = make_unit(), make_unit(), make_group("HJ")

    duties = assign_with(
        criterion_ids=[node.pk for node in nodes],
        draft={"unit": lead, "supports": [support, support], "group": group},
    )

    assert [duty.criterion for duty in duties] == nodes
    for duty in duties:
        assert (duty.unit, duty.group, duty.due_on) == (lead, group, DUE)
        assert duty.status == DutyStatus.ASKED
        assert [one.unit for one in duty.supports.all()] == [support]
        assert [event.kind for event in events_of(duty)] == ["duty.assigned"]


def _own_support() -> dict[str, Any]:
    unit = make_unit()
    return {"draft": {"unit": unit, "supports": [unit]}}


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": make_user(Role.OPERATOR, area_code="430405")}, Forbidden),
        (lambda: {"actor": make_user(Role.INSPECTOR)}, Forbidden),
        (lambda: {"criterion_ids": []}, errors.NoCriterion),
        (lambda: {"criterion_ids": [make_node(edition=make_edition()).pk]}, errors.CriterionNotCurrent),
        (
            lambda: {"criterion_ids": [make_criterion(edition=make_edition(status="draft")).pk]},
            errors.CriterionNotCurrent,
        ),
        (lambda: {"draft": {"unit": make_unit(is_active=False)}}, UnitIsClosed),
        (lambda: {"draft": {"supports": [make_unit(is_active=False)]}}, UnitIsClosed),
        (lambda: {"draft": {"group": make_group(is_active=False)}}, GroupClosed),
        (lambda: {"draft": {"due_on": date(2026, 11, 19)}}, errors.DueDayPassed),
        (_own_support, errors.LeadSupportsItself),
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_a_refused_decomposition_lays_nothing_on_anybody(
    change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        assign_with(**change())

    assert not Duty.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_another_lead_begins_anew_and_the_same_lead_keeps_its_plan() -> None:
    unit = make_unit()
    duty = make_duty(unit=unit, plan="专班推进", status=DutyStatus.ACCEPTED)

    known = {"criterion_ids": [duty.criterion_id]}
    assign_with(**known, draft={"unit": unit, "supports": [make_unit()]})
    duty.refresh_from_db()
    assert (duty.status, duty.plan) == (DutyStatus.ACCEPTED, "专班推进")

    other = make_unit()
    assign_with(**known, draft={"unit": other})
    duty.refresh_from_db()
    assert (duty.unit, duty.status, duty.plan) == (other, DutyStatus.ASKED, "")
    assert not duty.supports.exists()


@pytest.mark.django_db
def test_a_resend_of_a_decomposition_is_taken_once() -> None:
    actor, node = operator(), make_criterion()
    draft = {"unit": make_unit()}

    sent: dict[str, Any] = {"criterion_ids": [node.pk], "actor": actor, "client_id": SENT}
    first, second = assign_with(**sent, draft=draft), assign_with(**sent, draft=draft)

    assert first == second == [Duty.objects.get()]
    assert Event.objects.count() == 1


# --- Plans ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_plan_is_handed_in_returned_handed_in_again_and_accepted() -> None:
    duty = make_duty()
    worker, judge = handler(duty.unit), operator()

    submit_plan(duty_id=duty.pk, plan=" 每周清扫 ", actor=worker, now=NOW)
    return_plan(duty_id=duty.pk, reason="没写由谁来做", actor=judge, now=NOW)
    duty.refresh_from_db()
    assert (duty.status, duty.return_reason) == (DutyStatus.RETURNED, "没写由谁来做")
    submit_plan(duty_id=duty.pk, plan="每周清扫，环卫中心负责", actor=worker, now=NOW)
    accept_plan(duty_id=duty.pk, actor=judge, now=NOW)

    duty.refresh_from_db()
    assert (duty.status, duty.plan) == (DutyStatus.ACCEPTED, "每周清扫，环卫中心负责")
    assert duty.return_reason == ""
    kinds = [event.kind for event in events_of(duty).order_by("number")]
    assert kinds == ["duty.submitted", "duty.returned", "duty.submitted", "duty.accepted"]


@pytest.mark.django_db
def test_a_post_at_the_unit_above_hands_in_too() -> None:
    above = make_unit()
    duty = make_duty(unit=make_unit(parent=above))

    submit_plan(duty_id=duty.pk, plan="方案", actor=handler(above), now=NOW)

    duty.refresh_from_db()
    assert duty.status == DutyStatus.SUBMITTED


def submit_with(duty: Duty, **changes: Any) -> Duty:
    good: dict[str, Any] = {"plan": "方案", "now": NOW}
    good |= {} if "actor" in changes else {"actor": handler(duty.unit)}
    return submit_plan(duty_id=duty.pk, **good | changes)


@pytest.mark.parametrize(
    ("status", "change", "refusal"),
    [
        ("asked", lambda: {"actor": handler(make_unit())}, Forbidden),
        ("asked", lambda: {"actor": operator()}, Forbidden),
        ("asked", lambda: {"plan": "  "}, errors.PlanMissing),
        ("asked", lambda: {"plan": "长" * 5001}, errors.PlanTooLong),
        ("submitted", dict, errors.DutyNotOpen),
        ("accepted", dict, errors.DutyNotOpen),
    ],
)
@pytest.mark.django_db
def test_a_refused_plan_changes_nothing(
    status: str, change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    duty = make_duty(status=status, plan="" if status == "asked" else "旧方案")
    with pytest.raises(refusal):
        submit_with(duty, **change())

    before = duty.plan
    duty.refresh_from_db()
    assert (duty.status, duty.plan) == (status, before)
    assert not Event.objects.exists()


@pytest.mark.parametrize("deed", ["accept", "return"])
@pytest.mark.parametrize(
    ("status", "actor", "refusal"),
    [
        ("submitted", lambda: make_user(Role.OPERATOR, area_code="430405"), Forbidden),
        ("submitted", lambda: make_user(Role.AUDITOR), Forbidden),
        ("asked", operator, errors.DutyNotSubmitted),
        ("accepted", operator, errors.DutyNotSubmitted),
    ],
)
@pytest.mark.django_db
def test_a_refused_judgement_changes_nothing(
    deed: str, status: str, actor: Callable[[], User], refusal: type[Refused]
) -> None:
    duty = make_duty(status=status, plan="" if status == "asked" else "方案")
    known: dict[str, Any] = {"duty_id": duty.pk, "actor": actor(), "now": NOW}

    with pytest.raises(refusal):
        accept_plan(**known) if deed == "accept" else return_plan(reason="不行", **known)

    duty.refresh_from_db()
    assert duty.status == status
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_whoever_wrote_a_plan_does_not_judge_it() -> None:
    duty = make_duty()
    both = handler(duty.unit)
    make_post(user=both, role=Role.OPERATOR)
    submit_plan(duty_id=duty.pk, plan="方案", actor=both, now=NOW)

    for judge in (accept_plan, lambda **known: return_plan(reason="不行", **known)):
        with pytest.raises(errors.OwnPlan):
            judge(duty_id=duty.pk, actor=both, now=NOW)

    duty.refresh_from_db()
    assert duty.status == DutyStatus.SUBMITTED


@pytest.mark.django_db
def test_a_plan_is_not_returned_without_a_reason() -> None:
    duty = make_duty(status="submitted", plan="方案")

    with pytest.raises(errors.ReasonMissing):
        return_plan(duty_id=duty.pk, reason=" ", actor=operator(), now=NOW)

    duty.refresh_from_db()
    assert duty.status == DutyStatus.SUBMITTED


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_of_two_who_judge_at_once_the_second_is_told() -> None:
    duty = make_duty(status="submitted", plan="方案")
    actor = operator()

    gave = at_once(
        lambda: accept_plan(duty_id=duty.pk, actor=actor, now=NOW),
        lambda: return_plan(duty_id=duty.pk, reason="不行", actor=actor, now=NOW),
    )

    assert isinstance(gave[1], errors.DutyNotSubmitted)
    duty.refresh_from_db()
    assert duty.status == DutyStatus.ACCEPTED


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_of_two_who_lay_one_criterion_on_units_at_once_the_later_one_counts() -> None:
    node, first, second = make_criterion(), make_unit(), make_unit()

    at_once(
        lambda: assign_with(criterion_ids=[node.pk], draft={"unit": first}),
        lambda: assign_with(criterion_ids=[node.pk], draft={"unit": second}),
    )

    assert Duty.objects.get().unit == second


# --- Lists and gaps -------------------------------------------------------------------------------


def found(user: User, **filters: Any) -> list[Node]:
    return list(
        duties_list(user=user, on=TODAY, filters=DutyFilters(**filters)).order_by("sort", "pk")
    )


@pytest.mark.django_db
def test_the_list_is_narrowed_to_ones_own_to_a_standing_and_to_words() -> None:
    top = make_node(edition=make_edition())
    first, second, third = (
        make_criterion(parent=top, title=title) for title in ("大厅服务", "路灯照明", "背街小巷")
    )
    unit = make_unit()
    make_duty(criterion=first, unit=unit, due_on=date(2026, 11, 1))
    make_duty(criterion=second, supports=(unit,), status="accepted", plan="方案")
    make_criterion(edition=make_edition(status=EditionStatus.RETIRED))
    user = handler(unit)

    assert found(user) == [first, second, third]
    assert found(user, mine=True) == [first, second]
    assert found(user, unit=unit.code) == [first, second]
    assert found(user, status="none") == [third]
    assert found(user, status="accepted") == [second]
    assert found(user, is_late=True) == [first]
    assert found(user, words="照明") == [second]
    assert found(user, framework="minors") == []


@pytest.mark.django_db
def test_a_page_of_duties_takes_as_many_queries_for_many_as_for_one() -> None:
    top = make_node(edition=make_edition())
    user = operator()
    asked = []
    for count in (1, 6):
        for _number in range(count):
            make_duty(criterion=make_criterion(parent=top), supports=(make_unit(), make_unit()))
        rows = duties_list(user=user, on=TODAY, filters=DutyFilters())
        with CaptureQueriesContext(connection) as queries:
            lines = duty_lines(duty_page(rows, after="", before="").rows, on=TODAY)
            shown = [(line.duty.unit.name, line.supports) for line in lines if line.duty]
        asked.append(len(queries))
        assert len(shown) in {1, 7}

    assert asked[0] == asked[1]


@pytest.mark.django_db
def test_the_gaps_are_the_criteria_without_a_lead_and_the_units_without_a_duty() -> None:
    edition = make_edition()
    done, open_ = make_node(edition=edition, title="一"), make_node(edition=edition, title="二")
    support = make_unit()
    duty = make_duty(criterion=make_criterion(parent=done), supports=(support,))
    missing = make_criterion(parent=open_, weight=Decimal("0.7"))
    make_duty(criterion=make_criterion(parent=open_))
    idle, closed = make_unit(), make_unit(is_active=False)

    report = gaps()

    assert (report.criteria, report.with_lead, report.without_lead) == (3, 2, 1)
    assert [(one.top, list(one.nodes), one.weight) for one in report.sections] == [
        (open_, [missing], Decimal("0.7"))
    ]
    assert not report.is_ready
    units = list(idle_units(user=operator(), on=TODAY))
    assert idle in units
    assert not {duty.unit, support, closed} & set(units)


@pytest.mark.django_db
def test_a_duty_of_a_past_edition_leaves_a_unit_idle() -> None:
    past = make_criterion(edition=make_edition(status=EditionStatus.RETIRED))
    duty = make_duty(criterion=past)

    assert duty.unit in idle_units(user=operator(), on=TODAY)
    assert unit_loads() == []


# --- Cards ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_card_of_a_unit_holds_what_it_leads_and_supports_now() -> None:
    top = make_node(edition=make_edition())
    unit, other = make_unit(), make_unit()
    make_duty(criterion=make_criterion(parent=top, title="大厅服务"), unit=unit, supports=(other,))
    make_duty(criterion=make_criterion(parent=top, title="路灯照明"), unit=other, supports=(unit,))
    make_duty(criterion=make_criterion(edition=make_edition(status="retired")), unit=unit)

    card = unit_card(unit=unit, on=TODAY)

    assert [(one.title, one.supports, one.due_on) for one in card.leads] == [
        ("大厅服务", (other.name,), DUE)
    ]
    assert [(one.title, one.lead) for one in card.supports] == [("路灯照明", other.name)]
    assert card.leads[0].scoring == "得分 = 分值 × 合格次数 ÷ 检查次数"


@pytest.mark.django_db
def test_the_card_of_a_type_holds_its_checks_and_what_is_assessed_there() -> None:
    market = make_site_type()
    checklist = make_checklist(site_type=market)
    make_check_item(
        checklist=checklist, kind="count", unit="处", at_least=Decimal(5), words="公益广告总数"
    )
    make_criterion(methods=(Method.SITE,), site_types=(market,), title="市场秩序")

    card = site_type_card(site_type=market, on=TODAY)

    assert [(item.words, item.rule) for item in card.items] == [("公益广告总数", "≥ 5 处")]
    assert [(one.title, one.site_types) for one in card.criteria] == [("市场秩序", ("农贸市场",))]
    assert card.version == 1


@pytest.mark.django_db
def test_a_card_takes_as_many_queries_for_many_duties_as_for_one() -> None:
    top, unit = make_node(edition=make_edition()), make_unit()
    asked = []
    for count in (1, 6):
        for _number in range(count):
            make_duty(criterion=make_criterion(parent=top), unit=unit, supports=(make_unit(),))
        with CaptureQueriesContext(connection) as queries:
            unit_card(unit=unit, on=TODAY)
        asked.append(len(queries))

    assert asked[0] == asked[1]
