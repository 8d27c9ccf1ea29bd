"""Editions of frameworks as flat tables: one row a node, parents named by their codes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yanzhen.core.errors import Refused, RowErrors
from yanzhen.exchange import allowed
from yanzhen.exchange.cells import (
    Unreadable,
    as_code,
    as_decimal,
    as_name,
    as_text,
    choice,
    listed,
)
from yanzhen.exchange.columns import Column, Record
from yanzhen.exchange.kind import Bringing, Brought, Carrying, Kind, Row, at_once
from yanzhen.exchange.tables import Cell
from yanzhen.frameworks.editions import EditionDraft
from yanzhen.frameworks.enums import EditionStatus, Method, NodeKind, ScorerName
from yanzhen.frameworks.models import Edition
from yanzhen.frameworks.operations.editions import Came, bring_edition
from yanzhen.frameworks.rules import can_edit
from yanzhen.frameworks.scorers import plain_number
from yanzhen.frameworks.trees import NodeRow, Planted, kept_tree

SEPARATORS = re.compile(r"[\s、，,；;]+")
HUNDRED = Decimal(100)
KIND_WORDS = {"项目": "section", "内容": "topic", "标准": "criterion"}
METHOD_WORDS = {"材料": "material", "网上申报": "material", "实地": "site", "问卷": "survey"}


def as_line(cell: Cell) -> str | None:
    """Return words on one line, with their punctuation as it was written."""
    words = as_text(cell)
    return " ".join(words.split()) if words else None


def as_list(cell: Cell) -> tuple[str, ...] | None:
    """Return the words of a cell that stand one after the other."""
    words = as_name(cell)
    return tuple(one for one in SEPARATORS.split(words) if one) if words else None


def _as_methods(cell: Cell) -> tuple[str, ...] | None:
    read = choice(Method, METHOD_WORDS)
    return tuple(str(read(one)) for one in as_list(cell) or ()) or None


def _as_parameters(cell: Cell) -> dict[str, str] | None:
    """Return `per_place=0.5；floor=0` as names and numbers."""
    found: dict[str, str] = {}
    for one in as_list(cell) or ():
        name, equals, value = one.replace("＝", "=").partition("=")
        if not (name and equals and value):
            raise Unreadable(_("计分参数应写成“名称=数值”，例如：%(example)s"), example=EXAMPLE)
        if name in found:
            raise Unreadable(_("参数“%(name)s”写了两遍"), name=name)
        found[name] = value
    return found or None


EXAMPLE = "per_place=0.5；floor=0"


def _take(bringing: Bringing) -> Brought:
    rows: dict[tuple[str, str], list[Record]] = {}
    for record in bringing.reading.records():
        key = record.text("framework"), record.text("edition")
        if all(key):
            rows.setdefault(key, []).append(record)
    made = dict.fromkeys(Came, 0)
    for (framework, edition), records in rows.items():
        nodes = [_node(record) for record in records]
        draft = _draft(framework, edition, records)
        try:
            _edition, came = bring_edition(
                draft=draft, rows=nodes, actor=bringing.actor, now=bringing.now
            )
        except RowErrors as refusal:
            bringing.reading.errors += refusal.errors
        except Refused as refusal:
            bringing.reading.refuse(records[0].row, "edition", str(refusal))
        else:
            made[came] += len(nodes)
    bringing.require_no_errors()
    note = _("导入的版本是草稿，请到“体系”里比对后启用。")
    has_news = made[Came.NEW] or made[Came.CHANGED]
    notes = (note,) if has_news else ()
    return Brought(made[Came.NEW], made[Came.CHANGED], made[Came.SAME], notes=notes)


def _draft(framework: str, code: str, records: Sequence[Record]) -> EditionDraft:
    """The edition as its rows have it; what they leave out stays as it was."""
    known = Edition.objects.filter(framework__code=framework, code=code).first()
    said = {
        name: next((one[name] for one in records if one[name] is not None), None)
        for name in ("edition_name", "total", "source")
    }
    return EditionDraft(
        framework=framework,
        code=code,
        name=said["edition_name"] or (known.name if known else code),
        total=said["total"] or (known.total if known else HUNDRED),
        source=said["source"] or (known.source if known else ""),
        is_example=known.is_example if known else False,
    )


def _node(record: Record) -> NodeRow:
    return NodeRow(
        row=record.row,
        code=record.text("code"),
        parent=record.text("parent"),
        kind=record.text("kind"),
        title=record.text("title"),
        words=record.text("words"),
        weight=record["weight"],
        methods=record["methods"] or (),
        grading=record.text("grading"),
        scorer=record.text("scorer"),
        parameters=record["parameters"] or {},
        site_types=record["site_types"] or (),
        unread=record.unread,
    )


# --- Out ------------------------------------------------------------------------------------------


def _editions(carrying: Carrying) -> QuerySet[Edition]:
    """The editions in use; for whoever may change them also the drafts and those of the past."""
    editions = Edition.objects.order_by("framework", "applied_at", "pk")
    if not can_edit(carrying.actor, on=carrying.on):
        editions = editions.filter(status=EditionStatus.CURRENT)
    return editions


def _rows(carrying: Carrying) -> Iterator[Row]:
    enums: Mapping[str, Any] = {"kind": NodeKind, "scorer": ScorerName}
    shown = carrying.shown([column.name for column in COLUMNS], enums)
    for edition in _editions(carrying):
        for planted in kept_tree(edition):
            yield shown(_row(edition, planted, carrying))


def _row(edition: Edition, planted: Planted, carrying: Carrying) -> Row:
    row = planted.row
    methods = [str(Method(one).label) if carrying.with_names else one for one in row.methods]
    parameters = [f"{name}={value}" for name, value in sorted(row.parameters.items())]
    return (
        str(edition.framework_id),
        edition.code,
        row.code,
        row.parent or None,
        row.kind,
        row.title,
        row.words or None,
        plain_number(planted.weight),
        listed(methods) or None,
        row.scorer or None,
        "；".join(parameters) or None,
        row.grading or None,
        listed(row.site_types) or None,
        edition.name,
        plain_number(edition.total),
        edition.source or None,
    )


def _count(carrying: Carrying) -> int:
    return sum(edition.nodes.count() for edition in _editions(carrying))


COLUMNS = (
    Column("framework", gettext_lazy("体系"), as_code, is_required=True, example="city"),
    Column(
        "edition", gettext_lazy("版本"), as_code, is_required=True, example="2026",
        note=gettext_lazy("版本的代码；已启用的版本不能改，换一个代码就是新版本"),
    ),
    Column("code", gettext_lazy("编号"), as_code, is_required=True, example="1.1.1"),
    Column("parent", gettext_lazy("上级"), as_code, note=gettext_lazy("上级的编号；最上一级空着"), example="1.1"),
    Column(
        "kind", gettext_lazy("层级"), choice(NodeKind, KIND_WORDS), is_required=True,
        allowed=allowed.choices(NodeKind), example="测评标准",
    ),
    Column("title", gettext_lazy("名称"), as_line, is_required=True, width=28, example="大厅服务"),
    Column("words", gettext_lazy("标准"), as_line, width=60, also=("测评标准内容", "标准内容")),
    Column(
        "weight", gettext_lazy("分值"), as_decimal, example="0.8",
        note=gettext_lazy("测评标准必填；上级可空，填了就须等于下面合计"),
    ),
    Column(
        "methods", gettext_lazy("测评方法"), _as_methods, allowed=allowed.choices(Method),
        note=gettext_lazy("可写几种，用顿号隔开"), example="实地考察、问卷调查",
    ),
    Column("scorer", gettext_lazy("计分方式"), choice(ScorerName), allowed=allowed.choices(ScorerName)),
    Column("parameters", gettext_lazy("计分参数"), _as_parameters, width=28, example=EXAMPLE),
    Column("grading", gettext_lazy("评分说明"), as_line, width=40),
    Column(
        "site_types", gettext_lazy("点位类型"), as_list, allowed=allowed.site_types, width=28,
        note=gettext_lazy("类型的代码，用顿号隔开；有“实地考察”的必填"), example="market",
    ),
    Column("edition_name", gettext_lazy("版本名称"), as_line, width=28, note=gettext_lazy("写在任意一行即可")),
    Column("total", gettext_lazy("总分"), as_decimal, note=gettext_lazy("不写按 100")),
    Column("source", gettext_lazy("出处"), as_line, width=28),
)  # fmt: skip

KIND = Kind(
    code="criteria",
    label=gettext_lazy("测评体系"),
    about=gettext_lazy("测评项目、内容、标准，分值和计分方式"),
    columns=COLUMNS,
    notes=(
        gettext_lazy("一个版本的全部条目要在同一文件里；导入后是草稿，比对后再启用。"),
        gettext_lazy("同一版本代码的草稿会被整个换掉。"),
    ),
    prepare=at_once(_take),
    rows=_rows,
    count=_count,
)
