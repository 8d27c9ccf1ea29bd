"""Where files lie while they are looked at or wait to be fetched; they are not kept for good."""

import gzip
import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from django.conf import settings

from yanzhen.core.errors import RowError
from yanzhen.exchange.errors import FileTooLarge
from yanzhen.exchange.tables import MAX_BYTES

CHUNK = 1 << 20


def shelf() -> Path:
    """The folder of files on their way in or out; it is made when it is first asked for."""
    folder = Path(settings.YANZHEN_HOME) / "exchange"
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    return folder


def new_name(suffix: str) -> str:
    """Return a name that no file has."""
    return f"{uuid4().hex}{suffix}"


def path_of(name: str) -> Path:
    """Return where a file lies. Raises `ValueError` for a name that leads elsewhere."""
    if not name or Path(name).name != name:
        msg = f"{name!r} does not lie on the shelf"
        raise ValueError(msg)
    return shelf() / name


def put_upload(upload: BinaryIO, *, name: str) -> tuple[str, str, int]:
    """Keep an upload; return the name it got, its digest and its size. Raises `FileTooLarge`."""
    stored, digest, size = new_name(".upload"), hashlib.sha256(), 0
    path = path_of(stored)
    try:
        with path.open("xb") as file:
            while chunk := upload.read(CHUNK):
                size += len(chunk)
                if size > MAX_BYTES:
                    raise FileTooLarge(name=name, limit=MAX_BYTES // 1024 // 1024)
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return stored, digest.hexdigest(), size


def digest_of(path: Path) -> str:
    """Return the digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def put_errors(stored: str, errors: Iterable[RowError]) -> None:
    """Keep what was found wrong with an upload, beside it."""
    rows = [[error.row, error.column, error.reason] for error in errors]
    with gzip.open(_errors_path(stored), "wt", encoding="utf-8") as file:
        json.dump(rows, file, ensure_ascii=False)


def errors_of(stored: str) -> list[RowError]:
    """What was found wrong with an upload; nothing when the file has gone."""
    try:
        with gzip.open(_errors_path(stored), "rt", encoding="utf-8") as file:
            return [RowError(*row) for row in json.load(file)]
    except FileNotFoundError:
        return []


def put_secrets(stored: str, lines: Sequence[tuple[str, str]]) -> None:
    """Keep one-time passwords until they are fetched once; nobody else on the machine may read."""
    path = _secrets_path(stored)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(list(lines), file)


def take_secrets(stored: str) -> list[tuple[str, str]]:
    """Return the one-time passwords and forget them; of two who ask at once one gets them."""
    path = _secrets_path(stored)
    taken = path.with_suffix(f".{uuid4().hex}")
    try:
        path.replace(taken)
    except FileNotFoundError:
        return []
    lines = [(name, password) for name, password in json.loads(taken.read_text(encoding="utf-8"))]
    taken.unlink()
    return lines


def has_secrets(stored: str) -> bool:
    """Whether one-time passwords wait to be fetched."""
    return bool(stored) and _secrets_path(stored).exists()


def drop(stored: str) -> None:
    """Remove a file and all that was kept beside it; it is no fault if it has gone."""
    for path in (path_of(stored), _errors_path(stored), _secrets_path(stored)):
        path.unlink(missing_ok=True)


def _errors_path(stored: str) -> Path:
    return path_of(f"{stored}-errors.json.gz")


def _secrets_path(stored: str) -> Path:
    return path_of(f"{stored}-secrets.json")
