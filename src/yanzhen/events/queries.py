"""What the record says, and whether it still says what was written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from yanzhen.core.engine import long_read
from yanzhen.events import chain
from yanzhen.events.models import Event, Seal

CHUNK = 5000


def subject_kind_of(subject: models.Model) -> str:
    """The name under which the events of such a row are filed."""
    return str(subject._meta.model_name)


def events_of(subject: models.Model) -> models.QuerySet[Event]:
    """The events of one row in the order in which they happened, each with its actor."""
    return (
        Event.objects.filter(subject_kind=subject_kind_of(subject), subject_id=subject.pk)
        .select_related("actor")
        .order_by("number")
    )


def last_event(subject: models.Model) -> Event | None:
    """What happened to the row last, with its actor."""
    return events_of(subject).order_by("-number").first()


def last_links(subjects: Sequence[models.Model]) -> dict[int, tuple[int, str]]:
    """Key → number and hash of the last event, for those rows of one model that have any."""
    if not subjects:
        return {}
    told = Event.objects.filter(
        subject_kind=subject_kind_of(subjects[0]),
        subject_id__in=[subject.pk for subject in subjects],
    ).order_by("subject_id", "number")
    return {
        key: (number, digest)
        for key, number, digest in told.values_list("subject_id", "number", "hash")
    }


@dataclass(frozen=True)
class Break:
    """The first place at which the record no longer says what was written."""

    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}：{self.reason}"


@dataclass(frozen=True)
class Audit:
    """What looking through the whole record gave."""

    events: int
    seals: int
    last_digest: str
    breaks: tuple[Break, ...]


def audit() -> Audit:
    """Look through the whole record, chain by chain and then seal by seal."""
    counted = _Counted()
    with long_read():
        breaks = [*verify_chain(counted), *verify_seals()]
    last = Seal.objects.order_by("-pk").first()
    return Audit(counted.events, Seal.objects.count(), last.digest if last else "", tuple(breaks))


@dataclass
class _Counted:
    events: int = 0


def verify_chain(counted: _Counted | None = None) -> Iterator[Break]:
    """For each subject whose chain does not hold, its first broken link.

    One pass in constant memory, however long the record is.
    """
    subject: tuple[str, int] | None = None
    number, link, is_broken = 0, "", False
    for row in _links().order_by("subject_kind", "subject_id", "number").iterator(CHUNK):
        if counted:
            counted.events += 1
        if subject != (row.subject_kind, row.subject_id):
            subject = row.subject_kind, row.subject_id
            number, link, is_broken = 0, "", False
        if is_broken:
            continue
        number += 1
        fault = _fault(row, number, link)
        if fault:
            is_broken = True
            yield Break(f"{row.subject_kind} {row.subject_id} #{number}", fault)
        link = row.hash


def _fault(row: Any, number: int, prev_hash: str) -> str:
    if row.number != number:
        return _("缺这一环，后面接的是第 %(number)s 环") % {"number": row.number}
    if row.prev_hash != prev_hash:
        return _("记下的上一环摘要与上一环不符")
    expected = chain.event_hash(
        kind=row.kind,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        number=row.number,
        actor_id=row.actor_id,
        at=row.at,
        payload=row.payload,
        client_id=row.client_id,
        prev_hash=row.prev_hash,
    )
    return "" if row.hash == expected else _("内容与摘要不符")


def _links() -> models.QuerySet[Event, Any]:
    return Event.objects.values_list(
        "kind",
        "subject_kind",
        "subject_id",
        "number",
        "actor_id",
        "at",
        "payload",
        "client_id",
        "prev_hash",
        "hash",
        named=True,
    )


def verify_seals() -> Iterator[Break]:
    """Each seal that no longer fits the events it was laid over, or the seal before it."""
    prev_digest, through, total = "", 0, 0
    for seal in Seal.objects.order_by("pk").iterator(CHUNK):
        where = _("封存 %(number)s（到第 %(through)s 条）") % {
            "number": seal.pk,
            "through": seal.through_event_id,
        }
        digest, count = chain.seal_digest(
            prev_digest, links_between(through, seal.through_event_id)
        )
        total += count
        if seal.prev_digest != prev_digest:
            yield Break(where, _("与上一次封存接不上"))
        elif seal.event_count != total:
            gone = {"sealed": seal.event_count, "found": total}
            yield Break(where, _("封存时有 %(sealed)s 条事件，现在是 %(found)s 条") % gone)
        elif seal.digest != digest:
            yield Break(where, _("封存过的事件被改动过"))
        prev_digest, through, total = seal.digest, seal.through_event_id, seal.event_count


def links_between(after: int, through: int) -> Iterator[tuple[int, str]]:
    """The id and hash of each event after one id up to another, by rising id."""
    return (
        Event.objects.filter(pk__gt=after, pk__lte=through)
        .order_by("pk")
        .values_list("pk", "hash")
        .iterator(CHUNK)
    )
