"""What rounds leave to the background."""

from datetime import datetime, timedelta

from django.utils import timezone

from yanzhen.core.jobs import Run, job
from yanzhen.inspections import pieces

KEPT_FOR = timedelta(days=60)
"""A phone may be away for long; after this the photo begins anew."""


def drop_pieces(*, now: datetime) -> int:
    """Take away what was begun and not gone on with; return how many files."""
    gone = list(pieces.older_than(now - KEPT_FOR))
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


@job("inspections.pieces", every=timedelta(days=1))
def tidy_pieces(run: Run) -> None:
    """Once a day, forget the beginnings of photos that nobody sends any more."""
    run.result = {"files": drop_pieces(now=timezone.now())}
