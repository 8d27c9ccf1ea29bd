"""Schematic outlines for the areas that have no drawn one: cells of a Voronoi diagram.

They tile the area above without gap or overlap, so that a point finds its community; they are
drawings, not boundaries, and are marked so.
"""

import json
import random
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources

from shapely import (
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
    get_parts,
    set_precision,
    voronoi_polygons,
)
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

GRID = 1e-6
"""Degrees: outlines keep six decimals, about a decimetre."""


def drawn_districts() -> dict[str, BaseGeometry]:
    """The simplified outlines that ship with the demonstration city, by district code."""
    text = (
        resources.files("yanzhen.demo")
        .joinpath("data/hengyang_districts.geojson")
        .read_text("utf-8")
    )
    return {
        feature["properties"]["code"]: shape(feature["geometry"])
        for feature in json.loads(text)["features"]
    }


def point_inside(outline: BaseGeometry, dice: random.Random) -> Point:
    """A point inside the outline, by throwing until one falls in."""
    west, south, east, north = outline.bounds
    for _ in range(400):
        point = Point(dice.uniform(west, east), dice.uniform(south, north))
        if outline.contains(point):
            return point
    return outline.representative_point()


def split(outline: BaseGeometry, codes: list[str], dice: random.Random) -> dict[str, BaseGeometry]:
    """Cut an outline into one cell for each code."""
    if len(codes) == 1:
        return {codes[0]: outline}
    seeds = [point_inside(outline, dice) for _ in codes]
    cells = voronoi_polygons(MultiPoint(seeds), extend_to=outline)
    by_seed: dict[str, BaseGeometry] = {}
    pieces = [cell.intersection(outline) for cell in get_parts(cells)]
    for code, seed in zip(codes, seeds, strict=True):
        piece = min(pieces, key=seed.distance)
        pieces.remove(piece)
        by_seed[code] = piece
    return by_seed


def multipolygon(outline: BaseGeometry) -> MultiPolygon:
    """The outline as a multipolygon on the grid of six decimals."""
    snapped = set_precision(outline, GRID)
    parts = get_parts(snapped)
    return MultiPolygon([part for part in parts if isinstance(part, Polygon)])


def schematic_outlines(
    children: Mapping[str, list[str]], dice: random.Random, *, below: Iterable[str]
) -> Iterator[tuple[str, str, bool]]:
    """Yield `(area code, GeoJSON, is schematic)` for every area of the districts named in `below`.

    `children` maps a code to the codes right below it, in order.
    """
    drawn = drawn_districts()
    for district in below:
        if district not in drawn:
            continue
        yield district, json.dumps(mapping(multipolygon(drawn[district]))), False
        todo = [(district, drawn[district])]
        while todo:
            code, outline = todo.pop()
            if not children.get(code):
                continue
            for child, cell in split(outline, children[code], dice).items():
                yield child, json.dumps(mapping(multipolygon(cell))), True
                todo.append((child, cell))
