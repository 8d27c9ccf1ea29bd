"""What the pages of the negative list show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from yanzhen.accounts.models import User
from yanzhen.core.paging import Key, Order
from yanzhen.frameworks.enums import NegativeLevel, NegativeStatus
from yanzhen.frameworks.models import NegativeEvent, NegativeKind

LATEST = Order(
    "latest", (Key("reported_at", datetime, descending=True), Key("pk", descending=True))
)
LEVELS = list(NegativeLevel)


@dataclass(frozen=True, slots=True)
class LevelKinds:
    """One step of the ladder with its kinds."""

    level: NegativeLevel
    kinds: Sequence[NegativeKind]


def ladder() -> list[LevelKinds]:
    """The four steps, each with its kinds; those in use first. One query."""
    kinds = (
        NegativeKind.objects.select_related("unit")
        .annotate(confirmed=Count("events", filter=Q(events__status=NegativeStatus.CONFIRMED)))
        .order_by("-is_active", "sort", "pk")
    )
    rows = list(kinds)
    return [LevelKinds(level, [one for one in rows if one.level == level]) for level in LEVELS]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the confirmed events of a year do to the city, as far as the user may see them."""

    year: int
    points: Decimal
    gravest: NegativeLevel | None
    waiting: int


def standing(*, user: User, on: date) -> Standing:
    """The confirmed events of this year added up. Two queries."""
    seen = NegativeEvent.objects.visible_to(user, on)
    rows = seen.filter(status=NegativeStatus.CONFIRMED, happened_on__year=on.year)
    found = list(rows.values_list("level", "points").order_by("pk"))
    levels = {level for level, _points in found}
    return Standing(
        year=on.year,
        points=sum((points or Decimal(0) for _level, points in found), Decimal(0)),
        gravest=max((one for one in LEVELS if one in levels), key=LEVELS.index, default=None),
        waiting=seen.filter(status=NegativeStatus.REPORTED).count(),
    )


def events_list(
    *, user: User, on: date, status: str = "", kind: str = ""
) -> QuerySet[NegativeEvent]:
    """The events that the user may see; `LATEST` orders them."""
    events = NegativeEvent.objects.visible_to(user, on)
    if status:
        events = events.filter(status=status)
    if kind:
        events = events.filter(kind__code=kind)
    return events.select_related("kind", "area", "unit")
