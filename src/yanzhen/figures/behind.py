"""The rows behind one part of a figure: page by page, all of them, and their fingerprint."""

import hashlib
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from ibis.expr import types as ir

from yanzhen.figures import days, registry
from yanzhen.figures.engines import Engine, Store, django_store, one_moment
from yanzhen.figures.enums import How, PartName
from yanzhen.figures.registry import Figure, Question
from yanzhen.figures.rows import AS_OF, Asked, ask, rows_of

CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class Behind:
    """The rows behind one part of a figure, as a shape and the values in its slots."""

    figure: Figure
    name: str
    asked: Asked
    has_open_day: bool = False

    @property
    def shape(self) -> Hashable:
        return self.figure, self.name, self.has_open_day, self.asked.shape

    def keys(self, engine: Engine) -> ir.Table:
        """The keys of the rows, each once."""
        rows = self._rows(engine)
        keys = rows.select(key=rows[self.asked.fact.key])
        return keys.distinct() if self.asked.fact.lasting else keys

    def _rows(self, engine: Engine) -> ir.Table:
        if self.figure.how == How.CLEAR_DAYS:
            return days.rows_at_day_ends(engine, self.asked, has_open_day=self.has_open_day)
        at = engine.moment(AS_OF)
        part = registry.part_of(self.figure, self.name)
        rows = rows_of(engine, self.asked)
        if part.rows is not None:
            rows = rows.filter(part.rows(rows, at))
        if part.weight is not None and self.figure.how != How.MEDIAN:
            rows = rows.filter(part.weight(rows) > 0)
        above = self.figure.numerator.rows if self.figure.numerator else None
        if self.name == PartName.MISSING and above is not None:
            is_above = above(rows, at)
            rows = rows.filter(~is_above.fill_null(False))  # noqa: FBT003 - what an unknown truth is
        return rows


def behind(store: Store, figure: Figure, name: str, question: Question) -> Behind:
    """Ask for the rows behind a part. Raises `NoSuchRows` and what `registry.check` raises."""
    registry.check([figure], question)
    registry.part_of(figure, name)
    fact = registry.fact(figure.fact)
    asked = ask(store, fact, question)
    if figure.how != How.CLEAR_DAYS:
        return Behind(figure, name, asked)
    stretch = days.stretch_of(store, fact, question)
    return Behind(figure, name, stretch.put_to(asked), stretch.has_open_day)


@dataclass(frozen=True, slots=True)
class KeyPage:
    """The keys of one page of rows, newest first, and where the pages beside it begin."""

    keys: list[str]
    before: str
    after: str


def key_page(
    figure: Figure, name: str, question: Question, *, after: str = "", before: str = "", size: int
) -> KeyPage:
    """One page of the keys of the rows behind a part, from the highest key down."""
    store = django_store()
    side, edge = ("before", before) if before else ("after", after) if after else ("", "")
    with one_moment():
        some = behind(store, figure, name, question)

        def build() -> ir.Table:
            keys = some.keys(store.engine)
            place, column = store.engine.text("edge"), keys.key
            if side:
                keys = keys.filter(column > place if side == "before" else column < place)
            order = keys.key.asc() if side == "before" else keys.key.desc()
            return keys.order_by(order).limit(size + 1)

        slots = some.asked.slots | {"edge": edge}
        found = [key for (key,) in store.fetch(("page", side, size, some.shape), build, slots)]
    has_more, found = len(found) > size, found[:size]
    if side == "before":
        found.reverse()
        return KeyPage(found, found[0] if has_more else "", found[-1] if found else "")
    return KeyPage(found, found[0] if side and found else "", found[-1] if has_more else "")


def count_rows(figure: Figure, name: str, question: Question) -> int:
    """How many rows stand behind a part."""
    store = django_store()
    with one_moment():
        some = behind(store, figure, name, question)

        def build() -> ir.Table:
            keys = some.keys(store.engine)
            return keys.aggregate(n=keys.count())

        ((count,),) = store.fetch(("count", some.shape), build, some.asked.slots)
    return int(count)


def all_keys(
    figure: Figure, name: str, question: Question, store: Store | None = None
) -> Iterator[str]:
    """The keys of all rows behind a part, from the lowest up, read a piece at a time."""
    store = store or django_store()
    some = behind(store, figure, name, question)
    engine = store.engine

    def build() -> ir.Table:
        keys = some.keys(engine)
        return keys.filter(keys.key > engine.text("edge")).order_by(keys.key).limit(CHUNK)

    edge = ""
    while True:
        slots = some.asked.slots | {"edge": edge}
        found = [key for (key,) in store.fetch(("all", some.shape), build, slots)]
        yield from found
        if len(found) < CHUNK:
            return
        edge = found[-1]


@dataclass(frozen=True, slots=True)
class Digest:
    """A fingerprint of the rows behind a figure: any row more or less, and it is another."""

    sha256: str
    rows: int

    @property
    def short(self) -> str:
        """The first twelve digits, as a person would compare them."""
        return " ".join(self.sha256[n : n + 4] for n in (0, 4, 8))


def digest(figure: Figure, question: Question, store: Store | None = None) -> Digest:
    """The SHA-256 over the keys behind a figure: part by part, one key a line, in sorted order.

    Before the keys of a part stands a line with its name. `rows` counts the part below the
    line, or the only one there is.
    """
    total = hashlib.sha256()
    counts: dict[str, int] = {}
    store = store or django_store()
    with one_moment():
        for name in PartName:
            if figure.part(name) is None or (name == PartName.MISSING and counts):
                continue
            keys = sorted(all_keys(figure, name, question, store))
            counts[name] = len(keys)
            total.update(f"[{name}]\n".encode())
            total.update("".join(f"{key}\n" for key in keys).encode())
    rows = counts.get(PartName.DENOMINATOR, next(iter(counts.values()), 0))
    return Digest(total.hexdigest(), rows)
