"""People and posts for the tests, with fixed values."""

from datetime import date
from itertools import count
from typing import Any

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import Post, User

CITY = "4304"
PASSWORD = "Hengyang-yanzhen-7"
_numbers = count(1)


def make_user(
    role: Role | None = None, *, area_code: str = "", unit_code: str = "", **fields: Any
) -> User:
    """A person; with a role also the post, over the whole city where no scope is named.

    `area_code` and `unit_code` are the scope of the post; `home_code` is the unit he works in.
    Pass `password=PASSWORD` for somebody who signs in; it is not hashed else, because that is slow.
    """
    number = next(_numbers)
    password = fields.pop("password", None)
    post = {key: fields.pop(key) for key in ("title", "from_on", "to_on") if key in fields}
    fields["unit_code"] = fields.pop("home_code", "")
    user = User(**{"username": f"person{number}", "full_name": f"张三{number}"} | fields)
    user.set_password(password) if password else user.set_unusable_password()
    user.save()
    if role is not None:
        make_post(user=user, role=role, area_code=area_code, unit_code=unit_code, **post)
    return user


def make_post(
    *,
    user: User | None = None,
    role: Role = Role.OPERATOR,
    area_code: str = "",
    unit_code: str = "",
    **fields: Any,
) -> Post:
    """A post held since the first of January 2026, over the whole city where no scope is named."""
    return Post.objects.create(
        user=user or make_user(),
        role=role,
        area_code=area_code or ("" if unit_code else CITY),
        unit_code=unit_code,
        **{"from_on": date(2026, 1, 1)} | fields,
    )
