"""An unannounced round is known to those who hold it and those who walk it, and to nobody else.

Every role × every address that could tell of a round: hidden ones answer as if there were none.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases.models import Case
from yanzhen.cases.tests.factories import make_operator
from yanzhen.files.models import Photo
from yanzhen.files.rules import can_see
from yanzhen.files.tests.factories import picture
from yanzhen.inspections.enums import RoundStatus
from yanzhen.inspections.models import CheckConflict, Round, RoundSite, Visit
from yanzhen.inspections.operations import rounds
from yanzhen.inspections.tests.factories import make_inspector, make_markets, make_round
from yanzhen.inspections.tests.phone import Phone
from yanzhen.units.tests.factories import (
    make_responsibility,
    make_site_unit,
    make_stewardship,
    make_unit,
)

pytestmark = pytest.mark.django_db
NAME = "夜查葵花里"
INSPECTED = (
    "handler",
    "keeper",
    "steward",
    "steward_by_name",
    "responsible",
    "district_office",
    "admin",
)
KNOWING = ("operator", "auditor", "walker")


@dataclass(frozen=True)
class World:
    """A hidden round with a visit, a failure, a conflict and a photo; and who asks."""

    round: Round
    visit: Visit
    conflict: CheckConflict
    photo: Photo
    case: Case
    people: dict[str, User]


@pytest.fixture
def world(tmp_path: Any, settings: Any) -> World:
    settings.YANZHEN_HOME = tmp_path
    sites = make_markets(2)
    site = sites[0]
    unit = make_unit("HJ", area=site.area.parent)
    make_site_unit(site=site, unit=unit)
    walker, other = make_inspector(), make_inspector()
    round_ = make_round(
        inspectors=[walker, other],
        name=NAME,
        is_unannounced=True,
        at=timezone.now() - timedelta(hours=1),
    )
    row = RoundSite.objects.get(round=round_, site=site)
    first, second = Phone(walker), Phone(other, "other")
    content = picture()
    photo = first.photo(content, "one")
    check = first.check(row, "market-01", "fail", photos=[photo])
    first.synced(first.visit(row, checks=[check]))
    first.put(photo["id"], 0, content)
    second.synced(second.visit(row, {"market-01": "pass"}))
    steward, answering = make_user(Role.STEWARD), make_user(Role.KEEPER)
    make_stewardship(site=site, person=steward)
    make_responsibility(site=site, person=answering)
    return World(
        round=round_,
        visit=Visit.objects.get(inspector=walker),
        conflict=CheckConflict.objects.get(),
        photo=Photo.objects.get(),
        case=Case.objects.get(),
        people={
            "operator": make_operator(),
            "auditor": make_user(Role.AUDITOR),
            "walker": walker,
            "handler": make_user(Role.HANDLER, unit_code=unit.code),
            "keeper": make_user(Role.KEEPER, area_code=site.area_id),
            "steward": make_user(Role.STEWARD),
            "steward_by_name": steward,
            "responsible": answering,
            "district_office": make_operator("430406"),
            "admin": make_user(Role.ADMIN),
            "idle_inspector": make_inspector(),
        },
    )


def addresses(world: World) -> dict[str, str]:
    """Every address under /inspections/ by its name, filled with what there is to be told."""
    filled = {
        "int:pk": {"visit": world.visit.pk, "conflict": world.conflict.pk}.get,
        "code": world.visit.round_site.site_id,
    }
    found: dict[str, str] = {}
    for entry in get_resolver().url_patterns:
        if getattr(entry, "namespace", "") != "inspections":
            continue
        for pattern in entry.url_patterns:  # type: ignore[union-attr]  # the one with a namespace is a resolver
            assert isinstance(pattern, URLPattern)
            name = str(pattern.name)
            path = str(pattern.pattern)
            key = filled["int:pk"](name) or world.round.pk  # type: ignore[operator]  # a look-up
            path = path.replace("<int:pk>", str(key)).replace("<str:code>", str(filled["code"]))
            photo = world.visit.checks.get().photos.get()
            found[name] = "/inspections/" + path.replace("<uuid:client_id>", str(photo.client_id))
    return found


OF_THE_ROUND = {
    "round", "round_draw", "round_assign", "round_open", "round_close", "round_publish",
    "round_cancel", "round_reinspect", "round_sites", "reassign", "proof", "proof_frame",
    "proof_spec", "field_pack", "visit", "conflict", "field_photo",
}  # fmt: skip
"""Addresses of one thing: whoever may not know of it finds nothing, or is told no as of anything."""


@pytest.mark.parametrize("who", [*INSPECTED, "idle_inspector"])
def test_an_unannounced_round_is_nowhere_for_the_inspected(world: World, who: str) -> None:
    client = Client()
    client.force_login(world.people[who])
    told = addresses(world)
    assert told.keys() >= OF_THE_ROUND
    for name, path in told.items():
        for headers in ({}, {"HX-Request": "true"}, {"Accept": "application/json"}):
            answer = client.get(path, headers=headers)
            body = answer.content.decode(errors="replace")
            assert NAME not in body, (name, headers)
            assert world.round.commitment not in body, (name, headers)
            if name in OF_THE_ROUND:
                assert answer.status_code in {403, 404, 405}, (name, answer.status_code)


@pytest.mark.parametrize("who", INSPECTED)
@pytest.mark.parametrize("path", ["/", "/search/?q=夜查", "/cases/", "/figures/"])
def test_nor_on_the_other_pages_of_the_house(world: World, who: str, path: str) -> None:
    client = Client()
    client.force_login(world.people[who])
    body = client.get(path).content.decode()

    assert NAME not in body


@pytest.mark.parametrize("who", INSPECTED)
def test_its_case_shows_to_who_must_put_it_right_and_says_nothing_of_it(
    world: World, who: str
) -> None:
    client = Client()
    client.force_login(world.people[who])
    answer = client.get(f"/cases/{world.case.number}/")
    body = answer.content.decode()

    assert answer.status_code == (404 if who == "admin" else 200)
    assert NAME not in body
    assert f"/inspections/{world.round.pk}/" not in body
    assert f"/inspections/visits/{world.visit.pk}/" not in body


@pytest.mark.parametrize("who", KNOWING)
def test_those_who_hold_or_walk_it_know_it(world: World, who: str) -> None:
    client = Client()
    client.force_login(world.people[who])

    assert NAME in client.get("/inspections/").content.decode()
    assert client.get(f"/inspections/{world.round.pk}/").status_code == 200


def test_a_walker_sees_only_his_own_visits_while_the_round_is_open(world: World) -> None:
    client = Client()
    client.force_login(world.people["walker"])
    other = Visit.objects.exclude(pk=world.visit.pk).get()

    assert client.get(f"/inspections/visits/{world.visit.pk}/").status_code == 200
    assert client.get(f"/inspections/visits/{other.pk}/").status_code == 404
    assert client.get(f"/inspections/{world.round.pk}/proof/").status_code == 404


@pytest.mark.parametrize(
    "who", ["handler", "keeper", "steward", "steward_by_name", "district_office"]
)
def test_once_published_it_is_shown_to_all_whom_it_concerns(world: World, who: str) -> None:
    on = timezone.localdate()
    assert not Round.objects.visible_to(world.people[who], on).exists()
    CheckConflict.objects.all().update(is_calibration=True)
    office, now = world.people["operator"], timezone.now()
    rounds.close_round(round_id=world.round.pk, actor=office, now=now)
    assert not Round.objects.visible_to(world.people[who], on).exists()
    rounds.publish_round(round_id=world.round.pk, actor=office, now=now)
    client = Client()
    client.force_login(world.people[who])

    assert NAME in client.get("/inspections/").content.decode()
    assert world.round.seed in client.get(f"/inspections/{world.round.pk}/proof/").content.decode()
    assert client.get(f"/inspections/visits/{world.visit.pk}/").status_code == 200


def test_after_publication_others_beside_it_see_nothing(world: World) -> None:
    Round.objects.filter(pk=world.round.pk).update(
        status=RoundStatus.PUBLISHED, published_at=timezone.now()
    )
    on = timezone.localdate()
    beside = make_user(Role.HANDLER, unit_code=make_unit("X").code)
    none = make_user()

    assert not Round.objects.visible_to(beside, on).exists()
    assert not Round.objects.visible_to(none, on).exists()


def test_a_photo_of_a_check_is_shown_with_its_visit_or_its_case(world: World) -> None:
    on = timezone.localdate()
    on_the_case = {"handler", "keeper", "steward", "operator", "auditor", "district_office"}
    for who in ("operator", "walker", "handler", "keeper", "steward", "admin"):
        assert can_see(world.people[who], world.photo, on=on) == (
            who in {*on_the_case, "walker"}
        ), who


def test_an_announced_round_is_known_where_it_reaches(world: World) -> None:
    Round.objects.filter(pk=world.round.pk).update(is_unannounced=False)
    on = timezone.localdate()
    seen = {
        who for who, user in world.people.items() if Round.objects.visible_to(user, on).exists()
    }

    assert seen == set(world.people) - {"admin"}
    client = Client()
    client.force_login(world.people["handler"])
    # It is open: that it is held is no secret, what it finds still is.
    assert client.get(f"/inspections/visits/{world.visit.pk}/").status_code == 404
