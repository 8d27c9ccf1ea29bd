"""What the pages of this app have in common: the day asked for, and refusals beside their fields."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date

from yanzhen.accounts.http import UserRequest
from yanzhen.core.errors import Forbidden, Refused
from yanzhen.core.time import city_day

Belongs = Mapping[type[Refused], str]
"""Which field of a form a refusal stands beside; the others stand above the form."""


def today() -> date:
    """The city's day."""
    return city_day(timezone.now())


def asked_day(request: UserRequest) -> date:
    """The day that the address asks about; today where it asks for none, or for one that is none."""
    try:
        return parse_date(request.GET.get("on", "")) or today()
    except ValueError:
        return today()


def tell(form: forms.Form, refusal: Refused, belongs: Belongs) -> None:
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
