"""The places app."""

from django.apps import AppConfig
from django.core.signals import request_started
from django.utils.translation import gettext_lazy as _


class PlacesConfig(AppConfig):
    """Areas, boundaries, sites and site types."""

    name = "yanzhen.places"
    verbose_name = _("区域与点位")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have each request ask once whether the net in memory still holds."""
        from yanzhen.places.net import look_again  # noqa: PLC0415 - needs the models: app ready

        request_started.connect(look_again, dispatch_uid="places.net.look_again")
