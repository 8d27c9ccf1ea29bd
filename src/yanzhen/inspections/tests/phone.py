"""A phone as a test plays it: the same calls over HTTP, with a clock that may be wrong."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.test import Client
from django.utils import timezone

from yanzhen.accounts.models import User
from yanzhen.inspections.models import Round, RoundSite
from yanzhen.inspections.tests.factories import NAMESPACE

JSON = "application/json"
ROUNDS, SYNC = "/inspections/field/rounds/", "/inspections/field/sync"


@dataclass
class Phone:
    """A phone of one inspector; `name` makes its ids differ from those of another."""

    user: User
    name: str = "phone"
    ahead: timedelta = timedelta(0)
    """By how much its clock is ahead."""
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))
    token: str = ""

    def __post_init__(self) -> None:
        self.client.force_login(self.user)

    def id(self, *parts: object) -> str:
        """The id that this phone made once for a thing."""
        return str(uuid5(NAMESPACE, "/".join(map(str, (self.name, self.user.pk, *parts)))))

    def clock(self, ago: timedelta = timedelta(0)) -> str:
        """What its clock says, or said some time ago."""
        return (timezone.now() + self.ahead - ago).isoformat()

    # --- The calls

    def get(self, path: str, **headers: str) -> Any:
        answer = self.client.get(path, headers={"Accept": JSON, **headers})
        if answer.status_code == 200 and "csrf" in answer.json():
            self.token = answer.json()["csrf"]
        return answer

    def rounds(self) -> dict[str, Any]:
        found: dict[str, Any] = self.get(ROUNDS).json()
        return found

    def pack(self, round_: Round, **headers: str) -> Any:
        return self.get(f"{ROUNDS}{round_.pk}/pack", **headers)

    def sync(self, *visits: dict[str, Any], **changes: Any) -> Any:
        if not self.token:
            self.rounds()
        body = {"sent_at": self.clock(), "visits": list(visits)} | changes
        return self.post(json.dumps(body))

    def post(self, body: str | bytes) -> Any:
        return self.client.post(
            SYNC, body, content_type=JSON, headers={"Accept": JSON, "X-CSRFToken": self.token}
        )

    def synced(self, *visits: dict[str, Any]) -> list[dict[str, Any]]:
        answer = self.sync(*visits)
        assert answer.status_code == 200, answer.content.decode()
        found: list[dict[str, Any]] = answer.json()["visits"]
        return found

    def put(self, photo_id: str | UUID, offset: int, body: bytes) -> Any:
        if not self.token:
            self.rounds()
        return self.client.put(
            f"/inspections/field/photos/{photo_id}?offset={offset}",
            body,
            content_type="application/octet-stream",
            headers={"Accept": JSON, "X-CSRFToken": self.token},
        )

    def head(self, photo_id: str | UUID) -> Any:
        return self.client.head(f"/inspections/field/photos/{photo_id}", headers={"Accept": JSON})

    # --- What it sends

    def visit(self, row: RoundSite, results: dict[str, Any] | None = None, **changes: Any) -> Any:
        """A visit that would be taken: all markets' items pass, unless `results` say otherwise."""
        given = {"market-01": "pass"} if results is None else results
        good: dict[str, Any] = {
            "id": self.id("visit", row.pk),
            "round": row.round_id,
            "site": row.site_id,
            "checklist": row.checklist_id,
            "started_at": self.clock(timedelta(seconds=100)),
            "finished_at": self.clock(timedelta(seconds=10)),
            "lat": "26.890001",
            "lon": 112.61,
            "accuracy_metres": 9,
            "words": "",
            "checks": [self.check(row, item, result) for item, result in given.items()],
        }
        return good | changes

    def check(self, row: RoundSite, item: str, result: Any, **changes: Any) -> dict[str, Any]:
        facts = result if isinstance(result, dict) else {"result": result}
        return {
            "id": self.id("check", row.pk, item),
            "item": item,
            "answered_at": self.clock(timedelta(seconds=50)),
            **facts,
            **changes,
        }

    def photo(self, content: bytes, *parts: object, **changes: Any) -> dict[str, Any]:
        """The announcement of a photo."""
        return {
            "id": self.id("photo", *parts),
            "sha256": hashlib.sha256(content).hexdigest(),
            "size": len(content),
            "taken_at": self.clock(timedelta(seconds=60)),
            "lat": "26.890001",
            "lon": "112.610002",
        } | changes


def started(round_: Round) -> datetime:
    """When a round was opened; it must have been."""
    assert round_.opened_at is not None
    return round_.opened_at
