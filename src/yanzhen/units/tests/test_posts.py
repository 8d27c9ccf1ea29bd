"""Posts: who may give which, over what, from when to when, and how they are taken."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from yanzhen.accounts.enums import Action, Role
from yanzhen.accounts.models import Post, User
from yanzhen.accounts.rules import may
from yanzhen.accounts.tests.factories import CITY, make_post, make_user
from yanzhen.core.errors import Forbidden, Refused
from yanzhen.events.models import Event
from yanzhen.events.queries import events_of
from yanzhen.places.tests.factories import make_area
from yanzhen.units import errors
from yanzhen.units.operations.posts import PostDraft, appoint, end_post, withdraw_post
from yanzhen.units.tests.factories import make_unit
from yanzhen.units.tests.races import at_once

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
TODAY, TOMORROW, YESTERDAY = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 19)
SENT = UUID("5f0c8a0e-0000-4000-8000-000000000001")
DISTRICT = "430405"


def draft(role: Role = Role.INSPECTOR, **changes: Any) -> PostDraft:
    good: dict[str, Any] = {"from_on": TODAY}
    if not {"area_code", "unit_code"} & set(changes):
        good["area_code"] = make_area(DISTRICT).code
    return PostDraft(role, **good | changes)


def appoint_with(**changes: Any) -> Post:
    """An appointment that would succeed, with one thing changed."""
    good: dict[str, Any] = {"now": NOW}
    for name, make in (
        ("person", make_user),
        ("draft", draft),
        ("actor", lambda: make_user(Role.ADMIN)),
    ):
        good[name] = changes.pop(name, None) or make()
    return appoint(**good | changes)


@pytest.mark.django_db
def test_a_post_gives_its_rights_from_its_first_day() -> None:
    person = make_user()

    post = appoint_with(person=person, draft=draft(title=" 二组 ", from_on=TOMORROW))

    assert post.title == "二组"
    assert not may(person, Action.CASE_VERIFY, on=TODAY)
    assert may(person, Action.CASE_VERIFY, on=TOMORROW, area_code="430405001")
    (event,) = events_of(person)
    assert event.kind == "user.appointed"
    assert (event.facts["role"], event.facts["area_code"]) == ("inspector", DISTRICT)


@pytest.mark.django_db
def test_a_handler_acts_for_a_unit() -> None:
    unit = make_unit("CG")

    post = appoint_with(draft=draft(Role.HANDLER, unit_code=unit.code))

    assert (post.area_code, post.unit_code) == ("", "CG")


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": make_user(Role.INSPECTOR)}, Forbidden),
        (lambda: {"actor": make_user(Role.ADMIN, area_code="430406")}, Forbidden),
        (
            lambda: {
                "actor": make_user(Role.OPERATOR, area_code=DISTRICT),
                "draft": draft(area_code=make_area(CITY).code),
            },
            Forbidden,
        ),
        (
            lambda: {
                "actor": make_user(Role.OPERATOR, area_code=DISTRICT),
                "draft": draft(Role.HANDLER, unit_code=make_unit().code),
            },
            Forbidden,
        ),
        (lambda: {"actor": make_user(Role.OPERATOR), "draft": draft(Role.ADMIN)}, Forbidden),
        (lambda: {"actor": make_user(Role.OPERATOR), "draft": draft(Role.AUDITOR)}, Forbidden),
        (lambda: {"person": make_user(is_active=False)}, errors.PersonInactive),
        (lambda: {"person": make_user(is_system=True)}, errors.PersonInactive),
        (lambda: {"draft": draft(Role.HANDLER)}, errors.RoleNeedsUnit),
        (
            lambda: {"draft": draft(Role.HANDLER, unit_code=make_unit().code, area_code=DISTRICT)},
            errors.RoleNeedsUnit,
        ),
        (lambda: {"draft": draft(unit_code=make_unit().code)}, errors.RoleNeedsArea),
        (lambda: {"draft": draft(Role.HANDLER, unit_code="NO")}, errors.UnitUnknown),
        (
            lambda: {"draft": draft(Role.HANDLER, unit_code=make_unit(is_active=False).code)},
            errors.UnitIsClosed,
        ),
        (lambda: {"draft": draft(area_code="9999")}, errors.AreaUnusable),
        (
            lambda: {"draft": draft(area_code=make_area("430406", is_active=False).code)},
            errors.AreaUnusable,
        ),
        (lambda: {"draft": draft(to_on=YESTERDAY)}, errors.EndsBeforeItBegins),
    ],
)
@pytest.mark.django_db
def test_a_refused_appointment_changes_nothing(
    change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    changes = {"actor": make_user(Role.ADMIN)} | change()
    before = Post.objects.count()

    with pytest.raises(refusal):
        appoint_with(**changes)

    assert Post.objects.count() == before
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_nobody_appoints_himself() -> None:
    actor = make_user(Role.ADMIN)

    with pytest.raises(errors.NotOnOneself):
        appoint_with(actor=actor, person=actor)

    assert Post.objects.count() == 1


SAME = [
    ({}, {}),
    ({"to_on": TODAY}, {}),
    ({"from_on": TOMORROW}, {"to_on": TOMORROW}),
]
OTHER = [
    ({"to_on": YESTERDAY}, {}),
    ({"from_on": TOMORROW}, {"to_on": TODAY}),
    ({"area_code": "430405001"}, {}),
    ({"role": Role.KEEPER}, {}),
]


def holder_of(held: dict[str, Any]) -> User:
    good: dict[str, Any] = {"role": Role.INSPECTOR, "area_code": DISTRICT}
    return make_post(**good | held).user


@pytest.mark.parametrize(("held", "given"), SAME)
@pytest.mark.django_db
def test_the_same_post_is_not_held_twice_on_a_day(
    held: dict[str, Any], given: dict[str, Any]
) -> None:
    person = holder_of(held)

    with pytest.raises(errors.PostAlreadyHeld):
        appoint_with(person=person, draft=draft(**given))

    assert Post.objects.filter(user=person).count() == 1


@pytest.mark.parametrize(("held", "given"), OTHER)
@pytest.mark.django_db
def test_another_post_is_held_beside_it(held: dict[str, Any], given: dict[str, Any]) -> None:
    person = holder_of(held)

    appoint_with(person=person, draft=draft(**given))

    assert Post.objects.filter(user=person).count() == 2


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_of_two_who_give_the_same_post_at_once_one_is_told() -> None:
    person, actor, wish = make_user(), make_user(Role.ADMIN), draft()

    def give() -> Post:
        return appoint_with(person=person, actor=actor, draft=wish)

    answers = at_once(give, give)

    assert sum(isinstance(answer, errors.PostAlreadyHeld) for answer in answers) == 1
    assert Post.objects.filter(user=person).count() == 1


# --- end ------------------------------------------------------------------------------------------


def ends(post: Post, **changes: Any) -> Post:
    good: dict[str, Any] = {"post_id": post.pk, "to_on": TODAY, "now": NOW}
    good["actor"] = changes.pop("actor", None) or make_user(Role.ADMIN)
    return end_post(**good | changes)


@pytest.mark.django_db
def test_an_ended_post_counts_to_its_last_day() -> None:
    post = make_post(role=Role.INSPECTOR)

    ends(post)

    assert may(User.rows.get(pk=post.user_id), Action.CASE_VERIFY, on=TODAY)
    assert not may(User.rows.get(pk=post.user_id), Action.CASE_VERIFY, on=TOMORROW)
    assert [event.kind for event in events_of(post.user)] == ["user.post_ended"]


@pytest.mark.django_db
def test_a_post_that_would_end_later_may_end_sooner() -> None:
    post = make_post(role=Role.INSPECTOR, to_on=date(2026, 12, 31))

    ends(post, to_on=TODAY)

    post.refresh_from_db()
    assert post.to_on == TODAY


@pytest.mark.parametrize(
    ("post", "change", "refusal"),
    [
        ({}, lambda: {"actor": make_user(Role.OPERATOR, area_code=DISTRICT)}, Forbidden),
        ({"role": Role.ADMIN}, lambda: {"actor": make_user(Role.OPERATOR)}, Forbidden),
        ({"to_on": YESTERDAY}, dict, errors.PostAlreadyEnded),
        ({"to_on": TOMORROW}, lambda: {"to_on": date(2026, 12, 1)}, errors.PostAlreadyEnded),
        ({}, lambda: {"to_on": date(2025, 12, 31)}, errors.EndsBeforeItBegins),
    ],
)
@pytest.mark.django_db
def test_a_refused_end_changes_nothing(
    post: dict[str, Any], change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    held = make_post(**{"role": Role.INSPECTOR} | post)

    with pytest.raises(refusal):
        ends(held, **change())

    assert Post.objects.get(pk=held.pk).to_on == held.to_on
    assert not Event.objects.exists()


# --- withdraw -------------------------------------------------------------------------------------


def withdraw(post: Post, **changes: Any) -> None:
    good: dict[str, Any] = {"post_id": post.pk, "now": NOW}
    good["actor"] = changes.pop("actor", None) or make_user(Role.ADMIN)
    withdraw_post(**good | changes)


@pytest.mark.parametrize("from_on", [date(2026, 1, 1), TODAY, TOMORROW])
@pytest.mark.django_db
def test_a_withdrawn_post_gives_no_rights_even_today(from_on: date) -> None:
    post = make_post(role=Role.INSPECTOR, from_on=from_on)

    withdraw(post)

    person = User.rows.get(pk=post.user_id)
    assert not may(person, Action.CASE_VERIFY, on=TODAY)
    assert not may(person, Action.CASE_VERIFY, on=TOMORROW)
    assert may(person, Action.CASE_VERIFY, on=YESTERDAY) is (from_on < TODAY)
    (event,) = events_of(person)
    assert (event.kind, event.facts["post"]) == ("user.post_withdrawn", post.pk)


@pytest.mark.parametrize(
    ("post", "change", "refusal"),
    [
        ({}, lambda: {"actor": make_user(Role.OPERATOR, area_code=DISTRICT)}, Forbidden),
        ({"role": Role.AUDITOR}, lambda: {"actor": make_user(Role.OPERATOR)}, Forbidden),
        ({"to_on": YESTERDAY}, dict, errors.PostAlreadyEnded),
    ],
)
@pytest.mark.django_db
def test_a_refused_withdrawal_changes_nothing(
    post: dict[str, Any], change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    held = make_post(**{"role": Role.INSPECTOR} | post)

    with pytest.raises(refusal):
        withdraw(held, **change())

    assert Post.objects.filter(pk=held.pk, to_on=held.to_on).exists()
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_post_that_somebody_else_took_away_is_told_as_such() -> None:
    post = make_post(role=Role.INSPECTOR, from_on=TODAY)
    gone = Post(pk=post.pk)
    post.delete()

    for deed in (withdraw, ends):
        with pytest.raises(errors.PostWithdrawn):
            deed(gone)


@pytest.mark.django_db
def test_a_resend_is_known() -> None:
    actor, person = make_user(Role.ADMIN), make_user()
    posts = [
        appoint_with(actor=actor, person=person, draft=draft(), client_id=SENT)
        for _twice in range(2)
    ]
    assert posts[0] == posts[1]

    for number, deed in ((2, ends), (3, withdraw)):
        for _twice in range(2):
            deed(posts[0], actor=actor, client_id=UUID(int=number))
    assert [event.kind for event in Event.objects.order_by("pk")] == [
        "user.appointed",
        "user.post_ended",
        "user.post_withdrawn",
    ]
