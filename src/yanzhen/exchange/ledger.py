"""A row of a historic ledger held against the net, the dates and itself; then as a history.

Everything that can be wrong with a row is found here, before anything is written.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yanzhen.accounts.models import User
from yanzhen.cases.enums import MoveName, Source
from yanzhen.cases.errors import DueTimeTooFar, FoundTooLongAgo
from yanzhen.cases.loop import (
    FARTHEST_AHEAD,
    FIRST_DAY,
    MOST_YEARS_AHEAD,
    CaseDraft,
    CaseHistory,
    Step,
)
from yanzhen.cases.models import Case
from yanzhen.core.scope import covers
from yanzhen.core.time import city_day
from yanzhen.core.words import full_date
from yanzhen.exchange.cells import Moment, Unreadable, listed
from yanzhen.exchange.columns import Reading, Record
from yanzhen.exchange.named import Named
from yanzhen.exchange.net import Net, SiteFound
from yanzhen.intake.queries import title_from
from yanzhen.places.models import Area
from yanzhen.units.models import Unit

STEPS = ("acknowledged_at", "submitted_at", "verified_at", "closed_at")
LABELS = {
    "found_at": gettext_lazy("发现时间"),
    "category": gettext_lazy("类别"),
    "site": gettext_lazy("点位"),
    "area": gettext_lazy("区域"),
    "unit": gettext_lazy("责任单位"),
    "source": gettext_lazy("来源"),
    "severity": gettext_lazy("程度"),
    "words": gettext_lazy("问题说明"),
    "due_at": gettext_lazy("时限"),
    "acknowledged_at": gettext_lazy("签收时间"),
    "submitted_at": gettext_lazy("反馈时间"),
    "verified_at": gettext_lazy("核查时间"),
    "closed_at": gettext_lazy("销号时间"),
}
LONGEST = {"number": 40, "title": 120, "address": 200, "source_number": 60}
END_OF_DAY = timedelta(days=1) - timedelta(seconds=1)

COMPARED = (*LABELS,)
"""What must be the same for a row to be the case that is here already."""
FILLED_IN = frozenset({"source", "severity", "due_at", "area"})
"""Where an empty cell was filled in when the case came, it says nothing against it."""


class LedgerRow(NamedTuple):
    """A row that holds; what it names, by code."""

    row: int
    number: str
    title: str
    words: str
    source: str | None
    source_number: str
    category: str | None
    severity: str | None
    site: str | None
    area: str
    address: str
    unit: str | None
    found_at: datetime
    due_at: datetime | None
    acknowledged_at: datetime | None
    submitted_at: datetime | None
    verified_at: datetime | None
    closed_at: datetime | None


@dataclass
class Checking:
    """The rows of one file being held against the net as it stands."""

    reading: Reading
    now: datetime
    may_bring: Callable[[str], bool]
    """Whether the actor may bring in cases of the area with this code."""
    has_policy: bool
    """Whether a time limit holds for every case, so that a row may leave its own out."""
    net: Net = field(default_factory=Net)
    _first_rows: dict[str, int] = field(default_factory=dict)
    _scopes: dict[str, bool] = field(default_factory=dict)

    def rows(self) -> Iterator[LedgerRow]:
        """Read the file; rows with something wrong are noted in the reading and left out."""
        for record in self.reading.records():
            before = len(self.reading.errors)
            row = self._settle(record)
            if row is not None and len(self.reading.errors) == before and not record.unread:
                yield row

    def _settle(self, record: Record) -> LedgerRow | None:
        self._check_lengths(record)
        number = self._number(record)
        category = (
            self._named(record, "category", self.net.categories) if record["category"] else None
        )
        place = self._place(record)
        unit = self._unit(record)
        found, due_at, steps = self._dates(record, unit)
        if found is None or place is None:
            return None
        site, area_code = place
        words = record.text("words")
        return LedgerRow(
            row=record.row,
            number=number,
            title=record.text("title") or title_from(words),
            words=words,
            source=record["source"],
            source_number=record.text("source_number"),
            category=category.code if category else None,
            severity=record["severity"],
            site=site.code if site else None,
            area=area_code,
            address=record.text("address"),
            unit=unit.code if unit else None,
            found_at=found,
            due_at=due_at,
            acknowledged_at=steps[0],
            submitted_at=steps[1],
            verified_at=steps[2],
            closed_at=steps[3],
        )

    def _refuse(self, record: Record, column: str, reason: str) -> None:
        self.reading.refuse(record.row, column, reason)

    def _check_lengths(self, record: Record) -> None:
        for name, most in LONGEST.items():
            length = len(record.text(name))
            if length > most:
                reason = _("最多 %(most)s 个字，现有 %(length)s 个")
                self._refuse(record, name, reason % {"most": most, "length": length})

    def _number(self, record: Record) -> str:
        number = record.text("number")
        if number:
            first = self._first_rows.setdefault(number, record.row)
            if first != record.row:
                reason = _("编号“%(number)s”与第 %(row)s 行重复") % {"number": number, "row": first}
                self._refuse(record, "number", reason)
        return number

    def _named(self, record: Record, column: str, things: Named[Any]) -> Any:
        try:
            return things.find(record.text(column))
        except Unreadable as error:
            self._refuse(record, column, str(error))
            return None

    def _place(self, record: Record) -> tuple[SiteFound | None, str] | None:
        """Return the site, if any, and the code of the smallest area that is known."""
        area: Area | None = None
        site: SiteFound | None = None
        if record["area"]:
            area = self._named(record, "area", self.net.areas)
            if area is None:
                return None
        if record["site"]:
            within = area.code if area else ""
            try:
                site = self.net.sites.find(
                    record.text("site"), fits=lambda one: one.area_code.startswith(within)
                )
            except Unreadable as error:
                self._refuse(record, "site", str(error))
                return None
        if record.unread & {"area", "site"}:
            return None
        code = self._area_code(record, area, site)
        if code and not self._in_scope(code):
            self._refuse(record, "area", _("这个区域不在您的管理范围内"))
        return (site, code) if code else None

    def _area_code(self, record: Record, area: Area | None, site: SiteFound | None) -> str:
        if site is None:
            if area is None:
                self._refuse(record, "area", _("区域和点位至少要填一个"))
                return ""
            return area.code
        if area is None or covers(area.code, site.area_code):
            return site.area_code
        if covers(site.area_code, area.code):
            return area.code
        reason = _("点位“%(site)s”不在“%(area)s”内") % {"site": site.name, "area": area.name}
        self._refuse(record, "area", reason)
        return ""

    def _in_scope(self, code: str) -> bool:
        if code not in self._scopes:
            self._scopes[code] = self.may_bring(code)
        return self._scopes[code]

    def _unit(self, record: Record) -> Unit | None:
        if not record["unit"]:
            given = [name for name in ("due_at", *STEPS) if record[name] is not None]
            if given and "unit" not in record.unread:
                names = listed(str(LABELS[name]) for name in given)
                reason = _("填了%(names)s，却没有填责任单位；还没有交办的问题请清空这些列")
                self._refuse(record, "unit", reason % {"names": names})
            return None
        unit: Unit | None = self._named(record, "unit", self.net.units)
        found: Moment | None = record["found_at"]
        if unit and found and unit.closed_on and unit.closed_on <= city_day(found.at):
            reason = _("责任单位“%(unit)s”已于 %(day)s 停用，早于发现时间")
            self._refuse(record, "unit", reason % {"unit": unit.name, "day": unit.closed_on})
        return unit

    def _dates(
        self, record: Record, unit: Unit | None
    ) -> tuple[datetime | None, datetime | None, list[datetime | None]]:
        """Return when it was found, by when it was due, and its steps, all in good order."""
        steps: list[datetime | None] = [None] * len(STEPS)
        found: Moment | None = record["found_at"]
        if found is None:
            return None, None, steps
        if found.at > self.now:
            self._refuse_late(record, "found_at", found.at)
        if found.at < FIRST_DAY:
            reason = str(FoundTooLongAgo(found_at=full_date(found.at)))
            self._refuse(record, "found_at", reason)
        due_at = self._due_at(record, unit, found.at)
        before, before_name, missing = found.at, "found_at", ""
        for index, name in enumerate(STEPS):
            moment: Moment | None = record[name]
            if moment is None:
                missing = missing or ("" if name in record.unread else name)
                continue
            if missing:
                words = {"later": str(LABELS[name]), "earlier": str(LABELS[missing])}
                reason = _("填了%(later)s，却没有%(earlier)s")
                self._refuse(record, missing, reason % words)
                missing = ""
            at = _within_day(moment, after=before)
            if at < before:
                words = {
                    "later": str(LABELS[name]),
                    "later_at": full_date(at),
                    "earlier": str(LABELS[before_name]),
                    "earlier_at": full_date(before),
                }
                reason = _("%(later)s（%(later_at)s）早于%(earlier)s（%(earlier_at)s）")
                self._refuse(record, name, reason % words)
            elif at > self.now:
                self._refuse_late(record, name, at)
            steps[index], before, before_name = at, at, name
        return found.at, due_at, steps

    def _due_at(self, record: Record, unit: Unit | None, found_at: datetime) -> datetime | None:
        due: Moment | None = record["due_at"]
        if due is None:
            if unit and not self.has_policy and "due_at" not in record.unread:
                self._refuse(record, "due_at", _("没有普遍适用的时限规则，请填写时限"))
            return None
        due_at = due.at if due.has_time else due.at + END_OF_DAY
        if due_at <= found_at:
            words = {"due_at": full_date(due_at), "found_at": full_date(found_at)}
            reason = _("时限（%(due_at)s）不晚于发现时间（%(found_at)s）") % words
            self._refuse(record, "due_at", reason)
        elif due_at > found_at + FARTHEST_AHEAD:
            too_far = DueTimeTooFar(due_at=full_date(due_at), most=MOST_YEARS_AHEAD)
            self._refuse(record, "due_at", str(too_far))
        return due_at

    def _refuse_late(self, record: Record, name: str, at: datetime) -> None:
        words = {"label": str(LABELS[name]), "at": full_date(at)}
        self._refuse(record, name, _("%(label)s（%(at)s）晚于现在") % words)


def _within_day(moment: Moment, *, after: datetime) -> datetime:
    """A step of which only the day is known, on the day of the step before, came right after it."""
    if not moment.has_time and moment.at < after and city_day(after) == city_day(moment.at):
        return after
    return moment.at


def differences(row: LedgerRow, case: dict[str, Any]) -> list[str]:
    """Name what a row says otherwise than the case of the same number that is here already."""
    different = []
    for name in COMPARED:
        said, stands = getattr(row, name), case[name]
        if said is None and name in FILLED_IN:
            continue
        if isinstance(said, datetime) and isinstance(stands, datetime):
            said, stands = said.replace(microsecond=0), stands.replace(microsecond=0)
        if said != stands:
            different.append(name)
    return different


def standing_cases(numbers: list[str]) -> dict[str, dict[str, Any]]:
    """The cases with these numbers as a ledger tells of them."""
    codes = ("category", "site", "area", "unit")
    names = ["number", *(f"{name}_id" if name in codes else name for name in COMPARED)]
    rows = Case.objects.filter(number__in=numbers).order_by("pk").values_list(*names)
    return {row[0]: dict(zip(COMPARED, row[1:], strict=True)) for row in rows}


def history_of(row: LedgerRow, net: Net, *, actor: User) -> CaseHistory:
    """The row as a life: filed when it was found, and each step at its own time."""
    site = net.sites.by_code[row.site].as_site() if row.site else None
    draft = CaseDraft(
        title=row.title,
        words=row.words,
        source=row.source or Source.OTHER,
        source_number=row.source_number,
        category=net.categories.by_code[row.category] if row.category else None,
        severity=row.severity or "",
        site=site,
        area=net.areas.by_code[row.area],
        address=row.address,
        found_at=row.found_at,
    )
    steps = [Step(MoveName.FILE, row.found_at, actor)]
    if row.unit:
        facts = {"unit": net.units.by_code[row.unit], "due_at": row.due_at}
        steps.append(Step(MoveName.DISPATCH, row.found_at, actor, facts))
    moves = (MoveName.ACKNOWLEDGE, MoveName.SUBMIT, MoveName.VERIFY, MoveName.CLOSE)
    for move, name in zip(moves, STEPS, strict=True):
        if (at := getattr(row, name)) is not None:
            steps.append(Step(move, at, actor))
    return CaseHistory(draft=draft, number=row.number or None, steps=tuple(steps))
