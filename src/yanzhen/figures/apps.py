"""The figures app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class FiguresConfig(AppConfig):
    """The figure registry: every figure is declared once and opens to its rows."""

    name = "yanzhen.figures"
    verbose_name = _("指标")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let every app declare its facts and figures."""
        autodiscover_modules("figures")
