"""Who may see figures, and of what."""

from datetime import date

from yanzhen.accounts.enums import Action, Role
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import ROLE_ACTIONS, posts_held
from yanzhen.figures.registry import Scope

SEE, TAKE = frozenset({Action.FIGURES_VIEW}), frozenset({Action.FIGURES_VIEW, Action.EXPORT})


def scope_of(user: User, *, on: date, actions: frozenset[Action] = SEE) -> Scope | None:
    """Of which areas and units `user` may see figures; `None` for the house itself: of all.

    Only posts that allow all of the actions count. Who has none sees nothing.
    """
    if user.is_system:
        return None
    posts = [post for post in posts_held(user, on) if actions <= ROLE_ACTIONS[Role(post.role)]]
    return Scope(
        areas=tuple(sorted({post.area_code for post in posts} - {""})),
        units=tuple(sorted({post.unit_code for post in posts} - {""})),
    )


def can_see_area(scope: Scope | None, code: str) -> bool:
    """Whether figures of this area may be asked for; a unit sees its own share of any."""
    return scope is None or scope.holds_area(code) or bool(scope.units)
