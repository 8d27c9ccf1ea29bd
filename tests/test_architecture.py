"""The house stands as docs/architecture.md draws it; the machine says so on every commit."""

import ast
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src/yanzhen"

OPEN_MODULES = {"models", "enums", "errors", "operations", "queries", "rules", "http"}
"""What an app shows to the apps above it. Everything else is its own affair."""

OPEN_WHOLLY = {
    "core",  # no nouns: all of it is there to be used
    "demo",  # only the command that calls it stands above
}
"""Apps without a door: every module may be named from above."""

OPEN_BESIDES: dict[str, set[str]] = {
    # An operation's arguments, where they are more than five: whoever calls it fills them in.
    # answering, stories: what the units app registers there; fields: what a site's type asks for;
    # coordinates: pure functions between the ways in which a place is written.
    "places": {"answering", "coordinates", "drafts", "outlines", "fields", "stories"},
    "intake": {"drafts"},
    # editions, trees, checklists: the rows that an edition or a checklist comes in as; scorers:
    # pure functions from what was seen to points, which scores are made of.
    "frameworks": {"editions", "trees", "checklists", "scorers"},
    # Pure functions that move a case: a ledger from before and the demonstration live through them.
    # routing, likeness: what the rules would do with a case, and which cases are like it;
    # rulemaking: the rules that are shipped; invariants: what `yanzhen check` looks through.
    "cases": {"clock", "loop", "rulebook", "routing", "likeness", "rulemaking", "invariants"},
    # The fields by which a unit or a day is meant, so that every app asks for them alike.
    "units": {"forms"},
    # Every app declares its figures in the registry; snapshots are asked through an engine of
    # their own; documents quote the rows behind a figure and their digest.
    "figures": {"registry", "engines", "behind"},
    # draw, proof: so that anybody can run a draw again and hold it against the record.
    "inspections": {"draw", "proof"},
    "events": {"chain"},  # the canonical form, for whoever holds a row against what was recorded
    # The kinds of files, and taking in and writing them out as they stream by.
    "exchange": {"kind", "registry", "taking", "writing"},
}
"""Further modules that an app opens, each with its reason."""

NO_APPS = {"settings", "urls", "wsgi", "__main__"}


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("yanzhen", include_external_packages=False)


def parts(module: str) -> tuple[str, str]:
    """Return the app and the name within it: `yanzhen.cases.tests.factories` → cases, tests."""
    words = [*module.split("."), "", ""]
    return words[1], words[2]


def crossings() -> list[tuple[str, str]]:
    return [
        (importer, imported)
        for importer in sorted(graph().modules)
        for imported in sorted(graph().find_modules_directly_imported_by(importer))
        if parts(importer)[0] != parts(imported)[0]
        and parts(importer)[0] not in NO_APPS
        and parts(imported)[0] not in {"", *NO_APPS}
    ]


def test_apps_meet_only_at_what_they_open() -> None:
    closed = []
    for importer, imported in crossings():
        app, module = parts(imported)
        if app in OPEN_WHOLLY or module in OPEN_MODULES | OPEN_BESIDES.get(app, set()):
            continue
        if parts(importer)[1] == "tests":  # a test may look anywhere to see what came of a deed
            continue
        closed.append(f"{importer} → {imported}")
    assert closed == []


def test_no_product_code_leans_on_tests() -> None:
    leaning = [
        f"{importer} → {imported}"
        for importer in graph().modules
        for imported in graph().find_modules_directly_imported_by(importer)
        if ".tests" in imported and ".tests" not in importer
    ]
    assert leaning == []


def test_what_is_opened_besides_exists() -> None:
    for app, modules in OPEN_BESIDES.items():
        for module in modules:
            assert f"yanzhen.{app}.{module}" in graph().modules


def test_the_layers_hold() -> None:
    answer = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout


def test_every_app_has_its_room_in_the_layers_and_is_installed() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = contract["contracts"][0]["layers"]
    rooms = {room.strip(" ()") for layer in layers for room in layer.split("|")}
    apps = {path.parent.name for path in PACKAGE.glob("*/apps.py")}

    from django.conf import settings

    assert apps <= rooms
    assert {f"yanzhen.{app}" for app in apps} <= set(settings.INSTALLED_APPS)


def cross_app_keys(path: Path) -> list[str]:
    """Return the foreign keys in a models file that name a class of another app loosely."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr not in {"ForeignKey", "OneToOneField", "ManyToManyField"}:
            continue
        target = node.args[0] if node.args else None
        if isinstance(target, ast.Constant) and "." in str(target.value):
            found.append(f"{path.parent.name}:{node.lineno} names {target.value!r} as a string")
        if isinstance(target, ast.Name) and target.id in imported_models(path):
            names = {word.arg: word.value for word in node.keywords}
            back = names.get("related_name")
            if not (isinstance(back, ast.Constant) and back.value == "+"):
                found.append(f"{path.parent.name}:{node.lineno} {target.id} without related_name")
    return found


def imported_models(path: Path) -> set[str]:
    own = f"yanzhen.{path.parent.name}."
    return {
        name.asname or name.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("yanzhen.")
        and not (node.module or "").startswith(own)
        for name in node.names
    }


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*/models.py")), ids=lambda p: p.parent.name)
def test_a_key_to_another_app_names_the_class_and_leaves_no_way_up(path: Path) -> None:
    assert cross_app_keys(path) == []
