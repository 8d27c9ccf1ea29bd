"""The global search: numbers, words, sites, units, people, each only as far as I may see."""

from typing import Any, Final

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yanzhen.accounts.enums import Action
from yanzhen.accounts.http import UserRequest
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import may
from yanzhen.cases.queries.finding import cases_numbered, cases_saying
from yanzhen.cases.queries.ledger import rows_of
from yanzhen.core.htmx import SeeOther
from yanzhen.core.search import LONGEST, asked
from yanzhen.core.time import city_day
from yanzhen.places.queries import find_areas, find_sites
from yanzhen.units.models import Unit
from yanzhen.units.queries import visible_people

MOST: Final = 8
WHOLE_NUMBER: Final = 6
"""So many digits are surely a number of a case; fewer may be one."""


@require_safe
def search(request: UserRequest) -> HttpResponse:
    """Find what holds the words; a number that means one case leads straight to it."""
    now, user = timezone.now(), request.user
    on = city_day(now)
    text = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    context: dict[str, Any] = {"q": text, "now": now}
    if text:
        exact = cases_numbered(text=text, user=user, now=now, least_digits=WHOLE_NUMBER)
        if len(exact) == 1:
            return SeeOther(reverse("cases:case", args=[exact[0].number]))
        meant = exact or cases_numbered(text=text, user=user, now=now, least_digits=1)
        sees_net = may(user, Action.NET_VIEW, on=on)
        context |= {
            "numbered": rows_of(meant, now=now),
            "cases": cases_saying(text=text, user=user, now=now),
            "sites": find_sites(user=user, on=on, words=text, most=MOST + 1)
            if _is_sayable(text)
            else [],
            "areas": find_areas(words=text, user=user, on=on)[: MOST + 1] if sees_net else [],
            "units": _units(text, user, on) if sees_net else [],
            "people": _people(text, user, on),
            "most": MOST,
        }
        groups = ("numbered", "sites", "areas", "units", "people")
        context["is_nothing"] = not context["cases"].rows and not any(map(context.get, groups))
    return render(request, "desk/search.html", context)


def _is_sayable(text: str) -> bool:
    return bool(asked(text))


def _units(text: str, user: User, on: Any) -> list[Unit]:
    units = Unit.objects.visible_to(user, on).saying(text)
    return list(units.order_by("-is_active", "path", "pk")[: MOST + 1])


def _people(text: str, user: User, on: Any) -> list[User]:
    if not may(user, Action.PEOPLE_VIEW, on=on):
        return []
    named = Q(full_name__icontains=text) | Q(username__iexact=text)
    people = visible_people(user=user, on=on).filter(named, is_system=False)
    return list(people.order_by("-is_active", "full_name", "pk")[: MOST + 1])
