"""The tree of an edition as it comes in: rows, and everything that can be wrong with them."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from yanzhen.core.errors import RowError
from yanzhen.frameworks.enums import Method, NodeKind, ScorerName
from yanzhen.frameworks.models import Edition, Node
from yanzhen.frameworks.scorers import PLACES, check_parameters, plain_number

CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,29}")
LONGEST_TITLE: Final = 120
LONGEST_GRADING: Final = 300
LONGEST_WORDS: Final = 2000
LONGEST_PATH: Final = 400
MOST_NODES: Final = 5000


@dataclass(frozen=True, slots=True)
class NodeRow:
    """One node as somebody wrote it; `row` is where: the row of a table, the line of a file.

    A branch may leave out its weight: it is the sum of what lies below.
    """

    row: int
    code: str
    parent: str
    kind: str
    title: str
    words: str = ""
    weight: Decimal | None = None
    methods: tuple[str, ...] = ()
    grading: str = ""
    scorer: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    site_types: tuple[str, ...] = ()
    unread: frozenset[str] = frozenset()
    """What was refused where it was read: nothing more is said about it, nor what follows from it."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A node in its place in the tree."""

    row: NodeRow
    path: str
    sort: int
    weight: Decimal

    @property
    def depth(self) -> int:
        """How many nodes stand above this one."""
        return self.path.count("/") - 2

    @property
    def content(self) -> tuple[Any, ...]:
        """All that the node says, to be compared; where it was written is left out."""
        row = self.row
        parameters = sorted((key, str(value)) for key, value in row.parameters.items())
        return (
            *(row.code, row.parent, row.kind, row.title, row.words, self.weight, row.grading),
            *(row.scorer, tuple(parameters)),
            *(tuple(sorted(row.methods)), tuple(sorted(row.site_types))),
        )


@dataclass
class Tree:
    """Rows put into their tree; `nodes` is in the order of reading and whole only without faults."""

    nodes: list[Planted]
    faults: list[RowError]


def plant(rows: Sequence[NodeRow], *, total: Decimal, site_types: Collection[str]) -> Tree:
    """Put rows into their tree and say everything that is wrong with them.

    Siblings keep the order in which they were written; parents may come after their children.
    """
    faults: list[RowError] = []
    if len(rows) > MOST_NODES:
        reason = _("最多 %(most)s 行，现有 %(count)s 行") % {"most": MOST_NODES, "count": len(rows)}
        return Tree([], [RowError(rows[0].row, "", reason)])
    by_code = _by_code(rows, faults)
    children = _children(by_code, faults)
    for row in by_code.values():
        faults += _faults_of(row, children.get(row.code, []), by_code, site_types)
    reached = _in_order(children)
    faults += _cycles(by_code, reached)
    weights = _weights(children, reached, faults)
    if not faults:
        faults += _total_faults(children.get("", []), weights, total)
    nodes = []
    for sort, (row, path) in enumerate(reached):
        if len(path) > LONGEST_PATH:
            faults.append(RowError(row.row, "parent", _("层级太深，编号连起来放不下")))
        nodes.append(Planted(row, path, sort, weights.get(row.code) or Decimal(0)))
    return Tree(nodes, sorted(set(faults)))


def _by_code(rows: Iterable[NodeRow], faults: list[RowError]) -> dict[str, NodeRow]:
    found: dict[str, NodeRow] = {}
    for row in rows:
        if not CODE.fullmatch(row.code):
            reason = _("编号“%(code)s”不合要求：限字母、数字、点、横线，最多 30 位")
            faults.append(RowError(row.row, "code", reason % {"code": row.code[:40]}))
            continue
        first = found.setdefault(row.code, row)
        if first is not row:
            reason = _("编号“%(code)s”与第 %(row)s 行重复") % {"code": row.code, "row": first.row}
            faults.append(RowError(row.row, "code", reason))
    return found


def _children(by_code: Mapping[str, NodeRow], faults: list[RowError]) -> dict[str, list[NodeRow]]:
    children: dict[str, list[NodeRow]] = {}
    for row in by_code.values():
        if row.parent and row.parent not in by_code:
            reason = _("没有编号为“%(parent)s”的上级") % {"parent": row.parent[:40]}
            faults.append(RowError(row.row, "parent", reason))
            continue
        children.setdefault(row.parent, []).append(row)
    return children


def _in_order(children: Mapping[str, Sequence[NodeRow]]) -> list[tuple[NodeRow, str]]:
    """All that hangs on a root, in the order of reading, each with its path."""
    reached: list[tuple[NodeRow, str]] = []
    waiting = [(row, f"/{row.code}/") for row in reversed(children.get("", []))]
    while waiting:
        row, path = waiting.pop()
        reached.append((row, path))
        waiting += [
            (child, f"{path}{child.code}/") for child in reversed(children.get(row.code, []))
        ]
    return reached


def _cycles(
    by_code: Mapping[str, NodeRow], reached: Iterable[tuple[NodeRow, str]]
) -> list[RowError]:
    """Whatever hangs on no root although its parents are there goes round in a circle."""
    faults = []
    left = set(by_code) - {row.code for row, _path in reached}
    while left:
        code = min(left, key=lambda one: by_code[one].row)
        way = [code]
        while (parent := by_code[way[-1]].parent) in left and parent not in way:
            way.append(parent)
        left -= set(way)
        if parent in way:
            ring = [*way[way.index(parent) :], parent]
            first = min(ring, key=lambda one: by_code[one].row)
            reason = _("上下级绕成了圈：%(ring)s") % {"ring": " → ".join(ring)}
            faults.append(RowError(by_code[first].row, "parent", reason))
    return faults


# --- One node -------------------------------------------------------------------------------------


def _faults_of(
    row: NodeRow,
    children: Sequence[NodeRow],
    by_code: Mapping[str, NodeRow],
    site_types: Collection[str],
) -> list[RowError]:
    told = [*_shape_faults(row, children, by_code), *_length_faults(row)]
    if row.kind == NodeKind.CRITERION:
        told += [*_criterion_faults(row), *_method_faults(row, site_types)]
    else:
        told += [
            (name, _("只有测评标准才填这一项"))
            for name in ("methods", "scorer", "site_types")
            if getattr(row, name)
        ]
    return [
        RowError(row.row, column, reason) for column, reason in told if column not in row.unread
    ]


def _shape_faults(
    row: NodeRow, children: Sequence[NodeRow], by_code: Mapping[str, NodeRow]
) -> list[tuple[str, str]]:
    told = []
    if row.kind not in NodeKind.values:
        words = {"kind": row.kind[:20], "kinds": "、".join(str(one) for one in NodeKind.labels)}
        told.append(("kind", _("没有“%(kind)s”这个层级，应为：%(kinds)s") % words))
    elif row.kind != NodeKind.CRITERION and not children:
        told.append(("kind", _("下面没有测评标准：最末一级应是测评标准")))
    parent = by_code.get(row.parent)
    if parent is not None and parent.kind == NodeKind.CRITERION:
        told.append(("parent", _("测评标准下面不能再分：“%(parent)s”") % {"parent": parent.code}))
    if parent is not None and parent.kind == NodeKind.TOPIC and row.kind == NodeKind.SECTION:
        told.append(
            ("parent", _("测评内容下面不能有测评项目：“%(parent)s”") % {"parent": parent.code})
        )
    if not row.title:
        told.append(("title", _("请填写名称")))
    return told


def _length_faults(row: NodeRow) -> list[tuple[str, str]]:
    longest = {"title": LONGEST_TITLE, "grading": LONGEST_GRADING, "words": LONGEST_WORDS}
    told = []
    for name, most in longest.items():
        length = len(getattr(row, name))
        if length > most:
            words = {"most": most, "length": length}
            told.append((name, _("最多 %(most)s 个字，现有 %(length)s 个") % words))
    return told


def _criterion_faults(row: NodeRow) -> list[tuple[str, str]]:
    told = []
    if not row.words:
        told.append(("words", _("请写明标准的内容")))
    if row.weight is None:
        told.append(("weight", _("测评标准须有分值")))
    elif fault := _weight_fault(row.weight):
        told.append(("weight", fault))
    if row.scorer not in ScorerName.values:
        words = {"scorer": row.scorer[:20], "known": "、".join(ScorerName.values)}
        told.append(("scorer", _("没有“%(scorer)s”这种计分方式，可用：%(known)s") % words))
    elif row.weight is not None:
        faults = check_parameters(ScorerName(row.scorer), row.parameters, weight=row.weight)
        told += [("parameters", fault) for fault in faults]
    return told


def _weight_fault(weight: Decimal) -> str:
    if not weight.is_finite() or weight <= 0:
        return _("分值应大于零")
    if -int(weight.as_tuple().exponent) > PLACES:
        return _("分值最多 %(places)s 位小数") % {"places": PLACES}
    return ""


def _method_faults(row: NodeRow, site_types: Collection[str]) -> list[tuple[str, str]]:
    told = []
    if not row.methods:
        told.append(("methods", _("请写明至少一种测评方法")))
    for method in row.methods:
        if method not in Method.values:
            words = {"method": method[:20], "known": "、".join(str(one) for one in Method.labels)}
            told.append(("methods", _("没有“%(method)s”这种测评方法，应为：%(known)s") % words))
    if len(set(row.methods)) < len(row.methods):
        told.append(("methods", _("同一种测评方法写了两遍")))
    told += [
        ("site_types", _("没有“%(type)s”这个点位类型") % {"type": one[:30]})
        for one in row.site_types
        if one not in site_types
    ]
    if len(set(row.site_types)) < len(row.site_types):
        told.append(("site_types", _("同一个点位类型写了两遍")))
    if Method.SITE in row.methods and not row.site_types:
        told.append(("site_types", _("实地考察的标准须写明点位类型")))
    if Method.SITE not in row.methods and row.site_types and "methods" not in row.unread:
        told.append(("site_types", _("不是实地考察的标准，不用写点位类型")))
    return told


# --- Sums -----------------------------------------------------------------------------------------


def _weights(
    children: Mapping[str, Sequence[NodeRow]],
    reached: Sequence[tuple[NodeRow, str]],
    faults: list[RowError],
) -> dict[str, Decimal | None]:
    """Every node's weight from the leaves up; `None` where a leaf below has none that can be read.

    A branch that names another weight than its sum is a fault: which branch, and by how much.
    """
    weights: dict[str, Decimal | None] = {}
    for row, _path in reversed(reached):
        below = [weights[child.code] for child in children.get(row.code, [])]
        if not below:
            weights[row.code] = _good_weight(row.weight)
            continue
        known = [one for one in below if one is not None]
        weights[row.code] = sum(known, Decimal(0)) if len(known) == len(below) else None
        total = weights[row.code]
        if row.weight is not None and total is not None and row.weight != total:
            who = _("“%(code)s %(title)s”") % {"code": row.code, "title": row.title}
            faults.append(RowError(row.row, "weight", who + _off_by(row.weight, total)))
    return weights


def _good_weight(weight: Decimal | None) -> Decimal | None:
    return None if weight is None or _weight_fault(weight) else weight


def _total_faults(
    roots: Sequence[NodeRow], weights: Mapping[str, Decimal | None], total: Decimal
) -> list[RowError]:
    known = sum((weights[root.code] or Decimal(0) for root in roots), Decimal(0))
    if not roots or known == total:
        return []
    parts = "、".join(
        f"{root.code} {plain_number(weights[root.code] or Decimal(0))}" for root in roots
    )
    reason = _("整个体系") + _off_by(total, known) + _("（各项：%(parts)s）") % {"parts": parts}
    return [RowError(roots[0].row, "weight", reason)]


def _off_by(named: Decimal, found: Decimal) -> str:
    words = {
        "named": plain_number(named),
        "found": plain_number(found),
        "gap": plain_number(abs(named - found)),
    }
    if found < named:
        return _("应为 %(named)s 分，下面合计 %(found)s 分，少 %(gap)s 分") % words
    return _("应为 %(named)s 分，下面合计 %(found)s 分，多 %(gap)s 分") % words


# --- What is kept ---------------------------------------------------------------------------------


def kept_tree(edition: Edition) -> list[Planted]:
    """An edition's tree as it is kept, in the order of reading. Three queries."""
    nodes = (
        Node.objects.filter(edition=edition)
        .select_related("parent")
        .prefetch_related("methods", "site_types")
        .order_by("sort", "pk")
    )
    return [
        Planted(
            NodeRow(
                row=number,
                code=node.code,
                parent=node.parent.code if node.parent else "",
                kind=node.kind,
                title=node.title,
                words=node.words,
                weight=node.weight,
                methods=tuple(sorted(one.method for one in node.methods.all())),
                grading=node.grading,
                scorer=node.scorer,
                parameters=node.parameters,
                site_types=tuple(sorted(str(one.site_type_id) for one in node.site_types.all())),
            ),
            node.path,
            node.sort,
            node.weight,
        )
        for number, node in enumerate(nodes, start=2)
    ]
