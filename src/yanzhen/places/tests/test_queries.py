"""Who sees which areas and sites; the tree, the lists and the drawings."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.places import answering, queries, stories
from yanzhen.places.answering import Answered, register_answering
from yanzhen.places.drafts import draft_of
from yanzhen.places.enums import SiteStatus
from yanzhen.places.models import Area, Site
from yanzhen.places.operations.sites import change_site
from yanzhen.places.queries import SiteFilters
from yanzhen.places.sketch import Place, sketch
from yanzhen.places.tests.factories import make_area, make_boundary, make_site, make_site_type

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
Answer = Callable[..., None]

pytestmark = pytest.mark.django_db


@pytest.fixture
def answers() -> Iterator[Answer]:
    """Say what everybody answers for, instead of the app above."""
    before = answering._answers

    def say(**facts: Any) -> None:
        register_answering(lambda _user, _on: Answered(**facts))

    yield say
    register_answering(before)


def areas_seen(user: User) -> list[str]:
    seen = Area.objects.visible_to(user, TODAY).order_by("code")
    return list(seen.values_list("code", flat=True))


def sites_seen(user: User) -> list[str]:
    seen = Site.objects.visible_to(user, TODAY).order_by("code")
    return list(seen.values_list("code", flat=True))


@pytest.fixture
def city() -> None:
    make_area("430405001001")
    make_area("430406001001")
    make_site(code="E", area=make_area("430405001001"))
    make_site(code="Y", area=make_area("430406001001"))


# --- who sees what --------------------------------------------------------------------------------


@pytest.mark.usefixtures("city")
def test_a_post_shows_its_area_with_everything_below_and_nothing_beside() -> None:
    user = make_user(Role.INSPECTOR, area_code="430405")

    assert areas_seen(user) == ["430405", "430405001", "430405001001"]
    assert sites_seen(user) == ["E"]


@pytest.mark.usefixtures("city")
def test_without_a_post_nothing_is_seen_and_the_system_sees_all() -> None:
    assert areas_seen(make_user()) == sites_seen(make_user()) == []
    assert len(areas_seen(make_user(is_system=True))) == 7
    assert sites_seen(make_user(is_system=True)) == ["E", "Y"]


@pytest.mark.usefixtures("city")
def test_a_post_that_ended_shows_nothing() -> None:
    user = make_user(Role.INSPECTOR, area_code="430405", to_on=date(2026, 11, 19))

    assert areas_seen(user) == []


@pytest.mark.usefixtures("city")
def test_a_handler_sees_the_sites_of_his_units_and_the_areas_around_them(answers: Answer) -> None:
    answers(site_codes=Site.objects.filter(code="Y").values("code"))
    user = make_user(Role.HANDLER, unit_code="U")

    assert sites_seen(user) == ["Y"]
    assert areas_seen(user) == ["430406001001"]
    assert [area.code for area in queries.visible_tops(user=user, on=TODAY)] == ["430406001001"]


@pytest.mark.usefixtures("city")
def test_a_handler_of_a_street_sees_all_of_the_street(answers: Answer) -> None:
    answers(area_codes=("430405001",))
    user = make_user(Role.HANDLER, unit_code="U")

    assert areas_seen(user) == ["430405001", "430405001001"]
    assert sites_seen(user) == ["E"]


@pytest.mark.usefixtures("city")
def test_his_tree_begins_where_his_posts_do() -> None:
    user = make_user(Role.INSPECTOR, area_code="430405001")

    assert [row.area.code for row in queries.area_tree(user=user, on=TODAY)] == ["430405001"]
    assert [row.area.code for row in queries.find_areas(words="社区", user=user, on=TODAY)] == [
        "430405001001"
    ]


# --- the tree -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("city")
def test_the_tree_counts_what_lies_below() -> None:
    make_site(code="R", area=make_area("430406001001"), status=SiteStatus.RETIRED)

    (top,) = queries.area_tree(user=make_user(Role.OPERATOR), on=TODAY)

    assert (top.area.code, top.sites, top.areas_below) == ("4304", 2, 2)
    assert [(row.area.code, row.sites) for row in top.children] == [("430405", 1), ("430406", 1)]
    assert [row.area.code for row in top.children[0].children] == ["430405001"]


@pytest.mark.usefixtures("city")
def test_areas_are_found_by_name_by_code_and_by_several_words() -> None:
    user = make_user(Role.OPERATOR)

    def found(words: str) -> list[str]:
        return [row.area.code for row in queries.find_areas(words=words, user=user, on=TODAY)]

    assert found("沿江南路") == ["430406001001"]
    assert found("雁峰 社区") == ["430406001001"]
    assert found("430405001") == ["430405001", "430405001001"]
    assert found("月亮") == []


@pytest.mark.usefixtures("city")
def test_the_page_of_an_area_shows_what_lies_in_it() -> None:
    make_boundary("430406", (112.5, 26.0, 113.0, 27.0), is_schematic=True)
    make_site(code="N", area=make_area("430406001001"), lat=None, lon=None)

    page = queries.area_page(area=make_area("430406"), user=make_user(Role.OPERATOR), on=TODAY)

    assert (page.level, page.next_level) == ("区县", "街道（乡镇）")
    assert [(above.code, may_open) for above, may_open in page.path] == [("4304", True)]
    assert [(row.area.code, row.sites) for row in page.rows] == [("430406001", 2)]
    assert (page.sites, page.undrawn, page.is_schematic) == (2, 1, True)
    assert [(one.code, number) for one, number in page.types] == [("market", 2)]
    assert page.sketch is not None
    assert [dot.code for dot in page.sketch.dots] == ["Y"]


@pytest.mark.usefixtures("city")
def test_the_areas_above_ones_own_are_named_and_not_opened() -> None:
    user = make_user(Role.INSPECTOR, area_code="430406001")

    page = queries.area_page(area=make_area("430406001001"), user=user, on=TODAY)

    assert [(above.code, may_open) for above, may_open in page.path] == [
        ("4304", False),
        ("430406", False),
        ("430406001", True),
    ]


# --- sites ----------------------------------------------------------------------------------------


def listed(**filters: Any) -> list[str]:
    user = make_user(Role.OPERATOR)
    found = queries.sites_list(user=user, on=TODAY, filters=SiteFilters(**filters))
    return [site.code for site in found]


@pytest.mark.usefixtures("city")
def test_a_list_is_narrowed_by_area_type_status_words_and_missing_location() -> None:
    make_site(code="A", type=make_site_type("park"), name="岳屏公园", lat=None, lon=None)
    make_site(code="R", status=SiteStatus.RETIRED)

    assert listed() == ["A", "E", "Y"]
    assert listed(area="430405") == ["E"]
    assert listed(types=["park"]) == ["A"]
    assert listed(types=["park", "market"]) == ["A", "E", "Y"]
    assert listed(status=["retired"]) == ["R"]
    assert listed(words="岳屏") == ["A"]
    assert listed(words="先锋 市场") == ["E", "Y"]
    assert listed(without_location=True) == ["A"]
    assert listed(area="430406", types=["market"]) == ["Y"]


@pytest.mark.parametrize("words", ["农贸", "贸市", "先锋路", "18", "s-430406-0001", "Ｓ", "市"])
def test_a_site_is_found_by_any_two_characters_and_by_one(words: str) -> None:
    make_site()
    make_site(name="岳屏公园", address="中山路 9 号", code="K-1")

    assert [site.code for site in Site.objects.saying(words)] == ["S-430406-0001"]


def test_what_stands_apart_is_not_found_together() -> None:
    make_site(name="先锋市场", address="")

    assert not Site.objects.saying("锋场").exists()


def test_pages_of_a_list_follow_each_other_without_gap_or_repeat() -> None:
    for number in range(120):
        make_site(code=f"A-{number:03}")
    sites = Site.objects.order_by("code")
    codes: list[str] = []
    after = ""
    while True:
        shown = queries.site_page(sites, after=after)
        codes += [line.site.code for line in shown.lines]
        after = shown.page.after
        if not after:
            break

    assert codes == [f"A-{number:03}" for number in range(120)]
    assert str(shown.total) == "120"
    back = queries.site_page(sites, before=shown.page.before)
    assert [line.site.code for line in back.lines] == codes[50:100]
    assert back.lines[0].area == "雁峰区 先锋街道 沿江南路社区"


def test_the_card_of_a_site_shows_its_fields_in_words() -> None:
    fields = [
        {"name": "stalls", "label": "摊位", "kind": "number", "unit": "个"},
        {"name": "scale", "label": "有公平秤", "kind": "bool"},
        {"name": "note", "label": "备注", "kind": "text"},
    ]
    make_boundary("430406", (112.5, 26.0, 113.0, 27.0))
    site = make_site(
        type=make_site_type(fields=fields),
        attributes={"stalls": "12", "scale": False, "gone": "x"},
        source_lat=Decimal("26.886"),
        source_lon=Decimal("112.615"),
        source_crs="gcj02",
    )

    card = queries.site_card(site=site, user=make_user(Role.OPERATOR), on=TODAY)

    assert card.attributes == [("摊位", "12 个"), ("有公平秤", "否")]
    assert card.label == "雁峰区 先锋街道 沿江南路社区"
    assert "GCJ-02" in card.given
    assert card.sketch is not None


# --- constant costs -------------------------------------------------------------------------------


COSTS: list[Callable[[User], object]] = [
    lambda user: queries.area_tree(user=user, on=TODAY),
    lambda user: queries.area_page(area=make_area("430406"), user=user, on=TODAY),
    lambda user: queries.site_page(
        queries.sites_list(user=user, on=TODAY, filters=SiteFilters(words="市场"))
    ),
    lambda user: queries.find_sites(user=user, on=TODAY, words="市场"),
    lambda _user: queries.type_groups(),
    lambda user: queries.types_with_sites(user=user, on=TODAY),
]


@pytest.mark.parametrize("ask", COSTS)
def test_a_question_costs_as_many_queries_for_many_rows_as_for_one(
    ask: Callable[[User], object],
) -> None:
    user = make_user(Role.OPERATOR)

    def cost() -> int:
        with CaptureQueriesContext(connection) as made:
            ask(user)
        return len(made)

    make_site(area=make_area("430406001001"))
    cost()
    few = cost()
    for number in range(2, 6):
        make_site(area=make_area(f"43040600{number}001"), type=make_site_type(f"type_{number}"))
    cost()

    assert cost() == few


# --- drawings and stories -------------------------------------------------------------------------


def test_a_drawing_keeps_what_is_drawn_within_its_frame_and_north_up() -> None:
    drawn = sketch(
        {}, {}, [Place("N", "北", 27.0, 112.0), Place("S", "南", 26.0, 113.0)], focus="S"
    )

    assert drawn is not None
    north, south = drawn.dots
    assert (north.code, south.is_focus) == ("N", True)
    assert north.y < south.y
    assert north.x < south.x
    assert all(0 < dot.x < drawn.width and 0 < dot.y < drawn.height for dot in drawn.dots)


def test_nothing_gives_no_drawing_and_one_point_gives_one() -> None:
    assert sketch({}, {}, []) is None
    assert sketch({}, {}, [Place("S", "点", 26.0, 113.0)]) is not None


def test_the_story_of_a_site_names_what_was_changed() -> None:
    site, actor = make_site(lat=None, lon=None), make_user(Role.OPERATOR, full_name="示例·王一")
    draft = draft_of(site)
    changed = type(draft)(name="新市场", type=draft.type, area=draft.area, address="新路 1 号")
    change_site(code=site.code, draft=changed, actor=actor, now=NOW)

    (told,) = stories.story_of(site)

    assert (told.who, told.text, told.words) == ("示例·王一", "修改", "名称、地址")
