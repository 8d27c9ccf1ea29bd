"""Pages of the negative list: its kinds on their ladder, events and what came of them."""

from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yanzhen.accounts.http import UserRequest
from yanzhen.core import htmx
from yanzhen.core.errors import Refused, require
from yanzhen.core.paging import page_of
from yanzhen.files.errors import PhotoRefused
from yanzhen.files.models import Photo
from yanzhen.files.operations import store_photo
from yanzhen.frameworks import ladder, rules, stories
from yanzhen.frameworks.enums import NegativeStatus
from yanzhen.frameworks.errors import (
    EventWordsMissing,
    HappensLater,
    NegativeKindRetired,
    NegativeKindTaken,
    NegativeKindUnfit,
    ReasonMissing,
)
from yanzhen.frameworks.forms import (
    AccountForm,
    DeedForm,
    NegativeEventForm,
    NegativeKindForm,
    ReasonForm,
)
from yanzhen.frameworks.models import NegativeEvent, NegativeKind
from yanzhen.frameworks.operations import negative as operations
from yanzhen.frameworks.views.asking import (
    Belongs,
    can_edit,
    form_page,
    require_editor,
    require_reader,
    tell,
    today,
)
from yanzhen.places.errors import AreaClosed
from yanzhen.units.errors import UnitIsClosed

BELONGS: Belongs = {
    NegativeKindTaken: "code",
    NegativeKindRetired: "kind",
    HappensLater: "happened_on",
    EventWordsMissing: "words",
    AreaClosed: "area",
    UnitIsClosed: "unit",
    ReasonMissing: "reason",
}


@require_safe
def negative(request: UserRequest) -> HttpResponse:
    """The ladder with its kinds, and the events of late."""
    require_reader(request)
    on = today()
    status = request.GET.get("status", "")
    status = status if status in NegativeStatus.values else ""
    events = ladder.events_list(user=request.user, on=on, status=status)
    context = {
        "ladder": ladder.ladder(),
        "standing": ladder.standing(user=request.user, on=on),
        "page": page_of(
            events,
            ladder.LATEST,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        ),
        "total": events.count(),
        "status": status,
        "statuses": [("", _("全部")), *NegativeStatus.choices],
        "can_edit": can_edit(request),
        "can_settle": rules.can_settle_negative(request.user, on=on),
    }
    return render(request, "frameworks/negative.html", context)


@require_http_methods(["GET", "POST"])
def kind_new(request: UserRequest) -> HttpResponse:
    """A new kind of event."""
    require_editor(request)
    form = NegativeKindForm(request.POST or None, user=request.user, on=today(), is_new=True)
    if form.is_valid():
        try:
            row = operations.add_negative_kind(
                code=form.cleaned_data["code"].strip(),
                draft=form.draft(),
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, BELONGS)
        else:
            messages.success(request, _("已加入“%(kind)s”。") % {"kind": row.name})
            return htmx.done(request, changed="negative", to="frameworks:negative")
    return form_page(request, "frameworks/negative_kind.html", form)


@require_http_methods(["GET", "POST"])
def kind(request: UserRequest, code: str) -> HttpResponse:
    """A kind of event, to be changed."""
    require_editor(request)
    row = get_object_or_404(NegativeKind.objects.select_related("unit"), code=code)
    names = ("name", "level", "words", "unit", "is_active")
    initial: dict[str, Any] = {name: getattr(row, name) for name in names}
    initial["points"] = row.points.normalize() if row.points else None
    form = NegativeKindForm(
        request.POST or None, user=request.user, on=today(), is_new=False, initial=initial
    )
    if form.is_valid():
        try:
            operations.change_negative_kind(
                code=code,
                draft=form.draft(),
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except (NegativeKindUnfit, UnitIsClosed) as refusal:
            tell(form, refusal, BELONGS)
        else:
            messages.success(request, _("“%(kind)s”已保存。") % {"kind": row.name})
            return htmx.done(request, changed="negative", to="frameworks:negative")
    context = {"kind": row, "story": stories.story_of(row), "now": timezone.now()}
    return form_page(request, "frameworks/negative_kind.html", form, **context)


@require_http_methods(["GET", "POST"])
def event_new(request: UserRequest) -> HttpResponse:
    """Record an event; `?kind=` fills in which."""
    require(rules.can_settle_negative(request.user, on=today()))
    is_sent = request.method == "POST"
    form = NegativeEventForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        user=request.user,
        on=today(),
        initial={"kind": request.GET.get("kind", "")},
    )
    if form.is_valid():
        try:
            photos = _photos(request, form)
            row = operations.report_negative_event(
                draft=form.draft(photos),
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except PhotoRefused as refusal:
            form.add_error("photos", str(refusal))
        except Refused as refusal:
            tell(form, refusal, BELONGS)
        else:
            messages.success(request, _("已登记，认定以后才计入。"))
            return htmx.done(request, changed="negative", to="frameworks:negative_event", pk=row.pk)
    return form_page(request, "frameworks/negative_event_new.html", form)


def _photos(request: UserRequest, form: NegativeEventForm) -> list[Photo]:
    """The photos, each kept once however often the form is sent."""
    sent: UUID | None = form.cleaned_data["client_id"]
    return [
        store_photo(
            upload=upload,
            name=upload.name,
            actor=request.user,
            now=timezone.now(),
            client_id=uuid5(NAMESPACE_OID, f"{sent}:{number}") if sent else None,
        )
        for number, upload in enumerate(form.cleaned_data["photos"])
    ]


@require_safe
def event(request: UserRequest, pk: int) -> HttpResponse:
    """One event: what happened, what shows it, what came of it."""
    return _event_page(request, _event(request, pk))


def _event_page(
    request: UserRequest,
    row: NegativeEvent,
    *,
    reason_form: ReasonForm | None = None,
    account_form: AccountForm | None = None,
) -> HttpResponse:
    typed = reason_form or account_form
    context = {
        "event": row,
        "photos": [one.photo for one in row.evidence.select_related("photo").order_by("pk")],
        "can_settle": rules.can_settle_negative(request.user, on=today()),
        "form": DeedForm(),
        "reason_form": reason_form or ReasonForm(auto_id="withdraw-%s"),
        "account_form": account_form
        or AccountForm(auto_id="account-%s", initial={"words": row.accountability}),
        "story": stories.story_of(row),
        "now": timezone.now(),
    }
    is_wrong = typed is not None and bool(typed.errors)
    return render(
        request, "frameworks/negative_event.html", context, status=422 if is_wrong else 200
    )


@require_POST
def confirm(request: UserRequest, pk: int) -> HttpResponse:
    """Let an event count from now on."""
    row, form = _event(request, pk), DeedForm(request.POST)
    form.full_clean()
    operations.confirm_negative_event(
        event_id=row.pk,
        actor=request.user,
        now=timezone.now(),
        client_id=form.cleaned_data.get("client_id"),
    )
    messages.success(request, _("已认定。"))
    return htmx.done(request, changed="negative", to="frameworks:negative_event", pk=pk)


@require_POST
def withdraw(request: UserRequest, pk: int) -> HttpResponse:
    """Take an event back, with the reason."""
    row = _event(request, pk)
    require(rules.can_settle_negative(request.user, on=today()))
    form = ReasonForm(request.POST, auto_id="withdraw-%s")
    if form.is_valid():
        try:
            operations.withdraw_negative_event(
                event_id=row.pk,
                reason=form.cleaned_data["reason"],
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except ReasonMissing as refusal:
            tell(form, refusal, BELONGS)
        else:
            messages.success(request, _("已撤回，不再计入。"))
            return htmx.done(request, changed="negative", to="frameworks:negative_event", pk=pk)
    return _event_page(request, row, reason_form=form)


@require_POST
def account(request: UserRequest, pk: int) -> HttpResponse:
    """Write down who was held to account."""
    row = _event(request, pk)
    require(rules.can_settle_negative(request.user, on=today()))
    form = AccountForm(request.POST, auto_id="account-%s")
    if form.is_valid():
        try:
            operations.account_negative_event(
                event_id=row.pk,
                words=form.cleaned_data["words"],
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except EventWordsMissing as refusal:
            tell(form, refusal, BELONGS)
        else:
            messages.success(request, _("问责情况已记下。"))
            return htmx.done(request, changed="negative", to="frameworks:negative_event", pk=pk)
    return _event_page(request, row, account_form=form)


def _event(request: UserRequest, pk: int) -> NegativeEvent:
    seen = NegativeEvent.objects.visible_to(request.user, today())
    return get_object_or_404(seen.select_related("kind", "area", "unit", "reported_by"), pk=pk)
