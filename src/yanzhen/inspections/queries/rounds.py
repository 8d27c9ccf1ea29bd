"""Rounds in a list, and one round with how far it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from yanzhen.accounts.enums import Action, Role
from yanzhen.accounts.models import Post, User
from yanzhen.accounts.rules import area_scopes
from yanzhen.core.paging import Count as Counted
from yanzhen.core.paging import Key, Order, Page, capped_count, page_of
from yanzhen.core.scope import prefix_range
from yanzhen.frameworks.enums import EditionStatus
from yanzhen.frameworks.models import Checklist
from yanzhen.inspections import rules
from yanzhen.inspections.draw import spec_of
from yanzhen.inspections.enums import Allocation, CasePart, DrawMethod, Result, Standing
from yanzhen.inspections.frames import INSPECTED
from yanzhen.inspections.models import (
    Assignment,
    Check,
    CheckConflict,
    CheckPhoto,
    Round,
    RoundSite,
    Team,
    TeamMember,
    Visit,
)
from yanzhen.inspections.queries.field import LEFT, MINE, OTHERS
from yanzhen.places.models import Area, Site, SiteType
from yanzhen.places.queries import map_of

NEWEST_FIRST: Final = Order("newest", (Key("pk", int, descending=True),))
HUNDRED: Final = 100


@dataclass(frozen=True)
class RoundFilters:
    """What of the list is asked for."""

    status: Sequence[str] = ()
    kind: Sequence[str] = ()
    unannounced: str = ""


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One round in the list."""

    round: Round
    sites: int
    visited: int
    conflicts: int

    @property
    def percent(self) -> int:
        return HUNDRED * self.visited // self.sites if self.sites else 0


@dataclass(frozen=True)
class RoundPage:
    """One page of rounds."""

    page: Page[Round]
    lines: Sequence[RoundLine]
    total: Counted


def rounds_list(*, user: User, on: date, filters: RoundFilters) -> QuerySet[Round]:
    """The rounds that `user` may know of, as they are asked for."""
    rounds = Round.objects.visible_to(user, on)
    if filters.status:
        rounds = rounds.filter(status__in=filters.status)
    if filters.kind:
        rounds = rounds.filter(kind__in=filters.kind)
    if filters.unannounced in {"yes", "no"}:
        rounds = rounds.filter(is_unannounced=filters.unannounced == "yes")
    return rounds


def round_page(rounds: QuerySet[Round], *, after: str = "", before: str = "") -> RoundPage:
    """A page of rounds with their progress. A constant number of queries."""
    page = page_of(rounds.select_related("area"), NEWEST_FIRST, after=after, before=before, size=30)
    keys = [row.pk for row in page.rows]
    progress = _progress_of(keys)
    conflicts = _counts(
        CheckConflict.objects.filter(round_site__round__in=keys, resolved_at=None),
        "round_site__round_id",
    )
    lines = [
        RoundLine(row, *progress.get(row.pk, (0, 0)), conflicts.get(row.pk, 0)) for row in page.rows
    ]
    return RoundPage(page, lines, capped_count(rounds))


def _progress_of(rounds: Sequence[int]) -> dict[int, tuple[int, int]]:
    rows = (
        _with_visited(RoundSite.objects.filter(round__in=rounds))
        .values("round_id")
        .annotate(sites=Count("pk"), visited=Count("pk", filter=Q(is_visited=True)))
        .order_by("round_id")
    )
    return {row["round_id"]: (row["sites"], row["visited"]) for row in rows}


def _with_visited(rows: QuerySet[RoundSite]) -> QuerySet[RoundSite]:
    visits = Visit.objects.filter(round_site=OuterRef("pk"))
    return rows.annotate(is_visited=Exists(visits))


def _counts(rows: QuerySet[CheckConflict], key: str) -> dict[int, int]:
    return dict(rows.values_list(key).annotate(n=Count("pk")).order_by(key))


# --- One round ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """How far a part of a round is: a district, a type, an inspector."""

    name: str
    sites: int
    visited: int

    @property
    def percent(self) -> int:
        return HUNDRED * self.visited // self.sites if self.sites else 0


@dataclass(frozen=True, slots=True)
class Spot:
    """One drawn site on the map."""

    code: str
    name: str
    x: float
    y: float
    state: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """The map of who has been where."""

    width: float
    height: float
    faces: Sequence[object]
    spots: Sequence[Spot]
    unplaced: int


@dataclass(frozen=True)
class Found:
    """What the checks of a round that count came to."""

    checks: int = 0
    passed: int = 0
    failed: int = 0
    not_applicable: int = 0
    disputed: int = 0
    opened: int = 0
    joined: int = 0
    relapsed: int = 0
    without_case: int = 0
    photos: int = 0
    photos_stored: int = 0
    pairs: int = 0
    agreeing: int = 0

    @property
    def agreement(self) -> int | None:
        """Of a hundred items that two looked at independently, how many both saw alike."""
        return HUNDRED * self.agreeing // self.pairs if self.pairs else None


@dataclass(frozen=True)
class RoundCard:
    """A round with everything its page shows."""

    round: Round
    sites: int
    visited: int
    by_district: Sequence[Bar]
    by_type: Sequence[Bar]
    by_crew: Sequence[Bar]
    coverage: Coverage | None
    states: Mapping[str, int]
    found: Found
    conflicts: int
    unassigned: int
    reinspections: Sequence[Round] = field(default_factory=list)


def round_card(*, round_: Round, user: User, on: date) -> RoundCard:
    """What the page of a round shows. A constant number of queries, whatever its size.

    Who walks where is for the office that holds the round and for those who walk it.
    """
    rows = list(RoundSite.objects.filter(round=round_).order_by("pk"))
    states = _states(round_, user)
    sees_crews = rules.can_hold(user, round_, on=on) or rules.walks(user, round_, on=on)
    conflicts = CheckConflict.objects.filter(round_site__round=round_, resolved_at=None).count()
    counted = dict.fromkeys((MINE, OTHERS, LEFT), 0)
    for row in rows:
        counted[states.get(row.pk, LEFT)] += 1
    sees_found = rules.can_hold(user, round_, on=on) or round_.is_ended
    return RoundCard(
        round=round_,
        sites=len(rows),
        visited=len(states),
        by_district=_bars(rows, "district_code", _area_names(rows), states),
        by_type=_bars(rows, "type_code", _type_names(rows), states),
        by_crew=_crews(round_) if sees_crews else [],
        coverage=_coverage(round_, rows, states, user, on),
        states=counted,
        found=found_in(round_) if sees_found else Found(),
        conflicts=conflicts,
        unassigned=RoundSite.objects.filter(round=round_, assignments=None).count(),
        reinspections=list(Round.objects.visible_to(user, on).filter(parent=round_).order_by("pk")),
    )


def found_in(round_: Round) -> Found:
    """What the checks of a round came to. Three queries."""
    counts = Check.objects.filter(round_site__round=round_).aggregate(
        checks=Count("pk", filter=_counted()),
        passed=Count("pk", filter=_counted(Result.PASS)),
        failed=Count("pk", filter=_counted(Result.FAIL)),
        not_applicable=Count("pk", filter=_counted(Result.NOT_APPLICABLE)),
        disputed=Count("pk", filter=Q(standing=Standing.DISPUTED)),
        opened=Count("pk", filter=Q(case_part=CasePart.OPENED)),
        joined=Count("pk", filter=Q(case_part=CasePart.JOINED)),
        relapsed=Count("pk", filter=Q(case_part=CasePart.RELAPSED)),
        without_case=Count("pk", filter=_counted(Result.FAIL) & Q(case=None)),
    )
    photos = CheckPhoto.objects.filter(answer__round_site__round=round_).aggregate(
        photos=Count("pk"), photos_stored=Count("pk", filter=Q(photo__isnull=False))
    )
    return Found(**counts, **photos, **_agreement(round_))


def _agreement(round_: Round) -> dict[str, int]:
    """The items that a second look checked too, and how many of them both saw alike."""
    first = Check.objects.filter(
        round_site=OuterRef("round_site"),
        item_code=OuterRef("item_code"),
        visit__is_calibration=False,
    )
    looks = Check.objects.filter(round_site__round=round_, visit__is_calibration=True)
    counts = looks.annotate(
        is_pair=Exists(first), agrees=Exists(first.filter(result=OuterRef("result")))
    ).aggregate(
        pairs=Count("pk", filter=Q(is_pair=True)), agreeing=Count("pk", filter=Q(agrees=True))
    )
    return {"pairs": counts["pairs"], "agreeing": counts["agreeing"]}


def _counted(result: str = "") -> Q:
    where = Q(standing=Standing.COUNTED)
    return where & Q(result=result) if result else where


def _states(round_: Round, user: User) -> dict[int, str]:
    states: dict[int, str] = {}
    rows = Visit.objects.filter(round_site__round=round_).order_by("pk")
    for site, inspector in rows.values_list("round_site_id", "inspector_id"):
        if inspector == user.pk:
            states[site] = MINE
        states.setdefault(site, OTHERS)
    return states


def _bars(
    rows: Sequence[RoundSite], by: str, names: Mapping[str, str], states: Mapping[int, str]
) -> list[Bar]:
    sites: dict[str, int] = {}
    visited: dict[str, int] = {}
    for row in rows:
        key = getattr(row, by)
        sites[key] = sites.get(key, 0) + 1
        visited[key] = visited.get(key, 0) + (row.pk in states)
    return [Bar(names.get(key, key), sites[key], visited[key]) for key in sorted(sites)]


def _area_names(rows: Sequence[RoundSite]) -> dict[str, str]:
    codes = {row.district_code for row in rows}
    return dict(Area.objects.filter(code__in=codes).order_by("pk").values_list("code", "name"))


def _type_names(rows: Sequence[RoundSite]) -> dict[str, str]:
    codes = {row.type_code for row in rows}
    return dict(SiteType.objects.filter(code__in=codes).order_by("pk").values_list("code", "name"))


def _crews(round_: Round) -> list[Bar]:
    """Each inspector's or team's share, and how much of it is done."""
    done = Visit.objects.filter(round_site=OuterRef("round_site"))
    mates = TeamMember.objects.filter(team=OuterRef(OuterRef("team"))).values("person")
    mine = done.filter(Q(inspector=OuterRef("inspector")) | Q(inspector__in=mates))
    rows = (
        Assignment.objects.filter(round_site__round=round_)
        .annotate(is_done=Exists(mine), person=F("inspector__full_name"), group=F("team__name"))
        .values("inspector_id", "team_id", "person", "group")
        .annotate(sites=Count("pk"), visited=Count("pk", filter=Q(is_done=True)))
        .order_by("team_id", "inspector_id")
    )
    return [Bar(row["group"] or row["person"], row["sites"], row["visited"]) for row in rows]


def _coverage(
    round_: Round, rows: Sequence[RoundSite], states: Mapping[int, str], user: User, on: date
) -> Coverage | None:
    """The drawn sites on the map, as far as the reader may see them."""
    by_code = {row.site_id: row for row in rows}
    sites = list(
        Site.objects.visible_to(user, on)
        .filter(pk__in=RoundSite.objects.filter(round=round_).values("site__pk"))
        .only("code", "name", "lat", "lon")
        .order_by("code")
    )
    drawing = map_of(code=round_.area_id, sites=sites)
    if drawing is None:
        return None
    spots = [
        Spot(dot.code, dot.name, dot.x, dot.y, states.get(by_code[dot.code].pk, LEFT))
        for dot in drawing.dots
    ]
    order = {LEFT: 0, OTHERS: 1, MINE: 2}
    spots.sort(key=lambda spot: order[spot.state])
    return Coverage(drawing.width, drawing.height, drawing.faces, spots, len(sites) - len(spots))


# --- What a form offers ---------------------------------------------------------------------------


def inspectors_for(*, round_: Round, on: date) -> list[User]:
    """The people with a post as an inspector that meets the area of the round."""
    area = round_.area_id
    above = [area[:length] for length in range(1, len(area) + 1)]
    posts = Post.objects.held_on(on).filter(role=Role.INSPECTOR)
    meeting = posts.filter(Q(area_code__in=above) | Q(area_code__startswith=area))
    people = User.rows.filter(pk__in=meeting.values("user_id"), is_active=True)
    return list(people.order_by("full_name", "pk"))


def teams() -> list[Team]:
    """The teams in use."""
    return list(Team.objects.filter(is_active=True).order_by("name", "pk"))


def inspectors_of(*, user: User, on: date) -> list[User]:
    """The inspectors whose posts meet the areas over which the user plans."""
    meeting = Q(pk__in=[])
    for code in area_scopes(user, Action.ROUND_EDIT, on=on):
        above = [code[:length] for length in range(1, len(code) + 1)]
        meeting |= Q(area_code__in=above) | Q(area_code__startswith=code)
    posts = Post.objects.held_on(on).filter(meeting, role=Role.INSPECTOR)
    people = User.rows.filter(pk__in=posts.values("user_id"), is_active=True)
    return list(people.order_by("full_name", "pk"))


def sites_by_type(*, user: User, on: date) -> dict[str, int]:
    """How many sites that can be inspected there are of each type where the user plans."""
    where = Q(pk__in=[])
    for code in area_scopes(user, Action.ROUND_EDIT, on=on):
        low, high = prefix_range(code)
        where |= Q(area_id__gte=low, area_id__lt=high)
    types = Checklist.objects.filter(status=EditionStatus.CURRENT).values("site_type")
    sites = Site.objects.filter(where, status__in=INSPECTED, type_id__in=types)
    return dict(sites.values_list("type__code").annotate(n=Count("pk")).order_by("type__code"))


def strata_of(round_: Round) -> tuple[dict[str, str], dict[str, str]]:
    """The districts and the types of the drawn sites, by code, with their names."""
    rows = RoundSite.objects.filter(round=round_).order_by()
    districts = rows.values("district_code").distinct()
    types = rows.values("type_code").distinct()
    areas = Area.objects.filter(code__in=districts).order_by("code")
    kinds = SiteType.objects.filter(code__in=types).order_by("sort", "code")
    return (
        dict(areas.values_list("code", "name")),
        dict(kinds.values_list("code", "name")),
    )


def spec_words(round_: Round) -> list[tuple[str, str]]:
    """How the sites are found, as names and values."""
    spec = spec_of(round_.spec)
    types = SiteType.objects.filter(code__in=spec.types).order_by("sort", "code")
    names = "、".join(types.values_list("name", flat=True)) if spec.types else ""
    method = DrawMethod(spec.method)
    words = [(_("办法"), str(method.label))]
    if method == DrawMethod.RANDOM:
        words.append((_("数量"), _("%(n)s 个") % {"n": spec.size}))
        words.append((_("各层"), str(Allocation(spec.allocation).label)))
    if method in {DrawMethod.RANDOM, DrawMethod.ALL}:
        words.append((_("类型"), names or _("全部")))
    else:
        words.append((_("指定"), _("%(n)s 个点位") % {"n": len(spec.sites)}))
    if spec.witness:
        words.append((_("见证数"), spec.witness))
    return words
