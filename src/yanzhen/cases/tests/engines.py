"""The same rows in a third engine: DuckDB, filled from the database of the house."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import duckdb
from django.db import models

from yanzhen.cases.models import Assignment, Case, CaseSpan
from yanzhen.figures.engines import DUCKDB, Store

TABLES: tuple[type[models.Model], ...] = (Case, CaseSpan, Assignment)
TYPES = {"string": "VARCHAR", "int64": "BIGINT", "boolean": "BOOLEAN", "date": "DATE"}


def duckdb_store() -> Store:
    """A DuckDB in memory that holds what the house holds now."""
    connection = duckdb.connect()
    for model in TABLES:
        schema = DUCKDB.of(model).schema()
        columns = ", ".join(
            f'"{name}" {TYPES.get(str(kind), "TIMESTAMP")}' for name, kind in schema.items()
        )
        table = model._meta.db_table
        connection.execute(f'CREATE TABLE "{table}" ({columns})')
        names = {column.column: column.attname for column in model._meta.concrete_fields}
        stored = model._default_manager.values_list(*(names[name] for name in schema))
        rows = [[_as_kept(value) for value in row] for row in stored]
        if rows:
            marks = ", ".join("?" for _ in schema)
            connection.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)

    def run(sql: str) -> Sequence[Sequence[Any]]:
        return connection.execute(sql).fetchall()

    return Store(DUCKDB, run)


def _as_kept(value: Any) -> Any:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value
