"""Visits to pages: somebody signed in, what a page shows him, where it leads, what it asks."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases.tests.factories import MORNING

NOW = MORNING + timedelta(days=3, hours=1)
"""Thursday 2026-11-05, ten o'clock in Hengyang: what it is on the pages whose clock was stopped."""

PART = {"HX-Request": "true"}
"""What htmx says when it wants a part of a page only."""


def stop_clock(patch: pytest.MonkeyPatch, at: datetime = NOW) -> None:
    """Let Django's clock stand still: views read it, and a page tells of hours and days."""
    patch.setattr("django.utils.timezone.now", lambda: at)


def client_of(user: User) -> Client:
    """A browser in which `user` has signed in."""
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def signed_in(role: Role | None = Role.OPERATOR, **scope: Any) -> Client:
    """A browser of somebody new with this post, over the whole city where no scope is named."""
    return client_of(make_user(role, **scope))


def text(client: Client, address: str, status: int = 200, **headers: Any) -> str:
    """The page behind an address as it reads."""
    answer = client.get(address, headers=PART if headers.get("part") else None)
    assert answer.status_code == status, (address, answer.status_code)
    return unescape(answer.content.decode())


def said(answer: Any) -> str:
    """An answer as it reads, without the tokens that are new on every page."""
    return re.sub(r"\b[A-Za-z0-9]{64}\b", "token", unescape(answer.content.decode()))


def rows(page: str) -> list[str]:
    """The numbers of the cases that a list shows, in their order."""
    return re.findall(r'data-row="([A-Z]+-\d{4}-\d{6,})"', page)


def queries(client: Client, address: str, **headers: str) -> int:
    """How many queries a page costs."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address, headers=headers).status_code == 200
    return len(captured)


@dataclass
class Form:
    """A form of a page: where it is sent, and what a browser would send of it as it stands."""

    action: str
    fields: dict[str, list[str]]


class _Reader(HTMLParser):
    """Reads the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.select = self.textarea = ""

    def note(self, name: str, value: str) -> None:
        self.forms[-1].fields.setdefault(name, []).append(value)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {key: value or "" for key, value in attrs}
        name, value = have.get("name", ""), have.get("value", "")
        if tag == "form":
            self.forms.append(Form(have.get("action", "").split("?")[0], {}))
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in have:
            self.note(self.select, value)
        elif tag == "textarea":
            self.textarea = name
            self.note(name, "")
        elif tag == "input" and name and _is_sent(have):
            self.note(name, value)

    def handle_data(self, data: str) -> None:
        if self.textarea:
            typed = self.forms[-1].fields[self.textarea]
            typed[-1] = (typed[-1] + data).lstrip("\r\n") if not typed[-1] else typed[-1] + data

    def handle_endtag(self, tag: str) -> None:
        if tag in {"textarea", "select"}:
            self.select = self.textarea = ""


def _is_sent(have: dict[str, str]) -> bool:
    kind = have.get("type", "text")
    return "checked" in have if kind in {"checkbox", "radio"} else kind not in {"file", "submit"}


def forms_on(answer: Any) -> list[Form]:
    """The forms of a page."""
    reader = _Reader()
    reader.feed(answer.content.decode())
    return reader.forms


def form_on(answer: Any, action: str) -> dict[str, list[str]]:
    """What the form that is sent to `action` holds; there is exactly one such form on the page."""
    found = [form.fields for form in forms_on(answer) if form.action == action]
    assert len(found) == 1, (action, [form.action for form in forms_on(answer)])
    return found[0]
