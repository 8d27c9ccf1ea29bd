"""Changes of the kinds of sites."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from yanzhen.accounts.models import User
from yanzhen.core.engine import hold_key
from yanzhen.core.errors import require
from yanzhen.core.time import city_day
from yanzhen.events.operations import record, replayed
from yanzhen.places import rules
from yanzhen.places.drafts import ADDRESS_WORDS, name_faults, tidy_words
from yanzhen.places.enums import FieldKind
from yanzhen.places.errors import (
    CodeTaken,
    CodeUnfit,
    NameTaken,
    SiteTypeNotRetired,
    SiteTypeRetired,
    SiteTypeUnknown,
)
from yanzhen.places.fields import NAME, TypeField, as_stored, check_fields
from yanzhen.places.holding import raise_first
from yanzhen.places.models import SiteType

SHIPPED_TYPES = Path(__file__).parent.parent / "data" / "site_types.json"
LONGEST_TYPE_NAME = 40


@dataclass(frozen=True, slots=True)
class SiteTypeDraft:
    """A site type as it should be."""

    name: str
    group: str
    fields: Sequence[TypeField] = ()
    sort: int = 0


@transaction.atomic
def install_site_types(*, actor: User, now: datetime) -> int:
    """Add the shipped site types that are not there yet, and return how many were.

    What a city has changed, added or retired is left alone.
    """
    hold_key("site-types")
    known = SiteType.objects.all()
    codes = set(known.values_list("code", flat=True))
    names = set(known.values_list("name", flat=True))
    missing = [one for one in shipped_types() if one.code not in codes and one.name not in names]
    SiteType.objects.bulk_create(missing)
    for site_type in missing:
        facts = _type_facts(site_type)
        record("site_type.added", site_type, actor=actor, at=now, **facts)
    return len(missing)


@transaction.atomic
def add_site_type(
    *, code: str, draft: SiteTypeDraft, actor: User, now: datetime, client_id: UUID | None = None
) -> SiteType:
    """Add a kind of site with its own fields.

    Raises `Forbidden`, `CodeUnfit`, `CodeTaken`, `NameMissing`, `NameTaken` or `FieldsUnfit`.
    """
    if event := replayed(client_id, "site_type.added", actor=actor):
        return SiteType.objects.get(pk=event.subject_id)
    hold_key("site-types")
    require(rules.can_edit_site_types(actor, city_day(now)))
    check_type_code(code)
    taken = SiteType.objects.filter(code=code).first()
    if taken is not None:
        raise CodeTaken(code=code, name=taken.name)
    values = _type_values(draft, code)

    site_type = SiteType.objects.create(code=code, **values)
    facts = _type_facts(site_type)
    record("site_type.added", site_type, actor=actor, at=now, client_id=client_id, **facts)
    return site_type


@transaction.atomic
def change_site_type(
    *, code: str, draft: SiteTypeDraft, actor: User, now: datetime, client_id: UUID | None = None
) -> SiteType:
    """Change the name, group, order or fields of a type. What sites have noted stays with them.

    Raises `SiteTypeUnknown`, `Forbidden`, `SiteTypeRetired`, `NameMissing`, `NameTaken` or
    `FieldsUnfit`.
    """
    hold_key("site-types")
    site_type = _held_type(code)
    if replayed(client_id, "site_type.changed", subject=site_type, actor=actor):
        return site_type
    require(rules.can_edit_site_types(actor, city_day(now)))
    if not site_type.is_active:
        raise SiteTypeRetired(type=site_type.name)
    values = _type_values(draft, code)

    for name, value in values.items():
        setattr(site_type, name, value)
    site_type.save(update_fields=list(values))
    facts = _type_facts(site_type)
    record("site_type.changed", site_type, actor=actor, at=now, client_id=client_id, **facts)
    return site_type


@transaction.atomic
def retire_site_type(
    *, code: str, actor: User, now: datetime, client_id: UUID | None = None
) -> SiteType:
    """Make no more sites of this type; those that are there go on.

    Raises `SiteTypeUnknown`, `Forbidden` or `SiteTypeRetired`.
    """
    site_type = _held_type(code)
    if replayed(client_id, "site_type.retired", subject=site_type, actor=actor):
        return site_type
    require(rules.can_edit_site_types(actor, city_day(now)))
    if not site_type.is_active:
        raise SiteTypeRetired(type=site_type.name)

    site_type.is_active = False
    site_type.save(update_fields=["is_active"])
    record("site_type.retired", site_type, actor=actor, at=now, client_id=client_id)
    return site_type


@transaction.atomic
def restore_site_type(
    *, code: str, actor: User, now: datetime, client_id: UUID | None = None
) -> SiteType:
    """Take a retired type into use again.

    Raises `SiteTypeUnknown`, `Forbidden` or `SiteTypeNotRetired`.
    """
    site_type = _held_type(code)
    if replayed(client_id, "site_type.restored", subject=site_type, actor=actor):
        return site_type
    require(rules.can_edit_site_types(actor, city_day(now)))
    if site_type.is_active:
        raise SiteTypeNotRetired(type=site_type.name)

    site_type.is_active = True
    site_type.save(update_fields=["is_active"])
    record("site_type.restored", site_type, actor=actor, at=now, client_id=client_id)
    return site_type


def check_type_code(code: str) -> None:
    """Raise `CodeUnfit` unless `code` is a word that can stand in an address."""
    if not NAME.fullmatch(code) or code in ADDRESS_WORDS:
        reason = _("应为小写英文字母开头的字母、数字、下划线，最多 30 位。")
        raise CodeUnfit(code=code, reason=reason)


@cache
def _shipped() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(SHIPPED_TYPES.read_text(encoding="utf-8"))
    return rows


def shipped_types() -> list[SiteType]:
    """The site types that come with the product, not saved, in their order."""
    return [
        SiteType(
            code=row["code"],
            name=row["name"],
            group=row["group"],
            sort=number * 10,
            fields=as_stored(
                TypeField(
                    name=one["name"],
                    label=one["label"],
                    kind=FieldKind(one["kind"]),
                    choices=tuple(one.get("choices", ())),
                    required=one.get("required", False),
                    unit=one.get("unit", ""),
                )
                for one in row.get("fields", ())
            ),
        )
        for number, row in enumerate(_shipped(), start=1)
    ]


def _held_type(code: str) -> SiteType:
    site_type = SiteType.objects.locked().filter(code=code).first()
    if site_type is None:
        raise SiteTypeUnknown(type=code)
    return site_type


def _type_facts(site_type: SiteType) -> dict[str, Any]:
    names = ("name", "group", "sort", "fields")
    return {name: getattr(site_type, name) for name in names}


def _type_values(draft: SiteTypeDraft, code: str) -> dict[str, Any]:
    """The values of a type's row. Raises what is wrong with the draft."""
    name, group = tidy_words(draft.name), tidy_words(draft.group)
    raise_first(name_faults(name, LONGEST_TYPE_NAME))
    raise_first(name_faults(group, LONGEST_TYPE_NAME))
    if SiteType.objects.filter(name=name).exclude(code=code).exists():
        raise NameTaken(name=name)
    check_fields(draft.fields)
    return {"name": name, "group": group, "sort": draft.sort, "fields": as_stored(draft.fields)}
