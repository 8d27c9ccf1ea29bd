"""The intake app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntakeConfig(AppConfig):
    """Voices from outside, which become cases."""

    name = "yanzhen.intake"
    verbose_name = _("来件")
    default_auto_field = "django.db.models.BigAutoField"
