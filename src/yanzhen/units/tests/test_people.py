"""Add, change, deactivate and reactivate people; one-time passwords."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import authenticate

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import Post, User
from yanzhen.accounts.tests.factories import PASSWORD, make_post, make_user
from yanzhen.core.errors import Forbidden, Refused
from yanzhen.events.models import Event
from yanzhen.events.queries import events_of
from yanzhen.places.tests.factories import make_area
from yanzhen.units import errors
from yanzhen.units.models import Unit
from yanzhen.units.operations.people import (
    Issued,
    PersonDraft,
    add_person,
    change_person,
    deactivate_person,
    reactivate_person,
    reset_password,
)
from yanzhen.units.tests.factories import make_unit

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
TODAY = date(2026, 11, 20)
SENT = UUID("5f0c8a0e-0000-4000-8000-000000000001")
DISTRICT = "430405"


def admin(**scope: str) -> User:
    return make_user(Role.ADMIN, **scope)


def district_unit() -> Unit:
    return make_unit(area=make_area(DISTRICT))


def add_with(**changes: Any) -> Issued:
    """An addition that would succeed, with one thing changed."""
    good: dict[str, Any] = {
        "username": " Wang.Q ",
        "draft": PersonDraft("王青", "8866001"),
        "now": NOW,
    }
    good["actor"] = changes.pop("actor", None) or admin()
    return add_person(**good | changes)


@pytest.mark.django_db
def test_a_new_person_comes_in_once_with_the_password_that_was_made() -> None:
    unit = make_unit("CG")

    issued = add_with(draft=PersonDraft(" 王青 ", " 8866001 ", unit))

    person = User.rows.get(username="wang.q")
    assert (person.full_name, person.phone, person.unit_code) == ("王青", "8866001", "CG")
    assert person.must_change_password
    assert authenticate(None, username="wang.q", password=issued.password) == person
    (event,) = events_of(person)
    assert event.kind == "user.added"
    assert issued.password not in event.payload
    assert "8866001" not in event.payload


@pytest.mark.django_db
def test_a_resend_adds_nobody_and_gives_no_password_away() -> None:
    actor = admin()

    first, second = (add_with(actor=actor, client_id=SENT) for _twice in range(2))

    assert first.person == second.person
    assert first.password
    assert not second.password
    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": make_user(Role.INSPECTOR)}, Forbidden),
        (lambda: {"actor": admin(area_code=DISTRICT)}, Forbidden),
        (
            lambda: {
                "actor": admin(area_code=DISTRICT),
                "draft": PersonDraft("王青", unit=make_unit()),
            },
            Forbidden,
        ),
        (lambda: {"username": "王青"}, errors.UsernameUnfit),
        (lambda: {"username": "7up"}, errors.UsernameUnfit),
        (lambda: {"username": "a b"}, errors.UsernameUnfit),
        (lambda: {"username": "new"}, errors.UsernameUnfit),
        (lambda: {"username": "x" * 61}, errors.UsernameUnfit),
        (lambda: {"username": make_user(username="li.si").username.upper()}, errors.UsernameTaken),
        (lambda: {"draft": PersonDraft(" ")}, errors.FullNameMissing),
        (
            lambda: {"draft": PersonDraft("王青", unit=make_unit(is_active=False))},
            errors.UnitIsClosed,
        ),
    ],
)
@pytest.mark.django_db
def test_a_refused_addition_changes_nothing(
    change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    changes = {"actor": admin()} | change()
    before = User.rows.count()

    with pytest.raises(refusal):
        add_with(**changes)

    assert User.rows.count() == before
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_district_adds_people_to_its_own_units() -> None:
    issued = add_with(
        actor=admin(area_code=DISTRICT), draft=PersonDraft("王青", unit=district_unit())
    )

    assert issued.person.pk


# --- whom one may touch ---------------------------------------------------------------------------

EACH: list[Callable[..., object]] = [
    lambda **given: change_person(draft=PersonDraft("新名"), **given),
    deactivate_person,
    reactivate_person,
    reset_password,
]


@pytest.mark.parametrize("operation", EACH)
@pytest.mark.parametrize(
    ("actor", "person"),
    [
        (lambda: make_user(Role.INSPECTOR), make_user),
        (lambda: make_user(Role.AUDITOR), make_user),
        (lambda: admin(area_code=DISTRICT), make_user),
        (
            lambda: admin(area_code=DISTRICT),
            lambda: make_user(Role.OPERATOR, home_code=district_unit().code),
        ),
        (lambda: make_user(Role.OPERATOR), admin),
        (lambda: make_user(Role.OPERATOR), lambda: make_user(Role.AUDITOR)),
        (
            lambda: make_user(Role.OPERATOR),
            lambda: make_user(Role.ADMIN, from_on=date(2027, 1, 1)),
        ),
        (admin, lambda: make_user(is_system=True)),
    ],
)
@pytest.mark.django_db
def test_nobody_touches_whoever_has_or_will_have_rights_beyond_his_own(
    operation: Callable[..., object], actor: Callable[[], User], person: Callable[..., User]
) -> None:
    touched = person()
    before = User.rows.filter(pk=touched.pk).values().get()

    with pytest.raises(Forbidden):
        operation(person_id=touched.pk, actor=actor(), now=NOW)

    assert User.rows.filter(pk=touched.pk).values().get() == before
    assert not Event.objects.exists()


@pytest.mark.parametrize("operation", EACH)
@pytest.mark.django_db
def test_an_operator_touches_those_of_his_district_and_past_posts_do_not_count(
    operation: Callable[..., object],
) -> None:
    unit = district_unit()
    person = make_user(
        Role.HANDLER,
        unit_code=unit.code,
        home_code=unit.code,
        is_active=operation is not reactivate_person,
    )
    make_post(user=person, role=Role.ADMIN, to_on=date(2026, 11, 19))

    if operation is EACH[0]:
        change_person(
            person_id=person.pk,
            draft=PersonDraft("新名", unit=unit),
            actor=make_user(Role.OPERATOR, area_code=DISTRICT),
            now=NOW,
        )
    else:
        actor = make_user(Role.OPERATOR, area_code=DISTRICT)
        operation(person_id=person.pk, actor=actor, now=NOW)

    assert Event.objects.count() == 1


@pytest.mark.parametrize("operation", EACH)
@pytest.mark.django_db
def test_a_resend_is_one_change(operation: Callable[..., object]) -> None:
    person, actor = make_user(is_active=operation is not reactivate_person), admin()

    for _twice in range(2):
        operation(person_id=person.pk, actor=actor, now=NOW, client_id=SENT)

    assert Event.objects.count() == 1


# --- change ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_card_is_changed_and_the_record_says_what() -> None:
    person, unit = make_user(full_name="王青", username="wang"), make_unit("CG")

    change_person(person_id=person.pk, draft=PersonDraft("王清", "1", unit), actor=admin(), now=NOW)

    person.refresh_from_db()
    assert (person.full_name, person.phone, person.unit_code) == ("王清", "1", "CG")
    (event,) = events_of(person)
    assert event.facts["changes"]["full_name"] == ["王青", "王清"]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: PersonDraft(""), errors.FullNameMissing),
        (lambda: PersonDraft("王青", unit=make_unit(is_active=False)), errors.UnitIsClosed),
    ],
)
@pytest.mark.django_db
def test_a_refused_card_changes_nothing(
    change: Callable[[], PersonDraft], refusal: type[Refused]
) -> None:
    person = make_user()

    with pytest.raises(refusal):
        change_person(person_id=person.pk, draft=change(), actor=admin(), now=NOW)

    assert User.rows.get(pk=person.pk).full_name == person.full_name
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_nobody_moves_a_person_into_a_unit_beyond_his_area() -> None:
    person = make_user(home_code=district_unit().code)

    with pytest.raises(Forbidden):
        change_person(
            person_id=person.pk,
            draft=PersonDraft("王青", unit=make_unit(area=make_area("430406"))),
            actor=admin(area_code=DISTRICT),
            now=NOW,
        )


# --- deactivate and reactivate --------------------------------------------------------------------


@pytest.mark.django_db
def test_a_deactivated_person_holds_no_post_from_tomorrow_and_may_do_nothing_today() -> None:
    person = make_user(Role.INSPECTOR, password=PASSWORD)
    make_post(user=person, from_on=date(2027, 1, 1))
    past = make_post(user=person, to_on=date(2026, 3, 1))

    deactivate_person(person_id=person.pk, actor=admin(), now=NOW)

    assert authenticate(None, username=person.username, password=PASSWORD) is None
    ends = set(Post.objects.filter(user=person).values_list("to_on", flat=True))
    assert ends == {past.to_on, TODAY}
    (event,) = events_of(person)
    assert (event.kind, event.facts["posts"]) == ("user.deactivated", 2)


@pytest.mark.parametrize(
    ("operation", "person", "refusal"),
    [
        (deactivate_person, lambda: make_user(is_active=False), errors.PersonInactive),
        (reset_password, lambda: make_user(is_active=False), errors.PersonInactive),
        (reactivate_person, make_user, errors.PersonIsActive),
    ],
)
@pytest.mark.django_db
def test_a_person_is_where_he_is_already(
    operation: Callable[..., object], person: Callable[[], User], refusal: type[Refused]
) -> None:
    touched = person()

    with pytest.raises(refusal):
        operation(person_id=touched.pk, actor=admin(), now=NOW)

    assert User.rows.get(pk=touched.pk).is_active == touched.is_active
    assert not Event.objects.exists()


@pytest.mark.parametrize("operation", [deactivate_person, reset_password])
@pytest.mark.django_db
def test_nobody_does_it_to_himself(operation: Callable[..., object]) -> None:
    actor = admin()

    with pytest.raises(errors.NotOnOneself):
        operation(person_id=actor.pk, actor=actor, now=NOW)

    assert User.rows.get(pk=actor.pk).is_active
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_reset_ends_the_old_password() -> None:
    person = make_user(password=PASSWORD)

    issued = reset_password(person_id=person.pk, actor=admin(), now=NOW)

    person.refresh_from_db()
    assert person.must_change_password
    assert not person.check_password(PASSWORD)
    assert person.check_password(issued.password)
    (event,) = events_of(person)
    assert issued.password not in event.payload
