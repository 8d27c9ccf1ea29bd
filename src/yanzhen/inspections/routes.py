"""Who goes where, and in which order: fair shares of sites that lie together, each a short walk.

Pure: points in, order out. The shortest closed walk is found by the library `fast_tsp` (exact up
to twenty points; a heuristic beyond, whose result may differ between two runs of equal length).
Sites that are near each other come together on a walk through all of them; cutting it into equal
pieces gives each crew its share (route first, cluster second: Beasley, 1983). Then whoever is
barred from a site hands it on, and the shares are levelled again.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

AT_ONCE = 1000
"""So many points are put in order together; more are taken area by area."""
SECONDS = 0.4
"""The time that the search may take for a walk of more than twenty points."""
LONGEST = 65_535
"""The solver takes distances as 16-bit numbers."""
EARTH_METRES = 6_371_009


@dataclass(frozen=True, slots=True)
class Stop:
    """One site to be walked to; without a location it comes last. `area` orders what is far too many."""

    code: str
    area: str
    lat: float | None
    lon: float | None


def walk(stops: Sequence[Stop], *, seconds: float = SECONDS) -> list[str]:
    """The codes in the order of a short walk that need not come back to where it began."""
    placed = [stop for stop in stops if stop.lat is not None]
    lost = sorted(stop.code for stop in stops if stop.lat is None)
    return [*(stop.code for stop in _path(placed, seconds=seconds)), *lost]


def shares(
    stops: Sequence[Stop], crews: Sequence[str], barred: Mapping[str, set[str]]
) -> dict[str, list[Stop]]:
    """Give each stop to a crew that is not barred from it, as evenly as that allows.

    A stop from which every crew is barred is left out; `without_crew` names those.
    """
    able = {
        stop.code: [crew for crew in crews if stop.code not in barred.get(crew, ())]
        for stop in stops
    }
    ordered = [stop for stop in _tour(stops) if able[stop.code]]
    given: dict[str, list[Stop]] = {crew: [] for crew in crews}
    for crew, piece in zip(
        _order_of(crews, ordered, able), _pieces(ordered, len(crews)), strict=True
    ):
        for stop in piece:
            mine = crew if crew in able[stop.code] else _emptiest(able[stop.code], given)
            given[mine].append(stop)
    _level(given, able)
    return given


def without_crew(
    stops: Sequence[Stop], crews: Sequence[str], barred: Mapping[str, set[str]]
) -> list[str]:
    """The codes of the stops to which nobody may go."""
    return [stop.code for stop in stops if all(stop.code in barred.get(crew, ()) for crew in crews)]


def metres(one: Stop, other: Stop) -> float:
    """How far apart two stops are on the ground; the earth is round enough for that."""
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return 0.0
    lat, north = math.radians((one.lat + other.lat) / 2), math.radians(other.lat - one.lat)
    east = math.radians(other.lon - one.lon) * math.cos(lat)
    return EARTH_METRES * math.hypot(north, east)


# --- The order ------------------------------------------------------------------------------------


def _tour(stops: Sequence[Stop]) -> list[Stop]:
    """All stops so that neighbours lie together, those without a location at the end of it."""
    placed = sorted((s for s in stops if s.lat is not None), key=lambda s: (s.area, s.code))
    lost = sorted((s for s in stops if s.lat is None), key=lambda s: (s.area, s.code))
    ordered: list[Stop] = []
    for start in range(0, len(placed), AT_ONCE):
        ordered += _path(placed[start : start + AT_ONCE], seconds=SECONDS)
    return [*ordered, *lost]


def _path(stops: Sequence[Stop], *, seconds: float) -> list[Stop]:
    """The shortest open walk: the closed one over a further point that is near to all."""
    if len(stops) < 3:  # noqa: PLR2004 - two points have one walk
        return list(stops)
    import fast_tsp  # noqa: PLC0415 - only whoever plans needs the solver

    found = fast_tsp.find_tour(_matrix(stops), duration_seconds=seconds, stop_when_converged=True)
    start = found.index(len(stops))
    return [stops[place] for place in [*found[start + 1 :], *found[:start]]]


def _matrix(stops: Sequence[Stop]) -> list[list[int]]:
    """Distances in a unit that fits, with a last point at no distance from any."""
    far = [[metres(one, other) for other in stops] for one in stops]
    longest = max(map(max, far)) or 1.0
    unit = max(1.0, longest / LONGEST)
    rows = [[*(int(length / unit) for length in row), 0] for row in far]
    return [*rows, [0] * (len(stops) + 1)]


# --- The shares -----------------------------------------------------------------------------------


def _pieces(ordered: Sequence[Stop], count: int) -> list[Sequence[Stop]]:
    """Cut into pieces that differ by one at most."""
    size, longer = divmod(len(ordered), count)
    pieces, start = [], 0
    for number in range(count):
        end = start + size + (number < longer)
        pieces.append(ordered[start:end])
        start = end
    return pieces


def _order_of(
    crews: Sequence[str], ordered: Sequence[Stop], able: Mapping[str, Sequence[str]]
) -> list[str]:
    """The crews in the order of the pieces: each piece to whom it bars least, as far as free."""
    free, order = list(crews), []
    for piece in _pieces(ordered, len(crews)):
        best = min(free, key=lambda crew: sum(crew not in able[stop.code] for stop in piece))
        free.remove(best)
        order.append(best)
    return order


def _emptiest(able: Sequence[str], given: Mapping[str, Sequence[Stop]]) -> str:
    return min(able, key=lambda crew: len(given[crew]))


def _level(given: dict[str, list[Stop]], able: Mapping[str, Sequence[str]]) -> None:
    """Hand stops from the fullest to emptier crews as long as that makes the shares more even.

    Of what may be handed over, the stop nearest to the taker's own goes.
    """
    settled: set[tuple[str, str]] = set()
    while True:
        pairs = sorted(
            (
                (len(given[taker]) - len(given[giver]), giver, taker)
                for giver in given
                for taker in given
                if len(given[giver]) - len(given[taker]) > 1 and (giver, taker) not in settled
            ),
        )
        if not pairs:
            return
        _gap, giver, taker = pairs[0]
        movable = [stop for stop in given[giver] if taker in able[stop.code]]
        if not movable:
            settled.add((giver, taker))
            continue
        stop = min(movable, key=lambda one: (_nearest(one, given[taker]), one.code))
        given[giver].remove(stop)
        given[taker].append(stop)
        settled.clear()


def _nearest(stop: Stop, others: Sequence[Stop]) -> float:
    return min((metres(stop, other) for other in others), default=0.0)
