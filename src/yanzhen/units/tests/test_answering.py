"""Who answers for a place from when: nothing is overwritten, and of two at once one is told."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.core.errors import Forbidden, Refused, RowErrors
from yanzhen.events.models import Event
from yanzhen.events.queries import events_of
from yanzhen.places.models import Site
from yanzhen.places.tests.factories import make_area, make_site
from yanzhen.units import errors, queries
from yanzhen.units.enums import Rank
from yanzhen.units.models import Responsibility, SiteUnit
from yanzhen.units.operations.answering import (
    SiteUnitRow,
    assign_site_unit,
    assign_site_units,
    correct_responsible,
    correct_site_unit,
    end_responsible,
    end_site_unit,
    set_responsible,
)
from yanzhen.units.tests.factories import make_responsibility, make_site_unit, make_unit
from yanzhen.units.tests.races import at_once

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
TODAY, TOMORROW, YESTERDAY = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 19)
SENT = UUID("5f0c8a0e-0000-4000-8000-000000000001")
ELSEWHERE = "430406002"


def set_with(**changes: Any) -> Responsibility:
    """A naming that would succeed, with one thing changed."""
    good: dict[str, Any] = {"rank": Rank.FIRST, "from_on": TODAY, "now": NOW}
    if "site" not in changes and "area" not in changes:
        good["site"] = Site.objects.first() or make_site()
    good["person"] = changes.pop("person", None) or make_user()
    good["actor"] = changes.pop("actor", None) or make_user(Role.OPERATOR)
    return set_responsible(**good | changes)


# --- responsible persons --------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_new_responsible_person_ends_the_one_before_the_day_before() -> None:
    site = make_site()
    before = make_responsibility(site=site)
    other_rank = make_responsibility(site=site, rank=Rank.DIRECT)

    now = set_with(site=site)

    for row in (before, other_rank):
        row.refresh_from_db()
    assert (before.to_on, now.from_on, now.to_on, other_rank.to_on) == (
        YESTERDAY,
        TODAY,
        None,
        None,
    )
    answered = [
        queries.responsible_persons(site=site, on=day)[Rank.FIRST] for day in (YESTERDAY, TODAY)
    ]
    assert answered == [before.person, now.person]
    (event,) = events_of(site)
    assert event.kind == "site.responsible_set"
    assert event.facts["before"] == before.person.username


@pytest.mark.django_db
def test_an_area_has_its_own_responsible_persons() -> None:
    area = make_area("430406001")

    row = set_with(area=area)

    assert row.area == area
    assert [event.kind for event in events_of(area)] == ["area.responsible_set"]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": make_user(Role.INSPECTOR)}, Forbidden),
        (lambda: {"actor": make_user(Role.OPERATOR, area_code=ELSEWHERE)}, Forbidden),
        (lambda: {"site": None, "area": None}, errors.PlaceMissing),
        (lambda: {"site": make_site(), "area": make_area()}, errors.PlaceMissing),
        (lambda: {"person": make_user(is_active=False)}, errors.PersonInactive),
        (lambda: {"person": make_user(is_system=True)}, errors.PersonInactive),
        (lambda: {"person": make_responsibility().person}, errors.AlreadyAnswers),
        (
            lambda: {"site": make_responsibility(from_on=TODAY).site},
            errors.BeginsTooEarly,
        ),
        (
            lambda: {"site": make_responsibility(from_on=TOMORROW).site},
            errors.BeginsTooEarly,
        ),
        (
            lambda: {"site": make_responsibility(from_on=TODAY, to_on=TOMORROW).site},
            errors.BeginsTooEarly,
        ),
    ],
)
@pytest.mark.django_db
def test_a_refused_naming_changes_nothing(
    change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    changes = change()
    before = list(Responsibility.objects.values())

    with pytest.raises(refusal):
        set_with(**changes)

    assert list(Responsibility.objects.values()) == before
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_resent_naming_is_one_naming() -> None:
    actor, person = make_user(Role.OPERATOR), make_user()

    first, second = (set_with(actor=actor, person=person, client_id=SENT) for _twice in range(2))

    assert first == second
    assert Event.objects.count() == 1


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_of_two_who_name_somebody_at_once_one_wins_and_the_other_is_told_whom() -> None:
    site, actor = make_site(), make_user(Role.OPERATOR)
    before = make_responsibility(site=site)
    one, two = make_user(full_name="赵一"), make_user(full_name="钱二")

    answers = at_once(
        lambda: set_with(site=site, actor=actor, person=one),
        lambda: set_with(site=site, actor=actor, person=two),
    )

    (refusal,) = [answer for answer in answers if isinstance(answer, Refused)]
    (winner,) = [answer for answer in answers if isinstance(answer, Responsibility)]
    assert isinstance(refusal, errors.BeginsTooEarly)
    assert winner.person.full_name in str(refusal)
    before.refresh_from_db()
    assert before.to_on == YESTERDAY
    assert Responsibility.objects.filter(to_on=None).get() == winner
    assert Event.objects.count() == 1


@pytest.mark.django_db
def test_a_mistake_is_corrected_and_the_record_shows_both() -> None:
    row = make_responsibility()
    wrong, right = row.person, make_user()

    correct_responsible(row_id=row.pk, person=right, actor=make_user(Role.OPERATOR), now=NOW)

    row.refresh_from_db()
    assert (row.person, row.from_on, row.to_on) == (right, date(2026, 1, 1), None)
    (event,) = Event.objects.all()
    assert event.kind == "site.responsible_corrected"
    assert (event.facts["before"], event.facts["person"]) == (wrong.username, right.username)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda row: {"actor": make_user(Role.OPERATOR, area_code=ELSEWHERE)}, Forbidden),
        (lambda row: {"person": make_user(is_active=False)}, errors.PersonInactive),
        (lambda row: {"person": row.person}, errors.AlreadyAnswers),
    ],
)
@pytest.mark.django_db
def test_a_refused_correction_changes_nothing(
    change: Callable[[Responsibility], dict[str, Any]], refusal: type[Refused]
) -> None:
    row = make_responsibility()
    good: dict[str, Any] = {"person": make_user(), "actor": make_user(Role.OPERATOR), "now": NOW}

    with pytest.raises(refusal):
        correct_responsible(**{"row_id": row.pk} | good | change(row))

    assert Responsibility.objects.get().person == row.person
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_somebody_answers_until_a_day_and_nobody_after_it() -> None:
    row = make_responsibility()

    end_responsible(row_id=row.pk, to_on=TODAY, actor=make_user(Role.OPERATOR), now=NOW)

    assert queries.responsible_persons(site=row.site, on=TODAY) == {Rank.FIRST: row.person}
    assert queries.responsible_persons(site=row.site, on=TOMORROW) == {}
    assert [event.kind for event in Event.objects.all()] == ["site.responsible_ended"]


@pytest.mark.parametrize(
    ("row", "change", "refusal"),
    [
        ({}, lambda: {"actor": make_user(Role.OPERATOR, area_code=ELSEWHERE)}, Forbidden),
        ({}, lambda: {"to_on": date(2025, 12, 31)}, errors.EndsBeforeItBegins),
        ({"to_on": YESTERDAY}, dict, errors.AlreadyEnded),
    ],
)
@pytest.mark.django_db
def test_a_refused_end_changes_nothing(
    row: dict[str, Any], change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    known = make_responsibility(**row)
    good: dict[str, Any] = {"to_on": TODAY, "actor": make_user(Role.OPERATOR), "now": NOW}

    with pytest.raises(refusal):
        end_responsible(**{"row_id": known.pk} | good | change())

    assert Responsibility.objects.get().to_on == known.to_on
    assert not Event.objects.exists()


@pytest.mark.parametrize("operation", [correct_responsible, end_responsible])
@pytest.mark.django_db
def test_a_resend_is_known(operation: Callable[..., Responsibility]) -> None:
    row, actor = make_responsibility(), make_user(Role.OPERATOR)
    given = {"person": make_user()} if operation is correct_responsible else {"to_on": TODAY}

    for _twice in range(2):
        operation(row_id=row.pk, actor=actor, now=NOW, client_id=SENT, **given)

    assert Event.objects.count() == 1


# --- the unit of a site ---------------------------------------------------------------------------


def assign_with(**changes: Any) -> SiteUnit:
    """A hand-over that would succeed, with one thing changed."""
    good: dict[str, Any] = {"from_on": TODAY, "now": NOW}
    good["site"] = changes.pop("site", None) or Site.objects.first() or make_site()
    good["unit"] = changes.pop("unit", None) or make_unit()
    good["actor"] = changes.pop("actor", None) or make_user(Role.OPERATOR)
    return assign_site_unit(**good | changes)


@pytest.mark.django_db
def test_a_site_is_handed_over_and_its_history_kept() -> None:
    before = make_site_unit()

    now = assign_with(site=before.site)

    assert queries.responsible_unit(site=now.site, on=YESTERDAY) == before.unit
    assert queries.responsible_unit(site=now.site, on=TODAY) == now.unit
    (event,) = events_of(now.site)
    assert event.kind == "site.unit_assigned"
    assert (event.facts["before"], event.facts["unit"]) == (before.unit_id, now.unit_id)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": make_user(Role.OPERATOR, area_code=ELSEWHERE)}, Forbidden),
        (lambda: {"unit": make_unit(is_active=False)}, errors.UnitIsClosed),
        (lambda: {"unit": make_site_unit().unit}, errors.AlreadyAnswers),
        (lambda: {"site": make_site_unit(from_on=TODAY).site}, errors.BeginsTooEarly),
    ],
)
@pytest.mark.django_db
def test_a_refused_hand_over_changes_nothing(
    change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    changes = change()
    before = list(SiteUnit.objects.values())

    with pytest.raises(refusal):
        assign_with(**changes)

    assert list(SiteUnit.objects.values()) == before
    assert not Event.objects.exists()


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_of_two_hand_overs_at_once_one_wins() -> None:
    site, actor = make_site(), make_user(Role.OPERATOR)
    units = [make_unit(), make_unit()]

    answers = at_once(
        lambda: assign_with(site=site, actor=actor, unit=units[0]),
        lambda: assign_with(site=site, actor=actor, unit=units[1]),
    )

    assert sum(isinstance(answer, errors.BeginsTooEarly) for answer in answers) == 1
    assert SiteUnit.objects.count() == 1


@pytest.mark.django_db
def test_the_wrong_unit_is_corrected_and_a_site_given_up() -> None:
    row, right, actor = make_site_unit(), make_unit(), make_user(Role.OPERATOR)

    correct_site_unit(row_id=row.pk, unit=right, actor=actor, now=NOW)
    end_site_unit(row_id=row.pk, to_on=TODAY, actor=actor, now=NOW)

    assert queries.responsible_unit(site=row.site, on=TODAY) == right
    assert queries.responsible_unit(site=row.site, on=TOMORROW) is None
    kinds = [event.kind for event in events_of(row.site)]
    assert kinds == ["site.unit_corrected", "site.unit_ended"]


@pytest.mark.parametrize(
    ("operation", "change", "refusal"),
    [
        (
            correct_site_unit,
            lambda row: {
                "unit": make_unit(),
                "actor": make_user(Role.OPERATOR, area_code=ELSEWHERE),
            },
            Forbidden,
        ),
        (correct_site_unit, lambda row: {"unit": row.unit}, errors.AlreadyAnswers),
        (
            correct_site_unit,
            lambda row: {"unit": make_unit(is_active=False)},
            errors.UnitIsClosed,
        ),
        (
            end_site_unit,
            lambda row: {
                "to_on": TODAY,
                "actor": make_user(Role.OPERATOR, area_code=ELSEWHERE),
            },
            Forbidden,
        ),
        (end_site_unit, lambda row: {"to_on": date(2025, 1, 1)}, errors.EndsBeforeItBegins),
    ],
)
@pytest.mark.django_db
def test_a_refused_correction_or_end_of_a_unit_changes_nothing(
    operation: Callable[..., SiteUnit],
    change: Callable[[SiteUnit], dict[str, Any]],
    refusal: type[Refused],
) -> None:
    row = make_site_unit()
    good: dict[str, Any] = {"row_id": row.pk, "actor": make_user(Role.OPERATOR), "now": NOW}

    with pytest.raises(refusal):
        operation(**good | change(row))

    known = SiteUnit.objects.get()
    assert (known.unit, known.to_on) == (row.unit, None)
    assert not Event.objects.exists()


# --- the sites of a file --------------------------------------------------------------------------


def assign_file(rows: list[SiteUnitRow], actor: User | None = None) -> int:
    return assign_site_units(rows, from_on=TODAY, actor=actor or make_user(Role.OPERATOR), now=NOW)


@pytest.mark.django_db
def test_a_file_gives_sites_to_their_units() -> None:
    fresh, kept, moved, wrong, silent = (make_site() for _five in range(5))
    unit = make_unit("U")
    make_site_unit(site=kept, unit=unit)
    make_site_unit(site=moved)
    make_site_unit(site=wrong, from_on=TODAY)
    rows = [SiteUnitRow(2 + at, site.code, "U") for at, site in enumerate((fresh, kept, moved))]
    rows += [SiteUnitRow(5, wrong.code, " U "), SiteUnitRow(6, silent.code, "")]

    assert assign_file(rows) == 3

    answering = [
        queries.responsible_unit(site=site, on=TODAY)
        for site in (fresh, kept, moved, wrong, silent)
    ]
    assert answering == [unit, unit, unit, unit, None]
    assert queries.responsible_unit(site=moved, on=YESTERDAY) is not None
    assert SiteUnit.objects.filter(site=wrong).count() == 1
    assert assign_file(rows) == 0


@pytest.mark.django_db
def test_a_file_with_one_wrong_unit_gives_away_nothing() -> None:
    site, unit = make_site(), make_unit("U")
    closed = make_unit("X", is_active=False)
    rows = [
        SiteUnitRow(2, site.code, unit.code),
        SiteUnitRow(3, site.code, "NOBODY"),
        SiteUnitRow(4, site.code, closed.code),
    ]

    with pytest.raises(RowErrors) as refused:
        assign_file(rows)
    assert [(error.row, error.column) for error in refused.value.errors] == [
        (3, "unit"),
        (4, "unit"),
    ]
    with pytest.raises(RowErrors):
        assign_file(rows[:1], make_user(Role.OPERATOR, area_code=ELSEWHERE))
    assert not SiteUnit.objects.exists()
    assert not Event.objects.exists()
