"""The ledger as an Excel file: the very rows of the list, with who took them, also in the background."""

import re
import zipfile
from datetime import timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from yanzhen.accounts.enums import Role
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases import jobs, sheets
from yanzhen.cases.models import Case
from yanzhen.cases.sheets import COLUMNS
from yanzhen.cases.tests.sixteen import Sixteen, make_sixteen
from yanzhen.cases.tests.visits import NOW, client_of, form_on, signed_in, stop_clock, text
from yanzhen.cases.tests.visits import rows as rows_of
from yanzhen.cases.views import export
from yanzhen.core.jobs import Run, claim, perform
from yanzhen.core.models import Job
from yanzhen.events.models import Event

pytestmark = pytest.mark.django_db

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(scope="module")
def book(lasting: None) -> Sixteen:
    return make_sixteen()


@pytest.fixture
def office(book: Sixteen) -> Client:
    return client_of(book.people["office"])


def fetched(client: Client, address: str) -> bytes:
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, EXCEL), address
    assert answer["Content-Disposition"].startswith("attachment;")
    return b"".join(answer)


def lines(content: bytes, sheet: int = 0) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return book.get_sheet_by_index(sheet).to_python()


def numbers(content: bytes) -> list[str]:
    return [line[0] for line in lines(content)[1:]]


def inside(content: bytes, name: str = "xl/worksheets/sheet1.xml") -> str:
    with zipfile.ZipFile(BytesIO(content)) as file:
        return unescape(file.read(name).decode())


# --- At once --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "",
        "status=open",
        "due=overdue&sort=newest",
        "unit=A&q=问题",
        "q=臭味",
        "type=market",
        "area=9",
    ],
)
def test_the_rows_of_the_file_are_the_rows_of_the_list_in_its_order(
    office: Client, book: Sixteen, query: str
) -> None:
    listed = rows_of(text(office, f"/cases/?{query}", part=True))

    assert numbers(fetched(office, f"/cases/export/?{query}")) == listed


def test_each_case_is_told_in_full(office: Client, book: Sixteen) -> None:
    heading, *told = lines(fetched(office, "/cases/export/?q=臭味"))

    assert heading == [str(column.heading) for column in COLUMNS]
    told_of = {name: value for name, value in zip(heading, told[0], strict=True) if value != ""}
    assert told_of == {
        "编号": book.number("b"), "问题": "问题b",
        "情况": "垃圾桶满溢，臭味扰民，联系人 13800138000。", "状态": "待交办", "程度": "较重",
        "类别": "垃圾", "来源": "12345热线", "来源编号": "W20261029-7", "区县": "雁峰区",
        "街道（乡镇）": "先锋街道", "社区（村）": "沿江南路社区居委会",
        "位置": book.cases["b"].address,
        "发现时间": (NOW - timedelta(days=7) + timedelta(hours=8)).replace(tzinfo=None),
        "立案时间": (NOW - timedelta(days=7) + timedelta(hours=8.5)).replace(tzinfo=None),
        "退回次数": 0, "返工次数": 0, "延期次数": 0,
    }  # fmt: skip


def test_only_the_ticked_rows_go_out_where_some_are_ticked(office: Client, book: Sixteen) -> None:
    b, d = book.numbers("bd")
    assert sorted(numbers(fetched(office, f"/cases/export/?case={b}&case={d}&case=x%00"))) == [b, d]


def test_nobody_takes_out_more_than_he_sees(book: Sixteen) -> None:
    far = client_of(book.people["X"])
    ticked = "&".join(f"case={number}" for number in book.numbers("bde"))

    assert sorted(book.word(numbers(fetched(far, "/cases/export/")))) == ["e", "f"]
    assert book.word(numbers(fetched(far, f"/cases/export/?{ticked}"))) == "e"


def test_the_area_i_look_at_narrows_the_file_as_it_does_the_list(
    office: Client, book: Sixteen
) -> None:
    office.get("/area/?code=430405")
    assert sorted(book.word(numbers(fetched(office, "/cases/export/")))) == ["e", "f"]


@pytest.mark.parametrize(("role", "may"), [(Role.KEEPER, 403), (None, 403), (Role.STEWARD, 200)])
def test_who_may_not_take_rows_out_is_told_so(book: Sixteen, role: Role | None, may: int) -> None:
    visitor = signed_in(role)

    answer = visitor.get("/cases/export/?q=臭味")
    if answer.streaming:
        b"".join(answer)  # a file is read to its end
    assert answer.status_code == may
    assert visitor.post("/cases/exports/", {}).status_code == (403 if may == 403 else 303)
    assert Event.objects.filter(kind="user.exported").exists() == (may == 200)
    assert ('href="/cases/export/' in text(visitor, "/cases/")) == (may == 200)


def test_who_took_it_and_when_stands_on_each_printed_page(book: Sixteen) -> None:
    client = client_of(
        make_user(Role.STEWARD, username="li&liu", full_name="李&刘", area_code="4304")
    )

    content = fetched(client, "/cases/export/")

    mark = "由 李&&刘（li&&liu）于 2026-11-05 周四 10:00 导出"
    assert f"<oddFooter>&L{mark}&R&P / &N</oddFooter>" in inside(content)
    assert mark.replace("&&", "&") in inside(content, "docProps/core.xml")


def test_taking_rows_out_is_written_down(office: Client, book: Sixteen) -> None:
    fetched(office, "/cases/export/?status=open&area=430405")
    fetched(office, f"/cases/export/?case={book.number('d')}")

    events = list(Event.objects.filter(kind="user.exported").order_by("pk"))
    assert [event.actor for event in events] == [book.people["office"]] * 2
    assert [event.facts for event in events] == [
        {"what": "cases", "rows": 2, "query": "status=open&area=430405"},
        {"what": "cases", "rows": 1, "query": "", "numbers": [book.number("d")]},
    ]


def test_what_looks_like_a_formula_stays_text(office: Client, book: Sixteen) -> None:
    nasty = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2", "http://x.example/", "{=A1}", "007"]
    for letter, words in zip("abcdefg", nasty, strict=True):
        Case.objects.filter(pk=book.cases[letter].pk).update(title=words, words=words)

    content = fetched(office, "/cases/export/")

    told = {line[0]: line[1:3] for line in lines(content)[1:]}
    assert [told[number] for number in book.numbers("abcdefg")] == [[one, one] for one in nasty]
    assert "<f>" not in inside(content)
    assert "<hyperlink" not in inside(content)


def test_the_longest_words_and_strange_signs_go_out_whole(office: Client, book: Sixteen) -> None:
    words = "长" * 20_000
    Case.objects.filter(pk=book.cases["a"].pk).update(words=words)
    Case.objects.filter(pk=book.cases["b"].pk).update(words="一\x0b二\x01三😀\n四")

    told = {line[0]: line[2] for line in lines(fetched(office, "/cases/export/"))[1:]}

    assert told[book.number("a")] == words
    assert "三😀\n四" in told[book.number("b")]


def test_where_one_sheet_is_full_the_next_goes_on(
    office: Client, book: Sixteen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 8)

    content = fetched(office, "/cases/export/")

    one, two = lines(content), lines(content, sheet=1)
    listed = rows_of(text(office, "/cases/", part=True))
    assert [line[0] for line in one[1:]] + [line[0] for line in two[1:]] == listed
    assert (len(one), one[0]) == (9, two[0])
    assert CalamineWorkbook.from_filelike(BytesIO(content)).sheet_names == [
        "问题台账",
        "问题台账 2",
    ]


# --- In the background ----------------------------------------------------------------------------


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a list of three rows be a long one."""
    monkeypatch.setattr(export, "MOST_AT_ONCE", 2)


def work() -> None:
    """Do what waits, as the runner does."""
    while held := claim(now=NOW + timedelta(seconds=1)):
        perform(held, Run(held.job_id, held.attempt))


def begin(client: Client, query: str) -> str:
    """From the list to the page of the job, by the form that is offered; its address."""
    offer = client.get(f"/cases/export/?{query}")
    assert offer["Content-Type"].startswith("text/html")
    answer = client.post("/cases/exports/", form_on(offer, "/cases/exports/"))
    assert answer.status_code == 303
    address: str = answer["Location"]
    return address


@pytest.mark.usefixtures("short_patience")
def test_a_long_list_is_offered_made_in_the_background_and_fetched(
    office: Client, book: Sixteen
) -> None:
    assert "现在的筛选有 13 件" in text(office, "/cases/export/?status=open")
    address = begin(office, "status=open&type=market&type=park&status=closed")
    assert "排队中" in text(office, address)
    assert office.get(f"{address}file/").status_code == 404
    assert not Event.objects.filter(kind="user.exported").exists()

    work()

    page = text(office, address)
    assert "写好了，共 4 件。" in page
    assert f'href="{address}file/"' in page
    content = fetched(office, f"{address}file/")
    assert sorted(book.word(numbers(content))) == sorted("dloe")
    assert "由 " in inside(content)
    facts = Event.objects.get(kind="user.exported").facts
    assert facts["rows"] == 4
    assert "type=market&type=park" in facts["query"]


@pytest.mark.usefixtures("short_patience")
def test_progress_is_shown_and_the_page_asks_again_by_itself(office: Client, book: Sixteen) -> None:
    address = begin(office, "")
    held = claim(now=NOW + timedelta(seconds=1))
    while held and held.kind != jobs.export_ledger.kind:  # what came before it is done first
        perform(held, Run(held.job_id, held.attempt))
        held = claim(now=NOW + timedelta(seconds=1))
    assert held
    Job.objects.filter(pk=held.job_id).update(progress_done=8, progress_total=16)

    page = text(office, address, part=True)

    assert "<html" not in page
    assert f'hx-get="{address}"' in page
    assert re.search(r'value="8"[^>]*max="16"|max="16"[^>]*value="8"', page)
    perform(held, Run(held.job_id, held.attempt))
    assert "写好了，共 16 件。" in text(office, address, part=True)
    assert "hx-get" not in text(office, address, part=True)


@pytest.mark.usefixtures("short_patience")
def test_the_file_is_for_whom_it_was_made(office: Client, book: Sixteen) -> None:
    address = begin(office, "")
    work()
    other = signed_in(Role.OPERATOR)

    for one in (address, f"{address}file/"):
        assert other.get(one).status_code == 404
    assert fetched(office, f"{address}file/")


@pytest.mark.usefixtures("short_patience")
def test_the_same_list_asked_for_twice_is_made_once_and_another_list_is_another_file(
    office: Client, book: Sixteen
) -> None:
    """Also where two addresses are alike for a long way."""
    long = "&".join(f"type=t{n:030}" for n in range(6)) + "&type=market&type=park"

    one, again = begin(office, f"{long}&status=open"), begin(office, f"{long}&status=open")
    other = begin(office, f"{long}&status=closed&status=open")

    assert one == again != other
    work()
    assert sorted(book.word(numbers(fetched(office, f"{one}file/")))) == sorted("doe")
    assert sorted(book.word(numbers(fetched(office, f"{other}file/")))) == sorted("doel")


@pytest.mark.usefixtures("short_patience")
def test_what_is_no_longer_mine_when_the_file_is_made_is_not_in_it(book: Sixteen) -> None:
    user = make_user(Role.STEWARD, area_code="4304")
    address = begin(client_of(user), "")
    user.posts.update(area_code="430405")

    work()

    content = fetched(client_of(user), f"{address}file/")
    assert sorted(book.word(numbers(content))) == ["e", "f"]


@pytest.mark.usefixtures("short_patience")
def test_a_job_that_failed_for_good_and_a_file_that_is_gone_are_told(
    office: Client, book: Sixteen
) -> None:
    address = begin(office, "")
    work()
    path = next(sheets.shelf().glob("*.xlsx"))
    path.unlink()
    assert "文件已过期，请重新导出。" in text(office, address)
    assert office.get(f"{address}file/").status_code == 404

    Job.objects.update(status="dead")
    assert "没有写成，已记下原因。" in text(office, address)


@pytest.mark.usefixtures("short_patience")
def test_files_that_nobody_fetched_are_taken_away_after_three_days(
    office: Client, book: Sixteen
) -> None:
    import os

    old, new = begin(office, ""), begin(office, "status=open")
    work()
    stale = jobs.path_of(int(old.split("/")[3]))
    for path in sheets.shelf().iterdir():
        at = (NOW - timedelta(days=3 if path == stale else 2, minutes=1)).timestamp()
        os.utime(path, (at, at))

    jobs.drop_exports.function(Run(1, 1))

    assert not stale.exists()
    assert fetched(office, f"{new}file/")


def test_a_job_of_another_kind_is_no_export(office: Client) -> None:
    other = Job.objects.create(
        kind="cases.clock",
        arguments={"user_id": office.session["_auth_user_id"]},
        run_at=NOW,
        created_at=NOW,
    )
    assert office.get(f"/cases/exports/{other.pk}/").status_code == 404
