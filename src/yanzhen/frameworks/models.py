"""Editions of frameworks, their decomposition, checklists, and the negative list."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.models import User
from yanzhen.core.locking import LockingQuerySet
from yanzhen.files.models import Photo
from yanzhen.frameworks.enums import (
    CheckGroup,
    CheckKind,
    DutyStatus,
    EditionStatus,
    MappingKind,
    Method,
    NegativeLevel,
    NegativeStatus,
    NodeKind,
    PhotoRule,
    ScorerName,
    Severity,
)
from yanzhen.places.models import Area, SiteType
from yanzhen.units.models import TaskGroup, Unit

# --- Frameworks -----------------------------------------------------------------------------------


class Framework(models.Model):
    """A system by which something is measured; several stand side by side.

    `gate` is the score, out of the edition's total, below which there is no entry into what this
    one `gates`; `share` is the part it has in the total of that one, from 0 to 1.
    """

    code = models.CharField(_("代码"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    gate = models.DecimalField(_("门槛分"), max_digits=9, decimal_places=4, null=True, blank=True)
    share = models.DecimalField(
        _("计入比重"), max_digits=5, decimal_places=4, null=True, blank=True
    )
    gates = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        to_field="code",
        db_column="gates_code",
        null=True,
        blank=True,
        related_name="gated_by",
        verbose_name=_("计入的体系"),
    )

    objects = LockingQuerySet["Framework"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(share=None) | Q(share__gte=Decimal(0), share__lte=Decimal(1)),
                name="framework_share_is_a_part",
            ),
            models.CheckConstraint(
                condition=Q(gates__isnull=False) | Q(gate=None, share=None),
                name="framework_gate_is_before_something",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Edition(models.Model):
    """One edition of a framework: a whole tree. What a current one says is never edited."""

    framework = models.ForeignKey(
        Framework,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="framework_code",
        related_name="editions",
        verbose_name=_("体系"),
    )
    code = models.CharField(_("代码"), max_length=40)
    name = models.CharField(_("名称"), max_length=80)
    status = models.CharField(
        _("状态"), max_length=10, choices=EditionStatus.choices, default=EditionStatus.DRAFT
    )
    is_example = models.BooleanField(_("示例"), default=False)
    source = models.CharField(_("出处"), max_length=300, blank=True, default="")
    total = models.DecimalField(_("总分"), max_digits=9, decimal_places=4)
    applied_at = models.DateTimeField(_("启用时间"), null=True, blank=True)

    objects = LockingQuerySet["Edition"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["framework", "code"], name="edition_code_once_a_framework"
            ),
            models.UniqueConstraint(
                fields=["framework"],
                condition=Q(status=EditionStatus.CURRENT),
                name="edition_one_current_a_framework",
            ),
            models.CheckConstraint(
                condition=Q(status=EditionStatus.DRAFT, applied_at=None)
                | (~Q(status=EditionStatus.DRAFT) & Q(applied_at__isnull=False)),
                name="edition_applied_at_a_time",
            ),
            models.CheckConstraint(condition=Q(total__gt=0), name="edition_total_is_positive"),
        ]

    def __str__(self) -> str:
        return self.name


class Node(models.Model):
    """One node of an edition's tree. `sort` counts all nodes of the edition in the order of reading.

    `path` is `/`, then the code of each node from the top down to this one, each followed by `/`.
    The weight of a branch is the sum of its leaves' weights, in points. `grading` is for people;
    `scorer` with its `parameters` (names → decimals as strings) is what counts.
    """

    edition = models.ForeignKey(
        Edition, on_delete=models.CASCADE, related_name="nodes", verbose_name=_("版本")
    )
    code = models.CharField(_("编号"), max_length=30)
    kind = models.CharField(_("层级"), max_length=10, choices=NodeKind.choices)
    parent = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("上级"),
    )
    path = models.CharField(_("层次"), max_length=400)
    sort = models.PositiveIntegerField(_("次序"))
    title = models.CharField(_("名称"), max_length=120)
    words = models.TextField(_("标准"), blank=True, default="")
    weight = models.DecimalField(_("分值"), max_digits=9, decimal_places=4)
    grading = models.CharField(_("评分说明"), max_length=300, blank=True, default="")
    scorer = models.CharField(
        _("计分方式"), max_length=20, choices=ScorerName.choices, blank=True, default=""
    )
    parameters = models.JSONField(_("计分参数"), default=dict, blank=True)

    objects = LockingQuerySet["Node"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "code"], name="node_code_once_an_edition"),
            models.UniqueConstraint(fields=["edition", "sort"], name="node_place_once_an_edition"),
            models.CheckConstraint(
                condition=Q(kind=NodeKind.CRITERION) ^ Q(scorer=""),
                name="node_only_a_criterion_is_scored",
            ),
            models.CheckConstraint(condition=Q(weight__gte=0), name="node_weight_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def depth(self) -> int:
        """How many nodes stand above this one."""
        return self.path.count("/") - 2


class CriterionMethod(models.Model):
    """One way in which a criterion is assessed."""

    criterion = models.ForeignKey(
        Node, on_delete=models.CASCADE, related_name="methods", verbose_name=_("标准")
    )
    method = models.CharField(_("测评方法"), max_length=12, choices=Method.choices)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["criterion", "method"], name="criterion_method_once_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.criterion_id} {self.method}"


class CriterionSiteType(models.Model):
    """A kind of site at which a criterion is assessed."""

    criterion = models.ForeignKey(
        Node, on_delete=models.CASCADE, related_name="site_types", verbose_name=_("标准")
    )
    site_type = models.ForeignKey(
        SiteType,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="site_type_code",
        related_name="+",
        verbose_name=_("点位类型"),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["criterion", "site_type"], name="criterion_site_type_once_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.criterion_id} {self.site_type_id}"


class NodeMapping(models.Model):
    """What became of a criterion of the edition before, in the edition that follows it."""

    edition = models.ForeignKey(
        Edition, on_delete=models.CASCADE, related_name="mappings", verbose_name=_("新版本")
    )
    old = models.ForeignKey(
        Node, on_delete=models.CASCADE, related_name="mapped_to", verbose_name=_("原标准")
    )
    new = models.ForeignKey(
        Node,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="mapped_from",
        verbose_name=_("新标准"),
    )
    kind = models.CharField(_("变化"), max_length=10, choices=MappingKind.choices)

    objects = LockingQuerySet["NodeMapping"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["old", "new"], name="mapping_once_a_pair"),
            models.CheckConstraint(
                condition=Q(kind=MappingKind.DROPPED) ^ Q(new__isnull=False),
                name="mapping_leads_somewhere_unless_dropped",
            ),
            models.UniqueConstraint(
                fields=["edition", "old"],
                condition=Q(kind=MappingKind.DROPPED),
                name="mapping_dropped_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id}"


# --- Checklists -----------------------------------------------------------------------------------


class Checklist(models.Model):
    """One version of what is checked at the sites of a type. A current one is never edited.

    A change makes the next version; visits keep the version with which they began.
    """

    site_type = models.ForeignKey(
        SiteType,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="site_type_code",
        related_name="+",
        verbose_name=_("点位类型"),
    )
    version = models.PositiveIntegerField(_("版次"))
    name = models.CharField(_("名称"), max_length=60)
    status = models.CharField(
        _("状态"), max_length=10, choices=EditionStatus.choices, default=EditionStatus.DRAFT
    )
    published_at = models.DateTimeField(_("启用时间"), null=True, blank=True)

    objects = LockingQuerySet["Checklist"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["site_type", "version"], name="checklist_version_once_a_type"
            ),
            models.UniqueConstraint(
                fields=["site_type"],
                condition=Q(status=EditionStatus.CURRENT),
                name="checklist_one_current_a_type",
            ),
            models.UniqueConstraint(
                fields=["site_type"],
                condition=Q(status=EditionStatus.DRAFT),
                name="checklist_one_draft_a_type",
            ),
            models.CheckConstraint(
                condition=Q(status=EditionStatus.DRAFT, published_at=None)
                | (~Q(status=EditionStatus.DRAFT) & Q(published_at__isnull=False)),
                name="checklist_published_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class CheckItem(models.Model):
    """One short item of a checklist: what to look at, when it passes, what a failure is.

    `code` stays the same from version to version: by it results are compared over time. A count
    or a measure passes from `at_least` to `at_most`, both included, in `unit`. `category` is the
    code of a kind of case; that app lies above, so it is no key. `due_hours` is the time to put a
    failure right, where it is not left to the city's policy for the category.
    """

    checklist = models.ForeignKey(
        Checklist, on_delete=models.CASCADE, related_name="items", verbose_name=_("清单")
    )
    code = models.CharField(_("编号"), max_length=40)
    group = models.CharField(_("门类"), max_length=12, choices=CheckGroup.choices)
    words = models.CharField(_("检查项"), max_length=60)
    hint = models.CharField(_("怎么看"), max_length=120, blank=True, default="")
    kind = models.CharField(_("记录方式"), max_length=10, choices=CheckKind.choices)
    unit = models.CharField(_("计量单位"), max_length=10, blank=True, default="")
    at_least = models.DecimalField(
        _("不少于"), max_digits=12, decimal_places=4, null=True, blank=True
    )
    at_most = models.DecimalField(
        _("不超过"), max_digits=12, decimal_places=4, null=True, blank=True
    )
    severity = models.CharField(
        _("严重程度"), max_length=10, choices=Severity.choices, default=Severity.NORMAL
    )
    category = models.CharField(_("问题类别"), max_length=30)
    due_hours = models.PositiveIntegerField(_("整改时限（小时）"), null=True, blank=True)
    photo = models.CharField(
        _("拍照"), max_length=10, choices=PhotoRule.choices, default=PhotoRule.ON_FAIL
    )
    photo_reason = models.CharField(_("每次拍照的理由"), max_length=120, blank=True, default="")
    exempt = models.CharField(_("不算的情形"), max_length=200, blank=True, default="")
    source = models.CharField(_("出处"), max_length=200, blank=True, default="")
    sort = models.PositiveIntegerField(_("次序"))

    objects = LockingQuerySet["CheckItem"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["checklist", "code"], name="check_item_code_once_a_list"
            ),
            models.CheckConstraint(
                condition=Q(kind=CheckKind.YES_NO, at_least=None, at_most=None)
                | (
                    ~Q(kind=CheckKind.YES_NO)
                    & (Q(at_least__isnull=False) | Q(at_most__isnull=False))
                ),
                name="check_item_number_has_a_threshold",
            ),
            models.CheckConstraint(
                condition=Q(at_least=None) | Q(at_most=None) | Q(at_most__gte=models.F("at_least")),
                name="check_item_thresholds_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(photo=PhotoRule.ALWAYS, photo_reason=""),
                name="check_item_photo_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.words

    def passes(self, value: Decimal) -> bool:
        """Whether a count or a measured value is within the thresholds, which belong to it."""
        return (self.at_least is None or value >= self.at_least) and (
            self.at_most is None or value <= self.at_most
        )


class CheckItemCriterion(models.Model):
    """A criterion that the results of an item feed. When an edition follows, its links follow too."""

    item = models.ForeignKey(
        CheckItem, on_delete=models.CASCADE, related_name="criteria", verbose_name=_("检查项")
    )
    criterion = models.ForeignKey(
        Node, on_delete=models.PROTECT, related_name="check_items", verbose_name=_("标准")
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["item", "criterion"], name="check_item_feeds_a_criterion_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.criterion_id}"


# --- Decomposition --------------------------------------------------------------------------------


class Duty(models.Model):
    """A criterion laid on one lead unit, with the day by which it must be met and the plan for it."""

    criterion = models.OneToOneField(
        Node, on_delete=models.PROTECT, related_name="duty", verbose_name=_("标准")
    )
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="unit_code",
        related_name="+",
        verbose_name=_("牵头单位"),
    )
    group = models.ForeignKey(
        TaskGroup,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="group_code",
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("工作专班"),
    )
    due_on = models.DateField(_("完成期限"))
    status = models.CharField(
        _("状态"), max_length=10, choices=DutyStatus.choices, default=DutyStatus.ASKED
    )
    plan = models.TextField(_("工作方案"), blank=True, default="")
    return_reason = models.CharField(_("退回理由"), max_length=300, blank=True, default="")

    objects = LockingQuerySet["Duty"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status=DutyStatus.ASKED) | ~Q(plan=""),
                name="duty_has_a_plan_once_submitted",
            ),
            models.CheckConstraint(
                condition=Q(status=DutyStatus.RETURNED) ^ Q(return_reason=""),
                name="duty_returned_for_a_reason",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["unit", "due_on"])]

    def __str__(self) -> str:
        return f"{self.criterion_id} {self.unit_id}"


class DutySupport(models.Model):
    """A unit that supports the lead unit in a duty."""

    duty = models.ForeignKey(
        Duty, on_delete=models.CASCADE, related_name="supports", verbose_name=_("任务")
    )
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="unit_code",
        related_name="+",
        verbose_name=_("配合单位"),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["duty", "unit"], name="duty_support_once_a_unit")
        ]

    def __str__(self) -> str:
        return f"{self.duty_id} {self.unit_id}"


# --- The negative list ----------------------------------------------------------------------------


class NegativeKind(models.Model):
    """A kind of event that takes points from the whole city, or stops its standing."""

    code = models.CharField(_("代码"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    words = models.TextField(_("认定口径"), blank=True, default="")
    level = models.CharField(_("后果"), max_length=20, choices=NegativeLevel.choices)
    points = models.DecimalField(_("扣分"), max_digits=9, decimal_places=4, default=Decimal(0))
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
    is_example = models.BooleanField(_("示例"), default=False)
    is_active = models.BooleanField(_("在用"), default=True)
    sort = models.PositiveIntegerField(_("次序"), default=0)

    objects = LockingQuerySet["NegativeKind"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(level=NegativeLevel.DEDUCT, points__gt=0)
                | (~Q(level=NegativeLevel.DEDUCT) & Q(points=0)),
                name="negative_kind_points_only_where_deducted",
            )
        ]

    def __str__(self) -> str:
        return self.name


class NegativeEvent(models.Model):
    """One event of the negative list, with what it does as the kind said when it was confirmed."""

    kind = models.ForeignKey(
        NegativeKind,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="kind_code",
        related_name="events",
        verbose_name=_("事项"),
    )
    happened_on = models.DateField(_("发生日期"))
    words = models.TextField(_("经过"))
    area = models.ForeignKey(
        Area,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="area_code",
        related_name="+",
        verbose_name=_("发生地"),
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
    accountability = models.TextField(_("问责情况"), blank=True, default="")
    status = models.CharField(
        _("状态"), max_length=10, choices=NegativeStatus.choices, default=NegativeStatus.REPORTED
    )
    level = models.CharField(
        _("后果"), max_length=20, choices=NegativeLevel.choices, blank=True, default=""
    )
    points = models.DecimalField(_("扣分"), max_digits=9, decimal_places=4, null=True, blank=True)
    reported_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("登记人")
    )
    reported_at = models.DateTimeField(_("登记时间"))

    objects = LockingQuerySet["NegativeEvent"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(status=NegativeStatus.CONFIRMED)
                | (~Q(level="") & Q(points__isnull=False)),
                name="negative_event_confirmed_with_its_level",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind_id} {self.happened_on}"


class NegativeEvidence(models.Model):
    """A photo that shows an event of the negative list."""

    event = models.ForeignKey(
        NegativeEvent, on_delete=models.CASCADE, related_name="evidence", verbose_name=_("事件")
    )
    photo = models.ForeignKey(
        Photo, on_delete=models.PROTECT, related_name="+", verbose_name=_("照片")
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "photo"], name="negative_evidence_once_each")
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.photo_id}"
