"""What stands in the margin of the start page: figures, the state of the house and of the record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.enums import Action, Role
from yanzhen.accounts.models import Post, User
from yanzhen.accounts.rules import area_scopes, unit_scopes
from yanzhen.cases.models import Category, RoutingRule
from yanzhen.core.time import city_day
from yanzhen.core.words import NOTHING, cn_number, cn_percent
from yanzhen.desk.record_words import event_words
from yanzhen.events.models import Event, Seal
from yanzhen.figures import registry
from yanzhen.figures.enums import FigureUnit
from yanzhen.places.enums import SiteStatus
from yanzhen.places.models import Boundary, Site
from yanzhen.units.models import SiteUnit, Unit

SHOWN: Final = (
    "cases_found",
    "cases_rectified",
    "rectification_rate",
    "on_time_rate",
    "rework_rate",
    "overdue_open",
)


@dataclass(frozen=True, slots=True)
class Told:
    """One figure in the margin: its name, its value in words, where it opens."""

    name: str
    value: str
    url: str
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class Margin:
    """The figures of this month over what somebody sees."""

    month: date
    figures: Sequence[Told]


def figures_for(user: User, *, now: datetime) -> Margin:
    """The figures of this month over the areas and units of the user's posts."""
    today = city_day(now)
    first = today.replace(day=1)
    scope = registry.Scope(
        areas=tuple(area_scopes(user, Action.FIGURES_VIEW, on=today)),
        units=tuple(unit_scopes(user, Action.FIGURES_VIEW, on=today)),
    )
    if scope.is_empty:
        return Margin(first, [])
    known = {figure.code for figure in registry.all_figures()}
    codes = [code for code in SHOWN if code in known]
    values = registry.compute(codes, as_of=now, from_on=first, to_on=today, scope=scope)
    told = [
        Told(
            name=str(one.figure.name),
            value=_value(one),
            url=_page(one.figure.code, first, today),
            is_bad=one.figure.code == "overdue_open" and bool(one.value),
        )
        for one in values
    ]
    return Margin(first, told)


def _value(one: registry.FigureValue) -> str:
    if one.value is None:
        return NOTHING
    if one.figure.unit == FigureUnit.PERCENT:
        return cn_percent(one.value)
    number: Decimal | int = one.value if one.figure.places else int(one.value)
    return f"{cn_number(number)} {FigureUnit(one.figure.unit).label}"


def _page(code: str, first: date, last: date) -> str:
    """The page of a figure for these days, where there is one."""
    try:
        url = reverse("figures:figure", args=[code])
    except NoReverseMatch:
        return ""
    return f"{url}?{urlencode({'from': first.isoformat(), 'to': last.isoformat()})}"


# --- For whoever looks after the house ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a city needs before the loop runs well: how much of it is missing."""

    label: str | Promise
    missing: int
    says: str | Promise
    url: str


def house_state(*, on: date) -> list[Check]:
    """What is still missing, with where it is put right. Six queries."""
    people = User.objects.filter(is_active=True, is_system=False)
    held = Post.objects.held_on(on).filter(user=OuterRef("pk"))
    handlers = Post.objects.held_on(on).filter(role=Role.HANDLER, unit_code=OuterRef("code"))
    owned = SiteUnit.objects.holding_on(on).filter(site=OuterRef("code"))
    sites = Site.objects.filter(status__in=SiteStatus.in_use())
    return [
        Check(
            _("没有岗位的人员"), people.filter(~Exists(held)).count(),
            _("没有岗位就什么也办不了"), _url("units:people"),
        ),
        Check(
            _("没有经办人的单位"), Unit.objects.filter(~Exists(handlers), is_active=True).count(),
            _("交办过去没有人签收"), _url("units:units"),
        ),
        Check(
            _("没有责任单位的点位"), sites.filter(~Exists(owned)).count(),
            _("派单规则找不到单位"), _url("units:coverage"),
        ),
        Check(
            _("没有坐标的点位"), sites.filter(lat=None).count(), _("地图上看不到"),
            _url("places:sites"),
        ),
        Check(
            _("边界"), 0 if Boundary.objects.exists() else 1,
            _("没有边界，就不能按定位认出区域"), _url("places:areas"),
        ),
        Check(
            _("派单规则"),
            0 if RoutingRule.objects.filter(is_active=True).exists() else 1,
            _("没有规则，就只能按点位的责任单位派"), _url("cases:settings_routes"),
        ),
        Check(
            _("问题类别"), 0 if Category.objects.filter(is_active=True).exists() else 1,
            _("没有类别，时限和派单都无从定起"), _url("cases:settings_categories"),
        ),
    ]  # fmt: skip


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


# --- For whoever audits ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One event of the record, and what it is called in words."""

    event: Event
    words: str


@dataclass(frozen=True, slots=True)
class Record:
    """The record of what happened: the last seal, and what was written down last."""

    seal: Seal | None
    unsealed: int
    lines: Sequence[RecordLine]


def record_state() -> Record:
    """The last seal and the last twelve events. Three queries."""
    seal = Seal.objects.order_by("-pk").first()
    through = seal.through_event_id if seal else 0
    return Record(
        seal=seal,
        unsealed=Event.objects.filter(pk__gt=through).count(),
        lines=[
            RecordLine(event, event_words(event.kind))
            for event in Event.objects.select_related("actor").order_by("-pk")[:12]
        ],
    )
