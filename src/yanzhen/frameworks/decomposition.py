"""What the pages of decomposition show: who leads what, what waits, what nobody leads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from yanzhen.accounts.enums import Action
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import unit_scopes
from yanzhen.core.paging import Key, Order, Page, page_of
from yanzhen.frameworks.enums import DutyStatus, EditionStatus, NodeKind
from yanzhen.frameworks.models import Duty, DutySupport, Node
from yanzhen.units.models import Unit
from yanzhen.units.queries import unit_codes_under

IN_ORDER = Order("criterion", (Key("edition_id"), Key("sort"), Key("pk")))
BY_PATH = Order("path", (Key("path", str), Key("pk")))
NONE = "none"
"""Chosen instead of a standing: criteria that nobody leads."""


@dataclass(frozen=True, slots=True)
class DutyFilters:
    """What a list of criteria and duties is narrowed to."""

    words: str = ""
    framework: str = ""
    status: str = ""
    unit: str = ""
    group: str = ""
    is_late: bool = False
    mine: bool = False


@dataclass(frozen=True, slots=True)
class DutyLine:
    """A criterion of an edition in use, and who leads it."""

    node: Node
    duty: Duty | None
    supports: Sequence[str]
    is_late: bool
    section: str


def own_unit_codes(user: User, *, on: date) -> list[str]:
    """The units for which the user hands in plans, with those below them."""
    return unit_codes_under(unit_scopes(user, Action.DUTY_PLAN, on=on))


def duties_list(*, user: User, on: date, filters: DutyFilters) -> QuerySet[Node]:
    """The criteria of the editions in use, as the filters say, in the order of the frameworks."""
    nodes = Node.objects.filter(kind=NodeKind.CRITERION, edition__status=EditionStatus.CURRENT)
    if filters.framework:
        nodes = nodes.filter(edition__framework__code=filters.framework)
    if filters.mine:
        nodes = nodes.filter(_of_units(own_unit_codes(user, on=on)))
    if filters.unit:
        nodes = nodes.filter(_of_units([filters.unit]))
    if filters.group:
        nodes = nodes.filter(duty__group__code=filters.group)
    if filters.status == NONE:
        nodes = nodes.filter(duty=None)
    elif filters.status:
        nodes = nodes.filter(duty__status=filters.status)
    if filters.is_late:
        nodes = nodes.filter(duty__due_on__lt=on).exclude(duty__status=DutyStatus.ACCEPTED)
    for word in filters.words.split():
        nodes = nodes.filter(
            Q(code__startswith=word) | Q(title__contains=word) | Q(words__contains=word)
        )
    return nodes


def _of_units(codes: Sequence[str]) -> Q:
    supported = DutySupport.objects.filter(unit__code__in=codes).values("duty__criterion")
    return Q(duty__unit__code__in=codes) | Q(pk__in=supported)


def duty_page(found: QuerySet[Node], *, after: str, before: str) -> Page[Node]:
    """One page of the list. The rows come with their duties."""
    rows = found.select_related("duty__unit", "duty__group", "edition__framework").prefetch_related(
        "duty__supports__unit"
    )
    return page_of(rows, IN_ORDER, after=after, before=before)


def duty_lines(rows: Sequence[Node], *, on: date) -> list[DutyLine]:
    """The rows of a page as they are shown. One query for the sections."""
    tops = {(row.edition_id, row.path.split("/")[1]) for row in rows}
    wanted = Q(pk__in=[])
    for edition, code in tops:
        wanted |= Q(edition=edition, code=code)
    titles = {(one.edition_id, one.code): one.title for one in Node.objects.filter(wanted)}
    lines = []
    for row in rows:
        duty: Duty | None = getattr(row, "duty", None)
        lines.append(
            DutyLine(
                node=row,
                duty=duty,
                supports=[one.unit.short_name or one.unit.name for one in duty.supports.all()]
                if duty
                else [],
                is_late=bool(duty and is_late(duty, on=on)),
                section=titles.get((row.edition_id, row.path.split("/")[1]), ""),
            )
        )
    return lines


def is_late(duty: Duty, *, on: date) -> bool:
    """Whether the day has passed and no plan was accepted."""
    return duty.due_on < on and duty.status != DutyStatus.ACCEPTED


def duty_counts(found: QuerySet[Node]) -> dict[str, int]:
    """How many criteria stand how. One query."""
    rows = found.order_by().values_list("duty__status").annotate(count=Count("pk"))
    return {status or NONE: count for status, count in rows}


# --- Gaps -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SectionGap:
    """A top node with the criteria below it that nobody leads."""

    top: Node
    criteria: int
    nodes: Sequence[Node]

    @property
    def weight(self) -> Decimal:
        """The points that nobody leads."""
        return sum((one.weight for one in self.nodes), Decimal(0))


@dataclass(frozen=True, slots=True)
class Gaps:
    """How much of the editions in use is laid on units."""

    criteria: int
    with_lead: int
    sections: Sequence[SectionGap]

    @property
    def without_lead(self) -> int:
        """How many criteria nobody leads."""
        return self.criteria - self.with_lead

    @property
    def is_ready(self) -> bool:
        """Whether every criterion has a lead."""
        return self.criteria > 0 and not self.without_lead


def gaps(*, framework: str = "") -> Gaps:
    """The criteria with no lead, by section. Two queries."""
    nodes = Node.objects.filter(edition__status=EditionStatus.CURRENT)
    if framework:
        nodes = nodes.filter(edition__framework__code=framework)
    criteria: dict[tuple[int, str], int] = {}
    without: dict[tuple[int, str], list[Node]] = {}
    with_lead = 0
    leaves = nodes.filter(kind=NodeKind.CRITERION).annotate(duty_id=F("duty__pk"))
    for node in leaves.order_by("edition_id", "sort", "pk"):
        key = (node.edition_id, node.path.split("/")[1])
        criteria[key] = criteria.get(key, 0) + 1
        if node.duty_id is None:
            without.setdefault(key, []).append(node)
        else:
            with_lead += 1
    tops = nodes.filter(parent=None).select_related("edition__framework")
    sections = [
        SectionGap(top, criteria[key], without[key])
        for top in tops.order_by("edition__framework__gates_id", "edition_id", "sort", "pk")
        if (key := (top.edition_id, top.code)) in without
    ]
    return Gaps(sum(criteria.values()), with_lead, sections)


def idle_units(*, user: User, on: date, kind: str = "") -> QuerySet[Unit]:
    """The units in use that the user may see and that neither lead nor support anything."""
    leads = Duty.objects.filter(
        unit=OuterRef("code"), criterion__edition__status=EditionStatus.CURRENT
    )
    supports = DutySupport.objects.filter(
        unit=OuterRef("code"), duty__criterion__edition__status=EditionStatus.CURRENT
    )
    units = Unit.objects.visible_to(user, on).filter(is_active=True)
    if kind:
        units = units.filter(kind=kind)
    return units.filter(~Exists(leads), ~Exists(supports))


@dataclass(frozen=True, slots=True)
class UnitLoad:
    """A unit with how much it leads and supports."""

    unit: Unit
    leads: int
    supports: int


def unit_loads() -> list[UnitLoad]:
    """The units that lead or support anything in the editions in use, the busiest first. Three queries."""
    current: dict[str, Any] = {"criterion__edition__status": EditionStatus.CURRENT}
    leads = dict(
        Duty.objects.filter(**current).values_list("unit__code").annotate(n=Count("pk")).order_by()
    )
    supports = dict(
        DutySupport.objects.filter(duty__criterion__edition__status=EditionStatus.CURRENT)
        .values_list("unit__code")
        .annotate(n=Count("pk"))
        .order_by()
    )
    units = Unit.objects.filter(code__in={*leads, *supports}).order_by("path", "pk")
    loads = [UnitLoad(one, leads.get(one.code, 0), supports.get(one.code, 0)) for one in units]
    return sorted(loads, key=lambda load: (-load.leads, -load.supports))
