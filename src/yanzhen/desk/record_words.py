"""What an event is called in the record that an auditor reads: the matter, and what became of it."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yanzhen.cases.enums import MOVES

MATTERS: Final[dict[str, str | Promise]] = {
    "area": _("区域"),
    "case": _("问题"),
    "category": _("问题类别"),
    "day": _("工作日历"),
    "demand": _("动作要求"),
    "export": _("导出"),
    "group": _("工作组"),
    "import": _("导入"),
    "photo": _("照片"),
    "policy": _("时限规则"),
    "route": _("派单规则"),
    "site": _("点位"),
    "site_type": _("点位类型"),
    "unit": _("单位"),
    "user": _("人员"),
}
"""By the first half of an event's kind."""

DEEDS: Final[dict[str, str | Promise]] = {
    "added": _("新增"),
    "appointed": _("任命"),
    "asked": _("提出"),
    "brought": _("交来文件"),
    "changed": _("更改"),
    "cleared": _("取消"),
    "closed": _("停用"),
    "deactivated": _("停用账号"),
    "done": _("完成"),
    "dropped": _("放弃"),
    "exported": _("被导出"),
    "joined": _("单位加入"),
    "language_chosen": _("选语言"),
    "left": _("单位退出"),
    "made": _("做成"),
    "outline_removed": _("去掉边界"),
    "outlined": _("划定边界"),
    "password_changed": _("改密码"),
    "password_reset": _("重设密码"),
    "pictured": _("换照片"),
    "post_ended": _("免去岗位"),
    "post_withdrawn": _("撤销任命"),
    "reactivated": _("恢复账号"),
    "renamed": _("改名"),
    "reopened": _("恢复"),
    "responsible_corrected": _("更正责任人"),
    "responsible_ended": _("免去责任人"),
    "responsible_set": _("定责任人"),
    "restored": _("恢复"),
    "retired": _("停用"),
    "set": _("设定"),
    "signed_in": _("登录"),
    "signed_out": _("退出登录"),
    "started": _("开始"),
    "steward_added": _("登记包联"),
    "steward_ended": _("结束包联"),
    "stored": _("存入"),
    "switched": _("启停"),
    "unit_assigned": _("定责任单位"),
    "unit_corrected": _("更正责任单位"),
    "unit_ended": _("免去责任单位"),
}
"""By the second half; of cases the moves themselves say more."""

MOVE_WORDS: Final[dict[str, str | Promise]] = {
    **{move.event: move.name.label for move in MOVES.values()},
    "case.joined": _("并进一件"),
    "case.extension_lapsed": _("延期申请失效"),
}


def event_words(kind: str) -> str:
    """`人员：登录` of `user.signed_in`; a kind without words says itself."""
    matter, _dot, deed = kind.partition(".")
    said = MOVE_WORDS.get(kind) or DEEDS.get(deed)
    if matter not in MATTERS or said is None:
        return kind
    return f"{MATTERS[matter]}：{said}"
