"""What one database engine needs: the only place that asks which one it is.

Everything here has a portable way of doing the same, so that a third engine works, only slower.
"""

import hashlib

from django.db import connection


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
