"""Which areas and sites somebody answers for through a unit.

This app lies below the units and cannot ask them. The units' app registers its answer here when
the house starts; until then nobody answers for anything.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from yanzhen.accounts.models import User


@dataclass(frozen=True, slots=True)
class Answered:
    """What a user's units answer for on one day."""

    area_codes: tuple[str, ...] = ()
    """Areas, each with all below it."""
    site_codes: Iterable[str] = ()
    """Sites beside those in the areas: codes, or a query set of one column of codes."""


Answering = Callable[[User, date], Answered]


def _nothing(user: User, on: date) -> Answered:  # noqa: ARG001 - the shape that is registered
    return Answered()


_answers: Answering = _nothing


def register_answering(answers: Answering) -> None:
    """Let `answers` say what a user's units answer for."""
    global _answers  # noqa: PLW0603 - one line of wiring, done once at the start
    _answers = answers


def answered_by(user: User, on: date) -> Answered:
    """What the user's units answer for on that day."""
    return _answers(user, on)
