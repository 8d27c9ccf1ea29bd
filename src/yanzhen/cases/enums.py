"""What a case can be, and the one table of moves."""

from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.enums import Action


class CaseKind(models.TextChoices):
    """The kinds of duty that go round the one loop."""

    PROBLEM = "problem", _("问题")
    DECISION = "decision", _("议定事项")
    EVIDENCE = "evidence", _("申报材料")
    REPLY = "reply", _("上榜答复")
    FOLLOW_UP = "follow_up", _("约谈后续")
    WHISTLE = "whistle", _("吹哨报到")


class Source(models.TextChoices):
    """Where a case came from."""

    INSPECTION = "inspection", _("督查")
    SNAPSHOT = "snapshot", _("随手拍")
    HOTLINE = "hotline", _("12345热线")
    GRID = "grid", _("网格")
    WHISTLE = "whistle", _("吹哨")
    LETTER = "letter", _("来信")
    MEDIA = "media", _("媒体曝光")
    LEADER = "leader", _("领导巡查")
    OBSERVER = "observer", _("市民观察员")
    CAMERA = "camera", _("视频")
    OTHER = "other", _("其他")


class Severity(models.TextChoices):
    """How grave a case is."""

    NORMAL = "normal", _("一般")
    SERIOUS = "serious", _("较重")
    SEVERE = "severe", _("严重")


class CaseStatus(models.TextChoices):
    """Where a case stands on the loop."""

    REPORTED = "reported", _("待受理")
    FILED = "filed", _("待交办")
    DISPATCHED = "dispatched", _("待签收")
    ACKNOWLEDGED = "acknowledged", _("整改中")
    REWORK = "rework", _("返工")
    SUBMITTED = "submitted", _("待核查")
    VERIFIED = "verified", _("待销号")
    CLOSED = "closed", _("已销号")
    PARKED = "parked", _("挂账")
    DECLINED = "declined", _("不予受理")
    MERGED = "merged", _("已并入")


WITH_UNIT = frozenset(
    {
        CaseStatus.DISPATCHED,
        CaseStatus.ACKNOWLEDGED,
        CaseStatus.REWORK,
        CaseStatus.SUBMITTED,
        CaseStatus.VERIFIED,
        CaseStatus.CLOSED,
    }
)
"""A unit answers and a due time is set."""

ENDED = frozenset({CaseStatus.CLOSED, CaseStatus.DECLINED, CaseStatus.MERGED})
OPEN = frozenset(set(CaseStatus) - ENDED)
WITH_THE_UNIT = frozenset({CaseStatus.DISPATCHED, CaseStatus.ACKNOWLEDGED, CaseStatus.REWORK})
"""The unit has it in hand, and its clock runs."""
IN_HAND = frozenset(WITH_UNIT - {CaseStatus.CLOSED})
"""A unit answers, a due time is set, and the case is not over."""
AWAITING_CHECK = frozenset({CaseStatus.SUBMITTED, CaseStatus.VERIFIED})
"""The unit has reported the work done; what happens now does not depend on it."""


class MoveName(models.TextChoices):
    """The verbs of the loop."""

    REPORT = "report", _("上报")
    FILE = "file", _("受理立案")
    AMEND = "amend", _("更正")
    DECLINE = "decline", _("不予受理")
    MERGE = "merge", _("并入")
    DISPATCH = "dispatch", _("交办")
    ACKNOWLEDGE = "acknowledge", _("签收")
    RETURN = "return", _("退回")
    TRANSFER = "transfer", _("转办")
    ASK_EXTENSION = "ask_extension", _("申请延期")
    GRANT_EXTENSION = "grant_extension", _("准予延期")
    REFUSE_EXTENSION = "refuse_extension", _("不准延期")
    PARK = "park", _("挂账")
    UNPARK = "unpark", _("恢复办理")
    ASK_SUPPORT = "ask_support", _("请单位协办")
    FINISH_SUPPORT = "finish_support", _("协办完成")
    SUBMIT = "submit", _("反馈整改")
    VERIFY = "verify", _("核查通过")
    FAIL = "fail", _("返工")
    CLOSE = "close", _("销号")
    REOPEN = "reopen", _("重开")
    URGE = "urge", _("催办")
    NOTE = "note", _("留言")


class Clock(StrEnum):
    """What a move does to the clock of a case."""

    NONE = "none"
    START = "start"
    MOVE = "move"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


class By(StrEnum):
    """On whose side the actor must stand, beside the action that his post must allow."""

    AREA = "area"
    LEAD = "lead"
    SUPPORT = "support"
    OUTSIDE = "outside"


@dataclass(frozen=True)
class Move:
    """One row of the table: from where, to where, who, what must be given, what the clock does.

    `to` is `None` where the standing stays, or where the move itself knows it (unpark goes back
    to where the case stood). `by` says whose post counts: over the area of the case, for its
    lead unit, for a support unit, or over the area and outside every unit that did the work.
    """

    name: MoveName
    origins: frozenset[CaseStatus | None]
    to: CaseStatus | None
    action: Action
    by: By
    event: str
    words_required: bool = False
    photo_required: bool = False
    clock: Clock = Clock.NONE


_S = CaseStatus
_A = Action

MOVES: dict[MoveName, Move] = {
    move.name: move
    for move in (
        Move(
            MoveName.REPORT,
            frozenset({None}),
            _S.REPORTED,
            _A.CASE_REPORT,
            By.AREA,
            "case.reported",
        ),
        Move(
            MoveName.FILE,
            frozenset({None, _S.REPORTED}),
            _S.FILED,
            _A.CASE_FILE,
            By.AREA,
            "case.filed",
        ),
        Move(
            MoveName.AMEND,
            frozenset({_S.REPORTED, _S.FILED}),
            None,
            _A.CASE_FILE,
            By.AREA,
            "case.amended",
        ),
        Move(
            MoveName.DECLINE,
            frozenset({_S.REPORTED, _S.FILED}),
            _S.DECLINED,
            _A.CASE_FILE,
            By.AREA,
            "case.declined",
            words_required=True,
        ),
        Move(
            MoveName.MERGE,
            frozenset({_S.REPORTED, _S.FILED, _S.DISPATCHED, _S.ACKNOWLEDGED, _S.REWORK}),
            _S.MERGED,
            _A.CASE_FILE,
            By.AREA,
            "case.merged",
            clock=Clock.STOP,
        ),
        Move(
            MoveName.DISPATCH,
            frozenset({_S.FILED}),
            _S.DISPATCHED,
            _A.CASE_DISPATCH,
            By.AREA,
            "case.dispatched",
            clock=Clock.START,
        ),
        Move(
            MoveName.ACKNOWLEDGE,
            frozenset({_S.DISPATCHED}),
            _S.ACKNOWLEDGED,
            _A.CASE_RECTIFY,
            By.LEAD,
            "case.acknowledged",
        ),
        Move(
            MoveName.RETURN,
            frozenset({_S.DISPATCHED, _S.ACKNOWLEDGED}),
            _S.FILED,
            _A.CASE_RECTIFY,
            By.LEAD,
            "case.returned",
            words_required=True,
            clock=Clock.STOP,
        ),
        Move(
            MoveName.TRANSFER,
            frozenset({_S.DISPATCHED, _S.ACKNOWLEDGED, _S.REWORK}),
            _S.DISPATCHED,
            _A.CASE_DISPATCH,
            By.AREA,
            "case.transferred",
            words_required=True,
            clock=Clock.START,
        ),
        Move(
            MoveName.ASK_EXTENSION,
            frozenset({_S.ACKNOWLEDGED, _S.REWORK}),
            None,
            _A.CASE_RECTIFY,
            By.LEAD,
            "case.extension_asked",
            words_required=True,
        ),
        Move(
            MoveName.GRANT_EXTENSION,
            frozenset({_S.ACKNOWLEDGED, _S.REWORK}),
            None,
            _A.CASE_DECIDE,
            By.AREA,
            "case.extension_granted",
            clock=Clock.MOVE,
        ),
        Move(
            MoveName.REFUSE_EXTENSION,
            frozenset({_S.ACKNOWLEDGED, _S.REWORK}),
            None,
            _A.CASE_DECIDE,
            By.AREA,
            "case.extension_refused",
            words_required=True,
        ),
        Move(
            MoveName.PARK,
            frozenset({_S.FILED, _S.DISPATCHED, _S.ACKNOWLEDGED, _S.REWORK}),
            _S.PARKED,
            _A.CASE_DECIDE,
            By.AREA,
            "case.parked",
            words_required=True,
            clock=Clock.PAUSE,
        ),
        Move(
            MoveName.UNPARK,
            frozenset({_S.PARKED}),
            None,
            _A.CASE_DECIDE,
            By.AREA,
            "case.unparked",
            clock=Clock.RESUME,
        ),
        Move(
            MoveName.ASK_SUPPORT,
            frozenset({_S.DISPATCHED, _S.ACKNOWLEDGED, _S.REWORK}),
            None,
            _A.CASE_DISPATCH,
            By.AREA,
            "case.support_asked",
            words_required=True,
        ),
        Move(
            MoveName.FINISH_SUPPORT,
            frozenset({_S.DISPATCHED, _S.ACKNOWLEDGED, _S.REWORK, _S.SUBMITTED}),
            None,
            _A.CASE_RECTIFY,
            By.SUPPORT,
            "case.support_finished",
            words_required=True,
        ),
        Move(
            MoveName.SUBMIT,
            frozenset({_S.ACKNOWLEDGED, _S.REWORK}),
            _S.SUBMITTED,
            _A.CASE_RECTIFY,
            By.LEAD,
            "case.submitted",
            words_required=True,
            photo_required=True,
        ),
        Move(
            MoveName.VERIFY,
            frozenset({_S.SUBMITTED}),
            _S.VERIFIED,
            _A.CASE_VERIFY,
            By.OUTSIDE,
            "case.verified",
        ),
        Move(
            MoveName.FAIL,
            frozenset({_S.SUBMITTED, _S.VERIFIED}),
            _S.REWORK,
            _A.CASE_VERIFY,
            By.OUTSIDE,
            "case.failed",
            words_required=True,
            clock=Clock.START,
        ),
        Move(
            MoveName.CLOSE,
            frozenset({_S.VERIFIED}),
            _S.CLOSED,
            _A.CASE_CLOSE,
            By.OUTSIDE,
            "case.closed",
            clock=Clock.STOP,
        ),
        Move(
            MoveName.REOPEN,
            frozenset({_S.CLOSED, _S.DECLINED}),
            None,
            _A.CASE_DECIDE,
            By.AREA,
            "case.reopened",
            words_required=True,
            clock=Clock.START,
        ),
        Move(
            MoveName.URGE,
            frozenset({_S.DISPATCHED, _S.ACKNOWLEDGED, _S.REWORK, _S.SUBMITTED}),
            None,
            _A.CASE_NOTE,
            By.AREA,
            "case.urged",
        ),
        Move(MoveName.NOTE, OPEN, None, _A.CASE_VIEW, By.AREA, "case.noted", words_required=True),
    )
}
"""The one table of moves. A city may ask for more (`models.MoveDemand`), never for less."""


class PhotoMoment(models.TextChoices):
    """What a photo of a case shows."""

    BEFORE = "before", _("整改前")
    AFTER = "after", _("整改后")
    CHECK = "check", _("核查")


class Ending(models.TextChoices):
    """How one unit's hold of a case ended."""

    RETURNED = "returned", _("退回")
    TRANSFERRED = "transferred", _("转办")
    CLOSED = "closed", _("销号")
    MERGED = "merged", _("并入")
    PARKED = "parked", _("挂账")


class Decision(models.TextChoices):
    """What became of a request for more time."""

    ASKED = "asked", _("待批")
    GRANTED = "granted", _("准予")
    REFUSED = "refused", _("不准")
    LAPSED = "lapsed", _("作废")


class Hours(models.TextChoices):
    """In which hours a time limit is counted."""

    WORKING = "working", _("工作小时")
    CALENDAR = "calendar", _("自然小时")


class Doubt(models.TextChoices):
    """Why a photo of the work needs a second look."""

    SAME_FILE = "same_file", _("与以前的照片是同一个文件")
    SAME_PICTURE = "same_picture", _("与以前的照片是同一画面")
    FAR = "far", _("拍摄位置离现场远")
    EARLY = "early", _("拍摄早于发现问题")
    AHEAD = "ahead", _("拍摄时间晚于上传时间")


class Finding(models.TextChoices):
    """What came of a second look at a photo."""

    OPEN = "open", _("待核对")
    DISMISSED = "dismissed", _("排除")
    UPHELD = "upheld", _("属实")
