"""Pages of site types: what kinds of sites there are, and what each kind is asked."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yanzhen.accounts.http import UserRequest
from yanzhen.core import htmx
from yanzhen.core.errors import require
from yanzhen.core.time import city_day
from yanzhen.places import queries, rules, stories
from yanzhen.places.errors import CodeTaken, CodeUnfit, FieldsUnfit, NameTaken
from yanzhen.places.fields import fields_of
from yanzhen.places.forms import FieldForms, SiteTypeForm, initial_of, typed_fields
from yanzhen.places.models import SiteType
from yanzhen.places.operations import site_types as operations
from yanzhen.places.operations.site_types import SiteTypeDraft


@require_safe
def site_types(request: UserRequest) -> HttpResponse:
    """All kinds of sites by group."""
    on = city_day(timezone.now())
    require(rules.can_see_net(request.user, on))
    context = {
        "groups": queries.type_groups(),
        "can_edit": rules.can_edit_site_types(request.user, on),
    }
    return render(request, "places/site_types.html", context)


@require_http_methods(["GET", "POST"])
def site_type_new(request: UserRequest) -> HttpResponse:
    require(rules.can_edit_site_types(request.user, city_day(timezone.now())))
    form = SiteTypeForm(request.POST or None)
    fields = FieldForms(request.POST or None, prefix="fields")
    if _is_typed(request) and form.is_valid() and fields.is_valid():
        try:
            new = operations.add_site_type(
                code=form.cleaned_data["code"],
                draft=_draft(form, fields),
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except (CodeTaken, CodeUnfit, NameTaken, FieldsUnfit) as refusal:
            _tell(form, refusal)
        else:
            messages.success(request, _("已建立点位类型“%(type)s”。") % {"type": new.name})
            return htmx.done(request, changed="site-type", to="places:site_types")
    return _form_page(request, form, fields, None)


@require_http_methods(["GET", "POST"])
def site_type(request: UserRequest, code: str) -> HttpResponse:
    row = _editable(request, code)
    form = SiteTypeForm(
        request.POST or None,
        initial={"name": row.name, "group": row.group, "sort": row.sort},
    )
    del form.fields["code"]
    fields = FieldForms(
        request.POST or None,
        prefix="fields",
        initial=[initial_of(field) for field in fields_of(row)],
    )
    if _is_typed(request) and form.is_valid() and fields.is_valid():
        try:
            operations.change_site_type(
                code=code,
                draft=_draft(form, fields),
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except (NameTaken, FieldsUnfit) as refusal:
            _tell(form, refusal)
        else:
            messages.success(request, _("点位类型“%(type)s”已保存。") % {"type": row.name})
            return htmx.done(request, changed="site-type", to="places:site_types")
    return _form_page(request, form, fields, row)


@require_http_methods(["POST"])
def site_type_retire(request: UserRequest, code: str) -> HttpResponse:
    row = _editable(request, code)
    operations.retire_site_type(code=code, actor=request.user, now=timezone.now())
    messages.success(request, _("点位类型“%(type)s”已停用。") % {"type": row.name})
    return htmx.done(request, changed="site-type", to="places:site_types")


@require_http_methods(["POST"])
def site_type_restore(request: UserRequest, code: str) -> HttpResponse:
    row = _editable(request, code)
    operations.restore_site_type(code=code, actor=request.user, now=timezone.now())
    messages.success(request, _("点位类型“%(type)s”已恢复使用。") % {"type": row.name})
    return htmx.done(request, changed="site-type", to="places:site_types")


def _editable(request: UserRequest, code: str) -> SiteType:
    require(rules.can_edit_site_types(request.user, city_day(timezone.now())))
    return get_object_or_404(SiteType, code=code)


def _is_typed(request: UserRequest) -> bool:
    """Whether the form was meant to be taken; `more` only asks for further empty rows."""
    return request.method == "POST" and "more" not in request.POST


def _draft(form: SiteTypeForm, fields: Any) -> SiteTypeDraft:
    typed = form.cleaned_data
    return SiteTypeDraft(
        name=typed["name"], group=typed["group"], sort=typed["sort"], fields=typed_fields(fields)
    )


def _tell(form: SiteTypeForm, refusal: CodeTaken | CodeUnfit | NameTaken | FieldsUnfit) -> None:
    belongs = {CodeTaken: "code", CodeUnfit: "code", NameTaken: "name"}
    form.add_error(belongs.get(type(refusal)), str(refusal))


def _form_page(
    request: UserRequest, form: SiteTypeForm, fields: Any, row: SiteType | None
) -> HttpResponse:
    is_wrong = _is_typed(request)
    if request.method == "POST" and not is_wrong:
        fields = _with_more_rows(request)
    context = {
        "form": form,
        "fields": fields,
        "type": row,
        "groups": sorted({one.group for one in queries.site_types(retired_too=True)}),
        "story": stories.story_of(row) if row else (),
        "now": timezone.now(),
    }
    return render(request, "places/site_type.html", context, status=422 if is_wrong else 200)


def _with_more_rows(request: UserRequest) -> Any:
    """The same rows as typed and three empty ones more."""
    typed = request.POST.copy()
    total = int(typed.get("fields-TOTAL_FORMS", "0") or 0)
    typed["fields-TOTAL_FORMS"] = str(min(total + 3, 40))
    return FieldForms(typed, prefix="fields")
