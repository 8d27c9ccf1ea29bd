"""The record in words: no auditor has to read the names that the code gives."""

import re
from collections.abc import Iterator
from pathlib import Path

import yanzhen
from yanzhen.accounts.enums import Action
from yanzhen.desk.record_words import MATTERS, event_words

SOURCE = Path(yanzhen.__file__).parent
LITERAL = re.compile(rf'"((?:{"|".join(MATTERS)})\.[a-z_]+)"')
NO_EVENTS = set(Action.values)
"""What is written like a kind of event and is none: what posts allow."""


def recorded() -> Iterator[str]:
    """Every kind of event that stands in the source."""
    for path in SOURCE.rglob("*.py"):
        if "tests" not in path.parts and path.name != "styleguide.py":
            yield from LITERAL.findall(path.read_text(encoding="utf-8"))


def test_every_kind_of_event_has_its_words() -> None:
    kinds = set(recorded()) - NO_EVENTS

    assert {"user.signed_in", "case.extension_lapsed", "area.outlined"} <= kinds
    assert [kind for kind in sorted(kinds) if event_words(kind) == kind] == []


def test_a_kind_is_told_by_its_matter_and_its_deed() -> None:
    assert event_words("user.signed_in") == "人员：登录"
    assert event_words("case.dispatched") == "问题：交办"
    assert event_words("case.closed") == "问题：销号"
    assert event_words("unit.closed") == "单位：停用"
    assert event_words("something.new") == "something.new"
