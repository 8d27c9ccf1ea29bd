"""The request as views see it: somebody has signed in, from somewhere."""

from ipaddress import ip_address

from django.http import HttpRequest

from yanzhen.accounts.models import User


class UserRequest(HttpRequest):
    """A request of a signed-in user; `LoginRequiredMiddleware` sees to it."""

    user: User


def caller(request: HttpRequest) -> str | None:
    """The address from which somebody calls, behind one proxy: the one that the proxy wrote down.

    A caller may write what he likes before it. Anything that is no address is not believed.
    """
    written = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        return str(ip_address(written))
    except ValueError:
        return request.META.get("REMOTE_ADDR") or None
