"""The refusals about frameworks, checklists, duties and the negative list; one class a reason."""

from django.utils.translation import gettext_lazy as _

from yanzhen.core.errors import Refused

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
