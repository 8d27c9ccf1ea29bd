"""What a list of cases can be narrowed by: the chips over the ledger and what each offers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext as _

from yanzhen.accounts.models import User
from yanzhen.cases.enums import CaseStatus, Severity, Source
from yanzhen.cases.models import Case, Category
from yanzhen.cases.queries.asking import ALL_OPEN, Ask, Due
from yanzhen.cases.queries.waiting import Wait
from yanzhen.core.engine import Unindexed
from yanzhen.core.filters import FilterFace, FilterOption
from yanzhen.places.models import Site
from yanzhen.places.queries import area_label, area_path, children_of, site_types
from yanzhen.units.models import Unit

MOST_UNITS: Final = 60
ALWAYS: Final = ("due", "status", "area", "source", "type")
"""The chips that stand over the list also when they narrow nothing."""


@dataclass(frozen=True, slots=True)
class Facets:
    """The chips over a list, and what the form behind “more” offers."""

    chips: Sequence[FilterFace]
    units: Sequence[FilterOption]
    categories: Sequence[FilterOption]


def facets(*, ask: Ask, cases: QuerySet[Case], within: str, user: User, on: date) -> Facets:
    """The chips for a list as it is asked for. Six queries at most."""
    units, categories, today = _units(ask, cases), category_options(), on
    site = Site.objects.visible_to(user, on).filter(code=ask.site).first() if ask.site else None
    faces = [
        FilterFace("due", _("到期"), "one", _choices(Due), _one(ask.due)),
        FilterFace("wait", _("待办"), "one", _choices(Wait), _one(ask.wait)),
        FilterFace(
            "area", _("区域"), "one", _areas(ask.area or within), _one(ask.area), _said(ask)
        ),
        FilterFace("status", _("状态"), "many", _statuses(), ask.status),
        FilterFace("source", _("来源"), "many", _choices(Source), ask.source),
        FilterFace("type", _("点位类型"), "many", _types(ask), ask.type),
        FilterFace("severity", _("程度"), "many", _choices(Severity), ask.severity),
        FilterFace("category", _("类别"), "one", categories, _one(ask.category)),
        FilterFace("unit", _("责任单位"), "one", units, _one(ask.unit)),
        FilterFace(
            "site",
            _("点位"),
            "one",
            [FilterOption(site.code, site.name)] if site else [],
            _one(ask.site),
        ),
        FilterFace(
            "found", _("发现"), "dates", _periods(today), _days(ask.found_from, ask.found_to)
        ),
        FilterFace(
            "filed", _("立案"), "dates", _periods(today), _days(ask.filed_from, ask.filed_to)
        ),
        FilterFace("again", _("反复出现"), "one", [FilterOption("yes", _("是"))], _one(ask.again)),
        FilterFace("q", _("文字"), "words", (), _one(ask.q)),
    ]
    chips = [face for face in faces if face.is_on or face.name in ALWAYS]
    return Facets(chips, units, categories)


def _one(chosen: str) -> tuple[str, ...]:
    return (chosen,) if chosen else ()


def _days(first: date | None, last: date | None) -> tuple[str, str]:
    return (first.isoformat() if first else "", last.isoformat() if last else "")


def _choices(kind: type[models.TextChoices]) -> list[FilterOption]:
    return [FilterOption(str(value), str(label)) for value, label in kind.choices]


def _statuses() -> list[FilterOption]:
    return [FilterOption(ALL_OPEN, _("未销号")), *_choices(CaseStatus)]


def _areas(code: str) -> list[FilterOption]:
    """The way down to the area one stands in, and the areas directly below it."""
    path = area_path(code) if code else area_path(settings.YANZHEN_CITY_CODE)
    above = [
        FilterOption(area.code, area.short_name, depth=depth) for depth, area in enumerate(path)
    ]
    below = [
        FilterOption(area.code, area.short_name, depth=len(path))
        for area in children_of(path[-1].code if path else "")
        if area.is_active
    ]
    return above + below


def _said(ask: Ask) -> str:
    return area_label(ask.area) if ask.area else ""


def _types(ask: Ask) -> list[FilterOption]:
    return [
        FilterOption(one.code, one.name)
        for one in site_types(retired_too=bool(ask.type))
        if one.is_active or one.code in ask.type
    ]


def category_options() -> list[FilterOption]:
    """The tree of categories, each under its parent."""
    children: dict[str | None, list[Category]] = {}
    for row in Category.objects.order_by("sort", "code"):
        children.setdefault(row.parent_id, []).append(row)
    return list(_branch(children, None, 0))


def _branch(
    children: dict[str | None, list[Category]], parent: str | None, depth: int
) -> Iterable[FilterOption]:
    for row in children.get(parent, []):
        if row.is_active:
            yield FilterOption(row.code, row.name, depth=depth)
        yield from _branch(children, row.code, depth + 1)


def _units(ask: Ask, cases: QuerySet[Case]) -> list[FilterOption]:
    """The units that have open cases in hand, the most laden first; and the chosen one."""
    counted = (
        cases.open()  # type: ignore[attr-defined]  # our own query set
        .exclude(unit=None)
        .order_by()
        .annotate(code=Unindexed(F("unit_id")))  # or SQLite reads all cases, unit by unit
        .values_list("code")
        .annotate(number=Count("pk"))
        .order_by("-number", "code")[:MOST_UNITS]
    )
    numbers = dict(counted)
    if ask.unit:
        numbers.setdefault(ask.unit, 0)
    names = Unit.objects.in_bulk(list(numbers), field_name="code")
    return [
        FilterOption(code, names[code].short_name or names[code].name, number)
        for code, number in numbers.items()
        if code in names
    ]


def _periods(today: date) -> list[FilterOption]:
    """Stretches of days that are asked for often, as `from/to`."""
    month = today.replace(day=1)
    last_month = month - timedelta(days=1)
    spans = [
        (_("今天"), today, today),
        (_("近 7 天"), today - timedelta(days=6), today),
        (_("本月"), month, today),
        (_("上月"), last_month.replace(day=1), last_month),
        (_("今年"), today.replace(month=1, day=1), today),
    ]
    return [FilterOption(f"{first}/{last}", label) for label, first, last in spans]
