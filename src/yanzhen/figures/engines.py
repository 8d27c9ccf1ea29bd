"""What each engine needs: how it keeps a moment, how it counts microseconds, how it is asked.

Only integers, texts and truths cross the border: whatever engines tell differently (division,
rounding, time zones, percentiles, floats) is left to Python. The expressions of a declaration
are the same for all; only the functions here differ.

Moments. PostgreSQL knows instants. DuckDB and Parquet files hold them as the wall clock of UTC,
which needs no knowledge of zones. SQLite keeps them as UTC text, `2026-11-20 06:05:00`, with six
more digits after a point only where they are not all zero; such texts sort as the moments do,
so they are compared as they are. No engine is asked to cut a moment to a day.

Slots. Compiling takes longer than most answers, so statements are compiled once for each shape
of a question, with named slots where its values go, and kept.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import ibis
from django.db import connection, models, transaction
from ibis.backends.sql.compilers.base import SQLGlotCompiler
from ibis.backends.sql.compilers.duckdb import compiler as duckdb_compiler
from ibis.backends.sql.compilers.postgres import compiler as postgres_compiler
from ibis.backends.sql.compilers.sqlite import compiler as sqlite_compiler
from ibis.expr import types as ir
from sqlglot import exp

INSTANT = "timestamp('UTC', 6)"
WALL_CLOCK = "timestamp(6)"
TEXT = "string"

Slots = Mapping[str, str | int | datetime]
"""The values of a question, by the names of the slots that they go into."""


@ibis.udf.scalar.builtin(signature=((TEXT, TEXT), TEXT))  # type: ignore[untyped-decorator]  # Ibis carries no types
def strftime(form: Any, moment: Any) -> Any:
    """SQLite: a part of a moment."""


@ibis.udf.scalar.builtin(signature=((TEXT, "int64", "int64"), TEXT))  # type: ignore[untyped-decorator]  # Ibis carries no types
def substr(text: Any, first: Any, length: Any) -> Any:
    """Every engine: so many signs of a text, from the first on."""


@ibis.udf.scalar.builtin(signature=((TEXT, "interval('s')"), "float64"))  # type: ignore[untyped-decorator]  # Ibis carries no types
def date_part(part: Any, length: Any) -> Any:
    """PostgreSQL: a part of an interval."""


@ibis.udf.scalar.builtin(signature=(("int64", "int64"), "int64"))  # type: ignore[untyped-decorator]  # Ibis carries no types
def int8div(whole: Any, size: Any) -> Any:
    """PostgreSQL: how often one whole number goes into another, cut towards nought."""


@ibis.udf.scalar.builtin(signature=((WALL_CLOCK,), "int64"))  # type: ignore[untyped-decorator]  # Ibis carries no types
def epoch_us(moment: Any) -> Any:
    """DuckDB: microseconds since 1970."""


def _sqlite_micros(moment: ir.Value) -> ir.IntegerValue:
    # Cut before converting: `strftime` rounds half a millisecond up, into the next second.
    seconds = strftime("%s", substr(moment, 1, 19)).cast("int64")
    return seconds * 1_000_000 + substr(moment, 21, 6).cast("int64")


def _sqlite_between(later: ir.Value, earlier: ir.Value) -> ir.IntegerValue:
    return _sqlite_micros(later) - _sqlite_micros(earlier)


def _postgres_between(later: ir.Value, earlier: ir.Value) -> ir.IntegerValue:
    # A double holds the seconds of ten thousand years to less than half a microsecond; the cast
    # rounds to the nearest, so nothing is lost, at a third of the price of exact numerics.
    return (date_part("epoch", later - earlier) * 1_000_000).cast("int64")


def _duckdb_between(later: ir.Value, earlier: ir.Value) -> ir.IntegerValue:
    return epoch_us(later) - epoch_us(earlier)


def _cut_by_remainder(number: ir.IntegerValue, size: int) -> ir.IntegerValue:
    # SQLite's remainder is a float, exact as far as our years go.
    return number - (number % size).cast("int64")


def _cut_by_division(number: ir.IntegerValue, size: int) -> ir.IntegerValue:
    # Ibis writes `//` with floats; and a remainder takes reckoning the number twice.
    return int8div(number, size) * size


def _fenced(tree: exp.Expression) -> exp.Expression:
    """Keep PostgreSQL from merging what is grouped into the grouping.

    Merged, it takes each length of time for a group of its own, and then neither hashes nor lets
    workers count. Behind a subquery that it may not merge it has no idea, guesses few groups, and
    is right. An offset of nothing is such a fence, and as a text it is one for workers too.
    """
    source = tree.args.get("from_")
    if tree.args.get("group") and source and isinstance(source.this, exp.Subquery):
        source.this.this.set("offset", exp.Offset(expression=exp.Literal.string("0")))
    return tree


@dataclass(frozen=True)
class Engine:
    """One kind of database: how moments are typed and measured, and who writes its SQL."""

    name: str
    compiler: SQLGlotCompiler
    moment_type: str
    micros: Callable[[ir.Value, ir.Value], ir.IntegerValue]
    cut: Callable[[ir.IntegerValue, int], ir.IntegerValue] = _cut_by_remainder
    """The multiple of a size that a number has reached, from nought on its own side."""
    finish: Callable[[exp.Expression], exp.Expression] = lambda tree: tree
    """What is done to the tree of a statement before it is written."""

    def text(self, slot: str) -> ir.StringValue:
        """The place in a statement for a text."""
        return ibis.literal(f"${slot}$", type=TEXT)

    def whole(self, slot: str) -> ir.IntegerValue:
        """The place in a statement for a whole number."""
        return self.text(slot).cast("int64")

    def moment(self, slot: str) -> ir.Value:
        """The place in a statement for a moment."""
        place = self.text(slot)
        return place if self.moment_type == TEXT else place.cast(self.moment_type)

    def of(self, model: type[models.Model]) -> ir.Table:
        """The table of a model, with the columns that figures can be made of."""
        return _table(self, model)

    def as_text(self, value: str | int | datetime) -> str:
        """A value as it is written into a statement, between quotes."""
        if not isinstance(value, datetime):
            return str(value)
        utc = value.astimezone(UTC)
        return str(utc if self.moment_type == INSTANT else utc.replace(tzinfo=None))


SQLITE = Engine("sqlite", sqlite_compiler, TEXT, _sqlite_between)
POSTGRES = Engine(
    "postgresql", postgres_compiler, INSTANT, _postgres_between, _cut_by_division, _fenced
)
DUCKDB = Engine("duckdb", duckdb_compiler, WALL_CLOCK, _duckdb_between)

_ENGINES = {engine.name: engine for engine in (SQLITE, POSTGRES)}

_TYPES: tuple[tuple[type["models.Field[Any, Any]"], str], ...] = (
    (models.BooleanField, "boolean"),
    (models.DateField, "date"),
    (models.IntegerField, "int64"),
    (models.CharField, TEXT),
    (models.TextField, TEXT),
)


@cache
def _table(engine: Engine, model: type[models.Model]) -> ir.Table:
    columns = {}
    for column in model._meta.concrete_fields:
        target = column.target_field if isinstance(column, models.ForeignKey) else column
        if isinstance(target, models.DateTimeField):
            columns[column.column] = engine.moment_type
        elif kind := next((name for known, name in _TYPES if isinstance(target, known)), ""):
            columns[column.column] = kind
    return ibis.table(columns, name=model._meta.db_table)


# --- Asking -------------------------------------------------------------------------------------

_KEPT_AT_MOST = 2000
_SLOT = re.compile(r"'\$([\w.]+)\$'")
_statements: dict[Hashable, str] = {}


@dataclass(frozen=True)
class Store:
    """A database to be asked: which engine it is, and how it runs a statement."""

    engine: Engine
    run: Callable[[str], Sequence[Sequence[Any]]]

    def fetch(
        self, shape: Hashable, build: Callable[[], ir.Table], slots: Slots
    ) -> Sequence[Sequence[Any]]:
        """The rows of an expression with its slots filled.

        Expressions of one shape differ in nothing but what is in their slots: `build` is called
        for the first of them.
        """
        statement = self._statement(shape, build)
        return self.run(_SLOT.sub(lambda found: self._filled(slots[found[1]]), statement))

    def _statement(self, shape: Hashable, build: Callable[[], ir.Table]) -> str:
        key = (self.engine.name, shape)
        if key not in _statements:
            if len(_statements) >= _KEPT_AT_MOST:
                _statements.clear()
            compiler = self.engine.compiler
            tree = self.engine.finish(compiler.to_sqlglot(build()))
            _statements[key] = str(tree.sql(compiler.dialect))
        return _statements[key]

    def _filled(self, value: str | int | datetime) -> str:
        text = self.engine.as_text(value)
        if "\0" in text:
            raise ValueError("a text with a zero in it ends a statement early")
        return "'" + text.replace("'", "''") + "'"


def django_store() -> Store:
    """The database of the house, through Django's own connection and transaction."""
    return Store(_ENGINES[connection.vendor], _run)


def _run(sql: str) -> Sequence[Sequence[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows: Sequence[Sequence[Any]] = cursor.fetchall()
        return rows


@contextmanager
def one_moment() -> Iterator[None]:
    """Let several questions in a row see the same state of the database, and answer them quickly.

    Inside a transaction nothing is begun: it sees what it sees. On SQLite the reading
    transaction must not be IMMEDIATE, which would make writers wait.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            # For one scan that counts everything at once.
            cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")
            yield
    else:
        with _reading_on_sqlite():
            yield


@contextmanager
def _reading_on_sqlite() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("COMMIT")
