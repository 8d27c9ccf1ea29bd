"""Rounds for the tests, brought to where they stand by the same operations that a city uses."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid5

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases.tests.factories import MORNING, make_category, make_operator, make_policy
from yanzhen.frameworks.models import Checklist
from yanzhen.frameworks.tests.factories import make_check_item, make_checklist
from yanzhen.inspections.drafts import Crew, RoundDraft
from yanzhen.inspections.draw import DrawSpec
from yanzhen.inspections.enums import DrawMethod, RoundKind, RoundStatus
from yanzhen.inspections.models import Round
from yanzhen.inspections.operations import assigning, rounds
from yanzhen.places.models import Site, SiteType
from yanzhen.places.tests.factories import make_area, make_site, make_site_type

NAMESPACE = UUID("7c0f5d3e-2f1b-4d0a-9a51-3f8f0a6c9b10")
_numbers = count(1)

ITEMS = (
    {"code": "market-01", "words": "摊位规范，无占道经营"},
    {"code": "market-02", "words": "通道畅通"},
    {
        "code": "market-03",
        "words": "公益广告不少于 5 处",
        "kind": "count",
        "unit": "处",
        "at_least": 5,
    },
    {
        "code": "market-04",
        "words": "亮灯率不低于 95%",
        "kind": "measure",
        "unit": "%",
        "at_least": 95,
    },
)


def an_id(name: str) -> UUID:
    """The same id for the same name, as a phone would make one once."""
    return uuid5(NAMESPACE, name)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def make_market_list(site_type: SiteType | None = None) -> Checklist:
    """A checklist for markets with two yes/no items, a count and a measure, as it holds now."""
    site_type = site_type or make_site_type()
    known = Checklist.objects.filter(site_type=site_type, status="current").first()
    if known:
        return known
    checklist = make_checklist(site_type=site_type)
    for item in ITEMS:
        category = make_category(f"cat-{item['code']}")
        make_check_item(checklist=checklist, category=category.code, **item)
    return checklist


def make_markets(number: int, *, area: str = "430406001001", **fields: Any) -> list[Site]:
    """So many markets a hundred metres apart, with a checklist for them."""
    make_market_list()
    here = make_area(area)
    return [
        make_site(
            code=f"M-{area}-{place:04d}",
            name=f"市场{place}",
            area=here,
            lat=f"26.89{place:04d}",
            lon="112.610000",
            **fields,
        )
        for place in range(number)
    ]


def make_inspector(area_code: str = "4304", **fields: Any) -> User:
    """Somebody who inspects in the whole city, or in one area."""
    return make_user(Role.INSPECTOR, area_code=area_code, **fields)


def a_draft(**changes: Any) -> RoundDraft:
    """A round over the whole city that would be taken: all markets."""
    good: dict[str, Any] = {
        "kind": RoundKind.MONTHLY,
        "name": f"11 月第 {next(_numbers)} 轮",
        "area": make_area("4304"),
        "from_on": date(2026, 11, 2),
        "to_on": date(2026, 11, 6),
        "spec": DrawSpec(DrawMethod.ALL, types=("market",)),
    }
    return RoundDraft(**good | changes)


def make_round(
    *,
    status: RoundStatus = RoundStatus.OPEN,
    operator: User | None = None,
    inspectors: Sequence[User] = (),
    crews: Sequence[Crew] = (),
    calibration_percent: int = 0,
    at: datetime = MORNING,
    **draft: Any,
) -> Round:
    """A round over all markets, each step a minute after the one before; `make_markets` first.

    It is walked by `inspectors` or `crews`, by a new inspector where none is named.
    """
    make_policy()
    office = operator or make_operator()
    planned = rounds.plan_round(draft=a_draft(**draft), actor=office, now=at)
    send = list(crews) or [
        assigning.crew_of_person(one) for one in (inspectors or [make_inspector()])
    ]
    deeds: dict[RoundStatus, list[Any]] = {
        RoundStatus.DRAWN: [rounds.draw_round],
        RoundStatus.OPEN: [None, rounds.open_round],
        RoundStatus.CLOSED: [rounds.close_round],
        RoundStatus.PUBLISHED: [rounds.publish_round],
    }
    if status == RoundStatus.CANCELLED:
        return rounds.cancel_round(round_id=planned.pk, actor=office, now=at)
    moment, found = at, planned
    for reached, steps in deeds.items():
        if found.status == status:
            break
        for deed in steps:
            moment += timedelta(minutes=1)
            if deed is None:
                assigning.assign_round(
                    round_id=planned.pk,
                    crews=send,
                    calibration_percent=calibration_percent,
                    actor=office,
                    now=moment,
                )
            else:
                found = deed(round_id=planned.pk, actor=office, now=moment)
        if reached == status:
            break
    return Round.objects.get(pk=planned.pk)
