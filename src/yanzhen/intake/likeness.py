"""Which messages say the same: found among thousands without comparing each with each.

A message is cut into overlapping runs of four characters; the few with the smallest checksums
are its sketch. Messages that share none of these are not alike; those that share one are
compared by all their pairs of characters.
"""

import re
import zlib
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from yanzhen.core.text import plain

RUN, SKETCH = 4, 12
ALIKE = 60
"""Per cent of pairs of characters that two messages must share to be taken for one."""
COMMON = 80
"""A run that so many messages share is a phrase of politeness and says nothing."""
SHORTEST = 12

_SIGNS = re.compile(r"[\W_]+")
Key = TypeVar("Key", bound=Hashable)


def letters(text: str) -> str:
    """Return the text as it is compared: letters and digits alone."""
    return _SIGNS.sub("", plain(text))


def pairs(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters."""
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))


def sketch(text: str) -> list[int]:
    """Return the smallest checksums of the runs of a text."""
    runs = {zlib.crc32(text[at : at + RUN].encode()) for at in range(max(1, len(text) - RUN + 1))}
    return sorted(runs)[:SKETCH]


@dataclass
class Likeness(Generic[Key]):
    """Messages seen so far, by key, in the order in which they were added."""

    _texts: dict[Key, str] = field(default_factory=dict)
    _pairs: dict[Key, frozenset[str]] = field(default_factory=dict)
    _keys: dict[int, list[Key]] = field(default_factory=dict)

    def add(self, key: Key, title: str, text: str) -> Key | None:
        """Remember a message, and return the earlier one that it is most like, if any."""
        said = letters(f"{title}{text}")
        runs = sketch(said)
        found = self._nearest(said, runs) if len(said) >= SHORTEST else None
        self._texts[key] = said
        for run in runs:
            self._keys.setdefault(run, []).append(key)
        return found

    def _nearest(self, said: str, runs: list[int]) -> Key | None:
        here, best, most = pairs(said), None, ALIKE
        seen: set[Key] = set()
        for run in runs:
            keys = self._keys.get(run, [])
            if len(keys) > COMMON:
                continue
            for key in keys:
                if key in seen:
                    continue
                seen.add(key)
                share = _share(here, self._pairs_of(key))
                if share > most or (share == most and best is None):
                    best, most = key, share
        return best

    def _pairs_of(self, key: Key) -> frozenset[str]:
        if key not in self._pairs:
            self._pairs[key] = pairs(self._texts[key])
        return self._pairs[key]


def _share(one: frozenset[str], other: frozenset[str]) -> int:
    """Return how much of both together both have, in per cent, rounded down."""
    return len(one & other) * 100 // max(len(one | other), 1)
