"""Each move by its own page: the good form, each refusal beside its field, whoever comes second, a resend."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client, override_settings

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases import operations, rulebook
from yanzhen.cases.enums import MOVES, CaseStatus, MoveName
from yanzhen.cases.models import Case, CasePhoto, Extension, MoveDemand, SupportPart
from yanzhen.cases.tests.factories import (
    hours_on,
    make_case,
    make_handler,
    make_operator,
    make_policy,
)
from yanzhen.cases.tests.visits import (
    NOW,
    PART,
    client_of,
    form_on,
    said,
    signed_in,
    stop_clock,
)
from yanzhen.cases.views.deeds import DEEDS, PAIRS, WITH_PHOTOS
from yanzhen.events.models import Event
from yanzhen.events.queries import events_of
from yanzhen.files.models import Photo
from yanzhen.files.tests.factories import picture, upload
from yanzhen.places.tests.factories import make_area
from yanzhen.units.models import Unit
from yanzhen.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db

S, M = CaseStatus, MoveName
HERE = "430406001001"
LATER, TOO_LATE, GONE = "2026-11-20T17:30", "2040-01-01T00:00", "2026-11-01T09:00"


@dataclass
class World:
    office: User
    colleague: User
    worker: User
    other_worker: User
    helper: User
    unit: Unit
    other: Unit
    ready: dict[MoveName, Case] = field(default_factory=dict)
    """A case for each move, standing where it begins; what a test does with it is undone."""


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.YANZHEN_CLOSE_ON_VERIFY = False


@pytest.fixture(scope="module")
def world(lasting: None) -> World:
    unit, other = make_unit("U", name="蒸湘中队"), make_unit("V", name="供电公司")
    make_unit("W", name="旧队", is_active=False)
    make_policy()
    make_area(HERE)
    world = World(
        make_operator(), make_operator(), make_handler(unit), make_handler(unit),
        make_handler(other), unit, other,
    )  # fmt: skip
    rulebook.renew()
    with override_settings(YANZHEN_CLOSE_ON_VERIFY=False):
        world.ready = {move: case_for(world, move) for move in PLANS}
    return world


@dataclass(frozen=True)
class Plan:
    """How a move is made by its page: where the case stands, who makes it, what he types."""

    status: CaseStatus
    typed: dict[str, Any]
    by: str = "office"
    helped: bool = False
    asked: bool = False
    ends: str = ""
    """Where the case stands afterwards, if that is another standing."""


WORDS = {"words": "写明的话"}
PLANS: dict[MoveName, Plan] = {
    M.FILE: Plan(S.REPORTED, {}, ends="filed"),
    M.DECLINE: Plan(S.REPORTED, WORDS, ends="declined"),
    M.MERGE: Plan(S.FILED, {"into": "OTHER"} | WORDS, ends="merged"),
    M.DISPATCH: Plan(S.FILED, {"unit": "U", "due_at": LATER} | WORDS, ends="dispatched"),
    M.ACKNOWLEDGE: Plan(S.DISPATCHED, {}, "worker", ends="acknowledged"),
    M.RETURN: Plan(S.DISPATCHED, WORDS, "worker", ends="filed"),
    M.TRANSFER: Plan(S.ACKNOWLEDGED, {"unit": "V", "due_at": LATER} | WORDS, ends="dispatched"),
    M.ASK_EXTENSION: Plan(S.ACKNOWLEDGED, {"wanted_due_at": LATER} | WORDS, "worker"),
    M.GRANT_EXTENSION: Plan(S.ACKNOWLEDGED, {"new_due_at": LATER} | WORDS, asked=True),
    M.REFUSE_EXTENSION: Plan(S.ACKNOWLEDGED, WORDS, asked=True),
    M.PARK: Plan(S.ACKNOWLEDGED, WORDS, ends="parked"),
    M.UNPARK: Plan(S.PARKED, WORDS, ends="acknowledged"),
    M.ASK_SUPPORT: Plan(S.DISPATCHED, {"unit": "V"} | WORDS),
    M.FINISH_SUPPORT: Plan(S.DISPATCHED, {"unit": "V"} | WORDS, "helper", helped=True),
    M.SUBMIT: Plan(S.ACKNOWLEDGED, WORDS, "worker", ends="submitted"),
    M.VERIFY: Plan(S.SUBMITTED, {"on_site": "yes"} | WORDS, ends="verified"),
    M.FAIL: Plan(S.SUBMITTED, {"on_site": "no"} | WORDS, ends="rework"),
    M.CLOSE: Plan(S.VERIFIED, WORDS, ends="closed"),
    M.REOPEN: Plan(S.CLOSED, {"due_at": LATER} | WORDS, ends="dispatched"),
    M.URGE: Plan(S.DISPATCHED, WORDS),
    M.NOTE: Plan(S.FILED, WORDS),
}


@dataclass
class Scene:
    """One case that stands where a move begins, who makes it, and what he types."""

    move: MoveName
    case: Case
    client: Client
    typed: dict[str, Any]

    @property
    def url(self) -> str:
        return f"/cases/{self.case.number}/{self.move.replace('_', '-')}/"

    @property
    def action(self) -> str:
        """Where its form is sent by its first button; of a pair, the first move's page."""
        is_paired = self.case.status == S.SUBMITTED or self.move not in {M.VERIFY, M.FAIL}
        first = next((one for one, second in PAIRS.items() if second == self.move), self.move)
        return f"/cases/{self.case.number}/{(first if is_paired else self.move).replace('_', '-')}/"

    def form(self) -> dict[str, Any]:
        """The form as its page gives it, with what is typed."""
        given = form_on(self.client.get(self.url, headers=PART), self.action)
        return given | self.typed | ({"photos": "one"} if self.move == M.SUBMIT else {})

    def send(self, form: dict[str, Any], *, part: bool = False) -> Any:
        if form.get("photos") == "one":
            form = form | {"photos": [upload(picture())]}
        return self.client.post(self.url, form, headers=PART if part else None)


def case_for(world: World, move: MoveName) -> Case:
    """A case that stands where a move begins."""
    plan = PLANS[move]
    case = make_case(
        status=plan.status,
        unit=world.unit,
        operator=world.office,
        handler=world.worker,
        area=make_area(HERE),
        support=world.other if plan.helped else None,
    )
    if plan.asked:
        operations.ask_extension(
            case_id=case.pk,
            wanted_due_at=NOW + timedelta(days=9),
            words="缺件",
            actor=world.worker,
            now=hours_on(5),
        )
    return Case.objects.get(pk=case.pk)


def scene(world: World, move: MoveName, *, fresh: bool = False, **changes: Any) -> Scene:
    """The move with its good form, and what is typed otherwise; on a case of its own if `fresh`."""
    plan = PLANS[move]
    case = case_for(world, move) if fresh else world.ready[move]
    typed = plan.typed | changes
    if typed.get("into") == "OTHER":
        typed["into"] = world.ready[M.DISPATCH].number
    return Scene(move, case, client_of(getattr(world, plan.by)), typed)


def kinds(case: Case) -> list[str]:
    return list(events_of(case).values_list("kind", flat=True))


def everything(case: Case) -> tuple[Any, ...]:
    """How the case stands, with all that hangs on it."""
    return (
        Case.objects.filter(pk=case.pk).values().get(),
        kinds(case),
        list(Extension.objects.filter(case=case).values()),
        list(SupportPart.objects.filter(case=case).values()),
        list(CasePhoto.objects.filter(case=case).values()),
    )


def test_every_move_of_the_loop_has_a_page_and_a_plan() -> None:
    assert set(PLANS) == set(DEEDS) == set(M) - {M.REPORT, M.AMEND}


# --- Good -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("move", PLANS)
def test_a_good_form_makes_the_move_once_and_says_so(world: World, move: MoveName) -> None:
    now = scene(world, move)
    form = now.form() | {"next": "/search/"}
    before = kinds(now.case)

    answer = now.send(form)

    assert (answer.status_code, answer["Location"]) == (303, "/search/")
    assert f"{now.case.number} {DEEDS[move].done}" in said(now.client.get("/search/"))
    stands = Case.objects.get(pk=now.case.pk)
    assert stands.status == (PLANS[move].ends or PLANS[move].status)
    last = events_of(stands).filter(kind=MOVES[move].event).last()
    assert last
    assert last.actor == getattr(world, PLANS[move].by)
    assert last.facts.get("words", "") == PLANS[move].typed.get("words", "")
    assert len(kinds(stands)) == len(before) + 1
    after = everything(stands)

    again = now.send(form)

    assert (again.status_code, again["Location"]) == (303, "/search/")
    assert everything(stands) == after


def test_what_is_typed_arrives(world: World) -> None:
    """Times are the city's, a unit is found by its name, a choice is a choice."""
    cases = {}
    plans: dict[MoveName, dict[str, Any]] = {
        M.DISPATCH: {"unit": "供电", "due_at": "2026-11-06T08:30"},
        M.TRANSFER: {"unit": "供电公司"},
        M.REOPEN: {"due_at": ""},
        M.GRANT_EXTENSION: {"new_due_at": ""},
        M.VERIFY: {"on_site": "yes"},
        M.ASK_SUPPORT: {"unit": "V"},
    }
    for move, changes in plans.items():
        now = scene(world, move, **changes)
        assert now.send(now.form()).status_code == 303, move
        cases[move] = Case.objects.get(pk=now.case.pk)

    def due(move: MoveName) -> str:
        at = cases[move].due_at
        return at.isoformat() if at else ""

    assert (cases[M.DISPATCH].unit_id, due(M.DISPATCH)) == ("V", "2026-11-06T00:30:00+00:00")
    assert cases[M.TRANSFER].unit_id == "V"
    assert due(M.REOPEN) == "2026-11-06T02:00:00+00:00"  # one working day from now
    assert due(M.GRANT_EXTENSION) == (NOW + timedelta(days=9)).isoformat()
    checked = events_of(cases[M.VERIFY]).last()
    assert checked
    assert checked.facts["on_site"] is True
    assert SupportPart.objects.get(case=cases[M.ASK_SUPPORT]).asked == "写明的话"


def test_a_form_begins_with_what_the_house_knows(world: World) -> None:
    asking = scene(world, M.ASK_EXTENSION)
    granting = scene(world, M.GRANT_EXTENSION)

    form = form_on(asking.client.get(asking.url), asking.url)
    assert form["wanted_due_at"] == ["2026-11-03T10:00"]
    assert granting.form()["new_due_at"] == LATER
    given = form_on(granting.client.get(granting.url), granting.url)
    assert given["new_due_at"] == ["2026-11-14T10:00"]


# --- Refused --------------------------------------------------------------------------------------

NEEDS = "请写明原因，一两句话就行。"
REFUSED: list[tuple[MoveName, dict[str, Any], str, str]] = [
    *((move, {"words": ""}, "words", NEEDS) for move in PLANS if MOVES[move].words_required),
    (M.NOTE, {"words": " 　\n "}, "words", NEEDS),
    *(
        (move, {"words": "长" * 2001}, "words", "2000")
        for move in (M.DECLINE, M.DISPATCH, M.SUBMIT, M.VERIFY, M.URGE)
    ),
    (M.DISPATCH, {"unit": ""}, "unit", "请选责任单位。"),
    (M.DISPATCH, {"unit": "没有这个局"}, "unit", "没有叫“没有这个局”的单位"),
    (M.DISPATCH, {"unit": "W"}, "unit", "责任单位“旧队”已停用，请另选单位。"),
    (M.DISPATCH, {"due_at": GONE}, "due_at", "已经过去，请选一个以后的时间"),
    (M.DISPATCH, {"due_at": TOO_LATE}, "due_at", "太远，最多往后 5 年"),
    (M.DISPATCH, {"due_at": "明天"}, "due_at", "有效的日期"),
    (M.DISPATCH, {"due_at": "0001-01-01T00:00"}, "due_at", "已经过去"),
    (M.TRANSFER, {"unit": "U"}, "unit", "问题已在“蒸湘中队”手里，请另选单位。"),
    (M.TRANSFER, {"due_at": GONE}, "due_at", "已经过去"),
    (M.ASK_SUPPORT, {"unit": ""}, "unit", "请选协办单位。"),
    (M.ASK_SUPPORT, {"unit": "U"}, "unit", "“蒸湘中队”已是这件问题的主办或协办单位。"),
    (M.FINISH_SUPPORT, {"unit": "U"}, "unit", "可用的选项"),
    (M.ASK_EXTENSION, {"wanted_due_at": ""}, "wanted_due_at", "请写明延到什么时候。"),
    (M.ASK_EXTENSION, {"wanted_due_at": GONE}, "wanted_due_at", "申请的时限须晚于现在的时限"),
    (M.ASK_EXTENSION, {"wanted_due_at": TOO_LATE}, "wanted_due_at", "太远"),
    (M.GRANT_EXTENSION, {"new_due_at": GONE}, "new_due_at", "须晚于现在的时限"),
    (M.GRANT_EXTENSION, {"new_due_at": "9999-12-31T23:59"}, "new_due_at", "太远"),
    (M.MERGE, {"into": ""}, "into", "请写明并入哪一件。"),
    (M.MERGE, {"into": "HY-2026-999999"}, "into", "没有找到编号 HY-2026-999999。"),
    (M.MERGE, {"into": "路灯"}, "into", "没有找到编号 路灯。"),
    (M.VERIFY, {"on_site": ""}, "on_site", "请说明是到现场看的，还是只看了照片。"),
    (M.VERIFY, {"on_site": "maybe"}, "on_site", "可用的选项"),
    (M.REOPEN, {"due_at": GONE}, "due_at", "已经过去"),
]


def beside(page: str, field: str) -> str:
    """The words that stand beside a field, errors and help."""
    blocks = re.split(r'<(?:div|fieldset)\s+class="field((?: field-bad)?)"', page)
    for mark, block in zip(blocks[1::2], blocks[2::2], strict=True):
        if mark and re.search(rf'name="{field}"', block):
            return block
    return ""


@pytest.mark.parametrize(("move", "change", "field", "words"), REFUSED)
def test_a_refusal_stands_beside_its_field_and_what_was_typed_is_kept(
    world: World, move: MoveName, change: dict[str, Any], field: str, words: str
) -> None:
    now = scene(world, move, **change)
    form = now.form()
    before, count = everything(now.case), Event.objects.exclude(kind="photo.stored").count()

    answer = now.send(form, part=True)

    assert answer.status_code == 422
    page = said(answer)
    assert words in beside(page, field), page
    assert "还不能交，请看这里" in page
    again = form_on(answer, now.action)
    kept = {name: again.get(name, [""])[0] for name in now.typed}
    if field in {"on_site", "unit"} and move in {M.VERIFY, M.FINISH_SUPPORT}:
        kept[field] = now.typed[field]  # what cannot be chosen cannot be kept as chosen
    assert {name: value.strip() for name, value in kept.items()} == {
        name: str(value).strip() for name, value in now.typed.items()
    }
    assert again["client_id"] == form["client_id"]
    assert everything(now.case) == before
    assert Event.objects.exclude(kind="photo.stored").count() == count


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda world, case: case.number, "两件是同一件"),
        (lambda world, case: make_case(status=S.CLOSED, area=make_area(HERE)).number, "已销号"),
        (lambda world, case: make_case(status=S.DECLINED, area=make_area(HERE)).number, "不予受理"),
    ],
)
def test_what_cannot_take_a_case_in_is_said_beside_its_number(
    world: World, make: Any, words: str
) -> None:
    now = scene(world, M.MERGE)
    now.typed["into"] = make(world, now.case)

    answer = now.send(now.form(), part=True)

    assert answer.status_code == 422
    assert words in beside(said(answer), "into")
    assert Case.objects.get(pk=now.case.pk).status == "filed"


def test_a_short_number_is_enough_where_it_means_one_case(world: World) -> None:
    into = make_case(area=make_area(HERE))
    now = scene(world, M.MERGE, into=into.number.split("-")[2].lstrip("0"))

    assert now.send(now.form()).status_code == 303
    assert Case.objects.get(pk=now.case.pk).merged_into_id == into.pk


def test_a_case_outside_my_area_is_not_there_to_merge_into(world: World) -> None:
    theirs = make_case(area=make_area("430405001001"))
    now = scene(world, M.MERGE, into=theirs.number)
    now.client = client_of(make_operator("430406"))

    assert f"没有找到编号 {theirs.number}。" in said(now.send(now.form()))


def test_what_fits_no_field_stands_above_the_form(world: World) -> None:
    """A part that is not finished keeps the whole from being found good."""
    now = scene(world, M.VERIFY)
    SupportPart.objects.create(case=now.case, unit=world.other, asked="断电", asked_at=NOW)

    answer = now.send(now.form())

    assert answer.status_code == 422
    assert "协办单位“供电公司”还没有办完，不能核查通过。" in said(answer)
    assert Case.objects.get(pk=now.case.pk).status == "submitted"


def test_what_the_city_asks_for_beyond_the_table_is_asked_and_said_why(world: World) -> None:
    MoveDemand.objects.create(move=M.CLOSE, words_required=True, reason="要归档")
    MoveDemand.objects.create(move=M.VERIFY, photo_required=True, reason="要看效果")
    rulebook.renew()
    closing, checking = scene(world, M.CLOSE, words=""), scene(world, M.VERIFY)

    assert "请写明原因" in beside(said(closing.send(closing.form())), "words")
    page = said(checking.client.get(checking.url))
    assert "要看效果" in page
    assert "核查通过须附照片：要看效果" in beside(said(checking.send(checking.form())), "photos")


def test_who_did_the_work_is_not_let_to_check_it(world: World) -> None:
    now = scene(world, M.VERIFY)
    form = now.form()
    now.client = client_of(make_user(Role.INSPECTOR, home_code="U"))

    answer = now.send(form)

    assert answer.status_code == 403
    assert "您或您所在的“蒸湘中队”参与了这件整改，不能由您核查或销号。" in said(answer)
    assert Case.objects.get(pk=now.case.pk).status == "submitted"


def test_who_may_only_look_is_told_so_and_nothing_changes(world: World) -> None:
    case = case_for(world, M.FINISH_SUPPORT)
    before = everything(case)
    looker, stranger = signed_in(Role.AUDITOR), signed_in(Role.ADMIN)

    for move, plan in PLANS.items():
        url = f"/cases/{case.number}/{move.replace('_', '-')}/"
        for method in ("get", "post"):
            answer = getattr(looker, method)(url, plan.typed, headers=PART)
            if move == M.NOTE:  # whoever sees a case may leave a word
                continue
            assert answer.status_code == 403, move
            assert "您的岗位没有这项权限" in said(answer)
            assert getattr(stranger, method)(url, plan.typed, headers=PART).status_code == 404

    assert everything(case)[0] == before[0]
    assert [kind for kind in kinds(case) if kind != "case.noted"] == before[1]


# --- Second ---------------------------------------------------------------------------------------


SEES_IT_STILL = [
    move for move, plan in PLANS.items() if plan.ends and move not in {M.RETURN, M.TRANSFER}
]


@pytest.mark.parametrize("move", SEES_IT_STILL)
def test_whoever_comes_second_is_told_what_happened_and_sees_the_case_as_it_is(
    world: World, move: MoveName
) -> None:
    now = scene(world, move)
    form = now.form()
    first = {"worker": world.other_worker}.get(PLANS[move].by, world.colleague)
    quick = Scene(move, now.case, client_of(first), now.typed)
    assert quick.send(quick.form()).status_code == 303
    before = everything(now.case)

    answer = now.send(form, part=True)

    assert answer.status_code == 409
    page = " ".join(said(answer).split())
    stands = Case.objects.get(pk=now.case.pk)
    status = CaseStatus(stands.status).label
    what = MOVES[move].name.label
    assert (
        f"问题 {stands.number} 现在是“{status}”，不能{what}。"
        f"{first.full_name}已于2026-11-05 周四 10:00{what}。请刷新页面看最新情况。 下面是现在的情况。"
    ) in page
    assert 'role="alert"' in page
    assert everything(now.case) == before


def test_of_two_who_transfer_at_once_the_second_does_not_undo_the_first(world: World) -> None:
    make_unit("X", name="环卫所")
    now = scene(world, M.TRANSFER, unit="X")
    form = now.form()
    assert form["held_by"] == ["U"]
    quick = Scene(M.TRANSFER, now.case, client_of(world.colleague), PLANS[M.TRANSFER].typed)
    quick.send(quick.form())

    answer = now.send(form)

    assert answer.status_code == 409
    assert (
        f"问题 {now.case.number} 已在“供电公司”手里。"
        f"{world.colleague.full_name}已于2026-11-05 周四 10:00转办。请刷新页面看最新情况。"
    ) in said(answer)
    assert Case.objects.get(pk=now.case.pk).unit_id == "V"


# --- Taken away -----------------------------------------------------------------------------------


def test_after_giving_a_case_back_one_is_led_to_a_page_that_is_there(world: World) -> None:
    """The unit that returned a case does not see it any more."""
    now = scene(world, M.RETURN)
    own = f"/cases/{now.case.number}/?from=status%3Dopen"

    answer = now.send(now.form() | {"next": own})

    assert (answer.status_code, answer["Location"]) == (303, "/cases/?status=open")
    page = said(now.client.get(answer["Location"]))
    assert f"{now.case.number} 已退回创建办。" in page
    assert now.client.get(own).status_code == 404


def test_whoever_still_wrote_when_the_case_was_taken_away_is_told_and_keeps_his_words(
    world: World,
) -> None:
    now = scene(world, M.SUBMIT, words="换了三盏灯，花了一上午")
    form = now.form()
    operations.transfer_case(
        case_id=now.case.pk, unit=world.other, words="归供电", actor=world.office, now=NOW
    )
    before = everything(now.case)

    answer = now.send(form)

    assert answer.status_code == 409
    page = said(answer)
    assert "这一件已不在您的单位" in page
    assert f"{world.office.full_name}已于2026-11-05 周四 10:00转办。" in page
    assert "换了三盏灯，花了一上午" in page
    assert everything(now.case) == before
    assert now.client.get(now.url).status_code == 409
    for more in ({}, {"pane": "1"}):
        part = now.send(form | more, part=True)
        assert (part.status_code, "<html" in said(part)) == (409, False)
        assert "转办" in said(part)


def test_of_two_of_a_unit_who_give_a_case_back_the_second_is_told(world: World) -> None:
    now = scene(world, M.RETURN)
    form = now.form()
    quick = Scene(M.RETURN, now.case, client_of(world.other_worker), now.typed)
    quick.send(quick.form())

    answer = now.send(form)

    assert answer.status_code == 409
    assert f"{world.other_worker.full_name}已于2026-11-05 周四 10:00退回。" in said(answer)


def test_to_any_other_unit_such_a_case_is_not_there(world: World) -> None:
    now = scene(world, M.SUBMIT)
    operations.transfer_case(
        case_id=now.case.pk, unit=world.other, words="归供电", actor=world.office, now=NOW
    )
    for stranger in (
        signed_in(Role.HANDLER, unit_code="W"),
        signed_in(Role.OPERATOR, area_code="430405"),
    ):
        assert stranger.post(now.url, now.typed).status_code == 404


def test_what_became_of_it_later_is_not_told(world: World) -> None:
    """The unit that gave it back learns that it did, and nothing of the unit that has it now."""
    now = scene(world, M.RETURN)
    now.send(now.form())
    operations.dispatch_case(
        case_id=now.case.pk, unit=world.other, words="请办", actor=world.office, now=NOW
    )

    page = said(now.client.post(f"/cases/{now.case.number}/acknowledge/", {}))

    assert f"{world.worker.full_name}已于2026-11-05 周四 10:00退回。" in page
    assert "供电公司" not in page


def test_of_two_who_decide_on_more_time_the_second_is_told(world: World) -> None:
    now = scene(world, M.GRANT_EXTENSION)
    form = now.form()
    operations.refuse_extension(case_id=now.case.pk, words="不行", actor=world.colleague, now=NOW)

    answer = now.send(form)

    assert answer.status_code == 409
    assert "没有待批的延期申请，可能已由别人批过。" in said(answer)


def test_two_of_the_unit_do_not_ask_for_more_time_twice(world: World) -> None:
    now = scene(world, M.ASK_EXTENSION)
    form = now.form()
    colleague = Scene(M.ASK_EXTENSION, now.case, client_of(world.other_worker), now.typed)
    colleague.send(colleague.form())

    answer = now.send(form)

    assert answer.status_code == 409
    assert "已有一份延期申请待批，不能再申请。" in said(answer)
    assert Extension.objects.filter(case=now.case).count() == 1


@pytest.mark.parametrize("move", [M.DISPATCH, M.ACKNOWLEDGE, M.VERIFY, M.CLOSE])
def test_an_old_link_to_a_move_shows_the_case_as_it_is(world: World, move: MoveName) -> None:
    now = scene(world, move)
    form = now.form()
    now.send(form)

    answer = now.client.get(now.url)

    assert answer.status_code == 409
    stands = Case.objects.get(pk=now.case.pk)
    status = CaseStatus(stands.status).label
    assert f"这一步现在不能办：问题已是“{status}”。" in said(answer)


def test_the_id_of_another_deed_is_not_taken_for_this_one(world: World) -> None:
    one, two = scene(world, M.NOTE), scene(world, M.NOTE, fresh=True)
    form = one.form()
    one.send(form)

    answer = two.send(two.form() | {"client_id": form["client_id"]})

    assert answer.status_code == 409
    assert kinds(two.case) == ["case.reported", "case.filed"]


def test_work_found_good_can_still_be_sent_back_on_a_form_of_its_own(world: World) -> None:
    now = scene(world, M.CLOSE)
    url = f"/cases/{now.case.number}/fail/"

    page = now.client.get(url)
    assert "核查通过" not in said(page).split('class="card card-pad moves"')[1].split("<p class")[0]
    form = form_on(page, url)
    assert "on_site" not in form
    answer = now.client.post(url, form | {"words": "又坏了"})

    assert answer.status_code == 303
    assert Case.objects.get(pk=now.case.pk).status == "rework"


# --- Photos ---------------------------------------------------------------------------------------


def brought() -> QuerySet[Photo]:
    """The photos that came by a form; those of the world have rows only."""
    return Photo.objects.exclude(name__startswith="tests/")


def test_work_without_a_photo_is_not_taken_and_the_reason_is_said(world: World) -> None:
    now = scene(world, M.SUBMIT)
    form = now.form()
    form.pop("photos")

    answer = now.client.post(now.url, form)

    assert answer.status_code == 422
    words = "反馈整改须附照片：核查人要对照整改前后的情况。"
    assert words in beside(said(answer), "photos")
    assert form_on(answer, now.url)["words"] == ["写明的话"]


def test_a_photo_that_came_with_a_refused_form_need_not_be_sent_again(world: World) -> None:
    now = scene(world, M.SUBMIT, words="")
    refused = now.send(now.form())
    assert refused.status_code == 422
    photo = brought().get()

    form = form_on(refused, now.url)
    assert form["photo"] == [str(photo.pk)]
    assert f'src="/photos/{photo.pk}/thumb/"' in said(refused)
    answer = now.client.post(now.url, form | WORDS)

    assert answer.status_code == 303
    assert CasePhoto.objects.get(case=now.case, moment="after").photo == photo
    assert brought().count() == 1


def test_a_kept_photo_can_be_left_out_again(world: World) -> None:
    now = scene(world, M.SUBMIT, words="")
    form = form_on(now.send(now.form()), now.url) | WORDS
    del form["photo"]

    assert now.client.post(now.url, form).status_code == 422


def test_nobody_hands_in_the_photo_of_another(world: World) -> None:
    theirs = scene(world, M.SUBMIT, words="")
    theirs.send(theirs.form(), part=True)
    photo = brought().get()
    mine = scene(world, M.SUBMIT, fresh=True)
    mine.client = client_of(world.other_worker)
    form = mine.form() | {"photo": [str(photo.pk), "x", "-1", "9" * 30]}
    form.pop("photos")

    answer = mine.client.post(mine.url, form)

    assert answer.status_code == 422
    assert "须附照片" in said(answer)
    assert "photo" not in form_on(answer, mine.url)


def test_one_bad_photo_does_not_lose_the_good_ones(world: World) -> None:
    now = scene(world, M.SUBMIT)
    form = now.form() | {"photos": [upload(picture()), upload(b"MZ\x90\x00 program", "整改后.jpg")]}

    answer = now.client.post(now.url, form)

    assert answer.status_code == 422
    page = said(answer)
    assert "文件“整改后.jpg”的内容是Windows 程序，不是照片。" in beside(page, "photos")
    again = form_on(answer, now.url)
    assert len(again["photo"]) == 1
    assert again["words"] == ["写明的话"]
    assert now.client.post(now.url, again).status_code == 303
    assert CasePhoto.objects.filter(case=now.case, moment="after").count() == 1


def test_a_photo_that_hangs_on_the_case_already_is_not_taken_for_a_new_one(world: World) -> None:
    now = scene(world, M.SUBMIT)
    now.send(now.form())
    operations.fail_case(case_id=now.case.pk, words="没亮", actor=world.office, now=NOW)
    old = CasePhoto.objects.get(case=now.case, moment="after").photo
    form = form_on(now.client.get(now.url), now.url) | WORDS | {"photo": [str(old.pk)]}

    answer = now.client.post(now.url, form)

    assert answer.status_code == 422
    assert "已经附在这件问题里，请换一张" in beside(said(answer), "photos")


def test_more_photos_than_anybody_looks_at_are_refused(world: World) -> None:
    now = scene(world, M.SUBMIT)
    form = now.form() | {"photos": [upload(picture()) for _ in range(13)]}

    answer = now.client.post(now.url, form)

    assert answer.status_code == 422
    assert "一次最多交 12 张照片。" in beside(said(answer), "photos")
    assert not brought().exists()


def test_a_resend_with_its_photo_keeps_one_photo(world: World) -> None:
    now = scene(world, M.SUBMIT)
    form = now.form()

    for _ in range(2):
        assert now.send(form).status_code == 303

    assert brought().count() == 1
    assert CasePhoto.objects.filter(case=now.case, moment="after").count() == 1


@pytest.mark.parametrize("move", sorted(WITH_PHOTOS))
def test_photos_of_each_move_that_takes_some_hang_on_the_case(world: World, move: MoveName) -> None:
    now = scene(world, move)
    form = now.form() | {"photos": [upload(picture())]}

    assert now.client.post(now.url, form).status_code == 303
    moment = "check" if move in {M.VERIFY, M.FAIL} else "after"
    actor = getattr(world, PLANS[move].by)
    hung = CasePhoto.objects.filter(case=now.case, moment=moment, photo__uploaded_by=actor)
    assert hung.exists()


def test_what_the_phone_says_of_the_photo_is_kept_as_a_claim(world: World) -> None:
    now = scene(world, M.SUBMIT)
    facts = '[{"taken_at": "2026-11-05T09:58:00+08:00", "lat": 26.89, "lon": 112.61}]'

    now.send(now.form() | {"photos_facts": facts})

    photo = brought().get()
    assert photo.taken_at
    assert photo.taken_at.isoformat() == "2026-11-05T01:58:00+00:00"
    assert (str(photo.lat), str(photo.lon)) == ("26.890000", "112.610000")


@pytest.mark.parametrize(
    "facts",
    ["[", "null", "{}", '[{"lat": "x"}]', '[{"lat": 91, "lon": 0}]', '[{"lat": true, "lon": 1}]',
     '[{"taken_at": "0001-01-01T00:00:00+14:00"}]', '[{"taken_at": 7}]', "[" * 5000,
     '[{"lat": 1e999, "lon": NaN}]', '[{"taken_at": "9999-12-31T23:59:59-14:00"}]'],
)  # fmt: skip
def test_nonsense_about_a_photo_does_not_lose_it(world: World, facts: str) -> None:
    now = scene(world, M.SUBMIT)

    answer = now.send(now.form() | {"photos_facts": facts})

    assert answer.status_code == 303
    photo = brought().get()
    assert (photo.taken_at, photo.lat) == (None, None)


# --- With script, and where it leads --------------------------------------------------------------


def test_with_script_a_refused_form_comes_back_in_its_place(world: World) -> None:
    now = scene(world, M.DECLINE, words="")

    answer = now.send(now.form(), part=True)

    assert answer.status_code == 422
    assert "<html" not in said(answer)
    assert NEEDS in beside(said(answer), "words")


def test_with_script_the_page_goes_on_and_the_panel_of_a_list_empties(world: World) -> None:
    alone, beside_list = scene(world, M.NOTE), scene(world, M.NOTE, fresh=True)

    answer = alone.send(alone.form() | {"next": "/cases/?status=open"}, part=True)
    assert answer["HX-Redirect"] == "/cases/?status=open"
    answer = beside_list.send(beside_list.form() | {"pane": "1"}, part=True)
    assert (answer.status_code, answer.content) == (200, b"")
    assert "case-changed" in answer["HX-Trigger"]


def test_with_script_whoever_comes_second_sees_the_case_in_the_place_of_the_form(
    world: World,
) -> None:
    now = scene(world, M.FILE)
    form = now.form()
    now.send(form)

    page = now.send(form | {"client_id": ""}, part=True)
    assert (page.status_code, page["HX-Retarget"]) == (409, "#main")
    panel = now.send(form | {"client_id": "", "pane": "1"}, part=True)
    assert panel.status_code == 409
    assert "data-shows" in said(panel)
    assert "<html" not in said(panel)


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/cases/?due=watch", "/cases/?due=watch"),
        ("/", "/"),
        ("//evil.example/", None),
        ("https://evil.example/", None),
        ("javascript:alert(1)", None),
    ],
)
def test_after_a_move_one_is_led_back_into_this_house_only(
    world: World, asked: str, led: str | None
) -> None:
    now = scene(world, M.NOTE)
    answer = now.send(now.form() | {"next": asked})
    assert answer["Location"] == (led or f"/cases/{now.case.number}/")


@pytest.mark.parametrize("move", [M.DISPATCH, M.SUBMIT, M.VERIFY, M.GRANT_EXTENSION, M.NOTE])
def test_the_page_of_a_move_shows_the_case_and_one_form(world: World, move: MoveName) -> None:
    now = scene(world, move)
    page = said(now.client.get(now.url))

    assert f"<h1>{now.case.title}</h1>" in page
    assert page.count('class="offer stack-s"') == 1
    assert ('enctype="multipart/form-data"' in page) == (move in WITH_PHOTOS)
