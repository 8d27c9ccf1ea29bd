"""Lives of cases in memory: written as rows, and told again by plain Python as an oracle.

The oracle knows no SQL and no registry: it goes through the lives one by one, day by day, by
the words of the definitions.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Any

from django.db.models import Max

from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases.enums import CaseKind, CaseStatus, Ending, Severity, Source
from yanzhen.cases.models import STANDING_FIELDS, Assignment, Case, CaseSpan
from yanzhen.core.time import city_day, city_midnight

S = CaseStatus
IN_HAND = {S.DISPATCHED, S.ACKNOWLEDGED, S.REWORK, S.SUBMITTED, S.VERIFIED}
REPORTED_BACK = {S.SUBMITTED, S.VERIFIED}


@dataclass(frozen=True)
class Stand:
    """How a case stands from a moment on."""

    at: datetime
    status: CaseStatus
    unit: str | None = None
    due_at: datetime | None = None
    submitted_at: datetime | None = None
    closed_at: datetime | None = None
    rework_count: int = 0
    submission_count: int = 0

    def is_overdue(self, at: datetime) -> bool:
        if self.status not in IN_HAND or self.due_at is None or self.due_at >= at:
            return False
        in_time = self.submitted_at is not None and self.submitted_at <= self.due_at
        return not (self.status in REPORTED_BACK and in_time)

    @property
    def is_on_time(self) -> bool:
        return (
            self.status in {S.SUBMITTED, S.VERIFIED, S.CLOSED}
            and self.submitted_at is not None
            and self.due_at is not None
            and self.submitted_at <= self.due_at
        )

    def is_judged(self, at: datetime) -> bool:
        if self.status == S.CLOSED:
            return True
        return self.status in IN_HAND and self.due_at is not None and self.due_at < at


@dataclass
class Life:
    """A case from its filing on, and the hand-overs that came back."""

    number: str
    filed_at: datetime
    area: str = "430406001001"
    source: str = Source.INSPECTION
    severity: str = Severity.NORMAL
    kind: str = CaseKind.PROBLEM
    category: str | None = None
    site_type: str | None = None
    recurs: bool = False
    stands: list[Stand] = field(default_factory=list)
    returns: list[tuple[str, datetime]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.stands:
            self.stands.append(Stand(self.filed_at, S.FILED))

    @property
    def last(self) -> Stand:
        return self.stands[-1]

    def stand(self, at: datetime) -> Stand | None:
        """How it stood at a moment; nothing before it was filed."""
        found = [stand for stand in self.stands if stand.at <= at]
        return found[-1] if found else None

    def goes_on(self, at: datetime, **changes: Any) -> "Life":
        self.stands.append(replace(self.last, at=at, **changes))
        return self

    # --- the moves, as the loop has them ---

    def dispatch(self, at: datetime, unit: str, due_at: datetime) -> "Life":
        return self.goes_on(at, status=S.DISPATCHED, unit=unit, due_at=due_at, submitted_at=None)

    def acknowledge(self, at: datetime) -> "Life":
        return self.goes_on(at, status=S.ACKNOWLEDGED)

    def give_back(self, at: datetime) -> "Life":
        self.returns.append((self.last.unit or "", at))
        return self.goes_on(at, status=S.FILED, unit=None, due_at=None)

    def extend(self, at: datetime, due_at: datetime) -> "Life":
        return self.goes_on(at, due_at=due_at)

    def park(self, at: datetime) -> "Life":
        return self.goes_on(at, status=S.PARKED, due_at=None)

    def submit(self, at: datetime) -> "Life":
        count = self.last.submission_count + 1
        return self.goes_on(at, status=S.SUBMITTED, submitted_at=at, submission_count=count)

    def fail(self, at: datetime, due_at: datetime) -> "Life":
        count = self.last.rework_count + 1
        return self.goes_on(
            at, status=S.REWORK, submitted_at=None, due_at=due_at, rework_count=count
        )

    def verify(self, at: datetime) -> "Life":
        return self.goes_on(at, status=S.VERIFIED)

    def close(self, at: datetime) -> "Life":
        return self.goes_on(at, status=S.CLOSED, closed_at=at)

    def reopen(self, at: datetime, due_at: datetime) -> "Life":
        return self.goes_on(
            at, status=S.DISPATCHED, closed_at=None, submitted_at=None, due_at=due_at
        )

    def decline(self, at: datetime) -> "Life":
        return self.goes_on(at, status=S.DECLINED)

    def merge(self, at: datetime) -> "Life":
        return self.goes_on(at, status=S.MERGED, due_at=None)


# --- Written as rows ------------------------------------------------------------------------------


def write(lives: Sequence[Life]) -> None:
    """Write the lives as the loop leaves them: the case as it stands, its spans, what came back."""
    giver = make_user()
    first = (Case.objects.aggregate(last=Max("pk"))["last"] or 0) + 1_000
    cases = dict(enumerate(lives, first))
    Case.objects.bulk_create(_case(pk, life) for pk, life in cases.items())
    CaseSpan.objects.bulk_create(span for pk, life in cases.items() for span in _spans(pk, life))
    Assignment.objects.bulk_create(
        Assignment(
            case_id=pk,
            unit_id=unit,
            dispatched_by=giver,
            dispatched_at=at,
            first_due_at=at,
            ended_at=at,
            ending=Ending.RETURNED,
        )
        for pk, life in cases.items()
        for unit, at in life.returns
    )


def _case(pk: int, life: Life) -> Case:
    return Case(
        pk=pk,
        number=life.number,
        kind=life.kind,
        title="占道经营",
        source=life.source,
        severity=life.severity,
        category_id=life.category,
        site_type_id=life.site_type,
        area_id=life.area,
        found_at=life.filed_at,
        filed_at=life.filed_at,
        recurrence_of_id=pk if life.recurs else None,
        merged_into_id=pk if life.last.status == S.MERGED else None,
        **_columns(life.last),
    )


def _columns(stand: Stand) -> dict[str, Any]:
    columns: dict[str, Any] = {name: getattr(stand, name, None) for name in STANDING_FIELDS}
    counts = {name: columns[name] or 0 for name in STANDING_FIELDS if name.endswith("_count")}
    return columns | counts | {"unit_id": stand.unit}


def _spans(pk: int, life: Life) -> list[CaseSpan]:
    ends = [stand.at for stand in life.stands[1:]] + [None]
    return [
        CaseSpan(case_id=pk, number=number, at=stand.at, until=until, **_columns(stand))
        for number, (stand, until) in enumerate(zip(life.stands, ends, strict=True), 1)
    ]


# --- The oracle -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """A figure as plain Python tells it."""

    value: Decimal | None
    numerator: int | None
    denominator: int | None


Holds = Callable[[Life, Stand], bool]


def tell(
    lives: Iterable[Life],
    *,
    as_of: datetime,
    from_on: date | None = None,
    to_on: date | None = None,
    holds: Holds = lambda _life, _stand: True,
    first_day: date | None = None,
) -> dict[str, Told]:
    """Every figure of the loop, by the words of its definition.

    `holds` picks the rows of a part of the whole; of a return the stand is the one before it.
    """
    problems = [life for life in lives if life.kind == CaseKind.PROBLEM]
    cohort = []
    for life in problems:
        stand, day = life.stand(as_of), city_day(life.filed_at)
        if stand is None or stand.status in {S.DECLINED, S.MERGED}:
            continue
        if (from_on and day < from_on) or (to_on and day > to_on):
            continue
        cohort.append((life, stand))
    counted = [(life, stand) for life, stand in cohort if holds(life, stand)]
    closed = [(life, stand) for life, stand in counted if stand.status == S.CLOSED]
    judged = [stand for _, stand in counted if stand.is_judged(as_of)]
    on_time = [stand for stand in judged if stand.is_on_time]
    found, rectified = len(counted), len(closed)
    rework = sum(stand.rework_count for _, stand in counted)
    submissions = sum(stand.submission_count for _, stand in counted)
    recurring = sum(life.recurs for life, _ in counted)
    returned = sum(
        1
        for life, _ in cohort
        for unit, at in life.returns
        if at <= as_of and holds(life, replace(life.last, unit=unit))
    )
    overdue = sum(stand.is_overdue(as_of) for _, stand in counted)
    lengths = [
        (stand.closed_at - life.filed_at) // timedelta(microseconds=1)
        for life, stand in closed
        if stand.closed_at
    ]
    return {
        "cases_found": Told(Decimal(found), found, None),
        "cases_rectified": Told(Decimal(rectified), rectified, None),
        "rectification_rate": _rate(rectified, found),
        "on_time_rate": _rate(len(on_time), len(judged)),
        "rework_rate": _rate(rework, submissions),
        "recurrence_rate": _rate(recurring, found),
        "return_count": Told(Decimal(returned), returned, None),
        "overdue_open": Told(Decimal(overdue), overdue, None),
        "median_days_to_close": Told(_days(lengths), None, len(lengths)),
        "zero_overdue_days": _clear(problems, as_of, from_on, to_on, holds, first_day),
    }


def _rate(above: int, below: int) -> Told:
    value = (
        (Decimal(above) * 100 / Decimal(below)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        if below
        else None
    )
    return Told(value, above, below)


def _days(lengths: list[int]) -> Decimal | None:
    if not lengths:
        return None
    middle = median([Decimal(length) for length in lengths])
    return (middle / 86_400_000_000).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _clear(
    problems: list[Life],
    as_of: datetime,
    from_on: date | None,
    to_on: date | None,
    holds: Holds,
    first_day: date | None,
) -> Told:
    first = from_on or first_day
    if first is None:
        filed = [
            city_day(life.filed_at)
            for life in problems
            if (stand := life.stand(as_of))
            and stand.status not in {S.DECLINED, S.MERGED}
            and (to_on is None or city_day(life.filed_at) <= to_on)
            and holds(life, stand)
        ]
        first = min(filed, default=None)
    if first is None:
        return Told(None, 0, 0)
    total = clear = 0
    day = first
    while city_midnight(day) < as_of and (to_on is None or day <= to_on):
        end = min(city_midnight(day + timedelta(days=1)), as_of)
        total += 1
        clear += not any(
            (stand := life.stand(end)) and stand.is_overdue(end) and holds(life, stand)
            for life in problems
        )
        day += timedelta(days=1)
    return Told(Decimal(clear) if total else None, clear, total)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]  # year, month, day and on
