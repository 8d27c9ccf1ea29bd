"""Writing the record: one event, in the transaction of the change that it tells of."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Protocol
from uuid import UUID

from django.db import connection, models, transaction

from yanzhen.accounts.models import User
from yanzhen.core.engine import highest_settled_id, hold_key, write_rows
from yanzhen.events import chain
from yanzhen.events.errors import ClientIdReused
from yanzhen.events.models import Event, Seal
from yanzhen.events.queries import last_event, last_links, links_between, subject_kind_of

BATCH = 500
"""Rows told of at once; every engine takes so many keys in one question."""


def record(
    kind: str,
    subject: models.Model,
    /,
    *,
    actor: User,
    at: datetime,
    client_id: UUID | None = None,
    **payload: Any,
) -> Event:
    """Write down one thing that happened to `subject`, as the next link of its chain.

    The caller holds the subject's row, or has just made it: of two writers at once the second
    would meet the first one's number. Instants, days, decimals and ids may stand in the payload.
    """
    return append(
        kind,
        subject,
        last_event(subject),
        actor=actor,
        at=at,
        client_id=client_id,
        payload=payload,
    )


def append(
    kind: str,
    subject: models.Model,
    last: Event | None,
    /,
    *,
    actor: User,
    at: datetime,
    payload: dict[str, Any],
    client_id: UUID | None = None,
) -> Event:
    """Write the event after `last`, which the caller has read since it holds the row."""
    if not connection.in_atomic_block:
        raise RuntimeError("an event is written in the transaction of its change, or not at all")
    link = (last.number, last.hash) if last else None
    event = _next_link(
        kind, subject, link, actor=actor, at=at, payload=payload, client_id=client_id
    )
    event.save(force_insert=True)
    return event


class Told(Protocol):
    """An event that is to be written as part of a chain."""

    @property
    def kind(self) -> str: ...
    @property
    def actor(self) -> User: ...
    @property
    def at(self) -> datetime: ...
    @property
    def payload(self) -> dict[str, Any]: ...


EVENT_FIELDS = (
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
)
"""What `linked` gives of each event, in this order."""


def linked(
    subject_kind: str,
    subject_id: int,
    told: Iterable[Told],
    *,
    after: Event | None = None,
    client_id: UUID | None = None,
    client_kind: str = "",
) -> Iterator[tuple[Any, ...]]:
    """Rows of events as the next links of one chain, to be written with the change they tell of.

    `after` is the last event of the subject, which the caller holds; without it the chain begins.
    The client id goes to the event of the kind that it came for.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an event is written in the transaction of its change, or not at all")
    number, link = (after.number, after.hash) if after else (0, "")
    for one in told:
        number += 1
        payload, prev_hash = chain.canonical(one.payload), link
        own_id = client_id if one.kind == client_kind else None
        link = chain.event_hash(
            kind=one.kind,
            subject_kind=subject_kind,
            subject_id=subject_id,
            number=number,
            actor_id=one.actor.pk,
            at=one.at,
            payload=payload,
            client_id=own_id,
            prev_hash=prev_hash,
        )
        head = (one.kind, subject_kind, subject_id, number, one.actor.pk, one.at)
        yield (*head, payload, own_id, prev_hash, link)


def record_chains(subject_kind: str, chains: Iterable[tuple[int, Iterable[Told]]]) -> None:
    """Write whole chains at once: all that happened to subjects of which nothing is recorded yet.

    `chains` gives each subject's id with its events in order.
    """
    rows = (row for subject_id, told in chains for row in linked(subject_kind, subject_id, told))
    write_rows(Event, EVENT_FIELDS, rows)


def record_many(
    kind: str,
    told: Iterable[tuple[models.Model, dict[str, Any]]],
    /,
    *,
    actor: User,
    at: datetime,
) -> None:
    """Write down the same kind of thing for many rows of one model, a few statements in all.

    The caller holds the rows, or has just made them, and tells each row once.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an event is written in the transaction of its change, or not at all")
    for batch in _batches(told):
        last = last_links([subject for subject, _payload in batch])
        Event.objects.bulk_create(
            _next_link(kind, subject, last.get(subject.pk), actor=actor, at=at, payload=payload)
            for subject, payload in batch
        )


def _next_link(
    kind: str,
    subject: models.Model,
    last: tuple[int, str] | None,
    *,
    actor: User,
    at: datetime,
    payload: dict[str, Any],
    client_id: UUID | None = None,
) -> Event:
    number, prev_hash = last or (0, "")
    event = Event(
        kind=kind,
        subject_kind=subject_kind_of(subject),
        subject_id=subject.pk,
        number=number + 1,
        actor=actor,
        at=at,
        payload=chain.canonical(payload),
        client_id=client_id,
        prev_hash=prev_hash,
    )
    event.hash = event.expected_hash()
    return event


def replayed(
    client_id: UUID | None,
    kind: str,
    *,
    subject: models.Model | None = None,
    actor: User | None = None,
) -> Event | None:
    """Return what this client id already did, so that a resend changes nothing; else nothing.

    The id is held until the transaction ends: of two resends at once the second waits here and
    then sees what the first one did. Raises `ClientIdReused` when it did something else.
    """
    if client_id is None:
        return None
    hold_key(f"client:{client_id}")
    event = Event.objects.select_related("actor").filter(client_id=client_id).first()
    if event is None:
        return None
    if (
        event.kind != kind
        or (actor is not None and event.actor_id != actor.pk)
        or (
            subject is not None
            and (event.subject_kind, event.subject_id) != (subject_kind_of(subject), subject.pk)
        )
    ):
        raise ClientIdReused
    return event


@transaction.atomic
def make_seal(*, now: datetime) -> Seal | None:
    """Lay a seal over everything recorded since the last one; nothing when there is nothing new.

    Nothing also when a long transaction is still writing: the next clock tries again. However
    many clocks run, the seals form one chain.
    """
    hold_key("seal")
    last = Seal.objects.order_by("-pk").first()
    begin, prev_digest = (last.through_event_id, last.digest) if last else (0, "")
    through = highest_settled_id(Event._meta.db_table)
    if through is None or through <= begin:
        return None
    digest, count = chain.seal_digest(prev_digest, links_between(begin, through))
    return Seal.objects.create(
        through_event_id=through,
        event_count=count + (last.event_count if last else 0),
        digest=digest,
        prev_digest=prev_digest,
        made_at=now,
    )


def _batches(
    told: Iterable[tuple[models.Model, dict[str, Any]]],
) -> Iterator[list[tuple[models.Model, dict[str, Any]]]]:
    rest = iter(told)
    while batch := list(islice(rest, BATCH)):
        yield batch
