"""The core app."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Errors, time, locking, paging, jobs."""

    name = "yanzhen.core"
    default_auto_field = "django.db.models.BigAutoField"
