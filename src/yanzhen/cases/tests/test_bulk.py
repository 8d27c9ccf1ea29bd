"""One deed for many cases: each whole or not at all, each refusal by name, nothing twice."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import unquote
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_post, make_user
from yanzhen.cases.enums import CaseStatus
from yanzhen.cases.models import Assignment, Case, ClockPolicy, RoutingRule
from yanzhen.cases.tests.factories import (
    make_case,
    make_category,
    make_handler,
    make_operator,
    make_policy,
)
from yanzhen.cases.tests.visits import NOW, PART, client_of, forms_on, said, signed_in, stop_clock
from yanzhen.cases.views.bulk import DEEDS, MOST
from yanzhen.events.models import Event
from yanzhen.events.queries import events_of
from yanzhen.places.tests.factories import make_area
from yanzhen.units.models import Unit
from yanzhen.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db

S = CaseStatus
HERE, BESIDE = "430406001001", "430405001001"
BATCH = UUID("3f0c8a4e-6a2b-4a55-9f10-5d7c2b8e9a01")


@dataclass
class World:
    office: User
    handler: User
    unit: Unit

    def case(self, status: CaseStatus = S.FILED, area: str = HERE, **given: Any) -> Case:
        return make_case(
            status=status,
            unit=self.unit,
            operator=self.office,
            handler=self.handler,
            area=make_area(area),
            **given,
        )


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_clock(monkeypatch)


@pytest.fixture(scope="module")
def world(lasting: None) -> World:
    unit = make_unit("U", name="蒸湘中队")
    make_policy()
    return World(make_operator(), make_handler(unit), unit)


def send(client: Client, deed: str, cases: list[Case], batch: UUID = BATCH, **more: Any) -> Any:
    """The form as the list sends it; a deed that asks first is sent as its page sends it."""
    sent: dict[str, Any] = {"deed": deed, "case": [case.number for case in cases]}
    sent |= {"client_id": str(batch), "next": "/cases/?status=open"}
    if DEEDS[deed].is_asked_first:
        sent["sure"] = "1"
    part = more.pop("part", False)
    return client.post("/cases/bulk/", sent | more, headers=PART if part else None)


def kinds(case: Case) -> list[str]:
    return list(events_of(case).values_list("kind", flat=True))


def status(case: Case) -> str:
    return str(Case.objects.values_list("status", flat=True).get(pk=case.pk))


def messages_of(answer: Any, client: Client) -> str:
    return said(client.get(answer["Location"]))


# --- Acknowledge ----------------------------------------------------------------------------------


def test_all_ticked_ones_are_acknowledged_and_the_list_says_so(world: World) -> None:
    cases = [world.case(S.DISPATCHED) for _ in range(3)]
    client = client_of(world.handler)

    answer = send(client, "acknowledge", cases)

    assert (answer.status_code, answer["Location"]) == (303, "/cases/?status=open")
    assert "签收 3 件，都办成了。" in messages_of(answer, client)
    assert {status(case) for case in cases} == {"acknowledged"}
    assert {kinds(case)[-1] for case in cases} == {"case.acknowledged"}
    assert {event.actor for event in Event.objects.filter(kind="case.acknowledged")} == {
        world.handler
    }


def test_what_cannot_be_acknowledged_is_told_by_name_and_the_others_are_done(world: World) -> None:
    good, late = world.case(S.DISPATCHED), world.case(S.SUBMITTED)
    before = kinds(late)

    answer = send(client_of(world.handler), "acknowledge", [late, good])

    page = said(answer)
    assert answer.status_code == 200
    assert "签收办成 1 件，1 件没有办成" in page
    assert f"问题 {late.number} 现在是“待核查”，不能签收。" in page
    assert f"{world.handler.full_name}已于2026-11-02 周一 11:00反馈整改。" in page
    assert good.number not in page
    assert 'href="/cases/?status=open"' in page
    assert (status(good), status(late)) == ("acknowledged", "submitted")
    assert kinds(late) == before


def test_the_same_form_sent_again_changes_nothing_and_says_the_same(world: World) -> None:
    good, late = world.case(S.DISPATCHED), world.case(S.SUBMITTED)
    client = client_of(world.handler)
    first = said(send(client, "acknowledge", [good, late]))
    events = Event.objects.count()

    again = said(send(client, "acknowledge", [good, late]))

    assert again == first
    assert Event.objects.count() == events


def test_another_form_for_the_same_cases_meets_what_was_done(world: World) -> None:
    case = world.case(S.DISPATCHED)
    client = client_of(world.handler)
    send(client, "acknowledge", [case])

    answer = send(client, "acknowledge", [case], batch=uuid4())

    assert "现在是“整改中”，不能签收" in said(answer)
    assert kinds(case).count("case.acknowledged") == 1


def test_a_resend_after_the_case_went_on_does_not_bring_it_back(world: World) -> None:
    """The unit took it, gave it back, and the first form arrives once more from a slow network."""
    case = world.case(S.DISPATCHED)
    client = client_of(world.handler)
    send(client, "acknowledge", [case])
    client.post(f"/cases/{case.number}/return/", {"words": "不归我们"})

    answer = send(client, "acknowledge", [case])

    assert answer.status_code == 303
    assert status(case) == "filed"
    assert kinds(case).count("case.acknowledged") == 1


# --- Dispatch -------------------------------------------------------------------------------------


def test_before_dispatch_a_page_shows_the_cases_and_asks_to_whom(world: World) -> None:
    cases = [world.case(), world.case()]
    client = client_of(world.office)
    sent = {"deed": "dispatch", "case": [case.number for case in cases], "client_id": str(BATCH)}

    answer = client.post("/cases/bulk/", sent | {"next": "/cases/?due=watch"})

    page = said(answer)
    assert answer.status_code == 200
    assert "交办给……：2 件" in page
    form = next(one.fields for one in forms_on(answer) if "sure" in one.fields)
    assert form["case"] == [case.number for case in cases]
    assert (form["deed"], form["next"]) == (["dispatch"], ["/cases/?due=watch"])
    assert {status(case) for case in cases} == {"filed"}

    done = client.post("/cases/bulk/", form | {"unit": "蒸湘中队"})
    assert (done.status_code, done["Location"]) == (303, "/cases/?due=watch")
    assert {status(case) for case in cases} == {"dispatched"}


def test_all_go_to_the_unit_with_its_time_and_words(world: World) -> None:
    cases = [world.case(), world.case()]

    send(
        client_of(world.office),
        "dispatch",
        cases,
        unit="U",
        due_at="2026-11-09T17:30",
        words="一并整治",
    )

    for case in cases:
        case.refresh_from_db()
        assert (case.status, case.unit_id) == ("dispatched", "U")
        assert case.due_at
        assert case.due_at.isoformat() == "2026-11-09T09:30:00+00:00"
        last = events_of(case).last()
        assert last
        assert last.facts["words"] == "一并整治"
    assert Assignment.objects.count() == 2


def test_some_go_out_and_the_others_stay_as_they_are(world: World) -> None:
    good, again, new = world.case(), world.case(S.DISPATCHED), world.case(S.REPORTED)
    other = make_unit("V", name="石鼓中队")
    before = {case.pk: kinds(case) for case in (again, new)}

    page = said(send(client_of(world.office), "dispatch", [again, good, new], unit=other.code))

    assert "交办办成 1 件，2 件没有办成" in page
    assert f"问题 {again.number} 现在是“待签收”，不能交办。" in page
    assert f"问题 {new.number} 现在是“待受理”，不能交办。" in page
    assert status(good) == "dispatched"
    assert (status(again), status(new)) == ("dispatched", "reported")
    again.refresh_from_db()
    assert again.unit_id == "U"
    assert {case.pk: kinds(case) for case in (again, new)} == before
    assert Assignment.objects.filter(unit=other).count() == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"unit": ""}, "请选责任单位。"),
        ({"unit": "没有这个局"}, "没有叫“没有这个局”的单位，请从列出的单位里选。"),
        ({"unit": "中队"}, "“中队”不止一个，请写全称或代码"),
        ({"unit": "U", "due_at": "明天下午"}, "有效的日期"),
        ({"unit": "U", "words": "长" * 2001}, "2000"),
    ],
)
def test_a_form_that_cannot_be_taken_stays_as_it_was_typed(
    world: World, typed: dict[str, Any], words: str
) -> None:
    make_unit("V", name="石鼓中队")
    cases = [world.case(), world.case()]
    given: dict[str, Any] = {"unit": "U", "due_at": "2026-11-09T17:30", "words": "一并整治"} | typed

    answer = send(client_of(world.office), "dispatch", cases, **given)

    assert answer.status_code == 422
    assert words in said(answer)
    form = next(one.fields for one in forms_on(answer) if "sure" in one.fields)
    assert {name: form[name][0] for name in given} == given
    assert form["case"] == [case.number for case in cases]
    assert form["client_id"] == [str(BATCH)]
    assert {status(case) for case in cases} == {"filed"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"due_at": "2026-11-05T09:59"}, "已经过去，请选一个以后的时间"),
        ({"due_at": "9999-06-01T12:00"}, "太远"),
        ({"unit": "W"}, "责任单位“旧队”已停用，请另选单位。"),
    ],
)
def test_what_no_case_can_take_is_said_of_each(
    world: World, change: dict[str, Any], words: str
) -> None:
    make_unit("W", name="旧队", is_active=False)
    cases = [world.case(), world.case()]

    page = said(send(client_of(world.office), "dispatch", cases, **({"unit": "U"} | change)))

    assert "交办办成 0 件，2 件没有办成" in page
    assert page.count(words) == 2
    assert {status(case) for case in cases} == {"filed"}
    assert not Assignment.objects.exists()


# --- By the rules ---------------------------------------------------------------------------------


@pytest.fixture
def routed(world: World) -> str:
    """A category that the rules send to the unit; whatever is of none goes nowhere."""
    litter = make_category("litter")
    RoutingRule.objects.create(name="垃圾", category=litter, unit=world.unit)
    return litter.code


def test_what_the_rules_know_goes_where_they_say(world: World, routed: str) -> None:
    category = make_category(routed)
    new, filed = world.case(S.REPORTED, category=category), world.case(category=category)
    client = client_of(world.office)

    asked = client.post("/cases/bulk/", {"deed": "advise", "case": [new.number, filed.number]})
    assert said(asked).count("<b\n                    >蒸湘中队</b>") == 2
    answer = send(client, "advise", [new, filed])

    assert answer.status_code == 303
    assert kinds(new) == ["case.reported", "case.filed", "case.dispatched"]
    assert (status(new), status(filed)) == ("dispatched", "dispatched")


def test_what_the_rules_do_not_know_stays_untouched(world: World, routed: str) -> None:
    """Not even accepted: a case is done as a whole or not at all."""
    new, known = world.case(S.REPORTED), world.case(S.REPORTED, category=make_category(routed))
    client = client_of(world.office)

    asked = client.post("/cases/bulk/", {"deed": "advise", "case": [new.number, known.number]})
    assert "没有建议，不动" in said(asked)
    page = said(send(client, "advise", [new, known]))

    assert "照建议交办办成 1 件，1 件没有办成" in page
    assert "派单规则定不下单位，请打开这一件，人工选定。" in page
    assert (status(new), kinds(new)) == ("reported", ["case.reported"])
    assert status(known) == "dispatched"


def test_where_no_limit_is_set_nothing_is_half_done(world: World, routed: str) -> None:
    case = world.case(S.REPORTED, category=make_category(routed))
    ClockPolicy.objects.all().delete()

    page = said(send(client_of(world.office), "advise", [case]))

    assert "没有适用于此类问题的时限规则" in page
    assert (status(case), kinds(case)) == ("reported", ["case.reported"])


def test_advice_sent_twice_files_and_dispatches_once(world: World, routed: str) -> None:
    case = world.case(S.REPORTED, category=make_category(routed))
    client = client_of(world.office)

    first, second = (send(client, "advise", [case]) for _ in range(2))

    assert first.status_code == second.status_code == 303
    assert kinds(case) == ["case.reported", "case.filed", "case.dispatched"]


def test_the_page_before_it_asks_as_often_for_many_as_for_one(world: World, routed: str) -> None:
    cases = [world.case(category=make_category(routed)) for _ in range(8)]
    client = client_of(world.office)

    def asked(number: int, deed: str) -> int:
        sent = {"deed": deed, "case": [case.number for case in cases[:number]]}
        with CaptureQueriesContext(connection) as captured:
            assert client.post("/cases/bulk/", sent).status_code == 200
        return len(captured)

    asked(1, "advise")  # who signed in is known by now
    for deed in ("advise", "dispatch", "urge"):
        assert asked(1, deed) == asked(8, deed)


# --- The other deeds ------------------------------------------------------------------------------


def test_many_are_accepted_at_once(world: World) -> None:
    new, old = world.case(S.REPORTED), world.case(S.FILED)

    page = said(send(client_of(world.office), "file", [new, old]))

    assert "立案办成 1 件，1 件没有办成" in page
    assert (status(new), kinds(old)) == ("filed", ["case.reported", "case.filed"])


def test_a_reminder_with_its_words_goes_to_each_and_only_once(world: World) -> None:
    cases = [world.case(S.DISPATCHED), world.case(S.ACKNOWLEDGED)]
    over = world.case(S.CLOSED)
    client = client_of(world.office)

    for _ in range(2):
        page = said(send(client, "urge", [*cases, over], words="周五前必须办结"))
        assert "催办办成 2 件，1 件没有办成" in page
        assert f"问题 {over.number} 现在是“已销号”" in page

    for case in cases:
        last = events_of(case).last()
        assert last
        assert (last.kind, last.facts["words"]) == ("case.urged", "周五前必须办结")
        assert kinds(case).count("case.urged") == 1


# --- Who ------------------------------------------------------------------------------------------

OFFERS = {
    Role.OPERATOR: "file,advise,dispatch,urge",
    Role.HANDLER: "acknowledge,urge",
    Role.INSPECTOR: "urge",
    Role.KEEPER: "urge",
    Role.STEWARD: "urge",
    Role.AUDITOR: "",
    Role.ADMIN: "",
}


@pytest.mark.parametrize("role", Role)
def test_the_list_offers_only_what_my_post_allows(world: World, role: Role) -> None:
    scope = {"unit_code": "U"} if role == Role.HANDLER else {}
    answer = signed_in(role, **scope).get("/cases/", headers=PART)

    offered = [part.split('"')[0] for part in said(answer).split('name="deed"')[1:]]
    values = [
        part.split('value="')[1].split('"')[0]
        for part in answer.content.decode().split('name="deed"')[1:]
    ]
    assert len(offered) == len(values)
    assert ",".join(values) == OFFERS[role]


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN, None])
def test_a_deed_that_no_post_of_mine_allows_is_refused_as_such(
    world: World, role: Role | None, deed: str
) -> None:
    case = world.case(S.DISPATCHED)
    before = Event.objects.count()

    answer = send(signed_in(role), deed, [case], unit="U")

    assert answer.status_code == 403
    assert "您的岗位没有这项权限" in said(answer)
    assert Event.objects.count() == before


def test_rows_outside_my_area_are_neither_touched_nor_told_of(world: World) -> None:
    """The answer is the same, letter by letter, as for numbers that nobody has."""
    mine, theirs = world.case(S.FILED), world.case(S.FILED, area=BESIDE)
    district = client_of(make_operator("430406"))
    before = kinds(theirs)

    real = send(district, "dispatch", [theirs, mine], unit="U")
    assert real.status_code == 303
    assert "交办 1 件，都办成了。" in messages_of(real, district)
    assert (status(mine), status(theirs), kinds(theirs)) == ("dispatched", "filed", before)

    def alone(number: str) -> str:
        sent = {"deed": "dispatch", "case": [number], "client_id": str(BATCH), "sure": "1"}
        answer = district.post("/cases/bulk/", sent | {"unit": "U"}, follow=True)
        assert "勾选的问题现在都看不到了，请刷新台账再选。" in said(answer)
        page: str = said(answer).split('<div class="book">')[0].split("</head>")[1]
        return page

    assert alone(theirs.number).split("message")[1:] == alone("HY-2026-999999").split("message")[1:]
    assert kinds(theirs) == before


def test_what_i_see_but_may_not_do_is_refused_by_name(world: World) -> None:
    mine, theirs = world.case(S.FILED), world.case(S.FILED, area=BESIDE)
    user = make_user(Role.OPERATOR, area_code="430406")
    make_post(user=user, role=Role.STEWARD)

    page = said(send(client_of(user), "dispatch", [theirs, mine], unit="U"))

    assert "交办办成 1 件，1 件没有办成" in page
    assert "您的岗位没有这项权限" in page
    assert theirs.number in page
    assert (status(mine), status(theirs)) == ("dispatched", "filed")


def test_a_handler_acknowledges_for_his_unit_and_no_other(world: World) -> None:
    other = make_unit("V")
    theirs = make_case(status=S.DISPATCHED, unit=other, operator=world.office)
    helped = make_case(status=S.DISPATCHED, unit=other, operator=world.office, support=world.unit)

    answer = send(client_of(world.handler), "acknowledge", [theirs, helped])

    page = said(answer)
    assert theirs.number not in page
    assert f'<div class="s">{helped.number}</div>' in page
    assert "您的岗位没有这项权限" in page
    assert (status(theirs), status(helped)) == ("dispatched", "dispatched")


# --- Nonsense -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"deed": ""}, {"deed": "burn"}, {"case": []}, {"case": ["\0", "HY\n"]},
    ],
)  # fmt: skip
def test_nothing_ticked_and_no_deed_is_told(world: World, change: dict[str, Any]) -> None:
    case = world.case(S.DISPATCHED)
    sent = {"deed": "acknowledge", "case": [case.number], "client_id": str(BATCH)} | change

    answer = client_of(world.handler).post("/cases/bulk/", sent, follow=True)

    assert "请先勾选问题，再选要办的事。" in said(answer)
    assert status(case) == "dispatched"


def test_a_form_without_its_id_does_nothing(world: World) -> None:
    case = world.case(S.DISPATCHED)
    client = client_of(world.handler)

    for client_id in ("", "not-an-id"):
        sent = {"deed": "acknowledge", "case": [case.number], "client_id": client_id}
        assert client.post("/cases/bulk/", sent).status_code == 422
    assert status(case) == "dispatched"


def test_more_than_are_done_at_once_are_not_cut_off_in_silence(world: World) -> None:
    case = world.case(S.DISPATCHED)
    numbers = [f"HY-2025-{n:06d}" for n in range(MOST)] + [case.number]
    client = client_of(world.handler)

    sent = {"deed": "acknowledge", "case": numbers, "client_id": str(BATCH)}
    answer = client.post("/cases/bulk/", sent, follow=True)

    assert f"一次最多办 {MOST} 件，请分几次勾选。" in said(answer)
    assert status(case) == "dispatched"


def test_numbers_that_come_twice_are_one_case(world: World) -> None:
    case = world.case(S.DISPATCHED)
    client = client_of(world.handler)
    answer = send(client, "acknowledge", [case, case])

    assert "签收 1 件，都办成了。" in messages_of(answer, client)


# --- With script ----------------------------------------------------------------------------------


def test_with_script_the_panel_empties_and_the_rows_renew(world: World) -> None:
    answer = send(client_of(world.handler), "acknowledge", [world.case(S.DISPATCHED)], part=True)

    assert (answer.status_code, answer.content) == (200, b"")
    events = json.loads(answer["HX-Trigger"])
    assert "case-changed" in events
    assert events["say"]["messages"][0]["words"] == "签收 1 件，都办成了。"


def test_with_script_the_panel_shows_what_was_not_done_and_the_rows_renew(world: World) -> None:
    good, late = world.case(S.DISPATCHED), world.case(S.SUBMITTED)

    answer = send(client_of(world.handler), "acknowledge", [good, late], part=True)

    assert answer["HX-Trigger-After-Swap"] == "case-changed"
    assert "不能签收" in said(answer)
    assert "<html" not in said(answer)


@pytest.mark.parametrize("change", [{"case": []}, {"case": ["HY-2026-999999"]}])
def test_with_script_a_word_of_warning_comes_without_a_new_page(
    world: World, change: dict[str, Any]
) -> None:
    sent = {"deed": "acknowledge", "case": [], "client_id": str(BATCH)} | change
    answer = client_of(world.handler).post("/cases/bulk/", sent, headers=PART)

    assert (answer.status_code, answer.content) == (200, b"")
    assert json.loads(answer["HX-Trigger"])["say"]["messages"][0]["level"] == "error"


def test_a_batch_is_a_thing_of_its_own_id_and_its_own_cases(world: World) -> None:
    """Two people whose pages were made in the same moment do not block each other."""
    one, two = world.case(S.DISPATCHED), world.case(S.DISPATCHED)
    send(client_of(world.handler), "acknowledge", [one])
    colleague = client_of(make_handler(world.unit))

    answer = send(colleague, "acknowledge", [two])

    assert answer.status_code == 303
    assert unquote(answer["Location"]) == "/cases/?status=open"
    assert status(two) == "acknowledged"


def test_the_clock_of_the_batch_is_one(world: World) -> None:
    cases = [world.case(S.DISPATCHED) for _ in range(2)]
    send(client_of(world.handler), "acknowledge", cases)

    assert {event.at for event in Event.objects.filter(kind="case.acknowledged")} == {
        NOW + timedelta(0)
    }
