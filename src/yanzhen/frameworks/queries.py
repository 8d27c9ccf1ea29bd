"""What the frameworks say, as apps above may ask."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from yanzhen.frameworks import scorers
from yanzhen.frameworks.enums import (
    CheckGroup,
    DutyStatus,
    EditionStatus,
    Method,
    NodeKind,
    Severity,
)
from yanzhen.frameworks.models import CheckItem, Checklist, Duty, DutySupport, Node
from yanzhen.frameworks.scorers import plain_number
from yanzhen.places.models import SiteType
from yanzhen.units.models import Unit

# --- Checklists -----------------------------------------------------------------------------------


def current_checklist(*, site_type: SiteType | str) -> Checklist | None:
    """The version of the checklist that new visits to sites of this type take; none: no checklist."""
    code = site_type if isinstance(site_type, str) else site_type.code
    return Checklist.objects.filter(site_type__code=code, status=EditionStatus.CURRENT).first()


def checklist_items(*, checklist: Checklist) -> QuerySet[CheckItem]:
    """The items of one version, in the order in which they are gone through."""
    return CheckItem.objects.filter(checklist=checklist).order_by("sort", "pk")


# --- Handbook -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CardCriterion:
    """A criterion as a card or a handbook tells it."""

    framework: str
    code: str
    title: str
    words: str
    weight: Decimal
    methods: tuple[str, ...]
    grading: str
    scoring: str
    site_types: tuple[str, ...]
    lead: str
    supports: tuple[str, ...]
    group: str
    due_on: date | None
    status: str
    plan: str


@dataclass(frozen=True, slots=True)
class CardItem:
    """A check item as a card or a handbook tells it."""

    code: str
    group: str
    words: str
    hint: str
    rule: str
    exempt: str
    severity: str


@dataclass(frozen=True, slots=True)
class UnitCard:
    """What one unit is told to do: its one-page card, and with all the words its handbook."""

    unit_code: str
    unit: str
    on: date
    leads: tuple[CardCriterion, ...]
    supports: tuple[CardCriterion, ...]


@dataclass(frozen=True, slots=True)
class TypeCard:
    """What is asked of one type of sites: what is checked, and what is assessed there."""

    site_type_code: str
    site_type: str
    on: date
    version: int | None
    items: tuple[CardItem, ...]
    criteria: tuple[CardCriterion, ...]


def unit_card(*, unit: Unit, on: date) -> UnitCard:
    """The card of a unit, from the editions in use. Few queries, however much it leads."""
    rows = _card_criteria(
        Q(duty__unit=unit)
        | Q(pk__in=DutySupport.objects.filter(unit=unit).values("duty__criterion"))
    )
    return UnitCard(
        unit_code=unit.code,
        unit=unit.name,
        on=on,
        leads=tuple(one for code, one in rows if code == unit.code),
        supports=tuple(one for code, one in rows if code != unit.code),
    )


def site_type_card(*, site_type: SiteType, on: date) -> TypeCard:
    """The card of a type of sites, from the checklist and the editions in use."""
    checklist = current_checklist(site_type=site_type)
    items = checklist_items(checklist=checklist) if checklist else ()
    return TypeCard(
        site_type_code=site_type.code,
        site_type=site_type.name,
        on=on,
        version=checklist.version if checklist else None,
        items=tuple(_card_item(one) for one in items),
        criteria=tuple(one for _code, one in _card_criteria(Q(site_types__site_type=site_type))),
    )


def _card_criteria(where: Q) -> list[tuple[str, CardCriterion]]:
    """Criteria of the editions in use, each with the code of its lead unit."""
    nodes = (
        Node.objects.filter(where, kind=NodeKind.CRITERION, edition__status=EditionStatus.CURRENT)
        .select_related("edition__framework", "duty__unit", "duty__group")
        .prefetch_related("methods", "site_types__site_type", "duty__supports__unit")
        .order_by("edition__framework__gates_id", "edition_id", "sort", "pk")
        .distinct()
    )
    found = []
    for node in nodes:
        duty: Duty | None = getattr(node, "duty", None)
        found.append((str(duty.unit_id) if duty else "", _card_criterion(node, duty)))
    return found


def _card_criterion(node: Node, duty: Duty | None) -> CardCriterion:
    return CardCriterion(
        framework=node.edition.framework.name,
        code=node.code,
        title=node.title,
        words=node.words,
        weight=node.weight,
        methods=tuple(str(Method(one.method).label) for one in node.methods.all()),
        grading=node.grading,
        scoring=scorers.in_words(node.scorer, node.parameters),
        site_types=tuple(one.site_type.name for one in node.site_types.all()),
        lead=duty.unit.name if duty else "",
        supports=tuple(one.unit.name for one in duty.supports.all()) if duty else (),
        group=duty.group.name if duty and duty.group else "",
        due_on=duty.due_on if duty else None,
        status=str(DutyStatus(duty.status).label) if duty else "",
        plan=duty.plan if duty else "",
    )


def _card_item(item: CheckItem) -> CardItem:
    return CardItem(
        code=item.code,
        group=str(CheckGroup(item.group).label),
        words=item.words,
        hint=item.hint,
        rule=rule_words(item),
        exempt=item.exempt,
        severity=str(Severity(item.severity).label),
    )


def rule_words(item: CheckItem) -> str:
    """When a count or a measure passes: `5–10 处`, `≥ 5 处`, `≤ 3 米`; nothing for yes or no."""
    low = plain_number(item.at_least) if item.at_least is not None else ""
    high = plain_number(item.at_most) if item.at_most is not None else ""
    if low and high:
        return f"{low}–{high} {item.unit}" if low != high else f"= {low} {item.unit}"
    if low:
        return f"≥ {low} {item.unit}"
    return f"≤ {high} {item.unit}" if high else ""
