"""The words of rounds, visits and checks, and the one table of what a round can become."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RoundKind(models.TextChoices):
    """The sweeps that a city makes."""

    DAILY = "daily", _("日常督查")
    WEEKLY = "weekly", _("周督查")
    MONTHLY = "monthly", _("月测评")
    QUARTERLY = "quarterly", _("季度考评")
    MOCK = "mock", _("模拟测评")
    MARCH = "march", _("双周拉练")
    SPECIAL = "special", _("专项督查")
    REINSPECTION = "reinspection", _("复查")


class RoundStatus(models.TextChoices):
    """How far a round is."""

    PLANNED = "planned", _("已计划")
    DRAWN = "drawn", _("已抽点")
    OPEN = "open", _("进行中")
    CLOSED = "closed", _("已结束")
    PUBLISHED = "published", _("已公布")
    CANCELLED = "cancelled", _("已取消")


MOVES: dict[str, tuple[frozenset[RoundStatus], RoundStatus]] = {
    "draw": (frozenset({RoundStatus.PLANNED}), RoundStatus.DRAWN),
    "open": (frozenset({RoundStatus.DRAWN}), RoundStatus.OPEN),
    "close": (frozenset({RoundStatus.OPEN}), RoundStatus.CLOSED),
    "publish": (frozenset({RoundStatus.CLOSED}), RoundStatus.PUBLISHED),
    "cancel": (frozenset({RoundStatus.PLANNED, RoundStatus.DRAWN}), RoundStatus.CANCELLED),
}
"""Move → from where, to where. Sites are drawn once: whoever could draw again could choose."""

DRAWN_ONCE = frozenset(
    {RoundStatus.DRAWN, RoundStatus.OPEN, RoundStatus.CLOSED, RoundStatus.PUBLISHED}
)
"""The sites of the round are known."""
ASSIGNABLE = frozenset({RoundStatus.DRAWN, RoundStatus.OPEN})
"""Inspectors may still be sent."""
TAKING = frozenset({RoundStatus.OPEN, RoundStatus.CLOSED})
"""Visits are taken in: what a phone had no signal for may arrive after the end."""
ENDED = frozenset({RoundStatus.CLOSED, RoundStatus.PUBLISHED})
"""Nobody walks any more: what was found may be looked at."""
SHOWN = frozenset({RoundStatus.PUBLISHED})
"""Even an unannounced round is shown to those who were inspected."""


class DrawMethod(models.TextChoices):
    """How the sites of a round are found."""

    HAND = "hand", _("指定点位")
    ALL = "all", _("所选类型全部点位")
    RANDOM = "random", _("分层随机抽取")
    CARRIED = "carried", _("上一轮的不合格项")


class Allocation(models.TextChoices):
    """How many sites each stratum gives."""

    PROPORTIONAL = "proportional", _("按点位数比例")
    EQUAL = "equal", _("每层一样多")


class Result(models.TextChoices):
    """What an inspector found of one item."""

    PASS = "pass", _("合格")
    FAIL = "fail", _("不合格")
    NOT_APPLICABLE = "not_applicable", _("不适用")


class Standing(models.TextChoices):
    """Whether a check counts. Of several answers to one item in a round at most one does."""

    COUNTED = "counted", _("计入")
    BESIDE = "beside", _("另存")
    DISPUTED = "disputed", _("有分歧")
    OVERRULED = "overruled", _("未采用")


class Clockwork(models.TextChoices):
    """What is known of the phone's clock at a visit."""

    TRUSTED = "trusted", _("与服务器一致")
    CORRECTED = "corrected", _("已按时差更正")
    DOUBTFUL = "doubtful", _("时间存疑")


class CasePart(models.TextChoices):
    """What a failed check did to a case."""

    OPENED = "opened", _("新立")
    JOINED = "joined", _("再次发现")
    RELAPSED = "relapsed", _("销号后复发")


class PhotoState(models.TextChoices):
    """How far a photo is on its way from the phone."""

    WAITING = "waiting", _("待上传")
    STORED = "stored", _("已收到")
    REFUSED = "refused", _("不能收")
