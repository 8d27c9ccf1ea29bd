"""What all settings pages share: who gets in, how a form is written, what is said afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from yanzhen.accounts.enums import Action
from yanzhen.accounts.http import UserRequest
from yanzhen.accounts.rules import may
from yanzhen.cases.errors import (
    CategoryCodeMalformed,
    CategoryCodeTaken,
    CategoryTooDeep,
    LimitOutOfRange,
    NameMissing,
    PolicyKeyTaken,
    UnitClosed,
    WordsMissing,
)
from yanzhen.cases.forms.rulemaking import RuleForm
from yanzhen.cases.rules import can_edit_rules
from yanzhen.core.errors import Refused, require
from yanzhen.core.htmx import SeeOther
from yanzhen.core.time import city_day

BESIDE: Final[dict[type[Refused], str]] = {
    CategoryCodeMalformed: "code",
    CategoryCodeTaken: "code",
    CategoryTooDeep: "parent",
    LimitOutOfRange: "rectify",
    NameMissing: "name",
    PolicyKeyTaken: "category",
    UnitClosed: "unit",
    WordsMissing: "reason",
}
"""Beside which field a refusal stands."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at the settings and when; `can_edit` says whether for the whole city."""

    now: datetime
    on: date
    can_edit: bool


def enter(request: UserRequest) -> Visit:
    """Let in who may make rules somewhere; the operation asks for where exactly."""
    now = timezone.now()
    on = city_day(now)
    require(may(request.user, Action.SETTINGS_EDIT, on=on))
    return Visit(now, on, can_edit_rules(request.user, on=on))


def enter_to_edit(request: UserRequest) -> Visit:
    """Let in who may make rules for the whole city."""
    visit = enter(request)
    require(visit.can_edit)
    return visit


def written(request: UserRequest, form: RuleForm, write: Callable[[], object]) -> bool:
    """Whether a typed form was good and is now written; a refusal stands beside its field."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        write()
    except tuple(BESIDE) as refusal:
        place = BESIDE[type(refusal)]
        form.add_error(place if place in form.fields else None, str(refusal))
        return False
    return True


def form_page(
    request: UserRequest, form: RuleForm, title: str, back: str, here: str, **more: Any
) -> HttpResponse:
    """A form on a page of its own. `back` is the address of its list, `here` what that is called."""
    context = {"form": form, "title": title, "back": back, "here": here, **more}
    status = 422 if form.errors else 200
    return render(request, "cases/settings/form.html", context, status=status)


def done(request: UserRequest, words: str, to: str, query: str = "") -> HttpResponse:
    """Say that it is written and show the list again."""
    messages.success(request, words)
    return SeeOther(reverse(to) + query)
