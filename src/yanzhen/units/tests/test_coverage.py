"""The report of sites for which nobody answers: its definition, its counts, its constant queries."""

from datetime import date
from typing import Any

import pytest

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.places.enums import SiteStatus
from yanzhen.places.models import Site
from yanzhen.places.tests.factories import make_area, make_site, make_site_type
from yanzhen.units.coverage import Coverage, CoverageFilters, coverage
from yanzhen.units.enums import Rank
from yanzhen.units.models import Responsibility
from yanzhen.units.tests.factories import make_responsibility, make_site_unit

TODAY, YESTERDAY = date(2026, 11, 20), date(2026, 11, 19)
pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> User:
    return make_user(Role.OPERATOR)


def look(user: User, *, on: date = TODAY, **filters: Any) -> Coverage:
    return coverage(user=user, on=on, filters=CoverageFilters(**filters))


def codes(report: Coverage) -> list[str]:
    return [line.site.code for line in report.lines]


def manned(site: Site | None = None, **fields: Any) -> Site:
    """A site with its unit and all three responsible persons."""
    site = site or make_site()
    make_site_unit(site=site)
    for rank in Rank:
        make_responsibility(site=site, rank=rank, **fields)
    return site


def test_a_city_is_ready_when_somebody_answers_for_every_site(operator: User) -> None:
    assert not look(operator).is_ready
    manned()

    report = look(operator)

    assert report.is_ready
    assert report.gaps == {"nobody": 0, "not_named": 0, "no_unit": 0}
    assert codes(report) == []


def test_one_missing_rank_is_a_gap(operator: User) -> None:
    site = manned()
    Responsibility.objects.filter(rank=Rank.ACTING).delete()

    report = look(operator)

    assert not report.is_ready
    assert codes(report) == [site.code]
    first, direct, acting = report.lines[0].answers
    assert first.person
    assert direct.person
    assert acting.person is None
    assert codes(look(operator, ranks=["first", "direct"])) == []
    assert codes(look(operator, ranks=["acting"])) == [site.code]


def test_an_area_stands_in_for_its_sites_until_somebody_is_named(operator: User) -> None:
    site = make_site(area=make_area("430406001001"))
    make_site_unit(site=site)
    street = make_area("430406001")
    for rank in Rank:
        make_responsibility(area=street, rank=rank)

    report = look(operator)
    assert report.is_ready
    assert report.gaps == {"nobody": 0, "not_named": 1, "no_unit": 0}
    (line,) = look(operator, gap="not_named").lines
    assert {answer.from_area for answer in line.answers} == {street}


def test_an_area_does_not_stand_in_for_its_neighbour(operator: User) -> None:
    site = make_site(area=make_area("430406001001"))
    for rank in Rank:
        make_responsibility(area=make_area("430406001004"), rank=rank)

    assert codes(look(operator)) == [site.code]


@pytest.mark.parametrize("missing", ["ended", "to come", "inactive"])
def test_only_whoever_answers_that_day_counts(operator: User, missing: str) -> None:
    fields: dict[str, dict[str, Any]] = {
        "ended": {"to_on": YESTERDAY},
        "to come": {"from_on": date(2026, 11, 21)},
        "inactive": {"person": make_user(is_active=False)},
    }
    site = manned(**fields[missing])

    assert codes(look(operator)) == [site.code]
    if missing == "ended":
        assert look(operator, on=YESTERDAY).is_ready


def test_a_site_without_a_unit_keeps_a_city_from_being_ready(operator: User) -> None:
    site = make_site()
    make_site_unit(site=site, to_on=YESTERDAY)
    for rank in Rank:
        make_responsibility(site=site, rank=rank)

    report = look(operator, gap="no_unit")

    assert codes(report) == [site.code]
    assert not report.is_ready
    assert report.gaps["nobody"] == 0


def test_only_sites_in_use_that_one_may_see_are_counted(operator: User) -> None:
    mine = make_site(area=make_area("430406001001"))
    other = make_site(area=make_area("430405001001"), type=make_site_type("road"))
    make_site(status=SiteStatus.RETIRED)

    assert look(operator).sites == 2
    assert codes(look(operator, types=["road"])) == [other.code]
    assert codes(look(operator, area="430406")) == [mine.code]
    beside = make_user(Role.OPERATOR, area_code="430406")
    assert codes(look(beside)) == [mine.code]


def test_as_many_queries_for_three_sites_as_for_one(
    operator: User, django_assert_num_queries: Any
) -> None:
    make_site()
    look(operator)
    with django_assert_num_queries(9):
        look(operator)
    for _three in range(3):
        manned()
        make_site()
    look(operator)

    with django_assert_num_queries(9):
        look(operator)
