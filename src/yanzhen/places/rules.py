"""Who may change the net."""

from datetime import date

from django.conf import settings

from yanzhen.accounts.enums import Action
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import may
from yanzhen.places.answering import Answering
from yanzhen.places.answering import register_answering as _register


def can_edit_area(user: User, code: str, on: date) -> bool:
    """Whether the user may add, rename, close or draw the area with this code."""
    return may(user, Action.NET_EDIT, on=on, area_code=code)


def can_edit_sites(user: User, area_code: str, on: date) -> bool:
    """Whether the user may add and change sites in this area."""
    return may(user, Action.NET_EDIT, on=on, area_code=area_code)


def can_edit_site_types(user: User, on: date) -> bool:
    """Whether the user may change the types: they hold for the whole city."""
    return may(user, Action.SETTINGS_EDIT, on=on, area_code=settings.YANZHEN_CITY_CODE)


def can_edit_anywhere(user: User, on: date) -> bool:
    """Whether there is any place where the user may change the net; the operation asks where."""
    return may(user, Action.NET_EDIT, on=on)


def can_see_net(user: User, on: date) -> bool:
    """Whether the user may look at areas and sites anywhere at all."""
    return may(user, Action.NET_VIEW, on=on)


def register_answering(answers: Answering) -> None:
    """Let the units' app say which areas and sites a user's units answer for."""
    _register(answers)
