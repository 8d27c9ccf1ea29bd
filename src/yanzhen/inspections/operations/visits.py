"""Taking in what a phone brings: a visit is here with all its checks, or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from yanzhen.accounts.models import User
from yanzhen.core.errors import Refused
from yanzhen.core.time import city_day
from yanzhen.events import operations as events
from yanzhen.frameworks.enums import CheckKind
from yanzhen.frameworks.models import CheckItem
from yanzhen.frameworks.queries import checklist_items
from yanzhen.inspections import rules
from yanzhen.inspections.barred import barred_sites
from yanzhen.inspections.enums import TAKING, Result, RoundStatus, Standing
from yanzhen.inspections.errors import (
    CheckAlreadyGiven,
    CheckIdReused,
    ChecklistNotOfThisRound,
    InspectorBarred,
    ItemUnknown,
    NotYourSite,
    RoundOver,
    ValueMissing,
    VisitIdReused,
)
from yanzhen.inspections.models import (
    Assignment,
    CarriedItem,
    Check,
    CheckConflict,
    CheckPhoto,
    RoundSite,
    TeamMember,
    Visit,
)
from yanzhen.inspections.operations.casework import follow_up
from yanzhen.inspections.phone_clock import Skew, times_of
from yanzhen.inspections.standing import Answer, Dispute, settle
from yanzhen.inspections.wire import CheckSent, PhotoSent, VisitSent, share
from yanzhen.places.enums import SiteStatus

STORED, SAME, CONFLICT, REFUSED = "stored", "same", "conflict", "refused"


@dataclass(slots=True)
class CheckAnswer:
    """What became of one check that was sent."""

    client_id: UUID
    answer: str
    code: str = ""
    sentence: str = ""
    check: Check | None = None
    photos: list[CheckPhoto] = field(default_factory=list)


@dataclass(slots=True)
class VisitAnswer:
    """What became of one visit that was sent."""

    client_id: UUID
    answer: str
    code: str = ""
    sentence: str = ""
    checks: list[CheckAnswer] = field(default_factory=list)


def take_visit(*, sent: VisitSent, skew: Skew, actor: User, now: datetime) -> VisitAnswer:
    """Keep a visit and its checks; what is here already stays as it is, and a resend says so.

    The drawn site is held meanwhile, so of two inspectors' phones the second meets what the
    first one brought. A check that cannot be taken is refused alone.

    Raises `NotYourSite`, `RoundOver`, `InspectorBarred`, `ChecklistNotOfThisRound` or
    `VisitIdReused`; nothing of the visit is kept then.
    """
    try:
        return _take(sent, skew, actor, now)
    except IntegrityError:
        # The same sent twice at once for two sites, or under ids that somebody else used in this
        # moment: looked at again, it is there and has its answer.
        return _take(sent, skew, actor, now)


@transaction.atomic
def _take(sent: VisitSent, skew: Skew, actor: User, now: datetime) -> VisitAnswer:
    row = (
        RoundSite.objects.locked()
        .select_related("round", "site", "checklist")
        .filter(round_id=sent.round, site_id=sent.site)
        .first()
    )
    assignment = _assignment_of(row, actor, now) if row else None
    if row is None or not (assignment or rules.walks(actor, row.round, on=city_day(now))):
        raise NotYourSite(site=sent.site)
    _require_taking(row, sent, assignment, actor, now)
    known = Visit.objects.filter(client_id=sent.id).first()
    if known is not None and (known.round_site_id, known.inspector_id) != (row.pk, actor.pk):
        raise VisitIdReused
    visit = known or _new_visit(row, sent, assignment, skew, actor, now)
    taking = _Taking(row, visit, skew, actor, now, _items_of(row))
    answers = taking.take(sent.checks)
    if known is None or any(one.answer in {STORED, CONFLICT} for one in answers):
        events.record(
            "visit.synced",
            visit,
            actor=actor,
            at=now,
            round=row.round_id,
            site=row.site_id,
            checks={str(one.client_id): one.check.result for one in answers if one.check},
            skew=skew.seconds,
        )
    words = _("点位已停用，检查已收下，不合格项不立案。") if _is_retired(row) else ""
    return VisitAnswer(sent.id, SAME if known else STORED, sentence=words, checks=answers)


def _is_retired(row: RoundSite) -> bool:
    return row.site.status == SiteStatus.RETIRED


def _require_taking(
    row: RoundSite, sent: VisitSent, assignment: Assignment | None, actor: User, now: datetime
) -> None:
    """Go on if this round takes this visit of this inspector."""
    if row.round.status not in TAKING:
        status = RoundStatus(row.round.status).label
        raise RoundOver(round=row.round.name, status=status)
    if sent.checklist != row.checklist_id:
        raise ChecklistNotOfThisRound
    if assignment is None:
        on = city_day(now)
        if barred_sites(people=[actor], sites=[row.site], on=on)[actor.pk]:
            raise InspectorBarred(person=actor.full_name, site=row.site.name)


def _assignment_of(row: RoundSite, actor: User, now: datetime) -> Assignment | None:
    """The assignment by which somebody who still inspects is sent to the site, if any."""
    if not rules.can_visit_anywhere(actor, on=city_day(now)):
        return None
    teams = set(
        TeamMember.objects.holding_on(city_day(now))
        .filter(person=actor)
        .values_list("team_id", flat=True)
    )
    for sent in Assignment.objects.filter(round_site=row).order_by("is_calibration", "pk"):
        if sent.inspector_id == actor.pk or sent.team_id in teams:
            return sent
    return None


def _new_visit(
    row: RoundSite,
    sent: VisitSent,
    assignment: Assignment | None,
    skew: Skew,
    actor: User,
    now: datetime,
) -> Visit:
    times = times_of(
        started_at=sent.started_at,
        finished_at=sent.finished_at,
        skew=skew,
        opened_at=row.round.opened_at or now,
        now=now,
    )
    return Visit.objects.create(
        client_id=sent.id,
        round_site=row,
        inspector=actor,
        checklist=row.checklist,
        is_calibration=assignment is not None and assignment.is_calibration,
        started_at=times.started_at,
        finished_at=times.finished_at,
        claimed_started_at=sent.started_at,
        claimed_finished_at=sent.finished_at,
        skew_seconds=skew.seconds,
        clock=times.clock,
        received_at=now,
        lat=sent.lat,
        lon=sent.lon,
        accuracy_metres=sent.accuracy_metres,
        words=sent.words,
    )


def _items_of(row: RoundSite) -> dict[str, CheckItem]:
    """The items that this site is asked for: all of its checklist, or those that failed last time."""
    items = {item.code: item for item in checklist_items(checklist=row.checklist)}
    carried = set(CarriedItem.objects.filter(round_site=row).values_list("item_code", flat=True))
    return {code: item for code, item in items.items() if not carried or code in carried}


# --- The checks of a visit ------------------------------------------------------------------------


@dataclass
class _Taking:
    """Checks being taken in, each held against all that was answered at this site before."""

    row: RoundSite
    visit: Visit
    skew: Skew
    actor: User
    now: datetime
    items: Mapping[str, CheckItem]
    _there: list[Check] = field(default_factory=list)
    _new_ones: list[Check] = field(default_factory=list)
    _disputes: dict[str, CheckConflict] = field(default_factory=dict)
    _known: dict[UUID, Check] = field(default_factory=dict)

    def take(self, checks: Sequence[CheckSent]) -> list[CheckAnswer]:
        """Take each check in its order; photos and cases follow for all together."""
        ids = [check.id for check in checks]
        rows = Check.objects.select_related("visit").order_by("pk")
        self._known = {row.client_id: row for row in rows.filter(client_id__in=ids)}
        self._there = list(rows.filter(round_site=self.row))
        open_ones = CheckConflict.objects.filter(round_site=self.row, resolved_at=None)
        self._disputes = {row.item_code: row for row in open_ones.order_by("pk")}
        answers = [self._one(check) for check in checks]
        Check.objects.bulk_create(self._new_ones)
        self._announce(checks, answers)
        new = [one.check for one in answers if one.check and one.answer == STORED]
        if not _is_retired(self.row):
            said = follow_up(
                checks=new, items=self.items, site=self.row.site, actor=self.actor, now=self.now
            )
            for one in answers:
                if one.check and one.check.pk in said:
                    one.sentence = said[one.check.pk]
        return answers

    def _one(self, sent: CheckSent) -> CheckAnswer:
        try:
            item = self.items.get(sent.item)
            if item is None:
                raise ItemUnknown(item=sent.item)
            result, value = verdict(item, sent)
            if known := self._given_before(sent, item, result, value):
                return CheckAnswer(sent.id, SAME, check=known)
            return self._new(sent, item, result, value)
        except Refused as refusal:
            return CheckAnswer(sent.id, REFUSED, code=refusal.code, sentence=str(refusal))

    def _given_before(
        self, sent: CheckSent, item: CheckItem, result: str, value: Any
    ) -> Check | None:
        """The check as it is here, if it is. Raises `CheckIdReused` or `CheckAlreadyGiven`."""
        known = self._known.get(sent.id)
        if known is not None and (known.visit_id, known.item_code) != (self.visit.pk, item.code):
            raise CheckIdReused
        mine = known or next(
            (
                row
                for row in self._there
                if row.visit_id == self.visit.pk and row.item_code == item.code
            ),
            None,
        )
        if mine is not None and (mine.result, mine.value) != (result, value):
            given = Result(mine.result).label
            raise CheckAlreadyGiven(item=item.words, result=given)
        return mine

    def _new(self, sent: CheckSent, item: CheckItem, result: str, value: Any) -> CheckAnswer:
        others = [row for row in self._there if row.item_code == item.code]
        dispute = self._disputes.get(item.code)
        settled = settle(
            _answer(0, result, self.visit),
            [_answer(row.pk, row.result, row.visit, row.standing) for row in others],
            Dispute(dispute.is_calibration) if dispute else None,
        )
        self._set(settled.disputed, Standing.DISPUTED)
        conflict = None
        if settled.joins:
            conflict = self._conflict(item.code, is_calibration=settled.is_calibration)
            Check.objects.filter(pk__in=settled.with_keys).update(conflict=conflict)
        check = Check(
            client_id=sent.id,
            visit=self.visit,
            round_site=self.row,
            item_code=item.code,
            result=result,
            value=value,
            part=sent.part,
            whole=sent.whole,
            words=sent.words,
            answered_at=self._answered_at(sent),
            standing=settled.standing,
            conflict=conflict,
        )
        self._there.append(check)
        self._new_ones.append(check)
        self._known[check.client_id] = check
        if settled.standing != Standing.DISPUTED:
            return CheckAnswer(sent.id, STORED, check=check)
        words = _("另一次检查的结果不同，两次都已保留，由创建办裁定。")
        return CheckAnswer(sent.id, CONFLICT, "conflict", words, check)

    def _answered_at(self, sent: CheckSent) -> datetime:
        visit = self.visit
        at = self.skew.corrected(sent.answered_at)
        return max(visit.started_at, min(at, visit.finished_at))

    def _set(self, keys: Sequence[int], standing: Standing) -> None:
        Check.objects.filter(pk__in=keys).update(standing=standing)
        for row in self._there:
            if row.pk in keys:
                row.standing = standing

    def _conflict(self, item_code: str, *, is_calibration: bool) -> CheckConflict:
        """The open conflict of the item; a calibration's becomes a real one when it has to."""
        row = self._disputes.get(item_code)
        if row is None:
            row = CheckConflict.objects.create(
                round_site=self.row,
                item_code=item_code,
                is_calibration=is_calibration,
                found_at=self.now,
            )
            self._disputes[item_code] = row
        elif row.is_calibration and not is_calibration:
            row.is_calibration = False
            row.save(update_fields=["is_calibration"])
        return row

    def _announce(self, sent: Sequence[CheckSent], answers: Sequence[CheckAnswer]) -> None:
        """Note the photos that will follow, and what is here of those that were noted before."""
        ids = [photo.id for check in sent for photo in check.photos]
        known = CheckPhoto.objects.select_related("answer").in_bulk(ids, field_name="client_id")
        for check, answer in zip(sent, answers, strict=True):
            if answer.check is None:
                continue
            for photo in check.photos:
                row = known.get(photo.id)
                if row is None:
                    row = self._announced(photo, answer.check)
                if row.answer_id == answer.check.pk:
                    answer.photos.append(row)

    def _announced(self, photo: PhotoSent, check: Check) -> CheckPhoto:
        at = self.skew.corrected(photo.taken_at) if photo.taken_at else None
        return CheckPhoto.objects.create(
            client_id=photo.id,
            answer=check,
            sha256=photo.sha256,
            size=photo.size,
            taken_at=min(at, self.now) if at else None,
            claimed_taken_at=photo.taken_at,
            lat=photo.lat,
            lon=photo.lon,
            announced_at=self.now,
        )


def _answer(key: int, result: str, visit: Visit, standing: str = Standing.COUNTED) -> Answer:
    return Answer(key, result, visit.is_calibration, standing)


def verdict(item: CheckItem, sent: CheckSent) -> tuple[str, Any]:
    """The result of an item and its number: of what is counted or measured, the threshold decides.

    A share is `part` of `whole` in a hundred, to four places, half up. Raises `ValueMissing`.
    """
    if sent.result == Result.NOT_APPLICABLE:
        return Result.NOT_APPLICABLE, None
    if item.kind == CheckKind.YES_NO:
        if not sent.result:
            raise ValueMissing(item=item.words)
        return sent.result, None
    value = sent.value
    if sent.part is not None and sent.whole:
        value = share(sent.part, sent.whole)
    if value is None:
        raise ValueMissing(item=item.words)
    return (Result.PASS if item.passes(value) else Result.FAIL), value
