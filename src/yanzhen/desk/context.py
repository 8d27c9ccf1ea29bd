"""What `base.html` reads on every page, asked for only when a page shows it."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from yanzhen.accounts.models import User
from yanzhen.core.shell import RailItem, Shell
from yanzhen.core.time import city_day
from yanzhen.desk.frame import rail_of, shell_of, waiting_number


def frame(request: HttpRequest) -> dict[str, Any]:
    """The shell and the rail of whoever is signed in; a part that htmx fetches asks for neither.

    Not even who is there is asked before a page shows it: an error page asks nothing.
    """
    now = timezone.now()
    kept: dict[str, int] = {}

    def waiting(user: User) -> int:
        if "number" not in kept:
            kept["number"] = waiting_number(request, user, now)
        return kept["number"]

    def shell() -> Shell | None:
        user = getattr(request, "user", None)
        return shell_of(request, user, now, waiting(user)) if isinstance(user, User) else None

    def rail() -> list[RailItem]:
        user = getattr(request, "user", None)
        if not isinstance(user, User):
            return []
        return rail_of(request, user, city_day(now), waiting(user))

    return {"shell": SimpleLazyObject(shell), "rail": SimpleLazyObject(rail)}
