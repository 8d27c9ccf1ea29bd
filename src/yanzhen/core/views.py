"""The look of the pages, and the style guide that shows every part of them."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from yanzhen.core import styleguide
from yanzhen.core.htmx import SeeOther
from yanzhen.core.templatetags.parts import ELDER_COOKIE, THEME_COOKIE

A_YEAR = 365 * 24 * 3600


@login_not_required
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Remember light or dark, and elder mode, on this device, then go back to the page.

    A script does the same at once; this is for browsers without it.
    """
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    response = SeeOther(back)
    for key, cookie, allowed in (
        ("theme", THEME_COOKIE, {"light", "dark"}),
        ("elder", ELDER_COOKIE, {"on"}),
    ):
        if key not in request.POST:
            continue
        if request.POST[key] in allowed:
            response.set_cookie(
                cookie, request.POST[key], A_YEAR, samesite="Lax", secure=request.is_secure()
            )
        else:
            response.delete_cookie(cookie, samesite="Lax")
    return response


@login_not_required
@require_safe
def guide(request: HttpRequest, name: str = "index") -> HttpResponse:
    """Show a page of the style guide. It has an address only where `DEBUG` is on."""
    if name not in styleguide.PAGES:
        raise Http404
    context = styleguide.context(request, name, now=timezone.now())
    return render(request, f"ds/guide/{name}.html", context)
