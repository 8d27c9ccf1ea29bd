"""What a figure is counted in, how it is made, and which rows a period picks."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class FigureUnit(models.TextChoices):
    """What a figure is counted in; the label is the sign that stands behind the number."""

    CASES = "cases", _("件")
    PERCENT = "percent", "%"
    TIMES = "times", _("次")
    DAYS = "days", _("天")
    DATES = "dates", _("日")


class How(StrEnum):
    """How a value is made of its parts.

    A count is its numerator. A rate is numerator over denominator in per cent. A median is taken
    over the weights of the denominator's rows, which are microseconds, and told in days. Clear
    days are those at whose end not one row of the fact held.
    """

    COUNT = "count"
    RATE = "rate"
    MEDIAN = "median"
    CLEAR_DAYS = "clear_days"


class PeriodRule(models.TextChoices):
    """What a period asks for."""

    COHORT = "cohort", _("按立案日期取问题：时段内立案的问题，看它们到统计时刻办得怎样。")
    STANDING = (
        "standing",
        _("看统计时刻的存量。不限时段时数全部问题；限了时段，只数时段内立案的。"),
    )
    DAYS = "days", _("逐日看：时段里每一天结束时（当天看统计时刻）的情形，与立案早晚无关。")


class PartName(StrEnum):
    """Which rows behind a figure: counted above the line, below it, or below and not above."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"
    MISSING = "missing"
