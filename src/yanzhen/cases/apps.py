"""The cases app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """The loop: from found to verified and closed, on a clock."""

    name = "yanzhen.cases"
    verbose_name = _("问题")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Show the photos of a case to whoever may see the case; name the categories below."""
        from yanzhen.cases.photos import may_see_photo  # noqa: PLC0415 - app ready
        from yanzhen.cases.queries.arrivals import category_names  # noqa: PLC0415 - as above
        from yanzhen.files.rules import register_viewer  # noqa: PLC0415 - as above
        from yanzhen.frameworks.rules import register_categories  # noqa: PLC0415 - as above

        register_viewer(may_see_photo)
        register_categories(category_names)
