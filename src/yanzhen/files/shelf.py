"""Where pictures lie on the disk, and how they get there so that they stay."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from django.conf import settings

DRAFT = ".draft-"


def shelf() -> Path:
    """The folder under which all pictures lie."""
    return Path(settings.YANZHEN_HOME) / "photos"


def new_names() -> tuple[str, str]:
    """Return a name for a picture and one for its thumbnail, as yet unused: `ab/cd/abcd….webp`."""
    key = uuid4().hex
    folder = f"{key[:2]}/{key[2:4]}/{key}"
    return f"{folder}.webp", f"{folder}-thumb.webp"


def path_of(name: str) -> Path:
    """Return where a kept picture lies. Raises `ValueError` for a name that leads elsewhere."""
    root = shelf().resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        msg = f"{name!r} does not lie on the shelf"
        raise ValueError(msg)
    return path


def put(name: str, content: bytes) -> None:
    """Write a file so that it is there whole, and still there after the power went.

    It is written aside, flushed to the disk, then renamed into place; the folders that hold the
    new names are flushed too.
    """
    path = path_of(name)
    made = _make_folders(path.parent)
    draft = path.parent / f"{DRAFT}{uuid4().hex}"
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    for folder in {path.parent, *made}:
        _flush_folder(folder)


def drop(name: str) -> None:
    """Remove a file that is no longer meant; it is no fault if it is gone."""
    path_of(name).unlink(missing_ok=True)


def names_older_than(moment: datetime) -> Iterator[str]:
    """Walk the names of all files on the shelf that were last written before `moment`."""
    root = shelf()
    for folder, _folders, files in os.walk(root):
        for file in files:
            path = Path(folder, file)
            try:
                written = path.stat().st_mtime
            except FileNotFoundError:  # somebody else tidies up too
                continue
            if written < moment.timestamp():
                yield path.relative_to(root).as_posix()


def _make_folders(folder: Path) -> list[Path]:
    """Make the folder and those above it that are missing; return the parents that changed."""
    missing = [folder] if not folder.exists() else []
    while missing and not missing[-1].parent.exists():
        missing.append(missing[-1].parent)
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    return [made.parent for made in missing]


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder, and needs no flush of it
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
