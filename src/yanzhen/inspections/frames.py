"""Which sites a round could draw, as the city stands now."""

from collections.abc import Iterable
from dataclasses import dataclass

from yanzhen.frameworks.enums import EditionStatus
from yanzhen.frameworks.models import Checklist
from yanzhen.inspections.draw import FrameSite
from yanzhen.places.enums import Level, SiteStatus
from yanzhen.places.models import Site
from yanzhen.places.queries import area_path

INSPECTED = (SiteStatus.ACTIVE, SiteStatus.ACCEPTED)
"""What stands so is inspected; a candidate is not yet a site, a retired one no more."""


@dataclass(frozen=True)
class Frame:
    """The sites that could be drawn, the checklist of each type, and how many have none."""

    sites: list[FrameSite]
    checklists: dict[str, int]
    left_out: int


def frame_of_area(area_code: str, types: Iterable[str] = ()) -> Frame:
    """The sites in use in an area, of the named types or of all. Two queries, whatever the number."""
    current = Checklist.objects.filter(status=EditionStatus.CURRENT).order_by("pk")
    checklists = dict(current.values_list("site_type__code", "pk"))
    wanted = set(types)
    rows = Site.objects.under(area_code).filter(status__in=INSPECTED).order_by("code")
    districts: dict[str, str] = {}
    frame: list[FrameSite] = []
    left_out = 0
    for code, area, kind in rows.values_list("code", "area__code", "type__code").iterator(5000):
        if wanted and kind not in wanted:
            continue
        if kind not in checklists:
            left_out += 1
            continue
        if area not in districts:
            districts[area] = district_of(area)
        frame.append(FrameSite(code, districts[area], kind))
    return Frame(frame, checklists, left_out)


def district_of(area_code: str) -> str:
    """The code of the district in which an area lies; of the city's own areas, the city's."""
    path = area_path(area_code)
    for area in path:
        if area.level == Level.DISTRICT:
            return area.code
    return path[0].code if path else area_code
