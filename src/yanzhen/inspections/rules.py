"""Who may plan, walk and see rounds."""

from datetime import date

from yanzhen.accounts.enums import Action
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import area_scopes, may
from yanzhen.core.scope import covers
from yanzhen.inspections.models import Assignment, Round, TeamMember


def can_plan(user: User, *, area_code: str, on: date) -> bool:
    """Whether the user may plan a round over this area."""
    return may(user, Action.ROUND_EDIT, on=on, area_code=area_code)


def can_plan_anywhere(user: User, *, on: date) -> bool:
    """Whether there is any area over which the user may plan a round."""
    return may(user, Action.ROUND_EDIT, on=on)


def can_run(user: User, round_: Round, *, on: date) -> bool:
    """Whether the user may draw, assign, open, close, publish and decide: its office does."""
    return may(user, Action.ROUND_EDIT, on=on, area_code=round_.office_id)


def can_hold(user: User, round_: Round, *, on: date) -> bool:
    """Whether the user stands on the side that holds the round: its office, and the auditors."""
    return may(user, Action.ROUND_HOLD, on=on, area_code=round_.office_id)


def office_of(user: User, *, area_code: str, on: date) -> str:
    """The area of the office for which the user plans: the widest post that reaches the area."""
    scopes = area_scopes(user, Action.ROUND_EDIT, on=on)
    return min((code for code in scopes if covers(code, area_code)), key=len, default=area_code)


def can_visit_anywhere(user: User, *, on: date) -> bool:
    """Whether the user inspects at all."""
    return may(user, Action.ROUND_VISIT, on=on)


def walks(user: User, round_: Round, *, on: date) -> bool:
    """Whether the user is sent to a site of the round and still holds a post as an inspector."""
    if not can_visit_anywhere(user, on=on):
        return False
    sent = Assignment.objects.filter(round_site__round=round_)
    teams = TeamMember.objects.holding_on(on).filter(person=user).values("team_id")
    return sent.filter(inspector=user).exists() or sent.filter(team_id__in=teams).exists()


def can_see_rounds(user: User, *, on: date) -> bool:
    """Whether the user may look at rounds anywhere at all."""
    return may(user, Action.ROUND_VIEW, on=on)
