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
