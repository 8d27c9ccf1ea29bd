"""The net in memory: tree, labels, points, and how it learns that it is old."""

import threading
from collections.abc import Iterator

import pytest
from django.core.signals import request_started
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from yanzhen.places import net, queries
from yanzhen.places.net import look_again, the_net, touch_net
from yanzhen.places.tests.factories import make_area, make_boundary

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_seen() -> Iterator[None]:
    look_again()
    yield
    look_again()


def test_a_label_names_the_place_from_the_district_down() -> None:
    make_area("430406001004")

    assert queries.area_label("430406001004") == "雁峰区 先锋街道 光辉社区"
    assert queries.area_label("4304") == "衡阳市"
    assert queries.area_label("999999") == "999999"


def test_a_short_name_leaves_out_the_committee() -> None:
    assert make_area("430405001001", name="东风村委会").short_name == "东风"
    assert make_area("430405001002", name="茶山社区居民委员会").short_name == "茶山社区"
    assert make_area("430405001003", name="居委会").short_name == "居委会"


def test_a_path_leads_from_the_city_to_the_place() -> None:
    make_area("430406001004")

    path = queries.area_path("430406001004")

    assert [area.code for area in path] == ["4304", "430406", "430406001", "430406001004"]
    assert path[1].parent == path[0]
    assert queries.area_path("430499") == ()


def test_what_lies_below_comes_each_before_its_own_children() -> None:
    make_area("430406001004")
    make_area("430405")

    assert [area.code for area in queries.areas_below("4304")] == [
        "430405",
        "430406",
        "430406001",
        "430406001004",
    ]
    assert queries.areas_below("430406001004") == []


def test_the_smallest_area_around_a_point_is_found() -> None:
    make_boundary("430406", (112.0, 26.0, 113.0, 27.0))
    make_boundary("430406001", (112.2, 26.2, 112.4, 26.4))

    assert queries.smallest_area(26.3, 112.3) == "430406001"
    assert queries.smallest_area(26.5, 112.5) == "430406"
    assert queries.smallest_area(25.0, 112.5) is None


def test_a_lower_level_wins_over_a_smaller_outline() -> None:
    make_boundary("430406", (112.0, 26.0, 112.1, 26.1))
    make_boundary("430405001", (112.0, 26.0, 113.0, 27.0))

    assert queries.smallest_area(26.05, 112.05) == "430405001"


def test_a_point_on_a_border_belongs_to_the_area_with_the_lower_code() -> None:
    make_boundary("430406", (112.5, 26.0, 113.0, 27.0))
    make_boundary("430405", (112.0, 26.0, 112.5, 27.0))

    assert queries.smallest_area(26.5, 112.5) == "430405"


def test_a_hole_in_an_outline_is_not_inside() -> None:
    boundary = make_boundary("430406", (112.0, 26.0, 113.0, 27.0))
    boundary.geojson = (
        '{"type":"Polygon","coordinates":[[[112,26],[113,26],[113,27],[112,27],[112,26]],'
        "[[112.4,26.4],[112.6,26.4],[112.6,26.6],[112.4,26.6],[112.4,26.4]]]}"
    )
    boundary.save(update_fields=["geojson"])
    touch_net()

    assert queries.smallest_area(26.5, 112.5) is None
    assert queries.smallest_area(26.2, 112.2) == "430406"


def test_closed_areas_are_not_found_by_a_point() -> None:
    make_boundary("430406", (112.0, 26.0, 113.0, 27.0))
    make_boundary("430406001", (112.2, 26.2, 112.4, 26.4))
    make_area("430406001", is_active=False)

    assert queries.smallest_area(26.3, 112.3) == "430406"


# --- how it learns that it is old -----------------------------------------------------------------


def test_a_change_by_this_thread_shows_at_once() -> None:
    make_area("430406")
    assert queries.area_label("430406") == "雁峰区"

    make_area("430406", name="新雁峰区")

    assert queries.area_label("430406") == "新雁峰区"


def test_the_version_is_asked_once_and_the_net_is_not_read_again_while_it_stands() -> None:
    make_area("430406001004")
    the_net()

    with CaptureQueriesContext(
        connection,
    ) as first:
        look_again()  # as at the beginning of a request
        for _ in range(50):
            queries.area_label("430406001004")
            queries.smallest_area(26.3, 112.3)

    assert len(first) == 1
    assert "netversion" in first[0]["sql"]


def test_within_a_second_nobody_asks_and_after_it_somebody_does() -> None:
    make_area("430406")
    kept = the_net()
    with CaptureQueriesContext(connection) as queries_made:
        assert the_net() is kept
    assert len(queries_made) == 0

    net._seen.at -= net.LOOK_EVERY
    with CaptureQueriesContext(connection) as queries_made:
        assert the_net() is kept
    assert len(queries_made) == 1


@pytest.mark.django_db(transaction=True)
def test_a_change_on_another_connection_shows_with_the_next_request() -> None:
    make_area("430406")
    assert queries.area_label("430406") == "雁峰区"

    def rename_elsewhere() -> None:
        make_area("430406", name="新雁峰区")
        connection.close()

    other = threading.Thread(target=rename_elsewhere)
    other.start()
    other.join()

    assert queries.area_label("430406") == "雁峰区", "within a second the old answer stands"
    request_started.send(sender=None)
    assert queries.area_label("430406") == "新雁峰区"


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_is_forgotten() -> None:
    make_area("430406")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_area("430406", name="新雁峰区")
        assert queries.area_label("430406") == "新雁峰区"
        raise ZeroDivisionError

    assert queries.area_label("430406") == "雁峰区"


@pytest.mark.django_db(transaction=True)
def test_what_is_not_committed_is_seen_by_its_own_connection_alone() -> None:
    make_area("430406")
    seen: list[str] = []

    def look_elsewhere() -> None:
        look_again()
        seen.append(queries.area_label("430406"))
        connection.close()

    with transaction.atomic():
        make_area("430406", name="新雁峰区")
        assert queries.area_label("430406") == "新雁峰区"
        other = threading.Thread(target=look_elsewhere)
        other.start()
        other.join()

    assert seen == ["雁峰区"]
    assert queries.area_label("430406") == "新雁峰区"


@pytest.mark.django_db(transaction=True)
def test_many_threads_ask_the_same_net_and_get_the_same_answers() -> None:
    for row in range(10):
        for column in range(10):
            west, south = 112 + column / 10, 26 + row / 10
            make_boundary(f"4304{row}{column}", (west, south, west + 0.1, south + 0.1))
    answers: list[list[str | None]] = []

    def ask() -> None:
        answers.append(
            [queries.smallest_area(26.05 + n % 10 / 10, 112.05 + n // 10 / 10) for n in range(100)]
        )
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [[f"4304{n % 10}{n // 10}" for n in range(100)]] * 8
