"""The history of a site and its photo ledger: what stands in it, for whom, and the record of it."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from docx import Document
from docx.oxml.ns import qn
from playwright.sync_api import Page
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases import operations
from yanzhen.cases.enums import CaseStatus
from yanzhen.cases.models import Case
from yanzhen.cases.queries.sites import Days, site_history
from yanzhen.cases.tests.factories import MORNING, make_case, make_handler, make_operator
from yanzhen.core.jobs import Run, claim, discover, perform
from yanzhen.core.models import Job
from yanzhen.core.paper import pdf
from yanzhen.events.models import Event
from yanzhen.files.tests.factories import drawn, keep
from yanzhen.places.models import Site
from yanzhen.places.tests.factories import make_area, make_site
from yanzhen.units.enums import Rank
from yanzhen.units.tests.factories import make_responsibility, make_site_unit, make_unit

pytestmark = pytest.mark.django_db
HERE = "430406001001"
ON = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, settings: Any) -> None:
    settings.YANZHEN_HOME = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def market() -> Site:
    return make_site(code="S-1", name="解放路农贸市场", area=make_area(HERE))


def put_right(site: Site, *, place: int = 1, **fields: Any) -> Case:
    """A closed case with a photo from before and one from after."""
    unit = fields.pop("unit", None) or make_unit()
    worker = make_handler(unit)
    at = fields.setdefault("at", MORNING)
    before = keep(drawn(place), actor=make_operator(), now=at)
    case = make_case(
        status=CaseStatus.ACKNOWLEDGED,
        site=site,
        unit=unit,
        handler=worker,
        photos=(before,),
        **fields,
    )
    after = keep(drawn(place, step=5), actor=worker, now=at)
    later = at + timedelta(hours=3)
    case = operations.submit_case(
        case_id=case.pk, words="已清理", photos=[after], actor=worker, now=later
    )
    return operations.verify_case(
        case_id=case.pk, on_site=True, actor=make_operator(), now=later + timedelta(hours=1)
    )


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def work() -> None:
    """Do the jobs that wait, as the runner does."""
    discover()
    while held := claim(now=timezone.now() + timedelta(seconds=1)):
        perform(held, Run(held.job_id, held.attempt))


def taken(client: Client, kind: str, **fields: str) -> tuple[bytes, Job]:
    """Ask for the photo ledger, let it be written, fetch it."""
    asked = client.post("/sites/S-1/album/", {"kind": kind} | fields)
    assert asked.status_code == 303, asked.content.decode()
    work()
    page = client.get(asked["Location"]).content.decode()
    assert "写好了" in page
    file = client.get(f"{asked['Location']}file/")
    assert file.status_code == 200
    return b"".join(file), Job.objects.get(kind="cases.album")


def words_of(kind: str, content: bytes) -> str:
    if kind == "pdf":
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    elif kind == "word":
        body: Any = Document(io.BytesIO(content)).element.body
        text = "".join(one.text or "" for one in body.iter(qn("w:t")))
    else:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        text = str(book.get_sheet_by_index(0).to_python())
    return re.sub(r"\s", "", text)


def pictures_of(kind: str, content: bytes) -> int:
    if kind == "pdf":
        return sum(len(page.images) for page in PdfReader(io.BytesIO(content)).pages)
    with ZipFile(io.BytesIO(content)) as parts:
        return sum("/media/" in name for name in parts.namelist())


# --- What stands in it ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["word", "pdf", "excel"])
def test_every_case_stands_in_it_with_its_photos_captions_and_who_answered(
    kind: str, market: Site
) -> None:
    make_responsibility(
        site=market, rank=Rank.FIRST, person=make_user(full_name="王璟喆"), from_on=date(2026, 1, 1)
    )
    unit = make_unit(name="雁峰区城管局")
    first = put_right(market, title="摊位占道", unit=unit)
    second = put_right(market, place=2, title="污水横流 #$@`", at=MORNING + timedelta(days=2))

    content, _job = taken(as_(make_operator()), kind)

    text = words_of(kind, content)
    for case in (first, second):
        assert case.number in text
        assert case.title.replace(" ", "") in text
    assert text.index(first.number) < text.index(second.number)
    assert "王璟喆" in text
    assert "雁峰区城管局" in text
    assert text.count("整改前，") == 2
    assert text.count("整改后，") == 2
    assert pictures_of(kind, content) == 4


@pytest.mark.parametrize("kind", ["word", "pdf", "excel"])
def test_a_site_without_cases_has_an_empty_ledger(kind: str, market: Site) -> None:
    content, job = taken(as_(make_operator()), kind)

    assert job.result == {"cases": 0, "photos": 0}
    assert pictures_of(kind, content) == 0
    if kind != "excel":
        assert "没有问题。" in words_of(kind, content)


def test_only_the_days_that_were_asked_for_stand_in_it(market: Site) -> None:
    old = make_case(site=market, at=MORNING - timedelta(days=30))
    new = make_case(site=market)

    day = MORNING.date().isoformat()
    content, _job = taken(as_(make_operator()), "word", since=day, until=day)

    text = words_of("word", content)
    assert new.number in text
    assert old.number not in text


def test_who_answered_is_told_as_of_the_day_of_each_case(market: Site) -> None:
    days = (date(2026, 1, 1), date(2026, 10, 31)), (date(2026, 11, 1), None)
    for (from_on, to_on), name in zip(days, ("前任", "现任"), strict=True):
        make_responsibility(
            site=market,
            rank=Rank.DIRECT,
            person=make_user(full_name=name),
            from_on=from_on,
            to_on=to_on,
        )
    make_case(site=market, at=MORNING - timedelta(days=30))
    make_case(site=market, at=MORNING)

    history = site_history(site=market, user=make_operator(), on=ON)

    told = [one.answered for one in history.cases]
    assert ["现任" in told[0], "前任" in told[0]] == [True, False]
    assert ["现任" in told[1], "前任" in told[1]] == [False, True]
    assert [(term.who, term.from_on, term.to_on) for term in history.terms] == [
        ("前任", *days[0]), ("现任", *days[1]),
    ]  # fmt: skip


def test_what_was_declined_or_merged_is_no_case_of_the_site(market: Site) -> None:
    make_case(site=market, status=CaseStatus.DECLINED)
    make_case(site=market, status=CaseStatus.MERGED)

    history = site_history(site=market, user=make_operator(), on=ON)

    assert (history.total, list(history.cases)) == (0, [])


def test_of_many_cases_the_latest_are_listed_and_the_others_counted(market: Site) -> None:
    cases = [make_case(site=market, at=MORNING + timedelta(days=n)) for n in range(4)]

    history = site_history(site=market, user=make_operator(), on=ON, most=3)

    assert [one.case for one in history.cases] == cases[:0:-1]
    assert (history.total, history.left_out) == (4, 1)


def test_the_days_of_the_city_count_and_not_those_of_greenwich(market: Site) -> None:
    make_case(site=market, at=MORNING.replace(hour=17))  # the 3rd, one o'clock in Hengyang

    def found(day: int) -> int:
        days = Days(date(2026, 11, day), date(2026, 11, day))
        return site_history(site=market, user=make_operator(), on=ON, days=days).total

    assert (found(2), found(3)) == (0, 1)


def test_it_asks_as_many_questions_for_three_cases_as_for_one(market: Site) -> None:
    operator = make_operator()
    counts = []
    for number in range(3):
        make_site_unit(site=market, unit=make_unit(), from_on=date(2020 + number, 1, 1),
                       to_on=date(2020 + number, 12, 31))  # fmt: skip
        make_case(site=market, status=CaseStatus.SUBMITTED)
        user = User.rows.get(pk=operator.pk)
        with CaptureQueriesContext(connection) as asked:
            history = site_history(site=market, user=user, on=ON)
            assert all(one.photos for one in history.cases)
        counts.append(len(asked))

    assert counts[0] == counts[2] <= 12


# --- For whom -------------------------------------------------------------------------------------


def test_a_unit_finds_its_own_cases_in_it_and_no_others(market: Site) -> None:
    own, other = make_unit(), make_unit()
    make_site_unit(site=market, unit=own)
    mine = make_case(site=market, unit=own, status=CaseStatus.DISPATCHED)
    theirs = make_case(site=market, unit=other, status=CaseStatus.DISPATCHED)

    content, _job = taken(as_(make_handler(own)), "word")

    text = words_of("word", content)
    assert mine.number in text
    assert theirs.number not in text


def test_a_file_is_only_for_whom_it_was_written(market: Site) -> None:
    _content, job = taken(as_(make_operator()), "word")
    other = as_(make_operator())

    for name in ("cases:album_job", "cases:album_file"):
        assert other.get(reverse(name, args=[job.pk])).status_code == 404


@pytest.mark.parametrize(
    ("user", "status"),
    [
        (lambda: make_user(Role.KEEPER, area_code="4304"), 403),
        (lambda: make_operator("430405"), 404),
    ],
)
def test_who_may_not_take_it_gets_nothing_and_nothing_is_begun(
    user: Callable[[], User], status: int, market: Site
) -> None:
    asked = as_(user()).post("/sites/S-1/album/", {"kind": "word"})

    assert asked.status_code == status
    assert not Job.objects.filter(kind="cases.album").exists()


def test_that_it_was_taken_is_recorded(market: Site) -> None:
    make_case(site=market)
    operator = make_operator()

    taken(as_(operator), "pdf")

    event = Event.objects.get(kind="user.exported")
    assert event.actor == operator
    assert event.facts == {"what": "site_album", "site": "S-1", "kind": "pdf", "rows": 1}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"kind": ""}, "请选要哪一种文件"),
        ({"kind": "exe"}, "没有这种文件"),
        ({"kind": "word", "since": "昨天"}, "日期"),
        ({"kind": "word", "since": "2026-11-02", "until": "2026-11-01"}, "止日不能早于起日"),
    ],
)
def test_what_cannot_be_asked_for_is_said_on_the_page(
    fields: dict[str, str], says: str, market: Site
) -> None:
    asked = as_(make_operator()).post("/sites/S-1/album/", fields)

    assert asked.status_code == 422
    assert says in asked.content.decode()
    assert not Job.objects.filter(kind="cases.album").exists()


def test_asked_for_twice_it_is_written_once(market: Site) -> None:
    client = as_(make_operator())

    places = {client.post("/sites/S-1/album/", {"kind": "word"})["Location"] for _ in range(2)}

    assert len(places) == 1


def test_without_a_chinese_face_on_the_server_the_page_says_so(
    market: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    import typst

    bare = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    monkeypatch.setattr(pdf, "_fonts", lambda: bare)
    client = as_(make_operator())
    asked = client.post("/sites/S-1/album/", {"kind": "pdf"})
    work()

    assert "没有中文字体" in client.get(asked["Location"]).content.decode()
    assert client.get(f"{asked['Location']}file/").status_code == 404
    assert not Event.objects.filter(kind="user.exported").exists()


# --- The pages ------------------------------------------------------------------------------------


def test_the_page_of_the_site_leads_there_and_shows_the_latest(market: Site) -> None:
    case = put_right(market)
    client = as_(make_operator())

    whole = client.get("/sites/S-1/").content.decode()
    assert 'hx-get="/sites/S-1/cases/"' in whole
    brief = client.get("/sites/S-1/cases/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in brief
    assert case.title in brief
    assert "历史和照片台账" in brief


@pytest.mark.django_db(transaction=True)
def test_in_a_browser_the_history_is_whole_at_any_width(
    market: Site, open_page: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    put_right(market, title="一个很长很长的标题：" + "解放路农贸市场门前占道经营屡禁不止" * 3)
    make_case(site=market, lat=Decimal(26), lon=Decimal(112))
    for width in (1440, 390):
        page = open_page(make_operator(), width=width)
        page.goto("/sites/S-1/cases/")
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.goto("/sites/S-1/")
        page.get_by_text("共 2 件，在办 1 件").wait_for()
        assert axe(page) == []
