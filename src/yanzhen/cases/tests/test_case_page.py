"""The page of a case: what happened in words and photos, what the clock says, who answers, what was here before."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client, override_settings

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases import operations, rulebook
from yanzhen.cases.enums import CaseStatus
from yanzhen.cases.loop import draft_of
from yanzhen.cases.models import Case
from yanzhen.cases.photos import may_see_photo
from yanzhen.cases.tests.factories import (
    MORNING,
    hours_on,
    make_case,
    make_category,
    make_handler,
    make_photo_row,
    make_policy,
)
from yanzhen.cases.tests.visits import (
    NOW,
    client_of,
    queries,
    signed_in,
    stop_clock,
    text,
)
from yanzhen.places.models import Site
from yanzhen.places.tests.factories import make_area, make_boundary, make_site
from yanzhen.units.enums import Rank
from yanzhen.units.models import Unit
from yanzhen.units.tests.factories import (
    make_responsibility,
    make_site_unit,
    make_stewardship,
    make_unit,
)

pytestmark = pytest.mark.django_db

S = CaseStatus
HERE = "430406001001"


@dataclass
class World:
    office: User
    worker: User
    unit: Unit
    other: Unit
    site: Site


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch)


@pytest.fixture(scope="module")
def world(lasting: None) -> World:
    unit, other = (
        make_unit("U", name="蒸湘中队", short_name="中队"),
        make_unit("V", name="供电公司"),
    )
    make_policy()
    make_category("lamp", name="路灯")
    make_boundary(HERE, (112.60, 26.88, 112.62, 26.90))
    office = make_user(Role.OPERATOR, full_name="值班甲", title="创建办一科")
    worker = make_user(Role.HANDLER, unit_code="U", full_name="经办乙")
    site = make_site(area=make_area(HERE))
    rulebook.renew()
    return World(office, worker, unit, other, site)


@pytest.fixture
def office(world: World) -> Client:
    return client_of(world.office)


def case_of(world: World, status: CaseStatus = S.FILED, **given: Any) -> Case:
    place: dict[str, Any] = {} if "site" in given else {"area": make_area(HERE)}
    people: dict[str, Any] = {
        "unit": world.unit, "operator": world.office, "handler": world.worker
    }  # fmt: skip
    return make_case(status=status, **(place | people | given))


def page(client: Client, case: Case, query: str = "") -> str:
    return " ".join(text(client, f"/cases/{case.number}/{query}").split())


def bare(html: str) -> str:
    """The words of a piece of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def section(html: str, heading: str) -> str:
    """The words of the section under a heading."""
    for part in html.split("<section")[1:]:
        if re.search(rf"<h2>\s*{heading}\b|<h2>{heading}", part):
            return bare(part.split("</section>")[0].split(">", 1)[1])
    return ""


def told(html: str) -> list[str]:
    """What happened, one line an event, the latest first, without the times."""
    line = html.split('<ol class="line">')[1].split("</ol>", maxsplit=1)[0]
    return [
        bare(re.sub(r"<time.*?</time>", "", one.split(">", 1)[1])) for one in line.split("<li")[1:]
    ]


# --- What happened --------------------------------------------------------------------------------


def test_every_event_is_told_with_who_and_what_in_his_own_words(
    world: World, office: Client
) -> None:
    """A life with every move that there is."""
    case = case_of(world, S.REPORTED, title="灯坏了", words="")
    other = case_of(world, S.FILED)
    helper = make_user(Role.HANDLER, unit_code="V", full_name="帮手丙")
    key: dict[str, Any] = {"case_id": case.pk}
    by, do = world.office, operations
    on = iter(hours_on(hour) for hour in range(1, 40))

    def step(deed: Any, actor: User = by, **given: Any) -> None:
        deed(**key, actor=actor, now=next(on), **given)

    fixed = replace(
        draft_of(case), title="路灯坏了", category=make_category("lamp"), severity="serious"
    )
    step(do.amend_case, draft=fixed)
    step(do.decline_case, words="不归创建办")
    step(do.reopen_case, words="核实后归我们")
    step(do.file_case)
    step(do.dispatch_case, unit=world.unit, due_at=hours_on(50), words="尽快")
    step(do.return_case, world.worker, words="不是我们的路灯")
    step(do.dispatch_case, unit=world.unit, due_at=hours_on(60))
    step(do.urge_case, words="请先签收")
    step(do.acknowledge_case, world.worker)
    step(do.ask_support, unit=world.other, words="请断电")
    step(do.note_case, words="已与供电联系")
    step(do.finish_support, helper, unit=world.other, words="已断电")
    step(do.ask_extension, world.worker, wanted_due_at=hours_on(70), words="缺灯具")
    step(do.refuse_extension, words="先用旧的")
    step(do.ask_extension, world.worker, wanted_due_at=hours_on(72), words="旧的也没有")
    step(do.grant_extension, new_due_at=hours_on(71), words="准到周四早上")
    step(do.park_case, words="等管网改造")
    step(do.unpark_case, words="改造完成")
    operations.merge_case(case_id=other.pk, into_id=case.pk, actor=by, now=next(on))
    step(do.submit_case, world.worker, words="已换灯", photos=[make_photo_row()])
    step(do.fail_case, words="还有一盏不亮")
    step(do.transfer_case, unit=world.other, words="这段归供电")
    step(do.acknowledge_case, helper)
    step(do.submit_case, helper, words="都亮了", photos=[make_photo_row()])
    with override_settings(YANZHEN_CLOSE_ON_VERIFY=False):
        step(do.verify_case, words="看过", on_site=True)
    step(do.close_case, words="归档")
    step(do.reopen_case, words="又坏了", due_at=hours_on(90))

    html = page(office, case)

    lines = told(html)
    assert lines[::-1] == [
        "创建办一科 值班甲 上报，来源：督查",
        "创建办一科 值班甲 更正：类别由“未填”改为“路灯”、程度由“一般”改为“较重”、问题",
        "创建办一科 值班甲 不予受理：“不归创建办”",
        "创建办一科 值班甲 重开：“核实后归我们”",
        "创建办一科 值班甲 受理立案",
        "创建办一科 值班甲 交办中队，限 2026-11-04 周三 11:00 前：“尽快”",
        "中队 经办乙 中队退回：“不是我们的路灯”",
        "创建办一科 值班甲 交办中队，限 2026-11-04 周三 21:00 前",
        "创建办一科 值班甲 催办：“请先签收”",
        "中队 经办乙 签收",
        "创建办一科 值班甲 请供电公司协办：“请断电”",
        "创建办一科 值班甲 留言：“已与供电联系”",
        "供电公司 帮手丙 供电公司协办完成：“已断电”",
        "中队 经办乙 申请延期到 2026-11-05 周四 07:00：“缺灯具”",
        "创建办一科 值班甲 不准延期：“先用旧的”",
        "中队 经办乙 申请延期到 2026-11-05 周四 09:00：“旧的也没有”",
        "创建办一科 值班甲 准予延期，限 2026-11-05 周四 08:00 前：“准到周四早上”",
        "创建办一科 值班甲 挂账，停钟：“等管网改造”",
        "创建办一科 值班甲 恢复办理，限 2026-11-04 周三 17:30 前：“改造完成”",
        f"创建办一科 值班甲 并入一件 {other.number}",
        "中队 经办乙 反馈整改：“已换灯”",
        "创建办一科 值班甲 核查不通过，返工，限 2026-11-03 周二 12:00 前：“还有一盏不亮”",
        "创建办一科 值班甲 由中队转给供电公司，限 2026-11-03 周二 17:30 前：“这段归供电”",
        "供电公司 帮手丙 签收",
        "供电公司 帮手丙 反馈整改：“都亮了”",
        "创建办一科 值班甲 现场核查通过：“看过”",
        "创建办一科 值班甲 销号：“归档”",
        "创建办一科 值班甲 重开，再交原单位，限 2026-11-06 周五 03:00 前：“又坏了”",
    ]
    assert f"{len(lines)} 条，只增不改" in html
    assert f'href="/cases/{other.number}/"' in html
    for words in ("返工 1 次", "退回 1 次", "较重"):
        assert words in html


def test_words_that_look_like_code_are_words(world: World, office: Client) -> None:
    nasty = "<script>alert(1)</script>&amp;“”"
    case = case_of(world, title=nasty, words=nasty, address=nasty)
    operations.note_case(case_id=case.pk, words=nasty, actor=world.office, now=NOW)

    raw = office.get(f"/cases/{case.number}/").content.decode()

    assert "<script>alert" not in raw
    assert raw.count("&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;“”") >= 4


def test_the_photos_of_each_event_stand_beside_it(world: World, office: Client) -> None:
    before, after = make_photo_row(), make_photo_row()
    case = case_of(world, S.ACKNOWLEDGED, photos=(before,))
    operations.submit_case(
        case_id=case.pk, words="已换灯", photos=[after], actor=world.worker, now=NOW
    )

    html = page(office, case)
    lines = html.split('<ol class="line">')[1].split("</ol>")[0].split("<li")[1:]

    shown = [re.findall(r'href="/photos/(\d+)/full/"', line) for line in lines]
    assert [ids for ids in shown if ids] == [[str(after.pk)], [str(before.pk)]]
    assert shown[0] == [str(after.pk)]
    assert 'alt="整改后，第 1 张"' in lines[0]


# --- Photos ---------------------------------------------------------------------------------------


def shots(html: str) -> dict[str, str]:
    """The pair that stands side by side: which photo is before, which after."""
    if "data-compare" not in html:
        return {}
    pair = html.split("data-compare")[1].split("</div>", maxsplit=1)[0]
    figures = re.findall(r'src="/photos/(\d+)/full/".*?<span class="cap[^"]*" ?>([^<]+)', pair)
    return {label: photo for photo, label in figures}


def test_before_and_after_stand_side_by_side_the_last_report_of_the_work_first(
    world: World, office: Client
) -> None:
    one, two, first, last, check = (make_photo_row() for _ in range(5))
    case = case_of(world, S.ACKNOWLEDGED, photos=(one, two))
    assert shots(page(office, case)) == {}
    key: dict[str, Any] = {"case_id": case.pk, "now": NOW}
    operations.submit_case(**key, words="换了", photos=[first], actor=world.worker)
    operations.fail_case(**key, words="没亮", photos=[check], actor=world.office)
    operations.submit_case(**key, words="又换了", photos=[last], actor=world.worker)

    html = page(office, case)

    assert shots(html) == {"整改前": str(one.pk), "整改后": str(last.pk)}
    strips = html.split('<ol class="line">')[0]
    for photo in (one, two, first, last, check):
        assert f"/photos/{photo.pk}/thumb/" in strips
    assert "今天 10:00 中队" in html
    assert re.search(r'alt="整改后：路灯不亮"', html)


def test_a_case_without_photos_says_so(world: World, office: Client) -> None:
    assert "还没有照片" in page(office, case_of(world))


def test_whoever_sees_the_case_sees_its_photos_and_nobody_else(world: World) -> None:
    photo = make_photo_row()
    case_of(world, photos=(photo,))
    address = f"/photos/{photo.pk}/thumb/"

    # the row is there without its file, which is 404 too: so the rule is asked, as the view does
    today = NOW.date()
    assert may_see_photo(make_user(Role.KEEPER, area_code="430406001"), photo, today)
    assert not may_see_photo(make_user(Role.KEEPER, area_code="430405"), photo, today)
    assert signed_in(Role.KEEPER, area_code="430405").get(address).status_code == 404


# --- The clock ------------------------------------------------------------------------------------


def clock(html: str) -> str:
    parts = html.split('aria-label="时限">')
    return bare(parts[1].split("</section>")[0]) if len(parts) > 1 else ""


def due(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("status", "due_at", "words", "tone"),
    [
        (S.REPORTED, None, "已等 3 天 1 小时", ""),
        (S.ACKNOWLEDGED, due(24.5), "还剩 1 天", ""),
        (S.ACKNOWLEDGED, due(2), "还剩 2 小时", "soon"),
        (S.ACKNOWLEDGED, due(-1), "超期 1 小时", "late"),
        (S.ACKNOWLEDGED, due(-24), "超期 1 天", "late"),
        (S.PARKED, due(24), "停钟（挂账）", ""),
        (S.SUBMITTED, due(24), "核查超期", "late"),
        (S.VERIFIED, due(24), "待销号", ""),
        (S.CLOSED, due(24), "按时办结", ""),
        (S.CLOSED, MORNING + timedelta(minutes=105), "超期办结", ""),
    ],
)
def test_the_clock_says_how_it_stands(
    world: World, office: Client, status: CaseStatus, due_at: datetime | None, words: str, tone: str
) -> None:
    html = page(office, case_of(world, status, due_at=due_at))

    said = clock(html)
    assert said.startswith(words), said
    marks = re.findall(r'<div class="time-say"> <b ?(?:class="(\w+)")? ?>', html)
    assert marks == [tone]


@pytest.mark.parametrize("status", [S.DECLINED, S.MERGED])
def test_what_never_went_to_a_unit_has_no_clock_any_more(
    world: World, office: Client, status: CaseStatus
) -> None:
    assert clock(page(office, case_of(world, status))) == ""


def test_the_clock_tells_the_limit_what_was_used_and_what_did_not_count(
    world: World, office: Client
) -> None:
    case = case_of(world, S.ACKNOWLEDGED, due_at=MORNING + timedelta(days=4))
    key: dict[str, Any] = {"case_id": case.pk, "actor": world.office}
    assert "按工作小时计，限 3 天 6 小时，已用 3 天。" in clock(page(office, case))
    operations.park_case(**key, words="等管网", now=MORNING + timedelta(days=1))
    operations.unpark_case(**key, now=MORNING + timedelta(days=2))

    html = page(office, case)
    said = clock(html)

    assert said.startswith("还剩 1 天 6 小时")
    assert "按工作小时计，限 3 天 6 小时，已用 2 天；停钟 1 天不计。" in said
    assert "整改 6 小时 停钟 整改 1 天" in said
    assert "<svg" in html.split('aria-label="时限">')[1].split("</section>")[0]


def test_how_long_the_unit_has_to_take_it_is_said_beside_it(world: World, office: Client) -> None:
    fresh = case_of(world, S.DISPATCHED, at=NOW - timedelta(minutes=90))
    old = case_of(world, S.DISPATCHED)

    assert "签收还剩 1 小时" in clock(page(office, fresh))
    assert "签收超期" in clock(page(office, old))


def test_every_request_for_more_time_stands_with_what_became_of_it(
    world: World, office: Client
) -> None:
    case = case_of(world, S.ACKNOWLEDGED, due_at=hours_on(80))
    key: dict[str, Any] = {"case_id": case.pk, "now": NOW}
    operations.ask_extension(**key, wanted_due_at=hours_on(90), words="缺件", actor=world.worker)
    assert "延期待批" in page(office, case)
    operations.grant_extension(**key, new_due_at=hours_on(85), words="只准一天", actor=world.office)

    said = clock(page(office, case))

    assert (
        "经办乙申请由 2026-11-05 周四 17:00 延到 2026-11-06 周五 03:00：“缺件” "
        "准予 到 2026-11-05 周四 22:00 ：“只准一天”"
    ) in said


# --- Who answers ----------------------------------------------------------------------------------


def test_who_answers_is_told_as_of_the_day_of_the_hand_over(world: World, office: Client) -> None:
    """A person who took the post after it is not the one who answers."""
    day = MORNING.date()
    steward = make_unit("W", name="市人大办")
    make_site_unit(site=world.site, unit=world.other)
    then, later = make_user(full_name="当时的人"), make_user(full_name="后来的人")
    make_responsibility(site=world.site, rank=Rank.FIRST, person=then, to_on=day)
    make_responsibility(
        site=world.site, rank=Rank.FIRST, person=later, from_on=day + timedelta(days=1)
    )
    make_responsibility(
        area=make_area(HERE), rank=Rank.DIRECT, person=make_user(full_name="社区书记")
    )
    make_stewardship(site=world.site, unit=steward)
    case = case_of(world, S.DISPATCHED, site=world.site, support=world.other)

    said = section(page(office, case), "谁负责")

    assert said.startswith("谁负责 2026-11-02 周一时")
    assert "主办 蒸湘中队 点位责任单位是供电公司" in said
    assert "协办 供电公司 还没办完：请配合断电" in said
    assert "当时的人" in said
    assert "后来的人" not in said
    assert "社区书记 沿江南路社区居委会的责任人" in said
    assert "包联 市人大办 先锋农贸市场" in said


def test_where_nobody_answers_that_is_said(world: World, office: Client) -> None:
    assert "还没有登记责任人" in section(page(office, case_of(world)), "谁负责")


def test_why_it_went_where_it_went_stands_there(world: World, office: Client) -> None:
    case = case_of(world)
    assert "没有规则适用，请人工选定单位。" in section(page(office, case), "派单依据")


# --- What else is here ----------------------------------------------------------------------------


def test_earlier_cases_of_the_same_kind_at_the_same_place_are_listed(
    world: World, office: Client
) -> None:
    lamp = make_category("lamp")
    same: dict[str, Any] = {"site": world.site, "category": lamp}
    closed = case_of(world, S.CLOSED, at=MORNING - timedelta(days=40), title="去年坏", **same)
    still = case_of(world, S.ACKNOWLEDGED, at=MORNING - timedelta(days=2), title="还没修", **same)
    case_of(world, S.CLOSED, at=MORNING - timedelta(days=300), area=make_area(HERE), category=lamp)
    case_of(world, S.CLOSED, at=MORNING - timedelta(days=20), site=world.site)
    case_of(world, S.DECLINED, at=MORNING - timedelta(days=1), **same)
    case = case_of(world, **same)

    html = page(office, case)

    listed = html.split("同一处，同一类")[1].split("</section>")[0]
    assert "近一年另有 2 件" in listed
    assert re.findall(r'href="/cases/([^/]+)/"', listed) == [still.number, closed.number]
    assert "整改中" in listed


def test_open_ones_at_the_same_place_are_offered_before_it_is_handed_out(
    world: World, office: Client
) -> None:
    lamp = make_category("lamp")
    known = case_of(world, S.ACKNOWLEDGED, site=world.site, category=lamp)
    new = case_of(world, S.REPORTED, site=world.site, category=lamp)
    out = case_of(world, S.DISPATCHED, site=world.site, category=lamp)

    assert f'href="/cases/{known.number}/"' in page(office, new).split("是不是同一件")[1]
    assert "是不是同一件" not in page(office, out)


def test_what_lies_beside_is_shown_only_as_far_as_i_see(world: World) -> None:
    """The other cases at the place may be another unit's."""
    lamp = make_category("lamp")
    same: dict[str, Any] = {"site": world.site, "category": lamp}
    theirs = case_of(
        world, S.CLOSED, at=MORNING - timedelta(days=9), unit=world.other, handler=None, **same
    )
    mine = case_of(world, S.DISPATCHED, **same)
    joined = case_of(world, S.MERGED, into=mine, at=hours_on(2))

    html = page(client_of(world.worker), mine)

    assert theirs.number not in html
    assert joined.number not in html.split('id="story"')[0]
    assert theirs.number in page(client_of(world.office), mine)


def test_a_merged_case_leads_to_the_one_it_went_into_and_back(world: World, office: Client) -> None:
    into = case_of(world, S.FILED)
    gone = case_of(world, S.MERGED, into=into)

    note = page(office, gone).split("这一件已并入")[1].split("</div>")[0]
    assert f'href="/cases/{into.number}/"' in note
    beside = page(office, into).split("并进来的")[1].split("</section>")[0]
    assert f'href="/cases/{gone.number}/"' in beside


def test_a_case_without_a_site_is_drawn_where_it_was_found(world: World, office: Client) -> None:
    case = case_of(world, lat=Decimal("26.889"), lon=Decimal("112.611"))
    drawn = page(office, case)
    assert 'aria-label="位置：' in drawn
    assert 'class="m-ring"' in drawn


def test_a_link_from_the_list_leads_back_to_it(world: World, office: Client) -> None:
    case = case_of(world)
    html = page(office, case, "?from=status%3Dopen%26unit%3DU")
    assert 'href="/cases/?status=open&unit=U"' in html


@pytest.mark.parametrize("back", ["%00", "after=x", "%22%3E%3Cscript%3E", "a" * 3000, "status=x"])
def test_a_strange_way_back_does_no_harm(world: World, office: Client, back: str) -> None:
    case = case_of(world)
    raw = office.get(f"/cases/{case.number}/?from={back}")
    assert raw.status_code == 200
    assert "<script>" not in raw.content.decode().split("</head>")[1].split('id="main"')[1]


@pytest.mark.parametrize(
    "number", ["HY-2026-999999", "hy", "HY-2026-0", "a%00b", "%E6%B0%B4", "-" * 200]
)
@pytest.mark.parametrize("part", ["", "pane/", "notice/", "note/"])
def test_a_number_that_nobody_has_is_not_there(world: World, number: str, part: str) -> None:
    assert client_of(world.office).get(f"/cases/{number}/{part}").status_code == 404


def test_a_long_life_asks_as_often_as_a_short_one(world: World, office: Client) -> None:
    short, long = (
        case_of(
            world,
            S.ACKNOWLEDGED,
            site=world.site,
            support=world.other,
            due_at=hours_on(90),
            photos=(make_photo_row(),),
        )
        for _ in range(2)
    )
    key: dict[str, Any] = {"case_id": long.pk, "now": NOW}
    for hour in range(5):
        operations.note_case(**key, words="看过", actor=world.office)
        operations.ask_extension(
            **key, wanted_due_at=hours_on(100 + hour), words="缺件", actor=world.worker
        )
        operations.grant_extension(**key, actor=world.office)
    operations.park_case(**key, words="等", actor=world.office)
    operations.unpark_case(**key, actor=world.office)
    page(office, short)

    for part in ("", "pane/", "notice/"):
        costs = [queries(office, f"/cases/{case.number}/{part}") for case in (short, long)]
        assert costs[0] == costs[1], part


# --- On paper -------------------------------------------------------------------------------------


def notice(client: Client, case: Case) -> str:
    return bare(text(client, f"/cases/{case.number}/notice/").split("<main")[1].split(">", 1)[1])


def test_the_notice_says_what_where_by_when_and_who(world: World, office: Client) -> None:
    make_responsibility(site=world.site, rank=Rank.FIRST, person=make_user(full_name="王主任"))
    before, after = make_photo_row(), make_photo_row()
    case = case_of(
        world,
        S.DISPATCHED,
        site=world.site,
        category=make_category("lamp"),
        words="整条街都是黑的。",
        support=world.other,
        photos=(before,),
    )

    said = notice(office, case)

    for words in (
        f"编号 {case.number}", "整改通知单", "蒸湘中队：", "2026-11-02 周一 09:00，经督查发现以下问题",
        "地点 雁峰区", "先锋农贸市场", "类别 路灯", "程度 一般", "整条街都是黑的。",
        "协办 供电公司：请配合断电", "请于 2026-11-03 周二 10:00 前整改到位",
        "请于 2026-11-02 周一 12:00 前签收。", "第一责任人：王主任。", "衡阳市文明创建指挥部办公室",
        "2026年11月5日", "打印时状态：待签收；打印时间：2026-11-05 周四 10:00。",
    ):  # fmt: skip
        assert words in said, (words, said)
    html = text(office, f"/cases/{case.number}/notice/")
    assert f"/photos/{before.pk}/full/" in html
    assert f"/photos/{after.pk}/" not in html


def test_a_notice_of_what_was_not_handed_out_yet_says_so(world: World, office: Client) -> None:
    said = notice(office, case_of(world))
    assert "（待交办单位）：" in said
    assert "请按交办时限整改到位" in said
    assert "责任人见点位公示牌。 衡阳市" in said


def test_the_history_is_not_told_to_whom_the_case_is_not_shown(world: World) -> None:
    case = case_of(world)
    for visitor in (
        signed_in(Role.OPERATOR, area_code="430405"),
        signed_in(Role.ADMIN),
        signed_in(None),
    ):
        for part in ("", "pane/", "notice/"):
            assert visitor.get(f"/cases/{case.number}/{part}").status_code == 404


def test_who_was_asked_for_a_part_sees_the_case_and_what_he_is_to_do(world: World) -> None:
    case = case_of(world, S.DISPATCHED, support=world.other)
    html = page(client_of(make_handler(world.other)), case)
    assert "请配合断电" in html
