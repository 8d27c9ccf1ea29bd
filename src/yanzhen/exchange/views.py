"""Pages for files in and out. A file is seen by whoever brought it or asked for it alone."""

import csv
import io
import tempfile
from pathlib import Path

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yanzhen.accounts.http import UserRequest
from yanzhen.core import htmx
from yanzhen.core.errors import require
from yanzhen.core.time import city_day
from yanzhen.exchange import jobs, operations, queries, rules, shelf
from yanzhen.exchange.enums import ExportStatus
from yanzhen.exchange.errors import FileTooLarge
from yanzhen.exchange.forms import BringForm, DeedForm, ExportForm
from yanzhen.exchange.kind import Kind
from yanzhen.exchange.models import Export, Import
from yanzhen.exchange.registry import KINDS
from yanzhen.exchange.taking import read
from yanzhen.exchange.writing import SUFFIXES, write_marked, write_template

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CONTENT_TYPES = {"xlsx": EXCEL, "csv": "text/csv; charset=utf-8"}


@require_safe
def home(request: UserRequest) -> HttpResponse:
    """What may be brought in and taken out, and the files of late."""
    lines = queries.kind_lines(user=request.user, on=city_day(timezone.now()))
    require(bool(lines))
    context = {
        "lines": lines,
        "imports": queries.recent_imports(user=request.user),
        "exports": queries.recent_exports(user=request.user),
        "labels": {kind.code: kind.label for kind in KINDS.values()},
        "now": timezone.now(),
    }
    return render(request, "exchange/home.html", context)


# --- In -------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def bring(request: UserRequest, kind: str) -> HttpResponse:
    """A file to be taken in: it is checked first, and nothing is taken in by this alone."""
    found = _kind(kind)
    require(rules.can_import_kind(request.user, found, on=city_day(timezone.now())))
    is_sent = request.method == "POST"
    form = BringForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, kind=found
    )
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            row = operations.bring_file(
                kind=found.code,
                upload=upload,
                name=Path(upload.name).name,
                options=form.options(),
                check=jobs.check,
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except FileTooLarge as refusal:
            form.add_error("file", str(refusal))
        else:
            return htmx.done(request, changed="import", to="exchange:import", pk=row.pk)
    context = {"form": form, "kind": found, "columns": found.columns_in()}
    return render(request, "exchange/bring.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
def import_page(request: UserRequest, pk: int) -> HttpResponse:
    """How far a file is: being checked, wrong, ready, being taken in, done."""
    row = _own_import(request, pk)
    context = {"state": queries.import_state(row), "form": DeedForm(), "now": timezone.now()}
    return htmx.page(request, "exchange/import.html", context, part="state")


@require_POST
def start(request: UserRequest, pk: int) -> HttpResponse:
    """Take in a file that was checked and found good."""
    row, form = _own_import(request, pk), DeedForm(request.POST)
    form.full_clean()
    operations.start_import(
        import_id=row.pk,
        run=jobs.take,
        actor=request.user,
        now=timezone.now(),
        client_id=form.cleaned_data.get("client_id"),
    )
    return htmx.done(request, changed="import", to="exchange:import", pk=row.pk)


@require_POST
def drop(request: UserRequest, pk: int) -> HttpResponse:
    """Take a file away that shall not be taken in."""
    row, form = _own_import(request, pk), DeedForm(request.POST)
    form.full_clean()
    operations.drop_import(
        import_id=row.pk,
        actor=request.user,
        now=timezone.now(),
        client_id=form.cleaned_data.get("client_id"),
    )
    messages.success(request, _("已放弃，没有导入任何一行。"))
    return htmx.done(request, changed="import", to="exchange:exchange")


@require_safe
def marked(request: UserRequest, pk: int) -> HttpResponseBase:
    """The file as it came, with each wrong cell marked and each reason beside its row."""
    row = _own_import(request, pk)
    errors = queries.all_errors(row)
    if not errors:
        raise Http404
    kind, path = KINDS[row.kind], shelf.path_of(row.stored)
    reading = read(kind, path, name=row.file_name, sheet=row.options.get("sheet", ""))
    with tempfile.TemporaryDirectory() as folder:
        marked_path = Path(folder, "marked.xlsx")
        write_marked(marked_path, table=reading.table, columns=reading.columns, errors=errors)
        file = marked_path.open("rb")  # the response closes it; the name may go before
    name = _("%(file)s 错误标注.xlsx") % {"file": Path(row.file_name).stem}
    return FileResponse(file, as_attachment=True, filename=name, content_type=EXCEL)


@require_POST
def passwords(request: UserRequest, pk: int) -> HttpResponse:
    """One-time passwords of people who came in with the file: handed out once, then forgotten."""
    row = _own_import(request, pk)
    lines = shelf.take_secrets(row.stored) if row.stored else []
    if not lines:
        raise Http404
    out = io.StringIO()
    csv.writer(out).writerows([(_("用户名"), _("一次性密码")), *lines])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type=CONTENT_TYPES["csv"])
    response["Content-Disposition"] = 'attachment; filename="passwords.csv"'
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def template(request: UserRequest, kind: str, suffix: str) -> HttpResponseBase:
    """An empty table to fill in, with what may be filled in."""
    found = _kind(kind)
    require(rules.can_import_kind(request.user, found, on=city_day(timezone.now())))
    if suffix not in SUFFIXES:
        raise Http404
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"template.{suffix}")
        write_template(path, suffix=suffix, kind=found)
        file = path.open("rb")  # the response closes it; the name may go before
    name = _("%(kind)s导入模板") % {"kind": found.label}
    return FileResponse(
        file, as_attachment=True, filename=f"{name}.{suffix}", content_type=CONTENT_TYPES[suffix]
    )


# --- Out ------------------------------------------------------------------------------------------


@require_POST
def ask_export(request: UserRequest) -> HttpResponse:
    """Have a ledger written into a file."""
    form = ExportForm(request.POST)
    if not form.is_valid() or form.cleaned_data["kind"] not in KINDS:
        raise Http404
    row = operations.ask_export(
        **form.cleaned_data, run=jobs.make, actor=request.user, now=timezone.now()
    )
    return htmx.done(request, changed="export", to="exchange:export", pk=row.pk)


@never_cache
@require_safe
def export_page(request: UserRequest, pk: int) -> HttpResponse:
    """How far a file is on its way out."""
    row = _own_export(request, pk)
    context = {"state": queries.export_state(row), "now": timezone.now()}
    return htmx.page(request, "exchange/export.html", context, part="state")


@require_safe
def export_file(request: UserRequest, pk: int) -> HttpResponseBase:
    """The file that was asked for."""
    row = _own_export(request, pk)
    require(rules.can_export(request.user, KINDS[row.kind], on=city_day(timezone.now())))
    if row.status != ExportStatus.DONE or not row.stored:
        raise Http404
    try:
        file = shelf.path_of(row.stored).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    day = city_day(row.asked_at)
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{KINDS[row.kind].label}-{day}.{row.suffix}",
        content_type=CONTENT_TYPES[row.suffix],
    )


# --- What they share ------------------------------------------------------------------------------


def _kind(code: str) -> Kind:
    if code not in KINDS:
        raise Http404
    return KINDS[code]


def _own_import(request: UserRequest, pk: int) -> Import:
    row = get_object_or_404(Import, pk=pk)
    if not rules.can_open(request.user, row):
        raise Http404
    return row


def _own_export(request: UserRequest, pk: int) -> Export:
    row = get_object_or_404(Export, pk=pk)
    if not rules.can_open(request.user, row):
        raise Http404
    return row
