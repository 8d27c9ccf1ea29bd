"""Doubts about photos of the work: which are found, which are not, and what becomes of them."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from PIL import Image, ImageOps

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases import operations
from yanzhen.cases.enums import CaseStatus, Doubt, Finding, MoveName
from yanzhen.cases.errors import FindingWordsMissing, FlagDecided, WordsTooLong
from yanzhen.cases.histories import write_histories
from yanzhen.cases.invariants import look_through
from yanzhen.cases.looking import (
    FEW,
    MOST_OTHERS,
    compare_photo,
    compare_photos,
    compare_photos_left,
    decide_flag,
)
from yanzhen.cases.loop import CaseHistory, Step
from yanzhen.cases.models import Case, CasePhoto, PhotoFlag
from yanzhen.cases.tests.factories import (
    MORNING,
    hours_on,
    make_case,
    make_draft,
    make_handler,
    make_operator,
    make_photo_row,
)
from yanzhen.cases.tests.test_races import at_once, refusals
from yanzhen.core.errors import Forbidden, Refused
from yanzhen.core.jobs import Run
from yanzhen.core.models import Job
from yanzhen.events.errors import ClientIdReused
from yanzhen.events.models import Event
from yanzhen.files.models import Photo
from yanzhen.files.operations import mark_waiting_photos
from yanzhen.files.tests.factories import drawn, jpeg, keep
from yanzhen.places.coordinates import Point, from_wgs84
from yanzhen.places.enums import Crs
from yanzhen.places.tests.factories import make_area, make_site
from yanzhen.units.tests.factories import make_unit

pytestmark = pytest.mark.django_db

LATER = hours_on(5)
PLACE = {"lat": Decimal("26.900000"), "lon": Decimal("112.600000")}
NORTH = Decimal("0.000009")
"""About a metre."""


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, settings: Any) -> None:
    settings.YANZHEN_HOME = tmp_path


def submit(*photos: Photo, case: Case | None = None, now: datetime = LATER) -> Case:
    """Report the work done on a case, with these photos."""
    case = case or make_case(status=CaseStatus.ACKNOWLEDGED)
    assert case.unit
    worker = make_handler(case.unit)
    return operations.submit_case(
        case_id=case.pk, words="已清理", photos=photos, actor=worker, now=now
    )


def at_site(**fields: Any) -> Case:
    """An acknowledged case at a site whose place is known."""
    site = make_site(area=make_area("430406001001"), **PLACE)
    return make_case(status=CaseStatus.ACKNOWLEDGED, site=site, **fields)


def photo_row(**fields: Any) -> Photo:
    return make_photo_row(**{"uploaded_at": LATER} | fields)


def flags(case: Case) -> list[tuple[str, int | None, int | None, int | None]]:
    rows = PhotoFlag.objects.filter(case=case).order_by("pk")
    return [(one.kind, one.other_id, one.metres, one.minutes) for one in rows]


def run(case: Case) -> None:
    """Do the job that looks closer."""
    compare_photos.function(Run(job_id=1, attempt=1), case_id=case.pk)


# --- The same file --------------------------------------------------------------------------------


def test_a_file_that_another_case_had_is_noted_with_the_report_and_recorded() -> None:
    first = submit(old := photo_row(sha256="a" * 64))
    second = submit(new := photo_row(sha256="a" * 64))

    assert flags(first) == []
    flag = PhotoFlag.objects.get(case=second)
    assert (flag.kind, flag.photo, flag.other, flag.other_case) == (
        Doubt.SAME_FILE, new, old, first,
    )  # fmt: skip
    assert flag.finding == Finding.OPEN
    event = Event.objects.get(subject_kind="photoflag", subject_id=flag.pk)
    assert event.kind == "photo_flag.found"
    assert event.actor.is_system
    assert event.facts == {
        "case": second.pk, "photo": new.pk, "doubt": "same_file", "other": old.pk,
        "other_case": first.pk,
    }  # fmt: skip


def test_a_report_with_a_doubtful_photo_is_taken_all_the_same() -> None:
    submit(photo_row(sha256="a" * 64))

    assert submit(photo_row(sha256="a" * 64)).status == CaseStatus.SUBMITTED


def test_the_picture_from_before_is_no_picture_from_after() -> None:
    before = photo_row(sha256="b" * 64)
    case = make_case(status=CaseStatus.ACKNOWLEDGED, photos=(before,))

    submit(photo_row(sha256="b" * 64), case=case)

    assert flags(case) == [(Doubt.SAME_FILE, before.pk, None, None)]


def test_a_file_twice_in_one_report_or_left_over_from_a_refused_form_is_no_doubt() -> None:
    photo_row(sha256="c" * 64)

    case = submit(photo_row(sha256="c" * 64), photo_row(sha256="c" * 64))

    assert flags(case) == []


def test_the_same_photo_row_in_another_case_is_the_same_file() -> None:
    photo = photo_row()
    first = submit(photo)

    second = submit(photo)

    assert flags(first) == []
    assert flags(second) == [(Doubt.SAME_FILE, photo.pk, None, None)]


def test_photos_of_a_support_part_are_looked_at_too() -> None:
    submit(photo_row(sha256="d" * 64))
    helper = make_unit()
    case = make_case(status=CaseStatus.DISPATCHED)
    operations.ask_support(
        case_id=case.pk, unit=helper, words="断电", actor=make_operator(), now=LATER
    )

    operations.finish_support(
        case_id=case.pk,
        unit=helper,
        words="已断电",
        photos=[photo_row(sha256="d" * 64)],
        actor=make_handler(helper),
        now=LATER,
    )

    assert [one[0] for one in flags(case)] == [Doubt.SAME_FILE]


def test_of_many_earlier_ones_the_first_few_are_shown() -> None:
    for _ in range(MOST_OTHERS + 2):
        submit(photo_row(sha256="e" * 64))

    assert len(flags(submit(photo_row(sha256="e" * 64)))) == MOST_OTHERS


# --- Where and when -------------------------------------------------------------------------------


@pytest.mark.parametrize(("metres", "is_far"), [(290, False), (310, True)])
def test_a_photo_from_afar_is_noted_with_its_distance(metres: int, *, is_far: bool) -> None:
    away = (PLACE["lat"] + NORTH * metres).quantize(Decimal("0.000001"))

    case = submit(photo_row(lat=away, lon=PLACE["lon"]), case=at_site())

    assert bool(flags(case)) is is_far
    if is_far:
        ((kind, _other, distance, _minutes),) = flags(case)
        assert kind == Doubt.FAR
        assert distance == pytest.approx(metres, abs=2)


def test_how_far_is_too_far_is_a_setting(settings: Any) -> None:
    settings.YANZHEN_PHOTO_FAR_METRES = 30
    away = PLACE["lat"] + NORTH * 40

    assert flags(submit(photo_row(lat=away, lon=PLACE["lon"]), case=at_site()))


def test_a_phone_that_writes_gcj_02_stands_where_it_stands() -> None:
    shifted = from_wgs84(Point(**PLACE), Crs.GCJ02)
    assert abs(shifted.lat - PLACE["lat"]) + abs(shifted.lon - PLACE["lon"]) > Decimal("0.004")

    case = submit(photo_row(lat=shifted.lat, lon=shifted.lon), case=at_site())

    assert flags(case) == []


def test_the_place_of_the_case_counts_beside_that_of_its_site() -> None:
    own = {"lat": PLACE["lat"] + NORTH * 2000, "lon": PLACE["lon"]}

    assert flags(submit(photo_row(**own), case=at_site())) != []
    assert flags(submit(photo_row(**own), case=at_site(**own))) == []


def test_where_one_of_them_says_no_place_nothing_is_far() -> None:
    assert flags(submit(photo_row(), case=at_site())) == []
    assert flags(submit(photo_row(lat=Decimal(40), lon=Decimal(100)))) == []


@pytest.mark.parametrize(("minutes", "is_early"), [(10, False), (11, True)])
def test_a_photo_from_before_the_finding_is_noted(minutes: int, *, is_early: bool) -> None:
    taken = MORNING - timedelta(minutes=minutes)

    case = submit(photo_row(taken_at=taken))

    assert flags(case) == ([(Doubt.EARLY, None, None, minutes)] if is_early else [])


@pytest.mark.parametrize(("minutes", "is_ahead"), [(10, False), (11, True)])
def test_a_photo_from_the_future_is_noted(minutes: int, *, is_ahead: bool) -> None:
    taken = LATER + timedelta(minutes=minutes)

    case = submit(photo_row(taken_at=taken))

    assert flags(case) == ([(Doubt.AHEAD, None, None, minutes)] if is_ahead else [])


def test_a_clock_that_is_off_by_centuries_fits_into_the_column() -> None:
    case = submit(photo_row(taken_at=datetime.fromisoformat("9999-12-01T00:00:00+00:00")))

    assert [one[0] for one in flags(case)] == [Doubt.AHEAD]


# --- The same picture -----------------------------------------------------------------------------


def worked_over(image: Image.Image) -> Image.Image:
    return ImageOps.mirror(image).crop((40, 30, 920, 700))


def test_a_worked_over_picture_is_noted_by_the_job() -> None:
    first = submit(old := keep(drawn(1), now=LATER))
    submit(keep(drawn(2), now=LATER))
    second = submit(keep(worked_over(drawn(1)), now=LATER))
    assert flags(second) == []

    run(second)

    assert flags(second) == [(Doubt.SAME_PICTURE, old.pk, None, None)]
    assert PhotoFlag.objects.get().other_case == first
    assert not CasePhoto.objects.filter(case=second, compared_at=None).exists()


def test_another_picture_from_the_same_corner_is_no_doubt() -> None:
    before = keep(drawn(1), now=LATER)
    case = make_case(status=CaseStatus.ACKNOWLEDGED, photos=(before,))
    submit(keep(drawn(1, step=2), now=LATER), case=case)

    run(case)

    assert flags(case) == []


def test_the_same_file_is_not_noted_once_more_as_the_same_picture() -> None:
    content = jpeg(drawn(1))
    submit(keep(drawn(1), content=content, now=LATER))
    case = submit(keep(drawn(1), content=content, now=LATER))

    run(case)

    assert [one[0] for one in flags(case)] == [Doubt.SAME_FILE]


def test_of_the_same_file_in_one_case_the_first_photo_tells_it_all() -> None:
    content = jpeg(drawn(1))
    pair = [keep(drawn(1), content=content, now=LATER) for _ in range(2)]
    submit(*pair)
    same = submit(keep(drawn(1), content=content, now=LATER))
    alike = submit(keep(worked_over(drawn(1)), now=LATER))

    run(alike)

    assert flags(same) == [(Doubt.SAME_FILE, pair[0].pk, None, None)]
    assert flags(alike) == [(Doubt.SAME_PICTURE, pair[0].pk, None, None)]


def test_a_later_photo_never_makes_an_earlier_one_doubtful() -> None:
    first = submit(keep(drawn(1), now=LATER))
    second = submit(keep(worked_over(drawn(1)), now=LATER))
    for _ in range(2):
        for case in (first, second):
            run(case)

    assert flags(first) == []
    assert len(flags(second)) == 1


def test_a_photo_that_was_uploaded_first_and_reported_second_is_the_later_one() -> None:
    early_bird = keep(drawn(1), now=LATER)
    first = submit(keep(worked_over(drawn(1)), now=LATER))
    second = submit(early_bird)

    for case in (first, second):
        run(case)

    assert (len(flags(first)), len(flags(second))) == (0, 1)


def test_the_job_waits_once_for_a_case_and_stands_in_the_transaction_of_the_report() -> None:
    case = submit(photo_row())
    job = Job.objects.get(kind="cases.photos")
    assert job.arguments == {"case_id": case.pk}

    other = make_case(status=CaseStatus.ACKNOWLEDGED)
    with pytest.raises(RuntimeError), transaction.atomic():
        submit(photo_row(), case=other)
        raise RuntimeError
    assert Job.objects.filter(kind="cases.photos").count() == 1


def test_photos_of_an_imported_history_are_looked_at_later() -> None:
    submit(photo_row(sha256="f" * 64))
    office, unit = make_operator(), make_unit()
    worker = make_handler(unit)
    lived = CaseHistory(
        make_draft(found_at=MORNING),
        None,
        (
            Step(MoveName.FILE, MORNING, office),
            Step(MoveName.DISPATCH, hours_on(1), office, {"unit": unit}),
            Step(MoveName.ACKNOWLEDGE, hours_on(2), worker),
            Step(
                MoveName.SUBMIT, hours_on(3), worker,
                {"words": "已清理", "photos": (photo_row(sha256="f" * 64),)},
            ),
        ),
    )  # fmt: skip
    from yanzhen.accounts.operations import system_user

    write_histories(histories=[lived], actor=system_user(), now=LATER)
    assert not PhotoFlag.objects.exists()

    compare_photos_left.function(Run(job_id=1, attempt=1))

    assert PhotoFlag.objects.get().kind == Doubt.SAME_FILE
    assert not CasePhoto.objects.filter(moment="after", compared_at=None).exists()


def test_as_long_as_many_older_photos_have_no_marks_a_photo_waits_and_loses_nothing() -> None:
    old = keep(drawn(1), now=LATER)
    first = submit(old)
    for _ in range(FEW):
        photo_row()
    second = submit(keep(worked_over(drawn(1)), now=LATER))

    run(second)
    assert CasePhoto.objects.filter(case=second, compared_at=None).exists()

    mark_waiting_photos()
    compare_photos_left.function(Run(job_id=1, attempt=1))
    assert flags(second) == [(Doubt.SAME_PICTURE, old.pk, None, None)]
    assert flags(first) == []


def test_running_again_changes_nothing() -> None:
    submit(keep(drawn(1), now=LATER))
    far: dict[str, Any] = {"lat": PLACE["lat"] + 1, "lon": PLACE["lon"]}
    case = submit(keep(worked_over(drawn(1)), now=LATER, **far), case=at_site())
    run(case)
    told = (list(PhotoFlag.objects.order_by("pk").values()), Event.objects.count())
    assert len(told[0]) == 2

    CasePhoto.objects.update(compared_at=None)  # as after a crash before the last commit
    run(case)
    for one in CasePhoto.objects.filter(case=case, moment="after"):
        assert compare_photo(case_photo_id=one.pk, now=LATER)

    assert (list(PhotoFlag.objects.order_by("pk").values()), Event.objects.count()) == told


# --- What becomes of a doubt ----------------------------------------------------------------------


def make_flag() -> PhotoFlag:
    """An open doubt about a submitted case."""
    case = submit(photo_row(taken_at=MORNING - timedelta(days=1)))
    return PhotoFlag.objects.get(case=case)


def decide_with(**changes: Any) -> PhotoFlag:
    """A decision that would be taken, with one thing changed."""
    good: dict[str, Any] = {"finding": Finding.DISMISSED, "words": "手机时间不准", "now": LATER}
    if "flag_id" not in changes:
        good["flag_id"] = make_flag().pk
    if "actor" not in changes:
        good["actor"] = make_operator()
    return decide_flag(**good | changes)


@pytest.mark.parametrize(
    ("finding", "words", "event"),
    [
        (Finding.DISMISSED, "手机时间不准", "photo_flag.dismissed"),
        (Finding.UPHELD, "是去年的照片", "photo_flag.upheld"),
        (Finding.UPHELD, "", "photo_flag.upheld"),
    ],
)
def test_a_doubt_is_decided_once_with_its_event(finding: Finding, words: str, event: str) -> None:
    officer = make_operator()

    flag = decide_with(finding=finding, words=f" {words} ", actor=officer)

    flag.refresh_from_db()
    assert (flag.finding, flag.words, flag.decided_by, flag.decided_at) == (
        finding, words, officer, LATER,
    )  # fmt: skip
    last = Event.objects.filter(subject_kind="photoflag").order_by("number").last()
    assert last
    assert (last.kind, last.actor, last.number) == (event, officer, 2)
    assert last.facts == {"case": flag.case_id, "words": words}
    assert Case.objects.get(pk=flag.case_id).status == CaseStatus.SUBMITTED


def test_a_dismissed_doubt_stays_dismissed() -> None:
    flag = decide_with()

    CasePhoto.objects.update(compared_at=None)
    run(flag.case)

    assert PhotoFlag.objects.get().finding == Finding.DISMISSED


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"words": "  "}, FindingWordsMissing),
        ({"words": "字" * 501}, WordsTooLong),
        ({"actor": Role.HANDLER}, Forbidden),
        ({"actor": Role.KEEPER}, Forbidden),
        ({"actor": Role.AUDITOR}, Forbidden),
        ({"actor": "operator beside"}, Forbidden),
        ({"actor": "of the unit that did it"}, Forbidden),
    ],
)
def test_a_refused_decision_changes_nothing(change: dict[str, Any], refusal: type[Refused]) -> None:
    flag = make_flag()
    if "actor" in change:
        change = {"actor": somebody(change["actor"], flag)}

    with pytest.raises(refusal):
        decide_with(flag_id=flag.pk, **change)

    assert PhotoFlag.objects.get().finding == Finding.OPEN
    assert Event.objects.filter(subject_kind="photoflag").count() == 1


def somebody(kind: str, flag: PhotoFlag) -> User:
    if kind == "operator beside":
        return make_operator("430405")
    if kind == "of the unit that did it":
        return make_user(Role.INSPECTOR, area_code="4304", home_code=flag.case.unit_id)
    return make_user(Role(kind), area_code="4304")


def test_what_was_decided_is_not_decided_again() -> None:
    flag = decide_with()

    with pytest.raises(FlagDecided, match="排除"):
        decide_with(flag_id=flag.pk, finding=Finding.UPHELD)

    flag.refresh_from_db()
    assert flag.finding == Finding.DISMISSED


def test_a_resend_changes_nothing_and_the_id_serves_one_deed() -> None:
    officer, key = make_operator(), uuid4()
    flag = decide_with(actor=officer, client_id=key)

    again = decide_with(flag_id=flag.pk, actor=officer, client_id=key)
    with pytest.raises(ClientIdReused):
        decide_with(actor=officer, client_id=key)

    assert again == flag
    assert Event.objects.filter(kind="photo_flag.dismissed").count() == 1


def test_the_database_holds_one_doubt_a_pair_and_no_silent_dismissal() -> None:
    flag = make_flag()
    with pytest.raises(IntegrityError), transaction.atomic():
        PhotoFlag.objects.create(
            case=flag.case, photo=flag.photo, kind=flag.kind, minutes=1, found_at=LATER
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        PhotoFlag.objects.filter(pk=flag.pk).update(
            finding=Finding.DISMISSED, decided_by=make_operator(), decided_at=LATER
        )


def test_the_record_of_the_case_holds_with_doubts_beside_it() -> None:
    decide_with()

    assert list(look_through()) == []


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_of_two_verifiers_at_once_one_decides_and_the_other_is_told() -> None:
    flag = make_flag()
    people = [make_operator(), make_operator()]

    answers = at_once(
        *(
            partial(
                decide_flag, flag_id=flag.pk, finding=finding, words="看过了", actor=who, now=LATER
            )
            for who, finding in zip(people, (Finding.DISMISSED, Finding.UPHELD), strict=True)
        )
    )

    assert refusals(answers) == [FlagDecided]
    assert Event.objects.filter(subject_kind="photoflag").count() == 2


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_of_two_reports_of_one_file_at_once_the_later_one_is_doubtful_after_the_job() -> None:
    cases = [make_case(status=CaseStatus.ACKNOWLEDGED) for _ in range(2)]
    photos = [photo_row(sha256="9" * 64) for _ in range(2)]

    answers = at_once(
        *(partial(submit, photo, case=case) for case, photo in zip(cases, photos, strict=True))
    )
    for case in cases:
        run(case)

    assert refusals(answers) == []
    assert [one.kind for one in PhotoFlag.objects.all()] == [Doubt.SAME_FILE]
