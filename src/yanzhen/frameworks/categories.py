"""The categories of cases, which lie above: that app says which there are."""

from collections.abc import Callable, Mapping

Categories = Callable[[], Mapping[str, str]]
"""The codes of all categories that a new case may have, each with its name."""

_registered: list[Categories] = []


def register_categories(categories: Categories) -> None:
    """Ask `categories` from now on; a later registration takes the place of an earlier one."""
    _registered[:] = [categories]


def category_names() -> Mapping[str, str]:
    """Code → name of every category in use. Nobody registered: none."""
    return _registered[0]() if _registered else {}
