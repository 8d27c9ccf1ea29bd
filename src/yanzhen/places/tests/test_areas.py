"""Add, rename, close and reopen an area."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from yanzhen.accounts.enums import Role
from yanzhen.accounts.tests.factories import make_user
from yanzhen.core.errors import Forbidden, Refused
from yanzhen.core.tests.races import at_once
from yanzhen.events.errors import ClientIdReused
from yanzhen.events.models import Event
from yanzhen.events.queries import events_of
from yanzhen.places import errors, queries
from yanzhen.places.drafts import SiteDraft
from yanzhen.places.enums import Level, SiteStatus
from yanzhen.places.models import Area, Site
from yanzhen.places.operations.areas import add_area, close_area, rename_area, reopen_area
from yanzhen.places.operations.sites import add_site
from yanzhen.places.tests.factories import make_area, make_site, make_site_type

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
SENT = UUID("5f0c8a0e-0000-4000-8000-000000000001")
Changes = Callable[[], dict[str, Any]]

pytestmark = pytest.mark.django_db


# --- add ------------------------------------------------------------------------------------------


def add_with(**changes: Any) -> Area:
    """An addition that would succeed, with one thing changed."""
    make_area("430406001")
    good: dict[str, Any] = {
        "code": "430406001009",
        "name": "先锋社区居委会",
        "level": Level.COMMUNITY,
        "parent": "430406001",
        "now": NOW,
    }
    good["actor"] = changes.pop("actor", None) or make_user(Role.OPERATOR)
    return add_area(**good | changes)


def test_an_added_area_stands_in_the_tree_with_its_event() -> None:
    area = add_with()

    assert queries.area_label("430406001009") == "雁峰区 先锋街道 先锋社区"
    event = events_of(area).get()
    assert event.kind == "area.added"
    assert event.facts == {"name": "先锋社区居委会", "level": "community", "parent": "430406001"}
    assert event.at == NOW


def test_the_top_of_the_tree_can_be_added() -> None:
    area = add_area(
        code="430400",
        name="衡阳市",
        level=Level.CITY,
        actor=make_user(is_system=True),
        now=NOW,
    )

    assert (area.code, area.parent_id) == ("4304", None)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": make_user(Role.OPERATOR, area_code="430405")}, Forbidden),
        (lambda: {"actor": make_user(Role.INSPECTOR)}, Forbidden),
        (lambda: {"code": make_area("430406001001").code}, errors.CodeTaken),
        (lambda: {"code": "43040600100"}, errors.CodeUnfit),
        (lambda: {"code": "430406002009"}, errors.ParentMismatch),
        (lambda: {"name": " "}, errors.NameMissing),
        (lambda: {"name": "社" * 61}, errors.NameTooLong),
        (lambda: {"parent": ""}, errors.ParentMissing),
        (lambda: {"code": "430406009009", "parent": "430406009"}, errors.ParentUnknown),
        (lambda: {"parent": "430406"}, errors.LevelMismatch),
        (lambda: {"parent": make_area("430406001", is_active=False).code}, errors.AreaClosed),
        (lambda: {"code": "4305", "level": Level.CITY, "actor": make_user(is_system=True)},
         errors.ParentUnwanted),
    ],
)  # fmt: skip
def test_a_refused_addition_changes_nothing(change: Changes, refusal: type[Refused]) -> None:
    changes = change()
    make_area("430406001")
    codes = set(Area.objects.values_list("code", flat=True))

    with pytest.raises(refusal):
        add_with(**changes)

    assert set(Area.objects.values_list("code", flat=True)) == codes
    assert not Event.objects.exists()
    assert queries.area_path("430406001009") == ()


def test_an_addition_sent_twice_is_made_once() -> None:
    actor = make_user(Role.OPERATOR)

    first = add_with(actor=actor, client_id=SENT)
    second = add_with(actor=actor, client_id=SENT)

    assert first == second
    assert Event.objects.count() == 1


def test_a_client_id_serves_one_deed_only() -> None:
    actor = make_user(Role.OPERATOR)
    add_with(actor=actor, client_id=SENT)

    with pytest.raises(ClientIdReused):
        rename_area(code="430406001", name="新街道", actor=actor, now=NOW, client_id=SENT)

    assert queries.area_label("430406001") == "雁峰区 先锋街道"


# --- rename ---------------------------------------------------------------------------------------


def rename_with(**changes: Any) -> Area:
    """A change of name that would succeed, with one thing changed."""
    make_area("430406001001")
    good: dict[str, Any] = {"code": "430406001001", "name": " 沿江  社区 ", "now": NOW}
    good["actor"] = changes.pop("actor", None) or make_user(Role.OPERATOR)
    return rename_area(**good | changes)


def test_another_name_shows_at_once_and_the_old_one_is_in_the_record() -> None:
    area = rename_with()

    assert queries.area_label("430406001001") == "雁峰区 先锋街道 沿江 社区"
    event = events_of(area).get()
    assert event.kind == "area.renamed"
    assert event.facts == {"name": "沿江 社区", "old_name": "沿江南路社区居委会"}


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": make_user(Role.OPERATOR, area_code="430406002")}, Forbidden),
        (lambda: {"code": "430406001999"}, errors.AreaUnknown),
        (lambda: {"code": make_area("430406001004", is_active=False).code}, errors.AreaClosed),
        (lambda: {"name": ""}, errors.NameMissing),
    ],
)
def test_a_refused_change_of_name_changes_nothing(change: Changes, refusal: type[Refused]) -> None:
    changes = change()
    with pytest.raises(refusal):
        rename_with(**changes)

    assert not Area.objects.filter(name__contains="沿江  社区").exists()
    assert not Event.objects.exists()


# --- close and reopen -----------------------------------------------------------------------------


def close_with(**changes: Any) -> Area:
    """A closing that would succeed, with one thing changed."""
    make_area("430406001001")
    good: dict[str, Any] = {"code": "430406001001", "now": NOW}
    good["actor"] = changes.pop("actor", None) or make_user(Role.OPERATOR)
    return close_area(**good | changes)


def test_a_closed_area_is_kept_out_of_use_and_comes_back() -> None:
    make_site(area=make_area("430406001001"), status=SiteStatus.RETIRED)

    area = close_with()

    assert not Area.objects.get(code="430406001001").is_active
    reopen_area(code="430406001001", actor=make_user(Role.OPERATOR), now=NOW)
    assert Area.objects.get(code="430406001001").is_active
    assert [event.kind for event in events_of(area)] == ["area.closed", "area.reopened"]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": make_user(Role.KEEPER)}, Forbidden),
        (lambda: {"code": "430406001999"}, errors.AreaUnknown),
        (lambda: {"code": make_area("430406001004", is_active=False).code}, errors.AreaClosed),
        (lambda: {"code": "430406001"}, errors.AreaInUse),
        (lambda: {"code": make_site(area=make_area("430406001004")).area_id}, errors.AreaInUse),
    ],
)
def test_a_refused_closing_changes_nothing(change: Changes, refusal: type[Refused]) -> None:
    changes = change()
    with pytest.raises(refusal):
        close_with(**changes)

    assert Area.objects.filter(code__in=["430406001", "430406001001"], is_active=True).count() == 2
    assert not Event.objects.exists()


def test_an_area_in_use_says_what_is_still_in_it() -> None:
    make_area("430406001001")
    with pytest.raises(errors.AreaInUse) as caught:
        close_with(code="430406001")

    assert "下级区域：“沿江南路社区居委会”" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": make_user(Role.KEEPER)}, Forbidden),
        (lambda: {"code": "430406001999"}, errors.AreaUnknown),
        (lambda: {"code": "430406001004"}, errors.AreaNotClosed),
        (lambda: {"parent_open": False}, errors.AreaClosed),
    ],
)
def test_a_refused_reopening_changes_nothing(change: Changes, refusal: type[Refused]) -> None:
    changes = change()
    make_area("430406001004")
    make_area("430406001001", is_active=False)
    if not changes.pop("parent_open", True):
        make_area("430406001", is_active=False)
    good: dict[str, Any] = {"code": "430406001001", "actor": make_user(Role.OPERATOR), "now": NOW}

    with pytest.raises(refusal):
        reopen_area(**good | changes)

    assert not Area.objects.get(code="430406001001").is_active
    assert not Event.objects.exists()


# --- at once --------------------------------------------------------------------------------------


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_of_two_who_add_the_same_area_at_once_one_is_refused() -> None:
    make_area("430406001")
    actor = make_user(Role.OPERATOR)

    answers = at_once(*[lambda: add_with(actor=actor)] * 2)

    assert sorted(type(answer).__name__ for answer in answers) == ["Area", "CodeTaken"]
    assert Event.objects.count() == 1


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_a_site_is_never_put_into_an_area_that_is_closed_at_the_same_moment() -> None:
    actor, kind = make_user(Role.OPERATOR), make_site_type()
    for number in range(10):
        code = make_area(f"4304060010{number:02}").code
        draft = SiteDraft(name="市场", type=kind.code, area=code)

        at_once(
            partial(close_area, code=code, actor=actor, now=NOW),
            partial(add_site, draft=draft, actor=actor, now=NOW),
        )

        area = Area.objects.get(code=code)
        assert area.is_active == Site.objects.filter(area=area).exists()
