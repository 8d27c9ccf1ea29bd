"""Where the bytes of photos lie that are still arriving, one file a photo.

The row says how many of them count (`CheckPhoto.received`); a file that is longer was being
written when something broke, and is written over.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings


def path_of(client_id: UUID) -> Path:
    """Where the bytes of a photo gather."""
    return Path(settings.YANZHEN_HOME) / "pieces" / client_id.hex[:2] / f"{client_id.hex}.part"


def put(client_id: UUID, offset: int, body: bytes) -> None:
    """Write a piece at its place, so that it is still there after the power went."""
    path = path_of(client_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o640)
    with os.fdopen(handle, "wb") as file:
        file.seek(offset)
        file.truncate()
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def read(client_id: UUID, size: int) -> bytes:
    """The bytes so far, at most `size`; none where the file is gone."""
    try:
        with path_of(client_id).open("rb") as file:
            return file.read(size)
    except FileNotFoundError:
        return b""


def drop(client_id: UUID) -> None:
    """Forget the bytes; it is no fault if they are gone."""
    path_of(client_id).unlink(missing_ok=True)


def older_than(moment: datetime) -> Iterator[Path]:
    """The files to which nothing was added since `moment`."""
    for path in (Path(settings.YANZHEN_HOME) / "pieces").glob("*/*.part"):
        if path.stat().st_mtime < moment.timestamp():
            yield path
