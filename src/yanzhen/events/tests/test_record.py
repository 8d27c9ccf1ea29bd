"""An event is the next link of its subject's chain, in the transaction of its change."""

import hashlib
import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.events import chain
from yanzhen.events.errors import ClientIdReused
from yanzhen.events.models import Event
from yanzhen.events.operations import record, replayed
from yanzhen.events.queries import events_of, last_event

NOW = datetime(2026, 11, 2, 1, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.django_db
def test_the_events_of_a_subject_count_from_one_and_name_the_link_before() -> None:
    actor, subject, other = make_user(), make_user(), make_user()
    first = record("user.added", subject, actor=actor, at=NOW)
    record("user.added", other, actor=actor, at=NOW)
    second = record("user.closed", subject, actor=actor, at=NOW)
    assert [(e.number, e.prev_hash) for e in events_of(subject)] == [(1, ""), (2, first.hash)]
    assert last_event(subject) == second
    assert last_event(make_user()) is None


@pytest.mark.django_db
def test_a_hash_can_be_computed_by_hand() -> None:
    actor = make_user()
    client_id = UUID("6f9619ff-8b86-4d01-b42d-00c04fc964ff")
    event = record("user.added", actor, actor=actor, at=NOW, client_id=client_id, b=1, a="雁")
    text = (
        f"yanzhen-event-1\nuser.added\nuser:{actor.pk}\n1\n{actor.pk}\n1793581200123456\n"
        '{"a":"雁","b":1}\n6f9619ff-8b86-4d01-b42d-00c04fc964ff\n'
    )
    assert event.hash == hashlib.sha256(text.encode()).hexdigest()
    assert Event.objects.get().expected_hash() == event.hash


@pytest.mark.django_db
def test_a_payload_holds_instants_days_decimals_and_ids_as_text() -> None:
    actor = make_user()
    event = record(
        "user.added",
        actor,
        actor=actor,
        at=NOW,
        at_home=datetime(2026, 11, 2, 9, 0, tzinfo=chain.EPOCH.tzinfo) - timedelta(hours=8),
        day=date(2026, 11, 2),
        share=Decimal("0.30"),
        key=UUID(int=7),
        many={"b", "a"},
    )
    assert event.facts == {
        "at_home": "2026-11-02T01:00:00.000000Z",
        "day": "2026-11-02",
        "share": "0.30",
        "key": "00000000-0000-0000-0000-000000000007",
        "many": ["a", "b"],
    }
    assert chain.instant("2026-11-02T01:00:00.000000Z") == NOW.replace(microsecond=0)


@pytest.mark.django_db
@pytest.mark.parametrize("fact", [float("nan"), object()])
def test_what_cannot_be_written_for_good_is_not_written(fact: object) -> None:
    actor = make_user()
    with pytest.raises((TypeError, ValueError)):
        record("user.added", actor, actor=actor, at=NOW, fact=fact)
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_recorded() -> None:
    actor = make_user()
    with pytest.raises(RuntimeError):
        record("user.added", actor, actor=actor, at=NOW)
    assert not Event.objects.exists()


# --- Append-only --------------------------------------------------------------------------------


@pytest.fixture
def event() -> Event:
    actor = make_user()
    return record("user.added", actor, actor=actor, at=NOW)


@pytest.mark.django_db
def test_the_code_refuses_to_change_or_remove_an_event(event: Event) -> None:
    with pytest.raises(TypeError):
        event.save()
    with pytest.raises(TypeError):
        event.delete()
    with pytest.raises(TypeError):
        Event.objects.update(kind="x")
    with pytest.raises(TypeError):
        Event.objects.filter(pk=event.pk).delete()
    with pytest.raises(TypeError), transaction.atomic():
        Event.objects.bulk_update([event], ["kind"])
    assert Event.objects.get().kind == "user.added"


@pytest.mark.django_db
def test_the_database_refuses_to_change_an_event(event: Event) -> None:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE events_event SET kind = 'x'")
    assert Event.objects.get().kind == "user.added"


@pytest.mark.postgres_only
@pytest.mark.django_db
def test_the_database_refuses_to_remove_an_event(event: Event) -> None:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM events_event")
    assert Event.objects.get() == event


# --- Resends ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_resend_is_known_and_another_deed_under_the_same_id_refused() -> None:
    actor, subject, client_id = make_user(), make_user(), uuid4()
    assert replayed(client_id, "user.added", subject=subject, actor=actor) is None
    assert replayed(None, "user.added") is None
    done = record("user.added", subject, actor=actor, at=NOW, client_id=client_id)

    assert replayed(client_id, "user.added") == done
    assert replayed(client_id, "user.added", subject=subject, actor=actor) == done
    with pytest.raises(ClientIdReused):
        replayed(client_id, "user.closed", subject=subject, actor=actor)
    with pytest.raises(ClientIdReused):
        replayed(client_id, "user.added", subject=actor, actor=actor)
    with pytest.raises(ClientIdReused):
        replayed(client_id, "user.added", subject=subject, actor=subject)


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_of_two_resends_at_once_one_writes_and_the_other_learns_of_it() -> None:
    """The second waits for the first although there is no row yet that both could lock."""
    actor, client_id = make_user(), uuid4()
    start, answers = threading.Barrier(2), []

    def add() -> None:
        try:
            start.wait()
            with transaction.atomic():
                known = replayed(client_id, "user.added")
                if known is None:
                    subject = User.objects.create(username=f"u{threading.get_ident()}")
                    known = record("user.added", subject, actor=actor, at=NOW, client_id=client_id)
                answers.append(known.subject_id)
        finally:
            connection.close()

    threads = [threading.Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 2
    assert len(set(answers)) == 1
    assert Event.objects.count() == 1
