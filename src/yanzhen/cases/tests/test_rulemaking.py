"""Changing the rules: who may, what is refused, and that every process learns of it."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases import rulebook, rulemaking
from yanzhen.cases.enums import MoveName, Severity
from yanzhen.cases.errors import (
    CategoryCodeMalformed,
    CategoryCodeTaken,
    CategoryTooDeep,
    DayOutOfRange,
    LimitOutOfRange,
    NameMissing,
    PhotoMissing,
    PolicyKeyTaken,
    TextTooLong,
    UnitClosed,
    WordsMissing,
)
from yanzhen.cases.models import CalendarDay, Category, ClockPolicy, MoveDemand, RoutingRule
from yanzhen.cases.operations import file_draft
from yanzhen.cases.rulemaking import CategoryDraft, PolicyDraft, RouteDraft
from yanzhen.cases.tests.factories import MORNING, make_category, make_draft, make_policy
from yanzhen.core.errors import Forbidden, Refused
from yanzhen.events.errors import ClientIdReused
from yanzhen.events.models import Event
from yanzhen.places.tests.factories import make_area
from yanzhen.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db


def by(actor: User | None = None) -> dict[str, Any]:
    return {"actor": actor or make_user(Role.ADMIN), "now": MORNING}


def limit(**changes: Any) -> PolicyDraft:
    return PolicyDraft(**{"rectify_minutes": 420, "rework_minutes": 210} | changes)


def test_a_category_is_added_changed_and_closed_on_the_record() -> None:
    group = make_category("street", name="街面秩序")
    new = rulemaking.add_category(
        code="vendors", draft=CategoryDraft(name=" 占道经营 ", words="摆摊 摊贩  摆摊"), **by()
    )
    assert (new.name, new.words) == ("占道经营", "摆摊 摊贩")
    draft = CategoryDraft(name="占道经营", parent=group, words="摆摊 摊贩", is_active=False)
    rulemaking.change_category(category_id=new.pk, draft=draft, **by())
    new.refresh_from_db()
    assert (new.parent_id, new.is_active) == ("street", False)
    added, changed = Event.objects.filter(subject_kind="category").order_by("pk")
    assert added.facts["code"] == "vendors"
    assert changed.facts["changed"] == {"parent_id": [None, "street"], "is_active": [True, False]}


def test_a_change_of_nothing_is_no_event() -> None:
    policy = rulemaking.add_policy(draft=limit(), **by())
    before = Event.objects.count()
    rulemaking.change_policy(policy_id=policy.pk, draft=limit(), **by())
    assert Event.objects.count() == before


def refused_category(code: str = "c2", **changes: Any) -> Callable[[], object]:
    def deed() -> object:
        draft = CategoryDraft(**{"name": "某类"} | changes)
        return rulemaking.add_category(code=code, draft=draft, **by())

    return deed


def too_deep() -> object:
    third = make_category("c3", parent=make_category("b3", parent=make_category("a3")))
    return refused_category(parent=third)()


def below_itself() -> object:
    top = make_category("top")
    low = make_category("low", parent=top)
    draft = CategoryDraft(name="顶", parent=low)
    return rulemaking.change_category(category_id=top.pk, draft=draft, **by())


def grandchildren_pushed_down() -> object:
    top = make_category("top")
    make_category("leaf", parent=make_category("middle", parent=top))
    draft = CategoryDraft(name="顶", parent=make_category("above"))
    return rulemaking.change_category(category_id=top.pk, draft=draft, **by())


def taken_code() -> object:
    make_category("c2")
    return refused_category()()


def taken_key() -> object:
    rulemaking.add_policy(draft=limit(severity=Severity.SEVERE), **by())
    return rulemaking.add_policy(draft=limit(severity=Severity.SEVERE), **by())


def taken_key_by_change() -> object:
    rulemaking.add_policy(draft=limit(severity=Severity.SEVERE), **by())
    other = rulemaking.add_policy(draft=limit(), **by())
    draft = limit(severity=Severity.SEVERE)
    return rulemaking.change_policy(policy_id=other.pk, draft=draft, **by())


def demand_without_reason() -> object:
    return rulemaking.set_demand(move=MoveName.VERIFY, words_required=True, reason=" ", **by())


def route_to_closed_unit() -> object:
    draft = RouteDraft(name="路灯", unit=make_unit(is_active=False))
    return rulemaking.add_route(draft=draft, **by())


def far_day() -> object:
    return rulemaking.set_day(day=date(2199, 1, 1), is_working=True, **by())


@pytest.mark.parametrize(
    ("deed", "refusal"),
    [
        (refused_category("Vendors"), CategoryCodeMalformed),
        (refused_category("路灯"), CategoryCodeMalformed),
        (refused_category(name="  "), NameMissing),
        (refused_category(name="很" * 61), TextTooLong),
        (taken_code, CategoryCodeTaken),
        (too_deep, CategoryTooDeep),
        (below_itself, CategoryTooDeep),
        (grandchildren_pushed_down, CategoryTooDeep),
        (lambda: rulemaking.add_policy(draft=limit(rectify_minutes=0), **by()), LimitOutOfRange),
        (taken_key, PolicyKeyTaken),
        (taken_key_by_change, PolicyKeyTaken),
        (lambda: rulemaking.add_route(draft=RouteDraft(name=""), **by()), NameMissing),
        (route_to_closed_unit, UnitClosed),
        (demand_without_reason, WordsMissing),
        (far_day, DayOutOfRange),
    ],
)
def test_what_is_no_rule_is_refused_in_words(
    deed: Callable[[], object], refusal: type[Refused]
) -> None:
    with pytest.raises(refusal) as caught:
        deed()
    assert "%" not in str(caught.value)


EVERY_CHANGE: list[Callable[[User], object]] = [
    lambda who: rulemaking.add_category(code="c9", draft=CategoryDraft(name="类"), **by(who)),
    lambda who: rulemaking.change_category(
        category_id=make_category("c8").pk, draft=CategoryDraft(name="类"), **by(who)
    ),
    lambda who: rulemaking.add_policy(draft=limit(severity=Severity.SERIOUS), **by(who)),
    lambda who: rulemaking.change_policy(policy_id=make_policy().pk, draft=limit(), **by(who)),
    lambda who: rulemaking.add_route(draft=RouteDraft(name="路"), **by(who)),
    lambda who: rulemaking.change_route(
        rule_id=RoutingRule.objects.create(name="旧").pk, draft=RouteDraft(name="路"), **by(who)
    ),
    lambda who: rulemaking.set_day(day=date(2026, 12, 5), is_working=True, **by(who)),
    lambda who: rulemaking.clear_day(day=date(2026, 12, 5), **by(who)),
    lambda who: rulemaking.set_demand(move=MoveName.CLOSE, reason="存档要求", **by(who)),
    lambda who: rulemaking.clear_demand(move=MoveName.CLOSE, **by(who)),
    lambda who: rulemaking.install_categories(**by(who)),
    lambda who: rulemaking.install_clock_policies(**by(who)),
]


@pytest.mark.parametrize("change", EVERY_CHANGE)
@pytest.mark.parametrize("role", list(Role))
def test_only_who_may_edit_settings_of_the_whole_city_changes_its_rules(
    change: Callable[[User], object], role: Role
) -> None:
    make_area("4304")
    if role in {Role.ADMIN, Role.OPERATOR}:
        if change is EVERY_CHANGE[-1]:
            rulemaking.install_categories(**by())
        change(make_user(role))
        role = Role.OPERATOR  # and not one of a district
        who = make_user(role, area_code="430406")
    else:
        unit = make_unit()
        who = make_user(role, unit_code=unit.code if role == Role.HANDLER else "")
    before = Event.objects.count()
    with pytest.raises(Forbidden):
        change(who)
    assert Event.objects.count() == before


def test_a_district_makes_its_own_routes_and_no_others() -> None:
    own, other = make_area("430406"), make_area("430405")
    who = make_user(Role.OPERATOR, area_code=own.code)
    rule = rulemaking.add_route(draft=RouteDraft(name="本区", area=own), **by(who))
    with pytest.raises(Forbidden):
        rulemaking.add_route(draft=RouteDraft(name="邻区", area=other), **by(who))
    with pytest.raises(Forbidden):  # nor may it be carried over the border
        rulemaking.change_route(
            rule_id=rule.pk, draft=RouteDraft(name="邻区", area=other), **by(who)
        )


def test_a_resend_changes_nothing() -> None:
    client_id, who = uuid4(), make_user(Role.ADMIN)
    facts = {"draft": limit(), "client_id": client_id, **by(who)}
    first = rulemaking.add_policy(**facts)
    assert rulemaking.add_policy(**facts) == first
    assert ClockPolicy.objects.count() == 1
    with pytest.raises(ClientIdReused):
        rulemaking.add_route(draft=RouteDraft(name="路"), client_id=client_id, **by(who))


def test_what_is_shipped_is_installed_once_and_never_written_over() -> None:
    admin = by()
    assert rulemaking.install_categories(**admin) == Category.objects.count()
    assert rulemaking.install_clock_policies(**admin) == ClockPolicy.objects.count()
    assert Category.objects.filter(parent=None).count() >= 9
    assert Category.objects.exclude(parent=None).count() >= 60
    lamps = Category.objects.get(code="lamps")
    rulemaking.change_category(category_id=lamps.pk, draft=CategoryDraft(name="城市照明"), **admin)
    assert rulemaking.install_categories(**admin) == 0
    assert rulemaking.install_clock_policies(**admin) == 0
    lamps.refresh_from_db()
    assert lamps.name == "城市照明"


def test_every_shipped_category_has_a_limit_and_each_limit_says_where_it_is_from() -> None:
    rulemaking.install_categories(**by())
    rulemaking.install_clock_policies(**by())
    assert {None, "exposed_rubbish"} <= set(
        ClockPolicy.objects.values_list("category_id", flat=True)
    )
    assert not ClockPolicy.objects.filter(note="").exists()
    assert ClockPolicy.objects.get(category_id="exposed_rubbish").rectify_minutes == 240
    assert ClockPolicy.objects.filter(category=None, site_type=None, severity="").exists()


def test_a_change_is_seen_by_the_next_question_and_a_rollback_by_none() -> None:
    first = rulebook.current()
    rulemaking.set_day(day=date(2026, 12, 5), is_working=True, **by())
    changed = rulebook.current()
    assert changed.calendar.is_working_day(date(2026, 12, 5))
    assert rulebook.current() is changed
    assert not first.calendar.is_working_day(date(2026, 12, 5))
    rulemaking.clear_day(day=date(2026, 12, 5), **by())
    assert not rulebook.current().calendar.is_working_day(date(2026, 12, 5))
    assert not CalendarDay.objects.exists()


def test_a_demand_is_made_with_its_reason_and_taken_back() -> None:
    rulemaking.set_demand(
        move=MoveName.FILE, severity="", photo_required=True, reason="夜间无法复核", **by()
    )
    operator = make_user(Role.OPERATOR)
    with pytest.raises(PhotoMissing) as caught:
        file_draft(draft=make_draft(), actor=operator, now=MORNING)
    assert str(caught.value) == "受理立案须附照片：夜间无法复核"
    rulemaking.set_demand(
        move=MoveName.FILE, severity="", words_required=True, reason="夜间无法复核", **by()
    )
    assert MoveDemand.objects.get().words_required
    file_draft(draft=make_draft(words="有三盏灯不亮"), actor=operator, now=MORNING)
    with pytest.raises(WordsMissing):
        file_draft(draft=make_draft(words=""), actor=operator, now=MORNING)
    rulemaking.clear_demand(move=MoveName.FILE, **by())
    file_draft(draft=make_draft(words=""), actor=operator, now=MORNING)
