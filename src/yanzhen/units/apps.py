"""The units app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UnitsConfig(AppConfig):
    """Units, task groups, responsibility and stewardship."""

    name = "yanzhen.units"
    verbose_name = _("单位")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hand down what the apps below need and cannot ask for."""
        from yanzhen.accounts import operations as accounts  # noqa: PLC0415 - apps must be ready
        from yanzhen.events import operations as events  # noqa: PLC0415 - apps must be ready
        from yanzhen.places import rules as places  # noqa: PLC0415 - apps must be ready
        from yanzhen.places.stories import tell_also  # noqa: PLC0415 - apps must be ready
        from yanzhen.units import queries, stories  # noqa: PLC0415 - apps must be ready

        accounts.record_with(events)
        places.register_answering(queries.answered_for)
        tell_also(stories.OF_PLACES)
