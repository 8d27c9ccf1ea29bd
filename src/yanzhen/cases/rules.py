"""Who may make which move with which case."""

from datetime import date

from django.conf import settings
from django.db.models import Q

from yanzhen.accounts.enums import Action
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import may, posts_held
from yanzhen.cases.enums import MOVES, By, CaseStatus, Decision, Move, MoveName
from yanzhen.cases.models import Assignment, Case, Extension, SupportPart
from yanzhen.events.models import Event
from yanzhen.places.models import Area
from yanzhen.units.models import Unit

WORK_EVENTS = (MOVES[MoveName.SUBMIT].event, MOVES[MoveName.FINISH_SUPPORT].event)
"""Whoever did one of these did some of the work."""


def can_move(user: User, case: Case, move: MoveName, *, on: date, unit: Unit | None = None) -> bool:
    """Whether a post of `user` allows the move with this case, as things stand with it.

    `unit` is the support unit for which a part would be finished; without it, any will do.
    """
    if not has_post_for(user, case, move, on=on, unit=unit):
        return False
    return MOVES[move].by is not By.OUTSIDE or unit_that_worked(user, case, on=on) is None


def has_post_for(
    user: User, case: Case, move: MoveName, *, on: date, unit: Unit | None = None
) -> bool:
    """Whether `user` holds a post on the side that makes this move."""
    row = MOVES[move]
    if row.by is By.LEAD:
        return case.unit is not None and may(user, row.action, on=on, unit_codes=case.unit.lineage)
    if row.by is By.SUPPORT:
        return any(
            may(user, row.action, on=on, unit_codes=one.lineage)
            for one in support_units(case)
            if unit is None or unit.code == one.code
        )
    if may(user, row.action, on=on, area_code=case.area_id):
        return True
    return move == MoveName.NOTE and _stands_with_a_unit(user, case, row, on)


def _stands_with_a_unit(user: User, case: Case, row: Move, on: date) -> bool:
    units = [*([case.unit] if case.unit else []), *support_units(case)]
    return any(may(user, row.action, on=on, unit_codes=unit.lineage) for unit in units)


def support_units(case: Case) -> list[Unit]:
    """The units that were asked for a part."""
    return list(
        Unit.objects.filter(
            code__in=SupportPart.objects.filter(case=case).values("unit_id")
        ).order_by("code")
    )


def unit_that_worked(user: User, case: Case, *, on: date) -> Unit | None:
    """The unit through which `user` had a hand in the work, if any; such a one does not check it.

    A hand in the work has: the lead unit, each support unit, each unit that once took the case,
    and all above and below these, by post or by where the user works; and whoever reported the
    work done.
    """
    worked = Unit.objects.filter(
        Q(code=case.unit_id)
        | Q(code__in=SupportPart.objects.filter(case=case).values("unit_id"))
        | Q(
            code__in=Assignment.objects.filter(case=case, acknowledged_at__isnull=False).values(
                "unit_id"
            )
        )
    ).order_by("code")
    codes = {user.unit_code, *(post.unit_code for post in posts_held(user, on))} - {""}
    own = list(Unit.objects.filter(code__in=codes)) if codes else []
    for unit in worked:
        if any(unit.code in mine.lineage or mine.code in unit.lineage for mine in own):
            return unit
    did_it = Event.objects.filter(
        subject_kind="case", subject_id=case.pk, kind__in=WORK_EVENTS, actor=user
    ).exists()
    return case.unit if did_it else None


def can_see_flags(user: User, case: Case, *, on: date) -> bool:
    """Whether doubts about the photos of the work are for `user`: who verifies, files or audits.

    Not for the units: what is only a doubt is nobody's fault yet.
    """
    return any(
        may(user, action, on=on, area_code=case.area_id)
        for action in (Action.CASE_VERIFY, Action.CASE_FILE, Action.AUDIT)
    )


def moves_open_to(user: User, case: Case, *, on: date) -> list[Move]:
    """The moves that `user` may make with the case as it stands, in the order of the table.

    Time is granted only where it was asked for, and asked for only once; a part is finished only
    where one is open. What else may be missing, the move itself says.
    """
    status = CaseStatus(case.status)
    is_asked = Extension.objects.filter(case=case, decision=Decision.ASKED).exists()
    has_part = SupportPart.objects.filter(case=case, finished_at=None).exists()
    shut: set[MoveName] = set()
    if is_asked:
        shut.add(MoveName.ASK_EXTENSION)
    else:
        shut |= {MoveName.GRANT_EXTENSION, MoveName.REFUSE_EXTENSION}
    if not has_part:
        shut.add(MoveName.FINISH_SUPPORT)
    return [
        move
        for move in MOVES.values()
        if status in move.origins
        and move.name not in shut
        and can_move(user, case, move.name, on=on)
    ]


def can_edit_rules(user: User, *, on: date, area: Area | None = None) -> bool:
    """Whether `user` may change rules for an area; without one, for the whole city."""
    code = area.code if area else settings.YANZHEN_CITY_CODE
    return may(user, Action.SETTINGS_EDIT, on=on, area_code=code)
