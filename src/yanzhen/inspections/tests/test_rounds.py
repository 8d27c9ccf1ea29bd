"""Planning, drawing, opening, closing, publishing: what is allowed, by whom, and what is recorded."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from yanzhen.accounts.enums import Role
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases.tests.factories import MORNING, hours_on, make_handler, make_operator
from yanzhen.core.errors import Forbidden, Refused
from yanzhen.core.tests.races import at_once
from yanzhen.events.models import Event
from yanzhen.frameworks.enums import EditionStatus
from yanzhen.frameworks.models import Checklist
from yanzhen.frameworks.tests.factories import make_check_item, make_checklist
from yanzhen.inspections import draw
from yanzhen.inspections.draw import DrawSpec
from yanzhen.inspections.enums import DrawMethod, RoundStatus
from yanzhen.inspections.errors import (
    FrameEmpty,
    NotYetAssigned,
    RoundDaysOutOfOrder,
    RoundMoveRefused,
    RoundNameMissing,
    RoundTooLarge,
    SitesUnknown,
)
from yanzhen.inspections.models import Round, RoundFrame, RoundSite
from yanzhen.inspections.operations import rounds
from yanzhen.inspections.tests.factories import a_draft, an_id, make_markets, make_round
from yanzhen.places.tests.factories import make_area, make_site, make_site_type
from yanzhen.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db
NOW = MORNING


def plan_with(**changes: Any) -> Round:
    good: dict[str, Any] = {"draft": a_draft(), "actor": make_operator(), "now": NOW}
    return rounds.plan_round(**good | changes)


def test_a_planned_round_seals_its_seed_and_records_only_its_digest() -> None:
    round_ = plan_with()
    event = Event.objects.get(kind="round.planned")

    assert draw.commitment_of(round_.seed) == round_.commitment == event.facts["commitment"]
    assert round_.seed not in event.payload
    assert round_.shown_seed == ""
    assert round_.office_id == "4304"


def test_a_round_planned_twice_under_one_client_id_is_planned_once() -> None:
    again = {"draft": a_draft(), "actor": make_operator(), "client_id": an_id("plan")}

    assert plan_with(**again) == plan_with(**again)
    assert Round.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": make_user(Role.INSPECTOR)}, Forbidden),
        (lambda: {"actor": make_operator("430405")}, Forbidden),
        (lambda: {"draft": a_draft(name="  ")}, RoundNameMissing),
        (lambda: {"draft": a_draft(to_on=date(2026, 11, 1))}, RoundDaysOutOfOrder),
    ],
)
def test_a_refused_plan_leaves_nothing(
    change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        plan_with(**change())

    assert not Round.objects.exists()
    assert not Event.objects.filter(kind__startswith="round.").exists()


def test_the_office_of_a_round_is_the_widest_post_of_who_plans_it() -> None:
    make_area("430406001001")
    of_the_city = plan_with(draft=a_draft(area=make_area("430406")))
    of_the_district = plan_with(
        draft=a_draft(area=make_area("430406001")), actor=make_operator("430406")
    )

    assert (of_the_city.office_id, of_the_district.office_id) == ("4304", "430406")


# --- The draw -------------------------------------------------------------------------------------


def draw_with(**changes: Any) -> Round:
    good: dict[str, Any] = {"actor": make_operator(), "now": hours_on(1)}
    return rounds.draw_round(**good | changes)


def test_the_draw_takes_what_the_sealed_seed_says_and_can_be_run_again() -> None:
    make_markets(12)
    round_ = plan_with(draft=a_draft(spec=DrawSpec(DrawMethod.RANDOM, size=4)))
    drawn = draw_with(round_id=round_.pk, witness=" 福彩 3D 507 ")
    frame = draw.frame_of(RoundFrame.objects.get(round=drawn).text)
    again = draw.draw(frame, draw.spec_of(drawn.spec), drawn.seed)
    event = Event.objects.get(kind="round.drawn")

    assert drawn.status == RoundStatus.DRAWN
    assert len(frame) == 12
    assert {one.code for one in again} == set(
        RoundSite.objects.filter(round=drawn).values_list("site__code", flat=True)
    )
    assert draw.digest_of_drawn(again) == drawn.drawn_digest == event.facts["drawn"]
    assert draw.digest_of(frame) == drawn.frame_digest == event.facts["frame"]
    assert event.facts["witness"] == drawn.spec["witness"] == "福彩 3D 507"
    assert drawn.seed not in event.payload


def test_what_is_not_inspected_is_not_in_the_frame() -> None:
    make_markets(2)
    make_site(code="GONE", status="retired")
    make_site(code="SOON", status="candidate")
    make_site(code="BESIDE", area=make_area("430405001001"))
    round_ = plan_with(draft=a_draft(area=make_area("430406"), spec=DrawSpec(DrawMethod.ALL)))
    draw_with(round_id=round_.pk)

    assert RoundFrame.objects.get(round=round_).text.count("\n") == 2


def test_sites_without_a_checklist_are_left_out_and_counted() -> None:
    make_markets(2)
    make_site(code="PARK", type=make_site_type("park"))
    round_ = plan_with(draft=a_draft(spec=DrawSpec(DrawMethod.ALL)))

    assert draw_with(round_id=round_.pk).left_out == 1
    assert RoundSite.objects.count() == 2


def test_the_checklist_is_the_one_of_the_day_of_the_draw_whatever_comes_after() -> None:
    site = make_markets(1)[0]
    old = Checklist.objects.get()
    round_ = plan_with()
    draw_with(round_id=round_.pk)
    old.status = EditionStatus.RETIRED
    old.save(update_fields=["status"])
    make_check_item(checklist=make_checklist(site_type=site.type))

    assert RoundSite.objects.get().checklist == old


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": make_user(Role.INSPECTOR)}, Forbidden),
        (lambda: {"actor": make_operator("430406")}, Forbidden),
        (lambda: {"actor": make_handler(make_unit())}, Forbidden),
        (lambda: {"spec": DrawSpec(DrawMethod.RANDOM, size=4)}, RoundTooLarge),
        (lambda: {"spec": DrawSpec(DrawMethod.ALL, types=("park",))}, FrameEmpty),
        (lambda: {"spec": DrawSpec(DrawMethod.HAND, sites=("X",))}, SitesUnknown),
        (lambda: {"status": RoundStatus.DRAWN}, RoundMoveRefused),
        (lambda: {"status": RoundStatus.CANCELLED}, RoundMoveRefused),
    ],
)
def test_a_refused_draw_changes_nothing(
    change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    make_markets(3)
    changes = change()
    spec = changes.pop("spec", None)
    round_ = make_round(
        status=changes.pop("status", RoundStatus.PLANNED), **({"spec": spec} if spec else {})
    )
    sites, told = RoundSite.objects.count(), Event.objects.count()
    with pytest.raises(refusal) as caught:
        draw_with(**{"round_id": round_.pk} | changes)

    assert "%(" not in str(caught.value)
    assert RoundSite.objects.count() == sites
    assert Round.objects.get(pk=round_.pk).status == round_.status
    assert Event.objects.count() == told


def test_a_resent_draw_is_the_same_draw() -> None:
    make_markets(3)
    round_ = plan_with()
    actor = make_operator()
    for _time in range(2):
        draw_with(round_id=round_.pk, actor=actor, client_id=an_id("draw"))

    assert Event.objects.filter(kind="round.drawn").count() == 1


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_of_two_who_draw_at_once_one_draws() -> None:
    make_markets(5)
    round_ = plan_with()
    actor = make_operator()

    def deed() -> Round:
        return draw_with(round_id=round_.pk, actor=actor)

    given = at_once(deed, deed)

    assert sorted(type(one).__name__ for one in given) == ["Round", "RoundMoveRefused"]
    assert RoundSite.objects.count() == 5


# --- Open, closed, published ----------------------------------------------------------------------

MOVES = {
    "open": (rounds.open_round, RoundStatus.DRAWN, RoundStatus.OPEN, "round.opened"),
    "close": (rounds.close_round, RoundStatus.OPEN, RoundStatus.CLOSED, "round.closed"),
    "publish": (rounds.publish_round, RoundStatus.CLOSED, RoundStatus.PUBLISHED, "round.published"),
    "cancel": (rounds.cancel_round, RoundStatus.DRAWN, RoundStatus.CANCELLED, "round.cancelled"),
}


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("status", RoundStatus)
def test_a_move_is_made_from_where_it_begins_and_from_nowhere_else(
    move: str, status: RoundStatus
) -> None:
    make_markets(2)
    deed, origin, reached, event = MOVES[move]
    round_ = make_round(status=status)
    given: dict[str, Any] = {
        "round_id": round_.pk,
        "actor": make_operator(),
        "now": hours_on(2),
    }
    origins = {origin, RoundStatus.PLANNED} if move == "cancel" else {origin}
    if status not in origins:
        with pytest.raises(RoundMoveRefused):
            deed(**given)
        assert Round.objects.get(pk=round_.pk).status == status
        return
    if move == "open":
        with pytest.raises(NotYetAssigned):
            deed(**given)
        RoundSite.objects.filter(round=round_).delete()
    deed(**given)

    assert Round.objects.get(pk=round_.pk).status == reached
    assert Event.objects.filter(kind=event).count() == 1


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize(
    "role", [Role.INSPECTOR, Role.STEWARD, Role.AUDITOR, Role.ADMIN, Role.KEEPER]
)
def test_only_the_office_moves_a_round(move: str, role: Role) -> None:
    make_markets(1)
    deed, origin, _reached, _event = MOVES[move]
    round_ = make_round(status=origin)

    with pytest.raises(Forbidden):
        deed(round_id=round_.pk, actor=make_user(role), now=hours_on(2))


def test_the_seed_is_shown_when_the_round_is_published_and_not_before() -> None:
    make_markets(2)
    closed = make_round(status=RoundStatus.CLOSED)
    before = [json.dumps(event.facts) for event in Event.objects.all()]
    published = rounds.publish_round(round_id=closed.pk, actor=make_operator(), now=hours_on(3))

    assert closed.shown_seed == ""
    assert not any(closed.seed in facts for facts in before)
    assert published.shown_seed == closed.seed
    assert Event.objects.get(kind="round.published").facts["seed"] == closed.seed


def test_a_draft_by_hand_keeps_what_was_named() -> None:
    sites = make_markets(5)
    named = (sites[3].code, sites[1].code)
    round_ = make_round(status=RoundStatus.DRAWN, spec=DrawSpec(DrawMethod.HAND, sites=named))

    assert set(RoundSite.objects.filter(round=round_).values_list("site__code", flat=True)) == set(
        named
    )
    assert replace(draw.spec_of(round_.spec), witness="").sites == named
