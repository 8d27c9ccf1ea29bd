"""Of which areas and units somebody sees figures, and may take their rows along."""

from datetime import date

import pytest

from yanzhen.accounts.enums import Role
from yanzhen.accounts.operations import system_user
from yanzhen.accounts.tests.factories import make_post, make_user
from yanzhen.figures.registry import Scope
from yanzhen.figures.rules import TAKE, can_see_area, scope_of

ON = date(2026, 11, 20)


@pytest.mark.django_db
def test_posts_that_see_figures_make_the_scope() -> None:
    user = make_user(Role.STEWARD, area_code="430406")
    make_post(user=user, role=Role.HANDLER, area_code="", unit_code="U1")
    make_post(user=user, role=Role.ADMIN, area_code="4304")

    assert scope_of(user, on=ON) == Scope(("430406",), ("U1",))


@pytest.mark.django_db
def test_a_post_of_yesterday_sees_nothing_today() -> None:
    user = make_user(Role.STEWARD, area_code="430406", to_on=date(2026, 11, 19))

    scope = scope_of(user, on=ON)

    assert scope is not None
    assert scope.is_empty


@pytest.mark.django_db
def test_rows_are_taken_only_through_a_post_that_allows_both() -> None:
    user = make_user(Role.KEEPER, area_code="430406001")
    make_post(user=user, role=Role.ADMIN, area_code="430405")
    make_post(user=user, role=Role.AUDITOR, area_code="430407")

    assert scope_of(user, on=ON, actions=TAKE) == Scope(("430407",), ())


@pytest.mark.django_db(transaction=True)
def test_the_house_itself_sees_all() -> None:
    assert scope_of(system_user(), on=ON) is None


@pytest.mark.parametrize(
    ("scope", "code", "seen"),
    [
        (None, "430405", True),
        (Scope(("430406",)), "430406001", True),
        (Scope(("430406",)), "4304", False),
        (Scope(("430406",)), "430405", False),
        (Scope((), ("U1",)), "430405", True),
        (Scope(), "430405", False),
    ],
)
def test_an_area_is_seen_inside_the_scope_and_a_units_share_anywhere(
    scope: Scope | None, code: str, *, seen: bool
) -> None:
    assert can_see_area(scope, code) is seen
