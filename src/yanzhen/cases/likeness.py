"""Cases that are like a case: seen before at the same place, or open there right now."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from yanzhen.cases.enums import CaseStatus
from yanzhen.cases.models import Case


def same_place(case: Case) -> Q | None:
    """Cases at the same site, or, without a site, at the same words in the same area."""
    if case.site_id:
        return Q(site_id=case.site_id)
    if case.address.strip():
        return Q(site=None, area_id=case.area_id, address=case.address)
    return None


def earlier_case(case: Case, *, at: datetime) -> Case | None:
    """The last case of the same kind that was closed at the same place not long before `at`.

    Then this one is a recurrence.
    """
    place = same_place(case)
    if place is None or case.category_id is None:
        return None
    since = at - timedelta(days=settings.YANZHEN_RECURRENCE_DAYS)
    return (
        Case.objects.filter(
            place,
            category_id=case.category_id,
            status=CaseStatus.CLOSED,
            closed_at__gte=since,
            closed_at__lte=at,
        )
        .exclude(pk=case.pk)
        .order_by("-closed_at", "-pk")
        .first()
    )


def similar_open(case: Case) -> QuerySet[Case]:
    """Open cases of the same kind at the same place, newest first; maybe this is one of them."""
    place = same_place(case)
    if place is None:
        return Case.objects.none()
    alike = Case.objects.open().filter(place).exclude(pk=case.pk)
    if case.category_id is not None:
        alike = alike.filter(Q(category_id=case.category_id) | Q(category=None))
    return alike.select_related("unit", "category").order_by("-pk")
