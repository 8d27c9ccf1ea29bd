"""All kinds of ledgers, in the order in which a new city fills them."""

from yanzhen.exchange.errors import KindUnknown
from yanzhen.exchange.kind import Kind
from yanzhen.exchange.kinds import (
    areas,
    cases,
    categories,
    checklists,
    criteria,
    people,
    reports,
    site_types,
    sites,
    units,
)

KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        areas.KIND,
        units.KIND,
        people.KIND,
        site_types.KIND,
        sites.KIND,
        categories.KIND,
        criteria.KIND,
        checklists.KIND,
        cases.KIND,
        reports.KIND,
    )
}


def kind_named(code: str) -> Kind:
    """Return the kind with this code. Raises `KindUnknown`."""
    if code not in KINDS:
        raise KindUnknown(kind=code, kinds="、".join(KINDS))
    return KINDS[code]
