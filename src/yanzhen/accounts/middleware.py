"""The door: who has not signed in does so first, and loses nothing that was typed."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from yanzhen.accounts import views
from yanzhen.accounts.kept import Kept, put_back
from yanzhen.core.answers import no, wants_json
from yanzhen.core.htmx import SeeOther, is_htmx

View = Callable[[HttpRequest], HttpResponseBase]


class DoorMiddleware:
    """Sends whoever has not signed in to do so, and whoever came on a one-time password to change it.

    What was typed into a form meanwhile is kept and put back into the form afterwards. A view
    that anybody may open says so with Django's `login_not_required`.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Put what was kept back into its form, on that form's own page."""
        response = self.get_response(request)
        if request.method != "GET" or not request.user.is_authenticated:
            return response
        sealed = request.session.get(views.KEPT, "")
        kept = Kept.unsealed(sealed) if sealed else None
        if kept is None or kept.path != request.path or not isinstance(response, HttpResponse):
            return response
        return self._with_kept(request, response, kept)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], *_rest: Any
    ) -> HttpResponseBase | None:
        if not getattr(view, "login_required", True):
            return None
        user = request.user
        if not user.is_authenticated:
            return self._to_sign_in(request)
        if user.must_change_password and view not in views.BEFORE_A_PASSWORD:
            if wants_json(request):
                return no(403, "password_first", _("请先在网页上修改密码，再继续。"))
            return _moved(request, _with_next("accounts:password", request))
        return None

    def _to_sign_in(self, request: HttpRequest) -> HttpResponseBase:
        if wants_json(request):
            return no(401, "signed_out", _("登录已过期，请重新登录；本机的记录不会丢。"))
        if request.method not in {"GET", "HEAD"}:
            return views.expired(request)
        if is_htmx(request):
            return _say_expired()
        return SeeOther(_with_next("accounts:sign_in", request))

    def _with_kept(
        self, request: HttpRequest, response: HttpResponse, kept: Kept
    ) -> HttpResponseBase:
        if urlsplit(response.headers.get("Location", "")).path == reverse("accounts:password"):
            return response  # a one-time password comes first; the form waits
        del request.session[views.KEPT]
        if response.status_code == HttpResponse.status_code:
            notice = render_to_string("accounts/put_back.html", {"kept": kept})
            if filled := put_back(response.content.decode(), kept, notice):
                response.content = filled
                return response
        elif response.status_code != HTTP_METHOD_NOT_ALLOWED:
            return response
        return views.resend(request, kept)


HTTP_METHOD_NOT_ALLOWED = 405


def _with_next(name: str, request: HttpRequest) -> str:
    wanted = request.get_full_path()
    if request.method != "GET" or is_htmx(request):
        here = urlsplit(request.headers.get("HX-Current-URL", ""))
        wanted = f"{here.path}?{here.query}" if here.query else here.path
    if not wanted or not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return reverse(name)
    return f"{reverse(name)}?{urlencode({'next': wanted})}"


def _moved(request: HttpRequest, url: str) -> HttpResponse:
    """Lead the whole page elsewhere, also when htmx asked for a part of it."""
    return HttpResponse(headers={"HX-Redirect": url}) if is_htmx(request) else SeeOther(url)


def _say_expired() -> HttpResponse:
    """Tell a page that fetches its parts by itself, and leave alone what is typed in it."""
    words = _("登录已过期，页面不再更新。请刷新页面重新登录；正在填写的内容提交时会保留。")
    said = {"say": {"messages": [{"words": words, "level": "warning"}]}}
    return HttpResponse(status=401, headers={"HX-Trigger": json.dumps(said)})
