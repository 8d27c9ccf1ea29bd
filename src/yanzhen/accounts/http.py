"""The request as views see it: somebody has signed in."""

from django.http import HttpRequest

from yanzhen.accounts.models import User


class UserRequest(HttpRequest):
    """A request of a signed-in user; `LoginRequiredMiddleware` sees to it."""

    user: User
