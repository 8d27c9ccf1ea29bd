"""The moves of the loop as deeds: each locks, asks, looks, writes and records in one transaction."""

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from yanzhen.accounts.enums import Action
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import may
from yanzhen.cases import loop, routing, rulebook
from yanzhen.cases.enums import ENDED, MOVES, CaseStatus, Decision, MoveName, PhotoMoment
from yanzhen.cases.errors import (
    AreaClosed,
    CaseOver,
    CategoryClosed,
    MergeTargetUnfit,
    SiteRetired,
    UnitChanged,
    UnitClosed,
)
from yanzhen.cases.histories import write_histories
from yanzhen.cases.hold import (
    allow,
    hold,
    is_repeated,
    require_given,
    taken,
    used_photos,
    write,
    write_told,
)
from yanzhen.cases.likeness import earlier_case
from yanzhen.cases.looking import note_photos
from yanzhen.cases.loop import CaseDraft, CaseHistory, Life
from yanzhen.cases.models import Assignment, Case, Category, Extension, Pause, SupportPart
from yanzhen.cases.numbers import next_ticket
from yanzhen.core.errors import require
from yanzhen.core.time import city_day
from yanzhen.events.operations import replayed
from yanzhen.files.models import Photo
from yanzhen.places.enums import SiteStatus
from yanzhen.places.models import Area, Site
from yanzhen.units.models import Unit

# --- Coming in ----------------------------------------------------------------------------------


def report_case(
    *, draft: CaseDraft, actor: User, now: datetime, client_id: UUID | None = None
) -> Case:
    """Make a matter known, to be accepted or not.

    Raises `Forbidden`, or what `require_good` and `loop.begin` raise.
    """
    return _come_in(MoveName.REPORT, draft, actor, now, client_id)


def file_draft(
    *, draft: CaseDraft, actor: User, now: datetime, client_id: UUID | None = None
) -> Case:
    """Make a matter known and accept it at once: it waits to be dispatched.

    Raises `Forbidden`, or what `require_good` and `loop.begin` raise.
    """
    return _come_in(MoveName.FILE, draft, actor, now, client_id)


def _come_in(
    move: MoveName, draft: CaseDraft, actor: User, now: datetime, client_id: UUID | None
) -> Case:
    """Write a new case; where the same was sent before, return that one.

    Nothing is there yet that could be locked, and a resend is rare. So the unique client id
    decides: whoever comes second is undone as a whole, and then finds what the first one did.
    """
    try:
        with transaction.atomic():
            return _write_new(move, draft, actor, now, client_id)
    except IntegrityError:
        known = replayed(client_id, MOVES[move].event, actor=actor)
        if known is None:
            raise
        return Case.objects.get(pk=known.subject_id)


def _write_new(
    move: MoveName, draft: CaseDraft, actor: User, now: datetime, client_id: UUID | None
) -> Case:
    area = loop.area_code(draft.area, draft.site)
    require(may(actor, MOVES[move].action, on=city_day(now), area_code=area))
    require_good(draft)
    ticket = next_ticket(now)
    book = rulebook.at_version(ticket.rules)
    life = loop.begin(draft, number=ticket.number, book=book, at=now)
    life.case.pk = ticket.case_id
    require_given(move, life, words=draft.words, photos=draft.photos)
    if move == MoveName.FILE:
        _route(life, now)
        loop.file(life, draft, at=now, actor=actor)
    else:
        loop.report(life, draft, at=now, actor=actor)
    return write(life, move, client_id=client_id)


@transaction.atomic
def file_case(*, case_id: int, actor: User, now: datetime, client_id: UUID | None = None) -> Case:
    """Accept what was reported. Raises `Forbidden` or `MoveNotAllowed`."""
    life = hold(case_id)
    if is_repeated(MoveName.FILE, life, actor, client_id):
        return life.case
    allow(MoveName.FILE, life, actor, now)
    _route(life, now)
    loop.file(life, at=life.moment(now), actor=actor)
    return write(life, MoveName.FILE, client_id=client_id)


def require_good(draft: CaseDraft) -> None:
    """Go on if all that the draft names is in use.

    Raises `CategoryClosed`, `SiteRetired` or `AreaClosed`.
    """
    _require_in_use(draft.category, draft.site, draft.area)


def _require_in_use(category: Category | None, site: Site | None, area: Area | None) -> None:
    if category is not None and not category.is_active:
        raise CategoryClosed(category=category.name)
    if site is not None and site.status == SiteStatus.RETIRED:
        raise SiteRetired(site=site.name)
    if area is not None and not area.is_active:
        raise AreaClosed(area=area.name)


def _route(life: Life, now: datetime) -> None:
    """Note where the rules send the case, and whether it has been here before."""
    case = life.case
    case.routing = routing.route(life.book, routing.clues_of(case), city_day(now)).as_stored()
    case.recurrence_of_id = earlier_case(case, at=now)


@transaction.atomic
def amend_case(
    *,
    case_id: int,
    draft: CaseDraft,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Case:
    """Put right what is known of a case that is not with a unit yet: `draft` says all of it.

    Take `loop.draft_of(case)` and change what was wrong. Where something changed that the rules
    look at, they are asked anew. Photos, kind, source and time of finding stay.

    Raises `Forbidden`, `MoveNotAllowed`, or what `require_good` and `loop.begin` raise.
    """
    life = hold(case_id)
    if is_repeated(MoveName.AMEND, life, actor, client_id):
        return life.case
    allow(MoveName.AMEND, life, actor, now)
    case, area = life.case, loop.area_code(draft.area, draft.site)
    require(may(actor, MOVES[MoveName.AMEND].action, on=city_day(now), area_code=area))
    _require_in_use(
        draft.category if _code(draft.category) != case.category_id else None,
        draft.site if _code(draft.site) != case.site_id else None,
        draft.area if _code(draft.area) != case.area_id else None,
    )
    amended = loop.amend(life, draft, at=life.moment(now), actor=actor)
    if case.filed_at and amended & loop.ROUTED_BY:
        _route(life, now)
    return write(life, MoveName.AMEND, client_id=client_id)


def _code(row: Category | Site | Area | None) -> str | None:
    return row.code if row else None


@transaction.atomic
def decline_case(
    *, case_id: int, words: str, actor: User, now: datetime, client_id: UUID | None = None
) -> Case:
    """Say that a case is not taken, and why.

    Raises `Forbidden`, `MoveNotAllowed` or `WordsMissing`.
    """
    life = hold(case_id)
    if is_repeated(MoveName.DECLINE, life, actor, client_id):
        return life.case
    allow(MoveName.DECLINE, life, actor, now)
    require_given(MoveName.DECLINE, life, words=words)
    loop.decline(life, words=words.strip(), at=life.moment(now), actor=actor)
    return write(life, MoveName.DECLINE, client_id=client_id)


@transaction.atomic
def merge_case(
    *,
    case_id: int,
    into_id: int,
    words: str = "",
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Case:
    """Let a case go on as part of another one; both records say so.

    Raises `Forbidden`, `MoveNotAllowed` or `MergeTargetUnfit`.
    """
    rows = {case.pk: case for case in Case.objects.locked().filter(pk__in={case_id, into_id})}
    life, target = taken(rows[case_id], Assignment, Extension), taken(rows[into_id])
    if is_repeated(MoveName.MERGE, life, actor, client_id):
        return life.case
    allow(MoveName.MERGE, life, actor, now)
    require_given(MoveName.MERGE, life, words=words)
    into = target.case
    require(may(actor, MOVES[MoveName.MERGE].action, on=city_day(now), area_code=into.area_id))
    if into.status in ENDED and into.pk != case_id:
        reason = CaseStatus(into.status).label
        raise MergeTargetUnfit(number=into.number, reason=reason)

    at = max(life.moment(now), target.moment(now))
    loop.merge(life, into, words=words.strip(), at=at, actor=actor)
    loop.join(target, life.case.number, at=at, actor=actor)
    write(target, MoveName.MERGE)
    return write(life, MoveName.MERGE, client_id=client_id)


@transaction.atomic
def find_case_again(
    *,
    case_id: int,
    words: str = "",
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Case:
    """Note that an open case was found again, instead of opening a second one.

    Raises `Forbidden` or `CaseOver`.
    """
    life = hold(case_id)
    if replayed(client_id, loop.FOUND_AGAIN, subject=life.case, actor=actor):
        return life.case
    _require_reporter(life, actor, now)
    loop.find_again(life, words=words.strip(), at=life.moment(now), actor=actor)
    return write_told(life, client_id=client_id, client_kind=loop.FOUND_AGAIN)


@transaction.atomic
def add_photos(
    *,
    case_id: int,
    photos: Iterable[Photo],
    moment: PhotoMoment,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Case:
    """Hang photos of the finding on a case that was opened before they had arrived.

    Raises `Forbidden`, `CaseOver` or `PhotoUsedAlready`.
    """
    life = hold(case_id)
    if replayed(client_id, loop.PHOTOS_ADDED, subject=life.case, actor=actor):
        return life.case
    _require_reporter(life, actor, now)
    given = used_photos(life, photos)
    loop.add_photos(life, given, moment, at=life.moment(now), actor=actor)
    return write_told(life, client_id=client_id, client_kind=loop.PHOTOS_ADDED)


def _require_reporter(life: Life, actor: User, now: datetime) -> None:
    case = life.case
    require(may(actor, Action.CASE_REPORT, on=city_day(now), area_code=case.area_id))
    if case.status in ENDED:
        raise CaseOver(number=case.number, status=CaseStatus(case.status).label)


# --- With a unit --------------------------------------------------------------------------------


@transaction.atomic
def dispatch_case(
    *,
    case_id: int,
    unit: Unit,
    due_at: datetime | None = None,
    words: str = "",
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Case:
    """Hand a filed case to one unit, with the time by which it must be put right.

    Without `due_at` the policy sets the time. The row is locked before anything is asked of it,
    so of two dispatchers at once the second meets the first one's result and is refused.

    Raises `Forbidden`, `MoveNotAllowed`, `UnitClosed`, `DueTimePassed`, `DueTimeTooFar` or
    `NoClockPolicy`.
    """
    life = hold(case_id)
    if is_repeated(MoveName.DISPATCH, life, actor, client_id):
        return life.case
    allow(MoveName.DISPATCH, life, actor, now)
    require_given(MoveName.DISPATCH, life, words=words)
    _require_active(unit)
    at = life.moment(now)
    loop.dispatch(life, unit, due_at=due_at, words=words.strip(), at=at, actor=actor)
    return write(life, MoveName.DISPATCH, client_id=client_id)


def _require_active(unit: Unit) -> None:
    """The unit is read again and held: it cannot be closed while it is given a case."""
    if not Unit.objects.locked().filter(code=unit.code, is_active=True).exists():
        raise UnitClosed(unit=unit.name)


@transaction.atomic
def acknowledge_case(
    *, case_id: int, actor: User, now: datetime, client_id: UUID | None = None
) -> Case:
    """Take a case for its unit. Raises `Forbidden` or `MoveNotAllowed`."""
    life = hold(case_id, Assignment)
    if is_repeated(MoveName.ACKNOWLEDGE, life, actor, client_id):
        return life.case
    allow(MoveName.ACKNOWLEDGE, life, actor, now)
    loop.acknowledge(life, at=life.moment(now), actor=actor)
    return write(life, MoveName.ACKNOWLEDGE, client_id=client_id)


@transaction.atomic
def return_case(
    *, case_id: int, words: str, actor: User, now: datetime, client_id: UUID | None = None
) -> Case:
    """Give a case back that is not the unit's, and say why.

    Raises `Forbidden`, `MoveNotAllowed` or `WordsMissing`.
    """
    life = hold(case_id, Assignment, Extension)
    if is_repeated(MoveName.RETURN, life, actor, client_id):
        return life.case
    allow(MoveName.RETURN, life, actor, now)
    require_given(MoveName.RETURN, life, words=words)
    loop.give_back(life, words=words.strip(), at=life.moment(now), actor=actor)
    return write(life, MoveName.RETURN, client_id=client_id)


@transaction.atomic
def transfer_case(
    *,
    case_id: int,
    unit: Unit,
    words: str,
    due_at: datetime | None = None,
    held_by: str = "",
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Case:
    """Take a case from its unit and hand it to another one, whose time begins anew.

    `held_by` is the code of the unit from which it is meant to be taken: of two who transfer at
    once the second must not take it from the unit that has just been given it.

    Raises `Forbidden`, `MoveNotAllowed`, `WordsMissing`, `UnitClosed`, `UnitChanged`, `SameUnit`,
    `DueTimePassed`, `DueTimeTooFar` or `NoClockPolicy`.
    """
    life = hold(case_id, Assignment, Extension)
    if is_repeated(MoveName.TRANSFER, life, actor, client_id):
        return life.case
    allow(MoveName.TRANSFER, life, actor, now)
    if held_by and held_by != life.case.unit_id:
        raise UnitChanged(
            number=life.case.number,
            unit=life.case.unit.name if life.case.unit else "",
            last=loop.happened(life.last) if life.last else "",
        )
    require_given(MoveName.TRANSFER, life, words=words)
    _require_active(unit)
    at = life.moment(now)
    loop.transfer(life, unit, words=words.strip(), due_at=due_at, at=at, actor=actor)
    return write(life, MoveName.TRANSFER, client_id=client_id)


# --- The clock ----------------------------------------------------------------------------------


@transaction.atomic
def ask_extension(
    *,
    case_id: int,
    wanted_due_at: datetime,
    words: str,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Case:
    """Ask for more time, and say why.

    Raises `Forbidden`, `MoveNotAllowed`, `WordsMissing`, `ExtensionAlreadyAsked`,
    `ExtensionNotLater`, `DueTimePassed` or `DueTimeTooFar`.
    """
    life = hold(case_id, Extension)
    if is_repeated(MoveName.ASK_EXTENSION, life, actor, client_id):
        return life.case
    allow(MoveName.ASK_EXTENSION, life, actor, now)
    require_given(MoveName.ASK_EXTENSION, life, words=words)
    at = life.moment(now)
    loop.ask_extension(life, wanted_due_at, words=words.strip(), at=at, actor=actor)
    return write(life, MoveName.ASK_EXTENSION, client_id=client_id)


@transaction.atomic
def grant_extension(
    *,
    case_id: int,
    new_due_at: datetime | None = None,
    words: str = "",
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Case:
    """Give the time that was asked for, or another one that is named.

    Raises `Forbidden`, `MoveNotAllowed`, `NoExtensionAsked`, `ExtensionNotLater`,
    `DueTimePassed` or `DueTimeTooFar`.
    """
    life = hold(case_id, Extension)
    if is_repeated(MoveName.GRANT_EXTENSION, life, actor, client_id):
        return life.case
    allow(MoveName.GRANT_EXTENSION, life, actor, now)
    require_given(MoveName.GRANT_EXTENSION, life, words=words)
    at = life.moment(now)
    loop.grant_extension(life, new_due_at=new_due_at, words=words.strip(), at=at, actor=actor)
    return write(life, MoveName.GRANT_EXTENSION, client_id=client_id)


@transaction.atomic
def refuse_extension(
    *, case_id: int, words: str, actor: User, now: datetime, client_id: UUID | None = None
) -> Case:
    """Leave the time as it is, and say why.

    Raises `Forbidden`, `MoveNotAllowed`, `WordsMissing` or `NoExtensionAsked`.
    """
    life = hold(case_id, Extension)
    if is_repeated(MoveName.REFUSE_EXTENSION, life, actor, client_id):
        return life.case
    allow(MoveName.REFUSE_EXTENSION, life, actor, now)
    require_given(MoveName.REFUSE_EXTENSION, life, words=words)
    loop.refuse_extension(life, words=words.strip(), at=life.moment(now), actor=actor)
    return write(life, MoveName.REFUSE_EXTENSION, client_id=client_id)


@transaction.atomic
def lapse_extension(*, case_id: int, actor: User, now: datetime) -> Case:
    """Let a request come to nothing that nobody decided until the time asked for was over.

    Where somebody did, or the time is not over, nothing happens. Raises `Forbidden`.
    """
    life = hold(case_id, Extension)
    case, extension = life.case, life.extension
    area = case.area_id
    require(may(actor, Action.CASE_DECIDE, on=city_day(now), area_code=area))
    if extension is None or extension.wanted_due_at > now:
        return case
    loop.lapse_extension(life, at=max(now, life.at or now), actor=actor)
    return write(life, MoveName.REFUSE_EXTENSION)


def lapse_extensions(*, actor: User, now: datetime) -> int:
    """Do so with every such request, each in its own transaction; return how many there were."""
    asked = Extension.objects.filter(decision=Decision.ASKED, wanted_due_at__lte=now)
    cases = list(asked.order_by("case_id").values_list("case_id", flat=True))
    for case_id in cases:
        lapse_extension(case_id=case_id, actor=actor, now=now)
    return len(cases)


@transaction.atomic
def park_case(
    *, case_id: int, words: str, actor: User, now: datetime, client_id: UUID | None = None
) -> Case:
    """Take a case off the clock because it needs a project; it stays on the books.

    Raises `Forbidden`, `MoveNotAllowed` or `WordsMissing`.
    """
    life = hold(case_id, Extension)
    if is_repeated(MoveName.PARK, life, actor, client_id):
        return life.case
    allow(MoveName.PARK, life, actor, now)
    require_given(MoveName.PARK, life, words=words)
    at = life.moment(now)
    loop.park(life, words=words.strip(), at=at, actor=actor)
    return write(life, MoveName.PARK, client_id=client_id)


@transaction.atomic
def unpark_case(
    *,
    case_id: int,
    words: str = "",
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Case:
    """Put a parked case back on the clock, with the time that was left.

    Raises `Forbidden` or `MoveNotAllowed`.
    """
    life = hold(case_id, Pause)
    if is_repeated(MoveName.UNPARK, life, actor, client_id):
        return life.case
    allow(MoveName.UNPARK, life, actor, now)
    require_given(MoveName.UNPARK, life, words=words)
    at = life.moment(now)
    loop.unpark(life, words=words.strip(), at=at, actor=actor)
    return write(life, MoveName.UNPARK, client_id=client_id)


# --- Support ------------------------------------------------------------------------------------


@transaction.atomic
def ask_support(
    *,
    case_id: int,
    unit: Unit,
    words: str,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Case:
    """Ask another unit for a part, and say for which.

    Raises `Forbidden`, `MoveNotAllowed`, `WordsMissing`, `UnitClosed` or `UnitAlreadySupports`.
    """
    life = hold(case_id, SupportPart)
    if is_repeated(MoveName.ASK_SUPPORT, life, actor, client_id):
        return life.case
    allow(MoveName.ASK_SUPPORT, life, actor, now)
    require_given(MoveName.ASK_SUPPORT, life, words=words)
    _require_active(unit)
    loop.ask_support(life, unit, words=words.strip(), at=life.moment(now), actor=actor)
    return write(life, MoveName.ASK_SUPPORT, client_id=client_id)


@transaction.atomic
def finish_support(
    *,
    case_id: int,
    unit: Unit,
    words: str,
    photos: Iterable[Photo] = (),
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Case:
    """Report a support unit's part as done.

    Raises `Forbidden`, `MoveNotAllowed`, `WordsMissing`, `NoSuchPart` or `PhotoUsedAlready`.
    """
    life = hold(case_id, SupportPart)
    if is_repeated(MoveName.FINISH_SUPPORT, life, actor, client_id):
        return life.case
    allow(MoveName.FINISH_SUPPORT, life, actor, now, unit=unit)
    given = used_photos(life, photos)
    require_given(MoveName.FINISH_SUPPORT, life, words=words, photos=given)
    at = life.moment(now)
    loop.finish_support(life, unit, words=words.strip(), photos=given, at=at, actor=actor)
    case = write(life, MoveName.FINISH_SUPPORT, client_id=client_id)
    note_photos(case, now=now)
    return case


# --- Done, checked, over ------------------------------------------------------------------------


@transaction.atomic
def submit_case(
    *,
    case_id: int,
    words: str,
    photos: Iterable[Photo] = (),
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Case:
    """Report the work done, with photos from after; what is odd about them is noted.

    Raises `Forbidden`, `MoveNotAllowed`, `WordsMissing`, `PhotoMissing` or `PhotoUsedAlready`.
    """
    life = hold(case_id, Extension)
    if is_repeated(MoveName.SUBMIT, life, actor, client_id):
        return life.case
    allow(MoveName.SUBMIT, life, actor, now)
    given = used_photos(life, photos)
    require_given(MoveName.SUBMIT, life, words=words, photos=given)
    at = life.moment(now)
    loop.submit(life, words=words.strip(), photos=given, at=at, actor=actor)
    case = write(life, MoveName.SUBMIT, client_id=client_id)
    note_photos(case, now=now)
    return case


@transaction.atomic
def verify_case(
    *,
    case_id: int,
    words: str = "",
    photos: Iterable[Photo] = (),
    on_site: bool = False,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Case:
    """Check work that somebody else did, and find it good; as a city has it, that closes the case.

    Raises `Forbidden`, `DoerMayNotVerify`, `MoveNotAllowed`, `WordsMissing`, `PhotoMissing`,
    `PhotoUsedAlready` or `SupportUnfinished`.
    """
    life = hold(case_id, Assignment, SupportPart)
    if is_repeated(MoveName.VERIFY, life, actor, client_id):
        return life.case
    allow(MoveName.VERIFY, life, actor, now)
    given = used_photos(life, photos)
    require_given(MoveName.VERIFY, life, words=words, photos=given)
    at = life.moment(now)
    loop.verify(life, words=words.strip(), photos=given, on_site=on_site, at=at, actor=actor)
    if settings.YANZHEN_CLOSE_ON_VERIFY:
        loop.close(life, at=at, actor=actor)
    return write(life, MoveName.VERIFY, client_id=client_id)


@transaction.atomic
def fail_case(
    *,
    case_id: int,
    words: str,
    photos: Iterable[Photo] = (),
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Case:
    """Check work that somebody else did, and ask for it to be done again by a new time.

    Raises `Forbidden`, `DoerMayNotVerify`, `MoveNotAllowed`, `WordsMissing`, `PhotoMissing`,
    `PhotoUsedAlready` or `NoClockPolicy`.
    """
    life = hold(case_id)
    if is_repeated(MoveName.FAIL, life, actor, client_id):
        return life.case
    allow(MoveName.FAIL, life, actor, now)
    given = used_photos(life, photos)
    require_given(MoveName.FAIL, life, words=words, photos=given)
    at = life.moment(now)
    loop.fail(life, words=words.strip(), photos=given, at=at, actor=actor)
    return write(life, MoveName.FAIL, client_id=client_id)


@transaction.atomic
def close_case(
    *, case_id: int, words: str = "", actor: User, now: datetime, client_id: UUID | None = None
) -> Case:
    """Take a checked case off the books.

    Raises `Forbidden`, `DoerMayNotVerify`, `MoveNotAllowed`, `WordsMissing` or
    `SupportUnfinished`.
    """
    life = hold(case_id, Assignment, SupportPart)
    if is_repeated(MoveName.CLOSE, life, actor, client_id):
        return life.case
    allow(MoveName.CLOSE, life, actor, now)
    require_given(MoveName.CLOSE, life, words=words)
    loop.close(life, words=words.strip(), at=life.moment(now), actor=actor)
    return write(life, MoveName.CLOSE, client_id=client_id)


@transaction.atomic
def reopen_case(
    *,
    case_id: int,
    words: str,
    due_at: datetime | None = None,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Case:
    """Take up again what was not over, and say why.

    Raises `Forbidden`, `MoveNotAllowed`, `WordsMissing`, `DueTimePassed`, `DueTimeTooFar` or
    `NoClockPolicy`.
    """
    life = hold(case_id)
    if is_repeated(MoveName.REOPEN, life, actor, client_id):
        return life.case
    allow(MoveName.REOPEN, life, actor, now)
    require_given(MoveName.REOPEN, life, words=words)
    at = life.moment(now)
    loop.reopen(life, words=words.strip(), due_at=due_at, at=at, actor=actor)
    return write(life, MoveName.REOPEN, client_id=client_id)


# --- Words only ---------------------------------------------------------------------------------


@transaction.atomic
def urge_case(
    *,
    case_id: int,
    words: str = "",
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Case:
    """Remind the unit. Raises `Forbidden`, `MoveNotAllowed` or `WordsMissing`."""
    life = hold(case_id)
    if is_repeated(MoveName.URGE, life, actor, client_id):
        return life.case
    allow(MoveName.URGE, life, actor, now)
    require_given(MoveName.URGE, life, words=words)
    loop.urge(life, words=words.strip(), at=life.moment(now), actor=actor)
    return write(life, MoveName.URGE, client_id=client_id)


@transaction.atomic
def note_case(
    *, case_id: int, words: str, actor: User, now: datetime, client_id: UUID | None = None
) -> Case:
    """Add a word to an open case. Raises `Forbidden`, `MoveNotAllowed` or `WordsMissing`."""
    life = hold(case_id)
    if is_repeated(MoveName.NOTE, life, actor, client_id):
        return life.case
    allow(MoveName.NOTE, life, actor, now)
    require_given(MoveName.NOTE, life, words=words)
    loop.note(life, words=words.strip(), at=life.moment(now), actor=actor)
    return write(life, MoveName.NOTE, client_id=client_id)


# --- Many at once -------------------------------------------------------------------------------


@transaction.atomic
def record_histories(
    *,
    histories: Iterable[CaseHistory],
    actor: User,
    now: datetime,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write cases as they were lived elsewhere, all or none; return how many there were.

    They come to the same as if each step had been its own operation then, but nobody's rights
    are asked beyond the actor's to import. `progress` is told how many are done.

    Raises `Forbidden`, `NumberTaken`, `DatesOutOfOrder`, or what a move of the loop refuses.
    """
    return write_histories(histories=histories, actor=actor, now=now, progress=progress)
