"""Who gets to see a picture, and how it is handed over."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from yanzhen.accounts.enums import Role
from yanzhen.accounts.tests.factories import make_user
from yanzhen.files import rules, shelf
from yanzhen.files.models import Photo
from yanzhen.files.tests.factories import make_photo


@pytest.fixture(autouse=True)
def own_shelf(tmp_path: Path, settings: Any) -> None:
    settings.YANZHEN_HOME = tmp_path


@pytest.fixture(autouse=True)
def own_viewers(monkeypatch: pytest.MonkeyPatch) -> list[rules.Viewer]:
    viewers: list[rules.Viewer] = []
    monkeypatch.setattr(rules, "_viewers", viewers)
    return viewers


def client_of(**fields: Any) -> Client:
    client = Client()
    client.force_login(
        make_user(Role.OPERATOR, **fields), "django.contrib.auth.backends.ModelBackend"
    )
    return client


@pytest.mark.parametrize(("size", "field"), [("full", "name"), ("thumb", "thumb_name")])
@pytest.mark.django_db
def test_its_owner_gets_the_picture_to_keep(size: str, field: str) -> None:
    photo = make_photo(actor=make_user(Role.HANDLER, unit_code="U1", username="owner"))
    client = Client()
    client.force_login(photo.uploaded_by, "django.contrib.auth.backends.ModelBackend")

    answer = client.get(f"/photos/{photo.pk}/{size}/")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/webp"
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.getvalue() == shelf.path_of(getattr(photo, field)).read_bytes()


@pytest.mark.django_db
def test_others_do_not_learn_that_the_picture_exists() -> None:
    photo = make_photo()

    answer = client_of().get(f"/photos/{photo.pk}/full/")

    assert answer.status_code == 404


@pytest.mark.django_db
def test_whoever_may_see_its_noun_may_see_the_picture() -> None:
    photo = make_photo()
    rules.register_viewer(lambda _user, found, _on: found.pk == photo.pk)
    another = make_photo()
    client = client_of()

    seen = client.get(f"/photos/{photo.pk}/full/")

    assert seen.getvalue()
    assert seen.status_code == 200
    assert client.get(f"/photos/{another.pk}/full/").status_code == 404


@pytest.mark.django_db
def test_a_visitor_is_asked_to_sign_in() -> None:
    photo = make_photo()

    answer = Client().get(f"/photos/{photo.pk}/full/")

    assert answer.status_code == 303


@pytest.mark.parametrize("address", ["full/../../../secret", "other", "FULL", "%2e%2e"])
@pytest.mark.django_db
def test_no_other_file_can_be_asked_for(address: str) -> None:
    photo = make_photo()
    client = Client()
    client.force_login(photo.uploaded_by, "django.contrib.auth.backends.ModelBackend")

    assert client.get(f"/photos/{photo.pk}/{address}/").status_code == 404


@pytest.mark.django_db
def test_a_number_beyond_all_numbers_is_not_found() -> None:
    assert client_of().get("/photos/99999999999999999999999999/full/").status_code == 404


@pytest.mark.django_db
def test_a_lost_file_is_not_found(caplog: pytest.LogCaptureFixture) -> None:
    photo = make_photo()
    shelf.drop(photo.name)
    client = Client()
    client.force_login(photo.uploaded_by, "django.contrib.auth.backends.ModelBackend")

    assert client.get(f"/photos/{photo.pk}/full/").status_code == 404
    assert "has no file" in caplog.text


@pytest.mark.django_db
def test_only_reading_is_allowed() -> None:
    photo = make_photo()
    client = client_of()

    assert client.post(f"/photos/{photo.pk}/full/").status_code == 405


def test_a_name_that_leads_off_the_shelf_is_a_fault() -> None:
    with pytest.raises(ValueError, match="shelf"):
        shelf.path_of("../../etc/passwd")


def test_photo_names_are_of_the_shelf() -> None:
    full, thumb = shelf.new_names()

    assert full[:5] == f"{full[6:8]}/{full[8:10]}"
    assert thumb == full.replace(".webp", "-thumb.webp")
    assert len(thumb) <= Photo._meta.get_field("thumb_name").max_length  # type: ignore[operator]  # it has one
