"""What exactly a hash covers: the canonical text of an event, and of a seal.

Anybody can check a chain with these two rules and SHA-256 alone. An event's text is nine lines
(joined by a line feed, none at the end):

    1. `yanzhen-event-1`
    2. kind
    3. subject kind `:` subject id
    4. number
    5. actor id
    6. at, as microseconds since 1970-01-01T00:00:00Z
    7. payload: JSON, keys sorted, no blanks, Unicode as it is; never a line feed
    8. client id in its 36 characters, or nothing
    9. hash of the event before it, or nothing

A seal's text is `yanzhen-seal-1`, the digest of the seal before it or nothing, then
`id:hash` for each event since that seal, by rising id, each on its own line.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.functional import Promise

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def moment(at: datetime) -> str:
    """Return an instant as payloads hold it: in UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def instant(text: str) -> datetime:
    """Return the instant that `moment` wrote."""
    return datetime.fromisoformat(text)


def canonical(payload: Mapping[str, Any]) -> str:
    """Return the one JSON text of a payload: the same facts always give the same text."""
    return json.dumps(
        payload,
        default=_plain,
        ensure_ascii=False,
        allow_nan=False,
        sort_keys=True,
        separators=(",", ":"),
    )


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID | Promise):
        return str(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{value!r} has no place in a payload")


def event_hash(
    *,
    kind: str,
    subject_kind: str,
    subject_id: int,
    number: int,
    actor_id: int,
    at: datetime,
    payload: str,
    client_id: UUID | None,
    prev_hash: str,
) -> str:
    """Return the hash of one event, as described at the top."""
    text = (
        f"yanzhen-event-1\n{kind}\n{subject_kind}:{subject_id}\n{number}\n{actor_id}\n"
        f"{(at - EPOCH) // MICROSECOND}\n{payload}\n{client_id or ''}\n{prev_hash}"
    )
    return hashlib.sha256(text.encode()).hexdigest()


def seal_digest(prev_digest: str, links: Iterable[tuple[int, str]]) -> tuple[str, int]:
    """Return the digest over `links`, each an event's id and hash, and how many there were."""
    digest = hashlib.sha256(f"yanzhen-seal-1\n{prev_digest}".encode())
    count = 0
    for event_id, link in links:
        digest.update(f"\n{event_id}:{link}".encode())
        count += 1
    return digest.hexdigest(), count
