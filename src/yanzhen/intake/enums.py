"""What is known of a message beside its words."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PlaceBy(models.TextChoices):
    """How the area of a message was found; all but the first want a person's look."""

    GIVEN = "given", _("来件写明")
    MAPPED = "mapped", _("按地名对照")
    WORDS = "words", _("从文字识别")
    DEFAULT = "default", _("默认区域")
