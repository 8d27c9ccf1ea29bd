"""Which pictures are copies of one another, and which only look like it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageEnhance, ImageOps

from yanzhen.files import shelf
from yanzhen.files.jobs import mark_photos
from yanzhen.files.likeness import MOST_MARKS, agreement, marks_asked, marks_of, pixels_of
from yanzhen.files.models import Photo, PhotoMark
from yanzhen.files.operations import mark_photo, mark_waiting_photos
from yanzhen.files.queries import (
    LEAST_MARKS,
    copies_among,
    photos_sharing_marks,
    photos_worth_a_look,
)
from yanzhen.files.tests.factories import drawn, jpeg, keep, picture

Change = Callable[[Image.Image], Image.Image]

CHANGES: dict[str, Change] = {
    "as it is": lambda one: one,
    "cropped by 5 %": lambda one: one.crop((48, 0, 960, 684)),
    "cropped by 20 %": lambda one: one.crop((96, 90, 864, 666)),
    "darker": lambda one: ImageEnhance.Brightness(one).enhance(0.7),
    "lighter": lambda one: ImageEnhance.Brightness(one).enhance(1.3),
    "mirrored": ImageOps.mirror,
    "shrunk": lambda one: one.resize((320, 240), Image.Resampling.LANCZOS),
    "turned": lambda one: one.rotate(3, Image.Resampling.BICUBIC),
    "mirrored and cropped": lambda one: ImageOps.mirror(one).crop((0, 36, 864, 720)),
}


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, settings: Any) -> None:
    settings.YANZHEN_HOME = tmp_path


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
@pytest.mark.django_db
def test_a_copy_is_found_by_its_marks_and_known_by_its_pixels(change: Change) -> None:
    old = keep(drawn(1))
    others = [keep(drawn(place)) for place in (2, 3)]
    new = keep(drawn(1), content=jpeg(change(drawn(1)), quality=60))
    for photo in (old, *others):
        mark_photo(photo_id=photo.pk)

    assert photos_worth_a_look(new)[:1] == [old.pk]
    assert copies_among(new, [old, *others]) == [old]


@pytest.mark.parametrize(
    "other",
    [lambda: drawn(2), lambda: drawn(1, step=2), lambda: drawn(1, step=6)],
    ids=["another place", "a step aside", "some steps aside"],
)
def test_another_picture_is_no_copy_even_of_the_same_place(
    other: Callable[[], Image.Image],
) -> None:
    laid = agreement(pixels_of(drawn(1)), pixels_of(other()))

    assert not laid.is_copy, laid


def test_strangers_share_too_few_marks_to_be_looked_at() -> None:
    kept = set(marks_of(pixels_of(drawn(1))))
    shared = [len(kept & set(marks_asked(pixels_of(drawn(place))))) for place in range(2, 10)]

    assert max(shared) < LEAST_MARKS
    assert LEAST_MARKS < len(kept) <= MOST_MARKS


@pytest.mark.django_db
def test_a_photo_is_marked_once_and_marking_it_again_changes_nothing() -> None:
    photo = keep(drawn(1))
    assert photo.mark_count is None

    count = mark_photo(photo_id=photo.pk)
    marks = list(PhotoMark.objects.order_by("pk").values_list("pk", "key"))
    again = mark_photo(photo_id=photo.pk)

    assert count == again == len(marks) == Photo.objects.get().mark_count
    assert list(PhotoMark.objects.order_by("pk").values_list("pk", "key")) == marks


@pytest.mark.django_db
def test_an_empty_wall_has_no_marks_and_is_like_nothing() -> None:
    walls = [keep(drawn(1), content=picture(color="teal", size=(640, 480))) for _ in range(2)]

    assert mark_waiting_photos() == 2
    assert {photo.mark_count for photo in Photo.objects.all()} == {0}
    assert photos_worth_a_look(walls[1]) == []
    assert copies_among(walls[1], [walls[0]]) == []


@pytest.mark.django_db
def test_a_photo_without_its_file_is_passed_over() -> None:
    photo, other = keep(drawn(1)), keep(drawn(1))
    shelf.drop(photo.thumb_name)

    assert mark_photo(photo_id=photo.pk) == 0
    assert photos_worth_a_look(photo) == []
    assert copies_among(other, [photo]) == []


@pytest.mark.django_db
def test_the_job_marks_all_that_wait_and_says_how_many() -> None:
    from yanzhen.core.jobs import Run

    for place in (1, 2, 3):
        keep(drawn(place))
    run = Run(job_id=1, attempt=1)

    mark_photos.function(run)

    assert run.result == {"marked": 3}
    assert not Photo.objects.filter(mark_count=None).exists()


@pytest.mark.django_db
def test_a_look_up_is_one_question_that_the_index_alone_answers(
    django_assert_num_queries: Any,
) -> None:
    from django.db import connection

    photo = keep(drawn(1))
    mark_photo(photo_id=photo.pk)
    keys = marks_asked(pixels_of(drawn(1)))

    with django_assert_num_queries(1):
        assert photos_sharing_marks(keys) == [photo.pk]
    if connection.vendor == "sqlite":
        asked = PhotoMark.objects.filter(key__in=keys).values("photo_id")
        assert "COVERING INDEX photo_mark_key" in asked.explain()
