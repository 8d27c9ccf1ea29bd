"""The routing rules of the demonstration city."""

from datetime import datetime

from yanzhen.accounts.models import User
from yanzhen.cases.models import Category
from yanzhen.cases.rulemaking import RouteDraft, add_route
from yanzhen.demo.net import Net
from yanzhen.places.models import Area
from yanzhen.units.models import Unit

CITYWIDE: tuple[tuple[str, str], ...] = (
    ("lamps", "S-LD"),
    ("buses", "S-GJ"),
    ("water_supply", "S-SH"),
    ("power_supply", "S-GD"),
)
"""Category → the city unit that takes it wherever it is."""

BY_DISTRICT: tuple[tuple[str, str], ...] = (
    ("sanitation", "CG"),
    ("street_order", "CG"),
    ("pollution", "CG"),
    ("facilities", "ZJ"),
    ("greening", "ZJ"),
    ("traffic", "JJ"),
    ("markets", "SJ"),
    ("safety", "XF"),
)
"""Category → the department of the district that takes it where no site says otherwise."""

FIRST, SITES_OWN, DISTRICT, STREET = 10, 50, 100, 200


def install_routes(net: Net, *, actor: User, now: datetime) -> None:
    """Say where cases go: some by what they are, then by the site, the rest to the street."""
    categories = {row.code: row for row in Category.objects.all()}
    areas = {row.code: row for row in Area.objects.all()}
    units = {row.code: row for row in Unit.objects.all()}
    drafts = [
        RouteDraft(
            name=f"{categories[code].name}交{units[unit].name}",
            sort=FIRST,
            category=categories[code],
            unit=units[unit],
        )
        for code, unit in CITYWIDE
    ]
    drafts.append(RouteDraft(name="点位上的问题交点位责任单位", sort=SITES_OWN))
    for row in net.areas:
        if row["level"] == "district":
            drafts += [
                RouteDraft(
                    name=f"{row['name']}：{categories[code].name}",
                    sort=DISTRICT,
                    category=categories[code],
                    area=areas[row["code"]],
                    unit=units[f"{row['code']}-{department}"],
                )
                for code, department in BY_DISTRICT
            ]
        elif row["level"] == "street":
            drafts.append(
                RouteDraft(
                    name=f"{row['name']}内其他问题",
                    sort=STREET,
                    area=areas[row["code"]],
                    unit=units[f"J-{row['code']}"],
                )
            )
    for draft in drafts:
        add_route(draft=draft, actor=actor, now=now)
