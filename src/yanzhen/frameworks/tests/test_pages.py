"""The pages: what they show, that forms keep what was typed, and that lists ask alike for few and many."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.core.time import city_day
from yanzhen.events.models import Event
from yanzhen.files.tests.factories import make_photo
from yanzhen.frameworks.editions import read_edition
from yanzhen.frameworks.enums import DutyStatus, EditionStatus, NegativeStatus
from yanzhen.frameworks.models import (
    CheckItem,
    Checklist,
    Duty,
    Edition,
    NegativeEvent,
    NegativeEvidence,
    NegativeKind,
    NodeMapping,
)
from yanzhen.frameworks.operations.editions import apply_edition, bring_whole
from yanzhen.frameworks.tests.factories import (
    make_check_item,
    make_checklist,
    make_criterion,
    make_duty,
    make_edition,
    make_negative_event,
    make_negative_kind,
    make_node,
)
from yanzhen.frameworks.tests.test_checklists import make_field
from yanzhen.frameworks.tests.texts import CHECKLISTS, EDITION
from yanzhen.places.tests.factories import make_area, make_site_type
from yanzhen.units.models import Unit
from yanzhen.units.tests.factories import make_group, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client: Client) -> User:
    make_area("4304")
    user = make_user(Role.OPERATOR, full_name="钱值班", username="qian")
    client.force_login(user)
    return user


def page(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(f"frameworks:{name}", args=args), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def post(client: Client, view: str, /, *args: object, **data: Any) -> Any:
    return client.post(reverse(f"frameworks:{view}", args=args), data)


def upload(text: str, name: str = "e.yaml") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def in_use(user: User, text: str = EDITION) -> Edition:
    make_site_type("market")
    edition, _came = bring_whole(written=read_edition(text), actor=user, now=timezone.now())
    return apply_edition(edition_id=edition.pk, meant={}, actor=user, now=timezone.now())


# --- Editions -------------------------------------------------------------------------------------


def test_an_edition_is_brought_compared_corrected_and_applied(
    client: Client, operator: User
) -> None:
    in_use(operator)
    text = EDITION.replace("e-2026", "e-2027").replace("有人值守", "专人值守")
    text = text.replace("code: 2.1.1", "code: 2.1.9")

    answer = post(client, "bring", file=upload(text))

    assert answer["Location"] == "/frameworks/city/e-2027/compare/"
    shown = client.get(answer["Location"]).content.decode()
    assert "专人值守" in shown
    assert 'name="to-2.1.1" value="2.1.9"' in shown.replace("\n", " ").replace("  ", "")
    assert Edition.objects.get(code="e-2027").status == EditionStatus.DRAFT

    answer = post(client, "compare", "city", "e-2027", **{"to-2.1.1": ""})

    assert answer["Location"] == "/frameworks/city/e-2027/"
    assert Edition.objects.get(status=EditionStatus.CURRENT).code == "e-2027"
    assert dict(NodeMapping.objects.values_list("old__code", "kind")) == {
        "1.1.1": "changed",
        "1.1.2": "same",
        "2.1.1": "dropped",
    }


def test_a_mapping_that_leads_nowhere_is_told_and_what_was_typed_stays(
    client: Client, operator: User
) -> None:
    in_use(operator)
    text = EDITION.replace("e-2026", "e-2027").replace("有人值守", "专人值守")
    post(client, "bring", file=upload(text))

    answer = post(client, "compare", "city", "e-2027", **{"to-1.1.1": "1.1.1、9.9"})

    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "不是新版本里的测评标准" in shown
    assert "1.1.1 9.9" in shown
    assert Edition.objects.get(code="e-2027").status == EditionStatus.DRAFT


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (EDITION.replace('weight: "2.5"', 'weight: "2.4"'), "少 0.1 分"),
        (EDITION.replace("kind: topic", "kind: topik"), "没有“topik”这个层级"),
        (EDITION.replace("site_types: [market]", "site_types: [moon]"), "没有“moon”这个点位类型"),
        ("a: [", "读不懂"),
        ("", "不能为空"),
    ],
)
def test_a_file_with_faults_brings_nothing_and_tells_them_all(
    client: Client, operator: User, text: str, told: str
) -> None:
    make_site_type("market")

    answer = post(client, "bring", file=upload(text or " "))

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Edition.objects.exists()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00a", b""])
def test_a_file_that_is_no_text_is_told(client: Client, operator: User, content: bytes) -> None:
    answer = post(client, "bring", file=SimpleUploadedFile("e.yaml", content))

    assert answer.status_code == 422


def test_the_page_of_an_edition_finds_criteria_by_words_and_method(
    client: Client, operator: User
) -> None:
    in_use(operator)
    known = ("edition", "city", "e-2026")

    assert "大厅服务" in page(client, *known)
    narrowed = page(client, *known, q="热线")
    assert "热线办理" in narrowed
    assert "大厅服务" not in narrowed
    assert "公益广告" in page(client, *known, method="observation")
    assert "没有这样的标准" in page(client, *known, q="月球")


def test_an_edition_goes_out_as_a_file_that_comes_in_again(client: Client, operator: User) -> None:
    in_use(operator)

    answer = client.get(reverse("frameworks:edition_yaml", args=["city", "e-2026"]))
    again = post(client, "bring", file=upload(answer.content.decode()))

    assert again["Location"] == "/frameworks/city/e-2026/"
    assert Edition.objects.count() == 1


def test_the_page_of_a_criterion_says_who_leads_it_and_what_feeds_it(
    client: Client, operator: User
) -> None:
    node = make_criterion(edition=make_edition(code="e1"), code="1.1", title="市场秩序")
    make_duty(criterion=node, unit=make_unit(name="市市场监管局"))
    make_check_item(criteria=(node,), words="摊位不出线")

    shown = page(client, "criterion", "city", "e1", "1.1")

    assert "市市场监管局" in shown
    assert "摊位不出线" in shown


def test_a_draft_is_dropped(client: Client, operator: User) -> None:
    make_edition(code="e1", status="draft")

    post(client, "drop", "city", "e1")

    assert not Edition.objects.exists()


# --- Checklists -----------------------------------------------------------------------------------


def test_a_checklist_is_changed_as_the_next_version_and_published(
    client: Client, operator: User
) -> None:
    make_field()
    current = make_checklist()
    make_check_item(checklist=current, code="market-01", words="摊位规范")

    assert post(client, "draft_new", "market")["Location"] == "/checklists/market/draft/"
    answer = post(
        client,
        "item_new",
        "market",
        words="公益广告总数",
        code="market-02",
        group="notices",
        kind="count",
        unit="处",
        at_least="5",
        category="vendors",
        severity="normal",
        photo="on_fail",
        criteria="1.1.1",
    )
    assert answer["Location"] == "/checklists/market/draft/"
    assert "≥ 5 处" in page(client, "draft", "market")
    assert "公益广告总数" not in page(client, "checklist", "market")
    post(client, "item_move", "market", "market-02", by="up")
    post(client, "item_remove", "market", "market-01")
    post(client, "publish", "market")

    shown = page(client, "checklist", "market")
    assert "公益广告总数" in shown
    assert "第 2 版" in shown
    assert "摊位规范" in page(client, "checklist", "market", version="1")
    assert "□" not in page(client, "checklist_print", "market")
    assert CheckItem.objects.get(code="market-02").criteria.count() == 1


def test_what_is_wrong_with_an_item_stands_beside_its_field_and_the_rest_stays(
    client: Client, operator: User
) -> None:
    make_field()
    make_checklist(status="draft")

    answer = post(
        client, "item_new", "market", words="公益广告", code="market-02", group="notices",
        kind="count", category="vendors", severity="normal", photo="always", criteria="9.9",
    )  # fmt: skip

    shown = answer.content.decode()
    assert answer.status_code == 422
    for told in ("须写明“不少于”", "须有计量单位", "请写明理由", "没有标准“9.9”"):
        assert told in shown
    assert 'value="market-02"' in shown
    assert not CheckItem.objects.exists()


def test_a_draft_that_cannot_be_published_says_why(client: Client, operator: User) -> None:
    make_field()
    draft = make_checklist(status="draft")
    make_check_item(checklist=draft, category="gone")

    answer = post(client, "publish", "market")

    assert answer.status_code == 422
    assert "没有“gone”这个问题类别" in answer.content.decode()
    assert Checklist.objects.get().status == EditionStatus.DRAFT


def test_checklists_are_brought_as_drafts_all_or_none(client: Client, operator: User) -> None:
    make_field()
    bad = CHECKLISTS + CHECKLISTS.replace("site_type: market", "site_type: moon").replace(
        "market-0", "moon-0"
    )

    answer = post(client, "checklists_bring", file=upload(bad))
    assert answer.status_code == 422
    assert "没有“moon”这个点位类型" in answer.content.decode()
    assert not Checklist.objects.exists()

    assert post(client, "checklists_bring", file=upload(CHECKLISTS)).status_code == 303
    assert Checklist.objects.get().status == EditionStatus.DRAFT


def test_a_version_that_never_was_is_not_found(client: Client, operator: User) -> None:
    make_checklist()

    address = reverse("frameworks:checklist", args=["market"])
    assert client.get(address, {"version": "7"}).status_code == 404


# --- Duties ---------------------------------------------------------------------------------------


def test_criteria_are_laid_on_a_unit_in_bulk_and_a_wrong_form_keeps_its_words(
    client: Client, operator: User
) -> None:
    top = make_node(edition=make_edition())
    nodes = [make_criterion(parent=top) for _number in range(2)]
    make_unit("CG", name="市城管局")
    make_unit("JJ", name="市交警支队")
    make_group("HJ", name="环境组")
    ids = [str(node.pk) for node in nodes]
    due = city_day(timezone.now()) + timedelta(days=30)
    data: dict[str, Any] = {
        "criterion": ids,
        "unit": "市城管局",
        "supports": "市交警支队",
        "due_on": due.isoformat(),
        "group": "HJ",
    }

    wrong = post(client, "duty_assign", **data | {"supports": "市城管局", "unit": "CG"})
    assert wrong.status_code == 422
    assert "已是牵头单位" in wrong.content.decode()
    assert not Duty.objects.exists()
    wrong = post(client, "duty_assign", **data | {"due_on": "2020-01-01"})
    assert "已经过去" in wrong.content.decode()

    assert post(client, "duty_assign", **data)["Location"] == "/duties/"
    assert Duty.objects.count() == 2
    assert {duty.unit_id for duty in Duty.objects.all()} == {"CG"}
    assert "市城管局" in page(client, "duties")


def test_a_unit_sees_its_own_duties_first_and_hands_in_its_plan(client: Client) -> None:
    top = make_node(edition=make_edition())
    own, other = (make_criterion(parent=top, title=title) for title in ("本单位的事", "别家的事"))
    unit = make_unit("CG")
    duty = make_duty(criterion=own, unit=unit)
    make_duty(criterion=other)
    client.force_login(make_user(Role.HANDLER, unit_code="CG"))

    shown = page(client, "duties")
    assert "本单位的事" in shown
    assert "别家的事" not in shown
    assert "别家的事" in page(client, "duties", whose="all")

    empty = post(client, "duty_plan", duty.pk, plan=" ")
    assert empty.status_code == 422
    post(client, "duty_plan", duty.pk, plan="每周一清扫")
    duty.refresh_from_db()
    assert (duty.status, duty.plan) == (DutyStatus.SUBMITTED, "每周一清扫")


def test_a_plan_is_returned_with_a_reason_that_the_unit_sees(
    client: Client, operator: User
) -> None:
    duty = make_duty(status="submitted", plan="方案")

    assert post(client, "duty_return", duty.pk, reason="").status_code == 422
    post(client, "duty_return", duty.pk, reason="没写期限")

    assert "方案退回：没写期限" in page(client, "duty", duty.pk)


def test_the_gaps_page_names_what_nobody_leads(client: Client, operator: User) -> None:
    make_criterion(title="没人管的事")
    make_unit(name="闲着的单位")

    shown = page(client, "coverage")

    assert "没人管的事" in shown
    assert "闲着的单位" in shown
    assert "还有 1 条没有牵头单位" in shown


def test_cards_and_handbooks_are_there_for_every_unit_and_type(
    client: Client, operator: User
) -> None:
    make_duty(criterion=make_criterion(title="大厅服务"), unit=make_unit("CG", name="市城管局"))
    make_check_item(words="摊位不出线", exempt="划线内的不算")

    assert "市城管局" in page(client, "handbook")
    assert "大厅服务" in page(client, "card_unit", "CG")
    assert "道路平整" in page(client, "handbook_unit", "CG")
    assert "划线内的不算" in page(client, "card_type", "market")
    assert "农贸市场" in page(client, "handbook_type", "market")


# --- The negative list ----------------------------------------------------------------------------


def test_a_kind_is_added_and_an_event_recorded_confirmed_and_withdrawn(
    client: Client, operator: User
) -> None:
    make_area("430406")
    post(client, "negative_kind_new", code="fake", name="数据造假", level="deduct", points="0.5")
    assert NegativeKind.objects.get().points == Decimal("0.5")

    answer = post(
        client,
        "negative_event_new",
        kind="fake",
        happened_on=city_day(timezone.now()).isoformat(),
        area="430406",
        words="整改照片系摆拍。",
    )
    row = NegativeEvent.objects.get()
    assert answer["Location"] == f"/negative/events/{row.pk}/"
    post(client, "negative_confirm", row.pk)
    assert "共扣 0.5 分" in page(client, "negative")
    post(client, "negative_account", row.pk, words="通报批评")
    assert "通报批评" in page(client, "negative_event", row.pk)
    assert post(client, "negative_withdraw", row.pk, reason="").status_code == 422
    post(client, "negative_withdraw", row.pk, reason="复核不属实")

    row.refresh_from_db()
    assert row.status == NegativeStatus.WITHDRAWN
    assert "共扣 0 分" in page(client, "negative")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"level": "veto"}, "只有“扣减测评分数”才写扣几分"),
        ({"points": ""}, "须写扣几分"),
        ({"code": "a b"}, "代码限字母"),
    ],
)
def test_a_refused_kind_keeps_what_was_typed(
    client: Client, operator: User, changes: dict[str, str], told: str
) -> None:
    good = {"code": "fake", "name": "数据造假", "level": "deduct", "points": "0.5"}

    answer = post(client, "negative_kind_new", **good | changes)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert "数据造假" in answer.content.decode()
    assert not NegativeKind.objects.exists()


def test_an_event_of_tomorrow_and_a_file_that_is_no_photo_are_refused(
    client: Client, operator: User
) -> None:
    make_area("430406")
    make_negative_kind("fake")
    today = city_day(timezone.now())
    good = {"kind": "fake", "area": "430406", "words": "经过", "happened_on": today.isoformat()}

    late = post(
        client, "negative_event_new", **good | {"happened_on": str(today + timedelta(days=1))}
    )
    assert "还没到" in late.content.decode()
    bad = post(client, "negative_event_new", **good, photos=upload("不是照片", "a.jpg"))
    assert bad.status_code == 422

    assert not NegativeEvent.objects.exists()
    assert not Event.objects.filter(kind="negative_event.reported").exists()


# --- As many queries for many rows ----------------------------------------------------------------


def fill(numbers: range) -> None:
    edition = Edition.objects.filter(code="e1").first() or make_edition(code="e1")
    for number in numbers:
        top = make_node(edition=edition, code=f"{number}")
        unit = Unit.objects.filter(code="CG").first() or make_unit("CG")
        market = make_site_type("market")
        node = make_criterion(parent=top, code=f"{number}.1", site_types=(market,))
        make_duty(criterion=node, unit=unit, supports=(make_unit(),))
        make_criterion(parent=top, code=f"{number}.2")
        checklist = Checklist.objects.filter(status="current").first() or make_checklist()
        draft = Checklist.objects.filter(status="draft").first() or make_checklist(status="draft")
        make_check_item(checklist=checklist, criteria=(node,))
        make_check_item(checklist=draft, criteria=(node,))
        make_checklist(site_type=make_site_type(f"t{number}"))
        event = make_negative_event(kind=make_negative_kind())
        NegativeEvidence.objects.create(
            event=event, photo=make_photo(actor=make_user(Role.OPERATOR))
        )


PAGES: list[Callable[[], str]] = [
    lambda: "/frameworks/",
    lambda: "/frameworks/city/e1/",
    lambda: "/frameworks/city/e1/criteria/0.1/",
    lambda: "/checklists/",
    lambda: "/checklists/market/",
    lambda: "/checklists/market/draft/",
    lambda: "/checklists/market/print/",
    lambda: "/duties/",
    lambda: "/duties/gaps/",
    lambda: "/handbook/",
    lambda: "/handbook/units/CG/",
    lambda: "/handbook/units/CG/card/",
    lambda: "/handbook/site-types/market/",
    lambda: "/negative/",
]


@pytest.mark.parametrize("url", PAGES, ids=lambda url: url())
def test_as_many_queries_for_three_rows_as_for_one(
    client: Client, operator: User, url: Callable[[], str], tmp_path: Any, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    fill(range(1))
    client.get(url())
    with CaptureQueriesContext(connection) as one:
        assert client.get(url()).status_code == 200
    fill(range(1, 3))
    client.get(url())

    with CaptureQueriesContext(connection) as three:
        assert client.get(url()).status_code == 200
    assert len(three) == len(one), [query["sql"][:200] for query in three.captured_queries]
