"""Pages of checklists: read and print the one in use; edit and publish the draft of the next."""

from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yanzhen.accounts.http import UserRequest
from yanzhen.core import htmx
from yanzhen.core.errors import Refused, RowError, RowErrors
from yanzhen.frameworks import shelf, stories
from yanzhen.frameworks.checklists import kept_items, read_checklists, write_checklists
from yanzhen.frameworks.enums import EditionStatus
from yanzhen.frameworks.errors import ChecklistEmpty
from yanzhen.frameworks.forms import DeedForm, ItemForm, YamlForm
from yanzhen.frameworks.models import Checklist
from yanzhen.frameworks.operations import checklists as operations
from yanzhen.frameworks.operations.editions import Came
from yanzhen.frameworks.views.asking import (
    can_edit,
    form_page,
    require_editor,
    require_reader,
    tell,
)
from yanzhen.places.models import SiteType

MOST_SHOWN = 200


@require_safe
def checklists(request: UserRequest) -> HttpResponse:
    """All types of sites with their checklists."""
    require_reader(request)
    context = {"groups": shelf.type_groups(), "can_edit": can_edit(request)}
    return render(request, "frameworks/checklists.html", context)


@require_safe
def checklist(request: UserRequest, site_type: str) -> HttpResponse:
    """The checklist in use for a type, or the version that the address asks for."""
    require_reader(request)
    row = get_object_or_404(SiteType, code=site_type)
    versions = shelf.versions_of(row)
    shown = _asked(request, versions)
    context = {
        "type": row,
        "checklist": shown,
        "groups": shelf.item_groups(shown) if shown else [],
        "versions": [one for one in versions if one.status != EditionStatus.DRAFT],
        "draft": next((one for one in versions if one.status == EditionStatus.DRAFT), None),
        "story": stories.story_of(shown) if shown else [],
        "can_edit": can_edit(request),
        "now": timezone.now(),
    }
    return render(request, "frameworks/checklist.html", context)


def _asked(request: UserRequest, versions: list[Checklist]) -> Checklist | None:
    """The version that the address names, else the one in use; drafts have their own page."""
    published = [one for one in versions if one.status != EditionStatus.DRAFT]
    asked = request.GET.get("version", "")
    if asked:
        found = next((one for one in published if str(one.version) == asked), None)
        if found is None:
            raise Http404
        return found
    return next((one for one in published if one.status == EditionStatus.CURRENT), None)


@require_safe
def checklist_print(request: UserRequest, site_type: str) -> HttpResponse:
    """The checklist as a sheet of paper to be filled in by hand."""
    require_reader(request)
    row = get_object_or_404(SiteType, code=site_type)
    shown = _asked(request, shelf.versions_of(row))
    if shown is None:
        raise Http404
    context = {"type": row, "checklist": shown, "groups": shelf.item_groups(shown)}
    return render(request, "frameworks/checklist_print.html", context)


@require_safe
def checklist_yaml(request: UserRequest, site_type: str) -> HttpResponse:
    """The checklist in use as a file."""
    require_reader(request)
    row = get_object_or_404(SiteType, code=site_type)
    shown = _asked(request, shelf.versions_of(row))
    if shown is None:
        raise Http404
    text = write_checklists([(shown, kept_items(shown))])
    answer = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    name = quote(f"{shown.name}-{shown.version}.yaml")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return answer


# --- The next version -----------------------------------------------------------------------------


@require_POST
def draft_new(request: UserRequest, site_type: str) -> HttpResponse:
    """Begin the next version, or go on with the one that was begun."""
    require_editor(request)
    row = get_object_or_404(SiteType, code=site_type)
    form = DeedForm(request.POST)
    form.full_clean()
    operations.draft_checklist(
        site_type=row,
        actor=request.user,
        now=timezone.now(),
        client_id=form.cleaned_data.get("client_id"),
    )
    return htmx.done(request, changed="checklist", to="frameworks:draft", site_type=site_type)


@require_safe
def draft(request: UserRequest, site_type: str) -> HttpResponse:
    """The draft of the next version, to be changed item by item."""
    return _draft_page(request, _draft(request, site_type))


def _draft_page(request: UserRequest, row: Checklist, refusal: str = "") -> HttpResponse:
    context = {
        "type": row.site_type,
        "checklist": row,
        "groups": shelf.item_groups(row),
        "form": DeedForm(),
        "refusal": refusal,
        "story": stories.story_of(row),
        "now": timezone.now(),
    }
    return render(request, "frameworks/draft.html", context, status=422 if refusal else 200)


@require_http_methods(["GET", "POST"])
def item_new(request: UserRequest, site_type: str) -> HttpResponse:
    """A new item at the end of the draft."""
    return _item_page(request, _draft(request, site_type), "")


@require_http_methods(["GET", "POST"])
def item(request: UserRequest, site_type: str, code: str) -> HttpResponse:
    """An item of the draft, to be changed."""
    return _item_page(request, _draft(request, site_type), code)


def _item_page(request: UserRequest, row: Checklist, code: str) -> HttpResponse:
    standing = next((one for one in kept_items(row) if one.code == code), None)
    if code and standing is None:
        raise Http404
    initial = ItemForm.initial_of(standing) if standing else {}
    form = ItemForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            put = operations.put_item(
                checklist_id=row.pk,
                item=form.row(),
                replacing=code,
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except RowErrors as refusal:
            form.tell(refusal.errors)
        except Refused as refusal:
            tell(form, refusal)
        else:
            messages.success(request, _("“%(item)s”已写进草稿。") % {"item": put.words})
            return htmx.done(
                request, changed="checklist", to="frameworks:draft", site_type=row.site_type.code
            )
    return form_page(
        request, "frameworks/item.html", form, type=row.site_type, checklist=row, item=standing
    )


@require_POST
def item_remove(request: UserRequest, site_type: str, code: str) -> HttpResponse:
    """Take an item out of the draft."""
    row = _draft(request, site_type)
    operations.remove_item(checklist_id=row.pk, code=code, actor=request.user, now=timezone.now())
    messages.success(request, _("已从草稿里删去。"))
    return htmx.done(request, changed="checklist", to="frameworks:draft", site_type=site_type)


@require_POST
def item_move(request: UserRequest, site_type: str, code: str) -> HttpResponse:
    """Move an item of the draft up or down."""
    row = _draft(request, site_type)
    by = 1 if request.POST.get("by") == "down" else -1
    operations.move_item(
        checklist_id=row.pk, code=code, by=by, actor=request.user, now=timezone.now()
    )
    return htmx.done(request, changed="checklist", to="frameworks:draft", site_type=site_type)


@require_POST
def publish(request: UserRequest, site_type: str) -> HttpResponse:
    """Let new visits take the draft from now on."""
    row = _draft(request, site_type)
    form = DeedForm(request.POST)
    form.full_clean()
    try:
        operations.publish_checklist(
            checklist_id=row.pk,
            actor=request.user,
            now=timezone.now(),
            client_id=form.cleaned_data.get("client_id"),
        )
    except (RowErrors, ChecklistEmpty) as refusal:
        return _draft_page(request, row, str(refusal))
    words = {"list": row.name, "version": row.version}
    messages.success(request, _("“%(list)s”第 %(version)s 版已启用。") % words)
    return htmx.done(request, changed="checklist", to="frameworks:checklist", site_type=site_type)


@require_POST
def draft_drop(request: UserRequest, site_type: str) -> HttpResponse:
    """Take the draft away; the version in use stays."""
    row = _draft(request, site_type)
    operations.drop_checklist(checklist_id=row.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("草稿已删去，现行的不变。"))
    return htmx.done(request, changed="checklist", to="frameworks:checklist", site_type=site_type)


@require_http_methods(["GET", "POST"])
def checklists_bring(request: UserRequest) -> HttpResponse:
    """Bring checklists in as drafts of the next versions, all of the file or nothing."""
    require_editor(request)
    is_sent = request.method == "POST"
    form = YamlForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    faults: list[RowError] = []
    if form.is_valid():
        try:
            came = _bring(request, form.cleaned_data["file"])
        except RowErrors as refusal:
            faults = refusal.errors
            form.add_error("file", _("共 %(count)s 处错误，没有导入。") % {"count": len(faults)})
        except Refused as refusal:
            tell(form, refusal, {type(refusal): "file"})
        else:
            news = sum(one is not Came.SAME for one in came)
            words = {"news": news, "same": len(came) - news}
            messages.success(
                request, _("%(news)s 份清单已成草稿，%(same)s 份和现有的一样。") % words
            )
            return htmx.done(request, changed="checklist", to="frameworks:checklists")
    context = {"faults": faults[:MOST_SHOWN], "left_out": max(0, len(faults) - MOST_SHOWN)}
    return form_page(request, "frameworks/checklists_bring.html", form, **context)


def _bring(request: UserRequest, text: str) -> list[Came]:
    lists, faults = read_checklists(text)
    if faults:
        raise RowErrors(faults)
    return operations.bring_checklists(lists=lists, actor=request.user, now=timezone.now())


def _draft(request: UserRequest, site_type: str) -> Checklist:
    require_editor(request)
    return get_object_or_404(
        Checklist.objects.select_related("site_type"),
        site_type__code=site_type,
        status=EditionStatus.DRAFT,
    )
