"""The files app."""

import warnings

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    """Uploads: hashed, checked, re-encoded."""

    name = "yanzhen.files"
    verbose_name = _("文件")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from PIL import Image  # noqa: PLC0415 - app ready
        from pillow_heif import register_heif_opener  # noqa: PLC0415 - app ready

        from yanzhen.files.pictures import MAX_PIXELS  # noqa: PLC0415 - app ready

        register_heif_opener(thumbnails=False)
        Image.MAX_IMAGE_PIXELS = MAX_PIXELS
        warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
