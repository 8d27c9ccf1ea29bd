"""Posts, from which all rights come: appoint, end, withdraw."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import Post, PostQuerySet, User
from yanzhen.core.errors import require
from yanzhen.core.time import city_day
from yanzhen.events.operations import record, replayed
from yanzhen.places.models import Area
from yanzhen.units import rules
from yanzhen.units.enums import FOR_A_UNIT
from yanzhen.units.errors import (
    AreaUnusable,
    NotOnOneself,
    PersonInactive,
    PostAlreadyEnded,
    PostAlreadyHeld,
    PostWithdrawn,
    RoleNeedsArea,
    RoleNeedsUnit,
    UnitIsClosed,
    UnitUnknown,
)
from yanzhen.units.models import Unit
from yanzhen.units.periods import require_order


@dataclass(frozen=True)
class PostDraft:
    """A post as it should be: a role over an area, or for a unit, from a day on."""

    role: Role
    from_on: date
    area_code: str = ""
    unit_code: str = ""
    title: str = ""
    to_on: date | None = None


@transaction.atomic
def appoint(
    *, person: User, draft: PostDraft, actor: User, now: datetime, client_id: UUID | None = None
) -> Post:
    """Give a person a post. What it allows, and where, follows from its role and scope.

    Raises `Forbidden`, `NotOnOneself`, `PersonInactive`, `RoleNeedsUnit`, `RoleNeedsArea`,
    `UnitUnknown`, `UnitIsClosed`, `AreaUnusable`, `EndsBeforeItBegins` or `PostAlreadyHeld`.
    """
    holder = User.rows.locked().get(pk=person.pk)
    if done := replayed(client_id, "user.appointed", subject=holder, actor=actor):
        return Post.objects.get(pk=done.facts["post"])
    area_code = area_of_scope(draft.role, draft.area_code, draft.unit_code)
    require(rules.can_appoint(actor, draft.role, area_code=area_code, on=city_day(now)))
    if holder == actor:
        raise NotOnOneself
    if not holder.is_active or holder.is_system:
        raise PersonInactive(person=holder.full_name)
    require_order(draft.from_on, draft.to_on)
    if held := same_post(holder, draft).first():
        raise PostAlreadyHeld(person=holder.full_name, from_on=held.from_on)

    post = Post.objects.create(
        user=holder,
        role=draft.role,
        area_code=draft.area_code,
        unit_code=draft.unit_code,
        title=draft.title.strip(),
        from_on=draft.from_on,
        to_on=draft.to_on,
    )
    record(
        "user.appointed", holder, actor=actor, at=now, client_id=client_id, **facts_of_post(post)
    )
    return post


@transaction.atomic
def end_post(
    *, post_id: int, to_on: date, actor: User, now: datetime, client_id: UUID | None = None
) -> Post:
    """End a post after the day `to_on`; what was done on it stays as it was.

    Raises `Forbidden`, `PostAlreadyEnded` or `EndsBeforeItBegins`.
    """
    holder, post = _held(post_id)
    if replayed(client_id, "user.post_ended", subject=holder, actor=actor):
        return post
    today = city_day(now)
    area_code = rules.area_of_post(post)
    require(rules.can_appoint(actor, Role(post.role), area_code=area_code, on=today))
    if post.to_on is not None and post.to_on < max(today, to_on):
        raise PostAlreadyEnded(to_on=post.to_on)
    require_order(post.from_on, to_on)

    post.to_on = to_on
    post.save(update_fields=["to_on"])
    record(
        "user.post_ended", holder, actor=actor, at=now, client_id=client_id, **facts_of_post(post)
    )
    return post


@transaction.atomic
def withdraw_post(
    *, post_id: int, actor: User, now: datetime, client_id: UUID | None = None
) -> None:
    """Take a post away at once, not only from tomorrow on: it was given by mistake or abused.

    A post that began today or has not begun is removed; the record keeps that it was given.

    Raises `Forbidden` or `PostAlreadyEnded`.
    """
    if replayed(client_id, "user.post_withdrawn", actor=actor):
        return
    holder, post = _held(post_id)
    today = city_day(now)
    area_code = rules.area_of_post(post)
    require(rules.can_appoint(actor, Role(post.role), area_code=area_code, on=today))
    if post.to_on is not None and post.to_on < today:
        raise PostAlreadyEnded(to_on=post.to_on)

    facts = facts_of_post(post)
    if post.from_on < today:
        post.to_on = today - timedelta(days=1)
        post.save(update_fields=["to_on"])
    else:
        post.delete()
    record("user.post_withdrawn", holder, actor=actor, at=now, client_id=client_id, **facts)


def area_of_scope(role: Role, area_code: str, unit_code: str) -> str:
    """The area in which a post of this role would count, if its scope is whole and in use.

    Raises `RoleNeedsUnit`, `RoleNeedsArea`, `UnitUnknown`, `UnitIsClosed` or `AreaUnusable`.
    """
    if role in FOR_A_UNIT:
        if not unit_code or area_code:
            raise RoleNeedsUnit(role=role.label)
        unit = Unit.objects.filter(code=unit_code).first()
        if unit is None:
            raise UnitUnknown(code=unit_code)
        if not unit.is_active:
            raise UnitIsClosed(unit=unit.name)
        return unit.area_id
    if not area_code or unit_code:
        raise RoleNeedsArea(role=role.label)
    if not Area.objects.filter(code=area_code, is_active=True).exists():
        raise AreaUnusable(area=area_code)
    return area_code


def same_post(person: User, draft: PostDraft) -> PostQuerySet:
    """The posts of the same role and scope that share a day with the draft."""
    rows = Post.objects.filter(
        Q(to_on=None) | Q(to_on__gte=draft.from_on),
        user=person,
        role=draft.role,
        area_code=draft.area_code,
        unit_code=draft.unit_code,
    )
    return rows.filter(from_on__lte=draft.to_on) if draft.to_on else rows


def _held(post_id: int) -> tuple[User, Post]:
    """The post and its holder, both held, the holder first."""
    holder = User.rows.locked().filter(posts=post_id).first()
    post = Post.objects.locked().filter(pk=post_id).first()
    if holder is None or post is None:
        raise PostWithdrawn
    return holder, post


def facts_of_post(post: Post) -> dict[str, Any]:
    """What the record says of a post."""
    names = ("role", "area_code", "unit_code", "title", "from_on", "to_on")
    return {"post": post.pk} | {name: getattr(post, name) for name in names}
