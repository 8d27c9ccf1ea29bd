"""Kinds of units and ranks of responsibility."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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


class Rank(models.TextChoices):
    """The three responsible persons of a site or an area."""

    FIRST = "first", _("第一责任人")
    DIRECT = "direct", _("直接责任人")
    ACTING = "acting", _("具体责任人")


class GroupPart(models.TextChoices):
    """The part a unit plays in a task group."""

    LEAD = "lead", _("牵头")
    MEMBER = "member", _("成员")
