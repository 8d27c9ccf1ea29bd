"""What somebody typed into a form that could not be taken just now, kept until it can.

A session may end, or a page grow old, while a form is being filled. What was sent is then kept
(sealed into the sign-in page, and in the session after it), and put back into the form's own
page as it leaves the house. No form needs to know of this, and it works without script.
"""

import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from html import escape
from html.parser import HTMLParser
from typing import Self
from urllib.parse import urlsplit

from django.core import signing
from django.http import HttpRequest

SALT = "yanzhen.kept"
LARGEST = 200_000
OLDEST = 12 * 3600
NEVER_KEPT = {"csrfmiddlewaretoken"}
LEFT_ALONE = {"file", "password", "submit", "button", "image", "reset"}
TICKED = {"checkbox", "radio"}


@dataclass(frozen=True)
class Kept:
    """Where a form was sent, what was in it, and whether files, which cannot be kept, were."""

    path: str
    fields: tuple[tuple[str, str], ...]
    had_files: bool = False

    @classmethod
    def of(cls, request: HttpRequest) -> Self | None:
        """What was sent; nothing where there is too much of it."""
        fields = tuple(
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if name not in NEVER_KEPT and "password" not in name and isinstance(value, str)
        )
        if sum(len(name) + len(value) for name, value in fields) > LARGEST:
            return None
        return cls(request.path, fields, bool(request.FILES))

    def sealed(self) -> str:
        """Text that only this house can have written."""
        return signing.dumps(asdict(self), salt=SALT, compress=True)

    @classmethod
    def unsealed(cls, text: str) -> Self | None:
        """What `sealed` wrote, unless it is old or was tampered with."""
        try:
            facts = signing.loads(text, salt=SALT, max_age=OLDEST)
            fields = tuple((name, value) for name, value in facts["fields"])
            return cls(facts["path"], fields, facts["had_files"])
        except (signing.BadSignature, json.JSONDecodeError, KeyError, TypeError, ValueError):
            return None


def put_back(html: str, kept: Kept, notice: str) -> str | None:
    """Return the page with what was typed in its form again, and `notice` at the form's head.

    Nothing where the page holds no form that is sent to where this one was.
    """
    filler = _Filler(html, kept, notice)
    filler.feed(html)
    filler.close()
    return filler.filled() if filler.found else None


class _Filler(HTMLParser):
    """Notes what has to change in a page, and leaves every other character as it is."""

    def __init__(self, html: str, kept: Kept, notice: str) -> None:
        super().__init__(convert_charrefs=False)
        self.html, self.kept, self.notice = html, kept, notice
        self.found = False
        self.values: dict[str, list[str]] = defaultdict(list)
        for name, value in kept.fields:
            self.values[name].append(value)
        self.line_starts = [0, *(at + 1 for at, sign in enumerate(html) if sign == "\n")]
        self.changes: list[tuple[int, int, str]] = []
        self.inside = False
        self.select: str | None = None
        self.textarea: tuple[str, int] | None = None

    def filled(self) -> str:
        parts, at = [], 0
        for start, end, text in self.changes:
            parts += [self.html[at:start], text]
            at = end
        return "".join([*parts, self.html[at:]])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = dict(attrs)
        name = have.get("name") or ""
        if tag == "form":
            self._open_form(have)
        elif not self.inside:
            return
        elif tag == "input":
            self._input(name, have)
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select in self.values:
            self._mark(tag, have, "selected", on=(have.get("value") or "") in self._of(self.select))
        elif tag == "textarea" and name in self.values:
            self.textarea = (name, self._position() + len(self.get_starttag_text() or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = None
        elif tag == "textarea" and self.textarea:
            name, start = self.textarea
            self.changes.append((start, self._position(), "\n" + escape(self._next(name))))
            self.textarea = None

    def _open_form(self, have: dict[str, str | None]) -> None:
        target = urlsplit(have.get("action") or self.kept.path).path
        if (have.get("method") or "").lower() != "post" or target != self.kept.path:
            return
        self.inside = True
        if not self.found:
            end = self._position() + len(self.get_starttag_text() or "")
            self.changes.append((end, end, self.notice))
        self.found = True

    def _input(self, name: str, have: dict[str, str | None]) -> None:
        kind = (have.get("type") or "text").lower()
        if kind in LEFT_ALONE or name in NEVER_KEPT or not name:
            return
        if kind in TICKED:
            self._mark("input", have, "checked", on=(have.get("value") or "on") in self._of(name))
        elif name in self.values:
            self._rewrite("input", have | {"value": self._next(name)})

    def _mark(self, tag: str, have: dict[str, str | None], mark: str, *, on: bool) -> None:
        changed = {key: value for key, value in have.items() if key != mark}
        self._rewrite(tag, changed | ({mark: None} if on else {}))

    def _rewrite(self, tag: str, have: dict[str, str | None]) -> None:
        words = [
            key if value is None else f'{key}="{escape(value)}"' for key, value in have.items()
        ]
        start = self._position()
        end = start + len(self.get_starttag_text() or "")
        self.changes.append((start, end, f"<{' '.join([tag, *words])}>"))

    def _of(self, name: str | None) -> list[str]:
        return self.values.get(name or "", [])

    def _next(self, name: str) -> str:
        """The values of one name in their order; the last one again where there are too few."""
        values = self.values[name]
        return values.pop(0) if len(values) > 1 else values[0]

    def _position(self) -> int:
        line, column = self.getpos()
        return self.line_starts[line - 1] + column
