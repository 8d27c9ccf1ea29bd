"""From a failed check to a case: opened once, joined when found again, a relapse after closing."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from yanzhen.accounts.enums import Action
from yanzhen.accounts.models import User
from yanzhen.accounts.operations import system_user
from yanzhen.accounts.rules import may
from yanzhen.cases import operations as cases
from yanzhen.cases.enums import OPEN, CaseStatus, PhotoMoment, Source
from yanzhen.cases.errors import NoClockPolicy, PhotoMissing, UnitClosed, WordsMissing
from yanzhen.cases.loop import CaseDraft
from yanzhen.cases.models import Case, Category
from yanzhen.core.engine import hold_key
from yanzhen.core.errors import Refused
from yanzhen.core.time import city_day
from yanzhen.core.words import plain_number
from yanzhen.files.models import Photo
from yanzhen.frameworks.models import CheckItem
from yanzhen.inspections.enums import CasePart, Result, Standing
from yanzhen.inspections.models import Check
from yanzhen.places.models import Site
from yanzhen.units.models import Unit
from yanzhen.units.queries import responsible_unit

TITLE = 120


def follow_up(
    *,
    checks: Iterable[Check],
    items: Mapping[str, CheckItem],
    site: Site,
    actor: User,
    now: datetime,
) -> dict[int, str]:
    """Make of each failed check that counts what it has to be; call it in the checks' transaction.

    A case that is refused (a category out of use, a rule that wants a photo first) does not undo
    the check: the sentence, by the check's key, says why there is none.
    """
    refused: dict[int, str] = {}
    for check in checks:
        if check.result == Result.FAIL and check.standing == Standing.COUNTED and not check.case_id:
            try:
                _follow(check, items[check.item_code], site, actor, now)
            except Refused as refusal:
                refused[check.pk] = str(refusal)
    return refused


def _follow(check: Check, item: CheckItem, site: Site, actor: User, now: datetime) -> None:
    """The key is held so that of two phones that find the same, the second joins the first."""
    hold_key(f"found:{site.code}:{item.code}")
    before = _last_case(site, item)
    if before is not None and before.status in OPEN:
        _join(check, item, before, actor, now)
        return
    is_relapse = before is not None and before.status == CaseStatus.CLOSED
    check.case = _open(check, item, site, actor, now)
    check.case_part = CasePart.RELAPSED if is_relapse else CasePart.OPENED
    check.relapse_of = before if is_relapse else None
    check.save(update_fields=["case", "case_part", "relapse_of"])


def _last_case(site: Site, item: CheckItem) -> Case | None:
    """The last case of this item at this site; where it was merged, the one that it is part of."""
    found = (
        found_before(site_code=site.code, item_code=item.code).order_by("-case_id", "-pk").first()
    )
    case = found.case if found else None
    while case is not None and case.merged_into is not None:
        case = case.merged_into
    return case


def found_before(*, site_code: str, item_code: str) -> QuerySet[Check]:
    """The failed checks of an item at a site that belong to a case."""
    return Check.objects.filter(
        round_site__site_id=site_code, item_code=item_code, case__isnull=False
    ).select_related("case")


def _join(check: Check, item: CheckItem, case: Case, actor: User, now: datetime) -> None:
    cases.find_case_again(
        case_id=case.pk,
        words=words_of(check, item),
        actor=_finder(actor, case.area_id, now),
        now=now,
        client_id=_step(check, "again"),
    )
    check.case, check.case_part = case, CasePart.JOINED
    check.save(update_fields=["case", "case_part"])


def _open(check: Check, item: CheckItem, site: Site, actor: User, now: datetime) -> Case:
    """Report as who found it, then accept and hand over as the rules say, by the system.

    Where no unit is known or may take it, the case waits for the office.
    """
    visit = check.visit
    category = Category.objects.filter(code=item.category, is_active=True).first()
    draft = CaseDraft(
        title=_title(item),
        words=words_of(check, item),
        source=Source.INSPECTION,
        category=category,
        severity=item.severity,
        site=site,
        address=site.address,
        lat=visit.lat,
        lon=visit.lon,
        found_at=min(check.answered_at, now),
    )
    finder, system = _finder(actor, site.area_id, now), system_user()
    case = cases.report_case(draft=draft, actor=finder, now=now, client_id=_step(check, "report"))
    due_at = now + timedelta(hours=item.due_hours) if item.due_hours else None
    given: dict[str, Any] = {"case_id": case.pk, "actor": system, "now": now}
    try:
        case = cases.file_case(**given, client_id=_step(check, "file"))
        unit = _unit_of(case, site, check)
        if unit is not None:
            case = cases.dispatch_case(
                **given, unit=unit, due_at=due_at, client_id=_step(check, "dispatch")
            )
    except (NoClockPolicy, UnitClosed, WordsMissing, PhotoMissing):
        return case  # what the city asks for is not there: it waits for the office
    return case


def _unit_of(case: Case, site: Site, check: Check) -> Unit | None:
    """The unit that a rule names; without a rule, the one that answered for the site that day."""
    routing = case.routing or {}
    if routing.get("rule") is None:
        unit = responsible_unit(site=site, on=city_day(check.answered_at))
        if unit is not None and unit.is_active:
            return unit
    return Unit.objects.filter(code=routing.get("unit")).first() if routing.get("unit") else None


def _finder(actor: User, area_code: str, now: datetime) -> User:
    """The inspector, or the system where his post has ended since he was there."""
    allowed = may(actor, Action.CASE_REPORT, on=city_day(now), area_code=area_code)
    return actor if allowed else system_user()


def _step(check: Check, step: str) -> UUID:
    return uuid5(check.client_id, step)


def _title(item: CheckItem) -> str:
    return (_("不合格：%(item)s") % {"item": item.words})[:TITLE]


def words_of(check: Check, item: CheckItem) -> str:
    """What was found, in a sentence. It never names the round: that may be nobody's business yet."""
    said = [check.words.strip()] if check.words.strip() else []
    if check.value is not None:
        said.append(
            _("实测 %(value)s%(unit)s，%(rule)s。")
            % {"value": plain_number(check.value), "unit": item.unit, "rule": rule_words(item)}
        )
    return "\n".join(said)


def rule_words(item: CheckItem) -> str:
    """The threshold of an item as people say it: 标准 ≥95%, 标准 2–5处."""
    least, most = item.at_least, item.at_most
    if least is not None and most is not None:
        bounds = f"{plain_number(least)}–{plain_number(most)}"
    elif least is not None:
        bounds = f"≥{plain_number(least)}"
    else:
        bounds = f"≤{plain_number(most)}" if most is not None else ""
    return _("标准 %(bounds)s%(unit)s") % {"bounds": bounds, "unit": item.unit}


def show_photo(*, check: Check, photo: Photo, actor: User, now: datetime) -> None:
    """Hang a photo that has arrived on the case of its check, as long as that is open."""
    case = check.case
    if case is None or case.status not in OPEN:
        return
    is_first = check.case_part != CasePart.JOINED
    cases.add_photos(
        case_id=case.pk,
        photos=[photo],
        moment=PhotoMoment.BEFORE if is_first else PhotoMoment.CHECK,
        actor=_finder(actor, case.area_id, now),
        now=now,
        client_id=uuid5(check.client_id, f"photo:{photo.pk}"),
    )
