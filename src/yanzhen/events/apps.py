"""The events app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    """The record of what happened: append-only, chained by hash."""

    name = "yanzhen.events"
    verbose_name = _("事件")
    default_auto_field = "django.db.models.BigAutoField"
