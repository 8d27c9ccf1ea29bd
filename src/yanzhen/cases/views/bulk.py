"""One deed for many cases: each is its own transaction, and each refusal is told by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid5

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from yanzhen.accounts.enums import Action
from yanzhen.accounts.http import UserRequest
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import may
from yanzhen.cases import operations
from yanzhen.cases.enums import CaseStatus
from yanzhen.cases.errors import NoUnitSuggested
from yanzhen.cases.forms.bulk import BatchForm, HandOutForm, UrgeForm
from yanzhen.cases.http import way_back
from yanzhen.cases.models import Case
from yanzhen.cases.queries.ledger import LedgerRow, rows_of, with_rows
from yanzhen.cases.queries.page import units_for
from yanzhen.cases.routing import Route, routes_of, suggest
from yanzhen.core import htmx
from yanzhen.core.errors import Refused, require
from yanzhen.core.time import city_day

Doing = Callable[[Case, "BatchForm", User, datetime, UUID], None]


@dataclass(frozen=True, slots=True)
class BulkDeed:
    """One deed that a list offers for the ticked rows."""

    code: str
    label: str | Promise
    action: Action
    done: str | Promise
    do: Doing
    form: type[BatchForm] = BatchForm
    is_asked_first: bool = False
    """Whether a page asks for more, or shows what will happen, before anything is done."""
    says: str | Promise = ""


def _file(case: Case, _form: BatchForm, actor: User, now: datetime, client_id: UUID) -> None:
    operations.file_case(case_id=case.pk, actor=actor, now=now, client_id=client_id)


def _advise(case: Case, _form: BatchForm, actor: User, now: datetime, client_id: UUID) -> None:
    """File what was only reported, then hand it to whom the rules name."""
    if case.status == CaseStatus.REPORTED:
        case = operations.file_case(
            case_id=case.pk, actor=actor, now=now, client_id=uuid5(client_id, "file")
        )
    unit = suggest(case, now=now).unit
    if unit is None:
        raise NoUnitSuggested
    operations.dispatch_case(case_id=case.pk, unit=unit, actor=actor, now=now, client_id=client_id)


def _hand_out(case: Case, form: BatchForm, actor: User, now: datetime, client_id: UUID) -> None:
    given = form.cleaned_data
    operations.dispatch_case(
        case_id=case.pk,
        unit=given["unit"],
        due_at=given["due_at"],
        words=given["words"],
        actor=actor,
        now=now,
        client_id=client_id,
    )


def _acknowledge(case: Case, _form: BatchForm, actor: User, now: datetime, client_id: UUID) -> None:
    operations.acknowledge_case(case_id=case.pk, actor=actor, now=now, client_id=client_id)


def _urge(case: Case, form: BatchForm, actor: User, now: datetime, client_id: UUID) -> None:
    operations.urge_case(
        case_id=case.pk,
        words=form.cleaned_data["words"],
        actor=actor,
        now=now,
        client_id=client_id,
    )


_DEEDS: Final = (
    BulkDeed(
        "acknowledge", _("签收"), Action.CASE_RECTIFY, _("签收"), _acknowledge,
    ),
    BulkDeed("file", _("立案"), Action.CASE_FILE, _("立案"), _file),
    BulkDeed(
        "advise", _("照建议交办"), Action.CASE_DISPATCH, _("照建议交办"), _advise,
        is_asked_first=True, says=_("没立案的先立案，再按派单规则交给下列单位；没有建议的不动。"),
    ),
    BulkDeed(
        "dispatch", _("交办给……"), Action.CASE_DISPATCH, _("交办"), _hand_out, HandOutForm,
        is_asked_first=True, says=_("都交给同一个单位；时限不填，就按各件自己的规则。"),
    ),
    BulkDeed(
        "urge", _("催办"), Action.CASE_NOTE, _("催办"), _urge, UrgeForm, is_asked_first=True,
        says=_("催办记入每一件的经过，时限不变。"),
    ),
)  # fmt: skip
DEEDS: Final = {deed.code: deed for deed in _DEEDS}
MOST: Final = 200


def deeds_of(user: User, *, on: date) -> list[BulkDeed]:
    """The deeds that a post of `user` allows anywhere at all."""
    return [deed for deed in _DEEDS if may(user, deed.action, on=on)]


@dataclass(frozen=True, slots=True)
class Failed:
    """A case with which the deed could not be done, and why."""

    case: Case
    reason: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A case with which the deed would be done, and where the rules send it, if that is asked."""

    row: LedgerRow
    route: Route | None


@require_POST
def bulk(request: UserRequest) -> HttpResponse:
    """Do one deed with every ticked case that I may see, and say what came of each.

    A number that is none of my cases is passed over in silence: whether there is such a case
    is nobody's to learn here. Sent again, the same form does nothing more and says the same.
    """
    now = timezone.now()
    on = city_day(now)
    deed = DEEDS.get(request.POST.get("deed", ""))
    numbers = list(dict.fromkeys(filter(str.isprintable, request.POST.getlist("case"))))
    back = way_back(request, reverse("cases:ledger"))
    if deed is None or not numbers:
        return _back(request, back, _now("请先勾选问题，再选要办的事。"))
    require(may(request.user, deed.action, on=on))
    if len(numbers) > MOST:
        most = _now("一次最多办 %(most)s 件，请分几次勾选。") % {"most": MOST}
        return _back(request, back, most)
    seen = with_rows(Case.objects.visible_to(request.user, on)).filter(number__in=numbers)
    cases = sorted(seen.order_by("pk"), key=lambda case: numbers.index(case.number))
    if not cases:
        return _back(request, back, _now("勾选的问题现在都看不到了，请刷新台账再选。"))
    is_confirmed = not deed.is_asked_first or "sure" in request.POST
    form = deed.form(request.POST if is_confirmed else None)
    if not is_confirmed or not form.is_valid():
        return _ask(request, deed, form, cases, now, back)
    failed = _do_all(deed, form, cases, request.user, now)
    return _told(request, deed, cases, failed, back)


def _back(request: UserRequest, back: str, words: str) -> HttpResponse:
    """Nothing can be begun: say why, where the rows are ticked."""
    messages.error(request, words)
    if htmx.is_htmx(request):
        return htmx.done(request, changed="case", to="cases:ledger")
    return htmx.SeeOther(back)


def _do_all(
    deed: BulkDeed, form: BatchForm, cases: Sequence[Case], actor: User, now: datetime
) -> list[Failed]:
    failed = []
    batch = form.cleaned_data["client_id"]
    for case in cases:
        try:
            with transaction.atomic():  # a deed of two steps is done as a whole, or not at all
                deed.do(case, form, actor, now, uuid5(batch, f"{deed.code}:{case.number}"))
        except Refused as refusal:
            failed.append(Failed(case, str(refusal)))
    return failed


def _ask(
    request: UserRequest,
    deed: BulkDeed,
    form: BatchForm,
    cases: Sequence[Case],
    now: datetime,
    back: str,
) -> HttpResponse:
    """Show what would happen, and ask for what is still needed."""
    routes = routes_of(cases, on=city_day(now)) if deed.code == "advise" else {}
    planned = [Planned(row, routes.get(row.case.pk)) for row in rows_of(cases, now=now)]
    context = {
        "deed": deed,
        "form": form,
        "planned": planned,
        "back": back,
        "now": now,
        "units": units_for(cases) if "unit" in form.fields else [],
    }
    status = 422 if form.errors else 200
    return htmx.page(request, "cases/bulk.html", context, part="pane", status=status)


def _told(
    request: UserRequest,
    deed: BulkDeed,
    cases: Sequence[Case],
    failed: Sequence[Failed],
    back: str,
) -> HttpResponse:
    """Say how many were done, and name each that was not."""
    done = len(cases) - len(failed)
    if not failed:
        said = ngettext("%(deed)s %(n)s 件，都办成了。", "%(deed)s %(n)s 件，都办成了。", done)
        messages.success(request, said % {"deed": deed.done, "n": done})
        if htmx.is_htmx(request):
            return htmx.done(request, changed="case", to="cases:ledger")
        return htmx.SeeOther(back)
    context = {"deed": deed, "done": done, "failed": failed, "back": back}
    response = htmx.page(request, "cases/bulk_done.html", context, part="pane")
    if htmx.is_htmx(request):
        response["HX-Trigger-After-Swap"] = "case-changed"
    return response
