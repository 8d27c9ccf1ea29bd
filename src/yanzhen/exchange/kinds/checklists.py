"""Checklists of the site types as flat tables: one row an item."""

from collections.abc import Iterator, Mapping
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
    as_whole,
    choice,
    listed,
)
from yanzhen.exchange.columns import Column, Record
from yanzhen.exchange.kind import Bringing, Brought, Carrying, Kind, Row, at_once
from yanzhen.exchange.kinds.criteria import as_line, as_list
from yanzhen.exchange.named import Named
from yanzhen.exchange.net import Net
from yanzhen.exchange.tables import Cell
from yanzhen.frameworks.checklists import OWN_FRAMEWORK, Fed, ItemRow, kept_items
from yanzhen.frameworks.enums import CheckGroup, CheckKind, EditionStatus, PhotoRule, Severity
from yanzhen.frameworks.models import Checklist
from yanzhen.frameworks.operations.checklists import bring_checklist
from yanzhen.frameworks.operations.editions import Came
from yanzhen.frameworks.scorers import plain_number
from yanzhen.places.models import SiteType

CHOICES: Mapping[str, Any] = {
    "group": CheckGroup,
    "kind": CheckKind,
    "severity": Severity,
    "photo": PhotoRule,
}


def _as_criteria(cell: Cell) -> tuple[Fed, ...] | None:
    """Return `1.1.1、minors:2.3` as criteria; without a framework that of the city is meant."""
    found = []
    for one in as_list(cell) or ():
        framework, colon, code = one.replace("：", ":").rpartition(":")
        if colon and not framework:
            raise Unreadable(_("“%(cell)s”应写成“体系:编号”，例如 minors:2.3"), cell=one)
        found.append((framework or OWN_FRAMEWORK, code))
    return tuple(found) or None


def _take(bringing: Bringing) -> Brought:
    net, types = Net(), _site_types()
    lists: dict[str, list[tuple[Record, ItemRow]]] = {}
    for record in bringing.reading.records():
        site_type = bringing.named(record, "site_type", types)
        category = bringing.named(record, "category", net.categories)
        if record.unread or site_type is None or category is None:
            continue
        item = _item(record, category.code)
        lists.setdefault(site_type.code, []).append((record, item))
    made = dict.fromkeys(Came, 0)
    for code, rows in lists.items():
        name = next((one.text("list_name") for one, _item in rows if one["list_name"]), "")
        try:
            _checklist, came = bring_checklist(
                site_type_code=code,
                name=name
                or _kept_name(code)
                or _("%(type)s检查清单") % {"type": types.by_code[code]},
                items=[item for _record, item in rows],
                actor=bringing.actor,
                now=bringing.now,
            )
        except RowErrors as refusal:
            bringing.reading.errors += refusal.errors
        except Refused as refusal:
            bringing.reading.refuse(rows[0][0].row, "site_type", str(refusal))
        else:
            made[came] += len(rows)
    bringing.require_no_errors()
    has_news = made[Came.NEW] or made[Came.CHANGED]
    notes = (_("导入的清单是下一版草稿，请到“检查清单”里核对后启用。"),) if has_news else ()
    return Brought(made[Came.NEW], made[Came.CHANGED], made[Came.SAME], notes=notes)


def _site_types() -> Named[SiteType]:
    found = Named[SiteType](_("点位类型"), lambda one: one.code)
    for one in SiteType.objects.order_by("code"):
        found.add(one, [one.name])
    return found


def _kept_name(site_type: str) -> str:
    """The name of the latest version, whatever its standing."""
    versions = Checklist.objects.filter(site_type__code=site_type).order_by("-version")
    return versions.values_list("name", flat=True).first() or ""


def _item(record: Record, category: str) -> ItemRow:
    return ItemRow(
        row=record.row,
        code=record.text("code"),
        group=record.text("group"),
        words=record.text("words"),
        hint=record.text("hint"),
        kind=record.text("kind") or CheckKind.YES_NO,
        unit=record.text("unit"),
        at_least=record["at_least"],
        at_most=record["at_most"],
        severity=record.text("severity") or Severity.NORMAL,
        category=category,
        due_hours=record["due_hours"],
        photo=record.text("photo") or PhotoRule.ON_FAIL,
        photo_reason=record.text("photo_reason"),
        criteria=record["criteria"] or (),
        exempt=record.text("exempt"),
        source=record.text("source"),
    )


# --- Out ------------------------------------------------------------------------------------------


def _checklists(_carrying: Carrying) -> QuerySet[Checklist]:
    """The versions in use: what a file brings in becomes the next one."""
    rows = Checklist.objects.filter(status=EditionStatus.CURRENT)
    return rows.select_related("site_type").order_by("site_type__sort", "site_type__code", "pk")


def _rows(carrying: Carrying) -> Iterator[Row]:
    shown = carrying.shown([column.name for column in COLUMNS], CHOICES)
    for checklist in _checklists(carrying):
        for item in kept_items(checklist):
            yield shown(_row(checklist, item))


def _row(checklist: Checklist, item: ItemRow) -> Row:
    criteria = [
        code if framework == OWN_FRAMEWORK else f"{framework}:{code}"
        for framework, code in item.criteria
    ]
    return (
        str(checklist.site_type_id),
        item.code,
        item.group,
        item.words,
        item.hint or None,
        item.kind,
        item.unit or None,
        plain_number(item.at_least) if item.at_least is not None else None,
        plain_number(item.at_most) if item.at_most is not None else None,
        item.severity,
        item.category,
        item.due_hours,
        item.photo,
        item.photo_reason or None,
        listed(criteria) or None,
        item.exempt or None,
        item.source or None,
        checklist.name,
    )


def _count(carrying: Carrying) -> int:
    return sum(one.items.count() for one in _checklists(carrying))


COLUMNS = (
    Column(
        "site_type", gettext_lazy("点位类型"), as_name, is_required=True,
        allowed=allowed.site_types, example="农贸市场",
    ),
    Column(
        "code", gettext_lazy("编号"), as_code, is_required=True, example="market-01",
        note=gettext_lazy("全市唯一，定了不再改：历年结果按它比较"),
    ),
    Column("group", gettext_lazy("门类"), choice(CheckGroup), is_required=True, allowed=allowed.choices(CheckGroup)),
    Column("words", gettext_lazy("检查项"), as_line, is_required=True, width=28, example="摊位规范，无占道经营"),
    Column("hint", gettext_lazy("怎么看"), as_line, width=28),
    Column("kind", gettext_lazy("记录方式"), choice(CheckKind), allowed=allowed.choices(CheckKind)),
    Column("unit", gettext_lazy("计量单位"), as_line),
    Column("at_least", gettext_lazy("不少于"), as_decimal),
    Column("at_most", gettext_lazy("不超过"), as_decimal),
    Column("severity", gettext_lazy("严重程度"), choice(Severity), allowed=allowed.choices(Severity)),
    Column(
        "category", gettext_lazy("问题类别"), as_name, is_required=True, allowed=allowed.categories,
        note=gettext_lazy("不合格时记为哪一类问题"),
    ),
    Column("due_hours", gettext_lazy("整改时限（小时）"), as_whole, note=gettext_lazy("空着按本市规定")),
    Column("photo", gettext_lazy("拍照"), choice(PhotoRule), allowed=allowed.choices(PhotoRule)),
    Column("photo_reason", gettext_lazy("每次拍照的理由"), as_line, width=28),
    Column(
        "criteria", gettext_lazy("对应标准"), _as_criteria, example="1.1.1",
        note=gettext_lazy("现行体系里的编号，用顿号隔开"),
    ),
    Column("exempt", gettext_lazy("不算的情形"), as_line, width=28),
    Column("source", gettext_lazy("出处"), as_line, width=28),
    Column("list_name", gettext_lazy("清单名称"), as_line, width=28, note=gettext_lazy("写在任意一行即可")),
)  # fmt: skip

KIND = Kind(
    code="checklists",
    label=gettext_lazy("检查清单"),
    about=gettext_lazy("各类点位检查什么，什么算合格"),
    columns=COLUMNS,
    notes=(gettext_lazy("一类点位的全部检查项要在同一文件里；导入后是下一版草稿，核对后再启用。"),),
    prepare=at_once(_take),
    rows=_rows,
    count=_count,
)
