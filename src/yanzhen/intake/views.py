"""The messages that came in: looked at, and sorted many at a time."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from yanzhen.accounts.enums import Action
from yanzhen.accounts.http import UserRequest
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import may
from yanzhen.cases.http import way_back
from yanzhen.cases.operations import decline_case, file_case
from yanzhen.core import htmx
from yanzhen.core.errors import Refused, require
from yanzhen.core.filters import FilterFace, FilterOption
from yanzhen.core.ids import new_client_id
from yanzhen.core.time import city_day
from yanzhen.intake import queries
from yanzhen.intake.forms import DeclineForm, SortForm
from yanzhen.intake.models import Report
from yanzhen.intake.operations import merge_repeat

MOST = 200
MARK_LABELS = {
    "repeat": gettext_lazy("疑似重复"),
    "question": gettext_lazy("像是咨询"),
    "place": gettext_lazy("区域待核"),
    "category": gettext_lazy("类别待核"),
    "uncategorised": gettext_lazy("没有类别"),
}
DEEDS = {
    "file": gettext_lazy("立案"),
    "merge": gettext_lazy("并入较早的"),
    "decline": gettext_lazy("不予受理"),
}

Doing = Callable[[Report, str, User, datetime, UUID], object]


@require_safe
def reports(request: UserRequest) -> HttpResponse:
    """The messages that wait to be accepted, with what was noticed about each."""
    now = timezone.now()
    on = city_day(now)
    require(may(request.user, Action.CASE_VIEW, on=on))
    filters = queries.ReportFilters(
        mark=request.GET.get("mark", ""),
        area=request.GET.get("area", ""),
        all_of_them=request.GET.get("all") == "1",
    )
    found = queries.reports_list(user=request.user, on=on, filters=filters)
    counts = queries.mark_counts(user=request.user, on=on, filters=filters)
    context = {
        "found": queries.report_page(
            found, after=request.GET.get("after", ""), before=request.GET.get("before", "")
        ),
        "chips": _chips(filters, counts),
        "deeds": DEEDS.items() if may(request.user, Action.CASE_FILE, on=on) else (),
        "here": request.get_full_path(),
        "narrowed": filters != queries.ReportFilters(),
        "batch_id": new_client_id(),
        "now": now,
    }
    return htmx.page(request, "intake/reports.html", context, part="list")


@require_POST
def sort(request: UserRequest) -> HttpResponse:
    """Do one deed with every ticked message that I may see; each is its own transaction."""
    now = timezone.now()
    on = city_day(now)
    require(may(request.user, Action.CASE_FILE, on=on))
    form, back = SortForm(request.POST), way_back(request, reverse("intake:reports"))
    ticked = [pk for pk in request.POST.getlist("report") if pk.isdecimal()][:MOST]
    everything = queries.ReportFilters(all_of_them=True)
    rows = list(
        queries.reports_list(user=request.user, on=on, filters=everything)
        .filter(pk__in=ticked)
        .order_by("reported_at", "pk")
    )
    deed = form.cleaned_data["deed"] if form.is_valid() else ""
    if deed not in DEEDS or not rows:
        messages.error(request, _("请先勾选来件，再选要办的事。"))
        return htmx.SeeOther(back)
    words = ""
    if deed == "decline":
        reason = DeclineForm(request.POST if "words" in request.POST else None)
        if not reason.is_valid():
            return _ask(request, reason, rows, back)
        words = reason.cleaned_data["words"]
    failed = _do_all(deed, rows, words, request.user, now, form.cleaned_data["client_id"])
    return _told(request, deed, rows, failed, back)


def _file(report: Report, _words: str, actor: User, now: datetime, client_id: UUID) -> None:
    file_case(case_id=report.case_id, actor=actor, now=now, client_id=client_id)


def _merge(report: Report, _words: str, actor: User, now: datetime, client_id: UUID) -> None:
    merge_repeat(report_id=report.pk, actor=actor, now=now, client_id=client_id)


def _decline(report: Report, words: str, actor: User, now: datetime, client_id: UUID) -> None:
    decline_case(case_id=report.case_id, words=words, actor=actor, now=now, client_id=client_id)


_DOING: dict[str, Doing] = {"file": _file, "merge": _merge, "decline": _decline}


def _do_all(
    deed: str, rows: Sequence[Report], words: str, actor: User, now: datetime, batch: UUID
) -> list[tuple[Report, str]]:
    failed = []
    for report in rows:
        try:
            _DOING[deed](report, words, actor, now, uuid5(batch, f"{deed}:{report.pk}"))
        except Refused as refusal:
            failed.append((report, str(refusal)))
    return failed


def _ask(
    request: UserRequest, reason: DeclineForm, rows: Sequence[Report], back: str
) -> HttpResponse:
    """Ask why, once for all of them; what was ticked stays ticked."""
    context = {
        "form": reason,
        "rows": rows,
        "back": back,
        "batch_id": request.POST.get("client_id") or new_client_id(),
    }
    status = 422 if reason.errors else 200
    return render(request, "intake/decline.html", context, status=status)


def _told(
    request: UserRequest,
    deed: str,
    rows: Sequence[Report],
    failed: Sequence[tuple[Report, str]],
    back: str,
) -> HttpResponse:
    """Say how many were done, and name each that was not."""
    done = len(rows) - len(failed)
    facts: dict[str, Any] = {"deed": DEEDS[deed], "n": done}
    if not failed:
        said = ngettext("%(deed)s %(n)s 件，都办成了。", "%(deed)s %(n)s 件，都办成了。", done)
        messages.success(request, said % facts)
        return htmx.SeeOther(back)
    context = {"deed": DEEDS[deed], "done": done, "failed": failed, "back": back}
    return render(request, "intake/sorted.html", context)


def _chips(filters: queries.ReportFilters, counts: dict[str, int]) -> list[FilterFace]:
    return [
        FilterFace(
            name="mark",
            label=_("要留意的"),
            options=[
                FilterOption(mark, str(label), counts.get(mark, 0))
                for mark, label in MARK_LABELS.items()
            ],
            chosen=[filters.mark] if filters.mark in MARK_LABELS else [],
        ),
        FilterFace(
            name="all",
            label=_("范围"),
            options=[FilterOption("", str(_("待受理"))), FilterOption("1", str(_("全部来件")))],
            chosen=["1"] if filters.all_of_them else [],
        ),
    ]
