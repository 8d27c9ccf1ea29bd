"""The start page: what waits for me, whoever I am."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from yanzhen.accounts.enums import Action
from yanzhen.accounts.http import UserRequest
from yanzhen.accounts.rules import area_scopes, may
from yanzhen.cases.http import chosen_area
from yanzhen.cases.queries.ledger import seen_cases
from yanzhen.core import htmx
from yanzhen.core.ids import new_client_id
from yanzhen.core.time import city_day
from yanzhen.desk.inbox import inbox_of
from yanzhen.desk.margin import figures_for, house_state, record_state


@require_safe
def start(request: UserRequest) -> HttpResponse:
    """What must be done, due soonest first; for those without cases, what they look after."""
    now, user = timezone.now(), request.user
    on = city_day(now)
    within = chosen_area(request, area_scopes(user, Action.CASE_VIEW, on=on))
    cases = seen_cases(user=user, on=on, within=within)
    sees_cases = may(user, Action.CASE_VIEW, on=on)
    context: dict[str, Any] = {
        "inbox": inbox_of(user=user, cases=cases, now=now, on=on) if sees_cases else None,
        "now": now,
        "here": request.get_full_path(),
        "batch_id": new_client_id(),
        "may_report": may(user, Action.CASE_REPORT, on=on),
        "may_file": may(user, Action.CASE_FILE, on=on),
        "house": house_state(on=on)
        if may(user, Action.PEOPLE_EDIT, on=on) and not sees_cases
        else None,
        "record": record_state() if may(user, Action.AUDIT, on=on) else None,
    }
    response = htmx.page(request, "desk/start.html", context, part="inbox")
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def facts(request: UserRequest) -> HttpResponse:
    """The figures in the margin; fetched by themselves, because nothing should wait for them."""
    now = timezone.now()
    context = {"facts": figures_for(request.user, now=now), "now": now}
    return render(request, "desk/facts.html", context)
