"""No sequence of moves, by anybody and at any time, leaves a case that its events do not tell."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases import operations
from yanzhen.cases.enums import OPEN, WITH_THE_UNIT, CaseStatus, MoveName
from yanzhen.cases.invariants import look_through
from yanzhen.cases.loop import draft_of
from yanzhen.cases.models import Assignment, Case, Extension, Pause, SupportPart
from yanzhen.cases.rulebook import renew
from yanzhen.cases.rules import moves_open_to
from yanzhen.cases.tests.factories import (
    MORNING,
    make_category,
    make_draft,
    make_handler,
    make_operator,
    make_photo_row,
    make_policy,
)
from yanzhen.cases.tests.test_moves import DEEDS
from yanzhen.core.errors import Refused
from yanzhen.core.time import city_day
from yanzhen.events.models import Event
from yanzhen.events.queries import verify_chain
from yanzhen.places.tests.factories import make_area, make_site
from yanzhen.units.models import Unit
from yanzhen.units.tests.factories import make_unit

HAPPENED: set[MoveName] = set()
"""The moves that went well at least once."""

places = st.integers(0, 5)
moves = st.sampled_from(sorted(DEEDS))
minutes = st.one_of(st.just(0), st.integers(1, 600), st.integers(600, 6000))


class Loop(RuleBasedStateMachine):
    """A small city in which anything may be tried."""

    def __init__(self) -> None:
        super().__init__()
        self.own = transaction.atomic()
        self.own.__enter__()  # each sequence begins with an empty city
        self.now: datetime = MORNING
        make_policy()
        make_policy(category=make_category("lamps"), rectify_minutes=60, rework_minutes=30)
        renew()
        top = make_unit()
        self.units: list[Unit] = [make_unit(parent=top), make_unit(parent=top), make_unit()]
        self.people: list[User] = [make_operator(), make_operator(), make_user(Role.INSPECTOR)]
        self.people += [make_handler(unit) for unit in self.units]
        self.sites = [make_site(area=make_area("430406001001")) for _ in range(2)]
        self.cases: list[int] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.own.__exit__(None, None, None)

    @rule(passed=minutes)
    def time_goes_by(self, passed: int) -> None:
        self.now += timedelta(minutes=passed)

    @rule(where=places, files=st.booleans(), lamps=st.booleans())
    def something_is_found(self, where: int, *, files: bool, lamps: bool) -> None:
        if len(self.cases) >= 4:
            return
        draft = make_draft(
            site=self.sites[where % 2] if where < 4 else None,
            area=make_area("430406001001"),
            category=make_category("lamps") if lamps else None,
            found_at=self.now - timedelta(minutes=where),
        )
        deed = operations.file_draft if files else operations.report_case
        self.cases.append(deed(draft=draft, actor=self.people[0], now=self.now).pk)

    @rule(
        which=places,
        who=places,
        unit=places,
        move=moves,
        more=minutes,
        given=st.booleans(),
        closes=st.booleans(),
    )
    def somebody_tries(
        self,
        which: int,
        who: int,
        unit: int,
        move: MoveName,
        more: int,
        *,
        given: bool,
        closes: bool,
    ) -> None:
        if self.cases:
            case = Case.objects.get(pk=self.cases[which % len(self.cases)])
            facts = self.facts(case, move, self.units[unit % 3], more, given=given)
            self.attempt(case, move, self.people[who % 6], facts, closes=closes)

    @rule(seed=st.integers(0, 2**32), steps=st.integers(4, 12))
    def somebody_does_what_is_offered(self, seed: int, steps: int) -> None:
        """Whoever may do something does one of the things he may: so that much happens."""
        dice = random.Random(seed)
        for _ in range(steps if self.cases else 0):
            self.now += timedelta(minutes=dice.choice([0, 20, 300, 3000]))
            case = Case.objects.get(pk=dice.choice(self.cases))
            offers = {
                move.name: person
                for person in self.people
                for move in moves_open_to(person, case, on=city_day(self.now))
            }
            likely = sorted(offers.keys() & ONWARDS) * 4 + sorted(offers.keys() & DECISIONS) * 8
            move = dice.choice([*likely, *sorted(offers), M.NOTE])
            facts = self.facts(
                case, move, dice.choice(self.units), dice.randrange(400, 6000), given=True
            )
            actor = offers.get(move, self.people[0])
            self.attempt(case, move, actor, facts, closes=dice.random() < 0.3)
            self.the_cases_are_what_their_events_tell()

    def attempt(
        self, case: Case, move: MoveName, actor: User, facts: dict[str, Any], *, closes: bool
    ) -> None:
        deed: Callable[..., Case] = DEEDS[move]
        before = Event.objects.count()
        with override_settings(YANZHEN_CLOSE_ON_VERIFY=closes):
            try:
                deed(case_id=case.pk, actor=actor, now=self.now, **facts)
            except Refused:
                assert Event.objects.count() == before
            else:
                HAPPENED.add(move)

    def facts(
        self, case: Case, move: MoveName, unit: Unit, more: int, *, given: bool
    ) -> dict[str, Any]:
        words = {"words": "情况属实"} if given else {"words": ""}
        due_at = {"due_at": self.now + timedelta(minutes=more)} if given else {}
        photos = {"photos": [make_photo_row()]}
        part = SupportPart.objects.filter(case=case, finished_at=None).first()
        facts: dict[MoveName, dict[str, Any]] = {
            M.FILE: {},
            M.AMEND: {"draft": draft_of(case)},
            M.MERGE: {"into_id": self.cases[more % len(self.cases)]},
            M.DISPATCH: {"unit": unit, **due_at},
            M.ACKNOWLEDGE: {},
            M.TRANSFER: {"unit": unit, "words": "权属", **due_at},
            M.ASK_EXTENSION: {
                "wanted_due_at": self.now + timedelta(minutes=more * 3),
                "words": "缺件",
            },
            M.GRANT_EXTENSION: {
                "new_due_at": max(self.now, case.due_at or self.now) + timedelta(days=1)
            }
            if given
            else {},
            M.ASK_SUPPORT: {"unit": unit, "words": "配合"},
            M.FINISH_SUPPORT: {"unit": part.unit if part else unit, "words": "已配合"},
            M.SUBMIT: {"words": "已办", **photos},
            M.VERIFY: photos if given else {},
            M.REOPEN: {"words": "又坏了", **due_at},
        }
        return facts.get(move, words)

    @rule()
    def the_clock_runs(self) -> None:
        system = make_user(is_system=True)
        operations.lapse_extensions(actor=system, now=self.now)

    @invariant()
    def the_cases_are_what_their_events_tell(self) -> None:
        assert [str(fault) for fault in look_through()] == []
        assert list(verify_chain()) == []

    @invariant()
    def what_is_open_beside_a_case_fits_where_it_stands(self) -> None:
        for case in Case.objects.order_by("pk"):
            status = CaseStatus(case.status)
            held = Assignment.objects.filter(case=case, ended_at=None).count()
            paused = Pause.objects.filter(case=case, to_at=None).count()
            asked = Extension.objects.filter(case=case, decision="asked").count()
            unfinished = SupportPart.objects.filter(case=case, finished_at=None).count()
            with_unit = status in WITH_THE_UNIT | {CaseStatus.SUBMITTED, CaseStatus.VERIFIED}
            assert held == (with_unit or (status == CaseStatus.PARKED and case.unit is not None))
            assert paused == (status == CaseStatus.PARKED)
            assert asked <= (status in {CaseStatus.ACKNOWLEDGED, CaseStatus.REWORK})
            assert not (unfinished and status in {CaseStatus.VERIFIED, CaseStatus.CLOSED})
            assert (case.due_at is None) == (
                status
                in {
                    CaseStatus.REPORTED,
                    CaseStatus.FILED,
                    CaseStatus.PARKED,
                    CaseStatus.DECLINED,
                    CaseStatus.MERGED,
                }
            )
            assert (case.closed_at is None) == (status in OPEN or status != CaseStatus.CLOSED)

    @invariant()
    def nobody_checked_what_he_did(self) -> None:
        for case_id in self.cases:
            events = Event.objects.filter(subject_kind="case", subject_id=case_id)
            doers = set(events.filter(kind="case.submitted").values_list("actor_id", flat=True))
            checkers = events.filter(kind__in=["case.verified", "case.failed", "case.closed"])
            assert not doers & set(checkers.values_list("actor_id", flat=True))


M = MoveName
ONWARDS = {M.FILE, M.DISPATCH, M.ACKNOWLEDGE, M.FINISH_SUPPORT, M.SUBMIT, M.VERIFY, M.CLOSE}
DECISIONS = {M.GRANT_EXTENSION, M.REFUSE_EXTENSION, M.UNPARK}


@pytest.mark.django_db
def test_no_sequence_of_moves_breaks_anything() -> None:
    run_state_machine_as_test(
        Loop, settings=settings(max_examples=12, stateful_step_count=20, deadline=None)
    )


@pytest.mark.django_db
def test_no_long_life_breaks_anything() -> None:
    """Hypothesis likes short stories; these are long, and everything happens in them."""
    HAPPENED.clear()
    for seed in range(3):
        loop = Loop()
        for step in range(12):
            loop.something_is_found(step % 6, files=step % 2 == 0, lamps=step % 3 == 0)
            loop.somebody_does_what_is_offered(seed * 100 + step, 10)
            loop.what_is_open_beside_a_case_fits_where_it_stands()
            loop.nobody_checked_what_he_did()
        loop.teardown()
    assert set(DEEDS) == HAPPENED
