"""The fields that only sites of one type have: how they are declared, and what fits them."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from yanzhen.core.text import plain
from yanzhen.places.enums import FieldKind
from yanzhen.places.errors import AttributesUnfit, FieldsUnfit
from yanzhen.places.models import SiteType

Attributes = dict[str, str | bool]

NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")
PHONE = re.compile(r"[+(（]?[0-9][0-9()（） -]{4,24}(?: ?[转,] ?[0-9]{1,6})?")
LONGEST_LABEL, LONGEST_TEXT, LONGEST_UNIT = 20, 200, 10
MOST_FIELDS, MOST_CHOICES = 20, 40
LARGEST = Decimal(10**12)
YES, NO = (
    {"是", "有", "yes", "true", "1", "on", "y", "√"},
    {"否", "无", "no", "false", "0", "n", "×"},
)


@dataclass(frozen=True, slots=True)
class TypeField:
    """One field that a site of a type has beside what every site has."""

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    choices: tuple[str, ...] = ()
    required: bool = False
    unit: str = ""
    """What a number counts: `户`, `平方米`."""


def fields_of(site_type: SiteType) -> tuple[TypeField, ...]:
    """The fields of a type as they are declared, in their order."""
    return tuple(
        TypeField(
            name=field["name"],
            label=field["label"],
            kind=FieldKind(field["kind"]),
            choices=tuple(field.get("choices", ())),
            required=field.get("required", False),
            unit=field.get("unit", ""),
        )
        for field in site_type.fields
    )


def as_stored(fields: Iterable[TypeField]) -> list[dict[str, Any]]:
    """The declaration as the type keeps it."""
    return [asdict(field) | {"choices": list(field.choices)} for field in fields]


def check_fields(fields: Sequence[TypeField]) -> None:
    """Raise `FieldsUnfit` for the first field that does not hold together."""
    if len(fields) > MOST_FIELDS:
        reason = _("专有字段最多 %(most)s 个。") % {"most": MOST_FIELDS}
        raise FieldsUnfit(number=len(fields), reason=reason)
    names: set[str] = set()
    labels: set[str] = set()
    for number, field in enumerate(fields, start=1):
        reason = _field_fault(field)
        if field.name in names or plain(field.label) in labels:
            reason = reason or _("名称或代码与前面的字段重复。")
        if reason:
            raise FieldsUnfit(number=number, reason=reason)
        names.add(field.name)
        labels.add(plain(field.label))


def clean_attributes(site_type: SiteType, given: Mapping[str, object]) -> Attributes:
    """Return what was given for the fields of a type, in their order, as it is kept.

    Names may be code names or labels. Empty values are left out, also where the type wants one:
    files of sites seldom have it, and whoever edits the site is asked (`require_complete`).
    Raises `AttributesUnfit` with everything that is wrong.
    """
    fields = fields_of(site_type)
    names = {field.label: field.name for field in fields} | {
        field.name: field.name for field in fields
    }
    wrong = {
        name: _("“%(type)s”没有“%(field)s”这一项。") % {"type": site_type.name, "field": name}
        for name, value in given.items()
        if name not in names and not _is_empty(value)
    }
    by_name = {names[name]: value for name, value in given.items() if name in names}
    kept: Attributes = {}
    for field in fields:
        value = by_name.get(field.name)
        if _is_empty(value):
            continue
        try:
            kept[field.name] = CLEANERS[field.kind](field, value)
        except ValueError as reason:
            wrong[field.name] = str(reason)
    if wrong:
        raise AttributesUnfit(wrong)
    return kept


def require_complete(site_type: SiteType, kept: Mapping[str, object]) -> None:
    """Go on, or raise `AttributesUnfit` for the fields that a site of this type must have."""
    missing = {
        field.name: _("请填写%(label)s。") % {"label": field.label}
        for field in fields_of(site_type)
        if field.required and field.name not in kept
    }
    if missing:
        raise AttributesUnfit(missing)


def shown_value(field: TypeField, value: object) -> str:
    """The value as a page shows it."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return f"{value} {field.unit}".strip()


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _field_fault(field: TypeField) -> str:
    if not NAME.fullmatch(field.name):
        return _("代码应为小写英文字母开头的字母、数字、下划线，最多 30 位。")
    if not field.label.strip() or len(field.label) > LONGEST_LABEL:
        return _("名称须填写，最多 %(most)s 个字。") % {"most": LONGEST_LABEL}
    if len(field.unit) > LONGEST_UNIT:
        return _("单位最多 %(most)s 个字。") % {"most": LONGEST_UNIT}
    return _choices_fault(field)


def _choices_fault(field: TypeField) -> str:
    if field.kind != FieldKind.CHOICE:
        return _("只有“选择”才有选项。") if field.choices else ""
    choices = [choice.strip() for choice in field.choices]
    if not 2 <= len(choices) <= MOST_CHOICES:  # noqa: PLR2004 - one choice is none
        return _("选项应有 2 至 %(most)s 个。") % {"most": MOST_CHOICES}
    if not all(choices) or len(set(choices)) < len(choices):
        return _("选项不能为空，也不能重复。")
    return ""


def _clean_text(field: TypeField, value: object) -> str:
    text = " ".join(str(value).split())
    if len(text) > LONGEST_TEXT:
        raise ValueError(
            _("%(label)s最多 %(most)s 个字。") % {"label": field.label, "most": LONGEST_TEXT}
        )
    return text


def _clean_number(field: TypeField, value: object) -> str:
    text = plain(str(value)).replace(",", "").replace(" ", "")
    text = text.removesuffix(plain(field.unit).replace(" ", "")) if field.unit else text
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValueError(
            _("%(label)s应为数字，现为“%(value)s”。") % {"label": field.label, "value": value}
        )
    if not 0 <= number < LARGEST:
        raise ValueError(_("%(label)s不能小于 0，也不能过大。") % {"label": field.label})
    number = number.quantize(Decimal("0.01")).normalize()
    return f"{number:f}"


def _clean_choice(field: TypeField, value: object) -> str:
    for choice in field.choices:
        if plain(choice) == plain(str(value)):
            return choice
    raise ValueError(
        _("%(label)s应为%(choices)s之一，现为“%(value)s”。")
        % {"label": field.label, "choices": "、".join(field.choices), "value": value}
    )


def _clean_bool(field: TypeField, value: object) -> bool:
    word = plain(str(value))
    if word in YES:
        return True
    if word in NO:
        return False
    raise ValueError(
        _("%(label)s应为“是”或“否”，现为“%(value)s”。") % {"label": field.label, "value": value}
    )


def _clean_phone(field: TypeField, value: object) -> str:
    phone = " ".join(str(value).split())
    if not PHONE.fullmatch(phone):
        raise ValueError(
            _("%(label)s“%(value)s”不像电话号码。") % {"label": field.label, "value": value}
        )
    return phone


CLEANERS: dict[FieldKind, Callable[[TypeField, object], str | bool]] = {
    FieldKind.TEXT: _clean_text,
    FieldKind.NUMBER: _clean_number,
    FieldKind.CHOICE: _clean_choice,
    FieldKind.BOOL: _clean_bool,
    FieldKind.PHONE: _clean_phone,
}
