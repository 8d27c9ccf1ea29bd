"""Why something about a round, a visit or a check cannot be."""

from django.utils.translation import gettext_lazy as _

from yanzhen.core.errors import Refused

# --- The draw -------------------------------------------------------------------------------------


class SeedUnfit(Refused):
    """The seed is not what a seed looks like."""

    code = "seed_unfit"
    message = _("种子应为 %(digits)s 位十六进制数。")


class SeedNotCommitted(Refused):
    """The seed is not the one whose digest was recorded before."""

    code = "seed_not_committed"
    message = _("种子与事先登记的摘要不符。")


class FrameUnreadable(Refused):
    """A line of a frame file is no site."""

    code = "frame_unreadable"
    message = _(
        "抽样框第 %(line)s 行读不懂：每行应为点位编号、区县代码、类型代码，用制表符隔开，编号不重复。"
    )


class SpecUnreadable(Refused):
    """The file with the specification is none."""

    code = "spec_unreadable"
    message = _("抽样办法读不懂，请用督查轮次的抽点公证页导出的文件。")


class FrameEmpty(Refused):
    """No site could be drawn."""

    code = "frame_empty"
    message = _("这个范围内没有可抽的点位：须在用、所属类型有现行的检查清单。")


class RoundTooLarge(Refused):
    """More sites are wanted than there are."""

    code = "round_too_large"
    message = _("要抽 %(wanted)s 个点位，符合条件的只有 %(there)s 个，请减少数量或扩大范围。")


class SizeMissing(Refused):
    """It is not said how many or which."""

    code = "size_missing"
    message = _("请填写要抽多少个点位，或指定点位。")


class SitesUnknown(Refused):
    """A named site is not in the frame."""

    code = "sites_unknown"
    message = _(
        "有 %(count)s 个点位不在可查范围内（不存在、已停用、不在该区域，或类型没有检查清单）：%(first)s。"
    )


# --- A round --------------------------------------------------------------------------------------


class RoundMoveRefused(Refused):
    """The round does not stand where this begins."""

    code = "round_move_refused"
    status = 409
    message = _("“%(round)s”现在是%(status)s，不能%(move)s。")


class RoundNameMissing(Refused):
    """Without a name nobody knows which round is meant."""

    code = "round_name_missing"
    message = _("请填写轮次名称。")


class RoundDaysOutOfOrder(Refused):
    """The last day lies before the first."""

    code = "round_days_out_of_order"
    message = _("结束日期不能早于开始日期。")


class NobodyToSend(Refused):
    """Sites without inspectors."""

    code = "nobody_to_send"
    message = _("请至少选一名督查员或一个督查组。")


class NotAnInspector(Refused):
    """The person holds no post as an inspector there."""

    code = "not_an_inspector"
    message = _("%(person)s 在这个区域没有督查员岗位，不能派出。")


class EverybodyBarred(Refused):
    """All who could be sent belong to what they would inspect."""

    code = "everybody_barred"
    message = _(
        "%(site)s 等 %(count)s 个点位没有可派的人：所选督查员都与责任单位或包联单位有关，应当回避。"
    )


class InspectorBarred(Refused):
    """One's own unit's sites are inspected by others."""

    code = "inspector_barred"
    message = _("%(person)s 与 %(site)s 的责任单位或包联单位有关，应当回避，请另派他人。")


class NotYetAssigned(Refused):
    """A round opens when somebody is sent to every site."""

    code = "not_yet_assigned"
    message = _("还有 %(count)s 个点位没有派人，请先派员。")


class ConflictsOpen(Refused):
    """Answers differ and nobody has said which counts."""

    code = "conflicts_open"
    status = 409
    message = _("还有 %(count)s 项检查结果有分歧，请先裁定再公布。")


class NothingToReinspect(Refused):
    """Nothing failed."""

    code = "nothing_to_reinspect"
    message = _("“%(round)s”没有不合格项，不需要复查。")


class TeamNameTaken(Refused):
    """Two teams of one name would be mixed up."""

    code = "team_name_taken"
    status = 409
    message = _("已有名为“%(name)s”的督查组。")


# --- From the field -------------------------------------------------------------------------------


class SyncUnreadable(Refused):
    """What a phone sent is not of the agreed form."""

    code = "sync_unreadable"
    status = 400
    message = _("上传的内容读不懂（%(where)s：%(why)s），请更新页面后重试；本机的记录不会丢。")


class SyncTooLarge(Refused):
    """More in one sending than is read at once."""

    code = "sync_too_large"
    status = 413
    message = _("一次最多上传 %(most)s 次到访，请分批上传。")


class RoundOver(Refused):
    """The round takes nothing any more."""

    code = "round_over"
    status = 409
    message = _("“%(round)s”%(status)s，不再接收检查结果。请导出本机记录交创建办。")


class NotYourSite(Refused):
    """The site is not one of the round's, or the round is not the inspector's."""

    code = "not_your_site"
    status = 404
    message = _("点位 %(site)s 不在您的这一轮督查里。")


class ChecklistNotOfThisRound(Refused):
    """The visit followed another checklist than the one that was fixed at the draw."""

    code = "checklist_not_of_this_round"
    message = _("这次到访用的检查清单不是本轮抽点时确定的版本，请重新下载本轮任务。")


class VisitIdReused(Refused):
    """One id, two different visits."""

    code = "visit_id_reused"
    status = 409
    message = _("到访编号已被另一次到访使用，请联系系统管理员。")


class CheckIdReused(Refused):
    """One id, two different checks."""

    code = "check_id_reused"
    status = 409
    message = _("检查编号已用于另一条检查，请联系系统管理员。")


class CheckAlreadyGiven(Refused):
    """What was sent in is not changed from a phone afterwards."""

    code = "check_already_given"
    status = 409
    message = _("“%(item)s”已提交为%(result)s，手机上不能再改；如有误请联系创建办更正。")


class ItemUnknown(Refused):
    """The checklist has no such item, or a re-inspection does not ask for it."""

    code = "item_unknown"
    message = _("检查清单里没有编号为 %(item)s 的检查项。")


class ValueMissing(Refused):
    """A counted or measured item without a number."""

    code = "value_missing"
    message = _("“%(item)s”须填写数值。")


class PhotoNotAnnounced(Refused):
    """A photo that no check of this inspector named."""

    code = "photo_not_announced"
    status = 404
    message = _("请先上传检查结果，再传这张照片。")


class PhotoOffsetWrong(Refused):
    """A piece that does not begin where the last one ended."""

    code = "photo_offset_wrong"
    status = 409
    message = _("照片已收到 %(received)s 字节，请从那里接着传。")


class PhotoPieceTooLarge(Refused):
    """More at once than is read."""

    code = "photo_piece_too_large"
    status = 413
    message = _("每次最多传 %(most)s KB，且不能超过照片的大小。")


class PhotoNotAsAnnounced(Refused):
    """All bytes are here and they are others."""

    code = "photo_not_as_announced"
    message = _("照片传输中有误，已收到的部分作废，请重新上传这张照片。")


# --- Answers that differ --------------------------------------------------------------------------


class ConflictSettled(Refused):
    """Somebody was quicker."""

    code = "conflict_settled"
    status = 409
    message = _("这一项已由%(who)s裁定。")


class NotOfThisConflict(Refused):
    """The chosen check is not one of those that differ."""

    code = "not_of_this_conflict"
    message = _("请从有分歧的检查结果中选一条。")


class ReasonMissing(Refused):
    """Who decides says why."""

    code = "reason_missing"
    message = _("请写明裁定的理由。")
