"""Two editions held against each other: what changed, and what became of each old criterion."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from yanzhen.core.text import bigrams
from yanzhen.frameworks.enums import MappingKind, NodeKind
from yanzhen.frameworks.trees import Planted

ALIKE: Final = 0.5
"""From this likeness on, two criteria with different codes are taken for the same matter."""
UNLIKE: Final = 0.2
"""Below this likeness, the same code says nothing: the numbers were given anew."""


@dataclass(frozen=True, slots=True)
class Change:
    """A node that stands in both editions under one code, or is meant to be the same; what differs."""

    old: Planted
    new: Planted
    is_moved: bool
    is_reworded: bool
    is_reweighted: bool
    is_regraded: bool

    @property
    def is_any(self) -> bool:
        """Whether anything differs."""
        return self.is_moved or self.is_reworded or self.is_reweighted or self.is_regraded

    @property
    def gain(self) -> Decimal:
        """By how many points it weighs more."""
        return self.new.weight - self.old.weight


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What probably became of an old criterion; `new` is empty where it seems to be gone."""

    old: Planted
    new: Planted | None
    likeness: float
    by_code: bool = False

    @property
    def is_sure(self) -> bool:
        """The same code and the same words: nobody need look at it."""
        return self.new is not None and self.by_code and _words(self.old) == _words(self.new)


@dataclass(frozen=True)
class Comparison:
    """All that differs between two editions of a framework."""

    added: Sequence[Planted]
    removed: Sequence[Planted]
    changed: Sequence[Change]
    unchanged: int
    suggestions: Sequence[Suggestion]
    """One for each criterion of the old edition, in its order."""

    @property
    def moved(self) -> int:
        """How many stand elsewhere."""
        return sum(one.is_moved for one in self.changed)

    @property
    def reworded(self) -> int:
        """How many read differently."""
        return sum(one.is_reworded for one in self.changed)

    @property
    def reweighted(self) -> int:
        """How many weigh more or less."""
        return sum(one.is_reweighted for one in self.changed)

    @property
    def regraded(self) -> int:
        """How many are assessed or scored differently."""
        return sum(one.is_regraded for one in self.changed)

    @property
    def unsure(self) -> Sequence[Suggestion]:
        """What a person should look at."""
        return [one for one in self.suggestions if not one.is_sure]


def compare(old: Sequence[Planted], new: Sequence[Planted]) -> Comparison:
    """Hold a new edition's tree against the old one."""
    suggestions = suggest(criteria_of(old), criteria_of(new))
    pairs = {one.old.row.code: one.new for one in suggestions if one.new is not None}
    new_by_code = {one.row.code: one for one in new}
    for one in old:
        twin = new_by_code.get(one.row.code)
        if one.row.kind != NodeKind.CRITERION and twin and twin.row.kind != NodeKind.CRITERION:
            pairs[one.row.code] = twin
    met = {one.row.code for one in pairs.values()}
    changes = [_change(one, pairs[one.row.code]) for one in old if one.row.code in pairs]
    return Comparison(
        added=[one for one in new if one.row.code not in met],
        removed=[one for one in old if one.row.code not in pairs],
        changed=[one for one in changes if one.is_any],
        unchanged=sum(not one.is_any for one in changes),
        suggestions=suggestions,
    )


def criteria_of(tree: Iterable[Planted]) -> list[Planted]:
    """The leaves of a tree, in the order of reading."""
    return [one for one in tree if one.row.kind == NodeKind.CRITERION]


def suggest(old: Sequence[Planted], new: Sequence[Planted]) -> list[Suggestion]:
    """For each old criterion the new one that it probably is: by code, then by likeness of words.

    A code that was kept counts unless the words have nothing in common and another one is alike.
    """
    new_by_code = {one.row.code: one for one in new}
    grams = {one.row.code: _grams(one) for one in new}
    holders: dict[str, list[str]] = {}
    for code, pairs in grams.items():
        for pair in pairs:
            holders.setdefault(pair, []).append(code)
    return [_suggestion(one, new_by_code, grams, holders) for one in old]


def _suggestion(
    old: Planted,
    new_by_code: Mapping[str, Planted],
    grams: Mapping[str, frozenset[str]],
    holders: Mapping[str, Sequence[str]],
) -> Suggestion:
    own = _grams(old)
    twin = new_by_code.get(old.row.code)
    likeness = _likeness(own, grams[old.row.code]) if twin else 0.0
    if twin is not None and likeness >= UNLIKE:
        return Suggestion(old, twin, likeness, by_code=True)
    shared = Counter(code for pair in own for code in holders.get(pair, ()))
    nearest = max(
        ((_likeness(own, grams[code]), -at, code) for at, code in enumerate(sorted(shared))),
        default=(0.0, 0, ""),
    )
    if nearest[0] >= ALIKE:
        return Suggestion(old, new_by_code[nearest[2]], nearest[0])
    if twin is not None:
        return Suggestion(old, twin, likeness, by_code=True)
    return Suggestion(old, None, nearest[0])


def kind_of(old: Planted, new: Sequence[Planted], *, shared: bool) -> MappingKind:
    """How an old criterion became these new ones; `shared`: others became one of them too."""
    if not new:
        return MappingKind.DROPPED
    if len(new) > 1:
        return MappingKind.SPLIT
    if shared:
        return MappingKind.MERGED
    return MappingKind.SAME if _words(old) == _words(new[0]) else MappingKind.CHANGED


def _change(old: Planted, new: Planted) -> Change:
    return Change(
        old=old,
        new=new,
        is_moved=(old.row.code, old.row.parent) != (new.row.code, new.row.parent),
        is_reworded=_words(old) != _words(new),
        is_reweighted=old.weight != new.weight,
        is_regraded=old.content[6:] != new.content[6:] or old.row.kind != new.row.kind,
    )


def _words(one: Planted) -> tuple[str, str]:
    return one.row.title, one.row.words


def _grams(one: Planted) -> frozenset[str]:
    return frozenset(bigrams(f"{one.row.title} {one.row.words}"))


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """How much two texts have in common, from 0 to 1: shared pairs of characters twice over all."""
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 0.0
