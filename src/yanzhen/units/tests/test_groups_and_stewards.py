"""Task groups and their seats; stewardships."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.core.errors import Forbidden, Refused
from yanzhen.events.models import Event
from yanzhen.events.queries import events_of
from yanzhen.places.tests.factories import make_area, make_site
from yanzhen.units import errors
from yanzhen.units.enums import GroupPart
from yanzhen.units.models import GroupMembership, Stewardship, TaskGroup
from yanzhen.units.operations.groups import add_group, change_group, join_group, leave_group
from yanzhen.units.operations.stewards import (
    StewardshipDraft,
    add_stewardship,
    end_stewardship,
)
from yanzhen.units.tests.factories import (
    make_group,
    make_membership,
    make_stewardship,
    make_unit,
)
from yanzhen.units.tests.races import at_once

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
TODAY, TOMORROW, YESTERDAY = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 19)
SENT = UUID("5f0c8a0e-0000-4000-8000-000000000001")
DISTRICT = "430405"


def operator() -> User:
    return make_user(Role.OPERATOR)


def of_a_district() -> User:
    return make_user(Role.OPERATOR, area_code=DISTRICT)


# --- groups ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_group_is_set_up_renamed_and_dissolved_with_its_seats() -> None:
    actor = operator()
    group = add_group(code="HJ", name=" 环境整治组 ", actor=actor, now=NOW)
    seat = make_membership(group=group)

    change_group(group_id=group.pk, name="环境组", is_active=True, actor=actor, now=NOW)
    assert GroupMembership.objects.get().to_on is None
    change_group(group_id=group.pk, name="环境组", is_active=False, actor=actor, now=NOW)

    for row in (group, seat):
        row.refresh_from_db()
    assert (group.name, group.is_active, seat.to_on) == ("环境组", False, TODAY)
    kinds = [event.kind for event in events_of(group)]
    assert kinds == ["group.added", "group.changed", "group.changed"]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": of_a_district()}, Forbidden),
        (lambda: {"code": "a/b"}, errors.UnitCodeUnfit),
        (lambda: {"code": "new"}, errors.UnitCodeUnfit),
        (lambda: {"code": make_group("hj").code}, errors.GroupCodeTaken),
        (lambda: {"name": " "}, errors.UnitNameMissing),
    ],
)
@pytest.mark.django_db
def test_a_refused_group_is_not_set_up(
    change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    good: dict[str, Any] = {"code": "HJ", "name": "环境组", "actor": operator(), "now": NOW}
    given = good | change()
    before = TaskGroup.objects.count()

    with pytest.raises(refusal):
        add_group(**given)

    assert TaskGroup.objects.count() == before
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": of_a_district()}, Forbidden),
        (lambda: {"name": ""}, errors.UnitNameMissing),
    ],
)
@pytest.mark.django_db
def test_a_refused_change_of_a_group_changes_nothing(
    change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    group = make_group()
    good: dict[str, Any] = {"name": "新名", "is_active": False, "actor": operator(), "now": NOW}

    with pytest.raises(refusal):
        change_group(**{"group_id": group.pk} | good | change())

    assert TaskGroup.objects.get().is_active
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_unit_sits_in_several_groups_and_leaves_each_on_its_day() -> None:
    unit, actor = make_unit(), operator()
    make_membership(unit=unit)

    seat = join_group(
        group_id=make_group().pk,
        unit=unit,
        part=GroupPart.LEAD,
        from_on=TODAY,
        actor=actor,
        now=NOW,
    )
    leave_group(membership_id=seat.pk, to_on=TOMORROW, actor=actor, now=NOW)

    assert GroupMembership.objects.holding_on(TOMORROW).filter(unit=unit).count() == 2
    seat.refresh_from_db()
    assert (seat.part, seat.to_on) == ("lead", TOMORROW)
    assert [event.kind for event in events_of(seat.group)] == ["group.joined", "group.left"]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": of_a_district()}, Forbidden),
        (lambda: {"group_id": make_group(is_active=False).pk}, errors.GroupClosed),
        (lambda: {"unit": make_unit(is_active=False)}, errors.UnitIsClosed),
        (
            lambda: dict(zip(("unit", "group_id"), _seated(make_membership()), strict=True)),
            errors.AlreadyMember,
        ),
        (
            lambda: dict(
                zip(("unit", "group_id"), _seated(make_membership(to_on=TODAY)), strict=True)
            ),
            errors.AlreadyMember,
        ),
    ],
)
@pytest.mark.django_db
def test_a_refused_seat_is_not_given(
    change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    good: dict[str, Any] = {
        "group_id": make_group().pk,
        "unit": make_unit(),
        "part": GroupPart.MEMBER,
        "from_on": TODAY,
        "actor": operator(),
        "now": NOW,
    }
    given = good | change()
    before = GroupMembership.objects.count()

    with pytest.raises(refusal):
        join_group(**given)

    assert GroupMembership.objects.count() == before
    assert not Event.objects.exists()


def _seated(seat: GroupMembership) -> tuple[object, int]:
    return seat.unit, seat.group.pk


@pytest.mark.parametrize(
    ("seat", "change", "refusal"),
    [
        ({}, lambda: {"actor": of_a_district()}, Forbidden),
        ({"to_on": YESTERDAY}, dict, errors.AlreadyEnded),
        ({}, lambda: {"to_on": date(2025, 1, 1)}, errors.EndsBeforeItBegins),
    ],
)
@pytest.mark.django_db
def test_a_refused_leave_changes_nothing(
    seat: dict[str, Any], change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    held = make_membership(**seat)
    good: dict[str, Any] = {"to_on": TODAY, "actor": operator(), "now": NOW}

    with pytest.raises(refusal):
        leave_group(**{"membership_id": held.pk} | good | change())

    assert GroupMembership.objects.get().to_on == held.to_on
    assert not Event.objects.exists()


# --- stewards -------------------------------------------------------------------------------------


def steward(**changes: Any) -> StewardshipDraft:
    return StewardshipDraft(**{"from_on": TODAY} | changes)


def add_with(draft: StewardshipDraft, **changes: Any) -> Stewardship:
    good: dict[str, Any] = {"draft": draft, "now": NOW}
    good["actor"] = changes.pop("actor", None) or operator()
    return add_stewardship(**good | changes)


@pytest.mark.django_db
def test_a_place_may_have_a_leader_and_several_units_as_stewards() -> None:
    site, leader = make_site(), make_user()

    for given in (
        {"unit": make_unit()},
        {"unit": make_unit()},
        {"person": leader, "title": "路长"},
    ):
        add_with(steward(site=site, **given))
    add_with(steward(area=make_area(DISTRICT), person=leader, unit=make_unit()))

    assert Stewardship.objects.filter(site=site).count() == 3
    assert {event.kind for event in events_of(site)} == {"site.steward_added"}
    assert Event.objects.filter(kind="area.steward_added").count() == 1


@pytest.mark.parametrize(
    ("draft", "refusal"),
    [
        (lambda: steward(unit=make_unit()), errors.PlaceMissing),
        (
            lambda: steward(unit=make_unit(), site=make_site(), area=make_area()),
            errors.PlaceMissing,
        ),
        (lambda: steward(site=make_site()), errors.StewardMissing),
        (
            lambda: steward(site=make_site(), unit=make_unit(is_active=False)),
            errors.UnitIsClosed,
        ),
        (
            lambda: steward(site=make_site(), person=make_user(is_active=False)),
            errors.PersonInactive,
        ),
        (
            lambda: steward(site=make_site(), unit=make_unit(), to_on=YESTERDAY),
            errors.EndsBeforeItBegins,
        ),
        (lambda: _again(make_stewardship()), errors.AlreadySteward),
        (lambda: _again(make_stewardship(to_on=TODAY)), errors.AlreadySteward),
        (
            lambda: _again(make_stewardship(area=make_area(), person=make_user())),
            errors.AlreadySteward,
        ),
    ],
)
@pytest.mark.django_db
def test_a_refused_stewardship_is_not_written(
    draft: Callable[[], StewardshipDraft], refusal: type[Refused]
) -> None:
    given = draft()
    before = Stewardship.objects.count()

    with pytest.raises(refusal):
        add_with(given)

    assert Stewardship.objects.count() == before
    assert not Event.objects.exists()


def _again(row: Stewardship) -> StewardshipDraft:
    return steward(site=row.site, area=row.area, unit=row.unit, person=row.person)


@pytest.mark.django_db
def test_stewards_are_named_by_those_who_answer_for_the_area() -> None:
    with pytest.raises(Forbidden):
        add_with(steward(area=make_area("430406"), unit=make_unit()), actor=of_a_district())

    assert add_with(steward(area=make_area(DISTRICT), unit=make_unit()), actor=of_a_district()).pk


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_of_two_who_name_the_same_steward_at_once_one_is_told() -> None:
    wish, actor = steward(site=make_site(), unit=make_unit()), operator()

    answers = at_once(lambda: add_with(wish, actor=actor), lambda: add_with(wish, actor=actor))

    assert sum(isinstance(answer, errors.AlreadySteward) for answer in answers) == 1
    assert Stewardship.objects.count() == 1


@pytest.mark.parametrize("ends", [None, TOMORROW])
@pytest.mark.django_db
def test_a_stewardship_ends_on_its_day(ends: date | None) -> None:
    row = make_stewardship(area=make_area(DISTRICT), to_on=ends)

    end_stewardship(row_id=row.pk, to_on=TODAY, actor=operator(), now=NOW)

    row.refresh_from_db()
    assert row.to_on == TODAY
    assert [event.kind for event in Event.objects.all()] == ["area.steward_ended"]


@pytest.mark.parametrize(
    ("row", "change", "refusal"),
    [
        ({}, lambda: {"actor": of_a_district()}, Forbidden),
        ({"to_on": YESTERDAY}, dict, errors.AlreadyEnded),
        ({}, lambda: {"to_on": date(2025, 1, 1)}, errors.EndsBeforeItBegins),
    ],
)
@pytest.mark.django_db
def test_a_refused_end_changes_nothing(
    row: dict[str, Any], change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    held = make_stewardship(**row)
    good: dict[str, Any] = {"to_on": TODAY, "actor": operator(), "now": NOW}

    with pytest.raises(refusal):
        end_stewardship(**{"row_id": held.pk} | good | change())

    assert Stewardship.objects.get().to_on == held.to_on
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_resends_are_known() -> None:
    actor, unit = operator(), make_unit()
    wish = steward(site=make_site(), unit=unit)
    deeds: list[Callable[..., Any]] = [
        lambda **given: add_group(code="HJ", name="组", **given),
        lambda **given: change_group(
            group_id=TaskGroup.objects.get(code="HJ").pk, name="新", is_active=True, **given
        ),
        lambda **given: join_group(
            group_id=TaskGroup.objects.get(code="HJ").pk,
            unit=unit,
            part=GroupPart.MEMBER,
            from_on=TODAY,
            **given,
        ),
        lambda **given: leave_group(
            membership_id=GroupMembership.objects.get().pk, to_on=TODAY, **given
        ),
        lambda **given: add_stewardship(draft=wish, **given),
        lambda **given: end_stewardship(row_id=Stewardship.objects.get().pk, to_on=TODAY, **given),
    ]

    for number, deed in enumerate(deeds, 1):
        first, second = (
            deed(actor=actor, now=NOW, client_id=UUID(int=number)) for _twice in range(2)
        )
        assert first == second

    assert Event.objects.count() == len(deeds)
