"""Files that belong to no photo go; all others stay."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from yanzhen.files import shelf
from yanzhen.files.jobs import remove_orphans
from yanzhen.files.queries import photos_without_files
from yanzhen.files.tests.factories import NOW, make_photo


@pytest.fixture(autouse=True)
def own_shelf(tmp_path: Path, settings: Any) -> None:
    settings.YANZHEN_HOME = tmp_path


def put_at(name: str, moment: float) -> Path:
    shelf.put(name, b"left behind")
    os.utime(shelf.path_of(name), (moment, moment))
    return shelf.path_of(name)


@pytest.mark.django_db
def test_only_old_files_without_a_photo_are_removed() -> None:
    photo = make_photo()
    old = (NOW - timedelta(days=3)).timestamp()
    for name in (photo.name, photo.thumb_name):
        os.utime(shelf.path_of(name), (old, old))
    orphan = put_at("ab/cd/abcd.webp", old)
    draft = put_at("ab/cd/.draft-1", old)
    fresh = put_at("ab/cd/fresh.webp", NOW.timestamp())

    removed = remove_orphans(now=NOW)

    assert removed == 2
    assert not orphan.exists()
    assert not draft.exists()
    assert fresh.exists()
    assert shelf.path_of(photo.name).exists()
    assert shelf.path_of(photo.thumb_name).exists()


@pytest.mark.django_db
def test_an_empty_shelf_needs_no_tidying() -> None:
    assert remove_orphans(now=NOW) == 0


@pytest.mark.django_db
def test_a_photo_whose_file_is_gone_is_named() -> None:
    make_photo(color="red")
    robbed = make_photo(color="blue")
    shelf.drop(robbed.thumb_name)

    assert list(photos_without_files()) == [robbed]
