"""The places app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlacesConfig(AppConfig):
    """Areas, boundaries, sites and site types."""

    name = "yanzhen.places"
    verbose_name = _("区域与点位")
    default_auto_field = "django.db.models.BigAutoField"
