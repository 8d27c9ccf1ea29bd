"""The frame around every page: the rail by right, the areas to switch to, the number on the bell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.enums import Action, Role
from yanzhen.accounts.models import Post, User
from yanzhen.accounts.rules import ROLE_ACTIONS, area_scopes, posts_held
from yanzhen.cases.http import chosen_area
from yanzhen.cases.queries.asking import Ask
from yanzhen.cases.queries.ledger import count_asks, seen_cases
from yanzhen.cases.queries.waiting import MINE_TO_DO, Standpoint
from yanzhen.core.scope import covers
from yanzhen.core.shell import AreaItem, RailItem, Shell
from yanzhen.core.time import city_day
from yanzhen.places.models import Area
from yanzhen.places.queries import area_path, children_of
from yanzhen.units.models import Unit

_A = Action


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the product: where it begins, who may open it, which addresses belong to it."""

    name: str
    label: str | Promise
    icon: str
    actions: tuple[Action, ...]
    prefixes: tuple[str, ...]
    at_end: bool = False


PARTS: Final = (
    Part("desk:start", _("收件箱"), "inbox", (), ()),
    Part("cases:ledger", _("问题"), "case", (_A.CASE_VIEW,), ("/cases/",)),
    Part("cases:new", _("上报"), "camera", (_A.CASE_REPORT,), ("/cases/new/",)),
    Part("intake:reports", _("来件"), "talk", (_A.CASE_FILE,), ("/reports/", "/intake/")),
    Part("inspections:rounds", _("督查"), "inspect", (_A.ROUND_VIEW,), ("/inspections/",)),
    Part("places:sites", _("点位"), "site", (_A.NET_VIEW,), ("/sites/", "/site-types/")),
    Part("places:areas", _("区域"), "map", (_A.NET_VIEW,), ("/areas/",)),
    Part(
        "units:units", _("单位"), "building", (_A.NET_VIEW,),
        ("/units/", "/groups/", "/stewardships/", "/coverage/"),
    ),
    Part("units:people", _("人员"), "users", (_A.PEOPLE_VIEW,), ("/people/",)),
    Part("figures:figures", _("指标"), "chart", (_A.FIGURES_VIEW,), ("/figures/",)),
    Part("exchange:home", _("导入导出"), "upload", (_A.IMPORT,), ("/exchange/", "/import/", "/export/")),
    Part("cases:settings", _("设置"), "gear", (_A.SETTINGS_EDIT,), ("/settings/",), at_end=True),
)  # fmt: skip
"""Every part, in the order of the rail; a part that is not built has no address and is left out."""


def actions_of(posts: Sequence[Post]) -> set[Action]:
    """Everything that these posts allow somewhere."""
    return {action for post in posts for action in ROLE_ACTIONS[Role(post.role)]}


def rail_of(request: HttpRequest, user: User, on: date, waiting: int) -> list[RailItem]:
    """The parts that `user` may open."""
    allowed = actions_of(posts_held(user, on))
    shown = [part for part in PARTS if not part.actions or allowed & set(part.actions)]
    if Action.CASE_FILE in allowed:
        shown = [part for part in shown if part.name != "cases:new"]
    here = _part_at(request.path)
    items = []
    for part in shown:
        try:
            url = reverse(part.name)
        except NoReverseMatch:
            continue
        items.append(
            RailItem(
                url=url,
                label=str(part.label),
                icon=part.icon,
                count=waiting if part.name == "desk:start" else 0,
                current=part.name == here,
                at_end=part.at_end,
            )
        )
    return items


def _part_at(path: str) -> str:
    """The part to which an address belongs: the longest beginning wins."""
    if path == "/":
        return "desk:start"
    found = [
        (len(prefix), part.name)
        for part in PARTS
        for prefix in part.prefixes
        if path.startswith(prefix)
    ]
    return max(found, default=(0, ""))[1]


def shell_of(request: HttpRequest, user: User, now: datetime, waiting: int) -> Shell:
    """Who is here, where he looks, what waits."""
    on = city_day(now)
    posts = posts_held(user, on)
    tops = area_scopes(user, Action.CASE_VIEW, on=on)
    chosen = chosen_area(request, tops)
    return Shell(
        person=user.full_name,
        post=_post_words(user, posts),
        now=now,
        area=_area_name(chosen, tops),
        areas=_areas(request, chosen, tops),
        inbox_url=reverse("desk:start"),
        inbox_count=waiting,
        account_url=_url("units:me"),
        search_words=request.GET.get("q", "") if request.path == "/search/" else "",
    )


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _post_words(user: User, posts: Sequence[Post]) -> str:
    """What stands under the name: the unit or the title, and what the post is for."""
    if not posts:
        return _now("没有岗位")
    code = next((post.unit_code for post in posts if post.unit_code), user.unit_code)
    unit = Unit.objects.filter(code=code).first() if code else None
    role = posts[0].title or str(Role(posts[0].role).label)
    return f"{unit.short_name or unit.name} {role}" if unit else role


def _area_name(chosen: str, tops: Sequence[str]) -> str:
    if not tops:
        return ""
    path = area_path(chosen or tops[0])
    if not chosen and len(tops) > 1:
        return _now("全部辖区")
    return path[-1].short_name if path else chosen or tops[0]


def _areas(request: HttpRequest, chosen: str, tops: Sequence[str]) -> list[AreaItem]:
    """The areas of my posts, the way down to the chosen one, and what lies directly below it."""
    items: list[AreaItem] = []
    for top in tops:
        path = area_path(top)
        if not path:
            continue
        items.append(_item(request, top, path[-1].short_name, 0, is_current=chosen in {"", top}))
        way = area_path(chosen)[len(path) :] if covers(top, chosen) else ()
        items += _below(request, top, way, chosen, 1)
    return items[:MOST_AREAS]


MOST_AREAS: Final = 400


def _below(
    request: HttpRequest, code: str, way: Sequence[Area], chosen: str, depth: int
) -> list[AreaItem]:
    """The areas directly below one, and on the way to the chosen area those below them too."""
    items = []
    for area in children_of(code):
        if not area.is_active:
            continue
        name, is_current = area.short_name, area.code == chosen
        items.append(_item(request, area.code, name, depth, is_current=is_current))
        if way and area.code == way[0].code and depth < DEEPEST:
            items += _below(request, area.code, way[1:], chosen, depth + 1)
    return items


DEEPEST: Final = 3


def _item(request: HttpRequest, code: str, label: str, depth: int, *, is_current: bool) -> AreaItem:
    back = request.get_full_path() if request.method == "GET" else "/"
    url = f"{reverse('desk:area')}?{urlencode({'code': code, 'next': back})}"
    return AreaItem(url, label, depth, is_current)


def waiting_number(request: HttpRequest, user: User, now: datetime) -> int:
    """How many cases wait for something that `user` can do; one may wait for two things."""
    on = city_day(now)
    within = chosen_area(request, area_scopes(user, Action.CASE_VIEW, on=on))
    cases = seen_cases(user=user, on=on, within=within)
    asks = [Ask(wait=wait) for wait in MINE_TO_DO]
    return sum(count.number for count in count_asks(cases, asks, Standpoint.of(user, on), now=now))
