"""Which unit a case goes to, by which rule, and why: in words that an operator can check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from yanzhen.cases import clock, rulebook
from yanzhen.cases.errors import NoClockPolicy
from yanzhen.cases.loop import CaseDraft, begin
from yanzhen.cases.models import Case, Category, RoutingRule
from yanzhen.cases.rulebook import RuleBook
from yanzhen.core.scope import covers
from yanzhen.core.time import city_day
from yanzhen.places.models import Area, Site, SiteType
from yanzhen.units.models import SiteUnit, Stewardship, Unit
from yanzhen.units.queries import responsible_unit, stewards


@dataclass(frozen=True)
class Clues:
    """What the rules look at."""

    category: str | None = None
    site_type: str | None = None
    area: str = ""
    site: Site | None = None


@dataclass(frozen=True)
class Trial:
    """One rule held against some clues: whether it fits, to whom it would send, and why (not)."""

    rule: RoutingRule
    fits: bool
    unit: Unit | None
    reason: str


@dataclass(frozen=True)
class Route:
    """Where the rules send a case on a day. Without a rule, the unit is the site's own, if any."""

    unit: Unit | None
    rule: RoutingRule | None
    reason: str
    on: date

    def as_stored(self) -> dict[str, object]:
        """The route as a case keeps it."""
        return {
            "unit": self.unit.code if self.unit else None,
            "rule": self.rule.pk if self.rule else None,
            "rule_name": self.rule.name if self.rule else "",
            "reason": self.reason,
            "on": self.on.isoformat(),
        }


@dataclass(frozen=True)
class Suggestion:
    """What a dispatcher would do by the rules: unit, times, and who is to know.

    The times are empty where no policy sets them.
    """

    unit: Unit | None
    rule: RoutingRule | None
    reason: str
    due_at: datetime | None
    acknowledge_due_at: datetime | None
    stewards: tuple[Stewardship, ...]


def suggest(subject: Case | CaseDraft, *, now: datetime) -> Suggestion:
    """What the rules say of a case, or of a draft that names at least a title and a place."""
    book, on = rulebook.current(), city_day(now)
    case = (
        subject if isinstance(subject, Case) else begin(subject, number="", book=book, at=now).case
    )
    found = route(book, clues_of(case), on)
    try:
        times = clock.due_times(book, case, at=now)
    except NoClockPolicy:
        times = None
    area = None if case.site_id else case.area
    return Suggestion(
        unit=found.unit,
        rule=found.rule,
        reason=found.reason,
        due_at=times.due_at if times else None,
        acknowledge_due_at=times.acknowledge_due_at if times else None,
        stewards=tuple(stewards(site=case.site, area=area, on=on)),
    )


def clues_of(case: Case) -> Clues:
    """What the rules look at in a case."""
    return Clues(case.category_id, case.site_type_id, case.area_id, case.site)


def try_rules(
    *,
    category: Category | None = None,
    site_type: SiteType | None = None,
    area: Area | None = None,
    site: Site | None = None,
    on: date,
) -> list[Trial]:
    """Every rule in its order, held against what is given; nothing is changed."""
    clues = Clues(
        category=category.code if category else None,
        site_type=site.type_id if site else site_type.code if site_type else None,
        area=area.code if area else site.area_id if site else "",
        site=site,
    )
    book = rulebook.current()
    return [_try(book, rule, clues, on) for rule in book.routes]


@dataclass(frozen=True)
class Known:
    """Units that were read together beforehand: by their code, and by the site they answer for."""

    units: Mapping[str, Unit]
    of_sites: Mapping[str, Unit]


def route(book: RuleBook, clues: Clues, on: date, known: Known | None = None) -> Route:
    """The first rule that fits; where none does, the unit that answers for the site that day."""
    lineage = book.lineage(clues.category)
    for rule in book.routes:
        if _suits(rule, clues, lineage):
            trial = _try(book, rule, clues, on, known)
            if trial.fits:
                return Route(trial.unit, rule, trial.reason, on)
    unit = _site_unit(clues, on, known)
    if unit is not None:
        return Route(unit, None, _("没有规则适用；按点位当日的责任单位。"), on)
    return Route(None, None, _("没有规则适用，请人工选定单位。"), on)


def routes_of(cases: Sequence[Case], *, on: date) -> dict[int, Route]:
    """Where the rules send each of these cases, by their keys. Three queries for any number."""
    book = rulebook.current()
    codes = {rule.unit_id for rule in book.routes if rule.unit_id}
    sites = {case.site_id for case in cases if case.site_id}
    rows = (
        SiteUnit.objects.holding_on(on)
        .filter(site_id__in=sites)
        .select_related("unit")
        .order_by("from_on", "pk")
    )
    known = Known(
        units=Unit.objects.in_bulk(list(codes), field_name="code"),
        of_sites={row.site_id: row.unit for row in rows},
    )
    return {case.pk: route(book, clues_of(case), on, known) for case in cases}


def _suits(rule: RoutingRule, clues: Clues, lineage: tuple[str, ...]) -> bool:
    """Whether a rule speaks of such cases at all."""
    return (
        (rule.category_id is None or rule.category_id in lineage)
        and (rule.site_type_id is None or rule.site_type_id == clues.site_type)
        and (rule.area_id is None or covers(rule.area_id, clues.area))
    )


def _try(
    book: RuleBook, rule: RoutingRule, clues: Clues, on: date, known: Known | None = None
) -> Trial:
    if not _suits(rule, clues, book.lineage(clues.category)):
        return Trial(rule, fits=False, unit=None, reason=_misfit(book, rule, clues))
    unit = _unit(rule, known) if rule.unit else _site_unit(clues, on, known)
    if unit is None:
        reason = _("点位当日没有责任单位。") if clues.site else _("没有指明点位，无从找责任单位。")
        return Trial(rule, fits=False, unit=None, reason=reason)
    if not _is_active(unit, known):
        reason = _("单位“%(unit)s”已停用。") % {"unit": unit.name}
        return Trial(rule, fits=False, unit=unit, reason=reason)
    return Trial(rule, fits=True, unit=unit, reason=_fit(book, rule, clues, unit))


def _misfit(book: RuleBook, rule: RoutingRule, clues: Clues) -> str:
    if rule.category and rule.category.code not in book.lineage(clues.category):
        return _("类别不属于“%(category)s”。") % {"category": rule.category.name}
    if rule.site_type and rule.site_type.code != clues.site_type:
        return _("点位类型不是“%(type)s”。") % {"type": rule.site_type.name}
    area = rule.area.name if rule.area else ""
    return _("地点不在“%(area)s”内。") % {"area": area}


def _fit(book: RuleBook, rule: RoutingRule, clues: Clues, unit: Unit) -> str:
    said: list[str] = []
    if rule.category:
        name = book.names.get(clues.category or "", "")
        said.append(
            _("类别“%(name)s”") % {"name": name}
            if rule.category.code == clues.category
            else _("类别“%(name)s”属于“%(above)s”") % {"name": name, "above": rule.category.name}
        )
    if rule.site_type:
        said.append(_("点位类型“%(type)s”") % {"type": rule.site_type.name})
    if rule.area:
        said.append(_("地点在“%(area)s”内") % {"area": rule.area.name})
    why = "，".join(said) or _("适用于所有问题")
    to = (
        _("交“%(unit)s”") % {"unit": unit.name}
        if rule.unit_id
        else _("交点位当日的责任单位“%(unit)s”") % {"unit": unit.name}
    )
    return _("规则“%(rule)s”：%(why)s，%(to)s。") % {"rule": rule.name, "why": why, "to": to}


def _unit(rule: RoutingRule, known: Known | None) -> Unit | None:
    return known.units.get(rule.unit_id or "") if known else rule.unit


def _is_active(unit: Unit, known: Known | None) -> bool:
    """Whether the unit still takes cases; the book may have been read before it was closed."""
    if known or not unit.is_active:
        return unit.is_active
    return Unit.objects.filter(code=unit.code, is_active=True).exists()


def _site_unit(clues: Clues, on: date, known: Known | None = None) -> Unit | None:
    if clues.site is None:
        return None
    site = clues.site
    unit = known.of_sites.get(site.code) if known else responsible_unit(site=site, on=on)
    return unit if unit and unit.is_active else None
