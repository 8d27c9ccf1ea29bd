"""From check to case: opened once with unit, kind, time; joined when found again; a relapse after closing."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from yanzhen.accounts.operations import system_user
from yanzhen.cases import operations as cases
from yanzhen.cases import rulebook
from yanzhen.cases.enums import CaseStatus, MoveName, Source
from yanzhen.cases.invariants import look_through
from yanzhen.cases.models import Case, ClockPolicy, MoveDemand
from yanzhen.cases.tests.factories import make_category, make_handler, make_operator, make_photo_row
from yanzhen.core.errors import Forbidden
from yanzhen.core.tests.races import at_once
from yanzhen.events.models import Event
from yanzhen.frameworks.models import CheckItem
from yanzhen.inspections.enums import CasePart, Result, RoundStatus, Standing
from yanzhen.inspections.errors import (
    ConflictSettled,
    ConflictsOpen,
    NotOfThisConflict,
    ReasonMissing,
)
from yanzhen.inspections.models import Check, CheckConflict, Round, RoundSite
from yanzhen.inspections.operations import rounds
from yanzhen.inspections.operations.casework import found_before
from yanzhen.inspections.operations.conflicts import resolve_conflict
from yanzhen.inspections.tests.factories import (
    an_id,
    make_inspector,
    make_markets,
    make_round,
)
from yanzhen.inspections.tests.phone import Phone
from yanzhen.places.models import Site
from yanzhen.units.models import SiteUnit, Unit
from yanzhen.units.tests.factories import make_site_unit, make_unit

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def site() -> Site:
    site = make_markets(1)[0]
    make_site_unit(site=site, unit=make_unit("HJ"))
    return site


@pytest.fixture
def phone() -> Phone:
    return Phone(make_inspector())


def walk(phone: Phone, results: dict[str, Any], *, name: str = "", **fields: Any) -> list[Any]:
    """A new round over the only site, in which these are found; the checks' answers."""
    round_ = make_round(inspectors=[phone.user], at=timezone.now() - HOUR, **fields)
    row = RoundSite.objects.get(round=round_)
    return list(phone.synced(phone.visit(row, results))[0]["checks"])


def test_a_failed_check_is_a_case_with_its_unit_kind_and_time(site: Site, phone: Phone) -> None:
    CheckItem.objects.filter(code="market-03").update(severity="serious", due_hours=24)
    now = timezone.now()
    told = walk(phone, {"market-01": "pass", "market-03": {"value": 2, "words": "入口处缺三块"}})
    case = Case.objects.get()
    check = Check.objects.get(item_code="market-03")

    assert [one["case"] for one in told] == [None, case.number]
    assert (check.case, check.case_part) == (case, CasePart.OPENED)
    assert case.status == CaseStatus.DISPATCHED
    assert case.title == "不合格：公益广告不少于 5 处"
    assert case.words == "入口处缺三块\n实测 2处，标准 ≥5处。"
    assert (case.source, case.severity, case.category_id) == (
        Source.INSPECTION, "serious", "cat-market-03",
    )  # fmt: skip
    assert (case.site, case.area_id, case.unit_id) == (site, site.area_id, "HJ")
    assert case.due_at is not None
    assert abs(case.due_at - now - 24 * HOUR) < timedelta(minutes=1)
    assert case.found_at == check.answered_at
    kinds = (
        Event.objects.filter(subject_kind="case").order_by("number").values_list("kind", "actor")
    )
    assert list(kinds) == [
        ("case.reported", phone.user.pk),
        ("case.filed", system_user().pk),
        ("case.dispatched", system_user().pk),
    ]


def test_the_case_is_in_the_books_as_any_other(site: Site, phone: Phone) -> None:
    walk(phone, {"market-01": "fail", "market-02": "fail"})
    walk(phone, {"market-01": "fail"})

    assert list(look_through()) == []


def test_the_policy_sets_the_time_where_the_item_does_not(site: Site, phone: Phone) -> None:
    walk(phone, {"market-01": "fail"})
    case = Case.objects.get()

    assert case.due_at is not None
    assert case.due_at > timezone.now()


def test_the_unit_is_the_one_that_answered_on_the_day_of_the_visit(
    site: Site, phone: Phone
) -> None:
    old, new = Unit.objects.get(code="HJ"), make_unit("NEW")
    today = timezone.localdate()
    SiteUnit.objects.filter(site=site).update(to_on=today)
    SiteUnit.objects.create(site=site, unit=new, from_on=today + timedelta(days=1))
    walk(phone, {"market-01": "fail"})

    assert Case.objects.get().unit == old


def test_without_a_unit_or_a_policy_the_case_waits_for_the_office(phone: Phone) -> None:
    make_markets(1)
    walk(phone, {"market-01": "fail"})

    assert Case.objects.get().status == CaseStatus.FILED


def test_without_a_limit_the_case_waits_for_the_office(site: Site, phone: Phone) -> None:
    round_ = make_round(inspectors=[phone.user], at=timezone.now() - HOUR)
    ClockPolicy.objects.all().delete()
    phone.synced(phone.visit(RoundSite.objects.get(round=round_), {"market-01": "fail"}))

    assert Case.objects.get().status == CaseStatus.FILED


def test_what_the_city_demands_of_a_filing_and_is_not_there_keeps_the_case_with_the_office(
    site: Site, phone: Phone
) -> None:
    MoveDemand.objects.create(move=MoveName.DISPATCH, words_required=True, reason="写明要求")
    rulebook.renew()
    (told,) = walk(phone, {"market-01": "fail"})

    assert told["answer"] == "stored"
    assert Case.objects.get().status == CaseStatus.FILED


# --- Found again ----------------------------------------------------------------------------------


def test_found_again_while_open_joins_the_case_instead_of_opening_a_second(
    site: Site, phone: Phone
) -> None:
    walk(phone, {"market-01": "fail"})
    other = Phone(make_inspector(), "other")
    (told,) = walk(other, {"market-01": {"result": "fail", "words": "还在"}})
    case = Case.objects.get()
    again = Event.objects.get(kind="case.found_again")

    assert told["case"] == case.number
    assert list(Check.objects.order_by("pk").values_list("case_part", flat=True)) == [
        CasePart.OPENED, CasePart.JOINED,
    ]  # fmt: skip
    assert (again.subject_id, again.actor, again.facts["words"]) == (case.pk, other.user, "还在")
    assert found_before(site_code=site.code, item_code="market-01").count() == 2


def test_another_item_or_another_site_is_another_case(site: Site, phone: Phone) -> None:
    walk(phone, {"market-01": "fail", "market-02": "fail"})

    assert Case.objects.count() == 2


@pytest.mark.parametrize("status", [CaseStatus.PARKED, CaseStatus.REPORTED])
def test_a_case_that_stands_still_is_open_all_the_same(
    site: Site, phone: Phone, status: CaseStatus
) -> None:
    walk(phone, {"market-01": "fail"})
    case = Case.objects.get()
    if status == CaseStatus.PARKED:
        cases.park_case(case_id=case.pk, words="改造", actor=make_operator(), now=timezone.now())
    walk(phone, {"market-01": "fail"})

    assert Case.objects.count() == 1


def closed(case: Case) -> Case:
    """The case brought to its end, as a city does it."""
    assert case.unit is not None
    worker, office, now = make_handler(case.unit), make_operator(), timezone.now()
    given: dict[str, Any] = {"case_id": case.pk, "now": now}
    cases.acknowledge_case(**given, actor=worker)
    cases.submit_case(
        **given, words="已清", photos=[make_photo_row(uploaded_by=worker)], actor=worker
    )
    return cases.verify_case(**given, actor=office)


def test_what_comes_back_after_closing_is_a_relapse(site: Site, phone: Phone) -> None:
    walk(phone, {"market-01": "fail"})
    before = closed(Case.objects.get())
    walk(phone, {"market-01": "fail"})
    check = Check.objects.latest("pk")

    assert before.status == CaseStatus.CLOSED
    assert Case.objects.count() == 2
    assert (check.case_part, check.relapse_of) == (CasePart.RELAPSED, before)
    assert check.case is not None
    assert check.case.recurrence_of == before


def test_a_case_that_was_merged_is_joined_where_it_went(site: Site, phone: Phone) -> None:
    walk(phone, {"market-01": "fail", "market-02": "fail"})
    one, other = Case.objects.order_by("pk")
    cases.merge_case(case_id=one.pk, into_id=other.pk, actor=make_operator(), now=timezone.now())
    walk(phone, {"market-01": "fail"})

    assert Case.objects.count() == 2
    assert Check.objects.latest("pk").case == other


def test_a_case_says_nothing_of_the_round_in_which_it_was_found(site: Site, phone: Phone) -> None:
    walk(phone, {"market-01": "fail"}, is_unannounced=True)
    round_, case = Round.objects.get(), Case.objects.get()
    said = [event.payload for event in Event.objects.filter(subject_kind="case")]

    assert not any(
        round_.name in text for text in (*said, case.title, case.words, case.source_number)
    )


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_of_two_rounds_that_find_the_same_at_once_one_opens_the_case() -> None:
    make_site_unit(site=make_markets(1)[0], unit=make_unit("HJ"))
    sent = []
    for place in range(2):
        phone = Phone(make_inspector(), f"p{place}")
        round_ = make_round(inspectors=[phone.user], at=timezone.now() - HOUR)
        phone.rounds()
        visit = phone.visit(RoundSite.objects.get(round=round_), {"market-01": "fail"})
        sent.append((phone, visit))
    at_once(*(lambda phone=phone, visit=visit: phone.synced(visit) for phone, visit in sent))

    assert Case.objects.count() == 1
    assert sorted(Check.objects.values_list("case_part", flat=True)) == ["joined", "opened"]


# --- The office decides ---------------------------------------------------------------------------


def a_conflict(results: tuple[str, str] = ("pass", "fail")) -> CheckConflict:
    people = [make_inspector(), make_inspector()]
    make_markets(1, area="430406001004")
    round_ = make_round(inspectors=people, at=timezone.now() - HOUR)
    row = RoundSite.objects.filter(round=round_).latest("pk")
    for place, person in enumerate(people):
        phone = Phone(person, f"c{place}")
        phone.synced(phone.visit(row, {"market-01": results[place]}))
    return CheckConflict.objects.get()


def resolve_with(conflict: CheckConflict, result: str, **changes: Any) -> CheckConflict:
    chosen = conflict.checks.get(result=result)
    good: dict[str, Any] = {
        "conflict_id": conflict.pk,
        "chosen_id": chosen.pk,
        "words": "照片清楚",
        "actor": make_operator(),
        "now": timezone.now(),
    }
    return resolve_conflict(**good | changes)


def test_the_chosen_answer_counts_and_a_failure_becomes_a_case(site: Site) -> None:
    conflict = a_conflict()
    assert not Case.objects.exists()
    resolve_with(conflict, "fail", client_id=an_id("resolve"))
    standings = dict(conflict.checks.values_list("result", "standing"))
    event = Event.objects.get(kind="conflict.resolved")

    assert standings == {"fail": Standing.COUNTED, "pass": Standing.OVERRULED}
    assert Case.objects.count() == 1
    assert (event.facts["result"], event.facts["words"]) == (Result.FAIL, "照片清楚")


def test_a_case_that_was_opened_in_good_time_stays_when_the_answer_is_overruled(
    site: Site,
) -> None:
    conflict = a_conflict(("fail", "pass"))
    assert Case.objects.count() == 1
    resolve_with(conflict, "pass")

    assert Case.objects.get().status != CaseStatus.DECLINED
    assert conflict.checks.get(result="fail").standing == Standing.OVERRULED


def test_after_a_decision_another_answer_opens_a_new_conflict(site: Site, phone: Phone) -> None:
    conflict = a_conflict()
    resolve_with(conflict, "pass")
    row = conflict.round_site
    row.assignments.update(inspector=phone.user)
    (told,) = phone.synced(phone.visit(row, {"market-01": "fail"}))

    assert told["checks"][0]["answer"] == "conflict"
    assert CheckConflict.objects.filter(resolved_at=None).count() == 1
    assert not Check.objects.filter(standing=Standing.COUNTED).exists()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"words": " "}, ReasonMissing),
        ({"chosen_id": 0}, NotOfThisConflict),
        ({"actor": "inspector"}, Forbidden),
        ({"actor": "beside"}, Forbidden),
    ],
)
def test_a_refused_decision_changes_nothing(
    site: Site, changes: dict[str, Any], refusal: type[Exception]
) -> None:
    conflict = a_conflict()
    people = {"inspector": make_inspector, "beside": lambda: make_operator("430406")}
    if "actor" in changes:
        changes = {"actor": people[changes["actor"]]()}
    with pytest.raises(refusal):
        resolve_with(conflict, "fail", **changes)

    assert CheckConflict.objects.get().resolved_at is None
    assert not Case.objects.exists()


def test_who_comes_second_is_told_who_decided(site: Site) -> None:
    conflict = a_conflict()
    resolve_with(conflict, "pass")
    with pytest.raises(ConflictSettled) as caught:
        resolve_with(conflict, "fail")

    assert "张三" in str(caught.value)


def test_a_round_is_not_published_over_an_open_conflict(site: Site) -> None:
    conflict = a_conflict()
    round_, office, now = conflict.round_site.round, make_operator(), timezone.now()
    rounds.close_round(round_id=round_.pk, actor=office, now=now)
    with pytest.raises(ConflictsOpen):
        rounds.publish_round(round_id=round_.pk, actor=office, now=now)
    resolve_with(conflict, "pass")

    published = rounds.publish_round(round_id=round_.pk, actor=office, now=now)
    assert published.status == RoundStatus.PUBLISHED


def test_a_category_that_is_unknown_leaves_the_case_without_one(site: Site, phone: Phone) -> None:
    CheckItem.objects.update(category="no-such")
    make_category("other")
    walk(phone, {"market-01": "fail"})

    assert Case.objects.get().category is None
