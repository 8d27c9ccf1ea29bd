"""What a verifier is shown of doubts about photos, and where."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from playwright.sync_api import Page

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases.enums import Doubt, Finding
from yanzhen.cases.models import Case, PhotoFlag
from yanzhen.cases.tests.factories import make_operator
from yanzhen.cases.tests.test_photo_flags import LATER, make_flag, photo_row, submit
from yanzhen.places.tests.factories import make_area

pytestmark = pytest.mark.django_db


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def twins(sha: str = "a" * 64) -> tuple[Case, Case]:
    """Two submitted cases; the photo of the second was the photo of the first."""
    first, second = (submit(photo_row(sha256=sha)) for _ in range(2))
    return first, second


def page(client: Client, case: Case, name: str = "cases:case", **query: str) -> str:
    response = client.get(reverse(name, args=[case.number]), query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("name", ["cases:case", "cases:verify", "cases:fail"])
def test_the_verifier_sees_both_pictures_on_the_page_and_in_the_form(name: str) -> None:
    first, second = twins()
    flag = PhotoFlag.objects.get()

    text = page(as_(make_operator()), second, name)

    assert f"与 {first.number} 的整改后照片是同一个文件" in text
    for photo in (flag.photo_id, flag.other_id):
        assert f'src="/photos/{photo}/thumb/"' in text
    assert "1 处疑点待核对" in text
    assert "核对" in text


def test_the_form_in_the_side_panel_shows_them_too() -> None:
    first, second = twins()

    client = as_(make_operator())
    url = reverse("cases:verify", args=[second.number])
    text = client.get(url, {"pane": "1"}, headers={"HX-Request": "true"}).content.decode()

    assert f"与 {first.number} 的整改后照片是同一个文件" in text


@pytest.mark.parametrize("who", ["handler", Role.KEEPER, Role.STEWARD])
def test_a_doubt_is_not_for_the_unit_and_not_for_everybody(who: str | Role) -> None:
    _first, second = twins()
    if who == "handler":
        user = make_user(Role.HANDLER, unit_code=str(second.unit_id))
    else:
        user = make_user(Role(who), area_code="4304")

    text = page(as_(user), second)

    assert "照片核对" not in text
    assert "同一个文件" not in text


def test_an_auditor_sees_it_and_decides_nothing() -> None:
    _first, second = twins()
    flag = PhotoFlag.objects.get()
    client = as_(make_user(Role.AUDITOR, area_code="4304"))

    assert "同一个文件" in page(client, second)
    url = reverse("cases:flag", args=[second.number, flag.pk])
    assert client.post(url, {"finding": "dismissed", "words": "好的"}).status_code == 403
    assert PhotoFlag.objects.get().finding == Finding.OPEN


def test_of_a_case_out_of_his_area_one_learns_where_it_is_and_no_more() -> None:
    other = submit(photo_row(sha256="a" * 64), case=in_hand("430405001001"))
    mine = submit(photo_row(sha256="a" * 64), case=in_hand("430406001001"))
    flag = PhotoFlag.objects.get()

    text = page(as_(make_operator("430406")), mine)

    assert "与您看不到的另一件问题（" in text
    assert other.number not in text
    assert f"/photos/{flag.other_id}/" not in text
    assert f"/photos/{flag.photo_id}/thumb/" in text


def in_hand(area: str) -> Case:
    from yanzhen.cases.enums import CaseStatus
    from yanzhen.cases.tests.factories import make_case

    return make_case(status=CaseStatus.ACKNOWLEDGED, area=make_area(area))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"kind": Doubt.FAR, "metres": 450}, "离现场 450 米"),
        ({"kind": Doubt.FAR, "metres": 3249}, "离现场 3.2 公里"),
        ({"kind": Doubt.EARLY, "minutes": 2880}, "比发现问题早 2 天"),
        ({"kind": Doubt.AHEAD, "minutes": 90}, "比上传还晚 1 小时"),
    ],
)
def test_each_kind_is_said_with_its_number(fields: dict[str, Any], says: str) -> None:
    case = submit(photo := photo_row())
    PhotoFlag.objects.create(case=case, photo=photo, found_at=LATER, **fields)

    assert says in page(as_(make_operator()), case)


def test_a_doubt_is_dismissed_with_words_and_said_so_from_then_on() -> None:
    flag = make_flag()
    officer = make_operator()
    client = as_(officer)
    url = reverse("cases:flag", args=[flag.case.number, flag.pk])

    refused = client.post(url, {"finding": "dismissed", "words": " "})
    assert refused.status_code == 422
    assert "排除疑点须写明为什么" in refused.content.decode()
    assert PhotoFlag.objects.get().finding == Finding.OPEN

    done = client.post(url, {"finding": "dismissed", "words": "手机时间不准"})
    assert done["Location"] == f"/cases/{flag.case.number}/#flags"
    text = page(client, flag.case)
    assert "疑点都已核对" in text
    assert "手机时间不准" in text
    assert officer.full_name in text
    again = client.post(url, {"finding": "upheld", "words": "改主意"})
    assert again.status_code == 409


def test_a_flag_of_another_case_is_not_found_under_this_one() -> None:
    one, other = make_flag(), make_flag()

    url = reverse("cases:flag", args=[one.case.number, other.pk])

    assert as_(make_operator()).get(url).status_code == 404


def test_the_inbox_says_which_submitted_cases_have_doubts() -> None:
    flag = make_flag()
    client = as_(make_operator())

    text = client.get("/").content.decode()
    assert "照片有 1 处疑点待核对 · " in text

    client.post(
        reverse("cases:flag", args=[flag.case.number, flag.pk]),
        {"finding": "upheld", "words": "旧照"},
    )
    assert "处疑点待核对" not in client.get("/").content.decode()


def test_the_page_asks_as_many_questions_for_three_doubts_as_for_one() -> None:
    client = as_(make_operator())
    one = submit(photo_row(lat=Decimal(27), lon=Decimal(112)), photo_row())
    counts = []
    for sha in ("1", "2", "3"):
        submit(earlier := photo_row(sha256=sha * 64))
        PhotoFlag.objects.create(
            case=one,
            photo=one.photos.get(photo__lat=None).photo,
            kind=Doubt.SAME_PICTURE,
            other=earlier,
            other_case=Case.objects.latest("pk"),
            found_at=LATER,
        )
        page(client, one)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page(client, one)
        counts.append(len(asked))

    assert counts[0] == counts[1] == counts[2]


@pytest.mark.django_db(transaction=True)
def test_in_a_browser_the_two_pictures_stand_side_by_side_and_axe_is_content(
    open_page: Callable[..., Page], axe: Callable[[Page], list[str]], tmp_path: Any, settings: Any
) -> None:
    from yanzhen.files.tests.factories import drawn, jpeg, keep

    settings.YANZHEN_HOME = tmp_path
    content = jpeg(drawn(1))
    submit(keep(drawn(1), content=content, now=LATER))
    case = submit(keep(drawn(1), content=content, now=LATER))
    flag = PhotoFlag.objects.get()
    for width in (1440, 390):
        seen = open_page(make_operator(), width=width)
        seen.goto(f"/cases/{case.number}/")
        assert axe(seen) == []
        seen.goto(f"/cases/{case.number}/flags/{flag.pk}/")
        boxes = [figure.bounding_box() for figure in seen.locator(".pair figure").all()]
        assert len(boxes) == 2
        assert boxes[0]
        assert boxes[1]
        assert boxes[0]["y"] == boxes[1]["y"]
        assert axe(seen) == []
        assert seen.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
