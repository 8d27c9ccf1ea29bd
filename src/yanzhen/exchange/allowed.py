"""What a column may hold, for the sheet of allowed values in a template."""

from collections.abc import Callable, Sequence

from django.db.models import TextChoices

from yanzhen.cases.models import Category
from yanzhen.places.enums import Level
from yanzhen.places.models import Area, SiteType
from yanzhen.units.models import Unit

Pairs = Sequence[tuple[str, str]]
MOST = 5000


def choices(enum: type[TextChoices]) -> Callable[[], Pairs]:
    """The choices of an enum, each with its Chinese name."""
    return lambda: [(value, str(label)) for value, label in enum.choices]


def categories() -> Pairs:
    """The categories in use."""
    rows = Category.objects.filter(is_active=True).order_by("sort", "code")
    return list(rows.values_list("code", "name"))


def areas() -> Pairs:
    """The areas in use down to the street; communities are too many for a list that is read."""
    levels = (Level.CITY, Level.DISTRICT, Level.STREET)
    rows = Area.objects.filter(is_active=True, level__in=levels).order_by("code")
    return list(rows.values_list("code", "name")[:MOST])


def units() -> Pairs:
    """The units in use."""
    rows = Unit.objects.filter(is_active=True).order_by("code")
    return list(rows.values_list("code", "name")[:MOST])


def site_types() -> Pairs:
    """The site types in use."""
    rows = SiteType.objects.filter(is_active=True).order_by("sort", "code")
    return list(rows.values_list("code", "name"))
