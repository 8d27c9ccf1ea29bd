"""Add, change, retire and restore a site; where it lies and what its type asks."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.core.errors import Forbidden, Refused
from yanzhen.core.tests.races import at_once
from yanzhen.events.models import Event
from yanzhen.events.queries import events_of
from yanzhen.files import rules as files
from yanzhen.files.tests.factories import make_photo
from yanzhen.places import errors
from yanzhen.places.coordinates import Point, from_wgs84
from yanzhen.places.drafts import SiteDraft, draft_of
from yanzhen.places.enums import Crs, SiteStatus
from yanzhen.places.models import Site
from yanzhen.places.operations.sites import (
    add_site,
    change_site,
    picture_site,
    restore_site,
    retire_site,
)
from yanzhen.places.tests.factories import (
    make_area,
    make_boundary,
    make_site,
    make_site_type,
)

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
SENT = UUID("5f0c8a0e-0000-4000-8000-000000000002")
Changes = Callable[[], dict[str, Any]]
FIELDS = [
    {"name": "stalls", "label": "摊位", "kind": "number", "required": True, "unit": "个"},
    {"name": "owner", "label": "开办方", "kind": "choice", "choices": ["国有", "民营"]},
    {"name": "scale", "label": "有公平秤", "kind": "bool"},
    {"name": "hotline", "label": "投诉电话", "kind": "phone"},
    {"name": "note", "label": "备注", "kind": "text"},
]
OWN = {"stalls": "１２０ 个", "owner": "民营", "scale": "是", "hotline": "0734-8866000"}

pytestmark = pytest.mark.django_db


def draft(**changes: Any) -> SiteDraft:
    make_site_type("market", fields=FIELDS)
    make_area("430406001004")
    good: dict[str, Any] = {
        "name": "先锋农贸市场",
        "type": "market",
        "area": "430406001004",
        "attributes": OWN,
    }
    return SiteDraft(**good | changes)


def drawn_city() -> None:
    """雁峰区 with one street of it, 珠晖区 beside it."""
    make_boundary("430406", (112.5, 26.0, 113.0, 27.0))
    make_boundary("430406001", (112.5, 26.0, 112.6, 26.5))
    make_boundary("430405", (112.0, 26.0, 112.5, 27.0))


def place(lat: str, lon: str, **more: Any) -> dict[str, Any]:
    return {"lat": Decimal(lat), "lon": Decimal(lon)} | more


def add(actor: User | None = None, client_id: UUID | None = None, **changes: Any) -> Site:
    """An addition that would succeed, with one thing changed."""
    good = actor or make_user(Role.OPERATOR)
    return add_site(draft=draft(**changes), actor=good, now=NOW, client_id=client_id)


# --- add ------------------------------------------------------------------------------------------


def test_an_added_site_has_a_code_its_types_fields_and_an_event() -> None:
    site = add(address="先锋路 18 号", contact="示例·王一")

    site.refresh_from_db()
    assert site.code == "S-430406-0001"
    assert site.status == SiteStatus.ACTIVE
    assert site.attributes == {
        "stalls": "120",
        "owner": "民营",
        "scale": True,
        "hotline": "0734-8866000",
    }
    event = events_of(site).get()
    assert event.kind == "site.added"
    assert event.facts["name"] == "先锋农贸市场"
    assert event.facts["area_id"] == "430406001004"


def test_codes_count_on_within_a_district_and_given_ones_are_kept() -> None:
    codes = [
        add().code,
        add(code="农贸-7").code,
        add().code,
        add(area=make_area("430405001001").code).code,
        add(code="S-430406-12345").code,
        add().code,
    ]

    assert codes == [
        "S-430406-0001",
        "农贸-7",
        "S-430406-0002",
        "S-430405-0001",
        "S-430406-12345",
        "S-430406-12346",
    ]


def test_a_location_alone_finds_the_smallest_area() -> None:
    drawn_city()

    assert add(area="", **place("26.3", "112.55")).area_id == "430406001"
    assert add(area="", **place("26.7", "112.55")).area_id == "430406"


def test_an_area_that_was_given_roughly_is_made_exact_by_the_location() -> None:
    drawn_city()

    assert add(area="430406", **place("26.3", "112.55")).area_id == "430406001"


def test_an_area_below_the_smallest_outline_is_believed() -> None:
    drawn_city()

    assert add(**place("26.3", "112.55")).area_id == "430406001004"


def test_an_area_without_any_outline_above_it_is_believed() -> None:
    drawn_city()
    make_area("430499001")

    assert add(area="430499001", **place("26.3", "112.55")).area_id == "430499001"


def test_a_site_just_over_the_border_may_belong_to_either_side() -> None:
    drawn_city()

    assert add(area="430405", **place("26.3", "112.5003")).area_id == "430405"


@pytest.mark.parametrize("crs", [Crs.GCJ02, Crs.BD09])
def test_a_location_is_kept_in_wgs84_and_as_it_was_given(crs: Crs) -> None:
    drawn_city()
    true = Point(Decimal("26.300000"), Decimal("112.550000"))
    given = from_wgs84(true, crs)

    site = add(area="", lat=given.lat, lon=given.lon, crs=crs)

    site.refresh_from_db()
    assert site.lat is not None
    assert site.lon is not None
    assert abs(site.lat - true.lat) <= Decimal("0.000001")
    assert abs(site.lon - true.lon) <= Decimal("0.000001")
    assert (site.source_lat, site.source_lon, site.source_crs) == (given.lat, given.lon, crs)


@pytest.mark.parametrize(
    ("change", "refusal", "words"),
    [
        (lambda: {"actor": make_user(Role.KEEPER)}, Forbidden, "岗位"),
        (lambda: {"actor": make_user(Role.OPERATOR, area_code="430405")}, Forbidden, "岗位"),
        (lambda: {"name": ""}, errors.NameMissing, "名称"),
        (lambda: {"name": "长" * 81}, errors.NameTooLong, "81"),
        (lambda: {"address": "长" * 201}, errors.NameTooLong, "200"),
        (lambda: {"code": make_site().code}, errors.CodeTaken, "先锋农贸市场"),
        (lambda: {"code": "a/b"}, errors.CodeUnfit, "a/b"),
        (lambda: {"code": "new"}, errors.CodeUnfit, "new"),
        (lambda: {"area": ""}, errors.AreaMissing, "坐标"),
        (lambda: {"area": "430406009"}, errors.AreaUnknown, "430406009"),
        (lambda: {"area": make_area("430406002", is_active=False).code}, errors.AreaClosed, "停用"),
        (lambda: {"type": "zoo"}, errors.SiteTypeUnknown, "zoo"),
        (
            lambda: {"type": make_site_type("zoo", is_active=False).code},
            errors.SiteTypeRetired,
            "zoo",
        ),
        (lambda: {"status": SiteStatus.RETIRED}, errors.StatusUnfit, "停用"),
        (lambda: {"status": SiteStatus.ACCEPTED}, errors.StatusUnfit, "已达标"),
        (lambda: {"lat": Decimal("26.3")}, errors.LocationHalf, "同时"),
        (lambda: place("126.3", "26.3"), errors.LocationImpossible, "写反"),
        (lambda: place("NaN", "26.3"), errors.LocationImpossible, "没有"),
        (lambda: place("40.0", "116.0"), errors.OutsideEveryArea, "不在任何区域"),
        (lambda: place("40.0", "116.0", area=""), errors.OutsideEveryArea, "坐标系"),
        (lambda: place("26.3", "112.3"), errors.SiteOutsideArea, "在“珠晖区”，不在“雁峰区 先锋街道”"),
        (lambda: {"attributes": {}}, errors.AttributesUnfit, "请填写摊位"),
        (lambda: {"attributes": OWN | {"stalls": "很多"}}, errors.AttributesUnfit, "数字"),
        (lambda: {"attributes": OWN | {"stalls": "-1"}}, errors.AttributesUnfit, "不能小于 0"),
        (lambda: {"attributes": OWN | {"owner": "集体"}}, errors.AttributesUnfit, "国有、民营"),
        (lambda: {"attributes": OWN | {"scale": "也许"}}, errors.AttributesUnfit, "是"),
        (lambda: {"attributes": OWN | {"hotline": "打总机"}}, errors.AttributesUnfit, "电话"),
        (lambda: {"attributes": OWN | {"beds": "3"}}, errors.AttributesUnfit, "没有“beds”"),
    ],
)  # fmt: skip
def test_a_refused_addition_changes_nothing(
    change: Changes, refusal: type[Refused], words: str
) -> None:
    drawn_city()
    changes = change()
    before = Site.objects.count()

    with pytest.raises(refusal) as caught:
        add(**changes)

    assert words in str(caught.value)
    assert Site.objects.count() == before
    assert not Event.objects.exists()


def test_everything_wrong_with_the_types_fields_is_told_at_once() -> None:
    with pytest.raises(errors.AttributesUnfit) as caught:
        add(attributes={"stalls": "x", "owner": "y", "scale": "z"})

    assert set(caught.value.by_field) == {"stalls", "owner", "scale"}


def test_fields_are_known_by_their_labels_too() -> None:
    assert add(attributes={"摊位": "30", "有公平秤": "否"}).attributes == {
        "stalls": "30",
        "scale": False,
    }


def test_an_addition_sent_twice_is_made_once() -> None:
    actor = make_user(Role.OPERATOR)

    assert add(actor, SENT) == add(actor, SENT)
    assert Event.objects.count() == 1


# --- change ---------------------------------------------------------------------------------------


def site_with(**fields: Any) -> Site:
    make_site_type("market", fields=FIELDS)
    values: dict[str, Any] = {"lat": None, "lon": None, "attributes": {"stalls": "3"}}
    return make_site(**values | {"area": make_area("430406001004")} | fields)


def change(site: Site, actor: User | None = None, **changes: Any) -> Site:
    """A change that would succeed, with one thing changed."""
    good = actor or make_user(Role.OPERATOR)
    values = {name: getattr(draft_of(site), name) for name in SiteDraft.__dataclass_fields__}
    changed = SiteDraft(**values | {"name": "新先锋市场"} | changes)
    return change_site(code=site.code, draft=changed, actor=good, now=NOW)


def test_a_changed_site_is_found_by_its_new_name_and_the_old_is_in_the_record() -> None:
    site = change(site_with())

    assert Site.objects.saying("新先").get() == site
    event = events_of(site).get()
    assert event.kind == "site.changed"
    assert event.facts == {"changes": {"name": {"from": "先锋农贸市场", "to": "新先锋市场"}}}


def test_a_change_that_changes_nothing_is_not_recorded() -> None:
    site = site_with()

    change(site, name=site.name)

    assert not Event.objects.exists()


def test_a_site_moves_into_another_area() -> None:
    site = change(site_with(), area=make_area("430405001001").code)

    assert Site.objects.get(pk=site.pk).area_id == "430405001001"


def test_a_site_keeps_a_type_and_an_area_that_new_ones_can_no_longer_have() -> None:
    site = site_with()
    make_site_type("market", is_active=False)
    make_area("430406001004", is_active=False)

    assert change(site).name == "新先锋市场"


def test_an_accepted_site_stays_accepted_when_it_is_changed() -> None:
    site = site_with(status=SiteStatus.ACCEPTED)

    assert change(site).status == SiteStatus.ACCEPTED


def test_a_candidate_becomes_active() -> None:
    site = site_with(status=SiteStatus.CANDIDATE)

    assert change(site, status=SiteStatus.ACTIVE).status == SiteStatus.ACTIVE


@pytest.mark.parametrize(
    ("change_of", "refusal"),
    [
        (lambda: {"actor": make_user(Role.OPERATOR, area_code="430405")}, Forbidden),
        (
            lambda: {
                "actor": make_user(Role.OPERATOR, area_code="430406"),
                "area": make_area("430405001001").code,
            },
            Forbidden,
        ),
        (lambda: {"area": make_area("430406002", is_active=False).code}, errors.AreaClosed),
        (lambda: {"status": SiteStatus.RETIRED}, errors.StatusUnfit),
        (lambda: {"attributes": {}}, errors.AttributesUnfit),
    ],
)
def test_a_refused_change_changes_nothing(change_of: Changes, refusal: type[Refused]) -> None:
    site, changes = site_with(), change_of()

    with pytest.raises(refusal):
        change(site, **changes)

    site.refresh_from_db()
    assert (site.name, site.area_id) == ("先锋农贸市场", "430406001004")
    assert not Event.objects.exists()


def test_what_is_not_there_cannot_be_changed() -> None:
    with pytest.raises(errors.SiteUnknown):
        change_site(code="S-1", draft=draft(), actor=make_user(Role.OPERATOR), now=NOW)


# --- photo ----------------------------------------------------------------------------------------


def test_a_site_is_pictured_by_another_photo_and_by_none() -> None:
    site, photo, actor = site_with(), make_photo(), make_user(Role.OPERATOR)

    picture_site(code=site.code, photo=photo, actor=actor, now=NOW)
    picture_site(code=site.code, photo=photo, actor=actor, now=NOW)
    assert Site.objects.get(pk=site.pk).photo == photo
    picture_site(code=site.code, photo=None, actor=actor, now=NOW)
    assert Site.objects.get(pk=site.pk).photo is None

    assert [event.kind for event in events_of(site)] == ["site.pictured", "site.pictured"]


def test_who_may_see_the_site_may_see_its_photo() -> None:
    site, photo = site_with(), make_photo()
    Site.objects.filter(pk=site.pk).update(photo=photo)
    here = make_user(Role.INSPECTOR, area_code="430406")
    elsewhere = make_user(Role.INSPECTOR, area_code="430405")

    assert files.can_see(here, photo, on=NOW.date())
    assert not files.can_see(elsewhere, photo, on=NOW.date())


@pytest.mark.parametrize(
    ("change_of", "refusal"),
    [
        (lambda: {"actor": make_user(Role.INSPECTOR)}, Forbidden),
        (lambda: {"code": "S-1"}, errors.SiteUnknown),
        (
            lambda: {"code": make_site(code="R", status=SiteStatus.RETIRED).code},
            errors.SiteIsRetired,
        ),
    ],
)
def test_a_refused_photo_changes_nothing(change_of: Changes, refusal: type[Refused]) -> None:
    site, photo, changes = site_with(), make_photo(), change_of()
    good: dict[str, Any] = {"code": site.code, "photo": photo, "actor": make_user(Role.OPERATOR)}

    with pytest.raises(refusal):
        picture_site(**good | changes, now=NOW)

    assert not Site.objects.filter(photo=photo).exists()
    assert not Event.objects.filter(subject_kind="site").exists()


# --- retire and restore ---------------------------------------------------------------------------


def test_a_retired_site_is_left_alone_until_it_is_restored() -> None:
    site, actor = site_with(), make_user(Role.OPERATOR)

    retire_site(code=site.code, actor=actor, now=NOW)
    with pytest.raises(errors.SiteIsRetired):
        change(site)
    assert restore_site(code=site.code, actor=actor, now=NOW).status == SiteStatus.ACTIVE

    assert [event.kind for event in events_of(site)] == ["site.retired", "site.restored"]


@pytest.mark.parametrize(
    ("deed", "change_of", "refusal"),
    [
        (retire_site, lambda: {"actor": make_user(Role.HANDLER, unit_code="U")}, Forbidden),
        (retire_site, lambda: {"code": "S-1"}, errors.SiteUnknown),
        (restore_site, lambda: {"actor": make_user(Role.AUDITOR)}, Forbidden),
        (restore_site, lambda: {"code": "S-1"}, errors.SiteUnknown),
        (restore_site, dict, errors.SiteNotRetired),
    ],
)
def test_a_refused_deed_changes_nothing(
    deed: Callable[..., Site], change_of: Changes, refusal: type[Refused]
) -> None:
    site, changes = site_with(), change_of()
    good = {"code": site.code, "actor": make_user(Role.OPERATOR), "now": NOW}

    with pytest.raises(refusal):
        deed(**good | changes)

    site.refresh_from_db()
    assert site.status == SiteStatus.ACTIVE
    assert not Event.objects.exists()


def test_a_site_is_retired_once_and_not_restored_into_a_closed_area() -> None:
    site, actor = site_with(status=SiteStatus.RETIRED), make_user(Role.OPERATOR)
    make_area("430406001004", is_active=False)

    with pytest.raises(errors.SiteIsRetired):
        retire_site(code=site.code, actor=actor, now=NOW)
    with pytest.raises(errors.AreaClosed):
        restore_site(code=site.code, actor=actor, now=NOW)

    assert not Event.objects.exists()


# --- at once --------------------------------------------------------------------------------------


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_sites_added_at_once_in_one_district_get_codes_of_their_own() -> None:
    actor = make_user(Role.OPERATOR)
    drafts = [draft(area=make_area(f"4304060010{number}0").code) for number in range(6)]

    answers = at_once(*[partial(add_site, draft=one, actor=actor, now=NOW) for one in drafts])

    codes = sorted(answer.code for answer in answers if isinstance(answer, Site))
    assert codes == [f"S-430406-000{number}" for number in range(1, 7)]


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_of_two_who_give_the_same_code_at_once_one_is_refused() -> None:
    actor = make_user(Role.OPERATOR)
    for number in range(5):
        drafts = [
            draft(code=f"农贸-{number}", area=make_area(code).code)
            for code in ("430406001010", "430405001010")
        ]

        answers = at_once(*[partial(add_site, draft=one, actor=actor, now=NOW) for one in drafts])

        assert sorted(type(answer).__name__ for answer in answers) == ["CodeTaken", "Site"]
