"""The case, how it stood from when to when, and what hangs on it."""

from datetime import date, datetime
from typing import ClassVar, Final, Self
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import GreaterThanOrEqual, LessThan
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.enums import Action
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import area_scopes, unit_scopes
from yanzhen.cases.deadline import FARTHEST_AT, Deadline
from yanzhen.cases.enums import (
    AWAITING_CHECK,
    ENDED,
    IN_HAND,
    OPEN,
    WITH_THE_UNIT,
    WITH_UNIT,
    CaseKind,
    CaseStatus,
    Decision,
    Doubt,
    Ending,
    Finding,
    Hours,
    MoveName,
    PhotoMoment,
    Severity,
    Source,
)
from yanzhen.core.engine import Unindexed
from yanzhen.core.locking import LockingQuerySet
from yanzhen.core.scope import prefix_range
from yanzhen.files.models import Photo
from yanzhen.places.models import Area, Site, SiteType
from yanzhen.units.models import Unit
from yanzhen.units.queries import unit_codes_under


class Category(models.Model):
    """A kind of problem, in a tree of up to three levels. Its code never changes."""

    code = models.CharField(_("代码"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=60)
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
    words = models.CharField(
        _("常见说法"),
        max_length=300,
        blank=True,
        default="",
        help_text=_("用空格隔开；来件里出现这些字就推荐这一类。"),
    )
    severity = models.CharField(
        _("默认程度"), max_length=10, choices=Severity.choices, default=Severity.NORMAL
    )
    sort = models.PositiveIntegerField(_("次序"), default=0)
    is_active = models.BooleanField(_("在用"), default=True)

    objects = LockingQuerySet["Category"].as_manager()

    def __str__(self) -> str:
        return self.name


class CalendarDay(models.Model):
    """A city's own word on whether a day is worked; it overrides the holiday calendar."""

    day = models.DateField(_("日期"), unique=True)
    is_working = models.BooleanField(_("上班"))
    note = models.CharField(_("说明"), max_length=60, blank=True, default="")

    objects = LockingQuerySet["CalendarDay"].as_manager()

    def __str__(self) -> str:
        return str(self.day)


class ClockPolicy(models.Model):
    """A time limit for some cases or all. The closest fit wins: category, site type, severity."""

    category = models.ForeignKey(
        Category,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="category_code",
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("类别"),
    )
    site_type = models.ForeignKey(
        SiteType,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="site_type_code",
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("点位类型"),
    )
    severity = models.CharField(
        _("程度"), max_length=10, choices=Severity.choices, blank=True, default=""
    )
    hours = models.CharField(_("计时"), max_length=10, choices=Hours.choices, default=Hours.WORKING)
    acknowledge_minutes = models.PositiveIntegerField(_("签收时限（分钟）"), default=120)
    rectify_minutes = models.PositiveIntegerField(_("整改时限（分钟）"))
    rework_minutes = models.PositiveIntegerField(_("返工时限（分钟）"))
    verify_minutes = models.PositiveIntegerField(_("核查时限（分钟）"), default=420)
    note = models.CharField(_("依据"), max_length=120, blank=True, default="")
    is_active = models.BooleanField(_("在用"), default=True)

    objects = LockingQuerySet["ClockPolicy"].as_manager()

    class Meta:
        constraints: ClassVar = [
            # Four, because not every engine can be told that two empty fields are the same.
            models.UniqueConstraint(
                fields=["category", "site_type", "severity"], name="clock_policy_once_a_key"
            ),
            models.UniqueConstraint(
                fields=["category", "severity"],
                condition=Q(category__isnull=False, site_type=None),
                name="clock_policy_once_a_category",
            ),
            models.UniqueConstraint(
                fields=["site_type", "severity"],
                condition=Q(category=None, site_type__isnull=False),
                name="clock_policy_once_a_site_type",
            ),
            models.UniqueConstraint(
                fields=["severity"],
                condition=Q(category=None, site_type=None),
                name="clock_policy_once_a_severity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category_id or '*'} {self.site_type_id or '*'} {self.severity or '*'}"


class RoutingRule(models.Model):
    """Which unit a case goes to. Rules are tried by `sort`, then key; the first fit wins.

    An empty field fits all. A rule without a unit sends to the one that answers for the site then.
    """

    name = models.CharField(_("名称"), max_length=60)
    sort = models.PositiveIntegerField(_("次序"), default=100)
    category = models.ForeignKey(
        Category,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="category_code",
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("类别"),
    )
    site_type = models.ForeignKey(
        SiteType,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="site_type_code",
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("点位类型"),
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
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="unit_code",
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("责任单位"),
    )
    is_active = models.BooleanField(_("在用"), default=True)

    objects = LockingQuerySet["RoutingRule"].as_manager()

    def __str__(self) -> str:
        return self.name


class MoveDemand(models.Model):
    """What a city asks for beyond the table of moves, and why: words or a photo with a move."""

    move = models.CharField(_("动作"), max_length=20, choices=MoveName.choices)
    severity = models.CharField(
        _("程度"), max_length=10, choices=Severity.choices, blank=True, default=""
    )
    words_required = models.BooleanField(_("须写说明"), default=False)
    photo_required = models.BooleanField(_("须附照片"), default=False)
    reason = models.CharField(_("为什么要"), max_length=120)

    objects = LockingQuerySet["MoveDemand"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["move", "severity"], name="move_demand_once")
        ]

    def __str__(self) -> str:
        return f"{self.move} {self.severity or '*'}"


class RuleVersion(models.Model):
    """One row whose version is new after each change of rules kept in memory (`rulebook`).

    A random number and no count: of two transactions that each change the rules, one rolled
    back, neither can then be taken for the other.
    """

    version = models.UUIDField(_("版本"), default=uuid4)

    def __str__(self) -> str:
        return str(self.version)


class NumberSeries(models.Model):
    """The last number given out for one city and year; `floor` is the highest an import brought."""

    prefix = models.CharField(_("前缀"), max_length=10)
    year = models.PositiveIntegerField(_("年"))
    last = models.PositiveIntegerField(_("已用到"), default=0)
    floor = models.PositiveIntegerField(_("导入用到"), default=0)

    objects = LockingQuerySet["NumberSeries"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["prefix", "year"], name="number_series_once_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}"


class Standing(models.Model):
    """What of a case changes with time: kept on the case as it is now, and on its spans as it was.

    `submitted_at` is the last report of the work, `verified_at` the last passed check, `closed_at`
    the closing in force; each is empty while it does not hold.
    """

    status = models.CharField(_("状态"), max_length=12, choices=CaseStatus.choices)
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="unit_code",
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("责任单位"),
    )
    due_at = models.DateTimeField(_("时限"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("签收时间"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("反馈时间"), null=True, blank=True)
    verified_at = models.DateTimeField(_("核查时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("销号时间"), null=True, blank=True)
    return_count = models.PositiveIntegerField(_("退回次数"), default=0)
    rework_count = models.PositiveIntegerField(_("返工次数"), default=0)
    submission_count = models.PositiveIntegerField(_("反馈次数"), default=0)
    extension_count = models.PositiveIntegerField(_("延期次数"), default=0)

    class Meta:
        abstract = True


STANDING_FIELDS = tuple(field.attname for field in Standing._meta.local_fields)


DISTRICT_SIGNS: Final = 6
"""The code of a city or a district is not longer than this."""


def in_area(code: str) -> Q:
    """The cases in the area with this code and below it.

    A city or a district holds so many of them that their place is no way to find them.
    """
    low, high = prefix_range(code)
    if len(code) > DISTRICT_SIGNS:
        return Q(area_id__gte=low, area_id__lt=high)
    place = Unindexed(F("area_id"))
    return Q(GreaterThanOrEqual(place, low)) & Q(LessThan(place, high))


class CaseQuerySet(LockingQuerySet["Case"]):
    """Cases, by who may see them and where they stand."""

    def visible_to(self, user: User, on: date) -> Self:
        """The cases that a post of `user` shows him on that day; every read begins here.

        A post with an area shows what lies in it, a post with a unit what is in the hands of
        that unit or one below, or was asked of it as support.
        """
        if user.is_system:
            return self.all()
        seen = Q(pk__in=[])
        for code in area_scopes(user, Action.CASE_VIEW, on=on):
            seen |= in_area(code)
        units = unit_codes_under(unit_scopes(user, Action.CASE_VIEW, on=on))
        if units:
            asked = SupportPart.objects.filter(unit_id__in=units).values_list("case_id", flat=True)
            seen |= Q(unit_id__in=units) | Q(pk__in=list(asked))
        return self.filter(seen)

    def under(self, area_code: str) -> Self:
        """The cases in the area with this code and below it."""
        return self.filter(in_area(area_code))

    def open(self) -> Self:
        """The cases that are not over.

        The deadline says it once more: what is over has the farthest, so an engine that reads
        the index of deadlines up to there has read the open cases and no others.
        """
        return self.alias(deadline=Deadline()).filter(
            status__in=sorted(OPEN), deadline__lt=FARTHEST_AT
        )

    def ended(self) -> Self:
        """The cases that are over."""
        return self.filter(status__in=sorted(ENDED))

    def overdue(self, at: datetime) -> Self:
        """The cases that a unit has in hand although their time is up."""
        return self.filter(status__in=sorted(WITH_THE_UNIT), due_at__lt=at)


class Case(Standing):
    """One matter that a unit must put right or do by a time, whatever its source.

    `clock_from_at` is from when the time until `due_at` is counted; pauses move it along.
    """

    number = models.CharField(_("编号"), max_length=40, unique=True)
    kind = models.CharField(
        _("性质"), max_length=12, choices=CaseKind.choices, default=CaseKind.PROBLEM
    )
    title = models.CharField(_("问题"), max_length=120)
    words = models.TextField(_("说明"), blank=True, default="")
    source = models.CharField(_("来源"), max_length=12, choices=Source.choices)
    source_number = models.CharField(_("来源编号"), max_length=60, blank=True, default="")
    category = models.ForeignKey(
        Category,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="category_code",
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("类别"),
    )
    severity = models.CharField(
        _("程度"), max_length=10, choices=Severity.choices, default=Severity.NORMAL
    )
    site = models.ForeignKey(
        Site,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="site_code",
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("点位"),
    )
    site_type = models.ForeignKey(
        SiteType,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="site_type_code",
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("点位类型"),
    )
    area = models.ForeignKey(
        Area,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="area_code",
        db_index=False,
        related_name="+",
        verbose_name=_("区域"),
    )
    address = models.CharField(_("位置"), max_length=200, blank=True, default="")
    lat = models.DecimalField(_("纬度"), max_digits=9, decimal_places=6, null=True, blank=True)
    lon = models.DecimalField(_("经度"), max_digits=9, decimal_places=6, null=True, blank=True)
    found_at = models.DateTimeField(_("发现时间"))
    filed_at = models.DateTimeField(_("立案时间"), null=True, blank=True)
    dispatched_at = models.DateTimeField(_("交办时间"), null=True, blank=True)
    acknowledge_due_at = models.DateTimeField(_("签收时限"), null=True, blank=True)
    verify_due_at = models.DateTimeField(_("核查时限"), null=True, blank=True)
    clock_from_at = models.DateTimeField(_("起钟"), null=True, blank=True)
    hours = models.CharField(_("计时"), max_length=10, choices=Hours.choices, default=Hours.WORKING)
    parked_from = models.CharField(
        _("挂账前状态"), max_length=12, choices=CaseStatus.choices, blank=True, default=""
    )
    left_minutes = models.IntegerField(_("停钟时剩余分钟"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        verbose_name=_("并入"),
    )
    recurrence_of = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="recurrences",
        verbose_name=_("上一次"),
    )
    routing = models.JSONField(_("派单依据"), null=True, blank=True)
    is_imported = models.BooleanField(_("导入"), default=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(status__in=sorted(WITH_UNIT))
                | Q(unit__isnull=False, due_at__isnull=False),
                name="case_with_a_unit_has_a_due_time",
            ),
            models.CheckConstraint(
                condition=Q(status=CaseStatus.CLOSED, closed_at__isnull=False)
                | (~Q(status=CaseStatus.CLOSED) & Q(closed_at=None)),
                name="case_closed_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(status=CaseStatus.MERGED, merged_into__isnull=False)
                | (~Q(status=CaseStatus.MERGED) & Q(merged_into=None)),
                name="case_merged_into_one",
            ),
            models.CheckConstraint(
                condition=Q(lat=None, lon=None) | Q(lat__isnull=False, lon__isnull=False),
                name="case_place_is_whole",
            ),
        ]
        indexes: ClassVar = [
            # All that figures are made of: they read this and never the words of the cases. What
            # the condition names stands in it too, or SQLite looks it up in the table.
            models.Index(
                fields=[
                    "filed_at",
                    "area",
                    "status",
                    "due_at",
                    "submitted_at",
                    "closed_at",
                    "rework_count",
                    "submission_count",
                    "recurrence_of",
                    "unit",
                    "category",
                    "site_type",
                    "source",
                    "severity",
                    "kind",
                    "id",
                ],
                condition=Q(kind=CaseKind.PROBLEM, filed_at__isnull=False),
                name="case_figures",
            ),
            # The ledger in both of its orders. What it is narrowed by stands in the index of the
            # newest, so that rows which do not fit are passed over without a look at the table;
            # only what few cases share has an index of its own.
            models.Index(Deadline(), "id", name="case_deadline"),
            models.Index(
                fields=[
                    "-found_at",
                    "-id",
                    "area",
                    "status",
                    "unit",
                    "category",
                    "site_type",
                    "source",
                    "severity",
                    "recurrence_of",
                    "filed_at",
                ],
                name="case_newest",
            ),
            models.Index(
                fields=["area", "-found_at", "-id", "kind", "filed_at"], name="case_of_area"
            ),
            models.Index(fields=["site", "-found_at", "-id", "area"], name="case_of_site"),
            models.Index(fields=["unit", "-found_at", "-id", "area"], name="case_of_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class CaseSpan(Standing):
    """How a case stood from `at` until `until`; `until` is empty for how it stands now.

    Together the spans of a case cover its life without gap or overlap. `number` is that of the
    event with which the span began, so numbers rise but not each is there.
    """

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="spans", verbose_name=_("问题")
    )
    number = models.PositiveIntegerField(_("序号"))
    at = models.DateTimeField(_("自"))
    until = models.DateTimeField(_("至"), null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "number"], name="span_number_once_a_case"),
            models.UniqueConstraint(fields=["case"], condition=Q(until=None), name="span_one_now"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("at")), name="span_ends_after_it_begins"
            ),
        ]
        indexes: ClassVar = [
            # The spans in which a case was overdue, as the figures ask for them word for word.
            models.Index(
                fields=["due_at", "at", "until", "case", "unit", "status", "submitted_at"],
                condition=Q(status__in=sorted(IN_HAND))
                & (~Q(status__in=sorted(AWAITING_CHECK)) | Q(submitted_at__gt=F("due_at")))
                & (Q(until=None) | Q(due_at__lt=F("until"))),
                name="span_overdue",
            ),
            # Whether anything has moved since a moment.
            models.Index(fields=["at"], condition=Q(until=None), name="span_now_since"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} #{self.number} {self.status}"


class CaseWords(models.Model):
    """The words of a case cut into pairs of characters, by which any two of them find it."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="+")
    grams = models.TextField()

    def __str__(self) -> str:
        return str(self.case_id)


class Assignment(models.Model):
    """One hand-over of a case to one unit, until it is returned, transferred or over."""

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="assignments", verbose_name=_("问题")
    )
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="unit_code",
        related_name="+",
        verbose_name=_("责任单位"),
    )
    dispatched_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("交办人")
    )
    dispatched_at = models.DateTimeField(_("交办时间"))
    first_due_at = models.DateTimeField(_("原定时限"))
    acknowledged_at = models.DateTimeField(_("签收时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    ending = models.CharField(
        _("如何结束"), max_length=12, choices=Ending.choices, blank=True, default=""
    )

    objects = LockingQuerySet["Assignment"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at=None), name="assignment_one_open_a_case"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ending="") | (Q(ended_at__isnull=False) & ~Q(ending="")),
                name="assignment_ends_somehow",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["case", "ended_at", "unit", "ending"],
                condition=Q(ending=Ending.RETURNED),
                name="assignment_returned",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.unit_id}"


class SupportPart(models.Model):
    """What one support unit was asked for; it is done before the whole can close."""

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="parts", verbose_name=_("问题")
    )
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="unit_code",
        related_name="+",
        verbose_name=_("协办单位"),
    )
    asked = models.TextField(_("要做什么"))
    asked_at = models.DateTimeField(_("请办时间"))
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    finished_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("完成人"),
    )
    words = models.TextField(_("完成情况"), blank=True, default="")

    objects = LockingQuerySet["SupportPart"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "unit"], name="support_part_once_a_unit")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.unit_id}"


class Extension(models.Model):
    """A request for more time, beside the time that stood before it."""

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="extensions", verbose_name=_("问题")
    )
    asked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("申请人")
    )
    asked_at = models.DateTimeField(_("申请时间"))
    reason = models.TextField(_("理由"))
    old_due_at = models.DateTimeField(_("原时限"))
    wanted_due_at = models.DateTimeField(_("申请延至"))
    decision = models.CharField(
        _("结果"), max_length=10, choices=Decision.choices, default=Decision.ASKED
    )
    decided_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("审批人"),
    )
    decided_at = models.DateTimeField(_("审批时间"), null=True, blank=True)
    new_due_at = models.DateTimeField(_("准予延至"), null=True, blank=True)
    decision_words = models.TextField(_("审批意见"), blank=True, default="")

    objects = LockingQuerySet["Extension"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(decision=Decision.ASKED),
                name="extension_one_open_a_case",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.decision}"


class Pause(models.Model):
    """A time in which the clock of a case stood still, and why."""

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="pauses", verbose_name=_("问题")
    )
    from_at = models.DateTimeField(_("停钟自"))
    to_at = models.DateTimeField(_("停钟至"), null=True, blank=True)
    reason = models.TextField(_("原因"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(to_at=None), name="pause_one_open_a_case"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.from_at}"


class CasePhoto(models.Model):
    """A photo of a case: what it shows, and with which event it came."""

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="photos", verbose_name=_("问题")
    )
    photo = models.ForeignKey(
        Photo, on_delete=models.PROTECT, related_name="+", verbose_name=_("照片")
    )
    moment = models.CharField(_("时点"), max_length=10, choices=PhotoMoment.choices)
    event_number = models.PositiveIntegerField(_("事件序号"))
    caption = models.CharField(_("说明"), max_length=120, blank=True, default="")
    compared_at = models.DateTimeField(_("比对时间"), null=True, blank=True)
    """When a photo of the work was compared with all before it; empty until then."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "photo"], name="case_photo_once")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["id"],
                condition=Q(moment=PhotoMoment.AFTER, compared_at=None),
                name="case_photo_not_compared",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.moment}"


class PhotoFlag(models.Model):
    """One doubt about one photo of the work, for whoever verifies; by itself it stops nothing.

    `other` is the earlier photo of the case `other_case` that it is the same as. `metres` is how
    far from the place of the case it says to be taken, `minutes` how long before the finding or
    after the upload; whichever its kind is about.
    """

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="flags", verbose_name=_("问题")
    )
    photo = models.ForeignKey(
        Photo, on_delete=models.PROTECT, related_name="+", verbose_name=_("照片")
    )
    kind = models.CharField(_("疑点"), max_length=12, choices=Doubt.choices)
    other = models.ForeignKey(
        Photo,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("以前的照片"),
    )
    other_case = models.ForeignKey(
        Case,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("以前的问题"),
    )
    metres = models.PositiveIntegerField(_("距离（米）"), null=True, blank=True)
    minutes = models.PositiveIntegerField(_("相差（分钟）"), null=True, blank=True)
    found_at = models.DateTimeField(_("发现时间"))
    finding = models.CharField(
        _("核对结果"), max_length=10, choices=Finding.choices, default=Finding.OPEN
    )
    decided_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("核对人"),
    )
    decided_at = models.DateTimeField(_("核对时间"), null=True, blank=True)
    words = models.TextField(_("核对说明"), blank=True, default="")

    objects = LockingQuerySet["PhotoFlag"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "photo", "kind", "other", "other_case"],
                name="photo_flag_once_a_pair",
            ),
            models.UniqueConstraint(
                fields=["case", "photo", "kind"],
                condition=Q(other=None),
                name="photo_flag_once_a_photo",
            ),
            models.CheckConstraint(
                condition=(
                    Q(
                        kind__in=[Doubt.SAME_FILE, Doubt.SAME_PICTURE],
                        other__isnull=False,
                        other_case__isnull=False,
                        metres=None,
                        minutes=None,
                    )
                    | Q(kind=Doubt.FAR, other=None, metres__isnull=False, minutes=None)
                    | Q(
                        kind__in=[Doubt.EARLY, Doubt.AHEAD],
                        other=None,
                        metres=None,
                        minutes__isnull=False,
                    )
                ),
                name="photo_flag_says_why",
            ),
            models.CheckConstraint(
                condition=Q(finding=Finding.OPEN, decided_by=None, decided_at=None)
                | (
                    ~Q(finding=Finding.OPEN) & Q(decided_by__isnull=False, decided_at__isnull=False)
                ),
                name="photo_flag_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(finding=Finding.DISMISSED) | ~Q(words=""),
                name="photo_flag_dismissed_with_words",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["case"], condition=Q(finding=Finding.OPEN), name="photo_flag_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.finding}"
