"""Editions brought in as drafts, dropped, and applied."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from yanzhen.accounts.models import User
from yanzhen.core.engine import hold_key
from yanzhen.core.errors import RowErrors, require
from yanzhen.core.time import city_day
from yanzhen.events.operations import record, replayed
from yanzhen.frameworks import comparing, following, rules
from yanzhen.frameworks.editions import EditionDraft, FrameworkDraft, WrittenEdition
from yanzhen.frameworks.enums import EditionStatus, NodeKind
from yanzhen.frameworks.errors import (
    EditionEmpty,
    EditionNotDraft,
    EditionUnfit,
    FrameworkUnfit,
    FrameworkUnknown,
)
from yanzhen.frameworks.models import (
    CriterionMethod,
    CriterionSiteType,
    Edition,
    Framework,
    Node,
)
from yanzhen.frameworks.scorers import PLACES
from yanzhen.frameworks.trees import CODE, NodeRow, Planted, kept_tree, plant
from yanzhen.places.models import SiteType

ADDRESS_WORDS: Final = frozenset({"new", "compare", "apply", "checklists", "duties", "negative"})
Meant = Mapping[str, Sequence[str]]
"""Code of an old criterion → codes of the new ones that it became; none: it is dropped."""


class Came(Enum):
    """What came of bringing something in."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@transaction.atomic
def set_framework(*, draft: FrameworkDraft, actor: User, now: datetime) -> Framework:
    """Add a framework, or change its name and what it is to another one.

    Raises `Forbidden`, `FrameworkUnfit` or `FrameworkUnknown` (of what it counts in).
    """
    hold_key(f"framework:{draft.code}")
    require(rules.can_edit(actor, on=city_day(now)))
    _check_framework(draft)
    gates = Framework.objects.filter(code=draft.gates).first() if draft.gates else None
    if draft.gates and gates is None:
        raise FrameworkUnknown(code=draft.gates)
    known = Framework.objects.locked().filter(code=draft.code).first()
    if known is not None and FrameworkDraft.of(known) == draft:
        return known

    values = {"name": draft.name, "gate": draft.gate, "share": draft.share, "gates": gates}
    framework, is_new = Framework.objects.update_or_create(code=draft.code, defaults=values)
    facts: dict[str, Any] = {
        "name": draft.name,
        "gate": draft.gate,
        "share": draft.share,
        "gates": draft.gates,
    }
    kind = "framework.added" if is_new else "framework.changed"
    record(kind, framework, actor=actor, at=now, **facts)
    return framework


def _check_framework(draft: FrameworkDraft) -> None:
    """Raises `FrameworkUnfit`."""
    reason = ""
    if not CODE.fullmatch(draft.code) or draft.code in ADDRESS_WORDS:
        reason = _("代码限字母、数字、点、横线，最多 30 位")
    elif not draft.name:
        reason = _("请填写名称")
    elif draft.gates == draft.code:
        reason = _("不能计入它自己")
    elif (draft.gate, draft.share) != (None, None) and not draft.gates:
        reason = _("写了门槛或比重，就要写明计入哪个体系")
    elif draft.share is not None and not 0 <= draft.share <= 1:
        reason = _("比重应在 0 到 1 之间")
    elif draft.gate is not None and draft.gate < 0:
        reason = _("门槛分不能小于零")
    if reason:
        raise FrameworkUnfit(name=draft.name or draft.code, reason=reason)


@transaction.atomic
def bring_edition(
    *, draft: EditionDraft, rows: Sequence[NodeRow], actor: User, now: datetime
) -> tuple[Edition, Came]:
    """Bring in a whole edition as a draft, or write over the draft of that code.

    One that stands here word for word is left as it is, in whatever state.
    Raises `Forbidden`, `FrameworkUnknown`, `EditionUnfit`, `EditionNotDraft`, or `RowErrors` with
    everything that is wrong with the rows.
    """
    hold_key(f"framework:{draft.framework}")
    require(rules.can_edit(actor, on=city_day(now)))
    framework = Framework.objects.locked().filter(code=draft.framework).first()
    if framework is None:
        raise FrameworkUnknown(code=draft.framework)
    _check_edition(draft)
    known = Edition.objects.locked().filter(framework=framework, code=draft.code).first()
    tree = plant(rows, total=draft.total, site_types=_site_types(known))
    if tree.faults:
        raise RowErrors(tree.faults)
    values = {
        "name": draft.name,
        "total": draft.total,
        "source": draft.source,
        "is_example": draft.is_example,
    }
    if known is not None and _is_same(known, values, tree.nodes):
        return known, Came.SAME
    if known is not None and known.status != EditionStatus.DRAFT:
        raise EditionNotDraft(edition=known.name, status=EditionStatus(known.status).label)

    if known is None:
        edition = Edition.objects.create(framework=framework, code=draft.code, **values)
    else:
        edition = known
        for name, value in values.items():
            setattr(edition, name, value)
        edition.save(update_fields=list(values))
        Node.objects.filter(edition=edition).delete()
    _write_nodes(edition, tree.nodes)
    facts: dict[str, Any] = {"code": draft.code, "nodes": len(tree.nodes), **values}
    kind = "edition.brought" if known is None else "edition.rewritten"
    record(kind, edition, actor=actor, at=now, **facts)
    return edition, Came.NEW if known is None else Came.CHANGED


@transaction.atomic
def bring_whole(*, written: WrittenEdition, actor: User, now: datetime) -> tuple[Edition, Came]:
    """Bring in an edition together with what its file says of the framework.

    Raises what `set_framework` and `bring_edition` raise.
    """
    set_framework(draft=written.framework, actor=actor, now=now)
    return bring_edition(draft=written.edition, rows=written.rows, actor=actor, now=now)


@transaction.atomic
def drop_edition(
    *, edition_id: int, actor: User, now: datetime, client_id: UUID | None = None
) -> None:
    """Take a draft away. Raises `Forbidden` or `EditionNotDraft`."""
    edition = _held(edition_id)
    require(rules.can_edit(actor, on=city_day(now)))
    _require_draft(edition)

    framework = edition.framework
    facts = {"edition": edition.code, "name": edition.name}
    edition.delete()
    record("framework.draft_dropped", framework, actor=actor, at=now, client_id=client_id, **facts)


@transaction.atomic
def apply_edition(
    *,
    edition_id: int,
    meant: Meant,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Edition:
    """Make a draft the current edition; what hung on the old criteria follows to the new ones.

    `meant` corrects what `comparing.suggest` would say; an old criterion that it leaves out goes
    where the suggestion leads. Checklists feed the new criteria from now on, duties go along:
    accepted plans stay accepted where the words are the same, else the plan is asked for anew.

    Raises `Forbidden`, `EditionNotDraft`, `EditionEmpty` or `MappingUnfit`.
    """
    edition = _held(edition_id)
    if replayed(client_id, "edition.applied", subject=edition, actor=actor):
        return edition
    require(rules.can_edit(actor, on=city_day(now)))
    _require_draft(edition)
    new = kept_tree(edition)
    if not comparing.criteria_of(new):
        raise EditionEmpty(edition=edition.name)
    old_edition = (
        Edition.objects.locked()
        .filter(framework=edition.framework, status=EditionStatus.CURRENT)
        .first()
    )
    ways = following.ways(kept_tree(old_edition) if old_edition else [], new, meant)

    if old_edition is not None:
        old_edition.status = EditionStatus.RETIRED
        old_edition.save(update_fields=["status"])
        record("edition.retired", old_edition, actor=actor, at=now, by=edition.code)
    edition.status, edition.applied_at = EditionStatus.CURRENT, now
    edition.save(update_fields=["status", "applied_at"])
    counts: dict[str, int] = {}
    if old_edition is not None:
        counts = following.follow(old_edition, edition, ways, actor=actor, now=now)
    facts = {"code": edition.code, "before": old_edition.code if old_edition else None, **counts}
    record("edition.applied", edition, actor=actor, at=now, client_id=client_id, **facts)
    return edition


# --- Rows -----------------------------------------------------------------------------------------


def _held(edition_id: int) -> Edition:
    """Hold the framework, then the edition: of two that are applied at once the second waits."""
    code = Edition.objects.values_list("framework_id", flat=True).get(pk=edition_id)
    Framework.objects.locked().get(code=code)
    return Edition.objects.locked().select_related("framework").get(pk=edition_id)


def _require_draft(edition: Edition) -> None:
    if edition.status != EditionStatus.DRAFT:
        raise EditionNotDraft(edition=edition.name, status=EditionStatus(edition.status).label)


def _check_edition(draft: EditionDraft) -> None:
    """Raises `EditionUnfit`."""
    reason = ""
    if not CODE.fullmatch(draft.code) or draft.code.lower() in ADDRESS_WORDS:
        reason = _("版本代码限字母、数字、点、横线，最多 30 位")
    elif not draft.name:
        reason = _("请填写版本名称")
    elif not draft.total.is_finite() or draft.total <= 0:
        reason = _("总分应大于零")
    elif -int(draft.total.as_tuple().exponent) > PLACES:
        reason = _("总分最多 %(places)s 位小数") % {"places": PLACES}
    if reason:
        raise EditionUnfit(name=draft.name or draft.code, reason=reason)


def _site_types(known: Edition | None) -> set[str]:
    """The types that may be named: those in use, and those that this edition names already."""
    codes = set(SiteType.objects.filter(is_active=True).values_list("code", flat=True))
    if known is not None:
        named = CriterionSiteType.objects.filter(criterion__edition=known)
        codes |= set(named.values_list("site_type__code", flat=True))
    return codes


def _is_same(known: Edition, values: Mapping[str, Any], nodes: Sequence[Planted]) -> bool:
    if any(getattr(known, name) != value for name, value in values.items()):
        return False
    kept = kept_tree(known)
    return [one.content for one in kept] == [one.content for one in nodes]


def _write_nodes(edition: Edition, tree: Sequence[Planted]) -> None:
    """Write the nodes from the top down, a few statements a level, then what hangs on them."""
    written: dict[str, Node] = {}
    for depth in range(max(one.depth for one in tree) + 1):
        level = [_node(edition, one, written) for one in tree if one.depth == depth]
        written |= {node.code: node for node in Node.objects.bulk_create(level)}
    rows = [(written[one.row.code], one.row) for one in tree]
    CriterionMethod.objects.bulk_create(
        CriterionMethod(criterion=node, method=method)
        for node, row in rows
        for method in row.methods
    )
    CriterionSiteType.objects.bulk_create(
        CriterionSiteType(criterion=node, site_type_id=code)
        for node, row in rows
        for code in row.site_types
    )


def _node(edition: Edition, one: Planted, written: Mapping[str, Node]) -> Node:
    row = one.row
    return Node(
        edition=edition,
        code=row.code,
        kind=row.kind,
        parent=written[row.parent] if row.parent else None,
        path=one.path,
        sort=one.sort,
        title=row.title,
        words=row.words,
        weight=one.weight,
        grading=row.grading,
        scorer=row.scorer if row.kind == NodeKind.CRITERION else "",
        parameters={name: str(value) for name, value in row.parameters.items()},
    )
