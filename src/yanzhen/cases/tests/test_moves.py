"""Every move × every standing × every kind of person: who may do what when, written by hand here.

What is written here does not look at the table of moves: it was written from the words of the
field, so that a slip in the table shows.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.operations import system_user
from yanzhen.accounts.tests.factories import make_post, make_user
from yanzhen.cases import operations, rules
from yanzhen.cases.enums import MOVES, CaseStatus, MoveName
from yanzhen.cases.errors import DoerMayNotVerify, MoveNotAllowed
from yanzhen.cases.loop import draft_of
from yanzhen.cases.models import (
    Assignment,
    Case,
    CasePhoto,
    CaseSpan,
    Extension,
    Pause,
    SupportPart,
)
from yanzhen.cases.rulebook import renew
from yanzhen.cases.tests.factories import (
    MORNING,
    hours_on,
    make_case,
    make_draft,
    make_handler,
    make_operator,
    make_photo_row,
    make_policy,
)
from yanzhen.core.errors import Forbidden, Refused
from yanzhen.core.time import city_day
from yanzhen.events.models import Event
from yanzhen.events.queries import last_event
from yanzhen.units.models import Unit
from yanzhen.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db
M, S = MoveName, CaseStatus
NOW = hours_on(5)

# --- What is expected, by hand ------------------------------------------------------------------

OFFICE = {"operator", "district operator", "operator in the lead unit", "system"}
LEAD = {"handler", "handler above", "system"}
CHECKERS = {"operator", "district operator", "inspector", "system"}
SEEING = OFFICE | LEAD | {"inspector", "inspector below the lead unit", "keeper", "steward"}
SEEING |= {"auditor", "support handler"}
URGING = OFFICE | {"inspector", "inspector below the lead unit", "keeper", "steward"}

WORKED_ON = {S.DISPATCHED, S.ACKNOWLEDGED, S.REWORK}
EXPECTED: dict[MoveName, tuple[set[str], set[CaseStatus], CaseStatus | None]] = {
    M.FILE: (OFFICE, {S.REPORTED}, S.FILED),
    M.AMEND: (OFFICE, {S.REPORTED, S.FILED}, None),
    M.DECLINE: (OFFICE, {S.REPORTED, S.FILED}, S.DECLINED),
    M.MERGE: (OFFICE, {S.REPORTED, S.FILED} | WORKED_ON, S.MERGED),
    M.DISPATCH: (OFFICE, {S.FILED}, S.DISPATCHED),
    M.ACKNOWLEDGE: (LEAD, {S.DISPATCHED}, S.ACKNOWLEDGED),
    M.RETURN: (LEAD, {S.DISPATCHED, S.ACKNOWLEDGED}, S.FILED),
    M.TRANSFER: (OFFICE, WORKED_ON, S.DISPATCHED),
    M.ASK_EXTENSION: (LEAD, {S.ACKNOWLEDGED, S.REWORK}, None),
    M.GRANT_EXTENSION: (OFFICE, {S.ACKNOWLEDGED, S.REWORK}, None),
    M.REFUSE_EXTENSION: (OFFICE, {S.ACKNOWLEDGED, S.REWORK}, None),
    M.PARK: (OFFICE, {S.FILED} | WORKED_ON, S.PARKED),
    M.UNPARK: (OFFICE, {S.PARKED}, S.ACKNOWLEDGED),
    M.ASK_SUPPORT: (OFFICE, WORKED_ON, None),
    M.FINISH_SUPPORT: ({"support handler", "system"}, WORKED_ON | {S.SUBMITTED}, None),
    M.SUBMIT: (LEAD, {S.ACKNOWLEDGED, S.REWORK}, S.SUBMITTED),
    M.VERIFY: (CHECKERS, {S.SUBMITTED}, S.VERIFIED),
    M.FAIL: (CHECKERS, {S.SUBMITTED, S.VERIFIED}, S.REWORK),
    M.CLOSE: (CHECKERS - {"inspector"}, {S.VERIFIED}, S.CLOSED),
    M.REOPEN: (OFFICE, {S.CLOSED, S.DECLINED}, None),
    M.URGE: (URGING, WORKED_ON | {S.SUBMITTED}, None),
    M.NOTE: (SEEING, set(S) - {S.CLOSED, S.DECLINED, S.MERGED}, None),
}
"""Move → who, from where, to where (nothing where it stays or depends)."""

NEEDS_LEAD = {M.ACKNOWLEDGE, M.RETURN, M.ASK_EXTENSION, M.SUBMIT}
WITHOUT_UNIT = {S.REPORTED, S.FILED, S.DECLINED, S.MERGED}
CHECKS = {M.VERIFY, M.FAIL, M.CLOSE}


def expected(move: MoveName, status: CaseStatus, who: str) -> type[Refused] | None:
    """What a try ends in; nothing for success."""
    people, statuses, _to = EXPECTED[move]
    if status in WITHOUT_UNIT and (
        move in NEEDS_LEAD | {M.FINISH_SUPPORT}
        or (move == M.NOTE and who in {"handler", "handler above", "support handler"})
    ):
        return Forbidden
    if who not in people:
        has_right = who == "operator in the lead unit" or (
            who == "inspector below the lead unit" and move != M.CLOSE
        )
        if move in CHECKS and has_right and status not in WITHOUT_UNIT:
            return DoerMayNotVerify
        if not (move in CHECKS and has_right):
            return Forbidden
    return None if status in statuses else MoveNotAllowed


# --- The people, the case, the tries ------------------------------------------------------------


class Scene:
    """One case at a standing, and everybody who might touch it."""

    def __init__(self, status: CaseStatus) -> None:
        make_policy()
        renew()  # from here on the rules are read once
        above = make_unit()
        self.lead = make_unit(parent=above)
        self.support, self.other = make_unit(), make_unit()
        below = make_unit(parent=self.lead)
        self.case = make_case(status=status, unit=self.lead, support=self.support)
        self.target = operations.file_draft(draft=make_draft(), actor=make_operator(), now=MORNING)
        self.people: dict[str, User] = {
            "admin": make_user(Role.ADMIN),
            "operator": make_user(Role.OPERATOR),
            "district operator": make_user(Role.OPERATOR, area_code="430406"),
            "operator elsewhere": make_user(Role.OPERATOR, area_code="430405"),
            "operator of the past": make_user(Role.OPERATOR, to_on=date(2026, 10, 31)),
            "operator of the future": make_user(Role.OPERATOR, from_on=date(2026, 12, 1)),
            "operator dismissed": make_user(Role.OPERATOR, is_active=False),
            "operator in the lead unit": make_user(Role.OPERATOR),
            "inspector": make_user(Role.INSPECTOR),
            "inspector below the lead unit": make_user(Role.INSPECTOR),
            "inspector elsewhere": make_user(Role.INSPECTOR, area_code="430406002"),
            "keeper": make_user(Role.KEEPER, area_code="430406001001"),
            "steward": make_user(Role.STEWARD, area_code="430406001"),
            "auditor": make_user(Role.AUDITOR),
            "handler": make_handler(self.lead),
            "handler above": make_handler(above),
            "handler below": make_handler(below),
            "handler elsewhere": make_handler(self.other),
            "support handler": make_handler(self.support),
            "nobody": make_user(),
            "system": system_user(),
        }
        for who, unit in (
            ("operator in the lead unit", self.lead),
            ("inspector below the lead unit", below),
        ):
            self.people[who].unit_code = unit.code
            self.people[who].save(update_fields=["unit_code"])

    def facts(self, move: MoveName) -> dict[str, Any]:
        """What is given with a move that would go well."""
        words = {"words": "情况属实"}
        photo = {"photos": [make_photo_row()]}
        given: dict[MoveName, dict[str, Any]] = {
            M.AMEND: {"draft": replace(draft_of(self.case), title="另一件事")},
            M.MERGE: {"into_id": self.target.pk},
            M.DISPATCH: {"unit": self.lead},
            M.TRANSFER: {"unit": self.other, **words},
            M.ASK_EXTENSION: {"wanted_due_at": hours_on(300), **words},
            M.ASK_SUPPORT: {"unit": self.other, **words},
            M.FINISH_SUPPORT: {"unit": self.support, **words},
            M.SUBMIT: {**words, **photo},
        }
        without_words = {M.FILE, M.ACKNOWLEDGE, M.UNPARK, M.VERIFY, M.CLOSE, M.URGE}
        return given.get(move, {} if move in without_words | {M.GRANT_EXTENSION} else words)

    def prepare(self, move: MoveName) -> None:
        """What must have happened before for the move to go well, beside the standing."""
        status = self.case.status
        key: dict[str, Any] = {"case_id": self.case.pk}
        lead, support = self.people["handler"], self.people["support handler"]
        words: dict[str, Any] = {"words": "情况属实", "now": NOW - timedelta(minutes=30)}
        if move in {M.GRANT_EXTENSION, M.REFUSE_EXTENSION} and status in {
            S.ACKNOWLEDGED,
            S.REWORK,
        }:
            operations.ask_extension(**key, wanted_due_at=hours_on(300), actor=lead, **words)
        if move == M.VERIFY and status == S.SUBMITTED:
            operations.finish_support(**key, unit=self.support, actor=support, **words)


DEEDS: dict[MoveName, Callable[..., Case]] = {
    M.FILE: operations.file_case,
    M.AMEND: operations.amend_case,
    M.DECLINE: operations.decline_case,
    M.MERGE: operations.merge_case,
    M.DISPATCH: operations.dispatch_case,
    M.ACKNOWLEDGE: operations.acknowledge_case,
    M.RETURN: operations.return_case,
    M.TRANSFER: operations.transfer_case,
    M.ASK_EXTENSION: operations.ask_extension,
    M.GRANT_EXTENSION: operations.grant_extension,
    M.REFUSE_EXTENSION: operations.refuse_extension,
    M.PARK: operations.park_case,
    M.UNPARK: operations.unpark_case,
    M.ASK_SUPPORT: operations.ask_support,
    M.FINISH_SUPPORT: operations.finish_support,
    M.SUBMIT: operations.submit_case,
    M.VERIFY: operations.verify_case,
    M.FAIL: operations.fail_case,
    M.CLOSE: operations.close_case,
    M.REOPEN: operations.reopen_case,
    M.URGE: operations.urge_case,
    M.NOTE: operations.note_case,
}


def everything(case: Case) -> list[Any]:
    """What a refusal must leave as it was."""
    tables = (CaseSpan, Assignment, Extension, Pause, SupportPart, CasePhoto)
    return [
        Case.objects.filter(pk=case.pk).values().get(),
        Event.objects.count(),
        *(model._base_manager.filter(case=case).count() for model in tables),
    ]


def tries(scene: Scene) -> Iterator[tuple[MoveName, str, type[Refused] | None, str]]:
    """Try every move as everybody, each from the same standing; say what came of it."""
    for move, deed in DEEDS.items():
        with transaction.atomic():
            scene.prepare(move)
            facts = scene.facts(move)
            before = everything(scene.case)
            for who, actor in scene.people.items():
                came: type[Refused] | None = None
                with transaction.atomic():
                    try:
                        after = deed(case_id=scene.case.pk, actor=actor, now=NOW, **facts)
                        wrong = what_is_wrong(move, scene.case, after)
                    except Refused as refusal:
                        came, wrong = type(refusal), ""
                        if everything(scene.case) != before:
                            wrong = "a refusal changed something"
                    transaction.set_rollback(True)
                yield move, who, came, wrong
            transaction.set_rollback(True)


def what_is_wrong(move: MoveName, before: Case, after: Case) -> str:
    """What a move that went well should have left and did not."""
    to = EXPECTED[move][2]
    stands = Case.objects.get(pk=after.pk)
    event = last_event(stands)
    if to is not None and stands.status != to:
        return f"stands at {stands.status}"
    if to is None and move != M.REOPEN and stands.status != before.status:
        return f"left {before.status} for {stands.status}"
    if event is None or event.kind != MOVES[move].event:
        return f"told {event.kind if event else 'nothing'}"
    return ""


@pytest.mark.parametrize("status", list(CaseStatus))
@override_settings(YANZHEN_CLOSE_ON_VERIFY=False)
def test_each_move_is_for_some_at_some_standings(status: CaseStatus) -> None:
    scene = Scene(status)
    surprises = []
    for move, who, came, wrong in tries(scene):
        wanted = expected(move, status, who)
        if came is not wanted or wrong:
            got = came.__name__ if came else "went well"
            wish = wanted.__name__ if wanted else "going well"
            surprises.append(f"{move} by {who}: {got}, not {wish}; {wrong}")
    assert surprises == []


@pytest.mark.parametrize("status", list(CaseStatus))
def test_the_moves_that_are_offered_are_those_that_go_well(status: CaseStatus) -> None:
    scene = Scene(status)
    for who, actor in scene.people.items():
        offered = {move.name for move in rules.moves_open_to(actor, scene.case, on=city_day(NOW))}
        allowed = {move for move in EXPECTED if expected(move, status, who) is None}
        assert offered == allowed - {M.GRANT_EXTENSION, M.REFUSE_EXTENSION}, who


def test_time_is_granted_where_it_was_asked_for_and_parts_finished_where_they_are_open() -> None:
    scene = Scene(S.ACKNOWLEDGED)
    scene.prepare(M.GRANT_EXTENSION)
    on = city_day(NOW)

    def offered(who: str) -> set[MoveName]:
        moves = rules.moves_open_to(scene.people[who], scene.case, on=on)
        return {move.name for move in moves}

    assert {M.GRANT_EXTENSION, M.REFUSE_EXTENSION} <= offered("operator")
    assert M.ASK_EXTENSION not in offered("handler")
    assert offered("support handler") == {M.FINISH_SUPPORT, M.NOTE}
    SupportPart.objects.update(finished_at=NOW)
    assert offered("support handler") == {M.NOTE}


def test_every_move_of_the_table_is_expected_here_and_has_its_deed() -> None:
    assert set(EXPECTED) == set(DEEDS) == set(MoveName) - {M.REPORT}
    assert set(MOVES) == set(MoveName)


REPORTING = OFFICE | {"inspector", "inspector below the lead unit", "keeper"}


def test_who_may_bring_something_in() -> None:
    scene = Scene(S.FILED)
    for who, actor in scene.people.items():
        for deed, people in (
            (operations.report_case, REPORTING),
            (operations.file_draft, OFFICE),
        ):
            before = Case.objects.count()
            try:
                deed(draft=make_draft(), actor=actor, now=NOW)
                came_in = True
            except Forbidden:
                came_in = False
            assert came_in == (who in people), (deed, who)
            assert Case.objects.count() == before + came_in


# --- The doer does not check --------------------------------------------------------------------


def checker(**fields: Any) -> User:
    return make_user(Role.OPERATOR, **fields)


def by_post(unit: Unit) -> User:
    user = checker()
    make_post(user=user, role=Role.HANDLER, unit_code=unit.code)
    return user


@pytest.mark.parametrize("deed", [operations.verify_case, operations.fail_case])
@pytest.mark.parametrize(
    ("relation", "is_refused"),
    [
        ("lead", True),
        ("above lead", True),
        ("below lead", True),
        ("support", True),
        ("below support", True),
        ("once worked", True),
        ("never took", False),
        ("beside", False),
        ("none", False),
    ],
)
@pytest.mark.parametrize("how", ["by post", "by place of work"])
def test_whoever_is_close_to_the_work_does_not_check_it(
    deed: Callable[..., Case], relation: str, *, is_refused: bool, how: str
) -> None:
    top = make_unit()
    lead, beside = make_unit(parent=top), make_unit(parent=top)
    support, once, never = make_unit(), make_unit(), make_unit()
    office = make_operator()
    case = make_case(status=S.ACKNOWLEDGED, unit=once, operator=office)
    key: dict[str, Any] = {"case_id": case.pk, "now": NOW}
    operations.transfer_case(**key, unit=never, words="不归你", actor=office)
    operations.transfer_case(**key, unit=lead, words="归你", actor=office)
    operations.ask_support(**key, unit=support, words="配合", actor=office)
    operations.acknowledge_case(**key, actor=make_handler(lead))
    helper = make_handler(support)
    operations.finish_support(**key, unit=support, words="已配合", actor=helper)
    photos = [make_photo_row()]
    operations.submit_case(**key, words="已办", photos=photos, actor=make_handler(lead))

    units = {
        "lead": lead,
        "above lead": top,
        "below lead": make_unit(parent=lead),
        "support": support,
        "below support": make_unit(parent=support),
        "once worked": once,
        "never took": never,
        "beside": beside,
    }
    unit = units.get(relation)
    if unit is None:
        actor = checker()
    elif how == "by post":
        actor = by_post(unit)
    else:
        actor = checker(unit_code=unit.code)
        actor.posts.update(area_code="4304", unit_code="")
        actor.unit_code = unit.code
        actor.save(update_fields=["unit_code"])
    if is_refused:
        with pytest.raises(DoerMayNotVerify):
            deed(**key, words="看过", actor=actor)
        assert Case.objects.get(pk=case.pk).status == S.SUBMITTED
    else:
        deed(**key, words="看过", actor=actor)


def test_who_reported_the_work_does_not_check_it_even_after_leaving_the_unit() -> None:
    unit = make_unit()
    mover = make_user(Role.HANDLER, unit_code=unit.code, to_on=city_day(MORNING))
    case = make_case(status=S.SUBMITTED, unit=unit, handler=mover)
    make_post(user=mover, role=Role.OPERATOR, from_on=city_day(MORNING) + timedelta(days=1))
    later = datetime.combine(MORNING.date() + timedelta(days=2), MORNING.timetz())
    mover = User.rows.get(pk=mover.pk)
    with pytest.raises(DoerMayNotVerify) as caught:
        operations.verify_case(case_id=case.pk, actor=mover, now=later)
    assert unit.name in str(caught.value)


def test_the_second_mover_is_told_who_did_what_when() -> None:
    office = make_operator()
    case = make_case(status=S.DISPATCHED, operator=office)
    with pytest.raises(MoveNotAllowed) as caught:
        operations.dispatch_case(case_id=case.pk, unit=make_unit(), actor=office, now=NOW)
    assert str(caught.value) == (
        f"问题 {case.number} 现在是“待签收”，不能交办。"
        f"{office.full_name}已于2026-11-02 周一 10:00交办。请刷新页面看最新情况。"
    )
