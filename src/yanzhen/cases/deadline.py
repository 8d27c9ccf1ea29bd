"""The time limit that a case is under now, as one value that lists are ordered by."""

from datetime import datetime
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateTimeField, Func
from django.db.models.sql.compiler import SQLCompiler

FAR: Final = "9998-01-01 00:00:00"
FARTHEST: Final = "9999-01-01 00:00:00"


class Deadline(Func):
    """The time limit that a case is under now: its unit's, while it is checked the checker's.

    Open cases without a limit come after all that have one, and what has ended after these. The
    index `case_deadline` stands on this very expression. It is written out, and not made of
    `Case` and `When`, since SQLite finds the index only where nothing in it is a parameter.
    """

    output_field = DateTimeField()

    def __init__(self) -> None:
        super().__init__("status", "verify_due_at", "due_at")

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        function: str | None = None,  # noqa: ARG002 - Django's shape
        template: str | None = None,  # noqa: ARG002
        arg_joiner: str | None = None,  # noqa: ARG002
        **_extra: Any,
    ) -> tuple[str, tuple[str | int, ...]]:
        status, verify_due, due = (compiler.compile(one)[0] for one in self.source_expressions)
        zone = "+00" if connection.vendor == "postgresql" else ""
        far, farthest = f"'{FAR}{zone}'", f"'{FARTHEST}{zone}'"
        sql = (
            f"CASE {status} WHEN 'submitted' THEN COALESCE({verify_due}, {far})"
            f" WHEN 'verified' THEN {far} WHEN 'closed' THEN {farthest}"
            f" WHEN 'declined' THEN {farthest} WHEN 'merged' THEN {farthest}"
            f" ELSE COALESCE({due}, {far}) END"
        )
        return sql, ()


FAR_AT: Final = datetime.fromisoformat(f"{FAR}+00:00")
FARTHEST_AT: Final = datetime.fromisoformat(f"{FARTHEST}+00:00")
