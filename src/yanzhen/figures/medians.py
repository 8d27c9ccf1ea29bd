"""The median, exact, and without a function that engines define differently.

The scan that counts everything has also counted the lengths by the hundredth of a day to which
they round. So it is known to which the middle one rounds; and where there are two, and both round
to the same, so does what lies between them. Only of the keys whose two middle lengths round
apart the lengths themselves are read.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from ibis.expr import types as ir

from yanzhen.figures.counts import CELL, Cells, Count, cell_of, hundredths, weight_of
from yanzhen.figures.days import DAY
from yanzhen.figures.rows import rows_of


def medians(count: Count, cells: Cells) -> dict[str, Decimal | None]:
    """The median of each key, in days, to two places, half up."""
    found: dict[str, Decimal | None] = {}
    apart: dict[str, tuple[int, int]] = {}
    for key, counts in cells.items():
        total = counts.total()
        low, high = (_cell_at(counts, n) for n in ((total - 1) // 2, total // 2))
        if low == high:
            found[key] = Decimal(low).scaleb(-2)
        else:
            apart[key] = (low, high)
    lengths = _lengths(count, apart) if apart else {}
    for key, (low, _high) in apart.items():
        before = sum(number for cell, number in cells[key].items() if cell < low)
        middle = (cells[key].total() - 1) // 2 - before
        found[key] = hundredths(sum(lengths[key][middle : middle + 2]), 2 * DAY)
    return found


def _cell_at(counts: Counter[int], n: int) -> int:
    """The cell in which the n-th length lies."""
    for cell in sorted(counts):
        n -= counts[cell]
        if n < 0:
            return cell
    raise AssertionError("there are fewer lengths than were counted")


def _lengths(count: Count, apart: Mapping[str, tuple[int, int]]) -> dict[str, list[int]]:
    """The lengths of these keys, in order, each key's from its lower cell on."""
    keys = _padded(sorted(apart))
    low = min(low for low, _ in apart.values())
    high = max(high for _, high in apart.values())
    asked = count.asked.with_slots(
        {"low": low * CELL, "high": high * CELL}
        | {f"key{n}": key for n, key in enumerate(keys) if count.has_key}
    )

    def build() -> ir.Table:
        engine = count.engine
        rows = rows_of(engine, asked)
        cell = cell_of(count, rows)
        wanted = [cell >= engine.whole("low"), cell <= engine.whole("high")]
        keyed = count.keyed(rows)
        wanted += [
            key.isin([engine.text(f"key{n}") for n in range(len(keys))]) for key in keyed.values()
        ]
        rows = rows.filter(wanted).select(**keyed, length=weight_of(count, rows))
        return rows.group_by(rows.columns).aggregate(rows=rows.count())

    found: dict[str, list[int]] = defaultdict(list)
    for row in count.store.fetch(("lengths", len(keys), count.shape), build, asked.slots):
        key, length, times = row[0] if count.has_key else "", int(row[-2]), int(row[-1])
        if (length + CELL // 2) // CELL >= apart[key][0]:
            found[key].extend([length] * times)
    return {key: sorted(lengths) for key, lengths in found.items()}


def _padded(keys: Sequence[str]) -> list[str]:
    """The keys, the last repeated up to a power of two: few shapes of statements for many counts."""
    size = 1 << (len(keys) - 1).bit_length()
    return [*keys, *[keys[-1]] * (size - len(keys))]
