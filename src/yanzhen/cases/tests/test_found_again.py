"""What an inspection adds to a case that is there: that it was found again, and photos that came late."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases.enums import CaseStatus, PhotoMoment
from yanzhen.cases.errors import CaseOver, PhotoUsedAlready
from yanzhen.cases.invariants import look_through
from yanzhen.cases.models import Case, CasePhoto, CaseSpan
from yanzhen.cases.operations import add_photos, find_case_again
from yanzhen.cases.queries.page import case_page
from yanzhen.cases.tests.factories import hours_on, make_case, make_photo_row
from yanzhen.core.errors import Forbidden, Refused
from yanzhen.events.models import Event

pytestmark = pytest.mark.django_db
CLIENT = UUID("5b0c6c52-6f0f-4d5b-8a0e-0d7c2c5a9f11")


def inspector(area_code: str = "") -> User:
    return make_user(Role.INSPECTOR, area_code=area_code)


def find(case: Case, **changes: Any) -> Case:
    good: dict[str, Any] = {"case_id": case.pk, "words": "还在", "now": hours_on(9)}
    return find_case_again(**good | {"actor": changes.pop("actor", None) or inspector()} | changes)


def add(case: Case, **changes: Any) -> Case:
    good: dict[str, Any] = {
        "case_id": case.pk,
        "photos": [make_photo_row()],
        "moment": PhotoMoment.BEFORE,
        "now": hours_on(9),
    }
    return add_photos(**good | {"actor": changes.pop("actor", None) or inspector()} | changes)


def test_a_case_that_is_found_again_goes_on_as_it_stands_and_says_so() -> None:
    case = make_case(status=CaseStatus.ACKNOWLEDGED)
    spans = CaseSpan.objects.filter(case=case).count()
    find(case)
    event = Event.objects.get(kind="case.found_again")

    assert Case.objects.get().status == CaseStatus.ACKNOWLEDGED
    assert CaseSpan.objects.filter(case=case).count() == spans
    assert event.facts == {"words": "还在"}
    assert list(look_through()) == []


def test_photos_that_come_late_are_shown_as_from_before() -> None:
    case, photo = make_case(status=CaseStatus.DISPATCHED), make_photo_row()
    add(case, photos=[photo])
    shown = CasePhoto.objects.get()

    assert (shown.case, shown.photo, shown.moment) == (case, photo, PhotoMoment.BEFORE)
    assert Event.objects.get(kind="case.photos_added").facts == {"photos": [photo.sha256]}
    assert list(look_through()) == []


@pytest.mark.parametrize("deed", [find, add])
def test_a_resend_changes_nothing(deed: Callable[..., Case]) -> None:
    case, actor = make_case(), inspector()
    photo = make_photo_row()
    given: dict[str, Any] = {"actor": actor, "client_id": CLIENT}
    if deed is add:
        given["photos"] = [photo]
    deed(case, **given)
    told = Event.objects.count()
    deed(case, **given)

    assert Event.objects.count() == told


@pytest.mark.parametrize("deed", [find, add])
@pytest.mark.parametrize(
    ("status", "actor", "refusal"),
    [
        (CaseStatus.CLOSED, inspector, CaseOver),
        (CaseStatus.DECLINED, inspector, CaseOver),
        (CaseStatus.MERGED, inspector, CaseOver),
        (CaseStatus.FILED, lambda: inspector("430405"), Forbidden),
        (CaseStatus.FILED, lambda: make_user(Role.STEWARD), Forbidden),
    ],
)
def test_a_refused_addition_changes_nothing(
    deed: Callable[..., Case],
    status: CaseStatus,
    actor: Callable[[], User],
    refusal: type[Refused],
) -> None:
    case = make_case(status=status)
    told, photos = Event.objects.count(), CasePhoto.objects.count()
    with pytest.raises(refusal):
        deed(case, actor=actor())

    assert (Event.objects.count(), CasePhoto.objects.count()) == (told, photos)


def test_a_photo_hangs_on_a_case_once() -> None:
    case, photo = make_case(), make_photo_row()
    add(case, photos=[photo])
    with pytest.raises(PhotoUsedAlready):
        add(case, photos=[photo])


def test_the_story_of_the_case_tells_both() -> None:
    case = make_case()
    find(case)
    add(case)
    now = hours_on(10)
    page = case_page(case=Case.objects.get(), user=make_user(Role.OPERATOR), now=now)
    texts = [told.text for told in page.story]

    assert "督查再次发现同一问题" in texts
    assert "补充发现时的照片" in texts
