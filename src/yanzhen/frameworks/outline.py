"""What the pages of frameworks and editions show."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Prefetch, Q

from yanzhen.frameworks import scorers
from yanzhen.frameworks.enums import EditionStatus, MappingKind, Method, NodeKind
from yanzhen.frameworks.models import (
    CheckItemCriterion,
    CriterionSiteType,
    Duty,
    Edition,
    Framework,
    Node,
    NodeMapping,
)


@dataclass(frozen=True, slots=True)
class FrameworkCard:
    """One framework with its editions, the current one first, then drafts, then those of the past."""

    framework: Framework
    current: Edition | None
    drafts: Sequence[Edition]
    past: Sequence[Edition]
    gated_by: Sequence[Framework]
    criteria: int = 0
    with_lead: int = 0

    @property
    def without_lead(self) -> int:
        """How many criteria nobody leads."""
        return self.criteria - self.with_lead

    @property
    def share_percent(self) -> Decimal | None:
        """The part that it has in what it counts in, in per cent."""
        share = self.framework.share
        return None if share is None else share * 100


def framework_cards(*, with_drafts: bool) -> list[FrameworkCard]:
    """All frameworks; drafts only for whoever may change them. Four queries."""
    editions = Edition.objects.order_by("-applied_at", "-pk")
    if not with_drafts:
        editions = editions.exclude(status=EditionStatus.DRAFT)
    frameworks = (
        Framework.objects.select_related("gates")
        .prefetch_related(Prefetch("editions", editions), "gated_by")
        .order_by("gates_id", "pk")
    )
    counts = {
        edition: (criteria, led)
        for edition, criteria, led in Node.objects.filter(
            kind=NodeKind.CRITERION, edition__status=EditionStatus.CURRENT
        )
        .values_list("edition")
        .annotate(criteria=Count("pk"), led=Count("duty"))
        .order_by("edition")
    }
    cards = []
    for framework in frameworks:
        rows = list(framework.editions.all())
        current = next((one for one in rows if one.status == EditionStatus.CURRENT), None)
        criteria, led = counts.get(current.pk, (0, 0)) if current else (0, 0)
        cards.append(
            FrameworkCard(
                framework=framework,
                current=current,
                drafts=[one for one in rows if one.status == EditionStatus.DRAFT],
                past=[one for one in rows if one.status == EditionStatus.RETIRED],
                gated_by=list(framework.gated_by.all()),
                criteria=criteria,
                with_lead=led,
            )
        )
    return sorted(cards, key=lambda card: (card.framework.gates_id is not None, card.framework.pk))


@dataclass(frozen=True, slots=True)
class Line:
    """One node of an edition as its page shows it."""

    node: Node
    methods: Sequence[str]
    site_types: Sequence[str]
    scoring: str
    unit: str
    duty: Duty | None


def lines_of(edition: Edition) -> list[Line]:
    """The whole tree, in the order of reading. Four queries however many nodes."""
    nodes = (
        Node.objects.filter(edition=edition)
        .select_related("duty__unit")
        .prefetch_related("methods", _types())
        .order_by("sort", "pk")
    )
    return [_line(node) for node in nodes]


def _types() -> Prefetch:  # type: ignore[type-arg]
    rows = CriterionSiteType.objects.select_related("site_type").order_by("site_type__sort", "pk")
    return Prefetch("site_types", rows)


def _line(node: Node) -> Line:
    duty = getattr(node, "duty", None)
    return Line(
        node=node,
        methods=[str(Method(one.method).label) for one in node.methods.all()],
        site_types=[one.site_type.name for one in node.site_types.all()],
        scoring=scorers.in_words(node.scorer, node.parameters),
        unit=(duty.unit.short_name or duty.unit.name) if duty else "",
        duty=duty,
    )


@dataclass(frozen=True, slots=True)
class Section:
    """A top node with all that lies below it."""

    top: Line
    lines: Sequence[Line]

    @property
    def criteria(self) -> int:
        """How many criteria lie in it."""
        return sum(one.node.kind == NodeKind.CRITERION for one in self.lines)


def sections_of(edition: Edition, *, method: str = "", words: str = "") -> list[Section]:
    """The tree by its top nodes; with `method` or `words` only the branches with such criteria."""
    lines = lines_of(edition)
    if method or words:
        lines = _narrowed(lines, method, words)
    sections: list[tuple[Line, list[Line]]] = []
    for line in lines:
        if line.node.parent_id is None:
            sections.append((line, []))
        else:
            sections[-1][1].append(line)
    return [Section(top, below) for top, below in sections]


def _narrowed(lines: Sequence[Line], method: str, words: str) -> list[Line]:
    def fits(line: Line) -> bool:
        node = line.node
        if node.kind != NodeKind.CRITERION:
            return False
        known = {one.method for one in node.methods.all()}
        said = f"{node.code} {node.title} {node.words} {line.unit}"
        return (not method or method in known) and all(word in said for word in words.split())

    kept = [line.node.path for line in lines if fits(line)]
    return [line for line in lines if any(path.startswith(line.node.path) for path in kept)]


@dataclass(frozen=True, slots=True)
class MethodShare:
    """How many criteria and points a method has a part in; one criterion may have several."""

    method: Method
    criteria: int
    weight: Decimal


def method_shares(edition: Edition) -> list[MethodShare]:
    """The methods of an edition with how much each decides. One query."""
    rows = Node.objects.filter(edition=edition, kind=NodeKind.CRITERION).values_list(
        "methods__method", "weight"
    )
    found: dict[str, list[Decimal]] = {}
    for method, weight in rows:
        found.setdefault(str(method), []).append(weight)
    return [
        MethodShare(method, len(found[method]), sum(found[method], Decimal(0)))
        for method in Method
        if method in found
    ]


@dataclass(frozen=True, slots=True)
class Became:
    """One step from an old criterion to a new one."""

    kind: MappingKind
    node: Node | None

    @property
    def words(self) -> str:
        """What happened, for people."""
        return str(self.kind.label)


@dataclass(frozen=True, slots=True)
class CriterionCard:
    """One criterion: where it stands, how it counts, who leads, what feeds it, where it came from."""

    line: Line
    above: Sequence[Node]
    items: Sequence[CheckItemCriterion]
    came_from: Sequence[Became]
    became: Sequence[Became]


def criterion_card(node: Node) -> CriterionCard:
    """Everything about one node. A handful of queries."""
    row = (
        Node.objects.select_related("duty__unit", "duty__group")
        .prefetch_related("methods", _types())
        .get(pk=node.pk)
    )
    codes = node.path.strip("/").split("/")[:-1]
    above = Node.objects.filter(edition=node.edition_id, code__in=codes).order_by("path")
    items = (
        CheckItemCriterion.objects.filter(
            criterion=node, item__checklist__status=EditionStatus.CURRENT
        )
        .select_related("item__checklist__site_type")
        .order_by("item__checklist__site_type__sort", "item__sort", "pk")
    )
    steps = (
        NodeMapping.objects.filter(Q(old=node) | Q(new=node))
        .select_related("old__edition__framework", "new__edition__framework")
        .order_by("pk")
    )
    return CriterionCard(
        line=_line(row),
        above=list(above),
        items=list(items),
        came_from=[
            Became(MappingKind(one.kind), one.old) for one in steps if one.new_id == node.pk
        ],
        became=[Became(MappingKind(one.kind), one.new) for one in steps if one.old_id == node.pk],
    )
