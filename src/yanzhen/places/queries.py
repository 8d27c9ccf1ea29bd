"""What the net looks like: the tree of areas, what lies where, the ledger of sites."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import QuerySet

from yanzhen.accounts.enums import Action
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import area_scopes
from yanzhen.core.paging import Count, Key, Order, Page, capped_count, page_of
from yanzhen.core.scope import covers
from yanzhen.core.text import plain
from yanzhen.files.models import Photo
from yanzhen.places import answering
from yanzhen.places.enums import Level, SiteStatus
from yanzhen.places.fields import fields_of, shown_value
from yanzhen.places.models import Area, Boundary, Site, SiteType
from yanzhen.places.net import Net, the_net
from yanzhen.places.sketch import Place, Sketch, sketch

FOUND_AT_MOST = 60
DOTS_AT_MOST = 500


# --- The tree, from memory ------------------------------------------------------------------------


def smallest_area(lat: Decimal | float, lon: Decimal | float) -> str | None:
    """The code of the smallest area around a point in WGS-84; nothing outside of all outlines."""
    return the_net().smallest_area(float(lat), float(lon))


def area_path(code: str) -> tuple[Area, ...]:
    """The areas from the city down to this one; empty for an unknown code.

    They are shared by all threads: read them, and fetch your own row to change it.
    """
    return the_net().path(code)


def area_label(code: str) -> str:
    """The place in words, `雁峰区 先锋街道 光辉社区`; an unknown code is its own label."""
    return the_net().label(code)


def areas_below(code: str) -> list[Area]:
    """All areas under this one, itself excluded, each before its own children."""
    return list(the_net().below(code))


def children_of(code: str) -> list[Area]:
    """The areas directly under this one, in the order of their codes; `""` asks for the top."""
    return list(the_net().children.get(code, ()))


def has_outline(code: str) -> bool:
    """Whether the outline of this area is known."""
    return code in the_net().outlines


# --- What somebody may see ------------------------------------------------------------------------


def visible_tops(*, user: User, on: date) -> list[Area]:
    """The highest areas that `user` may see, in the order of codes: where his tree begins."""
    net = the_net()
    if user.is_system:
        return list(net.children.get("", ()))
    answered = answering.answered_by(user, on)
    codes = {*area_scopes(user, Action.NET_VIEW, on=on), *answered.area_codes}
    around = Site.objects.filter(code__in=answered.site_codes).order_by()
    codes |= set(around.values_list("area__code", flat=True).distinct())
    tops = [code for code in codes if not any(covers(top, code) for top in codes - {code})]
    return [net.areas[code] for code in sorted(tops) if code in net.areas]


@dataclass(frozen=True)
class AreaRow:
    """One area in a list, with what lies in it."""

    area: Area
    label: str
    level: str
    areas_below: int = 0
    sites: int = 0
    has_outline: bool = False
    children: Sequence["AreaRow"] = ()


def area_tree(*, user: User, on: date) -> list[AreaRow]:
    """The areas at the top of what `user` may see, with two levels below and all counts.

    Two queries however many areas: the tree comes from memory, the sites are counted once.
    """
    net = the_net()
    tops = visible_tops(user=user, on=on)
    counts = _sites_by_area(net, Site.objects.visible_to(user, on))
    whole = len(tops) <= FEW_TOPS
    return [_row(net, area, counts, depth=2 if whole else 0) for area in tops]


FEW_TOPS = 3
"""So many trees are shown with their branches; of more, only the tops."""


def find_areas(*, words: str, user: User, on: date) -> list[AreaRow]:
    """The areas that `user` may see whose name or code holds `words`, higher levels first."""
    net, wanted = the_net(), plain(words).split()
    tops = [area.code for area in visible_tops(user=user, on=on)]
    found = [
        area
        for area in net.areas.values()
        if any(covers(top, area.code) for top in tops)
        and all(word in plain(f"{net.label(area.code)} {area.code}") for word in wanted)
        and any(word in plain(f"{area.name} {area.code}") for word in wanted)
    ]
    found.sort(key=lambda area: (len(area.code), area.code))
    return [_row(net, area, {}, depth=0) for area in found[:FOUND_AT_MOST]]


@dataclass(frozen=True)
class AreaPage:
    """An area with what lies in it."""

    area: Area
    label: str
    level: str
    next_level: str
    path: Sequence[tuple[Area, bool]]
    """From the city down to the area above, each with whether the reader may open it."""
    rows: Sequence[AreaRow]
    sites: int
    areas_below: int
    types: Sequence[tuple[SiteType, int]]
    has_outline: bool
    is_own_schematic: bool
    is_schematic: bool
    """Whether any outline of the drawing is a sketch only."""
    sketch: Sketch | None
    undrawn: int
    """How many sites lie here without a location."""

    @property
    def is_crowded(self) -> bool:
        """Whether there are more sites than a drawing can show."""
        return self.sketch is not None and not self.sketch.dots and self.undrawn < self.sites


def area_page(*, area: Area, user: User, on: date) -> AreaPage:
    """What the page of an area shows. A constant number of queries."""
    net = the_net()
    code = area.code
    seen = Site.objects.visible_to(user, on).under(code).filter(status__in=SiteStatus.in_use())
    counts = _sites_by_area(net, seen)
    tops = [top.code for top in visible_tops(user=user, on=on)]
    rows = [_row(net, child, counts, depth=0) for child in net.children.get(code, ())]
    outlined = [*(one.code for one in net.path(code)), *(row.area.code for row in rows)]
    drawn = Boundary.objects.filter(area_id__in=outlined)
    schematic = {one.area_id for one in drawn.only("area_id", "is_schematic") if one.is_schematic}
    level = Level(area.level)
    below = LEVELS_BELOW.get(level)
    return AreaPage(
        area=area,
        label=net.label(code),
        level=str(level.label),
        next_level=str(below.label) if below else "",
        path=[
            (above, any(covers(top, above.code) for top in tops)) for above in net.path(code)[:-1]
        ],
        rows=rows,
        sites=counts[code],
        areas_below=sum(1 for _ in net.below(code)),
        types=_types_counted(seen),
        has_outline=code in net.outlines,
        is_own_schematic=code in schematic,
        is_schematic=bool(schematic),
        sketch=_area_sketch(net, code, rows, seen),
        undrawn=seen.filter(lat=None).count(),
    )


LEVELS_BELOW = dict(zip(list(Level)[:-1], list(Level)[1:], strict=True))


# --- Sites ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SiteFilters:
    """Which sites a list shows. Empty means all; retired sites only where they are asked for."""

    area: str = ""
    types: Sequence[str] = ()
    status: Sequence[str] = ()
    words: str = ""
    without_location: bool = False


def sites_list(*, user: User, on: date, filters: SiteFilters) -> QuerySet[Site]:
    """The sites that `user` may see and asks for, by code; each comes with its type.

    The code is unique: the page after a row is what has a higher code.
    """
    sites = Site.objects.visible_to(user, on).select_related("type").order_by("code")
    if filters.area:
        sites = sites.under(filters.area)
    if filters.types:
        sites = sites.filter(type__code__in=filters.types)
    sites = sites.filter(status__in=filters.status or SiteStatus.in_use())
    if filters.without_location:
        sites = sites.filter(lat=None)
    return sites.saying(filters.words) if filters.words.strip() else sites


SITE_ORDER = Order("code", (Key("code", str),))


@dataclass(frozen=True)
class SiteLine:
    """One site in a list."""

    site: Site
    area: str


@dataclass(frozen=True)
class SitePage:
    """One page of a list of sites, and how many there are in all."""

    page: Page[Site]
    lines: Sequence[SiteLine]
    total: Count


def site_page(sites: QuerySet[Site], *, after: str = "", before: str = "") -> SitePage:
    """The page of `sites` at a cursor. Two queries."""
    page = page_of(sites, SITE_ORDER, after=after, before=before)
    net = the_net()
    lines = [SiteLine(site, net.label(site.area_id)) for site in page.rows]
    return SitePage(page, lines, capped_count(sites))


def find_sites(*, user: User, on: date, words: str, most: int = 20) -> list[SiteLine]:
    """The first sites that `user` may see and that hold any two characters of `words`."""
    net = the_net()
    found = Site.objects.visible_to(user, on).select_related("type").saying(words)
    return [SiteLine(site, net.label(site.area_id)) for site in found.order_by("code")[:most]]


@dataclass(frozen=True)
class SiteCard:
    """A site with everything its page shows."""

    site: Site
    label: str
    path: Sequence[tuple[Area, bool]]
    attributes: Sequence[tuple[str, str]]
    """Label and value of the type's own fields that have one."""
    sketch: Sketch | None
    is_schematic: bool
    given: str
    """The location as it was given, where that was not WGS-84."""


def site_card(*, site: Site, user: User, on: date) -> SiteCard:
    """What the page of a site shows."""
    net = the_net()
    tops = [top.code for top in visible_tops(user=user, on=on)]
    attributes = [
        (field.label, shown_value(field, site.attributes[field.name]))
        for field in fields_of(site.type)
        if field.name in site.attributes
    ]
    around = net.outlined(site.area_id)
    given = ""
    if site.source_lat is not None and site.lat != site.source_lat:
        given = f"{site.source_lat}, {site.source_lon} {site.get_source_crs_display()}"
    return SiteCard(
        site=site,
        label=net.label(site.area_id),
        path=[
            (area, any(covers(top, area.code) for top in tops)) for area in net.path(site.area_id)
        ],
        attributes=attributes,
        sketch=_site_sketch(net, site, around),
        is_schematic=Boundary.objects.filter(area_id=around, is_schematic=True).exists(),
        given=given,
    )


def may_see_photo(user: User, photo: Photo, on: date) -> bool:
    """Whether the photo shows a site that `user` may see."""
    return Site.objects.visible_to(user, on).filter(photo=photo).exists()


def map_of(*, code: str, sites: Sequence[Site]) -> Sketch | None:
    """These sites on the areas directly below `code`; for whoever colours the dots by their codes."""
    net = the_net()
    below = [area.code for area in net.children.get(code, ()) if area.code in net.outlines]
    around = net.outlined(code)
    codes = below or ([around] if around else [])
    outlines = {one: net.outlines[one] for one in codes}
    names = {one: net.areas[one].short_name for one in codes}
    return sketch(outlines, names, _as_places(sites))


def point_sketch(
    *, code: str, lat: Decimal | None = None, lon: Decimal | None = None, name: str = ""
) -> Sketch | None:
    """A point within the smallest area around `code` that has an outline; without one, that area."""
    net = the_net()
    around = net.outlined(code)
    here = [] if lat is None or lon is None else [Place("here", name, float(lat), float(lon))]
    return _within(net, around, here, focus="here")


# --- Site types -----------------------------------------------------------------------------------


def site_types(*, retired_too: bool = False) -> list[SiteType]:
    """The kinds of sites in the city's order."""
    types = SiteType.objects.order_by("sort", "code")
    return list(types if retired_too else types.filter(is_active=True))


def types_with_sites(*, user: User, on: date) -> list[tuple[SiteType, int]]:
    """The kinds of which `user` may see sites in use, in the city's order, and how many."""
    seen = Site.objects.visible_to(user, on).filter(status__in=SiteStatus.in_use())
    return sorted(_types_counted(seen), key=lambda one: (one[0].sort, one[0].code))


@dataclass(frozen=True)
class TypeGroup:
    """The kinds of sites of one group, each with how many sites there are."""

    name: str
    types: Sequence[tuple[SiteType, int]]


def type_groups() -> list[TypeGroup]:
    """All kinds of sites by group, retired ones too. One query."""
    counted = _sites_by_type(Site.objects.filter(status__in=SiteStatus.in_use()))
    groups: dict[str, list[tuple[SiteType, int]]] = {}
    for site_type in site_types(retired_too=True):
        group = groups.setdefault(site_type.group, [])
        group.append((site_type, counted.get(site_type.code, 0)))
    return [TypeGroup(name, types) for name, types in groups.items()]


# --- What the queries are made of -----------------------------------------------------------------


def _row(net: Net, area: Area, counts: Mapping[str, int], depth: int) -> AreaRow:
    children = net.children.get(area.code, ())
    return AreaRow(
        area=area,
        label=net.label(area.code),
        level=str(Level(area.level).label),
        areas_below=len(children),
        sites=counts.get(area.code, 0),
        has_outline=area.code in net.outlines,
        children=[_row(net, child, counts, depth - 1) for child in children] if depth else (),
    )


def _sites_by_area(net: Net, sites: QuerySet[Site]) -> Counter[str]:
    """How many sites in use each area holds, those of the areas below it included."""
    in_use = sites.filter(status__in=SiteStatus.in_use()).order_by()
    counts: Counter[str] = Counter()
    for code, number in in_use.values_list("area__code").annotate(number=models.Count("pk")):
        for area in net.path(code):
            counts[area.code] += number
    return counts


def _sites_by_type(sites: QuerySet[Site]) -> dict[str, int]:
    return dict(sites.order_by().values_list("type__code").annotate(number=models.Count("pk")))


def _types_counted(sites: QuerySet[Site]) -> list[tuple[SiteType, int]]:
    """The kinds of sites that there are, the most frequent first."""
    counted = _sites_by_type(sites)
    types = SiteType.objects.in_bulk(list(counted), field_name="code")
    order = sorted(counted, key=lambda code: (-counted[code], types[code].sort, code))
    return [(types[code], counted[code]) for code in order]


def _area_sketch(
    net: Net, code: str, rows: Sequence[AreaRow], sites: QuerySet[Site]
) -> Sketch | None:
    """The area with the areas in it, or alone, and its sites; too many dots would be a stain.

    An area without an outline is shown by its sites within the nearest outline around it.
    """
    codes = [row.area.code for row in rows if row.has_outline]
    around = net.outlined(code)
    if around == code or (around and not codes):
        codes.insert(0, around)
    outlines = {one: net.outlines[one] for one in codes}
    names = {one: net.areas[one].short_name for one in codes}
    placed = sites.exclude(lat=None).order_by("code")
    dots = list(placed.only("code", "name", "lat", "lon")[: DOTS_AT_MOST + 1])
    if not dots and around != code and codes == [around]:
        return None
    if len(dots) > DOTS_AT_MOST and outlines:
        dots = []
    return sketch(outlines, names, _as_places(dots[:DOTS_AT_MOST]), focus=code)


def _site_sketch(net: Net, site: Site, around: str) -> Sketch | None:
    """The site within the area `around` it, if there is one with an outline."""
    if site.lat is None or site.lon is None:
        return None
    return _within(net, around, _as_places([site]), focus=site.code)


def _within(net: Net, around: str, places: Sequence[Place], focus: str) -> Sketch | None:
    outlines = {around: net.outlines[around]} if around else {}
    names = {around: net.areas[around].short_name} if around else {}
    return sketch(outlines, names, places, focus=focus)


def _as_places(sites: Sequence[Site]) -> list[Place]:
    return [
        Place(site.code, site.name, float(site.lat), float(site.lon))
        for site in sites
        if site.lat is not None and site.lon is not None
    ]
