"""Taking hold of an area's row, and refusing at the first fault."""

from collections.abc import Iterable

from yanzhen.places.drafts import Fault
from yanzhen.places.errors import AreaClosed, AreaUnknown
from yanzhen.places.models import Area


def held_area(code: str) -> Area:
    """The area with this code, held until the transaction ends. Raises `AreaUnknown`."""
    area = Area.objects.locked().filter(code=code).first()
    if area is None:
        raise AreaUnknown(code=code)
    return area


def held_open_area(code: str) -> Area:
    """The same, of an area in use. Raises `AreaUnknown` or `AreaClosed`."""
    area = held_area(code)
    if not area.is_active:
        raise AreaClosed(area=area.name)
    return area


def raise_first(faults: Iterable[Fault]) -> None:
    """Raise the first of the refusals, if there is one."""
    for fault in faults:
        raise fault.refusal
