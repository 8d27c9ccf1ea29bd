"""Outlines: read from GeoJSON, tidied, and held against the outlines around them."""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from shapely import STRtree
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from yanzhen.core.errors import Refused
from yanzhen.places.codes import tidy
from yanzhen.places.coordinates import INTO_WGS84, rounded
from yanzhen.places.enums import Crs
from yanzhen.places.errors import (
    BoundariesOverlap,
    BoundaryCrossesItself,
    BoundaryLeavesOut,
    BoundaryOutsideParent,
    BoundaryUnreadable,
)
from yanzhen.places.net import Net

TOLERANCE = 0.01
"""The share of an outline that may lie over a neighbour or out of the parent.

Outlines of different makers never meet exactly: a hundredth lets drawings pass and stops errors.
"""
MOST_POINTS = 200_000
DIGITS = 6
HALF_TURN, QUARTER_TURN = 180, 90
CODE_KEYS = ("code", "adcode", "area", "area_code", "代码", "区域代码", "CODE", "ADCODE")
NAMED_AT_MOST = 5
FACED = "Polygon", "MultiPolygon"


@dataclass(frozen=True, slots=True)
class Drawn:
    """One outline of a file: where it stands, whose it is, its geometry as GeoJSON."""

    row: int
    code: str
    geojson: str


def read_features(text: str) -> list[Drawn]:
    """Return the outlines of a FeatureCollection, each with the code that its properties name.

    Raises `BoundaryUnreadable`. What is wrong with a single outline is left to the operation,
    which can say it together with everything else.
    """
    document = _loaded(text)
    if document.get("type") == "Feature":
        document = {"type": "FeatureCollection", "features": [document]}
    features = document.get("features")
    if document.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise BoundaryUnreadable(reason=_("应为 GeoJSON 的 FeatureCollection。"))
    if not features:
        raise BoundaryUnreadable(reason=_("文件里没有任何边界。"))
    drawn = []
    for row, feature in enumerate(features, start=1):
        whole = feature if isinstance(feature, dict) else {}
        properties = whole.get("properties")
        named = properties if isinstance(properties, dict) else {}
        code = next((named[key] for key in CODE_KEYS if named.get(key) is not None), "")
        drawn.append(Drawn(row, tidy(str(code)), json.dumps(whole.get("geometry"))))
    return drawn


def read_outline(geojson: str | Mapping[str, Any], crs: Crs = Crs.WGS84) -> BaseGeometry:
    """Return the polygon that a GeoJSON text or object describes, in WGS-84 with six digits.

    Raises `BoundaryUnreadable` or `BoundaryCrossesItself`.
    """
    document = _loaded(geojson) if isinstance(geojson, str) else geojson
    document = _only_geometry(document)
    if document.get("type") not in FACED:
        raise BoundaryUnreadable(reason=_("应为 Polygon 或 MultiPolygon。"))
    try:
        outline = shapely.from_geojson(json.dumps(document))
    except (shapely.errors.GEOSException, TypeError, ValueError) as error:
        raise BoundaryUnreadable(reason=_("坐标不成形，请检查是否首尾相接、成对成列。")) from error
    if outline.is_empty:
        raise BoundaryUnreadable(reason=_("没有坐标。"))
    if shapely.get_num_coordinates(outline) > MOST_POINTS:
        reason = _("坐标点超过 %(most)s 个，请先简化。") % {"most": MOST_POINTS}
        raise BoundaryUnreadable(reason=reason)
    _check_range(outline)
    outline = _in_wgs84(shapely.force_2d(outline), crs)
    if not outline.convex_hull.area:
        raise BoundaryUnreadable(reason=_("面积为零。"))
    if not shapely.is_valid(outline):
        raise _why_invalid(outline)
    return outline


def to_text(outline: BaseGeometry) -> str:
    """Return the outline as GeoJSON, six digits after the point."""
    return str(shapely.to_geojson(outline))


@dataclass(frozen=True, eq=False)
class Drawing:
    """Outlines of areas as they would lie beside each other; closed areas are not among them."""

    net: Net
    outlines: Mapping[str, BaseGeometry]
    _codes: list[str]
    _tree: STRtree

    def faults(self, code: str, drawn_anew: Collection[str] = ()) -> Iterable[Refused]:
        """What is wrong with the outline of one area in this drawing.

        It lies within the nearest area above that has an outline, beside those of its level,
        and around those below it; areas `drawn_anew` at the same time are asked themselves.
        """
        yield from self._outside_parent(code)
        yield from self._over_others(code)
        yield from self._around_those_below(code, drawn_anew)

    def _outside_parent(self, code: str) -> Iterable[Refused]:
        above = [area for area in self.net.path(code)[:-1] if area.code in self.outlines]
        if not above:
            return
        outline, parent = self.outlines[code], above[-1]
        outside = _share(outline.difference(self.outlines[parent.code]), outline)
        if outside > TOLERANCE:
            yield BoundaryOutsideParent(
                area=self.net.areas[code].name, parent=parent.name, percent=_percent(outside)
            )

    def _over_others(self, code: str) -> Iterable[Refused]:
        outline, area = self.outlines[code], self.net.areas[code]
        near = [self._codes[at] for at in self._tree.query(outline)]
        over = [
            (self.net.areas[other].name, _overlap(outline, self.outlines[other]))
            for other in near
            if other != code and self.net.areas[other].level == area.level
        ]
        over = [(name, share) for name, share in over if share > TOLERANCE]
        if over:
            yield BoundariesOverlap(area=area.name, others=_named(over))

    def _around_those_below(self, code: str, drawn_anew: Collection[str]) -> Iterable[Refused]:
        outline = self.outlines[code]
        shapely.prepare(outline)
        below = [
            area.code
            for area in self.net.below(code)
            if area.code in self.outlines and area.code not in drawn_anew
        ]
        out = [
            (self.net.areas[other].name, _share(shape.difference(outline), shape))
            for other, shape in ((other, self.outlines[other]) for other in below)
            if not outline.contains(shape)
        ]
        out = [(name, share) for name, share in out if share > TOLERANCE]
        if out:
            yield BoundaryLeavesOut(area=self.net.areas[code].name, others=_named(out))


def draw(net: Net, changes: Mapping[str, BaseGeometry]) -> Drawing:
    """Return the net's outlines with some of them drawn anew."""
    outlines = {**net.outlines, **changes}
    return Drawing(net, outlines, list(outlines), STRtree(list(outlines.values())))


def _loaded(text: str) -> Mapping[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BoundaryUnreadable(reason=_("不是 JSON 文件。")) from error
    if not isinstance(document, dict):
        raise BoundaryUnreadable(reason=_("不是 GeoJSON。"))
    return document


def _only_geometry(document: Mapping[str, Any]) -> Mapping[str, Any]:
    if document.get("type") == "FeatureCollection":
        features = document.get("features")
        if (
            not isinstance(features, list)
            or len(features) != 1
            or not isinstance(features[0], dict)
        ):
            raise BoundaryUnreadable(reason=_("文件里应只有这一个区域的边界。"))
        document = features[0]
    if document.get("type") == "Feature":
        geometry = document.get("geometry")
        document = geometry if isinstance(geometry, dict) else {}
    return document


def _check_range(outline: BaseGeometry) -> None:
    west, south, east, north = outline.bounds
    if not all(map(np.isfinite, (west, south, east, north))):
        raise BoundaryUnreadable(reason=_("坐标里有不是数的值。"))
    farthest_lon, farthest_lat = max(-west, east), max(-south, north)
    if farthest_lon <= HALF_TURN and farthest_lat <= QUARTER_TURN:
        return
    if farthest_lon <= QUARTER_TURN and farthest_lat <= HALF_TURN:
        raise BoundaryUnreadable(reason=_("经度和纬度写反了，GeoJSON 里经度在前。"))
    raise BoundaryUnreadable(reason=_("坐标应为经纬度（度），现在的数值太大，像是投影坐标。"))


def _in_wgs84(outline: BaseGeometry, crs: Crs) -> BaseGeometry:
    """Convert, cut to six digits, and wind the rings as the standard says."""
    moved = INTO_WGS84[crs]

    def move(points: "np.ndarray[Any, np.dtype[np.float64]]") -> "np.ndarray[Any, Any]":
        if crs != Crs.WGS84:
            points = np.array([moved(lat, lon)[::-1] for lon, lat in points])
        return np.round(points, DIGITS)

    outline = shapely.transform(outline, move)
    parts = [orient(part) for part in shapely.get_parts(outline)]
    return parts[0] if outline.geom_type == "Polygon" else shapely.multipolygons(parts)


def _why_invalid(outline: BaseGeometry) -> Refused:
    """Say where GEOS found the first fault; its words are English and meant for its makers."""
    said = shapely.is_valid_reason(outline)
    place = re.search(r"\[(-?[\d.]+(?:e-?\d+)?) (-?[\d.]+(?:e-?\d+)?)\]", said)
    if place is None:
        return BoundaryUnreadable(reason=_("边界不闭合或点数不足。"))
    lon, lat = (rounded(float(number)) for number in place.groups())
    return BoundaryCrossesItself(lon=lon, lat=lat)


def _share(part: BaseGeometry, whole: BaseGeometry) -> float:
    return float(part.area / whole.area)


def _overlap(one: BaseGeometry, other: BaseGeometry) -> float:
    return float(one.intersection(other).area / min(one.area, other.area))


def _percent(share: float) -> Decimal:
    return Decimal(share * 100).quantize(Decimal("0.1"))


def _named(found: list[tuple[str, float]]) -> str:
    """“雁峰区”（12.3%）、“石鼓区”（2.0%）等 7 个."""
    worst = sorted(found, key=lambda one: (-one[1], one[0]))
    shown = "、".join(f"“{name}”（{_percent(share)}%）" for name, share in worst[:NAMED_AT_MOST])
    return shown if len(found) <= NAMED_AT_MOST else _("%(shown)s等 %(count)s 个") % {
        "shown": shown, "count": len(found),
    }  # fmt: skip
