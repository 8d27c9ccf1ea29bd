"""Pages of frameworks and their editions: read, bring in, compare, apply."""

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
from yanzhen.core.filters import FilterFace, FilterOption
from yanzhen.frameworks import outline, stories
from yanzhen.frameworks.comparing import Comparison, compare, criteria_of
from yanzhen.frameworks.editions import read_edition, write_edition
from yanzhen.frameworks.enums import EditionStatus, Method
from yanzhen.frameworks.errors import MappingUnfit
from yanzhen.frameworks.forms import DeedForm, YamlForm, meant_in
from yanzhen.frameworks.models import Edition, Node
from yanzhen.frameworks.operations import editions as operations
from yanzhen.frameworks.operations.editions import Came
from yanzhen.frameworks.trees import kept_tree
from yanzhen.frameworks.views.asking import (
    can_edit,
    form_page,
    require_editor,
    require_reader,
    tell,
)

MOST_SHOWN = 200


@require_safe
def frameworks(request: UserRequest) -> HttpResponse:
    """All frameworks with their editions."""
    require_reader(request)
    is_editor = can_edit(request)
    context = {
        "cards": outline.framework_cards(with_drafts=is_editor),
        "can_edit": is_editor,
        "now": timezone.now(),
    }
    return render(request, "frameworks/frameworks.html", context)


@require_safe
def edition(request: UserRequest, framework: str, code: str) -> HttpResponse:
    """One edition, the whole tree."""
    require_reader(request)
    row = _edition(request, framework, code)
    method = request.GET.get("method", "")
    method = method if method in Method.values else ""
    words = request.GET.get("q", "").strip()[:100]
    context = {
        "edition": row,
        "sections": outline.sections_of(row, method=method, words=words),
        "shares": outline.method_shares(row),
        "words": words,
        "method": method,
        "faces": [_method_face(method)],
        "story": stories.story_of(row),
        "can_edit": can_edit(request),
        "is_draft": row.status == EditionStatus.DRAFT,
        "now": timezone.now(),
    }
    return htmx.page(request, "frameworks/edition.html", context, part="rows")


def _method_face(method: str) -> FilterFace:
    options = [FilterOption(value, str(label)) for value, label in Method.choices]
    return FilterFace("method", _("测评方法"), "one", options, [method] if method else [])


@require_safe
def edition_yaml(request: UserRequest, framework: str, code: str) -> HttpResponse:
    """An edition as a file."""
    require_reader(request)
    row = _edition(request, framework, code)
    answer = HttpResponse(write_edition(row), content_type="application/yaml; charset=utf-8")
    name = quote(f"{row.framework.name}-{row.code}.yaml")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return answer


@require_safe
def criterion(request: UserRequest, framework: str, code: str, node: str) -> HttpResponse:
    """One criterion: how it counts, who leads it, what feeds it, what became of it."""
    require_reader(request)
    row = _edition(request, framework, code)
    found = get_object_or_404(Node, edition=row, code=node, kind="criterion")
    context = {
        "edition": row,
        "card": outline.criterion_card(found),
        "can_edit": can_edit(request),
        "is_current": row.status == EditionStatus.CURRENT,
    }
    return render(request, "frameworks/criterion.html", context)


@require_http_methods(["GET", "POST"])
def bring(request: UserRequest) -> HttpResponse:
    """Bring an edition in as a draft; nothing is applied by this."""
    require_editor(request)
    is_sent = request.method == "POST"
    form = YamlForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    faults: list[RowError] = []
    if form.is_valid():
        try:
            row, came = _bring(request, form.cleaned_data["file"])
        except RowErrors as refusal:
            faults = refusal.errors
            form.add_error("file", _("共 %(count)s 处错误，没有导入。") % {"count": len(faults)})
        except Refused as refusal:
            tell(form, refusal, {type(refusal): "file"})
        else:
            _say(request, row, came)
            to = "frameworks:compare" if row.status == EditionStatus.DRAFT else "frameworks:edition"
            return htmx.done(
                request, changed="edition", to=to, framework=row.framework_id, code=row.code
            )
    context = {"faults": faults[:MOST_SHOWN], "left_out": max(0, len(faults) - MOST_SHOWN)}
    return form_page(request, "frameworks/bring.html", form, **context)


def _bring(request: UserRequest, text: str) -> tuple[Edition, Came]:
    written = read_edition(text)
    if written.faults:
        raise RowErrors(written.faults)
    return operations.bring_whole(written=written, actor=request.user, now=timezone.now())


def _say(request: UserRequest, row: Edition, came: Came) -> None:
    words = {
        Came.NEW: _("“%(edition)s”已导入为草稿，请核对后启用。"),
        Came.CHANGED: _("草稿“%(edition)s”已换成文件里的内容，请核对后启用。"),
        Came.SAME: _("“%(edition)s”和文件完全一样，没有改动。"),
    }
    messages.success(request, words[came] % {"edition": row.name})


@require_http_methods(["GET", "POST"])
def compare_page(request: UserRequest, framework: str, code: str) -> HttpResponse:
    """A draft held against the edition in use, what becomes of each criterion, and applying it."""
    require_editor(request)
    row = _edition(request, framework, code)
    if row.status != EditionStatus.DRAFT and request.method == "GET":
        raise Http404
    form = DeedForm(request.POST or None)
    typed = meant_in(request.POST)
    if form.is_valid():
        try:
            operations.apply_edition(
                edition_id=row.pk,
                meant=typed,
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except MappingUnfit as refusal:
            tell(form, refusal)
        else:
            messages.success(request, _("“%(edition)s”已启用。") % {"edition": row.name})
            return htmx.done(
                request, changed="edition", to="frameworks:edition", framework=framework, code=code
            )
    current = Edition.objects.filter(framework=row.framework, status=EditionStatus.CURRENT).first()
    new = kept_tree(row)
    found = compare(kept_tree(current) if current else [], new)
    context = {
        "edition": row,
        "current": current,
        "comparison": found,
        "leads": _leads(found, typed),
        "sure": len(found.suggestions) - len(found.unsure),
        "targets": criteria_of(new),
    }
    return form_page(request, "frameworks/compare.html", form, **context)


def _leads(found: Comparison, typed: dict[str, list[str]]) -> list[tuple[object, str]]:
    """What a person should look at, with the codes as typed or as suggested."""
    return [
        (
            one,
            " ".join(typed[one.old.row.code])
            if one.old.row.code in typed
            else (one.new.row.code if one.new else ""),
        )
        for one in found.unsure
    ]


@require_POST
def drop(request: UserRequest, framework: str, code: str) -> HttpResponse:
    """Take a draft away."""
    require_editor(request)
    row = _edition(request, framework, code)
    operations.drop_edition(edition_id=row.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("草稿“%(edition)s”已删去。") % {"edition": row.name})
    return htmx.done(request, changed="edition", to="frameworks:frameworks")


def _edition(request: UserRequest, framework: str, code: str) -> Edition:
    """The edition; a draft is there only for whoever may change it."""
    row = get_object_or_404(
        Edition.objects.select_related("framework"), framework__code=framework, code=code
    )
    if row.status == EditionStatus.DRAFT and not can_edit(request):
        raise Http404
    return row
