"""The columns of the ledger: which there are, and which somebody has chosen to see on his device."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

COOKIE: Final = "yanzhen_ledger"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, the width of its box, the place of its cell on a phone's card."""

    code: str
    label: str | Promise
    width: str = ""
    cell: str = ""
    is_standard: bool = True


COLUMNS: Final = (
    Column("number", _("编号"), "c-no", "no"),
    Column("title", _("问题"), "", "c-what"),
    Column("site", _("点位"), "cl-9"),
    Column("area", _("区域"), "cl-7"),
    Column("unit", _("责任单位"), "cl-8"),
    Column("source", _("来源"), "cl-6", "c-hide"),
    Column("status", _("状态"), "c-st", "c-st"),
    Column("due", _("时限"), "c-due", "c-due"),
    Column("category", _("类别"), "cl-8", "c-hide", is_standard=False),
    Column("severity", _("程度"), "cl-4", "c-hide", is_standard=False),
    Column("type", _("点位类型"), "cl-8", "c-hide", is_standard=False),
    Column("found", _("发现"), "cl-8", "c-hide", is_standard=False),
    Column("filed", _("立案"), "cl-8", "c-hide", is_standard=False),
    Column("limit", _("到期时间"), "cl-8", "c-hide", is_standard=False),
    Column("reworks", _("返工"), "cl-4", "c-hide", is_standard=False),
    Column("address", _("位置"), "cl-14", "c-hide", is_standard=False),
)
ALWAYS: Final = frozenset({"number", "title"})


def chosen_columns(cookie: str) -> list[Column]:
    """The columns that a cookie names; the standard ones where it names none that there is."""
    wanted = set(cookie.split(".")) & {column.code for column in COLUMNS}
    if not wanted:
        return [column for column in COLUMNS if column.is_standard]
    return [column for column in COLUMNS if column.code in wanted | ALWAYS]


def as_cookie(codes: Iterable[str]) -> str:
    """What the cookie holds for these columns."""
    wanted = set(codes)
    return ".".join(column.code for column in COLUMNS if column.code in wanted | ALWAYS)
