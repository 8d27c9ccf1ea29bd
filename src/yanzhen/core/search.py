"""Finding rows by any two neighbouring characters of their words, by what each engine is good at.

A table keeps the pairs of characters of each row (`core.text.gram_text`) in one text column. Over
it PostgreSQL keeps a GIN index, SQLite an FTS5 table named `<table>_fts`; both are made by a
migration of the app whose words they are. An engine that knows neither reads the column itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.db.models import BigIntegerField, F, Q
from django.db.models.expressions import RawSQL
from django.db.models.lookups import In

from yanzhen.core.engine import Unindexed
from yanzhen.core.text import RUN, bigrams, plain

LONGEST: Final = 100
"""Characters of a question that are looked at; nobody types more, a machine may."""
MOST_PAIRS: Final = 24
MOST_LOOKED_UP: Final = 2_000
"""Rows that hold the words and are looked up one by one; beyond, the words are frequent."""


@dataclass(frozen=True, slots=True)
class WordIndex:
    """Where the pairs of some rows are kept: the table, the key of the row, the column of pairs."""

    table: str
    key: str
    column: str = "grams"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for: whole pairs, and single characters with which a pair may begin."""

    pairs: tuple[str, ...]
    singles: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.pairs or self.singles)


def asked(text: str) -> Asked:
    """Cut a question into what the index knows. Punctuation and blanks only part the words.

    A character alone beside longer words says little and would cost much: it is left out.
    """
    text = plain(text[:LONGEST])
    grams = bigrams(text)
    pairs = tuple(gram for gram in grams if len(gram) > 1)[:MOST_PAIRS]
    singles = () if pairs else tuple(gram for gram in grams if len(gram) == 1)[:MOST_PAIRS]
    return Asked(pairs, singles)


def words_of(text: str) -> list[str]:
    """The words of a question, as they are marked in what was found."""
    return RUN.findall(plain(text[:LONGEST]))


def holds(index: WordIndex, text: str, *, field: str = "pk", also: Sequence[int] = ()) -> Q:
    """The condition that a row holds all of `text`; `field` is the key that the index keeps.

    A question without a letter, digit or sign of writing finds nothing. `also` are the keys of
    rows that are found in any case; they stand in the same set, which an engine reads by key.
    """
    wanted = asked(text)
    if not wanted:
        return Q(pk__in=[])
    found = {"postgresql": _in_gin, "sqlite": _in_fts}.get(connection.vendor, _in_column)
    keys = found(index, wanted)
    if also:
        values = ", ".join(["(%s)"] * len(also))
        keys = RawSQL(  # noqa: S611 - our own words, the keys are parameters
            f"{keys.sql} UNION ALL VALUES {values}", [*keys.params, *also], BigIntegerField()
        )
    if connection.vendor == "sqlite" and _is_frequent(keys):
        # Lists show the newest few: they are met sooner by walking the rows in their order than
        # by looking up all that hold the words. PostgreSQL knows by itself which words are rare.
        return Q(In(Unindexed(F(field), output_field=BigIntegerField()), keys))
    return Q(**{f"{field}__in": keys})


def _is_frequent(keys: RawSQL) -> bool:
    with connection.cursor() as cursor:
        words = f"SELECT count(*) FROM (SELECT 1 FROM ({keys.sql}) LIMIT %s)"  # noqa: S608 - ours
        cursor.execute(words, [*keys.params, MOST_LOOKED_UP + 1])
        return bool(cursor.fetchone()[0] > MOST_LOOKED_UP)


def _in_gin(index: WordIndex, wanted: Asked) -> RawSQL:
    terms = [f"'{pair}'" for pair in wanted.pairs] + [f"'{one}':*" for one in wanted.singles]
    return _keys(
        index,
        f"to_tsvector('simple', {_name(index.column)}) @@ to_tsquery('simple', %s)",
        [" & ".join(terms)],
    )


def _in_fts(index: WordIndex, wanted: Asked) -> RawSQL:
    terms = [f'"{pair}"' for pair in wanted.pairs] + [f'"{one}"*' for one in wanted.singles]
    fts = _name(f"{index.table}_fts")
    return RawSQL(  # noqa: S611 - names are our own constants, what was typed is a parameter
        f"SELECT rowid FROM {fts} WHERE {fts} MATCH %s",  # noqa: S608
        [" ".join(terms)],
        BigIntegerField(),
    )


def _in_column(index: WordIndex, wanted: Asked) -> RawSQL:
    likes = [f"% {pair} %" for pair in wanted.pairs] + [f"% {one}%" for one in wanted.singles]
    return _keys(index, " AND ".join([f"{_name(index.column)} LIKE %s"] * len(likes)), likes)


def _keys(index: WordIndex, condition: str, given: list[str]) -> RawSQL:
    return RawSQL(  # noqa: S611 - names are our own constants, what was typed is a parameter
        f"SELECT {_name(index.key)} FROM {_name(index.table)} WHERE {condition}",  # noqa: S608
        given,
        BigIntegerField(),
    )


def _name(name: str) -> str:
    return connection.ops.quote_name(name)
