"""What one database engine needs: the only place that asks which one it is.

Everything here has a portable way of doing the same, so that a third engine works, only slower.
"""

import hashlib

from django.db import OperationalError, connection, transaction


def is_postgres() -> bool:
    """Whether the database speaks as PostgreSQL does."""
    return connection.vendor == "postgresql"


def hold_key(key: str) -> None:
    """Wait until nobody else holds `key`, then hold it until the end of this transaction.

    For what has no row to lock yet. SQLite lets only one transaction write at a time, and a
    writing one begins by taking the file: whoever gets here holds every key already.
    """
    if not is_postgres():
        return
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def highest_settled_id(table: str, *, patience_ms: int = 200) -> int | None:
    """Return the highest id in a table below which no row can appear any more, 0 for none.

    Ids are handed out before their rows are committed, so a lower one may still be on its way.
    On PostgreSQL every writer is waited for, with new ones behind us, as long as `patience_ms`;
    nothing is returned when that was not long enough. SQLite has one writer at a time.
    """
    name = connection.ops.quote_name(table)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if is_postgres():
                cursor.execute(f"SET LOCAL lock_timeout = {patience_ms:d}")
                cursor.execute(f"LOCK TABLE {name} IN SHARE MODE")
            cursor.execute(f"SELECT MAX(id) FROM {name}")  # noqa: S608 - a table of ours
            return int(cursor.fetchone()[0] or 0)
    except OperationalError:
        if is_postgres():
            return None
        raise
