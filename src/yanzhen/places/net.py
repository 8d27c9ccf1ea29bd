"""The net kept in memory: every area in its place in the tree, and a search tree of all outlines.

Asking the database for each label would be slow, and asking it for a point in a polygon needs
an extension that nobody has. So each process keeps the whole net, and asks one row,
`NetVersion`, whether what it keeps still holds:

- at the first use within each request, and after each change made by this thread;
- outside of requests at most once a second.

The version is a random number and not a count: of two transactions that each change the net,
one rolled back, neither can then be taken for the other.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from django.db import connection
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from yanzhen.places.enums import LEVEL_DEPTHS, Level
from yanzhen.places.models import Area, Boundary, NetVersion

LOOK_EVERY = 1.0
"""Seconds between two looks at the version outside of requests."""
KEPT_AT_MOST = 2
"""The committed net, and the one that a transaction under way sees."""


@dataclass(frozen=True, eq=False)
class Net:
    """All areas and outlines at one version. Shared by all threads: its areas are only read."""

    version: int
    areas: dict[str, Area]
    children: dict[str, list[Area]]
    """By the code of the parent, `""` for the top; each list in the order of codes."""
    outlines: dict[str, BaseGeometry]
    """Outlines of areas in use, by code, smallest level and size first."""
    _codes: list[str] = field(repr=False)
    _shapes: "np.ndarray[Any, np.dtype[np.object_]]" = field(repr=False)
    _tree: STRtree = field(repr=False)

    def path(self, code: str) -> tuple[Area, ...]:
        """The areas from the top down to the one with this code; empty for an unknown code."""
        path: list[Area] = []
        area = self.areas.get(code)
        while area is not None:
            path.append(area)
            area = self.areas.get(area.parent_id or "")
        return tuple(reversed(path))

    def label(self, code: str) -> str:
        """The place in words, `雁峰区 先锋街道 光辉社区`; the city itself goes without saying."""
        path = self.path(code)
        return " ".join(area.short_name for area in path[1:] or path) or code

    def below(self, code: str) -> Iterator[Area]:
        """All areas under the one with this code, itself excluded, each before its own children."""
        for area in self.children.get(code, []):
            yield area
            yield from self.below(area.code)

    def outlined(self, code: str) -> str:
        """The code of the nearest area with an outline, from this one upwards; empty without."""
        return next((a.code for a in reversed(self.path(code)) if a.code in self.outlines), "")

    def areas_at(self, lat: float, lon: float) -> list[str]:
        """The codes of all areas around a point, the smallest first; borders belong to both."""
        near = self._tree.query(shapely.Point(lon, lat))
        if not near.size:
            return []
        inside = near[shapely.intersects_xy(self._shapes[near], lon, lat)]
        return [self._codes[at] for at in np.sort(inside)]

    def smallest_area(self, lat: float, lon: float) -> str | None:
        """The code of the smallest area around a point, in microseconds."""
        return next(iter(self.areas_at(lat, lon)), None)


_kept: OrderedDict[int, Net] = OrderedDict()
_building = threading.Lock()


class _Seen(threading.local):
    """What this thread looked at last, and when."""

    net: Net | None = None
    at: float = 0.0
    may_roll_back: bool = False
    """This thread changed the net within a transaction of which the end is not known."""


_seen = _Seen()


def the_net() -> Net:
    """The net as it stands, read anew only when its version moved."""
    if _seen.may_roll_back and not connection.in_atomic_block:
        _seen.may_roll_back = False
        look_again()
    if _seen.net is not None and time.monotonic() - _seen.at < LOOK_EVERY:
        return _seen.net
    version = NetVersion.objects.filter(pk=1).values_list("version", flat=True).first()
    net = _kept.get(version) if version is not None else None
    if net is None:
        net = _build_once(version)
    _seen.net, _seen.at = net, time.monotonic()
    return net


def look_again(**_: object) -> None:
    """Ask for the version at the next use. Also the first thing that happens in each request."""
    _seen.net = None


def new_version() -> int:
    """Return a number that no net had before."""
    return 1 + secrets.randbits(62)


def hold_net() -> None:
    """Keep every other writer of areas and outlines waiting until the end of the transaction.

    They are written seldom and are checked against each other: one writer at a time is both
    simple and right.
    """
    NetVersion.objects.get_or_create(pk=1, defaults={"version": new_version()})
    NetVersion.objects.locked().get(pk=1)
    look_again()


def touch_net() -> None:
    """Say that areas or outlines have changed. The last thing an operation writes."""
    NetVersion.objects.update_or_create(pk=1, defaults={"version": new_version()})
    _seen.may_roll_back = True
    look_again()


def _build_once(version: int | None) -> Net:
    """Build the net, once however many threads ask; keep it unless nothing names its version."""
    with _building:
        if version is not None and version in _kept:
            return _kept[version]
        net = _build(version or 0)
        if version is not None:
            _kept[version] = net
            while len(_kept) > KEPT_AT_MOST:
                _kept.popitem(last=False)
        return net


def _build(version: int) -> Net:
    areas = {area.code: area for area in Area.objects.order_by("code")}
    children: dict[str, list[Area]] = {}
    for area in areas.values():
        if area.parent_id in areas:
            area.parent = areas[area.parent_id]
        children.setdefault(area.parent_id or "", []).append(area)

    drawn = [
        (boundary.area_id, boundary.geojson)
        for boundary in Boundary.objects.order_by("area_id")
        if boundary.area_id in areas and areas[boundary.area_id].is_active
    ]
    shapes = shapely.from_geojson([text for _, text in drawn])
    sizes = shapely.area(shapes)
    depths = [LEVEL_DEPTHS[Level(areas[code].level)] for code, _ in drawn]
    order = sorted(range(len(drawn)), key=lambda at: (-depths[at], sizes[at], drawn[at][0]))
    codes = [drawn[at][0] for at in order]
    shapes = np.array([shapes[at] for at in order], dtype=np.object_)
    return Net(
        version=version,
        areas=areas,
        children=children,
        outlines=dict(zip(codes, shapes, strict=True)),
        _codes=codes,
        _shapes=shapes,
        _tree=_warm_tree(shapes),
    )


def _warm_tree(shapes: "np.ndarray[Any, np.dtype[np.object_]]") -> STRtree:
    """Return a search tree over prepared shapes.

    GEOS finishes both lazily at the first question, which two threads must not ask at once:
    here one thread asks everything one time.
    """
    tree = STRtree(shapes)
    shapely.prepare(shapes)
    west, south, east, north = shapely.bounds(shapes).reshape(-1, 4).T
    middle_lon, middle_lat = (west + east) / 2, (south + north) / 2
    shapely.intersects_xy(shapes, middle_lon, middle_lat)
    tree.query(shapely.Point(0, 0))
    return tree
