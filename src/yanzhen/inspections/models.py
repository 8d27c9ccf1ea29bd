"""Rounds with their drawn sites, who is sent, and what came back from the field."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.enums import Action
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import area_scopes, unit_scopes
from yanzhen.cases.models import Case
from yanzhen.core.locking import LockingQuerySet
from yanzhen.core.scope import prefix_range
from yanzhen.files.models import Photo
from yanzhen.frameworks.models import Checklist
from yanzhen.inspections.enums import (
    DRAWN_ONCE,
    ENDED,
    SHOWN,
    CasePart,
    Clockwork,
    Result,
    RoundKind,
    RoundStatus,
    Standing,
)
from yanzhen.places.models import Area, Site
from yanzhen.units.models import SiteUnit
from yanzhen.units.queries import unit_codes_under

DIGEST = 64


class Team(models.Model):
    """Inspectors who walk together."""

    name = models.CharField(_("名称"), max_length=40, unique=True)
    is_active = models.BooleanField(_("在用"), default=True)

    objects = LockingQuerySet["Team"].as_manager()

    def __str__(self) -> str:
        return self.name


class TeamMemberQuerySet(LockingQuerySet["TeamMember"]):
    """Members of teams, by day."""

    def holding_on(self, day: date) -> "TeamMemberQuerySet":
        """Those who belong to their team on `day`."""
        return self.filter(Q(to_on=None) | Q(to_on__gte=day), from_on__lte=day)


class TeamMember(models.Model):
    """An inspector in a team, from a day to a day."""

    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, related_name="members", verbose_name=_("督查组")
    )
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("督查员")
    )
    from_on = models.DateField(_("起"))
    to_on = models.DateField(_("止"), null=True, blank=True)

    objects = TeamMemberQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["team", "person"],
                condition=Q(to_on=None),
                name="team_member_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")),
                name="team_member_ends_after_he_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {self.person_id}"


class RoundQuerySet(LockingQuerySet["Round"]):
    """Rounds, by who may know of them."""

    def visible_to(self, user: User, on: date) -> "RoundQuerySet":
        """The rounds that `user` may know of on that day; every read begins here.

        An unannounced round is known to those who hold it and to those who walk it, and to nobody
        else until it is published. Those who hold it are the office's operators and the auditors
        whose posts reach the whole `office`, the area for which it was planned: an operator of a
        district that the city's office inspects is one of the inspected. An announced round, and
        any after it was published, is known wherever one's posts reach it.
        """
        if user.is_system:
            return self
        return self.filter(_held_by(user, on) | _walked_by(user, on) | _shown_to(user, on))

    def held_by(self, user: User, on: date) -> "RoundQuerySet":
        """The rounds of the offices that the user's posts wholly reach."""
        return self if user.is_system else self.filter(_held_by(user, on))


def _held_by(user: User, on: date) -> Q:
    """The rounds of the offices that the user's posts wholly reach."""
    return _reaching(area_scopes(user, Action.ROUND_HOLD, on=on), "office_id")


def _reaching(scopes: list[str], field: str) -> Q:
    held = Q(pk__in=[])
    for code in scopes:
        low, high = prefix_range(code)
        held |= Q(**{f"{field}__gte": low, f"{field}__lt": high})
    return held


def _walked_by(user: User, on: date) -> Q:
    """The rounds in which the user is sent to a site, by name or with his team."""
    teams = TeamMember.objects.holding_on(on).filter(person=user).values("team_id")
    sent = Assignment.objects.filter(Q(inspector=user) | Q(team_id__in=teams))
    return Q(pk__in=sent.values("round_site__round_id"))


def _shown_to(user: User, on: date) -> Q:
    """What need not be hidden, as far as the user's posts meet it."""
    open_to_all = Q(is_unannounced=False) | Q(status__in=sorted(SHOWN))
    scopes = area_scopes(user, Action.ROUND_VIEW, on=on)
    above = {code[:length] for code in scopes for length in range(1, len(code))}
    met = _reaching(scopes, "area_id") | Q(area_id__in=sorted(above))
    units = unit_codes_under(unit_scopes(user, Action.ROUND_VIEW, on=on))
    if units:
        sites = SiteUnit.objects.holding_on(on).filter(unit_id__in=units).values("site_id")
        met |= Q(pk__in=RoundSite.objects.filter(site_id__in=sites).values("round_id"))
    return open_to_all & met


class Round(models.Model):
    """One planned sweep of inspections.

    `office` is the area for whose office it was planned. The seed of the draw is kept here from
    the planning on and shown to nobody before the round is published; `commitment` is its digest
    (see `draw`). `frame_digest` and `drawn_digest` are of what could be and what was drawn.
    """

    kind = models.CharField(_("类别"), max_length=12, choices=RoundKind.choices)
    name = models.CharField(_("名称"), max_length=60)
    words = models.TextField(_("要求"), blank=True, default="")
    is_unannounced = models.BooleanField(_("暗访"), default=False)
    status = models.CharField(
        _("状态"), max_length=10, choices=RoundStatus.choices, default=RoundStatus.PLANNED
    )
    area = models.ForeignKey(
        Area,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="area_code",
        related_name="+",
        verbose_name=_("范围"),
    )
    office = models.ForeignKey(
        Area,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="office_code",
        related_name="+",
        verbose_name=_("组织方"),
    )
    from_on = models.DateField(_("起"))
    to_on = models.DateField(_("止"))
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reinspections",
        verbose_name=_("所复查的轮次"),
    )
    spec = models.JSONField(_("抽样办法"), default=dict)
    commitment = models.CharField(_("种子摘要"), max_length=DIGEST)
    seed = models.CharField(_("种子"), max_length=DIGEST)
    frame_digest = models.CharField(_("抽样框摘要"), max_length=DIGEST, blank=True, default="")
    drawn_digest = models.CharField(_("抽中摘要"), max_length=DIGEST, blank=True, default="")
    left_out = models.PositiveIntegerField(_("无清单而未入框"), default=0)
    planned_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("计划人")
    )
    planned_at = models.DateTimeField(_("计划时间"))
    drawn_at = models.DateTimeField(_("抽点时间"), null=True, blank=True)
    opened_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    published_at = models.DateTimeField(_("公布时间"), null=True, blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(to_on__gte=F("from_on")), name="round_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=sorted(DRAWN_ONCE))
                | (Q(drawn_at__isnull=False) & ~Q(frame_digest="") & ~Q(drawn_digest="")),
                name="round_drawn_with_digests",
            ),
            models.CheckConstraint(
                condition=Q(status=RoundStatus.PUBLISHED, published_at__isnull=False)
                | (~Q(status=RoundStatus.PUBLISHED) & Q(published_at=None)),
                name="round_published_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(kind=RoundKind.REINSPECTION, parent__isnull=False)
                | (~Q(kind=RoundKind.REINSPECTION) & Q(parent=None)),
                name="round_reinspects_another",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["from_on", "id"], name="round_by_day")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_shown(self) -> bool:
        """Whether those who were inspected may know of it."""
        return not self.is_unannounced or self.status in SHOWN

    @property
    def is_ended(self) -> bool:
        """Whether nobody walks it any more."""
        return self.status in ENDED

    @property
    def shown_seed(self) -> str:
        """The seed once the round is published; before, nothing."""
        return self.seed if self.status in SHOWN else ""


class RoundFrame(models.Model):
    """Every site that could be drawn, as lines: what a second run of the draw needs."""

    round = models.OneToOneField(
        Round, on_delete=models.CASCADE, primary_key=True, related_name="frame"
    )
    text = models.TextField(_("抽样框"))

    def __str__(self) -> str:
        return str(self.round_id)


class RoundSite(models.Model):
    """A drawn site, with the version of the checklist that holds for this round whatever comes."""

    round = models.ForeignKey(
        Round, on_delete=models.PROTECT, related_name="sites", verbose_name=_("轮次")
    )
    site = models.ForeignKey(
        Site,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="site_code",
        related_name="+",
        verbose_name=_("点位"),
    )
    district_code = models.CharField(_("区县"), max_length=30)
    type_code = models.CharField(_("类型"), max_length=30)
    rank = models.PositiveIntegerField(_("层内序号"))
    checklist = models.ForeignKey(
        Checklist, on_delete=models.PROTECT, related_name="+", verbose_name=_("检查清单")
    )

    objects = LockingQuerySet["RoundSite"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "site"], name="round_site_once")
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.site_id}"

    @property
    def stratum(self) -> str:
        """The layer of the draw."""
        return f"{self.district_code}/{self.type_code}"


class Assignment(models.Model):
    """A drawn site for one inspector or one team, and its place in their walk, from 1.

    `is_calibration`: the site is somebody else's, too. Neither sees the other's answers; they
    show how far inspectors agree.
    """

    round_site = models.ForeignKey(
        RoundSite, on_delete=models.CASCADE, related_name="assignments", verbose_name=_("点位")
    )
    inspector = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("督查员"),
    )
    team = models.ForeignKey(
        Team,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("督查组"),
    )
    position = models.PositiveIntegerField(_("顺序"))
    is_calibration = models.BooleanField(_("校准"), default=False)

    objects = LockingQuerySet["Assignment"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(inspector=None, team__isnull=False)
                | Q(inspector__isnull=False, team=None),
                name="assignment_to_one_or_a_team",
            ),
            models.UniqueConstraint(
                fields=["round_site", "inspector"], name="assignment_once_an_inspector"
            ),
            models.UniqueConstraint(fields=["round_site", "team"], name="assignment_once_a_team"),
            models.UniqueConstraint(
                fields=["round_site"],
                condition=Q(is_calibration=False),
                name="assignment_one_a_site_but_for_calibration",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_site_id} {self.inspector_id or self.team_id}"


class VisitQuerySet(LockingQuerySet["Visit"]):
    """Visits, by who may see them."""

    def visible_to(self, user: User, on: date) -> "VisitQuerySet":
        """One's own; all of the rounds that one's office holds; others once their round is closed.

        Until then nobody who walks a round sees what a colleague found: a second look would be
        none. And always only where one may know of the round and see the site.
        """
        if user.is_system:
            return self
        held = Round.objects.filter(_held_by(user, on)).values("pk")
        known = Round.objects.visible_to(user, on).filter(status__in=sorted(ENDED)).values("pk")
        sites = Site.objects.visible_to(user, on).values("code")
        return self.filter(
            Q(inspector=user)
            | (
                Q(round_site__site_id__in=sites)
                & (Q(round_site__round__in=held) | Q(round_site__round__in=known))
            )
        )


class Visit(models.Model):
    """One inspector at one site once.

    `started_at` and `finished_at` are by the server's clock, corrected by how far the phone's was
    off when it synced (`skew_seconds`: the phone's minus the server's); what the phone said is
    kept beside them. `lat`, `lon` and `accuracy_metres` are where the visit was finished, a proof
    of place; there is no track.
    """

    client_id = models.UUIDField(_("提交编号"), unique=True)
    round_site = models.ForeignKey(
        RoundSite, on_delete=models.PROTECT, related_name="visits", verbose_name=_("点位")
    )
    inspector = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("督查员")
    )
    checklist = models.ForeignKey(
        Checklist, on_delete=models.PROTECT, related_name="+", verbose_name=_("检查清单")
    )
    is_calibration = models.BooleanField(_("校准"), default=False)
    started_at = models.DateTimeField(_("开始"))
    finished_at = models.DateTimeField(_("完成"))
    claimed_started_at = models.DateTimeField(_("手机所记开始"))
    claimed_finished_at = models.DateTimeField(_("手机所记完成"))
    skew_seconds = models.BigIntegerField(_("手机时差（秒）"), default=0)
    clock = models.CharField(
        _("手机时钟"), max_length=10, choices=Clockwork.choices, default=Clockwork.TRUSTED
    )
    received_at = models.DateTimeField(_("收到时间"))
    lat = models.DecimalField(_("纬度"), max_digits=9, decimal_places=6, null=True, blank=True)
    lon = models.DecimalField(_("经度"), max_digits=9, decimal_places=6, null=True, blank=True)
    accuracy_metres = models.PositiveIntegerField(_("定位精度（米）"), null=True, blank=True)
    words = models.TextField(_("说明"), blank=True, default="")

    objects = VisitQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(finished_at__gte=F("started_at")), name="visit_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(lat=None, lon=None) | Q(lat__isnull=False, lon__isnull=False),
                name="visit_place_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_site_id} {self.inspector_id}"


class CheckConflict(models.Model):
    """Answers to one item of one site in one round that differ, until somebody says which counts.

    All answers are kept, whatever is decided. Where the second look was a calibration, the
    first answer counts meanwhile; else none does.
    """

    round_site = models.ForeignKey(
        RoundSite, on_delete=models.PROTECT, related_name="conflicts", verbose_name=_("点位")
    )
    item_code = models.CharField(_("检查项"), max_length=40)
    is_calibration = models.BooleanField(_("校准"), default=False)
    found_at = models.DateTimeField(_("发现时间"))
    chosen = models.ForeignKey(
        "Check",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("采用"),
    )
    resolved_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("裁定人"),
    )
    resolved_at = models.DateTimeField(_("裁定时间"), null=True, blank=True)
    words = models.TextField(_("理由"), blank=True, default="")

    objects = LockingQuerySet["CheckConflict"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["round_site", "item_code"],
                condition=Q(resolved_at=None),
                name="conflict_one_open_an_item",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None, chosen=None)
                | Q(resolved_at__isnull=False, chosen__isnull=False),
                name="conflict_resolved_by_choosing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_site_id} {self.item_code}"


class Check(models.Model):
    """The result of one item at one visit. What was answered is never changed, only its standing.

    `case` is the case that a failed check opened or joined; `relapse_of` the closed one before it.
    """

    client_id = models.UUIDField(_("提交编号"), unique=True)
    visit = models.ForeignKey(
        Visit, on_delete=models.PROTECT, related_name="checks", verbose_name=_("到访")
    )
    round_site = models.ForeignKey(
        RoundSite, on_delete=models.PROTECT, related_name="checks", verbose_name=_("点位")
    )
    item_code = models.CharField(_("检查项"), max_length=40)
    result = models.CharField(_("结果"), max_length=15, choices=Result.choices)
    value = models.DecimalField(_("数值"), max_digits=12, decimal_places=4, null=True, blank=True)
    part = models.PositiveIntegerField(_("达标数"), null=True, blank=True)
    whole = models.PositiveIntegerField(_("总数"), null=True, blank=True)
    words = models.TextField(_("说明"), blank=True, default="")
    answered_at = models.DateTimeField(_("回答时间"))
    standing = models.CharField(
        _("是否计入"), max_length=10, choices=Standing.choices, default=Standing.COUNTED
    )
    conflict = models.ForeignKey(
        CheckConflict,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="checks",
        verbose_name=_("分歧"),
    )
    case = models.ForeignKey(
        Case,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("问题"),
    )
    case_part = models.CharField(
        _("与问题的关系"), max_length=10, choices=CasePart.choices, blank=True, default=""
    )
    relapse_of = models.ForeignKey(
        Case,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("上一次"),
    )

    objects = LockingQuerySet["Check"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["visit", "item_code"], name="check_item_once_a_visit"),
            models.UniqueConstraint(
                fields=["round_site", "item_code"],
                condition=Q(standing=Standing.COUNTED),
                name="check_counted_once_an_item",
            ),
            models.CheckConstraint(
                condition=Q(case=None, case_part="") | (Q(case__isnull=False) & ~Q(case_part="")),
                name="check_has_a_part_in_its_case",
            ),
            models.CheckConstraint(
                condition=Q(part=None, whole=None) | Q(part__lte=F("whole"), whole__gt=0),
                name="check_part_of_a_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_code} {self.result}"


class CheckPhoto(models.Model):
    """A photo that a check announced, and how many of its bytes have come.

    `sha256` and `size` are of what the phone will send. Capture time and place came beside it,
    because a browser's canvas strips them. `photo` is there once all of it is.
    """

    client_id = models.UUIDField(_("提交编号"), unique=True)
    answer = models.ForeignKey(
        Check, on_delete=models.PROTECT, related_name="photos", verbose_name=_("检查")
    )
    sha256 = models.CharField(_("摘要"), max_length=DIGEST)
    size = models.PositiveIntegerField(_("字节"))
    received = models.PositiveIntegerField(_("已收字节"), default=0)
    taken_at = models.DateTimeField(_("拍摄时间"), null=True, blank=True)
    claimed_taken_at = models.DateTimeField(_("手机所记拍摄时间"), null=True, blank=True)
    lat = models.DecimalField(_("纬度"), max_digits=9, decimal_places=6, null=True, blank=True)
    lon = models.DecimalField(_("经度"), max_digits=9, decimal_places=6, null=True, blank=True)
    photo = models.ForeignKey(
        Photo,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("照片"),
    )
    refusal = models.CharField(_("不收的原因"), max_length=200, blank=True, default="")
    announced_at = models.DateTimeField(_("登记时间"))
    stored_at = models.DateTimeField(_("收齐时间"), null=True, blank=True)

    objects = LockingQuerySet["CheckPhoto"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(received__lte=F("size")), name="check_photo_no_more_than_its_size"
            ),
            models.CheckConstraint(
                condition=Q(photo=None) | Q(refusal="", stored_at__isnull=False),
                name="check_photo_stored_or_refused",
            ),
        ]

    def __str__(self) -> str:
        return str(self.client_id)


class CarriedItem(models.Model):
    """An item that a re-inspection looks at again, and the failed check because of which."""

    round_site = models.ForeignKey(
        RoundSite, on_delete=models.CASCADE, related_name="carried", verbose_name=_("点位")
    )
    item_code = models.CharField(_("检查项"), max_length=40)
    failed = models.ForeignKey(
        Check, on_delete=models.PROTECT, related_name="+", verbose_name=_("上次结果")
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["round_site", "item_code"], name="carried_item_once_a_site"
            )
        ]

    def __str__(self) -> str:
        return f"{self.round_site_id} {self.item_code}"
