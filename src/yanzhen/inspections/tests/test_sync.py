"""Syncing: nothing lost, nothing double, whoever sends first and however often."""

import json
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.utils import timezone

from yanzhen.accounts.enums import Role
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases.models import Case
from yanzhen.cases.tests.factories import make_operator
from yanzhen.core.tests.races import at_once
from yanzhen.events.models import Event
from yanzhen.frameworks.enums import EditionStatus
from yanzhen.frameworks.models import Checklist
from yanzhen.inspections.enums import Clockwork, Result, RoundStatus, Standing
from yanzhen.inspections.models import Check, CheckConflict, Round, RoundSite, Visit
from yanzhen.inspections.operations import rounds
from yanzhen.inspections.operations.assigning import (
    assign_round,
    crew_of_person,
    crew_of_team,
    make_team,
)
from yanzhen.inspections.tests.factories import (
    make_inspector,
    make_markets,
    make_round,
)
from yanzhen.inspections.tests.phone import Phone
from yanzhen.places.models import Site
from yanzhen.units.tests.factories import make_site_unit, make_unit

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def a_round(sites: int = 2, **fields: Any) -> Round:
    """A round that was opened an hour ago."""
    make_markets(sites)
    fields.setdefault("at", timezone.now() - timedelta(hours=1))
    return make_round(**fields)


def first(round_: Round) -> RoundSite:
    return RoundSite.objects.filter(round=round_).earliest("pk")


@pytest.fixture
def phone() -> Phone:
    return Phone(make_inspector())


def answers(visit: dict[str, Any]) -> list[str]:
    return [visit["answer"], *(check["answer"] for check in visit["checks"])]


def counts() -> tuple[int, ...]:
    return (
        Visit.objects.count(),
        Check.objects.count(),
        Case.objects.count(),
        CheckConflict.objects.count(),
        Event.objects.count(),
    )


# --- What is sent is kept -------------------------------------------------------------------------


def test_a_visit_is_kept_with_its_checks_where_and_when_it_was(phone: Phone) -> None:
    round_ = a_round(inspectors=[phone.user])
    row = first(round_)
    (told,) = phone.synced(
        phone.visit(
            row,
            {"market-01": "pass", "market-02": "not_applicable", "market-03": {"value": "5"}},
            words="早市时段",
        )
    )
    visit = Visit.objects.get()

    assert answers(told) == ["stored"] * 4
    assert (visit.round_site, visit.inspector, visit.checklist) == (row, phone.user, row.checklist)
    assert (str(visit.lat), str(visit.lon), visit.accuracy_metres) == ("26.890001", "112.610000", 9)
    assert visit.words == "早市时段"
    assert visit.clock == Clockwork.TRUSTED
    assert {c.item_code: c.result for c in Check.objects.all()} == {
        "market-01": "pass", "market-02": "not_applicable", "market-03": "pass",
    }  # fmt: skip
    assert Event.objects.filter(kind="visit.synced", subject_id=visit.pk).count() == 1


@pytest.mark.parametrize("times", [2, 3])
def test_a_resend_changes_nothing_and_says_the_same(phone: Phone, times: int) -> None:
    row = first(a_round(inspectors=[phone.user]))
    sent = phone.visit(row, {"market-01": "fail", "market-02": "pass"})
    (told,) = phone.synced(sent)
    before = counts()
    for _time in range(times):
        (again,) = phone.synced(sent)
        assert answers(again) == ["same", "same", "same"]
        assert [c["case"] for c in again["checks"]] == [c["case"] for c in told["checks"]]

    assert counts() == before


def test_a_visit_that_was_cut_off_goes_on_where_it_was(phone: Phone) -> None:
    row = first(a_round(inspectors=[phone.user]))
    whole = phone.visit(row, {"market-01": "pass", "market-02": "fail"})
    phone.synced(whole | {"checks": whole["checks"][:1]})
    (told,) = phone.synced(whole)

    assert answers(told) == ["same", "same", "stored"]
    assert Visit.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "result", "value"),
    [
        ({"value": "5"}, "pass", "5"),
        ({"value": 4}, "fail", "4"),
        ({"value": "4.99996", "result": "fail"}, "pass", "5"),
        ({"value": 3, "result": "pass"}, "fail", "3"),
        ({"result": "not_applicable"}, "not_applicable", None),
    ],
)
def test_the_threshold_and_not_the_phone_decides_what_was_counted(
    phone: Phone, given: dict[str, Any], result: str, value: str | None
) -> None:
    row = first(a_round(inspectors=[phone.user]))
    (told,) = phone.synced(phone.visit(row, {"market-03": given}))
    check = Check.objects.get()

    assert told["checks"][0]["result"] == check.result == result
    assert (check.value is None) == (value is None)
    assert value is None or check.value == int(value)


@pytest.mark.parametrize(("part", "whole", "result"), [(23, 24, "pass"), (22, 24, "fail")])
def test_a_share_is_worked_out_of_two_counts(
    phone: Phone, part: int, whole: int, result: str
) -> None:
    row = first(a_round(inspectors=[phone.user]))
    phone.synced(phone.visit(row, {"market-04": {"part": part, "whole": whole}}))
    check = Check.objects.get()

    assert (check.result, check.part, check.whole) == (result, part, whole)
    assert str(check.value) == {22: "91.6667", 23: "95.8333"}[part]


# --- Bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"site": "NOWHERE"}, "not_your_site"),
        ({"round": 999_999}, "not_your_site"),
        ({"checklist": 999_999}, "checklist_not_of_this_round"),
        ({"started_at": "2026-11-02T09:00:00"}, "sync_unreadable"),
        ({"started_at": "soon"}, "sync_unreadable"),
        ({"finished_at": None}, "sync_unreadable"),
        ({"lat": "91", "lon": "1"}, "sync_unreadable"),
        ({"lat": "26.1", "lon": None}, "sync_unreadable"),
        ({"lat": True, "lon": True}, "sync_unreadable"),
        ({"words": "x" * 2001}, "sync_unreadable"),
        ({"words": "a\0b"}, "sync_unreadable"),
        ({"checks": "all"}, "sync_unreadable"),
        ({"checks": [1]}, "sync_unreadable"),
        ({"round": 2**63}, "sync_unreadable"),
        ({"round": "1"}, "sync_unreadable"),
        ({"accuracy_metres": "1e400"}, "sync_unreadable"),
    ],
)
def test_a_visit_that_cannot_be_is_refused_alone_and_leaves_nothing(
    phone: Phone, change: dict[str, Any], code: str
) -> None:
    one, other = RoundSite.objects.filter(round=a_round(inspectors=[phone.user])).order_by("pk")
    before = Event.objects.count()
    bad, good = phone.synced(phone.visit(one, {"market-01": "fail"}) | change, phone.visit(other))

    assert (bad["answer"], bad["code"]) == ("refused", code)
    assert bad["sentence"]
    assert "%(" not in bad["sentence"]
    assert good["answer"] == "stored"
    assert [visit.round_site for visit in Visit.objects.all()] == [other]
    assert not Case.objects.exists()
    assert Event.objects.count() == before + 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"item": "market-99"}, "item_unknown"),
        ({"item": "market-03"}, "value_missing"),
        ({"item": "market-01", "result": ""}, "value_missing"),
    ],
)
def test_a_check_that_cannot_be_is_refused_alone(
    phone: Phone, change: dict[str, Any], code: str
) -> None:
    row = first(a_round(inspectors=[phone.user]))
    good = phone.check(row, "market-02", "pass")
    bad = phone.check(row, "market-01", "pass") | change
    (told,) = phone.synced(phone.visit(row, checks=[bad, good]))

    assert answers(told) == ["stored", "refused", "stored"]
    assert told["checks"][0]["code"] == code
    assert Check.objects.get().item_code == "market-02"


@pytest.mark.parametrize(
    "body",
    [
        "", "[]", "null", "{", "{}", '{"sent_at": "2026-11-02T09:00:00Z"}', '{"visits": []}',
        '{"sent_at": 5, "visits": []}', '{"sent_at": "2026-11-02T09:00:00Z", "visits": {}}',
        '{"sent_at": "2026-11-02T09:00:00Z", "visits": [{}]}',
        '{"sent_at": "2026-11-02T09:00:00Z", "visits": [{"id": "1"}]}',
        '{"sent_at": "9999-12-31T23:59:59Z", "visits": []}', "[" * 9999, '{"sent_at": NaN}',
        b"\xff\xfe",
    ],
)  # fmt: skip
def test_what_is_not_of_the_form_is_told_where(phone: Phone, body: str | bytes) -> None:
    phone.rounds()
    answer = phone.post(body)

    assert answer.status_code == 400
    assert answer.json()["code"] == "sync_unreadable"
    assert "本机的记录不会丢" in answer.json()["sentence"]


def test_too_many_at_once_are_refused(phone: Phone) -> None:
    row = first(a_round(inspectors=[phone.user]))
    many = [phone.visit(row) | {"id": phone.id(number)} for number in range(51)]
    answer = phone.sync(*many)

    assert answer.status_code == 413
    assert not Visit.objects.exists()


def test_an_id_is_not_used_for_another_visit_or_check(phone: Phone) -> None:
    one, other = RoundSite.objects.filter(round=a_round(inspectors=[phone.user])).order_by("pk")
    sent = phone.visit(one)
    phone.synced(sent)
    taken, strange = phone.synced(
        phone.visit(other) | {"id": sent["id"]},
        phone.visit(
            other, checks=[phone.check(other, "market-01", "pass", id=sent["checks"][0]["id"])]
        ),
    )

    assert taken["code"] == "visit_id_reused"
    assert strange["checks"][0]["code"] == "check_id_reused"
    assert Check.objects.count() == 1


def test_a_check_is_not_changed_from_the_phone_afterwards(phone: Phone) -> None:
    row = first(a_round(inspectors=[phone.user]))
    phone.synced(phone.visit(row, {"market-01": "pass"}))
    (told,) = phone.synced(phone.visit(row, {"market-01": "fail"}))

    assert told["checks"][0]["code"] == "check_already_given"
    assert Check.objects.get().result == Result.PASS


# --- Who and when ---------------------------------------------------------------------------------


def test_an_inspector_who_is_not_sent_gets_nothing_in(phone: Phone) -> None:
    row = first(a_round())
    (told,) = phone.synced(phone.visit(row))

    assert told["code"] == "not_your_site"
    assert not Visit.objects.exists()


def test_a_colleague_of_the_round_may_step_in_but_not_at_his_own_house(phone: Phone) -> None:
    unit = make_unit()
    own = make_inspector(home_code=unit.code)
    round_ = a_round(4, inspectors=[phone.user, own])
    mine = RoundSite.objects.filter(round=round_, assignments__inspector=phone.user)
    barred, free = mine.order_by("pk")
    make_site_unit(site=barred.site, unit=unit)
    theirs = Phone(own)
    refused, stored = theirs.synced(theirs.visit(barred), theirs.visit(free))

    assert refused["code"] == "inspector_barred"
    assert stored["answer"] == "stored"


@pytest.mark.parametrize(
    ("status", "taken"),
    [
        (RoundStatus.DRAWN, False), (RoundStatus.OPEN, True), (RoundStatus.CLOSED, True),
        (RoundStatus.PUBLISHED, False),
    ],
)  # fmt: skip
def test_a_round_takes_in_what_was_on_its_way_and_nothing_after_it_is_published(
    phone: Phone, status: RoundStatus, *, taken: bool
) -> None:
    round_ = a_round(inspectors=[phone.user])
    row = first(round_)
    Round.objects.filter(pk=round_.pk).update(
        status=status, published_at=timezone.now() if status == RoundStatus.PUBLISHED else None
    )
    (told,) = phone.synced(phone.visit(row))

    assert (told["answer"] == "stored") == taken
    assert taken or told["code"] == "round_over"
    assert Visit.objects.exists() == taken


def test_a_visit_to_a_retired_site_is_kept_and_opens_no_case(phone: Phone) -> None:
    row = first(a_round(inspectors=[phone.user]))
    Site.objects.filter(code=row.site_id).update(status="retired")
    (told,) = phone.synced(phone.visit(row, {"market-01": "fail"}))

    assert answers(told) == ["stored", "stored"]
    assert "停用" in told["sentence"]
    assert not Case.objects.exists()


def test_a_checklist_that_changes_meanwhile_changes_nothing_for_the_round(phone: Phone) -> None:
    row = first(a_round(inspectors=[phone.user]))
    Checklist.objects.filter(pk=row.checklist_id).update(status=EditionStatus.RETIRED)
    new = Checklist.objects.create(
        site_type_id=row.type_code,
        version=9,
        name="新",
        status="current",
        published_at=timezone.now(),
    )
    old, newer = phone.synced(
        phone.visit(row), phone.visit(row) | {"id": phone.id("new"), "checklist": new.pk}
    )

    assert old["answer"] == "stored"
    assert newer["code"] == "checklist_not_of_this_round"
    assert Visit.objects.get().checklist_id == row.checklist_id


# --- The clock ------------------------------------------------------------------------------------


@pytest.mark.parametrize("ahead", [365 * DAY, -365 * DAY, timedelta(hours=8), -20_000 * DAY])
def test_a_phone_whose_clock_is_wrong_is_put_right_and_what_it_said_is_kept(
    ahead: timedelta,
) -> None:
    user = make_inspector()
    phone = Phone(user, ahead=ahead)
    row = first(a_round(inspectors=[user]))
    sent = phone.visit(row)
    phone.synced(sent)
    visit, now = Visit.objects.get(), timezone.now()

    assert visit.clock == Clockwork.CORRECTED
    assert abs(visit.skew_seconds - ahead.total_seconds()) < 30
    assert timedelta(0) <= now - visit.finished_at < timedelta(minutes=1)
    assert abs(visit.finished_at - visit.started_at - timedelta(seconds=90)) < timedelta(seconds=1)
    assert visit.claimed_finished_at.isoformat()[:19] == sent["finished_at"][:19]
    assert visit.started_at <= Check.objects.get().answered_at <= visit.finished_at


def test_a_clock_that_was_put_right_in_between_makes_the_time_doubtful(phone: Phone) -> None:
    row = first(a_round(inspectors=[phone.user]))
    sent = phone.visit(
        row,
        started_at=phone.clock(400 * DAY),
        finished_at=phone.clock(400 * DAY - timedelta(minutes=2)),
    )
    phone.synced(sent)
    visit = Visit.objects.get()

    assert visit.clock == Clockwork.DOUBTFUL
    assert visit.started_at == row.round.opened_at
    assert visit.finished_at <= timezone.now()


def test_a_visit_that_ends_before_it_begins_is_doubtful_and_has_no_length(phone: Phone) -> None:
    row = first(a_round(inspectors=[phone.user]))
    phone.synced(phone.visit(row, started_at=phone.clock(), finished_at=phone.clock(DAY / 48)))
    visit = Visit.objects.get()

    assert visit.clock == Clockwork.DOUBTFUL
    assert visit.started_at == visit.finished_at


# --- Several at one site --------------------------------------------------------------------------


def standings() -> list[tuple[str, str]]:
    return sorted((check.result, check.standing) for check in Check.objects.all())


def two_phones() -> tuple[Phone, Phone, RoundSite]:
    people = [make_inspector(), make_inspector()]
    team = make_team(name="一组", people=people, actor=make_operator(), now=timezone.now())
    round_ = a_round(crews=[crew_of_team(team, on=timezone.localdate())])
    one, other = (Phone(person, f"p{place}") for place, person in enumerate(people))
    return one, other, first(round_)


def test_two_who_agree_are_both_kept_and_one_counts() -> None:
    one, other, row = two_phones()
    one.synced(one.visit(row, {"market-01": "fail"}))
    (told,) = other.synced(other.visit(row, {"market-01": "fail"}))

    assert answers(told) == ["stored", "stored"]
    assert standings() == [("fail", "beside"), ("fail", "counted")]
    assert Case.objects.count() == 1
    assert not CheckConflict.objects.exists()


def test_two_who_differ_are_both_kept_and_none_counts_until_the_office_says() -> None:
    one, other, row = two_phones()
    one.synced(one.visit(row, {"market-01": "pass", "market-02": "pass"}))
    (told,) = other.synced(other.visit(row, {"market-01": "fail", "market-02": "pass"}))
    conflict = CheckConflict.objects.get()

    assert answers(told) == ["stored", "conflict", "stored"]
    assert "裁定" in told["checks"][0]["sentence"]
    assert conflict.item_code == "market-01"
    assert conflict.checks.count() == 2
    assert set(conflict.checks.values_list("standing", flat=True)) == {Standing.DISPUTED}
    assert not Case.objects.exists()


def test_the_same_account_on_two_phones_is_no_exception() -> None:
    one, _other, row = two_phones()
    again = Phone(one.user, "second phone")
    one.synced(one.visit(row, {"market-01": "pass"}))
    (told,) = again.synced(again.visit(row, {"market-01": "fail"}))

    assert answers(told) == ["stored", "conflict"]
    assert Visit.objects.count() == 2


def test_the_same_visit_from_two_phones_is_one() -> None:
    one, _other, row = two_phones()
    copied = Phone(one.user, one.name)
    sent = one.visit(row)
    one.synced(sent)
    (told,) = copied.synced(sent)

    assert answers(told) == ["same", "same"]
    assert Visit.objects.count() == 1


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (("pass", "pass", "pass"), {"counted": 1, "beside": 2}),
        (("pass", "pass", "fail"), {"disputed": 3}),
        (("pass", "fail", "not_applicable"), {"disputed": 3}),
    ],
)
def test_the_order_in_which_phones_sync_makes_no_difference(
    results: tuple[str, ...], expected: dict[str, int]
) -> None:
    people = [make_inspector() for _one in results]
    round_ = a_round(6, inspectors=people)
    rows = list(RoundSite.objects.filter(round=round_).order_by("pk"))
    orders = list(permutations(range(3)))
    for row, order in zip(rows, orders, strict=True):
        for place in order:
            phone = Phone(people[place], f"o{place}")
            phone.synced(phone.visit(row, {"market-01": results[place]}))
        found: dict[str, int] = {}
        for standing in Check.objects.filter(round_site=row).values_list("standing", flat=True):
            found[standing] = found.get(standing, 0) + 1
        assert found == expected, order
        assert CheckConflict.objects.filter(round_site=row).count() == ("disputed" in expected)


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("agrees", [True, False])
def test_a_second_look_never_counts_and_shows_where_it_differs(
    *, is_first: bool, agrees: bool
) -> None:
    people = [make_inspector(), make_inspector()]
    round_ = a_round(2, inspectors=people, calibration_percent=100)
    row = first(round_)
    seconds = row.assignments.get(is_calibration=True).inspector
    assert seconds is not None
    other = next(person for person in people if person != seconds)
    looks = [(Phone(seconds), "fail"), (Phone(other), "fail" if agrees else "pass")]
    for phone, result in looks if is_first else looks[::-1]:
        (told,) = phone.synced(phone.visit(row, {"market-01": result}))
        assert answers(told) == ["stored", "stored"]
    counted = Check.objects.get(standing=Standing.COUNTED)
    conflicts = CheckConflict.objects.all()

    assert counted.visit.inspector == other
    assert Check.objects.get(standing=Standing.BESIDE).visit.is_calibration
    assert [conflict.is_calibration for conflict in conflicts] == ([] if agrees else [True])
    assert agrees or conflicts.get().checks.count() == 2
    assert Case.objects.count() == agrees


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_of_two_phones_that_sync_at_once_each_item_counts_once() -> None:
    one, other, row = two_phones()
    for phone in (one, other):
        phone.rounds()
    told = at_once(
        lambda: one.synced(one.visit(row, {"market-01": "fail"})),
        lambda: other.synced(other.visit(row, {"market-01": "fail"})),
    )

    assert all(isinstance(answer, list) for answer in told)
    assert standings() == [("fail", "beside"), ("fail", "counted")]
    assert Case.objects.count() == 1


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_the_same_bytes_sent_twice_at_once_are_kept_once() -> None:
    one, _other, row = two_phones()
    one.rounds()
    sent = one.visit(row, {"market-01": "fail", "market-02": "pass"})
    told = at_once(lambda: one.synced(sent), lambda: one.synced(sent))

    assert all(isinstance(answer, list) for answer in told)
    assert (Visit.objects.count(), Check.objects.count(), Case.objects.count()) == (1, 2, 1)


# --- The door -------------------------------------------------------------------------------------


def test_signed_out_is_said_so_that_the_phone_keeps_its_queue(phone: Phone) -> None:
    row = first(a_round(inspectors=[phone.user]))
    phone.rounds()
    phone.client.logout()
    for answer in (
        phone.get("/inspections/field/rounds/"),
        phone.post(json.dumps({"sent_at": phone.clock(), "visits": [phone.visit(row)]})),
    ):
        assert answer.status_code in {401, 403}
        assert answer["Content-Type"] == "application/json"
        assert answer.json()["code"] in {"signed_out", "csrf_failed"}
        assert "不会丢" in answer.json()["sentence"]
    assert not Visit.objects.exists()


def test_an_old_token_is_told_from_other_refusals_and_a_new_one_is_to_be_had(phone: Phone) -> None:
    row = first(a_round(inspectors=[phone.user]))
    phone.token = "x" * 64
    refused = phone.sync(phone.visit(row))
    phone.rounds()
    taken = phone.sync(phone.visit(row))

    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
    assert taken.status_code == 200


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.INSPECTOR}))
def test_who_does_not_inspect_is_told_so_in_json(role: Role) -> None:
    phone = Phone(make_user(role))
    answer = phone.get("/inspections/field/rounds/")

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_one_time_password_comes_first() -> None:
    phone = Phone(make_inspector(must_change_password=True))

    assert phone.get("/inspections/field/rounds/").json()["code"] == "password_first"


# --- A whole round --------------------------------------------------------------------------------


def test_a_reinspection_asks_only_what_failed_and_shows_what_it_was_before(phone: Phone) -> None:
    round_ = a_round(3, inspectors=[phone.user])
    rows = list(RoundSite.objects.filter(round=round_).order_by("pk"))
    found: list[dict[str, Any]] = [
        {"market-01": "fail", "market-02": "pass", "market-03": {"value": 2}},
        {"market-01": "pass"},
        {"market-02": "fail"},
    ]
    for row, results in zip(rows, found, strict=True):
        phone.synced(phone.visit(row, results))
    office = make_operator()
    now = timezone.now()
    rounds.close_round(round_id=round_.pk, actor=office, now=now)
    again = rounds.plan_reinspection(
        parent_id=round_.pk,
        name="复查",
        from_on=timezone.localdate(),
        to_on=timezone.localdate(),
        actor=office,
        now=now,
    )
    rounds.draw_round(round_id=again.pk, actor=office, now=now)
    assign_round(round_id=again.pk, crews=[crew_of_person(phone.user)], actor=office, now=now)
    rounds.open_round(round_id=again.pk, actor=office, now=now)
    pack = phone.pack(again).json()
    asked = {site["code"]: site["items"] for site in pack["sites"]}
    row = RoundSite.objects.get(round=again, site=rows[0].site)
    refused, fixed = phone.synced(phone.visit(row, {"market-02": "pass", "market-01": "pass"}))[0][
        "checks"
    ]

    assert asked == {rows[0].site_id: ["market-01", "market-03"], rows[2].site_id: ["market-02"]}
    assert pack["sites"][0]["carried"][1]["value"] == "2"
    assert refused["code"] == "item_unknown"
    assert fixed["answer"] == "stored"
