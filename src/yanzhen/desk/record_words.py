"""What an event is called in the record that an auditor reads: the matter, and what became of it."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yanzhen.cases.enums import MOVES

MATTERS: Final[dict[str, str | Promise]] = {
    "area": _("区域"),
    "case": _("问题"),
    "category": _("问题类别"),
    "checklist": _("检查清单"),
    "conflict": _("不一致的结果"),
    "day": _("工作日历"),
    "demand": _("动作要求"),
    "duty": _("任务分解"),
    "edition": _("体系版本"),
    "export": _("导出"),
    "framework": _("测评体系"),
    "group": _("工作组"),
    "import": _("导入"),
    "negative_event": _("负面清单事件"),
    "negative_kind": _("负面清单条目"),
    "photo": _("照片"),
    "photo_flag": _("照片疑点"),
    "policy": _("时限规则"),
    "round": _("督查轮次"),
    "route": _("派单规则"),
    "site": _("点位"),
    "site_type": _("点位类型"),
    "team": _("督查组"),
    "unit": _("单位"),
    "user": _("人员"),
    "visit": _("到访"),
}
"""By the first half of an event's kind."""

DEEDS: Final[dict[str, str | Promise]] = {
    "accepted": _("同意"),
    "accounted": _("记录问责"),
    "added": _("新增"),
    "applied": _("启用"),
    "appointed": _("任命"),
    "asked": _("提出"),
    "assigned": _("分派"),
    "brought": _("交来文件"),
    "cancelled": _("取消"),
    "carried": _("转入新版本"),
    "changed": _("更改"),
    "checklist_dropped": _("放弃清单草稿"),
    "cleared": _("取消"),
    "closed": _("停用"),
    "confirmed": _("确认"),
    "deactivated": _("停用账号"),
    "dismissed": _("排除"),
    "done": _("完成"),
    "draft_dropped": _("放弃草稿"),
    "drafted": _("起草"),
    "drawn": _("抽点"),
    "dropped": _("放弃"),
    "exported": _("被导出"),
    "found": _("发现"),
    "item_moved": _("移动检查项"),
    "item_put": _("写入检查项"),
    "item_removed": _("去掉检查项"),
    "joined": _("单位加入"),
    "language_chosen": _("选语言"),
    "left": _("单位退出"),
    "made": _("做成"),
    "opened": _("开始"),
    "outline_removed": _("去掉边界"),
    "outlined": _("划定边界"),
    "password_changed": _("改密码"),
    "password_reset": _("重设密码"),
    "pictured": _("换照片"),
    "planned": _("计划"),
    "post_ended": _("免去岗位"),
    "post_withdrawn": _("撤销任命"),
    "published": _("公布"),
    "reactivated": _("恢复账号"),
    "reassigned": _("改派"),
    "renamed": _("改名"),
    "reopened": _("恢复"),
    "reported": _("登记"),
    "resolved": _("裁定"),
    "responsible_corrected": _("更正责任人"),
    "responsible_ended": _("免去责任人"),
    "responsible_set": _("定责任人"),
    "restored": _("恢复"),
    "retired": _("停用"),
    "returned": _("退回"),
    "rewritten": _("重写"),
    "set": _("设定"),
    "signed_in": _("登录"),
    "signed_out": _("退出登录"),
    "started": _("开始"),
    "steward_added": _("登记包联"),
    "steward_ended": _("结束包联"),
    "stored": _("存入"),
    "submitted": _("提交"),
    "switched": _("启停"),
    "synced": _("上传"),
    "unit_assigned": _("定责任单位"),
    "unit_corrected": _("更正责任单位"),
    "unit_ended": _("免去责任单位"),
    "upheld": _("属实"),
    "withdrawn": _("撤回"),
}
"""By the second half; of cases the moves themselves say more."""

MOVE_WORDS: Final[dict[str, str | Promise]] = {
    **{move.event: move.name.label for move in MOVES.values()},
    "case.joined": _("并进一件"),
    "case.found_again": _("再次查到"),
    "case.photos_added": _("补充照片"),
    "photo_flag.found": _("发现"),
    "checklist.published": _("启用"),
    "case.extension_lapsed": _("延期申请失效"),
}


def event_words(kind: str) -> str:
    """`人员：登录` of `user.signed_in`; a kind without words says itself."""
    matter, _dot, deed = kind.partition(".")
    said = MOVE_WORDS.get(kind) or DEEDS.get(deed)
    if matter not in MATTERS or said is None:
        return kind
    return f"{MATTERS[matter]}：{said}"
