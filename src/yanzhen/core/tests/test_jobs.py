"""Jobs: once in the queue they are done, whoever dies."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from yanzhen.core import jobs
from yanzhen.core.enums import JobStatus
from yanzhen.core.jobs import Run, Task, claim, finish, perform, renew, take_back_expired
from yanzhen.core.models import Job, Schedule
from yanzhen.core.runner import AnotherRunner, Runner, only_runner

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

seen: list[Any] = []


@jobs.job("test.note")
def note(run: Run, *, what: str) -> str:
    seen.append(what)
    run.report(1, 2)
    return f"noted {what}"


@jobs.job("test.broken", max_attempts=3)
def broken(run: Run) -> None:
    message = f"attempt {run.attempt} went wrong"
    raise RuntimeError(message)


@jobs.job("test.unkeepable")
def unkeepable(run: Run) -> object:
    return object()


@pytest.fixture(autouse=True)
def _nothing_seen() -> Iterator[None]:
    seen.clear()
    yield
    for kind in [kind for kind in jobs.TASKS if kind.startswith("test.periodic")]:
        del jobs.TASKS[kind]


def claimed(now: datetime = NOW) -> jobs.Claim:
    held = claim(now=now)
    assert held is not None
    return held


def work(now: datetime = NOW) -> Run:
    held = claimed(now)
    run = Run(job_id=held.job_id, attempt=held.attempt)
    perform(held, run)
    return run


@pytest.mark.django_db
def test_a_job_runs_with_its_arguments_and_keeps_its_result() -> None:
    row = note.enqueue(now=NOW, what="a lamp")

    work()

    row.refresh_from_db()
    assert seen == ["a lamp"]
    assert (row.status, row.result, row.attempts) == (JobStatus.DONE, "noted a lamp", 1)
    assert (row.progress_done, row.progress_total) == (1, 2)
    assert claim(now=NOW) is None


@pytest.mark.django_db
def test_a_job_of_a_rolled_back_transaction_was_never_there() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        note.enqueue(now=NOW, what="never")
        raise RuntimeError

    assert claim(now=NOW) is None


@pytest.mark.django_db
def test_the_job_due_longest_comes_first_and_none_before_its_time() -> None:
    note.enqueue(now=NOW, what="second", run_at=NOW + 2 * MINUTE)
    note.enqueue(now=NOW, what="first", run_at=NOW + MINUTE)

    assert claim(now=NOW) is None
    work(NOW + 2 * MINUTE)
    work(NOW + 2 * MINUTE)
    assert seen == ["first", "second"]


@pytest.mark.django_db
def test_a_waiting_job_stands_for_every_other_of_its_key() -> None:
    first = note.enqueue(now=NOW, what="one", unique_key="k")
    again = note.enqueue(now=NOW, what="two", unique_key="k")

    assert again.pk == first.pk
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_a_job_asked_for_while_one_of_its_key_runs_waits_for_its_end() -> None:
    note.enqueue(now=NOW, what="one", unique_key="k")
    held = claimed()
    later = note.enqueue(now=NOW, what="two", unique_key="k")

    assert later.pk != held.job_id
    assert claim(now=NOW) is None
    finish(held, run=Run(held.job_id, 1), now=NOW)
    assert claimed().job_id == later.pk


@pytest.mark.django_db
def test_a_failing_job_is_tried_again_after_longer_and_longer_and_then_laid_aside() -> None:
    row = broken.enqueue(now=NOW)

    waits = []
    for _ in range(3):
        row.refresh_from_db()
        started = timezone.now()
        work(max(row.run_at, started))
        row.refresh_from_db()
        waits.append(round((row.run_at - started).total_seconds()))

    assert row.status == JobStatus.DEAD
    assert waits[:2] == [5, 10]
    assert "attempt 3 went wrong" in row.error
    assert claim(now=timezone.now() + timedelta(days=1)) is None


@pytest.mark.django_db
def test_a_result_that_cannot_be_kept_is_a_failure_and_stops_no_runner() -> None:
    row = unkeepable.enqueue(now=NOW)

    work()

    row.refresh_from_db()
    assert (row.status, row.result) == (JobStatus.WAITING, None)
    assert "not JSON serializable" in row.error


@pytest.mark.django_db
def test_a_dead_job_can_be_woken_and_a_living_one_cannot() -> None:
    row = broken.enqueue(now=NOW)
    assert not jobs.retry(job_id=row.pk, now=NOW)
    Job.objects.update(status=JobStatus.DEAD, attempts=3)

    assert jobs.retry(job_id=row.pk, now=NOW)
    row.refresh_from_db()
    assert (row.status, row.attempts) == (JobStatus.WAITING, 0)


@pytest.mark.django_db
def test_waits_double_up_to_an_hour() -> None:
    assert [jobs.wait_after(n).total_seconds() for n in (1, 2, 3, 10, 400)] == [
        5, 10, 20, 2560, 3600,
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_kind_that_no_app_declares_is_laid_aside_with_words() -> None:
    Job.objects.create(kind="gone.away", run_at=NOW, created_at=NOW)

    work()

    row = Job.objects.get()
    assert row.status == JobStatus.DEAD
    assert "gone.away" in row.error


@pytest.mark.django_db
def test_a_job_whose_holder_died_goes_to_another_when_the_lease_is_over() -> None:
    note.enqueue(now=NOW, what="lost and found")
    first = claimed()

    assert take_back_expired(now=NOW + jobs.LEASE) == 0
    assert take_back_expired(now=NOW + jobs.LEASE + MINUTE) == 1
    second = claimed(NOW + jobs.LEASE + MINUTE)

    assert (second.job_id, second.attempt) == (first.job_id, 2)
    assert not finish(first, run=Run(first.job_id, 1), now=NOW)
    assert not renew(first, run=Run(first.job_id, 1), now=NOW)
    assert finish(second, run=Run(second.job_id, 2), now=NOW)


@pytest.mark.django_db
def test_a_renewed_lease_is_not_taken_back() -> None:
    note.enqueue(now=NOW, what="long")
    held = claimed()
    run = Run(held.job_id, 1)
    run.report(40, 100)

    assert renew(held, run=run, now=NOW + jobs.LEASE)
    assert take_back_expired(now=NOW + jobs.LEASE + timedelta(seconds=1)) == 0
    assert Job.objects.get().progress_done == 40


@pytest.mark.django_db
def test_a_job_that_this_process_is_working_at_is_not_taken_from_it() -> None:
    note.enqueue(now=NOW, what="long write")
    held = claimed()

    assert take_back_expired(now=NOW + MINUTE, held_here=frozenset({held.job_id})) == 0


@pytest.mark.django_db
def test_a_lost_job_gives_way_to_a_newer_one_of_its_key() -> None:
    note.enqueue(now=NOW, what="old", unique_key="k")
    claimed()
    newer = note.enqueue(now=NOW, what="new", unique_key="k")

    take_back_expired(now=NOW + 2 * MINUTE)

    statuses = dict(Job.objects.values_list("status", "pk"))
    assert set(statuses) == {JobStatus.SUPERSEDED, JobStatus.WAITING}
    assert statuses[JobStatus.WAITING] == newer.pk


@pytest.mark.django_db
def test_what_comes_back_is_enqueued_once_a_beat_and_made_up_for_once() -> None:
    @jobs.job("test.periodic", every=10 * MINUTE)
    def periodic(run: Run) -> None: ...

    def waiting(now: datetime) -> int:
        jobs.enqueue_due(now=now)
        return Job.objects.filter(kind="test.periodic").count()

    assert waiting(NOW) == 1
    assert waiting(NOW + MINUTE) == 1
    Job.objects.all().delete()
    assert waiting(NOW + 9 * MINUTE) == 0
    assert waiting(NOW + timedelta(days=3)) == 1  # a weekend without a runner is one beat
    assert Schedule.objects.get(kind="test.periodic").next_at == NOW + timedelta(days=3, minutes=10)


@pytest.mark.django_db
def test_the_sweep_forgets_old_ends_and_keeps_the_dead() -> None:
    old = timezone.now() - jobs.KEPT_FOR - MINUTE
    for status in (JobStatus.DONE, JobStatus.DEAD, JobStatus.WAITING):
        Job.objects.create(kind="x", status=status, run_at=old, created_at=old, finished_at=old)
    Job.objects.create(
        kind="x", status=JobStatus.DONE, run_at=old, created_at=old, finished_at=timezone.now()
    )

    assert jobs.sweep.function(Run(0, 1)) == {"jobs": 1}
    assert Job.objects.count() == 3


def test_two_apps_cannot_give_one_name_to_two_kinds() -> None:
    def other(run: Run) -> None: ...

    other.__module__ = "elsewhere"
    with pytest.raises(ValueError, match=r"test\.note"):
        jobs.job("test.note")(other)


@pytest.mark.django_db(transaction=True)
def test_of_many_runners_at_once_each_job_goes_to_one() -> None:
    for number in range(30):
        note.enqueue(now=NOW, what=str(number))
    start = threading.Barrier(4)
    taken: list[int] = []

    def take() -> None:
        start.wait()
        while (held := claim(now=NOW)) is not None:
            taken.append(held.job_id)
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == sorted(Job.objects.values_list("pk", flat=True))


@pytest.mark.django_db(transaction=True)
def test_many_beats_at_once_enqueue_one_job() -> None:
    @jobs.job("test.periodic_race", every=10 * MINUTE)
    def periodic(run: Run) -> None: ...

    start = threading.Barrier(4)

    def beat() -> None:
        start.wait()
        jobs.enqueue_due(now=NOW)
        connection.close()

    threads = [threading.Thread(target=beat) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Job.objects.filter(kind="test.periodic_race").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_runner_works_off_the_queue(tmp_path: Path, settings: Any) -> None:
    settings.YANZHEN_HOME = tmp_path
    runner = Runner()
    for number in range(3):
        note.enqueue(now=timezone.now(), what=str(number))

    while runner.work_once():
        pass

    assert seen == ["0", "1", "2"]
    assert not runner.held


def test_there_is_one_runner_on_sqlite(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "sqlite":
        with only_runner() as first, only_runner() as second:
            assert not first
            assert not second
        return
    settings.YANZHEN_HOME = tmp_path
    monkeypatch.setattr("yanzhen.core.runner.PATIENCE_SECONDS", 0.1)
    with only_runner(), pytest.raises(AnotherRunner), only_runner():
        pass
    with only_runner() as again:
        assert again


# --- A real process and a real kill ---------------------------------------------------------------


def nothing(run: Run, *, notes: str) -> None:
    """What the job is lies in the worker; here it is only put in the queue."""


def start_worker(home: Path) -> "subprocess.Popen[bytes]":
    database = str(settings.DATABASES["default"]["NAME"])
    words = [sys.executable, "-m", "yanzhen.core.tests.worker", database, str(home)]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "yanzhen.settings.test"}
    return subprocess.Popen(words, env=environment)


def wait_until(true: Callable[[], bool], what: str) -> None:
    give_up_at = time.monotonic() + 30
    while not true():
        assert time.monotonic() < give_up_at, f"waited in vain for {what}"
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_a_job_of_a_runner_killed_with_9_is_done_by_the_next(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    row = Task("test.long", nothing).enqueue(now=timezone.now(), notes=str(notes))

    first = start_worker(tmp_path)
    try:
        wait_until(lambda: notes.exists() and "begin 1" in notes.read_text(), "the first attempt")
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    row.refresh_from_db()
    assert row.status == JobStatus.RUNNING  # nobody was left to say anything else
    if connection.vendor != "sqlite":  # there the next runner knows at once; here a lease ends
        Job.objects.update(lease_until=timezone.now() - MINUTE)

    second = start_worker(tmp_path)
    try:
        wait_until(
            lambda: Job.objects.get(pk=row.pk).status == JobStatus.DONE,
            "the second runner to finish it",
        )
    finally:
        second.send_signal(signal.SIGTERM)
        code = second.wait(timeout=15)

    row.refresh_from_db()
    assert notes.read_text().split("\n")[:3] == ["begin 1", "begin 2", "end 2"]
    assert (row.attempts, row.result, code) == (2, "fine", 0)
