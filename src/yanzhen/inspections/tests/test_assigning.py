"""Who goes where: nobody to his own house, fair shares, short walks, second looks by lot."""

from collections.abc import Callable
from itertools import pairwise, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as few
from hypothesis import strategies as st

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_post, make_user
from yanzhen.cases.tests.factories import hours_on, make_operator
from yanzhen.core.errors import Forbidden, Refused
from yanzhen.core.time import city_day
from yanzhen.events.models import Event
from yanzhen.inspections import routes
from yanzhen.inspections.barred import barred_sites
from yanzhen.inspections.drafts import Crew
from yanzhen.inspections.enums import RoundStatus
from yanzhen.inspections.errors import (
    EverybodyBarred,
    InspectorBarred,
    NobodyToSend,
    NotAnInspector,
    RoundMoveRefused,
    TeamNameTaken,
)
from yanzhen.inspections.models import Assignment, Round, RoundSite, Team
from yanzhen.inspections.operations import assigning
from yanzhen.inspections.operations.assigning import crew_of_person, crew_of_team, make_team
from yanzhen.inspections.routes import Stop
from yanzhen.inspections.tests.factories import an_id, make_inspector, make_markets, make_round
from yanzhen.places.models import Site
from yanzhen.units.enums import UnitKind
from yanzhen.units.tests.factories import (
    make_responsibility,
    make_site_unit,
    make_stewardship,
    make_unit,
)

NOW = hours_on(1)
ON = city_day(NOW)


# --- Who keeps away -------------------------------------------------------------------------------


def of_the_unit(site: Site) -> User:
    unit = make_unit()
    make_site_unit(site=site, unit=unit)
    return make_inspector(home_code=unit.code)


def above_the_unit(site: Site) -> User:
    above = make_unit()
    make_site_unit(site=site, unit=make_unit(parent=above))
    return make_inspector(home_code=above.code)


def below_the_unit(site: Site) -> User:
    unit = make_unit()
    make_site_unit(site=site, unit=unit)
    return make_inspector(home_code=make_unit(parent=unit).code)


def by_a_second_post(site: Site) -> User:
    unit = make_unit()
    make_site_unit(site=site, unit=unit)
    person = make_inspector()
    make_post(user=person, role=Role.HANDLER, unit_code=unit.code)
    return person


def of_the_stewards(site: Site) -> User:
    unit = make_unit()
    make_stewardship(site=site, unit=unit)
    return make_inspector(home_code=unit.code)


def of_the_stewards_of_the_area(site: Site) -> User:
    unit = make_unit()
    make_stewardship(area=site.area.parent, unit=unit)
    return make_inspector(home_code=unit.code)


def steward_by_name(site: Site) -> User:
    person = make_inspector()
    make_stewardship(site=site, person=person)
    return person


def responsible_by_name(site: Site) -> User:
    person = make_inspector()
    make_responsibility(area=site.area, person=person)
    return person


def of_the_street(site: Site) -> User:
    street = make_unit(area=site.area.parent, kind=UnitKind.STREET)
    return make_inspector(home_code=street.code)


def of_another_district(site: Site) -> User:
    return make_inspector("430405")


BARRED = (
    of_the_unit, above_the_unit, below_the_unit, by_a_second_post, of_the_stewards,
    of_the_stewards_of_the_area, steward_by_name, responsible_by_name, of_the_street, of_another_district,
)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("who", BARRED)
def test_who_has_to_do_with_a_site_keeps_away_from_it(who: Callable[[Site], User]) -> None:
    site, other = make_markets(1)[0], make_markets(1, area="430405001001")[0]
    person = who(site)
    barred = barred_sites(people=[person], sites=[site, other], on=ON)[person.pk]

    assert site.code in barred
    assert other.code not in barred


@pytest.mark.django_db
def test_a_colleague_of_another_house_may_go() -> None:
    site = make_markets(1)[0]
    make_site_unit(site=site, unit=make_unit())
    person = make_inspector(home_code=make_unit().code)

    assert barred_sites(people=[person], sites=[site], on=ON) == {person.pk: set()}


@pytest.mark.django_db
def test_how_many_sites_and_people_there_are_costs_no_further_question(
    django_assert_num_queries: Any,
) -> None:
    for number in (1, 6):
        sites = make_markets(number, area=f"43040600{number}001")
        people = [of_the_unit(sites[0]) for _one in range(1)] + [
            make_inspector() for _one in range(number)
        ]
        with django_assert_num_queries(5):
            barred_sites(people=people, sites=sites, on=ON)


# --- Shares and walks -----------------------------------------------------------------------------


def a_stop(code: str, lat: float = 26.9, lon: float = 112.6) -> Stop:
    return Stop(code, "430406001001", lat, lon)


def length(stops: dict[str, Stop], order: list[str]) -> float:
    return sum(routes.metres(stops[one], stops[other]) for one, other in pairwise(order))


@given(
    st.lists(
        st.tuples(st.integers(0, 999), st.integers(0, 999)), min_size=1, max_size=7, unique=True
    )
)
def test_the_walk_is_the_shortest_there_is(points: list[tuple[int, int]]) -> None:
    stops = {
        f"s{number}": a_stop(f"s{number}", 26.8 + y / 10_000, 112.5 + x / 10_000)
        for number, (x, y) in enumerate(points)
    }
    walk = routes.walk(list(stops.values()))
    best = min(length(stops, list(order)) for order in permutations(stops))

    assert sorted(walk) == sorted(stops)
    assert length(stops, walk) <= best + len(stops)  # the solver counts in whole metres


def test_a_long_street_is_walked_from_end_to_end_and_who_has_no_place_comes_last() -> None:
    street = [a_stop(f"s{number:02}", 26.8 + number / 1000) for number in range(40)]
    walk = routes.walk([*street[::2], Stop("lost", "4304", None, None), *street[1::2]])

    assert walk[-1] == "lost"
    assert walk[:-1] in (sorted(walk[:-1]), sorted(walk[:-1], reverse=True))


@few(max_examples=25)
@given(
    number=st.integers(1, 60),
    crews=st.integers(1, 6),
    bars=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 59)), max_size=40),
)
def test_shares_are_even_where_nobody_is_barred_and_never_go_to_who_is(
    number: int, crews: int, bars: list[tuple[int, int]]
) -> None:
    stops = [a_stop(f"s{place:02}", 26.8 + place / 1000) for place in range(number)]
    keys = [f"c{crew}" for crew in range(crews)]
    barred = {key: {f"s{stop:02}" for crew, stop in bars if key == f"c{crew}"} for key in keys}
    nobody = routes.without_crew(stops, keys, barred)
    given_ = routes.shares(stops, keys, barred)
    codes = [stop.code for share in given_.values() for stop in share]

    assert sorted([*codes, *nobody]) == [stop.code for stop in stops]
    assert all(not {stop.code for stop in share} & barred[key] for key, share in given_.items())
    if not bars:
        sizes = [len(share) for share in given_.values()]
        assert max(sizes) - min(sizes) <= 1


# --- The deed -------------------------------------------------------------------------------------


def assign_with(round_: Round, **changes: Any) -> Round:
    good: dict[str, Any] = {
        "round_id": round_.pk,
        "crews": [crew_of_person(make_inspector())],
        "actor": make_operator(),
        "now": NOW,
    }
    return assigning.assign_round(**good | changes)


@pytest.mark.django_db
def test_each_site_goes_to_one_crew_in_the_order_of_its_walk() -> None:
    make_markets(9)
    round_ = make_round(status=RoundStatus.DRAWN)
    people = [make_inspector(), make_inspector()]
    assign_with(round_, crews=[crew_of_person(one) for one in people])
    event = Event.objects.get(kind="round.assigned")
    walks = [
        list(
            Assignment.objects.filter(inspector=one)
            .order_by("position")
            .values_list("round_site__site__code", "position")
        )
        for one in people
    ]

    assert sorted(map(len, walks)) == [4, 5]
    for walk in walks:
        codes = [code for code, _place in walk]
        assert [place for _code, place in walk] == list(range(1, len(walk) + 1))
        assert codes in (sorted(codes), sorted(codes, reverse=True))
    assert sum(event.facts["crews"].values()) == 9


@pytest.mark.django_db
def test_nobody_is_sent_to_the_sites_of_his_own_unit() -> None:
    sites = make_markets(6)
    unit = make_unit()
    for site in sites[:3]:
        make_site_unit(site=site, unit=unit)
    mine, other = make_inspector(home_code=unit.code), make_inspector()
    round_ = make_round(status=RoundStatus.DRAWN)
    assign_with(round_, crews=[crew_of_person(mine), crew_of_person(other)])
    sent = Assignment.objects.filter(inspector=mine).values_list(
        "round_site__site__code", flat=True
    )

    assert set(sent) == {site.code for site in sites[3:]}


@pytest.mark.django_db
def test_a_team_keeps_away_where_one_of_it_must() -> None:
    sites = make_markets(4)
    unit = make_unit()
    make_site_unit(site=sites[0], unit=unit)
    people = [make_inspector(home_code=unit.code), make_inspector()]
    team = make_team(name="督查一组", people=people, actor=make_operator(), now=NOW)
    round_ = make_round(status=RoundStatus.DRAWN)
    crews = [crew_of_team(team, on=ON), crew_of_person(make_inspector())]
    assign_with(round_, crews=crews)

    assert not Assignment.objects.filter(team=team, round_site__site=sites[0]).exists()
    assert Assignment.objects.filter(team=team).count() == 2


@pytest.mark.django_db
def test_second_looks_are_drawn_by_the_seed_and_fall_to_another_crew() -> None:
    make_markets(20)
    round_ = make_round(status=RoundStatus.DRAWN)
    crews = [crew_of_person(make_inspector()) for _one in range(3)]
    chosen = []
    for _time in range(2):
        assign_with(round_, crews=crews, calibration_percent=20)
        looks = Assignment.objects.filter(is_calibration=True)
        chosen.append(set(looks.values_list("round_site__site__code", flat=True)))
        for look in looks:
            first = Assignment.objects.get(round_site=look.round_site, is_calibration=False)
            assert first.inspector != look.inspector

    assert chosen[0] == chosen[1]
    assert len(chosen[0]) == 4


def nobody_may(round_: Round) -> dict[str, Any]:
    site = RoundSite.objects.filter(round=round_).earliest("pk").site
    return {"crews": [crew_of_person(of_the_unit(site))]}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda _r: {"actor": make_inspector()}, Forbidden),
        (lambda _r: {"actor": make_operator("430406")}, Forbidden),
        (lambda _r: {"crews": []}, NobodyToSend),
        (lambda _r: {"crews": [Crew("t9", ())]}, NobodyToSend),
        (lambda _r: {"crews": [crew_of_person(make_user(Role.KEEPER))]}, NotAnInspector),
        (nobody_may, EverybodyBarred),
    ],
)
def test_a_refused_assignment_changes_nothing(
    change: Callable[[Round], dict[str, Any]], refusal: type[Refused]
) -> None:
    make_markets(3)
    round_ = make_round(status=RoundStatus.DRAWN)
    changes, told = change(round_), Event.objects.count()
    with pytest.raises(refusal) as caught:
        assign_with(round_, **changes)

    assert "%(" not in str(caught.value)
    assert not Assignment.objects.exists()
    assert Event.objects.count() == told


@pytest.mark.django_db
@pytest.mark.parametrize("status", sorted(set(RoundStatus) - {RoundStatus.DRAWN, RoundStatus.OPEN}))
def test_nobody_is_sent_before_the_draw_or_after_the_end(status: RoundStatus) -> None:
    make_markets(2)
    with pytest.raises(RoundMoveRefused):
        assign_with(make_round(status=status))


@pytest.mark.django_db
def test_one_site_is_given_to_somebody_else_but_not_to_its_own_people() -> None:
    sites = make_markets(2)
    round_ = make_round(status=RoundStatus.OPEN)
    row = RoundSite.objects.get(round=round_, site=sites[0])
    given_: dict[str, Any] = {"round_site_id": row.pk, "actor": make_operator(), "now": NOW}
    other = make_inspector()
    assigning.reassign_site(crew=crew_of_person(other), **given_)
    with pytest.raises(InspectorBarred):
        assigning.reassign_site(crew=crew_of_person(of_the_unit(sites[0])), **given_)

    assert Assignment.objects.get(round_site=row).inspector == other
    assert Event.objects.filter(kind="round.reassigned").count() == 1


@pytest.mark.django_db
def test_two_teams_do_not_share_a_name_and_a_resend_makes_no_second() -> None:
    actor = make_operator()
    given_: dict[str, Any] = {
        "name": "督查一组",
        "people": [make_inspector()],
        "actor": actor,
        "now": NOW,
    }
    make_team(**given_, client_id=an_id("team"))
    make_team(**given_, client_id=an_id("team"))
    with pytest.raises(TeamNameTaken):
        make_team(**given_)

    assert Team.objects.count() == 1
