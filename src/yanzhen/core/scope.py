"""Scope by code: whoever holds a code answers for every code that begins with it."""


def prefix_range(prefix: str) -> tuple[str, str]:
    """Return `(low, high)` so that `low <= code < high` holds for exactly the codes under `prefix`.

    A range is served by an ordinary index on every engine; a pattern is not.
    Raises `ValueError` for an empty prefix, which would mean "everything".
    """
    if not prefix:
        msg = "an empty prefix has no range"
        raise ValueError(msg)
    return prefix, prefix[:-1] + chr(ord(prefix[-1]) + 1)


def covers(prefix: str, code: str) -> bool:
    """Whether `code` lies at or under `prefix`."""
    return bool(prefix) and code.startswith(prefix)
