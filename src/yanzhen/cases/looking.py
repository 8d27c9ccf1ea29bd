"""A second look at photos of the work: what is odd about them is written down for whoever verifies.

What is cheap is done in the transaction that brings the photos; laying pictures over one another
is a job after it. Both may run again and again: a doubt that is there stays as it is.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from yanzhen.accounts.models import User
from yanzhen.accounts.operations import system_user
from yanzhen.cases import rules
from yanzhen.cases.doubts import Doubted, doubts_of
from yanzhen.cases.enums import Doubt, Finding, MoveName, PhotoMoment
from yanzhen.cases.errors import FindingWordsMissing, FlagDecided, WordsTooLong
from yanzhen.cases.models import Case, CasePhoto, PhotoFlag
from yanzhen.core.errors import require
from yanzhen.core.jobs import Run, job
from yanzhen.core.time import city_day
from yanzhen.core.words import full_date
from yanzhen.events import operations as events
from yanzhen.files.models import Photo
from yanzhen.files.operations import mark_photo
from yanzhen.files.queries import copies_among, photos_worth_a_look

FOUND = "photo_flag.found"
DECIDED: Final = {
    Finding.DISMISSED: "photo_flag.dismissed",
    Finding.UPHELD: "photo_flag.upheld",
}
MOST_OTHERS: Final = 3
"""Earlier photos that are shown for one photo; the first of them are enough for a doubt."""
MOST_LAID_OVER: Final = 8
MOST_WORDS: Final = 500
AT_ONCE: Final = 200
FEW: Final = 20
"""So many older photos without marks are marked on the way; more are left to the job for that."""


# --- With the photos ------------------------------------------------------------------------------


def note_photos(case: Case, *, now: datetime) -> None:
    """Write down what is odd at first sight about the photos that just came, and look closer later.

    For the operation that brings them, in its transaction, after they are written.
    """
    fresh = list(_not_compared().filter(case=case).select_related("photo"))
    if not fresh:
        return
    for one in fresh:
        _write(case, one.photo, _at_first_sight(case, one), now=now)
    compare_photos.enqueue(now=now, unique_key=f"cases.photos:{case.pk}", case_id=case.pk)


def _not_compared() -> QuerySet[CasePhoto]:
    waiting = CasePhoto.objects.filter(moment=PhotoMoment.AFTER, compared_at=None)
    return waiting.order_by("pk")


def _at_first_sight(case: Case, one: CasePhoto) -> list[Doubted]:
    same = _earlier(one).filter(photo__sha256=one.photo.sha256).order_by("pk")
    by_case: dict[int, int] = {}
    for case_id, photo_id in same.values_list("case_id", "photo_id")[:MOST_LAID_OVER]:
        by_case.setdefault(case_id, photo_id)
    pairs = list(by_case.items())[:MOST_OTHERS]
    return [
        *(Doubted(Doubt.SAME_FILE, photo_id, case_id) for case_id, photo_id in pairs),
        *doubts_of(case, one.photo),
    ]


def _earlier(one: CasePhoto) -> QuerySet[CasePhoto]:
    """Photos that some case had before this one: what came with the same report is not earlier."""
    earlier = CasePhoto.objects.filter(pk__lt=one.pk)
    return earlier.exclude(case=one.case_id, event_number=one.event_number)


def _write(case: Case, photo: Photo, doubts: Iterable[Doubted], *, now: datetime) -> int:
    """Write the doubts that are not there yet, each with its event; the case is held."""
    rows = PhotoFlag.objects.filter(case=case, photo=photo)
    known = set(rows.values_list("kind", "other_id", "other_case_id"))
    new = [
        PhotoFlag(
            case=case,
            photo=photo,
            kind=doubt.kind,
            other_id=doubt.other_id,
            other_case_id=doubt.other_case_id,
            metres=doubt.metres,
            minutes=doubt.minutes,
            found_at=now,
        )
        for doubt in doubts
        if doubt.key not in known
    ]
    for flag in new:
        flag.save(force_insert=True)
    if new:
        events.record_many(FOUND, _payloads(case, new), actor=system_user(), at=now)
    return len(new)


def _payloads(
    case: Case, flags: Iterable[PhotoFlag]
) -> Iterator[tuple[PhotoFlag, dict[str, object]]]:
    for flag in flags:
        told = {
            "case": case.pk,
            "photo": flag.photo_id,
            "doubt": str(flag.kind),
            "other": flag.other_id,
            "other_case": flag.other_case_id,
            "metres": flag.metres,
            "minutes": flag.minutes,
        }
        yield flag, {name: value for name, value in told.items() if value is not None}


# --- Later ----------------------------------------------------------------------------------------


@job("cases.photos")
def compare_photos(run: Run, *, case_id: int) -> None:
    """Compare the new photos of one case with all that came before them."""
    fresh = list(_not_compared().filter(case=case_id).values_list("pk", flat=True))
    for done, pk in enumerate(fresh, start=1):
        compare_photo(case_photo_id=pk, now=timezone.now())
        run.report(done, len(fresh))


@job("cases.photos_left", every=timedelta(minutes=2))
def compare_photos_left(run: Run) -> None:
    """The same with what was left: photos of imported cases, and those that had to wait for others."""
    left = list(_not_compared().values_list("pk", flat=True)[:AT_ONCE])
    for done, pk in enumerate(left, start=1):
        if not compare_photo(case_photo_id=pk, now=timezone.now()):
            return
        run.report(done, len(left))


def compare_photo(*, case_photo_id: int, now: datetime) -> bool:
    """Compare one photo of the work with all that some case had before; whether it could be done.

    As long as older photos have no marks yet it waits for them. The pictures are looked at
    before the case is held. Once done it changes nothing any more.
    """
    one = CasePhoto.objects.select_related("photo", "case", "case__site").get(pk=case_photo_id)
    if one.compared_at is not None:
        return True
    if not _all_marked(one):
        return False
    copies = _copies_of(one)
    with transaction.atomic():
        case = Case.objects.locked().get(pk=one.case_id)
        seen = _at_first_sight(case, one)
        alike = [Doubted(Doubt.SAME_PICTURE, row.photo_id, row.case_id) for row in copies]
        _write(case, one.photo, [*seen, *alike[:MOST_OTHERS]], now=now)
        CasePhoto.objects.filter(pk=one.pk, compared_at=None).update(compared_at=now)
    return True


def _all_marked(one: CasePhoto) -> bool:
    """Whether this photo and all before it have their marks, after marking the few that have not."""
    older = Photo.objects.filter(mark_count=None, pk__lt=one.photo_id)
    waiting = list(older.order_by("pk").values_list("pk", flat=True)[: FEW + 1])
    if len(waiting) > FEW:
        return False
    for key in [*waiting, one.photo_id]:
        mark_photo(photo_id=key)
    return True


def _copies_of(one: CasePhoto) -> list[CasePhoto]:
    """Earlier photos of cases that are the same picture as this one, the likeliest first."""
    keys = photos_worth_a_look(one.photo)
    rows: dict[int, CasePhoto] = {}
    files = {one.photo.sha256}
    for row in _earlier(one).filter(photo__in=keys).select_related("photo").order_by("pk"):
        if row.photo.sha256 not in files:  # of the same file the first one tells it all
            files.add(row.photo.sha256)
            rows[row.photo_id] = row
    likely = [rows[key] for key in keys if key in rows][:MOST_LAID_OVER]
    same = {photo.pk for photo in copies_among(one.photo, [row.photo for row in likely])}
    return [row for row in likely if row.photo_id in same]


# --- What came of it ------------------------------------------------------------------------------


@transaction.atomic
def decide_flag(
    *,
    flag_id: int,
    finding: Finding,
    words: str = "",
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> PhotoFlag:
    """Say what is in a doubt: nothing, with a word why, or that it is true.

    Whoever may verify the case decides, and nobody who had a hand in the work. What was decided
    stays. Nothing follows by itself: the case goes on or back by its own moves.

    Raises `Forbidden`, `ClientIdReused`, `FlagDecided`, `FindingWordsMissing` or `WordsTooLong`.
    """
    flag = PhotoFlag.objects.locked().get(pk=flag_id)
    if events.replayed(client_id, DECIDED[finding], subject=flag, actor=actor):
        return flag
    require(rules.can_move(actor, flag.case, MoveName.VERIFY, on=city_day(now)))
    if flag.finding != Finding.OPEN:
        raise FlagDecided(
            who=flag.decided_by.full_name if flag.decided_by else "",
            when=full_date(flag.decided_at),
            finding=Finding(flag.finding).label,
        )
    words = words.strip()
    if finding == Finding.DISMISSED and not words:
        raise FindingWordsMissing
    if len(words) > MOST_WORDS:
        raise WordsTooLong(most=MOST_WORDS)
    flag.finding, flag.words = finding, words
    flag.decided_by, flag.decided_at = actor, now
    flag.save(update_fields=["finding", "words", "decided_by", "decided_at"])
    events.record(
        DECIDED[finding], flag, actor=actor, at=now, client_id=client_id,
        case=flag.case_id, words=words,
    )  # fmt: skip
    return flag
