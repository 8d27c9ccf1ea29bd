"""The states of a background job."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobStatus(models.TextChoices):
    """Where a job stands."""

    WAITING = "waiting", _("等待")
    RUNNING = "running", _("进行中")
    DONE = "done", _("完成")
    DEAD = "dead", _("失败")
    SUPERSEDED = "superseded", _("已由后来的任务代替")
