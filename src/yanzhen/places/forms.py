"""What people type about areas, outlines, sites and site types."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yanzhen.core.ids import new_client_id
from yanzhen.core.text import plain
from yanzhen.places.coordinates import EAST, NORTH, SOUTH, WEST
from yanzhen.places.drafts import (
    LONGEST_ADDRESS,
    LONGEST_AREA_NAME,
    LONGEST_CONTACT,
    LONGEST_SITE_NAME,
    SiteDraft,
)
from yanzhen.places.enums import Crs, FieldKind, Level, SiteStatus
from yanzhen.places.fields import LONGEST_LABEL, LONGEST_UNIT, TypeField, fields_of
from yanzhen.places.models import Site, SiteType
from yanzhen.places.net import Net

LARGEST_OUTLINE_FILE = 20 * 1024 * 1024
OWN = "own_"
"""What the names of a type's own fields begin with in the form."""
NAMED_AT_MOST = 5
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")


def client_id_field() -> forms.UUIDField:
    """The id of one intended write: a form that is sent twice is taken once."""
    return forms.UUIDField(required=False, initial=new_client_id, widget=forms.HiddenInput)


class DeedForm(forms.Form):
    """A deed that asks for nothing but to be meant."""

    client_id = client_id_field()


class AreaForm(forms.Form):
    """A new area under a known one."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=LONGEST_AREA_NAME)
    code = forms.CharField(
        label=gettext_lazy("代码"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    client_id = client_id_field()

    def __init__(self, *args: Any, level: Level, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = {
            Level.CITY: _("4 位行政区划代码，如 4304。"),
            Level.DISTRICT: _("6 位行政区划代码，以上级代码开头。"),
            Level.STREET: _("9 位统计用区划代码，以上级代码开头。"),
            Level.COMMUNITY: _("12 位统计用区划代码，以上级代码开头。"),
            Level.GRID: _("12 位社区代码加后缀，如 430406001001-01。"),
        }[level]
        if level == Level.GRID:
            self.fields["code"].widget.attrs.pop("inputmode")


class RenameForm(forms.Form):
    """Another name for an area."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=LONGEST_AREA_NAME)
    client_id = client_id_field()


class OutlineForm(forms.Form):
    """A GeoJSON file with one outline or many."""

    file = forms.FileField(
        label=gettext_lazy("GeoJSON 文件"),
        widget=forms.ClearableFileInput(attrs={"accept": ".json,.geojson,application/geo+json"}),
    )
    crs = forms.ChoiceField(
        label=gettext_lazy("坐标系"),
        choices=Crs.choices,
        initial=Crs.WGS84,
        help_text=gettext_lazy("从高德等地图上描的边界多是 GCJ-02，存入时换算成 WGS-84。"),
    )
    is_schematic = forms.BooleanField(
        label=gettext_lazy("只是示意，不作界线依据"), required=False, initial=True
    )
    client_id = client_id_field()

    def clean_file(self) -> str:
        """The text of the file."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_OUTLINE_FILE:
            raise forms.ValidationError(_("文件超过 20 MB，请先简化边界。"))
        try:
            return str(file.read(), "utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("不是 UTF-8 编码的 GeoJSON 文件。")) from error


class SiteForm(forms.Form):
    """A site, with the fields that only its type has."""

    name = forms.CharField(
        label=gettext_lazy("点位名称"),
        max_length=LONGEST_SITE_NAME,
        help_text=gettext_lazy("写群众叫得出的名字。"),
    )
    type = forms.ChoiceField(label=gettext_lazy("点位类型"))
    area = forms.CharField(
        label=gettext_lazy("所在区域"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("输入名称的一部分或代码再选；填了坐标可以不填，由坐标判定。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "area-options"}),
    )
    address = forms.CharField(
        label=gettext_lazy("详细地址"), required=False, max_length=LONGEST_ADDRESS
    )
    location = forms.CharField(
        label=gettext_lazy("经纬度"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("从地图上复制即可，先后不限，如 112.571997,26.893230。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    crs = forms.ChoiceField(label=gettext_lazy("坐标来自"), choices=Crs.choices, initial=Crs.GCJ02)
    code = forms.CharField(
        label=gettext_lazy("编号"),
        required=False,
        max_length=30,
        help_text=gettext_lazy("不填则自动编号，如 S-430406-0012。编号定了不再改。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    status = forms.ChoiceField(
        label=gettext_lazy("状态"),
        choices=[(one.value, one.label) for one in (SiteStatus.ACTIVE, SiteStatus.CANDIDATE)],
        initial=SiteStatus.ACTIVE,
    )
    contact = forms.CharField(
        label=gettext_lazy("联系人"), required=False, max_length=LONGEST_CONTACT
    )
    contact_phone = forms.CharField(
        label=gettext_lazy("联系电话"),
        required=False,
        max_length=LONGEST_CONTACT,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    client_id = client_id_field()

    def __init__(
        self,
        *args: Any,
        types: Sequence[SiteType],
        chosen: SiteType | None,
        net: Net,
        site: Site | None = None,
        **kwargs: Any,
    ) -> None:
        """`chosen` is the type whose own fields are asked for."""
        super().__init__(*args, **kwargs)
        self.net = net
        type_field = cast("forms.ChoiceField", self.fields["type"])
        type_field.choices = [("", _("请选择")), *_grouped(types)]
        self.has_type = chosen is not None
        self.own = fields_of(chosen) if chosen else ()
        for one in self.own:
            self.fields[f"{OWN}{one.name}"] = _own_field(one)
        if site is not None:
            del self.fields["code"]
            if site.status not in (SiteStatus.ACTIVE, SiteStatus.CANDIDATE):
                del self.fields["status"]

    @property
    def own_fields(self) -> list[tuple[forms.BoundField, str]]:
        """The fields of the type, each with the unit in which it is counted."""
        return [(self[f"{OWN}{one.name}"], one.unit) for one in self.own]

    def clean_area(self) -> str:
        """The code of the area that was meant by a code, a label or a name."""
        return resolved_area(self.cleaned_data["area"], self.net)

    def clean_location(self) -> tuple[Decimal, Decimal] | None:
        """Latitude and longitude, whichever of the two was written first."""
        text = plain(self.cleaned_data["location"])
        if not text:
            return None
        numbers = NUMBER.findall(text)
        if len(numbers) != 2:  # noqa: PLR2004 - a latitude and a longitude
            raise forms.ValidationError(_("请填写经度和纬度两个数，中间用逗号隔开。"))
        try:
            one, other = (Decimal(number) for number in numbers)
        except InvalidOperation as error:  # pragma: no cover - the pattern gives numbers only
            raise forms.ValidationError(_("请填写经度和纬度两个数。")) from error
        is_lon_first = WEST <= one <= EAST and SOUTH <= other <= NORTH
        return (other, one) if is_lon_first else (one, other)

    def draft(self) -> SiteDraft:
        """The site that was typed."""
        typed = self.cleaned_data
        lat, lon = typed["location"] or (None, None)
        return SiteDraft(
            name=typed["name"],
            type=typed["type"],
            area=typed["area"],
            lat=lat,
            lon=lon,
            crs=Crs(typed["crs"]),
            address=typed["address"],
            code=typed.get("code", ""),
            status=SiteStatus(typed["status"]) if typed.get("status") else None,
            attributes={one.name: typed[f"{OWN}{one.name}"] for one in self.own},
            contact=typed["contact"],
            contact_phone=typed["contact_phone"],
        )


def resolved_area(words: str, net: Net) -> str:
    """The code of the one area that `words` mean: its code, its label, or words only it has."""
    wanted = plain(words)
    if not wanted:
        return ""
    if wanted in net.areas:
        return wanted
    open_areas = [area for area in net.areas.values() if area.is_active]
    labelled = [area.code for area in open_areas if plain(net.label(area.code)) == wanted]
    if len(labelled) == 1:
        return labelled[0]
    named = [
        area.code for area in open_areas if wanted in (plain(area.name), plain(area.short_name))
    ]
    named = named or [area.code for area in open_areas if wanted in plain(net.label(area.code))]
    if len(named) == 1:
        return named[0]
    if not named:
        raise forms.ValidationError(_("没有找到“%(words)s”，请从提示里选。") % {"words": words})
    shown = "；".join(net.label(code) for code in named[:NAMED_AT_MOST])
    raise forms.ValidationError(
        _("有 %(count)s 个“%(words)s”：%(shown)s%(more)s。请写全。")
        % {
            "count": len(named),
            "words": words,
            "shown": shown,
            "more": _("……") if len(named) > NAMED_AT_MOST else "",
        }
    )


class PhotoForm(forms.Form):
    """What a site looks like; sent without a file, it takes the photo away."""

    photo = forms.FileField(label=gettext_lazy("照片"), required=False)
    client_id = client_id_field()


class SiteTypeForm(forms.Form):
    """A kind of site; its own fields are in `TypeFieldForm`s beside it."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=40)
    code = forms.CharField(
        label=gettext_lazy("代码"),
        max_length=30,
        help_text=gettext_lazy("小写英文字母、数字、下划线，如 market；定了不再改。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    group = forms.CharField(
        label=gettext_lazy("门类"),
        max_length=40,
        widget=forms.TextInput(attrs={"list": "groups", "autocomplete": "off"}),
    )
    sort = forms.IntegerField(
        label=gettext_lazy("次序"),
        min_value=0,
        max_value=100_000,
        initial=1000,
        help_text=gettext_lazy("小的在前。"),
    )
    client_id = client_id_field()


class TypeFieldForm(forms.Form):
    """One field that only sites of the type have."""

    label = forms.CharField(label=gettext_lazy("名称"), max_length=LONGEST_LABEL)
    kind = forms.ChoiceField(
        label=gettext_lazy("填什么"), choices=FieldKind.choices, initial=FieldKind.TEXT
    )
    choices = forms.CharField(
        label=gettext_lazy("选项"),
        required=False,
        max_length=400,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("用顿号隔开")}),
    )
    unit = forms.CharField(label=gettext_lazy("单位"), required=False, max_length=LONGEST_UNIT)
    required = forms.BooleanField(label=gettext_lazy("必填"), required=False)
    name = forms.CharField(required=False, widget=forms.HiddenInput)


FieldForms = forms.formset_factory(TypeFieldForm, extra=2, can_delete=True)


def typed_fields(field_forms: "forms.BaseFormSet[TypeFieldForm]") -> list[TypeField]:
    """The fields that were typed, without those taken away; new ones are given a code name."""
    kept = [
        form.cleaned_data
        for form in field_forms.forms
        if form.cleaned_data.get("label") and not form.cleaned_data.get("DELETE")
    ]
    taken = {row["name"] for row in kept}
    fields = []
    for row in kept:
        number = 1
        while not row["name"]:
            if f"field_{number}" not in taken:
                row["name"] = f"field_{number}"
                taken.add(row["name"])
            number += 1
        kind = FieldKind(row["kind"])
        choices = [one.strip() for one in re.split(r"[、,，;；\n]", row["choices"])]
        fields.append(
            TypeField(
                name=row["name"],
                label=row["label"],
                kind=kind,
                choices=tuple(one for one in choices if one) if kind == FieldKind.CHOICE else (),
                required=row["required"],
                unit=row["unit"] if kind == FieldKind.NUMBER else "",
            )
        )
    return fields


def initial_of(field: TypeField) -> dict[str, Any]:
    """A declared field as its form shows it."""
    return {
        "label": field.label,
        "kind": field.kind,
        "choices": "、".join(field.choices),
        "unit": field.unit,
        "required": field.required,
        "name": field.name,
    }


def _grouped(types: Sequence[SiteType]) -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in types:
        groups.setdefault(one.group, []).append((one.code, one.name))
    return list(groups.items())


def _own_field(field: TypeField) -> forms.Field:
    """What is typed is cleaned by the operation, which says what is wrong with each field."""
    common: dict[str, Any] = {"label": field.label, "required": field.required}
    if field.kind in (FieldKind.CHOICE, FieldKind.BOOL):
        words = field.choices if field.kind == FieldKind.CHOICE else (_("是"), _("否"))
        blank = ("", _("请选择"))
        return forms.ChoiceField(**common, choices=[blank, *((word, word) for word in words)])
    modes = {FieldKind.NUMBER: "decimal", FieldKind.PHONE: "tel"}
    widget = forms.TextInput(attrs={"inputmode": modes.get(field.kind, "text")})
    return forms.CharField(**common, max_length=200, widget=widget)
