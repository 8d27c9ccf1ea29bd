"""The cases app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """The loop: from found to verified and closed, on a clock."""

    name = "yanzhen.cases"
    verbose_name = _("问题")
    default_auto_field = "django.db.models.BigAutoField"
