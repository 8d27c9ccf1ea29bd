"""The life of a round: planned under a sealed seed, drawn once, open, closed, published."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.models import User
from yanzhen.core.errors import require
from yanzhen.core.time import city_day
from yanzhen.events import operations as events
from yanzhen.inspections import draw, rules
from yanzhen.inspections.drafts import RoundDraft
from yanzhen.inspections.draw import Drawn, DrawSpec, FrameSite
from yanzhen.inspections.enums import (
    MOVES,
    DrawMethod,
    Result,
    RoundKind,
    RoundStatus,
    Standing,
)
from yanzhen.inspections.errors import (
    ConflictsOpen,
    NothingToReinspect,
    NotYetAssigned,
    RoundDaysOutOfOrder,
    RoundMoveRefused,
    RoundNameMissing,
    SitesUnknown,
)
from yanzhen.inspections.frames import INSPECTED, frame_of_area
from yanzhen.inspections.models import (
    CarriedItem,
    Check,
    CheckConflict,
    Round,
    RoundFrame,
    RoundSite,
)
from yanzhen.inspections.proof import DRAWN, PLANNED

VERBS: dict[str, Promise] = {
    "draw": _("抽点"),
    "open": _("开始"),
    "close": _("结束"),
    "publish": _("公布"),
    "cancel": _("取消"),
    "reinspect": _("复查"),
}
BATCH = 1000


def plan_round(
    *, draft: RoundDraft, actor: User, now: datetime, client_id: UUID | None = None
) -> Round:
    """Plan a round and seal the seed of its draw: its digest is recorded now, itself shown at the end.

    Raises `Forbidden`, `RoundNameMissing` or `RoundDaysOutOfOrder`.
    """
    return _plan(draft, None, actor, now, client_id)


def plan_reinspection(
    *,
    parent_id: int,
    name: str,
    from_on: date,
    to_on: date,
    is_unannounced: bool = False,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Round:
    """Plan a second look at what failed in a round that is over, and at nothing else.

    Raises `Forbidden`, `RoundMoveRefused`, `NothingToReinspect`, `RoundNameMissing` or
    `RoundDaysOutOfOrder`.
    """
    parent = Round.objects.select_related("area").get(pk=parent_id)
    require(rules.can_run(actor, parent, on=city_day(now)))
    if parent.status not in {RoundStatus.CLOSED, RoundStatus.PUBLISHED}:
        raise RoundMoveRefused(round=parent.name, status=_status(parent), move=VERBS["reinspect"])
    sites = sorted(_failed(parent).values_list("round_site__site__code", flat=True).distinct())
    if not sites:
        raise NothingToReinspect(round=parent.name)
    draft = RoundDraft(
        kind=RoundKind.REINSPECTION,
        name=name,
        area=parent.area,
        from_on=from_on,
        to_on=to_on,
        is_unannounced=is_unannounced,
        spec=DrawSpec(DrawMethod.CARRIED, sites=tuple(sites)),
    )
    return _plan(draft, parent, actor, now, client_id)


def _plan(
    draft: RoundDraft, parent: Round | None, actor: User, now: datetime, client_id: UUID | None
) -> Round:
    on = city_day(now)
    require(rules.can_plan(actor, area_code=draft.area.code, on=on))
    name = draft.name.strip()
    if not name:
        raise RoundNameMissing
    if draft.to_on < draft.from_on:
        raise RoundDaysOutOfOrder
    seed = draw.new_seed()
    try:
        with transaction.atomic():
            round_ = Round.objects.create(
                kind=draft.kind,
                name=name,
                words=draft.words.strip(),
                is_unannounced=draft.is_unannounced,
                area=draft.area,
                office_id=rules.office_of(actor, area_code=draft.area.code, on=on),
                from_on=draft.from_on,
                to_on=draft.to_on,
                parent=parent,
                spec=draft.spec.as_stored(),
                seed=seed,
                commitment=draw.commitment_of(seed),
                planned_by=actor,
                planned_at=now,
            )
            events.record(
                PLANNED,
                round_,
                actor=actor,
                at=now,
                client_id=client_id,
                name=name,
                area=draft.area.code,
                spec=round_.spec,
                commitment=round_.commitment,
            )
            return round_
    except IntegrityError:
        known = events.replayed(client_id, PLANNED, actor=actor)
        if known is None:
            raise
        return Round.objects.get(pk=known.subject_id)


@transaction.atomic
def draw_round(
    *,
    round_id: int,
    witness: str = "",
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Round:
    """Draw the sites by the sealed seed, once, and fix the checklist of each for this round.

    `witness` are words that nobody could know when the seed was sealed; with them, not even
    whoever made the seed could have steered the draw.

    Raises `Forbidden`, `RoundMoveRefused`, `FrameEmpty`, `SizeMissing`, `RoundTooLarge` or
    `SitesUnknown`.
    """
    round_ = _held(round_id)
    if events.replayed(client_id, DRAWN, subject=round_, actor=actor):
        return round_
    _may("draw", round_, actor, now)
    spec = draw.spec_of(round_.spec | {"witness": witness.strip()[:120]})
    sites = _carry(round_, spec) if spec.method == DrawMethod.CARRIED else _draw(round_, spec)
    round_.spec, round_.drawn_at, round_.status = spec.as_stored(), now, RoundStatus.DRAWN
    round_.save(
        update_fields=["spec", "drawn_at", "status", "frame_digest", "drawn_digest", "left_out"]
    )
    events.record(
        DRAWN,
        round_,
        actor=actor,
        at=now,
        client_id=client_id,
        witness=spec.witness,
        commitment=round_.commitment,
        frame=round_.frame_digest,
        drawn=round_.drawn_digest,
        sites=sites,
    )
    return round_


def _draw(round_: Round, spec: DrawSpec) -> int:
    frame = frame_of_area(round_.area_id, spec.types)
    drawn = draw.draw(frame.sites, spec, round_.seed)
    _keep(
        round_, frame.sites, drawn, {site.code: frame.checklists[site.type] for site in frame.sites}
    )
    round_.left_out = frame.left_out
    return len(drawn)


def _carry(round_: Round, spec: DrawSpec) -> int:
    """Take over the sites at which something failed, with their checklists of then."""
    parent = round_.parent
    if parent is None:
        raise AssertionError(
            "only a re-inspection carries items, and the database gives it a parent"
        )
    rows = RoundSite.objects.filter(round=parent, site_id__in=spec.sites)
    before = {row.site_id: row for row in rows.filter(site__status__in=INSPECTED).order_by("pk")}
    if not before:
        raise SitesUnknown(count=len(spec.sites), first="、".join(spec.sites[:5]))
    frame = [FrameSite(row.site_id, row.district_code, row.type_code) for row in before.values()]
    left = DrawSpec(DrawMethod.HAND, sites=tuple(before), witness=spec.witness)
    drawn = draw.draw(frame, left, round_.seed)
    _keep(round_, frame, drawn, {code: row.checklist_id for code, row in before.items()})
    sites = {row.site_id: row for row in RoundSite.objects.filter(round=round_).order_by("pk")}
    CarriedItem.objects.bulk_create(
        [
            CarriedItem(
                round_site=sites[check.round_site.site_id], item_code=check.item_code, failed=check
            )
            for check in _failed(parent).select_related("round_site").order_by("pk")
            if check.round_site.site_id in sites
        ],
        batch_size=BATCH,
    )
    return len(drawn)


def _keep(
    round_: Round,
    frame: Sequence[FrameSite],
    drawn: Sequence[Drawn],
    checklists: dict[str, int],
) -> None:
    """Write down what could be drawn and what was."""
    known = {site.code: site for site in frame}
    RoundFrame.objects.create(round=round_, text=draw.frame_text(frame))
    RoundSite.objects.bulk_create(
        [
            RoundSite(
                round=round_,
                site_id=one.code,
                district_code=known[one.code].district,
                type_code=known[one.code].type,
                rank=one.rank,
                checklist_id=checklists[one.code],
            )
            for one in drawn
        ],
        batch_size=BATCH,
    )
    round_.frame_digest = draw.digest_of(frame)
    round_.drawn_digest = draw.digest_of_drawn(drawn)


@transaction.atomic
def open_round(
    *, round_id: int, actor: User, now: datetime, client_id: UUID | None = None
) -> Round:
    """Let the inspectors go. Raises `Forbidden`, `RoundMoveRefused` or `NotYetAssigned`."""
    round_ = _held(round_id)
    if events.replayed(client_id, "round.opened", subject=round_, actor=actor):
        return round_
    _may("open", round_, actor, now)
    lonely = RoundSite.objects.filter(round=round_, assignments=None).count()
    if lonely:
        raise NotYetAssigned(count=lonely)
    round_.opened_at = now
    return _moved(round_, "open", "round.opened", actor, now, client_id, stamp="opened_at")


@transaction.atomic
def close_round(
    *, round_id: int, actor: User, now: datetime, client_id: UUID | None = None
) -> Round:
    """End the walking; what was on its way still arrives. Raises `Forbidden` or `RoundMoveRefused`."""
    round_ = _held(round_id)
    if events.replayed(client_id, "round.closed", subject=round_, actor=actor):
        return round_
    _may("close", round_, actor, now)
    round_.closed_at = now
    return _moved(round_, "close", "round.closed", actor, now, client_id, stamp="closed_at")


@transaction.atomic
def publish_round(
    *, round_id: int, actor: User, now: datetime, client_id: UUID | None = None
) -> Round:
    """Show the round to all whom it concerns, and with it the seed of its draw.

    Raises `Forbidden`, `RoundMoveRefused` or `ConflictsOpen`.
    """
    round_ = _held(round_id)
    if events.replayed(client_id, "round.published", subject=round_, actor=actor):
        return round_
    _may("publish", round_, actor, now)
    open_ones = CheckConflict.objects.filter(
        round_site__round=round_, resolved_at=None, is_calibration=False
    ).count()
    if open_ones:
        raise ConflictsOpen(count=open_ones)
    round_.published_at = now
    return _moved(
        round_,
        "publish",
        "round.published",
        actor,
        now,
        client_id,
        stamp="published_at",
        seed=round_.seed,
    )


@transaction.atomic
def cancel_round(
    *, round_id: int, actor: User, now: datetime, client_id: UUID | None = None
) -> Round:
    """Give up a round that nobody has begun; its draw stays on the record.

    Raises `Forbidden` or `RoundMoveRefused`.
    """
    round_ = _held(round_id)
    if events.replayed(client_id, "round.cancelled", subject=round_, actor=actor):
        return round_
    _may("cancel", round_, actor, now)
    return _moved(round_, "cancel", "round.cancelled", actor, now, client_id)


# --- What all of them share -----------------------------------------------------------------------


def _held(round_id: int) -> Round:
    return Round.objects.locked().get(pk=round_id)


def _may(move: str, round_: Round, actor: User, now: datetime) -> None:
    require(rules.can_run(actor, round_, on=city_day(now)))
    origins, _to = MOVES[move]
    if round_.status not in origins:
        raise RoundMoveRefused(round=round_.name, status=_status(round_), move=VERBS[move])


def _moved(
    round_: Round,
    move: str,
    event: str,
    actor: User,
    now: datetime,
    client_id: UUID | None,
    *,
    stamp: str = "",
    **facts: object,
) -> Round:
    round_.status = MOVES[move][1]
    round_.save(update_fields=["status", *([stamp] if stamp else [])])
    events.record(event, round_, actor=actor, at=now, client_id=client_id, **facts)
    return round_


def _status(round_: Round) -> str:
    return str(RoundStatus(round_.status).label)


def _failed(round_: Round) -> QuerySet[Check]:
    return Check.objects.filter(
        round_site__round=round_, standing=Standing.COUNTED, result=Result.FAIL
    )
