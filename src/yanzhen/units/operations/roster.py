"""A whole file of people and their posts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import Post, User
from yanzhen.accounts.operations import new_one_time_password
from yanzhen.core.errors import Refused, RowError, RowErrors
from yanzhen.core.text import plain
from yanzhen.core.time import city_day
from yanzhen.events.operations import record_many
from yanzhen.places.models import Area
from yanzhen.units import rules
from yanzhen.units.enums import FOR_A_UNIT
from yanzhen.units.errors import (
    AreaUnusable,
    FullNameMissing,
    PersonInactive,
    RoleNeedsArea,
    RoleNeedsUnit,
    RoleUnknown,
    UnitIsClosed,
    UnitUnknown,
)
from yanzhen.units.models import Unit
from yanzhen.units.operations.people import CHANGED, facts_of, require_username, tidy_username
from yanzhen.units.operations.posts import PostDraft, facts_of_post
from yanzhen.units.periods import require_order

LONGEST = {"name": 60, "title": 60, "phone": 40}
AT_ONCE, BATCH = 5_000, 500
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One row of a file of people: a person and, with a role, one post of his.

    A person with several posts has several rows. `unit` is where he works. A role may be a code
    name or a Chinese word. A post that acts for a unit acts for that one, and `area` stays empty;
    any other acts over `area`, or over the area of his unit where that is empty. Without `from_on`
    a post begins today. For a known person, what is empty stays as it was. Passwords are never
    read from a file.
    """

    row: int
    username: str
    name: str = ""
    unit: str = ""
    role: str = ""
    area: str = ""
    title: str = ""
    from_on: date | None = None
    to_on: date | None = None
    phone: str = ""


@dataclass
class PeopleAdded:
    """What came of a file. The one-time passwords of new people are here and nowhere else."""

    created: int = 0
    updated: int = 0
    appointed: int = 0
    passwords: dict[str, str] = field(default_factory=dict)


@dataclass
class _Wish:
    """What all rows about one person ask for."""

    person: User
    is_new: bool
    before: dict[str, str] = field(default_factory=dict)
    posts: list[PostDraft] = field(default_factory=list)


@transaction.atomic
def add_people(
    rows: Iterable[PersonRow], *, actor: User, now: datetime, progress: Progress | None = None
) -> PeopleAdded:
    """Add the people of a file, change those that are there already, and give them their posts.

    All of it or nothing. A post that somebody holds already is passed over.

    Raises `RowErrors` with everything that is wrong.
    """
    given = list(rows)
    reader = _Reader(given, actor=actor, now=now)
    wishes = reader.read(given)
    if reader.errors:
        raise RowErrors(reader.errors)

    added = PeopleAdded()
    for start in range(0, len(wishes), BATCH):
        batch = wishes[start : start + BATCH]
        _add(batch, added, actor=actor, now=now)
        _change(batch, added, actor=actor, now=now)
        _appoint(batch, added, actor=actor, now=now)
        if progress:
            progress(start + len(batch), len(wishes))
    return added


def _add(wishes: Sequence[_Wish], added: PeopleAdded, *, actor: User, now: datetime) -> None:
    new = [wish.person for wish in wishes if wish.is_new]
    for person in new:
        added.passwords[person.username], person.password = new_one_time_password()
        person.must_change_password = True
    User.rows.bulk_create(new)
    told = ((person, facts_of(person)) for person in new)
    record_many("user.added", told, actor=actor, at=now)
    added.created += len(new)


def _change(wishes: Sequence[_Wish], added: PeopleAdded, *, actor: User, now: datetime) -> None:
    changed = []
    for wish in wishes:
        changes = {
            name: [old, getattr(wish.person, name)]
            for name, old in wish.before.items()
            if old != getattr(wish.person, name)
        }
        if changes:
            changed.append((wish.person, {"changes": changes}))
    User.rows.bulk_update([person for person, _changes in changed], CHANGED)
    record_many("user.changed", changed, actor=actor, at=now)
    added.updated += len(changed)


def _appoint(wishes: Sequence[_Wish], added: PeopleAdded, *, actor: User, now: datetime) -> None:
    """Give the posts: first the first of everybody, then the second of whoever has two, and so on."""
    for nth in range(max((len(wish.posts) for wish in wishes), default=0)):
        posts = [
            Post(
                user=wish.person,
                role=draft.role,
                area_code=draft.area_code,
                unit_code=draft.unit_code,
                title=draft.title,
                from_on=draft.from_on,
                to_on=draft.to_on,
            )
            for wish in wishes
            for draft in wish.posts[nth : nth + 1]
        ]
        Post.objects.bulk_create(posts)
        told = ((post.user, facts_of_post(post)) for post in posts)
        record_many("user.appointed", told, actor=actor, at=now)
        added.appointed += len(posts)


class _Reader:
    """Reads a file of people against what is there, and collects all that is wrong."""

    def __init__(self, rows: Sequence[PersonRow], *, actor: User, now: datetime) -> None:
        self.actor, self.today = actor, city_day(now)
        self.known = _hold_known(sorted({tidy_username(row.username) for row in rows}))
        self.units = {unit.code: unit for unit in Unit.objects.all()}
        self.areas = set(Area.objects.filter(is_active=True).values_list("code", flat=True))
        self.posts: dict[int, list[Post]] = {}
        for post in Post.objects.order_by("pk") if self.known else ():
            self.posts.setdefault(post.user_id, []).append(post)
        self.wishes: dict[str, _Wish] = {}
        self.errors: list[RowError] = []
        self.allowed: dict[tuple[Role | None, str], bool] = {}

    def read(self, rows: Sequence[PersonRow]) -> list[_Wish]:
        for row in rows:
            self._row(row)
        return list(self.wishes.values())

    def _row(self, row: PersonRow) -> None:
        username = tidy_username(row.username)
        try:
            require_username(username)
        except Refused as refusal:
            self._wrong(row, "username", str(refusal))
            return
        wish = self.wishes.get(username) or self._begin(row, username)
        self._card(row, wish)
        if row.role.strip():
            self._post(row, wish)
        elif row.area.strip() or row.title.strip():
            self._wrong(row, "role", _("填了区域或岗位名称，还要填岗位。"))

    def _begin(self, row: PersonRow, username: str) -> _Wish:
        known = self.known.get(username)
        wish = _Wish(known or User(username=username), known is None)
        if known:
            wish.before = {name: getattr(known, name) for name in CHANGED}
            if known == self.actor or not rules.can_edit_person(self.actor, known, on=self.today):
                self._wrong(row, "username", _("您的岗位不能改%(name)s。") % {"name": known})
            elif not known.is_active:
                self._wrong(row, "username", str(PersonInactive(person=known.full_name)))
        self.wishes[username] = wish
        return wish

    def _card(self, row: PersonRow, wish: _Wish) -> None:
        person, name, unit = wish.person, row.name.strip(), row.unit.strip()
        for column, text in (("name", name), ("phone", row.phone.strip()), ("title", row.title)):
            if len(text.strip()) > LONGEST[column]:
                words = _("最多 %(most)s 个字，现有 %(length)s 个。")
                self._wrong(row, column, words % {"most": LONGEST[column], "length": len(text)})
        if not name and not person.full_name:
            self._wrong(row, "name", str(FullNameMissing()))
        elif name and wish.is_new and person.full_name not in ("", name):
            words = _("同一用户名前面写的是“%(name)s”。") % {"name": person.full_name}
            self._wrong(row, "name", words)
        person.full_name, person.phone = name or person.full_name, row.phone.strip() or person.phone
        if unit:
            found = self._unit(row, unit)
            if found and not self._may(None, found.area_id):
                self._wrong(row, "unit", str(rules.NOT_YOUR_AREA))
            person.unit_code = unit
        elif not person.unit_code and not self._may(None, rules.area_of_unit("")):
            self._wrong(row, "unit", _("请填所在单位。"))

    def _unit(self, row: PersonRow, code: str) -> Unit | None:
        unit = self.units.get(code)
        if unit is None:
            self._wrong(row, "unit", str(UnitUnknown(code=code)))
        elif not unit.is_active:
            self._wrong(row, "unit", str(UnitIsClosed(unit=unit.name)))
        return unit

    def _post(self, row: PersonRow, wish: _Wish) -> None:
        try:
            role = role_named(row.role)
        except RoleUnknown as refusal:
            self._wrong(row, "role", str(refusal))
            return
        scope = self._scope(row, role, wish)
        if scope is None:
            return
        area_code, unit_code, counts_in = scope
        if not self._may(role, counts_in):
            words = _("您的岗位不能在这里任命“%(role)s”。") % {"role": role.label}
            self._wrong(row, "role", words)
        from_on = row.from_on or self.today
        try:
            require_order(from_on, row.to_on)
        except Refused as refusal:
            self._wrong(row, "to_on", str(refusal))
            return
        draft = PostDraft(role, from_on, area_code, unit_code, row.title.strip(), row.to_on)
        held: list[Post | PostDraft] = [*self.posts.get(wish.person.pk or 0, []), *wish.posts]
        if not any(_overlap(post, draft) for post in held):
            wish.posts.append(draft)

    def _scope(self, row: PersonRow, role: Role, wish: _Wish) -> tuple[str, str, str] | None:
        """The area and unit of the post, and the area in which it counts."""
        unit, area = self.units.get(wish.person.unit_code), row.area.strip()
        if role in FOR_A_UNIT:
            if area or unit is None:
                column = "area" if area else "unit"
                self._wrong(row, column, str(RoleNeedsUnit(role=role.label)))
                return None
            return "", unit.code, unit.area_id
        area = area or (unit.area_id if unit else "")
        if not area:
            self._wrong(row, "area", str(RoleNeedsArea(role=role.label)))
            return None
        if area not in self.areas:
            self._wrong(row, "area", str(AreaUnusable(area=area)))
            return None
        return area, "", area

    def _may(self, role: Role | None, area_code: str) -> bool:
        key = (role, area_code)
        if key not in self.allowed:
            self.allowed[key] = (
                rules.can_add_people(self.actor, area_code=area_code, on=self.today)
                if role is None
                else rules.can_appoint(self.actor, role, area_code=area_code, on=self.today)
            )
        return self.allowed[key]

    def _wrong(self, row: PersonRow, column: str, reason: str) -> None:
        self.errors.append(RowError(row.row, column, reason))


def role_named(words: str) -> Role:
    """The role with this code name or Chinese word. Raises `RoleUnknown`."""
    word = plain(words)
    for role in Role:
        if word in {role.value, plain(str(role.label))}:
            return role
    labels = "、".join(str(role.label) for role in Role)
    raise RoleUnknown(role=words.strip(), roles=labels)


def _hold_known(names: Sequence[str]) -> Mapping[str, User]:
    """Who of these is there already, held; asked for in pieces that every engine takes."""
    return {
        person.username: person
        for start in range(0, len(names), AT_ONCE)
        for person in User.rows.locked().filter(username__in=names[start : start + AT_ONCE])
    }


def _overlap(held: Post | PostDraft, draft: PostDraft) -> bool:
    """Whether both are the same post and share a day."""
    names = ("role", "area_code", "unit_code")
    if any(getattr(held, name) != getattr(draft, name) for name in names):
        return False
    later, earlier = max(held.from_on, draft.from_on), [held.to_on, draft.to_on]
    return all(end is None or later <= end for end in earlier)
