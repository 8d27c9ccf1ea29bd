"""Outlines: read, held against their neighbours, set and removed, singly and by the file."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from yanzhen.accounts.enums import Role
from yanzhen.accounts.tests.factories import make_user
from yanzhen.core.errors import Forbidden, Refused, RowErrors
from yanzhen.core.tests.races import at_once
from yanzhen.events.models import Event
from yanzhen.events.queries import events_of
from yanzhen.places import errors, queries
from yanzhen.places.coordinates import gcj02_to_wgs84
from yanzhen.places.enums import Crs
from yanzhen.places.models import Boundary
from yanzhen.places.net import touch_net
from yanzhen.places.operations.boundaries import add_boundaries, remove_boundary, set_boundary
from yanzhen.places.outlines import read_features, read_outline
from yanzhen.places.rows import Taken
from yanzhen.places.tests.factories import make_area, make_boundary

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
Box = tuple[float, float, float, float]
Changes = Callable[[], dict[str, Any]]

pytestmark = pytest.mark.django_db


def rectangle(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(code: str, box: Box) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"code": code}, "geometry": rectangle(*box)}


def collection(*features: dict[str, Any]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


BOW_TIE = {
    "type": "Polygon",
    "coordinates": [[[112.0, 26.0], [113.0, 27.0], [113.0, 26.0], [112.0, 27.0], [112.0, 26.0]]],
}


# --- read -----------------------------------------------------------------------------------------


def test_an_outline_is_read_out_of_a_geometry_a_feature_or_a_collection_of_one() -> None:
    whole = feature("430406", (112, 26, 113, 27))
    for document in (whole["geometry"], whole, json.loads(collection(whole))):
        assert read_outline(json.dumps(document)).bounds == (112, 26, 113, 27)


def test_an_outline_in_gcj02_is_kept_in_wgs84() -> None:
    outline = read_outline(rectangle(112.5, 26.8, 112.7, 27.0), Crs.GCJ02)

    south, west = gcj02_to_wgs84(26.8, 112.5)
    points = [(round(lon, 6), round(lat, 6)) for lon, lat in outline.exterior.coords]  # type: ignore[attr-defined]  # a polygon
    assert (round(west, 6), round(south, 6)) in points


@pytest.mark.parametrize(
    ("geojson", "refusal", "words"),
    [
        ("{", errors.BoundaryUnreadable, "不是 JSON"),
        ("[1]", errors.BoundaryUnreadable, "不是 GeoJSON"),
        ("[" * 100_000, errors.BoundaryUnreadable, "不是 JSON"),
        ('{"type":"Point","coordinates":[112,26]}', errors.BoundaryUnreadable, "Polygon"),
        ('{"type":"Feature","geometry":null}', errors.BoundaryUnreadable, "Polygon"),
        ('{"type":"Polygon","coordinates":[]}', errors.BoundaryUnreadable, "没有坐标"),
        ('{"type":"Polygon","coordinates":"x"}', errors.BoundaryUnreadable, "不成形"),
        ('{"type":"Polygon","coordinates":[[[1,2],[3,4]]]}', errors.BoundaryUnreadable, "不成形"),
        (json.dumps(rectangle(26, 112, 27, 113)), errors.BoundaryUnreadable, "写反"),
        (json.dumps(rectangle(500000, 26, 500001, 27)), errors.BoundaryUnreadable, "投影"),
        (json.dumps(rectangle(112, 26, 112.0000001, 27)), errors.BoundaryUnreadable, ""),
        (collection(), errors.BoundaryUnreadable, "只有这一个"),
        (json.dumps(BOW_TIE), errors.BoundaryCrossesItself, "经度 112.500000、纬度 26.500000"),
    ],
)
def test_what_is_no_outline_is_refused_in_words(
    geojson: str, refusal: type[Refused], words: str
) -> None:
    with pytest.raises(refusal) as caught:
        read_outline(geojson)

    assert words in str(caught.value)


# --- set ------------------------------------------------------------------------------------------


def set_with(**changes: Any) -> Boundary:
    """A setting that would succeed, with one thing changed."""
    make_boundary("430406", (112.0, 26.0, 113.0, 27.0))
    make_boundary("430406002", (112.5, 26.0, 113.0, 27.0))
    make_area("430406001004")
    good: dict[str, Any] = {"code": "430406001", "geojson": rectangle(112.0, 26.0, 112.5, 27.0)}
    good |= {"actor": changes.pop("actor", None) or make_user(Role.OPERATOR), "now": NOW}
    return set_boundary(**good | changes)


def test_a_point_falls_into_an_outline_as_soon_as_it_is_set() -> None:
    set_with()

    assert queries.smallest_area(26.5, 112.2) == "430406001"
    event = events_of(make_area("430406001")).get()
    assert event.kind == "area.outlined"
    assert event.facts["crs"] == "wgs84"
    assert len(event.facts["sha256"]) == 64


def test_an_outline_is_replaced_by_another() -> None:
    set_with()
    set_boundary(
        code="430406001",
        geojson=rectangle(112.0, 26.0, 112.1, 26.1),
        is_schematic=True,
        actor=make_user(Role.OPERATOR),
        now=NOW,
    )

    assert queries.smallest_area(26.5, 112.2) == "430406"
    assert Boundary.objects.get(area_id="430406001").is_schematic


def test_drawings_that_meet_only_roughly_are_taken() -> None:
    set_with(geojson=rectangle(111.998, 25.999, 112.503, 27.0))

    assert Boundary.objects.filter(area_id="430406001").exists()


@pytest.mark.parametrize(
    ("change", "refusal", "words"),
    [
        (lambda: {"actor": make_user(Role.AUDITOR)}, Forbidden, "岗位"),
        (lambda: {"code": "430406009"}, errors.AreaUnknown, "430406009"),
        (lambda: {"code": make_area("430406003", is_active=False).code}, errors.AreaClosed, "停用"),
        (lambda: {"geojson": BOW_TIE}, errors.BoundaryCrossesItself, "自相交"),
        (
            lambda: {"geojson": rectangle(111.5, 26.0, 112.5, 27.0)},
            errors.BoundaryOutsideParent,
            "“先锋街道”的边界有 50.0% 在上级“雁峰区”之外",
        ),
        (
            lambda: {"geojson": rectangle(112.0, 26.0, 112.6, 27.0)},
            errors.BoundariesOverlap,
            "“先锋街道”的边界与“街道（乡镇）430406002”（20.0%）重叠",
        ),
        (
            lambda: {"code": "430406", "geojson": rectangle(112.0, 26.0, 112.75, 27.0)},
            errors.BoundaryLeavesOut,
            "下级“街道（乡镇）430406002”（50.0%）会落到“雁峰区”之外",
        ),
    ],
)
def test_a_refused_outline_changes_nothing(
    change: Changes, refusal: type[Refused], words: str
) -> None:
    changes = change()
    with pytest.raises(refusal) as caught:
        set_with(**changes)

    assert words in str(caught.value)
    assert not Boundary.objects.filter(area_id="430406001").exists()
    assert Boundary.objects.get(area_id="430406").geojson.count("113") == 2
    assert not Event.objects.exists()


def test_neighbours_under_other_parents_are_neighbours_too() -> None:
    make_boundary("430405001", (112.0, 26.0, 112.5, 27.0))

    with pytest.raises(errors.BoundariesOverlap):
        set_with()


def test_a_removed_outline_no_longer_catches_points() -> None:
    set_with()
    remove_boundary(code="430406001", actor=make_user(Role.OPERATOR), now=NOW)

    assert queries.smallest_area(26.5, 112.2) == "430406"
    events = events_of(make_area("430406001"))
    assert [event.kind for event in events] == ["area.outlined", "area.outline_removed"]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": make_user(Role.INSPECTOR)}, Forbidden),
        (lambda: {"code": "430499"}, errors.AreaUnknown),
        (lambda: {"code": make_area("430405").code}, errors.NoBoundary),
    ],
)
def test_a_refused_removal_changes_nothing(change: Changes, refusal: type[Refused]) -> None:
    make_boundary("430406", (112.0, 26.0, 113.0, 27.0))
    changes = change()
    good: dict[str, Any] = {"code": "430406", "actor": make_user(Role.OPERATOR), "now": NOW}

    with pytest.raises(refusal):
        remove_boundary(**good | changes)

    assert Boundary.objects.count() == 1
    assert not Event.objects.exists()


# --- by the file ----------------------------------------------------------------------------------


def add_with(text: str, **changes: Any) -> Taken:
    make_area("430406001")
    make_area("430406002")
    make_area("430405")
    actor = changes.pop("actor", None) or make_user(Role.OPERATOR)
    return add_boundaries(drawn=read_features(text), actor=actor, now=NOW, **changes)


GOOD = collection(
    feature("430406001", (112.0, 26.0, 112.5, 27.0)),
    feature("430406000000", (112.0, 26.0, 113.0, 27.0)),
    feature("430406002", (112.5, 26.0, 113.0, 27.0)),
)


def test_a_file_of_outlines_is_taken_whole_in_any_order_and_twice_changes_nothing() -> None:
    assert add_with(GOOD) == Taken(created=3)
    assert add_with(GOOD) == Taken(unchanged=3)

    assert queries.smallest_area(26.5, 112.7) == "430406002"
    assert Event.objects.count() == 3


def test_a_file_of_outlines_tells_everything_that_is_wrong_and_takes_nothing() -> None:
    make_boundary("430405", (113.0, 26.0, 114.0, 27.0))
    text = collection(
        feature("430406", (112.0, 26.0, 113.5, 27.0)),
        feature("430406001", (112.0, 26.0, 112.6, 27.0)),
        feature("430406002", (112.5, 26.0, 113.0, 27.0)),
        feature("430499", (112.5, 26.0, 113.0, 27.0)),
        feature("430406001", (112.0, 26.0, 112.1, 27.0)),
        {"type": "Feature", "properties": {"adcode": 430406002}, "geometry": BOW_TIE},
        {"type": "Feature", "properties": {}, "geometry": None},
    )

    with pytest.raises(RowErrors) as caught:
        add_with(text)

    found = [(error.row, error.column) for error in caught.value.errors]
    assert found == [
        (1, "geometry"),
        (2, "geometry"),
        (3, "geometry"),
        (4, "code"),
        (5, "code"),
        (6, "code"),
        (7, "code"),
    ]
    assert "与“珠晖区”（50.0%）重叠" in caught.value.errors[0].reason
    assert "与第 2 行重复" in caught.value.errors[4].reason
    assert Boundary.objects.count() == 1
    assert not Event.objects.exists()


def test_an_outline_that_crosses_itself_is_told_by_its_row() -> None:
    text = collection({"type": "Feature", "properties": {"code": "430406"}, "geometry": BOW_TIE})

    with pytest.raises(RowErrors) as caught:
        add_with(text)

    assert [error.row for error in caught.value.errors] == [1]
    assert "自相交" in caught.value.errors[0].reason


def test_outlines_out_of_the_actors_reach_are_refused() -> None:
    with pytest.raises(RowErrors) as caught:
        add_with(GOOD, actor=make_user(Role.OPERATOR, area_code="430406001"))

    assert [error.row for error in caught.value.errors] == [2, 3]
    assert not Boundary.objects.exists()


@pytest.mark.parametrize(
    "text", ["x", "{}", collection(), '{"type":"FeatureCollection","features":3}']
)
def test_a_file_without_outlines_is_refused(text: str) -> None:
    with pytest.raises(errors.BoundaryUnreadable):
        read_features(text)


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_two_outlines_that_overlap_are_never_both_taken() -> None:
    actor = make_user(Role.OPERATOR)
    box = rectangle(112.0, 26.0, 113.0, 27.0)
    for number in range(8):
        codes = [make_area(f"4304060{number}{last}").code for last in "12"]
        Boundary.objects.all().delete()
        touch_net()

        answers = at_once(
            *[partial(set_boundary, code=code, geojson=box, actor=actor, now=NOW) for code in codes]
        )

        names = sorted(type(answer).__name__ for answer in answers)
        assert names == ["BoundariesOverlap", "Boundary"]
