"""What every page loads: small, from this house, and nothing inline."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory

from yanzhen.core import styleguide, views
from yanzhen.core.templatetags.parts import SCRIPT_WORDS

pytestmark = pytest.mark.urls("yanzhen.core.tests.pages")

PACKAGE = Path(__file__).resolve().parent.parent.parent
STATIC = PACKAGE / "static"
MOST_CSS = 80_000
MOST_SCRIPT = 60_000


def linked() -> list[Path]:
    html = render_to_string("ds/head.html")
    return [STATIC / name for name in re.findall(r'(?:href|src)="/static/([^"]+)"', html)]


def guide(name: str) -> str:
    return views.guide(RequestFactory().get(f"/styleguide/{name}/"), name).content.decode()


def test_the_styles_of_every_page_stay_small() -> None:
    styles = [path for path in linked() if path.suffix == ".css"]

    assert len(styles) > 5
    assert sum(path.stat().st_size for path in styles) < MOST_CSS


def test_the_scripts_of_every_page_stay_small() -> None:
    scripts = [path for path in linked() if path.suffix == ".js" and path.parent.name == "js"]

    assert len(scripts) > 5
    assert sum(path.stat().st_size for path in scripts) < MOST_SCRIPT


def test_nothing_is_loaded_from_another_host() -> None:
    for path in [*STATIC.glob("css/*.css"), *STATIC.glob("js/*.js")]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?://|url\(\s*['\"]?//", text), path.name


def test_scripts_say_only_sentences_that_the_page_brings() -> None:
    said = set()
    for path in STATIC.glob("js/*.js"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"[\u4e00-\u9fff]", re.sub(r"//.*", "", text)), path.name
        said |= set(re.findall(r"WORDS\.(\w+)", text))

    statuses = {key for key in SCRIPT_WORDS if key.startswith("status")}
    assert said == set(SCRIPT_WORDS) - statuses


@pytest.mark.parametrize("name", styleguide.PAGES)
def test_no_page_holds_style_or_script_of_its_own(name: str) -> None:
    html = guide(name)

    assert not re.search(r"<[^>]*\sstyle=", html)
    assert not re.search(r"<[^>]*\son[a-z]+=", html)
    assert "<style" not in html
    assert all(
        "src=" in tag or 'type="application/json"' in tag
        for tag in re.findall(r"<script[^>]*>", html)
    )


@pytest.mark.parametrize("name", styleguide.PAGES)
def test_every_class_on_a_page_has_its_style(name: str) -> None:
    css = "".join(path.read_text(encoding="utf-8") for path in STATIC.glob("css/*.css"))
    styled = set(re.findall(r"\.([a-z][\w-]*)", css))
    # these say something to scripts or to a reader of the page, and look like what is around them
    plain = {"chips", "find-in", "say-info", "say-success", "st-on", "on-phone"}
    used = {one for value in re.findall(r'\sclass="([^"]*)"', guide(name)) for one in value.split()}

    assert used - styled - plain == set()


@pytest.mark.parametrize(
    "path", sorted((PACKAGE / "templates").rglob("*.html")), ids=lambda p: p.name
)
def test_every_template_can_be_read(path: Path) -> None:
    get_template(str(path.relative_to(PACKAGE / "templates")))
