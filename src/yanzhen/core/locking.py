"""Lock, then look: the one way in which operations take hold of a row."""

from typing import Self, TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


class LockingQuerySet(models.QuerySet[Row]):
    """A query set whose rows can be held until the end of the transaction."""

    def locked(self) -> Self:
        """Hold the rows in the order of their keys, so that two can never wait for each other.

        `no_key` lets others insert rows that point here. SQLite has no row locks: there every
        writing transaction begins IMMEDIATE, which holds the whole file instead.
        """
        if not connection.features.has_select_for_update:
            return self.order_by("pk")
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)
