"""Pages of task groups."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yanzhen.accounts.enums import Action
from yanzhen.accounts.http import UserRequest
from yanzhen.accounts.rules import may
from yanzhen.core import htmx
from yanzhen.core.errors import Refused, require
from yanzhen.units import cards, rules, stories
from yanzhen.units.enums import GroupPart
from yanzhen.units.errors import (
    AlreadyMember,
    EndsBeforeItBegins,
    GroupCodeTaken,
    UnitCodeUnfit,
    UnitIsClosed,
    UnitNameMissing,
)
from yanzhen.units.forms import EndForm, GroupForm, JoinForm
from yanzhen.units.models import GroupMembership, TaskGroup
from yanzhen.units.operations import groups as operations
from yanzhen.units.views.asking import Belongs, form_page, tell, today

BELONGS: Belongs = {
    AlreadyMember: "unit",
    EndsBeforeItBegins: "to_on",
    GroupCodeTaken: "code",
    UnitCodeUnfit: "code",
    UnitIsClosed: "unit",
    UnitNameMissing: "name",
}


@require_safe
def groups(request: UserRequest) -> HttpResponse:
    """All task groups: they hold for the whole city and are seen by all who see the net."""
    require(may(request.user, Action.NET_VIEW, on=today()))
    context = {
        "lines": cards.groups_list(on=today()),
        "can_edit": rules.can_edit_city(request.user, on=today()),
        "can_see_people": rules.can_see_people(request.user, on=today()),
    }
    return render(request, "units/groups.html", context)


@require_safe
def group(request: UserRequest, code: str) -> HttpResponse:
    require(may(request.user, Action.NET_VIEW, on=today()))
    row = get_object_or_404(TaskGroup, code=code)
    context = {
        "group": row,
        "seats": cards.group_seats(group=row),
        "story": stories.story_of(row),
        "can_edit": rules.can_edit_city(request.user, on=today()),
        "today": today(),
        "now": timezone.now(),
    }
    return render(request, "units/group.html", context)


@require_http_methods(["GET", "POST"])
def group_new(request: UserRequest) -> HttpResponse:
    require(rules.can_edit_city(request.user, on=today()))
    form = GroupForm(request.POST or None, user=request.user, on=today(), is_new=True)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            new = operations.add_group(
                code=typed["code"].strip(),
                name=typed["name"],
                actor=request.user,
                now=timezone.now(),
                client_id=typed["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, BELONGS)
        else:
            messages.success(request, _("已建立“%(group)s”。") % {"group": new.name})
            return htmx.done(request, changed="group", to="units:group", code=new.code)
    return form_page(request, "units/group_form.html", form)


@require_http_methods(["GET", "POST"])
def group_edit(request: UserRequest, code: str) -> HttpResponse:
    row = _editable(request, code)
    initial = {"name": row.name, "is_active": row.is_active}
    form = GroupForm(
        request.POST or None, user=request.user, on=today(), is_new=False, initial=initial
    )
    if form.is_valid():
        typed = form.cleaned_data
        try:
            operations.change_group(
                group_id=row.pk,
                name=typed["name"],
                is_active=typed["is_active"],
                actor=request.user,
                now=timezone.now(),
                client_id=typed["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, BELONGS)
        else:
            messages.success(request, _("“%(group)s”已保存。") % {"group": typed["name"]})
            return htmx.done(request, changed="group", to="units:group", code=code)
    return form_page(request, "units/group_form.html", form, group=row)


@require_http_methods(["GET", "POST"])
def group_join(request: UserRequest, code: str) -> HttpResponse:
    row = _editable(request, code)
    form = JoinForm(request.POST or None, user=request.user, on=today())
    if form.is_valid():
        typed = form.cleaned_data
        try:
            operations.join_group(
                group_id=row.pk,
                unit=typed["unit"],
                part=GroupPart(typed["part"]),
                from_on=typed["from_on"],
                actor=request.user,
                now=timezone.now(),
                client_id=typed["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, BELONGS)
        else:
            words = {"unit": typed["unit"].name, "group": row.name}
            messages.success(request, _("“%(unit)s”已加入“%(group)s”。") % words)
            return htmx.done(request, changed="group", to="units:group", code=code)
    return form_page(request, "units/group_join.html", form, group=row)


@require_http_methods(["GET", "POST"])
def membership_end(request: UserRequest, pk: int) -> HttpResponse:
    require(rules.can_edit_city(request.user, on=today()))
    seat = get_object_or_404(GroupMembership.objects.select_related("group", "unit"), pk=pk)
    form = EndForm(request.POST or None, user=request.user, on=today())
    if form.is_valid():
        try:
            operations.leave_group(
                membership_id=pk,
                to_on=form.cleaned_data["to_on"],
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, BELONGS)
        else:
            messages.success(request, _("“%(unit)s”到期退出。") % {"unit": seat.unit.name})
            return htmx.done(request, changed="group", to="units:group", code=seat.group_id)
    return form_page(request, "units/membership_end.html", form, seat=seat, group=seat.group)


def _editable(request: UserRequest, code: str) -> TaskGroup:
    require(rules.can_edit_city(request.user, on=today()))
    return get_object_or_404(TaskGroup, code=code)
