"""Two deeds at the same moment, each on its own connection."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from django.db import connection, transaction

from yanzhen.core.errors import Refused

A_MOMENT = 0.3


def at_once(first: Callable[[], object], second: Callable[[], object]) -> list[object]:
    """Start the second deed while the first is done but not yet committed.

    Without the lock that both take, the second sees the world as it was before the first, each
    time. Returns what each gave, or the refusal it met.
    """
    is_done = Event()

    def do_first() -> object:
        with transaction.atomic():
            try:
                return first()
            finally:
                is_done.set()
                time.sleep(A_MOMENT)

    def do_second() -> object:
        is_done.wait()
        return second()

    def do(deed: Callable[[], object]) -> object:
        try:
            return deed()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(do, (do_first, do_second)))
