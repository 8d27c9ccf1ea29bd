"""Pages of rounds: the list, the plan, one round with how far it is, and its moves."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from yanzhen.accounts.enums import Action
from yanzhen.accounts.http import UserRequest
from yanzhen.accounts.rules import area_scopes
from yanzhen.core import htmx
from yanzhen.core.errors import Refused, require
from yanzhen.core.filters import FilterFace, FilterOption
from yanzhen.inspections import rules
from yanzhen.inspections.enums import MOVES, RoundKind, RoundStatus
from yanzhen.inspections.errors import (
    RoundDaysOutOfOrder,
    RoundNameMissing,
)
from yanzhen.inspections.forms import DaysForm, DrawForm, MeantForm, RoundForm
from yanzhen.inspections.models import Round
from yanzhen.inspections.operations import rounds as operations
from yanzhen.inspections.queries import rounds as queries
from yanzhen.inspections.queries.visits import open_conflicts
from yanzhen.inspections.views.asking import (
    Belongs,
    form_page,
    own_round,
    seen_round,
    tell,
    today,
    typed_in,
)
from yanzhen.places.enums import Level
from yanzhen.places.queries import area_path, areas_below, site_types

BELONGS: Belongs = {RoundNameMissing: "name", RoundDaysOutOfOrder: "to_on"}
CHOSEN_FROM: Final = frozenset({Level.CITY, Level.DISTRICT, Level.STREET})
"""A round is held over an area of these levels; a community is part of one."""


@require_safe
def rounds(request: UserRequest) -> HttpResponse:
    """The rounds that I may know of, the newest first."""
    on, asked = today(), request.GET
    require(rules.can_see_rounds(request.user, on=on))
    filters = queries.RoundFilters(
        status=[one for one in asked.getlist("status") if one in RoundStatus.values],
        kind=[one for one in asked.getlist("kind") if one in RoundKind.values],
        unannounced=asked.get("unannounced", ""),
    )
    found = queries.rounds_list(user=request.user, on=on, filters=filters)
    can_plan = rules.can_plan_anywhere(request.user, on=on)
    context = {
        "page": queries.round_page(
            found, after=asked.get("after", ""), before=asked.get("before", "")
        ),
        "faces": _faces(filters),
        "can_plan": can_plan,
        "can_visit": rules.can_visit_anywhere(request.user, on=on),
        "conflicts": open_conflicts(user=request.user, on=on).count() if can_plan else 0,
    }
    return htmx.page(request, "inspections/rounds.html", context, part="rows")


def _faces(filters: queries.RoundFilters) -> list[FilterFace]:
    return [
        FilterFace(
            name="status",
            label=_("进度"),
            kind="many",
            options=[FilterOption(code, str(label)) for code, label in RoundStatus.choices],
            chosen=list(filters.status),
        ),
        FilterFace(
            name="kind",
            label=_("类别"),
            kind="many",
            options=[FilterOption(code, str(label)) for code, label in RoundKind.choices],
            chosen=list(filters.kind),
        ),
        FilterFace(
            name="unannounced",
            label=_("明查暗访"),
            options=[FilterOption("no", _("明查")), FilterOption("yes", _("暗访"))],
            chosen=[filters.unannounced] if filters.unannounced in {"yes", "no"} else [],
        ),
    ]


@require_http_methods(["GET", "POST"])
def round_new(request: UserRequest) -> HttpResponse:
    """Plan a round."""
    on = today()
    require(rules.can_plan_anywhere(request.user, on=on))
    form = RoundForm(typed_in(request), on=on, areas=_areas(request), types=_types(request))
    if form.is_valid():
        try:
            planned = operations.plan_round(
                draft=form.draft(),
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, BELONGS)
        else:
            messages.success(
                request, _("已计划“%(round)s”，种子已封存。") % {"round": planned.name}
            )
            return htmx.done(request, changed="round", to="inspections:round", pk=planned.pk)
    return form_page(request, "inspections/round_form.html", form)


def _areas(request: UserRequest) -> list[tuple[str, str]]:
    """The areas over which I may plan, each before those in it."""
    choices: list[tuple[str, str]] = []
    for top in area_scopes(request.user, Action.ROUND_EDIT, on=today()):
        path = area_path(top)
        if not path:
            continue
        for area in [path[-1], *areas_below(top)]:
            if area.is_active and (area.level in CHOSEN_FROM or area.code == top):
                depth = len(area_path(area.code)) - len(path)
                choices.append((area.code, "　" * depth + area.short_name))
    return list(dict(choices).items())


def _types(request: UserRequest) -> list[tuple[str, str]]:
    """The site types, each with how many sites of it could be drawn where I plan."""
    counts = queries.sites_by_type(user=request.user, on=today())
    return [
        (one.code, f"{one.name}（{counts[one.code]}）")
        for one in site_types()
        if counts.get(one.code)
    ]


@require_safe
def round_(request: UserRequest, pk: int) -> HttpResponse:
    """One round: how far it is, what was found, and what I may do with it."""
    row, on = seen_round(request, pk), today()
    runs = rules.can_run(request.user, row, on=on)
    context = {
        "round": row,
        "card": queries.round_card(round_=row, user=request.user, on=on),
        "runs": runs,
        "holds": rules.can_hold(request.user, row, on=on),
        "moves": _moves_of(row) if runs else [],
        "now": timezone.now(),
    }
    return render(request, "inspections/round.html", context)


# --- Moves ----------------------------------------------------------------------------------------

CONSEQUENCES: Final[dict[str, str | Promise]] = {
    "open": gettext_lazy("督查员的手机上从此看得到这一轮，可以下载任务。"),
    "close": gettext_lazy("督查员不再出发；已查未传的，公布前仍可上传。"),
    "publish": gettext_lazy("被查单位从此看得到这一轮和结果，种子同时公开；公布后不再接收上传。"),
    "cancel": gettext_lazy("这一轮作废；计划和抽点的记录都保留。"),
}
LABELS: Final[dict[str, str | Promise]] = {
    "draw": gettext_lazy("抽点"),
    "open": gettext_lazy("开始督查"),
    "close": gettext_lazy("结束"),
    "publish": gettext_lazy("公布"),
    "cancel": gettext_lazy("取消这一轮"),
}
DEEDS: Final[dict[str, Callable[..., Round]]] = {
    "open": operations.open_round,
    "close": operations.close_round,
    "publish": operations.publish_round,
    "cancel": operations.cancel_round,
}


def _moves_of(round_: Round) -> list[dict[str, Any]]:
    return [
        {
            "url": reverse(f"inspections:round_{move}", args=[round_.pk]),
            "label": LABELS[move],
            "is_main": move != "cancel",
        }
        for move, (origins, _to) in MOVES.items()
        if round_.status in origins
    ]


@require_http_methods(["GET", "POST"])
def round_draw(request: UserRequest, pk: int) -> HttpResponse:
    """Draw the sites, once."""
    row = own_round(request, pk)
    form = DrawForm(typed_in(request))
    if form.is_valid():
        try:
            drawn = operations.draw_round(
                round_id=row.pk,
                witness=form.cleaned_data["witness"],
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, {})
        else:
            count = drawn.sites.count()
            messages.success(request, _("抽中 %(count)s 个点位。") % {"count": count})
            return htmx.done(request, changed="round", to="inspections:round", pk=row.pk)
    spec = queries.spec_words(row)
    return form_page(request, "inspections/round_draw.html", form, round=row, spec=spec)


@require_http_methods(["GET", "POST"])
def round_move(request: UserRequest, pk: int, move: str) -> HttpResponse:
    """Open, close, publish or cancel; the page says first what that means."""
    row = own_round(request, pk)
    form = MeantForm(typed_in(request))
    if form.is_valid():
        try:
            DEEDS[move](
                round_id=row.pk,
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, {})
        else:
            done = RoundStatus(MOVES[move][1]).label
            messages.success(
                request, _("“%(round)s”%(done)s。") % {"round": row.name, "done": done}
            )
            return htmx.done(request, changed="round", to="inspections:round", pk=row.pk)
    context = {"round": row, "label": LABELS[move], "say": CONSEQUENCES[move]}
    return form_page(request, "inspections/round_move.html", form, **context)


@require_http_methods(["GET", "POST"])
def round_reinspect(request: UserRequest, pk: int) -> HttpResponse:
    """Plan a second look at what failed in this round."""
    row = own_round(request, pk)
    initial = {"name": _("%(round)s·复查") % {"round": row.name}}
    form = DaysForm(typed_in(request), on=today(), initial=initial)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            planned = operations.plan_reinspection(
                parent_id=row.pk,
                name=typed["name"],
                from_on=typed["from_on"],
                to_on=typed["to_on"],
                is_unannounced=typed["is_unannounced"],
                actor=request.user,
                now=timezone.now(),
                client_id=typed["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, BELONGS)
        else:
            messages.success(request, _("已计划“%(round)s”。") % {"round": planned.name})
            return htmx.done(request, changed="round", to="inspections:round", pk=planned.pk)
    return form_page(request, "inspections/round_reinspect.html", form, round=row)
