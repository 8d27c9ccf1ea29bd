"""The clock of a case: its time limits, its pauses, and how it looks now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from yanzhen.cases.enums import Hours
from yanzhen.cases.errors import NoClockPolicy
from yanzhen.cases.models import Case, ClockPolicy
from yanzhen.cases.rulebook import RuleBook

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class DueTimes:
    """By when a unit is to take a case and to put it right, and by which rule."""

    due_at: datetime
    acknowledge_due_at: datetime | None
    hours: Hours
    policy: ClockPolicy | None


def policy_for(book: RuleBook, case: Case) -> ClockPolicy | None:
    """The closest fit: first by category (itself before those above), then site type, severity."""
    for category in (*book.lineage(case.category_id), None):
        for site_type in (case.site_type_id, None) if case.site_type_id else (None,):
            for severity in (case.severity, ""):
                policy = book.policies.get((category, site_type, severity))
                if policy is not None:
                    return policy
    return None


def due_times(
    book: RuleBook, case: Case, *, at: datetime, due_at: datetime | None = None
) -> DueTimes:
    """The times for a case handed over at `at`: by the policy, unless a due time was named.

    Raises `NoClockPolicy`.
    """
    policy = policy_for(book, case)
    if policy is None:
        if due_at is None:
            raise NoClockPolicy
        return DueTimes(due_at, None, Hours.WORKING, None)
    hours = Hours(policy.hours)
    if due_at is None:
        due_at = later(book, hours, at, policy.rectify_minutes)
    return DueTimes(due_at, later(book, hours, at, policy.acknowledge_minutes), hours, policy)


def rework_times(book: RuleBook, case: Case, *, at: datetime) -> DueTimes:
    """By when work that failed its check is to be put right. Raises `NoClockPolicy`."""
    policy = policy_for(book, case)
    if policy is None:
        raise NoClockPolicy
    hours = Hours(policy.hours)
    return DueTimes(later(book, hours, at, policy.rework_minutes), None, hours, policy)


def verify_due_at(book: RuleBook, case: Case, *, at: datetime) -> datetime | None:
    """By when submitted work is to be checked; where no policy says so, nothing."""
    policy = policy_for(book, case)
    return later(book, Hours(policy.hours), at, policy.verify_minutes) if policy else None


def later(book: RuleBook, hours: Hours, at: datetime, minutes: int) -> datetime:
    """The instant so many minutes after `at`, counted in these hours."""
    if hours == Hours.CALENDAR:
        return at + minutes * _MINUTE
    return book.calendar.add_working_minutes(at, minutes)


def minutes_left(book: RuleBook, hours: Hours, at: datetime, due_at: datetime) -> int:
    """How much of the limit is left, begun minutes counted full; negative when it is over."""
    if hours == Hours.CALENDAR:
        return -((at - due_at) // _MINUTE)
    return -(book.calendar.working_time_between(due_at, at) // _MINUTE)
