"""WGS-84 (GPS, what we keep), GCJ-02 (most Chinese maps and WeChat) and BD-09 (Baidu).

GCJ-02 shifts every place in China by some hundred metres; BD-09 shifts GCJ-02 once more. The
way there is a formula, the way back is found by approaching it: far closer than a step a person
could see, where the customary one-step way back is off by a metre or two. Outside of China
nothing is shifted.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from yanzhen.places.enums import Crs

LatLon = tuple[float, float]

SEMI_MAJOR_AXIS = 6378245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
BAIDU_PI = math.pi * 3000.0 / 180.0
BAIDU_LAT, BAIDU_LON = 0.006, 0.0065
SOUTH, NORTH, WEST, EAST = 0.8293, 55.8271, 72.004, 137.8347
"""The rectangle in which GCJ-02 shifts."""
ROUNDING = 2e-6
"""How far over the edge a place on it can come back."""
MARGIN = 0.05
"""How far out of the rectangle a shift can reach."""

CLOSE_ENOUGH = 1e-10  # degrees: a hundredth of a millimetre
STEPS_AT_MOST = 30
MICRO_DEGREE = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Point:
    """A place in degrees, six digits after the point: to about ten centimetres."""

    lat: Decimal
    lon: Decimal


def to_wgs84(point: Point, crs: Crs) -> Point:
    """Return where a point given in `crs` lies in WGS-84."""
    return _moved(point, INTO_WGS84[crs])


def from_wgs84(point: Point, crs: Crs) -> Point:
    """Return how a WGS-84 point is written in `crs`."""
    return _moved(point, OUT_OF_WGS84[crs])


def in_china(lat: float, lon: float, margin: float = 0.0) -> bool:
    """Whether a point lies in the rectangle in which GCJ-02 shifts."""
    return SOUTH - margin <= lat <= NORTH + margin and WEST - margin <= lon <= EAST + margin


def unchanged(lat: float, lon: float) -> LatLon:
    return lat, lon


def wgs84_to_gcj02(lat: float, lon: float) -> LatLon:
    if not in_china(lat, lon):
        return lat, lon
    return _shifted(lat, lon)


def gcj02_to_wgs84(lat: float, lon: float) -> LatLon:
    return _unshifted(lat, lon)


def gcj02_to_bd09(lat: float, lon: float) -> LatLon:
    distance = math.hypot(lon, lat) + 0.00002 * math.sin(lat * BAIDU_PI)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * BAIDU_PI)
    return distance * math.sin(angle) + BAIDU_LAT, distance * math.cos(angle) + BAIDU_LON


def bd09_to_gcj02(lat: float, lon: float) -> LatLon:
    return _way_back(gcj02_to_bd09, lat, lon)


def wgs84_to_bd09(lat: float, lon: float) -> LatLon:
    if not in_china(lat, lon):
        return lat, lon
    return gcj02_to_bd09(*_shifted(lat, lon))


def bd09_to_wgs84(lat: float, lon: float) -> LatLon:
    moved = bd09_to_gcj02(lat, lon)
    found = _unshifted(*moved)
    return (lat, lon) if found == moved else found


INTO_WGS84: dict[Crs, Callable[[float, float], LatLon]] = {
    Crs.WGS84: unchanged,
    Crs.GCJ02: gcj02_to_wgs84,
    Crs.BD09: bd09_to_wgs84,
}
OUT_OF_WGS84: dict[Crs, Callable[[float, float], LatLon]] = {
    Crs.WGS84: unchanged,
    Crs.GCJ02: wgs84_to_gcj02,
    Crs.BD09: wgs84_to_bd09,
}


def _moved(point: Point, way: Callable[[float, float], LatLon]) -> Point:
    lat, lon = way(float(point.lat), float(point.lon))
    return Point(rounded(lat), rounded(lon))


def rounded(degrees: float | Decimal) -> Decimal:
    """Return degrees with six digits after the point."""
    return Decimal(repr(degrees) if isinstance(degrees, float) else degrees).quantize(
        MICRO_DEGREE, rounding=ROUND_HALF_UP
    )


def _shifted(lat: float, lon: float) -> LatLon:
    """The formula of GCJ-02: metres of shift on the Krasovsky ellipsoid, turned into degrees."""
    north, east = _north_shift(lon - 105.0, lat - 35.0), _east_shift(lon - 105.0, lat - 35.0)
    radians = math.radians(lat)
    flattened = 1 - ECCENTRICITY_SQUARED * math.sin(radians) ** 2
    root = math.sqrt(flattened)
    meridian = SEMI_MAJOR_AXIS * (1 - ECCENTRICITY_SQUARED) / (flattened * root)
    parallel = SEMI_MAJOR_AXIS / root * math.cos(radians)
    return lat + math.degrees(north / meridian), lon + math.degrees(east / parallel)


def _unshifted(lat: float, lon: float) -> LatLon:
    """The way back of `_shifted`, for what came out of the rectangle; the rest stays in place."""
    if not in_china(lat, lon, MARGIN):
        return lat, lon
    found = _way_back(_shifted, lat, lon)
    return found if in_china(*found, ROUNDING) else (lat, lon)


def _north_shift(x: float, y: float) -> float:
    return (
        -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
        + _waves(6 * x, 20.0, 2 * x, 20.0)
        + _waves(y, 20.0, y / 3, 40.0)
        + _waves(y / 12, 160.0, y / 30, 320.0)
    )  # fmt: skip


def _east_shift(x: float, y: float) -> float:
    return (
        300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
        + _waves(6 * x, 20.0, 2 * x, 20.0)
        + _waves(x, 20.0, x / 3, 40.0)
        + _waves(x / 12, 150.0, x / 30, 300.0)
    )  # fmt: skip


def _waves(one: float, height: float, other: float, other_height: float) -> float:
    return (height * math.sin(one * math.pi) + other_height * math.sin(other * math.pi)) * 2.0 / 3.0


def _way_back(there: Callable[[float, float], LatLon], lat: float, lon: float) -> LatLon:
    """Find the point that `there` takes to (lat, lon), by correcting a guess by what it misses."""
    guess_lat, guess_lon = lat, lon
    for _step in range(STEPS_AT_MOST):
        got_lat, got_lon = there(guess_lat, guess_lon)
        miss_lat, miss_lon = lat - got_lat, lon - got_lon
        guess_lat, guess_lon = guess_lat + miss_lat, guess_lon + miss_lon
        if max(abs(miss_lat), abs(miss_lon)) < CLOSE_ENOUGH:
            break
    return guess_lat, guess_lon
