"""The system itself, as an actor."""

import pytest
from django.contrib.auth import authenticate

from yanzhen.accounts.models import User
from yanzhen.accounts.operations import system_user


@pytest.mark.django_db
def test_there_is_one_system_and_nobody_signs_in_as_it() -> None:
    system = system_user()

    assert system_user() == system
    assert User.rows.filter(is_system=True).count() == 1
    assert not system.has_usable_password()
    assert authenticate(None, username="system", password="") is None
