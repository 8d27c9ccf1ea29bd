"""The way of a file through the pages: brought, checked, taken in or sent back marked."""

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases.models import Case
from yanzhen.core.enums import JobStatus
from yanzhen.core.jobs import Run, claim, discover, perform
from yanzhen.core.models import Job
from yanzhen.events.queries import events_of
from yanzhen.exchange import operations, shelf
from yanzhen.exchange.enums import ExportStatus, ImportStatus
from yanzhen.exchange.models import Export, Import
from yanzhen.exchange.tests.factories import CASE, make_city, write_csv
from yanzhen.exchange.tests.test_import_net import PERSON
from yanzhen.exchange.tests.test_import_reports import REPORT

pytestmark = pytest.mark.django_db

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, settings: Any) -> Path:
    settings.YANZHEN_HOME = tmp_path / "home"
    settings.YANZHEN_HOME.mkdir()
    return tmp_path / "home"


@pytest.fixture
def office() -> User:
    make_city()
    return make_user(Role.OPERATOR, username="office")


@pytest.fixture
def client(office: User) -> Client:
    return client_of(office)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, BACKEND)
    return client


def work() -> None:
    """Do the jobs that wait, as the runner does."""
    discover()
    while held := claim(now=timezone.now() + timedelta(seconds=1)):
        perform(held, Run(held.job_id, held.attempt))


def uploaded(tmp_path: Path, *rows: dict[str, Any], name: str = "台账.csv") -> SimpleUploadedFile:
    content = write_csv(tmp_path / "upload.csv", rows).read_bytes()
    return SimpleUploadedFile(name, content, content_type="text/csv")


def bring(client: Client, upload: SimpleUploadedFile, kind: str = "cases", **more: Any) -> Import:
    answer = client.post(f"/exchange/{kind}/import/", {"file": upload, **more})
    assert answer.status_code == 303, answer.content.decode()
    row = Import.objects.order_by("-pk").first()
    assert row is not None
    assert answer["Location"] == f"/exchange/imports/{row.pk}/"
    return row


def page(client: Client, row: Import | Export) -> str:
    noun = "imports" if isinstance(row, Import) else "exports"
    answer = client.get(f"/exchange/{noun}/{row.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_good_file_is_checked_then_taken_in(client: Client, tmp_path: Path) -> None:
    row = bring(client, uploaded(tmp_path, CASE))
    assert "正在核对" in page(client, row)
    assert not Case.objects.exists()

    work()
    assert "将导入 1 行：新增 1，更新 0，未变 0" in page(client, row)
    assert not Case.objects.exists()

    answer = client.post(f"/exchange/imports/{row.pk}/start/")
    assert answer.status_code == 303
    assert "正在导入" in page(client, row)
    work()

    assert "导入了 1 行：新增 1" in page(client, row)
    assert Case.objects.get().number == "L-1"
    kinds = [event.kind for event in events_of(row)]
    assert kinds == ["import.brought", "import.started", "import.done"]


def test_a_faulty_file_comes_back_with_every_fault_marked(client: Client, tmp_path: Path) -> None:
    row = bring(
        client,
        uploaded(tmp_path, CASE, CASE | {"number": "L-2", "area": "999", "found_at": "昨天"}),
    )
    work()

    told = page(client, row)
    assert "有 2 处要改" in told
    assert "没有代码或名称为“999”的区域" in told
    answer = client.get(f"/exchange/imports/{row.pk}/errors.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.getvalue()))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0] == [*CASE, "错误提示"]
    assert rows[1][-1] == ""
    assert "看不懂的时间“昨天”" in str(rows[2][-1])
    faults = book.get_sheet_by_name("错误清单").to_python()
    assert [fault[:2] for fault in faults[1:]] == [[3.0, "区域"], [3.0, "发现时间"]]
    assert client.post(f"/exchange/imports/{row.pk}/start/").status_code == 409
    assert not Case.objects.exists()


def test_a_marked_file_may_come_back_corrected(client: Client, tmp_path: Path) -> None:
    fixed = CASE | {"错误提示": "区域没有"}

    row = bring(client, uploaded(tmp_path, fixed))
    work()

    row.refresh_from_db()
    assert row.status == ImportStatus.READY


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "是空的"),
        (b"%PDF-1.7", "PDF 文件"),
        (b"PK\x03\x04", "损坏"),
        (b"a,b\n1,2\n", "没有找到表头"),
    ],
)
def test_what_is_no_table_is_told_in_a_sentence(client: Client, content: bytes, words: str) -> None:
    row = bring(client, SimpleUploadedFile("x.xlsx", content))
    work()

    assert words in page(client, row)


def test_messages_are_asked_for_what_they_do_not_say(client: Client, tmp_path: Path) -> None:
    places = write_csv(tmp_path / "m.csv", [{"place": "东区", "area": "430405"}]).read_bytes()
    more = {
        "places": SimpleUploadedFile("m.csv", places),
        "area": "衡阳市",
        "source": "hotline",
    }
    rows = [
        REPORT | {"area": "", "place": "东区"},
        REPORT | {"number": "2", "area": "", "text": "无处"},
    ]

    row = bring(client, uploaded(tmp_path, *rows), "reports", **more)
    work()

    row.refresh_from_db()
    assert row.options == {
        "sheet": "", "area_code": "4304", "places": {"东区": "430405"}, "source": "hotline",
    }  # fmt: skip
    assert row.status == ImportStatus.READY
    assert "区域依据" in page(client, row)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"area": "火星"}, "没有代码或名称为“火星”的区域"),
        ({"places": SimpleUploadedFile("m.csv", b"place,area\nx,999\n")}, "地名对照表有误"),
        ({"source": "pigeon"}, "选择一个有效的选项"),
    ],
)
def test_what_is_said_beside_a_file_is_checked_at_once_and_kept(
    client: Client, tmp_path: Path, more: dict[str, Any], words: str
) -> None:
    answer = client.post("/exchange/reports/import/", {"file": uploaded(tmp_path, REPORT), **more})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Import.objects.exists()


def test_without_a_file_the_form_says_so(client: Client) -> None:
    answer = client.post("/exchange/cases/import/", {})

    assert answer.status_code == 422
    assert not Import.objects.exists()


def test_a_form_sent_twice_is_taken_once(client: Client, tmp_path: Path) -> None:
    sent = {"client_id": "6c1f2b1e-8c39-4a54-9d53-0e2a3f1b7c99"}

    first = bring(client, uploaded(tmp_path, CASE), **sent)
    second = bring(client, uploaded(tmp_path, CASE), **sent)

    assert first == second
    assert Import.objects.count() == 1
    assert len(list(shelf.shelf().iterdir())) == 1


def test_two_clicks_take_a_file_in_once(client: Client, tmp_path: Path) -> None:
    row = bring(client, uploaded(tmp_path, CASE))
    work()
    sent = {"client_id": "6c1f2b1e-8c39-4a54-9d53-0e2a3f1b7c98"}

    first = client.post(f"/exchange/imports/{row.pk}/start/", sent)
    second = client.post(f"/exchange/imports/{row.pk}/start/", sent)
    work()

    assert first.status_code == second.status_code == 303
    assert Case.objects.count() == 1


def test_a_job_that_runs_again_takes_nothing_in_again(client: Client, tmp_path: Path) -> None:
    row = bring(client, uploaded(tmp_path, CASE))
    work()
    client.post(f"/exchange/imports/{row.pk}/start/")
    work()

    operations.run_import(import_id=row.pk, now=timezone.now())
    operations.check_import(import_id=row.pk, now=timezone.now())

    row.refresh_from_db()
    assert row.status == ImportStatus.DONE
    assert Case.objects.count() == 1


def test_when_the_world_has_moved_meanwhile_nothing_is_taken_in(
    client: Client, tmp_path: Path
) -> None:
    row = bring(client, uploaded(tmp_path, CASE))
    work()
    other = bring(client, uploaded(tmp_path, CASE | {"severity": "严重"}))
    work()
    for one in (other, row):
        client.post(f"/exchange/imports/{one.pk}/start/")
    work()

    row.refresh_from_db()
    assert row.status == ImportStatus.REFUSED
    assert "已有问题" in page(client, row)
    assert Case.objects.get().severity == "severe"


def test_a_file_may_be_given_up(client: Client, tmp_path: Path) -> None:
    row = bring(client, uploaded(tmp_path, CASE))
    work()

    answer = client.post(f"/exchange/imports/{row.pk}/drop/")

    row.refresh_from_db()
    assert answer.status_code == 303
    assert row.status == ImportStatus.DROPPED
    assert client.post(f"/exchange/imports/{row.pk}/start/").status_code == 409


def test_a_job_that_broke_is_told_and_the_page_does_not_wait_for_ever(
    client: Client, tmp_path: Path
) -> None:
    row = bring(client, uploaded(tmp_path, CASE))
    Job.objects.update(status=JobStatus.DEAD)

    assert "这次处理出了错，一行也没有导入" in page(client, row)


def test_new_passwords_are_handed_out_once(client: Client, tmp_path: Path) -> None:
    row = bring(client, uploaded(tmp_path, PERSON), "people")
    work()
    client.post(f"/exchange/imports/{row.pk}/start/")
    work()
    assert "下载一次性密码" in page(client, row)

    answer = client.post(f"/exchange/imports/{row.pk}/passwords/")

    told = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer["Cache-Control"] == "no-store"
    assert User.rows.get(username="li.ming").check_password(told[1][1])
    assert client.post(f"/exchange/imports/{row.pk}/passwords/").status_code == 404
    assert "下载一次性密码" not in page(client, row)


def test_a_poll_gets_the_state_alone(client: Client, tmp_path: Path) -> None:
    row = bring(client, uploaded(tmp_path, CASE))

    answer = client.get(f"/exchange/imports/{row.pk}/", headers={"HX-Request": "true"})

    assert "<html" not in answer.content.decode()
    assert 'id="state"' in answer.content.decode()
    assert 'hx-trigger="every 2s"' in answer.content.decode()
    work()
    answer = client.get(f"/exchange/imports/{row.pk}/", headers={"HX-Request": "true"})
    assert "hx-trigger" not in answer.content.decode()


# --- Out ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_a_ledger_is_written_in_the_background_and_fetched(client: Client, suffix: str) -> None:
    answer = client.post("/exchange/exports/", {"kind": "units", "suffix": suffix})
    row = Export.objects.get()
    assert answer["Location"] == f"/exchange/exports/{row.pk}/"
    assert "正在导出" in page(client, row)
    assert client.get(f"/exchange/exports/{row.pk}/file/").status_code == 404
    work()

    assert "1 行" in page(client, row)
    file = client.get(f"/exchange/exports/{row.pk}/file/")
    assert file.getvalue().startswith(b"PK" if suffix == "xlsx" else b"\xef\xbb\xbfcode,name")
    assert "attachment" in file["Content-Disposition"]
    assert [event.kind for event in events_of(row)] == ["export.asked", "export.made"]


def test_who_takes_people_out_is_reminded(client: Client) -> None:
    client.post("/exchange/exports/", {"kind": "people", "suffix": "csv"})
    work()

    assert "个人信息" in page(client, Export.objects.get())


@pytest.mark.parametrize(
    "said", [{"kind": "dragons", "suffix": "csv"}, {"kind": "cases", "suffix": "exe"}, {}]
)
def test_an_export_of_nothing_is_not_found(client: Client, said: dict[str, str]) -> None:
    assert client.post("/exchange/exports/", said).status_code == 404


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_templates_are_there_for_every_kind_one_may_bring_in(client: Client, suffix: str) -> None:
    home = client.get("/exchange/").content.decode()

    for kind in (
        "areas",
        "units",
        "people",
        "site-types",
        "sites",
        "categories",
        "cases",
        "reports",
    ):
        answer = client.get(f"/exchange/{kind}/template.{suffix}")
        assert answer.status_code == 200
        assert answer.getvalue()
        assert f"/exchange/{kind}/import/" in home
        assert client.get(f"/exchange/{kind}/import/").status_code == 200
    assert client.get("/exchange/cases/template.exe").status_code == 404
    assert client.get("/exchange/dragons/template.xlsx").status_code == 404


# --- Who sees what --------------------------------------------------------------------------------


def everything_of(row: Import, out: Export) -> list[tuple[str, str]]:
    start = f"/exchange/imports/{row.pk}"
    return [
        ("get", f"{start}/"),
        ("post", f"{start}/start/"),
        ("post", f"{start}/drop/"),
        ("get", f"{start}/errors.xlsx"),
        ("post", f"{start}/passwords/"),
        ("get", f"/exchange/exports/{out.pk}/"),
        ("get", f"/exchange/exports/{out.pk}/file/"),
    ]


def test_nobody_sees_the_files_of_another(client: Client, tmp_path: Path) -> None:
    row = bring(client, uploaded(tmp_path, CASE))
    client.post("/exchange/exports/", {"kind": "people", "suffix": "csv"})
    work()
    another = client_of(make_user(Role.OPERATOR))

    for method, address in everything_of(row, Export.objects.get()):
        assert getattr(another, method)(address).status_code == 404, address
    assert "台账.csv" not in another.get("/exchange/").content.decode()


@pytest.mark.parametrize(
    ("role", "scope", "status"),
    [
        (Role.INSPECTOR, {}, 403),
        (Role.HANDLER, {"unit_code": "U-ROAD"}, 403),
        (Role.ADMIN, {}, 200),
    ],
)
def test_bringing_in_asks_for_the_right(
    office: User, role: Role, scope: dict[str, str], status: int
) -> None:
    visitor = client_of(make_user(role, **scope))

    assert visitor.get("/exchange/cases/import/").status_code == status
    answer = visitor.get("/exchange/cases/template.csv")
    assert answer.getvalue()
    assert answer.status_code == status


def test_who_may_do_neither_does_not_get_in(office: User) -> None:
    assert client_of(make_user(Role.KEEPER)).get("/exchange/").status_code == 403


def test_a_unit_sees_what_it_may_take_out_and_nothing_to_bring_in(office: User) -> None:
    home = client_of(make_user(Role.HANDLER, unit_code="U-ROAD")).get("/exchange/").content.decode()

    assert "导出 Excel" in home
    assert "/import/" not in home


# --- Cleaning up ----------------------------------------------------------------------------------


def test_files_are_taken_away_after_a_week_and_what_became_of_them_stays(
    client: Client, tmp_path: Path
) -> None:
    row = bring(client, uploaded(tmp_path, CASE))
    client.post("/exchange/exports/", {"kind": "units", "suffix": "csv"})
    work()
    assert operations.tidy_shelf(now=timezone.now() + timedelta(days=6)) == 0

    removed = operations.tidy_shelf(now=timezone.now() + timedelta(days=8))

    assert removed == 2
    assert list(shelf.shelf().iterdir()) == []
    row.refresh_from_db()
    assert row.status == ImportStatus.DROPPED
    out = Export.objects.get()
    assert out.status == ExportStatus.GONE
    assert "已过保存期" in page(client, out)


def test_the_home_page_asks_as_often_for_many_files_as_for_one(
    client: Client, tmp_path: Path, django_assert_num_queries: Any
) -> None:
    def asked() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as captured:
            client.get("/exchange/")
        return len(captured)

    bring(client, uploaded(tmp_path, CASE))
    asked()  # what is kept in memory is read by now
    few = asked()
    for _ in range(3):
        bring(client, uploaded(tmp_path, CASE))

    assert asked() == few
