"""The way between the three systems of coordinates, and back."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanzhen.places import coordinates
from yanzhen.places.coordinates import Point, from_wgs84, to_wgs84
from yanzhen.places.enums import Crs

LATS = st.floats(coordinates.SOUTH, coordinates.NORTH)
LONS = st.floats(coordinates.WEST, coordinates.EAST)
MARGIN = coordinates.MARGIN

# Worked out with gcoord 1.0.7 and with coordtransform 2.1.2, which agree on all digits shown.
KNOWN = [
    # lat, lon, GCJ-02 lat, lon, BD-09 lat, lon
    (39.915, 116.404, 39.91640428150164, 116.41024449916938, 39.922699552216216, 116.41662724378733),
    (26.89323, 112.571997, 26.8896443585942, 112.57723203760797, 26.895855943439926, 112.58369144722082),
    (43.82, 87.61, 43.821204050069326, 87.61284389781082, 43.82741767352144, 87.61925708192425),
    (31.2304, 121.4737, 31.22845773757727, 121.47822305927693, 31.234310593689997, 121.484781468503),
    (18.25, 109.5, 18.248331520999667, 109.50411844404833, 18.25401200619137, 109.51068025634335),
]  # fmt: skip


@pytest.mark.parametrize(("lat", "lon", "gcj_lat", "gcj_lon", "bd_lat", "bd_lon"), KNOWN)
def test_published_points_come_out_as_published(
    lat: float, lon: float, gcj_lat: float, gcj_lon: float, bd_lat: float, bd_lon: float
) -> None:
    assert coordinates.wgs84_to_gcj02(lat, lon) == pytest.approx((gcj_lat, gcj_lon), abs=1e-9)
    assert coordinates.wgs84_to_bd09(lat, lon) == pytest.approx((bd_lat, bd_lon), abs=1e-9)
    assert coordinates.gcj02_to_bd09(gcj_lat, gcj_lon) == pytest.approx((bd_lat, bd_lon), abs=1e-9)


@given(LATS, LONS)
def test_there_and_back_misses_by_less_than_a_micro_degree(lat: float, lon: float) -> None:
    there = coordinates.wgs84_to_gcj02(lat, lon)
    assert coordinates.gcj02_to_wgs84(*there) == pytest.approx((lat, lon), abs=1e-8)

    there = coordinates.wgs84_to_bd09(lat, lon)
    assert coordinates.bd09_to_wgs84(*there) == pytest.approx((lat, lon), abs=1e-8)

    there = coordinates.gcj02_to_bd09(lat, lon)
    assert coordinates.bd09_to_gcj02(*there) == pytest.approx((lat, lon), abs=1e-8)


@given(LATS, LONS)
def test_in_china_gcj02_moves_a_place_by_no_more_than_a_kilometre(lat: float, lon: float) -> None:
    moved_lat, moved_lon = coordinates.wgs84_to_gcj02(lat, lon)

    assert (moved_lat, moved_lon) != (lat, lon)
    assert abs(moved_lat - lat) < 0.012
    assert abs(moved_lon - lon) < 0.017


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_outside_of_china_nothing_is_moved(lat: float, lon: float) -> None:
    if coordinates.in_china(lat, lon, margin=2 * MARGIN):
        return
    for crs in Crs:
        way = coordinates.INTO_WGS84[crs]
        assert way(lat, lon) == (lat, lon)
        assert coordinates.OUT_OF_WGS84[crs](lat, lon) == (lat, lon)


@given(LATS, LONS, st.sampled_from(list(Crs)))
def test_decimals_have_six_places_and_survive_the_way_there_and_back(
    lat: float, lon: float, crs: Crs
) -> None:
    point = Point(coordinates.rounded(lat), coordinates.rounded(lon))

    there = from_wgs84(point, crs)
    back = to_wgs84(there, crs)

    assert there.lat.as_tuple().exponent == there.lon.as_tuple().exponent == -6
    assert abs(back.lat - point.lat) <= Decimal("0.000001")
    assert abs(back.lon - point.lon) <= Decimal("0.000001")


def test_half_a_micro_degree_is_rounded_up() -> None:
    assert coordinates.rounded(Decimal("26.8900005")) == Decimal("26.890001")
    assert coordinates.rounded(26.89) == Decimal("26.890000")
