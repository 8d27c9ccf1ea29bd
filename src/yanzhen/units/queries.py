"""Who belongs to what, and who answered for what on a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Q, QuerySet

from yanzhen.accounts.enums import Action
from yanzhen.accounts.models import Post, User
from yanzhen.accounts.rules import area_scopes, may, unit_scopes
from yanzhen.core.scope import covers, prefix_range
from yanzhen.places.answering import Answered
from yanzhen.places.models import Area, Site
from yanzhen.units.enums import OF_AN_AREA, SHORT_RANKS, Rank
from yanzhen.units.models import Responsibility, SiteUnit, Stewardship, Unit

# --- Units ----------------------------------------------------------------------------------------


def unit_codes_under(codes: Iterable[str]) -> list[str]:
    """The codes of these units and of all units below them; unknown codes are left out."""
    paths = list(Unit.objects.filter(code__in=set(codes)).values_list("path", flat=True))
    if not paths:
        return []
    below = Q()
    for path in paths:
        below |= Q(path__startswith=path)
    return sorted(Unit.objects.filter(below).values_list("code", flat=True))


def units_of(*, user: User, on: date) -> list[Unit]:
    """The units to which `user` belongs on that day: his own, and those of his posts.

    What he may do for them is another question, and `accounts.rules` answers it.
    """
    codes = set(
        Post.objects.held_on(on)
        .filter(user=user)
        .exclude(unit_code="")
        .values_list("unit_code", flat=True)
    )
    codes.add(user.unit_code)
    return list(Unit.objects.filter(code__in=codes - {""}).order_by("path", "pk"))


def responsible_unit(*, site: Site, on: date) -> Unit | None:
    """The unit that answered for the site on that day."""
    row = unit_row(site=site, on=on)
    return row.unit if row else None


def unit_row(*, site: Site, on: date) -> SiteUnit | None:
    """The row that says which unit answered for the site on that day."""
    return (
        SiteUnit.objects.holding_on(on)
        .filter(site=site)
        .select_related("unit")
        .order_by("-from_on", "-pk")
        .first()
    )


def sites_of_unit(*, unit: Unit, on: date | None = None) -> QuerySet[SiteUnit]:
    """The sites for which the unit answers on that day, or from now on; each row with its site."""
    rows = SiteUnit.objects.filter(unit=unit)
    rows = rows.filter(to_on=None) if on is None else rows.holding_on(on)
    return rows.select_related("site", "site__type", "site__area").order_by("site_id", "pk")


# --- People ---------------------------------------------------------------------------------------


def visible_people(*, user: User, on: date) -> QuerySet[User]:
    """The people whom `user` may see: who work, or hold or held a post, in the areas of his posts."""
    people = User.rows.filter(is_system=False)
    scopes = area_scopes(user, Action.PEOPLE_VIEW, on=on)
    if user.is_system or settings.YANZHEN_CITY_CODE in scopes:
        return people
    inside, posted = Q(pk__in=[]), Q(pk__in=[])
    for code in scopes:
        low, high = prefix_range(code)
        inside |= Q(area_id__gte=low, area_id__lt=high)
        posted |= Q(area_code__gte=low, area_code__lt=high)
    units = Unit.objects.filter(inside).values("code")
    posts = Post.objects.filter(posted | Q(unit_code__in=units)).values("user_id")
    return people.filter(Q(unit_code__in=units) | Q(pk__in=posts))


# --- Who answers ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """One rank of responsibility on one day: who, since when, and by which rule.

    Nobody answers where there is no `row`. `from_area` is the area whose responsible person
    stands in because nobody was named for the place itself.
    """

    rank: Rank
    row: Responsibility | None = None
    from_area: Area | None = None

    @property
    def person(self) -> User | None:
        """Who answers."""
        return self.row.person if self.row else None

    @property
    def name(self) -> str:
        """The rank, for a narrow column."""
        return str(SHORT_RANKS[self.rank])


def answers(*, site: Site | None = None, area: Area | None = None, on: date) -> list[Answer]:
    """The three ranks on that day: named for the place itself, else for the nearest area above."""
    code = _code_of(site, area)
    rows = (
        Responsibility.objects.holding_on(on)
        .filter(_named_for(site) | Q(area_id__in=at_and_above(code)))
        .select_related("person", "area")
        .order_by("from_on", "pk")
    )
    return nearest(rows, site_code=site.code if site else "", area_code=code)


def nearest(rows: Iterable[Responsibility], *, site_code: str, area_code: str) -> list[Answer]:
    """Of these rows, which answer for the place: its own before those of the areas above it."""
    standing = [
        row
        for row in rows
        if (row.site_id == site_code if row.site_id else covers(row.area_id or "", area_code))
    ]
    found = {row.rank: row for row in sorted(standing, key=_nearness)}
    answering: list[Answer] = []
    for rank in Rank:
        row = found.get(rank)
        is_own = row is not None and (row.site_id if site_code else row.area_id == area_code)
        answering.append(Answer(rank, row, row.area if row and not is_own else None))
    return answering


def responsible_persons(
    *, site: Site | None = None, area: Area | None = None, on: date
) -> dict[Rank, User]:
    """Who answered on that day, by rank; a rank for which nobody did is left out."""
    return {
        answer.rank: answer.row.person
        for answer in answers(site=site, area=area, on=on)
        if answer.row
    }


def stewards(*, site: Site | None = None, area: Area | None = None, on: date) -> list[Stewardship]:
    """Who stewarded the place on that day, nearest first: the site, its area, the areas above."""
    rows = (
        Stewardship.objects.holding_on(on)
        .filter(_named_for(site) | Q(area_id__in=at_and_above(_code_of(site, area))))
        .select_related("unit", "person", "area", "site")
        .order_by("from_on", "pk")
    )
    return sorted(rows, key=_nearness, reverse=True)


@dataclass(frozen=True)
class WhoAnswers:
    """All who answered for a place on a day."""

    on: date
    unit_row: SiteUnit | None
    answers: Sequence[Answer]
    stewards: Sequence[Stewardship]


def who_answers(*, site: Site | None = None, area: Area | None = None, on: date) -> WhoAnswers:
    """The unit, the three responsible persons and the stewards of a place on a day: three queries."""
    return WhoAnswers(
        on=on,
        unit_row=unit_row(site=site, on=on) if site else None,
        answers=answers(site=site, area=area, on=on),
        stewards=stewards(site=site, area=area, on=on),
    )


def answered_for(user: User, on: date) -> Answered:
    """The areas and sites that `user` answers for: through his units, by name, or as a steward.

    The net asks, because it cannot know; whoever may not look at it at all answers for nothing.
    """
    if settings.YANZHEN_CITY_CODE in area_scopes(user, Action.NET_VIEW, on=on):
        return Answered()  # everything is seen already
    if not may(user, Action.NET_VIEW, on=on):
        return Answered()
    kept: dict[date, Answered] = user.__dict__.setdefault("_answered_for", {})
    if on not in kept:
        kept[on] = _answered_for(user, on)
    return kept[on]


def _answered_for(user: User, on: date) -> Answered:
    own = unit_codes_under(unit_scopes(user, Action.NET_VIEW, on=on))
    by_name = Responsibility.objects.holding_on(on).filter(person=user)
    as_steward = Stewardship.objects.holding_on(on).filter(Q(person=user) | Q(unit_id__in=own))
    of_units = Unit.objects.filter(code__in=own, kind__in=OF_AN_AREA)
    areas = Area.objects.filter(
        Q(code__in=of_units.values("area_id"))
        | Q(code__in=by_name.filter(area__isnull=False).values("area_id"))
        | Q(code__in=as_steward.filter(area__isnull=False).values("area_id"))
    )
    site_units = SiteUnit.objects.holding_on(on).filter(unit_id__in=own)
    sites = Site.objects.filter(
        Q(code__in=site_units.values("site_id"))
        | Q(code__in=by_name.filter(site__isnull=False).values("site_id"))
        | Q(code__in=as_steward.filter(site__isnull=False).values("site_id"))
    )
    return Answered(
        area_codes=tuple(areas.order_by("code").values_list("code", flat=True)),
        site_codes=sites.order_by().values_list("code", flat=True),
    )


def at_and_above(code: str) -> list[str]:
    """Every code under which `code` could lie, itself included: areas are nested by their codes."""
    return [code[:length] for length in range(1, len(code) + 1)]


def _code_of(site: Site | None, area: Area | None) -> str:
    if site is not None:
        return site.area_id
    return area.code if area is not None else ""


def _named_for(site: Site | None) -> Q:
    """The rows of the site itself; of none at all, where the question is about an area."""
    return Q(site=site) if site is not None else Q(pk__in=[])


def _nearness(row: Responsibility | Stewardship) -> tuple[bool, int]:
    return row.site_id is not None, len(row.area_id or "")
