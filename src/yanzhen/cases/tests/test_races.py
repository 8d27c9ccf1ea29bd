"""Two at once: one wins, the other is told. Each race is lost without its lock, and shown so."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from yanzhen.accounts.models import User
from yanzhen.cases import numbers, operations
from yanzhen.cases.enums import CaseStatus
from yanzhen.cases.errors import MoveNotAllowed, UnitClosed
from yanzhen.cases.invariants import look_through
from yanzhen.cases.models import Assignment, Case, NumberSeries
from yanzhen.cases.tests.factories import (
    make_case,
    make_draft,
    make_handler,
    make_operator,
    make_policy,
)
from yanzhen.cases.tests.visits import client_of
from yanzhen.core.engine import reserve_ids
from yanzhen.core.locking import LockingQuerySet
from yanzhen.core.time import city_day
from yanzhen.events.models import Event
from yanzhen.units.models import Unit
from yanzhen.units.tests.factories import make_unit

pytestmark = [pytest.mark.postgres_only, pytest.mark.django_db(transaction=True)]
NOW = datetime.fromisoformat("2026-11-02T14:00:00+08:00")


def at_once(*deeds: Callable[[], object]) -> list[BaseException | object]:
    """Do all of them at the same moment, each on a connection of its own; what came of each."""
    start = threading.Barrier(len(deeds))
    answers: list[BaseException | object] = [None] * len(deeds)

    def run(place: int, deed: Callable[[], object]) -> None:
        try:
            start.wait(20)
            answers[place] = deed()
        except BaseException as error:  # noqa: BLE001 - the test looks at each
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def refusals(answers: list[BaseException | object]) -> list[type]:
    return [type(answer) for answer in answers if isinstance(answer, BaseException)]


def again(user: User) -> User:
    """The same person in another request."""
    return User.rows.get(pk=user.pk)


@contextmanager
def without_locks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A house in which nobody waits for anybody, and everybody takes a moment to think."""

    def unlocked(self: Any) -> Any:
        rows = list(self.order_by("pk"))
        time.sleep(0.3)  # long enough for the other to have looked as well
        return self.model.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk")

    with monkeypatch.context() as patch:
        patch.setattr(LockingQuerySet, "locked", unlocked)
        yield


# --- Two moves at once --------------------------------------------------------------------------


def two_dispatches() -> list[BaseException | object]:
    office = make_operator()
    case = make_case(status=CaseStatus.FILED, operator=office)
    units = [make_unit(), make_unit()]

    def to(unit: Unit) -> Callable[[], object]:
        return lambda: operations.dispatch_case(
            case_id=case.pk, unit=unit, actor=again(office), now=NOW
        )

    return at_once(*map(to, units))


def test_of_two_dispatchers_at_once_one_wins() -> None:
    answers = two_dispatches()
    assert refusals(answers) == [MoveNotAllowed]
    assert Assignment.objects.count() == 1
    assert Event.objects.filter(kind="case.dispatched").count() == 1
    assert list(look_through()) == []


def test_without_the_lock_both_dispatch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database still holds what it can: one of them ends in an error instead of a refusal."""
    with without_locks(monkeypatch):
        answers = two_dispatches()
    assert MoveNotAllowed not in refusals(answers)
    assert refusals(answers) == [IntegrityError]


def close_against_fail() -> tuple[Case, list[BaseException | object]]:
    one, other = make_operator(), make_operator()
    case = make_case(status=CaseStatus.VERIFIED, operator=one)
    key: dict[str, Any] = {"case_id": case.pk, "now": NOW}
    answers = at_once(
        lambda: operations.close_case(**key, actor=again(one)),
        lambda: operations.fail_case(**key, words="还在漏水", actor=again(other)),
    )
    return case, answers


def test_of_a_close_and_a_fail_at_once_one_wins() -> None:
    case, answers = close_against_fail()
    assert refusals(answers) == [MoveNotAllowed]
    case.refresh_from_db()
    assert case.status in {CaseStatus.CLOSED, CaseStatus.REWORK}
    assert list(look_through()) == []


def test_without_the_lock_a_close_and_a_fail_do_not_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    with without_locks(monkeypatch):
        _case, answers = close_against_fail()
    assert MoveNotAllowed not in refusals(answers)


def test_of_closing_and_reopening_at_once_each_meets_what_the_other_left() -> None:
    office = make_operator()
    case = make_case(status=CaseStatus.VERIFIED, operator=office)
    key: dict[str, Any] = {"case_id": case.pk, "words": "说明", "now": NOW}
    answers = at_once(
        lambda: operations.close_case(**key, actor=again(office)),
        lambda: operations.reopen_case(**key, actor=again(office)),
    )
    case.refresh_from_db()
    was_closed_first = not refusals(answers)
    assert refusals(answers) in ([], [MoveNotAllowed])
    wanted = CaseStatus.DISPATCHED if was_closed_first else CaseStatus.CLOSED
    assert case.status == wanted
    assert list(look_through()) == []


def test_of_two_who_reopen_at_once_one_wins() -> None:
    office = make_operator()
    case = make_case(status=CaseStatus.CLOSED, operator=office)

    def reopen() -> object:
        return operations.reopen_case(case_id=case.pk, words="又坏了", actor=again(office), now=NOW)

    assert refusals(at_once(reopen, reopen)) == [MoveNotAllowed]
    assert list(look_through()) == []


def test_of_submitting_and_parking_at_once_one_wins() -> None:
    office, unit = make_operator(), make_unit()
    worker = make_handler(unit)
    case = make_case(status=CaseStatus.ACKNOWLEDGED, unit=unit, operator=office)
    key: dict[str, Any] = {"case_id": case.pk, "words": "说明", "now": NOW}
    answers = at_once(
        lambda: operations.return_case(**key, actor=again(worker)),
        lambda: operations.park_case(**key, actor=again(office)),
    )
    assert len(refusals(answers)) <= 1  # a returned case can still be parked
    assert list(look_through()) == []


def test_two_cases_merged_into_each_other_at_once_do_not_wait_for_ever() -> None:
    office = make_operator()
    one, other = (make_case(status=CaseStatus.FILED, operator=office) for _ in range(2))

    def merge(case: Case, into: Case) -> Callable[[], object]:
        return lambda: operations.merge_case(
            case_id=case.pk, into_id=into.pk, actor=again(office), now=NOW
        )

    answers = at_once(merge(one, other), merge(other, one))
    assert len(refusals(answers)) == 1
    statuses = sorted(Case.objects.values_list("status", flat=True))
    assert statuses == [CaseStatus.FILED, CaseStatus.MERGED]
    assert list(look_through()) == []


def test_a_unit_that_is_being_closed_is_given_nothing() -> None:
    office = make_operator()
    case, unit = make_case(status=CaseStatus.FILED, operator=office), make_unit()
    held, may_commit = threading.Event(), threading.Event()

    def close() -> None:
        with transaction.atomic():
            Unit.objects.locked().get(pk=unit.pk)
            held.set()
            may_commit.wait(20)
            Unit.objects.filter(pk=unit.pk).update(is_active=False, closed_on=city_day(NOW))

    def dispatch() -> object:
        held.wait(20)
        threading.Timer(0.3, may_commit.set).start()
        return operations.dispatch_case(case_id=case.pk, unit=unit, actor=again(office), now=NOW)

    assert refusals(at_once(close, dispatch)) == [UnitClosed]


# --- Resends at once ----------------------------------------------------------------------------


def test_of_two_resends_at_once_one_files_and_both_get_the_same_case() -> None:
    office, draft, client_id = make_operator(), make_draft(), uuid4()

    def file() -> object:
        return operations.file_draft(
            draft=draft, actor=again(office), now=NOW, client_id=client_id
        ).number

    assert at_once(file, file, file) == ["HY-2026-000001"] * 3
    assert Case.objects.count() == 1


def test_of_two_resends_of_a_move_at_once_one_moves_and_both_are_answered() -> None:
    office, unit, client_id = make_operator(), make_unit(), uuid4()
    case = make_case(status=CaseStatus.FILED, operator=office)

    def dispatch() -> object:
        return operations.dispatch_case(
            case_id=case.pk, unit=unit, actor=again(office), now=NOW, client_id=client_id
        ).status

    assert at_once(dispatch, dispatch) == [CaseStatus.DISPATCHED] * 2
    assert Assignment.objects.count() == 1


# --- Numbers ------------------------------------------------------------------------------------

THREADS, EACH = 8, 12


def file_many(*, failing: bool = False) -> list[BaseException | object]:
    office, draft = make_operator(), make_draft()
    make_policy()

    def file() -> int:
        actor = again(office)
        for count in range(EACH):
            if failing and count % 3 == 2:  # a transaction that takes a number and gives it back
                with transaction.atomic():
                    operations.file_draft(draft=draft, actor=actor, now=NOW)
                    transaction.set_rollback(True)
            operations.file_draft(draft=draft, actor=actor, now=NOW)
        return EACH

    return at_once(*[file] * THREADS)


def test_numbers_have_no_gaps_however_many_file() -> None:
    assert file_many(failing=True) == [EACH] * THREADS
    found = sorted(Case.objects.values_list("number", flat=True))
    assert found == [f"HY-2026-{count:06}" for count in range(1, THREADS * EACH + 1)]
    assert list(look_through()) == []


def test_a_number_that_is_read_and_then_written_is_given_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the one statement that counts and locks is there for."""

    def careless(at: datetime) -> numbers.Ticket:
        series, _ = NumberSeries.objects.get_or_create(prefix="HY", year=city_day(at).year)
        time.sleep(0.01)
        series.last += 1
        series.save(update_fields=["last"])
        number = numbers.number_of("HY", series.year, series.last)
        return numbers.Ticket(number, reserve_ids(Case, 1)[0], None)

    NumberSeries.objects.create(prefix="HY", year=2026)
    monkeypatch.setattr(operations, "next_ticket", careless)
    assert IntegrityError in refusals(file_many())


def test_the_first_two_of_a_year_do_not_collide() -> None:
    office, draft = make_operator(), make_draft()

    def file(client_id: UUID) -> Callable[[], object]:
        return lambda: (
            operations.file_draft(
                draft=draft, actor=again(office), now=NOW, client_id=client_id
            ).number
        )

    numbers_given = at_once(*[file(uuid4()) for _ in range(4)])
    assert sorted(map(str, numbers_given)) == [f"HY-2026-{count:06}" for count in range(1, 5)]


def test_moves_on_different_cases_do_not_wait_for_each_other() -> None:
    office = make_operator()
    one, other = (make_case(status=CaseStatus.FILED, operator=office) for _ in range(2))
    with transaction.atomic():
        Case.objects.locked().get(pk=one.pk)
        started = timezone.now()
        answers = at_once(
            lambda: operations.note_case(
                case_id=other.pk, words="看过", actor=again(office), now=NOW
            )
        )
    assert refusals(answers) == []
    assert (timezone.now() - started).total_seconds() < 20


# --- Two at their pages -------------------------------------------------------------------------


def test_whoever_hands_in_while_the_case_is_being_taken_away_is_told_by_whom() -> None:
    """His page has looked at the case already, and waits for the lock of whoever takes it."""
    unit, other, office = make_unit(), make_unit(), make_operator()
    worker = make_handler(unit)
    case = make_case(status=CaseStatus.DISPATCHED, unit=unit, operator=office, handler=worker)
    client = client_of(worker)
    is_taken = threading.Event()

    def take_away() -> None:
        with transaction.atomic():
            operations.transfer_case(
                case_id=case.pk, unit=other, words="归他", actor=again(office), now=timezone.now()
            )
            is_taken.set()
            time.sleep(1)  # the page meets the lock meanwhile

    def acknowledge() -> Any:
        is_taken.wait(20)
        return client.post(f"/cases/{case.number}/acknowledge/", {"next": "/"})

    _none, answer = at_once(take_away, acknowledge)

    page = answer.content.decode()  # type: ignore[union-attr]  # an answer, or the test fails here
    assert answer.status_code == 409  # type: ignore[union-attr]
    assert "这一件已不在您的单位" in page
    assert f"{office.full_name}已于" in page
    assert Case.objects.get(pk=case.pk).unit_id == other.code
