"""The draw: which sites a round inspects. Pure, exact, and for anybody to run again.

The algorithm, version 1, in words:

1. The *frame* is every site that could be drawn: its code, its district, its type. Its digest is
   the SHA-256 of its lines `code TAB district TAB type LF`, sorted by code, in UTF-8.
2. The *seed* is 32 random bytes, written as 64 hexadecimal digits. Its SHA-256 (of those digits) is
   recorded when the round is planned, before anybody knows the frame; the seed is shown when the
   round is published. A *witness*, words that nobody could know when the round was planned (the
   day's lottery number, dice thrown before the inspected), may be added at the draw.
3. Each site's *ticket* is the SHA-256 of `seed LF witness LF site LF code`. Tickets of different
   sites are independent and uniform, so the sites of a stratum in the order of their tickets are a
   fair shuffle; a stratum that gives n sites gives its first n.
4. A *stratum* is a district × a type. Proportional: each stratum gives the whole part of
   size × its sites ÷ all sites; what is left goes one by one to the largest remainders
   (Hamilton's method). Equal: every stratum gives one in turn until the size is reached or it is
   used up. Among equals the ticket of the stratum (`seed LF witness LF stratum LF name`) decides.

Nothing here knows the database.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yanzhen.inspections.enums import Allocation, DrawMethod
from yanzhen.inspections.errors import (
    FrameEmpty,
    FrameUnreadable,
    RoundTooLarge,
    SeedUnfit,
    SitesUnknown,
    SizeMissing,
)

VERSION = 1
SEED_DIGITS = 64
FRAME_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class FrameSite:
    """One site that could be drawn."""

    code: str
    district: str
    type: str

    @property
    def stratum(self) -> str:
        """The layer of the draw in which it lies."""
        return f"{self.district}/{self.type}"


@dataclass(frozen=True, slots=True)
class DrawSpec:
    """What is to be drawn, as it is kept with the round and in the file for a second run."""

    method: str
    size: int = 0
    allocation: str = Allocation.PROPORTIONAL
    types: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    witness: str = ""

    def as_stored(self) -> dict[str, Any]:
        """The specification as JSON holds it."""
        return {
            "algorithm": VERSION,
            "method": str(self.method),
            "size": self.size,
            "allocation": str(self.allocation),
            "types": list(self.types),
            "sites": list(self.sites),
            "witness": self.witness,
        }


def spec_of(stored: Mapping[str, Any]) -> DrawSpec:
    """Read a specification from what JSON held. Raises `KeyError` or `ValueError` on anything else."""
    if stored.get("algorithm") != VERSION:
        raise ValueError(stored.get("algorithm"))
    return DrawSpec(
        method=DrawMethod(stored["method"]),
        size=int(stored["size"]),
        allocation=Allocation(stored["allocation"]),
        types=tuple(map(str, stored["types"])),
        sites=tuple(map(str, stored["sites"])),
        witness=str(stored["witness"]),
    )


@dataclass(frozen=True, slots=True)
class Drawn:
    """One drawn site: its stratum, and its place in the order of tickets there, from 1."""

    code: str
    stratum: str
    rank: int


# --- The seed -------------------------------------------------------------------------------------


def new_seed() -> str:
    """Return a seed that nobody can guess: 64 hexadecimal digits."""
    return secrets.token_hex(SEED_DIGITS // 2)


def commitment_of(seed: str) -> str:
    """Return what is recorded of a seed before it is shown."""
    return hashlib.sha256(seed.encode("ascii")).hexdigest()


def require_seed(seed: str) -> str:
    """Return the seed in lower case. Raises `SeedUnfit` if it is none."""
    seed = seed.strip().lower()
    if len(seed) != SEED_DIGITS or set(seed) - set("0123456789abcdef"):
        raise SeedUnfit(digits=SEED_DIGITS)
    return seed


# --- The frame ------------------------------------------------------------------------------------


def frame_text(frame: Iterable[FrameSite]) -> str:
    """Write a frame as lines, in the order of the codes."""
    rows = sorted(frame, key=lambda site: site.code)
    return "".join(f"{site.code}\t{site.district}\t{site.type}\n" for site in rows)


def frame_of(text: str) -> list[FrameSite]:
    """Read a frame from its lines. Raises `FrameUnreadable` with the line that is none."""
    frame: list[FrameSite] = []
    known: set[str] = set()
    for number, line in enumerate(text.splitlines(), 1):
        cells = line.split("\t")
        if len(cells) != FRAME_COLUMNS or not all(cells) or cells[0] in known:
            raise FrameUnreadable(line=number)
        known.add(cells[0])
        frame.append(FrameSite(*cells))
    return frame


def digest_of(frame: Iterable[FrameSite]) -> str:
    """Return the digest of a frame, whatever the order of its rows."""
    return hashlib.sha256(frame_text(frame).encode()).hexdigest()


def digest_of_drawn(drawn: Iterable[Drawn]) -> str:
    """Return a digest of what was drawn, to be held against a second run."""
    lines = "".join(f"{code}\n" for code in sorted(one.code for one in drawn))
    return hashlib.sha256(lines.encode()).hexdigest()


# --- The draw -------------------------------------------------------------------------------------


def draw(frame: Sequence[FrameSite], spec: DrawSpec, seed: str) -> list[Drawn]:
    """Return the sites that are inspected, in the order of stratum and rank.

    Raises `SeedUnfit`, `FrameEmpty`, `SizeMissing`, `RoundTooLarge` or `SitesUnknown`.
    """
    seed = require_seed(seed)
    if spec.method in {DrawMethod.HAND, DrawMethod.CARRIED}:
        return _by_hand(frame, spec, seed)
    strata = _strata(_of_types(frame, spec.types))
    if not strata:
        raise FrameEmpty
    ranked = {name: _shuffled(sites, spec, seed) for name, sites in strata.items()}
    sizes = {name: len(sites) for name, sites in ranked.items()}
    given = sizes if spec.method == DrawMethod.ALL else quotas(sizes, spec, seed)
    return [
        Drawn(code, name, rank)
        for name in sorted(ranked)
        for rank, code in enumerate(ranked[name][: given[name]], 1)
    ]


def quotas(sizes: Mapping[str, int], spec: DrawSpec, seed: str) -> dict[str, int]:
    """How many sites each stratum gives. Raises `SizeMissing` or `RoundTooLarge`."""
    there = sum(sizes.values())
    if spec.size < 1:
        raise SizeMissing
    if spec.size > there:
        raise RoundTooLarge(wanted=spec.size, there=there)
    order = sorted(sizes, key=lambda name: ticket(seed, spec.witness, "stratum", name))
    if spec.allocation == Allocation.EQUAL:
        return _equal(sizes, spec.size, order)
    return _proportional(sizes, spec.size, order)


def _proportional(sizes: Mapping[str, int], size: int, order: Sequence[str]) -> dict[str, int]:
    """Hamilton's method in whole numbers; a stratum can never be asked for more than it has."""
    there = sum(sizes.values())
    given = {name: size * sizes[name] // there for name in sizes}
    rest = size - sum(given.values())
    by_remainder = sorted(order, key=lambda name: -(size * sizes[name] % there))
    for name in by_remainder[:rest]:
        given[name] += 1
    return given


def _equal(sizes: Mapping[str, int], size: int, order: Sequence[str]) -> dict[str, int]:
    """One from each stratum in turn, whole turns at once, until enough are given."""
    given = dict.fromkeys(sizes, 0)
    rest = size
    while rest:
        able = [name for name in order if given[name] < sizes[name]]
        turns = min(rest // len(able), *(sizes[name] - given[name] for name in able))
        if turns == 0:
            able, turns = able[:rest], 1
        for name in able:
            given[name] += turns
        rest -= turns * len(able)
    return given


def _by_hand(frame: Sequence[FrameSite], spec: DrawSpec, seed: str) -> list[Drawn]:
    """The named sites. They too get a rank, so that a route or a sample of them can be fair."""
    known = {site.code: site for site in frame}
    if not spec.sites:
        raise SizeMissing
    strange = sorted(set(spec.sites) - known.keys())
    if strange:
        raise SitesUnknown(count=len(strange), first="、".join(strange[:5]))
    strata = _strata([known[code] for code in dict.fromkeys(spec.sites)])
    return [
        Drawn(code, name, rank)
        for name in sorted(strata)
        for rank, code in enumerate(_shuffled(strata[name], spec, seed), 1)
    ]


def ticket(seed: str, witness: str, kind: str, name: str) -> str:
    """The ticket of a site or a stratum: the smaller comes first."""
    return hashlib.sha256(f"{seed}\n{witness}\n{kind}\n{name}".encode()).hexdigest()


def _shuffled(sites: Iterable[FrameSite], spec: DrawSpec, seed: str) -> list[str]:
    codes = [site.code for site in sites]
    return sorted(codes, key=lambda code: ticket(seed, spec.witness, "site", code))


def _of_types(frame: Iterable[FrameSite], types: Sequence[str]) -> list[FrameSite]:
    return [site for site in frame if not types or site.type in types]


def _strata(frame: Iterable[FrameSite]) -> dict[str, list[FrameSite]]:
    strata: dict[str, list[FrameSite]] = {}
    for site in frame:
        strata.setdefault(site.stratum, []).append(site)
    return strata
