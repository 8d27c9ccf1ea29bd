"""What is kept of a photo, and what is refused."""

import io
import os
import zipfile
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from PIL import Image

from yanzhen.accounts.enums import Role
from yanzhen.accounts.tests.factories import make_user
from yanzhen.core.errors import Forbidden, Refused
from yanzhen.events import operations as events
from yanzhen.events.errors import ClientIdReused
from yanzhen.events.models import Event
from yanzhen.files import shelf
from yanzhen.files.errors import (
    PhotoDamaged,
    PhotoEmpty,
    PhotoPlaceUnfit,
    PhotoTooLarge,
    PhotoTooManyPixels,
    PhotoWrongKind,
    ShelfFull,
)
from yanzhen.files.models import Photo
from yanzhen.files.operations import store_photo
from yanzhen.files.tests.factories import NOW, exif, make_photo, picture, upload

SENT = UUID("6c1f2b1e-8c39-4a54-9d53-0e2a3f1b7c55")


@pytest.fixture(autouse=True)
def own_shelf(tmp_path: Path, settings: Any) -> Path:
    settings.YANZHEN_HOME = tmp_path
    return tmp_path / "photos"


def store_with(**changes: Any) -> Photo:
    """A photo that would be kept, with one thing changed."""
    good: dict[str, Any] = {"upload": upload(picture()), "name": "现场.jpg", "now": NOW}
    good |= {"actor": make_user(Role.HANDLER, unit_code="U1")}
    return store_photo(**good | changes)


def kept(photo: Photo, field: str = "name") -> Image.Image:
    image = Image.open(io.BytesIO(shelf.path_of(getattr(photo, field)).read_bytes()))
    image.load()
    return image


def files_on(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def noise(image_format: str = "JPEG", **options: Any) -> bytes:
    """A picture that does not shrink to nothing, so that half of it is really half."""
    out = io.BytesIO()
    Image.effect_noise((320, 240), 90).convert("RGB").save(out, image_format, **options)
    return out.getvalue()


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def huge_png(side: int) -> bytes:
    """A few bytes that claim to be a picture of `side` × `side` pixels."""
    whole = picture("PNG", size=(1, 1))
    header = b"IHDR" + side.to_bytes(4, "big") * 2 + whole[24:29]
    return whole[:12] + header + zlib.crc32(header).to_bytes(4, "big") + whole[33:]


def zip_bytes() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    return out.getvalue()


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.django_db
def test_every_kind_of_phone_picture_becomes_webp_in_two_sizes(image_format: str) -> None:
    content = picture(image_format, size=(3000, 1500), color="orange")

    photo = store_with(upload=upload(content, "IMG_0001.bin"), name="IMG_0001.bin")

    assert photo.original_format == image_format
    assert photo.original_bytes == len(content)
    assert (photo.width, photo.height) == (2048, 1024)
    assert kept(photo).format == "WEBP"
    assert kept(photo).size == (2048, 1024)
    assert kept(photo, "thumb_name").size == (480, 240)


@pytest.mark.django_db
def test_a_kept_photo_is_an_event_of_the_record() -> None:
    photo = make_photo(color="red")

    event = Event.objects.get(subject_kind="photo", subject_id=photo.pk)
    assert event.kind == "photo.stored"
    assert photo.sha256 in event.payload


@pytest.mark.django_db
def test_small_pictures_are_not_blown_up() -> None:
    photo = store_with(upload=upload(picture(size=(100, 80))))

    assert (photo.width, photo.height) == (100, 80)


@pytest.mark.django_db
def test_a_picture_held_sideways_stands_upright() -> None:
    content = picture(size=(80, 40), exif=exif(orientation=6))

    photo = store_with(upload=upload(content))

    assert kept(photo).size == (40, 80)


@pytest.mark.django_db
def test_no_metadata_is_left_in_what_is_kept() -> None:
    tags = exif(taken="2026:11:20 09:30:00", place=((26.0, 53.0, 30.0), "N", (112.0, 34.0, 0), "E"))

    photo = store_with(upload=upload(picture(exif=tags, comment=b"secret place")))

    for name in (photo.name, photo.thumb_name):
        content = shelf.path_of(name).read_bytes()
        image = Image.open(io.BytesIO(content))
        assert not dict(image.getexif())
        assert b"EXIF" not in content
        assert b"XMP" not in content
        assert b"secret" not in content


@pytest.mark.django_db
def test_transparent_pixels_become_white_not_black() -> None:
    content = picture("PNG", mode="RGBA", color=(0, 0, 0, 0))  # type: ignore[arg-type]

    photo = store_with(upload=upload(content))

    assert kept(photo).convert("RGB").getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "I;16", "LA"])
@pytest.mark.django_db
def test_pictures_in_grey_and_palettes_are_kept(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (20, 20)).save(out, "PNG")

    assert store_with(upload=upload(out.getvalue())).width == 20


@pytest.mark.django_db
def test_sixteen_bits_of_grey_keep_their_shade() -> None:
    out = io.BytesIO()
    Image.new("I;16", (20, 20), 32768).save(out, "PNG")

    shade = kept(store_with(upload=upload(out.getvalue()))).convert("L").getpixel((5, 5))

    assert isinstance(shade, int | float)
    assert 120 <= shade <= 136


@pytest.mark.django_db
def test_time_and_place_are_taken_from_the_picture() -> None:
    tags = exif(taken="2026:11:20 09:30:00", place=((26.0, 53.0, 30.0), "N", (112.0, 34.0, 0), "E"))

    photo = store_with(upload=upload(picture(exif=tags)))

    assert photo.taken_at == datetime(2026, 11, 20, 1, 30, tzinfo=UTC)  # 09:30 in the city
    assert (photo.lat, photo.lon) == (Decimal("26.891667"), Decimal("112.566667"))


@pytest.mark.django_db
def test_the_zone_that_the_camera_wrote_counts() -> None:
    tags = exif(taken="2026:11:20 09:30:00", offset="+09:00")

    photo = store_with(upload=upload(picture(exif=tags)))

    assert photo.taken_at == datetime(2026, 11, 20, 0, 30, tzinfo=UTC)


@pytest.mark.django_db
def test_south_and_west_are_negative() -> None:
    tags = exif(place=((10.0, 30.0, 0.0), "S", (20.0, 15.0, 0.0), "W"))

    photo = store_with(upload=upload(picture(exif=tags)))

    assert (photo.lat, photo.lon) == (Decimal("-10.5"), Decimal("-20.25"))


@pytest.mark.parametrize(
    "tags",
    [
        exif(taken="0000:00:00 00:00:00"),
        exif(taken="soon"),
        exif(place=((91.0, 0.0, 0.0), "N", (20.0, 0.0, 0.0), "E")),
        exif(place=((0.0, 0.0, 0.0), "N", (0.0, 0.0, 0.0), "E")),
    ],
)
@pytest.mark.django_db
def test_nonsense_in_the_picture_is_passed_over(tags: Image.Exif) -> None:
    photo = store_with(upload=upload(picture(exif=tags)))

    assert (photo.taken_at, photo.lat, photo.lon) == (None, None, None)


@pytest.mark.django_db
def test_what_the_sender_says_wins_over_the_picture() -> None:
    tags = exif(taken="2026:11:20 09:30:00", place=((26.0, 53.0, 30.0), "N", (112.0, 34.0, 0), "E"))
    said = NOW - timedelta(hours=1)

    photo = store_with(
        upload=upload(picture(exif=tags)), taken_at=said, lat=Decimal("26.9"), lon=Decimal("112.6")
    )

    assert (photo.taken_at, photo.lat, photo.lon) == (said, Decimal("26.9"), Decimal("112.6"))


@pytest.mark.django_db
def test_the_name_loses_folders_and_control_signs() -> None:
    photo = store_with(name="C:\\秘密\\..\\照\x00片\u202e.jpg")

    assert photo.original_name == "照片.jpg"


@pytest.mark.django_db
def test_a_resend_answers_with_the_same_photo() -> None:
    actor = make_user(Role.OPERATOR)

    first = make_photo(actor=actor, client_id=SENT)
    second = make_photo(actor=actor, client_id=SENT)

    assert first.pk == second.pk
    assert Photo.objects.count() == 1
    assert len(files_on(shelf.shelf())) == 2


@pytest.mark.django_db
def test_one_client_id_for_two_pictures_is_refused() -> None:
    actor = make_user(Role.OPERATOR)
    make_photo(actor=actor, client_id=SENT, color="red")

    with pytest.raises(ClientIdReused):
        make_photo(actor=actor, client_id=SENT, color="blue")

    assert Photo.objects.count() == 1
    assert len(files_on(shelf.shelf())) == 2


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": make_user(Role.AUDITOR)}, Forbidden),
        (lambda: {"actor": make_user()}, Forbidden),
        (lambda: {"upload": upload(b"")}, PhotoEmpty),
        (lambda: {"upload": upload(b"MZ\x90\x00" + b"\x00" * 400)}, PhotoWrongKind),
        (lambda: {"upload": upload(b"\x7fELF" + b"\x00" * 400)}, PhotoWrongKind),
        (lambda: {"upload": upload(picture("GIF"))}, PhotoWrongKind),
        (lambda: {"upload": upload(picture("BMP"))}, PhotoWrongKind),
        (lambda: {"upload": upload(picture("TIFF"))}, PhotoWrongKind),
        (lambda: {"upload": upload(b"<svg xmlns='x'><script/></svg>")}, PhotoWrongKind),
        (lambda: {"upload": upload(b"%PDF-1.7 ...")}, PhotoWrongKind),
        (lambda: {"upload": upload(zip_bytes())}, PhotoWrongKind),
        (lambda: {"upload": upload("整改说明".encode())}, PhotoWrongKind),
        (lambda: {"upload": upload(b"\x00\x01\x02\x03" * 64)}, PhotoWrongKind),
        (lambda: {"upload": upload(b"\xff\xd8\xff" + b"\x00" * 30_000_000 * 2)}, PhotoTooLarge),
        (lambda: {"upload": upload(picture("PNG", mode="1", color="white", size=(8001, 5000)))},
         PhotoTooManyPixels),
        (lambda: {"upload": upload(huge_png(20_000))}, PhotoTooManyPixels),
        (lambda: {"upload": upload(half(noise("JPEG")))}, PhotoDamaged),
        (lambda: {"upload": upload(half(noise("PNG")))}, PhotoDamaged),
        (lambda: {"upload": upload(half(noise("WEBP")))}, PhotoDamaged),
        (lambda: {"upload": upload(half(noise("HEIF")))}, PhotoDamaged),
        (lambda: {"upload": upload(noise("JPEG")[:20])}, PhotoDamaged),
        (lambda: {"upload": upload(noise("PNG")[:20])}, PhotoDamaged),
        (lambda: {"upload": upload(noise("HEIF")[:40])}, PhotoDamaged),
        (lambda: {"lat": Decimal("26.9")}, PhotoPlaceUnfit),
        (lambda: {"lat": Decimal("126.9"), "lon": Decimal("26.9")}, PhotoPlaceUnfit),
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_a_refused_photo_leaves_nothing_behind(
    change: Callable[[], dict[str, Any]], refusal: type[Refused], own_shelf: Path
) -> None:
    with pytest.raises(refusal) as caught:
        store_with(**change())

    assert str(caught.value)
    assert "%(" not in str(caught.value)
    assert not Photo.objects.exists()
    assert not Event.objects.exists()
    assert not files_on(own_shelf)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"MZ\x90\x00", "Windows 程序"),
        (picture("GIF"), "GIF 动图"),
        (b"\xef\xbb\xbf <svg/>", "SVG 图片"),
        (b"<!doctype html><html>", "网页"),
        (b"\x00\x00\x00\x18ftypmp42", "视频"),
        (zip_bytes(), "压缩包"),
    ],
)
@pytest.mark.django_db
def test_a_renamed_file_is_called_what_it_is(content: bytes, kind: str) -> None:
    with pytest.raises(PhotoWrongKind, match=kind):
        store_with(upload=upload(content, "现场.jpg"))


@pytest.mark.django_db
def test_a_large_upload_is_read_no_further_than_the_limit() -> None:
    class Endless(io.BytesIO):
        asked = 0

        def read(self, size: int | None = -1, /) -> bytes:
            assert size is not None
            assert size > 0
            self.asked += size
            return b"\xff" * size

    endless = Endless()
    with pytest.raises(PhotoTooLarge):
        store_with(upload=endless)

    assert endless.asked < 31 * 1024 * 1024


@pytest.mark.django_db
def test_a_full_disk_is_said_in_words(monkeypatch: pytest.MonkeyPatch, own_shelf: Path) -> None:
    def no_room(handle: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("os.fsync", no_room)
    with pytest.raises(ShelfFull, match="存储空间不足"):
        store_with()

    assert not files_on(own_shelf)


@pytest.mark.django_db
def test_an_id_used_for_another_deed_leaves_no_files(own_shelf: Path) -> None:
    actor = make_user(Role.OPERATOR)
    with transaction.atomic():
        events.record("user.noted", actor, actor=actor, at=NOW, client_id=SENT)

    with pytest.raises(ClientIdReused):
        make_photo(actor=actor, client_id=SENT)

    assert not Photo.objects.exists()
    assert not files_on(own_shelf)


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_of_one_photo_sent_twice_at_once_one_is_kept(own_shelf: Path) -> None:
    actor = make_user(Role.OPERATOR)
    both = Barrier(2)

    def send() -> int:
        both.wait()
        try:
            return make_photo(actor=actor, client_id=SENT).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = (task.result() for task in [pool.submit(send), pool.submit(send)])

    assert first == second
    assert Photo.objects.count() == 1
    assert len(files_on(own_shelf)) == 2
