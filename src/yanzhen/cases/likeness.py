"""Cases that are like a case: seen before at the same place, or open there right now."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet

from yanzhen.cases.models import Case


def same_place(case: Case) -> Q | None:
    """Cases at the same site, or, without a site, at the same words in the same area."""
    if case.site_id:
        return Q(site_id=case.site_id)
    if case.address.strip():
        return Q(site=None, area_id=case.area_id, address=case.address)
    return None


_EARLIER = """
    SELECT id FROM cases_case
    WHERE category_code = %s AND status = 'closed' AND closed_at >= %s AND closed_at <= %s
    AND {place} ORDER BY closed_at DESC, id DESC LIMIT 1
"""
_AT_SITE = _EARLIER.format(place="site_code = %s")
_AT_ADDRESS = _EARLIER.format(place="site_code IS NULL AND area_code = %s AND address = %s")


def earlier_case(case: Case, *, at: datetime) -> int | None:
    """The key of the last case of the same kind that was closed at the same place not long ago.

    Then this one is a recurrence. It is asked of every case that is filed, so in plain words:
    the query builder would take longer than the answer.
    """
    if case.category_id is None or not (case.site_id or case.address):
        return None
    moment = connection.ops.adapt_datetimefield_value
    since = at - timedelta(days=settings.YANZHEN_RECURRENCE_DAYS)
    when = [case.category_id, moment(since), moment(at)]
    with connection.cursor() as cursor:
        if case.site_id:
            cursor.execute(_AT_SITE, [*when, case.site_id])
        else:
            cursor.execute(_AT_ADDRESS, [*when, case.area_id, case.address])
        row = cursor.fetchone()
    return int(row[0]) if row else None


def similar_open(case: Case) -> QuerySet[Case]:
    """Open cases of the same kind at the same place, newest first; maybe this is one of them."""
    place = same_place(case)
    if place is None:
        return Case.objects.none()
    alike = Case.objects.open().filter(place).exclude(pk=case.pk)
    if case.category_id is not None:
        alike = alike.filter(Q(category_id=case.category_id) | Q(category=None))
    return alike.select_related("unit", "category").order_by("-pk")
