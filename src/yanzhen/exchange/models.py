"""Files that came in and went out, and what became of them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.models import User
from yanzhen.core.locking import LockingQuerySet
from yanzhen.exchange.enums import ExportStatus, ImportStatus


class Import(models.Model):
    """A file that was brought in: checked first, then taken in as a whole or not at all."""

    kind = models.CharField(_("种类"), max_length=20)
    file_name = models.CharField(_("文件名"), max_length=120)
    sha256 = models.CharField(_("文件摘要"), max_length=64)
    octets = models.PositiveBigIntegerField(_("字节"))
    stored = models.CharField(_("存放名"), max_length=80, blank=True, default="")
    options = models.JSONField(_("选项"), default=dict)
    status = models.CharField(_("状态"), max_length=12, choices=ImportStatus.choices)
    row_count = models.PositiveIntegerField(_("行数"), default=0)
    created_count = models.PositiveIntegerField(_("新增"), default=0)
    updated_count = models.PositiveIntegerField(_("更新"), default=0)
    unchanged_count = models.PositiveIntegerField(_("未变"), default=0)
    error_count = models.PositiveIntegerField(_("错误"), default=0)
    notes = models.JSONField(_("说明"), default=list)
    refusal = models.TextField(_("不能读的原因"), blank=True, default="")
    brought_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("导入人")
    )
    brought_at = models.DateTimeField(_("提交时间"))
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    job_id = models.BigIntegerField(_("后台任务"), null=True, blank=True)

    objects = LockingQuerySet["Import"].as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-brought_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"


class Export(models.Model):
    """A ledger that was given out as a file."""

    kind = models.CharField(_("种类"), max_length=20)
    suffix = models.CharField(_("格式"), max_length=4)
    area_code = models.CharField(_("区域"), max_length=30, blank=True, default="")
    stored = models.CharField(_("存放名"), max_length=80, blank=True, default="")
    status = models.CharField(_("状态"), max_length=12, choices=ExportStatus.choices)
    row_count = models.PositiveIntegerField(_("行数"), default=0)
    octets = models.PositiveBigIntegerField(_("字节"), default=0)
    refusal = models.TextField(_("没有导出的原因"), blank=True, default="")
    asked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("导出人")
    )
    asked_at = models.DateTimeField(_("申请时间"))
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    job_id = models.BigIntegerField(_("后台任务"), null=True, blank=True)

    objects = LockingQuerySet["Export"].as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-asked_at"])]

    def __str__(self) -> str:
        return f"{self.kind}.{self.suffix}"
