"""The pages of rounds: what they show, what they take, and what they cost."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from yanzhen.accounts.models import User
from yanzhen.cases.models import Case
from yanzhen.cases.tests.factories import make_operator
from yanzhen.inspections.draw import DrawSpec
from yanzhen.inspections.enums import DrawMethod, RoundStatus, Standing
from yanzhen.inspections.models import Assignment, CheckConflict, Round, RoundSite, Team, Visit
from yanzhen.inspections.queries.rounds import round_card
from yanzhen.inspections.tests.factories import make_inspector, make_markets, make_round
from yanzhen.inspections.tests.phone import Phone
from yanzhen.places.tests.factories import make_boundary

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def office() -> User:
    return make_operator()


@pytest.fixture
def client(office: User) -> Client:
    client = Client()
    client.force_login(office)
    return client


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:400]
    return str(answer.content.decode())


PLAN = {
    "kind": "monthly",
    "name": "11 月月测评",
    "area": "4304",
    "from_on": "2026-11-02",
    "to_on": "2026-11-06",
    "method": "random",
    "size": "2",
    "allocation": "proportional",
}


def test_from_plan_to_publication_by_forms_alone(client: Client) -> None:
    make_markets(3)
    inspector = make_inspector()
    text(client.get("/inspections/new/"))
    client.post("/inspections/new/", PLAN)
    round_ = Round.objects.get()
    base = f"/inspections/{round_.pk}"
    steps: list[tuple[str, dict[str, str], RoundStatus]] = [
        ("draw", {"witness": "骰子 6 3 1"}, RoundStatus.DRAWN),
        ("assign", {"crews": f"p{inspector.pk}"}, RoundStatus.DRAWN),
        ("open", {}, RoundStatus.OPEN),
        ("close", {}, RoundStatus.CLOSED),
        ("publish", {}, RoundStatus.PUBLISHED),
    ]
    for deed, given, status in steps:
        text(client.get(f"{base}/{deed}/"))
        assert client.post(f"{base}/{deed}/", given).status_code == 303
        assert Round.objects.get().status == status
        text(client.get(f"{base}/"))

    assert RoundSite.objects.count() == Assignment.objects.count() == 2
    proof = text(client.get(f"{base}/proof/?again=1"))
    assert round_.seed in proof
    assert proof.count("相符") == 3
    assert text(client.get(f"{base}/proof/frame.tsv")).count("\n") == 3
    assert client.get(f"{base}/proof/spec.json").json()["witness"] == "骰子 6 3 1"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": ""}, "name"),
        ({"to_on": "2026-11-01"}, "结束日期不能早于开始日期"),
        ({"area": "9999"}, "area"),
        ({"method": "guess"}, "method"),
        ({"size": "0"}, "size"),
        ({"size": "x"}, "size"),
        ({"types": "nothing"}, "types"),
    ],
)
def test_a_plan_that_cannot_be_comes_back_with_what_was_typed(
    client: Client, change: dict[str, str], says: str
) -> None:
    make_markets(1)
    page = text(client.post("/inspections/new/", PLAN | {"words": "看早市"} | change), 422)

    assert says in page
    assert "看早市" in page
    assert not Round.objects.exists()


def test_more_sites_than_exist_are_refused_on_the_page_in_words(client: Client) -> None:
    make_markets(2)
    round_ = make_round(status=RoundStatus.PLANNED, spec=DrawSpec(DrawMethod.RANDOM, size=3))
    page = text(client.post(f"/inspections/{round_.pk}/draw/", {}), 422)

    assert "要抽 3 个点位，符合条件的只有 2 个" in page


def test_a_second_draw_is_told_that_the_first_was_done(client: Client) -> None:
    make_markets(2)
    round_ = make_round(status=RoundStatus.DRAWN)
    page = text(client.post(f"/inspections/{round_.pk}/draw/", {}), 422)

    assert "现在是已抽点，不能抽点" in page


def test_a_team_is_made_and_sent(client: Client) -> None:
    make_markets(2)
    people = [make_inspector(), make_inspector()]
    round_ = make_round(status=RoundStatus.DRAWN)
    client.post(
        "/inspections/teams/new/", {"name": "一组", "people": [str(one.pk) for one in people]}
    )
    team = Team.objects.get()
    assert "一组" in text(client.get("/inspections/teams/"))
    client.post(f"/inspections/{round_.pk}/assign/", {"crews": f"t{team.pk}"})
    taken = text(
        client.post("/inspections/teams/new/", {"name": "一组", "people": str(people[0].pk)}), 422
    )

    assert Assignment.objects.filter(team=team).count() == 2
    assert "已有名为“一组”的督查组" in taken


def a_walked_round(sites: int, walked: int, **fields: Any) -> Round:
    make_markets(sites)
    people = [make_inspector(), make_inspector()]
    round_ = make_round(inspectors=people, at=timezone.now() - HOUR, **fields)
    for place, sent in enumerate(Assignment.objects.filter(round_site__round=round_)[:walked]):
        assert sent.inspector is not None
        phone = Phone(sent.inspector, f"w{place}")
        phone.synced(phone.visit(sent.round_site, {"market-01": "fail", "market-02": "pass"}))
    return round_


def test_the_page_of_a_round_says_how_far_it_is_and_what_was_found(
    client: Client, office: User
) -> None:
    make_boundary("430406", (112.55, 26.85, 112.65, 26.95))
    round_ = a_walked_round(4, 3)
    card = round_card(round_=round_, user=office, on=timezone.localdate())
    page = text(client.get(f"/inspections/{round_.pk}/"))

    assert (card.sites, card.visited) == (4, 3)
    assert [(bar.sites, bar.visited) for bar in card.by_district] == [(4, 3)]
    assert [(bar.sites, bar.visited) for bar in card.by_type] == [(4, 3)]
    assert sorted((bar.sites, bar.visited) for bar in card.by_crew) == [(2, 1), (2, 2)]
    assert (card.found.checks, card.found.failed, card.found.passed) == (6, 3, 3)
    assert card.found.opened == Case.objects.count() == 3
    assert card.coverage is not None
    assert sorted(spot.state for spot in card.coverage.spots) == ["left", *["others"] * 3]
    assert "r-others" in page


def test_what_the_page_of_a_round_costs_does_not_grow(client: Client) -> None:
    costs = []
    for number, area in ((2, "430406001001"), (7, "430406001004")):
        make_markets(number, area=area)
        round_ = a_walked_round(0, number)
        with CaptureQueriesContext(connection) as asked:
            text(client.get(f"/inspections/{round_.pk}/"))
        costs.append(len(asked))

    assert costs[0] == costs[1]
    assert costs[1] < 60


def a_walked_round_with_a_second_look(name: str) -> None:
    round_ = a_walked_round(0, 9)
    row = RoundSite.objects.filter(round=round_).latest("pk")
    other = Phone(make_inspector(), name)
    row.assignments.create(inspector=other.user, position=9, is_calibration=True)
    other.synced(other.visit(row, {"market-01": "pass"}))


@pytest.mark.parametrize(
    "path", ["", "{pk}/sites/", "conflicts/", "sites/{site}/", "visits/{visit}/"]
)
def test_a_list_costs_the_same_for_many_as_for_one(client: Client, path: str) -> None:
    costs = []
    for number in (1, 5):
        for place in range(number):
            make_markets(1, area=f"4304060010{number}{place}")
            a_walked_round_with_a_second_look(f"x{number}{place}")
        visit = Visit.objects.latest("pk")
        row, round_ = visit.round_site, visit.round_site.round
        filled = path.format(pk=round_.pk, site=row.site_id, visit=visit.pk)
        client.get("/inspections/" + filled)
        with CaptureQueriesContext(connection) as asked:
            text(client.get("/inspections/" + filled))
        costs.append(len(asked))

    assert costs[0] == costs[1]


def test_the_list_is_paged_and_filtered_by_its_address(client: Client) -> None:
    make_markets(1)
    for place in range(32):
        make_round(
            status=RoundStatus.PLANNED, name=f"第{place:02}轮", is_unannounced=place % 2 == 0
        )
    first = text(client.get("/inspections/"))
    hidden = text(client.get("/inspections/?unannounced=yes"))
    nothing = text(client.get("/inspections/?status=published"))
    odd = text(client.get("/inspections/?status=what&kind=x&unannounced=2&after=zzz"))

    assert "第31轮" in first
    assert "第01轮" not in first
    assert "第30轮" in hidden
    assert "第31轮" not in hidden
    assert "没有轮次" in nothing
    assert "第31轮" in odd


def test_the_sites_of_a_round_by_state(client: Client) -> None:
    round_ = a_walked_round(4, 1)
    base = f"/inspections/{round_.pk}/sites/"
    seen = {
        state: text(client.get(f"{base}?state={state}")).count("data-row=")
        for state in ("", "visited", "left", "failed")
    }

    assert seen == {"": 4, "visited": 1, "left": 3, "failed": 1}


def test_one_site_is_given_to_somebody_else_on_its_page(client: Client) -> None:
    round_ = a_walked_round(2, 0)
    row = RoundSite.objects.filter(round=round_).earliest("pk")
    other = make_inspector()
    base = f"/inspections/{round_.pk}/sites/{row.site_id}/reassign/"
    text(client.get(base))
    client.post(base, {"crew": f"p{other.pk}"})

    assert row.assignments.get().inspector == other


def test_answers_that_differ_are_decided_on_their_page(client: Client) -> None:
    round_ = a_walked_round(2, 0)
    row = RoundSite.objects.filter(round=round_).earliest("pk")
    for place, sent in enumerate(Assignment.objects.filter(round_site__round=round_)):
        assert sent.inspector is not None
        phone = Phone(sent.inspector, f"d{place}")
        phone.synced(phone.visit(row, {"market-01": ("pass", "fail")[place]}))
    conflict = CheckConflict.objects.get()
    queue = text(client.get("/inspections/conflicts/"))
    base = f"/inspections/conflicts/{conflict.pk}/"
    text(client.get(base))
    fail = conflict.checks.get(result="fail")
    unsaid = text(client.post(base, {"chosen": fail.pk, "words": " "}), 422)
    client.post(base, {"chosen": fail.pk, "words": "照片清楚"})
    late = text(client.post(base, {"chosen": fail.pk, "words": "再来"}), 422)

    assert "摊位规范，无占道经营" in queue
    assert "words" in unsaid
    assert "已由" in late
    assert conflict.checks.get(result="fail").standing == Standing.COUNTED
    assert "没有要裁定的" in text(client.get("/inspections/conflicts/"))


def test_the_history_of_a_site_and_a_visit_say_what_was_found(client: Client) -> None:
    round_ = a_walked_round(1, 1)
    row = RoundSite.objects.get(round=round_)
    history = text(client.get(f"/inspections/sites/{row.site_id}/"))
    visit = text(client.get(f"/inspections/visits/{Visit.objects.get().pk}/"))
    case = Case.objects.get()

    assert "摊位规范，无占道经营" in history
    assert case.number in history
    assert case.number in visit
    assert "新立" in visit


def test_a_reinspection_is_planned_from_the_page_of_its_round(client: Client) -> None:
    round_ = a_walked_round(2, 2)
    client.post(f"/inspections/{round_.pk}/close/", {})
    base = f"/inspections/{round_.pk}/reinspect/"
    text(client.get(base))
    client.post(base, {"name": "复查", "from_on": "2026-11-10", "to_on": "2026-11-11"})
    again = Round.objects.get(parent=round_)
    client.post(f"/inspections/{again.pk}/draw/", {})

    assert RoundSite.objects.filter(round=again).count() == 2
    assert "复查" in text(client.get(f"/inspections/{round_.pk}/"))
