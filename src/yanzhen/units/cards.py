"""What the pages of units and people show, read in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce

from yanzhen.accounts.models import Post, User
from yanzhen.core.paging import Key, Order, Page, page_of
from yanzhen.core.scope import prefix_range
from yanzhen.places.models import Site
from yanzhen.places.queries import area_label
from yanzhen.units.models import (
    GroupMembership,
    Responsibility,
    SiteUnit,
    Stewardship,
    TaskGroup,
    Unit,
)
from yanzhen.units.queries import sites_of_unit, visible_people

BY_AREA: Final = Order("area", (Key("area_id", str), Key("code", str)))
"""The city's units before those of the districts, those before the streets'."""
BY_USERNAME: Final = Order("username", (Key("username", str),))
SITES_SHOWN: Final = 10
CLOSED, ACTIVE = "closed", "active"


# --- Units ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class UnitFilters:
    """Which units a list shows. Without words or a kind it shows one level of the tree."""

    words: str = ""
    kinds: Sequence[str] = ()
    area: str = ""
    group: str = ""
    state: str = ACTIVE
    under: str = ""

    @property
    def searches(self) -> bool:
        """Whether something is looked for, on whatever level it may stand."""
        return bool(self.words or self.kinds or self.area or self.group or self.state != ACTIVE)


@dataclass(frozen=True)
class UnitLine:
    """One unit in a list."""

    unit: Unit
    area: str
    below: int
    people: int
    sites: int


def units_list(*, user: User, on: date, filters: UnitFilters, under: Unit | None) -> QuerySet[Unit]:
    """The units that `user` may see and asks for.

    Without a question it is one level: the units right below `under`, or the highest he sees.
    """
    units = Unit.objects.visible_to(user, on)
    if filters.words:
        units = units.saying(filters.words)
    if filters.kinds:
        units = units.filter(kind__in=filters.kinds)
    if filters.area:
        low, high = prefix_range(filters.area)
        units = units.filter(area_id__gte=low, area_id__lt=high)
    if filters.group:
        seats = GroupMembership.objects.holding_on(on).filter(group__code=filters.group)
        units = units.filter(code__in=seats.values("unit_id"))
    if filters.state in {ACTIVE, CLOSED}:
        units = units.filter(is_active=filters.state == ACTIVE)
    if filters.searches:
        return units.under(under.path) if under else units
    if under:
        return units.filter(parent=under)
    seen = Unit.objects.visible_to(user, on).values("code")
    return units.exclude(parent_id__in=seen)


def unit_page_of(units: QuerySet[Unit], *, after: str = "", before: str = "") -> Page[Unit]:
    """One page of a list of units, each with its parent."""
    return page_of(units.select_related("parent"), BY_AREA, after=after, before=before)


def unit_lines(units: Sequence[Unit], *, on: date) -> list[UnitLine]:
    """The units with what hangs on them: three queries however many there are."""
    codes = [unit.code for unit in units]
    below = _counts(Unit.objects.filter(parent__code__in=codes, is_active=True), "parent__code")
    people = _counts(User.rows.filter(unit_code__in=codes, is_active=True), "unit_code")
    sites = _counts(SiteUnit.objects.holding_on(on).filter(unit__code__in=codes), "unit__code")
    return [
        UnitLine(
            unit=unit,
            area=area_label(unit.area_id),
            below=below.get(unit.code, 0),
            people=people.get(unit.code, 0),
            sites=sites.get(unit.code, 0),
        )
        for unit in units
    ]


def _counts(
    rows: "QuerySet[Unit] | QuerySet[User] | QuerySet[SiteUnit]", by: str
) -> dict[str, int]:
    counted = rows.order_by().values_list(by).annotate(number=Count("pk"))
    return dict(counted.values_list(by, "number"))


@dataclass(frozen=True)
class UnitCard:
    """A unit with what belongs to it."""

    unit: Unit
    area: str
    above: Sequence[Unit]
    below: Sequence[UnitLine]
    people: Sequence["PersonLine"]
    sites: Sequence[SiteUnit]
    sites_count: int
    seats: Sequence[GroupMembership]
    stewardships: Sequence["StewardLine"]


def unit_card(*, unit: Unit, user: User, on: date) -> UnitCard:
    """What the page of a unit shows to `user`: people only as far as he may see them at all."""
    lineage = [code for code in unit.lineage if code != unit.code]
    above = {row.code: row for row in Unit.objects.filter(code__in=lineage)}
    children = list(Unit.objects.filter(parent=unit, is_active=True).order_by("area_id", "code"))
    held = Post.objects.held_on(on).filter(unit_code=unit.code).values("user_id")
    members = User.rows.filter(Q(unit_code=unit.code) | Q(pk__in=held), is_active=True)
    sites = sites_of_unit(unit=unit, on=on).filter(
        site_id__in=Site.objects.visible_to(user, on).values("code")
    )
    seats = GroupMembership.objects.holding_on(on).filter(unit=unit)
    stewarding = Stewardship.objects.holding_on(on).filter(unit=unit)
    return UnitCard(
        unit=unit,
        area=area_label(unit.area_id),
        above=[above[code] for code in lineage if code in above],
        below=unit_lines(children, on=on),
        people=person_lines(members.order_by("username"), on=on),
        sites=list(sites[:SITES_SHOWN]),
        sites_count=sites.count(),
        seats=list(seats.select_related("group").order_by("group_id", "pk")),
        stewardships=steward_lines(_seen(stewarding, user, on)),
    )


# --- People ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PeopleFilters:
    """Which people a list shows."""

    words: str = ""
    roles: Sequence[str] = ()
    area: str = ""
    unit: str = ""
    state: str = ACTIVE


@dataclass(frozen=True)
class PostLine:
    """A post with its scope in words."""

    post: Post
    scope: str
    is_held: bool
    """On the day of the page."""
    is_over: bool

    @property
    def words(self) -> str:
        """`督查员 · 雁峰区`."""
        return f"{self.post.title or self.post.get_role_display()} · {self.scope}"


@dataclass(frozen=True)
class PersonLine:
    """One person in a list, with the posts of the day."""

    person: User
    unit: str
    posts: Sequence[PostLine]


def people_list(*, user: User, on: date, filters: PeopleFilters) -> QuerySet[User]:
    """The people whom `user` may see and asks for, by user name."""
    people = visible_people(user=user, on=on)
    for word in filters.words.split():
        people = people.filter(
            Q(username__icontains=word) | Q(full_name__icontains=word) | Q(phone__icontains=word)
        )
    if filters.unit:
        people = people.filter(unit_code=filters.unit)
    if filters.roles or filters.area:
        posts = Post.objects.held_on(on)
        if filters.roles:
            posts = posts.filter(role__in=filters.roles)
        if filters.area:
            low, high = prefix_range(filters.area)
            units = Unit.objects.filter(area_id__gte=low, area_id__lt=high).values("code")
            posts = posts.filter(Q(area_code__gte=low, area_code__lt=high) | Q(unit_code__in=units))
        people = people.filter(pk__in=posts.values("user_id"))
    if filters.state in {ACTIVE, CLOSED}:
        people = people.filter(is_active=filters.state == ACTIVE)
    return people


def people_page_of(people: QuerySet[User], *, after: str = "", before: str = "") -> Page[User]:
    """One page of a list of people."""
    return page_of(people, BY_USERNAME, after=after, before=before)


def person_lines(people: Iterable[User], *, on: date) -> list[PersonLine]:
    """The people with the posts that they hold that day: three queries however many there are."""
    rows = list(people)
    held: dict[int, list[Post]] = defaultdict(list)
    for post in Post.objects.held_on(on).filter(user__in=rows).order_by("from_on", "pk"):
        held[post.user_id].append(post)
    names = unit_names(
        [row.unit_code for row in rows], [one.unit_code for ones in held.values() for one in ones]
    )
    return [
        PersonLine(
            person=row,
            unit=names.get(row.unit_code, ""),
            posts=[_post_line(post, names, on) for post in held.get(row.pk, ())],
        )
        for row in rows
    ]


def post_lines(person: User, *, on: date) -> list[PostLine]:
    """All posts of a person, those held first, then those to come, then those that are over."""
    posts = list(Post.objects.filter(user=person).order_by("-from_on", "-pk"))
    names = unit_names([post.unit_code for post in posts])
    lines = [_post_line(post, names, on) for post in posts]
    return sorted(lines, key=lambda line: (line.is_over, not line.is_held))


def unit_names(*codes: Iterable[str]) -> Mapping[str, str]:
    """The names of units by code."""
    wanted = {code for some in codes for code in some} - {""}
    return dict(Unit.objects.filter(code__in=wanted).values_list("code", "name"))


def _post_line(post: Post, names: Mapping[str, str], on: date) -> PostLine:
    is_over = post.to_on is not None and post.to_on < on
    return PostLine(
        post=post,
        scope=names.get(post.unit_code, post.unit_code)
        if post.unit_code
        else area_label(post.area_code),
        is_held=post.from_on <= on and not is_over,
        is_over=is_over,
    )


@dataclass(frozen=True)
class PersonCard:
    """A person with posts and with what he answers for."""

    person: User
    unit: Unit | None
    posts: Sequence[PostLine]
    answers_for: Sequence["PlaceLine"]
    stewardships: Sequence["StewardLine"]


def person_card(*, person: User, user: User, on: date) -> PersonCard:
    """What the page of a person shows."""
    named = (
        Responsibility.objects.holding_on(on)
        .visible_to(user, on)
        .filter(person=person)
        .select_related("site", "area")
        .order_by("area_id", "site_id", "pk")
    )
    stewarding = Stewardship.objects.holding_on(on).filter(person=person)
    return PersonCard(
        person=person,
        unit=Unit.objects.filter(code=person.unit_code).first() if person.unit_code else None,
        posts=post_lines(person, on=on),
        answers_for=[PlaceLine(row, place_words(row)) for row in named],
        stewardships=steward_lines(_seen(stewarding, user, on)),
    )


@dataclass(frozen=True)
class PlaceLine:
    """One place for which a person answers."""

    row: Responsibility
    place: str


def place_words(row: Responsibility | Stewardship) -> str:
    """The place of a row in words: the name of the site, or of the area and those above it."""
    return row.site.name if row.site else area_label(row.area_id or "")


# --- Stewardships and groups ----------------------------------------------------------------------


@dataclass(frozen=True)
class StewardFilters:
    """Which stewardships a list shows; those of today, unless all are asked for."""

    words: str = ""
    area: str = ""
    state: str = ACTIVE


@dataclass(frozen=True)
class StewardLine:
    """One stewardship in a list."""

    row: Stewardship
    place: str
    area_code: str


def stewardships_list(*, user: User, on: date, filters: StewardFilters) -> QuerySet[Stewardship]:
    """The stewardships over places that `user` may see."""
    rows = Stewardship.objects.visible_to(user, on).annotate(
        place_code=Coalesce(F("area_id"), F("site__area_id"))
    )
    if filters.state == ACTIVE:
        rows = rows.filter(Q(to_on=None) | Q(to_on__gte=on))
    elif filters.state == CLOSED:
        rows = rows.filter(to_on__lt=on)
    if filters.area:
        low, high = prefix_range(filters.area)
        rows = rows.filter(place_code__gte=low, place_code__lt=high)
    for word in filters.words.split():
        rows = rows.filter(
            Q(unit__name__icontains=word)
            | Q(person__full_name__icontains=word)
            | Q(site__name__icontains=word)
            | Q(area__name__icontains=word)
            | Q(title__icontains=word)
        )
    return rows


BY_PLACE: Final = Order("place", (Key("place_code", str), Key("pk")))


def steward_page_of(
    rows: QuerySet[Stewardship], *, after: str = "", before: str = ""
) -> Page[Stewardship]:
    """One page of a list of stewardships, by the code of the area in which the place lies."""
    known = rows.select_related("unit", "person", "site", "area")
    return page_of(known, BY_PLACE, after=after, before=before)


def steward_lines(rows: Iterable[Stewardship]) -> list[StewardLine]:
    """Stewardships with their places in words."""
    return [
        StewardLine(
            row=row,
            place=place_words(row),
            area_code=row.site.area_id if row.site else row.area_id or "",
        )
        for row in rows
    ]


def _seen(rows: QuerySet[Stewardship], user: User, on: date) -> QuerySet[Stewardship]:
    seen = Stewardship.objects.visible_to(user, on).values("pk")
    known = rows.filter(pk__in=seen).select_related("unit", "person", "site", "area")
    return known.order_by("area_id", "site_id", "pk")


@dataclass(frozen=True)
class GroupLine:
    """One task group with how many units sit in it, and which lead it."""

    group: TaskGroup
    seats: int
    leads: Sequence[str]


def groups_list(*, on: date) -> list[GroupLine]:
    """All task groups, those at work first: two queries."""
    seats: dict[str, list[GroupMembership]] = defaultdict(list)
    rows = GroupMembership.objects.holding_on(on).select_related("unit").order_by("unit_id", "pk")
    for seat in rows:
        seats[seat.group_id].append(seat)
    return [
        GroupLine(
            group=group,
            seats=len(seats[group.code]),
            leads=[seat.unit.name for seat in seats[group.code] if seat.part == "lead"],
        )
        for group in TaskGroup.objects.order_by("-is_active", "code")
    ]


def group_seats(*, group: TaskGroup) -> list[GroupMembership]:
    """All seats of a group, those held first, leads before members."""
    seats = GroupMembership.objects.filter(group=group).select_related("unit", "unit__area")
    return sorted(
        seats.order_by("unit_id", "pk"),
        key=lambda seat: (seat.to_on is not None, seat.part != "lead"),
    )


# --- For pickers ----------------------------------------------------------------------------------

SUGGESTED: Final = 20


def suggested_units(*, user: User, on: date, words: str) -> list[Unit]:
    """The units at work that `user` may mean by these words."""
    units = Unit.objects.visible_to(user, on).filter(is_active=True).saying(words)
    return list(units.order_by("area_id", "code")[:SUGGESTED])


def suggested_people(*, user: User, on: date, words: str) -> list[PersonLine]:
    """The people at work whom `user` may mean by these words."""
    found = people_list(user=user, on=on, filters=PeopleFilters(words=words))
    return person_lines(found.order_by("username")[:SUGGESTED], on=on)
