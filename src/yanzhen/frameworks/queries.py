"""What the frameworks say, as apps above may ask."""

from django.db.models import QuerySet

from yanzhen.frameworks.enums import EditionStatus
from yanzhen.frameworks.models import CheckItem, Checklist
from yanzhen.places.models import SiteType

# --- Checklists -----------------------------------------------------------------------------------


def current_checklist(*, site_type: SiteType | str) -> Checklist | None:
    """The version of the checklist that new visits to sites of this type take; none: no checklist."""
    code = site_type if isinstance(site_type, str) else site_type.code
    return Checklist.objects.filter(site_type__code=code, status=EditionStatus.CURRENT).first()


def checklist_items(*, checklist: Checklist) -> QuerySet[CheckItem]:
    """The items of one version, in the order in which they are gone through."""
    return CheckItem.objects.filter(checklist=checklist).order_by("sort", "pk")
