"""Units, task groups, and who answers for what from which day to which."""

import re
from datetime import date
from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.enums import Action
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import area_scopes, unit_scopes
from yanzhen.core.locking import LockingQuerySet
from yanzhen.core.scope import prefix_range
from yanzhen.places.models import Area, Site
from yanzhen.units.enums import GroupPart, Rank, UnitKind

ABBREVIATION = re.compile(r"[\u4e00-\u9fff]{2,8}")
Dated = TypeVar("Dated", bound=models.Model)


class DatedQuerySet(LockingQuerySet[Dated]):
    """Rows that hold from a day to a day, both included."""

    def holding_on(self, day: date) -> Self:
        """The rows that hold on `day`."""
        return self.filter(Q(to_on=None) | Q(to_on__gte=day), from_on__lte=day)


class PlacedQuerySet(DatedQuerySet[Dated]):
    """Dated rows about a site or an area."""

    def visible_to(self, user: User, on: date) -> Self:
        """The rows about places that `user` may see."""
        areas = Area.objects.visible_to(user, on).values("code")
        sites = Site.objects.visible_to(user, on).values("code")
        return self.filter(Q(area_id__in=areas) | Q(site_id__in=sites))


class UnitQuerySet(LockingQuerySet["Unit"]):
    """Units, by place in the tree, and as far as somebody may see them."""

    def visible_to(self, user: User, on: date) -> "UnitQuerySet":
        """The units of the areas of the user's posts and of all areas above those, and the user's own.

        A unit above an area works in it too: whoever dispatches in a district hands things to
        the bureaus of the city. Own are the units of posts, with those above and below them.
        """
        if user.is_system:
            return self
        seen = Q(pk__in=[])
        for code in area_scopes(user, Action.NET_VIEW, on=on):
            low, high = prefix_range(code)
            above = [code[:length] for length in range(1, len(code))]
            seen |= Q(area_id__gte=low, area_id__lt=high) | Q(area_id__in=above)
        own = unit_scopes(user, Action.NET_VIEW, on=on)
        for unit in Unit.objects.filter(code__in=own) if own else ():
            seen |= Q(path__startswith=unit.path) | Q(code__in=unit.lineage)
        return self.filter(seen)

    def saying(self, words: str) -> "UnitQuerySet":
        """The units whose code, name or short name holds every word of `words`.

        A Chinese word also finds the names that hold its characters in their order: 城管 means
        城市管理和综合执法局, and everybody says it so.
        """
        units = self
        for word in words.split():
            found = (
                Q(code__icontains=word) | Q(name__icontains=word) | Q(short_name__icontains=word)
            )
            if ABBREVIATION.fullmatch(word):
                found |= Q(name__regex=".*".join(word))
            units = units.filter(found)
        return units

    def under(self, path: str) -> "UnitQuerySet":
        """The unit with this path and all below it."""
        return self.filter(path__startswith=path)  # not a range: collations order "/" as they like


class Unit(models.Model):
    """An organisation that answers for something. It is closed when it ends, never removed.

    `path` is `/`, then the code of each unit from the top down to this one, each followed by `/`.
    """

    code = models.CharField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    short_name = models.CharField(_("简称"), max_length=30, blank=True, default="")
    kind = models.CharField(_("性质"), max_length=12, choices=UnitKind.choices)
    area = models.ForeignKey(
        Area,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="area_code",
        related_name="+",
        verbose_name=_("所在区域"),
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        to_field="code",
        db_column="parent_code",
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("上级单位"),
    )
    path = models.CharField(_("层次"), max_length=400, db_index=True)
    is_active = models.BooleanField(_("在用"), default=True)
    closed_on = models.DateField(_("停用日期"), null=True, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(is_active=True, closed_on=None)
                | Q(is_active=False, closed_on__isnull=False),
                name="unit_closed_on_a_day",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def lineage(self) -> list[str]:
        """The codes of this unit and of all above it: a post at any of them acts for this unit."""
        return self.path.strip("/").split("/")


class TaskGroup(models.Model):
    """A working group under the command."""

    code = models.CharField(_("代码"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    is_active = models.BooleanField(_("在用"), default=True)

    objects = LockingQuerySet["TaskGroup"].as_manager()

    def __str__(self) -> str:
        return self.name


class GroupMembership(models.Model):
    """A unit in a task group; a unit may sit in several."""

    group = models.ForeignKey(
        TaskGroup,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="group_code",
        related_name="memberships",
        verbose_name=_("工作组"),
    )
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="unit_code",
        related_name="memberships",
        verbose_name=_("单位"),
    )
    part = models.CharField(
        _("分工"), max_length=10, choices=GroupPart.choices, default=GroupPart.MEMBER
    )
    from_on = models.DateField(_("起"))
    to_on = models.DateField(_("止"), null=True, blank=True)

    objects = DatedQuerySet["GroupMembership"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")),
                name="membership_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["group", "unit"], condition=Q(to_on=None), name="membership_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} {self.unit_id}"


class SiteUnit(models.Model):
    """The unit that answers for a site, from a day to a day."""

    site = models.ForeignKey(
        Site,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="site_code",
        related_name="+",
        verbose_name=_("点位"),
    )
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="unit_code",
        related_name="+",
        verbose_name=_("责任单位"),
    )
    from_on = models.DateField(_("起"))
    to_on = models.DateField(_("止"), null=True, blank=True)

    objects = DatedQuerySet["SiteUnit"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")),
                name="site_unit_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["site"], condition=Q(to_on=None), name="site_unit_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} {self.unit_id}"


class Responsibility(models.Model):
    """One of the three responsible persons of a site or of an area, from a day to a day."""

    rank = models.CharField(_("责任"), max_length=10, choices=Rank.choices)
    site = models.ForeignKey(
        Site,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="site_code",
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("点位"),
    )
    area = models.ForeignKey(
        Area,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="area_code",
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("区域"),
    )
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("责任人")
    )
    from_on = models.DateField(_("起"))
    to_on = models.DateField(_("止"), null=True, blank=True)

    objects = PlacedQuerySet["Responsibility"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(site=None, area__isnull=False) | Q(site__isnull=False, area=None),
                name="responsibility_for_a_site_or_an_area",
            ),
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")),
                name="responsibility_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["site", "rank"],
                condition=Q(to_on=None, site__isnull=False),
                name="one_responsible_a_rank_and_site",
            ),
            models.UniqueConstraint(
                fields=["area", "rank"],
                condition=Q(to_on=None, area__isnull=False),
                name="one_responsible_a_rank_and_area",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_rank_display()} {self.site_id or self.area_id}"


class Stewardship(models.Model):
    """A leader or a unit answerable for an area or a site beside its owner, for some days."""

    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="unit_code",
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("包联单位"),
    )
    person = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("包联领导"),
    )
    site = models.ForeignKey(
        Site,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="site_code",
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("点位"),
    )
    area = models.ForeignKey(
        Area,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="area_code",
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("区域"),
    )
    title = models.CharField(_("名义"), max_length=20, blank=True, default="")
    from_on = models.DateField(_("起"))
    to_on = models.DateField(_("止"), null=True, blank=True)

    objects = PlacedQuerySet["Stewardship"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(site=None, area__isnull=False) | Q(site__isnull=False, area=None),
                name="stewardship_over_a_site_or_an_area",
            ),
            models.CheckConstraint(
                condition=Q(unit__isnull=False) | Q(person__isnull=False),
                name="stewardship_has_a_steward",
            ),
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")),
                name="stewardship_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id or self.person} {self.site_id or self.area_id}"
