"""Two deeds at the same moment, each on its own connection."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from yanzhen.core.errors import Refused


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Start all deeds together; return what each gave, or the refusal it met, in their order."""
    start = Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> object:
        start.wait()
        try:
            return deed()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))
