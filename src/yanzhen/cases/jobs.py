"""What cases leave to the background: large exports, and what comes with time alone."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from yanzhen.accounts.models import User
from yanzhen.accounts.operations import system_user
from yanzhen.cases import looking
from yanzhen.cases.operations import lapse_extensions
from yanzhen.cases.queries.address import ask_of
from yanzhen.cases.queries.ledger import exported
from yanzhen.cases.sheets import note_export, shelf, write_sheet
from yanzhen.core.jobs import Run, job

KEPT_FOR = timedelta(days=3)

PHOTO_JOBS = (looking.compare_photos, looking.compare_photos_left)
"""Declared where operations can enqueue them; named here, so that the runner knows them."""


@job("cases.export", max_attempts=3)
def export_ledger(run: Run, *, user_id: int, query: str, within: str, total: int) -> None:
    """Write what somebody may see of the ledger, as it was asked for, into a file to be fetched.

    The file is put under its name only when it is whole. A second attempt writes it anew.
    """
    user, now = User.rows.get(pk=user_id), timezone.now()
    cases = exported(user=user, now=now, ask=ask_of(QueryDict(query)), within=within)
    path = path_of(run.job_id)
    draft = path.with_suffix(".part")
    rows = write_sheet(
        draft, cases, by=user, now=now, progress=lambda done: run.report(done, max(total, done))
    )
    note_export(rows=rows, query=query, actor=user, now=now)
    draft.replace(path)
    run.report(rows, rows)
    run.result = {"rows": rows}


def path_of(job_id: int) -> Path:
    """Where the file of an export lies."""
    return shelf() / f"cases-{job_id}.xlsx"


@job("cases.drop_exports", every=timedelta(hours=12))
def drop_exports(run: Run) -> None:
    """Take away the files that nobody will fetch any more."""
    oldest = (timezone.now() - KEPT_FOR).timestamp()
    gone: list[Any] = [one for one in shelf().glob("cases-*") if one.stat().st_mtime < oldest]
    for path in gone:
        path.unlink(missing_ok=True)
    run.result = {"files": len(gone)}


@job("cases.clock", every=timedelta(minutes=5))
def keep_clock(run: Run) -> None:
    """Do what only the passing of time brings about."""
    run.result = {"lapsed": lapse_extensions(actor=system_user(), now=timezone.now())}
