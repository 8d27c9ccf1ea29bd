"""The event, and the seal over events."""

import json
from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.models import User
from yanzhen.events import chain


class EventQuerySet(models.QuerySet["Event"]):
    """Events can be read and added, and that is all."""

    def update(self, **_changes: Any) -> NoReturn:
        """Refuse: what happened cannot be made to have happened differently."""
        raise TypeError("events are never changed")

    def delete(self) -> NoReturn:
        """Refuse: what happened cannot be made not to have happened."""
        raise TypeError("events are never removed")


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

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "number"], name="event_number_once_a_subject"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id} #{self.number} {self.kind}"

    def save(self, **options: Any) -> None:
        """Write a new event; refuse to write an old one again."""
        if not self._state.adding:
            raise TypeError("events are never changed")
        super().save(**options)

    def delete(self, using: str | None = None, keep_parents: bool = False) -> NoReturn:  # noqa: ARG002, FBT001, FBT002 - Django's signature
        """Refuse: what happened cannot be made not to have happened."""
        raise TypeError("events are never removed")

    @property
    def facts(self) -> dict[str, Any]:
        """The payload, read."""
        facts: dict[str, Any] = json.loads(self.payload)
        return facts

    def expected_hash(self) -> str:
        """The hash that covers what stands here."""
        return chain.event_hash(
            kind=self.kind,
            subject_kind=self.subject_kind,
            subject_id=self.subject_id,
            number=self.number,
            actor_id=self.actor_id,
            at=self.at,
            payload=self.payload,
            client_id=self.client_id,
            prev_hash=self.prev_hash,
        )


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
