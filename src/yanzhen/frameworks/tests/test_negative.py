"""The negative list: kinds on their ladder; events reported, confirmed, withdrawn, accounted for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.core.errors import Forbidden, Refused
from yanzhen.events.models import Event
from yanzhen.events.queries import events_of
from yanzhen.files.rules import can_see
from yanzhen.files.tests.factories import make_photo
from yanzhen.frameworks import errors
from yanzhen.frameworks.enums import NegativeLevel, NegativeStatus
from yanzhen.frameworks.ladder import ladder, standing
from yanzhen.frameworks.models import NegativeEvent, NegativeEvidence, NegativeKind
from yanzhen.frameworks.operations.negative import (
    NegativeEventDraft,
    NegativeKindDraft,
    account_negative_event,
    add_negative_kind,
    change_negative_kind,
    confirm_negative_event,
    install_negative_kinds,
    report_negative_event,
    withdraw_negative_event,
)
from yanzhen.frameworks.tests.factories import make_negative_event, make_negative_kind
from yanzhen.places.errors import AreaClosed
from yanzhen.places.tests.factories import make_area
from yanzhen.units.errors import UnitIsClosed
from yanzhen.units.tests.factories import make_unit
from yanzhen.units.tests.races import at_once

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
TODAY = date(2026, 11, 20)
SENT = UUID("5f0c8a0e-0000-4000-8000-000000000001")
DRAFT = NegativeKindDraft(name="数据造假", level=NegativeLevel.DEDUCT, points=Decimal("0.5"))


def operator() -> User:
    return make_user(Role.OPERATOR)


# --- Kinds ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_kind_is_added_and_changed_and_is_then_the_citys_own() -> None:
    unit = make_unit()
    kind = add_negative_kind(code="fake", draft=DRAFT, actor=operator(), now=NOW)
    NegativeKind.objects.update(is_example=True)

    change_negative_kind(
        code="fake",
        draft=replace(DRAFT, level=NegativeLevel.VETO, points=Decimal(0), unit=unit),
        actor=operator(),
        now=NOW,
    )

    kind.refresh_from_db()
    assert (kind.level, kind.points, kind.unit) == (NegativeLevel.VETO, Decimal(0), unit)
    assert not kind.is_example
    kinds = [event.kind for event in events_of(kind)]
    assert kinds == ["negative_kind.added", "negative_kind.changed"]


def add_with(**changes: Any) -> NegativeKind:
    good: dict[str, Any] = {"code": "fake", "actor": operator(), "now": NOW}
    draft = replace(DRAFT, **changes.pop("draft", {}))
    return add_negative_kind(**good | {"draft": draft} | changes)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": make_user(Role.OPERATOR, area_code="430405")}, Forbidden),
        (lambda: {"code": "a b"}, errors.NegativeKindUnfit),
        (lambda: {"code": "new"}, errors.NegativeKindUnfit),
        (lambda: {"draft": {"name": " "}}, errors.NegativeKindUnfit),
        (lambda: {"draft": {"name": "长" * 81}}, errors.NegativeKindUnfit),
        (lambda: {"draft": {"level": "jail"}}, errors.NegativeKindUnfit),
        (lambda: {"draft": {"points": Decimal(0)}}, errors.NegativeKindUnfit),
        (lambda: {"draft": {"points": Decimal("0.00001")}}, errors.NegativeKindUnfit),
        (lambda: {"draft": {"level": NegativeLevel.VETO}}, errors.NegativeKindUnfit),
        (lambda: {"draft": {"unit": make_unit(is_active=False)}}, UnitIsClosed),
    ],
)
@pytest.mark.django_db
def test_a_refused_kind_is_not_added(
    change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        add_with(**change())

    assert not NegativeKind.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_code_is_given_once() -> None:
    make_negative_kind("FAKE")

    with pytest.raises(errors.NegativeKindTaken):
        add_with()


@pytest.mark.django_db
def test_shipped_kinds_are_examples_and_come_only_where_there_are_none(tmp_path: Path) -> None:
    path = tmp_path / "negative.yaml"
    path.write_text(
        "kinds:\n"
        '  - {code: a, name: 造假（示例）, level: deduct, points: "0.5", words: 经核实, is_example: true}\n'
        "  - {code: b, name: 事故（示例）, level: veto, is_example: true}\n",
        encoding="utf-8",
    )

    assert install_negative_kinds(actor=operator(), now=NOW, path=path) == 2
    assert install_negative_kinds(actor=operator(), now=NOW, path=path) == 0

    assert list(NegativeKind.objects.order_by("sort").values_list("code", "is_example")) == [
        ("a", True),
        ("b", True),
    ]
    steps = [(step.level, len(step.kinds)) for step in ladder()]
    assert steps == [
        (NegativeLevel.DEDUCT, 1),
        (NegativeLevel.SUSPEND_NOMINATION, 0),
        (NegativeLevel.SUSPEND_TITLE, 0),
        (NegativeLevel.VETO, 1),
    ]


# --- Events ---------------------------------------------------------------------------------------


def report_with(**changes: Any) -> NegativeEvent:
    """A report that would be taken, with one thing changed."""
    draft: dict[str, Any] = {"happened_on": TODAY, "words": "经核实，整改照片系摆拍。"}
    draft |= changes.pop("draft", {})
    draft.setdefault("kind", None)
    draft["kind"] = draft["kind"] or make_negative_kind()
    draft.setdefault("area", None)
    draft["area"] = draft["area"] or make_area("430406")
    good: dict[str, Any] = {"draft": NegativeEventDraft(**draft), "now": NOW}
    good |= {} if "actor" in changes else {"actor": operator()}
    return report_negative_event(**good | changes)


@pytest.mark.django_db
def test_an_event_is_reported_with_its_photos_for_the_unit_of_its_kind(
    tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    unit, photo = make_unit(), make_photo(actor=operator())

    row = report_with(draft={"kind": make_negative_kind(unit=unit), "photos": [photo, photo]})

    assert (row.status, row.unit, row.points) == (NegativeStatus.REPORTED, unit, None)
    assert [one.photo for one in NegativeEvidence.objects.filter(event=row)] == [photo]
    assert [event.kind for event in events_of(row)] == ["negative_event.reported"]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": make_user(Role.ADMIN)}, Forbidden),
        (lambda: {"actor": make_user(Role.INSPECTOR)}, Forbidden),
        (lambda: {"actor": make_user(Role.OPERATOR, area_code="430406")}, Forbidden),
        (lambda: {"draft": {"kind": make_negative_kind(is_active=False)}}, errors.NegativeKindRetired),
        (lambda: {"draft": {"happened_on": date(2026, 11, 21)}}, errors.HappensLater),
        (lambda: {"draft": {"words": " "}}, errors.EventWordsMissing),
        (lambda: {"draft": {"area": make_area("430405", is_active=False)}}, AreaClosed),
        (lambda: {"draft": {"unit": make_unit(is_active=False)}}, UnitIsClosed),
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_a_refused_report_leaves_nothing(
    change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        report_with(**change())

    assert not NegativeEvent.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_only_a_confirmed_event_counts_and_as_its_kind_said_then() -> None:
    kind = make_negative_kind("fake", points=Decimal("0.5"))
    row, user = make_negative_event(kind=kind), operator()
    assert standing(user=user, on=TODAY).points == 0
    assert standing(user=user, on=TODAY).waiting == 1

    confirm_negative_event(event_id=row.pk, actor=user, now=NOW)
    change_negative_kind(code="fake", draft=replace(DRAFT, points=Decimal(3)), actor=user, now=NOW)

    found = standing(user=user, on=TODAY)
    assert (found.points, found.gravest, found.waiting) == (Decimal("0.5"), "deduct", 0)

    withdraw_negative_event(event_id=row.pk, reason="复核后不属实", actor=user, now=NOW)
    assert standing(user=user, on=TODAY).points == 0
    kinds = [event.kind for event in events_of(row).order_by("number")]
    assert kinds == ["negative_event.confirmed", "negative_event.withdrawn"]


@pytest.mark.django_db
def test_the_gravest_consequence_of_the_year_is_told() -> None:
    user = operator()
    for level, points in ((NegativeLevel.DEDUCT, "0.5"), (NegativeLevel.SUSPEND_TITLE, "0")):
        kind = make_negative_kind(level=level, points=Decimal(points))
        row = make_negative_event(kind=kind)
        confirm_negative_event(event_id=row.pk, actor=user, now=NOW)
    last_year = make_negative_event(happened_on=date(2025, 12, 31))
    confirm_negative_event(event_id=last_year.pk, actor=user, now=NOW)

    found = standing(user=user, on=TODAY)

    assert (found.points, found.gravest) == (Decimal("0.5"), NegativeLevel.SUSPEND_TITLE)


@pytest.mark.django_db
def test_who_was_held_to_account_is_written_down_and_every_version_stays() -> None:
    row, user = make_negative_event(), operator()
    confirm_negative_event(event_id=row.pk, actor=user, now=NOW)

    for words in ("约谈单位负责人", "约谈单位负责人，通报批评"):
        account_negative_event(event_id=row.pk, words=words, actor=user, now=NOW)

    row.refresh_from_db()
    assert row.accountability == "约谈单位负责人，通报批评"
    told = [
        event.facts["words"] for event in events_of(row).filter(kind="negative_event.accounted")
    ]
    assert sorted(told) == ["约谈单位负责人", "约谈单位负责人，通报批评"]


def settle(row: NegativeEvent, deed: str, actor: User, words: str = "查实") -> None:
    known: dict[str, Any] = {"event_id": row.pk, "actor": actor, "now": NOW}
    if deed == "confirm":
        confirm_negative_event(**known)
    elif deed == "withdraw":
        withdraw_negative_event(reason=words, **known)
    else:
        account_negative_event(words=words, **known)


@pytest.mark.parametrize(
    ("deed", "status", "refusal"),
    [
        ("confirm", "confirmed", errors.NegativeEventSettled),
        ("confirm", "withdrawn", errors.NegativeEventSettled),
        ("withdraw", "withdrawn", errors.NegativeEventSettled),
        ("account", "reported", errors.NegativeEventSettled),
        ("account", "withdrawn", errors.NegativeEventSettled),
    ],
)
@pytest.mark.django_db
def test_a_deed_out_of_turn_is_refused(deed: str, status: str, refusal: type[Refused]) -> None:
    row = make_negative_event(status=status, level="deduct", points=Decimal(1))

    with pytest.raises(refusal):
        settle(row, deed, operator())

    row.refresh_from_db()
    assert row.status == status
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("deed", "status"),
    [("confirm", "reported"), ("withdraw", "reported"), ("account", "confirmed")],
)
@pytest.mark.django_db
def test_only_the_office_of_the_city_settles(deed: str, status: str) -> None:
    row = make_negative_event(status=status, level="deduct", points=Decimal(1))

    for actor in (make_user(Role.ADMIN), make_user(Role.OPERATOR, area_code="430406")):
        with pytest.raises(Forbidden):
            settle(row, deed, actor)
    assert not Event.objects.exists()


@pytest.mark.parametrize(("deed", "status"), [("withdraw", "reported"), ("account", "confirmed")])
@pytest.mark.django_db
def test_words_are_needed_where_words_are_asked_for(deed: str, status: str) -> None:
    row = make_negative_event(status=status, level="deduct", points=Decimal(1))

    with pytest.raises((errors.ReasonMissing, errors.EventWordsMissing)):
        settle(row, deed, operator(), words="  ")
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_an_event_and_its_photos_are_seen_in_its_area_and_by_its_unit(
    tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    unit = make_unit(area=make_area("430406"))
    photo = make_photo(actor=operator())
    row = make_negative_event(area=make_area("430406"), unit=unit)
    NegativeEvidence.objects.create(event=row, photo=photo)
    sees = {
        "city": make_user(Role.AUDITOR),
        "district": make_user(Role.OPERATOR, area_code="430406"),
        "beside": make_user(Role.OPERATOR, area_code="430405"),
        "unit": make_user(Role.HANDLER, unit_code=unit.code),
        "other unit": make_user(Role.HANDLER, unit_code=make_unit().code),
        "nobody": make_user(),
    }

    found = {
        name
        for name, user in sees.items()
        if NegativeEvent.objects.visible_to(user, TODAY).exists()
    }
    photos = {name for name, user in sees.items() if can_see(user, photo, on=TODAY)}

    assert found == photos == {"city", "district", "unit"}


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_of_a_confirmation_and_a_withdrawal_at_once_the_second_sees_the_first() -> None:
    row, actor = make_negative_event(), operator()

    at_once(
        lambda: settle(row, "withdraw", actor),
        lambda: settle(row, "confirm", actor),
    )

    row.refresh_from_db()
    assert row.status == NegativeStatus.WITHDRAWN
    assert row.points is None
