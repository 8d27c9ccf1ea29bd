"""Taking a case in hand and writing down what became of it: what every operation begins and ends with.

Lock, then look: `hold` waits for whoever has the case, and only then reads how it stands.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import zip_longest
from typing import Any
from uuid import UUID

from django.db import models

from yanzhen.accounts.models import User
from yanzhen.cases import rulebook, rules
from yanzhen.cases.enums import MOVES, By, CaseStatus, Decision, MoveName
from yanzhen.cases.errors import DoerMayNotVerify, PhotoMissing, WordsMissing, WordsTooLong
from yanzhen.cases.loop import Entry, Life
from yanzhen.cases.models import (
    STANDING_FIELDS,
    Assignment,
    Case,
    CasePhoto,
    CaseSpan,
    CaseWords,
    Extension,
    Pause,
    SupportPart,
)
from yanzhen.core.errors import require
from yanzhen.core.text import gram_text
from yanzhen.core.time import city_day
from yanzhen.events.models import Event
from yanzhen.events.operations import append, replayed
from yanzhen.events.queries import last_event
from yanzhen.files.models import Photo
from yanzhen.units.models import Unit

MOST_WORDS, MOST_ABOUT = 2000, 20_000
"""Characters that may be said with a move, and of a matter when it comes in."""
CASE_FIELDS = tuple(field.attname for field in Case._meta.concrete_fields if not field.primary_key)
SEARCHED = {"title", "words", "address", "source_number"}
CHANGING_FIELDS: dict[type[models.Model], tuple[str, ...]] = {
    Assignment: ("acknowledged_at", "ended_at", "ending"),
    Extension: ("decision", "decided_by", "decided_at", "new_due_at", "decision_words"),
    Pause: ("to_at",),
    SupportPart: ("finished_at", "finished_by", "words"),
}
"""What of a row beside a case may change after it was made."""


def hold(case_id: int, *beside: type[models.Model]) -> Life:
    """Lock the case and read how it stands, with its open rows of the kinds `beside`."""
    return taken(Case.objects.locked().get(pk=case_id), *beside)


def taken(case: Case, *beside: type[models.Model]) -> Life:
    """The life of a case whose row is locked already."""
    life = Life(case, rulebook.current(), last=last_event(case), loaded=values_of(case))
    if Assignment in beside:
        life.assignment = Assignment.objects.filter(case=case, ended_at=None).first()
    if Extension in beside and CaseStatus(case.status) in MOVES[MoveName.ASK_EXTENSION].origins:
        life.extension = Extension.objects.filter(case=case, decision=Decision.ASKED).first()
    if Pause in beside:
        life.pause = Pause.objects.filter(case=case, to_at=None).first()
    if SupportPart in beside:
        life.parts = list(SupportPart.objects.filter(case=case).order_by("pk"))
    return life


def values_of(case: Case) -> dict[str, Any]:
    """What the columns of the case hold."""
    return {name: getattr(case, name) for name in CASE_FIELDS}


def is_repeated(move: MoveName, life: Life, actor: User, client_id: UUID | None) -> bool:
    """Whether this very move was already made under this client id. Raises `ClientIdReused`."""
    event = replayed(client_id, MOVES[move].event, subject=life.case, actor=actor)
    return event is not None


def allow(
    move: MoveName, life: Life, actor: User, now: datetime, *, unit: Unit | None = None
) -> None:
    """May I, then can it. Raises `Forbidden`, `DoerMayNotVerify` or `MoveNotAllowed`."""
    case, on = life.case, city_day(now)
    require(rules.has_post_for(actor, case, move, on=on, unit=unit))
    if MOVES[move].by is By.OUTSIDE:
        worked = rules.unit_that_worked(actor, case, on=on)
        if worked is not None:
            raise DoerMayNotVerify(unit=worked.name)
    life.require(move)


def require_given(
    move: MoveName, life: Life, *, words: str = "", photos: Iterable[Photo] = ()
) -> None:
    """Go on if the move came with all that the table and the city ask for.

    Raises `WordsMissing`, `WordsTooLong` or `PhotoMissing`.
    """
    row = MOVES[move]
    demands = [
        demand
        for demand in life.book.demands
        if demand.move == move and demand.severity in {"", life.case.severity}
    ]
    if not words.strip() and (row.words_required or any(d.words_required for d in demands)):
        raise WordsMissing(move=move.label)
    most = MOST_ABOUT if None in row.origins else MOST_WORDS
    if len(words) > most:
        raise WordsTooLong(most=most)
    if not any(True for _photo in photos):
        for demand in demands:
            if demand.photo_required:
                raise PhotoMissing(move=move.label, reason=demand.reason)
        if row.photo_required:
            raise PhotoMissing(move=move.label, reason=PhotoMissing.default_reason)


def used_photos(life: Life, photos: Iterable[Photo]) -> tuple[Photo, ...]:
    """The photos, after noting which the case has already."""
    given = tuple(photos)
    if given:
        life.photo_ids |= set(
            CasePhoto.objects.filter(case=life.case).values_list("photo_id", flat=True)
        )
    return given


def write(life: Life, move: MoveName, *, client_id: UUID | None = None) -> Case:
    """Write down all that happened since the case was taken in hand; `client_id` to its `move`."""
    case = life.case
    before = life.loaded
    if before is None:
        case.save(force_insert=True)
        index_words(case)
    else:
        changed = [name for name in CASE_FIELDS if getattr(case, name) != before[name]]
        if changed:
            case.save(update_fields=changed)
        if SEARCHED.intersection(changed):
            index_words(case)
    for row in life.changed:
        row.save(update_fields=CHANGING_FIELDS[type(row)])
    for row in life.begun:
        row.save(force_insert=True)
    _write_spans(case, [entry for entry in life.told if entry.standing], is_new=before is None)
    _write_events(life, MOVES[move].event, client_id)
    return case


def _write_spans(case: Case, entries: list[Entry], *, is_new: bool) -> None:
    if entries and not is_new:
        CaseSpan.objects.filter(case=case, until=None).update(until=entries[0].at)
    for entry, later in zip_longest(entries, entries[1:]):
        CaseSpan(
            case=case,
            number=entry.number,
            at=entry.at,
            until=later.at if later else None,
            **dict(zip(STANDING_FIELDS, entry.standing or (), strict=True)),
        ).save(force_insert=True)


def _write_events(life: Life, kind: str, client_id: UUID | None) -> None:
    last: Event | None = life.last
    for entry in life.told:
        last = append(
            entry.kind,
            life.case,
            last,
            actor=entry.actor,
            at=entry.at,
            payload=entry.payload,
            client_id=client_id if entry.kind == kind else None,
        )


def index_words(case: Case) -> None:
    """Make the case to be found by any two neighbouring characters of what is said of it."""
    CaseWords.objects.update_or_create(
        case=case, defaults={"grams": gram_text(searched_text(case))}
    )


def searched_text(case: Case) -> tuple[str, ...]:
    """What of a case is searched by its words."""
    return case.title, case.words, case.address, case.source_number
