"""People: add, change, deactivate, give a new one-time password."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from yanzhen.accounts.models import Post, User
from yanzhen.accounts.operations import new_one_time_password
from yanzhen.core.errors import require
from yanzhen.core.time import city_day
from yanzhen.events.operations import append, record, replayed
from yanzhen.units import rules
from yanzhen.units.errors import (
    FullNameMissing,
    NotOnOneself,
    PersonInactive,
    PersonIsActive,
    UnitIsClosed,
    UsernameTaken,
    UsernameUnfit,
)
from yanzhen.units.models import Unit

USERNAME: Final = re.compile(r"[a-z][a-z0-9._-]{1,59}")
ADDRESS_WORDS: Final = frozenset({"new", "suggest"})
CHANGED: Final = ("full_name", "phone", "unit_code")


@dataclass(frozen=True)
class PersonDraft:
    """A person's card as it should be."""

    full_name: str
    phone: str = ""
    unit: Unit | None = None


@dataclass(frozen=True)
class Issued:
    """A person, and the password for one sign-in that was made. A resend gets no password."""

    person: User
    password: str = ""


@transaction.atomic
def add_person(
    *, username: str, draft: PersonDraft, actor: User, now: datetime, client_id: UUID | None = None
) -> Issued:
    """Add somebody who can sign in. Without a post he may do nothing yet.

    Raises `Forbidden`, `UsernameUnfit`, `UsernameTaken`, `FullNameMissing` or `UnitIsClosed`.
    """
    if done := replayed(client_id, "user.added", actor=actor):
        return Issued(User.rows.get(pk=done.subject_id))
    area = draft.unit.area_id if draft.unit else rules.area_of_unit("")
    require(rules.can_add_people(actor, area_code=area, on=city_day(now)))
    username = tidy_username(username)
    require_username(username)
    if taken := User.rows.filter(username=username).first():
        raise UsernameTaken(username=username, person=taken.full_name)
    _require_fit(draft)

    password, encoded = new_one_time_password()
    person = User.rows.create(
        username=username,
        full_name=draft.full_name.strip(),
        phone=draft.phone.strip(),
        unit_code=draft.unit.code if draft.unit else "",
        password=encoded,
        must_change_password=True,
    )
    append(
        "user.added",
        person,
        None,
        actor=actor,
        at=now,
        client_id=client_id,
        payload=facts_of(person),
    )
    return Issued(person, password)


@transaction.atomic
def change_person(
    *, person_id: int, draft: PersonDraft, actor: User, now: datetime, client_id: UUID | None = None
) -> User:
    """Change a person's name, telephone or unit; the user name stays for ever.

    Raises `Forbidden`, `FullNameMissing` or `UnitIsClosed`.
    """
    person = User.rows.locked().get(pk=person_id)
    if replayed(client_id, "user.changed", subject=person, actor=actor):
        return person
    today = city_day(now)
    require(rules.can_edit_person(actor, person, on=today))
    if draft.unit:
        require(rules.can_add_people(actor, area_code=draft.unit.area_id, on=today))
    _require_fit(draft, known=person)

    before = {name: getattr(person, name) for name in CHANGED}
    person.full_name, person.phone = draft.full_name.strip(), draft.phone.strip()
    person.unit_code = draft.unit.code if draft.unit else ""
    person.save(update_fields=list(CHANGED))
    changes = {
        name: [old, getattr(person, name)]
        for name, old in before.items()
        if old != getattr(person, name)
    }
    record("user.changed", person, actor=actor, at=now, client_id=client_id, changes=changes)
    return person


@transaction.atomic
def deactivate_person(
    *, person_id: int, actor: User, now: datetime, client_id: UUID | None = None
) -> User:
    """Shut a person's account: signed out everywhere at the next page, and no post any more.

    What the person answers for stays until somebody else is named, and is reported as unmanned.

    Raises `Forbidden`, `NotOnOneself` or `PersonInactive`.
    """
    person = User.rows.locked().get(pk=person_id)
    if replayed(client_id, "user.deactivated", subject=person, actor=actor):
        return person
    today = city_day(now)
    require(rules.can_edit_person(actor, person, on=today))
    if person == actor:
        raise NotOnOneself
    if not person.is_active:
        raise PersonInactive(person=person.full_name)

    person.is_active = False
    person.save(update_fields=["is_active"])
    posts = Post.objects.filter(user=person)
    never_begun = posts.filter(from_on__gt=today).delete()[0]
    still_held = posts.filter(Q(to_on=None) | Q(to_on__gt=today)).update(to_on=today)
    ended = never_begun + still_held
    record("user.deactivated", person, actor=actor, at=now, client_id=client_id, posts=ended)
    return person


@transaction.atomic
def reactivate_person(
    *, person_id: int, actor: User, now: datetime, client_id: UUID | None = None
) -> User:
    """Open a person's account again; posts are given anew. Raises `Forbidden` or `PersonIsActive`."""
    person = User.rows.locked().get(pk=person_id)
    if replayed(client_id, "user.reactivated", subject=person, actor=actor):
        return person
    require(rules.can_edit_person(actor, person, on=city_day(now)))
    if person.is_active:
        raise PersonIsActive(person=person.full_name)

    person.is_active = True
    person.save(update_fields=["is_active"])
    record("user.reactivated", person, actor=actor, at=now, client_id=client_id)
    return person


@transaction.atomic
def reset_password(
    *, person_id: int, actor: User, now: datetime, client_id: UUID | None = None
) -> Issued:
    """Give a person a new password for one sign-in; the old one and all sign-ins end.

    Raises `Forbidden`, `NotOnOneself` or `PersonInactive`.
    """
    person = User.rows.locked().get(pk=person_id)
    if replayed(client_id, "user.password_reset", subject=person, actor=actor):
        return Issued(person)
    require(rules.can_edit_person(actor, person, on=city_day(now)))
    if person == actor:
        raise NotOnOneself
    if not person.is_active:
        raise PersonInactive(person=person.full_name)

    password, person.password = new_one_time_password()
    person.must_change_password = True
    person.save(update_fields=["password", "must_change_password"])
    record("user.password_reset", person, actor=actor, at=now, client_id=client_id)
    return Issued(person, password)


def tidy_username(username: str) -> str:
    """Return the user name as it is kept: full-width signs and capitals evened out."""
    return unicodedata.normalize("NFKC", username).strip().lower()


def require_username(username: str) -> None:
    """Go on, or raise `UsernameUnfit`."""
    if not USERNAME.fullmatch(username) or username in ADDRESS_WORDS:
        raise UsernameUnfit(username=username)


def facts_of(person: User) -> dict[str, object]:
    """What the record says of a new person. The telephone is no business of a record for ever."""
    names = ("username", "full_name", "unit_code")
    return {name: getattr(person, name) for name in names}


def _require_fit(draft: PersonDraft, known: User | None = None) -> None:
    if not draft.full_name.strip():
        raise FullNameMissing
    stays = known is not None and draft.unit is not None and known.unit_code == draft.unit.code
    if draft.unit and not draft.unit.is_active and not stays:
        raise UnitIsClosed(unit=draft.unit.name)
