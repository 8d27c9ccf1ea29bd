"""Pages of people, their posts, and oneself."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from yanzhen.accounts.enums import Action, Role
from yanzhen.accounts.http import UserRequest
from yanzhen.accounts.models import Post, User
from yanzhen.accounts.operations import choose_language
from yanzhen.accounts.rules import may
from yanzhen.core import htmx, querystring
from yanzhen.core.errors import Refused, require
from yanzhen.core.filters import FilterFace, FilterOption
from yanzhen.places.queries import area_label, children_of, visible_tops
from yanzhen.units import cards, rules, stories
from yanzhen.units.cards import PeopleFilters
from yanzhen.units.enums import EMPOWERED
from yanzhen.units.errors import (
    AreaUnusable,
    EndsBeforeItBegins,
    FullNameMissing,
    PostAlreadyHeld,
    RoleNeedsArea,
    RoleNeedsUnit,
    UnitIsClosed,
    UnitUnknown,
    UsernameTaken,
    UsernameUnfit,
)
from yanzhen.units.forms import DeedForm, EndForm, LanguageForm, PersonForm, PostForm
from yanzhen.units.models import Unit
from yanzhen.units.operations import people as operations
from yanzhen.units.operations import posts
from yanzhen.units.queries import visible_people
from yanzhen.units.views.asking import Belongs, form_page, tell, today

CARD: Belongs = {
    FullNameMissing: "full_name",
    UnitIsClosed: "unit",
    UsernameTaken: "username",
    UsernameUnfit: "username",
}
POST: Belongs = {
    AreaUnusable: "area",
    EndsBeforeItBegins: "to_on",
    PostAlreadyHeld: "role",
    RoleNeedsArea: "area",
    RoleNeedsUnit: "unit",
    UnitIsClosed: "unit",
    UnitUnknown: "unit",
}
STATES = {
    "active": gettext_lazy("在用"),
    "closed": gettext_lazy("停用"),
    "all": gettext_lazy("全部"),
}


@require_safe
def people(request: UserRequest) -> HttpResponse:
    """The list of people; its filters are the address."""
    on, asked = today(), request.GET
    require(rules.can_see_people(request.user, on=on))
    filters = PeopleFilters(
        words=asked.get("q", "").strip()[:100],
        roles=[role for role in asked.getlist("role") if role in Role.values],
        area=asked.get("area", ""),
        unit=asked.get("unit", ""),
        state=asked.get("state", "") if asked.get("state") in STATES else cards.ACTIVE,
    )
    found = cards.people_list(user=request.user, on=on, filters=filters)
    page = cards.people_page_of(found, after=asked.get("after", ""), before=asked.get("before", ""))
    context = {
        "filters": filters,
        "page": page,
        "lines": cards.person_lines(page.rows, on=on),
        "total": found.count(),
        "faces": _faces(request, filters),
        "rest": querystring.rest(asked, "q"),
        "can_add": may(request.user, Action.PEOPLE_EDIT, on=on),
    }
    return htmx.page(request, "units/people.html", context, part="rows")


@require_safe
def person_suggest(request: UserRequest) -> HttpResponse:
    """The people that a field may mean, as options of its list."""
    require(rules.can_see_people(request.user, on=today()))
    words = request.GET.get("person", "").strip()[:100]
    found = cards.suggested_people(user=request.user, on=today(), words=words) if words else []
    options = [(f"{line.person.full_name}（{line.person.username}）", line.unit) for line in found]
    return render(request, "units/options.html", {"options": options})


@require_safe
def person(request: UserRequest, username: str) -> HttpResponse:
    """One person: card, posts, what he answers for."""
    row = _visible(request, username)
    context = {
        "person": row,
        "card": cards.person_card(person=row, user=request.user, on=today()),
        "story": stories.story_of(row),
        "can_edit": rules.can_edit_person(request.user, row, on=today()),
        "can_appoint": row != request.user and bool(_roles(request)),
        "today": today(),
        "now": timezone.now(),
    }
    return htmx.page(request, "units/person.html", context, part="pane")


@never_cache
@require_http_methods(["GET", "POST"])
def person_new(request: UserRequest) -> HttpResponse:
    """A new person; the password for the first sign-in is shown once, in the answer itself."""
    require(may(request.user, Action.PEOPLE_EDIT, on=today()))
    known = Unit.objects.visible_to(request.user, today()).filter(code=request.GET.get("unit", ""))
    form = PersonForm(
        request.POST or None,
        user=request.user,
        on=today(),
        is_new=True,
        initial={"unit": known.first()} if request.method == "GET" else {},
    )
    if form.is_valid():
        try:
            issued = operations.add_person(
                username=form.cleaned_data["username"],
                draft=form.draft(),
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, CARD)
        else:
            return render(request, "units/issued.html", {"issued": issued, "is_new": True})
    return form_page(request, "units/person_form.html", form)


@require_http_methods(["GET", "POST"])
def person_edit(request: UserRequest, username: str) -> HttpResponse:
    row = _editable(request, username)
    unit = Unit.objects.filter(code=row.unit_code).first() if row.unit_code else None
    initial = {"full_name": row.full_name, "phone": row.phone, "unit": unit}
    form = PersonForm(
        request.POST or None, user=request.user, on=today(), is_new=False, initial=initial
    )
    if form.is_valid():
        try:
            operations.change_person(
                person_id=row.pk,
                draft=form.draft(),
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, CARD)
        else:
            messages.success(
                request, _("%(name)s的资料已保存。") % {"name": form.draft().full_name}
            )
            return htmx.done(request, changed="person", to="units:person", username=username)
    return form_page(request, "units/person_form.html", form, person=row)


@require_http_methods(["GET", "POST"])
def person_deactivate(request: UserRequest, username: str) -> HttpResponse:
    row = _editable(request, username)
    form = DeedForm(request.POST or None, user=request.user, on=today())
    if form.is_valid():
        try:
            operations.deactivate_person(
                person_id=row.pk,
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, {})
        else:
            messages.success(request, _("%(name)s的账号已停用。") % {"name": row.full_name})
            return htmx.done(request, changed="person", to="units:person", username=username)
    card = cards.person_card(person=row, user=request.user, on=today())
    return form_page(request, "units/person_deactivate.html", form, person=row, card=card)


@require_http_methods(["GET", "POST"])
def person_reactivate(request: UserRequest, username: str) -> HttpResponse:
    row = _editable(request, username)
    form = DeedForm(request.POST or None, user=request.user, on=today())
    if form.is_valid():
        try:
            operations.reactivate_person(
                person_id=row.pk,
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, {})
        else:
            messages.success(
                request, _("%(name)s的账号已恢复，岗位需要重新任命。") % {"name": row.full_name}
            )
            return htmx.done(request, changed="person", to="units:person", username=username)
    return form_page(request, "units/person_deactivate.html", form, person=row)


@never_cache
@require_http_methods(["GET", "POST"])
def person_reset(request: UserRequest, username: str) -> HttpResponse:
    """A new password for one sign-in, shown once, in the answer itself."""
    row = _editable(request, username)
    form = DeedForm(request.POST or None, user=request.user, on=today())
    if form.is_valid():
        try:
            issued = operations.reset_password(
                person_id=row.pk,
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, {})
        else:
            return render(request, "units/issued.html", {"issued": issued})
    return form_page(request, "units/person_reset.html", form, person=row)


# --- Posts ----------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def appoint(request: UserRequest, username: str) -> HttpResponse:
    row = _visible(request, username)
    roles = _roles(request)
    require(bool(roles))
    form = PostForm(request.POST or None, user=request.user, on=today(), roles=roles)
    if form.is_valid():
        try:
            posts.appoint(
                person=row,
                draft=form.draft(),
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, POST)
        else:
            words = {"name": row.full_name, "role": form.draft().role.label}
            messages.success(request, _("%(name)s已任“%(role)s”。") % words)
            return htmx.done(request, changed="person", to="units:person", username=username)
    return form_page(request, "units/appoint.html", form, person=row, roles=_meanings(roles))


@require_http_methods(["GET", "POST"])
def post_end(request: UserRequest, pk: int) -> HttpResponse:
    post = _post(request, pk)
    form = EndForm(request.POST or None, user=request.user, on=today())
    if form.is_valid():
        try:
            posts.end_post(
                post_id=pk,
                to_on=form.cleaned_data["to_on"],
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, {EndsBeforeItBegins: "to_on"})
        else:
            messages.success(request, _("这个岗位到期即止。"))
            return _to_person(request, post)
    return form_page(request, "units/post_end.html", form, line=_line(post), person=post.user)


@require_http_methods(["GET", "POST"])
def post_withdraw(request: UserRequest, pk: int) -> HttpResponse:
    post = _post(request, pk)
    form = DeedForm(request.POST or None, user=request.user, on=today())
    if form.is_valid():
        try:
            posts.withdraw_post(
                post_id=pk,
                actor=request.user,
                now=timezone.now(),
                client_id=form.cleaned_data["client_id"],
            )
        except Refused as refusal:
            tell(form, refusal, {})
        else:
            messages.success(request, _("这个岗位已撤销，立即生效。"))
            return _to_person(request, post)
    return form_page(request, "units/post_withdraw.html", form, line=_line(post), person=post.user)


# --- Oneself --------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def me(request: UserRequest) -> HttpResponse:
    """Who one is here: posts with their scopes, what one answers for, the language of one's pages."""
    form = LanguageForm(
        request.POST or None,
        languages=[(code, str(name)) for code, name in settings.LANGUAGES],
        initial={"language": request.user.language},
    )
    if form.is_valid():
        choose_language(
            language=form.cleaned_data["language"],
            actor=request.user,
            now=timezone.now(),
            client_id=form.cleaned_data["client_id"],
        )
        messages.success(request, _("界面语言已保存。"))
        return htmx.done(request, changed="me", to="units:me")
    card = cards.person_card(person=request.user, user=request.user, on=today())
    return form_page(request, "units/me.html", form, card=card, person=request.user)


# --- What one may see and do ----------------------------------------------------------------------


def _visible(request: UserRequest, username: str) -> User:
    require(rules.can_see_people(request.user, on=today()))
    return get_object_or_404(visible_people(user=request.user, on=today()), username=username)


def _editable(request: UserRequest, username: str) -> User:
    row = _visible(request, username)
    require(rules.can_edit_person(request.user, row, on=today()))
    return row


def _post(request: UserRequest, pk: int) -> Post:
    """A post of somebody whom one may see, that one may give and take."""
    require(rules.can_see_people(request.user, on=today()))
    seen = visible_people(user=request.user, on=today()).values("pk")
    post = get_object_or_404(Post.objects.select_related("user"), pk=pk, user_id__in=seen)
    area_code = rules.area_of_post(post)
    require(rules.can_appoint(request.user, Role(post.role), area_code=area_code, on=today()))
    return post


def _line(post: Post) -> cards.PostLine:
    return next(line for line in cards.post_lines(post.user, on=today()) if line.post == post)


def _to_person(request: UserRequest, post: Post) -> HttpResponse:
    return htmx.done(request, changed="person", to="units:person", username=post.user.username)


def _roles(request: UserRequest) -> list[Role]:
    """The roles that one may give somewhere."""
    return [
        role
        for role in Role
        if may(
            request.user,
            Action.PEOPLE_EMPOWER if role in EMPOWERED else Action.PEOPLE_EDIT,
            on=today(),
        )
    ]


MEANINGS = {
    Role.ADMIN: gettext_lazy("建账号、任免岗位、改规则；看不到问题"),
    Role.OPERATOR: gettext_lazy("受理、交办、核查、销号，管点位、单位和人员"),
    Role.INSPECTOR: gettext_lazy("上报和核查问题"),
    Role.HANDLER: gettext_lazy("替单位签收、整改、反馈"),
    Role.KEEPER: gettext_lazy("上报本片问题，看办理情况"),
    Role.STEWARD: gettext_lazy("看包联区域的情况，催办、留言"),
    Role.AUDITOR: gettext_lazy("只看不改，查审计记录"),
}


def _meanings(roles: list[Role]) -> list[tuple[str, str]]:
    return [(str(role.label), str(MEANINGS[role])) for role in roles]


def _faces(request: UserRequest, filters: PeopleFilters) -> list[FilterFace]:
    areas = [
        FilterOption(area.code, area.short_name, depth=depth)
        for top in visible_tops(user=request.user, on=today())
        for depth, area in [(0, top), *((1, child) for child in children_of(top.code))]
    ]
    faces = [
        FilterFace(
            "role", _("岗位"), "many",
            [FilterOption(role.value, str(role.label)) for role in Role], filters.roles,
        ),
        FilterFace(
            "area", _("管辖区域"), "one", areas, [filters.area] if filters.area else [],
            area_label(filters.area) if filters.area else "",
        ),
        FilterFace(
            "state", _("账号"), "one",
            [FilterOption(value, str(label)) for value, label in STATES.items()],
            [filters.state] if filters.state != cards.ACTIVE else [],
        ),
    ]  # fmt: skip
    return [face for face in faces if face.options]
