"""The demonstration city, a small one: lived through the house's own deeds, and made up."""

import random
from datetime import UTC, datetime

import pytest

from yanzhen.accounts.models import User
from yanzhen.accounts.operations import system_user
from yanzhen.cases.enums import CaseStatus
from yanzhen.cases.models import Case, CasePhoto
from yanzhen.cases.rulemaking import install_categories, install_clock_policies
from yanzhen.cli.init import install_city
from yanzhen.demo import city
from yanzhen.demo.net import TypeOfSite, make_net, read_areas
from yanzhen.demo.outlines import schematic_outlines
from yanzhen.demo.scenes import SCENES, draw_scene
from yanzhen.demo.words import BRANCHES, PROBLEMS, STEMS, made_up_name
from yanzhen.events.queries import audit
from yanzhen.places.models import Site
from yanzhen.places.operations.site_types import install_site_types
from yanzhen.units.models import SiteUnit

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)


@pytest.mark.django_db
def test_a_small_city_is_built_and_alive() -> None:
    actor = system_user()
    for install in (
        install_city, install_site_types, install_categories, install_clock_policies
    ):  # fmt: skip
        install(actor=actor, now=NOW)

    counts = city.build(now=NOW, say=lambda _line: None, sites=90, cases=400)

    assert counts["点位"] == 90
    assert counts["问题"] >= 400
    assert city.is_built()
    statuses = set(Case.objects.values_list("status", flat=True))
    assert {
        CaseStatus.REPORTED,
        CaseStatus.CLOSED,
        CaseStatus.MERGED,
        CaseStatus.DECLINED,
    } <= statuses
    assert statuses & {CaseStatus.DISPATCHED, CaseStatus.ACKNOWLEDGED}
    assert CasePhoto.objects.exists()
    assert SiteUnit.objects.filter(to_on=None).count() == Site.objects.count()
    assert not Case.objects.filter(found_at__gt=NOW).exists()
    assert audit().breaks == ()
    for username, _page, _what in city.LOGINS:
        assert User.rows.get(username=username).check_password(city.PASSWORD), username


def test_the_same_seed_makes_the_same_net() -> None:
    def net(seed: int) -> object:
        areas = [row for row in read_areas() if row["code"].startswith(("4304",))]
        children: dict[str, list[str]] = {}
        for row in areas:
            children.setdefault(row["parent"], []).append(row["code"])
        from shapely import from_geojson

        outlines = {
            code: from_geojson(text)
            for code, text, _ in schematic_outlines(
                children, random.Random(seed), below=children["4304"]
            )
        }
        types = [
            TypeOfSite("market", "农贸市场"),
            TypeOfSite("road", "主干道"),
        ]
        made = make_net(areas, types, outlines, seed=seed, sites=40)
        return made.units, made.people, made.sites

    assert net(1) == net(1)
    assert net(1) != net(2)


def test_nobody_bears_these_names() -> None:
    names = [made_up_name(number) for number in range(1_440)]

    assert len(set(names)) == len(names)
    assert all(name[1] in STEMS and name[2] in BRANCHES for name in names)


def test_every_problem_can_be_drawn_before_and_after() -> None:
    for problem in PROBLEMS:
        assert problem.scene in SCENES

    before, after = (draw_scene("pothole", seed=3, after=after) for after in (False, True))

    assert before != after
    assert before == draw_scene("pothole", seed=3, after=False)
    assert before.startswith(b"\xff\xd8")
