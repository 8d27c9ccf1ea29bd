"""Files of areas and of sites: whole or not at all, every error told with its row and column."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.core.errors import RowErrors
from yanzhen.events.models import Event
from yanzhen.places import queries
from yanzhen.places.drafts import AreaRow, SiteRow
from yanzhen.places.enums import SiteStatus
from yanzhen.places.models import Area, Site
from yanzhen.places.operations.areas import add_areas
from yanzhen.places.operations.sites import add_sites
from yanzhen.places.rows import Taken
from yanzhen.places.tests.factories import make_area, make_boundary, make_site, make_site_type

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def errors_of(deed: Callable[[], object]) -> list[tuple[int, str, str]]:
    with pytest.raises(RowErrors) as caught:
        deed()
    assert str(len(caught.value.errors)) in str(caught.value)
    return [(error.row, error.column, error.reason) for error in caught.value.errors]


# --- areas ----------------------------------------------------------------------------------------

CITY = AreaRow(2, "4304", "衡阳市", "city")
DISTRICT = AreaRow(3, "430406", "雁峰区", "district", "4304")
STREET = AreaRow(4, "430406001", "先锋街道", "street", "430406")
COMMUNITY = AreaRow(5, "430406001004", "光辉社区居委会", "community", "430406001")
GRID = AreaRow(6, "430406001004-01", "第一网格", "grid", "430406001004")


def take(*rows: AreaRow, actor: User | None = None) -> Taken:
    return add_areas(rows=rows, actor=actor or make_user(is_system=True), now=NOW)


def test_a_file_of_areas_is_taken_in_any_order_of_rows() -> None:
    assert take(GRID, COMMUNITY, STREET, DISTRICT, CITY) == Taken(created=5)

    assert queries.area_label("430406001004-01") == "雁峰区 先锋街道 光辉社区 第一网格"
    assert Event.objects.filter(kind="area.added").count() == 5


def test_levels_may_be_chinese_parents_left_out_and_codes_padded() -> None:
    take(
        AreaRow(2, "430400", "衡阳市", "市"),
        AreaRow(3, "430406000000", "雁峰区", "区县"),
        AreaRow(4, "430406001000", "先锋街道", "街道（乡镇）", "430406000000"),
        AreaRow(5, "430406001004", " 光辉 社区 ", "社区"),
    )

    assert list(Area.objects.order_by("code").values_list("code", "parent")) == [
        ("4304", None),
        ("430406", "4304"),
        ("430406001", "430406"),
        ("430406001004", "430406001"),
    ]


def test_a_file_that_is_given_again_changes_nothing_and_new_names_are_taken() -> None:
    take(CITY, DISTRICT, STREET)

    assert take(CITY, DISTRICT, STREET) == Taken(unchanged=3)
    assert take(CITY, replace(DISTRICT, name="新雁峰区")) == Taken(updated=1, unchanged=1)

    assert queries.area_label("430406001") == "新雁峰区 先锋街道"
    assert Event.objects.filter(kind="area.renamed").count() == 1


@pytest.mark.parametrize(
    ("bad", "column", "words"),
    [
        (replace(STREET, code="43040600"), "code", "9 位"),
        (replace(STREET, code="430405001"), "parent", "应以上级代码“430406”开头"),
        (replace(STREET, parent="430499"), "parent", "没有代码为“430499”的上级"),
        (replace(STREET, code="430499001", parent=""), "parent", "没有代码为“430499”的上级"),
        (replace(STREET, level="village"), "level", "没有“village”这个层级"),
        (replace(STREET, code="430406001001", level="社区"), "level", "不能是社区"),
        (replace(STREET, name=" "), "name", "请填写名称"),
        (replace(STREET, name="长" * 61), "name", "61"),
        (replace(STREET, code="430406", level="区县", parent="4304"), "code", "与第 3 行重复"),
        (replace(STREET, code="4305", level="市", parent="4304"), "parent", "不能有上级"),
        (replace(STREET, code="430412", level="区县"), "parent", "上级代码"),
    ],
)
def test_one_bad_row_is_told_and_nothing_is_taken(bad: AreaRow, column: str, words: str) -> None:
    found = errors_of(lambda: take(CITY, DISTRICT, bad))

    assert {row for row, _, _ in found} == {4}
    assert any(name == column and words in reason for _, name, reason in found)
    assert not Area.objects.exists()
    assert not Event.objects.exists()


def test_all_errors_of_all_rows_are_told_by_row() -> None:
    found = errors_of(
        lambda: take(
            replace(STREET, row=9, parent="4304"),
            replace(DISTRICT, row=7, name=""),
            replace(CITY, row=8, name="市" * 61),
        )
    )

    assert [(row, column) for row, column, _ in found] == [(7, "name"), (8, "name"), (9, "level")]


def test_level_and_parent_of_a_known_area_stay() -> None:
    make_area("430406001")
    make_area("430405")

    found = errors_of(
        lambda: take(
            replace(STREET, level="社区", code="430406001"),
            replace(DISTRICT, level="街道", code="430405"),
        )
    )

    assert {(row, column) for row, column, _ in found} >= {(3, "code"), (4, "code")}
    assert Area.objects.get(code="430406001").level == "street"


def test_rows_outside_of_the_actors_area_are_refused() -> None:
    make_area("430405")
    make_area("430406")
    rows = (STREET, replace(STREET, row=5, code="430405001", parent="430405"))

    found = errors_of(lambda: take(*rows, actor=make_user(Role.OPERATOR, area_code="430406")))

    assert found == [(5, "code", "不在您岗位的管辖范围内。")]
    assert not Area.objects.filter(level="street").exists()


def test_a_closed_parent_takes_no_children() -> None:
    make_area("430406", is_active=False)

    assert errors_of(lambda: take(STREET))[0][1] == "parent"


def test_a_file_of_areas_takes_as_many_queries_for_many_rows_as_for_few() -> None:
    actor = make_user(Role.OPERATOR)
    take(CITY, DISTRICT, STREET, actor=actor)

    def cost(numbers: range) -> int:
        rows = [replace(COMMUNITY, row=n, code=f"430406001{n:03}") for n in numbers]
        with CaptureQueriesContext(connection) as made:
            take(*rows, actor=actor)
        return len(made)

    assert cost(range(100, 103)) == cost(range(200, 260))


# --- sites ----------------------------------------------------------------------------------------

SITE = SiteRow(2, name="先锋农贸市场", type="market", area="430406001004")


def take_sites(*rows: SiteRow, actor: User | None = None) -> Taken:
    make_site_type(
        "market",
        fields=[
            {"name": "stalls", "label": "摊位", "kind": "number", "required": True},
            {"name": "scale", "label": "有公平秤", "kind": "bool"},
        ],
    )
    make_area("430406001004")
    return add_sites(rows=rows, actor=actor or make_user(Role.OPERATOR), now=NOW)


def test_a_file_of_sites_is_taken_and_says_which_code_each_row_got() -> None:
    make_boundary("430406", (112.5, 26.0, 113.0, 27.0))

    taken = take_sites(
        SITE,
        replace(SITE, row=3, code="农贸-3", name="第三市场"),
        replace(SITE, row=4, name="第四市场", type="农贸市场", area="", lat="26.3", lon="112.7"),
        replace(SITE, row=5, name="第五市场", attributes={"摊位": "30", "有公平秤": "是"}),
        replace(SITE, row=6, name="第六市场", area="430406001000", status="拟设"),
    )

    assert (taken.created, taken.updated) == (5, 0)
    assert taken.codes == {
        2: "S-430406-0001",
        3: "农贸-3",
        4: "S-430406-0002",
        5: "S-430406-0003",
        6: "S-430406-0004",
    }
    assert Site.objects.get(code="S-430406-0002").area_id == "430406"
    assert Site.objects.get(code="S-430406-0003").attributes == {"stalls": "30", "scale": True}
    assert Site.objects.get(code="S-430406-0004").status == SiteStatus.CANDIDATE
    assert Site.objects.saying("第三").get().code == "农贸-3"
    assert Event.objects.filter(kind="site.added").count() == 5


@pytest.mark.parametrize("crs", ["gcj02", "GCJ-02", "高德"])
def test_locations_may_be_given_in_another_system(crs: str) -> None:
    make_boundary("430406", (112.5, 26.0, 113.0, 27.0))

    take_sites(replace(SITE, area="", lat="26.889644", lon="112.577232", crs=crs))

    site = Site.objects.get()
    assert (site.lat, site.lon) == (Decimal("26.893230"), Decimal("112.571997"))


def test_a_file_that_is_given_again_makes_no_site_twice() -> None:
    first = take_sites(SITE, replace(SITE, row=3, code="农贸-3", name="第三市场"))
    second = take_sites(SITE, replace(SITE, row=3, code="农贸-3", name="第三市场"))

    assert (second.created, second.updated, second.unchanged) == (0, 0, 2)
    assert second.codes == first.codes
    assert Event.objects.count() == 2


def test_a_known_site_is_changed_where_the_row_says_so_and_kept_where_it_is_empty() -> None:
    make_boundary("430406", (112.5, 26.0, 113.0, 27.0))
    take_sites(
        replace(
            SITE, code="A-1", address="先锋路 1 号", lat="26.3", lon="112.7",
            attributes={"stalls": "3"}, contact="示例·李一", contact_phone="0734-8866001",
        )
    )  # fmt: skip

    taken = take_sites(SiteRow(2, code="A-1", name="新市场", attributes={"scale": "是"}))

    site = Site.objects.get()
    assert (taken.created, taken.updated) == (0, 1)
    assert site.name == "新市场"
    assert (site.address, site.contact, site.lat) == (
        "先锋路 1 号",
        "示例·李一",
        Decimal("26.300000"),
    )
    assert site.attributes == {"stalls": "3", "scale": True}
    assert Site.objects.saying("新市").exists()
    event = Event.objects.get(kind="site.changed")
    assert set(event.facts["changes"]) == {"name", "attributes"}


def test_rows_change_different_columns_of_different_sites() -> None:
    take_sites(*[replace(SITE, row=n, code=f"A-{n}", name=f"市场{n}") for n in range(2, 6)])

    taken = take_sites(
        SiteRow(2, code="A-2", name="甲"),
        SiteRow(3, code="A-3", address="乙路"),
        SiteRow(4, code="A-4", name="丙", address="丙路"),
    )

    assert taken.updated == 3
    assert list(Site.objects.order_by("code").values_list("name", "address")) == [
        ("甲", ""),
        ("市场3", "乙路"),
        ("丙", "丙路"),
        ("市场5", ""),
    ]


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        ({"name": ""}, "name", "请填写名称"),
        ({"type": "动物园"}, "type", "没有“动物园”"),
        ({"type": ""}, "type", "点位类型"),
        ({"area": "430499"}, "area", "没有代码为“430499”的区域"),
        ({"area": ""}, "area", "请选择区域"),
        ({"lat": "26.3"}, "lat", "同时填写"),
        ({"lat": "东经", "lon": "112"}, "lat", "十进制"),
        ({"lat": "112.7", "lon": "26.3"}, "lat", "写反"),
        ({"lat": "20.0", "lon": "110.0"}, "lat", "不在任何区域"),
        ({"lat": "26.3", "lon": "112.3"}, "lat", "在“珠晖区”"),
        ({"lat": "26.3", "lon": "112.7", "crs": "北京54"}, "crs", "没有“北京54”"),
        ({"status": "坏了"}, "status", "坏了"),
        ({"status": "停用"}, "status", "停用"),
        ({"attributes": {"stalls": "很多"}}, "attributes", "数字"),
        ({"attributes": {"床位": "3"}}, "attributes", "没有“床位”"),
        ({"code": "a b/c"}, "code", "编号"),
        ({"code": "旧"}, "code", "已停用"),
        ({"address": "长" * 201}, "address", "200"),
    ],
)
def test_one_bad_row_of_sites_is_told_and_nothing_is_taken(
    change: dict[str, Any], column: str, words: str
) -> None:
    make_boundary("430406", (112.5, 26.0, 113.0, 27.0))
    make_boundary("430405", (112.0, 26.0, 112.5, 27.0))
    make_site(code="旧", status=SiteStatus.RETIRED)

    found = errors_of(lambda: take_sites(SITE, replace(SITE, row=7, name="另一处", **change) if "name" not in change else replace(SITE, row=7, **change)))  # fmt: skip  # noqa: E501

    assert [(row, name) for row, name, _ in found] == [(7, column)]
    assert words in found[0][2]
    assert Site.objects.count() == 1
    assert not Event.objects.exists()


def test_all_errors_of_all_rows_of_sites_are_told() -> None:
    found = errors_of(
        lambda: take_sites(
            replace(SITE, name="", type="x"),
            replace(SITE, row=3, code="A-1"),
            replace(SITE, row=4, code="A-1", name="又一处"),
            replace(SITE, row=5, name="同名"),
            replace(SITE, row=6, name="同名"),
        )
    )

    assert [(row, column) for row, column, _ in found] == [
        (2, "name"),
        (2, "type"),
        (4, "code"),
        (6, "name"),
    ]
    assert "与第 3 行重复" in found[2][2]
    assert "在第 5 行已有" in found[3][2]


def test_sites_out_of_the_actors_area_are_refused() -> None:
    make_site(code="A-1", area=make_area("430405001001"))
    actor = make_user(Role.OPERATOR, area_code="430406")

    found = errors_of(
        lambda: take_sites(
            SITE,
            replace(SITE, row=3, code="A-1"),
            replace(SITE, row=4, name="别处", area="430405001001"),
            actor=actor,
        )
    )

    assert [(row, column) for row, column, _ in found] == [(3, "area"), (4, "area")]


def test_a_file_of_sites_takes_as_many_queries_for_many_rows_as_for_few() -> None:
    actor = make_user(Role.OPERATOR)
    take_sites(SITE, actor=actor)

    def cost(numbers: range) -> int:
        rows = [replace(SITE, row=n, name=f"市场{n}") for n in numbers]
        with CaptureQueriesContext(connection) as made:
            take_sites(*rows, actor=actor)
        return len(made)

    assert cost(range(100, 103)) == cost(range(200, 240))
