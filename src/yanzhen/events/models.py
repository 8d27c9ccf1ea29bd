"""The event, and the seal over events."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.models import User


class Event(models.Model):
    """One thing that happened to one subject. Rows are only ever added.

    `number` counts the events of a subject from 1. `hash` covers everything that is said here
    and `prev_hash`, the hash of the event before it, so that a change in any of them shows.
    `at` is when it happened, `recorded_at` when it was written down; an imported history has
    the two far apart.
    """

    kind = models.CharField(_("事件"), max_length=40)
    subject_kind = models.CharField(_("对象类别"), max_length=20)
    subject_id = models.BigIntegerField(_("对象"))
    number = models.PositiveIntegerField(_("序号"))
    actor = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人")
    )
    at = models.DateTimeField(_("时间"))
    recorded_at = models.DateTimeField(_("记录时间"), db_default=Now())
    payload = models.TextField(_("内容"), default="{}")
    client_id = models.UUIDField(_("提交编号"), null=True, blank=True, unique=True)
    prev_hash = models.CharField(_("前一环"), max_length=64, blank=True, default="")
    hash = models.CharField(_("本环"), max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "number"], name="event_number_once_a_subject"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id} #{self.number} {self.kind}"


class Seal(models.Model):
    """A digest over all events up to one, chained to the seal before it.

    A chain alone cannot show that its last links were cut off, or a whole subject removed;
    a seal can, for everything that was recorded before it.
    """

    through_event_id = models.BigIntegerField(_("封到"))
    event_count = models.BigIntegerField(_("事件数"))
    digest = models.CharField(_("摘要"), max_length=64)
    prev_digest = models.CharField(_("前一封"), max_length=64, blank=True, default="")
    made_at = models.DateTimeField(_("封存时间"))

    def __str__(self) -> str:
        return f"{self.through_event_id} {self.digest[:12]}"
