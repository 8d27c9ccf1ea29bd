"""Whom the office sends where: teams, fair shares, short walks, second looks for calibration."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _now

from yanzhen.accounts.models import User
from yanzhen.core.errors import require
from yanzhen.core.time import city_day
from yanzhen.events import operations as events
from yanzhen.inspections import draw, routes, rules
from yanzhen.inspections.barred import barred_sites
from yanzhen.inspections.drafts import Crew
from yanzhen.inspections.enums import ASSIGNABLE, RoundStatus
from yanzhen.inspections.errors import (
    EverybodyBarred,
    InspectorBarred,
    NobodyToSend,
    NotAnInspector,
    RoundMoveRefused,
    TeamNameTaken,
)
from yanzhen.inspections.models import Assignment, Round, RoundSite, Team, TeamMember
from yanzhen.inspections.routes import Stop

ASSIGNED, REASSIGNED = "round.assigned", "round.reassigned"
BATCH = 1000
WHOLE = 100


# --- Teams ----------------------------------------------------------------------------------------


def make_team(
    *,
    name: str,
    people: Sequence[User],
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Team:
    """Put inspectors together who walk together.

    Raises `Forbidden`, `NobodyToSend`, `NotAnInspector` or `TeamNameTaken`.
    """
    on = city_day(now)
    require(rules.can_plan_anywhere(actor, on=on))
    name = name.strip()
    if not name or not people:
        raise NobodyToSend
    _require_inspectors(people, on)
    try:
        with transaction.atomic():
            team = Team.objects.create(name=name)
            TeamMember.objects.bulk_create(
                TeamMember(team=team, person=person, from_on=on) for person in people
            )
            events.record(
                "team.made",
                team,
                actor=actor,
                at=now,
                client_id=client_id,
                people=sorted(person.pk for person in people),
            )
            return team
    except IntegrityError as error:
        known = events.replayed(client_id, "team.made", actor=actor)
        if known is None:
            raise TeamNameTaken(name=name) from error
        return Team.objects.get(pk=known.subject_id)


def crew_of_team(team: Team, *, on: date) -> Crew:
    """The team as it is on that day."""
    members = TeamMember.objects.holding_on(on).filter(team=team).select_related("person")
    return Crew(f"t{team.pk}", tuple(row.person for row in members.order_by("pk")), team)


def crew_of_person(person: User) -> Crew:
    """One inspector alone."""
    return Crew(f"p{person.pk}", (person,))


# --- Shares and walks -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Plan:
    """Who goes where, worked out before any row is held: the search takes seconds."""

    walks: dict[str, list[str]]
    second_looks: dict[str, list[str]]


def assign_round(
    *,
    round_id: int,
    crews: Sequence[Crew],
    calibration_percent: int = 0,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Round:
    """Share the sites that nobody has visited yet among the crews, each share a short walk.

    Nobody is sent to a site of his own unit. Of the sites, `calibration_percent` in a hundred
    are looked at by a second crew too; which ones, the seed of the round says.

    Raises `Forbidden`, `RoundMoveRefused`, `NobodyToSend`, `NotAnInspector` or `EverybodyBarred`.
    """
    on = city_day(now)
    round_ = Round.objects.get(pk=round_id)
    require(rules.can_run(actor, round_, on=on))
    _require_assignable(round_)
    if not crews or not all(crew.people for crew in crews):
        raise NobodyToSend
    _require_inspectors([person for crew in crews for person in crew.people], on)
    waiting = _unvisited(round_)
    plan = _plan(round_, waiting, crews, calibration_percent, on)
    return _write(round_id, waiting, crews, plan, actor, now, client_id)


def _plan(
    round_: Round, waiting: Sequence[RoundSite], crews: Sequence[Crew], percent: int, on: date
) -> _Plan:
    by_person = barred_sites(
        people=[person for crew in crews for person in crew.people],
        sites=[row.site for row in waiting],
        on=on,
    )
    barred = {
        crew.key: set().union(*(by_person[person.pk] for person in crew.people)) for crew in crews
    }
    keys = [crew.key for crew in crews]
    stops = [_stop(row) for row in waiting]
    alone = routes.without_crew(stops, keys, barred)
    if alone:
        first = next(row.site.name for row in waiting if row.site_id == alone[0])
        raise EverybodyBarred(site=first, count=len(alone))
    shares = routes.shares(stops, keys, barred)
    second = _second_looks(round_, stops, shares, barred, percent)
    walks = {key: routes.walk([*shares[key], *second.get(key, ())]) for key in keys}
    looks = {key: [stop.code for stop in row] for key, row in second.items()}
    return _Plan(walks, looks)


def _second_looks(
    round_: Round,
    stops: Sequence[Stop],
    shares: dict[str, list[Stop]],
    barred: dict[str, set[str]],
    percent: int,
) -> dict[str, list[Stop]]:
    """A sample of the sites, each for a second crew: the one with the fewest that may go there."""
    count = len(stops) * max(0, min(percent, WHOLE)) // WHOLE
    witness = str(round_.spec.get("witness", ""))
    by_ticket = sorted(
        stops, key=lambda stop: draw.ticket(round_.seed, witness, "calibration", stop.code)
    )
    first = {stop.code: key for key, row in shares.items() for stop in row}
    looks: dict[str, list[Stop]] = {key: [] for key in shares}
    for stop in by_ticket[:count]:
        able = [k for k in shares if k != first[stop.code] and stop.code not in barred[k]]
        if able:
            looks[min(able, key=lambda key: len(looks[key]))].append(stop)
    return looks


@transaction.atomic
def _write(
    round_id: int,
    waiting: Sequence[RoundSite],
    crews: Sequence[Crew],
    plan: _Plan,
    actor: User,
    now: datetime,
    client_id: UUID | None,
) -> Round:
    """Write the plan down, for the sites that still nobody has visited."""
    round_ = Round.objects.locked().get(pk=round_id)
    if events.replayed(client_id, ASSIGNED, subject=round_, actor=actor):
        return round_
    _require_assignable(round_)
    still = {row.site_id: row for row in _unvisited(round_)}
    planned = {row.site_id for row in waiting}
    Assignment.objects.filter(
        round_site__in=[row.pk for code, row in still.items() if code in planned]
    ).delete()
    rows = [
        Assignment(
            round_site=still[code],
            inspector=None if crew.team else crew.people[0],
            team=crew.team,
            position=position,
            is_calibration=code in plan.second_looks.get(crew.key, ()),
        )
        for crew in crews
        for position, code in enumerate(plan.walks[crew.key], 1)
        if code in still
    ]
    Assignment.objects.bulk_create(rows, batch_size=BATCH)
    events.record(
        ASSIGNED,
        round_,
        actor=actor,
        at=now,
        client_id=client_id,
        crews={crew.key: len(plan.walks[crew.key]) for crew in crews},
        calibration=sum(map(len, plan.second_looks.values())),
    )
    return round_


@transaction.atomic
def reassign_site(
    *,
    round_site_id: int,
    crew: Crew,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Assignment:
    """Send somebody else to one site, as the last of his walk.

    Raises `Forbidden`, `RoundMoveRefused`, `NobodyToSend`, `NotAnInspector` or `InspectorBarred`.
    """
    on = city_day(now)
    site = RoundSite.objects.select_related("site").get(pk=round_site_id)
    round_ = Round.objects.locked().get(pk=site.round_id)
    require(rules.can_run(actor, round_, on=on))
    old = Assignment.objects.filter(round_site=site, is_calibration=False).first()
    if old and events.replayed(client_id, REASSIGNED, subject=round_, actor=actor):
        return old
    _require_assignable(round_)
    if not crew.people:
        raise NobodyToSend
    _require_inspectors(crew.people, on)
    barred = barred_sites(people=crew.people, sites=[site.site], on=on)
    for person in crew.people:
        if barred[person.pk]:
            raise InspectorBarred(person=person.full_name, site=site.site.name)
    who = {"inspector": None if crew.team else crew.people[0], "team": crew.team}
    Assignment.objects.filter(round_site=site).filter(is_calibration=False).delete()
    Assignment.objects.filter(round_site=site, **who).delete()
    last = Assignment.objects.filter(round_site__round=round_, **who).count()
    row = Assignment.objects.create(round_site=site, position=last + 1, **who)
    events.record(
        REASSIGNED, round_, actor=actor, at=now, client_id=client_id, site=site.site_id, to=crew.key
    )
    return row


def _require_assignable(round_: Round) -> None:
    if round_.status not in ASSIGNABLE:
        status = RoundStatus(round_.status).label
        raise RoundMoveRefused(round=round_.name, status=status, move=_now("派员"))


def _require_inspectors(people: Iterable[User], on: date) -> None:
    for person in people:
        if not rules.can_visit_anywhere(person, on=on):
            raise NotAnInspector(person=person.full_name)


def _unvisited(round_: Round) -> list[RoundSite]:
    rows = RoundSite.objects.filter(round=round_, visits=None).select_related("site")
    return list(rows.order_by("pk"))


def _stop(row: RoundSite) -> Stop:
    site = row.site
    lat, lon = (
        (None, None) if site.lat is None or site.lon is None else (float(site.lat), float(site.lon))
    )
    return Stop(site.code, site.area_id, lat, lon)
