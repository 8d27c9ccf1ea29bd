"""Typed reads of the environment; a missing or malformed value stops the start.

Each name may also be given as `NAME_FILE`, the path of a file that holds the value.
The sentences are plain Chinese: translation needs settings, which do not exist yet.
"""

import contextlib
import os
import re
import secrets
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}
POSTGRES_OPTIONS = {
    "sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "target_session_attrs",
}  # fmt: skip


def _raw(name: str) -> str | None:
    if name in os.environ:
        return os.environ[name]
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        message = f"环境变量 {name}_FILE 指向的文件无法读取：{path}"
        raise ImproperlyConfigured(message) from error


def text(name: str, default: str | None = None) -> str:
    """Return the value as it stands; without a default it must be there."""
    value = _raw(name)
    if value is None:
        if default is None:
            raise ImproperlyConfigured(f"缺少环境变量 {name}（或 {name}_FILE）。")
        return default
    return value


def flag(name: str, *, default: bool) -> bool:
    value = _raw(name)
    if value is None:
        return default
    if value.lower() in TRUE:
        return True
    if value.lower() in FALSE:
        return False
    raise ImproperlyConfigured(f"环境变量 {name} 应为 true 或 false，现为“{value}”。")


def number(name: str, default: int, *, at_least: int = 0) -> int:
    value = _raw(name)
    if value is None:
        return default
    if not re.fullmatch(r"\d{1,15}", value) or int(value) < at_least:
        raise ImproperlyConfigured(f"环境变量 {name} 应为不小于 {at_least} 的整数，现为“{value}”。")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """Return a list written with commas, blanks around each word dropped."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def path(name: str, default: Path) -> Path:
    value = _raw(name)
    return Path(value).expanduser().resolve() if value else default


def postgres(name: str) -> dict[str, Any] | None:
    """Return the database that `NAME` (postgres://user:password@host:port/name) points at."""
    value = _raw(name)
    if not value:
        return None
    refusal = f"环境变量 {name} 应形如 postgres://用户:密码@主机:5432/库名。"
    try:
        url = urlsplit(value)
        port = url.port
    except ValueError as error:
        raise ImproperlyConfigured(refusal) from error
    options = dict(parse_qsl(url.query))
    host = options.pop("host", "") or unquote(url.hostname or "")
    if url.scheme not in {"postgres", "postgresql"} or not url.path.strip("/"):
        raise ImproperlyConfigured(refusal)
    if unknown := set(options) - POSTGRES_OPTIONS:
        raise ImproperlyConfigured(f"环境变量 {name} 中有未知参数：{'、'.join(sorted(unknown))}。")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": host,
        "PORT": str(port or ""),
        "OPTIONS": options,
    }


def kept_secret(path: Path) -> str:
    """Return the secret kept in `path`; the first start makes it, readable by its owner alone.

    It is written aside and then linked into place: of two first starts at once one wins and
    both read the same secret, and nobody can read half of it.
    """
    try:
        if not path.exists():
            _write_once(path, secrets.token_urlsafe(50))
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"无法读写 {path}：{error.strerror}。") from error


def _write_once(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".secret-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    Path(draft).unlink()
