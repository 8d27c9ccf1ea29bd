"""Files being checked, taken in and made while nobody waits."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from yanzhen.core.jobs import Run, job
from yanzhen.exchange import operations
from yanzhen.exchange.kind import Progress


@job("exchange.check", max_attempts=3)
def check(run: Run, *, import_id: int) -> dict[str, Any]:
    """Say what would come of a file that was brought in."""
    row = operations.check_import(
        import_id=import_id, now=timezone.now(), progress=_progress_of(run)
    )
    return {"status": row.status}


@job("exchange.take", max_attempts=3)
def take(run: Run, *, import_id: int) -> dict[str, Any]:
    """Take in a file that was checked."""
    row = operations.run_import(import_id=import_id, now=timezone.now(), progress=_progress_of(run))
    return {"status": row.status, "rows": row.row_count}


@job("exchange.make", max_attempts=3)
def make(run: Run, *, export_id: int) -> dict[str, Any]:
    """Make a file that was asked for."""
    row = operations.run_export(export_id=export_id, now=timezone.now(), progress=_progress_of(run))
    return {"status": row.status, "rows": row.row_count}


@job("exchange.tidy", every=timedelta(days=1))
def tidy(_run: Run) -> dict[str, Any]:
    """Once a day, take away files that have waited long enough."""
    return {"removed": operations.tidy_shelf(now=timezone.now())}


def _progress_of(run: Run) -> Progress:
    return lambda _doing, done, total: run.report(done, max(done, total))
