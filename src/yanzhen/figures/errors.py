"""The refusals of the registry."""

from django.utils.translation import gettext_lazy as _

from yanzhen.core.errors import Refused


class UnknownFigure(Refused):
    """No app declared a figure of this name."""

    code = "unknown_figure"
    status = 404
    message = _("没有指标“%(figure)s”。可用的指标：%(known)s。")


class UnknownDimension(Refused):
    """The figure cannot be told apart or narrowed down by this."""

    code = "unknown_dimension"
    message = _("指标“%(figure)s”不能按“%(dimension)s”分。可用的维度：%(known)s。")


class UnknownValue(Refused):
    """There is nothing of this code."""

    code = "unknown_value"
    message = _("没有代码为“%(value)s”的%(dimension)s。")


class PeriodBackwards(Refused):
    """The last day of the period lies before the first."""

    code = "period_backwards"
    message = _("时段的起始日期 %(from_on)s 晚于截止日期 %(to_on)s，请对调后再试。")


class DayOutOfReach(Refused):
    """The day is so far away that it must be a slip of the pen."""

    code = "day_out_of_reach"
    message = _("日期 %(day)s 超出范围：只能统计 %(first)s 年至 %(last)s 年。")


class QuestionUnfit(Refused):
    """What stands in the address cannot be read."""

    code = "question_unfit"
    message = _("筛选条件有误：%(reasons)s")


class NoSuchRows(Refused):
    """The figure has no rows of this part."""

    code = "no_such_rows"
    status = 404
    message = _("指标“%(figure)s”没有这一组明细。")


class TooManyRows(Refused):
    """An export of so many rows would keep everybody waiting."""

    code = "too_many_rows"
    message = _("这一组有 %(count)s 行，一次最多导出 %(most)s 行。请缩小区域或时段后再导出。")
