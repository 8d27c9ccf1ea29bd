"""Areas with their boundaries, site types and sites."""

import re
from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.enums import Action
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import area_scopes
from yanzhen.core.locking import LockingQuerySet
from yanzhen.core.scope import prefix_range
from yanzhen.core.text import bigrams
from yanzhen.files.models import Photo
from yanzhen.places import answering
from yanzhen.places.enums import Crs, Level, SiteStatus

COMMITTEE = re.compile(r"(?<=.)(?:居民委员会|村民委员会|居委会|村委会)$")
"""The body that runs a community; a short name can do without."""


def under_any(field: str, codes: Iterable[str]) -> Q:
    """Return the condition that `field` is one of `codes` or lies below one; none: nothing does."""
    where = Q(pk__in=())
    for code in codes:
        low, high = prefix_range(code)
        where |= Q(**{f"{field}__gte": low, f"{field}__lt": high})
    return where


class AreaQuerySet(LockingQuerySet["Area"]):
    """Areas, by code and by who asks."""

    def visible_to(self, user: User, on: date) -> "AreaQuerySet":
        """The areas of the user's posts and all below them, and those around answered sites."""
        if user.is_system:
            return self
        answered = answering.answered_by(user, on)
        around_sites = Site.objects.filter(code__in=answered.site_codes).values("area_id")
        codes = [*area_scopes(user, Action.NET_VIEW, on=on), *answered.area_codes]
        return self.filter(under_any("code", codes) | Q(code__in=around_sites))

    def under(self, code: str) -> "AreaQuerySet":
        """The area with this code and all below it."""
        low, high = prefix_range(code)
        return self.filter(code__gte=low, code__lt=high)


class Area(models.Model):
    """One place of the five-level tree. Its code begins with its parent's, and never changes."""

    code = models.CharField(_("代码"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    level = models.CharField(_("层级"), max_length=10, choices=Level.choices)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        to_field="code",
        db_column="parent_code",
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("上级"),
    )
    is_active = models.BooleanField(_("在用"), default=True)

    objects = AreaQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(level=Level.CITY, parent=None)
                | (~Q(level=Level.CITY) & Q(parent__isnull=False)),
                name="area_only_a_city_has_no_parent",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def short_name(self) -> str:
        """The name without the committee that runs the place: `光辉社区居委会` → `光辉社区`."""
        return COMMITTEE.sub("", self.name)


class Boundary(models.Model):
    """The outline of an area as GeoJSON in WGS-84, longitude first."""

    area = models.OneToOneField(
        Area,
        on_delete=models.CASCADE,
        to_field="code",
        db_column="area_code",
        related_name="boundary",
        verbose_name=_("区域"),
    )
    geojson = models.TextField(_("边界"))
    is_schematic = models.BooleanField(_("示意"), default=False)

    def __str__(self) -> str:
        return self.area_id


class NetVersion(models.Model):
    """One row with a number that is new after each change of areas or boundaries.

    A net kept in memory knows by it when it is old.
    """

    version = models.PositiveBigIntegerField(_("版本"))

    objects = LockingQuerySet["NetVersion"].as_manager()

    def __str__(self) -> str:
        return str(self.version)


class SiteType(models.Model):
    """A kind of site, and the fields that only this kind needs.

    `fields` is a list of `{"name", "label", "kind", "choices", "required"}`.
    """

    code = models.CharField(_("代码"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=40, unique=True)
    group = models.CharField(_("门类"), max_length=40)
    fields = models.JSONField(_("专有字段"), default=list, blank=True)
    sort = models.PositiveIntegerField(_("次序"), default=0)
    is_active = models.BooleanField(_("在用"), default=True)

    objects = LockingQuerySet["SiteType"].as_manager()

    def __str__(self) -> str:
        return self.name


class SiteQuerySet(LockingQuerySet["Site"]):
    """Sites, by area, by words and by who asks."""

    def visible_to(self, user: User, on: date) -> "SiteQuerySet":
        """The sites in the areas of the user's posts, and those that the user's units answer for."""
        if user.is_system:
            return self
        answered = answering.answered_by(user, on)
        codes = [*area_scopes(user, Action.NET_VIEW, on=on), *answered.area_codes]
        return self.filter(under_any("area_id", codes) | Q(code__in=answered.site_codes))

    def saying(self, words: str) -> "SiteQuerySet":
        """The sites whose code, name or address holds every two neighbouring signs of `words`."""
        sites = self
        for pair in bigrams(words):
            wanted = f" {pair} " if len(pair) > 1 else pair
            sites = sites.filter(search_grams__contains=wanted)
        return sites

    def under(self, code: str) -> "SiteQuerySet":
        """The sites in the area with this code and below it."""
        low, high = prefix_range(code)
        return self.filter(area_id__gte=low, area_id__lt=high)


class Site(models.Model):
    """A place that is inspected: a market, a road, a compound.

    `lat` and `lon` are WGS-84; `source_crs`, `source_lat`, `source_lon` keep what was given.
    """

    code = models.CharField(_("编号"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    type = models.ForeignKey(
        SiteType,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="type_code",
        related_name="+",
        verbose_name=_("类型"),
    )
    area = models.ForeignKey(
        Area,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="area_code",
        related_name="+",
        verbose_name=_("区域"),
    )
    address = models.CharField(_("地址"), max_length=200, blank=True, default="")
    lat = models.DecimalField(_("纬度"), max_digits=9, decimal_places=6, null=True, blank=True)
    lon = models.DecimalField(_("经度"), max_digits=9, decimal_places=6, null=True, blank=True)
    source_crs = models.CharField(
        _("坐标系"), max_length=10, choices=Crs.choices, default=Crs.WGS84
    )
    source_lat = models.DecimalField(
        _("原纬度"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    source_lon = models.DecimalField(
        _("原经度"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    status = models.CharField(
        _("状态"), max_length=10, choices=SiteStatus.choices, default=SiteStatus.ACTIVE
    )
    attributes = models.JSONField(_("专有字段值"), default=dict, blank=True)
    contact = models.CharField(_("联系人"), max_length=40, blank=True, default="")
    contact_phone = models.CharField(_("联系电话"), max_length=40, blank=True, default="")
    photo = models.ForeignKey(
        Photo,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("照片"),
    )
    search_grams = models.TextField(default="", blank=True, editable=False)

    objects = SiteQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(lat=None, lon=None) | Q(lat__isnull=False, lon__isnull=False),
                name="site_place_is_whole",
            )
        ]

    def __str__(self) -> str:
        return self.name
