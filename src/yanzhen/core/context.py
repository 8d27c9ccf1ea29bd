"""What every page knows about the installation."""

from django.conf import settings
from django.http import HttpRequest


def city(_request: HttpRequest) -> dict[str, str]:
    """Give the pages the city's name and the name that it calls this system by."""
    return {"brand": settings.YANZHEN_BRAND, "city_name": settings.YANZHEN_CITY_NAME}
