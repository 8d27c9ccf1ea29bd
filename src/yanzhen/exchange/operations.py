"""Files in and out: each is a row that says what became of it, and an event in the record."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.db import transaction

from yanzhen.accounts.models import User
from yanzhen.core.errors import Refused, RowErrors, require
from yanzhen.core.jobs import Task
from yanzhen.core.time import city_day
from yanzhen.events.operations import record, replayed
from yanzhen.exchange import rules, shelf, taking, writing
from yanzhen.exchange.enums import ExportStatus, ImportStatus
from yanzhen.exchange.errors import ImportNotReady
from yanzhen.exchange.kind import Carrying, Options, Progress, no_progress
from yanzhen.exchange.models import Export, Import
from yanzhen.exchange.registry import kind_named
from yanzhen.exchange.taking import Outcome, take_in

KEPT_FOR = timedelta(days=7)
"""So long an upload or an export can still be fetched."""

# --- In, by a command -----------------------------------------------------------------------------


def import_file(
    *,
    kind: str,
    path: Path,
    options: Options,
    is_dry: bool,
    actor: User,
    now: datetime,
    progress: Progress = no_progress,
) -> Outcome:
    """Bring a file in, all of it or nothing; with `is_dry` only say what would come of it.

    Raises `Forbidden`, `KindUnknown`, a `FileRefused`, or `RowErrors` with everything that is
    wrong.
    """
    found = kind_named(kind)
    require(rules.can_import_kind(actor, found, on=city_day(now)))
    row = Import(
        kind=kind,
        file_name=path.name[-120:],
        sha256=shelf.digest_of(path),
        octets=path.stat().st_size,
        options=_as_stored(options),
        status=ImportStatus.DONE,
        brought_by=actor,
        brought_at=now,
        finished_at=now,
    )

    def keep(outcome: Outcome) -> None:
        _note_outcome(row, outcome)
        row.save(force_insert=True)
        record("import.done", row, actor=actor, at=now, **_facts(row))

    return take_in(
        found,
        path,
        name=path.name,
        options=options,
        actor=actor,
        now=now,
        is_dry=is_dry,
        keep=keep,
        progress=progress,
    )


# --- In, by the pages -----------------------------------------------------------------------------


def bring_file(
    *,
    kind: str,
    upload: BinaryIO,
    name: str,
    options: Options,
    check: Task[...],
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Import:
    """Keep an upload and have it checked by the job `check`; nothing of it is taken in yet.

    Raises `Forbidden`, `KindUnknown`, `OptionUnfit` or `FileTooLarge`.
    """
    require(rules.can_import_kind(actor, kind_named(kind), on=city_day(now)))
    taking.check_options(options)
    stored, sha256, octets = shelf.put_upload(upload, name=name)
    try:
        with transaction.atomic():
            if event := replayed(client_id, "import.brought", actor=actor):
                shelf.drop(stored)
                return Import.objects.get(pk=event.subject_id)
            row = Import.objects.create(
                kind=kind,
                file_name=name[-120:],
                sha256=sha256,
                octets=octets,
                stored=stored,
                options=_as_stored(options),
                status=ImportStatus.WAITING,
                brought_by=actor,
                brought_at=now,
            )
            facts = {"file": row.file_name, "sha256": sha256, "kind": kind}
            record("import.brought", row, actor=actor, at=now, client_id=client_id, **facts)
            row.job_id = check.enqueue(now=now, import_id=row.pk).pk
            row.save(update_fields=["job_id"])
    except Refused:
        shelf.drop(stored)
        raise
    return row


def check_import(*, import_id: int, now: datetime, progress: Progress = no_progress) -> Import:
    """Say what would come of a file; called again, it says the same again."""
    row = _begin(import_id, ImportStatus.CHECKING, {ImportStatus.WAITING, ImportStatus.CHECKING})
    if row is None:
        return Import.objects.get(pk=import_id)
    try:
        outcome = _take(row, is_dry=True, now=now, keep=_nothing, progress=progress)
    except RowErrors as refusal:
        return _refuse(row, refusal, now=now)
    except Refused as refusal:
        return _refuse_file(row, str(refusal), now=now)
    _note_outcome(row, outcome)
    row.status, row.finished_at = ImportStatus.READY, now
    row.save(update_fields=[*OUTCOME, "status", "finished_at"])
    return row


@transaction.atomic
def start_import(
    *, import_id: int, run: Task[...], actor: User, now: datetime, client_id: UUID | None = None
) -> Import:
    """Have a file that was checked and found good taken in, by the job `run`.

    Raises `Forbidden` or `ImportNotReady`.
    """
    row = Import.objects.locked().get(pk=import_id)
    if replayed(client_id, "import.started", subject=row, actor=actor):
        return row
    require(rules.can_open(actor, row))
    require(rules.can_import_kind(actor, kind_named(row.kind), on=city_day(now)))
    if row.status != ImportStatus.READY:
        raise ImportNotReady(status=ImportStatus(row.status).label, move="导入")

    row.status, row.finished_at = ImportStatus.IMPORTING, None
    row.job_id = run.enqueue(now=now, import_id=row.pk).pk
    row.save(update_fields=["status", "finished_at", "job_id"])
    record("import.started", row, actor=actor, at=now, client_id=client_id)
    return row


def run_import(*, import_id: int, now: datetime, progress: Progress = no_progress) -> Import:
    """Take the file in, and say so in the same transaction: called again, it does nothing."""
    row = _begin(import_id, ImportStatus.IMPORTING, {ImportStatus.IMPORTING})
    if row is None:
        return Import.objects.get(pk=import_id)

    def keep(outcome: Outcome) -> None:
        held = Import.objects.locked().get(pk=row.pk)
        if held.status != ImportStatus.IMPORTING:
            raise ImportNotReady(status=ImportStatus(held.status).label, move="导入")
        _note_outcome(row, outcome)
        row.status, row.finished_at = ImportStatus.DONE, now
        row.save(update_fields=[*OUTCOME, "status", "finished_at"])
        record("import.done", row, actor=row.brought_by, at=now, **_facts(row))
        if outcome.brought.secrets:
            shelf.put_secrets(row.stored, sorted(outcome.brought.secrets.items()))

    try:
        _take(row, is_dry=False, now=now, keep=keep, progress=progress)
    except RowErrors as refusal:  # the world has moved since it was checked
        return _refuse(row, refusal, now=now)
    except ImportNotReady:
        row.refresh_from_db()
    except Refused as refusal:
        return _refuse_file(row, str(refusal), now=now)
    return row


@transaction.atomic
def drop_import(
    *, import_id: int, actor: User, now: datetime, client_id: UUID | None = None
) -> Import:
    """Take a file away that shall not be taken in. Raises `Forbidden` or `ImportNotReady`."""
    row = Import.objects.locked().get(pk=import_id)
    if replayed(client_id, "import.dropped", subject=row, actor=actor):
        return row
    require(rules.can_open(actor, row))
    if row.status not in {ImportStatus.READY, ImportStatus.REFUSED, ImportStatus.FAILED}:
        raise ImportNotReady(status=ImportStatus(row.status).label, move="放弃")

    row.status, row.finished_at = ImportStatus.DROPPED, now
    row.save(update_fields=["status", "finished_at"])
    record("import.dropped", row, actor=actor, at=now, client_id=client_id)
    stored = row.stored
    transaction.on_commit(lambda: shelf.drop(stored))
    return row


OUTCOME = (
    "row_count",
    "created_count",
    "updated_count",
    "unchanged_count",
    "notes",
    "error_count",
    "refusal",
)


def _begin(import_id: int, status: ImportStatus, origins: set[ImportStatus]) -> Import | None:
    with transaction.atomic():
        row = Import.objects.locked().select_related("brought_by").get(pk=import_id)
        if row.status not in origins:
            return None
        row.status = status
        row.save(update_fields=["status"])
    return row


def _take(row: Import, *, is_dry: bool, now: datetime, keep: Any, progress: Progress) -> Outcome:
    return take_in(
        kind_named(row.kind),
        shelf.path_of(row.stored),
        name=row.file_name,
        options=Options(**row.options),
        actor=row.brought_by,
        now=now,
        is_dry=is_dry,
        keep=keep,
        progress=progress,
    )


def _nothing(_outcome: Outcome) -> None:
    """A trial leaves nothing."""


def _refuse(row: Import, refusal: RowErrors, *, now: datetime) -> Import:
    shelf.put_errors(row.stored, refusal.errors)
    row.error_count, row.refusal = len(refusal.errors), ""
    row.status, row.finished_at = ImportStatus.REFUSED, now
    row.save(update_fields=["error_count", "refusal", "status", "finished_at"])
    return row


def _refuse_file(row: Import, sentence: str, *, now: datetime) -> Import:
    row.refusal, row.status, row.finished_at = sentence, ImportStatus.REFUSED, now
    row.save(update_fields=["refusal", "status", "finished_at"])
    return row


def _note_outcome(row: Import, outcome: Outcome) -> None:
    brought = outcome.brought
    row.row_count = outcome.row_count
    row.created_count, row.updated_count = brought.created, brought.updated
    row.unchanged_count, row.notes = brought.unchanged, list(brought.notes)
    row.error_count, row.refusal = 0, ""


def _facts(row: Import) -> Mapping[str, Any]:
    return {
        "kind": row.kind,
        "file": row.file_name,
        "sha256": row.sha256,
        "rows": row.row_count,
        "created": row.created_count,
        "updated": row.updated_count,
    }


def _as_stored(options: Options) -> dict[str, Any]:
    return {
        "sheet": options.sheet,
        "area_code": options.area_code,
        "places": dict(options.places),
        "source": options.source,
    }


# --- Out ------------------------------------------------------------------------------------------


def export_file(
    *, kind: str, path: Path, area_code: str = "", actor: User, now: datetime
) -> Export:
    """Write all that the actor may see of a kind into a file.

    Raises `Forbidden`, `KindUnknown`, `SuffixUnknown` or `TooManyRows`.
    """
    suffix = writing.suffix_of(path.name)
    found = kind_named(kind)
    require(rules.can_export(actor, found, on=city_day(now)))
    taking.require_area(area_code)
    row = Export(
        kind=kind,
        suffix=suffix,
        area_code=area_code,
        status=ExportStatus.DONE,
        asked_by=actor,
        asked_at=now,
    )
    _write(row, path, now=now)
    with transaction.atomic():
        row.save(force_insert=True)
        record("export.made", row, actor=actor, at=now, **_export_facts(row))
    return row


@transaction.atomic
def ask_export(
    *,
    kind: str,
    suffix: str,
    area_code: str = "",
    run: Task[...],
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Export:
    """Have a file made by the job `run`. Raises `Forbidden`, `KindUnknown` or `SuffixUnknown`."""
    if event := replayed(client_id, "export.asked", actor=actor):
        return Export.objects.get(pk=event.subject_id)
    require(rules.can_export(actor, kind_named(kind), on=city_day(now)))
    taking.require_area(area_code)
    row = Export.objects.create(
        kind=kind,
        suffix=writing.suffix_of(f"x.{suffix}"),
        area_code=area_code,
        status=ExportStatus.WAITING,
        asked_by=actor,
        asked_at=now,
    )
    facts = {"kind": kind, "suffix": suffix, "area": area_code}
    record("export.asked", row, actor=actor, at=now, client_id=client_id, **facts)
    row.job_id = run.enqueue(now=now, export_id=row.pk).pk
    row.save(update_fields=["job_id"])
    return row


def run_export(*, export_id: int, now: datetime, progress: Progress = no_progress) -> Export:
    """Make the file that was asked for; called again, it does nothing."""
    row = Export.objects.select_related("asked_by").get(pk=export_id)
    if row.status != ExportStatus.WAITING:
        return row
    stored = shelf.new_name(f".{row.suffix}")
    try:
        _write(row, shelf.path_of(stored), now=now, progress=progress)
    except Refused as refusal:
        row.refusal, row.status, row.finished_at = str(refusal), ExportStatus.FAILED, now
        row.save(update_fields=["refusal", "status", "finished_at"])
        return row
    with transaction.atomic():
        held = Export.objects.locked().get(pk=export_id)
        if held.status != ExportStatus.WAITING:
            shelf.drop(stored)
            return held
        row.stored, row.status = stored, ExportStatus.DONE
        row.save(update_fields=["stored", "row_count", "octets", "status", "finished_at"])
        record("export.made", row, actor=row.asked_by, at=now, **_export_facts(row))
    return row


def _write(row: Export, path: Path, *, now: datetime, progress: Progress = no_progress) -> None:
    kind = kind_named(row.kind)
    carrying = Carrying(
        actor=row.asked_by,
        now=now,
        on=city_day(now),
        area_code=row.area_code,
        with_names=row.suffix == "xlsx",
    )
    total = kind.count(carrying)

    def told() -> Any:
        for done, values in enumerate(kind.rows(carrying), start=1):
            if done % 1000 == 0:
                progress("", done, total)
            yield values

    row.row_count = writing.write_table(path, suffix=row.suffix, kind=kind, rows=told())
    row.octets, row.finished_at = path.stat().st_size, now


def _export_facts(row: Export) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "suffix": row.suffix,
        "area": row.area_code,
        "rows": row.row_count,
        "has_people": kind_named(row.kind).has_people,
    }


# --- Cleaning up ----------------------------------------------------------------------------------


def tidy_shelf(*, now: datetime) -> int:
    """Take away uploads and exports that nobody needs any more; return how many files went.

    What became of them stays: the rows and the record. Passwords that nobody fetched go too.
    """
    removed = 0
    old_imports = Import.objects.exclude(stored="").filter(brought_at__lt=now - KEPT_FOR)
    for row in old_imports.order_by("pk"):
        if row.status in {ImportStatus.READY, ImportStatus.WAITING}:
            row.status = ImportStatus.DROPPED
        shelf.drop(row.stored)
        row.stored = ""
        row.save(update_fields=["status", "stored"])
        removed += 1
    old_exports = Export.objects.exclude(stored="").filter(asked_at__lt=now - KEPT_FOR)
    for export in old_exports.order_by("pk"):
        shelf.drop(export.stored)
        export.stored, export.status = "", ExportStatus.GONE
        export.save(update_fields=["stored", "status"])
        removed += 1
    return removed
