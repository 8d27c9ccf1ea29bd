"""Background jobs and the schedule of those that come back."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yanzhen.core.enums import JobStatus
from yanzhen.core.locking import LockingQuerySet


class Job(models.Model):
    """One thing to be done after the commit, at least once, by whichever process is alive.

    A running job belongs to the holder of `token` until `lease_until`; a holder that dies stops
    renewing the lease, and the job goes back into the queue.
    """

    kind = models.CharField(_("种类"), max_length=60)
    arguments = models.JSONField(_("参数"), default=dict)
    unique_key = models.CharField(_("唯一键"), max_length=120, blank=True, default="")
    status = models.CharField(
        _("状态"), max_length=12, choices=JobStatus.choices, default=JobStatus.WAITING
    )
    run_at = models.DateTimeField(_("最早开始时间"))
    attempts = models.PositiveIntegerField(_("已试次数"), default=0)
    token = models.UUIDField(_("持有者"), null=True, blank=True)
    lease_until = models.DateTimeField(_("持有至"), null=True, blank=True)
    progress_done = models.PositiveIntegerField(_("已完成"), default=0)
    progress_total = models.PositiveIntegerField(_("共计"), default=0)
    result = models.JSONField(_("结果"), null=True, blank=True)
    error = models.TextField(_("最近一次错误"), blank=True, default="")
    created_at = models.DateTimeField(_("建立时间"))
    finished_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    objects = LockingQuerySet["Job"].as_manager()

    class Meta:
        verbose_name = _("后台任务")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unique_key"],
                condition=Q(status=JobStatus.WAITING) & ~Q(unique_key=""),
                name="job_waits_once_for_its_key",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status=JobStatus.RUNNING, token__isnull=False, lease_until__isnull=False)
                    | (~Q(status=JobStatus.RUNNING) & Q(token=None, lease_until=None))
                ),
                name="job_runs_under_a_lease",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["status", "run_at"], name="job_next"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class Schedule(models.Model):
    """When a job that comes back is due next; one row a kind, so that many runners make one beat."""

    kind = models.CharField(_("种类"), max_length=60, unique=True)
    next_at = models.DateTimeField(_("下次时间"))

    objects = LockingQuerySet["Schedule"].as_manager()

    class Meta:
        verbose_name = _("定时任务")

    def __str__(self) -> str:
        return self.kind
