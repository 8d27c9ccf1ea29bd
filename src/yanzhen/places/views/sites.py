"""Pages of sites."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from yanzhen.accounts.http import UserRequest
from yanzhen.core import htmx, querystring
from yanzhen.core.errors import Refused, require
from yanzhen.core.filters import FilterFace, FilterOption
from yanzhen.core.time import city_day
from yanzhen.files.errors import PhotoRefused
from yanzhen.files.operations import store_photo
from yanzhen.places import queries, rules, stories
from yanzhen.places.drafts import draft_of
from yanzhen.places.enums import SiteStatus
from yanzhen.places.errors import (
    AreaClosed,
    AreaMissing,
    AreaUnknown,
    AttributesUnfit,
    CodeTaken,
    CodeUnfit,
    LocationHalf,
    LocationImpossible,
    OutsideEveryArea,
    SiteOutsideArea,
    SiteTypeRetired,
    SiteTypeUnknown,
)
from yanzhen.places.forms import OWN, DeedForm, PhotoForm, SiteForm
from yanzhen.places.models import Site, SiteType
from yanzhen.places.net import the_net
from yanzhen.places.operations import sites as operations

BELONGS: dict[type[Refused], str] = {
    AreaClosed: "area",
    AreaMissing: "area",
    AreaUnknown: "area",
    SiteOutsideArea: "area",
    CodeTaken: "code",
    CodeUnfit: "code",
    LocationHalf: "location",
    LocationImpossible: "location",
    OutsideEveryArea: "location",
    SiteTypeRetired: "type",
    SiteTypeUnknown: "type",
}
"""Which field of the form a refusal stands beside."""

NOWHERE = "nowhere"


@require_safe
def sites(request: UserRequest) -> HttpResponse:
    """The ledger of sites; its filters are the address."""
    on, asked = city_day(timezone.now()), request.GET
    filters = queries.SiteFilters(
        area=asked.get("area", ""),
        types=[one for one in asked.getlist("type") if one],
        status=[one for one in asked.getlist("status") if one in SiteStatus.values],
        words=asked.get("q", "").strip(),
        without_location=asked.get("location") == NOWHERE,
    )
    found = queries.sites_list(user=request.user, on=on, filters=filters)
    page = queries.site_page(found, after=asked.get("after", ""), before=asked.get("before", ""))
    context = {
        "page": page,
        "filters": filters,
        "faces": _faces(request, filters),
        "rest": querystring.rest(asked, "q"),
        "can_add": rules.can_edit_anywhere(request.user, on),
        "can_edit_types": rules.can_edit_site_types(request.user, on),
    }
    return htmx.page(request, "places/sites.html", context, part="rows")


@require_safe
def site(request: UserRequest, code: str) -> HttpResponse:
    """One site, as its own page or in the panel beside the list."""
    now = timezone.now()
    on = city_day(now)
    row = _visible(request, code)
    context = {
        "card": queries.site_card(site=row, user=request.user, on=on),
        "site": row,
        "story": stories.story_of(row),
        "can_edit": rules.can_edit_sites(request.user, row.area_id, on),
        "now": now,
    }
    return htmx.page(request, "places/site.html", context, part="pane")


@require_http_methods(["GET", "POST"])
def site_new(request: UserRequest) -> HttpResponse:
    """A new site; `?area=` and `?type=` fill in what is known."""
    require(rules.can_edit_anywhere(request.user, city_day(timezone.now())))
    types = queries.site_types()
    asked = request.POST if request.method == "POST" else request.GET
    chosen = next((one for one in types if one.code == asked.get("type")), None)
    known: dict[str, Any] = {"types": types, "chosen": chosen, "net": the_net()}
    if _only_asks(request):
        # Another type asks for other fields; what was typed stays, and nothing is judged yet.
        initial = {name: asked[name] for name in asked if asked[name]}
        initial["area"] = queries.area_label(initial["area"]) if "area" in initial else ""
        form = SiteForm(initial=initial, **known)
        return htmx.page(request, "places/site_form.html", _form_page(form), part="own")
    form = SiteForm(request.POST, **known)
    if form.is_valid():
        try:
            new = operations.add_site(
                draft=form.draft(),
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            _tell(form, refusal)
        else:
            messages.success(request, _("“%(site)s”已入库，编号 %(code)s。") % _words(new))
            return htmx.done(request, changed="site", to="places:site", code=new.code)
    return render(request, "places/site_form.html", _form_page(form), status=422)


@require_http_methods(["GET", "POST"])
def site_edit(request: UserRequest, code: str) -> HttpResponse:
    row = _editable(request, code)
    types = _types_for(row)
    asked = request.POST if request.method == "POST" else {"type": row.type_id}
    chosen = next((one for one in types if one.code == asked.get("type")), None)
    known: dict[str, Any] = {"types": types, "chosen": chosen, "net": the_net(), "site": row}
    if _only_asks(request):
        typed = {name: request.POST[name] for name in request.POST}
        form = SiteForm(initial=typed or _initial(row), **known)
        page = _form_page(form, row)
        return htmx.page(request, "places/site_form.html", page, part="own")
    form = SiteForm(request.POST, **known)
    if form.is_valid():
        try:
            operations.change_site(
                code=code,
                draft=form.draft(),
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            _tell(form, refusal)
        else:
            messages.success(request, _("“%(site)s”已保存。") % _words(row))
            return htmx.done(request, changed="site", to="places:site", code=code)
    return render(request, "places/site_form.html", _form_page(form, row), status=422)


@require_http_methods(["GET", "POST"])
def site_photo(request: UserRequest, code: str) -> HttpResponse:
    """Another photo of the site; or none, when the form comes without one."""
    row = _editable(request, code)
    form = PhotoForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
    )
    if form.is_valid():
        upload, client_id = form.cleaned_data["photo"], form.cleaned_data["client_id"]
        who: dict[str, Any] = {"actor": request.user, "now": timezone.now()}
        try:
            photo = store_photo(upload=upload, name=upload.name, **who) if upload else None
            operations.picture_site(code=code, photo=photo, client_id=client_id, **who)
        except PhotoRefused as refusal:
            form.add_error("photo", str(refusal))
        else:
            messages.success(request, _("照片已更新。") if upload else _("照片已去掉。"))
            return htmx.done(request, changed="site", to="places:site", code=code)
    status = 422 if form.errors else 200
    return render(request, "places/site_photo.html", {"form": form, "site": row}, status=status)


@require_http_methods(["GET", "POST"])
def site_retire(request: UserRequest, code: str) -> HttpResponse:
    row = _editable(request, code)
    form = DeedForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        operations.retire_site(
            code=code, actor=request.user, now=timezone.now(), **form.cleaned_data
        )
        messages.success(request, _("“%(site)s”已停用。") % _words(row))
        return htmx.done(request, changed="site", to="places:site", code=code)
    return render(request, "places/site_retire.html", {"form": form, "site": row})


@require_http_methods(["POST"])
def site_restore(request: UserRequest, code: str) -> HttpResponse:
    row = _editable(request, code)
    operations.restore_site(code=code, actor=request.user, now=timezone.now())
    messages.success(request, _("“%(site)s”已恢复使用。") % _words(row))
    return htmx.done(request, changed="site", to="places:site", code=code)


def _only_asks(request: UserRequest) -> bool:
    """Whether the form is only to be shown, for the first time or with another type's fields."""
    return request.method == "GET" or "reload" in request.POST or "reload" in request.GET


def _visible(request: UserRequest, code: str) -> Site:
    on = city_day(timezone.now())
    found = Site.objects.visible_to(request.user, on).select_related("type")
    return get_object_or_404(found, code=code)


def _editable(request: UserRequest, code: str) -> Site:
    row = _visible(request, code)
    require(rules.can_edit_sites(request.user, row.area_id, city_day(timezone.now())))
    return row


def _types_for(row: Site) -> list[SiteType]:
    """The types in use, and the one that the site has."""
    types = queries.site_types(retired_too=True)
    return [one for one in types if one.is_active or one.code == row.type_id]


def _initial(row: Site) -> dict[str, Any]:
    """The site as its form shows it."""
    draft = draft_of(row)
    truths = {True: _("是"), False: _("否")}
    own = {
        f"{OWN}{name}": truths[value] if isinstance(value, bool) else value
        for name, value in draft.attributes.items()
    }
    return own | {
        "name": draft.name,
        "type": draft.type,
        "area": queries.area_label(draft.area),
        "address": draft.address,
        "location": f"{draft.lat},{draft.lon}" if draft.lat is not None else "",
        "crs": draft.crs,
        "status": row.status,
        "contact": draft.contact,
        "contact_phone": draft.contact_phone,
    }


def _form_page(form: SiteForm, row: Site | None = None) -> dict[str, Any]:
    return {"form": form, "site": row}


def _tell(form: SiteForm, refusal: Refused) -> None:
    """Put a refusal beside the field that it is about, else above the form."""
    if isinstance(refusal, AttributesUnfit):
        for name, reason in refusal.by_field.items():
            form.add_error(f"{OWN}{name}" if f"{OWN}{name}" in form.fields else None, reason)
        return
    column = BELONGS.get(type(refusal))
    form.add_error(column if column in form.fields else None, str(refusal))


def _words(row: Site) -> dict[str, str]:
    return {"site": row.name, "code": row.code}


def _faces(request: UserRequest, filters: queries.SiteFilters) -> Sequence[FilterFace]:
    """The chips over the list."""
    counted = queries.types_with_sites(user=request.user, on=city_day(timezone.now()))
    types = [FilterOption(one.code, one.name, number) for one, number in counted]
    states = [FilterOption(value, str(label)) for value, label in SiteStatus.choices]
    return [
        FilterFace(
            "area",
            _("区域"),
            options=_area_options(request, filters.area),
            chosen=[filters.area],
            said=queries.area_label(filters.area) if filters.area else "",
        ),
        FilterFace("type", _("类型"), "many", types, filters.types),
        FilterFace("status", _("状态"), "many", states, filters.status),
        FilterFace(
            "location",
            _("坐标"),
            options=[FilterOption(NOWHERE, str(WITHOUT_LOCATION))],
            chosen=[NOWHERE if filters.without_location else ""],
        ),
    ]


WITHOUT_LOCATION = gettext_lazy("还没有坐标")


def _area_options(request: UserRequest, chosen: str) -> list[FilterOption]:
    """The way down to the chosen area, and where one may go from there."""
    tops = queries.visible_tops(user=request.user, on=city_day(timezone.now()))
    top = next((one for one in tops if chosen.startswith(one.code)), None)
    if top is None:
        options = [FilterOption(one.code, one.short_name) for one in tops]
        below = queries.children_of(tops[0].code) if len(tops) == 1 else []
    else:
        path = [one for one in queries.area_path(chosen) if one.code.startswith(top.code)]
        options = [
            FilterOption(one.code, one.short_name, depth=min(depth, 3))
            for depth, one in enumerate(path)
        ]
        below = queries.children_of(chosen)
    depth = min(len(options), 4) if top or len(tops) == 1 else 0
    return options + [FilterOption(one.code, one.short_name, depth=depth) for one in below]
