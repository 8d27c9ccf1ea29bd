"""Pages of areas and their outlines."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yanzhen.accounts.http import UserRequest
from yanzhen.core import htmx
from yanzhen.core.errors import Refused, RowErrors, require
from yanzhen.core.time import city_day
from yanzhen.places import queries, rules, stories
from yanzhen.places.codes import next_level
from yanzhen.places.enums import Crs, Level
from yanzhen.places.errors import (
    AreaInUse,
    BoundariesOverlap,
    BoundaryCrossesItself,
    BoundaryLeavesOut,
    BoundaryOutsideParent,
    BoundaryUnreadable,
    CodeTaken,
    CodeUnfit,
    ParentMismatch,
)
from yanzhen.places.forms import AreaForm, DeedForm, OutlineForm, RenameForm
from yanzhen.places.models import Area
from yanzhen.places.operations import areas as operations
from yanzhen.places.operations import boundaries
from yanzhen.places.outlines import read_features

UNFIT_OUTLINES = (
    BoundariesOverlap,
    BoundaryCrossesItself,
    BoundaryLeavesOut,
    BoundaryOutsideParent,
    BoundaryUnreadable,
)


@require_safe
def areas(request: UserRequest) -> HttpResponse:
    """The tree of areas, or what a word finds in it."""
    on, words = city_day(timezone.now()), request.GET.get("q", "").strip()
    rows = (
        queries.find_areas(words=words, user=request.user, on=on)
        if words
        else queries.area_tree(user=request.user, on=on)
    )
    context = {
        "words": words,
        "rows": rows,
        "found_at_most": queries.FOUND_AT_MOST,
        "can_draw": any(rules.can_edit_area(request.user, row.area.code, on) for row in rows),
    }
    return htmx.page(request, "places/areas.html", context, part="found" if words else None)


@require_safe
def area_suggest(request: UserRequest) -> HttpResponse:
    """The areas that a field may mean, as options of its list."""
    words = request.GET.get("area", "").strip()
    on = city_day(timezone.now())
    rows = queries.find_areas(words=words, user=request.user, on=on) if words else []
    return render(request, "places/area_options.html", {"rows": rows[:20]})


@require_safe
def area(request: UserRequest, code: str) -> HttpResponse:
    """One area: what lies in it, where it is, and what may be done with it."""
    on = city_day(timezone.now())
    row = _visible(request, code)
    context = {
        "page": queries.area_page(area=row, user=request.user, on=on),
        "story": stories.story_of(row),
        "can_edit": rules.can_edit_area(request.user, code, on),
        "now": timezone.now(),
    }
    return render(request, "places/area.html", context)


@require_http_methods(["GET", "POST"])
def area_new(request: UserRequest) -> HttpResponse:
    """A new area under the one that `?parent=` names; without one, the city itself."""
    on, parent_code = city_day(timezone.now()), request.GET.get("parent", "")
    parent = _visible(request, parent_code) if parent_code else None
    level = next_level(Level(parent.level)) if parent else Level.CITY
    if parent is None:
        require(not queries.children_of("") and rules.can_edit_site_types(request.user, on))
    else:
        require(level is not None and rules.can_edit_area(request.user, parent.code, on))
    level = level or Level.CITY
    form = AreaForm(request.POST or None, level=level, initial={"code": parent_code})
    if form.is_valid():
        try:
            new = operations.add_area(
                **form.cleaned_data,
                level=level,
                parent=parent_code,
                actor=request.user,
                now=timezone.now(),
            )
        except (CodeTaken, CodeUnfit, ParentMismatch) as refusal:
            form.add_error("code", str(refusal))
        else:
            messages.success(request, _("已建立“%(area)s”。") % {"area": new.name})
            return htmx.done(request, changed="area", to="places:area", code=new.code)
    context = {
        "form": form,
        "parent": parent,
        "level": level.label,
        "path": queries.area_path(parent_code),
    }
    return render(request, "places/area_new.html", context, status=_status(form.errors))


@require_http_methods(["GET", "POST"])
def area_rename(request: UserRequest, code: str) -> HttpResponse:
    row = _editable(request, code)
    form = RenameForm(request.POST or None, initial={"name": row.name})
    if form.is_valid():
        operations.rename_area(
            code=code, actor=request.user, now=timezone.now(), **form.cleaned_data
        )
        messages.success(request, _("名称已改。"))
        return htmx.done(request, changed="area", to="places:area", code=code)
    context = {"form": form, "area": row, "path": queries.area_path(code)}
    return render(request, "places/area_rename.html", context, status=_status(form.errors))


@require_http_methods(["GET", "POST"])
def area_close(request: UserRequest, code: str) -> HttpResponse:
    row = _editable(request, code)
    form = DeedForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            operations.close_area(
                code=code, actor=request.user, now=timezone.now(), **form.cleaned_data
            )
        except AreaInUse as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("“%(area)s”已停用。") % {"area": row.name})
            return htmx.done(request, changed="area", to="places:area", code=code)
    context = {"form": form, "area": row, "path": queries.area_path(code)}
    return render(request, "places/area_close.html", context, status=_status(form.errors))


@require_http_methods(["POST"])
def area_reopen(request: UserRequest, code: str) -> HttpResponse:
    row = _editable(request, code)
    operations.reopen_area(code=code, actor=request.user, now=timezone.now())
    messages.success(request, _("“%(area)s”已恢复使用。") % {"area": row.name})
    return htmx.done(request, changed="area", to="places:area", code=code)


@require_http_methods(["GET", "POST"])
def outline(request: UserRequest, code: str) -> HttpResponse:
    """The outline of one area, out of a file."""
    row = _editable(request, code)
    form = OutlineForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            boundaries.set_boundary(
                code=code,
                geojson=typed["file"],
                crs=Crs(typed["crs"]),
                is_schematic=typed["is_schematic"],
                actor=request.user,
                now=timezone.now(),
                client_id=typed["client_id"],
            )
        except UNFIT_OUTLINES as refusal:
            form.add_error("file", str(refusal))
        else:
            messages.success(request, _("“%(area)s”的边界已更新。") % {"area": row.name})
            return htmx.done(request, changed="area", to="places:area", code=code)
    context = {
        "form": form,
        "area": row,
        "path": queries.area_path(code),
        "has_outline": queries.has_outline(code),
    }
    return render(request, "places/outline.html", context, status=_status(form.errors))


@require_http_methods(["POST"])
def outline_remove(request: UserRequest, code: str) -> HttpResponse:
    row = _editable(request, code)
    boundaries.remove_boundary(code=code, actor=request.user, now=timezone.now())
    messages.success(request, _("“%(area)s”的边界已去掉。") % {"area": row.name})
    return htmx.done(request, changed="area", to="places:area", code=code)


@require_http_methods(["GET", "POST"])
def outlines(request: UserRequest) -> HttpResponse:
    """Many outlines at once, all of the file or nothing."""
    on = city_day(timezone.now())
    require(rules.can_edit_anywhere(request.user, on))
    form = OutlineForm(request.POST or None, request.FILES or None)
    errors: Any = ()
    if form.is_valid():
        typed = form.cleaned_data
        try:
            taken = boundaries.add_boundaries(
                drawn=read_features(typed["file"]),
                crs=Crs(typed["crs"]),
                is_schematic=typed["is_schematic"],
                actor=request.user,
                now=timezone.now(),
            )
        except RowErrors as refusal:
            errors = refusal.errors
            form.add_error("file", _("有 %(count)s 处要改。") % {"count": len(errors)})
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            words = _("边界已导入：新增 %(new)s 个，更新 %(old)s 个，未变 %(same)s 个。")
            counts = {"new": taken.created, "old": taken.updated, "same": taken.unchanged}
            messages.success(request, words % counts)
            return htmx.done(request, changed="area", to="places:areas")
    context = {"form": form, "errors": errors}
    return render(request, "places/outlines.html", context, status=_status(form.errors))


def _visible(request: UserRequest, code: str) -> Area:
    on = city_day(timezone.now())
    return get_object_or_404(Area.objects.visible_to(request.user, on), code=code)


def _editable(request: UserRequest, code: str) -> Area:
    row = _visible(request, code)
    require(rules.can_edit_area(request.user, code, city_day(timezone.now())))
    return row


def _status(errors: object) -> int:
    return 422 if errors else 200
