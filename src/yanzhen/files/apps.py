"""The files app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    """Uploads: hashed, checked, re-encoded."""

    name = "yanzhen.files"
    verbose_name = _("文件")
    default_auto_field = "django.db.models.BigAutoField"
