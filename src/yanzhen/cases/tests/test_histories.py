"""A history that was recorded equals the same history lived, row by row and field by field."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import models, transaction
from django.test import override_settings

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases import operations
from yanzhen.cases.enums import MOVES, CaseStatus, MoveName
from yanzhen.cases.errors import DatesOutOfOrder, MoveNotAllowed, NumberTaken
from yanzhen.cases.loop import LAPSED, CaseDraft, CaseHistory, Step
from yanzhen.cases.models import (
    Assignment,
    Case,
    CasePhoto,
    CaseSpan,
    CaseWords,
    Extension,
    NumberSeries,
    Pause,
    SupportPart,
)
from yanzhen.cases.tests.factories import (
    MORNING,
    make_category,
    make_draft,
    make_handler,
    make_operator,
    make_photo_row,
    make_policy,
)
from yanzhen.core.errors import Forbidden, Refused
from yanzhen.events.models import Event
from yanzhen.events.queries import audit
from yanzhen.places.tests.factories import make_area, make_site
from yanzhen.units.tests.factories import make_unit

M = MoveName
NOT_LIVED = {"id", "case_id", "recurrence_of_id", "is_imported", "routing", "recorded_at"}
"""Keys, and what only an operation knows: the rules' word on that day, and when it was written."""
EVENT_KINDS = {move.event for move in MOVES.values()} | {LAPSED}
DEEDS = {
    M.FILE: operations.file_case,
    M.AMEND: operations.amend_case,
    M.DECLINE: operations.decline_case,
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


class Cast:
    """Who acts, and on what."""

    def __init__(self) -> None:
        self.category = make_category("lamps")
        self.draft = make_draft(site=make_site(area=make_area()), category=self.category)
        make_policy()
        make_policy(category=self.category, rectify_minutes=840)
        self.operator = make_operator()
        self.importer = make_user(Role.ADMIN)
        self.lead, self.other, self.support = make_unit(), make_unit(), make_unit()
        self.workers = {unit.code: make_handler(unit) for unit in self.all_units}

    @property
    def all_units(self) -> list[Any]:
        return [self.lead, self.other, self.support]

    def histories(self) -> list[CaseHistory]:
        """Some of everything that can happen."""
        lead, other, support = (self.workers[unit.code] for unit in self.all_units)
        office = self.operator
        photos = {"photos": [make_photo_row()]}
        words = {"words": "情况属实"}
        to_lead = {"unit": self.lead}
        late = {"wanted_due_at": MORNING + timedelta(days=9), **words}
        later = {"wanted_due_at": MORNING + timedelta(days=11), **words}
        nothing: dict[str, Any] = {}
        taken = [(M.REPORT, office, nothing), (M.FILE, office, nothing)]
        taken += [(M.DISPATCH, office, to_lead), (M.ACKNOWLEDGE, lead, nothing)]
        done: list[tuple[MoveName, User, dict[str, Any]]] = [(M.SUBMIT, lead, {**words, **photos})]
        checked: list[tuple[MoveName, User, dict[str, Any]]] = [
            (M.VERIFY, office, {"on_site": True}),
            (M.CLOSE, office, words),
        ]
        amended = CaseDraft(title="路灯全灭", area=make_area(), category=self.category)
        every: list[list[tuple[MoveName, User, dict[str, Any]]]] = [
            [*taken, *done, *checked],
            [(M.REPORT, office, {}), (M.DECLINE, office, words), (M.REOPEN, office, words)],
            [(M.FILE, office, {}), (M.AMEND, office, {"draft": amended})],
            [*taken, (M.RETURN, lead, words), (M.DISPATCH, office, {"unit": self.other})],
            [
                *taken,
                (M.ASK_EXTENSION, lead, late),
                (M.REFUSE_EXTENSION, office, words),
                (M.ASK_EXTENSION, lead, late),
                (M.GRANT_EXTENSION, office, {}),
                (M.ASK_EXTENSION, lead, later),  # lapses with the work done
                *done,
            ],
            [
                *taken,
                (M.URGE, office, {}),
                (M.TRANSFER, office, {"unit": self.other, **words}),
                (M.ACKNOWLEDGE, other, {}),
                (M.PARK, office, words),
                (M.UNPARK, office, {}),
                (M.NOTE, office, words),
            ],
            [(M.FILE, office, {}), (M.PARK, office, words)],
            [
                *taken,
                (M.ASK_SUPPORT, office, {"unit": self.support, **words}),
                (M.FINISH_SUPPORT, support, {"unit": self.support, **words}),
                *[(move, who, {**words, "photos": [make_photo_row()]}) for move, who, _ in done],
                (M.FAIL, office, words),
                (M.SUBMIT, lead, {**words, "photos": [make_photo_row()]}),
                *checked,
                (M.REOPEN, office, words),
            ],
        ]
        return [
            CaseHistory(
                self.draft,
                None,
                tuple(
                    Step(move, MORNING + timedelta(minutes=50 * number), who, facts)
                    for number, (move, who, facts) in enumerate(steps)
                ),
            )
            for steps in every
        ]


def live(history: CaseHistory) -> Case:
    """Go through a history step by step, as a city does."""
    first, *steps = history.steps
    begin = operations.report_case if first.move == M.REPORT else operations.file_draft
    case = begin(draft=history.draft, actor=first.actor, now=first.at)
    for step in steps:
        deed: Any = DEEDS[step.move]
        deed(case_id=case.pk, actor=step.actor, now=step.at, **step.facts)
    return case


def rows(model: type[models.Model], order: str) -> list[dict[str, Any]]:
    names = [f.attname for f in model._meta.concrete_fields if f.attname not in NOT_LIVED]
    return list(model._base_manager.order_by(*order.split()).values(*names))


def everything() -> dict[str, list[dict[str, Any]]]:
    """All that stands in the database of cases and their record, without keys."""
    found = {"case": rows(Case, "number"), "words": rows(CaseWords, "case__number")}
    for model in (CaseSpan, Assignment, Extension, Pause, SupportPart, CasePhoto):
        found[model.__name__] = rows(model, "case__number pk")
    # Doubts about photos have a record of their own: those of an import are looked for later.
    events = [row for row in rows(Event, "subject_id number") if row["subject_kind"] == "case"]
    ids = sorted({event["subject_id"] for event in events})
    for event in events:
        event["subject_id"] = ids.index(event["subject_id"])
        del event["hash"], event["prev_hash"]  # they cover the key
    return found | {"events": events}


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast()


@override_settings(YANZHEN_CLOSE_ON_VERIFY=False)
def test_a_recorded_history_equals_the_same_history_lived(cast: Cast) -> None:
    histories = cast.histories()
    with transaction.atomic():
        for history in histories:
            live(history)
        lived = everything()
        transaction.set_rollback(True)
    assert {entry["kind"] for entry in lived["events"]} == EVENT_KINDS - {"case.merged"}
    assert not Case.objects.exists()

    last = max(step.at for history in histories for step in history.steps)
    count = operations.record_histories(histories=histories, actor=cast.importer, now=last)

    assert count == len(histories)
    assert everything() == lived
    assert audit().breaks == ()


def moments(history: CaseHistory, *, shift: timedelta) -> CaseHistory:
    steps = tuple(Step(s.move, s.at + shift, s.actor, s.facts) for s in history.steps)
    return CaseHistory(history.draft, history.number, steps)


def test_recurrences_are_found_whatever_the_order(cast: Cast) -> None:
    first = cast.histories()[0]
    second = moments(first, shift=timedelta(days=30))
    third = moments(first, shift=timedelta(days=200))
    no_photos = [
        CaseHistory(
            h.draft, None, tuple(Step(s.move, s.at, s.actor, _bare(s.facts)) for s in h.steps)
        )
        for h in (third, second, first)
    ]
    record(cast, no_photos, now=MORNING + timedelta(days=300))
    late, again, early = Case.objects.order_by("pk")
    assert (early.recurrence_of, again.recurrence_of, late.recurrence_of) == (None, early, None)


def _bare(facts: Any) -> dict[str, Any]:
    return {name: fact for name, fact in facts.items() if name != "photos"}


def record(cast: Cast, histories: list[CaseHistory], *, now: datetime) -> int:
    return operations.record_histories(histories=histories, actor=cast.importer, now=now)


def a_history(cast: Cast, number: str | None = None, *steps: Step) -> CaseHistory:
    return CaseHistory(cast.draft, number, steps or (Step(M.FILE, MORNING, cast.operator),))


def test_numbers_go_on_behind_those_that_an_import_brought(cast: Cast) -> None:
    numbers = ["HY-2026-000007", None, "HY-2026-000003", "老台账-12", None]
    record(cast, [a_history(cast, number) for number in numbers], now=MORNING)
    assert list(Case.objects.order_by("pk").values_list("number", flat=True)) == [
        "HY-2026-000007",
        "HY-2026-000008",
        "HY-2026-000003",
        "老台账-12",
        "HY-2026-000009",
    ]
    lived = operations.file_draft(draft=cast.draft, actor=cast.operator, now=MORNING)
    assert lived.number == "HY-2026-000010"
    assert (NumberSeries.objects.get().floor, NumberSeries.objects.get().last) == (7, 10)


def test_a_merged_history_names_the_other(cast: Cast) -> None:
    into = a_history(
        cast,
        "A-1",
        Step(M.FILE, MORNING, cast.operator),
        Step(M.MERGE, MORNING + timedelta(hours=2), cast.operator, {"joined": "A-2"}),
    )
    merged = a_history(
        cast,
        "A-2",
        Step(M.FILE, MORNING, cast.operator),
        Step(M.MERGE, MORNING + timedelta(hours=2), cast.operator, {"into": "A-1"}),
    )
    record(cast, [into, merged], now=MORNING + timedelta(hours=2))
    one, other = Case.objects.order_by("number")
    assert (other.status, other.merged_into) == (CaseStatus.MERGED, one)


def backwards(cast: Cast) -> list[CaseHistory]:
    earlier = Step(M.DISPATCH, MORNING - timedelta(hours=1), cast.operator, {"unit": cast.lead})
    return [a_history(cast, None, Step(M.FILE, MORNING, cast.operator), earlier)]


@pytest.mark.parametrize(
    ("histories", "refusal"),
    [
        (lambda cast: [a_history(cast, "A-1"), a_history(cast, "A-1")], NumberTaken),
        (lambda cast: [a_history(cast, "HY-2026-000001")], NumberTaken),
        (backwards, DatesOutOfOrder),
        (
            lambda cast: [
                a_history(cast, None, Step(M.FILE, MORNING + timedelta(days=9), cast.operator))
            ],
            DatesOutOfOrder,
        ),
        (
            lambda cast: [
                a_history(
                    cast,
                    None,
                    Step(M.FILE, MORNING, cast.operator),
                    Step(M.VERIFY, MORNING, cast.operator),
                )
            ],
            MoveNotAllowed,
        ),
    ],
)
def test_one_bad_history_and_none_is_written(
    cast: Cast, histories: Any, refusal: type[Refused]
) -> None:
    operations.file_draft(draft=cast.draft, actor=cast.operator, now=MORNING)
    bad = [a_history(cast), *histories(cast)]
    with pytest.raises(refusal):
        record(cast, bad, now=MORNING + timedelta(hours=1))
    assert Case.objects.count() == 1
    assert Event.objects.count() == 1
    assert NumberSeries.objects.get().last == 1


def test_only_who_may_import_there_brings_histories(cast: Cast) -> None:
    for actor in (make_user(Role.INSPECTOR), make_user(Role.OPERATOR, area_code="430481")):
        with pytest.raises(Forbidden):
            operations.record_histories(histories=[a_history(cast)], actor=actor, now=MORNING)
    assert not Case.objects.exists()
