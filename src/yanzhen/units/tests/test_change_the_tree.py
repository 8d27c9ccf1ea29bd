"""Add, change, close and reopen a unit; the path of every unit stays right."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import CITY, make_user
from yanzhen.core.errors import Forbidden, Refused
from yanzhen.events.models import Event
from yanzhen.events.queries import events_of
from yanzhen.places.tests.factories import make_area, make_site
from yanzhen.units import errors
from yanzhen.units.enums import UnitKind
from yanzhen.units.models import Unit
from yanzhen.units.operations.tree import (
    UnitDraft,
    add_unit,
    change_unit,
    close_unit,
    reopen_unit,
)
from yanzhen.units.tests.factories import (
    make_membership,
    make_site_unit,
    make_stewardship,
    make_unit,
)
from yanzhen.units.tests.races import at_once

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
TODAY = date(2026, 11, 20)
SENT = UUID("5f0c8a0e-0000-4000-8000-000000000001")
Changes = Callable[[], dict[str, Any]]


def draft(**changes: Any) -> UnitDraft:
    area = changes.pop("area", None) or make_area(CITY)
    good: dict[str, Any] = {"name": "市城管局", "kind": UnitKind.CITY, "area": area}
    return UnitDraft(**good | changes)


def add_with(**changes: Any) -> Unit:
    """An addition that would succeed, with one thing changed."""
    good: dict[str, Any] = {"code": "CG", "draft": draft(short_name=" 城管 "), "now": NOW}
    good["actor"] = changes.pop("actor", None) or make_user(Role.OPERATOR)
    return add_unit(**good | changes)


def operator_of(code: str) -> User:
    return make_user(Role.OPERATOR, area_code=code)


# --- add ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_unit_is_added_below_another_and_recorded() -> None:
    parent = make_unit("ZF")

    unit = add_with(draft=draft(parent=parent, short_name=" 城管 "))

    unit.refresh_from_db()
    assert (unit.path, unit.short_name, unit.is_active) == ("/ZF/CG/", "城管", True)
    (event,) = events_of(unit)
    assert event.kind == "unit.added"
    assert event.facts["parent_id"] == "ZF"


@pytest.mark.django_db
def test_a_resent_addition_is_one_unit() -> None:
    actor = make_user(Role.OPERATOR)

    first, second = (add_with(actor=actor, client_id=SENT) for _twice in range(2))

    assert first == second
    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": make_user()}, Forbidden),
        (lambda: {"actor": operator_of("430405")}, Forbidden),
        (lambda: {"actor": make_user(Role.INSPECTOR)}, Forbidden),
        (lambda: {"code": "a/b"}, errors.UnitCodeUnfit),
        (lambda: {"code": ""}, errors.UnitCodeUnfit),
        (lambda: {"code": "x" * 41}, errors.UnitCodeUnfit),
        (lambda: {"code": "new"}, errors.UnitCodeUnfit),
        (lambda: {"code": make_unit("cg").code.upper()}, errors.UnitCodeTaken),
        (lambda: {"draft": draft(name="  ")}, errors.UnitNameMissing),
        (
            lambda: {"draft": draft(area=make_area("430405", is_active=False))},
            errors.AreaUnusable,
        ),
        (lambda: {"draft": draft(parent=make_unit(is_active=False))}, errors.UnitIsClosed),
        (
            lambda: {"draft": draft(parent=make_unit("D", path=f"/{'d' * 396}/"))},
            errors.TreeTooDeep,
        ),
    ],
)
@pytest.mark.django_db
def test_a_refused_addition_changes_nothing(change: Changes, refusal: type[Refused]) -> None:
    changes = change()
    before = Unit.objects.count()

    with pytest.raises(refusal):
        add_with(**changes)

    assert Unit.objects.count() == before
    assert not Event.objects.exists()


# --- change ---------------------------------------------------------------------------------------


def change_with(unit: Unit, **changes: Any) -> Unit:
    """A change that would succeed, with one thing changed."""
    good: dict[str, Any] = {"unit_id": unit.pk, "draft": draft(), "now": NOW}
    good["actor"] = changes.pop("actor", None) or make_user(Role.OPERATOR)
    return change_unit(**good | changes)


@pytest.mark.django_db
def test_all_below_a_unit_move_along_and_nobody_else() -> None:
    old, new = make_unit("OLD"), make_unit("NEW")
    unit = make_unit("U", parent=old)
    child = make_unit("C", parent=make_unit("M", parent=unit))
    beside = make_unit("U1", parent=old)

    change_with(unit, draft=draft(name="新名", parent=new, kind=UnitKind.INSTITUTION))

    for row in (unit, child, beside):
        row.refresh_from_db()
    assert (unit.path, unit.parent, unit.name) == ("/NEW/U/", new, "新名")
    assert child.path == "/NEW/U/M/C/"
    assert beside.path == "/OLD/U1/"
    (event,) = events_of(unit)
    assert event.facts["changes"] == {
        "name": ["单位U", "新名"],
        "kind": ["city", "institution"],
        "parent_id": ["OLD", "NEW"],
    }


@pytest.mark.django_db
def test_a_unit_may_stay_in_a_closed_area_and_below_a_closed_unit() -> None:
    parent = make_unit("P", is_active=False)
    unit = make_unit("U", parent=parent, area=make_area("430405", is_active=False))

    change_with(unit, draft=draft(name="新名", parent=parent, area=unit.area))

    unit.refresh_from_db()
    assert unit.name == "新名"


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda unit: {"actor": operator_of("430406")}, Forbidden),
        (
            lambda unit: {
                "actor": operator_of("430406"),
                "draft": draft(area=make_area("430406")),
            },
            Forbidden,
        ),
        (
            lambda unit: {
                "actor": operator_of("430405"),
                "draft": draft(area=make_area("430406")),
            },
            Forbidden,
        ),
        (lambda unit: {"draft": draft(name="")}, errors.UnitNameMissing),
        (lambda unit: {"draft": draft(parent=unit)}, errors.UnitIsAbove),
        (
            lambda unit: {"draft": draft(parent=make_unit(parent=make_unit(parent=unit)))},
            errors.UnitIsAbove,
        ),
        (lambda unit: {"draft": draft(parent=make_unit(is_active=False))}, errors.UnitIsClosed),
        (
            lambda unit: {"draft": draft(parent=make_unit("D", path=f"/{'d' * 394}/"))},
            errors.TreeTooDeep,
        ),
    ],
)
@pytest.mark.django_db
def test_a_refused_change_changes_nothing(
    change: Callable[[Unit], dict[str, Any]], refusal: type[Refused]
) -> None:
    unit = make_unit("U", area=make_area("430405"))
    child = make_unit("CHILD", parent=unit)
    before = list(Unit.objects.order_by("pk").values())

    with pytest.raises(refusal):
        change_with(unit, **change(unit))

    assert list(Unit.objects.filter(pk__in=[unit.pk, child.pk]).order_by("pk").values()) == before
    assert not Event.objects.exists()


@settings(max_examples=40)
@given(moves=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 7)), max_size=30))
@pytest.mark.django_db
def test_no_sequence_of_moves_makes_a_circle_or_a_wrong_path(moves: list[tuple[int, int]]) -> None:
    units = [make_unit() for _seven in range(7)]
    actor = make_user(Role.OPERATOR)
    for moved, target in moves:
        parent = units[target] if target < len(units) else None
        wish = draft(name=units[moved].name, parent=parent)
        try:
            change_unit(unit_id=units[moved].pk, draft=wish, actor=actor, now=NOW)
        except errors.UnitIsAbove:
            assert parent is not None
            assert units[moved].code in path_by_parents(parent)

        for unit in units:
            unit.refresh_from_db()
            assert unit.path == path_by_parents(unit)


def path_by_parents(unit: Unit) -> str:
    """The path as the parents say it; a circle has none."""
    codes, at = [unit.code], unit.parent_id
    while at is not None:
        assert at not in codes
        codes.append(at)
        at = Unit.objects.get(code=at).parent_id
    return f"/{'/'.join(reversed(codes))}/"


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_of_two_moves_that_make_a_circle_together_one_is_refused() -> None:
    one, two = make_unit("ONE"), make_unit("TWO")
    actor = make_user(Role.OPERATOR)
    below_two, below_one = draft(parent=two), draft(parent=one)

    answers = at_once(
        lambda: change_unit(unit_id=one.pk, draft=below_two, actor=actor, now=NOW),
        lambda: change_unit(unit_id=two.pk, draft=below_one, actor=actor, now=NOW),
    )

    assert [type(answer) for answer in answers if isinstance(answer, Refused)] == [
        errors.UnitIsAbove
    ]
    assert {unit.path for unit in Unit.objects.all()} in (
        {"/ONE/", "/ONE/TWO/"},
        {"/TWO/", "/TWO/ONE/"},
    )


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_a_unit_added_while_its_parent_moves_lands_where_the_parent_went() -> None:
    old, new = make_unit("OLD"), make_unit("NEW")
    parent = make_unit("P", parent=old)
    actor = make_user(Role.OPERATOR)

    below_new, below_parent = draft(parent=new), draft(parent=parent)

    at_once(
        lambda: change_unit(unit_id=parent.pk, draft=below_new, actor=actor, now=NOW),
        lambda: add_unit(code="C", draft=below_parent, actor=actor, now=NOW),
    )

    assert Unit.objects.get(code="C").path == "/NEW/P/C/"


# --- close and reopen -----------------------------------------------------------------------------


def close_with(unit: Unit, **changes: Any) -> Unit:
    good: dict[str, Any] = {"unit_id": unit.pk, "now": NOW}
    good["actor"] = changes.pop("actor", None) or make_user(Role.OPERATOR)
    return close_unit(**good | changes)


@pytest.mark.django_db
def test_a_closed_unit_gives_up_its_seats_and_stewardships() -> None:
    unit = make_unit("U")
    seat, steward = make_membership(unit=unit), make_stewardship(unit=unit)
    make_site_unit(unit=unit, to_on=date(2026, 11, 19))
    make_unit(parent=unit, is_active=False)

    close_with(unit)

    for row in (unit, seat, steward):
        row.refresh_from_db()
    assert (unit.is_active, unit.closed_on) == (False, TODAY)
    assert (seat.to_on, steward.to_on) == (TODAY, TODAY)
    (event,) = events_of(unit)
    assert event.kind == "unit.closed"
    assert (event.facts["memberships"], event.facts["stewardships"]) == (1, 1)


@pytest.mark.parametrize(
    ("obstacle", "refusal", "words"),
    [
        (
            lambda unit: make_unit("HW", name="环卫处", parent=unit),
            errors.UnitHasUnits,
            "1 个在用的下级单位（环卫处）",
        ),
        (
            lambda unit: make_site_unit(unit=unit, site=make_site(name="南门市场")),
            errors.UnitAnswersForSites,
            "1 个点位的责任单位（南门市场）",
        ),
        (
            close_with,
            errors.UnitAlreadyClosed,
            "已在 2026-11-20 停用",
        ),
    ],
)
@pytest.mark.django_db
def test_a_refused_closing_changes_nothing(
    obstacle: Callable[[Unit], object], refusal: type[Refused], words: str
) -> None:
    unit = make_unit("U")
    obstacle(unit)
    before = (Event.objects.count(), Unit.objects.get(pk=unit.pk).is_active)

    with pytest.raises(refusal) as refused:
        close_with(unit)

    assert words in str(refused.value)
    assert (Event.objects.count(), Unit.objects.get(pk=unit.pk).is_active) == before


@pytest.mark.django_db
def test_nobody_closes_a_unit_beyond_his_area() -> None:
    unit = make_unit("U")

    with pytest.raises(Forbidden):
        close_with(unit, actor=operator_of("430405"))

    assert Unit.objects.get().is_active
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_closed_unit_is_reopened() -> None:
    unit = make_unit("U", is_active=False)

    reopen_unit(unit_id=unit.pk, actor=make_user(Role.OPERATOR), now=NOW)

    unit.refresh_from_db()
    assert (unit.is_active, unit.closed_on) == (True, None)
    assert [event.kind for event in events_of(unit)] == ["unit.reopened"]


@pytest.mark.parametrize(
    ("actor", "unit", "refusal"),
    [
        (lambda: operator_of("430405"), lambda: make_unit(is_active=False), Forbidden),
        (lambda: make_user(Role.OPERATOR), make_unit, errors.UnitIsOpen),
        (
            lambda: make_user(Role.OPERATOR),
            lambda: make_unit(parent=make_unit(is_active=False), is_active=False),
            errors.UnitIsClosed,
        ),
    ],
)
@pytest.mark.django_db
def test_a_refused_reopening_changes_nothing(
    actor: Callable[[], User], unit: Callable[[], Unit], refusal: type[Refused]
) -> None:
    closed = unit()

    with pytest.raises(refusal):
        reopen_unit(unit_id=closed.pk, actor=actor(), now=NOW)

    assert Unit.objects.get(pk=closed.pk).is_active == closed.is_active
    assert not Event.objects.exists()


@pytest.mark.parametrize("operation", [close_unit, reopen_unit])
@pytest.mark.django_db
def test_a_resend_is_one_change(operation: Callable[..., Unit]) -> None:
    unit = make_unit(is_active=operation is close_unit)
    actor = make_user(Role.OPERATOR)

    for _twice in range(2):
        operation(unit_id=unit.pk, actor=actor, now=NOW, client_id=SENT)

    assert Event.objects.count() == 1
