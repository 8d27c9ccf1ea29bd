"""What happened to a unit, a group or a person, told from the record."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.events.queries import events_of
from yanzhen.places.queries import area_label
from yanzhen.units.cards import unit_names
from yanzhen.units.enums import Rank
from yanzhen.units.models import TaskGroup, Unit

STORY_AT_MOST: Final = 50
NOT_TOLD: Final = ("user.signed_in", "user.signed_out", "user.language_chosen")
"""When somebody comes and goes is in the record, and is nobody's reading."""

EVENT_WORDS: Final[Mapping[str, Promise]] = {
    "unit.added": gettext_lazy("建立"),
    "unit.changed": gettext_lazy("修改"),
    "unit.closed": gettext_lazy("停用"),
    "unit.reopened": gettext_lazy("恢复使用"),
    "group.added": gettext_lazy("建组"),
    "group.changed": gettext_lazy("修改"),
    "group.joined": gettext_lazy("加入"),
    "group.left": gettext_lazy("退出"),
    "user.added": gettext_lazy("建账号"),
    "user.changed": gettext_lazy("修改资料"),
    "user.deactivated": gettext_lazy("停用账号"),
    "user.reactivated": gettext_lazy("恢复账号"),
    "user.password_reset": gettext_lazy("重设密码"),
    "user.password_changed": gettext_lazy("本人改了密码"),
    "user.appointed": gettext_lazy("任"),
    "user.post_ended": gettext_lazy("免"),
    "user.post_withdrawn": gettext_lazy("撤销"),
}
RANKS: Final[Mapping[str, Promise]] = {rank.value: rank.label for rank in Rank}


def _of_place(facts: Mapping[str, Any]) -> str:
    """`第一责任人 王青，从 2026-11-20 起`, for an event of a site or an area."""
    named = " ".join(
        str(part) for part in (RANKS.get(facts.get("rank", "")), facts["named"]) if part
    )
    if facts.get("title"):
        named += f"（{facts['title']}）"
    if facts.get("to_on"):
        return _("%(named)s，到 %(day)s 为止") % {"named": named, "day": facts["to_on"]}
    return _("%(named)s，从 %(day)s 起") % {"named": named, "day": facts["from_on"]}


OF_PLACES: Final[Mapping[str, tuple[Promise, Callable[[Mapping[str, Any]], str]]]] = {
    "site.unit_assigned": (gettext_lazy("定责任单位"), _of_place),
    "site.unit_corrected": (gettext_lazy("更正责任单位"), _of_place),
    "site.unit_ended": (gettext_lazy("责任单位到期"), _of_place),
    **{
        f"{place}.{kind}": (name, _of_place)
        for place in ("site", "area")
        for kind, name in (
            ("responsible_set", gettext_lazy("定责任人")),
            ("responsible_corrected", gettext_lazy("更正责任人")),
            ("responsible_ended", gettext_lazy("责任人到期")),
            ("steward_added", gettext_lazy("登记包联")),
            ("steward_ended", gettext_lazy("包联到期")),
        )
    },
}
"""How what this app writes into the record of a site or an area is told on its page."""

CHANGE_WORDS: Final[Mapping[str, Promise]] = {
    "name": gettext_lazy("名称"),
    "short_name": gettext_lazy("简称"),
    "kind": gettext_lazy("性质"),
    "area_id": gettext_lazy("区域"),
    "parent_id": gettext_lazy("上级"),
    "full_name": gettext_lazy("姓名"),
    "phone": gettext_lazy("电话"),
    "unit_code": gettext_lazy("所在单位"),
}


@dataclass(frozen=True)
class Told:
    """One event in words."""

    at: datetime
    who: str
    text: str
    words: str = ""


def story_of(subject: Unit | TaskGroup | User) -> list[Told]:
    """What happened to it, the latest first. Two queries."""
    events = list(events_of(subject).exclude(kind__in=NOT_TOLD).order_by("-number")[:STORY_AT_MOST])
    facts = [event.facts for event in events]
    names = unit_names(_unit_codes(facts))
    return [
        Told(
            at=event.at,
            who=event.actor.full_name,
            text=str(EVENT_WORDS.get(event.kind, event.kind)),
            words=_words(known, names),
        )
        for event, known in zip(events, facts, strict=True)
    ]


def _unit_codes(facts: Iterable[Mapping[str, Any]]) -> list[str]:
    return [code for known in facts for code in (known.get("unit"), known.get("unit_code")) if code]


def _words(facts: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if changes := facts.get("changes"):
        return "、".join(str(CHANGE_WORDS.get(name, name)) for name in changes)
    if "role" in facts:
        code = facts.get("unit_code", "")
        scope = names.get(code, code) if code else area_label(facts.get("area_code", ""))
        until = _("，到 %(day)s") % {"day": facts["to_on"]} if facts.get("to_on") else ""
        return f"{Role(facts['role']).label} {scope}{until}"
    if "unit" in facts:
        return names.get(facts["unit"], str(facts["unit"]))
    return ""
