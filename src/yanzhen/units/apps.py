"""The units app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UnitsConfig(AppConfig):
    """Units, task groups, responsibility and stewardship."""

    name = "yanzhen.units"
    verbose_name = _("单位")
    default_auto_field = "django.db.models.BigAutoField"
