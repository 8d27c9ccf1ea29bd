"""What people do with their own accounts: sign in and out, change the password, choose a language.

What is done to other people's accounts needs the units and lies with them.
"""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from yanzhen.accounts import strength
from yanzhen.accounts.errors import LanguageUnknown, PasswordWeak, SamePassword, WrongPassword
from yanzhen.accounts.models import User


class Record(Protocol):
    """The record of what happened, as far as this app needs it."""

    def record(
        self,
        kind: str,
        subject: User,
        /,
        *,
        actor: User,
        at: datetime,
        client_id: UUID | None = None,
        **payload: Any,
    ) -> object: ...

    def replayed(
        self,
        client_id: UUID | None,
        kind: str,
        *,
        subject: User | None = None,
        actor: User | None = None,
    ) -> object | None: ...


_record: Record | None = None


def record_with(record: Record) -> None:
    """Let `record` write down what happens here: the record lies above this app.

    It is handed in once, when the house starts; without it no operation here goes through.
    """
    global _record  # noqa: PLW0603 - one line of wiring, done once at the start
    _record = record


def _the_record() -> Record:
    if _record is None:
        raise RuntimeError("accounts cannot act without the record of what happened")
    return _record


@transaction.atomic
def note_sign_in(*, actor: User, now: datetime) -> None:
    """Write down that somebody came in."""
    user = User.rows.locked().get(pk=actor.pk)
    _the_record().record("user.signed_in", user, actor=actor, at=now)


@transaction.atomic
def note_sign_out(*, actor: User, now: datetime) -> None:
    """Write down that somebody went out."""
    user = User.rows.locked().get(pk=actor.pk)
    _the_record().record("user.signed_out", user, actor=actor, at=now)


def change_own_password(
    *,
    old_password: str,
    new_password: str,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> User:
    """Replace one's own password; whoever had to do so is free to go on.

    Hashing is slow on purpose and happens before the row is held. Of two changes at once the
    second is refused, because the old password is the first one's new one by then.

    Raises `WrongPassword`, `SamePassword` or `PasswordWeak`.
    """
    with transaction.atomic():
        if _the_record().replayed(client_id, "user.password_changed", subject=actor, actor=actor):
            return User.rows.get(pk=actor.pk)
    known = User.rows.get(pk=actor.pk)
    if not known.check_password(old_password):
        raise WrongPassword
    if old_password == new_password:
        raise SamePassword
    check_strength(new_password, known)
    encoded, before = make_password(new_password), known.password
    with transaction.atomic():
        user = User.rows.locked().get(pk=actor.pk)
        if user.password != before:
            raise WrongPassword
        user.password, user.must_change_password = encoded, False
        user.save(update_fields=["password", "must_change_password"])
        _the_record().record(
            "user.password_changed", user, actor=actor, at=now, client_id=client_id
        )
    return user


@transaction.atomic
def choose_language(
    *, language: str, actor: User, now: datetime, client_id: UUID | None = None
) -> User:
    """Set the language of one's own pages; empty means the city's. Raises `LanguageUnknown`."""
    user = User.rows.locked().get(pk=actor.pk)
    if _the_record().replayed(client_id, "user.language_chosen", subject=user, actor=actor):
        return user
    if language and language not in dict(settings.LANGUAGES):
        raise LanguageUnknown(language=language)
    user.language = language
    user.save(update_fields=["language"])
    _the_record().record(
        "user.language_chosen", user, actor=actor, at=now, client_id=client_id, language=language
    )
    return user


def check_strength(password: str, user: User) -> None:
    """Raise `PasswordWeak`, with every reason, unless the password is hard to guess."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise PasswordWeak(reasons="".join(error.messages)) from error


def new_one_time_password() -> tuple[str, str]:
    """Return a password for one sign-in and its hash. It is shown once and kept nowhere."""
    password = strength.one_time_password()
    return password, strength.one_time_hash(password)


def system_user() -> User:
    """Return the system itself, which acts for rules that people made: clock, jobs, commands.

    There is one, made when it is first asked for; nobody can sign in as it.
    """
    user, _is_new = User.rows.get_or_create(
        username="system",
        defaults={"full_name": "系统", "is_system": True, "password": make_password(None)},
    )
    return user
