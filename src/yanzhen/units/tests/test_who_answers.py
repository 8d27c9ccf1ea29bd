"""Who belonged to what, and who answered for what on a day."""

from datetime import date

import pytest

from yanzhen.accounts.enums import Role
from yanzhen.accounts.tests.factories import make_user
from yanzhen.places.tests.factories import make_area, make_site
from yanzhen.units import queries
from yanzhen.units.enums import Rank
from yanzhen.units.tests.factories import (
    make_responsibility,
    make_site_unit,
    make_stewardship,
    make_unit,
)

TODAY = date(2026, 11, 20)
pytestmark = pytest.mark.django_db


def test_units_under_a_code_are_itself_and_all_below_but_not_its_neighbours() -> None:
    top = make_unit("A")
    make_unit("A1", parent=(middle := make_unit("A-M", parent=top)))
    make_unit("AB")

    assert queries.unit_codes_under(["A"]) == ["A", "A-M", "A1"]
    assert queries.unit_codes_under([middle.code, "unknown"]) == ["A-M", "A1"]
    assert queries.unit_codes_under([]) == []


def test_a_person_belongs_to_his_own_unit_and_to_those_of_his_posts_of_that_day() -> None:
    own, post, past = make_unit("A"), make_unit("B"), make_unit("C")
    user = make_user(Role.HANDLER, unit_code=post.code)
    user.unit_code = own.code
    user.save(update_fields=["unit_code"])
    user.posts.create(
        role=Role.HANDLER,
        unit_code=past.code,
        from_on=date(2026, 1, 1),
        to_on=date(2026, 11, 19),
    )

    assert queries.units_of(user=user, on=TODAY) == [own, post]
    assert queries.units_of(user=user, on=date(2026, 11, 19)) == [own, post, past]


def test_the_unit_of_a_site_is_the_one_of_that_day() -> None:
    site, before, now = make_site(), make_unit(), make_unit()
    make_site_unit(site=site, unit=before, to_on=date(2026, 6, 30))
    make_site_unit(site=site, unit=now, from_on=date(2026, 7, 1))

    assert queries.responsible_unit(site=site, on=date(2025, 12, 31)) is None
    assert queries.responsible_unit(site=site, on=date(2026, 6, 30)) == before
    assert queries.responsible_unit(site=site, on=date(2026, 7, 1)) == now


def test_each_rank_is_answered_by_the_site_itself_else_by_the_nearest_area_above() -> None:
    site = make_site(area=make_area("430405001002"))
    city = make_responsibility(area=make_area("4304"), rank=Rank.FIRST)
    make_responsibility(area=make_area("4304"), rank=Rank.DIRECT)
    street = make_responsibility(area=make_area("430405001"), rank=Rank.DIRECT)
    own = make_responsibility(site=site, rank=Rank.ACTING)
    make_responsibility(area=make_area("430406"), rank=Rank.ACTING)

    assert queries.responsible_persons(site=site, on=TODAY) == {
        Rank.FIRST: city.person,
        Rank.DIRECT: street.person,
        Rank.ACTING: own.person,
    }
    first, direct, acting = queries.answers(site=site, on=TODAY)
    assert first.from_area == make_area("4304")
    assert direct.from_area == make_area("430405001")
    assert acting.from_area is None
    assert queries.responsible_persons(area=make_area("430405001"), on=TODAY) == {
        Rank.FIRST: city.person,
        Rank.DIRECT: street.person,
    }
    assert queries.answers(area=make_area("430405001"), on=TODAY)[1].from_area is None
    assert queries.responsible_persons(site=site, on=date(2025, 12, 31)) == {}


def test_stewards_come_nearest_first() -> None:
    site = make_site(area=make_area("430405001002"))
    city = make_stewardship(area=make_area("4304"))
    own = make_stewardship(site=site)
    street = make_stewardship(area=make_area("430405001"))
    make_stewardship(area=make_area("430406"))
    make_stewardship(site=site, to_on=date(2026, 11, 19))

    assert queries.stewards(site=site, on=TODAY) == [own, street, city]
    assert queries.stewards(area=make_area("430405"), on=TODAY) == [city]
