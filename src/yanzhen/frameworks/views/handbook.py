"""One-page cards and handbooks: what a unit does, what is asked of a type of sites; to be printed."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from yanzhen.accounts.http import UserRequest
from yanzhen.frameworks import decomposition, queries, shelf
from yanzhen.frameworks.views.asking import require_reader, today
from yanzhen.places.models import SiteType
from yanzhen.units.models import Unit


@require_safe
def handbook(request: UserRequest) -> HttpResponse:
    """All cards: of units that lead or support something, and of types of sites."""
    require_reader(request)
    own = set(decomposition.own_unit_codes(request.user, on=today()))
    loads = decomposition.unit_loads()
    context = {
        "own": [load for load in loads if load.unit.code in own],
        "loads": [load for load in loads if load.unit.code not in own],
        "groups": shelf.type_groups(),
    }
    return render(request, "frameworks/handbook.html", context)


@require_safe
def card_unit(request: UserRequest, code: str) -> HttpResponse:
    """The one-page card of a unit."""
    return _unit_page(request, code, "frameworks/card_unit.html")


@require_safe
def handbook_unit(request: UserRequest, code: str) -> HttpResponse:
    """The handbook of a unit: its criteria with all their words."""
    return _unit_page(request, code, "frameworks/handbook_unit.html")


def _unit_page(request: UserRequest, code: str, template: str) -> HttpResponse:
    require_reader(request)
    unit = get_object_or_404(Unit, code=code)
    return render(request, template, {"card": queries.unit_card(unit=unit, on=today())})


@require_safe
def card_type(request: UserRequest, code: str) -> HttpResponse:
    """The one-page card of a type of sites."""
    return _type_page(request, code, "frameworks/card_type.html")


@require_safe
def handbook_type(request: UserRequest, code: str) -> HttpResponse:
    """The handbook of a type of sites."""
    return _type_page(request, code, "frameworks/handbook_type.html")


def _type_page(request: UserRequest, code: str, template: str) -> HttpResponse:
    require_reader(request)
    site_type = get_object_or_404(SiteType, code=code)
    context = {"card": queries.site_type_card(site_type=site_type, on=today())}
    return render(request, template, context)
