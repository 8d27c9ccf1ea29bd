"""Pages of what was found: the drawn sites, a visit, a site's history, answers that differ, the proof."""

import json

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yanzhen.accounts.http import UserRequest
from yanzhen.core import htmx
from yanzhen.core.errors import Refused, require
from yanzhen.core.filters import FilterFace, FilterOption
from yanzhen.inspections import rules
from yanzhen.inspections.errors import NotOfThisConflict, ReasonMissing
from yanzhen.inspections.forms import ResolveForm
from yanzhen.inspections.models import Round, RoundFrame, Visit
from yanzhen.inspections.operations.conflicts import resolve_conflict
from yanzhen.inspections.proof import redraw
from yanzhen.inspections.queries import rounds as round_queries
from yanzhen.inspections.queries import visits as queries
from yanzhen.inspections.views.asking import form_page, seen_round, tell, today, typed_in
from yanzhen.places.models import Site

BELONGS: dict[type[Refused], str] = {NotOfThisConflict: "chosen", ReasonMissing: "words"}
STATES = ("visited", "left", "failed")


@require_safe
def round_sites(request: UserRequest, pk: int) -> HttpResponse:
    """The drawn sites of a round, as far as I see them."""
    row, on, asked = seen_round(request, pk), today(), request.GET
    filters = queries.SiteFilters(
        district=asked.get("district", ""),
        type=asked.get("type", ""),
        state=asked.get("state", "") if asked.get("state") in STATES else "",
    )
    holds = rules.can_hold(request.user, row, on=on)
    shows_found = holds or row.is_ended
    if filters.state == "failed" and not shows_found:
        filters = queries.SiteFilters(filters.district, filters.type)
    found = queries.round_sites(round_=row, user=request.user, on=on, filters=filters)
    context = {
        "round": row,
        "page": queries.round_site_page(
            found,
            shows_found=shows_found,
            after=asked.get("after", ""),
            before=asked.get("before", ""),
        ),
        "faces": _faces(row, filters, shows_found=shows_found),
        "runs": rules.can_run(request.user, row, on=on),
        "shows_crews": holds or rules.walks(request.user, row, on=on),
        "shows_found": shows_found,
    }
    return htmx.page(request, "inspections/round_sites.html", context, part="rows")


def _faces(round_: Round, filters: queries.SiteFilters, *, shows_found: bool) -> list[FilterFace]:
    districts, types = round_queries.strata_of(round_)
    states = [FilterOption("left", _("未查")), FilterOption("visited", _("已查"))]
    if shows_found:
        states.append(FilterOption("failed", _("有不合格")))
    return [
        FilterFace(
            name="state",
            label=_("进度"),
            options=states,
            chosen=[filters.state] if filters.state else [],
        ),
        FilterFace(
            name="district",
            label=_("区县"),
            options=[FilterOption(code, name) for code, name in districts.items()],
            chosen=[filters.district] if filters.district in districts else [],
        ),
        FilterFace(
            name="type",
            label=_("类型"),
            options=[FilterOption(code, name) for code, name in types.items()],
            chosen=[filters.type] if filters.type in types else [],
        ),
    ]


@require_safe
def visit(request: UserRequest, pk: int) -> HttpResponse:
    """One visit with its checks."""
    visits = Visit.objects.visible_to(request.user, today()).select_related(
        "round_site__round", "round_site__site__type", "inspector"
    )
    row = get_object_or_404(visits, pk=pk)
    context = {"card": queries.visit_card(visit=row), "visit": row, "now": timezone.now()}
    return render(request, "inspections/visit.html", context)


@require_safe
def site_visits(request: UserRequest, code: str) -> HttpResponse:
    """What inspections found at a site, and what keeps coming back."""
    on = today()
    sites = Site.objects.visible_to(request.user, on).select_related("type")
    site = get_object_or_404(sites, code=code)
    history = queries.site_history(site=site, user=request.user, on=on)
    return render(
        request, "inspections/site_visits.html", {"history": history, "now": timezone.now()}
    )


# --- Answers that differ --------------------------------------------------------------------------


@require_safe
def conflicts(request: UserRequest) -> HttpResponse:
    """The answers that wait for my office to decide."""
    on, asked = today(), request.GET
    require(rules.can_plan_anywhere(request.user, on=on))
    rows = queries.open_conflicts(user=request.user, on=on)
    page = queries.conflict_page(rows, after=asked.get("after", ""), before=asked.get("before", ""))
    return htmx.page(
        request, "inspections/conflicts.html", {"page": page, "now": timezone.now()}, part="rows"
    )


@require_http_methods(["GET", "POST"])
def conflict(request: UserRequest, pk: int) -> HttpResponse:
    """Say which of the answers counts."""
    on = today()
    require(rules.can_plan_anywhere(request.user, on=on))
    rows = queries.held_conflicts(user=request.user, on=on)
    row = get_object_or_404(rows, pk=pk)
    form = ResolveForm(typed_in(request), conflict=row)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            resolve_conflict(
                conflict_id=row.pk,
                chosen_id=int(typed["chosen"]),
                words=typed["words"],
                actor=request.user,
                now=timezone.now(),
                client_id=typed["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, BELONGS)
        else:
            messages.success(request, _("已裁定。"))
            return htmx.done(request, changed="conflict", to="inspections:conflicts")
    page = queries.conflict_page(rows.filter(pk=pk))
    context = {"line": page.lines[0], "now": timezone.now()}
    return form_page(request, "inspections/conflict.html", form, **context)


# --- The proof ------------------------------------------------------------------------------------


@require_safe
def proof(request: UserRequest, pk: int) -> HttpResponse:
    """How the sites were drawn, and that nobody could have steered it."""
    row = _drawn(request, pk)
    context = {
        "round": row,
        "spec": round_queries.spec_words(row),
        "again": redraw(round_id=row.pk) if request.GET.get("again") else None,
    }
    return render(request, "inspections/proof.html", context)


@require_safe
def frame(request: UserRequest, pk: int) -> HttpResponse:
    """The frame as a file, for a second run of the draw."""
    row = _drawn(request, pk)
    text = get_object_or_404(RoundFrame, round=row).text
    return _file(text, f"round-{row.pk}-frame.tsv", "text/tab-separated-values; charset=utf-8")


@require_safe
def spec(request: UserRequest, pk: int) -> HttpResponse:
    """The specification as a file, for a second run of the draw."""
    row = _drawn(request, pk)
    text = json.dumps(row.spec, ensure_ascii=False, indent=1)
    return _file(text, f"round-{row.pk}-spec.json", "application/json")


def _drawn(request: UserRequest, pk: int) -> Round:
    """A drawn round: before its end, only who holds it knows what could be and what was drawn."""
    row = seen_round(request, pk)
    holds = rules.can_hold(request.user, row, on=today())
    if not row.drawn_digest or not (holds or row.is_ended):
        raise Http404
    return row


def _file(text: str, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(text, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
