"""Units, groups and responsibilities for the tests, with fixed values."""

from datetime import date
from itertools import count
from typing import Any

from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.places.enums import Level
from yanzhen.places.models import Area, Site, SiteType
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
_LEVELS = {4: Level.CITY, 6: Level.DISTRICT, 9: Level.STREET, 12: Level.COMMUNITY}
_numbers = count(1)


def the_area(code: str = "4304") -> Area:
    """The area with this statistics code; it and all above it are made where they are missing."""
    lengths = [length for length in (*_LEVELS, len(code)) if length <= len(code)]
    area = parent = None
    for length in sorted(set(lengths)):
        area, _ = Area.objects.get_or_create(
            code=code[:length],
            defaults={
                "name": f"区域{code[:length]}",
                "level": _LEVELS.get(length, Level.GRID),
                "parent": parent,
            },
        )
        parent = area
    assert area is not None
    return area


def the_site(code: str = "S-1", *, area: Area | None = None, **fields: Any) -> Site:
    """The site with this code, a market; it is made where it is missing."""
    if found := Site.objects.filter(code=code).first():
        return found
    kind, _ = SiteType.objects.get_or_create(
        code="market", defaults={"name": "农贸市场", "group": "商业"}
    )
    return Site.objects.create(
        **{"code": code, "name": f"市场{code}", "type": kind}
        | {"area": area or the_area("430405001002")}
        | fields
    )


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
            "area": area or (parent.area if parent else the_area()),
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
        **{"site": site or the_site(), "unit": unit or make_unit(), "from_on": FIRST_DAY} | fields
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
        site=site or (None if area else the_site()),
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
        site=site or (None if area else the_site()),
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
