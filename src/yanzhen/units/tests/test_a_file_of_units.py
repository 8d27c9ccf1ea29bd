"""A whole file of units: any order, all or nothing, every error with its row and column."""

from datetime import UTC, datetime

import pytest

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import CITY, make_user
from yanzhen.core.errors import RowErrors
from yanzhen.events.models import Event
from yanzhen.places.tests.factories import make_area
from yanzhen.units.models import Unit
from yanzhen.units.operations.tree import UnitRow, UnitsAdded, add_units
from yanzhen.units.tests.factories import make_unit

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def actor() -> User:
    make_area("430405001")
    return make_user(Role.OPERATOR)


def errors_of(rows: list[UnitRow], actor: User) -> list[tuple[int, str, str]]:
    with pytest.raises(RowErrors) as refused:
        add_units(rows, actor=actor, now=NOW)
    return [(error.row, error.column, error.reason) for error in refused.value.errors]


def test_children_may_stand_before_their_parents(actor: User) -> None:
    seen: list[tuple[int, int]] = []
    rows = [
        UnitRow(2, "C", "茶山街道办事处", "街道（乡镇）", "430405001", "B"),
        UnitRow(3, "B", "珠晖区城管局", "district", "430405", "A"),
        UnitRow(4, "A", "市城管局", "市直单位", CITY),
    ]

    added = add_units(rows, actor=actor, now=NOW, progress=lambda *step: seen.append(step))

    assert added == UnitsAdded(created=3)
    assert seen == [(3, 3)]
    assert list(Unit.objects.order_by("path").values_list("path", "kind")) == [
        ("/A/", "city"),
        ("/A/B/", "district"),
        ("/A/B/C/", "street"),
    ]
    assert Event.objects.filter(kind="unit.added").count() == 3


def test_a_known_unit_is_changed_where_the_file_says_something(actor: User) -> None:
    top, unit = make_unit("T"), make_unit("U", name="旧名")
    below = make_unit("X", parent=make_unit("M", parent=unit))
    same = make_unit("S")
    rows = [UnitRow(2, "U", "新名", parent="T"), UnitRow(3, "S"), UnitRow(4, "X", "单位X")]

    added = add_units(rows, actor=actor, now=NOW)

    assert added == UnitsAdded(updated=1, unchanged=1)
    for row in (unit, below, same):
        row.refresh_from_db()
    assert (unit.name, unit.path, unit.parent) == ("新名", "/T/U/", top)
    assert below.path == "/T/U/M/X/"
    (event,) = Event.objects.all()
    assert event.facts["changes"] == {"name": ["旧名", "新名"], "parent_id": [None, "T"]}


def test_the_same_file_twice_changes_nothing_the_second_time(actor: User) -> None:
    rows = [UnitRow(2, "B", "乙", "district", "430405", "A"), UnitRow(3, "A", "甲", "city", CITY)]
    add_units(rows, actor=actor, now=NOW)

    assert add_units(rows, actor=actor, now=NOW) == UnitsAdded(unchanged=2)
    assert Event.objects.count() == 2


def test_everything_that_is_wrong_is_said_and_nothing_is_written(actor: User) -> None:
    make_unit("CLOSED", is_active=False)
    make_unit("cg")
    rows = [
        UnitRow(2, "OK", "好的", "city", CITY),
        UnitRow(3, "", "", "district", "430405"),
        UnitRow(4, "OK", "又一个", "city", CITY),
        UnitRow(5, "CG", "大写", "city", CITY),
        UnitRow(6, "a/b", "斜杠", "city", CITY),
        UnitRow(7, "N", "", "", ""),
        UnitRow(8, "K", "性质", "部门", "999999", "NOBODY"),
        UnitRow(9, "L", "停用的上级", "city", CITY, "CLOSED"),
    ]

    found = errors_of(rows, actor)

    assert [(row, column) for row, column, _reason in found] == [
        (3, "code"),
        (4, "code"),
        (5, "code"),
        (6, "code"),
        (7, "area"),
        (7, "kind"),
        (7, "name"),
        (8, "area"),
        (8, "kind"),
        (8, "parent"),
        (9, "parent"),
    ]
    reasons = {(row, column): reason for row, column, reason in found}
    assert "第 2 行重复" in reasons[4, "code"]
    assert "已由“单位cg”使用" in reasons[5, "code"]
    assert "没有“部门”这种性质" in reasons[8, "kind"]
    assert "没有代码为“NOBODY”的单位" in reasons[8, "parent"]
    assert Unit.objects.count() == 2
    assert not Event.objects.exists()


def test_a_circle_in_a_file_is_named(actor: User) -> None:
    make_unit("D", parent=(above := make_unit("C")))
    rows = [
        UnitRow(2, "A", "甲", "city", CITY, "B"),
        UnitRow(3, "B", "乙", "city", CITY, "A"),
    ]
    assert [(row, column) for row, column, _ in errors_of(rows, actor)] == [
        (2, "parent"),
        (3, "parent"),
    ]

    ((row, column, reason),) = errors_of([UnitRow(2, "C", parent="D")], actor)
    assert (row, column) == (2, "parent")
    assert "绕成了一圈" in reason
    assert Unit.objects.get(pk=above.pk).path == "/C/"


def test_units_of_areas_beyond_ones_post_are_refused_by_row() -> None:
    make_unit("CITY")
    actor = make_user(Role.OPERATOR, area_code="430405")
    rows = [
        UnitRow(2, "OK", "区城管局", "district", "430405"),
        UnitRow(3, "NO", "市城管局", "city", CITY),
        UnitRow(4, "CITY", "改名"),
    ]

    found = errors_of(rows, actor)

    assert [(row, column) for row, column, _ in found] == [(3, "area"), (4, "code")]
    assert not Unit.objects.filter(code="OK").exists()


def test_a_tree_that_grows_too_deep_is_refused(actor: User) -> None:
    make_unit("T", path=f"/{'t' * 397}/")
    codes = ["a" * 40] + [f"{letter}" * 40 for letter in "bcdefghijk"]
    rows = [
        UnitRow(number, code, "深", "city", CITY, above)
        for number, (code, above) in enumerate(zip(codes, ["", *codes], strict=False), 2)
    ]

    found = errors_of(rows, actor)

    assert [column for _row, column, _ in found] == ["parent"]
    assert "太深" in found[0][2]
    assert Unit.objects.count() == 1
