"""From which sites an inspector keeps away: those of his own house, and those where he has no post."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from yanzhen.accounts.enums import Action, Role
from yanzhen.accounts.models import Post, User
from yanzhen.accounts.rules import ROLE_ACTIONS
from yanzhen.core.scope import covers
from yanzhen.places.models import Site
from yanzhen.units.enums import OF_AN_AREA
from yanzhen.units.models import Responsibility, SiteUnit, Stewardship, Unit


@dataclass(slots=True)
class _Ties:
    """What ties one person to places."""

    lineages: list[Sequence[str]] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)
    """The areas over which he may inspect."""
    sites: set[str] = field(default_factory=set)
    areas: set[str] = field(default_factory=set)

    def is_of(self, unit: Unit) -> bool:
        """Whether the unit is one of his, or stands above or below one."""
        return any(unit.code in mine or mine[-1] in unit.lineage for mine in self.lineages)


def barred_sites(*, people: Iterable[User], sites: Iterable[Site], on: date) -> dict[int, set[str]]:
    """For each person's key, the codes of the sites that others must inspect. Six queries.

    Barred is who works, or holds a post, in the unit that answers for the site, stewards it or
    runs its area, or in one above or below; who answers for it or stewards it by name; and whose
    post as an inspector does not reach it.
    """
    everybody, places = list(people), list(sites)
    ties = _ties_of(everybody, on)
    answering = {
        row.site_id: row.unit
        for row in SiteUnit.objects.holding_on(on)
        .filter(site_id__in=[site.code for site in places])
        .select_related("unit")
        .order_by("from_on", "pk")
    }
    return {
        person.pk: {
            site.code
            for site in places
            if _is_barred(ties[person.pk], site, answering.get(site.code))
        }
        for person in everybody
    }


def _is_barred(ties: _Ties, site: Site, unit: Unit | None) -> bool:
    return (
        not any(covers(post, site.area_id) for post in ties.posts)
        or site.code in ties.sites
        or any(covers(area, site.area_id) for area in ties.areas)
        or (unit is not None and ties.is_of(unit))
    )


def _ties_of(people: Sequence[User], on: date) -> dict[int, _Ties]:
    ties = {person.pk: _Ties() for person in people}
    units = _units_of(people, ties, on)
    for unit, holders in units.items():
        for holder in holders:
            ties[holder].lineages.append(unit.lineage)
            if unit.kind in OF_AN_AREA:
                ties[holder].areas.add(unit.area_id)
    rows = Responsibility.objects.holding_on(on).filter(person__in=people)
    for person_id, site, area in rows.values_list("person_id", "site__code", "area__code"):
        _tie(ties[person_id], site, area)
    _tie_stewards(ties, people, on)
    return ties


def _units_of(people: Sequence[User], ties: Mapping[int, _Ties], on: date) -> dict[Unit, list[int]]:
    """The units in which these people work or hold posts, with whom; their posts are noted too."""
    codes: dict[str, set[int]] = {}
    for person in people:
        codes.setdefault(person.unit_code, set()).add(person.pk)
    for post in Post.objects.held_on(on).filter(user__in=people).order_by("pk"):
        codes.setdefault(post.unit_code, set()).add(post.user_id)
        if post.area_code and Action.ROUND_VISIT in ROLE_ACTIONS[Role(post.role)]:
            ties[post.user_id].posts.append(post.area_code)
    units = Unit.objects.filter(code__in=codes.keys() - {""}).order_by("pk")
    return {unit: sorted(codes[unit.code]) for unit in units}


def _tie_stewards(ties: Mapping[int, _Ties], people: Sequence[User], on: date) -> None:
    own = {code for tie in ties.values() for lineage in tie.lineages for code in lineage}
    rows = (
        Stewardship.objects.holding_on(on)
        .filter(Q(person__in=people) | Q(unit_id__in=own))
        .select_related("unit")
        .order_by("pk")
    )
    for row in rows:
        for person_id, tie in ties.items():
            if row.person_id == person_id or (row.unit is not None and tie.is_of(row.unit)):
                _tie(tie, row.site_id, row.area_id)


def _tie(ties: _Ties, site: str | None, area: str | None) -> None:
    if site:
        ties.sites.add(site)
    if area:
        ties.areas.add(area)
