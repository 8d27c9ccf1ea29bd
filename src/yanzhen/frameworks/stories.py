"""What happened to an edition, a checklist, a duty or an event of the negative list, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yanzhen.events.queries import events_of

STORY_AT_MOST: Final = 50

EVENT_WORDS: Final[Mapping[str, Promise]] = {
    "edition.brought": gettext_lazy("导入草稿"),
    "edition.rewritten": gettext_lazy("重新导入草稿"),
    "edition.applied": gettext_lazy("启用"),
    "edition.retired": gettext_lazy("由新版本接替"),
    "checklist.drafted": gettext_lazy("建立草稿"),
    "checklist.brought": gettext_lazy("导入草稿"),
    "checklist.item_put": gettext_lazy("写入检查项"),
    "checklist.item_removed": gettext_lazy("删去检查项"),
    "checklist.item_moved": gettext_lazy("移动检查项"),
    "checklist.published": gettext_lazy("启用"),
    "checklist.retired": gettext_lazy("由下一版接替"),
    "duty.assigned": gettext_lazy("分解任务"),
    "duty.changed": gettext_lazy("调整任务"),
    "duty.submitted": gettext_lazy("报工作方案"),
    "duty.accepted": gettext_lazy("通过方案"),
    "duty.returned": gettext_lazy("退回方案"),
    "duty.carried": gettext_lazy("随新版本转来"),
    "negative_kind.added": gettext_lazy("建立事项"),
    "negative_kind.changed": gettext_lazy("修改事项"),
    "negative_event.reported": gettext_lazy("登记"),
    "negative_event.confirmed": gettext_lazy("认定"),
    "negative_event.withdrawn": gettext_lazy("撤回"),
    "negative_event.accounted": gettext_lazy("补记问责情况"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One event in words."""

    at: datetime
    who: str
    text: str
    words: str = ""


def story_of(subject: Model) -> list[Told]:
    """What happened to it, the latest first. One query."""
    events = events_of(subject).order_by("-number")[:STORY_AT_MOST]
    return [
        Told(
            at=event.at,
            who=event.actor.full_name,
            text=str(EVENT_WORDS.get(event.kind, event.kind)),
            words=_words(event.facts),
        )
        for event in events
    ]


def _words(facts: Mapping[str, Any]) -> str:
    if reason := facts.get("reason"):
        return str(reason)
    if "check_items" in facts and "duties" in facts:
        words = {"items": facts["check_items"], "duties": facts["duties"]}
        return _("检查项转接 %(items)s 项，任务转接 %(duties)s 项") % words
    if "nodes" in facts:
        return _("共 %(count)s 条") % {"count": facts["nodes"]}
    if "items" in facts:
        return _("共 %(count)s 项") % {"count": facts["items"]}
    return str(facts.get("words", ""))
