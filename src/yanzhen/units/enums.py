"""Kinds of units, ranks of responsibility, and how each role is scoped."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.enums import Role


class UnitKind(models.TextChoices):
    """What sort of organisation a unit is."""

    COMMAND = "command", _("指挥部")
    OFFICE = "office", _("创建办")
    CITY = "city", _("市直单位")
    DISTRICT = "district", _("区县部门")
    STREET = "street", _("街道（乡镇）")
    COMMUNITY = "community", _("社区（村）")
    INSTITUTION = "institution", _("事业单位")
    ENTERPRISE = "enterprise", _("企业")
    OTHER = "other", _("其他")


OF_AN_AREA: Final = frozenset({UnitKind.STREET, UnitKind.COMMUNITY})
"""Such a unit answers for the whole area in which it stands, not only for sites given to it."""


class Rank(models.TextChoices):
    """The three responsible persons of a site or an area."""

    FIRST = "first", _("第一责任人")
    DIRECT = "direct", _("直接责任人")
    ACTING = "acting", _("具体责任人")


SHORT_RANKS: Final = {
    Rank.FIRST: _("第一责任"),
    Rank.DIRECT: _("直接责任"),
    Rank.ACTING: _("具体责任"),
}
"""The ranks where a column is narrow."""


class GroupPart(models.TextChoices):
    """The part a unit plays in a task group."""

    LEAD = "lead", _("牵头")
    MEMBER = "member", _("成员")


FOR_A_UNIT: Final = frozenset({Role.HANDLER})
"""The roles that act for a unit; all others act over an area."""

EMPOWERED: Final = frozenset({Role.ADMIN, Role.AUDITOR})
"""The roles that only an administrator gives and takes."""
