"""How strong a password has to be, and passwords that are strong because nobody chose them."""

import secrets
import string

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from yanzhen.accounts.models import User

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""What a one-time password is made of: nothing that looks like something else on paper."""

GROUPS, GROUP_LENGTH = 4, 4
KINDS_WANTED = 3


class LongEnough(MinimumLengthValidator):
    """Wants so many signs."""

    def get_error_message(self) -> str:
        return _("密码至少要 %(length)s 位。") % {"length": self.min_length}


class NotOneself(UserAttributeSimilarityValidator):
    """Wants nothing that stands on the person's card."""

    def get_error_message(self) -> str:
        return _("密码与您的%(verbose_name)s太像。")


class NotCommon(CommonPasswordValidator):
    """Wants nothing that stands on the lists by which passwords are guessed first."""

    def get_error_message(self) -> str:
        return _("这个密码太常见，容易被猜中。")


class ThreeKinds:
    """Wants three of four kinds of signs: small letters, capital letters, digits, others."""

    def validate(self, password: str, user: User | None = None) -> None:  # noqa: ARG002 - Django's shape
        kinds = {
            "small" if sign in string.ascii_lowercase
            else "capital" if sign in string.ascii_uppercase
            else "digit" if sign in string.digits
            else "other"
            for sign in password
        }  # fmt: skip
        if len(kinds) < KINDS_WANTED:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        return _("密码须含小写字母、大写字母、数字、符号中的至少三种。")


def one_time_password() -> str:
    """Return a password for one sign-in, `k7mp-x2qd-…`: 79 bits of chance, easy to copy by hand."""
    return "-".join(
        "".join(secrets.choice(ALPHABET) for _position in range(GROUP_LENGTH))
        for _group in range(GROUPS)
    )


def one_time_hash(password: str) -> str:
    """Return the hash of a one-time password, made quickly: chance already makes it strong.

    A thousand of them, as an import brings, would take argon2 seven minutes. The first sign-in
    replaces it by the usual hash, and the person then by a password of his own.
    """
    hasher = PBKDF2PasswordHasher()
    return hasher.encode(password, hasher.salt(), iterations=1_000)
