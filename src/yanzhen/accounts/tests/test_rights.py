"""Role × action × scope: the whole table, written out a second time, and what moves it."""

from datetime import date, timedelta

import pytest

from yanzhen.accounts import rules
from yanzhen.accounts.enums import Action, Role
from yanzhen.accounts.tests.factories import make_post, make_user

TODAY = date(2026, 11, 20)
pytestmark = pytest.mark.django_db

ALLOWED = """
                 admin operator inspector handler keeper steward auditor
case.view        .     x        x         x       x      x       x
case.report      .     x        x         .       x      .       .
case.file        .     x        .         .       .      .       .
case.dispatch    .     x        .         .       .      .       .
case.decide      .     x        .         .       .      .       .
case.rectify     .     .        .         x       .      .       .
case.verify      .     x        x         .       .      .       .
case.close       .     x        .         .       .      .       .
case.note        .     x        x         x       x      x       .
round.view       .     x        x         x       x      x       x
round.hold       .     x        .         .       .      .       x
round.edit       .     x        .         .       .      .       .
round.visit      .     .        x         .       .      .       .
net.view         x     x        x         x       x      x       x
net.edit         x     x        .         .       .      .       .
people.view      x     x        .         .       .      .       x
people.edit      x     x        .         .       .      .       .
people.empower   x     .        .         .       .      .       .
settings.edit    x     x        .         .       .      .       .
framework.view   x     x        x         x       x      x       x
framework.edit   x     x        .         .       .      .       .
duty.plan        .     .        .         x       .      .       .
negative.edit    .     x        .         .       .      .       .
figures.view     .     x        x         x       x      x       x
exchange.import  x     x        .         .       .      .       .
exchange.export  x     x        x         x       .      x       x
audit.view       .     .        .         .       .      .       x
"""


def the_table() -> dict[tuple[Role, Action], bool]:
    """The words above, as (role, action) → allowed."""
    heading, *lines = ALLOWED.strip("\n").splitlines()
    roles = [Role(name) for name in heading.split()]
    return {
        (role, Action(action)): mark == "x"
        for action, *marks in (line.split() for line in lines)
        for role, mark in zip(roles, marks, strict=True)
    }


def test_the_table_has_every_role_and_every_action() -> None:
    assert set(the_table()) == {(role, action) for role in Role for action in Action}


@pytest.mark.parametrize("role", Role)
def test_a_role_over_an_area_allows_what_the_table_says_there_and_nothing_beside_it(
    role: Role,
) -> None:
    user = make_user(role, area_code="430405001")

    for action in Action:
        allowed = the_table()[role, action]
        assert rules.may(user, action, on=TODAY) is allowed, action
        assert rules.may(user, action, on=TODAY, area_code="430405001") is allowed, action
        assert rules.may(user, action, on=TODAY, area_code="430405001002") is allowed, action
        for elsewhere in ("430405002", "430405", "4304", "43040500"):
            assert not rules.may(user, action, on=TODAY, area_code=elsewhere), action
        assert not rules.may(user, action, on=TODAY, unit_codes=["U1"]), action


@pytest.mark.parametrize("role", Role)
def test_a_role_for_a_unit_allows_what_the_table_says_for_it_and_for_no_other(role: Role) -> None:
    user = make_user(role, unit_code="U1")

    for action in Action:
        allowed = the_table()[role, action]
        assert rules.may(user, action, on=TODAY, unit_codes=["U0", "U1"]) is allowed, action
        assert not rules.may(user, action, on=TODAY, unit_codes=["U0", "U11"]), action
        assert not rules.may(user, action, on=TODAY, area_code="4304"), action


def test_a_post_counts_from_its_first_to_its_last_day() -> None:
    user = make_user(Role.OPERATOR, from_on=TODAY, to_on=TODAY + timedelta(days=1))

    days = [TODAY + timedelta(days=step) for step in (-1, 0, 1, 2)]
    assert [rules.may(user, Action.CASE_FILE, on=day) for day in days] == [False, True, True, False]


def test_without_a_post_nobody_may_do_anything() -> None:
    user = make_user()

    assert not any(rules.may(user, action, on=TODAY) for action in Action)


def test_whoever_is_no_longer_active_may_do_nothing() -> None:
    user = make_user(Role.ADMIN, is_active=False)

    assert not any(rules.may(user, action, on=TODAY) for action in Action)


def test_the_system_may_do_everything() -> None:
    user = make_user(is_system=True)

    assert all(rules.may(user, action, on=TODAY, area_code="4304") for action in Action)


def test_two_posts_do_not_lend_each_other_their_scopes() -> None:
    user = make_user(Role.INSPECTOR, area_code="430405")
    make_post(user=user, role=Role.OPERATOR, area_code="430406")

    assert rules.may(user, Action.CASE_FILE, on=TODAY, area_code="430406001")
    assert not rules.may(user, Action.CASE_FILE, on=TODAY, area_code="430405001")


def test_scopes_are_those_of_the_posts_that_allow_the_action_that_day() -> None:
    user = make_user(Role.INSPECTOR, area_code="430406")
    make_post(user=user, role=Role.INSPECTOR, area_code="430405")
    make_post(user=user, role=Role.OPERATOR, area_code="4304", to_on=TODAY - timedelta(days=1))
    make_post(user=user, role=Role.HANDLER, unit_code="U1")

    assert rules.area_scopes(user, Action.CASE_VIEW, on=TODAY) == ["430405", "430406"]
    assert rules.area_scopes(user, Action.CASE_FILE, on=TODAY) == []
    assert rules.unit_scopes(user, Action.CASE_RECTIFY, on=TODAY) == ["U1"]
    assert rules.unit_scopes(user, Action.CASE_VERIFY, on=TODAY) == []


def test_posts_are_read_once_however_often_one_asks(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    user = make_user(Role.OPERATOR)

    with django_assert_num_queries(1):  # type: ignore[operator]  # the plugin's context manager
        for action in Action:
            rules.may(user, action, on=TODAY)
