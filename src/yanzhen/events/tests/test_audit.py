"""Whoever changes, cuts or removes what was recorded is found out, at the first broken link."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.events.chain import event_hash
from yanzhen.events.models import Event, Seal
from yanzhen.events.operations import make_seal, record
from yanzhen.events.queries import audit, verify_chain, verify_seals

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


def tamper(sql: str, *args: str | int | datetime) -> None:
    """Change the tables as somebody would who owns the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing may be pending
            cursor.execute("ALTER TABLE events_event DISABLE TRIGGER append_only")
            cursor.execute("ALTER TABLE events_seal DISABLE TRIGGER append_only")
        else:
            cursor.execute("DROP TRIGGER IF EXISTS events_event_append_only")
            cursor.execute("DROP TRIGGER IF EXISTS events_seal_append_only")
        cursor.execute(sql, args)


@pytest.fixture
def subjects() -> list[User]:
    """Three subjects with four events each, sealed after the second and after the last."""
    actor = make_user()
    found = [make_user() for _ in range(3)]
    for step in range(4):
        for subject in found:
            at = NOW + timedelta(hours=step)
            record("user.changed", subject, actor=actor, at=at, step=step)
        if step in {1, 3}:
            make_seal(now=NOW)
    return found


def whereabouts() -> list[tuple[str, str]]:
    return [(broken.where, broken.reason) for broken in audit().breaks]


@pytest.mark.django_db
def test_an_untouched_record_holds(subjects: list[User]) -> None:
    found = audit()
    assert (found.events, found.seals, found.breaks) == (12, 2, ())
    assert found.last_digest == Seal.objects.latest("pk").digest


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("payload", '{"step":9}'),
        ("kind", "user.closed"),
        ("actor_id", None),
        ("at", NOW + timedelta(seconds=1)),
        ("hash", "0" * 64),
    ],
)
def test_a_changed_event_is_named(
    subjects: list[User], change: str, value: str | int | datetime | None
) -> None:
    subject = subjects[1]
    value = value or subject.pk
    sql = f"UPDATE events_event SET {change} = %s WHERE subject_id = %s AND number = 2"
    tamper(sql, value, subject.pk)
    assert whereabouts()[0] == (f"user {subject.pk} #2", "内容与摘要不符")


@pytest.mark.django_db
def test_an_event_changed_along_with_its_hash_breaks_the_next_link(subjects: list[User]) -> None:
    event = Event.objects.get(subject_id=subjects[0].pk, number=2)
    forged = event_hash(
        kind=event.kind,
        subject_kind="user",
        subject_id=event.subject_id,
        number=2,
        actor_id=event.actor_id,
        at=event.at,
        payload="{}",
        client_id=None,
        prev_hash=event.prev_hash,
    )
    tamper("UPDATE events_event SET payload = '{}', hash = %s WHERE id = %s", forged, event.pk)
    places = whereabouts()
    assert places[0] == (f"user {subjects[0].pk} #3", "记下的上一环摘要与上一环不符")
    assert places[1][1] == "封存过的事件被改动过"


@pytest.mark.django_db
def test_a_removed_event_leaves_a_gap(subjects: list[User]) -> None:
    subject = subjects[2]
    tamper("DELETE FROM events_event WHERE subject_id = %s AND number = 2", subject.pk)
    assert whereabouts()[0] == (f"user {subject.pk} #2", "缺这一环，后面接的是第 3 环")


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["number = 4", "number > 0"])
def test_a_cut_tail_and_a_removed_subject_show_in_the_seal(subjects: list[User], what: str) -> None:
    tamper(f"DELETE FROM events_event WHERE {what} AND subject_id = %s", subjects[0].pk)
    assert list(verify_chain()) == []
    reasons = [broken.reason for broken in verify_seals()]
    assert reasons[-1].startswith("封存时有 ")


@pytest.mark.django_db
def test_a_forged_seal_does_not_fit_the_one_before(subjects: list[User]) -> None:
    second = Seal.objects.latest("pk")
    tamper("UPDATE events_seal SET prev_digest = 'x' WHERE id = %s", second.pk)
    assert [broken.reason for broken in verify_seals()] == ["与上一次封存接不上"]


@pytest.mark.django_db
def test_a_removed_seal_shows_in_the_next(subjects: list[User]) -> None:
    tamper("DELETE FROM events_seal WHERE id = %s", Seal.objects.earliest("pk").pk)
    assert [broken.reason for broken in verify_seals()] == ["与上一次封存接不上"]


@pytest.mark.django_db
def test_only_the_first_broken_link_of_a_chain_is_named(subjects: list[User]) -> None:
    tamper("UPDATE events_event SET payload = '{}' WHERE number > 1")
    assert [broken.where for broken in verify_chain()] == [f"user {s.pk} #2" for s in subjects]


@pytest.mark.django_db
def test_a_seal_is_made_only_when_there_is_something_new(subjects: list[User]) -> None:
    assert make_seal(now=NOW) is None
    record("user.changed", subjects[0], actor=subjects[0], at=NOW)
    seal = make_seal(now=NOW)
    assert seal is not None
    assert (seal.event_count, audit().breaks) == (13, ())


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_no_seal_is_laid_over_an_event_that_is_still_on_its_way() -> None:
    """An event gets its id before it is committed; a seal over a later id would miss it."""
    actor, late = make_user(), make_user()
    recorded, may_commit = threading.Event(), threading.Event()

    def slowly() -> None:
        try:
            with transaction.atomic():
                record("user.changed", late, actor=actor, at=NOW)
                recorded.set()
                may_commit.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=slowly)
    thread.start()
    recorded.wait(20)
    with transaction.atomic():
        record("user.changed", actor, actor=actor, at=NOW)
    assert make_seal(now=NOW) is None
    may_commit.set()
    thread.join()
    seal = make_seal(now=NOW)
    assert seal is not None
    assert (seal.event_count, audit().breaks) == (2, ())


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_however_many_clocks_run_the_seals_form_one_chain() -> None:
    actor = make_user()
    with transaction.atomic():
        for _ in range(5):
            record("user.changed", actor, actor=actor, at=NOW)
    start = threading.Barrier(4)

    def seal() -> None:
        try:
            start.wait()
            make_seal(now=NOW)
        finally:
            connection.close()

    threads = [threading.Thread(target=seal) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Seal.objects.count() == 1
    assert audit().breaks == ()


@pytest.mark.django_db
def test_the_audit_reads_in_constant_queries(
    subjects: list[User], django_assert_num_queries: Callable[[int], AbstractContextManager[Any]]
) -> None:
    with django_assert_num_queries(1):
        assert list(verify_chain()) == []
