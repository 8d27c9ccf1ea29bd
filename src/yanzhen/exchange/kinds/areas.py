"""Areas: the five-level tree."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from yanzhen.exchange import allowed
from yanzhen.exchange.cells import as_code, as_name, choice
from yanzhen.exchange.columns import Column
from yanzhen.exchange.kind import Bringing, Brought, Carrying, Kind, Row, at_once
from yanzhen.places.drafts import AreaRow
from yanzhen.places.enums import Level
from yanzhen.places.models import Area, AreaQuerySet
from yanzhen.places.operations.areas import add_areas

LEVEL_WORDS = {
    "城市": Level.CITY,
    "区": Level.DISTRICT,
    "县": Level.DISTRICT,
    "区县": Level.DISTRICT,
    "街道": Level.STREET,
    "乡镇": Level.STREET,
    "街道乡镇": Level.STREET,
    "社区": Level.COMMUNITY,
    "村": Level.COMMUNITY,
    "社区村": Level.COMMUNITY,
    "小区": Level.GRID,
    "网格": Level.GRID,
}


def _take(bringing: Bringing) -> Brought:
    rows = [
        AreaRow(
            row=record.row,
            code=record.text("code"),
            name=record.text("name"),
            level=record.text("level"),
            parent=record.text("parent"),
        )
        for record in bringing.reading.records()
        if not record.unread
    ]
    with bringing.all_errors_together():
        taken = add_areas(rows=rows, actor=bringing.actor, now=bringing.now)
    return Brought(taken.created, taken.updated, taken.unchanged)


def _areas(carrying: Carrying) -> AreaQuerySet:
    areas = Area.objects.visible_to(carrying.actor, carrying.on)
    return areas.under(carrying.area_code) if carrying.area_code else areas


def _rows(carrying: Carrying) -> Iterator[Row]:
    names = ("code", "name", "level", "parent_id")
    rows = _areas(carrying).order_by("code").values_list(*names)
    shown = carrying.shown(("code", "name", "level", ""), {"level": Level})
    for row in rows.iterator(chunk_size=2000):
        yield shown(row)


KIND = Kind(
    code="areas",
    label=_("区域"),
    about=_("市、区县、街道（乡镇）、社区（村）、小区·网格"),
    columns=(
        Column(
            "code", _("代码"), as_code, is_required=True, also=("区划代码", "编码"),
            note=_("以上级代码开头：区县 6 位，街道 9 位，社区 12 位，网格再往后加"),
            example="430406001002",
        ),
        Column("name", _("名称"), as_name, is_required=True, width=24, example="先锋社区"),
        Column(
            "level", _("层级"), choice(Level, LEVEL_WORDS), is_required=True,
            allowed=allowed.choices(Level), example="社区（村）",
        ),
        Column(
            "parent", _("上级"), as_code, also=("上级代码", "父级"),
            note=_("上级的代码；市没有上级，空着则取代码的前几位"), example="430406001",
        ),
    ),
    notes=(_("代码已有的行改名称；层级和上级不能改。"),),
    prepare=at_once(_take),
    rows=_rows,
    count=lambda carrying: _areas(carrying).count(),
)  # fmt: skip
