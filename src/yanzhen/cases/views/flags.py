"""A doubt about a photo of the work: both pictures side by side, and what is in it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yanzhen.accounts.http import UserRequest
from yanzhen.cases.enums import Finding
from yanzhen.cases.errors import FindingWordsMissing, WordsTooLong
from yanzhen.cases.forms.flags import FlagForm
from yanzhen.cases.http import way_back
from yanzhen.cases.looking import decide_flag
from yanzhen.cases.queries.flags import flags_of
from yanzhen.cases.views.page import own_url, visible_case
from yanzhen.core.errors import require
from yanzhen.core.htmx import SeeOther
from yanzhen.core.time import city_day


@require_http_methods(["GET", "POST"])
def flag(request: UserRequest, number: str, pk: int) -> HttpResponse:
    """Show one doubt to whom it is for, and take down what he finds."""
    now = timezone.now()
    case = visible_case(request.user, number, now)
    flags = flags_of(case=case, user=request.user, on=city_day(now))
    seen = next((one for one in flags.rows if one.flag.pk == pk), None)
    if seen is None:
        raise Http404
    form = FlagForm(request.POST if request.method == "POST" else None)
    back = way_back(request, f"{own_url(case)}#flags")
    if request.method == "POST":
        require(flags.can_decide)
        if form.is_valid():
            finding = Finding(form.cleaned_data["finding"])
            try:
                decide_flag(
                    flag_id=pk,
                    finding=finding,
                    words=form.cleaned_data["words"],
                    actor=request.user,
                    now=now,
                    client_id=form.cleaned_data["client_id"],
                )
            except (FindingWordsMissing, WordsTooLong) as refusal:
                form.add_error("words", str(refusal))
            else:
                messages.success(request, _("照片疑点已核对：%(what)s。") % {"what": finding.label})
                return SeeOther(back)
    context = {
        "case": case,
        "one": seen,
        "form": form,
        "may_decide": flags.can_decide and seen.is_open,
        "back": back,
        "next": way_back(request, ""),
        "now": now,
    }
    return render(request, "cases/flag.html", context, status=422 if form.errors else 200)
