"""What the record leaves to the background: seals."""

from datetime import timedelta

from django.utils import timezone

from yanzhen.core.jobs import Run, job
from yanzhen.events.operations import make_seal


@job("events.seal", every=timedelta(minutes=10))
def seal_record(run: Run) -> None:
    """Lay a seal over what was recorded since the last one."""
    seal = make_seal(now=timezone.now())
    run.result = {"through": seal.through_event_id} if seal else {}
