"""The ledger as an Excel file: at once where it is short, in the background where it is long."""

import hashlib
import tempfile
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yanzhen.accounts.enums import Action
from yanzhen.accounts.http import UserRequest
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import area_scopes, may
from yanzhen.cases.http import chosen_area
from yanzhen.cases.jobs import export_ledger, path_of
from yanzhen.cases.queries.address import ask_of
from yanzhen.cases.queries.asking import Ask, answers
from yanzhen.cases.queries.ledger import exported, seen_cases
from yanzhen.cases.queries.waiting import Standpoint
from yanzhen.cases.sheets import file_name, note_export, write_sheet
from yanzhen.core import htmx
from yanzhen.core.enums import JobStatus
from yanzhen.core.errors import require
from yanzhen.core.models import Job
from yanzhen.core.time import city_day

MOST_AT_ONCE: Final = 5000
MOST_NUMBERS: Final = 200
EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def export(request: UserRequest) -> HttpResponseBase:
    """Hand out the list as it is asked for, or only the ticked rows; a long one is offered as a job."""
    now, user = timezone.now(), request.user
    on = city_day(now)
    require(may(user, Action.EXPORT, on=on))
    ask, within = ask_of(request.GET), _within(request)
    numbers = list(filter(str.isprintable, request.GET.getlist("case")))[:MOST_NUMBERS]
    found = answers(
        seen_cases(user=user, on=on, within=within), ask, Standpoint.of(user, on), now=now
    )
    total = found.filter(number__in=numbers).count() if numbers else found.count()
    if total > MOST_AT_ONCE:
        context = {"total": total, "pairs": _flat(ask), "back": f"?{ask.query}"}
        return render(request, "cases/export_offer.html", context)
    cases = exported(user=user, now=now, ask=ask, within=within, numbers=numbers)
    file = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115 - the response closes it
    rows = write_sheet(Path(file.name), cases, by=user, now=now)
    note_export(rows=rows, query=ask.query, numbers=numbers, actor=user, now=now)
    return FileResponse(file, as_attachment=True, filename=file_name(on), content_type=EXCEL)


def _flat(ask: Ask) -> list[tuple[str, str]]:
    """What is asked, as the fields of a form."""
    return parse_qsl(ask.query)


@require_POST
def start(request: UserRequest) -> HttpResponse:
    """Let the background write a long list; the same list asked for twice is written once."""
    now, user = timezone.now(), request.user
    on = city_day(now)
    require(may(user, Action.EXPORT, on=on))
    ask, within = ask_of(request.POST), _within(request)
    found = answers(
        seen_cases(user=user, on=on, within=within), ask, Standpoint.of(user, on), now=now
    )
    with transaction.atomic():
        job = export_ledger.enqueue(
            now=now,
            unique_key=_key(user, within, ask),
            user_id=user.pk,
            query=ask.query,
            within=within,
            total=found.count(),
        )
    return htmx.SeeOther(reverse("cases:export_job", args=[job.pk]))


def _key(user: User, within: str, ask: Ask) -> str:
    """One for each list that somebody may ask for, however long its address is."""
    digest = hashlib.sha256(f"{within}?{ask.query}".encode()).hexdigest()
    return f"cases.export:{user.pk}:{digest}"


def _within(request: UserRequest) -> str:
    on = city_day(timezone.now())
    return chosen_area(request, area_scopes(request.user, Action.CASE_VIEW, on=on))


@require_safe
def progress(request: UserRequest, pk: int) -> HttpResponse:
    """How far the file is; it renews itself until it can be fetched."""
    job = _own_job(request, pk)
    context: dict[str, Any] = {
        "job": job,
        "is_done": job.status == JobStatus.DONE and path_of(job.pk).is_file(),
        "is_dead": job.status in {JobStatus.DEAD, JobStatus.SUPERSEDED},
        "is_gone": job.status == JobStatus.DONE and not path_of(job.pk).is_file(),
        "total": job.progress_total or job.arguments["total"],
        "words": _("排队中") if job.status == JobStatus.WAITING else "",
        "back_url": f"{reverse('cases:ledger')}?{job.arguments['query']}",
    }
    return htmx.page(request, "cases/export_job.html", context, part="progress")


@require_safe
def fetch(request: UserRequest, pk: int) -> HttpResponseBase:
    """Hand out a file that the background has written, to whom it was written for."""
    job = _own_job(request, pk)
    path = path_of(job.pk)
    if job.status != JobStatus.DONE or not path.is_file():
        raise Http404
    name = file_name(city_day(job.created_at))
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=EXCEL)


def _own_job(request: UserRequest, pk: int) -> Job:
    job = Job.objects.filter(pk=pk, kind=export_ledger.kind).first()
    if job is None or job.arguments.get("user_id") != request.user.pk:
        raise Http404
    return job
