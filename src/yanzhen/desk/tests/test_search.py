"""The search: numbers, words, sites, units, areas and people, each only as far as one sees."""

import re
from dataclasses import replace
from itertools import pairwise
from urllib.parse import quote

import pytest
from django.test import Client

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases import operations, rulebook
from yanzhen.cases.enums import CaseStatus
from yanzhen.cases.loop import draft_of
from yanzhen.cases.models import NumberSeries
from yanzhen.cases.tests.factories import make_case, make_draft, make_operator
from yanzhen.cases.tests.sixteen import BESIDE, HERE, Sixteen, make_sixteen
from yanzhen.cases.tests.visits import NOW, client_of, queries, rows, signed_in, stop_clock, text
from yanzhen.places.tests.factories import make_area, make_site
from yanzhen.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch)


@pytest.fixture(scope="module")
def book(lasting: None) -> Sixteen:
    book = make_sixteen()
    rulebook.renew()
    return book


@pytest.fixture
def office(book: Sixteen) -> Client:
    return client_of(book.people["office"])


def search(client: Client, words: str) -> str:
    return text(client, f"/search/?q={quote(words)}")


def led(client: Client, words: str) -> str:
    """Where a question leads at once; nothing where it shows what it found."""
    answer = client.get(f"/search/?q={quote(words)}")
    return answer["Location"] if answer.status_code == 303 else ""


def found(page: str, heading: str) -> list[str]:
    """What stands under a heading, as it reads."""
    for part in page.split('<section class="sec">')[1:]:
        if re.search(rf"<h2>\s*{heading}\b", part):
            links = re.findall(
                r'<div class="t">\s*<a[^>]*>(.*?)</a>', part.split("</section>")[0], re.DOTALL
            )
            return [" ".join(re.sub(r"<[^>]+>", "", one).split()) for one in links]
    return []


def said(page: str) -> list[str]:
    """The numbers of the cases that were found by their words."""
    part = page.split("新发现的在前")
    return rows(part[1].split("</section>")[0]) if len(part) > 1 else []


# --- Numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shape",
    [
        "{0}-{1}-{2}", "{0}-{1}-{3}", "{1}-{2}", "{1}-{3}", "{2}", "#{2}", " {0}-{1}-{2} ",
        "hy-{1}-{2}", "ＨＹ－{1}－{2}",
    ],
)  # fmt: skip
def test_a_number_leads_to_its_case_however_it_is_written(
    office: Client, book: Sixteen, shape: str
) -> None:
    city, year, count = book.number("e").split("-")
    typed = shape.format(city, year, count, int(count))

    assert led(office, typed) == f"/cases/{book.number('e')}/"


def test_the_last_digits_alone_offer_the_case_of_each_year(office: Client, book: Sixteen) -> None:
    last_year = make_case(area=make_area(HERE), title="去年的")
    count = int(book.number("e").split("-")[2])
    type(last_year).objects.filter(pk=last_year.pk).update(number=f"HY-2025-{count:06d}")
    NumberSeries.objects.create(prefix="HY", year=2025, last=count)

    listed = found(search(office, str(count)), "编号")

    assert listed == [f"{book.number('e')} 问题e", f"HY-2025-{count:06d} 去年的"]
    assert led(office, str(count)) == ""
    assert found(search(office, f"{count:06d}"), "编号") == listed  # two years: nobody guesses
    assert led(office, f"2025-{count}") == f"/cases/HY-2025-{count:06d}/"


def test_a_number_that_is_none_is_looked_for_as_words(office: Client, book: Sixteen) -> None:
    assert led(office, "HY-2026-999999") == ""
    assert "没有找到" in search(office, "HY-2026-999999")
    assert said(search(office, "13800138000")) == [book.number("b")]
    assert said(search(office, "20261029")) == [book.number("b")]  # of the hotline's own number


def test_what_the_search_finds_the_ledger_finds_too(office: Client, book: Sixteen) -> None:
    """The link to all of them leads to as many, also where digits may be a number or words."""
    for words in ("20261029", "13800138000", "臭味", "桶", "000003", "问题", "垃圾 臭味"):
        page = search(office, words) if not led(office, words) else ""
        link = re.findall(r'href="(/cases/\?q=[^"]+)"', page)
        if link:
            number = re.findall(r"([\d,]+) 件，新发现的在前", page)
            behind = rows(text(office, link[0], part=True))
            assert (behind[:10], [str(len(behind))]) == (said(page), number), words
        listed = rows(text(office, f"/cases/?q={quote(words)}", part=True))
        assert listed, words


def test_nobody_is_led_to_a_case_that_he_does_not_see(book: Sixteen) -> None:
    far = signed_in(Role.STEWARD, area_code=BESIDE, full_name="远在别处")
    number = book.number("b")
    for typed in (number, number.split("-")[2], str(int(number.split("-")[2]))):
        page = search(far, typed)
        assert "没有找到" in page
        assert number not in page.split("<main")[1].replace(f'value="{number}"', "")


# --- Words ----------------------------------------------------------------------------------------

TITLE = "迎宾路与解放大道交叉口（东北角）路灯损坏3盏"
WORDS = "居民反映：夜间出行不便，已拨打12345；联系人李女士。Lamp No.7 坏了"
ADDRESS = "迎宾路88号院内"


def pairs(*texts: str) -> list[str]:
    """Every two neighbouring characters of a text between its punctuation."""
    runs = [run for one in texts for run in re.findall(r"[^\W_]+", one)]
    return sorted({left + right for run in runs for left, right in pairwise(run)})


def test_any_two_neighbouring_characters_find_their_case(office: Client, book: Sixteen) -> None:
    case = operations.file_draft(
        draft=make_draft(
            title=TITLE, words=WORDS, address=ADDRESS, area=make_area(HERE), source_number="GD7788"
        ),
        actor=book.people["office"],
        now=NOW,
    )
    asked = pairs(TITLE, WORDS, ADDRESS, "GD7788")
    assert len(asked) > 50

    missed = [
        pair
        for pair in asked
        if case.number not in rows(text(office, f"/cases/?q={quote(pair)}", part=True))
    ]

    assert missed == []
    for words in ("路灯 李女士", "灯损坏", "lamp", "ＬＡＭＰ", "迎宾路88号", "（东北角）"):
        assert case.number in said(search(office, words)), words
    for words in ("灯路", "院落", "路灯 火星", "李先生"):
        assert case.number not in said(search(office, words)), words


def test_one_character_finds_what_holds_it_and_one_beside_words_is_left_out(
    office: Client, book: Sixteen
) -> None:
    b = book.number("b")
    assert b in said(search(office, "桶"))
    assert b in said(search(office, "扰"))
    assert b in said(search(office, "满溢 桶"))
    assert "没有找到" in search(office, "龘")


@pytest.mark.parametrize(
    "words", ["。，！", "  ", "\0", "%", "_", "'", '"', "*", "()", "🙂", "AND"]
)
def test_what_says_nothing_finds_nothing_and_breaks_nothing(
    office: Client, book: Sixteen, words: str
) -> None:
    page = search(office, words)
    assert said(page) == []


@pytest.mark.parametrize("words", ['臭味" OR "a', "臭味) OR (1=1", "-臭味", "臭味*", "NEAR(臭味)"])
def test_signs_of_a_query_language_are_only_signs(
    office: Client, book: Sixteen, words: str
) -> None:
    assert set(said(search(office, words))) <= {book.number("b")}


def test_a_very_long_question_is_cut_and_answered(office: Client, book: Sixteen) -> None:
    assert "搜索" in search(office, "臭味扰民" * 400)


def test_what_was_found_is_marked_and_nothing_typed_becomes_code(
    office: Client, book: Sixteen
) -> None:
    page = search(office, "臭味")
    assert "垃圾桶满溢，<mark>臭味</mark>扰民" in page
    raw = office.get("/search/?q=%3Cscript%3Ealert(1)%3C/script%3E").content.decode()
    assert "<script>alert" not in raw


def test_amended_words_are_found_and_the_old_ones_are_not(office: Client, book: Sixteen) -> None:
    case = operations.file_draft(
        draft=make_draft(title="井盖缺失", words="", address="巷口", area=make_area(HERE)),
        actor=book.people["office"],
        now=NOW,
    )
    draft = replace(draft_of(case), title="栏杆断裂")
    operations.amend_case(case_id=case.pk, draft=draft, actor=book.people["office"], now=NOW)

    assert said(search(office, "栏杆")) == [case.number]
    assert said(search(office, "井盖")) == []


def test_the_newest_come_first_and_of_many_the_first_ten(office: Client, book: Sixteen) -> None:
    page = search(office, "问题")

    assert book.word(said(page)) == "oiamnpkjhg"
    assert "16 件，新发现的在前" in page
    assert 'href="/cases/?q=%E9%97%AE%E9%A2%98&sort=newest"' in page


@pytest.mark.parametrize(
    ("who", "letters"),
    [
        ("office", "oiamnpkjhgfedcbl"), ("A", "ipkjhgdcl"), ("A1", "kd"), ("X", "fe"), ("H", "c"),
        ("beside", "fe"), ("here", "oimnpkjhgdcbl"), ("admin", ""), ("nobody", ""),
    ],
)  # fmt: skip
def test_words_find_only_what_one_sees(book: Sixteen, who: str, letters: str) -> None:
    people: dict[str, User] = book.people | {
        "beside": make_user(Role.KEEPER, area_code=BESIDE),
        "here": make_operator(HERE),
        "admin": make_user(Role.ADMIN),
        "nobody": make_user(),
    }
    page = search(client_of(people[who]), "问题")
    assert book.word(said(page)) == letters[:10]
    number = re.findall(r"([\d,]+) 件，新发现的在前", page)
    assert number == ([str(len(letters))] if letters else [])


# --- Everything else ------------------------------------------------------------------------------


def test_sites_are_found_by_name_address_and_code_as_far_as_one_sees(book: Sixteen) -> None:
    make_site(code="S-Q", name="青草桥菜市场", address="船山大道 5 号", area=make_area(HERE))
    office, far = client_of(book.people["office"]), signed_in(Role.STEWARD, area_code=BESIDE)

    for words in ("青草", "菜市", "船山大道", "S-Q"):
        page = search(office, words)
        assert found(page, "点位") == ["青草桥菜市场"], words
        assert 'href="/cases/?site=S-Q"' in page
        assert found(search(far, words), "点位") == []
    assert found(search(far, "东风公园"), "点位") == ["东风公园"]


def test_units_are_found_by_name_and_by_what_everybody_calls_them(book: Sixteen) -> None:
    make_unit("C", name="旧城管队", is_active=False)
    office = client_of(book.people["office"])

    assert found(search(office, "环卫"), "单位") == ["珠晖环卫所"]
    assert found(search(office, "城管"), "单位") == ["城市管理和综合执法局", "旧城管队"]
    assert found(search(office, "执法局"), "单位") == ["城市管理和综合执法局"]
    assert found(search(office, "a1"), "单位") == ["雁峰中队"]
    make_unit("E", name="市容环境卫生管理处")
    assert found(search(office, "环卫处"), "单位") == ["市容环境卫生管理处"]
    assert "已停用" in search(office, "旧城管")
    assert 'href="/cases/?unit=X&status=open"' in search(office, "环卫")
    assert found(search(signed_in(Role.STEWARD, area_code=HERE), "珠晖"), "单位") == []
    assert found(search(signed_in(None), "环卫"), "单位") == []


def test_more_units_than_are_shown_lead_to_all_of_them(book: Sixteen) -> None:
    for number in range(9):
        make_unit(f"B{number}", name=f"第{number}环卫站")
    page = search(client_of(book.people["office"]), "环卫站")

    assert len(found(page, "单位")) == 8
    assert "8+" in page
    assert f'href="/units/?q={quote("环卫站")}"' in page


def test_areas_are_found_by_name_and_code(book: Sixteen) -> None:
    office = client_of(book.people["office"])
    assert found(search(office, "沿江南路"), "区域") == ["雁峰区 先锋街道 沿江南路社区"]
    assert found(search(office, "430405001001"), "区域") == ["珠晖区 茶山街道 东风社区"]
    assert found(search(signed_in(Role.STEWARD, area_code=BESIDE), "沿江南路"), "区域") == []


def test_people_are_found_by_whom_may_see_people(book: Sixteen) -> None:
    make_user(Role.KEEPER, area_code=BESIDE, full_name="欧阳雁", username="ouyang")
    office = client_of(book.people["office"])

    assert found(search(office, "欧阳"), "人员") == ["欧阳雁"]
    assert found(search(office, "OUYANG"), "人员") == ["欧阳雁"]
    assert found(search(client_of(make_operator(HERE)), "欧阳"), "人员") == []
    assert found(search(signed_in(Role.INSPECTOR), "欧阳"), "人员") == []


def test_without_a_question_the_page_says_how_to_ask(office: Client) -> None:
    page = text(office, "/search/")
    assert "文字写两个字就能找到" in page
    assert "没有找到" not in page


def test_a_search_asks_as_often_for_many_as_for_one(office: Client, book: Sixteen) -> None:
    search(office, "臭味")
    assert queries(office, f"/search/?q={quote('臭味')}") == queries(
        office, f"/search/?q={quote('问题')}"
    )


def test_what_is_open_at_a_site_is_one_click_from_its_name(office: Client, book: Sixteen) -> None:
    page = search(office, "先锋农贸")
    link = re.findall(r'href="(/cases/\?site=[^"]+)"', page)[0]
    assert sorted(book.word(rows(text(office, link, part=True)))) == ["d", "l", "o"]
    case = make_case(status=CaseStatus.FILED, area=make_area(HERE), title="别处")
    assert case.number not in text(office, link, part=True)
