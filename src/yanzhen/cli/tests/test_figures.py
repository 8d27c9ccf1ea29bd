"""`yanzhen figures`: what programs read, what people read, and how it says no."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from yanzhen.__main__ import main
from yanzhen.cases.tests.lives import Life, utc, write
from yanzhen.places.tests.factories import make_area
from yanzhen.units.tests.factories import make_unit

FILED = utc(2026, 3, 2, 1)
KEYS = [
    "figure",
    "area",
    "from",
    "to",
    "as_of",
    "value",
    "numerator",
    "denominator",
    "unit",
]


@pytest.fixture(autouse=True)
def city(db: None) -> None:
    make_area("430406001001")
    make_area("430405001001")
    make_unit("U1")
    lives = []
    for n in range(3):
        life = Life(f"HY-2026-00000{n}", FILED).dispatch(FILED, "U1", FILED + timedelta(days=3))
        if n:
            life.acknowledge(FILED).submit(FILED + timedelta(days=1)).verify(
                FILED + timedelta(days=2)
            ).close(FILED + timedelta(days=2))
        lives.append(life)
    write(lives)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    assert main(["figures", *words, "--json"]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_json_is_a_list_of_exactly_these_keys(capsys: pytest.CaptureFixture[str]) -> None:
    (one,) = said(
        capsys,
        "rectification_rate",
        "--area",
        "4304",
        "--from",
        "2026-03-01",
        "--to",
        "2026-03-31",
        "--as-of",
        "2026-04-01T08:30",
    )

    assert list(one) == KEYS
    assert one == {
        "figure": "rectification_rate",
        "area": "4304",
        "from": "2026-03-01",
        "to": "2026-03-31",
        "as_of": "2026-04-01T08:30:00+08:00",
        "value": "66.67",
        "numerator": 2,
        "denominator": 3,
        "unit": "%",
    }


def test_all_figures_come_when_none_is_named_and_nulls_where_nothing_was_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    values = said(capsys)

    assert [value["figure"] for value in values] == [
        "cases_found",
        "cases_rectified",
        "rectification_rate",
        "on_time_rate",
        "rework_rate",
        "recurrence_rate",
        "return_count",
        "overdue_open",
        "median_days_to_close",
        "zero_overdue_days",
    ]
    assert {(value["area"], value["from"], value["to"]) for value in values} == {(None,) * 3}
    by_name = {value["figure"]: value for value in values}
    assert by_name["cases_found"]["value"] == "3"
    assert by_name["cases_found"]["denominator"] is None
    assert by_name["median_days_to_close"] | {} == by_name["median_days_to_close"] | {
        "value": "2.00",
        "numerator": None,
        "denominator": 2,
        "unit": "天",
    }


def test_what_has_no_value_is_null(capsys: pytest.CaptureFixture[str]) -> None:
    (one,) = said(capsys, "rectification_rate", "--area", "430405")

    assert (one["value"], one["numerator"], one["denominator"]) == (None, 0, 0)


def test_parts_by_area_carry_their_area(capsys: pytest.CaptureFixture[str]) -> None:
    values = said(capsys, "cases_found", "--by", "area", "--area", "4304")

    assert [(value["area"], value["by"], value["key"], value["value"]) for value in values] == [
        ("430405", "district", "430405", "0"),
        ("430406", "district", "430406", "3"),
    ]


def test_a_moment_with_its_own_offset_is_that_moment(capsys: pytest.CaptureFixture[str]) -> None:
    (one,) = said(capsys, "cases_found", "--as-of", "2026-03-02T01:00:00+00:00")
    (before,) = said(capsys, "cases_found", "--as-of", "2026-03-02T08:59")

    assert (one["as_of"], one["value"]) == ("2026-03-02T09:00:00+08:00", "3")
    assert before["value"] == "0"


def test_for_people_it_is_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "rectification_rate", "--by", "unit"]) == 0

    heading, *rows = capsys.readouterr().out.splitlines()
    assert heading.split() == ["指标", "代号", "分组", "值", "分子", "分母"]
    assert [row.split() for row in rows] == [
        ["整改率", "rectification_rate", "单位U1", "66.67", "%", "2", "3"]
    ]


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["happiness"], 1, "没有指标“happiness”"),
        (["--area", "99"], 1, "没有代码为“99”的区域"),
        (["--unit", "NO"], 1, "没有代码为“NO”的责任单位"),
        (["--by", "weather"], 1, "weather"),
        (["--from", "2026-03-02", "--to", "2026-03-01"], 1, "对调"),
        (["--from", "2026-02-30"], 2, "2026-02-30"),
        (["--to", "today"], 2, "today"),
        (["--as-of", "2026-03-01"], 2, "2026-03-01"),
        (["--as-of", "2026-03-01T25:00"], 2, "25:00"),
        (["--weather"], 2, "--weather"),
    ],
)
def test_what_cannot_be_told_is_refused_with_a_sentence_and_its_code(
    words: list[str], code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        answered = main(["figures", *words])
    except SystemExit as stop:  # how argparse leaves
        answered = int(stop.code or 0)

    assert answered == code
    spoken = capsys.readouterr()
    assert sentence in spoken.err
    assert spoken.out == ""


def test_the_moment_is_now_when_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    from datetime import datetime

    before = timezone.now()
    (one,) = said(capsys, "cases_found")

    assert before <= datetime.fromisoformat(one["as_of"]) <= timezone.now()
