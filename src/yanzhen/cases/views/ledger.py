"""The ledger as a page: chips, views, columns, rows, and what is kept of them."""

from typing import Any
from urllib.parse import parse_qsl

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yanzhen.accounts.enums import Action
from yanzhen.accounts.http import UserRequest
from yanzhen.accounts.models import SavedView
from yanzhen.accounts.rules import area_scopes, may
from yanzhen.cases import columns as ledger_columns
from yanzhen.cases.forms.asking import MoreForm
from yanzhen.cases.forms.saving import SaveViewForm
from yanzhen.cases.http import chosen_area, query_of, way_back
from yanzhen.cases.queries.address import ask_of
from yanzhen.cases.queries.asking import Ask, Sort
from yanzhen.cases.queries.facets import facets
from yanzhen.cases.queries.ledger import (
    LEDGER,
    SHARED_VIEWS,
    count_asks,
    ledger_page,
    saved_views,
    seen_cases,
)
from yanzhen.cases.queries.waiting import Standpoint, Wait
from yanzhen.cases.views.bulk import deeds_of
from yanzhen.core import htmx
from yanzhen.core.htmx import SeeOther
from yanzhen.core.ids import new_client_id
from yanzhen.core.time import city_day

A_YEAR = 365 * 24 * 3600
MOST_VIEWS = 20
LONGEST_QUERY = SavedView._meta.get_field("query").max_length or 0


@require_safe
def ledger(request: UserRequest) -> HttpResponse:
    """The cases I may see, as the address asks for them; without script all the same."""
    now = timezone.now()
    on, user = city_day(now), request.user
    within = chosen_area(request, area_scopes(user, Action.CASE_VIEW, on=on))
    who, ask = Standpoint.of(user, on), ask_of(request.GET)
    cases = seen_cases(user=user, on=on, within=within)
    found = ledger_page(
        cases=cases,
        ask=ask,
        who=who,
        now=now,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context: dict[str, Any] = {
        "found": found,
        "ask": ask,
        "now": now,
        "columns": ledger_columns.chosen_columns(request.COOKIES.get(ledger_columns.COOKIE, "")),
        "deeds": deeds_of(user, on=on),
        "may_export": may(user, Action.EXPORT, on=on),
        "batch_id": new_client_id(),
        "here": request.get_full_path(),
        "sort": Sort(ask.order.name),
        "other_sort": _other_sort(ask),
    }
    if not htmx.is_htmx(request):
        context |= _around(request, ask, who, within)
    response = htmx.page(request, "cases/ledger.html", context, part="list")
    response["Cache-Control"] = "private, no-store"
    return response


def _around(request: UserRequest, ask: Ask, who: Standpoint, within: str) -> dict[str, Any]:
    """What stands around the list and stays when only the list is fetched anew."""
    now = timezone.now()
    on, user = city_day(now), request.user
    cases = seen_cases(user=user, on=on, within=within)
    shown = [
        view
        for view in SHARED_VIEWS
        if view.ask.wait != Wait.VERIFY or may(user, Action.CASE_VERIFY, on=on)
    ]
    counts = count_asks(cases, [view.ask for view in shown], who, now=now)
    chips = facets(ask=ask, cases=cases, within=within, user=user, on=on)
    url = reverse("cases:ledger")
    own = ask.but(sort="")
    return {
        "views": [
            {
                "url": f"{url}?{view.ask.query}",
                "label": view.name,
                "count": count,
                "current": view.ask == own,
            }
            for view, count in zip(shown, counts, strict=True)
        ],
        "saved": [
            {
                "url": f"{url}?{view.query}",
                "label": view.name,
                "pk": view.pk,
                "current": ask_of(QueryDict(view.query)) == ask,
            }
            for view in saved_views(user=user)
        ],
        "chips": chips.chips,
        "more": MoreForm(ask, chips.units, chips.categories),
        "all_columns": ledger_columns.COLUMNS,
        "always": ledger_columns.ALWAYS,
        "may_report": may(user, Action.CASE_REPORT, on=on),
        "carried": _carried(ask),
        "save": SaveViewForm(),
        "is_narrowed": bool(ask.pairs()),
    }


def _carried(ask: Ask) -> list[tuple[str, str]]:
    """What the form of seldom filters sends along: all that it does not hold itself."""
    return [(key, value) for key, value in parse_qsl(ask.query) if key not in MoreForm.base_fields]


def _other_sort(ask: Ask) -> dict[str, str]:
    other = Sort.NEWEST if ask.order.name == Sort.DUE else Sort.DUE
    return {"url": f"?{ask.but(sort=other).query}", "label": str(other.label)}


@require_POST
def columns(request: UserRequest) -> HttpResponse:
    """Remember on this device which columns I want to see."""
    response = SeeOther(way_back(request, reverse("cases:ledger")))
    chosen = ledger_columns.as_cookie(request.POST.getlist("column"))
    if "standard" in request.POST:
        response.delete_cookie(ledger_columns.COOKIE, samesite="Lax")
    else:
        response.set_cookie(
            ledger_columns.COOKIE,
            chosen,
            A_YEAR,
            samesite="Lax",
            secure=request.is_secure(),
            httponly=True,
        )
    return response


@require_POST
def save_view(request: UserRequest) -> HttpResponse:
    """Keep what the list is asked for under a name; the same name again replaces it."""
    back = way_back(request, reverse("cases:ledger"))
    ask = ask_of(QueryDict(query_of(request.POST.get("next", ""))))
    form = SaveViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["name"])))
        return SeeOther(back)
    name, query = form.cleaned_data["name"], ask.query
    if len(query) > LONGEST_QUERY:
        messages.error(request, _("筛选条件太多，存不下，请先去掉几个。"))
        return SeeOther(back)
    own = SavedView.objects.filter(user=request.user, page=LEDGER)
    if own.exclude(name=name).count() >= MOST_VIEWS:
        messages.error(
            request, _("最多存 %(most)s 个视图，请先删去不用的。") % {"most": MOST_VIEWS}
        )
        return SeeOther(back)
    try:
        with transaction.atomic():
            own.update_or_create(
                name=name,
                defaults={"query": query},
                create_defaults={
                    "user": request.user,
                    "page": LEDGER,
                    "name": name,
                    "query": query,
                },
            )
    except IntegrityError:  # the same name saved twice at once: either will do
        own.filter(name=name).update(query=query)
    messages.success(request, _("已存为视图“%(name)s”。") % {"name": name})
    return SeeOther(f"{reverse('cases:ledger')}?{query}")


@require_POST
def drop_view(request: UserRequest, pk: int) -> HttpResponse:
    """Forget one of my views."""
    view = get_object_or_404(SavedView, pk=pk, user=request.user, page=LEDGER)
    view.delete()
    messages.success(request, _("已删去视图“%(name)s”。") % {"name": view.name})
    return SeeOther(reverse("cases:ledger"))
