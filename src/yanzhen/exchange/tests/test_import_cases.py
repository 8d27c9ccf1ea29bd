"""A historic ledger: what is taken in, what comes of it, and what is refused."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from yanzhen.accounts.enums import Role
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases import operations as loop
from yanzhen.cases.enums import CaseStatus, Source
from yanzhen.cases.loop import CaseDraft
from yanzhen.cases.models import Assignment, Case, CaseSpan, Category, ClockPolicy
from yanzhen.core.errors import Forbidden, RowError, RowErrors
from yanzhen.core.time import city_zone
from yanzhen.events.models import Event
from yanzhen.events.queries import events_of, verify_chain
from yanzhen.exchange.errors import KindUnknown, OptionUnfit, SheetEmpty
from yanzhen.exchange.kind import Options
from yanzhen.exchange.models import Import
from yanzhen.exchange.tests.factories import (
    CASE,
    COMMUNITY,
    NOW,
    OPEN_CASE,
    OTHER_COMMUNITY,
    bring,
    make_city,
    write_csv,
    write_xlsx,
)
from yanzhen.files.tests.factories import make_photo
from yanzhen.places.tests.factories import make_area, make_site
from yanzhen.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=city_zone()).astimezone(UTC)


def refused(tmp_path: Path, *rows: dict[str, Any], **changes: Any) -> list[RowError]:
    """The errors of a file, from which nothing was taken."""
    with pytest.raises(RowErrors) as caught:
        bring("cases", write_csv(tmp_path / "cases.csv", rows), **changes)
    assert not Case.objects.exists()
    assert not Event.objects.filter(subject_kind="case").exists()
    assert not Import.objects.exists()
    return caught.value.errors


# --- What is taken --------------------------------------------------------------------------------


def test_a_closed_case_comes_with_all_its_dates_and_events(tmp_path: Path) -> None:
    city = make_city()

    outcome = bring("cases", write_csv(tmp_path / "cases.csv", [CASE]))

    case = Case.objects.get()
    assert (outcome.row_count, outcome.brought.created, outcome.brought.updated) == (1, 1, 0)
    assert (case.number, case.status, case.source) == ("L-1", CaseStatus.CLOSED, Source.INSPECTION)
    assert (case.area_id, case.unit_id, case.category_id) == (COMMUNITY, "U-ROAD", "C-LIGHT")
    assert case.title == "人行道地砖破损，行人容易绊倒"
    assert case.found_at == case.filed_at == case.dispatched_at == here("2026-11-02 09:00")
    assert case.due_at == here("2026-11-04 17:30")
    assert case.closed_at == case.verified_at == here("2026-11-03 16:30")
    assert case.is_imported
    kinds = [event.kind for event in events_of(case)]
    assert kinds == [
        "case.filed", "case.dispatched", "case.acknowledged", "case.submitted", "case.verified",
        "case.closed",
    ]  # fmt: skip
    assert list(verify_chain()) == []
    assert city.unit.code == Assignment.objects.get().unit_id


def test_an_imported_history_is_the_same_as_one_that_was_lived(tmp_path: Path) -> None:
    city = make_city()
    office = make_user(Role.OPERATOR)
    worker = make_user(Role.HANDLER, unit_code="U-ROAD")
    bring("cases", write_csv(tmp_path / "cases.csv", [CASE | {"due_at": ""}]), actor=office)

    def at(name: str) -> dict[str, Any]:
        return {"now": here(CASE[name])}

    draft = CaseDraft(
        title="人行道地砖破损，行人容易绊倒",
        words=CASE["words"],
        source=Source.INSPECTION,
        category=Category.objects.get(code="C-LIGHT"),
        severity="normal",
        area=make_area(COMMUNITY),
        found_at=here(CASE["found_at"]),
    )
    lived = loop.file_draft(draft=draft, actor=office, **at("found_at"))
    of_it: dict[str, Any] = {"case_id": lived.pk}
    loop.dispatch_case(**of_it, unit=city.unit, actor=office, **at("found_at"))
    loop.acknowledge_case(**of_it, actor=worker, **at("acknowledged_at"))
    photo = make_photo(actor=worker, now=here(CASE["submitted_at"]))
    loop.submit_case(**of_it, words="已换", photos=[photo], actor=worker, **at("submitted_at"))
    loop.verify_case(**of_it, actor=office, **at("verified_at"))

    imported, lived = Case.objects.order_by("pk")
    assert story_of(imported) == story_of(lived)
    assert spans_of(imported) == spans_of(lived)
    apart = {"id", "number", "is_imported", "routing", "recurrence_of_id"}
    assert values_of(imported, apart) == values_of(lived, apart)


def story_of(case: Case) -> list[tuple[str, datetime]]:
    return [(event.kind, event.at) for event in events_of(case)]


def spans_of(case: Case) -> list[dict[str, Any]]:
    names = {field.attname for field in CaseSpan._meta.concrete_fields} - {"id", "case_id"}
    rows = CaseSpan.objects.filter(case=case).order_by("number")
    return [{name: getattr(row, name) for name in names} for row in rows]


def values_of(case: Case, apart: set[str]) -> dict[str, Any]:
    names = [field.attname for field in Case._meta.concrete_fields]
    return {name: getattr(case, name) for name in names if name not in apart}


@pytest.mark.parametrize(
    ("filled", "status"),
    [
        (0, CaseStatus.DISPATCHED),
        (1, CaseStatus.ACKNOWLEDGED),
        (2, CaseStatus.SUBMITTED),
        (3, CaseStatus.VERIFIED),
        (4, CaseStatus.CLOSED),
    ],
)
def test_a_case_stands_where_its_last_date_leaves_it(
    tmp_path: Path, filled: int, status: CaseStatus
) -> None:
    make_city()
    steps = ["acknowledged_at", "submitted_at", "verified_at", "closed_at"]

    bring("cases", write_csv(tmp_path / "c.csv", [CASE | dict.fromkeys(steps[filled:], "")]))

    assert Case.objects.get().status == status


def test_without_a_unit_a_case_waits_to_be_dispatched(tmp_path: Path) -> None:
    make_city()

    bring("cases", write_csv(tmp_path / "c.csv", [OPEN_CASE | {"unit": "", "category": ""}]))

    case = Case.objects.get()
    assert (case.status, case.unit_id, case.category_id, case.due_at) == ("filed", None, None, None)


def test_what_a_row_leaves_out_is_filled_in(tmp_path: Path) -> None:
    city = make_city()
    row = OPEN_CASE | {
        "number": "",
        "source": "",
        "severity": "",
        "area": "",
        "site": city.site.name,
    }

    bring("cases", write_csv(tmp_path / "c.csv", [row]))

    case = Case.objects.get()
    assert (case.number, case.source, case.severity) == ("HY-2026-000001", "other", "normal")
    assert (case.area_id, case.site_id, case.site_type_id) == (COMMUNITY, "S-1", "market")
    assert case.due_at == here("2026-11-03 09:00")  # a working day by the policy


def test_codes_and_names_and_chinese_headings_in_any_order(tmp_path: Path) -> None:
    make_city()
    path = write_xlsx(
        tmp_path / "台账.xlsx",
        [
            ["问题说明*", " 发现 时间（必填）", "责任单位", "类别", "所在区域", "来源", "时限"],
            [
                "路灯不亮",
                "2026年11月2日 9:00",
                "市政设施管理处",
                "路灯照明",
                "沿江南路社区居委会",
                "随手拍",
                "2026/11/4",
            ],
        ],
    )

    bring("cases", path)

    case = Case.objects.get()
    assert (case.unit_id, case.category_id, case.area_id) == ("U-ROAD", "C-LIGHT", COMMUNITY)
    assert case.due_at == here("2026-11-04 23:59:59")  # only a day: until its end


def test_excel_cells_of_every_kind_are_understood(tmp_path: Path) -> None:
    make_city()
    found = datetime(2026, 11, 2, 9, 0)  # noqa: DTZ001 - Excel's times have no zone
    path = write_xlsx(
        tmp_path / "c.xlsx",
        [
            ["number", "found_at", "source", "area", "words", "unit", "acknowledged_at"],
            [2026001, found, "督查", int(COMMUNITY), "井盖缺失", "U-ROAD", 46328.4375],
        ],
    )

    bring("cases", path)

    case = Case.objects.get()
    assert (case.number, case.area_id) == ("2026001", COMMUNITY)
    assert case.acknowledged_at == here("2026-11-02 10:30")


def test_of_days_without_times_each_step_follows_the_one_before(tmp_path: Path) -> None:
    make_city()
    days = dict.fromkeys(
        ("acknowledged_at", "submitted_at", "verified_at", "closed_at"), "2026-11-02"
    )

    bring("cases", write_csv(tmp_path / "c.csv", [CASE | days]))

    assert Case.objects.get().closed_at == here("2026-11-02 09:00")


def test_of_areas_with_one_name_the_site_and_the_path_say_which(tmp_path: Path) -> None:
    make_city()
    make_area("430405001002", name="幸福社区")
    make_area("430406001002", name="幸福社区")
    make_site(code="S-A", name="人民广场", area=make_area("430405001002"))
    make_site(code="S-B", name="人民广场", area=make_area("430406001002"))
    rows = [
        OPEN_CASE | {"number": "1", "area": "雁峰区 先锋街道 幸福社区"},
        OPEN_CASE | {"number": "2", "area": "430406", "site": "人民广场"},
    ]

    bring("cases", write_csv(tmp_path / "c.csv", rows))

    assert [case.area_id for case in Case.objects.order_by("number")] == ["430406001002"] * 2
    assert Case.objects.get(number="2").site_id == "S-B"


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    make_city()
    path = write_csv(tmp_path / "c.csv", [CASE, OPEN_CASE | {"number": "L-2", "unit": ""}])
    bring("cases", path)
    before = Event.objects.filter(subject_kind="case").count()

    outcome = bring("cases", path)

    assert (outcome.brought.created, outcome.brought.updated, outcome.brought.unchanged) == (
        0,
        0,
        2,
    )
    assert "完全相同" in outcome.brought.notes[0]
    assert Case.objects.count() == 2
    assert Event.objects.filter(subject_kind="case").count() == before


def test_a_known_number_with_other_words_is_refused_and_says_what_differs(tmp_path: Path) -> None:
    make_city()
    bring("cases", write_csv(tmp_path / "a.csv", [CASE]))

    with pytest.raises(RowErrors) as caught:
        bring(
            "cases", write_csv(tmp_path / "b.csv", [CASE | {"closed_at": "", "severity": "严重"}])
        )

    (error,) = caught.value.errors
    assert (error.row, error.column) == (2, "number")
    assert "程度、销号时间" in error.reason
    assert Case.objects.get().severity == "normal"


def test_a_trial_leaves_nothing_and_counts_all(tmp_path: Path) -> None:
    make_city()

    outcome = bring("cases", write_csv(tmp_path / "c.csv", [CASE]), is_dry=True)

    assert outcome.brought.created == 1
    assert not Case.objects.exists()
    assert not Import.objects.exists()


def test_an_import_is_a_row_and_an_event(tmp_path: Path) -> None:
    make_city()

    bring("cases", write_csv(tmp_path / "老台账.csv", [CASE]))

    row = Import.objects.get()
    assert (row.file_name, row.row_count, row.created_count) == ("老台账.csv", 1, 1)
    assert events_of(row).get().kind == "import.done"


def test_imported_numbers_are_not_given_again(tmp_path: Path) -> None:
    make_city()
    rows = [OPEN_CASE | {"number": "HY-2026-000007"}, OPEN_CASE | {"number": ""}]

    bring("cases", write_csv(tmp_path / "c.csv", rows))
    bring("cases", write_csv(tmp_path / "d.csv", [OPEN_CASE | {"number": ""}]))

    numbers = sorted(Case.objects.values_list("number", flat=True))
    assert len(set(numbers)) == 3
    assert "HY-2026-000007" in numbers


# --- What is refused ------------------------------------------------------------------------------


def test_every_error_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    make_city()

    errors = refused(
        tmp_path,
        CASE | {"number": "1", "found_at": "昨天", "source": "飞鸽", "area": "999"},
        CASE | {"number": "2"},
        CASE | {"number": "2", "words": "", "unit": "不存在的单位"},
    )

    assert [(error.row, error.column) for error in errors] == [
        (2, "area"), (2, "found_at"), (2, "source"), (4, "number"), (4, "unit"), (4, "words"),
    ]  # fmt: skip
    assert all(error.reason for error in errors)


STEPS = ("due_at", "acknowledged_at", "submitted_at", "verified_at", "closed_at")
CHANGES: list[tuple[dict[str, str], str, str]] = [
    ({"found_at": ""}, "found_at", "不能为空"),
    ({"words": " "}, "words", "不能为空"),
    (dict.fromkeys(STEPS, "") | {"found_at": "2026-11-22 09:00"}, "found_at", "晚于现在"),
    ({"closed_at": "2026-12-01 09:00"}, "closed_at", "晚于现在"),
    ({"acknowledged_at": "2026-11-01 09:00"}, "acknowledged_at", "早于发现时间"),
    ({"submitted_at": "2026-11-02 10:00"}, "submitted_at", "早于签收时间"),
    ({"verified_at": "2026-11-03 14:00"}, "verified_at", "早于反馈时间"),
    ({"closed_at": "2026-11-03 16:00"}, "closed_at", "早于核查时间"),
    ({"due_at": "2026-11-02 08:00"}, "due_at", "不晚于发现时间"),
    ({"due_at": "2062-11-02 08:00"}, "due_at", "太远"),
    (dict.fromkeys(STEPS, "") | {"found_at": "1900-01-01"}, "found_at", "太早"),
    ({"verified_at": ""}, "verified_at", "却没有核查时间"),
    ({"acknowledged_at": ""}, "acknowledged_at", "却没有签收时间"),
    ({"unit": ""}, "unit", "却没有填责任单位"),
    ({"unit": "U-GONE"}, "unit", "停用"),
    ({"unit": "城管"}, "unit", "没有代码或名称为“城管”的单位"),
    ({"category": "C-NONE"}, "category", "没有代码或名称为"),
    ({"site": "S-9"}, "site", "没有代码或名称为"),
    ({"site": "S-1", "area": OTHER_COMMUNITY}, "area", "不在"),
    ({"area": ""}, "area", "至少要填一个"),
    ({"area": "先锋"}, "area", "没有代码或名称为“先锋”的区域"),
    ({"area": "同名社区"}, "area", "有 2 个区域叫“同名社区”"),
    ({"severity": "要命"}, "severity", "可填：一般、较重、严重"),
    ({"source": "鸽子"}, "source", "可填：督查"),
    ({"found_at": "11/02/2026"}, "found_at", "请写成 2026-11-21 14:05"),
    ({"number": "9" * 41}, "number", "最多 40 个字"),
    ({"area": "4.30406E+11"}, "area", "科学计数法"),
]


@pytest.mark.parametrize(("change", "column", "words"), CHANGES)
def test_a_row_with_one_fault_is_refused_with_its_place_and_reason(
    tmp_path: Path, change: dict[str, str], column: str, words: str
) -> None:
    make_city()
    make_unit("U-GONE", name="旧单位", is_active=False, closed_on=date(2026, 6, 30))
    make_area("430405001009", name="同名社区")
    make_area("430406001009", name="同名社区")

    (error,) = refused(tmp_path, CASE | change)

    assert (error.row, error.column) == (2, column)
    assert words in error.reason
    assert "%(" not in error.reason


def test_a_unit_that_closed_later_keeps_its_old_cases(tmp_path: Path) -> None:
    make_city()
    make_unit("U-GONE", is_active=False, closed_on=date(2026, 11, 10))

    bring("cases", write_csv(tmp_path / "c.csv", [CASE | {"unit": "U-GONE"}]))

    assert Case.objects.get().unit_id == "U-GONE"


def test_without_a_limit_for_all_cases_a_row_must_say_its_own(tmp_path: Path) -> None:
    make_city()
    ClockPolicy.objects.all().delete()

    (error,) = refused(tmp_path, CASE | {"due_at": ""})

    assert error.column == "due_at"
    bring("cases", write_csv(tmp_path / "ok.csv", [CASE]))


@pytest.mark.parametrize(
    ("headings", "column", "words"),
    [
        ([*CASE, "remark"], "remark", "不认识“remark”这一列"),
        (
            [*(name if name != "severity" else "severty" for name in CASE)],
            "severty",
            "是不是“severity”",
        ),
        ([*(name for name in CASE if name != "words")], "words", "缺少“问题说明”（words）一列"),
        ([*CASE, "编号"], "number", "出现了两次"),
    ],
)
def test_columns_that_are_unknown_missing_or_double_are_named(
    tmp_path: Path, headings: list[str], column: str, words: str
) -> None:
    make_city()
    path = tmp_path / "c.csv"
    values = [CASE.get(name, "x") for name in headings]
    path.write_text(f"{','.join(headings)}\n{','.join(values)}\n", encoding="utf-8")

    with pytest.raises(RowErrors) as caught:
        bring("cases", path)

    assert any(
        error.row == 1 and error.column == column and words in error.reason
        for error in caught.value.errors
    )
    assert not Case.objects.exists()


def test_excel_traps_are_named_with_their_row_and_column(tmp_path: Path) -> None:
    make_city()

    def set_traps(_book: Any, sheet: Any) -> None:
        sheet.write_formula(1, 3, "=A9", None, "")
        sheet.write_formula(2, 1, "=1/0", None, "#DIV/0!")
        sheet.merge_range("A4:A5", "9")

    rows = [
        ["number", "found_at", "area", "words", "备注"],
        ["1", "2026-11-02 09:00", COMMUNITY, "", "=x"],
        ["2", "", COMMUNITY, "井盖缺失", ""],
        ["", "2026-11-02 09:00", COMMUNITY, "甲", ""],
        ["", "2026-11-02 09:00", COMMUNITY, "乙", ""],
    ]
    with pytest.raises(RowErrors) as caught:
        bring("cases", write_xlsx(tmp_path / "c.xlsx", rows, set_traps))

    places = [(error.row, error.column) for error in caught.value.errors]
    assert places == [(1, "备注"), (2, "words"), (3, "found_at"), (4, "")]


def test_one_bad_row_in_many_stops_them_all(tmp_path: Path) -> None:
    make_city()
    rows = [OPEN_CASE | {"number": f"L-{number}"} for number in range(3000)]
    rows[2500] |= {"area": "999999"}

    (error,) = refused(tmp_path, *rows)

    assert (error.row, error.column) == (2502, "area")


def test_a_file_without_rows_is_no_import(tmp_path: Path) -> None:
    make_city()
    path = tmp_path / "c.csv"
    path.write_text(",".join(CASE) + "\n", encoding="utf-8")

    with pytest.raises(SheetEmpty):
        bring("cases", path)


def test_nobody_brings_in_cases_outside_his_area(tmp_path: Path) -> None:
    make_city()
    actor = make_user(Role.OPERATOR, area_code="430406")

    errors = refused(tmp_path, CASE, CASE | {"number": "L-2", "area": OTHER_COMMUNITY}, actor=actor)

    assert [(error.row, error.column) for error in errors] == [(3, "area")]
    assert "管理范围" in errors[0].reason


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        (lambda: {"actor": make_user(Role.INSPECTOR)}, Forbidden),
        (lambda: {"actor": make_user()}, Forbidden),
        (lambda: {"options": Options(area_code="999")}, OptionUnfit),
        (lambda: {"options": Options(source="pigeon")}, OptionUnfit),
    ],
)
def test_who_may_not_and_what_means_nothing(
    tmp_path: Path, changes: Callable[[], dict[str, Any]], refusal: type[Exception]
) -> None:
    make_city()

    with pytest.raises(refusal):
        bring("cases", write_csv(tmp_path / "c.csv", [CASE]), **changes())

    assert not Case.objects.exists()


def test_an_unknown_kind_is_answered_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(KindUnknown, match="areas"):
        bring("dragons", write_csv(tmp_path / "c.csv", [CASE]))


def test_progress_is_told_while_rows_are_checked_and_written(tmp_path: Path) -> None:
    make_city()
    told: list[tuple[str, int, int]] = []
    rows = [OPEN_CASE | {"number": f"L-{number}"} for number in range(2500)]

    bring("cases", write_csv(tmp_path / "c.csv", rows), progress=lambda *how: told.append(how))

    doing = list(dict.fromkeys(chain(how[0] for how in told)))
    assert doing == ["核对", "写入"]
    assert told[-1][1:] == (2500, 2500)


def test_lists_are_read_once_and_not_row_by_row(
    tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    make_city()
    rows = [OPEN_CASE | {"number": f"L-{number}", "site": "S-1"} for number in range(500)]

    with django_assert_max_num_queries(60):
        bring("cases", write_csv(tmp_path / "c.csv", rows), is_dry=True)


def test_now_is_what_the_future_is_measured_by(tmp_path: Path) -> None:
    make_city()
    path = write_csv(tmp_path / "c.csv", [OPEN_CASE])

    with pytest.raises(RowErrors):
        bring("cases", path, now=NOW - timedelta(days=60))
