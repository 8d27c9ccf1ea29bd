"""The inspections app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InspectionsConfig(AppConfig):
    """Rounds, visits, checks, and their way from a phone without a signal."""

    name = "yanzhen.inspections"
    verbose_name = _("督查")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Show the photos of a check to whoever may see its round."""
        from yanzhen.files.rules import register_viewer  # noqa: PLC0415 - app ready
        from yanzhen.inspections.pictures import may_see_photo  # noqa: PLC0415 - as above

        register_viewer(may_see_photo)
