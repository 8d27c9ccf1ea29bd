"""Builds the demonstration city through the operations of the house, from a seed, up to now."""

import json
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from yanzhen.accounts.models import User
from yanzhen.accounts.operations import system_user
from yanzhen.cases import rulebook
from yanzhen.cases.models import Case, Category
from yanzhen.cases.operations import record_histories
from yanzhen.core.time import city_day
from yanzhen.demo import net as making
from yanzhen.demo import night, routes
from yanzhen.demo.history import Cast, Teller, histories
from yanzhen.demo.outlines import schematic_outlines
from yanzhen.demo.photos import Camera
from yanzhen.demo.words import PROBLEMS
from yanzhen.places.drafts import AreaRow, SiteRow
from yanzhen.places.models import Area, Site, SiteType
from yanzhen.places.operations.areas import add_areas
from yanzhen.places.operations.boundaries import add_boundaries
from yanzhen.places.operations.sites import add_sites
from yanzhen.places.outlines import Drawn
from yanzhen.units.enums import Rank
from yanzhen.units.models import Unit
from yanzhen.units.operations.answering import SiteUnitRow, assign_site_units, set_responsible
from yanzhen.units.operations.roster import PersonRow, add_people
from yanzhen.units.operations.tree import UnitRow, add_units

SEED = 20260401
SITES = 1_200
CASES = 5_600
DAYS = 184
FILM = 170
"""Photos are what takes time."""
PASSWORD = "yanzhen-demo-2026"  # noqa: S105 - printed on the screen: the city is made up
Say = Callable[[str], None]
LOGINS: tuple[tuple[str, str, str], ...] = (
    ("operator", "/", "创建办值班：受理、交办、批延期、销号"),
    ("cg430406", "/", "责任单位经办（雁峰区城管局）：签收、退回、反馈整改"),
    ("inspector01", "/cases/", "督查员：上报、核查"),
    ("grid430406001001", "/cases/new/", "网格员：上报"),
    ("leader", "/figures/", "包联领导：看全市"),
    ("auditor", "/cases/", "审计员：查经过"),
    ("admin", "/units/", "系统管理员：区域、单位、人员、规则"),
)
"""(user name, first page to open, what for)."""


def is_built() -> bool:
    """Whether this installation holds a city already, a made-up or a real one."""
    return Case.objects.exists() or Site.objects.exists()


def build(
    *, now: datetime, say: Say, seed: int = SEED, sites: int = SITES, cases: int = CASES
) -> dict[str, int]:
    """Build the city: net, people, six months of cases, last night's reports.

    Returns how many rows of each kind there are. Deterministic by `seed` and `now`, all of it or
    nothing. Takes under a minute on two cores.
    """
    first = city_day(now) - timedelta(days=DAYS)
    with transaction.atomic():
        actor = system_user()
        areas, outlines = _areas(random.Random(seed), actor=actor, now=now, say=say)
        net = making.make_net(areas, _types(), outlines, seed=seed, sites=sites)
        _units_and_people(net, first, actor=actor, now=now, say=say)
        _sites(net, first, actor=actor, now=now, say=say)
        _responsible(net, first, actor=actor, now=now, say=say)
        routes.install_routes(net, actor=actor, now=now)
        cast = _cast(net)
        say(f"问题：{cases} 件，从 {first} 到今天，最近几天的带照片…")
        book = rulebook.current()
        last_working_day = book.calendar.add_working_minutes(now, -book.calendar.day_minutes)
        camera = Camera(last_working_day, now - timedelta(days=9), now, film=FILM)
        teller = Teller(cast, book, random.Random(seed), now, camera)
        record_histories(
            histories=histories(teller, first=first, count=cases), actor=actor, now=now
        )
        night.live(teller, now=now, say=say)
    return _counts()


def _types() -> list[making.TypeOfSite]:
    rows = SiteType.objects.filter(is_active=True).order_by("sort", "code")
    return [making.TypeOfSite(row.code, row.name) for row in rows]


def _areas(
    dice: random.Random, *, actor: User, now: datetime, say: Say
) -> tuple[list[dict[str, str]], dict[str, BaseGeometry]]:
    rows = making.read_areas()
    say(f"区域：{len(rows)} 个；市、区县、街道、社区用真实名称，网格为虚构…")
    add_areas(
        rows=[
            AreaRow(place, row["code"], row["name"], row["level"], row["parent"])
            for place, row in enumerate(rows, 2)
        ],
        actor=actor,
        now=now,
    )
    below = making.Net(areas=rows).children()
    drawn = list(schematic_outlines(below, dice, below=below[making.CITY]))
    for is_schematic in (False, True):
        add_boundaries(
            drawn=[
                Drawn(row=place, code=code, geojson=text)
                for place, (code, text, schematic) in enumerate(drawn, 1)
                if schematic == is_schematic
            ],
            is_schematic=is_schematic,
            actor=actor,
            now=now,
        )
    return rows, {code: shape(json.loads(text)) for code, text, _ in drawn}


def _units_and_people(
    net: making.Net, first: date, *, actor: User, now: datetime, say: Say
) -> None:
    say(f"单位：{len(net.units)} 个；人员：{len(net.people)} 名，姓名均为虚构…")
    add_units(
        [UnitRow(row=place, **row) for place, row in enumerate(net.units, 2)], actor=actor, now=now
    )
    add_people(
        [
            PersonRow(
                row=place,
                username=row["username"],
                name=row["name"],
                unit=row["unit"],
                role=row["role"],
                area=row["area"],
                title=row["title"],
                from_on=first,
            )
            for place, row in enumerate(net.people, 2)
        ],
        actor=actor,
        now=now,
    )
    names = [row["username"] for row in net.people]
    password = make_password(PASSWORD)
    for start in range(0, len(names), 500):
        User.rows.filter(username__in=names[start : start + 500]).update(
            password=password, must_change_password=False
        )


def _sites(net: making.Net, first: date, *, actor: User, now: datetime, say: Say) -> None:
    say(f"点位：{len(net.sites)} 个…")
    rows = [
        SiteRow(
            row=place,
            code=row["code"],
            name=row["name"],
            type=row["type"],
            area=row["area"],
            lat=row["lat"],
            lon=row["lon"],
        )
        for place, row in enumerate(net.sites, 2)
    ]
    add_sites(rows=rows, actor=actor, now=now)
    assign_site_units(
        [
            SiteUnitRow(row=place, site=row["code"], unit=row["unit"])
            for place, row in enumerate(net.sites, 2)
        ],
        from_on=first,
        actor=actor,
        now=now,
    )


def _responsible(net: making.Net, first: date, *, actor: User, now: datetime, say: Say) -> None:
    """Three responsible persons for every street, which hold for all that lies below it."""
    say("责任人：每个街道（乡镇）三级责任人…")
    people = {person.username: person for person in User.rows.all()}
    streets = [row["code"] for row in net.areas if row["level"] == "street"]
    areas = Area.objects.in_bulk(streets, field_name="code")
    for code in streets:
        for rank, username in (
            (Rank.FIRST, f"lead{code[:6]}"),
            (Rank.DIRECT, f"op{code[:6]}"),
            (Rank.ACTING, f"j{code}"),
        ):
            set_responsible(
                rank=rank,
                area=areas[code],
                person=people[username],
                from_on=first,
                actor=actor,
                now=now,
            )


def _cast(net: making.Net) -> Cast:
    people = {person.username: person for person in User.rows.all()}
    units = {unit.code: unit for unit in Unit.objects.all()}
    sites = list(Site.objects.select_related("area").order_by("code"))
    return Cast(
        sites=sites,
        type_names=dict(SiteType.objects.values_list("code", "name")),
        site_units={row["code"]: units[row["unit"]] for row in net.sites},
        units=units,
        handlers={
            row["unit"]: people[row["username"]] for row in net.people if row["role"] == "handler"
        },
        keepers={
            row["area"]: people[row["username"]] for row in net.people if row["role"] == "keeper"
        },
        inspectors=[people[row["username"]] for row in net.people if row["role"] == "inspector"],
        operators=[people["operator"], people["operator2"]],
        categories={
            problem.title: _category(problem.title + problem.words) for problem in PROBLEMS
        },
    )


def _category(text: str) -> Category:
    """The leaf category whose common words fit a text best."""
    best: tuple[int, Category] | None = None
    for row in Category.objects.filter(is_active=True, parent__isnull=False).order_by(
        "sort", "code"
    ):
        fit = sum(len(word) for word in [*row.words.split(), row.name] if word and word in text)
        if best is None or fit > best[0]:
            best = fit, row
    if best is None:
        raise RuntimeError("install the categories before building a city")
    return best[1]


def _counts() -> dict[str, int]:
    return {
        "区域": Area.objects.count(),
        "单位": Unit.objects.count(),
        "人员": User.rows.filter(is_system=False).count(),
        "点位": Site.objects.count(),
        "问题": Case.objects.count(),
    }
