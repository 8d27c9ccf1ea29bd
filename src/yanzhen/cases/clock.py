"""The clock of a case: its time limits, its pauses, and how it looks now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from yanzhen.cases import rulebook
from yanzhen.cases.enums import WITH_THE_UNIT, CaseStatus, Hours
from yanzhen.cases.errors import NoClockPolicy
from yanzhen.cases.models import Case, ClockPolicy
from yanzhen.cases.rulebook import RuleBook
from yanzhen.core.clockface import ClockFace
from yanzhen.core.words import near_date, span

SOON_SHARE = 0.75
SOONER_SHARE, SOONER_MINUTES = 0.6, 210
"""Time runs short when three quarters are used, or more than half and only half a day is left."""

_MINUTE = timedelta(minutes=1)
_DAY_MINUTES = 24 * 60


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


def time_between(book: RuleBook, hours: Hours, start: datetime, end: datetime) -> timedelta:
    """The time from one instant to another, counted in these hours."""
    if hours == Hours.CALENDAR:
        return end - start
    return book.calendar.working_time_between(start, end)


# --- How it looks -------------------------------------------------------------------------------


def clock_face(
    case: Case, *, now: datetime, book: RuleBook | None = None, exact: bool = False
) -> ClockFace | None:
    """What the clock of a case says now; nothing for a case that was declined or merged.

    A list reads `rulebook.current()` once and gives it to all of its rows. `exact` says minutes
    beside hours.
    """
    book = book or rulebook.current()
    if case.status in WITH_THE_UNIT and case.due_at:
        return _running(book, case, case.clock_from_at, case.due_at, now, exact=exact)
    face: ClockFace | None = None
    match case.status:
        case CaseStatus.REPORTED | CaseStatus.FILED:
            since = case.filed_at or case.found_at
            waited = time_between(book, Hours.WORKING, since, now)
            face = ClockFace(waited_words(book, Hours.WORKING, waited, exact=exact), 0, None, "run")
        case CaseStatus.PARKED:
            face = ClockFace(_("停钟（挂账）"), 0, None, "hold")
        case CaseStatus.SUBMITTED:
            face = verify_face(case, now=now, book=book, exact=exact)
        case CaseStatus.VERIFIED:
            face = ClockFace(_("待销号"), 1, None, "done")
        case CaseStatus.CLOSED:
            face = ClockFace(closed_words(case), 1, None, "done")
    return face


def acknowledge_face(
    case: Case, *, now: datetime, book: RuleBook | None = None, exact: bool = False
) -> ClockFace | None:
    """How long a unit still has to take the case; nothing when it has, or no limit is set."""
    if case.status != CaseStatus.DISPATCHED or case.acknowledge_due_at is None:
        return None
    book, due_at = book or rulebook.current(), case.acknowledge_due_at
    return _running(book, case, case.dispatched_at, due_at, now, what=_("签收"), exact=exact)


def verify_face(
    case: Case, *, now: datetime, book: RuleBook | None = None, exact: bool = False
) -> ClockFace | None:
    """How long there still is to check the work."""
    if case.status != CaseStatus.SUBMITTED:
        return None
    book = book or rulebook.current()
    if case.verify_due_at is None:
        waited = time_between(book, Hours(case.hours), case.submitted_at or now, now)
        return ClockFace(waited_words(book, Hours(case.hours), waited, exact=exact), 0, None, "run")
    due_at = case.verify_due_at
    return _running(book, case, case.submitted_at, due_at, now, what=_("核查"), exact=exact)


def waited_words(book: RuleBook, hours: Hours, time: timedelta, *, exact: bool = False) -> str:
    """How long somebody has been waiting, where no limit is set; at night nobody is kept so."""
    if time < _MINUTE:
        return _("未开始计时") if hours == Hours.WORKING else _("刚到")
    return _("已等 %(span)s") % {"span": length(book, hours, time, exact=exact)}


def closed_words(case: Case) -> str:
    """Whether the work of a closed case was done in time."""
    is_late = case.submitted_at and case.due_at and case.submitted_at > case.due_at
    return _("超期办结") if is_late else _("按时办结")


def length(book: RuleBook, hours: Hours, time: timedelta, *, exact: bool = False) -> str:
    """A stretch of such time in words; in working hours a day is a working day."""
    if hours == Hours.CALENDAR:
        return span(time, exact=exact)
    days, rest = divmod(abs(time), book.calendar.day_minutes * _MINUTE)
    return span(days * _DAY_MINUTES * _MINUTE + rest, exact=exact)


def _running(
    book: RuleBook,
    case: Case,
    since: datetime | None,
    due_at: datetime,
    now: datetime,
    *,
    what: str = "",
    exact: bool,
) -> ClockFace:
    hours = Hours(case.hours)
    limit = time_between(book, hours, since or due_at, due_at)
    left = time_between(book, hours, now, due_at)
    said = length(book, hours, left, exact=exact)
    is_off = abs(left) < _MINUTE <= abs(due_at - now)
    if now > due_at:
        words = _("%(what)s超期 %(span)s") % {"what": what, "span": said}
        if is_off:
            words = _("%(what)s已超期") % {"what": what}
        return ClockFace(words, 1.0, _share(limit, limit - left), "late")
    words = _("%(what)s还剩 %(span)s") % {"what": what, "span": said}
    if is_off:  # nobody works until then: the hour says more than no time at all
        words = _("%(what)s%(due)s 到期") % {"what": what, "due": near_date(due_at, now=now)}
    share = _share(limit - left, limit)
    is_short = share >= SOON_SHARE or (share >= SOONER_SHARE and left <= SOONER_MINUTES * _MINUTE)
    return ClockFace(words, share, None, "soon" if is_short else "run")


def _share(part: timedelta, whole: timedelta) -> float:
    return min(1.0, max(0.0, part / whole)) if whole > timedelta(0) else 1.0
