"""Pages of who is sent: teams, the shares of a round, one site to somebody else."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yanzhen.accounts.http import UserRequest
from yanzhen.core import htmx
from yanzhen.core.errors import Refused, require
from yanzhen.inspections import rules
from yanzhen.inspections.errors import (
    EverybodyBarred,
    InspectorBarred,
    NobodyToSend,
    NotAnInspector,
    TeamNameTaken,
)
from yanzhen.inspections.forms import CrewForm, OneCrewForm, TeamForm
from yanzhen.inspections.models import RoundSite
from yanzhen.inspections.operations import assigning
from yanzhen.inspections.operations.assigning import crew_of_team
from yanzhen.inspections.queries import rounds as queries
from yanzhen.inspections.views.asking import (
    Belongs,
    crews_for,
    form_page,
    own_round,
    tell,
    today,
    typed_in,
)

BELONGS: Belongs = {
    EverybodyBarred: "crews",
    NobodyToSend: "crews",
    NotAnInspector: "crews",
    InspectorBarred: "crew",
    TeamNameTaken: "name",
}


@require_http_methods(["GET", "POST"])
def round_assign(request: UserRequest, pk: int) -> HttpResponse:
    """Share the sites among crews, each share a short walk."""
    row = own_round(request, pk)
    form = CrewForm(typed_in(request), crews=crews_for(row))
    if form.is_valid():
        try:
            assigning.assign_round(
                round_id=row.pk,
                crews=form.chosen(),
                calibration_percent=form.cleaned_data["calibration_percent"] or 0,
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, BELONGS)
        else:
            messages.success(request, _("已派员，路线已排好。"))
            return htmx.done(request, changed="round", to="inspections:round", pk=row.pk)
    return form_page(request, "inspections/round_assign.html", form, round=row)


@require_http_methods(["GET", "POST"])
def reassign(request: UserRequest, pk: int, code: str) -> HttpResponse:
    """Send somebody else to one site."""
    row = own_round(request, pk)
    site = get_object_or_404(RoundSite.objects.select_related("site"), round=row, site_id=code)
    form = OneCrewForm(typed_in(request), crews=crews_for(row))
    if form.is_valid():
        try:
            assigning.reassign_site(
                round_site_id=site.pk,
                crew=form.chosen(),
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, BELONGS)
        else:
            messages.success(request, _("“%(site)s”已改派。") % {"site": site.site.name})
            return htmx.done(request, changed="round", to="inspections:round_sites", pk=row.pk)
    return form_page(request, "inspections/reassign.html", form, round=row, site=site.site)


@require_safe
def teams(request: UserRequest) -> HttpResponse:
    """The teams in use, with their people."""
    on = today()
    require(rules.can_plan_anywhere(request.user, on=on))
    crews = [crew_of_team(team, on=on) for team in queries.teams()]
    return render(request, "inspections/teams.html", {"crews": crews})


@require_http_methods(["GET", "POST"])
def team_new(request: UserRequest) -> HttpResponse:
    """Put inspectors together."""
    on = today()
    require(rules.can_plan_anywhere(request.user, on=on))
    people = queries.inspectors_of(user=request.user, on=on)
    form = TeamForm(typed_in(request), people=people)
    if form.is_valid():
        try:
            team = assigning.make_team(
                name=form.cleaned_data["name"],
                people=form.chosen(),
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, BELONGS)
        else:
            messages.success(request, _("已建立“%(team)s”。") % {"team": team.name})
            return htmx.done(request, changed="team", to="inspections:teams")
    return form_page(request, "inspections/team_form.html", form)
