"""Every route × every visitor: who gets in, who is told no, and who finds nothing there.

`access.txt` is the table. A route without a row fails, and so does a row without a route.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import SavedView, User
from yanzhen.accounts.tests.factories import make_post, make_user
from yanzhen.cases import operations as cases
from yanzhen.cases.enums import CaseStatus, MoveName, PhotoMoment
from yanzhen.cases.models import CasePhoto, MoveDemand, RoutingRule
from yanzhen.cases.tests.factories import make_case, make_category, make_policy
from yanzhen.core.jobs import Run, claim, discover, perform
from yanzhen.files.tests.factories import make_photo
from yanzhen.frameworks.tests.factories import make_check_item, make_checklist
from yanzhen.inspections.draw import DrawSpec
from yanzhen.inspections.enums import DrawMethod
from yanzhen.inspections.models import CheckConflict, RoundSite, Visit
from yanzhen.inspections.operations import rounds
from yanzhen.inspections.tests.factories import make_inspector, make_round
from yanzhen.inspections.tests.phone import Phone
from yanzhen.places.models import Site
from yanzhen.places.tests.factories import make_area, make_site
from yanzhen.units.enums import UnitKind
from yanzhen.units.models import Unit
from yanzhen.units.tests.factories import (
    make_group,
    make_membership,
    make_responsibility,
    make_site_unit,
    make_stewardship,
    make_unit,
)

CITY, DISTRICT, HERE = "4304", "430406", "430406001001"
BESIDE = "430405"

TABLE = Path(__file__).parent / "access.txt"


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    method: str
    arguments: str
    expected: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name} {self.method} {self.arguments}"


@cache
def the_table() -> tuple[tuple[str, ...], list[Row]]:
    """The visitors, and the rows."""
    text = TABLE.read_text(encoding="utf-8")
    heading, *lines = [
        line.split() for line in text.splitlines() if line and not line.startswith("#")
    ]
    rows = [Row(name, method, given, tuple(rest)) for name, method, given, *rest in lines]
    return tuple(heading[3:]), rows


def the_rows() -> list[Row]:
    return the_table()[1]


def the_routes() -> set[str]:
    """The names of all routes of the house, with their namespaces."""
    return set(_names(get_resolver(), ""))


def _names(resolver: URLResolver, space: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{space}{entry.name}"
        else:
            yield from _names(entry, f"{space}{entry.namespace}:" if entry.namespace else space)


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert the_routes() - {row.name for row in the_rows()} == set()
    assert {row.name for row in the_rows()} - the_routes() == set()


def test_every_row_says_something_of_every_visitor() -> None:
    visitors, rows = the_table()
    wrong = [str(row) for row in rows if len(row.expected) != len(visitors)]
    assert wrong == []


# --- The world ------------------------------------------------------------------------------------


@pytest.fixture
def own_home(tmp_path: Path, settings: Any) -> Path:
    settings.YANZHEN_HOME = tmp_path / "home"
    settings.MEDIA_ROOT = tmp_path / "home" / "files"
    settings.MEDIA_ROOT.mkdir(parents=True)
    home: Path = settings.YANZHEN_HOME
    return home


@pytest.fixture
def visitors(own_home: Path) -> dict[str, User | None]:
    for code in (HERE, "430405001001"):
        make_area(code)
    make_unit("U", area=make_area(DISTRICT), kind=UnitKind.DISTRICT)
    make_unit("X", area=make_area(BESIDE), kind=UnitKind.DISTRICT)
    over_the_city = {
        "admin": Role.ADMIN,
        "oper": Role.OPERATOR,
        "insp": Role.INSPECTOR,
        "keep": Role.KEEPER,
        "stew": Role.STEWARD,
        "audi": Role.AUDITOR,
    }
    return {
        "anon": None,
        "none": make_user(username="none"),
        **{name: make_user(role, username=name) for name, role in over_the_city.items()},
        "hand": make_user(Role.HANDLER, unit_code="U", username="hand"),
        "oper+": make_user(Role.OPERATOR, area_code=DISTRICT, username="oper.here"),
        "oper-": make_user(Role.OPERATOR, area_code=BESIDE, username="oper.beside"),
        "insp-": make_user(Role.INSPECTOR, area_code=BESIDE, username="insp.beside"),
        "hand-": make_user(Role.HANDLER, unit_code="X", username="hand.beside"),
    }


@pytest.fixture
def world(visitors: dict[str, User | None]) -> dict[str, object]:
    """One of everything, in one district, under the names that the table uses."""
    operator = visitors["oper"]
    assert operator is not None
    unit = Unit.objects.get(code="U")
    site = make_site(code="S-1", area=make_area(HERE))
    li = make_user(username="li", home_code="U")
    known: dict[str, object] = {
        "site": site.code,
        "retired": make_site(code="S-2", area=make_area(HERE), status="retired").code,
        "area": DISTRICT,
        "unit": "U",
        "closed_unit": make_unit("C", area=make_area(DISTRICT), is_active=False).code,
        "group": make_group("HJ").code,
        "person": "li",
        "away": make_user(username="away", home_code="U", is_active=False).username,
        "post": make_post(user=li, role=Role.INSPECTOR, area_code=DISTRICT).pk,
        "site_unit": make_site_unit(site=site, unit=unit).pk,
        "responsibility": make_responsibility(site=site).pk,
        "stewardship": make_stewardship(site=site, unit=unit).pk,
        "type": site.type_id,
    }
    known["rule"] = RoutingRule.objects.create(name="都归它", unit=unit).pk
    known["limit"] = make_policy().pk
    known["demand"] = MoveDemand.objects.create(move=MoveName.CLOSE, reason="留痕").pk
    known["membership"] = make_membership(unit=unit).pk
    view = SavedView.objects.create(user=operator, page="cases:ledger", name="超期", query="late=1")
    return (
        known | {"view": view.pk} | _cases(unit, site) | _rounds(operator, site) | _files(operator)
    )


def _cases(unit: Any, site: Any) -> dict[str, object]:
    """A case at every standing that a move can begin from, all with the one unit."""
    make_category("C-1")
    worker = make_user(Role.HANDLER, unit_code=unit.code)
    given = {"unit": unit, "site": site, "handler": worker}
    found: dict[str, object] = {}
    for status in CaseStatus:
        found[status.value] = make_case(status=status, **given).number
    asked = make_case(status=CaseStatus.ACKNOWLEDGED, **given)
    assert asked.due_at
    cases.ask_extension(
        case_id=asked.pk,
        wanted_due_at=asked.due_at.replace(year=2027),
        words="缺灯具",
        actor=worker,
        now=timezone.now(),
    )
    other = make_unit("L", area=make_area(DISTRICT))
    helped = make_case(status=CaseStatus.DISPATCHED, unit=other, site=site, support=None)
    cases.ask_support(
        case_id=helped.pk,
        unit=unit,
        words="断电",
        actor=make_user(Role.OPERATOR),
        now=timezone.now(),
    )
    photo = make_photo(actor=worker)
    CasePhoto.objects.create(case=asked, photo=photo, moment=PhotoMoment.BEFORE, event_number=1)
    return found | {"asked": asked.number, "helped": helped.number, "photo": photo.pk}


def _rounds(office: User, site: Site) -> dict[str, object]:
    """A published round, and a hidden one under way in which two found different things."""
    make_check_item(checklist=make_checklist(site_type=site.type), category="C-1")
    walker = make_inspector()
    found: dict[str, object] = {}
    given: dict[str, Any] = {"operator": office, "inspectors": [walker]}
    given |= {"at": timezone.now() - timedelta(hours=1)}
    given |= {"spec": DrawSpec(DrawMethod.HAND, sites=(site.code,))}
    for name, is_hidden in (("shown", False), ("round", True)):
        round_ = make_round(is_unannounced=is_hidden, **given)
        row = RoundSite.objects.get(round=round_)
        for place in range(1 + is_hidden):
            phone = Phone(walker, f"{name}{place}")
            result = ("fail", "pass")[place]
            photos = [] if place else [phone.photo(b"x", name)]
            check = phone.check(row, "market-01", result, photos=photos)
            phone.synced(phone.visit(row, checks=[check]))
        found[name] = round_.pk
        visit = Visit.objects.filter(round_site=row).earliest("pk")
        found["visit" if is_hidden else "shown_visit"] = visit.pk
        found["check_photo"] = visit.checks.get().photos.get().client_id
        if not is_hidden:
            for deed in (rounds.close_round, rounds.publish_round):
                deed(round_id=round_.pk, actor=office, now=timezone.now())
    return found | {"conflict": CheckConflict.objects.get().pk}


def _files(operator: User) -> dict[str, object]:
    """Files that the operator brought in and asked for, as far as the jobs bring them."""
    client = Client()
    client.force_login(operator)
    found: dict[str, object] = {
        "import": _bring(client, "areas", "code,name,level,parent\n4304,衡阳市,city,\n"),
        "wrong": _bring(client, "areas", "code,name,level,parent\n9,无,无,\n"),
        "people": _bring(client, "people", "username,name\nlisi,李四\n"),
        "export": _number_of(client.post("/exchange/exports/", {"kind": "areas", "suffix": "csv"})),
        "job": _number_of(client.post("/cases/exports/", {})),
    }
    _work()
    client.post(f"/exchange/imports/{found['people']}/start/", {})
    _work()
    return found


def _bring(client: Client, kind: str, text: str) -> int:
    upload = SimpleUploadedFile(f"{kind}.csv", text.encode())
    return _number_of(client.post(f"/exchange/{kind}/import/", {"file": upload}))


def _number_of(answer: Any) -> int:
    return int(re.findall(r"/(\d+)/", answer["Location"])[-1])


def _work() -> None:
    """Do the jobs that wait, as the runner does."""
    discover()
    while held := claim(now=timezone.now() + timedelta(seconds=1)):
        perform(held, Run(held.job_id, held.attempt))


# --- The visits -----------------------------------------------------------------------------------

WORDS = {200: "ok", 303: "go", 302: "go", 403: "no", 404: "--"}


def visit(client: Client, row: Row, world: dict[str, object]) -> str:
    """How the house answers, in the words of the table; whatever was done is undone again."""
    kwargs: dict[str, Any] = {}
    query: dict[str, Any] = {}
    for pair in filter(None, row.arguments.strip("-").split(",")):
        key, _, name = pair.partition("=")
        value = world[name[1:]] if name.startswith("@") else name
        if key.startswith("?"):
            query[key[1:]] = value
        else:
            kwargs[key] = value
    url = reverse(row.name, kwargs=kwargs)
    with transaction.atomic():
        answer = (
            client.get(url, query) if row.method == "get" else client.post(url, {"go": "1"} | query)
        )
        transaction.set_rollback(True)
    body = b"".join(answer) if answer.streaming else answer.content
    if answer.status_code == 403 and "登录已过期" in body.decode():
        return "late"
    if answer.status_code in {302, 303} and answer["Location"].startswith("/sign-in/"):
        return "in"
    return WORDS.get(answer.status_code, str(answer.status_code))


SPACES = sorted({row.name.partition(":")[0] for row in the_rows()})


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.django_db
def test_every_visitor_is_answered_as_the_table_says(
    space: str, visitors: dict[str, User | None], world: dict[str, object]
) -> None:
    wrong = []
    for row in the_rows():
        if row.name.partition(":")[0] != space:
            continue
        found = []
        for name in the_table()[0]:
            client = Client(raise_request_exception=True)
            user = visitors[name]
            if user is not None:
                client.force_login(user)
            found.append(visit(client, row, world))
        if tuple(found) != row.expected:
            wrong.append(f"{row}: {' '.join(found)}, expected {' '.join(row.expected)}")
    assert wrong == []
