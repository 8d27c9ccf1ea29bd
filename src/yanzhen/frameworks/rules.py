"""Who may read and change what a city is measured by."""

from datetime import date

from django.conf import settings

from yanzhen.accounts.enums import Action
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import may
from yanzhen.frameworks.categories import Categories
from yanzhen.frameworks.categories import register_categories as _register
from yanzhen.units.models import Unit


def can_read(user: User, *, on: date) -> bool:
    """Whether the user may read frameworks, checklists and who leads what: they are no secret."""
    return may(user, Action.FRAMEWORK_VIEW, on=on)


def can_edit(user: User, *, on: date) -> bool:
    """Whether the user may change frameworks, checklists and duties: they hold for the whole city."""
    return may(user, Action.FRAMEWORK_EDIT, on=on, area_code=settings.YANZHEN_CITY_CODE)


def register_categories(categories: Categories) -> None:
    """Let the app of the cases say which categories there are."""
    _register(categories)


def can_plan(user: User, unit: Unit, *, on: date) -> bool:
    """Whether the user may hand in plans for this unit: a post at it, or at a unit above it."""
    return may(user, Action.DUTY_PLAN, on=on, unit_codes=unit.lineage)


def can_settle_negative(user: User, *, on: date) -> bool:
    """Whether the user may record, confirm and withdraw events of the negative list."""
    return may(user, Action.NEGATIVE_EDIT, on=on, area_code=settings.YANZHEN_CITY_CODE)
