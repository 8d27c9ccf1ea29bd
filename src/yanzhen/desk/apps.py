"""The desk app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """Desk pages across apps: start page, inbox, search."""

    name = "yanzhen.desk"
    verbose_name = _("工作台")
    default_auto_field = "django.db.models.BigAutoField"
