"""The frameworks app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FrameworksConfig(AppConfig):
    """What a city is measured by, who answers for which part of it, and what is checked at a site."""

    name = "yanzhen.frameworks"
    verbose_name = _("体系")
    default_auto_field = "django.db.models.BigAutoField"
