"""Citizens' messages out of a file: where they belong, what they are about, which repeat another."""

from pathlib import Path
from typing import Any

import pytest

from yanzhen.cases.models import Case
from yanzhen.core.errors import RowErrors
from yanzhen.exchange.errors import MapUnreadable
from yanzhen.exchange.kind import Options
from yanzhen.exchange.taking import places_from
from yanzhen.exchange.tests.factories import COMMUNITY, bring, make_city, write_csv
from yanzhen.intake.enums import PlaceBy
from yanzhen.intake.models import Report
from yanzhen.places.tests.factories import make_area

pytestmark = pytest.mark.django_db

REPORT = {
    "number": "188001",
    "reported_at": "2026-11-20T08:15:00",
    "title": "反映先锋路路灯不亮的问题",
    "text": "您好！先锋路从北到南有六盏路灯不亮，晚上照明太差，老人不敢出门。",
    "area": COMMUNITY,
    "category": "",
}


def test_a_message_becomes_a_case_that_waits_to_be_accepted(tmp_path: Path) -> None:
    make_city()

    outcome = bring("reports", write_csv(tmp_path / "r.csv", [REPORT]))

    case, report = Case.objects.get(), Report.objects.get()
    assert outcome.brought.created == 1
    assert (case.status, case.source, case.source_number) == ("reported", "letter", "188001")
    assert (case.title, case.address) == ("先锋路路灯不亮", "先锋路")
    assert (case.category_id, report.is_category_guessed) == ("C-LIGHT", True)
    assert case.found_at == report.reported_at
    assert (report.title, report.case_id) == (REPORT["title"], case.pk)
    assert report.place_by == PlaceBy.GIVEN


def test_a_category_that_is_named_is_not_guessed(tmp_path: Path) -> None:
    make_city()

    bring("reports", write_csv(tmp_path / "r.csv", [REPORT | {"category": "暴露垃圾"}]))

    assert Case.objects.get().category_id == "C-WASTE"
    assert not Report.objects.get().is_category_guessed


@pytest.mark.parametrize(
    ("row", "area", "by"),
    [
        ({"area": "", "place": "东区"}, "430405", PlaceBy.MAPPED),
        (
            {"area": "", "place": "东区", "text": "茶山街道的垃圾没人清运，臭得很"},
            "430405001",
            PlaceBy.WORDS,
        ),
        ({"area": "", "place": "", "text": "光辉社区门口垃圾成堆"}, "430406001004", PlaceBy.WORDS),
        ({"area": "", "place": "", "text": "没有说在哪里的垃圾"}, "4304", PlaceBy.DEFAULT),
        ({"area": "珠晖区", "text": "雁峰区光辉社区也有垃圾"}, "430405", PlaceBy.GIVEN),
    ],
)
def test_the_area_is_given_or_mapped_or_read_from_the_words(
    tmp_path: Path, row: dict[str, str], area: str, by: str
) -> None:
    make_city()
    make_area("430406001004")
    options = Options(places={"东区": "430405"}, area_code="4304")
    plain = REPORT | {"title": "垃圾问题请处理一下", "text": "垃圾没人清运", "place": ""}

    bring("reports", write_csv(tmp_path / "r.csv", [plain | row]), options=options)

    assert Case.objects.get().area_id == area
    assert Report.objects.get().place_by == by


def test_without_any_place_a_row_is_refused_and_says_what_to_do(tmp_path: Path) -> None:
    make_city()

    with pytest.raises(RowErrors) as caught:
        bring(
            "reports",
            write_csv(tmp_path / "r.csv", [REPORT | {"area": "", "title": "太吵了吧这里"}]),
        )

    (error,) = caught.value.errors
    assert (error.row, error.column) == (2, "area")
    assert "--area" in error.reason


def test_columns_that_are_not_used_are_noted_and_do_no_harm(tmp_path: Path) -> None:
    make_city()

    outcome = bring(
        "reports", write_csv(tmp_path / "r.csv", [REPORT | {"against": "0", "for": "3"}])
    )

    assert "against、for" in outcome.brought.notes[0]


def test_the_same_messages_again_are_passed_over(tmp_path: Path) -> None:
    make_city()
    path = write_csv(tmp_path / "r.csv", [REPORT])
    bring("reports", path)

    outcome = bring("reports", path)

    assert (outcome.brought.created, outcome.brought.unchanged) == (0, 1)
    assert Report.objects.count() == 1


def test_messages_that_say_the_same_point_at_the_first(tmp_path: Path) -> None:
    make_city()
    rows = [
        REPORT | {"number": "2", "reported_at": "2026-11-20 10:00", "title": "先锋路路灯还是不亮"},
        REPORT,
        REPORT
        | {"number": "3", "title": "小区垃圾", "text": "我们小区的垃圾三天没有清运了，臭气熏天。"},
    ]

    outcome = bring("reports", write_csv(tmp_path / "r.csv", rows))

    first, second, other = (Report.objects.get(number=number) for number in ("188001", "2", "3"))
    assert (first.like_id, second.like_id, other.like_id) == (None, first.pk, None)
    assert any("疑似重复：1" in note for note in outcome.brought.notes)


def test_later_files_are_held_against_earlier_ones(tmp_path: Path) -> None:
    make_city()
    bring("reports", write_csv(tmp_path / "a.csv", [REPORT]))

    bring(
        "reports",
        write_csv(tmp_path / "b.csv", [REPORT | {"number": "9", "reported_at": "2026-11-21"}]),
    )

    assert Report.objects.get(number="9").like == Report.objects.get(number="188001")


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        ({"reported_at": "2026-11-30"}, "reported_at", "晚于现在"),
        ({"reported_at": "1900-01-01"}, "reported_at", "太早"),
        ({"reported_at": "上周"}, "reported_at", "看不懂"),
        ({"number": ""}, "number", "不能为空"),
        ({"title": "", "text": ""}, "text", "至少要填一个"),
        ({"area": "火星"}, "area", "没有代码或名称"),
        ({"category": "飞碟"}, "category", "没有代码或名称"),
        ({"title": "长" * 201}, "title", "最多 200"),
    ],
)
def test_a_faulty_message_is_refused_with_its_place(
    tmp_path: Path, change: dict[str, str], column: str, words: str
) -> None:
    make_city()

    with pytest.raises(RowErrors) as caught:
        bring("reports", write_csv(tmp_path / "r.csv", [REPORT | {"number": "1"}, REPORT | change]))

    (error,) = caught.value.errors
    assert (error.row, error.column) == (3, column)
    assert words in error.reason
    assert not Report.objects.exists()
    assert not Case.objects.exists()


def test_two_messages_of_one_number_are_refused(tmp_path: Path) -> None:
    make_city()
    bring("reports", write_csv(tmp_path / "a.csv", [REPORT]))

    with pytest.raises(RowErrors, match="已登记过"):
        bring("reports", write_csv(tmp_path / "b.csv", [REPORT | {"text": "说的是另一件事"}]))
    with pytest.raises(RowErrors, match="第 2 行重复"):
        bring("reports", write_csv(tmp_path / "c.csv", [REPORT | {"number": "7"}] * 2))


def test_a_source_may_be_said_for_the_whole_file(tmp_path: Path) -> None:
    make_city()

    bring("reports", write_csv(tmp_path / "r.csv", [REPORT]), options=Options(source="hotline"))

    assert Case.objects.get().source == Report.objects.get().channel == "hotline"


def test_a_trial_keeps_nothing(tmp_path: Path) -> None:
    make_city()

    outcome = bring("reports", write_csv(tmp_path / "r.csv", [REPORT]), is_dry=True)

    assert outcome.brought.created == 1
    assert not Report.objects.exists()


def test_a_map_of_places_names_areas_by_code_or_name(tmp_path: Path) -> None:
    make_city()
    rows: list[dict[str, Any]] = [
        {"place": "东区", "area": "430405"},
        {"place": "南区", "area": "雁峰区"},
    ]

    places = places_from(write_csv(tmp_path / "m.csv", rows), name="m.csv")

    assert places == {"东区": "430405", "南区": "430406"}


def test_a_map_with_an_unknown_area_is_refused(tmp_path: Path) -> None:
    make_city()

    with pytest.raises(MapUnreadable, match="第 2 行"):
        places_from(write_csv(tmp_path / "m.csv", [{"place": "东区", "area": "999"}]), name="m.csv")
