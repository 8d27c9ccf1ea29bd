"""Where a file stands on its way in or out."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportStatus(models.TextChoices):
    """Where a file that was brought in stands."""

    WAITING = "waiting", _("等待核对")
    CHECKING = "checking", _("核对中")
    READY = "ready", _("可以导入")
    REFUSED = "refused", _("有错误")
    IMPORTING = "importing", _("导入中")
    DONE = "done", _("已导入")
    FAILED = "failed", _("出错中止")
    DROPPED = "dropped", _("已放弃")


class ExportStatus(models.TextChoices):
    """Where a file that was asked for stands."""

    WAITING = "waiting", _("等待导出")
    DONE = "done", _("可以下载")
    FAILED = "failed", _("出错中止")
    GONE = "gone", _("已清理")
