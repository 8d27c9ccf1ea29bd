"""What rows given together come to: what is new, what changes, and everything that is wrong."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shapely.geometry.base import BaseGeometry

from yanzhen.core.errors import Refused, RowError
from yanzhen.places.codes import known_code, tidy
from yanzhen.places.drafts import (
    AreaRow,
    Fault,
    SiteRow,
    area_faults,
    area_of_row,
    changed_faults,
    draft_of_row,
    settle_site,
)
from yanzhen.places.enums import Crs, SiteStatus
from yanzhen.places.errors import (
    AreaClosed,
    AreaUnknown,
    CodeRepeated,
    OutOfScope,
    SiteIsRetired,
    SiteRepeated,
)
from yanzhen.places.models import Area, Site, SiteType
from yanzhen.places.net import Net
from yanzhen.places.outlines import Drawn, draw, read_outline

MayEdit = Callable[[str], bool]
"""Whether the actor may edit in the area with this code."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of rows given together."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    codes: Mapping[int, str] = field(default_factory=dict)
    """The code that each row ended up with, by row number."""


@dataclass
class AreaPlan:
    """What a file of areas comes to."""

    new: list[Area] = field(default_factory=list)
    renamed: list[Area] = field(default_factory=list)
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)


@dataclass
class SitePlan:
    """What a file of sites comes to. A new site may still be without a code."""

    new: list[tuple[int, Site]] = field(default_factory=list)
    changed: list[tuple[int, Site, dict[str, Any]]] = field(default_factory=list)
    unchanged: list[tuple[int, Site]] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)


@dataclass(frozen=True)
class Ground:
    """What rows of sites are held against."""

    net: Net
    types: Mapping[str, SiteType]
    known: Mapping[str, Site]
    """The sites whose codes stand in the rows."""
    alike: Mapping[tuple[str, str, str], Site]
    """Sites by name, type and area."""
    may_edit: MayEdit


@dataclass
class OutlinePlan:
    """What a file of outlines comes to."""

    outlines: dict[str, BaseGeometry] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)


def plan_areas(rows: Iterable[AreaRow], net: Net, may_edit: MayEdit) -> AreaPlan:
    """Hold all rows against the net and against each other, in whatever order they come."""
    plan = AreaPlan()
    areas: list[tuple[int, Area]] = []
    first_rows: dict[str, int] = {}
    for row in rows:
        try:
            area = area_of_row(row)
            if area.code in first_rows:
                raise CodeRepeated(code=area.code, row=first_rows[area.code])
        except Refused as refusal:
            column = "code" if isinstance(refusal, CodeRepeated) else "level"
            plan.errors.append(RowError(row.row, column, str(refusal)))
            continue
        first_rows[area.code] = row.row
        areas.append((row.row, area))

    known = {**{area.code: area for _, area in areas}, **net.areas}
    for row_number, area in areas:
        old = net.areas.get(area.code)
        faults = [*area_faults(area, known), *(changed_faults(area, old) if old else ())]
        plan.errors += [RowError(row_number, one.column, str(one.refusal)) for one in faults]
        if not faults and not may_edit(area.code):
            plan.errors.append(RowError(row_number, "code", str(OutOfScope())))
        if old is None:
            plan.new.append(area)
        elif old.name != area.name:
            plan.renamed.append(area)
        else:
            plan.unchanged += 1
    return plan


def plan_sites(rows: Iterable[SiteRow], ground: Ground) -> SitePlan:
    """Hold all rows against what is there, and against each other.

    A row without a code means the site with the same name, type and area, if there is one: a
    file that is given twice does not make every site twice.
    """
    plan = SitePlan()
    first_rows: dict[tuple[str, ...], int] = {}
    for row in rows:
        code = tidy(row.code)
        site = ground.known.get(code)
        values, faults = _values_of_row(row, site, ground)
        if not faults:
            likeness = (values["name"], values["type_id"], values["area_id"])
            first = first_rows.setdefault((code,) if code else likeness, row.row)
            faults = list(_repeated(row, first, code, values["name"]))
            if not code and likeness in ground.alike:
                site = ground.alike[likeness]
                values, _ = _values_of_row(row, site, ground)
        plan.errors += [RowError(row.row, one.column, str(one.refusal)) for one in faults]
        if site is None:
            plan.new.append((row.row, Site(code=code, **values)))
        elif changes := changes_of(site, values):
            plan.changed.append((row.row, site, changes))
        else:
            plan.unchanged.append((row.row, site))
    return plan


def _values_of_row(
    row: SiteRow, site: Site | None, ground: Ground
) -> tuple[dict[str, Any], list[Fault]]:
    """The values that a row gives its site, and everything that is wrong with them."""
    if site is not None and site.status == SiteStatus.RETIRED:
        return {}, [Fault("code", SiteIsRetired(site=site.name))]
    draft, faults = draft_of_row(row, ground.types, site)
    settled = settle_site(draft, ground.net, ground.types, site)
    told = {fault.column for fault in faults}
    faults += [fault for fault in settled.faults if fault.column not in told]
    areas = {settled.values.get("area_id"), site.area_id if site is not None else None}
    if not faults and not all(ground.may_edit(code) for code in areas if code):
        faults.append(Fault("area", OutOfScope()))
    return settled.values, faults


def _repeated(row: SiteRow, first: int, code: str, name: str) -> Iterator[Fault]:
    if first == row.row:
        return
    if code:
        yield Fault("code", CodeRepeated(code=code, row=first))
    else:
        yield Fault("name", SiteRepeated(name=name, row=first))


def changes_of(site: Site, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the values that differ from what the site has."""
    return {name: value for name, value in values.items() if getattr(site, name) != value}


def plan_outlines(drawn: Iterable[Drawn], crs: Crs, net: Net, may_edit: MayEdit) -> OutlinePlan:
    """Read all outlines and hold them against the net and against each other."""
    plan = OutlinePlan()
    first_rows: dict[str, int] = {}
    for one in drawn:
        try:
            code = known_code(one.code, net.areas)
            if code not in net.areas:
                raise AreaUnknown(code=code)
            area = net.areas[code]
            if not area.is_active:
                raise AreaClosed(area=area.name)
            if code in first_rows:
                raise CodeRepeated(code=code, row=first_rows[code])
            if not may_edit(code):
                raise OutOfScope
        except Refused as refusal:
            plan.errors.append(RowError(one.row, "code", str(refusal)))
            continue
        first_rows[code] = one.row
        try:
            plan.outlines[code] = read_outline(one.geojson, crs)
        except Refused as refusal:
            plan.errors.append(RowError(one.row, "geometry", str(refusal)))

    drawing = draw(net, plan.outlines)
    for code in plan.outlines:
        faults = drawing.faults(code, drawn_anew=plan.outlines.keys())
        plan.errors += [RowError(first_rows[code], "geometry", str(fault)) for fault in faults]
    return plan
