"""What came in from outside, as it came."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from yanzhen.cases.models import Case
from yanzhen.core.locking import LockingQuerySet
from yanzhen.intake.enums import PlaceBy


class Report(models.Model):
    """A citizen's message as it was written, and the case that it became.

    `channel` is the source of the case. `is_question` says that the writer seems to ask
    something, and no unit has anything to put right; `like` is the earlier message that this
    one seems to repeat. Both are what words can tell: what to do about it is for a person to say.
    """

    number = models.CharField(_("来件编号"), max_length=60)
    channel = models.CharField(_("渠道"), max_length=20)
    reporter = models.CharField(_("来件人"), max_length=60, blank=True, default="")
    reported_at = models.DateTimeField(_("来件时间"))
    title = models.CharField(_("标题"), max_length=200)
    text = models.TextField(_("内容"))
    place = models.CharField(_("所说地点"), max_length=120, blank=True, default="")
    place_by = models.CharField(_("区域依据"), max_length=10, choices=PlaceBy.choices)
    is_question = models.BooleanField(_("像是咨询"), default=False)
    is_category_guessed = models.BooleanField(_("类别为推荐"), default=False)
    like = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("疑似重复"),
    )
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
        indexes: ClassVar = [models.Index(fields=["reported_at"])]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"
