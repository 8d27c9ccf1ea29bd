"""`yanzhen import` and `yanzhen export` as a terminal sees them: words, JSON and exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest

from yanzhen.__main__ import main
from yanzhen.accounts.models import User
from yanzhen.cases.models import Case
from yanzhen.exchange.tests.factories import CASE, OPEN_CASE, make_city, read_csv, write_csv
from yanzhen.exchange.tests.test_import_net import PERSON
from yanzhen.exchange.tests.test_import_reports import REPORT
from yanzhen.intake.models import Report

pytestmark = pytest.mark.django_db

Capture = pytest.CaptureFixture[str]


def yanzhen(*words: str) -> int:
    """Run the command; what its parser refuses is an exit code too."""
    try:
        return main(list(words))
    except SystemExit as stop:
        return int(stop.code or 0)


def answer_of(capsys: Capture) -> dict[str, Any]:
    return dict(json.loads(capsys.readouterr().out))


def test_an_import_prints_exactly_what_was_promised(tmp_path: Path, capsys: Capture) -> None:
    make_city()
    path = write_csv(tmp_path / "c.csv", [CASE], encoding="gbk")

    code = main(["import", "cases", str(path), "--json"])

    assert code == 0
    assert answer_of(capsys) == {
        "kind": "cases", "rows": 1, "created": 1, "updated": 0, "errors": [],
    }  # fmt: skip


def test_a_refused_import_prints_every_error_with_its_place(
    tmp_path: Path, capsys: Capture
) -> None:
    make_city()
    path = write_csv(tmp_path / "c.csv", [CASE | {"area": "9"}, CASE | {"words": ""}])

    code = main(["import", "cases", str(path), "--json"])

    answer = answer_of(capsys)
    assert code == 1
    assert (answer["rows"], answer["created"], answer["updated"]) == (0, 0, 0)
    assert [(error["row"], error["column"]) for error in answer["errors"]][:2] == [
        (2, "area"),
        (3, "number"),
    ]
    assert all(set(error) == {"row", "column", "reason"} for error in answer["errors"])
    assert not Case.objects.exists()


def test_errors_are_told_to_people_with_the_names_of_columns(
    tmp_path: Path, capsys: Capture
) -> None:
    make_city()
    path = write_csv(tmp_path / "c.csv", [CASE | {"found_at": "昨天"}])

    assert main(["import", "cases", str(path)]) == 1

    said = capsys.readouterr()
    assert said.out == ""
    assert "第 2 行 发现时间：看不懂的时间“昨天”" in said.err
    assert "共 1 处错误，一行也没有导入" in said.err


def test_a_dry_run_says_what_would_be_and_does_nothing(tmp_path: Path, capsys: Capture) -> None:
    make_city()
    path = write_csv(tmp_path / "c.csv", [CASE, OPEN_CASE | {"number": "L-2"}])

    assert main(["import", "cases", str(path), "--dry-run"]) == 0

    assert "核对无误" in capsys.readouterr().out
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "words",
    [
        ["dragons", "c.csv"],
        ["cases", "no-such.csv"],
        ["cases", "."],
        ["reports", "c.csv", "--map", "no-such.csv"],
        ["cases"],
        ["cases", "c.csv", "--no-such-option"],
    ],
)
def test_wrong_use_is_two_and_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_csv(tmp_path / "c.csv", [CASE])

    assert yanzhen("import", *words) == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"\x00\x01"])
def test_a_file_that_is_no_table_is_refused_in_words_and_in_json(
    tmp_path: Path, capsys: Capture, content: bytes
) -> None:
    (tmp_path / "c.xlsx").write_bytes(content)

    assert main(["import", "cases", str(tmp_path / "c.xlsx"), "--json"]) == 1

    answer = answer_of(capsys)
    assert answer["errors"][0]["row"] == 0
    assert "c.xlsx" in answer["errors"][0]["reason"]


def test_messages_come_with_a_map_of_places_and_an_area_for_the_rest(
    tmp_path: Path, capsys: Capture
) -> None:
    make_city()
    places = write_csv(tmp_path / "m.csv", [{"place": "东区", "area": "430405"}])
    rows = [
        REPORT | {"number": "1", "area": "", "place": "东区"},
        REPORT | {"number": "2", "area": "", "place": ""},
    ]
    path = write_csv(tmp_path / "r.csv", rows)

    code = main(["import", "reports", str(path), "--map", str(places), "--area", "4304"])

    assert code == 0
    areas = {report.number: report.case.area_id for report in Report.objects.all()}
    assert areas == {"1": "430405", "2": "4304"}
    assert "区域依据" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--area", "999"], ["--source", "pigeon"]])
def test_an_option_that_means_nothing_is_refused(
    tmp_path: Path, capsys: Capture, words: list[str]
) -> None:
    make_city()
    path = write_csv(tmp_path / "r.csv", [REPORT])

    assert main(["import", "reports", str(path), *words]) == 1
    assert "没有“" in capsys.readouterr().err


def test_one_time_passwords_go_where_only_their_owner_reads(
    tmp_path: Path, capsys: Capture
) -> None:
    make_city()
    path, told = write_csv(tmp_path / "p.csv", [PERSON]), tmp_path / "passwords.csv"

    assert main(["import", "people", str(path), "--passwords", str(told), "--json"]) == 0

    (row,) = read_csv(told)
    assert User.rows.get(username="li.ming").check_password(row["password"])
    assert told.stat().st_mode & 0o777 == 0o600
    said = capsys.readouterr()
    assert row["password"] not in said.out + said.err


def test_an_export_and_a_template_are_written_where_they_were_asked_for(
    tmp_path: Path, capsys: Capture
) -> None:
    make_city()
    main(["import", "cases", str(write_csv(tmp_path / "c.csv", [CASE]))])

    assert main(["export", "cases", str(tmp_path / "out.csv")]) == 0
    assert main(["export", "cases", str(tmp_path / "t.xlsx"), "--template"]) == 0
    assert main(["export", "areas", str(tmp_path / "a.csv"), "--area", "430406"]) == 0

    assert [row["number"] for row in read_csv(tmp_path / "out.csv")] == ["L-1"]
    assert (tmp_path / "t.xlsx").stat().st_size > 1000
    assert {row["code"][:6] for row in read_csv(tmp_path / "a.csv")} == {"430406"}
    assert "1 行" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [["dragons", "a.csv"], ["cases", "a.docx"], ["cases", "nowhere/a.csv"], ["cases"]]
)
def test_an_export_that_makes_no_sense_is_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert yanzhen("export", *words) == 2
    assert list(tmp_path.iterdir()) == []
