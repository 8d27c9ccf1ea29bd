"""The refusals about frameworks, checklists, duties and the negative list; one class a reason."""

from django.utils.translation import gettext_lazy as _

from yanzhen.core.errors import Refused

# --- files and editions ---------------------------------------------------------------------------


class YamlUnreadable(Refused):
    """The text is no YAML that we read."""

    code = "yaml_unreadable"
    message = _("文件第 %(row)s 行读不懂：%(reason)s。")


class FrameworkUnknown(Refused):
    """No framework has this code."""

    code = "framework_unknown"
    message = _("没有代码为“%(code)s”的体系。")


class FrameworkUnfit(Refused):
    """What is said of a framework does not hold together."""

    code = "framework_unfit"
    message = _("体系“%(name)s”：%(reason)s")


class EditionUnfit(Refused):
    """What is said of an edition does not hold together."""

    code = "edition_unfit"
    message = _("版本“%(name)s”：%(reason)s")


class EditionNotDraft(Refused):
    """An edition that is or was in use is never edited."""

    code = "edition_not_draft"
    status = 409
    message = _("“%(edition)s”是%(status)s版本，不能再改。内容有变请换一个版本代码导入。")


class EditionEmpty(Refused):
    """Nothing would be measured."""

    code = "edition_empty"
    message = _("“%(edition)s”里还没有测评标准，不能启用。")


class MappingUnfit(Refused):
    """What shall become of an old criterion leads nowhere."""

    code = "mapping_unfit"
    message = _("原标准“%(old)s”对应的“%(new)s”不是新版本里的测评标准，请核对编号。")


# --- checklists -----------------------------------------------------------------------------------


class ChecklistNotDraft(Refused):
    """A version that is or was in use is never edited; a change makes the next one."""

    code = "checklist_not_draft"
    status = 409
    message = _("这一版已经启用，不能再改。请先建下一版草稿。")


class ChecklistEmpty(Refused):
    """Nothing would be checked."""

    code = "checklist_empty"
    message = _("清单里还没有检查项，不能启用。")


class ChecklistNameUnfit(Refused):
    """A checklist has a name that fits on a page."""

    code = "checklist_name_unfit"
    message = _("请填写清单名称，最多 %(most)s 个字。")


class CheckItemUnknown(Refused):
    """No item of this version has the code."""

    code = "check_item_unknown"
    status = 409
    message = _("清单里没有编号为“%(code)s”的检查项，可能已由别人删去。")


# --- duties ---------------------------------------------------------------------------------------


class CriterionNotCurrent(Refused):
    """Only criteria of the edition in use are laid on units."""

    code = "criterion_not_current"
    status = 409
    message = _("“%(criterion)s”不在现行版本里，不能分解。请刷新页面再选。")


class NoCriterion(Refused):
    """Nothing was chosen."""

    code = "no_criterion"
    message = _("请先选要分解的标准。")


class DueDayPassed(Refused):
    """A duty cannot be due before it is given."""

    code = "due_day_passed"
    message = _("完成期限 %(day)s 已经过去，请另选日期。")


class LeadSupportsItself(Refused):
    """A unit leads or supports, not both."""

    code = "lead_supports_itself"
    message = _("“%(unit)s”已是牵头单位，不用再写进配合单位。")


class PlanMissing(Refused):
    """There is nothing to look at."""

    code = "plan_missing"
    message = _("请写工作方案：做什么、谁来做、什么时候做完。")


class PlanTooLong(Refused):
    """A plan is read by people."""

    code = "plan_too_long"
    message = _("工作方案最多 %(most)s 字，现有 %(length)s 字；附件材料请走申报材料。")


class ReasonMissing(Refused):
    """Whoever gets something back must know why."""

    code = "reason_missing"
    message = _("请写明理由。")


class DutyNotOpen(Refused):
    """The plan is being looked at, or was accepted."""

    code = "duty_not_open"
    status = 409
    message = _("这项任务现在是“%(status)s”，不能报方案。")


class DutyNotSubmitted(Refused):
    """There is no plan that waits to be looked at."""

    code = "duty_not_submitted"
    status = 409
    message = _("这项任务现在是“%(status)s”，没有待审的方案。")


class OwnPlan(Refused):
    """Whoever wrote a plan does not accept it."""

    code = "own_plan"
    status = 403
    message = _("方案是您自己报的，请由别人来审。")


# --- the negative list ----------------------------------------------------------------------------


class NegativeKindUnfit(Refused):
    """What is said of a kind of event does not hold together."""

    code = "negative_kind_unfit"
    message = _("事项“%(name)s”：%(reason)s")


class NegativeKindTaken(Refused):
    """Another kind has this code."""

    code = "negative_kind_taken"
    status = 409
    message = _("代码“%(code)s”已由“%(name)s”使用，请换一个。")


class NegativeKindRetired(Refused):
    """The kind is no longer used."""

    code = "negative_kind_retired"
    message = _("事项“%(name)s”已停用，请另选。")


class HappensLater(Refused):
    """What is recorded has happened."""

    code = "happens_later"
    message = _("发生日期 %(day)s 还没到，请核对。")


class EventWordsMissing(Refused):
    """An event without words is a rumour."""

    code = "event_words_missing"
    message = _("请写明经过：什么时候、在哪里、发生了什么、依据是什么。")


class NegativeEventSettled(Refused):
    """The event was confirmed or withdrawn already."""

    code = "negative_event_settled"
    status = 409
    message = _("这个事件现在是“%(status)s”，不能%(move)s。请刷新页面看最新情况。")
