"""What happened to an area, a site or a type, told from the record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yanzhen.events.queries import events_of
from yanzhen.places.models import Area, Site, SiteType

STORY_AT_MOST = 50


@dataclass(frozen=True)
class Told:
    """One event of an area, a site or a type, in words."""

    at: datetime
    who: str
    text: str
    words: str = ""


EVENT_WORDS: Mapping[str, Any] = {
    "area.added": gettext_lazy("建立"),
    "area.renamed": gettext_lazy("改名"),
    "area.closed": gettext_lazy("停用"),
    "area.reopened": gettext_lazy("恢复使用"),
    "area.outlined": gettext_lazy("更新边界"),
    "area.outline_removed": gettext_lazy("去掉边界"),
    "site_type.added": gettext_lazy("建立"),
    "site_type.changed": gettext_lazy("修改"),
    "site_type.retired": gettext_lazy("停用"),
    "site_type.restored": gettext_lazy("恢复使用"),
    "site.added": gettext_lazy("入库"),
    "site.changed": gettext_lazy("修改"),
    "site.pictured": gettext_lazy("更新照片"),
    "site.retired": gettext_lazy("停用"),
    "site.restored": gettext_lazy("恢复使用"),
}


Telling = tuple[Any, Callable[[Mapping[str, Any]], str]]
"""What an event is called, and how its facts read."""

_told_above: dict[str, Telling] = {}


def tell_also(tellings: Mapping[str, Telling]) -> None:
    """Let an app above say how to tell what it writes into the record of an area or a site."""
    _told_above.update(tellings)


def story_of(subject: Area | Site | SiteType) -> list[Told]:
    """What happened to it, the latest first. One query."""
    events = events_of(subject).order_by("-number")[:STORY_AT_MOST]
    return [
        Told(
            at=event.at,
            who=event.actor.full_name,
            **_told(subject, event.kind, event.facts),
        )
        for event in events
    ]


def _told(subject: Model, kind: str, facts: Mapping[str, Any]) -> dict[str, str]:
    if kind in _told_above:
        name, read = _told_above[kind]
        return {"text": str(name), "words": read(facts)}
    text = str(EVENT_WORDS.get(kind, kind))
    return {"text": text, "words": _what_changed(subject, facts)}


def _what_changed(subject: Model, facts: Mapping[str, Any]) -> str:
    if "old_name" in facts:
        return _("“%(old)s”改为“%(new)s”") % {"old": facts["old_name"], "new": facts["name"]}
    changes = facts.get("changes", {})
    names = [
        str(one.verbose_name)
        for one in type(subject)._meta.concrete_fields
        if one.attname in changes and not one.attname.startswith("source_")
    ]
    return "、".join(names)
