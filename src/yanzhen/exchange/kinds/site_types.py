"""Site types with the fields that only their sites have."""

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from yanzhen.core.errors import Refused
from yanzhen.exchange.cells import Unreadable, as_code, as_name, as_text, as_whole
from yanzhen.exchange.columns import Column, Record
from yanzhen.exchange.kind import Bringing, Brought, Carrying, Kind, Row, at_once
from yanzhen.exchange.tables import Cell
from yanzhen.places.enums import FieldKind
from yanzhen.places.fields import TypeField, fields_of
from yanzhen.places.models import SiteType
from yanzhen.places.operations.site_types import (
    SiteTypeDraft,
    add_site_type,
    change_site_type,
)


def _as_fields(cell: Cell) -> tuple[TypeField, ...] | None:
    words = as_text(cell)
    if not words:
        return None
    try:
        return tuple(_field(one) for one in json.loads(words))
    except (ValueError, TypeError, KeyError) as error:
        raise Unreadable(
            _("专有字段应照导出文件里的样子写，例如：%(example)s"), example=EXAMPLE
        ) from error


def _field(one: dict[str, Any]) -> TypeField:
    return TypeField(
        name=one["name"],
        label=one["label"],
        kind=FieldKind(one.get("kind", FieldKind.TEXT)),
        choices=tuple(one.get("choices", ())),
        required=bool(one.get("required", False)),
        unit=one.get("unit", ""),
    )


EXAMPLE = '[{"name": "grade", "label": "等级", "kind": "choice", "choices": ["一级", "二级"]}]'


def _take(bringing: Bringing) -> Brought:
    created = updated = unchanged = 0
    known = {one.code: one for one in SiteType.objects.order_by("code")}
    first_rows: dict[str, int] = {}
    for record in bringing.reading.records():
        if record.unread or _is_repeated(bringing, record, first_rows):
            continue
        code, standing = record.text("code"), known.get(record.text("code"))
        draft = _draft(record, standing)
        try:
            if standing is None:
                add_site_type(code=code, draft=draft, actor=bringing.actor, now=bringing.now)
                created += 1
            elif draft == _draft_of(standing):
                unchanged += 1
            else:
                change_site_type(code=code, draft=draft, actor=bringing.actor, now=bringing.now)
                updated += 1
        except Refused as refusal:
            bringing.reading.refuse(record.row, "code", str(refusal))
    bringing.require_no_errors()
    return Brought(created, updated, unchanged)


def _is_repeated(bringing: Bringing, record: Record, first_rows: dict[str, int]) -> bool:
    first = first_rows.setdefault(record.text("code"), record.row)
    if first == record.row:
        return False
    reason = _("代码与第 %(row)s 行重复") % {"row": first}
    bringing.reading.refuse(record.row, "code", reason)
    return True


def _draft(record: Record, standing: SiteType | None) -> SiteTypeDraft:
    """The type as the row has it; what is empty stays as it was."""
    before = _draft_of(standing) if standing else SiteTypeDraft(name="", group="")
    return SiteTypeDraft(
        name=record.text("name") or before.name,
        group=record.text("group") or before.group,
        fields=before.fields if record["fields"] is None else record["fields"],
        sort=before.sort if record["sort"] is None else record["sort"],
    )


def _draft_of(standing: SiteType) -> SiteTypeDraft:
    return SiteTypeDraft(
        name=standing.name, group=standing.group, fields=fields_of(standing), sort=standing.sort
    )


def _types(_carrying: Carrying) -> QuerySet[SiteType]:
    return SiteType.objects.order_by("sort", "code")


def _rows(carrying: Carrying) -> Iterator[Row]:
    for one in _types(carrying):
        fields = json.dumps(one.fields, ensure_ascii=False) if one.fields else None
        yield one.code, one.name, one.group, one.sort, fields


KIND = Kind(
    code="site-types",
    label=_("点位类型"),
    about=_("点位的类型和各类型专有的字段"),
    columns=(
        Column("code", _("代码"), as_code, is_required=True, example="market"),
        Column("name", _("名称"), as_name, is_required=True, example="农贸市场"),
        Column("group", _("门类"), as_name, is_required=True, example="商业经营"),
        Column("sort", _("次序"), as_whole),
        Column("fields", _("专有字段"), _as_fields, width=60, note=_("照导出文件里的样子写")),
    ),
    notes=(_("代码已有的行更新这个类型，空着的格不改。"),),
    prepare=at_once(_take),
    rows=_rows,
    count=lambda carrying: _types(carrying).count(),
)
