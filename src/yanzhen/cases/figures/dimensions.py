"""By what the facts of the loop are narrowed down and told apart, and how the codes read."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from yanzhen.cases.enums import Severity, Source
from yanzhen.cases.models import Category
from yanzhen.figures import registry
from yanzhen.figures.registry import Choice, Dimension, Places
from yanzhen.places.enums import Level
from yanzhen.places.models import Area, SiteType
from yanzhen.places.queries import area_path, children_of
from yanzhen.units.models import Unit
from yanzhen.units.queries import unit_codes_under

SIGNS = {Level.DISTRICT: 6, Level.STREET: 9, Level.COMMUNITY: 12, Level.GRID: 0}
"""How many signs of an area's code tell its level; a grid takes the whole code."""


def _choice(area: Area, depth: int = 0) -> Choice:
    return Choice(area.code, area.name, depth)


def _path(code: str) -> list[Choice]:
    return [_choice(area, depth) for depth, area in enumerate(area_path(code))]


def _below(code: str) -> list[Choice]:
    return [_choice(area) for area in children_of(code)]


def _level_below(code: str) -> str:
    """The level by which an area is told apart: of a community, and of a grid, the grids."""
    path = area_path(code)
    levels = [Level.DISTRICT, Level.STREET, Level.COMMUNITY, Level.GRID, Level.GRID]
    return str(levels[list(Level).index(Level(path[-1].level)) if path else 0])


def _whole() -> str:
    tops = children_of("")
    return tops[0].code if len(tops) == 1 else ""


def _area_names(codes: Collection[str]) -> dict[str, str]:
    paths = {code: area_path(code) for code in codes}
    return {code: path[-1].name for code, path in paths.items() if path}


def _areas_at(level: Level, under: str) -> list[str]:
    """The areas of a level that lie under an area, or the one of that level around it."""
    around = [area.code for area in area_path(under) if area.level == level]
    areas = Area.objects.filter(level=level, is_active=True)
    found = (areas.under(under) if under else areas).values_list("code", flat=True)
    return around or sorted(found)


def _unit_names(codes: Collection[str]) -> dict[str, str]:
    units = Unit.objects.filter(code__in=set(codes)).values_list("code", "short_name", "name")
    return {code: short or name for code, short, name in units}


def _units_in(area: str) -> list[Choice]:
    units = Unit.objects.filter(is_active=True).order_by("path", "pk")
    if area:
        units = units.filter(area_id__in=Area.objects.under(area).values("code"))
    found = [(unit, unit.path.count("/") - 2) for unit in units]
    top = min((depth for _unit, depth in found), default=0)
    return [Choice(unit.code, unit.short_name or unit.name, depth - top) for unit, depth in found]


def _units_under(code: str) -> list[str]:
    return unit_codes_under([code])


def _site_type_names(codes: Collection[str]) -> dict[str, str]:
    return dict(SiteType.objects.filter(code__in=set(codes)).values_list("code", "name"))


def _site_types(_area: str) -> list[Choice]:
    types = SiteType.objects.filter(is_active=True).order_by("sort", "code")
    return [Choice(code, name) for code, name in types.values_list("code", "name")]


def _categories() -> Mapping[str, Category]:
    return {one.code: one for one in Category.objects.order_by("sort", "code")}


def _category_names(codes: Collection[str]) -> dict[str, str]:
    """The names of categories, each behind the one above it."""
    known = _categories()
    names = {}
    for code in set(codes) & set(known):
        above = known.get(known[code].parent_id or "")
        names[code] = f"{above.name} / {known[code].name}" if above else known[code].name
    return names


def _category_tree(_area: str) -> list[Choice]:
    """The categories in use, each before those below it."""
    below: dict[str, list[Category]] = {}
    for one in _categories().values():
        if one.is_active:
            below.setdefault(one.parent_id or "", []).append(one)

    def tree(code: str, depth: int) -> list[Choice]:
        found = []
        for one in below.get(code, []):
            found += [Choice(one.code, one.name, depth), *tree(one.code, depth + 1)]
        return found

    return tree("", 0)


def _categories_under(code: str) -> list[str]:
    parents = {one.code: one.parent_id for one in _categories().values()}
    found = {code}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(found)


def _labels_of(choices: type[Source] | type[Severity]) -> Mapping[str, str]:
    return {str(value): str(label) for value, label in choices.choices}


def _kind(code: str, name: Any, choices: type[Source] | type[Severity]) -> Dimension:
    return Dimension(
        code=code,
        name=name,
        column=code,
        labels=lambda _codes: _labels_of(choices),
        choices=lambda _area: [Choice(*pair) for pair in _labels_of(choices).items()],
        members=lambda _area: list(_labels_of(choices)),
    )


def _level(level: Level) -> Dimension:
    return Dimension(
        code=str(level),
        name=level.label,
        column="area_code",
        labels=_area_names,
        members=lambda area: _areas_at(level, area),
        is_prefix=True,
        signs=SIGNS[level],
    )


PLACES = Places(path=_path, below=_below, level_below=_level_below, whole=_whole)

DIMENSIONS = {
    dimension.code: dimension
    for dimension in (
        Dimension(
            code=registry.AREA,
            name=_("区域"),
            column="area_code",
            labels=_area_names,
            is_prefix=True,
        ),
        *(_level(level) for level in SIGNS),
        Dimension(
            code=registry.UNIT,
            name=_("责任单位"),
            column="unit_code",
            labels=_unit_names,
            choices=_units_in,
            covers=_units_under,
            nobody=_("未交办"),
        ),
        Dimension(
            code="site_type",
            name=_("点位类型"),
            column="site_type_code",
            labels=_site_type_names,
            choices=_site_types,
            nobody=_("不在点位上"),
        ),
        Dimension(
            code="category",
            name=_("类别"),
            column="category_code",
            labels=_category_names,
            choices=_category_tree,
            covers=_categories_under,
            nobody=_("未分类"),
        ),
        _kind("source", _("来源"), Source),
        _kind("severity", _("程度"), Severity),
    )
}
