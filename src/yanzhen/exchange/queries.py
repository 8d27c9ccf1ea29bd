"""Files as their owners see them: how far they are, and what was found wrong."""

from dataclasses import dataclass
from datetime import date

from yanzhen.accounts.models import User
from yanzhen.core.enums import JobStatus
from yanzhen.core.errors import RowError
from yanzhen.core.models import Job
from yanzhen.exchange import rules, shelf
from yanzhen.exchange.enums import ExportStatus, ImportStatus
from yanzhen.exchange.kind import Kind
from yanzhen.exchange.models import Export, Import
from yanzhen.exchange.registry import KINDS

SHOWN_ERRORS = 200
RECENT = 20
RUNNING = frozenset({ImportStatus.WAITING, ImportStatus.CHECKING, ImportStatus.IMPORTING})


@dataclass(frozen=True)
class KindLine:
    """A kind of ledger, and what this person may do with it."""

    kind: Kind
    can_import: bool
    can_export: bool


@dataclass(frozen=True)
class ErrorLine:
    """One thing wrong, under the name that people know the column by."""

    row: int
    label: str
    reason: str


@dataclass(frozen=True)
class ImportState:
    """A file on its way in."""

    row: Import
    kind: Kind
    is_running: bool
    is_stuck: bool
    done: int
    total: int
    errors: list[ErrorLine]
    has_file: bool
    has_secrets: bool


@dataclass(frozen=True)
class ExportState:
    """A file on its way out."""

    row: Export
    kind: Kind
    is_running: bool
    is_stuck: bool
    done: int
    total: int


def kind_lines(*, user: User, on: date) -> list[KindLine]:
    """The kinds that this person may bring in or take out, in the order of a new city's needs."""
    lines = [
        KindLine(
            kind,
            rules.can_import_kind(user, kind, on=on),
            rules.can_export(user, kind, on=on),
        )
        for kind in KINDS.values()
    ]
    return [line for line in lines if line.can_import or line.can_export]


def recent_imports(*, user: User) -> list[Import]:
    """The last files that this person brought in, newest first."""
    return list(Import.objects.filter(brought_by=user).order_by("-brought_at", "-pk")[:RECENT])


def recent_exports(*, user: User) -> list[Export]:
    """The last files that this person asked for, newest first."""
    return list(Export.objects.filter(asked_by=user).order_by("-asked_at", "-pk")[:RECENT])


def import_state(row: Import) -> ImportState:
    """How far the file is, and the first of what is wrong with it."""
    job = _job(row.job_id)
    kind = KINDS[row.kind]
    is_running = row.status in RUNNING
    is_stuck = is_running and (job is None or job.status == JobStatus.DEAD)
    return ImportState(
        row=row,
        kind=kind,
        is_running=is_running and not is_stuck,
        is_stuck=is_stuck,
        done=job.progress_done if job else 0,
        total=job.progress_total if job else 0,
        errors=_errors(row, kind),
        has_file=bool(row.stored) and shelf.path_of(row.stored).exists(),
        has_secrets=shelf.has_secrets(row.stored),
    )


def export_state(row: Export) -> ExportState:
    """How far the file is."""
    job = _job(row.job_id)
    is_running = row.status == ExportStatus.WAITING
    is_stuck = is_running and (job is None or job.status == JobStatus.DEAD)
    return ExportState(
        row=row,
        kind=KINDS[row.kind],
        is_running=is_running and not is_stuck,
        is_stuck=is_stuck,
        done=job.progress_done if job else 0,
        total=job.progress_total if job else 0,
    )


def all_errors(row: Import) -> list[RowError]:
    """Everything that was found wrong with the file."""
    return shelf.errors_of(row.stored) if row.stored and row.error_count else []


def _errors(row: Import, kind: Kind) -> list[ErrorLine]:
    labels = {column.name: str(column.label) for column in kind.columns_in()}
    return [
        ErrorLine(error.row, labels.get(error.column, error.column), error.reason)
        for error in all_errors(row)[:SHOWN_ERRORS]
    ]


def _job(job_id: int | None) -> Job | None:
    return Job.objects.filter(pk=job_id).first() if job_id else None
