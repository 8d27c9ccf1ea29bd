"""What cases leave to the background: large exports, and what comes with time alone."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from yanzhen.accounts.models import User
from yanzhen.accounts.operations import system_user
from yanzhen.cases import looking
from yanzhen.cases.album import KINDS, note_album, photos_in, write_album
from yanzhen.cases.operations import lapse_extensions
from yanzhen.cases.queries.address import ask_of
from yanzhen.cases.queries.ledger import exported
from yanzhen.cases.queries.sites import Days, site_history
from yanzhen.cases.sheets import note_export, shelf, write_sheet
from yanzhen.core.jobs import Run, job
from yanzhen.core.paper.blocks import PaperRefused
from yanzhen.core.time import city_day
from yanzhen.places.models import Site

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


@job("cases.album", max_attempts=3)
def make_album(run: Run, *, user_id: int, site: str, kind: str, since: str, until: str) -> None:
    """Write the photo ledger of a site, as far as somebody may see it, into a file to be fetched."""
    user, now = User.rows.get(pk=user_id), timezone.now()
    row = Site.objects.select_related("type").get(code=site)
    days = Days(*(date.fromisoformat(day) if day else None for day in (since, until)))
    history = site_history(site=row, user=user, on=city_day(now), days=days)
    total = photos_in(history)
    path = album_path(run.job_id, kind)
    draft = path.with_suffix(".part")
    run.report(0, total)
    try:
        photos = write_album(
            draft,
            history,
            kind=kind,
            by=user,
            now=now,
            told=lambda done: run.report(min(done, total), total),
        )
    except PaperRefused as refusal:
        draft.unlink(missing_ok=True)
        run.result = {"refusal": str(refusal)}
        return
    note_album(site=site, kind=kind, cases=len(history.cases), actor=user, now=now)
    draft.replace(path)
    run.result = {"cases": len(history.cases), "photos": photos}


def album_path(job_id: int, kind: str) -> Path:
    """Where the file of a photo ledger lies."""
    return shelf() / f"cases-album-{job_id}.{KINDS[kind].suffix}"


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
