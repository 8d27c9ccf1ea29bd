"""Where somebody looks: the area of his lists."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yanzhen.accounts.enums import Action
from yanzhen.accounts.http import UserRequest
from yanzhen.accounts.rules import area_scopes
from yanzhen.cases.http import AREA, way_back
from yanzhen.core.htmx import SeeOther
from yanzhen.core.scope import covers
from yanzhen.core.time import city_day


@require_safe
def area(request: UserRequest) -> HttpResponse:
    """Look at one area of my posts from now on, on every list; my widest one is the same as all."""
    code = request.GET.get("code", "")
    tops = area_scopes(request.user, Action.CASE_VIEW, on=city_day(timezone.now()))
    if code in tops or not code:
        request.session.pop(AREA, None)
        if code and len(tops) > 1:
            request.session[AREA] = code
    elif any(covers(top, code) for top in tops):
        request.session[AREA] = code
    else:
        raise Http404
    return SeeOther(way_back(request, reverse("desk:start")))
