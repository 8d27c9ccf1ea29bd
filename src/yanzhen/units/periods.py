"""From a day to a day, both included."""

from datetime import date

from yanzhen.units.errors import EndsBeforeItBegins


def require_order(from_on: date, to_on: date | None) -> None:
    """Go on, or raise `EndsBeforeItBegins`."""
    if to_on is not None and to_on < from_on:
        raise EndsBeforeItBegins(from_on=from_on, to_on=to_on)
