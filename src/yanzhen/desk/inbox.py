"""What waits for somebody, grouped by what must be done; each group is an address of the ledger."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.enums import Action
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import may
from yanzhen.cases.enums import MOVES, CaseStatus, Decision, MoveName, PhotoMoment
from yanzhen.cases.models import Case, CasePhoto, Extension, SupportPart
from yanzhen.cases.queries.asking import Ask, Due, answers, due_times, tonight
from yanzhen.cases.queries.flags import open_flag_counts
from yanzhen.cases.queries.ledger import LedgerRow, count_asks, rows_of, with_rows
from yanzhen.cases.queries.waiting import Standpoint, Wait
from yanzhen.cases.routing import routes_of
from yanzhen.core.paging import Count
from yanzhen.core.time import city_day
from yanzhen.core.words import full_date, here, near_date
from yanzhen.events.models import Event
from yanzhen.units.models import Unit

ROWS: Final = 4
DUE_FIRST: Final = _("先到期的在前")


@dataclass(frozen=True, slots=True)
class Kind:
    """One group of the inbox: its deed, its icon, what its rows offer."""

    wait: Wait
    label: str | Promise
    icon: str
    action: Action
    button: str | Promise
    move: MoveName | None = None
    bulk: str = ""
    bulk_label: str | Promise = ""
    order_words: str | Promise = DUE_FIRST


_M = MoveName
MINE: Final = (
    Kind(
        Wait.REWORK, _("返工"), "back", Action.CASE_RECTIFY, _("看意见，重交"), _M.SUBMIT,
    ),
    Kind(Wait.SUBMIT, _("交整改"), "camera", Action.CASE_RECTIFY, _("交整改照片"), _M.SUBMIT),
    Kind(
        Wait.ACKNOWLEDGE, _("签收问题"), "check", Action.CASE_RECTIFY, _("签收"), _M.ACKNOWLEDGE,
        "acknowledge", _("全部签收这 %(n)s 件"),
    ),
    Kind(Wait.SUPPORT, _("办协办事项"), "users", Action.CASE_RECTIFY, _("协办完成"), _M.FINISH_SUPPORT),
    Kind(
        Wait.INTAKE, _("立案交办"), "inbox", Action.CASE_FILE, _("交办"), None, "advise",
        _("照建议办这 %(n)s 件"), _("等得最久的在前"),
    ),
    Kind(Wait.DECIDE, _("批延期"), "hourglass", Action.CASE_DECIDE, _("看理由，批"), _M.GRANT_EXTENSION),
    Kind(Wait.VERIFY, _("核查"), "eye", Action.CASE_VERIFY, _("核查"), _M.VERIFY),
    Kind(Wait.CLOSE, _("销号"), "archive", Action.CASE_CLOSE, _("销号"), _M.CLOSE),
)  # fmt: skip
WATCHED: Final = (
    Kind(
        Wait.LATE, _("超期未整改"), "warn", Action.CASE_NOTE, _("催办"), _M.URGE, "urge",
        _("催办这 %(n)s 件"),
    ),
    Kind(
        Wait.SOON, _("将超期"), "clock", Action.CASE_NOTE, _("催办"), _M.URGE, "urge",
        _("催办这 %(n)s 件"),
    ),
)  # fmt: skip
OTHERS: Final = (
    (Wait.OTHERS_DECIDE, "hourglass", Action.CASE_RECTIFY),
    (Wait.OTHERS_ACKNOWLEDGE, "send", Action.CASE_DISPATCH),
    (Wait.OTHERS_VERIFY, "eye", Action.CASE_NOTE),
    (Wait.PARKED, "pause", Action.CASE_NOTE),
)
"""What one waits for: counted, not shown row by row."""


@dataclass(frozen=True, slots=True)
class Item:
    """One case of a group, with what its row says beside the case itself."""

    row: LedgerRow
    says: str
    button: str
    url: str
    bulk: str = ""
    unit: str = ""
    thumb: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What must be done, the first rows of it, and where all of them are."""

    kind: Kind
    count: Count
    items: Sequence[Item]
    url: str
    say_bulk: str = ""

    @property
    def rest(self) -> int:
        """How many are not shown here."""
        return max(0, self.count.number - len(self.items))


@dataclass(frozen=True, slots=True)
class Line:
    """One number in the margin, with where it opens."""

    label: str
    icon: str
    count: Count
    url: str


@dataclass(frozen=True, slots=True)
class Hour:
    """One moment of today: what was done then, or what falls due."""

    at: datetime
    words: str
    tone: str


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits for somebody today."""

    groups: Sequence[Group]
    others: Sequence[Line]
    reports: Sequence[LedgerRow]
    due_tonight: Count
    hours: Sequence[Hour]

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all must be done."""
        return not any(group.count for group in self.groups)


def inbox_of(*, user: User, cases: QuerySet[Case], now: datetime, on: date) -> Inbox:
    """The inbox of `user` over the cases that he sees. A bounded number of queries."""
    who = Standpoint.of(user, on)
    kinds = _kinds(user, who, on)
    others = [one for one in OTHERS if _concerns(one[2], user, who, on)]
    asks = [Ask(wait=kind.wait) for kind in kinds] + [Ask(wait=wait) for wait, _i, _a in others]
    counts = count_asks(cases, [*asks, Ask(due=Due.TODAY)], who, now=now)
    groups = [
        _group(kind, count, cases, who, now)
        for kind, count in zip(kinds, counts, strict=False)
        if count or not _is_rare(kind)
    ]
    return Inbox(
        groups=groups,
        others=[
            Line(str(wait.label), icon, count, _ledger(Ask(wait=wait)))
            for (wait, icon, _action), count in zip(others, counts[len(kinds) :], strict=False)
        ],
        reports=_reports(cases, who, now) if may(user, Action.CASE_REPORT, on=on) else [],
        due_tonight=counts[-1],
        hours=_hours(groups, cases, who, now),
    )


def _kinds(user: User, who: Standpoint, on: date) -> list[Kind]:
    """The groups of a person: what his posts let him do, then what they let him watch."""
    mine = [kind for kind in MINE if _concerns(kind.action, user, who, on)]
    watches = bool(who.areas(Action.CASE_NOTE)) and not may(user, Action.CASE_REPORT, on=on)
    watches = watches or may(user, Action.CASE_DISPATCH, on=on)
    return [*mine, *(WATCHED if watches else ())]


def _concerns(action: Action, user: User, who: Standpoint, on: date) -> bool:
    return who.is_of_a_unit if action == Action.CASE_RECTIFY else may(user, action, on=on)


def _is_rare(kind: Kind) -> bool:
    """Whether there mostly is nothing to be done: where a good check closes, little is left to close.

    What an old ledger brought in as checked and not closed waits all the same.
    """
    return kind.wait == Wait.CLOSE and settings.YANZHEN_CLOSE_ON_VERIFY


def _ledger(ask: Ask) -> str:
    return f"{reverse('cases:ledger')}?{ask.query}"


def _group(
    kind: Kind, count: Count, cases: QuerySet[Case], who: Standpoint, now: datetime
) -> Group:
    ask = Ask(wait=kind.wait)
    rows: list[LedgerRow] = []
    if count:
        found = answers(cases, ask, who, now=now).order_by(*ask.order.columns())
        rows = rows_of(list(with_rows(found)[:ROWS]), now=now)
    say = str(kind.bulk_label) % {"n": len(rows)} if kind.bulk and len(rows) > 1 else ""
    return Group(kind, count, _items(kind, rows, who, now), _ledger(ask), say)


# --- What a row says --------------------------------------------------------------------------------


def _items(kind: Kind, rows: Sequence[LedgerRow], who: Standpoint, now: datetime) -> list[Item]:
    if not rows:
        return []
    if kind.wait == Wait.INTAKE:
        return _intake(rows, now)
    said = _said(kind.wait, [row.case.pk for row in rows], who)
    return [
        Item(
            row=row,
            says=_told(kind.wait, said.get(row.case.pk, ""), row),
            button=str(kind.button),
            url=_move_url(row.case, kind.move),
        )
        for row in rows
    ]


def _told(wait: Wait, said: str, row: LedgerRow) -> str:
    """What somebody said, or else where it is; what the house says of photos stands before that."""
    if wait == Wait.VERIFY and said:
        return f"{said} · {_place(row)}"
    return said or _place(row)


def _place(row: LedgerRow) -> str:
    case = row.case
    where = case.site.name if case.site else case.address or row.area
    return f"{where} · {case.number} · {case.get_source_display()}"


def _move_url(case: Case, move: MoveName | None) -> str:
    return reverse(f"cases:{move}" if move else "cases:case", args=[case.number])


def _said(wait: Wait, keys: Sequence[int], who: Standpoint) -> dict[int, str]:
    """What somebody said for which one is asked to act. One query."""
    if wait == Wait.REWORK:
        failed = Event.objects.filter(
            subject_kind="case", subject_id__in=keys, kind=MOVES[MoveName.FAIL].event
        ).order_by("number")
        words = {event.subject_id: event.facts.get("words", "") for event in failed}
        return {key: _("核查说：“%(words)s”") % {"words": said} for key, said in words.items()}
    if wait == Wait.VERIFY:
        doubts = open_flag_counts(keys)
        return {key: _("照片有 %(n)s 处疑点待核对") % {"n": n} for key, n in doubts.items()}
    if wait == Wait.SUPPORT:
        parts = SupportPart.objects.filter(
            case_id__in=keys, unit_id__in=who.rectify_units, finished_at=None
        ).order_by("-pk")
        return {part.case_id: _("请你们：%(asked)s") % {"asked": part.asked} for part in parts}
    if wait == Wait.DECIDE:
        asked = Extension.objects.filter(case_id__in=keys, decision=Decision.ASKED)
        return {
            one.case_id: _("申请延到 %(until)s：“%(why)s”")
            % {"until": full_date(one.wanted_due_at), "why": one.reason}
            for one in asked.order_by("pk")
        }
    return {}


def _intake(rows: Sequence[LedgerRow], now: datetime) -> list[Item]:
    """What came in: its first photo, and to whom the rules send it. Five queries."""
    cases = [row.case for row in rows]
    photos = CasePhoto.objects.filter(case__in=cases, moment=PhotoMoment.BEFORE).order_by("-pk")
    thumbs = {photo.case_id: photo.photo_id for photo in photos}
    routes = routes_of(cases, on=city_day(now))
    return [_arrived(row, routes[row.case.pk].unit, thumbs.get(row.case.pk), now) for row in rows]


def _arrived(row: LedgerRow, unit: Unit | None, photo: int | None, now: datetime) -> Item:
    case = row.case
    where = case.site.name if case.site else case.address
    found = near_date(case.found_at, now=now)
    says = " · ".join(filter(None, [f"{case.get_source_display()} {found}", row.area, where]))
    button, bulk = _("交办"), "advise"
    if unit is None:
        is_new = case.status == CaseStatus.REPORTED
        button, bulk = (_("受理"), "file") if is_new else (_("选单位"), "")
    return Item(
        row=row,
        says=says,
        button=str(button),
        url=_move_url(case, MoveName.DISPATCH),
        bulk=bulk,
        unit=(unit.short_name or unit.name) if unit else "",
        thumb=reverse("files:photo", args=[photo, "thumb"]) if photo else "",
    )


# --- Today -----------------------------------------------------------------------------------------


def _reports(cases: QuerySet[Case], who: Standpoint, now: datetime) -> list[LedgerRow]:
    """What one has reported lately, however it stands."""
    ask = Ask(wait=Wait.MY_REPORTS)
    found = answers(cases, ask, who, now=now).order_by(*ask.order.columns())
    return rows_of(list(with_rows(found)[: ROWS + 2]), now=now)


def _hours(
    groups: Sequence[Group], cases: QuerySet[Case], who: Standpoint, now: datetime
) -> list[Hour]:
    """Today by the clock: now, and what falls due until tonight. Two queries."""
    if not groups:
        return []
    due = due_times(cases, Ask(due=Due.TODAY), who, now=now, most=MOST_DUE)
    times = Counter(map(_minute, due))
    hours = [Hour(at, _("到期 %(n)s 件") % {"n": n}, "due") for at, n in times.items()]
    if who.is_of_a_unit:
        waiting = cases.filter(
            unit_id__in=who.rectify_units,
            status=CaseStatus.DISPATCHED,
            acknowledge_due_at__gte=now,
            acknowledge_due_at__lt=tonight(now),
        )
        found = waiting.order_by("acknowledge_due_at", "pk")[:MOST_DUE]
        moments = found.values_list("acknowledge_due_at", flat=True)
        signs = Counter(_minute(at) for at in moments if at)
        hours += [Hour(at, _("签收到期 %(n)s 件") % {"n": n}, "due") for at, n in signs.items()]
    hours.append(Hour(now, str(_("现在")), "now"))
    return sorted(hours, key=lambda hour: (hour.at, hour.tone))[:MOST_HOURS]


MOST_DUE: Final = 500
MOST_HOURS: Final = 8


def _minute(at: datetime) -> datetime:
    return here(at).replace(second=0, microsecond=0)
