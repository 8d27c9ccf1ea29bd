"""Refusals of what comes in."""

from django.utils.translation import gettext_lazy as _

from yanzhen.core.errors import Refused


class ReportNumberTaken(Refused):
    """The number belongs to another message of the same source."""

    code = "report_number_taken"
    status = 409
    message = _("来件 %(number)s 已登记过，且内容不同，请核对编号。")


class ReportEmpty(Refused):
    """A message without words."""

    code = "report_empty"
    message = _("来件没有内容，请填写标题或内容。")


class ReportedInTheFuture(Refused):
    """Nobody can have written tomorrow."""

    code = "reported_in_the_future"
    message = _("来件时间 %(reported_at)s 晚于现在。")


class NotARepeat(Refused):
    """Nothing earlier says the same."""

    code = "not_a_repeat"
    message = _("来件 %(number)s 没有疑似重复的来件，不能并入。")
