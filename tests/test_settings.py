"""What the environment says is read exactly, or the start is refused in words."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation

from yanzhen.settings import env


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def give(value: str) -> None:
        monkeypatch.setenv("YANZHEN_X", value)

    return give


def test_a_value_may_lie_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").write_text("from the file\n")
    monkeypatch.setenv("YANZHEN_X_FILE", str(tmp_path / "x"))

    assert env.text("YANZHEN_X") == "from the file"
    monkeypatch.setenv("YANZHEN_X", "given")
    assert env.text("YANZHEN_X") == "given"


def test_a_file_that_is_not_there_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANZHEN_X_FILE", "/nowhere")
    with pytest.raises(ImproperlyConfigured, match="YANZHEN_X_FILE"):
        env.text("YANZHEN_X", "default")


def test_a_value_without_default_must_be_there() -> None:
    with pytest.raises(ImproperlyConfigured, match="YANZHEN_X"):
        env.text("YANZHEN_X")


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda: env.flag("YANZHEN_X", default=False), "maybe"),
        (lambda: env.number("YANZHEN_X", 3), "three"),
        (lambda: env.number("YANZHEN_X", 3), "-1"),
        (lambda: env.number("YANZHEN_X", 3, at_least=1), "0"),
        (lambda: env.postgres("YANZHEN_X"), "mysql://u:p@h/d"),
        (lambda: env.postgres("YANZHEN_X"), "postgres://u:p@h"),
        (lambda: env.postgres("YANZHEN_X"), "postgres://u:p@h:port/d"),
        (lambda: env.postgres("YANZHEN_X"), "postgres://u:p@h/d?colour=red"),
    ],
)
def test_a_malformed_value_stops_the_start(
    read: Callable[[], Any], value: str, given: Callable[[str], None]
) -> None:
    given(value)
    with pytest.raises(ImproperlyConfigured, match="YANZHEN_X"):
        read()


def test_flags_and_lists_are_read_as_people_write_them(given: Callable[[str], None]) -> None:
    given("Yes")
    assert env.flag("YANZHEN_X", default=False)
    given("off")
    assert not env.flag("YANZHEN_X", default=True)
    given(" a.example , b.example,")
    assert env.words("YANZHEN_X") == ["a.example", "b.example"]


def test_a_database_address_is_taken_apart(given: Callable[[str], None]) -> None:
    given("postgres://us%40er:p%3Aw@db.example:6432/city?sslmode=require")
    found = env.postgres("YANZHEN_X")

    assert found == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "city",
        "USER": "us@er",
        "PASSWORD": "p:w",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }
    given("")
    assert env.postgres("YANZHEN_X") is None


def test_a_secret_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "home" / "secret_key"

    first = env.kept_secret(path)

    assert len(first) > 40
    assert env.kept_secret(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret_key"]


def production(**variables: str) -> "subprocess.CompletedProcess[str]":
    words = [sys.executable, "-c", "import django; django.setup()"]
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = kept | {"DJANGO_SETTINGS_MODULE": "yanzhen.settings.production"} | variables
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("missing", ["YANZHEN_SECRET_KEY", "YANZHEN_HOSTS"])
def test_production_makes_nothing_up(missing: str) -> None:
    given = {"YANZHEN_SECRET_KEY": "s" * 50, "YANZHEN_HOSTS": "city.example"}

    assert production(**given).returncode == 0
    del given[missing]
    answer = production(**given)
    assert answer.returncode != 0
    assert missing in answer.stderr


def test_the_language_is_chinese_whatever_the_browser_wants() -> None:
    assert translation.get_language() == "zh-hans"
    assert "django.middleware.locale.LocaleMiddleware" not in settings.MIDDLEWARE


def test_nothing_inline_and_nothing_from_elsewhere_is_allowed_to_a_page() -> None:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]

    assert directives["default-src"] == ["'none'"]
    allowed = {source for sources in directives.values() for source in sources}
    assert allowed <= {"'none'", "'self'", "data:", "blob:"}
    assert directives["script-src"] == directives["style-src"] == ["'self'"]
