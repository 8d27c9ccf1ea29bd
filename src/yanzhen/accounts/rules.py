"""Who may do what: the one place that answers.

A right is post × scope × action. The table below is the whole of it.
"""

from collections.abc import Iterable
from datetime import date

from yanzhen.accounts.enums import Action, Role
from yanzhen.accounts.models import Post, User
from yanzhen.core.scope import covers

_SEE = {
    Action.CASE_VIEW,
    Action.ROUND_VIEW,
    Action.NET_VIEW,
    Action.FRAMEWORK_VIEW,
    Action.FIGURES_VIEW,
}

ROLE_ACTIONS: dict[Role, frozenset[Action]] = {
    Role.ADMIN: frozenset(
        {
            Action.NET_VIEW,
            Action.NET_EDIT,
            Action.FRAMEWORK_VIEW,
            Action.FRAMEWORK_EDIT,
            Action.PEOPLE_VIEW,
            Action.PEOPLE_EDIT,
            Action.PEOPLE_EMPOWER,
            Action.SETTINGS_EDIT,
            Action.IMPORT,
            Action.EXPORT,
        }
    ),
    Role.OPERATOR: frozenset(
        _SEE
        | {
            Action.CASE_REPORT,
            Action.CASE_FILE,
            Action.CASE_DISPATCH,
            Action.CASE_DECIDE,
            Action.CASE_VERIFY,
            Action.CASE_CLOSE,
            Action.CASE_NOTE,
            Action.ROUND_HOLD,
            Action.ROUND_EDIT,
            Action.NET_EDIT,
            Action.FRAMEWORK_EDIT,
            Action.NEGATIVE_EDIT,
            Action.PEOPLE_VIEW,
            Action.PEOPLE_EDIT,
            Action.SETTINGS_EDIT,
            Action.IMPORT,
            Action.EXPORT,
        }
    ),
    Role.INSPECTOR: frozenset(
        _SEE
        | {
            Action.CASE_REPORT,
            Action.CASE_VERIFY,
            Action.CASE_NOTE,
            Action.ROUND_VISIT,
            Action.EXPORT,
        }
    ),
    Role.HANDLER: frozenset(
        _SEE | {Action.CASE_RECTIFY, Action.CASE_NOTE, Action.DUTY_PLAN, Action.EXPORT}
    ),
    Role.KEEPER: frozenset(_SEE | {Action.CASE_REPORT, Action.CASE_NOTE}),
    Role.STEWARD: frozenset(_SEE | {Action.CASE_NOTE, Action.EXPORT}),
    Role.AUDITOR: frozenset(
        _SEE | {Action.ROUND_HOLD, Action.PEOPLE_VIEW, Action.AUDIT, Action.EXPORT}
    ),
}
"""Role → actions. Nothing else in the house grants a right."""


def posts_held(user: User, on: date) -> list[Post]:
    """The posts of an active user on that day; read once and kept on the user object.

    The object lives for one request or one deed, so a post that ends is felt at the next.
    """
    if not user.is_active:
        return []
    kept: dict[date, list[Post]] = user.__dict__.setdefault("_posts_held", {})
    if on not in kept:
        kept[on] = list(Post.objects.held_on(on).filter(user=user).order_by("pk"))
    return kept[on]


def may(
    user: User, action: Action, *, on: date, area_code: str = "", unit_codes: Iterable[str] = ()
) -> bool:
    """Whether a post of `user` on that day allows `action` there.

    A post with an area allows it at `area_code` and below; a post with a unit allows it where
    the unit is one of `unit_codes`. With neither given, the question is "anywhere at all?".
    The system user may do everything: it acts for rules that people made.
    """
    if user.is_system:
        return True
    units = set(unit_codes)
    anywhere = not area_code and not units
    for post in posts_held(user, on):
        if action not in ROLE_ACTIONS[Role(post.role)]:
            continue
        if anywhere or covers(post.area_code, area_code) or post.unit_code in units - {""}:
            return True
    return False


def area_scopes(user: User, action: Action, *, on: date) -> list[str]:
    """The area codes at and below which `user` may do `action`."""
    return sorted(
        {
            post.area_code
            for post in posts_held(user, on)
            if post.area_code and action in ROLE_ACTIONS[Role(post.role)]
        }
    )


def unit_scopes(user: User, action: Action, *, on: date) -> list[str]:
    """The unit codes for which `user` may do `action`; the caller adds the units below them."""
    return sorted(
        {
            post.unit_code
            for post in posts_held(user, on)
            if post.unit_code and action in ROLE_ACTIONS[Role(post.role)]
        }
    )
