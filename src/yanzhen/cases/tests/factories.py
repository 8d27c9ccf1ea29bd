"""Cases for the tests, brought to where they stand by the same operations that a city uses."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from django.test import override_settings

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases import operations
from yanzhen.cases.enums import CaseStatus, Hours, Severity, Source
from yanzhen.cases.loop import CaseDraft
from yanzhen.cases.models import Case, Category, ClockPolicy
from yanzhen.files.models import Photo
from yanzhen.places.tests.factories import make_area
from yanzhen.units.models import Unit
from yanzhen.units.tests.factories import make_unit

MORNING = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
"""Monday 2026-11-02, nine o'clock in Hengyang; a week without holidays."""

COMMUNITY = "430406001001"
_numbers = count(1)


def hours_on(hours: float) -> datetime:
    """So many hours after that morning."""
    return MORNING + timedelta(hours=hours)


def make_category(code: str = "", **fields: Any) -> Category:
    """A category with this code, made where it is missing."""
    code = code or f"C{next(_numbers):03}"
    found, _ = Category.objects.get_or_create(code=code, defaults={"name": f"类别{code}"} | fields)
    return found


def make_policy(**fields: Any) -> ClockPolicy:
    """A limit for all cases, one working day; others by naming `category` or `severity`."""
    key = {name: fields.pop(name, None) for name in ("category", "site_type")}
    found, _ = ClockPolicy.objects.get_or_create(
        **key,
        severity=fields.pop("severity", ""),
        defaults={
            "hours": Hours.WORKING,
            "acknowledge_minutes": 120,
            "rectify_minutes": 420,
            "rework_minutes": 210,
            "verify_minutes": 420,
        }
        | fields,
    )
    return found


def make_photo_row(**fields: Any) -> Photo:
    """A photo of which only the row is there."""
    number = next(_numbers)
    uploader = fields.pop("uploaded_by", None) or make_user()
    return Photo.objects.create(
        **{
            "sha256": f"{number:064x}",
            "original_name": f"照片{number}.jpg",
            "original_bytes": 120_000,
            "original_format": "JPEG",
            "name": f"tests/{number}.webp",
            "thumb_name": f"tests/{number}-thumb.webp",
            "width": 1600,
            "height": 1200,
            "uploaded_by": uploader,
            "uploaded_at": MORNING,
        }
        | fields
    )


def make_operator(area_code: str = "4304") -> User:
    """Somebody of the office."""
    return make_user(Role.OPERATOR, area_code=area_code)


def make_handler(unit: Unit) -> User:
    """Somebody who answers for `unit`."""
    return make_user(Role.HANDLER, unit_code=unit.code)


def make_draft(**fields: Any) -> CaseDraft:
    """A draft that would be taken."""
    good: dict[str, Any] = {
        "title": "路灯不亮",
        "words": "晚上经过，整条街都是黑的。",
        "source": Source.INSPECTION,
        "severity": Severity.NORMAL,
        "address": f"蒸湘南路{next(_numbers)}号",
    }
    if "area" not in fields and "site" not in fields:
        good["area"] = make_area(COMMUNITY)
    return CaseDraft(**good | fields)


_SUBMITTED = ("report", "file", "dispatch", "ask", "acknowledge", "submit")
PATHS: dict[CaseStatus, tuple[str, ...]] = {
    CaseStatus.REPORTED: ("report",),
    CaseStatus.DECLINED: ("report", "decline"),
    CaseStatus.FILED: ("report", "file"),
    CaseStatus.MERGED: ("report", "file", "merge"),
    CaseStatus.DISPATCHED: ("report", "file", "dispatch", "ask"),
    CaseStatus.ACKNOWLEDGED: ("report", "file", "dispatch", "ask", "acknowledge"),
    CaseStatus.PARKED: ("report", "file", "dispatch", "ask", "acknowledge", "park"),
    CaseStatus.SUBMITTED: _SUBMITTED,
    CaseStatus.REWORK: (*_SUBMITTED, "fail"),
    CaseStatus.VERIFIED: (*_SUBMITTED, "finish", "check"),
    CaseStatus.CLOSED: (*_SUBMITTED, "finish", "verify"),
}
"""The moves by which a case gets to where it stands."""


def make_case(
    *,
    status: CaseStatus = CaseStatus.FILED,
    unit: Unit | None = None,
    operator: User | None = None,
    handler: User | None = None,
    at: datetime = MORNING,
    due_at: datetime | None = None,
    into: Case | None = None,
    support: Unit | None = None,
    **draft: Any,
) -> Case:
    """A case that stands at `status`, each step half an hour after the one before, from `at`.

    It is handed to `unit` (a new one where none is named) by `operator`, and worked on by
    `handler`, who is given a post for the unit. What else is named goes into the draft. A merged
    one goes `into` another, a parked one was with its unit. A `support` unit is asked for a part
    and has finished it where the case could not stand there else.
    """
    make_policy()
    office = operator or make_operator()
    unit = unit or make_unit()
    worker = handler or make_handler(unit)
    draft.setdefault("found_at", at)
    case = operations.report_case(draft=make_draft(**draft), actor=office, now=at)

    deeds: dict[str, Callable[..., Case]] = {
        "decline": partial(operations.decline_case, words="不属于创建范围", actor=office),
        "file": partial(operations.file_case, actor=office),
        "merge": partial(_merge, into=into, actor=office),
        "dispatch": partial(operations.dispatch_case, unit=unit, due_at=due_at, actor=office),
        "acknowledge": partial(operations.acknowledge_case, actor=worker),
        "park": partial(operations.park_case, words="等待管网改造", actor=office),
        "submit": partial(_submit, actor=worker),
        "fail": partial(operations.fail_case, words="仍有两盏不亮", actor=office),
        "check": partial(_check, actor=office, closing=False),
        "verify": partial(_check, actor=office, closing=True),
    }
    if support is not None:
        helper = make_handler(support)
        deeds["ask"] = partial(
            operations.ask_support, unit=support, words="请配合断电", actor=office
        )
        deeds["finish"] = partial(
            operations.finish_support, unit=support, words="已配合", actor=helper
        )
    path = [deed for deed in PATHS[status][1:] if deed in deeds]
    for step, deed in enumerate(path, start=1):
        case = deeds[deed](case_id=case.pk, now=at + step * timedelta(minutes=30))
    return case


def _merge(*, case_id: int, into: Case | None, actor: User, now: datetime) -> Case:
    into = into or operations.file_draft(draft=make_draft(), actor=actor, now=now)
    return operations.merge_case(case_id=case_id, into_id=into.pk, actor=actor, now=now)


def _submit(*, case_id: int, actor: User, now: datetime) -> Case:
    photos = [make_photo_row(uploaded_by=actor)]
    return operations.submit_case(
        case_id=case_id, words="已更换灯具", photos=photos, actor=actor, now=now
    )


def _check(*, case_id: int, actor: User, now: datetime, closing: bool) -> Case:
    """Find it good, and close it with that or not, whatever the city has set."""
    with override_settings(YANZHEN_CLOSE_ON_VERIFY=closing):
        return operations.verify_case(
            case_id=case_id, words="现场已亮", on_site=True, actor=actor, now=now
        )
