"""Habits of the house that no other tool looks after."""

import ast
import json
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src/yanzhen"
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-tools.lock"]

BANNED_NAMES = {
    "utils", "util", "helpers", "helper", "common", "services", "service", "managers",
    "manager", "data", "info", "process", "misc", "signals", "mixins",
}  # fmt: skip

# Written in pieces, or this file would find itself.
HOSTS = ["pypi" + ".org", "pythonhosted" + ".org", "npm" + "js.org", "npm" + "js.com",
         "npm" + "mirror", "tuna.tsing" + "hua", "mirrors" + ".aliyun", "yarn" + "pkg.com"]  # fmt: skip
MACHINE_PATHS = ["/wo" + "rk/", "/ro" + "ot/", "/opt/" + "pypi"]


@cache
def texts() -> dict[str, str]:
    """Every text file that git knows or would take, by its path."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    found = {}
    for name in answer.stdout.splitlines():
        path = ROOT / name
        if path.is_file():
            try:
                found[name] = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
    return found


def lines_with(words: list[str]) -> list[str]:
    return [
        f"{name}:{number} {word}"
        for name, text in texts().items()
        for word in words
        if word in text
        for number, line in enumerate(text.splitlines(), 1)
        if word in line
    ]


def test_no_file_names_a_package_registry() -> None:
    assert lines_with(HOSTS) == []


def test_no_file_names_a_path_of_one_machine() -> None:
    assert lines_with(MACHINE_PATHS) == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_versions_and_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    blocks = re.split(r"(?m)^(?=\S)", text)[1:]

    assert blocks
    for block in blocks:
        assert re.match(r"[a-z0-9_.-]+==\S+", block), block
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block
    assert "://" not in text
    assert "index" not in text


def test_the_front_end_lock_holds_hashes_and_no_address() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]

    for name, package in packages.items():
        assert "resolved" not in package, name
        assert not name or "integrity" in package, name


def test_the_developers_lock_holds_what_the_product_runs_on() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"(?m)^(\S+==\S+)", (ROOT / name).read_text()))

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_every_direct_dependency_says_why_it_is_there() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    block = re.search(r"(?ms)^dependencies = \[\n(.*?)^\]", text)

    assert block
    for line in block[1].splitlines():
        assert re.search(r'^\s+".+",\s+# \S', line), line


def modules() -> list[Path]:
    apps = [path.parent for path in sorted(PACKAGE.glob("*/apps.py"))]
    return [path for app in apps for path in sorted(app.glob("*.py"))]


@pytest.mark.parametrize("path", modules(), ids=lambda p: f"{p.parent.name}.{p.stem}")
def test_a_module_has_a_telling_name_and_says_what_is_inside(path: Path) -> None:
    if path.stem != "__init__":
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*_?", path.stem)
        assert path.stem not in BANNED_NAMES
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def sources() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if "migrations" not in path.parts]


def bans_broken(path: Path) -> list[str]:
    """Return the lines of a module that do what CONTRIBUTING.md rules out."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {name.name for name in node.names}
            if node.module in {"django.db.models.signals", "django.dispatch"}:
                found.append(f"{line}: a model signal")
            if names & {"GenericForeignKey", "GenericRelation", "ModelForm"}:
                found.append(f"{line}: {', '.join(sorted(names))}")
        if isinstance(node, ast.ClassDef) and node.name == "Meta":
            for inner in node.body:
                targets = inner.targets if isinstance(inner, ast.Assign) else []
                if any(
                    isinstance(target, ast.Name) and target.id == "ordering" for target in targets
                ):
                    found.append(f"{line}: Meta.ordering")
        if isinstance(node, ast.ClassDef) and node.name.endswith("Mixin"):
            found.append(f"{line}: {node.name}")
    return found


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_keeps_to_the_bans(path: Path) -> None:
    assert bans_broken(path) == []


def templates() -> list[Path]:
    return sorted(PACKAGE.rglob("templates/**/*.html"))


@pytest.mark.parametrize("path", templates(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_template_holds_no_inline_script_or_style_and_loads_nothing_from_elsewhere(
    path: Path,
) -> None:
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"<style[\s>]", text)
    assert not re.search(
        r"<script(?![^>]*\ssrc=)(?![^>]*type=\"(application|text)/json\")[^>]*>", text
    )
    assert not re.search(r"\s(style|on[a-z]+)\s*=\s*[\"']", text)
    assert not re.search(r"(src|srcset|action)=[\"'](https?:)?//", text)
    assert not re.search(r"<link[^>]*href=[\"'](https?:)?//", text)


@pytest.mark.parametrize("path", templates(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_every_static_file_a_template_names_is_there(path: Path) -> None:
    named = re.findall(r"{%\s*static\s+[\"']([^\"']+)[\"']", path.read_text(encoding="utf-8"))

    assert [name for name in named if not finders.find(name)] == []


def test_the_forms_of_the_files_are_stated_for_every_editor() -> None:
    assert "root = true" in (ROOT / ".editorconfig").read_text()


@pytest.mark.parametrize("name", ["dev", ".ci/run"])
def test_what_a_person_calls_can_be_called(name: str) -> None:
    assert (ROOT / name).stat().st_mode & 0o111
