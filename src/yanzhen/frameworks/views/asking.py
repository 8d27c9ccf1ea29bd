"""What the pages of this app have in common."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from yanzhen.accounts.http import UserRequest
from yanzhen.core.errors import Forbidden, Refused, require
from yanzhen.core.time import city_day
from yanzhen.frameworks import rules

Belongs = Mapping[type[Refused], str]
"""Which field of a form a refusal stands beside; the others stand above the form."""
NOTHING: Final[Belongs] = {}


def today() -> date:
    """The city's day."""
    return city_day(timezone.now())


def require_reader(request: UserRequest) -> None:
    """Go on if the user may read frameworks, or raise `Forbidden`."""
    require(rules.can_read(request.user, on=today()))


def require_editor(request: UserRequest) -> None:
    """Go on if the user may change frameworks, or raise `Forbidden`."""
    require(rules.can_edit(request.user, on=today()))


def can_edit(request: UserRequest) -> bool:
    """Whether the user may change frameworks."""
    return rules.can_edit(request.user, on=today())


def tell(form: forms.Form, refusal: Refused, belongs: Belongs = NOTHING) -> None:
    """Put a refusal where it can be acted on. Having no right is not a slip of the pen."""
    if isinstance(refusal, Forbidden):
        raise refusal
    field = belongs.get(type(refusal))
    form.add_error(field if field in form.fields else None, str(refusal))


def form_page(
    request: UserRequest, template: str, form: forms.Form, **context: Any
) -> HttpResponse:
    """The page of a form: 422 once there is something to be put right."""
    known = {"form": form, **context}
    return render(request, template, known, status=422 if form.errors else 200)
