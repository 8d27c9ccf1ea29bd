"""Reads of pictures."""

from collections.abc import Iterator

from yanzhen.files import shelf
from yanzhen.files.models import Photo


def photos_without_files() -> Iterator[Photo]:
    """The photos whose picture or thumbnail is not on the disk: there should be none."""
    for photo in Photo.objects.order_by("pk").iterator(chunk_size=2000):
        if not all(shelf.path_of(name).is_file() for name in (photo.name, photo.thumb_name)):
            yield photo
