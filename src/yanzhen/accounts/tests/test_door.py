"""Who comes in, who does not, and what becomes of what was typed when the door fell shut."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from yanzhen.accounts import operations
from yanzhen.accounts.errors import LanguageUnknown
from yanzhen.accounts.http import caller
from yanzhen.accounts.kept import Kept
from yanzhen.accounts.models import User
from yanzhen.accounts.tests import pages
from yanzhen.accounts.tests.factories import PASSWORD, make_user
from yanzhen.events.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.urls("yanzhen.accounts.tests.pages")]
NEW = "Xiangjiang-2026-liu"


@pytest.fixture(autouse=True)
def _nothing_taken() -> Iterator[None]:
    pages.taken.clear()
    yield
    pages.taken.clear()


@pytest.fixture
def user() -> User:
    return make_user(username="wang", full_name="王办事", password=PASSWORD)


def sign_in(client: Client, **changes: Any) -> Any:
    form = {"username": "wang", "password": PASSWORD} | changes
    return client.post(reverse("accounts:sign_in"), form)


def is_in(client: Client) -> bool:
    return client.get("/form/").status_code == 200


# --- in and out ----------------------------------------------------------------------------------


def test_the_right_password_lets_in_and_the_record_says_so(client: Client, user: User) -> None:
    response = sign_in(client)

    assert (response.status_code, response["Location"]) == (303, "/")
    assert is_in(client)
    assert [(event.kind, event.actor) for event in Event.objects.all()] == [
        ("user.signed_in", user)
    ]


def test_the_letter_case_and_width_of_a_user_name_do_not_matter(client: Client, user: User) -> None:
    assert sign_in(client, username=" ＷANG ").status_code == 303


@pytest.mark.parametrize("change", [{"password": "wrong"}, {"username": "nobody"}])
def test_what_is_wrong_is_not_told_apart(
    client: Client, user: User, change: dict[str, str]
) -> None:
    response = sign_in(client, **change)

    assert response.status_code == 422
    assert "用户名或密码不对，或者账号已停用。" in response.content.decode()
    assert PASSWORD not in response.content.decode()
    assert not is_in(client)
    assert not Event.objects.exists()


def test_whoever_is_no_longer_active_gets_the_same_answer(client: Client, user: User) -> None:
    User.rows.update(is_active=False)

    response = sign_in(client)

    assert response.status_code == 422
    assert "用户名或密码不对，或者账号已停用。" in response.content.decode()


def test_whoever_is_deactivated_while_signed_in_is_out_at_the_next_page(
    client: Client, user: User
) -> None:
    sign_in(client)
    User.rows.update(is_active=False)

    assert not is_in(client)


def test_signing_out_takes_a_post_and_is_recorded(client: Client, user: User) -> None:
    sign_in(client)

    assert client.get(reverse("accounts:sign_out")).status_code == 405
    assert is_in(client)
    response = client.post(reverse("accounts:sign_out"))

    assert response["Location"] == reverse("accounts:sign_in")
    assert not is_in(client)
    assert Event.objects.order_by("pk").last().kind == "user.signed_out"  # type: ignore[union-attr]  # there is one


def test_a_page_that_needs_no_sign_in_is_open(client: Client) -> None:
    assert client.get("/public/").content == b"public"


def test_one_lands_where_one_wanted_to_go(client: Client, user: User) -> None:
    asked = client.get("/form/?unit=B")
    assert asked["Location"] == "/sign-in/?next=%2Fform%2F%3Funit%3DB"

    assert sign_in(client, next="/form/?unit=B")["Location"] == "/form/?unit=B"


@pytest.mark.parametrize(
    "evil",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\/evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "/\t/evil.example",
        "form/",
    ],
)
def test_nobody_is_led_out_of_the_house(client: Client, user: User, evil: str) -> None:
    assert sign_in(client, next=evil)["Location"] == "/"
    assert client.get(reverse("accounts:sign_in"), {"next": evil})["Location"] == "/"


# --- locked ---------------------------------------------------------------------------------------


def test_after_five_wrong_passwords_the_door_stays_shut_and_says_for_how_long(
    client: Client, user: User, settings: Any
) -> None:
    settings.AXES_ENABLED = True

    answers = [sign_in(client, password="wrong").status_code for _try in range(5)]
    shut = sign_in(client)

    assert answers == [422, 422, 422, 422, 429]
    assert shut.status_code == 429
    assert "请等 15 分钟再试" in shut.content.decode()
    assert shut["Retry-After"] == "900"
    assert not is_in(client)


def test_trying_on_does_not_make_the_wait_longer(client: Client, user: User, settings: Any) -> None:
    settings.AXES_ENABLED = True
    for _try in range(5):
        sign_in(client, password="wrong")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=9, seconds=30))

    assert "请等 6 分钟再试" in sign_in(client).content.decode()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))
    assert sign_in(client).status_code == 303


def test_another_person_on_the_same_machine_is_not_locked_out(
    client: Client, user: User, settings: Any
) -> None:
    settings.AXES_ENABLED = True
    make_user(username="li", password=PASSWORD)
    for _try in range(5):
        sign_in(client, password="wrong")

    assert sign_in(client, username="li").status_code == 303


def test_what_was_kept_is_not_written_into_the_log_of_attempts(
    client: Client, user: User, settings: Any
) -> None:
    settings.AXES_ENABLED = True

    sign_in(client, password="wrong-secret", kept="typed-words")

    (attempt,) = AccessAttempt.objects.all()
    assert "wrong-secret" not in attempt.post_data
    assert "typed-words" not in attempt.post_data


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({}, "10.0.0.9"),
        ({"HTTP_X_FORWARDED_FOR": "203.0.113.7"}, "203.0.113.7"),
        ({"HTTP_X_FORWARDED_FOR": "198.51.100.1, 203.0.113.7"}, "203.0.113.7"),
        ({"HTTP_X_FORWARDED_FOR": "2001:db8::1"}, "2001:db8::1"),
        ({"HTTP_X_FORWARDED_FOR": "198.51.100.1, rubbish"}, "10.0.0.9"),
    ],
)
def test_behind_a_proxy_only_what_the_proxy_wrote_is_believed(
    headers: dict[str, Any], address: str
) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", **headers)

    assert caller(request) == address


# --- one's own password ---------------------------------------------------------------------------


def change_password(client: Client, **changes: str) -> Any:
    form = {"old_password": PASSWORD, "new_password": NEW, "again": NEW} | changes
    return client.post(reverse("accounts:password"), form)


def test_a_new_password_holds_and_signs_out_the_other_devices(client: Client, user: User) -> None:
    other = Client()
    sign_in(client), sign_in(other)

    assert change_password(client)["Location"] == "/"

    assert is_in(client)
    assert not is_in(other)
    assert sign_in(other).status_code == 422
    assert sign_in(other, password=NEW).status_code == 303
    assert Event.objects.filter(kind="user.password_changed", actor=user).count() == 1


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"old_password": "wrong"}, "old_password", "现在的密码不对"),
        ({"new_password": PASSWORD, "again": PASSWORD}, "new_password", "不能与现在的密码相同"),
        ({"again": "other"}, "again", "不一样"),
        ({"new_password": "Ab1!", "again": "Ab1!"}, "new_password", "至少要 10 位"),
        ({"new_password": "xiangjiangliu", "again": "xiangjiangliu"}, "new_password", "至少三种"),
        ({"new_password": "12345678901", "again": "12345678901"}, "new_password", "至少三种"),
        ({"new_password": "Password123", "again": "Password123"}, "new_password", "常见"),
        ({"new_password": "WangWang1!", "again": "WangWang1!"}, "new_password", "用户名"),
    ],
)
def test_a_refused_new_password_changes_nothing(
    client: Client, user: User, change: dict[str, str], field: str, reason: str
) -> None:
    User.rows.filter(pk=user.pk).update(username="wangwang")
    client.force_login(User.rows.get(pk=user.pk))

    response = change_password(client, **change)

    assert response.status_code == 422
    (words,) = response.context["form"].errors[field]
    assert reason in words
    assert User.rows.get(pk=user.pk).check_password(PASSWORD)
    assert not Event.objects.filter(kind="user.password_changed").exists()


def test_a_resent_change_of_password_is_one_change(client: Client, user: User) -> None:
    sign_in(client)
    page = client.get(reverse("accounts:password"))
    client_id = str(page.context["form"]["client_id"].value())

    answers = [change_password(client, client_id=client_id)["Location"] for _twice in range(2)]

    assert answers == ["/", "/"]
    assert Event.objects.filter(kind="user.password_changed").count() == 1


def test_on_a_one_time_password_everything_waits_until_it_is_changed(
    client: Client, user: User
) -> None:
    words, encoded = operations.new_one_time_password()
    User.rows.update(password=encoded, must_change_password=True)

    sign_in(client, password=words, next="/form/")
    stopped = client.get("/form/")
    assert (stopped.status_code, stopped["Location"]) == (303, "/me/password/?next=%2Fform%2F")
    posted = client.post("/form/", {"title": "x"})
    assert posted.status_code == 303
    assert not pages.taken
    part = client.get("/form/", headers={"HX-Request": "true", "HX-Current-URL": "http://h/a/?b=1"})
    assert part["HX-Redirect"] == "/me/password/?next=%2Fa%2F%3Fb%3D1"
    assert "一次性密码" in client.get(stopped["Location"]).content.decode()

    done = change_password(client, old_password=words, next="/form/")
    assert done["Location"] == "/form/"
    assert is_in(client)


def test_one_time_passwords_are_all_different_and_are_hashed() -> None:
    made = [operations.new_one_time_password() for _many in range(50)]

    assert len({words for words, _encoded in made}) == 50
    assert all(words not in encoded for words, encoded in made)
    assert all(len(words.replace("-", "")) == 16 for words, _encoded in made)


# --- the language of one's pages ------------------------------------------------------------------


def test_a_language_is_chosen_once_for_a_resend(user: User) -> None:
    now = timezone.now()
    operations.choose_language(language="en", actor=user, now=now)

    user.refresh_from_db()
    assert user.language == "en"
    assert [event.kind for event in Event.objects.all()] == ["user.language_chosen"]


def test_a_language_that_the_pages_do_not_have_is_refused(user: User) -> None:
    with pytest.raises(LanguageUnknown):
        operations.choose_language(language="fr", actor=user, now=timezone.now())

    assert not Event.objects.exists()


# --- a form that came after the session had ended -------------------------------------------------

TYPED: dict[str, Any] = {
    "title": '路灯 "不亮" <6 盏>',
    "words": "第一行\n第二行 & </textarea>",
    "unit": "B",
    "parts": ["1"],
    "way": "far",
    "client_id": "5f0c8a0e-0000-4000-8000-000000000001",
    "password": "never kept",
}


def sealed_of(response: Any) -> str:
    sealed: str = response.context["kept"]
    return sealed


def test_a_form_sent_too_late_comes_back_filled_after_sign_in(client: Client, user: User) -> None:
    late = client.post("/form/", TYPED)
    assert late.status_code == 403
    assert "登录已过期，这份表单还没有提交。" in late.content.decode()
    assert not pages.taken

    landed = sign_in(client, kept=sealed_of(late), next="/")
    assert landed["Location"] == "/form/"
    page = client.get("/form/").content.decode()

    assert "填写的内容已放回表单" in page
    assert 'value="路灯 &quot;不亮&quot; &lt;6 盏&gt;"' in page
    assert "第一行\n第二行 &amp; &lt;/textarea&gt;</textarea>" in page
    assert '<option value="A">甲' in page
    assert '<option value="B" selected>乙' in page
    assert '<input type="checkbox" name="parts" value="1" checked>' in page
    assert '<input type="checkbox" name="parts" value="2">' in page
    assert '<input type="radio" name="way" value="near">' in page
    assert '<input type="radio" name="way" value="far" checked>' in page
    assert TYPED["client_id"] in page
    assert "never kept" not in page
    assert 'value="fresh-' in page
    assert '<form action="/elsewhere/" method="post"><input name="title" value="other">' in page
    assert "é ü 中文 &amp; " in page
    assert "填写的内容已放回表单" not in client.get("/form/").content.decode()


def test_what_was_put_back_can_be_sent(client: Client, user: User) -> None:
    sign_in(client, kept=sealed_of(client.post("/form/", TYPED)))
    client.get("/form/")

    client.post("/form/", TYPED)

    assert [form["title"] for form in pages.taken] == [[TYPED["title"]]]


def test_a_wrong_password_in_between_loses_nothing(client: Client, user: User) -> None:
    late = client.post("/form/", TYPED)

    again = sign_in(client, password="wrong", kept=sealed_of(late))

    assert sealed_of(again) == sealed_of(late)
    assert sealed_of(again) in again.content.decode()


def test_a_form_without_a_page_of_its_own_is_offered_again(client: Client, user: User) -> None:
    sign_in(client, kept=sealed_of(client.post("/press/", {"number": "7", "go": ["a", "b"]})))

    offered = client.get("/press/")

    page = offered.content.decode()
    assert offered.status_code == 200
    assert "您已登录为 <b>王办事</b>" in page
    assert '<input type="hidden" name="number" value="7">' in page
    assert '<input type="hidden" name="go" value="b">' in page
    assert not pages.taken


def test_a_photo_that_could_not_be_kept_is_spoken_of(client: Client, user: User) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    late = client.post("/form/", TYPED | {"photo": SimpleUploadedFile("a.jpg", b"x")})
    assert "照片需要重新选择" in late.content.decode()

    sign_in(client, kept=sealed_of(late))
    assert "照片需要重新选择" in client.get("/form/").content.decode()


def test_more_than_can_be_kept_is_not_passed_over_in_silence(client: Client) -> None:
    late = client.post("/form/", {"words": "长" * 200_001})

    assert sealed_of(late) == ""
    assert "没能替您保留" in late.content.decode()


def test_htmx_gets_the_sign_in_page_for_the_whole_body(client: Client) -> None:
    late = client.post("/form/", TYPED, headers={"HX-Request": "true"})

    assert (late.status_code, late["HX-Retarget"], late["HX-Reswap"]) == (403, "body", "innerHTML")


def test_a_part_that_fetches_itself_is_told_and_nothing_typed_is_taken_away(
    client: Client,
) -> None:
    part = client.get("/form/", headers={"HX-Request": "true"})

    assert part.status_code == 401
    assert "say" in part["HX-Trigger"]
    assert "HX-Redirect" not in part


@pytest.mark.parametrize("path", ["//evil.example/", "https://evil.example/", "evil"])
def test_nothing_is_kept_for_another_house(client: Client, user: User, path: str) -> None:
    sealed = Kept(path, (("title", "x"),)).sealed()

    assert sign_in(client, kept=sealed)["Location"] == "/"


def test_what_somebody_else_sealed_is_thrown_away(client: Client, user: User) -> None:
    sealed = sealed_of(client.post("/form/", TYPED))

    assert sign_in(client, kept=sealed[:-2] + "xx")["Location"] == "/"
    assert sign_in(client, kept="rubbish")["Location"] == "/"


def test_a_kept_form_outlives_the_change_of_a_one_time_password(client: Client, user: User) -> None:
    User.rows.update(must_change_password=True)
    sign_in(client, kept=sealed_of(client.post("/form/", TYPED)))

    stopped = client.get("/form/")
    assert stopped["Location"].startswith("/me/password/")
    change_password(client, next="/form/")

    assert "填写的内容已放回表单" in client.get("/form/").content.decode()


# --- a form whose page had grown old --------------------------------------------------------------


def test_a_form_of_an_old_page_comes_back_filled(user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)

    answer = client.post("/form/", TYPED, headers={"Origin": "http://testserver"})

    assert (answer.status_code, answer["Location"]) == (303, "/form/")
    assert "填写的内容已放回表单" in client.get("/form/").content.decode()
    assert not pages.taken


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_a_form_of_another_site_is_refused_and_not_kept(user: User, origin: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)

    answer = client.post("/form/", TYPED, headers={"Origin": origin} if origin else {})

    assert answer.status_code == 403
    assert "没有收下" in answer.content.decode()
    assert "填写的内容已放回表单" not in client.get("/form/").content.decode()
    assert not pages.taken


def test_an_old_page_of_nobody_leads_to_sign_in_with_what_was_typed() -> None:
    client = Client(enforce_csrf_checks=True)

    late = client.post("/form/", TYPED, headers={"Origin": "http://testserver"})

    assert late.status_code == 403
    assert sealed_of(late)
