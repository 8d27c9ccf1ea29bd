"""What happened at one site, and its photo ledger as a document."""

from datetime import date
from typing import Any, Final

from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yanzhen.accounts.enums import Action
from yanzhen.accounts.http import UserRequest
from yanzhen.accounts.rules import may
from yanzhen.cases.album import KINDS, file_name
from yanzhen.cases.forms.sites import AlbumForm
from yanzhen.cases.jobs import album_path, make_album
from yanzhen.cases.queries.sites import site_history
from yanzhen.core import htmx
from yanzhen.core.enums import JobStatus
from yanzhen.core.errors import require
from yanzhen.core.models import Job
from yanzhen.core.time import city_day
from yanzhen.places.models import Site

SHOWN: Final = 20
BRIEF: Final = 4


@require_safe
def site(request: UserRequest, code: str) -> HttpResponse:
    """The latest cases of a site with before and after; a part of it for the page of the site."""
    row = _visible(request, code)
    return _page(request, row, AlbumForm())


def _page(request: UserRequest, row: Site, form: AlbumForm) -> HttpResponse:
    now = timezone.now()
    on = city_day(now)
    context: dict[str, Any] = {
        "site": row,
        "history": site_history(
            site=row,
            user=request.user,
            on=on,
            most=BRIEF if htmx.is_htmx(request) else SHOWN,
        ),
        "form": form,
        "may_export": may(request.user, Action.EXPORT, on=on),
        "now": now,
    }
    status = 422 if form.errors else 200
    return htmx.page(request, "cases/site.html", context, part="brief", status=status)


def _visible(request: UserRequest, code: str) -> Site:
    on = city_day(timezone.now())
    return get_object_or_404(
        Site.objects.visible_to(request.user, on).select_related("type"), code=code
    )


@require_POST
def album(request: UserRequest, code: str) -> HttpResponse:
    """Let the background write the photo ledger; the same one asked for twice is written once."""
    now, user = timezone.now(), request.user
    row = _visible(request, code)
    require(may(user, Action.EXPORT, on=city_day(now)))
    form = AlbumForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form)
    days, kind = form.days(), form.cleaned_data["kind"]
    since, until = _iso(days.since), _iso(days.until)
    with transaction.atomic():
        job = make_album.enqueue(
            now=now,
            unique_key=f"cases.album:{user.pk}:{row.code}:{kind}:{since}:{until}"[:120],
            user_id=user.pk,
            site=row.code,
            kind=kind,
            since=since,
            until=until,
        )
    return htmx.SeeOther(reverse("cases:album_job", args=[job.pk]))


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


@require_safe
def album_job(request: UserRequest, pk: int) -> HttpResponse:
    """How far the document is; it renews itself until it can be fetched."""
    job = _own_job(request, pk)
    is_there = album_path(job.pk, job.arguments["kind"]).is_file()
    context: dict[str, Any] = {
        "job": job,
        "site": get_object_or_404(Site, code=job.arguments["site"]),
        "kind": KINDS[job.arguments["kind"]],
        "is_done": job.status == JobStatus.DONE and is_there,
        "refusal": (job.result or {}).get("refusal", "") if job.status == JobStatus.DONE else "",
        "is_gone": job.status == JobStatus.DONE and not is_there,
        "is_dead": job.status in {JobStatus.DEAD, JobStatus.SUPERSEDED},
        "words": _("排队中") if job.status == JobStatus.WAITING else "",
        "back_url": reverse("cases:site", args=[job.arguments["site"]]),
    }
    return htmx.page(request, "cases/album_job.html", context, part="progress")


@require_safe
def album_file(request: UserRequest, pk: int) -> HttpResponseBase:
    """Hand out a document that the background has written, to whom it was written for."""
    job = _own_job(request, pk)
    kind = job.arguments["kind"]
    path = album_path(job.pk, kind)
    if job.status != JobStatus.DONE or not path.is_file():
        raise Http404
    row = get_object_or_404(Site, code=job.arguments["site"])
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=file_name(row.name, kind, city_day(job.created_at)),
        content_type=KINDS[kind].content_type,
    )


def _own_job(request: UserRequest, pk: int) -> Job:
    job = Job.objects.filter(pk=pk, kind=make_album.kind).first()
    if job is None or job.arguments.get("user_id") != request.user.pk:
        raise Http404
    return job
