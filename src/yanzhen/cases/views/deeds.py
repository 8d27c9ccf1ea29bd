"""The moves as pages offer them: the form, the operation, the words on the button, what follows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from yanzhen.cases import clock, operations
from yanzhen.cases.enums import Hours, MoveName
from yanzhen.cases.errors import (
    DueTimePassed,
    DueTimeTooFar,
    ExtensionNotLater,
    MergeTargetUnfit,
    NoClockPolicy,
    NoSuchPart,
    PhotoMissing,
    PhotoUsedAlready,
    SameUnit,
    UnitAlreadySupports,
    UnitClosed,
    WordsMissing,
    WordsTooLong,
)
from yanzhen.cases.forms.moves import (
    CheckForm,
    DispatchForm,
    ExtensionForm,
    GrantForm,
    MergeForm,
    MoveForm,
    PartForm,
    PhotosForm,
    ReopenForm,
    SupportForm,
    TransferForm,
    WordsForm,
)
from yanzhen.cases.models import Case
from yanzhen.cases.rulebook import RuleBook
from yanzhen.core.errors import Refused
from yanzhen.core.words import full_date, span

HALF_AN_HOUR: Final = 30

Words = str | Promise
Follows = Callable[[RuleBook, Case, datetime], Words]


@dataclass(frozen=True, slots=True)
class Deed:
    """One move as a page offers it; `follows` says in a sentence what comes of it."""

    move: MoveName
    form: type[MoveForm]
    operation: Callable[..., Case]
    button: Words
    icon: str
    done: Words
    follows: Follows

    @property
    def slug(self) -> str:
        """Its word in an address: `ask-extension`."""
        return self.move.replace("_", "-")

    @property
    def url_name(self) -> str:
        """The name of its address."""
        return f"cases:{self.move}"


def _says(words: Words) -> Follows:
    return lambda _book, _case, _at: words


def _limit(hours: str, minutes: int) -> str:
    """`20 工作小时`, `2 小时 28 分（工作时间）`, `3 天`."""
    if hours == Hours.WORKING and minutes % HALF_AN_HOUR:
        whole, rest = divmod(minutes, 60)
        return _now("%(hours)s 小时 %(minutes)s 分（工作时间）") % {"hours": whole, "minutes": rest}
    if hours == Hours.WORKING:
        return _now("%(hours)s 工作小时") % {"hours": f"{minutes / 60:g}"}
    return span(timedelta(minutes=minutes))


def _dispatched(book: RuleBook, case: Case, at: datetime) -> Words:
    policy = clock.policy_for(book, case)
    if policy is None:
        return _("没有适用的时限规则，请写明时限。")
    due = clock.later(book, Hours(policy.hours), at, policy.rectify_minutes)
    words = {"limit": _limit(policy.hours, policy.rectify_minutes), "due": full_date(due)}
    return _now("时限不填就按规则：限 %(limit)s，到 %(due)s。") % words


def _checked(book: RuleBook, case: Case, _at: datetime) -> Words:
    passed = _("通过即销号") if settings.YANZHEN_CLOSE_ON_VERIFY else _("通过后转为待销号")
    policy = clock.policy_for(book, case)
    if policy is None:
        return f"{passed}{_('。')}"
    words = {"passed": passed, "limit": _limit(policy.hours, policy.rework_minutes)}
    return _now("%(passed)s；返工重新计 %(limit)s。") % words


def _failed(book: RuleBook, case: Case, _at: datetime) -> Words:
    policy = clock.policy_for(book, case)
    if policy is None:
        return _("没有适用的时限规则，不能返工；请先在“规则与设置”里补上。")
    words = {"limit": _limit(policy.hours, policy.rework_minutes)}
    return _now("退给单位重做，重新计 %(limit)s。") % words


def _granted(_book: RuleBook, case: Case, _at: datetime) -> Words:
    return _now("准了，时限改到准到的时间；不准，仍是 %(due)s。") % {"due": full_date(case.due_at)}


def _unparked(_book: RuleBook, case: Case, _at: datetime) -> Words:
    if case.left_minutes is None:
        return _("恢复后回到挂账前的一步。")
    words = {"limit": _limit(case.hours, max(0, case.left_minutes))}
    return _now("恢复后回到挂账前的一步，接着算剩下的 %(limit)s。") % words


def _due(book: RuleBook, case: Case, _at: datetime) -> Words:
    del book
    return _now("签收后由本单位整改，时限 %(due)s。") % {"due": full_date(case.due_at)}


def _asked(_book: RuleBook, case: Case, _at: datetime) -> Words:
    return _now("批准前时限照常走，现在是 %(due)s。") % {"due": full_date(case.due_at)}


_M = MoveName
_TABLE: Final = (
    Deed(
        _M.FILE, MoveForm, operations.file_case, _("受理立案"), "case", _("已立案，待交办。"),
        _says(_("立案后编号不变，转为待交办。")),
    ),
    Deed(
        _M.DECLINE, WordsForm, operations.decline_case, _("不予受理"), "cross", _("已不予受理。"),
        _says(_("这一件到此结束；上报人看得到这句话。")),
    ),
    Deed(
        _M.MERGE, MergeForm, operations.merge_case, _("并入"), "merge", _("已并入。"),
        _says(_("这一件到此结束，以后跟着那一件办。")),
    ),
    Deed(
        _M.DISPATCH, DispatchForm, operations.dispatch_case, _("交办"), "send", _("已交办。"),
        _dispatched,
    ),
    Deed(
        _M.ACKNOWLEDGE, MoveForm, operations.acknowledge_case, _("签收"), "check", _("已签收。"),
        _due,
    ),
    Deed(
        _M.RETURN, WordsForm, operations.return_case, _("退回"), "back", _("已退回创建办。"),
        _says(_("退回后由创建办另行交办，记一次退回。")),
    ),
    Deed(
        _M.TRANSFER, TransferForm, operations.transfer_case, _("转办"), "send", _("已转办。"),
        _says(_("转给另一个单位，时限重新起算。")),
    ),
    Deed(
        _M.ASK_EXTENSION, ExtensionForm, operations.ask_extension, _("申请延期"), "hourglass",
        _("延期申请已交，等创建办批复。"), _asked,
    ),
    Deed(
        _M.GRANT_EXTENSION, GrantForm, operations.grant_extension, _("准予延期"), "check",
        _("已准予延期。"), _granted,
    ),
    Deed(
        _M.REFUSE_EXTENSION, WordsForm, operations.refuse_extension, _("不准"), "cross",
        _("已不准延期，时限不变。"), _granted,
    ),
    Deed(
        _M.PARK, WordsForm, operations.park_case, _("挂账"), "pause", _("已挂账，停钟。"),
        _says(_("挂账后停钟，仍在账上，恢复办理时接着计时。")),
    ),
    Deed(
        _M.UNPARK, WordsForm, operations.unpark_case, _("恢复办理"), "play", _("已恢复办理。"),
        _unparked,
    ),
    Deed(
        _M.ASK_SUPPORT, SupportForm, operations.ask_support, _("请单位协办"), "users",
        _("已请协办。"), _says(_("协办没办完，这一件不能销号。")),
    ),
    Deed(
        _M.FINISH_SUPPORT, PartForm, operations.finish_support, _("协办完成"), "check",
        _("协办已完成。"), _says(_("交后主办单位看得到；主办反馈后一并核查。")),
    ),
    Deed(
        _M.SUBMIT, PhotosForm, operations.submit_case, _("提交核查"), "check",
        _("已提交，等待核查。"), _says(_("提交后由别人核查，办理单位不能自己销号。")),
    ),
    Deed(
        _M.VERIFY, CheckForm, operations.verify_case, _("核查通过"), "check", _("核查已通过。"),
        _checked,
    ),
    Deed(
        _M.FAIL, CheckForm, operations.fail_case, _("返工"), "back", _("已退给单位返工。"), _failed,
    ),
    Deed(
        _M.CLOSE, WordsForm, operations.close_case, _("销号"), "check", _("已销号。"),
        _says(_("销号后停钟，从在办中去掉；以后仍可重开。")),
    ),
    Deed(
        _M.REOPEN, ReopenForm, operations.reopen_case, _("重开"), "refresh", _("已重开。"),
        _says(_("原单位在的，重新交给它；不在的，回到待交办。")),
    ),
    Deed(
        _M.URGE, WordsForm, operations.urge_case, _("催办"), "bell", _("已催办。"),
        _says(_("催办记入经过，时限不变。")),
    ),
    Deed(
        _M.NOTE, WordsForm, operations.note_case, _("留言"), "talk", _("留言已记下。"),
        _says(_("留言进入经过，看得到这件的人都看得到，不能删改。")),
    ),
)  # fmt: skip

DEEDS: Final[dict[MoveName, Deed]] = {deed.move: deed for deed in _TABLE}
"""Every move that is made on its own page, in the order in which a page lists them."""

PAIRS: Final = {_M.VERIFY: _M.FAIL, _M.GRANT_EXTENSION: _M.REFUSE_EXTENSION}
"""Moves that share a form: the second is the other button under the first one's fields."""

HEADINGS: Final = {_M.VERIFY: _("核查"), _M.GRANT_EXTENSION: _("批延期")}
"""What the two moves of a pair are called together, by the first of them."""

WITH_PHOTOS: Final = frozenset({_M.SUBMIT, _M.VERIFY, _M.FAIL, _M.FINISH_SUPPORT})

FIELDS: Final[dict[type[Refused], tuple[str, ...]]] = {
    UnitClosed: ("unit",),
    SameUnit: ("unit",),
    UnitAlreadySupports: ("unit",),
    NoSuchPart: ("unit",),
    DueTimePassed: ("due_at", "wanted_due_at", "new_due_at"),
    DueTimeTooFar: ("due_at", "wanted_due_at", "new_due_at"),
    NoClockPolicy: ("due_at",),
    ExtensionNotLater: ("wanted_due_at", "new_due_at"),
    MergeTargetUnfit: ("into",),
    WordsMissing: ("words",),
    WordsTooLong: ("words",),
    PhotoMissing: ("photos",),
    PhotoUsedAlready: ("photos",),
}
"""Beside which field a refusal stands: the first of these that the form has, else above them."""
