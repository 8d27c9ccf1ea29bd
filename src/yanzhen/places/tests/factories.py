"""Areas, site types and sites that would be good in a city; each call names what it changes."""

from decimal import Decimal
from typing import Any

from yanzhen.core.text import gram_text
from yanzhen.places.enums import Level
from yanzhen.places.models import Area, Boundary, Site, SiteType
from yanzhen.places.net import touch_net

NAMES = {
    "4304": "衡阳市",
    "430405": "珠晖区",
    "430406": "雁峰区",
    "430405001": "茶山街道",
    "430406001": "先锋街道",
    "430405001001": "东风社区居委会",
    "430406001001": "沿江南路社区居委会",
    "430406001004": "光辉社区居委会",
}
LEVELS = {4: Level.CITY, 6: Level.DISTRICT, 9: Level.STREET, 12: Level.COMMUNITY}
PARENT_LENGTHS = {Level.DISTRICT: 4, Level.STREET: 6, Level.COMMUNITY: 9, Level.GRID: 12}


def make_area(code: str = "430406001001", **fields: Any) -> Area:
    """The area with this code, and those above it where they are missing.

    Called again with the same code it returns the same area, with `fields` changed.
    """
    level = LEVELS.get(len(code), Level.GRID)
    length = PARENT_LENGTHS.get(level)
    parent = make_area(code[:length]) if length else None
    defaults = {"name": NAMES.get(code, f"{level.label}{code}"), "level": level, "parent": parent}
    area, is_new = Area.objects.get_or_create(code=code, defaults=defaults | fields)
    if fields and not is_new:
        for name, value in fields.items():
            setattr(area, name, value)
        area.save(update_fields=list(fields))
    touch_net()
    return area


def make_boundary(code: str, box: tuple[float, float, float, float], **fields: Any) -> Boundary:
    """A rectangle (west, south, east, north) around the area with this code."""
    west, south, east, north = box
    ring = f"[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]"
    geojson = f'{{"type":"Polygon","coordinates":[[{ring}]]}}'
    boundary = Boundary.objects.create(area=make_area(code), geojson=geojson, **fields)
    touch_net()
    return boundary


def make_site_type(code: str = "market", **fields: Any) -> SiteType:
    """The site type with this code; called again it returns the same, with `fields` changed."""
    defaults: dict[str, Any] = {"name": {"market": "农贸市场"}.get(code, code), "group": "商业"}
    site_type, is_new = SiteType.objects.get_or_create(code=code, defaults=defaults | fields)
    if fields and not is_new:
        for name, value in fields.items():
            setattr(site_type, name, value)
        site_type.save(update_fields=list(fields))
    return site_type


def make_site(**fields: Any) -> Site:
    """A market in use, in a community, with a location; its code counts on from `S-430406-0001`."""
    values: dict[str, Any] = {
        "code": f"S-430406-{Site.objects.count() + 1:04d}",
        "name": "先锋农贸市场",
        "address": "先锋路 18 号",
        "lat": Decimal("26.890000"),
        "lon": Decimal("112.610000"),
    } | fields
    values.setdefault("type", None)
    values["type"] = values["type"] or make_site_type()
    if "area" not in values and "area_id" not in values:
        values["area"] = make_area()
    words = [values["code"], values["name"], values["address"]]
    values.setdefault("search_grams", gram_text(words))
    return Site.objects.create(**values)
