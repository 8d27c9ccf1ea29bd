"""What an operation asks for, refuses and leaves behind, beside who may do it when."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import override_settings

from yanzhen.accounts.enums import Role
from yanzhen.accounts.operations import system_user
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases import operations
from yanzhen.cases.enums import CaseStatus, Decision, Ending, MoveName, Severity
from yanzhen.cases.errors import (
    AreaClosed,
    CategoryClosed,
    DatesOutOfOrder,
    DueTimePassed,
    DueTimeTooFar,
    ExtensionAlreadyAsked,
    ExtensionNotLater,
    FoundInTheFuture,
    FoundTooLongAgo,
    MergeTargetUnfit,
    NoClockPolicy,
    NoExtensionAsked,
    NoSuchPart,
    PhotoMissing,
    PhotoUsedAlready,
    PlaceMissing,
    SameUnit,
    SiteOutsideArea,
    SiteRetired,
    SupportUnfinished,
    TextTooLong,
    TitleMissing,
    UnitAlreadySupports,
    UnitClosed,
    WordsMissing,
    WordsTooLong,
)
from yanzhen.cases.invariants import look_through
from yanzhen.cases.likeness import similar_open
from yanzhen.cases.loop import draft_of
from yanzhen.cases.models import Assignment, Case, CaseWords, ClockPolicy, Extension
from yanzhen.cases.tests.factories import (
    MORNING,
    hours_on,
    make_case,
    make_category,
    make_draft,
    make_handler,
    make_operator,
    make_photo_row,
)
from yanzhen.cases.tests.test_moves import DEEDS, EXPECTED, Scene, everything
from yanzhen.core.errors import Forbidden, Refused
from yanzhen.events.errors import ClientIdReused
from yanzhen.events.models import Event
from yanzhen.events.queries import events_of
from yanzhen.files.models import Photo
from yanzhen.places.enums import SiteStatus
from yanzhen.places.tests.factories import make_area, make_site
from yanzhen.units.models import Unit
from yanzhen.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db
M, S = MoveName, CaseStatus
NOW = hours_on(5)


def faults() -> list[str]:
    return [str(fault) for fault in look_through()]


# --- Coming in ----------------------------------------------------------------------------------


def test_what_comes_in_is_a_case_with_a_number_a_span_and_an_event() -> None:
    category = make_category("lamps", severity=Severity.SERIOUS)
    site = make_site(area=make_area("430406001001"))
    draft = make_draft(
        site=site,
        category=category,
        severity="",
        title="  路灯不亮 ",
        lat=Decimal("26.9"),
        lon=Decimal("112.6"),
        photos=(make_photo_row(),),
    )
    case = operations.report_case(draft=draft, actor=make_user(Role.KEEPER), now=MORNING)
    case.refresh_from_db()
    assert case.number == "HY-2026-000001"
    assert (case.title, case.severity, case.found_at) == ("路灯不亮", "serious", MORNING)
    assert (case.area_id, case.site_type_id) == (site.area_id, site.type_id)
    assert "路灯" in CaseWords.objects.get(case=case).grams
    event = events_of(case).get()
    assert event.kind == "case.reported"
    assert event.facts["set"]["status"] == "reported"
    assert event.facts["photos"] == [draft.photos[0].sha256]
    assert "路灯" not in event.payload  # what the record holds cannot be taken back
    assert faults() == []


def test_numbers_count_by_the_year_of_the_city() -> None:
    office = make_operator()
    new_year = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)  # midnight in the city
    for now, number in (
        (new_year - timedelta(seconds=1), "HY-2026-000001"),
        (new_year, "HY-2027-000001"),
        (new_year, "HY-2027-000002"),
    ):
        assert operations.file_draft(draft=make_draft(), actor=office, now=now).number == number
    with override_settings(YANZHEN_CITY_PREFIX="XT"):
        case = operations.file_draft(draft=make_draft(), actor=office, now=new_year)
    assert case.number == "XT-2027-000001"


def a_site(**fields: Any) -> Any:
    return make_site(area=make_area("430406001001"), **fields)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"title": " \n"}, TitleMissing),
        (lambda: {"title": "长" * 121}, TextTooLong),
        (lambda: {"address": "长" * 201}, TextTooLong),
        (lambda: {"area": None}, PlaceMissing),
        (lambda: {"area": make_area("430406001004", is_active=False)}, AreaClosed),
        (lambda: {"site": a_site(), "area": make_area("430406001004")}, SiteOutsideArea),
        (lambda: {"site": a_site(status=SiteStatus.RETIRED)}, SiteRetired),
        (lambda: {"category": make_category(is_active=False)}, CategoryClosed),
        (lambda: {"found_at": NOW + timedelta(seconds=1)}, FoundInTheFuture),
        (lambda: {"found_at": datetime(1, 1, 1, tzinfo=UTC)}, FoundTooLongAgo),
        (lambda: {"photos": (photo := make_photo_row(), photo)}, PhotoUsedAlready),
        (lambda: {"words": "长" * 20_001}, WordsTooLong),
    ],
)
@pytest.mark.parametrize("deed", [operations.report_case, operations.file_draft])
def test_what_is_no_case_does_not_come_in(
    deed: Callable[..., Case], change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    office, draft = make_operator(), make_draft()
    draft = replace(draft, **change())
    with pytest.raises(refusal) as caught:
        deed(draft=draft, actor=office, now=NOW)
    assert "%" not in str(caught.value)
    assert not Case.objects.exists()
    assert not Event.objects.exists()
    good = deed(draft=make_draft(), actor=office, now=NOW)
    assert good.number == "HY-2026-000001"  # a refusal uses up no number


def test_a_site_tells_its_area_and_a_smaller_area_is_kept() -> None:
    office = make_operator()
    wide = make_site(area=make_area("430406001"))
    for area, kept in ((None, "430406001"), (make_area("430406001001"), "430406001001")):
        draft = make_draft(site=wide, area=area)
        assert operations.file_draft(draft=draft, actor=office, now=NOW).area_id == kept


def test_amending_is_told_and_can_be_found_by_its_new_words() -> None:
    office = make_operator()
    case = make_case(status=S.FILED, operator=office, address="蒸湘南路1号")
    draft = replace(draft_of(case), title="井盖缺失", address="环城北路")
    operations.amend_case(case_id=case.pk, draft=draft, actor=office, now=NOW)
    event = Event.objects.latest("pk")
    assert event.facts["amended"] == {
        "title": ["路灯不亮", "井盖缺失"],
        "address": ["蒸湘南路1号", "环城北路"],
    }
    grams = CaseWords.objects.get(case=case).grams
    assert "井盖" in grams
    assert "路灯" not in grams
    operations.amend_case(case_id=case.pk, draft=draft, actor=office, now=NOW)
    assert Event.objects.latest("pk") == event  # nothing changed, nothing told
    assert faults() == []


def test_nobody_amends_a_case_out_of_his_area_or_into_another() -> None:
    case = make_case(status=S.FILED)
    local = make_user(Role.OPERATOR, area_code="430406")
    outside = replace(draft_of(case), area=make_area("430405"))
    with pytest.raises(Forbidden):
        operations.amend_case(case_id=case.pk, draft=outside, actor=local, now=NOW)


# --- Recurrence and likeness --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "change", "recurs"),
    [
        (30, {}, True),
        (89, {}, True),
        (91, {}, False),
        (30, {"category": "other"}, False),
        (30, {"site": "other"}, False),
    ],
)
def test_the_same_again_at_the_same_place_is_a_recurrence(
    days: int, change: dict[str, str], *, recurs: bool
) -> None:
    category, site = make_category("lamps"), a_site()
    first = make_case(status=S.CLOSED, category=category, site=site)
    draft = make_draft(
        category=make_category("other") if "category" in change else category,
        site=a_site() if "site" in change else site,
    )
    again = operations.file_draft(
        draft=draft, actor=make_operator(), now=MORNING + timedelta(days=days)
    )
    assert (again.recurrence_of == first) is recurs


def test_without_a_site_the_words_of_the_place_say_whether_it_is_the_same() -> None:
    category, office = make_category("lamps"), make_operator()
    place: dict[str, Any] = {"category": category, "address": "蒸阳路86号"}
    first = make_case(status=S.CLOSED, **place)
    for address, recurs in (("蒸阳路86号", True), ("蒸阳路88号", False), ("", False)):
        draft = make_draft(category=category, address=address)
        again = operations.file_draft(draft=draft, actor=office, now=NOW + timedelta(days=1))
        assert (again.recurrence_of == first) is recurs


def test_what_is_open_at_the_same_place_is_suggested_for_merging() -> None:
    category, site = make_category("lamps"), a_site()
    same = {"category": category, "site": site}
    older, newer = make_case(**same), make_case(status=S.ACKNOWLEDGED, **same)
    make_case(status=S.CLOSED, **same)
    make_case(site=site, category=make_category("other"))
    make_case(category=category)
    case = make_case(**same)
    assert list(similar_open(case)) == [newer, older]


# --- With a unit --------------------------------------------------------------------------------


def refused(move: MoveName, case: Case, refusal: type[Refused], **facts: Any) -> None:
    """The move is refused for that reason, in words, and leaves everything as it was."""
    facts = {"now": NOW} | facts
    before = everything(case)
    with pytest.raises(refusal) as caught:
        DEEDS[move](case_id=case.pk, **facts)
    assert type(caught.value) is refusal
    assert "%" not in str(caught.value)
    assert everything(case) == before


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        (lambda: {"unit": make_unit(is_active=False)}, UnitClosed),
        (lambda: {"unit": make_unit(), "due_at": NOW}, DueTimePassed),
        (lambda: {"unit": make_unit(), "due_at": NOW + timedelta(days=1831)}, DueTimeTooFar),
        (lambda: {"unit": make_unit(), "words": "长" * 2001}, WordsTooLong),
    ],
)
def test_a_dispatch_that_cannot_be(
    facts: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    case = make_case(status=S.FILED)
    refused(M.DISPATCH, case, refusal, actor=make_operator(), **facts())
    assert not Assignment.objects.exists()


def test_without_policy_or_due_time_nothing_is_dispatched() -> None:
    case = make_case(status=S.FILED)
    ClockPolicy.objects.all().delete()
    refused(M.DISPATCH, case, NoClockPolicy, actor=make_operator(), unit=make_unit())


def test_a_unit_that_was_closed_since_it_was_chosen_gets_nothing() -> None:
    case, unit = make_case(status=S.FILED), make_unit()
    Unit.objects.filter(pk=unit.pk).update(is_active=False, closed_on=date(2026, 11, 1))
    assert unit.is_active  # as the dispatcher's page still has it
    refused(M.DISPATCH, case, UnitClosed, actor=make_operator(), unit=unit)


@pytest.mark.parametrize("move", [M.DECLINE, M.RETURN, M.PARK, M.FAIL, M.REOPEN, M.NOTE])
@pytest.mark.parametrize("words", ["", " \n "])
def test_what_must_be_explained_is_not_done_without_words(move: MoveName, words: str) -> None:
    status = next(iter(sorted(EXPECTED[move][1])))
    unit = make_unit()
    case = make_case(status=status, unit=unit)
    actor = make_handler(unit) if move == M.RETURN else make_operator()
    refused(move, case, WordsMissing, words=words, actor=actor)


def test_a_transfer_goes_to_another_unit_that_is_there() -> None:
    unit = make_unit()
    case = make_case(status=S.ACKNOWLEDGED, unit=unit)
    facts: dict[str, Any] = {"actor": make_operator(), "words": "权属不符"}
    refused(M.TRANSFER, case, SameUnit, unit=unit, **facts)
    refused(M.TRANSFER, case, UnitClosed, unit=make_unit(is_active=False), **facts)
    refused(M.TRANSFER, case, WordsMissing, unit=make_unit(), actor=facts["actor"], words="")
    refused(M.TRANSFER, case, DueTimePassed, unit=make_unit(), due_at=NOW, **facts)


def test_hand_overs_are_kept_with_how_they_ended() -> None:
    office, one, two = make_operator(), make_unit(), make_unit()
    case = make_case(status=S.ACKNOWLEDGED, unit=one, operator=office)
    key: dict[str, Any] = {"case_id": case.pk, "words": "理由"}
    operations.return_case(**key, actor=make_handler(one), now=hours_on(2))
    operations.dispatch_case(**key, unit=two, actor=office, now=hours_on(3))
    operations.transfer_case(**key, unit=one, actor=office, now=hours_on(4))
    kept = [(row.unit_id, row.ending, row.ended_at) for row in Assignment.objects.order_by("pk")]
    assert kept == [
        (one.code, Ending.RETURNED, hours_on(2)),
        (two.code, Ending.TRANSFERRED, hours_on(4)),
        (one.code, "", None),
    ]
    case.refresh_from_db()
    assert (case.return_count, case.acknowledged_at) == (1, None)
    assert faults() == []


def test_work_is_reported_with_words_and_a_photo_of_its_own() -> None:
    unit = make_unit()
    worker, shown = make_handler(unit), make_photo_row()
    case = make_case(status=S.ACKNOWLEDGED, unit=unit, photos=(shown,))
    facts: dict[str, Any] = {"actor": worker, "words": "已换灯"}
    refused(M.SUBMIT, case, PhotoMissing, **facts)
    refused(M.SUBMIT, case, WordsMissing, photos=[make_photo_row()], actor=worker, words="")
    refused(M.SUBMIT, case, PhotoUsedAlready, photos=[shown], **facts)
    twice = make_photo_row()
    refused(M.SUBMIT, case, PhotoUsedAlready, photos=[twice, twice], **facts)


def test_a_photo_from_a_generator_is_a_photo() -> None:
    unit = make_unit()
    case = make_case(status=S.ACKNOWLEDGED, unit=unit)
    photos = (photo for photo in [make_photo_row()])
    facts: dict[str, Any] = {"words": "已换灯", "now": NOW, "actor": make_handler(unit)}
    operations.submit_case(case_id=case.pk, photos=photos, **facts)
    assert Photo.objects.count() == 1
    assert case.photos.count() == 1


# --- More time ----------------------------------------------------------------------------------


def test_more_time_is_asked_once_for_later_and_granted_or_not() -> None:
    office, unit = make_operator(), make_unit()
    worker = make_handler(unit)
    case = make_case(status=S.ACKNOWLEDGED, unit=unit, operator=office)
    assert case.due_at is not None
    ask: dict[str, Any] = {"actor": worker, "words": "缺件"}
    refused(M.ASK_EXTENSION, case, ExtensionNotLater, wanted_due_at=case.due_at, **ask)
    late: dict[str, Any] = {"wanted_due_at": hours_on(48), **ask, "now": hours_on(48)}
    refused(M.ASK_EXTENSION, case, DueTimePassed, **late)
    refused(M.ASK_EXTENSION, case, DueTimeTooFar, wanted_due_at=hours_on(50_000), **ask)
    refused(M.GRANT_EXTENSION, case, NoExtensionAsked, actor=office)
    refused(M.REFUSE_EXTENSION, case, NoExtensionAsked, actor=office, words="不急")

    key: dict[str, Any] = {"case_id": case.pk, "now": NOW}
    operations.ask_extension(**key, wanted_due_at=hours_on(100), **ask)
    case.refresh_from_db()
    refused(M.ASK_EXTENSION, case, ExtensionAlreadyAsked, wanted_due_at=hours_on(99), **ask)
    refused(M.REFUSE_EXTENSION, case, WordsMissing, actor=office, words="")
    earlier = {"actor": office, "new_due_at": case.due_at}
    refused(M.GRANT_EXTENSION, case, ExtensionNotLater, **earlier)

    operations.grant_extension(**key, new_due_at=hours_on(60), actor=office)
    refused(M.GRANT_EXTENSION, case, NoExtensionAsked, actor=office)
    row = Extension.objects.get()
    assert (row.decision, row.new_due_at, row.decided_by) == (
        Decision.GRANTED,
        hours_on(60),
        office,
    )
    case.refresh_from_db()
    assert (case.due_at, case.extension_count) == (hours_on(60), 1)


@pytest.mark.parametrize("move", [M.SUBMIT, M.RETURN, M.TRANSFER, M.PARK, M.MERGE])
def test_a_request_lapses_when_the_case_goes_on_without_it(move: MoveName) -> None:
    scene = Scene(S.ACKNOWLEDGED)
    lead, key = scene.people["handler"], {"case_id": scene.case.pk}
    wanted: dict[str, Any] = {"wanted_due_at": hours_on(90), "words": "缺件", "now": hours_on(4)}
    operations.ask_extension(**key, **wanted, actor=lead)  # type: ignore[arg-type]
    actor = lead if move in {M.SUBMIT, M.RETURN} else scene.people["operator"]
    client_id = uuid4()
    deed = DEEDS[move]
    deed(**key, **scene.facts(move), actor=actor, now=NOW, client_id=client_id)
    assert Extension.objects.get().decision == Decision.LAPSED
    assert Event.objects.get(client_id=client_id).kind.startswith("case.")
    assert "case.extension_lapsed" in set(events_of(scene.case).values_list("kind", flat=True))
    assert faults() == []


def test_the_clock_lets_requests_lapse_that_nobody_decided_in_time() -> None:
    unit = make_unit()
    case = make_case(status=S.ACKNOWLEDGED, unit=unit)
    asked: dict[str, Any] = {"words": "缺件", "actor": make_handler(unit), "now": NOW}
    operations.ask_extension(case_id=case.pk, wanted_due_at=hours_on(90), **asked)
    system = system_user()
    assert operations.lapse_extensions(actor=system, now=hours_on(89)) == 0
    assert operations.lapse_extensions(actor=system, now=hours_on(90)) == 1
    assert operations.lapse_extensions(actor=system, now=hours_on(91)) == 0
    assert Extension.objects.get().decision == Decision.LAPSED
    assert events_of(case).filter(kind="case.extension_lapsed").count() == 1
    operations.lapse_extension(case_id=case.pk, actor=system, now=hours_on(99))
    assert faults() == []
    with pytest.raises(Forbidden):
        operations.lapse_extension(case_id=case.pk, actor=make_handler(unit), now=hours_on(99))


# --- Support ------------------------------------------------------------------------------------


def test_each_part_is_done_before_the_whole_is_checked() -> None:
    office, unit, support = make_operator(), make_unit(), make_unit()
    case = make_case(status=S.SUBMITTED, unit=unit, support=support, operator=office)
    refused(M.VERIFY, case, SupportUnfinished, actor=office)
    finish: dict[str, Any] = {"unit": support, "actor": make_handler(support), "words": "已配合"}
    operations.finish_support(case_id=case.pk, now=NOW, **finish)
    refused(M.FINISH_SUPPORT, case, NoSuchPart, **finish)
    operations.verify_case(case_id=case.pk, actor=office, now=NOW)
    assert Case.objects.get(pk=case.pk).status == S.CLOSED


def test_a_unit_has_one_part_and_the_lead_none() -> None:
    unit, support = make_unit(), make_unit()
    case = make_case(status=S.ACKNOWLEDGED, unit=unit, support=support)
    ask: dict[str, Any] = {"actor": make_operator(), "words": "配合"}
    refused(M.ASK_SUPPORT, case, UnitAlreadySupports, unit=unit, **ask)
    refused(M.ASK_SUPPORT, case, UnitAlreadySupports, unit=support, **ask)
    refused(M.ASK_SUPPORT, case, UnitClosed, unit=make_unit(is_active=False), **ask)


def test_nobody_finishes_a_part_for_a_unit_that_was_not_asked() -> None:
    other = make_unit()
    case = make_case(status=S.ACKNOWLEDGED, support=make_unit())
    facts: dict[str, Any] = {"unit": other, "actor": make_handler(other), "words": "办了"}
    refused(M.FINISH_SUPPORT, case, Forbidden, **facts)


# --- Over ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("closes", [True, False])
def test_a_passed_check_closes_where_the_city_has_it_so(*, closes: bool) -> None:
    case, inspector = make_case(status=S.SUBMITTED), make_user(Role.INSPECTOR)
    with override_settings(YANZHEN_CLOSE_ON_VERIFY=closes):
        operations.verify_case(case_id=case.pk, actor=inspector, now=NOW)
    kinds = list(events_of(case).values_list("kind", flat=True))
    assert kinds[-1] == ("case.closed" if closes else "case.verified")
    case.refresh_from_db()
    assert case.status == (S.CLOSED if closes else S.VERIFIED)
    assert faults() == []


def test_a_reopened_case_goes_back_to_its_unit_with_time_anew() -> None:
    office, unit = make_operator(), make_unit()
    case = make_case(status=S.CLOSED, unit=unit, operator=office)
    later = MORNING + timedelta(days=7)
    case = operations.reopen_case(case_id=case.pk, words="又坏了", actor=office, now=later)
    assert (case.status, case.unit, case.due_at) == (S.DISPATCHED, unit, later + timedelta(days=1))
    assert case.closed_at is case.submitted_at is case.verified_at is case.acknowledged_at is None
    assert Assignment.objects.filter(case=case).count() == 2
    assert faults() == []


def test_a_reopened_case_whose_unit_is_no_more_waits_to_be_dispatched() -> None:
    unit = make_unit()
    case = make_case(status=S.CLOSED, unit=unit)
    Unit.objects.filter(pk=unit.pk).update(is_active=False, closed_on=date(2026, 11, 3))
    case = operations.reopen_case(
        case_id=case.pk, words="又坏了", actor=make_operator(), now=hours_on(99)
    )
    assert (case.status, case.unit, case.due_at) == (S.FILED, None, None)
    assert faults() == []


def test_a_declined_case_goes_back_to_where_it_was_declined() -> None:
    office = make_operator()
    reported = make_case(status=S.DECLINED, operator=office)
    filed = make_case(status=S.FILED, operator=office)
    key: dict[str, Any] = {"words": "有新证据", "actor": office}
    operations.decline_case(case_id=filed.pk, now=hours_on(2), **key)
    for case, status in ((reported, S.REPORTED), (filed, S.FILED)):
        assert operations.reopen_case(case_id=case.pk, now=NOW, **key).status == status
    assert faults() == []


def test_merging_is_told_on_both_and_not_into_what_is_over() -> None:
    office = make_operator()
    case = make_case(status=S.ACKNOWLEDGED, operator=office)
    for status in (S.CLOSED, S.DECLINED, S.MERGED):
        refused(M.MERGE, case, MergeTargetUnfit, into_id=make_case(status=status).pk, actor=office)
    refused(M.MERGE, case, MergeTargetUnfit, into_id=case.pk, actor=office)
    target = make_case(status=S.FILED)
    local = make_user(Role.OPERATOR, area_code="430406")
    elsewhere = make_case(status=S.FILED, area=make_area("430405"))
    refused(M.MERGE, case, Forbidden, into_id=elsewhere.pk, actor=local)

    merged = operations.merge_case(case_id=case.pk, into_id=target.pk, actor=office, now=NOW)
    assert (merged.merged_into, merged.due_at) == (target, None)
    assert Assignment.objects.get(case=case).ending == Ending.MERGED
    last = events_of(target).latest("number")
    assert (last.kind, last.facts) == ("case.joined", {"joined": case.number})
    assert faults() == []


# --- Clocks that differ, and resends ------------------------------------------------------------


def test_a_clock_that_is_a_little_behind_does_not_turn_time_back() -> None:
    office = make_operator()
    case = make_case(status=S.FILED, operator=office)
    last = events_of(case).latest("number").at
    note: dict[str, Any] = {"words": "看过", "actor": office}
    operations.note_case(case_id=case.pk, now=last - timedelta(seconds=90), **note)
    assert events_of(case).latest("number").at == last
    refused(M.NOTE, case, DatesOutOfOrder, now=last - timedelta(minutes=3), **note)
    assert faults() == []


@pytest.mark.parametrize("move", list(DEEDS))
def test_a_resend_changes_nothing_and_answers_the_same(move: MoveName) -> None:
    status = {M.VERIFY: S.SUBMITTED, M.REOPEN: S.CLOSED}.get(move)
    scene = Scene(status or min(EXPECTED[move][1]))
    scene.prepare(move)
    who = "operator"
    if "operator" not in EXPECTED[move][0]:
        who = "support handler" if move == M.FINISH_SUPPORT else "handler"
    facts = {"case_id": scene.case.pk, "now": NOW, **scene.facts(move)}
    facts |= {"actor": scene.people[who], "client_id": uuid4()}
    first = DEEDS[move](**facts)
    after = everything(first)
    facts["now"] += timedelta(minutes=1)
    again = DEEDS[move](**facts)
    assert (again.pk, again.status) == (first.pk, first.status)
    assert everything(again) == after

    other = operations.note_case if move != M.NOTE else operations.urge_case
    with pytest.raises(ClientIdReused):
        other(
            case_id=scene.case.pk,
            words="别的事",
            actor=scene.people["operator"],
            now=NOW,
            client_id=facts["client_id"],
        )


@pytest.mark.parametrize("deed", [operations.report_case, operations.file_draft])
def test_a_case_that_is_sent_again_comes_in_once(deed: Callable[..., Case]) -> None:
    facts = {"draft": make_draft(), "actor": make_operator(), "now": NOW, "client_id": uuid4()}
    first = deed(**facts)
    assert deed(**facts) == first
    assert Case.objects.count() == 1
    with pytest.raises(ClientIdReused):
        deed(**facts | {"actor": make_operator()})


# --- Who sees what ------------------------------------------------------------------------------


def test_a_post_shows_what_lies_in_its_area_or_with_its_unit() -> None:
    top, support = make_unit(), make_unit()
    unit = make_unit(parent=top)
    here = make_case(status=S.ACKNOWLEDGED, unit=unit, support=support)
    there = make_case(status=S.FILED, area=make_area("430405001001"))
    on = MORNING.date()
    seen = {
        make_operator(): {here, there},
        make_user(Role.KEEPER, area_code="430406001001"): {here},
        make_user(Role.KEEPER, area_code="430406001004"): set(),
        make_user(Role.STEWARD, area_code="430405"): {there},
        make_handler(unit): {here},
        make_handler(top): {here},
        make_handler(support): {here},
        make_handler(make_unit(parent=unit)): set(),
        make_user(Role.ADMIN): set(),
        make_user(): set(),
        make_user(Role.OPERATOR, to_on=date(2026, 10, 1)): set(),
        system_user(): {here, there},
    }
    for user, cases in seen.items():
        assert set(Case.objects.visible_to(user, on)) == cases, user.posts.first()
