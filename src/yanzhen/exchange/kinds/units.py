"""Units in their tree."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from yanzhen.exchange import allowed
from yanzhen.exchange.cells import as_code, as_name, choice
from yanzhen.exchange.columns import Column
from yanzhen.exchange.kind import Bringing, Brought, Carrying, Kind, Row, at_once
from yanzhen.exchange.net import Net
from yanzhen.places.models import Area
from yanzhen.units.enums import UnitKind
from yanzhen.units.models import Unit
from yanzhen.units.operations.tree import UnitRow, add_units

KIND_WORDS = {
    "市直": UnitKind.CITY,
    "市直部门": UnitKind.CITY,
    "区县": UnitKind.DISTRICT,
    "区直部门": UnitKind.DISTRICT,
    "街道": UnitKind.STREET,
    "乡镇": UnitKind.STREET,
    "街道办事处": UnitKind.STREET,
    "社区": UnitKind.COMMUNITY,
    "村": UnitKind.COMMUNITY,
    "国企": UnitKind.ENTERPRISE,
}


def _take(bringing: Bringing) -> Brought:
    net = Net()
    rows = []
    for record in bringing.reading.records():
        area = bringing.named(record, "area", net.areas)
        if record.unread or area is None:
            continue
        rows.append(
            UnitRow(
                row=record.row,
                code=record.text("code"),
                name=record.text("name"),
                kind=record.text("kind"),
                area=area.code,
                parent=record.text("parent"),
            )
        )
    with bringing.all_errors_together():
        added = add_units(
            rows,
            actor=bringing.actor,
            now=bringing.now,
            progress=lambda done, total: bringing.progress("", done, total),
        )
    return Brought(added.created, added.updated, added.unchanged)


def _units(carrying: Carrying) -> QuerySet[Unit]:
    units = Unit.objects.filter(area__in=Area.objects.visible_to(carrying.actor, carrying.on))
    return (
        units.filter(area__in=Area.objects.under(carrying.area_code))
        if carrying.area_code
        else units
    )


def _rows(carrying: Carrying) -> Iterator[Row]:
    names = ("code", "name", "kind", "area_id", "parent_id")
    rows = _units(carrying).order_by("path", "pk").values_list(*names)
    shown = carrying.shown(("code", "name", "kind", "area", ""), {"kind": UnitKind})
    for row in rows.iterator(chunk_size=2000):
        yield shown(row)


KIND = Kind(
    code="units",
    label=_("单位"),
    about=_("责任单位和它们的上下级"),
    columns=(
        Column(
            "code", _("代码"), as_code, is_required=True, also=("单位代码", "编码"),
            example="CGJ-01",
        ),
        Column(
            "name", _("名称"), as_name, is_required=True, also=("单位名称",), width=28,
            example="市城市管理和综合执法局",
        ),
        Column(
            "kind", _("性质"), choice(UnitKind, KIND_WORDS), is_required=True,
            also=("单位性质", "类型"), allowed=allowed.choices(UnitKind), example="市直单位",
        ),
        Column(
            "area", _("所在区域"), as_code, is_required=True, also=("区域",),
            allowed=allowed.areas, note=_("代码或名称"), example="4304",
        ),
        Column(
            "parent", _("上级单位"), as_code, also=("上级",),
            note=_("上级单位的代码，可以在同一文件里；没有上级可空"),
        ),
    ),
    notes=(_("代码已有的行更新这个单位。"),),
    prepare=at_once(_take),
    rows=_rows,
    count=lambda carrying: _units(carrying).count(),
)  # fmt: skip
