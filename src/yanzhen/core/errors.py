"""Every "no" that a user can act on."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SHOWN_AT_ONCE = 5
"""A sentence names so many errors; the list holds all of them."""


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


@dataclass(frozen=True, slots=True, order=True)
class RowError:
    """One thing wrong with one row that somebody gave: where it stands, and why it cannot be."""

    row: int
    """The row as a person counts them in the file: the heading is row 1."""
    column: str
    """The column's code name, e.g. `parent`; empty when the row as a whole is meant."""
    reason: str

    def __str__(self) -> str:
        where = _("第 %(row)s 行") if self.row else ""
        return " ".join(
            part for part in (str(where) % {"row": self.row}, self.column, self.reason) if part
        )


class RowErrors(Refused):
    """Rows given together are good together or not taken at all; here is all that is wrong."""

    code = "row_errors"
    message = _("共有 %(count)s 处错误，一行也没有导入。%(first)s")

    def __init__(self, errors: Iterable[RowError]) -> None:
        self.errors = sorted(errors)
        shown = "；".join(str(error) for error in self.errors[:SHOWN_AT_ONCE])
        super().__init__(count=len(self.errors), first=shown)
