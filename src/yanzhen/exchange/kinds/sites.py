"""Sites with their types, places and units."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from yanzhen.core.time import city_day
from yanzhen.exchange import allowed
from yanzhen.exchange.cells import as_code, as_name, as_text, choice
from yanzhen.exchange.columns import Column, Record
from yanzhen.exchange.kind import Bringing, Brought, Carrying, Kind, Row, at_once
from yanzhen.exchange.net import Net
from yanzhen.places.drafts import SiteRow
from yanzhen.places.enums import Crs, SiteStatus
from yanzhen.places.models import Site, SiteQuerySet, SiteType
from yanzhen.places.operations.sites import add_sites
from yanzhen.units.models import SiteUnit
from yanzhen.units.operations.answering import SiteUnitRow, assign_site_units

OWN = "attributes."
"""What the names of the columns begin with that only sites of some types have."""
FIXED = (
    "code",
    "name",
    "type",
    "area",
    "lat",
    "lon",
    "unit",
    "crs",
    "address",
    "contact",
    "contact_phone",
)
CRS_WORDS = {
    "gps": Crs.WGS84, "wgs-84": Crs.WGS84, "gcj-02": Crs.GCJ02, "高德": Crs.GCJ02,
    "腾讯": Crs.GCJ02, "微信": Crs.GCJ02, "bd-09": Crs.BD09, "百度": Crs.BD09,
}  # fmt: skip


def _take(bringing: Bringing) -> Brought:
    net = Net()
    rows, units = [], []
    for record in bringing.reading.records():
        area = bringing.named(record, "area", net.areas)
        unit = bringing.named(record, "unit", net.units)
        if record.unread or (record["area"] and not area) or (record["unit"] and not unit):
            continue
        rows.append(_row(record, area.code if area else ""))
        if unit:
            units.append((record.row, unit.code))
    with bringing.all_errors_together():
        taken = add_sites(rows=rows, actor=bringing.actor, now=bringing.now)
    with bringing.all_errors_together():
        assign_site_units(
            [SiteUnitRow(row, taken.codes[row], unit) for row, unit in units],
            from_on=city_day(bringing.now),
            actor=bringing.actor,
            now=bringing.now,
        )
    return Brought(taken.created, taken.updated, taken.unchanged)


def _row(record: Record, area: str) -> SiteRow:
    return SiteRow(
        row=record.row,
        area=area,
        attributes={
            name.removeprefix(OWN): value
            for name, value in record.values.items()
            if name.startswith(OWN)
        },
        **{
            name: record.text(name)
            for name in (
                "code", "name", "type", "lat", "lon", "crs", "address", "contact",
                "contact_phone", "status",
            )
        },
    )  # fmt: skip


def _own_columns() -> tuple[Column, ...]:
    """A column for each field that sites of some type have, by its label."""
    labels: dict[str, list[str]] = {}
    for fields in SiteType.objects.order_by("sort", "code").values_list("fields", flat=True):
        for field in fields:
            known = labels.setdefault(field["name"], [])
            if field["label"] not in known:
                known.append(field["label"])
    return tuple(
        Column(f"{OWN}{name}", known[0], as_text, also=(name, *known[1:]), note=_("只有部分类型有"))
        for name, known in labels.items()
    )


def _sites(carrying: Carrying) -> SiteQuerySet:
    sites = Site.objects.visible_to(carrying.actor, carrying.on)
    return sites.under(carrying.area_code) if carrying.area_code else sites


def _rows(carrying: Carrying) -> Iterator[Row]:
    net = Net()
    holding = SiteUnit.objects.holding_on(carrying.on).order_by("pk")
    units = {str(site): unit for site, unit in holding.values_list("site_id", "unit_id")}
    own = [column.name.removeprefix(OWN) for column in _own_columns()]
    types = {one.code: one.name for one in SiteType.objects.order_by("pk")}
    shown = carrying.shown(
        (*("" for _ in range(3)), "area", "", "", "unit", "crs"), {"crs": Crs}, net
    )
    for site in _sites(carrying).order_by("code").iterator(chunk_size=2000):
        kind = types.get(str(site.type_id)) if carrying.with_names else site.type_id
        start = shown(
            (
                site.code,
                site.name,
                kind,
                site.area_id,
                site.lat if site.source_lat is None else site.source_lat,
                site.lon if site.source_lon is None else site.source_lon,
                units.get(site.code),
                site.source_crs if site.lat is not None else None,
            )
        )
        yield (
            *start,
            site.address,
            site.contact,
            site.contact_phone,
            *(site.attributes.get(name) for name in own),
        )


KIND = Kind(
    code="sites",
    label=_("点位"),
    about=_("被测评、被巡查的地方：市场、道路、小区……"),
    columns=(
        Column("code", _("编号"), as_code, also=("点位编号", "代码"), note=_("空着则自动编号")),
        Column("name", _("名称"), as_name, also=("点位名称",), width=24, example="晶珠农贸市场"),
        Column(
            "type", _("类型"), as_code, also=("点位类型",), allowed=allowed.site_types,
            note=_("代码或名称"), example="农贸市场",
        ),
        Column(
            "area", _("区域"), as_code, also=("所在区域", "社区"), allowed=allowed.areas,
            note=_("代码或名称；填了经纬度可空，按边界判定"),
        ),
        Column("lat", _("纬度"), as_code, example="26.893230", width=12),
        Column("lon", _("经度"), as_code, example="112.612241", width=12),
        Column(
            "unit", _("责任单位"), as_code, also=("单位",), allowed=allowed.units,
            note=_("代码或名称；从今天起负责"), width=24,
        ),
        Column(
            "crs", _("坐标系"), choice(Crs, CRS_WORDS), allowed=allowed.choices(Crs),
            note=_("空着算 GPS（WGS-84）；高德、腾讯、微信取的是 GCJ-02，百度取的是 BD-09"),
        ),
        Column("address", _("地址"), as_text, also=("详细地址",), width=30),
        Column("contact", _("联系人"), as_name),
        Column("contact_phone", _("联系电话"), as_code, also=("电话",)),
        Column("status", _("状态"), choice(SiteStatus), allowed=allowed.choices(SiteStatus)),
    ),
    more_columns=_own_columns,
    columns_out=FIXED,
    notes=(_("编号已有的行更新这个点位，空着的格不改；没有编号而名称、类型、区域都相同的算同一个点位。"),),
    prepare=at_once(_take),
    rows=_rows,
    count=lambda carrying: _sites(carrying).count(),
)  # fmt: skip
