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
        """Have each request ask once whether the net in memory still holds; show sites' photos."""
        from yanzhen.files.rules import register_viewer  # noqa: PLC0415 - app ready
        from yanzhen.places.net import look_again  # noqa: PLC0415 - needs the models: app ready
        from yanzhen.places.queries import may_see_photo  # noqa: PLC0415 - as above

        register_viewer(may_see_photo)
        request_started.connect(look_again, dispatch_uid="places.net.look_again")
