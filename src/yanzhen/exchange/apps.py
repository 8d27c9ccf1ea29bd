"""The exchange app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    """Import and export of every ledger."""

    name = "yanzhen.exchange"
    verbose_name = _("导入导出")
    default_auto_field = "django.db.models.BigAutoField"
