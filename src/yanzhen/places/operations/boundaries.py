"""Changes of the outlines of areas."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from yanzhen.accounts.models import User
from yanzhen.core.errors import RowErrors, require
from yanzhen.core.time import city_day
from yanzhen.events.operations import record, record_many, replayed
from yanzhen.places import outlines, rules
from yanzhen.places.enums import Crs
from yanzhen.places.errors import AreaClosed, NoBoundary
from yanzhen.places.holding import held_area
from yanzhen.places.models import Area, Boundary
from yanzhen.places.net import hold_net, the_net, touch_net
from yanzhen.places.outlines import Drawn
from yanzhen.places.rows import Taken, plan_outlines

BATCH = 1000


@transaction.atomic
def set_boundary(
    *,
    code: str,
    geojson: str | Mapping[str, Any],
    crs: Crs = Crs.WGS84,
    is_schematic: bool = False,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
) -> Boundary:
    """Give an area its outline, or another one.

    Raises `AreaUnknown`, `Forbidden`, `AreaClosed`, `BoundaryUnreadable`,
    `BoundaryCrossesItself`, `BoundaryOutsideParent`, `BoundariesOverlap` or `BoundaryLeavesOut`.
    """
    hold_net()
    area = held_area(code)
    if replayed(client_id, "area.outlined", subject=area, actor=actor):
        return Boundary.objects.get(area=area)
    require(rules.can_edit_area(actor, area.code, city_day(now)))
    if not area.is_active:
        raise AreaClosed(area=area.name)
    outline = outlines.read_outline(geojson, crs)
    for refusal in outlines.draw(the_net(), {code: outline}).faults(code):
        raise refusal

    text = outlines.to_text(outline)
    boundary, _is_new = Boundary.objects.update_or_create(
        area=area, defaults={"geojson": text, "is_schematic": is_schematic}
    )
    facts = _outline_facts(text, crs, is_schematic=is_schematic)
    record("area.outlined", area, actor=actor, at=now, client_id=client_id, **facts)
    touch_net()
    return boundary


@transaction.atomic
def remove_boundary(
    *, code: str, actor: User, now: datetime, client_id: UUID | None = None
) -> Area:
    """Take the outline off an area. Raises `AreaUnknown`, `Forbidden` or `NoBoundary`."""
    hold_net()
    area = held_area(code)
    if replayed(client_id, "area.outline_removed", subject=area, actor=actor):
        return area
    require(rules.can_edit_area(actor, area.code, city_day(now)))
    boundary = Boundary.objects.filter(area=area).first()
    if boundary is None:
        raise NoBoundary(area=area.name)

    boundary.delete()
    record("area.outline_removed", area, actor=actor, at=now, client_id=client_id)
    touch_net()
    return area


@transaction.atomic
def add_boundaries(
    *,
    drawn: Iterable[Drawn],
    crs: Crs = Crs.WGS84,
    is_schematic: bool = False,
    actor: User,
    now: datetime,
) -> Taken:
    """Take a file of outlines, all of it or nothing. See `outlines.read_features`.

    Raises `RowErrors` with everything that is wrong with any of them, also among each other.
    """
    hold_net()
    net, on = the_net(), city_day(now)
    plan = plan_outlines(drawn, crs, net, lambda code: rules.can_edit_area(actor, code, on))
    if plan.errors:
        raise RowErrors(plan.errors)

    texts = {code: outlines.to_text(outline) for code, outline in plan.outlines.items()}
    old = Boundary.objects.in_bulk(list(texts), field_name="area_id")
    same = {
        code
        for code, boundary in old.items()
        if boundary.geojson == texts[code] and boundary.is_schematic == is_schematic
    }
    changed = sorted(texts.keys() - same)
    Boundary.objects.bulk_create(
        [
            Boundary(area_id=code, geojson=texts[code], is_schematic=is_schematic)
            for code in changed
        ],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["area"],
        update_fields=["geojson", "is_schematic"],
    )
    told = (
        (net.areas[code], _outline_facts(texts[code], crs, is_schematic=is_schematic))
        for code in changed
    )
    record_many("area.outlined", told, actor=actor, at=now)
    if len(same) < len(texts):
        touch_net()
    return Taken(len(texts.keys() - old.keys()), len(old.keys() - same), len(same))


def _outline_facts(text: str, crs: Crs, *, is_schematic: bool) -> dict[str, Any]:
    """The outline itself is too long for the record; its digest proves which one it was."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"sha256": digest, "crs": crs.value, "is_schematic": is_schematic}
