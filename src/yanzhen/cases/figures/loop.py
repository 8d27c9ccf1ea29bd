"""The figures of the loop."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from yanzhen.cases.enums import AWAITING_CHECK, IN_HAND
from yanzhen.figures.enums import FigureUnit, How, PeriodRule
from yanzhen.figures.registry import Figure, Part


def _is_closed(row: Any, _at: Any) -> Any:
    """Only what is closed has the time when it was; whether there is one is seen at a glance."""
    return row.closed_at.notnull()


def _is_in_hand(row: Any) -> Any:
    """With a unit and not over; most rows are over, and need no look at their status."""
    return row.closed_at.isnull() & row.status.isin(sorted(IN_HAND))


def _is_judged(row: Any, at: Any) -> Any:
    """Over, or past its due time."""
    return _is_closed(row, at) | (_is_in_hand(row) & (row.due_at < at))


def _is_on_time(row: Any, at: Any) -> Any:
    waits = row.status.isin(sorted(AWAITING_CHECK)) & (row.due_at < at)
    return (_is_closed(row, at) | waits) & (row.submitted_at <= row.due_at)


def _is_overdue(row: Any, at: Any) -> Any:
    late = row.status.notin(sorted(AWAITING_CHECK)) | (row.submitted_at > row.due_at)
    return _is_in_hand(row) & (row.due_at < at) & late


def _recurs(row: Any, _at: Any) -> Any:
    return row.recurs


LOOP = _("问题闭环")

FOUND = Part(
    words=_("时段内立案的问题，去掉并入别件的和不予受理的；挂账的算在内"),
    short=_("发现"),
    told=_("件发现"),
)
RECTIFIED = Part(
    words=_("其中统计时刻状态为“已销号”的"), short=_("已整改"), told=_("件已整改"), rows=_is_closed
)

FIGURES = (
    Figure(
        code="cases_found",
        name=_("发现问题数"),
        english="Cases found",
        words=_("时段内立案的问题件数。并入别件的只算那一件，不予受理的不算，挂账的算。"),
        theme=LOOP,
        unit=FigureUnit.CASES,
        how=How.COUNT,
        fact="cases",
        period=PeriodRule.COHORT,
        numerator=FOUND,
    ),
    Figure(
        code="cases_rectified",
        name=_("已整改问题数"),
        english="Cases rectified",
        words=_("时段内立案的问题里，到统计时刻已核查通过并销号的件数。销号后又重开的不算。"),
        theme=LOOP,
        unit=FigureUnit.CASES,
        how=How.COUNT,
        fact="cases",
        period=PeriodRule.COHORT,
        numerator=RECTIFIED,
        more_is_better=True,
    ),
    Figure(
        code="rectification_rate",
        name=_("整改率"),
        english="Rectification rate",
        words=_(
            "时段内立案的问题里，到统计时刻已核查通过并销号的所占的比。并入别件的只算那一件；"
            "不予受理的不算；挂账的算发现，不算整改。"
        ),
        theme=LOOP,
        unit=FigureUnit.PERCENT,
        how=How.RATE,
        fact="cases",
        period=PeriodRule.COHORT,
        numerator=RECTIFIED,
        denominator=FOUND,
        missing=_("未整改"),
        more_is_better=True,
    ),
    Figure(
        code="on_time_rate",
        name=_("按期整改率"),
        english="On-time rate",
        words=_(
            "时段内立案的问题里，应当办完的有多少是按期办的。已销号的，和统计时刻时限已过的，"
            "是应当办完的；最近一次有效反馈不晚于时限，是按期。准予延期的按延后的时限算；"
            "返工的按返工的时限算；挂账的、还没到时限的不算。"
        ),
        theme=LOOP,
        unit=FigureUnit.PERCENT,
        how=How.RATE,
        fact="cases",
        period=PeriodRule.COHORT,
        numerator=Part(
            words=_("其中有效反馈不晚于时限的（已销号，或已反馈、等着核查）"),
            short=_("按期"),
            told=_("件按期"),
            rows=_is_on_time,
        ),
        denominator=Part(
            words=_("时段内立案的问题里，统计时刻已销号的，或在单位手里、时限已过的"),
            short=_("应办完"),
            told=_("件应办完"),
            rows=_is_judged,
        ),
        missing=_("逾期"),
        more_is_better=True,
    ),
    Figure(
        code="rework_rate",
        name=_("返工率"),
        english="Rework rate",
        words=_(
            "时段内立案的问题，到统计时刻一共反馈了多少次，其中多少次核查不通过、退回返工。"
            "一件问题返工几次算几次。"
        ),
        theme=LOOP,
        unit=FigureUnit.PERCENT,
        how=How.RATE,
        fact="cases",
        period=PeriodRule.COHORT,
        numerator=Part(
            words=_("这些问题的返工次数之和"),
            short=_("返工次数"),
            told=_("次返工"),
            weight=lambda row: row.rework_count,
        ),
        denominator=Part(
            words=_("这些问题的反馈次数之和"),
            short=_("反馈次数"),
            told=_("次反馈"),
            weight=lambda row: row.submission_count,
        ),
        more_is_better=False,
    ),
    Figure(
        code="recurrence_rate",
        name=_("复发率"),
        english="Recurrence rate",
        words=_("时段内立案的问题里，同一处、同一类问题销号后再次发生的所占的比。"),
        theme=LOOP,
        unit=FigureUnit.PERCENT,
        how=How.RATE,
        fact="cases",
        period=PeriodRule.COHORT,
        numerator=Part(
            words=_("其中立案时认定为复发的（记有上一次的编号）"),
            short=_("复发"),
            told=_("件复发"),
            rows=_recurs,
        ),
        denominator=FOUND,
        more_is_better=False,
    ),
    Figure(
        code="return_count",
        name=_("退回次数"),
        english="Times returned",
        words=_(
            "时段内立案的问题，到统计时刻被单位退回的次数，一件退回几次算几次。"
            "按单位看时，记在退回的那一家名下。"
        ),
        theme=LOOP,
        unit=FigureUnit.TIMES,
        how=How.COUNT,
        fact="returns",
        period=PeriodRule.COHORT,
        numerator=Part(words=_("以“退回”结束的交办"), short=_("退回"), told=_("次退回")),
        more_is_better=False,
    ),
    Figure(
        code="overdue_open",
        name=_("超期未办结数"),
        english="Open and overdue",
        words=_(
            "统计时刻在单位手里、时限已过、没有按时反馈的问题件数。挂账的、待交办的不算；"
            "按时反馈、等着核查的不算；反馈晚了的，销号以前都算。"
        ),
        theme=LOOP,
        unit=FigureUnit.CASES,
        how=How.COUNT,
        fact="cases",
        period=PeriodRule.STANDING,
        numerator=Part(
            words=_("统计时刻超期未办结的问题"),
            short=_("超期未办结"),
            told=_("件超期未办结"),
            rows=_is_overdue,
        ),
        more_is_better=False,
        history="overdue",
    ),
    Figure(
        code="median_days_to_close",
        name=_("销号天数中位数"),
        english="Median days to close",
        words=_(
            "时段内立案、到统计时刻已销号的问题，从立案到销号各用了多少天（自然日，按实际时刻算），"
            "排在正中间的那一个；有两个居中的，取平均。"
        ),
        theme=LOOP,
        unit=FigureUnit.DAYS,
        how=How.MEDIAN,
        fact="cases",
        period=PeriodRule.COHORT,
        denominator=Part(
            words=_("时段内立案、统计时刻状态为“已销号”的问题"),
            short=_("已整改"),
            told=_("件已整改"),
            rows=_is_closed,
            weight=lambda row: row.micros_to_close,
        ),
        more_is_better=False,
        places=2,
    ),
    Figure(
        code="zero_overdue_days",
        name=_("动态清零天数"),
        english="Days with zero overdue",
        words=_(
            "时段里有多少天，在一天结束的时候（24 时；统计当天看统计时刻）没有一件问题超期未办结。"
            "不论问题哪天立案。还没到的日子不算；不限时段时，从第一件问题立案那天算起。"
        ),
        theme=LOOP,
        unit=FigureUnit.DATES,
        how=How.CLEAR_DAYS,
        fact="overdue",
        period=PeriodRule.DAYS,
        numerator=Part(
            words=_("结束时没有一件超期未办结的日子"), short=_("清零天数"), told=_("天清零")
        ),
        denominator=Part(words=_("时段里到统计时刻为止的日子"), short=_("天数"), told=_("天")),
        missing=_("当时超期"),
        more_is_better=True,
    ),
)
