"""What a phone is told: the rounds in which I am sent, and all that a day without a signal needs."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from yanzhen.accounts.models import User
from yanzhen.cases.enums import OPEN
from yanzhen.core.time import city_day
from yanzhen.core.words import plain_number
from yanzhen.frameworks.models import CheckItem
from yanzhen.inspections.enums import Result, RoundStatus, Standing
from yanzhen.inspections.models import (
    Assignment,
    CarriedItem,
    Check,
    Round,
    RoundSite,
    TeamMember,
    Visit,
)
from yanzhen.places.queries import area_label

MINE, OTHERS, LEFT = "mine", "others", "left"
SAID_AT_MOST = 5


def my_assignments(user: User, on: date) -> QuerySet[Assignment]:
    """The sites to which the user is sent, by name or with his team."""
    teams = TeamMember.objects.holding_on(on).filter(person=user).values("team_id")
    return Assignment.objects.filter(Q(inspector=user) | Q(team_id__in=teams))


@dataclass(frozen=True, slots=True)
class FieldRound:
    """An open round with how far I am in it."""

    round: Round
    mine: int
    mine_done: int
    sites: int


def field_rounds(*, user: User, on: date) -> list[FieldRound]:
    """The open rounds in which the user is sent, the one that ends first on top. Three queries."""
    mine = my_assignments(user, on)
    open_ones = Round.objects.filter(status=RoundStatus.OPEN)
    rounds = list(
        open_ones.filter(pk__in=mine.values("round_site__round_id")).order_by("to_on", "pk")
    )
    done = Visit.objects.filter(round_site=OuterRef("round_site_id"), inspector=user)
    counts = {
        row["round_site__round_id"]: row
        for row in mine.filter(round_site__round__in=rounds)
        .annotate(is_done=Exists(done))
        .values("round_site__round_id")
        .annotate(mine=Count("pk"), mine_done=Count("pk", filter=Q(is_done=True)))
        .order_by("round_site__round_id")
    }
    sites = dict(
        RoundSite.objects.filter(round__in=rounds)
        .values_list("round_id")
        .annotate(sites=Count("pk"))
        .order_by("round_id")
    )
    return [
        FieldRound(
            round_, counts[round_.pk]["mine"], counts[round_.pk]["mine_done"], sites[round_.pk]
        )
        for round_ in rounds
    ]


def pack_of(*, round_: Round, user: User, now: datetime) -> tuple[dict[str, Any], str]:
    """All that the phone needs of a round, and its tag, which changes when anything of it does.

    A constant number of queries. Answers of others are not in it: who looks a second time for
    calibration must not know what the first one saw.
    """
    rows = list(
        RoundSite.objects.filter(round=round_).select_related("site", "site__type").order_by("pk")
    )
    sent = {
        row.round_site_id: row
        for row in my_assignments(user, city_day(now))
        .filter(round_site__round=round_)
        .order_by("-is_calibration", "pk")
    }
    visited = _visited(round_, user)
    mine = [row for row in rows if row.pk in sent]
    carried = _carried(mine)
    items = _items_of({row.checklist_id for row in mine})
    words = {code: item.words for each in items.values() for code, item in each.items()}
    last, open_cases = _last_failures(mine, round_, words), _open_cases(mine, round_)
    sites = []
    for row in rows:
        facts = _site(row) | {"state": visited.get(row.pk, LEFT)}
        if row.pk in sent:
            facts |= _mine(row, sent[row.pk], carried)
            facts |= {
                "last": last.get(row.site_id),
                "open_cases": open_cases.get(row.site_id, []),
            }
        sites.append(facts)
    pack = {
        "round": _round(round_),
        "person": {"id": user.pk, "name": user.full_name},
        "checklists": {
            str(key): {"items": [_item(item) for item in each.values()]}
            for key, each in items.items()
        },
        "sites": sites,
    }
    return pack, tag_of(pack)


def tag_of(pack: Mapping[str, Any]) -> str:
    """A tag of everything in a pack."""
    text = json.dumps(pack, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


# --- The parts ------------------------------------------------------------------------------------


def _round(round_: Round) -> dict[str, Any]:
    return {
        "id": round_.pk,
        "name": round_.name,
        "kind": round_.kind,
        "words": round_.words,
        "is_unannounced": round_.is_unannounced,
        "from_on": round_.from_on.isoformat(),
        "to_on": round_.to_on.isoformat(),
        "status": round_.status,
        "commitment": round_.commitment,
    }


def _site(row: RoundSite) -> dict[str, Any]:
    site = row.site
    return {
        "code": site.code,
        "name": site.name,
        "type": site.type_id,
        "type_name": site.type.name,
        "address": site.address,
        "area": area_label(site.area_id),
        "lat": None if site.lat is None else str(site.lat),
        "lon": None if site.lon is None else str(site.lon),
        "is_retired": site.status == "retired",
        "mine": False,
    }


def _mine(
    row: RoundSite, sent: Assignment, carried: Mapping[int, list[CarriedItem]]
) -> dict[str, Any]:
    again = carried.get(row.pk, [])
    return {
        "mine": True,
        "position": sent.position,
        "is_calibration": sent.is_calibration,
        "checklist": row.checklist_id,
        "items": [one.item_code for one in again] or None,
        "carried": [
            {
                "item": one.item_code,
                "found_at": one.failed.answered_at.isoformat(),
                "words": one.failed.words,
                "value": None if one.failed.value is None else plain_number(one.failed.value),
                "case": one.failed.case.number if one.failed.case else None,
            }
            for one in again
        ],
    }


def _item(item: CheckItem) -> dict[str, Any]:
    least, most = item.at_least, item.at_most
    return {
        "code": item.code,
        "group": item.get_group_display(),
        "words": item.words,
        "hint": item.hint,
        "kind": item.kind,
        "unit": item.unit,
        "at_least": None if least is None else plain_number(least),
        "at_most": None if most is None else plain_number(most),
        "severity": item.severity,
        "photo": item.photo,
        "photo_reason": item.photo_reason,
        "exempt": item.exempt,
        "source": item.source,
    }


def _items_of(checklists: Iterable[int]) -> dict[int, dict[str, CheckItem]]:
    found: dict[int, dict[str, CheckItem]] = {key: {} for key in sorted(checklists)}
    rows = CheckItem.objects.filter(checklist_id__in=found).order_by("checklist_id", "sort", "pk")
    for item in rows:
        found[item.checklist_id][item.code] = item
    return found


def _visited(round_: Round, user: User) -> dict[int, str]:
    """Who has been where: I, or others."""
    states: dict[int, str] = {}
    rows = Visit.objects.filter(round_site__round=round_).order_by("pk")
    for site, inspector in rows.values_list("round_site_id", "inspector_id"):
        if inspector == user.pk:
            states[site] = MINE
        states.setdefault(site, OTHERS)
    return states


def _carried(rows: Sequence[RoundSite]) -> dict[int, list[CarriedItem]]:
    carried: dict[int, list[CarriedItem]] = {}
    for one in (
        CarriedItem.objects.filter(round_site__in=rows)
        .select_related("failed", "failed__case")
        .order_by("round_site_id", "pk")
    ):
        carried.setdefault(one.round_site_id, []).append(one)
    return carried


def _last_failures(
    rows: Sequence[RoundSite], round_: Round, words: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """For each site, what failed in the last round before this one: 上次 10-14：亮灯率不合格."""
    found = (
        Check.objects.filter(
            round_site__site_id__in=[row.site_id for row in rows],
            round_site__round_id__lt=round_.pk,
            standing=Standing.COUNTED,
            result=Result.FAIL,
        )
        .select_related("round_site")
        .order_by("-round_site__round_id", "pk")
    )
    last: dict[str, dict[str, Any]] = {}
    latest: dict[str, int] = {}
    for check in found:
        site = check.round_site.site_id
        if latest.setdefault(site, check.round_site.round_id) != check.round_site.round_id:
            continue
        facts = last.setdefault(site, {"on": city_day(check.answered_at).isoformat(), "failed": []})
        facts["failed"].append(words.get(check.item_code, check.item_code))
    return last


def _open_cases(rows: Sequence[RoundSite], round_: Round) -> dict[str, list[dict[str, Any]]]:
    """The open cases of earlier rounds at these sites, so that nobody asks the same twice.

    Those of this round would tell a second look what the first one saw.
    """
    found = (
        Check.objects.filter(
            round_site__site_id__in=[row.site_id for row in rows],
            case__status__in=sorted(OPEN),
        )
        .exclude(round_site__round=round_)
        .select_related("round_site", "case")
        .order_by("-case_id", "pk")
    )
    cases: dict[str, dict[str, dict[str, Any]]] = {}
    for check in found:
        case = check.case
        at_site = cases.setdefault(check.round_site.site_id, {})
        if case is None or case.number in at_site or len(at_site) >= SAID_AT_MOST:
            continue
        at_site[case.number] = {
            "number": case.number,
            "title": case.title,
            "item": check.item_code,
            "status": case.get_status_display(),
            "due_at": case.due_at.isoformat() if case.due_at else None,
        }
    return {site: list(each.values()) for site, each in cases.items()}
