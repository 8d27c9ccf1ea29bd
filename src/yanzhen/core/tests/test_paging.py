"""Pages by key."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from yanzhen.core import paging
from yanzhen.core.models import Job
from yanzhen.core.paging import Count, Key, Order, capped_count, cursor_of, page_of, place_of

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
DUE = Order("due", (Key("run_at", datetime), Key("pk")))
NEWEST = Order("newest", (Key("run_at", datetime, descending=True), Key("pk", descending=True)))
MIXED = Order("kind", (Key("kind", str), Key("run_at", datetime, descending=True), Key("pk")))


def make_job(hour: int = 0, kind: str = "a") -> Job:
    return Job.objects.create(kind=kind, run_at=NOW + timedelta(hours=hour), created_at=NOW)


def make_jobs(count: int) -> None:
    """Jobs of which each three fall due at the same time, made in another order than due."""
    for number in range(count):
        make_job((number * 7) % count // 3, kind="ab"[number % 2])


def walk(order: Order, size: int) -> list[list[int]]:
    pages, after = [], ""
    while True:
        page = page_of(Job.objects.all(), order, after=after, size=size)
        pages.append([row.pk for row in page.rows])
        if not page.after:
            return pages
        after = page.after


@pytest.mark.parametrize("order", [DUE, NEWEST, MIXED], ids=lambda order: order.name)
@pytest.mark.django_db
def test_the_pages_together_are_the_list_in_its_order(order: Order) -> None:
    make_jobs(20)

    pages = walk(order, 6)

    assert [len(page) for page in pages] == [6, 6, 6, 2]
    whole = list(Job.objects.order_by(*order.columns()).values_list("pk", flat=True))
    assert [pk for page in pages for pk in page] == whole


@pytest.mark.parametrize("order", [DUE, NEWEST, MIXED], ids=lambda order: order.name)
@pytest.mark.django_db
def test_the_way_back_meets_the_same_pages(order: Order) -> None:
    make_jobs(20)
    there = walk(order, 6)
    last = page_of(Job.objects.all(), order, size=6)
    while last.after:
        last = page_of(Job.objects.all(), order, after=last.after, size=6)

    back, page = [], last
    while page.before:
        page = page_of(Job.objects.all(), order, before=page.before, size=6)
        back.append([row.pk for row in page.rows])

    assert back == there[-2::-1]


@pytest.mark.django_db
def test_a_row_that_comes_or_goes_on_an_earlier_page_shifts_nothing() -> None:
    make_jobs(20)
    there = walk(DUE, 6)
    first = page_of(Job.objects.all(), DUE, size=6)
    make_job(-1)
    Job.objects.filter(pk=there[0][2]).delete()

    second = page_of(Job.objects.all(), DUE, after=first.after, size=6)

    assert [row.pk for row in second.rows] == there[1]


@pytest.mark.django_db
def test_a_page_says_which_rows_of_the_list_it_holds() -> None:
    make_jobs(20)

    first = page_of(Job.objects.all(), DUE, size=6)
    second = page_of(Job.objects.all(), DUE, after=first.after, size=6)
    third = page_of(Job.objects.all(), DUE, after=second.after, size=6)
    back = page_of(Job.objects.all(), DUE, before=third.before, size=6)

    assert [(page.first, page.last) for page in (first, second, third, back)] == [
        (1, 6),
        (7, 12),
        (13, 18),
        (7, 12),
    ]
    assert not first.before


@pytest.mark.django_db
def test_before_the_second_page_comes_the_whole_first_one_also_when_rows_went() -> None:
    make_jobs(14)
    there = walk(DUE, 6)
    second = page_of(
        Job.objects.all(), DUE, after=page_of(Job.objects.all(), DUE, size=6).after, size=6
    )
    Job.objects.filter(pk__in=there[0][:4]).delete()

    first = page_of(Job.objects.all(), DUE, before=second.before, size=6)

    assert [row.pk for row in first.rows] == there[0][4:] + there[1][:4]
    assert (first.first, first.before) == (1, "")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%%%",
        "\0",
        "中文",
        "W10",
        "a" * 5000,
        "WyJkdWUiXQ",
        "WyJkdWUiLDEsIngiLDFd",
        "WyJkdWUiLDEsIjIwMjYtMTEtMDIiLDFd",
        "WyJkdWUiLC0zLCIyMDI2LTExLTAyVDAxOjAwOjAwKzAwOjAwIiwxXQ",
        "WyJkdWUiLDEsIjIwMjYtMTEtMDJUMDE6MDA6MDArMDA6MDAiLHRydWVd",
        "WyJkdWUiLDEsIjIwMjYtMTEtMDJUMDE6MDA6MDArMDA6MDAiLDFlMzBd",
    ],
)
@pytest.mark.django_db
def test_a_cursor_that_is_none_gives_the_first_page(cursor: str) -> None:
    make_jobs(4)

    for side in ({"after": cursor}, {"before": cursor}):
        assert page_of(Job.objects.all(), DUE, size=3, **side).first == 1


@pytest.mark.django_db
def test_a_cursor_of_another_order_gives_the_first_page() -> None:
    make_jobs(8)
    other = page_of(Job.objects.all(), NEWEST, size=3).after

    assert page_of(Job.objects.all(), DUE, after=other, size=3).first == 1


@pytest.mark.django_db
def test_a_cursor_behind_the_last_row_gives_the_first_page() -> None:
    make_jobs(4)
    row = Job.objects.order_by("run_at", "pk").last()
    assert row

    page = page_of(Job.objects.all(), DUE, after=place_of(row, DUE, 4).text(DUE), size=3)

    assert (page.first, len(page.rows)) == (1, 3)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_no_text_at_all_breaks_a_cursor(noise: bytes) -> None:
    text = noise.decode("latin-1")

    cursor_of(text, DUE)
    cursor_of("WyJkdWUi" + text, DUE)


@pytest.mark.django_db
def test_a_page_is_one_query_however_many_rows_there_are() -> None:
    make_jobs(30)
    after = page_of(Job.objects.all(), DUE, size=6).after

    with CaptureQueriesContext(
        connection,
    ) as asked:
        page_of(Job.objects.all(), DUE, after=after, size=6)

    assert len(asked) == 1


@pytest.mark.django_db
def test_counting_stops_beyond_the_cap(monkeypatch: Any) -> None:
    monkeypatch.setattr(paging, "MOST_COUNTED", 5)
    make_jobs(5)
    assert capped_count(Job.objects.all()) == Count(5)

    make_jobs(4)
    assert capped_count(Job.objects.all()) == Count(5, is_capped=True)


def test_a_count_is_said_in_words() -> None:
    assert str(Count.of(1284)) == "1,284"
    assert str(Count.of(10_000)) == "10,000"
    assert str(Count.of(10_001)) == "1 万+"
    assert not Count.of(0)
