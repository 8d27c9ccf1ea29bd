"""A small map drawn by the server: outlines as paths, sites as dots, nothing from another host.

The drawing is flat: one degree of longitude is as long as it is at the middle of the place. That
is true enough for a city, and north is up.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

WIDTH, MOST_HEIGHT, EDGE = 640.0, 430.0, 14.0
FINENESS = 0.6
"""Bends smaller than this many units of the drawing are left out."""
LABEL_ROOM = 38.0
"""An outline narrower than this has no room for its name."""


@dataclass(frozen=True, slots=True)
class Face:
    """One area of the drawing."""

    code: str
    name: str
    path: str
    x: float
    y: float
    has_room: bool
    """Whether the name fits into it."""
    is_narrow: bool
    """Whether it does so only on a wide screen."""
    is_focus: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """One site of the drawing."""

    code: str
    name: str
    x: float
    y: float
    is_focus: bool = False


@dataclass(frozen=True, slots=True)
class Sketch:
    """A drawing with its size."""

    width: float
    height: float
    faces: Sequence[Face]
    dots: Sequence[Dot]


@dataclass(frozen=True, slots=True)
class Place:
    """One site to be drawn."""

    code: str
    name: str
    lat: float
    lon: float


def sketch(
    outlines: Mapping[str, BaseGeometry],
    names: Mapping[str, str],
    places: Iterable[Place],
    focus: str = "",
    frame: BaseGeometry | None = None,
) -> Sketch | None:
    """Draw outlines and places within `frame`, else within what is drawn; nothing of nothing.

    `focus` is the code of the area or the site that the drawing is about: it comes last, on top.
    """
    places = list(places)
    shown = [*outlines.values(), *(shapely.Point(place.lon, place.lat) for place in places)]
    if not shown:
        return None
    flat = _Flat.around(frame if frame is not None else shapely.GeometryCollection(shown))
    faces = [
        flat.face(code, names.get(code, code), outline, is_focus=code == focus)
        for code, outline in outlines.items()
    ]
    dots = [flat.dot(place, is_focus=place.code == focus) for place in places]
    return Sketch(
        WIDTH,
        flat.height,
        sorted(faces, key=lambda face: face.is_focus),
        sorted(dots, key=lambda dot: dot.is_focus),
    )


@dataclass(frozen=True, slots=True)
class _Flat:
    """The drawing's plane: how degrees become units."""

    west: float
    north: float
    scale: float
    narrowing: float
    left: float
    top: float
    height: float

    @classmethod
    def around(cls, shown: BaseGeometry) -> "_Flat":
        west, south, east, north = shown.bounds
        least = 0.004  # half a kilometre: a single point needs something around it
        if east - west < least and north - south < least:
            west, east = (west + east - least) / 2, (west + east + least) / 2
            south, north = (south + north - least) / 2, (south + north + least) / 2
        narrowing = math.cos(math.radians((south + north) / 2))
        wide, high = max((east - west) * narrowing, 1e-9), max(north - south, 1e-9)
        scale = min((WIDTH - 2 * EDGE) / wide, (MOST_HEIGHT - 2 * EDGE) / high)
        height = round(high * scale + 2 * EDGE, 1)
        left = (WIDTH - wide * scale) / 2
        return cls(west, north, scale, narrowing, left, EDGE, height)

    def at(self, lat: float, lon: float) -> tuple[float, float]:
        x = self.left + (lon - self.west) * self.narrowing * self.scale
        y = self.top + (self.north - lat) * self.scale
        return round(x, 1), round(y, 1)

    def dot(self, place: Place, *, is_focus: bool) -> Dot:
        x, y = self.at(place.lat, place.lon)
        return Dot(place.code, place.name, x, y, is_focus)

    def face(self, code: str, name: str, outline: BaseGeometry, *, is_focus: bool) -> Face:
        coarse = outline.simplify(FINENESS / self.scale)
        west, _south, east, _north = outline.bounds
        middle = shapely.point_on_surface(outline)
        x, y = self.at(middle.y, middle.x)
        width = (east - west) * self.narrowing * self.scale
        has_room, is_narrow = width > LABEL_ROOM, width < 2.5 * LABEL_ROOM
        return Face(code, name, self._path(coarse), x, y, has_room, is_narrow, is_focus)

    def _path(self, outline: BaseGeometry) -> str:
        rings = [
            ring for part in shapely.get_parts(outline) for ring in (part.exterior, *part.interiors)
        ]
        return "".join(
            "M"
            + "L".join(f"{x} {y}" for x, y in (self.at(lat, lon) for lon, lat in ring.coords[:-1]))
            + "Z"
            for ring in rings
        )
