"""Photos piece by piece: broken anywhere, gone on with, received once, and nothing hostile kept."""

import hashlib
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import timezone
from PIL import Image

from yanzhen.cases.models import Case, CasePhoto
from yanzhen.events.models import Event
from yanzhen.files import shelf
from yanzhen.files.errors import ShelfFull
from yanzhen.files.models import Photo
from yanzhen.files.tests.factories import exif, picture
from yanzhen.inspections import pieces
from yanzhen.inspections.jobs import drop_pieces
from yanzhen.inspections.models import CheckPhoto, RoundSite
from yanzhen.inspections.operations import photos as operations
from yanzhen.inspections.tests.factories import make_inspector, make_markets, make_round
from yanzhen.inspections.tests.phone import Phone
from yanzhen.inspections.views.field import _body_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, settings: Any) -> None:
    settings.YANZHEN_HOME = tmp_path


@pytest.fixture
def phone() -> Phone:
    phone = Phone(make_inspector())
    make_markets(2)
    make_round(inspectors=[phone.user], at=timezone.now() - timedelta(hours=1))
    return phone


def a_photo() -> bytes:
    """A photo as a phone's camera makes it, with metadata."""
    return picture(
        exif=exif(
            taken="2026:11:02 09:00:00", place=((26.0, 53.0, 0.0), "N", (112.0, 36.0, 0.0), "E")
        )
    )


def announce(phone: Phone, content: bytes, **changes: Any) -> str:
    """Sync a failed check with one photo, and return the photo's id."""
    row = RoundSite.objects.earliest("pk")
    photo = phone.photo(content, row.pk, **changes)
    told = phone.synced(
        phone.visit(row, checks=[phone.check(row, "market-01", "fail", photos=[photo])])
    )
    said = told[0]["checks"][0]["photos"][0]
    assert (said["state"], said["received"]) == ("waiting", 0)
    return str(photo["id"])


def test_a_photo_that_is_whole_is_kept_clean_and_has_its_receipt(phone: Phone) -> None:
    content = a_photo()
    photo_id = announce(phone, content)
    answer = phone.put(photo_id, 0, content)
    row, photo = CheckPhoto.objects.get(), Photo.objects.get()
    said = answer.json()

    assert answer.status_code == 200
    assert (said["state"], said["received"], said["size"]) == ("stored", len(content), len(content))
    assert len(said["receipt"]) == 4
    assert row.photo == photo
    assert photo.sha256 == said["sha256"] == hashlib.sha256(content).hexdigest()
    assert photo.taken_at == row.taken_at
    assert (str(photo.lat), str(photo.lon)) == ("26.890001", "112.610002")
    with Image.open(shelf.path_of(photo.name)) as kept:
        assert not kept.getexif()
    assert not pieces.path_of(row.client_id).exists()


def test_a_photo_may_break_off_at_every_byte_once(phone: Phone) -> None:
    content = picture(size=(16, 16))
    assert len(content) < 3000
    photo_id = announce(phone, content)
    answer = None
    for place in range(len(content)):
        answer = phone.put(photo_id, place, content[place : place + 1])
        assert answer.status_code == 200, place
        assert answer.json()["received"] == place + 1
        if place % 97 == 0:
            assert phone.head(photo_id)["Upload-Offset"] == str(place + 1)

    assert answer is not None
    assert answer.json()["state"] == "stored"
    assert Photo.objects.get().sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("broken_after", [0, 1, 999, 65_536, 65_537])
def test_what_had_arrived_when_the_line_broke_counts(broken_after: int) -> None:
    class Line:
        """A connection that breaks."""

        def __init__(self) -> None:
            self.left = broken_after

        def read(self, size: int = -1) -> bytes:
            if self.left == 0:
                raise OSError("connection reset")
            given = min(size if size >= 0 else self.left, self.left)
            self.left -= given
            return b"x" * given

    request: Any = RequestFactory().put("/", content_type="application/octet-stream")
    request._stream, request._read_started = Line(), False

    assert len(_body_of(request)) == broken_after


def test_a_piece_that_does_not_fit_is_told_the_true_offset_and_changes_nothing(
    phone: Phone,
) -> None:
    content = a_photo()
    photo_id = announce(phone, content)
    phone.put(photo_id, 0, content[:100])
    for offset in (0, 50, 99, 101, len(content)):
        answer = phone.put(photo_id, offset, content[offset : offset + 10])
        assert (answer.status_code, answer.json()["code"]) == (409, "photo_offset_wrong")
        assert "已收到 100 字节" in answer.json()["sentence"]
    too_long = phone.put(photo_id, 100, content[100:] + b"more")

    assert (too_long.status_code, too_long.json()["code"]) == (413, "photo_piece_too_large")
    assert phone.head(photo_id)["Upload-Offset"] == "100"
    assert phone.put(photo_id, 100, content[100:]).json()["state"] == "stored"


def test_a_piece_larger_than_is_read_at_once_is_refused(phone: Phone) -> None:
    photo_id = announce(phone, b"x", size=3 * 1024 * 1024)
    answer = phone.put(photo_id, 0, b"x" * (operations.MOST + 1))

    assert (answer.status_code, answer.json()["code"]) == (413, "photo_piece_too_large")
    assert CheckPhoto.objects.get().received == 0


@pytest.mark.parametrize("offset", ["", "-1", "x", "1.5", "²", "9" * 30])
def test_an_offset_that_is_no_number_is_told_so(phone: Phone, offset: Any) -> None:
    photo_id = announce(phone, a_photo())
    answer = phone.put(photo_id, offset, b"x")

    assert answer.status_code == 400


def test_a_resend_of_a_whole_photo_is_harmless(phone: Phone) -> None:
    content = a_photo()
    photo_id = announce(phone, content)
    first = phone.put(photo_id, 0, content).json()
    told = Event.objects.count()
    for offset, body in ((0, content), (0, content[:10]), (len(content), b"")):
        assert phone.put(photo_id, offset, body).json() == first

    assert (Photo.objects.count(), Event.objects.count()) == (1, told)


def test_other_bytes_than_announced_begin_anew(phone: Phone) -> None:
    content = a_photo()
    photo_id = announce(phone, content)
    answer = phone.put(photo_id, 0, content[:-1] + b"?")

    assert (answer.status_code, answer.json()["code"]) == (422, "photo_not_as_announced")
    assert phone.head(photo_id)["Upload-Offset"] == "0"
    assert phone.put(photo_id, 0, content).json()["state"] == "stored"


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00 this is a program", b"<svg onload=alert(1)>", b"%PDF-1.7", b"\xff\xd8\xff broken",
        b"GIF89a", b"PK\x03\x04", b"\x00" * 64,
    ],
)  # fmt: skip
def test_a_file_that_is_no_photo_is_refused_for_good_and_nothing_of_it_stays(
    phone: Phone, content: bytes
) -> None:
    photo_id = announce(phone, content)
    for _time in range(2):
        answer = phone.put(photo_id, 0, content)
        assert answer.status_code == 422
        assert answer.json()["state"] == "refused"
        assert answer.json()["sentence"]

    assert not Photo.objects.exists()
    assert phone.get(f"/inspections/field/photos/{photo_id}").json()["code"] == "photo_refused"


def test_a_disk_that_is_full_loses_nothing(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    content = a_photo()
    photo_id = announce(phone, content)

    def full(**_given: Any) -> Photo:
        raise ShelfFull

    with monkeypatch.context() as patch:
        patch.setattr(operations, "store_photo", full)
        assert phone.put(photo_id, 0, content).status_code == 507

    assert phone.put(photo_id, len(content), b"").json()["state"] == "stored"


def test_a_photo_is_announced_first_and_only_its_inspector_brings_it(phone: Phone) -> None:
    content = a_photo()
    photo_id = announce(phone, content)
    other = Phone(make_inspector(), "other")
    for who, name in ((phone, phone.id("never")), (other, photo_id)):
        assert who.put(name, 0, content).status_code == 404
        assert who.head(name).status_code == 404

    assert CheckPhoto.objects.get().received == 0


def test_a_photo_that_came_too_late_for_its_case_hangs_on_it_all_the_same(phone: Phone) -> None:
    content = a_photo()
    photo_id = announce(phone, content)
    case = Case.objects.get()
    assert not CasePhoto.objects.exists()
    phone.put(photo_id, 0, content)
    shown = CasePhoto.objects.get()

    assert (shown.case, shown.moment, shown.photo) == (case, "before", Photo.objects.get())
    assert Event.objects.filter(kind="case.photos_added", subject_id=case.pk).count() == 1


def test_beginnings_that_nobody_goes_on_with_are_dropped_after_long(phone: Phone) -> None:
    content = a_photo()
    photo_id = announce(phone, content)
    phone.put(photo_id, 0, content[:10])
    path = pieces.path_of(CheckPhoto.objects.get().client_id)
    now = timezone.now()

    assert drop_pieces(now=now + timedelta(days=59)) == 0
    os.utime(path, (1, 1))
    assert drop_pieces(now=now) == 1
    phone.put(photo_id, 10, content[10:])  # the rest alone is not the photo
    assert phone.put(photo_id, 0, content).json()["state"] == "stored"
