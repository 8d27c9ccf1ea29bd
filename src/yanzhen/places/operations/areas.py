"""Changes of areas."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from yanzhen.accounts.models import User
from yanzhen.core.errors import RowErrors, require
from yanzhen.core.time import city_day
from yanzhen.events.operations import record, record_many, replayed
from yanzhen.places import rules
from yanzhen.places.codes import tidy, tidy_area_code
from yanzhen.places.drafts import LONGEST_AREA_NAME, AreaRow, area_faults, name_faults, tidy_words
from yanzhen.places.enums import LEVEL_DEPTHS, Level, SiteStatus
from yanzhen.places.errors import AreaClosed, AreaInUse, AreaNotClosed, CodeTaken
from yanzhen.places.holding import held_area, raise_first
from yanzhen.places.models import Area, Site
from yanzhen.places.net import hold_net, the_net, touch_net
from yanzhen.places.rows import Taken, plan_areas

BATCH = 1000
NAMED_AT_MOST = 5


@transaction.atomic
def add_area(
    *,
    code: str,
    name: str,
    level: Level,
    parent: str = "",
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Area:
    """Add one area under its parent, whose code the new code begins with.

    Raises `Forbidden`, `CodeTaken`, `CodeUnfit`, `NameMissing`, `NameTooLong`, `ParentMissing`,
    `ParentUnwanted`, `ParentUnknown`, `ParentMismatch`, `LevelMismatch` or `AreaClosed`.
    """
    if event := replayed(client_id, "area.added", actor=actor):
        return Area.objects.get(pk=event.subject_id)
    hold_net()
    net = the_net()
    area = Area(
        code=tidy_area_code(code, level),
        name=tidy_words(name),
        level=level,
        parent_id=tidy(parent) or None,
    )
    require(rules.can_edit_area(actor, area.code, city_day(now)))
    if area.code in net.areas:
        raise CodeTaken(code=area.code, name=net.areas[area.code].name)
    raise_first(area_faults(area, net.areas))

    area.save(force_insert=True)
    record("area.added", area, actor=actor, at=now, client_id=client_id, **_area_facts(area))
    touch_net()
    return area


@transaction.atomic
def rename_area(
    *, code: str, name: str, actor: User, now: datetime, client_id: UUID | None = None
) -> Area:
    """Give an area another name; its code stays.

    Raises `AreaUnknown`, `Forbidden`, `AreaClosed`, `NameMissing` or `NameTooLong`.
    """
    hold_net()
    area = held_area(code)
    if replayed(client_id, "area.renamed", subject=area, actor=actor):
        return area
    require(rules.can_edit_area(actor, area.code, city_day(now)))
    if not area.is_active:
        raise AreaClosed(area=area.name)
    new_name = tidy_words(name)
    raise_first(name_faults(new_name, LONGEST_AREA_NAME))

    old_name, area.name = area.name, new_name
    area.save(update_fields=["name"])
    record(
        "area.renamed",
        area,
        actor=actor,
        at=now,
        client_id=client_id,
        name=new_name,
        old_name=old_name,
    )
    touch_net()
    return area


@transaction.atomic
def close_area(*, code: str, actor: User, now: datetime, client_id: UUID | None = None) -> Area:
    """Take an area out of use. What has happened there stays.

    Raises `AreaUnknown`, `Forbidden`, `AreaClosed`, or `AreaInUse` while areas or sites below
    it are in use.
    """
    hold_net()
    area = held_area(code)
    if replayed(client_id, "area.closed", subject=area, actor=actor):
        return area
    require(rules.can_edit_area(actor, area.code, city_day(now)))
    if not area.is_active:
        raise AreaClosed(area=area.name)
    below = Area.objects.under(code).filter(is_active=True).exclude(pk=area.pk)
    _refuse_in_use(area, _("下级区域"), list(below.order_by("code")[: NAMED_AT_MOST + 1]))
    sites = Site.objects.under(code).exclude(status=SiteStatus.RETIRED)
    _refuse_in_use(area, _("点位"), list(sites.order_by("code")[: NAMED_AT_MOST + 1]))

    area.is_active = False
    area.save(update_fields=["is_active"])
    record("area.closed", area, actor=actor, at=now, client_id=client_id)
    touch_net()
    return area


@transaction.atomic
def reopen_area(*, code: str, actor: User, now: datetime, client_id: UUID | None = None) -> Area:
    """Take a closed area into use again.

    Raises `AreaUnknown`, `Forbidden`, `AreaNotClosed`, or `AreaClosed` while its parent is.
    """
    hold_net()
    area = held_area(code)
    if replayed(client_id, "area.reopened", subject=area, actor=actor):
        return area
    require(rules.can_edit_area(actor, area.code, city_day(now)))
    if area.is_active:
        raise AreaNotClosed(area=area.name)
    net = the_net()
    if area.parent_id and not net.areas[area.parent_id].is_active:
        raise AreaClosed(area=net.areas[area.parent_id].name)

    area.is_active = True
    area.save(update_fields=["is_active"])
    record("area.reopened", area, actor=actor, at=now, client_id=client_id)
    touch_net()
    return area


@transaction.atomic
def add_areas(*, rows: Iterable[AreaRow], actor: User, now: datetime) -> Taken:
    """Take a file of areas, all of it or nothing; areas that are there may get a new name.

    Given again it changes nothing, so it needs no client id. Raises `RowErrors` with everything
    that is wrong.
    """
    hold_net()
    on = city_day(now)
    plan = plan_areas(rows, the_net(), lambda code: rules.can_edit_area(actor, code, on))
    if plan.errors:
        raise RowErrors(plan.errors)

    new = sorted(plan.new, key=lambda area: (LEVEL_DEPTHS[Level(area.level)], area.code))
    for level in Level:  # parents first: their rows are pointed at
        of_level = [area for area in new if area.level == level]
        Area.objects.bulk_create(of_level, batch_size=BATCH)
    record_many("area.added", ((area, _area_facts(area)) for area in new), actor=actor, at=now)
    for changed in plan.renamed:
        area = held_area(changed.code)
        old_name, area.name = area.name, changed.name
        area.save(update_fields=["name"])
        record("area.renamed", area, actor=actor, at=now, name=area.name, old_name=old_name)
    if plan.new or plan.renamed:
        touch_net()
    return Taken(len(plan.new), len(plan.renamed), plan.unchanged)


def _refuse_in_use(area: Area, what: str, rows: Sequence[Area | Site]) -> None:
    if not rows:
        return
    names = "、".join(f"“{row.name}”" for row in rows[:NAMED_AT_MOST])
    names = names if len(rows) <= NAMED_AT_MOST else _("%(names)s等") % {"names": names}
    raise AreaInUse(area=area.name, what=what, names=names)


def _area_facts(area: Area) -> dict[str, Any]:
    return {"name": area.name, "level": area.level, "parent": area.parent_id}
