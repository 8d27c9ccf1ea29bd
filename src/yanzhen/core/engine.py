"""What one database engine needs: the only place that asks which one it is.

Everything here has a portable way of doing the same, so that a third engine works, only slower.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from django.db import OperationalError, connection, models, transaction


def is_postgres() -> bool:
    """Whether the database speaks as PostgreSQL does."""
    return connection.vendor == "postgresql"


class Unindexed(models.Func):
    """A text column as it is, by which SQLite shall not look for rows but only pass them over.

    SQLite guesses that any range is narrow; where it holds nearly everything, the index of the
    range is the worst one to walk. PostgreSQL knows how much a range holds, and is left alone.
    """

    arity = 1
    template = "%(expressions)s"
    output_field = models.CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Put a plus before it, which says just that."""
        return self.as_sql(compiler, connection, template="+%(expressions)s", **extra)


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


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """Return `count` keys that no other row of the model will get, in the order of counting."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if is_postgres():
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, count],
            )
            return [row[0] for row in cursor.fetchall()]
        # What SQLite counts on for a table, so that no key of a removed row comes again.
        cursor.execute("SELECT MAX(seq) FROM sqlite_sequence WHERE name = %s", [table])
        last = int(cursor.fetchone()[0] or 0)
        return list(range(last + 1, last + count + 1))


def next_id(model: type[models.Model]) -> str:
    """The next key of a model as a part of a question that is asked anyway."""
    table = model._meta.db_table
    if is_postgres():
        return f"nextval(pg_get_serial_sequence('{table}', 'id'))"
    return f"(SELECT COALESCE(MAX(seq), 0) + 1 FROM sqlite_sequence WHERE name = '{table}')"  # noqa: S608 - a table of ours


def write_rows(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Write many rows of one model, each with the values of the fields `names` in that order.

    Nothing is read back and nothing is checked but what the database itself checks. PostgreSQL
    takes them as one COPY stream, others row by row in one prepared statement.
    """
    place = _place_of(model, tuple(names))
    with connection.cursor() as cursor:
        if is_postgres():
            with cursor.copy(f"COPY {place.table} ({place.columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(place.adapted(row))
        else:
            cursor.executemany(place.insert(), [place.adapted(row) for row in rows])


def write_few(groups: Iterable[tuple[type[models.Model], Sequence[str], Sequence[Any]]]) -> None:
    """Write a few rows of several models: each with its fields' names and its rows, in order.

    The same as `write_rows` for each, but PostgreSQL is asked only once for all of them.
    """
    statements: list[str] = []
    values: list[list[Any]] = []
    for model, names, rows in groups:
        place = _place_of(model, tuple(names))
        for row in rows:
            statements.append(place.insert())
            values.append(place.adapted(row))
    with connection.cursor() as cursor:
        if is_postgres() and not connection.settings_dict["OPTIONS"].get("server_side_binding"):
            cursor.execute("; ".join(statements), [one for row in values for one in row])
        else:
            for statement, row in zip(statements, values, strict=True):
                cursor.execute(statement, row)


def mark_written(row: models.Model) -> None:
    """Let a row know that it is in the database, where it was not written by its own `save`."""
    row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001 - as `save` does


@dataclass(frozen=True)
class _Place:
    """Where rows of a model go: the table, the columns, and what must be made of some values."""

    table: str
    columns: str
    width: int
    adapters: tuple[tuple[int, Callable[[Any], Any]], ...]

    def adapted(self, row: Sequence[Any]) -> list[Any]:
        values = list(row)
        for place, adapt in self.adapters:
            if values[place] is not None:
                values[place] = adapt(values[place])
        return values

    def insert(self) -> str:
        places = ", ".join(["%s"] * self.width)
        return f"INSERT INTO {self.table} ({self.columns}) VALUES ({places})"  # noqa: S608 - names of ours


@cache
def _place_of(model: type[models.Model], names: tuple[str, ...]) -> _Place:
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    quote = connection.ops.quote_name
    return _Place(
        table=quote(model._meta.db_table),
        columns=", ".join(quote(field.column) for field in fields),
        width=len(fields),
        adapters=tuple(
            (place, adapt) for place, field in enumerate(fields) if (adapt := _adapter(field))
        ),
    )


def _adapter(field: Any) -> Callable[[Any], Any] | None:
    """How values of a field are given to the engine, where they cannot be given as they are."""
    kind = field.get_internal_type()
    if kind == "JSONField":
        return partial(json.dumps, ensure_ascii=False)
    if is_postgres():
        return None
    adapters: dict[str, Callable[[Any], Any]] = {
        "DateTimeField": connection.ops.adapt_datetimefield_value,
        "DateField": connection.ops.adapt_datefield_value,
        "DecimalField": str,
        "UUIDField": lambda value: value.hex,
    }
    return adapters.get(kind)


@contextmanager
def long_read() -> Iterator[None]:
    """Read a long result piece by piece without holding up anybody who writes.

    On PostgreSQL a cursor streams only inside a transaction; outside, the server would lay the
    whole result aside first. On SQLite a transaction would keep writers out, and none is needed.
    """
    if is_postgres():
        with transaction.atomic():
            yield
    else:
        yield
