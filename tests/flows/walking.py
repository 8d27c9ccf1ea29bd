"""Walking through the pages as a person does: signing in, looking at each page one meets."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import PASSWORD

Axe = Callable[[Page], list[str]]


@dataclass
class Walk:
    """A page of the browser, and what was found wrong with what it has shown so far."""

    page: Page
    axe: Axe
    found: list[str] = field(default_factory=list)

    def look(self, place: str = "") -> None:
        """Hold what is shown against axe, and against the width of its window."""
        self.page.wait_for_load_state("load")
        where = place or self.page.url
        self.found += [f"{where} {barrier}" for barrier in self.axe(self.page)]
        if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.found.append(f"{where} is too wide")

    def go(self, link: Locator, url: str) -> None:
        """Follow a link, wait for where it leads, and look."""
        link.click()
        self.arrive(url)

    def arrive(self, url: str) -> None:
        """Wait until the browser is there, and look."""
        self.page.wait_for_url(url)
        self.look()

    def press(self, name: str, within: Locator | None = None) -> None:
        """Press the button of this name."""
        (within or self.page).get_by_role("button", name=name, exact=True).click()

    def pick(self, files: Locator, file: Path) -> None:
        """Choose a file, once the script that shows it has begun."""
        expect(self.page.locator("[data-upload][data-ready]").first).to_be_attached()
        files.set_input_files(file)

    def told(self, words: str) -> None:
        """The page says so, where it says what happened."""
        expect(self.page.locator("#messages").get_by_text(words)).to_be_visible()

    def sign_in(self, user: User, to: str = "/") -> None:
        """Ask for a page, be asked who one is, and be let through to it."""
        self.page.goto(to)
        self.page.get_by_label("用户名").fill(user.username)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.press("登录")
        self.page.wait_for_url(f"**{to}")


def group(page: Page, name: str) -> Locator:
    """A group of the inbox by the deed that it asks for."""
    return page.locator("section.grp", has=page.get_by_role("heading", name=name))


def row(place: Locator, title: str) -> Locator:
    """The line of a list that tells of this case."""
    return place.locator("[data-row]", has_text=title)


def file_at(folder: Path, name: str, content: bytes) -> Path:
    """A file that somebody picks."""
    path = folder / name
    path.write_bytes(content)
    return path
