"""What each move asks for: by the table for all cities, and beyond it for this one, with why."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yanzhen.accounts.http import UserRequest
from yanzhen.cases import rulemaking
from yanzhen.cases.enums import MOVES, MoveName
from yanzhen.cases.forms.rulemaking import DemandForm
from yanzhen.cases.models import MoveDemand
from yanzhen.cases.views.settings.entry import done, enter, enter_to_edit, written
from yanzhen.core.errors import require


@require_http_methods(["GET", "POST"])
def demands(request: UserRequest) -> HttpResponse:
    """What is asked for with each move, and why; and a form for one more."""
    visit = enter(request)
    require(visit.can_edit or request.method != "POST")
    form = DemandForm(request.POST or None)
    if written(
        request,
        form,
        lambda: rulemaking.set_demand(actor=request.user, now=visit.now, **form.cleaned_data),
    ):
        return done(request, _("动作要求已记下。"), "cases:settings_demands")
    rows: Sequence[MoveDemand] = list(MoveDemand.objects.order_by("move", "severity", "pk"))
    context = {
        "form": form,
        "rows": rows,
        "fixed": [one for one in MOVES.values() if one.words_required or one.photo_required],
        "can_edit": visit.can_edit,
    }
    status = 422 if form.errors else 200
    return render(request, "cases/settings/demands.html", context, status=status)


@require_POST
def demand_clear(request: UserRequest, pk: int) -> HttpResponse:
    """Ask for no more than the table does."""
    visit = enter_to_edit(request)
    row = get_object_or_404(MoveDemand, pk=pk)
    rulemaking.clear_demand(
        move=MoveName(row.move), severity=row.severity, actor=request.user, now=visit.now
    )
    return done(request, _("这条要求已去掉。"), "cases:settings_demands")
