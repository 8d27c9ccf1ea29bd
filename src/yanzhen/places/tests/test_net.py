"""The net in memory: tree, labels, points, and how it learns that it is old."""

import pytest

from yanzhen.places.net import the_net
from yanzhen.places.tests.factories import make_area, make_boundary

pytestmark = pytest.mark.django_db


def test_a_label_names_the_place_from_the_district_down() -> None:
    make_area("430406001004")

    assert the_net().label("430406001004") == "雁峰区 先锋街道 光辉社区"
    assert the_net().label("4304") == "衡阳市"


def test_the_smallest_area_around_a_point_is_found() -> None:
    make_boundary("430406", (112.0, 26.0, 113.0, 27.0))
    make_boundary("430406001", (112.2, 26.2, 112.4, 26.4))

    assert the_net().smallest_area(26.3, 112.3) == "430406001"
    assert the_net().smallest_area(26.5, 112.5) == "430406"
    assert the_net().smallest_area(25.0, 112.5) is None
