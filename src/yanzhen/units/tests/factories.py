"""Units, groups and responsibilities for the tests, with fixed values."""

from datetime import date
from itertools import count
from typing import Any

from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import CITY, make_user
from yanzhen.places.models import Area, Site
from yanzhen.places.tests.factories import make_area, make_site
from yanzhen.units.enums import GroupPart, Rank, UnitKind
from yanzhen.units.models import (
    GroupMembership,
    Responsibility,
    SiteUnit,
    Stewardship,
    TaskGroup,
    Unit,
)

FIRST_DAY = date(2026, 1, 1)
_numbers = count(1)


def make_unit(
    code: str = "", *, parent: Unit | None = None, area: Area | None = None, **fields: Any
) -> Unit:
    """A unit of the city, or one below `parent`; `is_active=False` closes it."""
    code = code or f"U{next(_numbers):03}"
    if not fields.get("is_active", True):
        fields.setdefault("closed_on", date(2026, 6, 30))
    return Unit.objects.create(
        **{
            "code": code,
            "name": f"单位{code}",
            "kind": UnitKind.CITY,
            "area": area or (parent.area if parent else make_area(CITY)),
            "parent": parent,
            "path": f"{parent.path if parent else '/'}{code}/",
        }
        | fields
    )


def make_site_unit(
    *, site: Site | None = None, unit: Unit | None = None, **fields: Any
) -> SiteUnit:
    """`unit` answers for `site` since the first day of 2026."""
    return SiteUnit.objects.create(
        **{"site": site or make_site(), "unit": unit or make_unit(), "from_on": FIRST_DAY} | fields
    )


def make_responsibility(
    *,
    site: Site | None = None,
    area: Area | None = None,
    rank: Rank = Rank.FIRST,
    person: User | None = None,
    **fields: Any,
) -> Responsibility:
    """`person` is the first responsible of a site, or of the area when one is named."""
    return Responsibility.objects.create(
        site=site or (None if area else make_site()),
        area=area,
        rank=rank,
        person=person or make_user(),
        **{"from_on": FIRST_DAY} | fields,
    )


def make_stewardship(
    *,
    unit: Unit | None = None,
    person: User | None = None,
    site: Site | None = None,
    area: Area | None = None,
    **fields: Any,
) -> Stewardship:
    """A unit stewards a site, or the area when one is named."""
    return Stewardship.objects.create(
        unit=unit or (None if person else make_unit()),
        person=person,
        site=site or (None if area else make_site()),
        area=area,
        **{"from_on": FIRST_DAY} | fields,
    )


def make_group(code: str = "", **fields: Any) -> TaskGroup:
    """A task group under the command."""
    code = code or f"G{next(_numbers):03}"
    return TaskGroup.objects.create(**{"code": code, "name": f"工作组{code}"} | fields)


def make_membership(
    *, group: TaskGroup | None = None, unit: Unit | None = None, **fields: Any
) -> GroupMembership:
    """`unit` sits in `group` since the first day of 2026."""
    return GroupMembership.objects.create(
        group=group or make_group(),
        unit=unit or make_unit(),
        **{"part": GroupPart.MEMBER, "from_on": FIRST_DAY} | fields,
    )
