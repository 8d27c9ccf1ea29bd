"""Every "no" that a user can act on."""

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """Something was asked for that may not or cannot be done; nothing was changed.

    A subclass names one reason. `message` may hold named places, `%(unit)s`, filled from the
    keyword arguments the refusal is raised with. Anything that is not `Refused` is a bug.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 422
    message: ClassVar[str | Promise] = _("不能这样做。")

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message) % self.facts if self.facts else str(self.message)


class Forbidden(Refused):
    """The actor has no post that allows this here."""

    code = "forbidden"
    status = 403
    message = _("您的岗位没有这项权限。如确需办理，请联系创建办调整岗位。")


def require(allowed: bool) -> None:  # noqa: FBT001 - reads as a sentence: require(rules.can_x(...))
    """Go on, or raise `Forbidden`."""
    if not allowed:
        raise Forbidden
