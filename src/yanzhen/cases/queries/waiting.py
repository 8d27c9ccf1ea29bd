"""What waits for whom: the deeds that a person's posts make his, each as a condition on cases.

The inbox shows them as groups, the ledger as a filter. Both ask here, so their numbers agree.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.enums import Action
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import area_scopes, posts_held, unit_scopes
from yanzhen.cases.enums import MOVES, WITH_THE_UNIT, CaseStatus, Decision, MoveName
from yanzhen.cases.models import Assignment, Extension, SupportPart, in_area
from yanzhen.cases.rules import WORK_EVENTS
from yanzhen.events.models import Event
from yanzhen.units.models import Unit
from yanzhen.units.queries import unit_codes_under

_ARRIVALS: Final = (MOVES[MoveName.REPORT].event, MOVES[MoveName.FILE].event)


class Wait(models.TextChoices):
    """A deed that waits for somebody, or that somebody waits for."""

    # mine to do
    REWORK = "rework", _("返工")
    SUBMIT = "submit", _("交整改")
    ACKNOWLEDGE = "acknowledge", _("签收问题")
    SUPPORT = "support", _("办协办事项")
    INTAKE = "intake", _("立案交办")
    DECIDE = "decide", _("批延期")
    VERIFY = "verify", _("核查")
    CLOSE = "close", _("销号")
    # mine to watch
    LATE = "late", _("超期未整改")
    SOON = "soon", _("将超期")
    # for others to do
    OTHERS_DECIDE = "others_decide", _("等延期批复")
    OTHERS_VERIFY = "others_verify", _("等核查")
    OTHERS_ACKNOWLEDGE = "others_acknowledge", _("等单位签收")
    PARKED = "parked", _("挂账")
    MY_REPORTS = "my_reports", _("我上报的")


MINE_TO_DO: Final = (
    Wait.REWORK,
    Wait.SUBMIT,
    Wait.ACKNOWLEDGE,
    Wait.SUPPORT,
    Wait.INTAKE,
    Wait.DECIDE,
    Wait.VERIFY,
    Wait.CLOSE,
)
"""What makes the number on the bell."""


@dataclass(frozen=True, slots=True)
class Standpoint:
    """From where somebody looks at cases: the areas and units of each deed, read once."""

    user: User
    on: date
    rectify_units: tuple[str, ...]

    @classmethod
    def of(cls, user: User, on: date) -> "Standpoint":
        """The standpoint of `user` on that day."""
        units = unit_scopes(user, Action.CASE_RECTIFY, on=on)
        return cls(user, on, tuple(unit_codes_under(units)) if units else ())

    def areas(self, action: Action) -> list[str]:
        """The areas at and below which he may do `action`."""
        return area_scopes(self.user, action, on=self.on)

    def where(self, action: Action) -> Q:
        """The cases in those areas."""
        where = Q(pk__in=())
        for code in self.areas(action):
            where |= in_area(code)
        return where

    @property
    def is_of_a_unit(self) -> bool:
        """Whether he rectifies for a unit."""
        return bool(self.rectify_units)


def waiting_for(who: Standpoint, wait: Wait, *, now: datetime, tonight: datetime) -> Q:
    """The condition of cases that wait like this; `tonight` is when today ends in the city."""
    area, status = who.where, CaseStatus
    mine = Q(unit_id__in=who.rectify_units)
    conditions = {
        Wait.REWORK: lambda: mine & Q(status=status.REWORK),
        Wait.SUBMIT: lambda: mine & Q(status=status.ACKNOWLEDGED),
        Wait.ACKNOWLEDGE: lambda: mine & Q(status=status.DISPATCHED),
        Wait.SUPPORT: lambda: _support_asked_of(who),
        Wait.INTAKE: lambda: (
            (area(Action.CASE_FILE) & Q(status=status.REPORTED))
            | (area(Action.CASE_DISPATCH) & Q(status=status.FILED))
        ),
        Wait.DECIDE: lambda: area(Action.CASE_DECIDE) & extension_asked(),
        Wait.VERIFY: lambda: area(Action.CASE_VERIFY) & Q(status=status.SUBMITTED) & ~_did(who),
        Wait.CLOSE: lambda: area(Action.CASE_CLOSE) & Q(status=status.VERIFIED) & ~_did(who),
        Wait.LATE: lambda: (
            area(Action.CASE_NOTE) & Q(status__in=sorted(WITH_THE_UNIT), due_at__lt=now)
        ),
        Wait.SOON: lambda: (
            area(Action.CASE_NOTE)
            & Q(status__in=sorted(WITH_THE_UNIT), due_at__gte=now, due_at__lt=tonight)
        ),
        Wait.OTHERS_DECIDE: lambda: mine & extension_asked(),
        Wait.OTHERS_VERIFY: lambda: (mine | area(Action.CASE_NOTE)) & Q(status=status.SUBMITTED),
        Wait.OTHERS_ACKNOWLEDGE: lambda: area(Action.CASE_NOTE) & Q(status=status.DISPATCHED),
        Wait.PARKED: lambda: (mine | area(Action.CASE_NOTE)) & Q(status=status.PARKED),
        Wait.MY_REPORTS: lambda: Q(
            pk__in=Event.objects.filter(
                subject_kind="case", number=1, kind__in=_ARRIVALS, actor=who.user
            ).values("subject_id")
        ),
    }
    return conditions[wait]()


def extension_asked() -> Q:
    """The cases of which a request for more time is undecided."""
    return Q(Exists(Extension.objects.filter(case=OuterRef("pk"), decision=Decision.ASKED)))


def _support_asked_of(who: Standpoint) -> Q:
    parts = SupportPart.objects.filter(
        case=OuterRef("pk"), unit_id__in=who.rectify_units, finished_at=None
    )
    return Q(
        Exists(parts),
        status__in=sorted(one for one in MOVES[MoveName.FINISH_SUPPORT].origins if one),
    )


def _did(who: Standpoint) -> Q:
    """The cases in whose work he or his units had a hand: `rules.unit_that_worked` as a condition."""
    did_it = Event.objects.filter(
        subject_kind="case", subject_id=OuterRef("pk"), kind__in=WORK_EVENTS, actor=who.user
    )
    related = related_units(who.user, on=who.on)
    if not related:
        return Q(Exists(did_it))
    took = Assignment.objects.filter(
        case=OuterRef("pk"), unit_id__in=related, acknowledged_at__isnull=False
    )
    supports = SupportPart.objects.filter(case=OuterRef("pk"), unit_id__in=related)
    return Q(unit_id__in=related) | Q(Exists(took)) | Q(Exists(supports)) | Q(Exists(did_it))


def related_units(user: User, *, on: date) -> list[str]:
    """The codes of the units to which he belongs, by post or by work, and of all above and below."""
    codes = {user.unit_code, *(post.unit_code for post in posts_held(user, on))} - {""}
    if not codes:
        return []
    above = {
        code for unit in Unit.objects.filter(code__in=codes).only("path") for code in unit.lineage
    }
    return sorted(above | set(unit_codes_under(codes)))
