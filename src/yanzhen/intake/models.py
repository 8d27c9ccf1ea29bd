"""What came in from outside, as it came."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from yanzhen.cases.models import Case
from yanzhen.core.locking import LockingQuerySet


class Report(models.Model):
    """A citizen's message as it was written, and the case that it became."""

    number = models.CharField(_("来件编号"), max_length=60)
    channel = models.CharField(_("渠道"), max_length=20, default="message")
    reporter = models.CharField(_("来件人"), max_length=60, blank=True, default="")
    reported_at = models.DateTimeField(_("来件时间"))
    title = models.CharField(_("标题"), max_length=200)
    text = models.TextField(_("内容"))
    place = models.CharField(_("所说地点"), max_length=120, blank=True, default="")
    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, related_name="+", verbose_name=_("问题")
    )

    objects = LockingQuerySet["Report"].as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["channel", "number"], name="report_number_once_a_channel"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"
