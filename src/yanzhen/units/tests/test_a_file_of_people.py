"""A whole file of people and posts: all or nothing, passwords made and shown once."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.auth import authenticate

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import Post, User
from yanzhen.accounts.tests.factories import CITY, make_post, make_user
from yanzhen.core.errors import RowErrors
from yanzhen.events.models import Event
from yanzhen.places.tests.factories import make_area
from yanzhen.units.operations.roster import PersonRow, add_people
from yanzhen.units.tests.factories import make_unit

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
TODAY = date(2026, 11, 20)
DISTRICT = "430405"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def actor() -> User:
    make_unit("CG", area=make_area(CITY))
    make_unit("JD", area=make_area("430405001"))
    return make_user(Role.ADMIN)


def errors_of(rows: list[PersonRow], actor: User) -> list[tuple[int, str, str]]:
    with pytest.raises(RowErrors) as refused:
        add_people(rows, actor=actor, now=NOW)
    return [(error.row, error.column, error.reason) for error in refused.value.errors]


def test_people_get_their_posts_and_one_time_passwords(actor: User) -> None:
    seen: list[tuple[int, int]] = []
    rows = [
        PersonRow(2, "Wang", "王青", "CG", "责任单位经办", title="综合科", phone="8866001"),
        PersonRow(3, "li", "李想", "JD", "keeper", area="430405001", from_on=date(2026, 3, 1)),
        PersonRow(4, "li", role="督查员", area=DISTRICT, to_on=date(2026, 12, 31)),
        PersonRow(5, "zhao", "赵一", "JD", "steward"),
        PersonRow(6, "qian", "钱二", "CG"),
    ]

    added = add_people(rows, actor=actor, now=NOW, progress=lambda *step: seen.append(step))

    assert (added.created, added.updated, added.appointed) == (4, 0, 4)
    assert seen[-1] == (4, 4)
    fields = ("user__username", "role", "area_code", "unit_code", "title", "from_on", "to_on")
    held = Post.objects.exclude(user=actor).order_by("user_id", "pk")
    assert list(held.values_list(*fields)) == [
        ("wang", "handler", "", "CG", "综合科", TODAY, None),
        ("li", "keeper", "430405001", "", "", date(2026, 3, 1), None),
        ("li", "inspector", DISTRICT, "", "", TODAY, date(2026, 12, 31)),
        ("zhao", "steward", "430405001", "", "", TODAY, None),
    ]
    assert set(added.passwords) == {"wang", "li", "zhao", "qian"}
    person = authenticate(None, username="wang", password=added.passwords["wang"])
    assert isinstance(person, User)
    assert (person.full_name, person.phone, person.unit_code) == ("王青", "8866001", "CG")
    assert person.must_change_password
    assert Event.objects.filter(kind="user.added").count() == 4
    assert Event.objects.filter(kind="user.appointed").count() == 4


def test_known_people_are_changed_where_the_file_says_something(actor: User) -> None:
    wang = make_user(Role.HANDLER, unit_code="CG", username="wang", home_code="CG", phone="1")
    rows = [
        PersonRow(2, "wang", "王新", role="handler"),
        PersonRow(3, "wang", role="inspector", area=DISTRICT),
    ]

    added = add_people(rows, actor=actor, now=NOW)

    assert (added.created, added.updated, added.appointed, added.passwords) == (0, 1, 1, {})
    wang.refresh_from_db()
    assert (wang.full_name, wang.phone, wang.unit_code) == ("王新", "1", "CG")
    again = add_people(rows, actor=actor, now=NOW)
    assert (again.updated, again.appointed) == (0, 0)


def test_everything_that_is_wrong_is_said_and_nothing_is_written(actor: User) -> None:
    make_unit("X", is_active=False)
    make_user(username="gone", is_active=False)
    rows = [
        PersonRow(2, "ok", "好的", "CG", "handler"),
        PersonRow(3, "王青", "王青", "CG"),
        PersonRow(4, "a1", "", "CG"),
        PersonRow(5, "a2", "甲", "NO"),
        PersonRow(6, "a3", "甲", "X"),
        PersonRow(7, "a4", "甲", "CG", "局长"),
        PersonRow(8, "a5", "甲", "CG", "handler", area=DISTRICT),
        PersonRow(9, "a6", "甲", "", "handler"),
        PersonRow(10, "a7", "甲", "", "inspector"),
        PersonRow(11, "a8", "甲", "CG", "inspector", area="9999"),
        PersonRow(12, "a9", "甲", "CG", "", area=DISTRICT),
        PersonRow(13, "b1", "甲", "CG", "handler", from_on=TODAY, to_on=date(2026, 1, 1)),
        PersonRow(14, "gone", "甲", "CG"),
        PersonRow(15, "ok", "另名", "CG"),
        PersonRow(16, "b2", "甲" * 61, "CG", phone="1" * 41),
    ]
    before = User.rows.count()

    found = errors_of(rows, actor)

    assert [(row, column) for row, column, _reason in found] == [
        (3, "username"),
        (4, "name"),
        (5, "unit"),
        (6, "unit"),
        (7, "role"),
        (8, "area"),
        (9, "unit"),
        (10, "area"),
        (11, "area"),
        (12, "role"),
        (13, "to_on"),
        (14, "username"),
        (15, "name"),
        (16, "name"),
        (16, "phone"),
    ]
    assert "没有“局长”这个岗位，应为：系统管理员、创建办值班" in found[4][2]
    assert User.rows.count() == before
    assert not Event.objects.exists()


def test_rights_beyond_ones_own_are_refused_by_row() -> None:
    make_user(Role.ADMIN, username="boss", home_code="JD")
    make_post(user=make_user(username="fine", home_code="JD"), to_on=date(2026, 2, 1))
    actor = make_user(Role.OPERATOR, area_code=DISTRICT, username="me", home_code="JD")
    rows = [
        PersonRow(2, "a1", "甲", "JD", "keeper"),
        PersonRow(3, "a2", "甲", "CG"),
        PersonRow(4, "a3", "甲", "JD", "operator", area=CITY),
        PersonRow(5, "a4", "甲", "JD", "admin", area=DISTRICT),
        PersonRow(6, "boss", "改名"),
        PersonRow(7, "me", "改名"),
        PersonRow(8, "a5", "甲"),
        PersonRow(9, "fine", "改名"),
    ]

    found = errors_of(rows, actor)

    assert [(row, column) for row, column, _reason in found] == [
        (3, "unit"),
        (4, "role"),
        (5, "role"),
        (6, "username"),
        (7, "username"),
        (8, "unit"),
    ]
