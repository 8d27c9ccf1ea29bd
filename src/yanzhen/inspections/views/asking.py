"""What the pages of rounds have in common: the day, the round that one may see, refusals beside fields."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from yanzhen.accounts.http import UserRequest
from yanzhen.core.errors import Forbidden, Refused, require
from yanzhen.core.time import city_day
from yanzhen.inspections import rules
from yanzhen.inspections.drafts import Crew
from yanzhen.inspections.models import Round
from yanzhen.inspections.operations.assigning import crew_of_person, crew_of_team
from yanzhen.inspections.queries.rounds import inspectors_for, teams

Belongs = Mapping[type[Refused], str]


def today() -> date:
    """The city's day."""
    return city_day(timezone.now())


def seen_round(request: UserRequest, pk: int) -> Round:
    """The round, if I may know of it; else it is not there."""
    rounds = Round.objects.visible_to(request.user, today()).select_related(
        "area", "office", "parent"
    )
    return get_object_or_404(rounds, pk=pk)


def own_round(request: UserRequest, pk: int) -> Round:
    """The round, if my office runs it."""
    round_ = seen_round(request, pk)
    require(rules.can_run(request.user, round_, on=today()))
    return round_


def crews_for(round_: Round) -> list[Crew]:
    """Everybody who could be sent: the teams, then the inspectors alone."""
    on = today()
    grouped = [crew_of_team(team, on=on) for team in teams()]
    return [
        *(crew for crew in grouped if crew.people),
        *(crew_of_person(person) for person in inspectors_for(round_=round_, on=on)),
    ]


def tell(form: forms.Form, refusal: Refused, belongs: Belongs) -> None:
    """Put a refusal where it can be acted on. Having no right is not a slip of the pen."""
    if isinstance(refusal, Forbidden):
        raise refusal
    field = belongs.get(type(refusal))
    form.add_error(field if field in form.fields else None, str(refusal))


def typed_in(request: UserRequest) -> QueryDict | None:
    """What was sent with a form, be it nothing but the wish; nothing where it is only looked at."""
    return request.POST if request.method == "POST" else None


def form_page(
    request: UserRequest, template: str, form: forms.Form, **context: Any
) -> HttpResponse:
    """The page of a form: 422 once there is something to be put right."""
    known = {"form": form, **context}
    return render(request, template, known, status=422 if form.errors else 200)
