"""What a phone's clock says, put on the server's."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from yanzhen.inspections.enums import Clockwork

CLOCKS_DIFFER_BY = timedelta(minutes=2)
"""As far apart two clocks may be, a slow network included, without being wrong."""
LONGEST_VISIT = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Skew:
    """How far the phone's clock was ahead of the server's when it synced."""

    length: timedelta

    @classmethod
    def of(cls, *, sent_at: datetime, now: datetime) -> "Skew":
        return cls(sent_at - now)

    @property
    def seconds(self) -> int:
        return round(self.length.total_seconds())

    @property
    def is_wrong(self) -> bool:
        return abs(self.length) > CLOCKS_DIFFER_BY

    def corrected(self, at: datetime) -> datetime:
        """A moment of the phone on the server's clock."""
        return at - self.length if self.is_wrong else at


@dataclass(frozen=True, slots=True)
class Times:
    """When a visit began and ended by the server's clock, and how well that is known."""

    started_at: datetime
    finished_at: datetime
    clock: Clockwork


def times_of(
    *, started_at: datetime, finished_at: datetime, skew: Skew, opened_at: datetime, now: datetime
) -> Times:
    """Put a visit on the server's clock; what cannot be so is moved to where it can, and marked.

    A visit lies between the opening of its round and now. Its length is kept where it is believable.
    """
    start, end = skew.corrected(started_at), skew.corrected(finished_at)
    length = end - start
    is_doubtful = (
        not timedelta(0) <= length <= LONGEST_VISIT
        or start < opened_at - CLOCKS_DIFFER_BY
        or end > now + CLOCKS_DIFFER_BY
    )
    if not timedelta(0) <= length <= LONGEST_VISIT:
        length = timedelta(0)
    end = max(opened_at, min(end, now))
    start = max(opened_at, end - length)
    end = max(start, end)
    clock = Clockwork.CORRECTED if skew.is_wrong else Clockwork.TRUSTED
    return Times(start, end, Clockwork.DOUBTFUL if is_doubtful else clock)
