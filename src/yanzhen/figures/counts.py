"""Counting: everything that is asked of the rows of one fact, in a single scan."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import ibis
from ibis.expr import types as ir

from yanzhen.figures.days import DAY
from yanzhen.figures.engines import Engine, Store
from yanzhen.figures.registry import Part
from yanzhen.figures.rows import AS_OF, Asked, key_of, rows_of

CELL = DAY // 100
"""The lengths that round to the same hundredth of a day lie in one cell of 14 minutes 24."""
OUTSIDE = -1
"""The cell of the rows over which the median is not taken."""

Totals = dict[str, Counter[Part]]
"""Key → part → its count or sum. Figures share parts."""
Cells = dict[str, Counter[int]]
"""Key → hundredths of a day → how many lengths round to them."""


@dataclass(frozen=True, slots=True)
class Count:
    """What is to be counted of a fact: which rows, told apart by what, with the parts of figures."""

    store: Store
    asked: Asked
    key: tuple[str, int]
    parts: Sequence[Part]
    timed: Part | None
    """The part over whose weights, which are microseconds, a median is taken."""

    @property
    def engine(self) -> Engine:
        return self.store.engine

    @property
    def has_key(self) -> bool:
        return bool(self.key[0])

    @property
    def shape(self) -> Hashable:
        return self.key, tuple(self.parts), self.timed, self.asked.shape

    def keyed(self, rows: ir.Table) -> dict[str, ir.Value]:
        """The key by which rows are told apart, if they are."""
        if not self.has_key:
            return {}
        return {"key": key_of(self.engine, self.asked.fact, rows, self.key)}


def totals_of(count: Count) -> tuple[Totals, Cells]:
    """All counts and sums in a single scan, and with them how many lengths lie in each cell."""
    parts, timed = count.parts, count.timed

    def build() -> ir.Table:
        rows = rows_of(count.engine, count.asked)
        groups = count.keyed(rows) | ({"cell": cell_of(count, rows)} if timed else {})
        rows = rows.mutate(**groups)
        at = count.engine.moment(AS_OF)
        measures = {
            f"part{n}": _measure(rows, at, part, weigh=part is not timed)
            for n, part in enumerate(parts)
        }
        return (rows.group_by(list(groups)) if groups else rows).aggregate(**measures)

    totals: Totals = defaultdict(Counter)
    cells: Cells = defaultdict(Counter)
    width = count.has_key + bool(timed)
    place = parts.index(timed) if timed else 0
    for row in count.store.fetch(("sums", count.shape), build, count.asked.slots):
        key, counts = row[0] if count.has_key else "", row[width:]
        of_key = totals[key]
        for part, number in zip(parts, counts, strict=True):
            if number:
                of_key[part] += int(number)
        if timed and row[width - 1] != OUTSIDE:
            cells[key][int(row[width - 1]) // CELL] += int(counts[place])
    return totals, cells


def _measure(rows: ir.Table, at: ir.Value, part: Part, *, weigh: bool) -> ir.Value:
    holds = None if part.rows is None else part.rows(rows, at)
    if part.weight is not None and weigh:
        return part.weight(rows).sum(where=holds)
    return rows.count(where=holds)


def weight_of(count: Count, rows: ir.Table) -> ir.IntegerValue:
    """The length of each row."""
    if count.timed is None or count.timed.weight is None:
        raise AssertionError("a median is taken over weights")
    return count.timed.weight(rows)


def cell_of(count: Count, rows: ir.Table) -> ir.IntegerValue:
    """Where the cell of a row's length begins, half a cell early: lengths in it round alike."""
    cell = count.engine.cut(weight_of(count, rows) + CELL // 2, CELL)
    if count.timed is None or count.timed.rows is None:
        return cell
    return ibis.ifelse(count.timed.rows(rows, count.engine.moment(AS_OF)), cell, OUTSIDE)


def hundredths(above: int, below: int) -> Decimal | None:
    """The quotient of two whole numbers, neither negative, to two places, half up."""
    if not below:
        return None
    return Decimal((200 * above + below) // (2 * below)).scaleb(-2)
