"""Who belongs to what, and who answered for what on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from yanzhen.accounts.models import Post, User
from yanzhen.places.models import Area, Site
from yanzhen.units.enums import Rank
from yanzhen.units.models import Responsibility, SiteUnit, Stewardship, Unit


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
    row = (
        SiteUnit.objects.holding_on(on)
        .filter(site=site)
        .select_related("unit")
        .order_by("-from_on", "-pk")
        .first()
    )
    return row.unit if row else None


def sites_of_unit(*, unit: Unit, on: date | None = None) -> QuerySet[SiteUnit]:
    """The sites for which the unit answers on that day, or from now on; each row with its site."""
    rows = SiteUnit.objects.filter(unit=unit)
    rows = rows.filter(to_on=None) if on is None else rows.holding_on(on)
    return rows.select_related("site", "site__type", "site__area").order_by("site_id", "pk")


@dataclass(frozen=True)
class Answer:
    """One rank of responsibility on one day: who, since when, and by which rule.

    `person` is empty where nobody answers. `from_area` is the area whose responsible person
    stands in because nobody was named for the place itself.
    """

    rank: Rank
    row: Responsibility | None = None
    from_area: Area | None = None

    @property
    def person(self) -> User | None:
        """Who answers."""
        return self.row.person if self.row else None


def answers(*, site: Site | None = None, area: Area | None = None, on: date) -> list[Answer]:
    """The three ranks on that day: named for the place itself, else for the nearest area above."""
    code = _code_of(site, area)
    rows = (
        Responsibility.objects.holding_on(on)
        .filter(_named_for(site) | Q(area_id__in=at_and_above(code)))
        .select_related("person", "area")
        .order_by("from_on", "pk")
    )
    nearest = {row.rank: row for row in sorted(rows, key=_nearness)}
    found: list[Answer] = []
    for rank in Rank:
        row = nearest.get(rank)
        from_above = row is not None and row.site_id is None and (site or row.area_id != code)
        found.append(Answer(rank, row, row.area if row and from_above else None))
    return found


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
