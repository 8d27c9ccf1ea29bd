"""The loop itself: what each move does to a case, in memory and nowhere else.

A `Life` is one case in hand with the rows that are open beside it. Each function here makes one
move: it refuses what cannot be, changes the rows in memory, and tells an entry of the record.
Operations load a life, make one move and write it down; the writer of histories begins with an
empty one, makes all the moves and writes them down together. So a history that was imported
equals one that was lived.

Who may make a move is no question of this module.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from yanzhen.accounts.models import User
from yanzhen.cases import clock
from yanzhen.cases.enums import (
    MOVES,
    CaseKind,
    CaseStatus,
    Decision,
    Ending,
    Hours,
    MoveName,
    PhotoMoment,
    Severity,
    Source,
)
from yanzhen.cases.errors import (
    DatesOutOfOrder,
    DueTimePassed,
    DueTimeTooFar,
    ExtensionAlreadyAsked,
    ExtensionNotLater,
    FoundInTheFuture,
    FoundTooLongAgo,
    MergeTargetUnfit,
    MoveNotAllowed,
    NoExtensionAsked,
    NoSuchPart,
    PhotoUsedAlready,
    PlaceMissing,
    SameUnit,
    SiteOutsideArea,
    SupportUnfinished,
    TextTooLong,
    TitleMissing,
    UnitAlreadySupports,
)
from yanzhen.cases.models import (
    STANDING_FIELDS,
    Assignment,
    Case,
    CasePhoto,
    Category,
    Extension,
    Pause,
    SupportPart,
)
from yanzhen.cases.rulebook import RuleBook
from yanzhen.core.scope import covers
from yanzhen.core.time import FIRST_YEAR
from yanzhen.core.words import full_date
from yanzhen.events.models import Event
from yanzhen.files.models import Photo
from yanzhen.places.models import Area, Site
from yanzhen.units.models import Unit

LAPSED = "case.extension_lapsed"
"""A request for more time that came to nothing: nobody decided, and the case went on."""
JOINED = "case.joined"
"""Another case was merged into this one."""
FOUND_AGAIN = "case.found_again"
"""An inspection found the same at the same place while the case was open."""
PHOTOS_ADDED = "case.photos_added"
"""Photos of the finding arrived after the case was opened: a phone had no signal."""

MOST_YEARS_AHEAD = 5
FARTHEST_AHEAD = timedelta(days=366 * MOST_YEARS_AHEAD)
"""Nobody is given longer to put something right; what takes longer is parked."""
CLOCKS_DIFFER_BY = timedelta(minutes=2)
"""By how much the clocks of two machines may differ before a date is out of order."""
FIRST_DAY = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
"""Before it no clock counts; an empty cell that a spreadsheet takes for a date is of 1900."""

SAID = frozenset({"title", "words", "address"})
"""What may name a person; the record keeps a digest of it."""
ROUTED_BY = frozenset({"category_id", "site_id", "site_type_id", "area_id"})
"""What the rules look at."""
AMENDABLE = (*sorted(SAID | ROUTED_BY), "severity", "lat", "lon", "source_number")

standing_of = attrgetter(*STANDING_FIELDS)

_COLUMNS = {column.name: column for column in Case._meta.concrete_fields}
_MOVES_BY_EVENT = {move.event: move.name for move in MOVES.values()}


def label_of(event_kind: str) -> str:
    """What an event of a case is called."""
    if event_kind == LAPSED:
        return _("延期申请作废")
    if event_kind == JOINED:
        return _("并入他件")
    if event_kind == FOUND_AGAIN:
        return _("再次发现")
    if event_kind == PHOTOS_ADDED:
        return _("补充照片")
    return str(_MOVES_BY_EVENT[event_kind].label)


def happened(event: Event) -> str:
    """The last event as a sentence, for whoever comes second: who did what when."""
    return _("%(who)s已于%(when)s%(what)s。") % {
        "who": event.actor.full_name,
        "when": full_date(event.at),
        "what": label_of(event.kind),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDraft:
    """What is known of a matter before it is a case.

    Without an area the site's is taken; an area named beside a site must hold it. Without a
    severity the category's is taken, without a time of finding the moment of filing.
    """

    title: str
    words: str = ""
    source: str = Source.OTHER
    source_number: str = ""
    category: Category | None = None
    severity: str = ""
    site: Site | None = None
    area: Area | None = None
    address: str = ""
    lat: Decimal | None = None
    lon: Decimal | None = None
    found_at: datetime | None = None
    kind: str = CaseKind.PROBLEM
    photos: tuple[Photo, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One move of a history: which, when, by whom, and what was given with it.

    `facts` holds what the operation of that move takes: `words`, `photos`, `unit`, `due_at`,
    `wanted_due_at`, `new_due_at`, `on_site`. A merge takes `into`, the number of the other
    case; that one's own history holds a merge with `joined`, the number of this.
    """

    move: MoveName
    at: datetime
    actor: User
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseHistory:
    """A case as it was lived elsewhere. The first step reports or files it.

    Without a number it is given the next one of the year in which it was reported or filed.
    """

    draft: CaseDraft
    number: str | None
    steps: tuple[Step, ...]
    is_imported: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """One event to be written; `standing` is how the case stood from then on, if that changed."""

    number: int
    kind: str
    at: datetime
    actor: User
    payload: dict[str, Any]
    standing: tuple[Any, ...] | None


@dataclass(slots=True)
class Life:
    """One case in hand, the rows that are open beside it, and what happened since it was taken up.

    `begun` are new rows, `changed` rows that were there before. `last` is the last event that
    is written already, `number` and `at` are those of the last one told. `book` holds the rules.
    """

    case: Case
    book: RuleBook
    last: Event | None = None
    loaded: dict[str, Any] | None = None
    """What the columns of the case held when it was taken up; nothing for a new case."""
    number: int = 0
    at: datetime | None = None
    assignment: Assignment | None = None
    extension: Extension | None = None
    pause: Pause | None = None
    parts: list[SupportPart] = field(default_factory=list)
    told: list[Entry] = field(default_factory=list)
    begun: list[Assignment | Extension | Pause | SupportPart | CasePhoto] = field(
        default_factory=list
    )
    changed: list[models.Model] = field(default_factory=list)
    photo_ids: set[int] = field(default_factory=set)
    _stood: tuple[Any, ...] | None = None

    def __post_init__(self) -> None:
        if self.last is not None:
            self.number, self.at = self.last.number, self.last.at
            self._stood = standing_of(self.case)

    def moment(self, now: datetime) -> datetime:
        """When a move made now happens: never before the last event.

        Of two who act within moments the one with the earlier clock may come second.
        """
        if self.at is not None and self.at - CLOCKS_DIFFER_BY <= now < self.at:
            return self.at
        return now

    def require(self, move: MoveName) -> None:
        """Go on, or raise `MoveNotAllowed`: the case must stand where the move begins."""
        status = CaseStatus(self.case.status) if self.number else None
        if status not in MOVES[move].origins:
            raise MoveNotAllowed(
                number=self.case.number,
                status=status.label if status else "",
                move=move.label,
                last=happened(self.last) if self.last else "",
            )

    def tell(self, kind: str, *, at: datetime, actor: User, words: str = "", **facts: Any) -> Entry:
        """Note what happened, with whatever of the standing has changed since the last entry."""
        if self.at is not None and at < self.at:
            before = self.told[-1].kind if self.told else self.last.kind if self.last else ""
            raise DatesOutOfOrder(
                later=label_of(kind),
                later_at=full_date(at),
                earlier=label_of(before),
                earlier_at=full_date(self.at),
            )
        standing = standing_of(self.case)
        changes = _differences(self._stood, standing)
        payload = {name: fact for name, fact in facts.items() if fact not in (None, "", [], ())}
        if words:
            payload["words"] = words
        if changes:
            payload["set"] = changes
        self.number += 1
        entry = Entry(self.number, kind, at, actor, payload, standing if changes else None)
        self.told.append(entry)
        self.at, self._stood = at, standing
        return entry

    def touch(self, row: models.Model) -> None:
        """Note that a row which may have been there before has changed."""
        if row not in self.begun and row not in self.changed:
            self.changed.append(row)


def _differences(old: tuple[Any, ...] | None, new: tuple[Any, ...]) -> dict[str, Any]:
    if old is None:
        return dict(zip(STANDING_FIELDS, new, strict=True))
    return {
        name: value
        for name, was, value in zip(STANDING_FIELDS, old, new, strict=True)
        if was != value
    }


# --- Coming in ----------------------------------------------------------------------------------


def begin(draft: CaseDraft, *, number: str, book: RuleBook, at: datetime) -> Life:
    """A case out of a draft, not yet reported or filed.

    Raises `TitleMissing`, `PlaceMissing`, `SiteOutsideArea`, `FoundInTheFuture` or
    `FoundTooLongAgo`.
    """
    title = draft.title.strip()
    if not title:
        raise TitleMissing
    require_lengths(title=title, address=draft.address, source_number=draft.source_number)
    found_at = draft.found_at or at
    if found_at > at:
        raise FoundInTheFuture(found_at=full_date(found_at))
    if found_at < FIRST_DAY:
        raise FoundTooLongAgo(found_at=full_date(found_at))
    category, site = draft.category, draft.site
    case = Case(
        number=number,
        kind=draft.kind,
        title=title,
        words=draft.words.strip(),
        source=draft.source,
        source_number=draft.source_number,
        category=category,
        severity=draft.severity or (category.severity if category else Severity.NORMAL),
        site=site,
        site_type_id=site.type_id if site else None,
        area_id=area_code(draft.area, site),
        address=draft.address.strip(),
        lat=draft.lat,
        lon=draft.lon,
        found_at=found_at,
    )
    return Life(case, book)


def require_lengths(**texts: str) -> None:
    """Go on, or raise `TextTooLong` for the first field that would not hold its text."""
    for name, text in texts.items():
        column = _COLUMNS[name]
        if column.max_length is not None and len(text) > column.max_length:
            raise TextTooLong(what=column.verbose_name, most=column.max_length)


def area_code(area: Area | None, site: Site | None) -> str:
    """The smallest area that is known of a place. Raises `PlaceMissing` or `SiteOutsideArea`."""
    if site is None:
        if area is None:
            raise PlaceMissing
        return area.code
    if area is None or covers(area.code, site.area_id):
        return site.area_id
    if covers(site.area_id, area.code):
        return area.code
    raise SiteOutsideArea(site=site.name, area=area.name)


def report(life: Life, draft: CaseDraft, *, at: datetime, actor: User) -> None:
    """The case is known, and waits to be accepted."""
    life.require(MoveName.REPORT)
    life.case.status = CaseStatus.REPORTED
    _tell_arrival(life, MoveName.REPORT, draft, at=at, actor=actor)


def file(life: Life, draft: CaseDraft | None = None, *, at: datetime, actor: User) -> None:
    """The case is accepted: what was reported, or a draft at once."""
    life.require(MoveName.FILE)
    life.case.status, life.case.filed_at = CaseStatus.FILED, at
    if draft is None:
        life.tell(MOVES[MoveName.FILE].event, at=at, actor=actor)
    else:
        _tell_arrival(life, MoveName.FILE, draft, at=at, actor=actor)


def _tell_arrival(
    life: Life, move: MoveName, draft: CaseDraft, *, at: datetime, actor: User
) -> None:
    case = life.case
    photos = attach(life, draft.photos, PhotoMoment.BEFORE)
    life.tell(
        MOVES[move].event,
        at=at,
        actor=actor,
        number=case.number,
        about=digest_of_words(case),
        source=case.source,
        source_number=case.source_number,
        category=case.category_id,
        severity=case.severity,
        site=case.site_id,
        area=case.area_id,
        found_at=case.found_at,
        photos=photos,
    )


def digest_of_words(case: Case) -> str:
    """A digest of what was said of the case and where.

    The record holds this instead of the words: they may name a person, and what the record
    holds cannot be taken back.
    """
    said = f"{case.title}\n{case.words}\n{case.address}"
    return hashlib.sha256(said.encode()).hexdigest()


def attach(life: Life, photos: Iterable[Photo], moment: PhotoMoment) -> list[str]:
    """Hang photos on the next event; return their digests. Raises `PhotoUsedAlready`."""
    digests: list[str] = []
    for photo in photos:
        if photo.pk in life.photo_ids:
            raise PhotoUsedAlready(photo=photo.original_name or photo.name)
        life.photo_ids.add(photo.pk)
        life.begun.append(
            CasePhoto(case=life.case, photo=photo, moment=moment, event_number=life.number + 1)
        )
        digests.append(photo.sha256)
    return digests


def amend(life: Life, draft: CaseDraft, *, at: datetime, actor: User) -> set[str]:
    """What is known of the case was wrong or incomplete; return the fields that changed.

    Raises what `begin` raises.
    """
    life.require(MoveName.AMEND)
    case, right = life.case, begin(draft, number=life.case.number, book=life.book, at=at).case
    amended: dict[str, list[Any]] = {}
    for name in AMENDABLE:
        old, new = getattr(case, name), getattr(right, name)
        if old != new:
            amended[name] = [old, new]
            setattr(case, name, new)
    if amended:
        about = digest_of_words(case) if amended.keys() & SAID else None
        event = MOVES[MoveName.AMEND].event
        life.tell(event, at=at, actor=actor, amended=amended, about=about)
    return set(amended)


def draft_of(case: Case) -> CaseDraft:
    """All that is known of a case, to be amended."""
    return CaseDraft(
        title=case.title,
        words=case.words,
        source=case.source,
        source_number=case.source_number,
        category=case.category,
        severity=case.severity,
        site=case.site,
        area=case.area,
        address=case.address,
        lat=case.lat,
        lon=case.lon,
        found_at=case.found_at,
        kind=case.kind,
    )


def decline(life: Life, *, words: str = "", at: datetime, actor: User) -> None:
    """The case is not taken, and the reason is said."""
    life.require(MoveName.DECLINE)
    life.case.status = CaseStatus.DECLINED
    life.tell(MOVES[MoveName.DECLINE].event, at=at, actor=actor, words=words)


def merge(life: Life, into: Case, *, words: str = "", at: datetime, actor: User) -> None:
    """The case is part of another one and goes on there. Raises `MergeTargetUnfit`."""
    life.require(MoveName.MERGE)
    case = life.case
    if into.number == case.number:
        raise MergeTargetUnfit(number=into.number, reason=_("两件是同一件。"))
    _lapse(life, at=at, actor=actor)
    _end_assignment(life, Ending.MERGED, at)
    case.status, case.merged_into = CaseStatus.MERGED, into
    _stop_clock(case)
    life.tell(MOVES[MoveName.MERGE].event, at=at, actor=actor, words=words, into=into.number)


def join(life: Life, joined: str, *, at: datetime, actor: User) -> None:
    """Another case was merged into this one; `joined` is its number."""
    life.tell(JOINED, at=at, actor=actor, joined=joined)


def find_again(life: Life, *, words: str = "", at: datetime, actor: User) -> None:
    """The same was found again: the case goes on as it stands, and the record says so."""
    life.tell(FOUND_AGAIN, at=at, actor=actor, words=words)


def add_photos(
    life: Life, photos: Iterable[Photo], moment: PhotoMoment, *, at: datetime, actor: User
) -> None:
    """Photos that belong to the finding come after it. Raises `PhotoUsedAlready`."""
    life.tell(PHOTOS_ADDED, at=at, actor=actor, photos=attach(life, photos, moment))


# --- With a unit --------------------------------------------------------------------------------


def dispatch(
    life: Life,
    unit: Unit,
    *,
    due_at: datetime | None = None,
    words: str = "",
    at: datetime,
    actor: User,
) -> None:
    """One unit is to put it right by a time: the one named, else the policy's.

    Raises `DueTimePassed`, `DueTimeTooFar` or `NoClockPolicy`.
    """
    life.require(MoveName.DISPATCH)
    policy = _hand_over(life, unit, due_at, at=at, actor=actor)
    life.tell(MOVES[MoveName.DISPATCH].event, at=at, actor=actor, words=words, policy=policy)


def acknowledge(life: Life, *, at: datetime, actor: User) -> None:
    """The unit takes it."""
    life.require(MoveName.ACKNOWLEDGE)
    case, assignment = life.case, _held(life)
    case.status, case.acknowledged_at = CaseStatus.ACKNOWLEDGED, at
    assignment.acknowledged_at = at
    life.touch(assignment)
    life.tell(MOVES[MoveName.ACKNOWLEDGE].event, at=at, actor=actor)


def give_back(life: Life, *, words: str = "", at: datetime, actor: User) -> None:
    """The unit says that it is not theirs, and why."""
    life.require(MoveName.RETURN)
    case = life.case
    returned_by = case.unit_id
    _lapse(life, at=at, actor=actor)
    _end_assignment(life, Ending.RETURNED, at)
    case.status, case.unit = CaseStatus.FILED, None
    case.return_count += 1
    _stop_clock(case)
    life.tell(MOVES[MoveName.RETURN].event, at=at, actor=actor, words=words, unit=returned_by)


def transfer(
    life: Life,
    unit: Unit,
    *,
    words: str = "",
    due_at: datetime | None = None,
    at: datetime,
    actor: User,
) -> None:
    """Another unit is to do it, with a time of its own.

    Raises `SameUnit`, `DueTimePassed`, `DueTimeTooFar` or `NoClockPolicy`.
    """
    life.require(MoveName.TRANSFER)
    before = life.case.unit_id
    if unit.code == before:
        raise SameUnit(unit=unit.name)
    _lapse(life, at=at, actor=actor)
    _end_assignment(life, Ending.TRANSFERRED, at)
    policy = _hand_over(life, unit, due_at, at=at, actor=actor)
    life.tell(
        MOVES[MoveName.TRANSFER].event,
        at=at,
        actor=actor,
        words=words,
        policy=policy,
        unit=before,
    )


def _hand_over(
    life: Life, unit: Unit, due_at: datetime | None, *, at: datetime, actor: User
) -> int | None:
    case = life.case
    times = clock.due_times(life.book, case, at=at, due_at=due_at)
    _require_ahead(times.due_at, at)
    case.status, case.unit = CaseStatus.DISPATCHED, unit
    case.due_at, case.hours = times.due_at, times.hours
    case.dispatched_at, case.acknowledge_due_at = at, times.acknowledge_due_at
    case.clock_from_at = at
    case.acknowledged_at = case.submitted_at = case.verified_at = None
    life.assignment = Assignment(
        case=case, unit=unit, dispatched_by=actor, dispatched_at=at, first_due_at=times.due_at
    )
    life.begun.append(life.assignment)
    return times.policy.pk if times.policy else None


def _held(life: Life) -> Assignment:
    if life.assignment is None:
        raise AssertionError(f"{life.case.number} is with a unit but was never handed over")
    return life.assignment


def _end_assignment(life: Life, ending: Ending, at: datetime) -> None:
    if life.assignment is None:
        return
    life.assignment.ended_at, life.assignment.ending = at, ending
    life.touch(life.assignment)
    life.assignment = None


def _stop_clock(case: Case) -> None:
    case.due_at = case.acknowledge_due_at = case.verify_due_at = case.dispatched_at = None
    case.acknowledged_at = case.clock_from_at = None


# --- The clock ----------------------------------------------------------------------------------


def ask_extension(
    life: Life, wanted_due_at: datetime, *, words: str = "", at: datetime, actor: User
) -> None:
    """The unit asks for more time, and says why.

    Raises `ExtensionAlreadyAsked`, `ExtensionNotLater`, `DueTimePassed` or `DueTimeTooFar`.
    """
    life.require(MoveName.ASK_EXTENSION)
    case = life.case
    if life.extension is not None:
        raise ExtensionAlreadyAsked
    old_due_at = _require_more_time(case, wanted_due_at, at)
    life.extension = Extension(
        case=case,
        asked_by=actor,
        asked_at=at,
        reason=words,
        old_due_at=old_due_at,
        wanted_due_at=wanted_due_at,
    )
    life.begun.append(life.extension)
    life.tell(
        MOVES[MoveName.ASK_EXTENSION].event,
        at=at,
        actor=actor,
        words=words,
        wanted_due_at=wanted_due_at,
    )


def grant_extension(
    life: Life,
    *,
    new_due_at: datetime | None = None,
    words: str = "",
    at: datetime,
    actor: User,
) -> None:
    """The unit has more time: what it asked for, or what is named here.

    Raises `NoExtensionAsked`, `ExtensionNotLater`, `DueTimePassed` or `DueTimeTooFar`.
    """
    life.require(MoveName.GRANT_EXTENSION)
    case, extension = life.case, _asked(life)
    granted = new_due_at or extension.wanted_due_at
    _require_more_time(case, granted, at)
    case.due_at = extension.new_due_at = granted
    case.extension_count += 1
    _decide(life, Decision.GRANTED, words, at=at, actor=actor)
    life.tell(MOVES[MoveName.GRANT_EXTENSION].event, at=at, actor=actor, words=words)


def refuse_extension(life: Life, *, words: str = "", at: datetime, actor: User) -> None:
    """The time stays as it was, and the reason is said. Raises `NoExtensionAsked`."""
    life.require(MoveName.REFUSE_EXTENSION)
    _asked(life)
    _decide(life, Decision.REFUSED, words, at=at, actor=actor)
    life.tell(MOVES[MoveName.REFUSE_EXTENSION].event, at=at, actor=actor, words=words)


def lapse_extension(life: Life, *, at: datetime, actor: User) -> None:
    """Nobody decided until the time asked for was itself over. Raises `NoExtensionAsked`."""
    _asked(life)
    _lapse(life, at=at, actor=actor)


def _asked(life: Life) -> Extension:
    if life.extension is None:
        raise NoExtensionAsked
    return life.extension


def _require_more_time(case: Case, due_at: datetime, at: datetime) -> datetime:
    """The due time so far, which `due_at` must lie behind, and ahead of us."""
    old = case.due_at
    if old is None:
        raise AssertionError(f"{case.number} is with a unit and has no due time")
    if due_at <= old:
        raise ExtensionNotLater(due_at=full_date(old))
    _require_ahead(due_at, at)
    return old


def _require_ahead(due_at: datetime, at: datetime) -> None:
    if due_at <= at:
        raise DueTimePassed(due_at=full_date(due_at))
    if due_at > at + FARTHEST_AHEAD:
        raise DueTimeTooFar(due_at=full_date(due_at), most=MOST_YEARS_AHEAD)


def _decide(life: Life, decision: Decision, words: str, *, at: datetime, actor: User) -> None:
    extension = _asked(life)
    extension.decision, extension.decision_words = decision, words
    extension.decided_by, extension.decided_at = actor, at
    life.touch(extension)
    life.extension = None


def _lapse(life: Life, *, at: datetime, actor: User) -> None:
    """A request that is still undecided comes to nothing when the case goes on without it."""
    if life.extension is not None:
        _decide(life, Decision.LAPSED, "", at=at, actor=actor)
        life.tell(LAPSED, at=at, actor=actor)


def park(life: Life, *, words: str = "", at: datetime, actor: User) -> None:
    """It needs a project: the clock stands still, the case stays on the books."""
    life.require(MoveName.PARK)
    case = life.case
    _lapse(life, at=at, actor=actor)
    if case.due_at is not None:
        case.left_minutes = clock.minutes_left(life.book, Hours(case.hours), at, case.due_at)
    case.parked_from, case.status = case.status, CaseStatus.PARKED
    case.due_at = case.acknowledge_due_at = None
    life.pause = Pause(case=case, from_at=at, reason=words)
    life.begun.append(life.pause)
    life.tell(
        MOVES[MoveName.PARK].event, at=at, actor=actor, words=words, left_minutes=case.left_minutes
    )


def unpark(life: Life, *, words: str = "", at: datetime, actor: User) -> None:
    """The clock goes on with the time that was left."""
    life.require(MoveName.UNPARK)
    case = life.case
    case.status, case.parked_from = case.parked_from, ""
    if case.left_minutes is not None:
        hours, since = Hours(case.hours), case.clock_from_at or at
        case.due_at = clock.later(life.book, hours, at, case.left_minutes)
        used = clock.minutes_left(life.book, hours, since, life.pause.from_at if life.pause else at)
        case.clock_from_at = clock.later(life.book, hours, at, -used)
        case.left_minutes = None
    if case.status == CaseStatus.DISPATCHED:
        times = clock.due_times(life.book, case, at=at, due_at=case.due_at)
        case.acknowledge_due_at = times.acknowledge_due_at
    if life.pause is not None:
        life.pause.to_at = at
        life.touch(life.pause)
        life.pause = None
    life.tell(MOVES[MoveName.UNPARK].event, at=at, actor=actor, words=words)


# --- Support ------------------------------------------------------------------------------------


def ask_support(life: Life, unit: Unit, *, words: str = "", at: datetime, actor: User) -> None:
    """Another unit is to do a part of it. Raises `UnitAlreadySupports`."""
    life.require(MoveName.ASK_SUPPORT)
    if unit.code == life.case.unit_id or any(part.unit_id == unit.code for part in life.parts):
        raise UnitAlreadySupports(unit=unit.name)
    part = SupportPart(case=life.case, unit=unit, asked=words, asked_at=at)
    life.parts.append(part)
    life.begun.append(part)
    life.tell(MOVES[MoveName.ASK_SUPPORT].event, at=at, actor=actor, words=words, unit=unit.code)


def finish_support(
    life: Life,
    unit: Unit,
    *,
    words: str = "",
    photos: Iterable[Photo] = (),
    at: datetime,
    actor: User,
) -> None:
    """A support unit has done its part. Raises `NoSuchPart`."""
    life.require(MoveName.FINISH_SUPPORT)
    for part in life.parts:
        if part.unit_id == unit.code and part.finished_at is None:
            break
    else:
        raise NoSuchPart(unit=unit.name)
    part.finished_at, part.finished_by, part.words = at, actor, words
    life.touch(part)
    life.tell(
        MOVES[MoveName.FINISH_SUPPORT].event,
        at=at,
        actor=actor,
        words=words,
        photos=attach(life, photos, PhotoMoment.AFTER),
        unit=unit.code,
    )


def _require_all_parts(life: Life, move: MoveName) -> None:
    for part in life.parts:
        if part.finished_at is None:
            raise SupportUnfinished(unit=part.unit.name, move=move.label)


# --- Done, checked, over ------------------------------------------------------------------------


def submit(
    life: Life,
    *,
    words: str = "",
    photos: Iterable[Photo] = (),
    at: datetime,
    actor: User,
) -> None:
    """The unit reports the work done."""
    life.require(MoveName.SUBMIT)
    case = life.case
    _lapse(life, at=at, actor=actor)
    case.status, case.submitted_at = CaseStatus.SUBMITTED, at
    case.submission_count += 1
    case.verify_due_at = clock.verify_due_at(life.book, case, at=at)
    life.tell(
        MOVES[MoveName.SUBMIT].event,
        at=at,
        actor=actor,
        words=words,
        photos=attach(life, photos, PhotoMoment.AFTER),
    )


def verify(
    life: Life,
    *,
    words: str = "",
    photos: Iterable[Photo] = (),
    on_site: bool = False,
    at: datetime,
    actor: User,
) -> None:
    """Somebody else has checked the work, and it is good. Raises `SupportUnfinished`."""
    life.require(MoveName.VERIFY)
    _require_all_parts(life, MoveName.VERIFY)
    case = life.case
    case.status, case.verified_at, case.verify_due_at = CaseStatus.VERIFIED, at, None
    life.tell(
        MOVES[MoveName.VERIFY].event,
        at=at,
        actor=actor,
        words=words,
        photos=attach(life, photos, PhotoMoment.CHECK),
        on_site=on_site or None,
    )


def fail(
    life: Life,
    *,
    words: str = "",
    photos: Iterable[Photo] = (),
    at: datetime,
    actor: User,
) -> None:
    """Somebody else has checked the work, and it is to be done again, by a new time.

    Raises `NoClockPolicy`.
    """
    life.require(MoveName.FAIL)
    case = life.case
    times = clock.rework_times(life.book, case, at=at)
    case.status, case.rework_count = CaseStatus.REWORK, case.rework_count + 1
    case.due_at, case.hours, case.clock_from_at = times.due_at, times.hours, at
    case.submitted_at = case.verified_at = case.verify_due_at = None
    life.tell(
        MOVES[MoveName.FAIL].event,
        at=at,
        actor=actor,
        words=words,
        photos=attach(life, photos, PhotoMoment.CHECK),
    )


def close(life: Life, *, words: str = "", at: datetime, actor: User) -> None:
    """Done, checked and off the books. Raises `SupportUnfinished`."""
    life.require(MoveName.CLOSE)
    _require_all_parts(life, MoveName.CLOSE)
    life.case.status, life.case.closed_at = CaseStatus.CLOSED, at
    _end_assignment(life, Ending.CLOSED, at)
    life.tell(MOVES[MoveName.CLOSE].event, at=at, actor=actor, words=words)


def reopen(
    life: Life,
    *,
    words: str = "",
    due_at: datetime | None = None,
    at: datetime,
    actor: User,
) -> None:
    """It was not over. A closed case goes to its unit anew, or to dispatch if that is no more.

    A declined case goes back to where it was declined.

    Raises `DueTimePassed`, `DueTimeTooFar` or `NoClockPolicy`.
    """
    life.require(MoveName.REOPEN)
    case = life.case
    unit = case.unit
    case.closed_at = case.submitted_at = case.verified_at = None
    policy = None
    if unit is not None and unit.is_active:
        policy = _hand_over(life, unit, due_at, at=at, actor=actor)
    else:
        case.status = CaseStatus.FILED if case.filed_at else CaseStatus.REPORTED
        case.unit = None
        _stop_clock(case)
    life.tell(MOVES[MoveName.REOPEN].event, at=at, actor=actor, words=words, policy=policy)


# --- Words only ---------------------------------------------------------------------------------


def urge(life: Life, *, words: str = "", at: datetime, actor: User) -> None:
    """The unit is reminded."""
    life.require(MoveName.URGE)
    life.tell(MOVES[MoveName.URGE].event, at=at, actor=actor, words=words)


def note(life: Life, *, words: str = "", at: datetime, actor: User) -> None:
    """Somebody adds a word."""
    life.require(MoveName.NOTE)
    life.tell(MOVES[MoveName.NOTE].event, at=at, actor=actor, words=words)
