"""Which units, people, areas and sites somebody sees through posts, units and names."""

from datetime import date
from typing import Any

import pytest

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_post, make_user
from yanzhen.places.models import Area, Site
from yanzhen.places.tests.factories import make_area, make_site
from yanzhen.units import queries
from yanzhen.units.enums import UnitKind
from yanzhen.units.models import Unit
from yanzhen.units.tests.factories import (
    make_responsibility,
    make_site_unit,
    make_stewardship,
    make_unit,
)

TODAY, YESTERDAY = date(2026, 11, 20), date(2026, 11, 19)
pytestmark = pytest.mark.django_db


def units_seen(user: User) -> list[str]:
    return sorted(Unit.objects.visible_to(user, TODAY).values_list("code", flat=True))


def test_units_of_ones_areas_and_of_those_above_are_seen_and_none_beside() -> None:
    make_unit("CITY")
    make_unit("DISTRICT", area=make_area("430405"))
    make_unit("STREET", area=make_area("430405001"))
    make_unit("BESIDE", area=make_area("430406"))
    make_unit("STREET-BESIDE", area=make_area("430405002"))

    assert units_seen(make_user(Role.INSPECTOR, area_code="430405001")) == [
        "CITY",
        "DISTRICT",
        "STREET",
    ]
    assert len(units_seen(make_user(Role.INSPECTOR))) == 5
    assert units_seen(make_user()) == []
    assert len(units_seen(make_user(is_system=True))) == 5


def test_a_handler_sees_his_unit_with_those_above_and_below() -> None:
    top = make_unit("TOP")
    own = make_unit("OWN", parent=top)
    make_unit("BELOW", parent=own)
    make_unit("BESIDE", parent=top)

    assert units_seen(make_user(Role.HANDLER, unit_code="OWN")) == ["BELOW", "OWN", "TOP"]


def test_units_are_found_by_every_word_of_a_question() -> None:
    make_unit("CG1", name="珠晖区城管局")
    make_unit("CG2", name="雁峰区城市管理和综合执法局", short_name="雁城")
    make_unit("ZJ", name="雁峰区住房和城乡建设局")

    def found(words: str) -> list[str]:
        return list(Unit.objects.saying(words).order_by("code").values_list("code", flat=True))

    assert found("城管") == ["CG1", "CG2"]
    assert found("雁峰 城管") == ["CG2"]
    assert found("住建") == ["ZJ"]
    assert found("雁城") == ["CG2", "ZJ"]
    assert found("cg1") == ["CG1"]
    assert found("100%") == []


def people_seen(user: User) -> set[str]:
    return {person.full_name for person in queries.visible_people(user=user, on=TODAY)}


def test_people_are_seen_through_their_unit_or_a_post() -> None:
    make_unit("U", area=make_area("430405001"))
    make_unit("B", area=make_area("430406"))
    make_user(full_name="本区单位", home_code="U")
    make_user(Role.INSPECTOR, full_name="本区岗位", area_code="430405002")
    make_user(Role.HANDLER, full_name="单位岗位", unit_code="U")
    make_user(Role.OPERATOR, full_name="从前", area_code="430405", to_on=YESTERDAY)
    make_user(Role.INSPECTOR, full_name="全市岗位")
    make_user(full_name="外区单位", home_code="B")
    make_user(full_name="系统", is_system=True)
    here = {"本区单位", "本区岗位", "单位岗位", "从前"}

    assert people_seen(make_user(Role.ADMIN, area_code="430405", full_name="我")) == here | {"我"}
    assert people_seen(make_user(Role.ADMIN)) > here | {"全市岗位", "外区单位"}
    assert "系统" not in people_seen(make_user(Role.ADMIN))
    assert people_seen(make_user(Role.INSPECTOR)) == set()


def seen(user: User, model: type[Any] = Site) -> set[str]:
    return set(model.objects.visible_to(user, TODAY).values_list("code", flat=True))


def test_a_handler_sees_the_sites_of_his_units_and_of_those_below() -> None:
    own = make_unit("OWN")
    mine = make_site_unit(unit=own, site=make_site()).site
    below = make_site_unit(unit=make_unit(parent=own), site=make_site()).site
    make_site_unit(unit=own, site=make_site(), to_on=YESTERDAY)
    make_site_unit(site=make_site())
    handler = make_user(Role.HANDLER, unit_code="OWN")

    assert seen(handler) == {mine.code, below.code}
    assert seen(handler, Area) == {mine.area_id}


def test_a_handler_of_a_street_sees_all_that_lies_in_it() -> None:
    street = make_unit("JD", area=make_area("430406001"), kind=UnitKind.STREET)
    inside = make_site(area=make_area("430406001004"))
    make_site(area=make_area("430405001001"))
    handler = make_user(Role.HANDLER, unit_code=street.code)

    assert seen(handler) == {inside.code}
    assert seen(handler, Area) == {"430406001", "430406001004"}


def test_a_handler_of_a_bureau_does_not_see_the_area_in_which_it_sits() -> None:
    bureau = make_unit("CG", area=make_area("4304"), kind=UnitKind.CITY)
    make_site()

    assert seen(make_user(Role.HANDLER, unit_code=bureau.code)) == set()


def test_whoever_is_named_for_a_place_sees_it() -> None:
    unit = make_unit("U")
    user = make_user(Role.HANDLER, unit_code="U")
    named, stewarded, of_unit = make_site(), make_site(), make_site()
    make_responsibility(site=named, person=user)
    make_responsibility(site=make_site(), person=user, to_on=YESTERDAY)
    make_stewardship(site=stewarded, person=user)
    make_stewardship(site=of_unit, unit=unit)
    make_responsibility(area=make_area("430405001"), person=user)
    make_stewardship(area=make_area("430405002"), unit=unit)

    assert seen(user) == {named.code, stewarded.code, of_unit.code}
    assert {"430405001", "430405002"} <= seen(user, Area)


def test_being_named_without_any_post_opens_nothing() -> None:
    user = make_user()
    make_responsibility(person=user)

    assert seen(user) == set()


def test_a_post_that_ended_opens_nothing() -> None:
    user = make_user(Role.HANDLER, unit_code="U", to_on=YESTERDAY)
    make_post(user=user, role=Role.INSPECTOR, area_code="430405")
    make_site_unit(unit=make_unit("U"))

    assert seen(user) == set()
