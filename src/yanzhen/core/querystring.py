"""Addresses of the same list with one filter changed. A changed filter starts at the first page."""

from typing import Final

from django.http import QueryDict

CURSORS: Final = ("after", "before", "page")
"""Where in the list one stands; means nothing once the list is another one."""


def with_values(query: QueryDict, changes: dict[str, object]) -> str:
    """Return `?…` with each key set to its value, or to each of a list; `None` and "" take it out."""
    changed = _without_cursors(query, changes)
    for key, value in changes.items():
        if value is None or value == "":
            changed.pop(key, None)
        elif isinstance(value, list | tuple | set | frozenset):
            changed.setlist(key, [str(one) for one in value])
        else:
            changed[key] = str(value)
    return f"?{changed.urlencode()}"


def without_value(query: QueryDict, key: str, value: str = "") -> str:
    """Return `?…` without the key, or without one of its values."""
    changed = _without_cursors(query, {})
    if value:
        changed.setlist(key, [one for one in changed.getlist(key) if one != value])
    else:
        changed.pop(key, None)
    return f"?{changed.urlencode()}"


def rest(query: QueryDict, *keys: str) -> list[tuple[str, str]]:
    """Return every pair but those of `keys` and the cursors: what a filter's form carries along."""
    gone = {*keys, *CURSORS}
    return [(key, value) for key, values in query.lists() if key not in gone for value in values]


def _without_cursors(query: QueryDict, changes: dict[str, object]) -> QueryDict:
    changed = query.copy()
    for cursor in CURSORS:
        if cursor not in changes or changes[cursor] in (None, ""):
            changed.pop(cursor, None)
    return changed
