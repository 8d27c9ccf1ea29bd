"""Signing in and out, and one's own password."""

from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from yanzhen.accounts import operations
from yanzhen.accounts.errors import PasswordWeak, SamePassword, WrongPassword
from yanzhen.accounts.forms import PasswordForm, SignInForm
from yanzhen.accounts.http import UserRequest
from yanzhen.accounts.kept import Kept
from yanzhen.accounts.models import User
from yanzhen.core.answers import no, wants_json
from yanzhen.core.htmx import SeeOther

KEPT: Final = "kept"
"""Under this name the session holds a form that waits for its page."""


@never_cache
@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Let somebody in, and on to where he wanted to go. What is wrong is not told apart."""
    if request.method == "GET" and request.user.is_authenticated:
        return SeeOther(_wanted(request))
    form = SignInForm(request.POST or None)
    if form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        if isinstance(user, User):
            operations.note_sign_in(actor=user, now=timezone.now())
            login(request, user)
            return SeeOther(_go_on(request))
        form.add_error(None, _("用户名或密码不对，或者账号已停用。"))
    context = {"form": form, "next": _wanted(request), "kept": request.POST.get(KEPT, "")}
    return render(request, "accounts/sign_in.html", context, status=422 if form.errors else 200)


@require_POST
def sign_out(request: UserRequest) -> HttpResponse:
    operations.note_sign_out(actor=request.user, now=timezone.now())
    logout(request)
    messages.success(request, _("已退出登录。"))
    return SeeOther(reverse("accounts:sign_in"))


@never_cache
@sensitive_post_parameters("old_password", "new_password", "again")
@require_http_methods(["GET", "POST"])
def password(request: UserRequest) -> HttpResponse:
    """Change one's own password; after a one-time password everything else waits for it."""
    must = request.user.must_change_password
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        given = {key: form.cleaned_data[key] for key in ("old_password", "new_password")}
        try:
            user = operations.change_own_password(
                **given,
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except WrongPassword as refusal:
            form.add_error("old_password", str(refusal))
        except (SamePassword, PasswordWeak) as refusal:
            form.add_error("new_password", str(refusal))
        else:
            update_session_auth_hash(request, user)
            messages.success(request, _("密码已改好，其他设备上的登录已失效。"))
            return SeeOther(_wanted(request))
    context = {"form": form, "must": must, "next": _wanted(request)}
    return render(request, "accounts/password.html", context, status=422 if form.errors else 200)


BEFORE_A_PASSWORD: Final = frozenset({password, sign_out})
"""What somebody may open who has come on a one-time password."""


def expired(request: HttpRequest) -> HttpResponse:
    """Answer a form that came after the session had ended: sign in, and find it as it was."""
    kept = Kept.of(request)
    context = {
        "form": SignInForm(),
        "expired": True,
        "kept": kept.sealed() if kept else "",
        "too_long": kept is None,
        "had_files": bool(request.FILES),
        "next": "/",
    }
    response = render(request, "accounts/sign_in.html", context, status=403)
    response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML"
    response["Cache-Control"] = "no-store"
    return response


def resend(request: HttpRequest, kept: Kept) -> HttpResponse:
    """Offer to send again what was kept, where it came from a form without a page of its own."""
    return render(request, "accounts/resend.html", {"kept": kept})


@login_not_required
def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's shape
    """Answer a form whose page had grown old: signing in elsewhere meanwhile renews the token.

    Only what our own page sent is kept and offered again; a form of another site is not. A
    script of ours is told so, and fetches a new token.
    """
    if wants_json(request):
        return no(403, "csrf_failed", _("页面令牌已过期，请刷新后重试；本机的记录不会丢。"))
    if not _from_our_own_page(request):
        return render(request, "accounts/csrf.html", status=403)
    if not request.user.is_authenticated:
        return expired(request)
    kept = Kept.of(request)
    if kept is None:
        return render(request, "accounts/csrf.html", {"ours": True}, status=403)
    request.session[KEPT] = kept.sealed()
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": kept.path})
    return SeeOther(kept.path)


def locked(
    request: HttpRequest, _response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """Say for how long an account's door stays shut after repeated wrong passwords."""
    until = _locked_until(request, (credentials or {}).get("username", ""))
    minutes = max(1, -(-(until - timezone.now()) // timedelta(minutes=1)))
    context = {"until": until, "minutes": minutes, "limit": settings.AXES_FAILURE_LIMIT}
    response = render(request, "accounts/locked.html", context, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response


def _locked_until(request: HttpRequest, username: str) -> datetime:
    last = AccessAttempt.objects.filter(
        username=username, ip_address=getattr(request, "axes_ip_address", None)
    ).aggregate(last=Max("attempt_time"))["last"]
    cool_off: timedelta = settings.AXES_COOLOFF_TIME
    until: datetime = (last or timezone.now()) + cool_off
    return until


def _go_on(request: HttpRequest) -> str:
    """Where to after signing in: back to the form that was kept, else where one wanted to go."""
    kept = Kept.unsealed(request.POST.get(KEPT, ""))
    if kept is None or not _is_ours(kept.path):
        return _wanted(request)
    request.session[KEPT] = request.POST[KEPT]
    return kept.path


def _wanted(request: HttpRequest) -> str:
    """The page that was asked for first, if it is one of this house."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if _is_ours(wanted) else settings.LOGIN_REDIRECT_URL


def _is_ours(url: str) -> bool:
    """Whether `url` is a path of this house: no host, no scheme, nothing that reads as one."""
    return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)


def _from_our_own_page(request: HttpRequest) -> bool:
    origin = urlsplit(request.headers.get("Origin", ""))
    return origin.netloc == request.get_host() and origin.scheme in {"http", "https"}
