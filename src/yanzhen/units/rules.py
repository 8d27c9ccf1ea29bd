"""Who may change units, people and what they answer for."""

from datetime import date

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.enums import Action, Role
from yanzhen.accounts.models import Post, User
from yanzhen.accounts.rules import may
from yanzhen.units.enums import EMPOWERED
from yanzhen.units.models import Unit

NOT_YOUR_AREA = _("您的岗位不管这个区域。")
"""Why a row of a file is refused."""


def can_edit_units(user: User, *, area_code: str, on: date) -> bool:
    """Whether the user may add and change units of this area, and say who answers there."""
    return may(user, Action.NET_EDIT, on=on, area_code=area_code)


def can_edit_city(user: User, *, on: date) -> bool:
    """Whether the user may change what holds for the whole city, such as task groups."""
    return may(user, Action.NET_EDIT, on=on, area_code=settings.YANZHEN_CITY_CODE)


def can_see_people(user: User, *, on: date) -> bool:
    """Whether the user may open the list of people anywhere at all."""
    return may(user, Action.PEOPLE_VIEW, on=on)


def can_add_people(user: User, *, area_code: str, on: date) -> bool:
    """Whether the user may add people to units of this area."""
    return may(user, Action.PEOPLE_EDIT, on=on, area_code=area_code)


def can_appoint(user: User, role: Role, *, area_code: str, on: date) -> bool:
    """Whether the user may give and take posts of this role over this area, or for a unit of it."""
    action = Action.PEOPLE_EMPOWER if role in EMPOWERED else Action.PEOPLE_EDIT
    return may(user, action, on=on, area_code=area_code)


def can_edit_person(user: User, person: User, *, on: date) -> bool:
    """Whether the user may change this person's card, password and standing.

    He must be able to give every post that the person holds or will hold: whoever could reset
    the password of somebody with more rights would have those rights.
    """
    if person.is_system or not can_add_people(user, area_code=home_area(person), on=on):
        return False
    return all(
        can_appoint(user, Role(post.role), area_code=area_of_post(post), on=on)
        for post in Post.objects.filter(Q(to_on=None) | Q(to_on__gte=on), user=person)
    )


def home_area(person: User) -> str:
    """The area of the unit in which the person works; the whole city for one without a unit."""
    return area_of_unit(person.unit_code)


def area_of_post(post: Post) -> str:
    """The area over which a post reaches, for a unit's that of the unit."""
    return post.area_code or area_of_unit(post.unit_code)


def area_of_unit(code: str) -> str:
    """The area of the unit with this code; the whole city where there is none."""
    unit = Unit.objects.filter(code=code).first() if code else None
    return unit.area_id if unit else settings.YANZHEN_CITY_CODE
