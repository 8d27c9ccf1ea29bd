"""The process that does the jobs: a few threads that work and one that keeps time.

Started by `yanzhen serve`; a city may start as many as it likes on PostgreSQL.
"""

import fcntl
import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, connections
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yanzhen.core import jobs
from yanzhen.core.errors import Refused

log = logging.getLogger(__name__)

BEAT_SECONDS = 2.0
IDLE_SECONDS = 0.5
"""How long a thread with nothing to do waits before it looks again."""
PATIENCE_SECONDS = 10.0
"""How long a starting runner waits for one that is just ending."""


class AnotherRunner(Refused):
    """SQLite has one writer at a time; a second runner would only stand in the way."""

    code = "another_runner"
    message = _("另一个后台任务进程正在使用这个数据目录。")


@dataclass
class Runner:
    """What the threads of one runner share."""

    threads: int = 2
    parent: int | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
    held: dict[int, tuple[jobs.Claim, jobs.Run]] = field(default_factory=dict)

    def run(self) -> None:
        """Work until told to stop, or until the process that started this one is gone."""
        jobs.discover()
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        with only_runner() as alone:
            if alone:
                jobs.take_back_all(now=timezone.now())
            workers = [
                threading.Thread(target=self._work, name=f"jobs-{number}", daemon=True)
                for number in range(self.threads)
            ]
            for worker in workers:
                worker.start()
            while not self.stopping.wait(BEAT_SECONDS):
                self._beat()
            for worker in workers:  # what is begun may end; what does not is taken back later
                worker.join(timeout=10)

    def _stop(self, _signal: int, _frame: object) -> None:
        self.stopping.set()

    def _beat(self) -> None:
        if self.parent is not None and os.getppid() != self.parent:
            log.warning("the server is gone, so the job runner ends too")
            self.stopping.set()
            return
        now = timezone.now()
        try:
            for held, run in list(self.held.values()):
                jobs.renew(held, run=run, now=now)
            jobs.take_back_expired(now=now, held_here=frozenset(self.held))
            jobs.enqueue_due(now=now)
        except DatabaseError as error:
            # A database that is away or busy with one long write: the next beat tries again.
            log.warning("the job runner missed a beat: %s", error)
        close_old_connections()

    def _work(self) -> None:
        while not self.stopping.is_set():
            try:
                busy = self.work_once()
            except DatabaseError as error:
                log.warning("the job runner could not reach the queue: %s", error)
                busy = False
            close_old_connections()
            if not busy:
                self.stopping.wait(IDLE_SECONDS)
        connections.close_all()

    def work_once(self) -> bool:
        """Do one job if one is due; say whether there was one."""
        held = jobs.claim(now=timezone.now())
        if held is None:
            return False
        run = jobs.Run(job_id=held.job_id, attempt=held.attempt)
        self.held[held.job_id] = (held, run)
        try:
            jobs.perform(held, run)
        finally:
            del self.held[held.job_id]
        return True


@contextmanager
def only_runner() -> Iterator[bool]:
    """On SQLite hold the one place for a runner, and yield True; elsewhere there may be many.

    The kernel drops the lock with the process, however it ends: no stale file can stop a start.
    """
    if connection.vendor != "sqlite":
        yield False
        return
    path = Path(settings.YANZHEN_HOME) / "runner.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > give_up_at:
                    raise AnotherRunner from None
                time.sleep(0.2)
        yield True
