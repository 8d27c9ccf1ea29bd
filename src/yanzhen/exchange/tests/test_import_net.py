"""Areas, units, people, sites and their types: new rows, changed rows, and all that is wrong."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import Post, User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases.models import Category
from yanzhen.core.errors import Forbidden, RowError, RowErrors
from yanzhen.exchange.models import Import
from yanzhen.exchange.tests.factories import COMMUNITY, bring, make_city, write_csv, write_xlsx
from yanzhen.places.models import Area, Site, SiteType
from yanzhen.places.tests.factories import make_area, make_site_type
from yanzhen.units.models import SiteUnit, Unit
from yanzhen.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db


def counts(outcome: Any) -> tuple[int, int, int]:
    brought = outcome.brought
    return brought.created, brought.updated, brought.unchanged


def refused(kind: str, path: Path, **changes: Any) -> list[tuple[int, str]]:
    with pytest.raises(RowErrors) as caught:
        bring(kind, path, **changes)
    assert not Import.objects.exists()
    return [(error.row, error.column) for error in caught.value.errors]


# --- Areas ----------------------------------------------------------------------------------------

AREAS = [
    {"code": "430406001", "name": "先锋街道", "level": "street", "parent": "430406"},
    {"code": "4304", "name": "衡阳市", "level": "city", "parent": ""},
    {"code": "430406", "name": "雁峰区", "level": "区县", "parent": "4304"},
]


def test_areas_come_in_any_order_and_again_change_only_names(tmp_path: Path) -> None:
    assert counts(bring("areas", write_csv(tmp_path / "a.csv", AREAS))) == (3, 0, 0)
    assert Area.objects.get(code="430406001").parent_id == "430406"

    rows = [AREAS[0] | {"name": "先锋路街道"}, *AREAS[1:]]
    assert counts(bring("areas", write_csv(tmp_path / "b.csv", rows))) == (0, 1, 2)
    assert Area.objects.get(code="430406001").name == "先锋路街道"


def test_areas_that_excel_made_numbers_of_are_understood(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["区划代码", "名称", "层级", "上级"],
        [4304, "衡阳市", "市", ""],
        [430406, "雁峰区", "区县", 4304],
    ]

    assert counts(bring("areas", write_xlsx(tmp_path / "a.xlsx", rows))) == (2, 0, 0)


def test_every_fault_of_a_file_of_areas_is_told_and_nothing_is_added(tmp_path: Path) -> None:
    rows = [
        *AREAS,
        {"code": "430499", "name": "孤区", "level": "district", "parent": "4305"},
        {"code": "430407", "name": "", "level": "district", "parent": "4304"},
        {"code": "430408", "name": "蒸湘区", "level": "省", "parent": "4304"},
    ]

    places = refused("areas", write_csv(tmp_path / "a.csv", rows))

    assert {(6, "name"), (7, "level")} <= set(places)
    assert any(row == 5 and column in {"parent", "code"} for row, column in places)
    assert not Area.objects.exists()


# --- Units ----------------------------------------------------------------------------------------


def test_units_come_with_their_parents_below_them_and_are_changed(tmp_path: Path) -> None:
    make_area()
    rows = [
        {
            "代码": "U-2",
            "名称": "市政处",
            "性质": "事业单位",
            "所在区域": "雁峰区",
            "上级单位": "U-1",
        },
        {"代码": "U-1", "名称": "城管局", "性质": "市直单位", "所在区域": "4304", "上级单位": ""},
    ]

    assert counts(bring("units", write_csv(tmp_path / "u.csv", rows))) == (2, 0, 0)
    unit = Unit.objects.get(code="U-2")
    assert (unit.area_id, unit.path) == ("430406", "/U-1/U-2/")

    rows[1]["名称"] = "市城市管理局"
    assert counts(bring("units", write_csv(tmp_path / "v.csv", rows))) == (0, 1, 1)


def test_every_fault_of_a_file_of_units_is_told(tmp_path: Path) -> None:
    make_area()
    row = {"code": "U-1", "name": "城管局", "kind": "city", "area": "4304", "parent": ""}
    rows = [
        row,
        row | {"code": "U-2", "area": "火星"},
        row | {"code": "U-3", "kind": "帮派"},
        row | {"code": "U-4", "parent": "U-9"},
        row,
    ]

    places = refused("units", write_csv(tmp_path / "u.csv", rows))

    assert places == [(3, "area"), (4, "kind"), (5, "parent"), (6, "code")]
    assert not Unit.objects.exists()


# --- People ---------------------------------------------------------------------------------------

PERSON = {
    "username": "li.ming",
    "name": "李明",
    "unit": "市政设施管理处",
    "role": "责任单位经办",
    "area": "",
    "title": "科员",
    "from_on": "2026/1/1",
    "to_on": "",
    "phone": "0734-8866001",
}


def test_people_come_with_posts_and_one_time_passwords(tmp_path: Path) -> None:
    make_city()
    rows = [
        PERSON,
        PERSON | {"username": "wang.fang", "name": "王芳", "role": "keeper", "area": "先锋街道"},
    ]

    outcome = bring("people", write_csv(tmp_path / "p.csv", rows))

    assert counts(outcome) == (2, 0, 0)
    li, wang = User.rows.get(username="li.ming"), User.rows.get(username="wang.fang")
    assert (li.full_name, li.unit_code, li.phone) == ("李明", "U-ROAD", "0734-8866001")
    post = Post.objects.get(user=li)
    assert (post.role, post.unit_code, post.from_on) == (Role.HANDLER, "U-ROAD", date(2026, 1, 1))
    assert Post.objects.get(user=wang).area_code == "430406001"
    assert set(outcome.brought.secrets) == {"li.ming", "wang.fang"}
    assert li.check_password(outcome.brought.secrets["li.ming"])
    assert li.must_change_password


def test_people_again_change_nothing_and_tell_no_passwords(tmp_path: Path) -> None:
    make_city()
    path = write_csv(tmp_path / "p.csv", [PERSON])
    bring("people", path)

    outcome = bring("people", path)

    assert counts(outcome) == (0, 0, 1)
    assert outcome.brought.secrets == {}
    assert Post.objects.filter(user__username="li.ming").count() == 1


def test_every_fault_of_a_file_of_people_is_told(tmp_path: Path) -> None:
    make_city()
    rows = [
        PERSON | {"unit": "天宫"},
        PERSON | {"username": "a b c", "name": "甲"},
        PERSON | {"username": "wang.fang", "role": "皇帝"},
        PERSON | {"username": "zhao.lei", "from_on": "2026-05-01", "to_on": "2026-04-01"},
        PERSON | {"username": "sun.yi", "from_on": "去年"},
    ]

    places = refused("people", write_csv(tmp_path / "p.csv", rows))

    assert places == [(2, "unit"), (3, "username"), (4, "role"), (5, "to_on"), (6, "from_on")]
    assert not User.rows.filter(username="li.ming").exists()


def test_a_trial_of_people_adds_nobody(tmp_path: Path) -> None:
    make_city()

    outcome = bring("people", write_csv(tmp_path / "p.csv", [PERSON]), is_dry=True)

    assert outcome.brought.created == 1
    assert not User.rows.filter(username="li.ming").exists()


# --- Sites ----------------------------------------------------------------------------------------

SITE = {
    "code": "",
    "name": "晶珠农贸市场北门",
    "type": "农贸市场",
    "area": "沿江南路社区居委会",
    "lat": "26.893230",
    "lon": "112.612241",
    "unit": "U-ROAD",
}


def test_sites_come_with_codes_and_the_unit_that_answers(tmp_path: Path) -> None:
    make_city()

    assert counts(bring("sites", write_csv(tmp_path / "s.csv", [SITE]))) == (1, 0, 0)

    site = Site.objects.get(name=SITE["name"])
    assert (site.area_id, site.type_id, str(site.lat)) == (COMMUNITY, "market", "26.893230")
    assert site.code
    assert SiteUnit.objects.get(site=site).unit_id == "U-ROAD"


def test_a_known_site_is_changed_where_the_row_says_so(tmp_path: Path) -> None:
    make_city()
    make_unit("U-NEW", name="新单位")
    rows = [
        {
            "code": "S-1",
            "name": "",
            "type": "",
            "area": "",
            "lat": "",
            "lon": "",
            "unit": "U-NEW",
            "address": "解放路 1 号",
        }
    ]

    assert counts(bring("sites", write_csv(tmp_path / "s.csv", rows))) == (0, 1, 0)

    site = Site.objects.get(code="S-1")
    assert (site.name, site.address) == ("晶珠农贸市场", "解放路 1 号")
    assert SiteUnit.objects.get(site=site, to_on=None).unit_id == "U-NEW"


def test_fields_of_a_type_are_columns_too(tmp_path: Path) -> None:
    make_city()
    grade = {"name": "grade", "label": "等级", "kind": "choice", "choices": ["一级", "二级"]}
    make_site_type("hospital", name="医院", fields=[grade])

    bring("sites", write_csv(tmp_path / "s.csv", [SITE | {"type": "医院", "等级": "二级"}]))

    assert Site.objects.get(name=SITE["name"]).attributes == {"grade": "二级"}


def test_every_fault_of_a_file_of_sites_is_told(tmp_path: Path) -> None:
    make_city()
    rows = [
        SITE | {"type": "飞船"},
        SITE | {"lat": "北纬", "lon": "112"},
        SITE | {"area": "火星"},
        SITE | {"unit": "天宫"},
        SITE | {"name": ""},
    ]

    places = refused("sites", write_csv(tmp_path / "s.csv", rows))

    assert places == [(2, "type"), (3, "lat"), (4, "area"), (5, "unit"), (6, "name")]
    assert Site.objects.count() == 1


# --- Site types -----------------------------------------------------------------------------------


def test_site_types_come_and_are_changed(tmp_path: Path) -> None:
    make_area()
    rows = [{"code": "wharf", "name": "码头", "group": "交通", "sort": "7", "fields": ""}]
    fields = '[{"name": "berths", "label": "泊位数", "kind": "number", "unit": "个"}]'

    assert counts(bring("site-types", write_csv(tmp_path / "t.csv", rows))) == (1, 0, 0)
    assert counts(bring("site-types", write_csv(tmp_path / "t.csv", rows))) == (0, 0, 1)
    rows[0] |= {"fields": fields}
    assert counts(bring("site-types", write_csv(tmp_path / "t.csv", rows))) == (0, 1, 0)
    assert SiteType.objects.get(code="wharf").fields[0]["label"] == "泊位数"


def test_faults_of_site_types_are_told(tmp_path: Path) -> None:
    make_area()
    row = {"code": "wharf", "name": "码头", "group": "交通", "sort": "", "fields": ""}
    rows = [row, row, row | {"code": "x", "sort": "-1"}, row | {"code": "y", "fields": "等级"}]

    places = refused("site-types", write_csv(tmp_path / "t.csv", rows))

    assert places == [(3, "code"), (4, "sort"), (5, "fields")]
    assert not SiteType.objects.exists()


# --- Categories -----------------------------------------------------------------------------------

LAMPS = {
    "code": "lamps",
    "name": "路灯",
    "parent": "facilities",
    "words": "路灯 灯不亮",
    "severity": "较重",
}
FACILITIES = {"code": "facilities", "name": "市政设施", "parent": "", "words": "", "severity": ""}


def test_categories_come_parents_first_and_are_changed(tmp_path: Path) -> None:
    make_area()

    assert counts(bring("categories", write_csv(tmp_path / "a.csv", [LAMPS, FACILITIES]))) == (
        2,
        0,
        0,
    )
    category = Category.objects.get(code="lamps")
    assert (category.parent_id, category.words, category.severity) == (
        "facilities",
        "路灯 灯不亮",
        "serious",
    )

    changed = LAMPS | {"words": "路灯 灯不亮 漆黑", "severity": ""}
    assert counts(bring("categories", write_csv(tmp_path / "b.csv", [changed, FACILITIES]))) == (
        0,
        1,
        1,
    )
    assert Category.objects.get(code="lamps").severity == "serious"


def test_faults_of_categories_are_told(tmp_path: Path) -> None:
    make_area()
    rows = [
        FACILITIES,
        FACILITIES,
        LAMPS | {"parent": "nowhere"},
        LAMPS | {"code": "xx", "severity": "要命"},
        LAMPS | {"code": "yy", "words": "长" * 301},
    ]

    places = refused("categories", write_csv(tmp_path / "c.csv", rows))

    assert places == [(3, "code"), (4, "parent"), (5, "severity"), (6, "words")]
    assert not Category.objects.exists()


# --- Who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["areas", "units", "people", "sites", "site-types", "categories"])
def test_without_the_right_nothing_comes_in(tmp_path: Path, kind: str) -> None:
    make_city()

    with pytest.raises(Forbidden):
        bring(kind, write_csv(tmp_path / "x.csv", AREAS), actor=make_user(Role.INSPECTOR))


def test_a_district_does_not_change_its_neighbour(tmp_path: Path) -> None:
    make_city()
    actor = make_user(Role.OPERATOR, area_code="430406")
    rows = [{"code": "430405", "name": "珠晖新区", "level": "district", "parent": "4304"}]

    with pytest.raises(RowErrors) as caught:
        bring("areas", write_csv(tmp_path / "a.csv", rows), actor=actor)

    assert isinstance(caught.value.errors[0], RowError)
    assert Area.objects.get(code="430405").name == "珠晖区"
