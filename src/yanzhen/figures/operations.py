"""What is written down about figures."""

from datetime import datetime

from django.db import transaction

from yanzhen.accounts.models import User
from yanzhen.events.operations import record


@transaction.atomic
def note_export(*, what: str, rows: int, query: str, actor: User, now: datetime) -> None:
    """Write down who took how many rows of which figure out of the house."""
    user = User.rows.locked().get(pk=actor.pk)
    record("user.exported", user, actor=actor, at=now, what=what, rows=rows, query=query)
