"""Work after the commit: a job table that survives `kill -9`, on SQLite as on PostgreSQL.

An app declares a job in its `jobs.py` and enqueues it inside the transaction that causes it:

    @job("exchange.import")
    def import_upload(run: Run, *, upload_id: int) -> None: ...

    import_upload.enqueue(now=now, upload_id=upload.pk)

A job runs at least once. Its function calls operations that may meet their own result: it is
asked again whenever the process that ran it died before it could say "done".
"""

import logging
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Concatenate, Generic, ParamSpec

from django.contrib.sessions.backends.db import SessionStore
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from yanzhen.core.enums import JobStatus
from yanzhen.core.models import Job, Schedule

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)
KEPT_FOR = timedelta(days=14)

Arguments = ParamSpec("Arguments")


@dataclass
class Run:
    """One attempt at a job, as its function sees it."""

    job_id: int
    attempt: int
    progress: tuple[int, int] = (0, 0)
    result: Any = None

    def report(self, done: int, total: int) -> None:
        """Say how far the work is; whoever looks at the job sees it within seconds."""
        self.progress = (done, total)


@dataclass(frozen=True)
class Task(Generic[Arguments]):
    """A kind of job: its name, its function and how it is tried."""

    kind: str
    function: Callable[Concatenate[Run, Arguments], Any]
    max_attempts: int = 8
    every: timedelta | None = None

    def enqueue(
        self,
        *,
        now: datetime,
        unique_key: str = "",
        run_at: datetime | None = None,
        **arguments: Any,
    ) -> Job:
        """Put a job in the queue, in the caller's transaction: rolled back, it was never there.

        With a `unique_key` a job that already waits under it stands for this one too. One that
        is running does not: it may have read the world before the change that asks now.
        """
        values = {
            "kind": self.kind,
            "arguments": arguments,
            "unique_key": unique_key,
            "run_at": run_at or now,
            "created_at": now,
        }
        if not unique_key:
            return Job.objects.create(**values)
        waiting = Job.objects.filter(unique_key=unique_key, status=JobStatus.WAITING)
        if found := waiting.first():
            return found
        try:
            with transaction.atomic():
                return Job.objects.create(**values)
        except IntegrityError:
            # Somebody else's was first; should it have begun meanwhile, ask once more.
            return waiting.first() or Job.objects.create(**values)


TASKS: dict[str, Task[...]] = {}


def job(
    kind: str, *, max_attempts: int = 8, every: timedelta | None = None
) -> Callable[[Callable[Concatenate[Run, Arguments], Any]], Task[Arguments]]:
    """Declare a function as a kind of job; with `every`, one that comes back by itself."""

    def declare(function: Callable[Concatenate[Run, Arguments], Any]) -> Task[Arguments]:
        known = TASKS.get(kind)
        if known and known.function.__module__ != function.__module__:
            message = f"two jobs are called {kind}"
            raise ValueError(message)
        task = Task(kind, function, max_attempts, every)
        TASKS[kind] = task
        return task

    return declare


def discover() -> dict[str, Task[...]]:
    """Import every app's `jobs.py`, so that every kind is known."""
    autodiscover_modules("jobs")
    return TASKS


# --- The life of a job ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Claim:
    """A job that this process holds."""

    job_id: int
    token: uuid.UUID
    kind: str
    arguments: dict[str, Any] = field(default_factory=dict)
    attempt: int = 1


def claim(*, now: datetime, lease: timedelta = LEASE) -> Claim | None:
    """Take the job that has been due longest, or none; nobody else gets it while the lease lasts.

    Two jobs of one unique key never run at the same time.
    """
    if not _due(now).exists():  # a look without a lock: an idle queue disturbs no writer
        return None
    with transaction.atomic():
        rows = _due(now).order_by("run_at", "pk")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(of=("self",), skip_locked=True, no_key=True)
        row = rows.first()
        if row is None:
            return None
        row.status, row.token, row.lease_until = JobStatus.RUNNING, uuid.uuid4(), now + lease
        row.attempts += 1
        row.save(update_fields=["status", "token", "lease_until", "attempts"])
    return Claim(row.pk, row.token, row.kind, row.arguments, row.attempts)


def _due(now: datetime) -> QuerySet[Job]:
    running = Job.objects.filter(unique_key=OuterRef("unique_key"), status=JobStatus.RUNNING)
    waiting = Job.objects.filter(status=JobStatus.WAITING, run_at__lte=now)
    return waiting.filter(Q(unique_key="") | ~Exists(running))


def perform(held: Claim, run: Run) -> None:
    """Run a held job to its end: done, put back with a longer wait each time, or dead."""
    task = TASKS.get(held.kind)
    try:
        if task is None:
            message = f"no app declares the job {held.kind}"
            raise LookupError(message)
        returned = task.function(run, **held.arguments)
        run.result = run.result if returned is None else returned
        finish(held, run=run, now=timezone.now())
    except Exception as error:
        log.exception("job %s #%s failed at attempt %s", held.kind, held.job_id, held.attempt)
        words = "".join(traceback.format_exception_only(error)).strip()
        fail(held, error=words, now=timezone.now())


def renew(held: Claim, *, run: Run, now: datetime, lease: timedelta = LEASE) -> bool:
    """Hold on to a job that is still being worked at; False when it was given to another."""
    done, total = run.progress
    renewed = _held(held).update(lease_until=now + lease, progress_done=done, progress_total=total)
    return bool(renewed)


@transaction.atomic
def finish(held: Claim, *, run: Run, now: datetime) -> bool:
    """Say that a job is done; False when it had been given to another meanwhile."""
    done, total = run.progress
    return bool(
        _held(held).update(
            status=JobStatus.DONE,
            token=None,
            lease_until=None,
            finished_at=now,
            result=run.result,
            progress_done=done,
            progress_total=total,
            error="",
        )
    )


def _held(held: Claim) -> QuerySet[Job]:
    return Job.objects.filter(pk=held.job_id, token=held.token, status=JobStatus.RUNNING)


@transaction.atomic
def fail(held: Claim, *, error: str, now: datetime) -> None:
    """Put a job back after a failure, or lay it aside as dead when it has been tried enough."""
    row = Job.objects.locked().filter(pk=held.job_id, token=held.token).first()
    if row is not None:
        _give_back(row, error=error, now=now, wait=wait_after(row.attempts))


def wait_after(attempts: int) -> timedelta:
    """Return how long a job rests after so many attempts: 5 s, 10 s, 20 s … at most an hour."""
    doublings = min(max(attempts - 1, 0), 20)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


@transaction.atomic
def take_back_expired(*, now: datetime, held_here: frozenset[int] = frozenset()) -> int:
    """Put back the jobs whose holder has died; return how many there were.

    `held_here` are jobs that this very process is working at. It knows that they are alive,
    even when a long write of theirs keeps their lease from being renewed.
    """
    expired = Job.objects.filter(status=JobStatus.RUNNING, lease_until__lt=now)
    return _take_back(expired.exclude(pk__in=held_here), now=now)


@transaction.atomic
def take_back_all(*, now: datetime) -> int:
    """Put back every running job: for a runner that knows itself to be the only one."""
    return _take_back(Job.objects.filter(status=JobStatus.RUNNING), now=now)


def _take_back(rows: QuerySet[Job], *, now: datetime) -> int:
    held = rows.order_by("pk")
    if connection.features.has_select_for_update_skip_locked:
        held = held.select_for_update(of=("self",), skip_locked=True, no_key=True)
    lost = list(held)
    for row in lost:
        log.warning("job %s #%s was lost by its holder", row.kind, row.pk)
        _give_back(row, error="the process that ran it ended", now=now, wait=timedelta())
    return len(lost)


def _give_back(row: Job, *, error: str, now: datetime, wait: timedelta) -> None:
    task = TASKS.get(row.kind)
    newer = Job.objects.filter(unique_key=row.unique_key, status=JobStatus.WAITING)
    if row.attempts >= (task.max_attempts if task else 1):
        row.status, row.finished_at = JobStatus.DEAD, now
    elif row.unique_key and newer.exists():
        row.status, row.finished_at = JobStatus.SUPERSEDED, now
    else:
        row.status, row.run_at = JobStatus.WAITING, now + wait
    row.token, row.lease_until, row.error = None, None, error[:2000]
    row.save(update_fields=["status", "finished_at", "run_at", "token", "lease_until", "error"])


@transaction.atomic
def retry(*, job_id: int, now: datetime) -> bool:
    """Wake a dead job for a fresh round of attempts; False when it is not dead."""
    row = Job.objects.locked().filter(pk=job_id, status=JobStatus.DEAD).first()
    if row is None:
        return False
    row.status, row.attempts, row.run_at, row.finished_at = JobStatus.WAITING, 0, now, None
    row.save(update_fields=["status", "attempts", "run_at", "finished_at"])
    return True


# --- Jobs that come back --------------------------------------------------------------------------


def enqueue_due(*, now: datetime) -> int:
    """Enqueue what comes back and is due, once for each beat however many runners there are."""
    known = dict(Schedule.objects.values_list("kind", "next_at"))
    due = [task for task in TASKS.values() if task.every and known.get(task.kind, now) <= now]
    return sum(_enqueue_beat(task, now=now) for task in due)


@transaction.atomic
def _enqueue_beat(task: Task[...], *, now: datetime) -> bool:
    if task.every is None:
        return False
    Schedule.objects.get_or_create(kind=task.kind, defaults={"next_at": now})
    beat = Schedule.objects.locked().get(kind=task.kind)
    if beat.next_at > now:
        return False
    # Beats that were missed while nobody ran are made up for by one.
    beat.next_at = now + task.every
    beat.save(update_fields=["next_at"])
    task.enqueue(now=now, unique_key=f"every:{task.kind}")
    return True


@job("core.sweep", every=timedelta(hours=6))
def sweep(_run: Run) -> dict[str, int]:
    """Forget jobs that ended long ago, and sessions that have expired. Dead jobs stay."""
    ended = Job.objects.filter(
        status__in=[JobStatus.DONE, JobStatus.SUPERSEDED],
        finished_at__lt=timezone.now() - KEPT_FOR,
    )
    SessionStore.clear_expired()
    return {"jobs": ended.delete()[0]}
