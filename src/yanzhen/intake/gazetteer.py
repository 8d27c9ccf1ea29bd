"""Names of places in running text, and the smallest area that they agree on."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from yanzhen.core.scope import covers
from yanzhen.core.text import plain

_NO_NAME = re.compile(r"(?:街道|社区|居委会|村委会|中心|乡镇|小区|城市|县城|镇区|[区县市村镇乡])+")
"""What a place may be called, and what everybody writes without meaning it."""
SHORTEST = 3
"""Two characters, `新村` for one, are as often a word as a name. Names that are given may be short."""


@dataclass
class Gazetteer:
    """Names of areas, each with the codes of all areas that are called so."""

    codes: dict[str, set[str]] = field(default_factory=dict)
    _lengths: dict[str, list[int]] = field(default_factory=dict)
    """By the first characters of names: how long names are that begin so, longest first."""

    def add(self, name: str, code: str, *, shortest: int = SHORTEST) -> None:
        """Let `name` mean the area with this code, beside what it means already."""
        name = plain(name)
        if len(name) < shortest or _NO_NAME.fullmatch(name):
            return
        self.codes.setdefault(name, set()).add(code)
        lengths = self._lengths.setdefault(name[0], [])
        if len(name) not in lengths:
            lengths.append(len(name))
            lengths.sort(reverse=True)

    def add_all(self, names: Mapping[str, str]) -> None:
        """Add names → codes."""
        for name, code in names.items():
            self.add(name, code, shortest=1)

    def names_in(self, text: str) -> list[str]:
        """Return the names that stand in a text, in order; of two that overlap the longer one."""
        text, found, at = plain(text), [], 0
        while at < len(text):
            for length in self._lengths.get(text[at], ()):
                name = text[at : at + length]
                if name in self.codes:
                    found.append(name)
                    at += length
                    break
            else:
                at += 1
        return list(dict.fromkeys(found))

    def area_in(self, text: str, *, within: str = "") -> str:
        """Return the smallest area that all names in a text agree on, or nothing.

        A name that several areas bear counts when another name, or `within`, says which is
        meant. Of areas beside each other the one above both is meant, if it lies in `within`.
        """
        meant = [
            {code for code in self.codes[name] if not within or covers(within, code)}
            for name in self.names_in(text)
        ]
        sure = {code for codes in meant if len(codes) == 1 for code in codes}
        for codes in meant:
            likely = {code for code in codes if any(covers(other, code) for other in sure)}
            if len(codes) > 1 and len(likely) == 1:
                sure |= likely
        smallest = [code for code in sure if not _has_below(code, sure)]
        return shared(smallest, among=self._all_codes()) if smallest else ""

    def _all_codes(self) -> set[str]:
        return set().union(*self.codes.values()) if self.codes else set()


def _has_below(code: str, codes: Iterable[str]) -> bool:
    return any(other != code and covers(code, other) for other in codes)


def shared(codes: list[str], *, among: set[str]) -> str:
    """Return the smallest known area that holds all of these."""
    if len(codes) == 1:
        return codes[0]
    first = codes[0]
    for length in range(len(first), 0, -1):
        start = first[:length]
        if start in among and all(code.startswith(start) for code in codes):
            return start
    return ""
