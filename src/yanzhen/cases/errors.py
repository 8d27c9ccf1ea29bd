"""The refusals of the loop, one class a reason."""

from django.utils.translation import gettext_lazy as _

from yanzhen.core.errors import Refused


class MoveNotAllowed(Refused):
    """The case does not stand where this move begins: somebody was quicker, or out of turn."""

    code = "move_not_allowed"
    status = 409
    message = _("问题 %(number)s 现在是“%(status)s”，不能%(move)s。%(last)s请刷新页面看最新情况。")


class UnitClosed(Refused):
    """The unit no longer takes cases."""

    code = "unit_closed"
    message = _("责任单位“%(unit)s”已停用，请另选单位。")


class DueTimePassed(Refused):
    """The due time does not lie ahead."""

    code = "due_time_passed"
    message = _("时限 %(due_at)s 已经过去，请选一个以后的时间。")


class DueTimeTooFar(Refused):
    """A due time years ahead is a slip of the pen."""

    code = "due_time_too_far"
    message = _("时限 %(due_at)s 太远，最多往后 %(most)s 年，请核对年份。")


class WordsMissing(Refused):
    """The move needs words."""

    code = "words_missing"
    message = _("%(move)s须写明说明。")


class WordsTooLong(Refused):
    """More words than anybody reads."""

    code = "words_too_long"
    message = _("说明最多 %(most)s 个字，请写短一些。")


class PhotoMissing(Refused):
    """The move needs a photo; the reason is said."""

    code = "photo_missing"
    default_reason = _("核查人要对照整改前后的情况。")
    message = _("%(move)s须附照片：%(reason)s")


class SameUnit(Refused):
    """A case cannot be handed to the unit that has it."""

    code = "same_unit"
    message = _("问题已在“%(unit)s”手里，请另选单位。")


class DoerMayNotVerify(Refused):
    """Whoever did the work, and whoever stands under the same unit, does not check it."""

    code = "doer_may_not_verify"
    status = 403
    message = _("您或您所在的“%(unit)s”参与了这件整改，不能由您核查或销号。")


class UnitChanged(Refused):
    """The case is with another unit than the one from which it was to be taken."""

    code = "unit_changed"
    status = 409
    message = _("问题 %(number)s 已在“%(unit)s”手里。%(last)s请刷新页面看最新情况。")


class SupportUnfinished(Refused):
    """A support unit has not finished its part."""

    code = "support_unfinished"
    message = _("协办单位“%(unit)s”还没有办完，不能%(move)s。")


class MergeTargetUnfit(Refused):
    """The case to merge into is the same one, is over, or was itself merged."""

    code = "merge_target_unfit"
    message = _("不能并入 %(number)s：%(reason)s")


class ExtensionAlreadyAsked(Refused):
    """A request is still undecided."""

    code = "extension_already_asked"
    status = 409
    message = _("已有一份延期申请待批，不能再申请。")


class NoExtensionAsked(Refused):
    """There is nothing to decide."""

    code = "no_extension_asked"
    status = 409
    message = _("没有待批的延期申请，可能已由别人批过。")


class ExtensionNotLater(Refused):
    """More time must be more."""

    code = "extension_not_later"
    message = _("申请的时限须晚于现在的时限 %(due_at)s。")


class DatesOutOfOrder(Refused):
    """The dates of a history contradict each other."""

    code = "dates_out_of_order"
    message = _("%(later)s（%(later_at)s）早于%(earlier)s（%(earlier_at)s）。")


class FoundInTheFuture(Refused):
    """Something cannot have been found later than now."""

    code = "found_in_the_future"
    message = _("发现时间 %(found_at)s 晚于现在。")


class FoundTooLongAgo(Refused):
    """Before the years that are counted; a slip of the pen."""

    code = "found_too_long_ago"
    message = _("发现时间 %(found_at)s 太早，请核对年份。")


class CategoryClosed(Refused):
    """The category is no longer used."""

    code = "category_closed"
    message = _("类别“%(category)s”已停用，请另选类别。")


class SiteRetired(Refused):
    """The site is no longer inspected."""

    code = "site_retired"
    message = _("点位“%(site)s”已停用，请另选点位或直接选区域。")


class SiteOutsideArea(Refused):
    """The site does not lie in the area named."""

    code = "site_outside_area"
    message = _("点位“%(site)s”不在“%(area)s”内，请核对。")


class UnitAlreadySupports(Refused):
    """The unit already has a part in this case."""

    code = "unit_already_supports"
    status = 409
    message = _("“%(unit)s”已是这件问题的主办或协办单位。")


class NumberTaken(Refused):
    """The number belongs to another case."""

    code = "number_taken"
    message = _("编号 %(number)s 已有问题在用。")


class NoClockPolicy(Refused):
    """No time limit is set for such a case, and none was named."""

    code = "no_clock_policy"
    message = _("没有适用于此类问题的时限规则，请写明时限，或先在“规则与设置”里补上。")


class PlaceMissing(Refused):
    """Nobody can be sent to a place that is not named."""

    code = "place_missing"
    message = _("请选点位或区域。")


class AreaClosed(Refused):
    """The area no longer exists."""

    code = "area_closed"
    message = _("区域“%(area)s”已撤销，请另选区域。")


class TitleMissing(Refused):
    """A case must say what is wrong."""

    code = "title_missing"
    message = _("请写明是什么问题。")


class TextTooLong(Refused):
    """A text does not fit where it is kept."""

    code = "text_too_long"
    message = _("“%(what)s”最多 %(most)s 个字，请写短一些。")


class PhotoUsedAlready(Refused):
    """A photo shows one moment of a case only."""

    code = "photo_used_already"
    message = _("照片“%(photo)s”已经附在这件问题里，请换一张。")


class NoSuchPart(Refused):
    """The unit was not asked to support this case, or has finished its part."""

    code = "no_such_part"
    status = 409
    message = _("“%(unit)s”没有待办的协办事项，可能已由别人办结。")


class NameMissing(Refused):
    """A rule must have a name."""

    code = "name_missing"
    message = _("请写名称。")


class CategoryCodeMalformed(Refused):
    """A code is not what codes are made of."""

    code = "category_code_malformed"
    message = _("类别代码“%(code)s”不合规：用小写字母开头，只含小写字母、数字和下划线，2—30 位。")


class CategoryCodeTaken(Refused):
    """The code belongs to another category."""

    code = "category_code_taken"
    status = 409
    message = _("类别代码“%(code)s”已有类别在用。")


class CategoryTooDeep(Refused):
    """The tree would have too many levels, or a category would lie below itself."""

    code = "category_too_deep"
    message = _("类别最多 %(most)s 层，也不能放到自己下面。")


class LimitOutOfRange(Refused):
    """A limit is nothing, or longer than anybody waits."""

    code = "limit_out_of_range"
    message = _("“%(what)s”须在 1 到 %(most)s 之间。")


class PolicyKeyTaken(Refused):
    """Such cases have a limit already."""

    code = "policy_key_taken"
    status = 409
    message = _("同一类别、点位类型和程度已有时限规则，请直接修改那一条。")


class DayOutOfRange(Refused):
    """A day that no clock counts."""

    code = "day_out_of_range"
    message = _("日期须在 %(first)s 年到 %(last)s 年之间。")


class NoUnitSuggested(Refused):
    """No rule says to whom such a case goes."""

    code = "no_unit_suggested"
    message = _("派单规则定不下单位，请打开这一件，人工选定。")


class FlagDecided(Refused):
    """Somebody has looked at this doubt already; what he found stays."""

    code = "flag_decided"
    status = 409
    message = _("这处疑点已由%(who)s于%(when)s核对为“%(finding)s”，不能再改。")


class FindingWordsMissing(Refused):
    """A doubt is not dismissed without a word."""

    code = "finding_words_missing"
    message = _("排除疑点须写明为什么，比如“同一处的两件，一张照片都拍到了”。")


class CaseOver(Refused):
    """Nothing is added to a case that is over."""

    code = "case_over"
    status = 409
    message = _("%(number)s %(status)s，不能再补充。")
