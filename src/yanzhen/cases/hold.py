"""Taking a case in hand and writing down what became of it: what every operation begins and ends with.

Lock, then look: `hold` waits for whoever has the case, and only then reads how it stands.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import models

from yanzhen.accounts.models import User
from yanzhen.cases import rulebook, rules
from yanzhen.cases.enums import MOVES, By, CaseStatus, Decision, MoveName
from yanzhen.cases.errors import DoerMayNotVerify, PhotoMissing, WordsMissing, WordsTooLong
from yanzhen.cases.loop import Life
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
from yanzhen.core.engine import mark_written, write_few
from yanzhen.core.errors import require
from yanzhen.core.text import gram_text
from yanzhen.core.time import city_day
from yanzhen.events.models import Event
from yanzhen.events.operations import EVENT_FIELDS, linked, replayed
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
    return write_told(life, client_id=client_id, client_kind=MOVES[move].event)


def write_told(life: Life, *, client_id: UUID | None, client_kind: str) -> Case:
    """Write down all that happened; `client_id` goes to the event of the kind that it came for."""
    case, before = life.case, life.loaded
    if before is not None:
        _write_changes(life, before)
    groups = rows_of(life, is_new=before is None)
    events = linked(
        "case",
        case.pk,
        life.told,
        after=life.last,
        client_id=client_id,
        client_kind=client_kind,
    )
    write_few([*groups, (Event, EVENT_FIELDS, list(events))])
    mark_written(case)
    return case


def _write_changes(life: Life, before: dict[str, Any]) -> None:
    case = life.case
    changed = [name for name in CASE_FIELDS if getattr(case, name) != before[name]]
    if changed:
        case.save(update_fields=changed)
    if SEARCHED.intersection(changed):
        CaseWords.objects.filter(case=case).update(grams=gram_text(searched_text(case)))
    for row in life.changed:
        row.save(update_fields=CHANGING_FIELDS[type(row)])
    first = next((entry for entry in life.told if entry.standing), None)
    if first is not None:
        CaseSpan.objects.filter(case=case, until=None).update(until=first.at)


# --- The rows of a life -------------------------------------------------------------------------


Group = tuple[type[models.Model], Sequence[str], Sequence[Any]]
CASE_COLUMNS = ("id", *CASE_FIELDS)
WORDS_COLUMNS = ("case_id", "grams")
SPAN_COLUMNS = ("case_id", "number", "at", "until", *STANDING_FIELDS)
case_row: Callable[[Case], tuple[Any, ...]] = attrgetter(*CASE_COLUMNS)


def _columns_of(kind: type[models.Model]) -> tuple[list[str], Callable[[models.Model], Any]]:
    """What is written of such a row: all of its columns but the key, which the database gives."""
    names = [column.attname for column in kind._meta.concrete_fields if not column.primary_key]
    return names, attrgetter(*names)


BESIDE = {
    kind: _columns_of(kind) for kind in (Assignment, Extension, Pause, SupportPart, CasePhoto)
}


def rows_of(life: Life, *, is_new: bool) -> list[Group]:
    """What is to be added for all that happened, table by table, parents first."""
    case = life.case
    groups: list[Group] = []
    if is_new:
        groups.append((Case, CASE_COLUMNS, [case_row(case)]))
        groups.append((CaseWords, WORDS_COLUMNS, [words_row(case)]))
    groups.append((CaseSpan, SPAN_COLUMNS, list(span_rows(life))))
    for row in life.begun:
        names, row_of = BESIDE[type(row)]
        groups.append((type(row), names, [row_of(row)]))
    return groups


def words_row(case: Case) -> tuple[int, str]:
    """The words of a case, to be found by any two neighbouring characters."""
    return case.pk, gram_text(searched_text(case))


def searched_text(case: Case) -> tuple[str, ...]:
    """What of a case is searched by its words."""
    return case.title, case.words, case.address, case.source_number


def span_rows(life: Life) -> Iterator[tuple[Any, ...]]:
    """How the case stood from entry to entry; the last one has no end yet."""
    pk = life.case.pk
    begun = [entry for entry in life.told if entry.standing]
    for entry, later in zip_longest(begun, begun[1:]):
        yield (pk, entry.number, entry.at, later.at if later else None, *(entry.standing or ()))
