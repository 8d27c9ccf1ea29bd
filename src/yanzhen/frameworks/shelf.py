"""What the pages of checklists show."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Prefetch

from yanzhen.frameworks.categories import category_names
from yanzhen.frameworks.enums import CheckGroup, CheckKind, EditionStatus, PhotoRule
from yanzhen.frameworks.models import CheckItem, CheckItemCriterion, Checklist
from yanzhen.frameworks.queries import rule_words
from yanzhen.places.models import SiteType


@dataclass(frozen=True, slots=True)
class TypeLine:
    """A type of sites with the checklist in use and the draft of the next one, if there are any."""

    site_type: SiteType
    current: Checklist | None
    draft: Checklist | None
    items: int


@dataclass(frozen=True, slots=True)
class TypeGroup:
    """The types that stand under one heading."""

    name: str
    lines: Sequence[TypeLine]


def type_groups() -> list[TypeGroup]:
    """All types in use by their groups, with their checklists. Two queries."""
    versions = (
        Checklist.objects.exclude(status=EditionStatus.RETIRED)
        .annotate(size=Count("items"))
        .order_by("pk")
    )
    by_type: dict[str, dict[str, Checklist]] = {}
    for one in versions:
        by_type.setdefault(str(one.site_type_id), {})[one.status] = one
    groups: dict[str, list[TypeLine]] = {}
    for site_type in SiteType.objects.filter(is_active=True).order_by("sort", "pk"):
        found = by_type.get(site_type.code, {})
        current = found.get(EditionStatus.CURRENT)
        line = TypeLine(
            site_type=site_type,
            current=current,
            draft=found.get(EditionStatus.DRAFT),
            items=getattr(current, "size", 0),
        )
        groups.setdefault(site_type.group, []).append(line)
    return [TypeGroup(name, lines) for name, lines in groups.items()]


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item as a page or a printed sheet shows it."""

    item: CheckItem
    rule: str
    category: str
    photo: str
    criteria: Sequence[CheckItemCriterion]

    @property
    def kind(self) -> str:
        """How it is noted."""
        return str(CheckKind(self.item.kind).label)


@dataclass(frozen=True, slots=True)
class ItemGroup:
    """The items of one class."""

    name: str
    lines: Sequence[ItemLine]


def item_groups(checklist: Checklist) -> list[ItemGroup]:
    """The items of a version by class, in the order of the list; three queries."""
    fed = CheckItemCriterion.objects.filter(
        criterion__edition__status=EditionStatus.CURRENT
    ).select_related("criterion__edition")
    items = (
        CheckItem.objects.filter(checklist=checklist)
        .prefetch_related(Prefetch("criteria", fed.order_by("criterion__sort", "pk")))
        .order_by("sort", "pk")
    )
    names = category_names()
    groups: dict[str, list[ItemLine]] = {}
    for item in items:
        groups.setdefault(item.group, []).append(
            ItemLine(
                item=item,
                rule=rule_words(item),
                category=names.get(item.category, item.category),
                photo=str(PhotoRule(item.photo).label),
                criteria=list(item.criteria.all()),
            )
        )
    return [ItemGroup(str(CheckGroup(value).label), lines) for value, lines in groups.items()]


def versions_of(site_type: SiteType) -> list[Checklist]:
    """All versions for a type, the latest first. One query."""
    return list(Checklist.objects.filter(site_type=site_type).order_by("-version"))
