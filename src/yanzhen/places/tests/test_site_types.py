"""The kinds of sites: those that come along, and what a city makes of them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from yanzhen.accounts.enums import Role
from yanzhen.accounts.tests.factories import make_user
from yanzhen.core.errors import Forbidden, Refused
from yanzhen.events.models import Event
from yanzhen.events.queries import events_of
from yanzhen.places import errors, queries
from yanzhen.places.enums import FieldKind
from yanzhen.places.fields import (
    TypeField,
    as_stored,
    check_fields,
    clean_attributes,
    fields_of,
    shown_value,
)
from yanzhen.places.models import SiteType
from yanzhen.places.operations.site_types import (
    SiteTypeDraft,
    add_site_type,
    change_site_type,
    install_site_types,
    restore_site_type,
    retire_site_type,
    shipped_types,
)
from yanzhen.places.tests.factories import make_site, make_site_type

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
SENT = UUID("5f0c8a0e-0000-4000-8000-000000000003")
Changes = Callable[[], dict[str, Any]]
STALLS = TypeField("stalls", "摊位", FieldKind.NUMBER, required=True, unit="个")
OWNER = TypeField("owner", "开办方", FieldKind.CHOICE, ("国有", "民营"))


# --- those that come along ------------------------------------------------------------------------


def test_the_shipped_types_hold_together() -> None:
    types = shipped_types()

    assert len(types) > 60
    assert len({one.code for one in types}) == len({one.name for one in types}) == len(types)
    for one in types:
        assert one.group
        check_fields(fields_of(one))


@pytest.mark.parametrize(
    ("code", "labels"),
    [
        ("main_road", ["道路等级"]),
        ("hospital", ["医院等级"]),
        ("hotel", ["星级", "餐厅名称"]),
        ("telecom_hall", ["运营商"]),
        ("community_office", ["社区类别", "文明等级", "户数"]),
        ("town", ["文明等级", "政府地址", "距市区"]),
        ("village", ["文明等级", "距市区"]),
        ("square", ["面积"]),
        ("park", ["面积"]),
        ("hoarding", ["围挡墙体面积"]),
        ("internet_cafe", ["周边 300 米内有学校"]),
    ],
)
def test_a_shipped_type_asks_what_its_sites_need(code: str, labels: list[str]) -> None:
    declared = {one.code: fields_of(one) for one in shipped_types()}[code]

    assert set(labels) <= {field.label for field in declared}


@pytest.mark.django_db
def test_the_shipped_types_are_installed_once_and_the_citys_own_are_left_alone() -> None:
    actor = make_user(is_system=True)
    make_site_type("market", name="菜市场")
    make_site_type("own_park", name="公园")

    assert install_site_types(actor=actor, now=NOW) == len(shipped_types()) - 2
    assert install_site_types(actor=actor, now=NOW) == 0

    assert SiteType.objects.get(code="market").name == "菜市场"
    assert not SiteType.objects.filter(code="park").exists()
    hospital = SiteType.objects.get(code="hospital")
    assert events_of(hospital).get().kind == "site_type.added"
    assert Event.objects.count() == len(shipped_types()) - 2


# --- a type's own fields --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (TypeField("Stalls", "摊位"), "小写英文字母"),
        (TypeField("", "摊位"), "小写英文字母"),
        (TypeField("stalls", " "), "名称须填写"),
        (TypeField("stalls", "长" * 21), "20"),
        (TypeField("stalls", "摊位", FieldKind.NUMBER, unit="很长很长的一个单位名称啊"), "单位"),
        (TypeField("owner", "开办方", FieldKind.CHOICE), "2 至 40"),
        (TypeField("owner", "开办方", FieldKind.CHOICE, ("国有", "国有")), "重复"),
        (TypeField("owner", "开办方", FieldKind.TEXT, ("国有", "民营")), "只有“选择”"),
        (TypeField("note", "备注"), "重复"),
        (TypeField("other", "备 注"), "第 2 个"),
    ],
)
def test_fields_that_do_not_hold_together_are_refused(field: TypeField, words: str) -> None:
    fields = [TypeField("note", "备注"), field]
    if words == "第 2 个":
        fields = [TypeField("note", "备 注"), field]

    with pytest.raises(errors.FieldsUnfit) as caught:
        check_fields(fields)

    assert words in str(caught.value)


def test_too_many_fields_are_refused() -> None:
    with pytest.raises(errors.FieldsUnfit):
        check_fields([TypeField(f"f{n}", f"第{n}") for n in range(21)])


@pytest.mark.parametrize(
    ("kind", "given", "kept", "shown"),
    [
        (FieldKind.TEXT, "  一  二 ", "一 二", "一 二"),
        (FieldKind.NUMBER, "1,200.50 个", "1200.5", "1200.5 个"),
        (FieldKind.NUMBER, "０", "0", "0 个"),
        (FieldKind.NUMBER, 100, "100", "100 个"),
        (FieldKind.CHOICE, " 民营", "民营", "民营"),
        (FieldKind.BOOL, "是", True, "是"),
        (FieldKind.BOOL, "NO", False, "否"),
        (FieldKind.BOOL, False, False, "否"),
        (FieldKind.PHONE, "(0734) 886-6000 转 12", "(0734) 886-6000 转 12", None),
    ],
)
def test_values_are_kept_in_one_form(
    kind: FieldKind, given: object, kept: object, shown: str | None
) -> None:
    choices = ("国有", "民营") if kind == FieldKind.CHOICE else ()
    field = TypeField("x", "项", kind, choices, unit="个" if kind == FieldKind.NUMBER else "")
    site_type = SiteType(name="市场", fields=as_stored([field]))

    attributes = clean_attributes(site_type, {"x": given})

    assert attributes == {"x": kept}
    assert shown is None or shown_value(field, kept) == shown


# --- add, change, retire --------------------------------------------------------------------------


def add_with(**changes: Any) -> SiteType:
    """An addition that would succeed, with one thing changed."""
    good: dict[str, Any] = {
        "code": "night_market",
        "draft": SiteTypeDraft("夜市", "商业经营", (STALLS, OWNER), 70),
        "now": NOW,
    }
    good["actor"] = changes.pop("actor", None) or make_user(Role.OPERATOR)
    return add_site_type(**good | changes)


def named(name: str, *fields: TypeField) -> SiteTypeDraft:
    return SiteTypeDraft(name, "商业经营", fields)


@pytest.mark.django_db
def test_an_added_type_has_its_fields_and_its_event() -> None:
    site_type = add_with()

    site_type.refresh_from_db()
    assert fields_of(site_type) == (STALLS, OWNER)
    event = events_of(site_type).get()
    assert event.kind == "site_type.added"
    assert event.facts["name"] == "夜市"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": make_user(Role.OPERATOR, area_code="430406")}, Forbidden),
        (lambda: {"actor": make_user(Role.INSPECTOR)}, Forbidden),
        (lambda: {"code": "夜市"}, errors.CodeUnfit),
        (lambda: {"code": "new"}, errors.CodeUnfit),
        (lambda: {"code": make_site_type("zoo").code}, errors.CodeTaken),
        (lambda: {"draft": named(make_site_type("zoo", name="夜市").name)}, errors.NameTaken),
        (lambda: {"draft": named("")}, errors.NameMissing),
        (lambda: {"draft": named("夜" * 41)}, errors.NameTooLong),
        (lambda: {"draft": named("夜市", STALLS, STALLS)}, errors.FieldsUnfit),
    ],
)
def test_a_refused_addition_changes_nothing(change: Changes, refusal: type[Refused]) -> None:
    changes = change()
    with pytest.raises(refusal):
        add_with(**changes)

    assert not SiteType.objects.filter(code__in=["night_market", "夜市", "new"]).exists()
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_an_addition_sent_twice_is_made_once() -> None:
    actor = make_user(Role.OPERATOR)

    assert add_with(actor=actor, client_id=SENT) == add_with(actor=actor, client_id=SENT)
    assert Event.objects.count() == 1


@pytest.mark.django_db
def test_a_changed_type_leaves_what_its_sites_have_noted() -> None:
    site_type = make_site_type("market", fields=[])
    site = make_site(type=site_type, attributes={"old": "1"})

    change_site_type(
        code="market", draft=named("菜市场", OWNER), actor=make_user(Role.OPERATOR), now=NOW
    )

    site_type.refresh_from_db()
    site.refresh_from_db()
    assert (site_type.name, fields_of(site_type)) == ("菜市场", (OWNER,))
    assert site.attributes == {"old": "1"}
    assert events_of(site_type).get().kind == "site_type.changed"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": make_user(Role.ADMIN, area_code="430406")}, Forbidden),
        (lambda: {"code": "nothing"}, errors.SiteTypeUnknown),
        (lambda: {"code": make_site_type("zoo", is_active=False).code}, errors.SiteTypeRetired),
        (lambda: {"draft": named(make_site_type("zoo").name)}, errors.NameTaken),
        (lambda: {"draft": named("菜市场", TypeField("X", "项"))}, errors.FieldsUnfit),
    ],
)
def test_a_refused_change_changes_nothing(change: Changes, refusal: type[Refused]) -> None:
    make_site_type("market")
    changes = change()
    good: dict[str, Any] = {"code": "market", "draft": named("菜市场"), "now": NOW}
    good["actor"] = changes.pop("actor", None) or make_user(Role.ADMIN)

    with pytest.raises(refusal):
        change_site_type(**good | changes)

    assert SiteType.objects.get(code="market").name == "农贸市场"
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_retired_type_is_no_longer_offered_until_it_is_restored() -> None:
    site_type, actor = make_site_type("market"), make_user(Role.ADMIN)

    retire_site_type(code="market", actor=actor, now=NOW)
    assert queries.site_types() == []
    restore_site_type(code="market", actor=actor, now=NOW)
    assert queries.site_types() == [site_type]

    kinds = [event.kind for event in events_of(site_type)]
    assert kinds == ["site_type.retired", "site_type.restored"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("deed", "change", "refusal"),
    [
        (retire_site_type, lambda: {"actor": make_user(Role.KEEPER)}, Forbidden),
        (retire_site_type, lambda: {"code": "nothing"}, errors.SiteTypeUnknown),
        (
            retire_site_type,
            lambda: {"code": make_site_type("zoo", is_active=False).code},
            errors.SiteTypeRetired,
        ),
        (restore_site_type, lambda: {"actor": make_user(Role.KEEPER)}, Forbidden),
        (restore_site_type, lambda: {"code": "nothing"}, errors.SiteTypeUnknown),
        (restore_site_type, dict, errors.SiteTypeNotRetired),
    ],
)
def test_a_refused_deed_changes_nothing(
    deed: Callable[..., SiteType], change: Changes, refusal: type[Refused]
) -> None:
    make_site_type("market")
    changes = change()
    good = {"code": "market", "actor": make_user(Role.ADMIN), "now": NOW}

    with pytest.raises(refusal):
        deed(**good | changes)

    assert SiteType.objects.get(code="market").is_active
    assert not Event.objects.exists()
