"""Work on pictures that nobody waits for."""

from datetime import datetime, timedelta
from itertools import islice

from django.utils import timezone

from yanzhen.core.jobs import Run, job
from yanzhen.files import shelf
from yanzhen.files.models import Photo
from yanzhen.files.operations import mark_waiting_photos

GRACE = timedelta(hours=24)
BATCH = 500


def remove_orphans(*, now: datetime, grace: timedelta = GRACE) -> int:
    """Remove files that belong to no photo, left by a crash or a refused write; return how many.

    Only files older than `grace` are looked at: a picture lies on the disk before its row does.
    """
    removed = 0
    names = shelf.names_older_than(now - grace)
    while batch := list(islice(names, BATCH)):
        kept = {
            name
            for field in ("name", "thumb_name")
            for name in Photo.objects.filter(**{f"{field}__in": batch})
            .order_by("pk")
            .values_list(field, flat=True)
        }
        for name in batch:
            if name not in kept:
                shelf.drop(name)
                removed += 1
    return removed


@job("files.orphans", every=timedelta(days=1))
def tidy_shelf(run: Run) -> None:
    """Once a day, take away the files that belong to no photo."""
    run.result = {"removed": remove_orphans(now=timezone.now())}


@job("files.marks", every=timedelta(minutes=2))
def mark_photos(run: Run) -> None:
    """Keep the marks of the photos that came in, some at a time, so that copies of them are found."""
    done = 0
    while marked := mark_waiting_photos(most=20):
        done += marked
        run.report(done, done)
        if done >= BATCH:
            break
    run.result = {"marked": done}
