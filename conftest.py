"""What every test may ask for: Chromium, a page in it, axe, and a house that is left clean."""

import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, sync_playwright

from yanzhen.accounts.models import User

ROOT = Path(__file__).resolve().parent
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ONLY_POSTGRES = "needs the row locks of PostgreSQL; `./dev test --postgres` runs it"

# The same examples on every run: a failure is a bug, never bad luck.
hypothesis_settings.register_profile(
    "house",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis_settings.load_profile("house")


# --- Which tests run ------------------------------------------------------------------------------


def on_postgres() -> bool:
    return bool(settings.DATABASES["default"]["ENGINE"].endswith("postgresql"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = os.environ.get("YANZHEN_NO_BROWSER")
    for item in items:
        if not on_postgres() and item.get_closest_marker("postgres_only"):
            item.add_marker(pytest.mark.skip(reason=ONLY_POSTGRES))
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
            if missing:
                item.add_marker(pytest.mark.skip(reason=f"no browser tests: {missing} missing"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    races = sum(ONLY_POSTGRES in str(report.longrepr) for report in skipped)
    if races:
        terminalreporter.write_line(
            f"{races} race tests did not run: SQLite lets one write at a time. "
            "They are covered by ./dev test --postgres."
        )


def pytest_sessionfinish() -> None:
    shutil.rmtree(settings.YANZHEN_HOME, ignore_errors=True)


# --- Rows for many tests --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lasting(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What fixtures of the module write stays for all of its tests, and is gone after the last.

    Each test still undoes what it does itself: its own transaction lies within this one.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


# --- No network -----------------------------------------------------------------------------------


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Let nothing but this machine be called: the product stands in a closed network."""
    really_connect = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            message = f"a test called {address}"
            raise AssertionError(message)
        really_connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        yield


# --- The browser ----------------------------------------------------------------------------------


class OpenPage(Protocol):
    """How a test opens a page: signed in as `user`, at a width."""

    def __call__(
        self, user: User | None = None, *, width: int = 1440, height: int = 900, **options: Any
    ) -> Page: ...


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium, one for each test process."""
    # Playwright's synchronous calls run beside an event loop, which the ORM would object to.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    found = os.environ.get("YANZHEN_CHROMIUM") or next(
        filter(None, map(shutil.which, CHROMIUM_NAMES)), None
    )
    if not found:
        pytest.fail("Chromium is missing; ./dev test installs it or says why not")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser, live_server: Any) -> Iterator[OpenPage]:
    """Open pages on the live server; fail when one complains or calls another host."""
    complaints: list[str] = []
    contexts = []

    def note(message: ConsoleMessage) -> None:
        # A refusal's 4xx is an answer, not an error of the page.
        # Nor is it one that a request fails while the test has switched the network off.
        expected = ("the server responded with a status of 4", "net::ERR_INTERNET_DISCONNECTED")
        if message.type == "error" and not any(words in message.text for words in expected):
            complaints.append(message.text)

    def only_home(route: Route) -> None:
        if route.request.url.startswith((live_server.url, "data:", "blob:")):
            route.continue_()
        else:
            complaints.append(f"called {route.request.url}")
            route.abort()

    def open_one(
        user: User | None = None, *, width: int = 1440, height: int = 900, **options: Any
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            locale="en-US",  # as office PCs come; the pages must be Chinese all the same
            timezone_id="Asia/Shanghai",
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.route("**/*", only_home)
        if user is not None:
            cookie = {"name": settings.SESSION_COOKIE_NAME, "url": live_server.url}
            context.add_cookies([{**cookie, "value": session_of(user)}])  # type: ignore[typeddict-item]
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


def session_of(user: User) -> str:
    """Return the key of a session in which `user` has signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """Return a function that says what axe finds serious on a page."""
    source = (ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")

    def look(page: Page) -> list[str]:
        page.evaluate(source)
        found = page.evaluate(
            "() => axe.run(document, {preload: false, resultTypes: ['violations']})"
        )
        return [
            f"{violation['id']}: {violation['help']} {json.dumps(node['target'])}"
            for violation in found["violations"]
            if violation["impact"] in {"serious", "critical"}
            for node in violation["nodes"]
        ]

    return look
