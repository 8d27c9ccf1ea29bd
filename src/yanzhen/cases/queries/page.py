"""The page of one case: everything that is known of it, read together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Q

from yanzhen.accounts.enums import Action
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import unit_scopes
from yanzhen.cases import clock, rulebook
from yanzhen.cases.enums import (
    MOVES,
    OPEN,
    CaseStatus,
    Decision,
    Ending,
    MoveName,
    PhotoMoment,
)
from yanzhen.cases.likeness import same_place, similar_open
from yanzhen.cases.models import Assignment, Case, CasePhoto, Extension, Pause, SupportPart
from yanzhen.cases.queries.ledger import LedgerRow, rows_of
from yanzhen.cases.queries.story import Told, story_of
from yanzhen.core.clockface import ClockFace
from yanzhen.core.scope import prefix_range
from yanzhen.core.time import city_day
from yanzhen.events.models import Event
from yanzhen.events.queries import events_of
from yanzhen.places.queries import area_label, area_path
from yanzhen.units.models import Stewardship, Unit
from yanzhen.units.queries import (
    Answer,
    answers,
    responsible_unit,
    stewards,
    unit_codes_under,
)

MOST_RELATED: Final = 6
MOST_UNITS: Final = 300


@dataclass(frozen=True, slots=True)
class Related:
    """Another case that has to do with this one."""

    case: Case
    is_open: bool


@dataclass(frozen=True, slots=True)
class Who:
    """Who answers for a case, as of the day on which it was last handed over."""

    on: date
    lead: Unit | None
    parts: Sequence[SupportPart]
    ranks: Sequence[Answer]
    stewards: Sequence[Stewardship]
    site_unit: Unit | None
    """The unit that answers for the site, where that is not the lead."""


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case with all that its page shows; nothing on the page asks for more."""

    case: Case
    row: LedgerRow
    area: str
    story: Sequence[Told]
    photos: dict[str, list[CasePhoto]]
    who: Who
    extensions: Sequence[Extension]
    asked: Extension | None
    pauses: Sequence[Pause]
    recurrences: Sequence[Related]
    similar: Sequence[LedgerRow]
    joined: Sequence[Case]
    reason: str
    merged_into: str
    acknowledge: ClockFace | None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def before(self) -> CasePhoto | None:
        """The first photo from before."""
        return next(iter(self.photos[PhotoMoment.BEFORE]), None)

    @property
    def after(self) -> CasePhoto | None:
        """The first photo of the last report of the work."""
        shown = self.photos[PhotoMoment.AFTER]
        last = max((photo.event_number for photo in shown), default=0)
        return next((photo for photo in shown if photo.event_number == last), None)


def case_page(*, case: Case, user: User, now: datetime) -> CasePage:
    """Everything about a case that `user` may see. As many queries for a long life as a short one."""
    on = city_day(now)
    photos = list(
        CasePhoto.objects.filter(case=case).select_related("photo").order_by("event_number", "pk")
    )
    extensions = list(
        Extension.objects.filter(case=case).select_related("asked_by", "decided_by").order_by("pk")
    )
    seen = Case.objects.visible_to(user, on)
    return CasePage(
        case=case,
        row=rows_of([case], now=now)[0],
        area=area_label(case.area_id),
        story=story_of(case, photos),
        photos={
            str(moment): [photo for photo in photos if photo.moment == moment]
            for moment in PhotoMoment
        },
        who=_who(case, on),
        extensions=extensions,
        asked=next((one for one in extensions if one.decision == Decision.ASKED), None),
        pauses=list(Pause.objects.filter(case=case).order_by("pk")),
        recurrences=_recurrences(case, seen),
        similar=_similar(case, seen, now),
        joined=list(seen.filter(merged_into=case).order_by("pk")[: MOST_RELATED * 3]),
        reason=str((case.routing or {}).get("reason", "")),
        merged_into=_number_of(seen, case.merged_into_id),
        acknowledge=clock.acknowledge_face(case, now=now, book=rulebook.current()),
    )


def _number_of(seen: "Any", pk: int | None) -> str:
    if pk is None:
        return ""
    return seen.filter(pk=pk).values_list("number", flat=True).first() or ""


def _who(case: Case, on: date) -> Who:
    """On the day of the hand-over, else of the finding; an ended case keeps its day for ever."""
    day = city_day(case.dispatched_at or case.filed_at or case.found_at)
    day = min(day, on)
    area = None if case.site else case.area
    site_unit = responsible_unit(site=case.site, on=day) if case.site else None
    return Who(
        on=day,
        lead=case.unit,
        parts=list(
            SupportPart.objects.filter(case=case)
            .select_related("unit", "finished_by")
            .order_by("pk")
        ),
        ranks=[one for one in answers(site=case.site, area=area, on=day) if one.person],
        stewards=stewards(site=case.site, area=area, on=day)[:3],
        site_unit=site_unit
        if site_unit and site_unit.pk != getattr(case.unit, "pk", None)
        else None,
    )


def _recurrences(case: Case, seen: Any) -> list[Related]:
    """Earlier cases of the same kind at the same place, within a year, the latest first."""
    place = same_place(case)
    if place is None or case.category_id is None:
        return []
    since = case.found_at - timedelta(days=365)
    found = (
        seen.filter(place, category_id=case.category_id, found_at__gte=since)
        .filter(found_at__lt=case.found_at)
        .exclude(Q(pk=case.pk) | Q(status__in=[CaseStatus.MERGED, CaseStatus.DECLINED]))
        .order_by("-found_at", "-pk")[:MOST_RELATED]
    )
    return [Related(one, one.status in OPEN) for one in found]


def _similar(case: Case, seen: Any, now: datetime) -> list[LedgerRow]:
    """Open cases that this one may be: asked only while it can still be merged."""
    if case.status not in {CaseStatus.REPORTED, CaseStatus.FILED}:
        return []
    alike = similar_open(case).filter(pk__in=seen.values("pk"))
    rows = list(alike.select_related("unit", "site", "site_type", "category")[:MOST_RELATED])
    return rows_of(rows, now=now)


def taken_from(*, number: str, user: User, on: date) -> Event | None:
    """What took a case out of the hands of one of the user's units, that being the last of it.

    Whoever was at work on it has the right to know why it is no longer there; of what became of
    it later he is told nothing.
    """
    units = unit_codes_under(unit_scopes(user, Action.CASE_VIEW, on=on))
    held = Assignment.objects.filter(
        case__number=number, unit_id__in=units, ending__in=[Ending.RETURNED, Ending.TRANSFERRED]
    )
    last = held.select_related("case").order_by("-ended_at", "-pk").first()
    if last is None or last.ended_at is None:
        return None
    kinds = [MOVES[MoveName.RETURN].event, MOVES[MoveName.TRANSFER].event]
    return events_of(last.case).filter(kind__in=kinds, at=last.ended_at).last()


def near_units(case: Case) -> list[Unit]:
    """The units to which a case may go: those of the places it lies in, and of its district."""
    return units_for([case])


def units_for(cases: Sequence[Case]) -> list[Unit]:
    """The units to which one of these cases may go."""
    own = Q(pk__in=[])
    for code in {case.area_id for case in cases}:
        path = area_path(code)
        own |= Q(area_id__in=[area.code for area in path])
        if len(path) > 1:
            low, high = prefix_range(path[1].code)
            own |= Q(area_id__gte=low, area_id__lt=high)
    return list(Unit.objects.filter(own, is_active=True).order_by("path", "pk")[:MOST_UNITS])
