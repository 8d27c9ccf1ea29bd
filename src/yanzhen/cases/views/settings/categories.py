"""The kinds of problems as a tree."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yanzhen.accounts.http import UserRequest
from yanzhen.cases import rulemaking
from yanzhen.cases.enums import Severity
from yanzhen.cases.forms.rulemaking import CategoryForm, NewCategoryForm
from yanzhen.cases.models import Category
from yanzhen.cases.queries.facets import category_options
from yanzhen.cases.rulemaking import CategoryDraft
from yanzhen.cases.views.settings.entry import done, enter, enter_to_edit, form_page, written


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One category and how deep it lies."""

    category: Category
    depth: int


@require_safe
def categories(request: UserRequest) -> HttpResponse:
    """The tree of categories, closed ones too."""
    visit = enter(request)
    children: dict[str | None, list[Category]] = {}
    for row in Category.objects.order_by("-is_active", "sort", "code"):
        children.setdefault(row.parent_id, []).append(row)
    branches = [(top, list(_below(children, top.code, 0))) for top in children.get(None, [])]
    context = {"branches": branches, "can_edit": visit.can_edit}
    return render(request, "cases/settings/categories.html", context)


def _below(
    children: dict[str | None, list[Category]], parent: str, depth: int
) -> Iterator[CategoryRow]:
    for row in children.get(parent, []):
        yield CategoryRow(row, depth)
        yield from _below(children, row.code, depth + 1)


@require_http_methods(["GET", "POST"])
def category_new(request: UserRequest) -> HttpResponse:
    """Add a kind of problem."""
    visit = enter_to_edit(request)
    first = {"parent": request.GET.get("parent", ""), "severity": Severity.NORMAL}
    form = NewCategoryForm(request.POST or None, categories=category_options(), initial=first)
    if written(
        request,
        form,
        lambda: rulemaking.add_category(
            code=form.cleaned_data["code"],
            draft=form.draft(),
            actor=request.user,
            now=visit.now,
            client_id=form.cleaned_data["client_id"],
        ),
    ):
        return done(request, _("类别已添加。"), "cases:settings_categories")
    back = reverse("cases:settings_categories")
    return form_page(request, form, _("添加类别"), back, _("问题类别"))


@require_http_methods(["GET", "POST"])
def category(request: UserRequest, code: str) -> HttpResponse:
    """Rename, move or close a kind of problem."""
    visit = enter_to_edit(request)
    row = get_object_or_404(Category, code=code)
    form = CategoryForm(
        request.POST or None,
        categories=[one for one in category_options() if one.value != row.code],
        initial=CategoryForm.initial_of(row),
    )
    if written(
        request,
        form,
        lambda: rulemaking.change_category(
            category_id=row.pk,
            draft=form.draft(),
            actor=request.user,
            now=visit.now,
            client_id=form.cleaned_data["client_id"],
        ),
    ):
        return done(request, _("类别已改好。"), "cases:settings_categories")
    return form_page(
        request,
        form,
        _("改类别 %(code)s") % {"code": row.code},
        reverse("cases:settings_categories"),
        _("问题类别"),
        deed=reverse("cases:settings_category_switch", args=[code]),
        deed_label=_("停用这个类别") if row.is_active else _("重新启用这个类别"),
    )


@require_POST
def category_switch(request: UserRequest, code: str) -> HttpResponse:
    """Close a kind of problem for new cases, or open it again."""
    visit = enter_to_edit(request)
    row = get_object_or_404(Category.objects.select_related("parent"), code=code)
    draft = CategoryDraft(
        name=row.name,
        parent=row.parent,
        words=row.words,
        severity=row.severity,
        sort=row.sort,
        is_active=not row.is_active,
    )
    rulemaking.change_category(category_id=row.pk, draft=draft, actor=request.user, now=visit.now)
    said = _("“%(name)s”已停用；已有的问题不受影响。") if row.is_active else _("“%(name)s”已启用。")
    return done(request, said % {"name": row.name}, "cases:settings_categories")
