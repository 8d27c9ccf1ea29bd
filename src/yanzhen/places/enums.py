"""Levels of areas, standing of sites, systems of coordinates."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    """The five levels, top first."""

    CITY = "city", _("市")
    DISTRICT = "district", _("区县")
    STREET = "street", _("街道（乡镇）")
    COMMUNITY = "community", _("社区（村）")
    GRID = "grid", _("小区·网格")


LEVEL_DEPTHS: dict[Level, int] = {level: depth for depth, level in enumerate(Level)}
"""How far below the top a level lies."""


class SiteStatus(models.TextChoices):
    """How a site stands in the ledger of sites."""

    CANDIDATE = "candidate", _("拟设")
    ACTIVE = "active", _("在用")
    ACCEPTED = "accepted", _("已达标")
    RETIRED = "retired", _("停用")

    @classmethod
    def in_use(cls) -> "list[SiteStatus]":
        """Every standing of a site that is still on the list."""
        return [status for status in cls if status != cls.RETIRED]


class Crs(models.TextChoices):
    """The system in which coordinates came; they are kept as WGS-84."""

    WGS84 = "wgs84", _("WGS-84（GPS）")
    GCJ02 = "gcj02", _("GCJ-02（高德、腾讯、微信）")
    BD09 = "bd09", _("BD-09（百度）")


class FieldKind(models.TextChoices):
    """What sort of value a type's own field takes."""

    TEXT = "text", _("文字")
    NUMBER = "number", _("数字")
    CHOICE = "choice", _("选择")
    BOOL = "bool", _("是否")
    PHONE = "phone", _("电话")
