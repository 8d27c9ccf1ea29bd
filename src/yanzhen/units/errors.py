"""The refusals about units, people and who answers for what; one class a reason."""

from django.utils.translation import gettext_lazy as _

from yanzhen.core.errors import Refused

# --- units ----------------------------------------------------------------------------------------


class UnitCodeUnfit(Refused):
    """The code has signs that a code cannot have, or is a word that addresses need."""

    code = "unit_code_unfit"
    message = _("单位代码“%(code)s”不能用：限字母、数字、点、横线，最多 40 位，以字母或数字开头。")


class UnitCodeTaken(Refused):
    """Another unit has this code; letter case does not tell two apart."""

    code = "unit_code_taken"
    status = 409
    message = _("单位代码“%(code)s”已由“%(unit)s”使用，请换一个。")


class UnitNameMissing(Refused):
    """A unit without a name."""

    code = "unit_name_missing"
    message = _("请填单位名称。")


class UnitUnknown(Refused):
    """No unit has this code."""

    code = "unit_unknown"
    message = _("没有代码为“%(code)s”的单位，请核对代码，或先导入这个单位。")


class UnitIsClosed(Refused):
    """The unit has ended, and nothing new can be laid on it."""

    code = "unit_is_closed"
    message = _("“%(unit)s”已停用，请另选单位。")


class UnitIsOpen(Refused):
    """The unit is not closed."""

    code = "unit_is_open"
    status = 409
    message = _("“%(unit)s”本来就在用，可能已由别人恢复。")


class UnitAlreadyClosed(Refused):
    """The unit is closed already."""

    code = "unit_already_closed"
    status = 409
    message = _("“%(unit)s”已在 %(on)s 停用。")


class UnitHasUnits(Refused):
    """Units below this one are still at work."""

    code = "unit_has_units"
    message = _("“%(unit)s”还有 %(count)s 个在用的下级单位（%(some)s），请先把它们改到别处或停用。")


class UnitAnswersForSites(Refused):
    """Sites still have this unit as theirs."""

    code = "unit_answers_for_sites"
    message = _("“%(unit)s”还是 %(count)s 个点位的责任单位（%(some)s），请先把点位交给别的单位。")


class UnitIsAbove(Refused):
    """A unit cannot stand below itself."""

    code = "unit_is_above"
    message = _("“%(parent)s”就在“%(unit)s”下面，不能做它的上级。")


class TreeTooDeep(Refused):
    """The codes from the top down no longer fit."""

    code = "tree_too_deep"
    message = _("单位层级太深，放不到“%(parent)s”下面。")


class UnitKindUnknown(Refused):
    """No kind of unit is called this."""

    code = "unit_kind_unknown"
    message = _("没有“%(kind)s”这种性质，应为：%(kinds)s。")


class AreaUnusable(Refused):
    """The area is not there, or no longer used."""

    code = "area_unusable"
    message = _("区域“%(area)s”没有或已停用，请另选区域。")


# --- people and posts -----------------------------------------------------------------------------


class UsernameUnfit(Refused):
    """The user name has signs that it cannot have."""

    code = "username_unfit"
    message = _("用户名“%(username)s”不能用：限小写字母、数字、点、横线，2–60 位，以字母开头。")


class UsernameTaken(Refused):
    """Somebody else has this user name."""

    code = "username_taken"
    status = 409
    message = _("用户名“%(username)s”已由%(person)s使用，请换一个。")


class FullNameMissing(Refused):
    """A person without a name."""

    code = "full_name_missing"
    message = _("请填姓名。")


class PersonInactive(Refused):
    """The person no longer works here."""

    code = "person_inactive"
    message = _("%(person)s的账号已停用，请先恢复或另选人员。")


class PersonIsActive(Refused):
    """The person has not been deactivated."""

    code = "person_is_active"
    status = 409
    message = _("%(person)s的账号本来就在用。")


class NotOnOneself(Refused):
    """Nobody gives himself rights, or takes them from himself by mistake."""

    code = "not_on_oneself"
    message = _("不能给自己办这件事，请另一位管理员来办。")


class RoleUnknown(Refused):
    """No role is called this."""

    code = "role_unknown"
    message = _("没有“%(role)s”这个岗位，应为：%(roles)s。")


class RoleNeedsUnit(Refused):
    """The role acts for a unit and for nothing else."""

    code = "role_needs_unit"
    message = _("“%(role)s”按单位任职：请选单位，区域留空。")


class RoleNeedsArea(Refused):
    """The role acts over an area and over nothing else."""

    code = "role_needs_area"
    message = _("“%(role)s”按区域任职：请选区域。")


class PostAlreadyHeld(Refused):
    """The person holds the same post in these days."""

    code = "post_already_held"
    status = 409
    message = _("%(person)s已有同样的岗位（%(from_on)s起），不用再任。")


class PostAlreadyEnded(Refused):
    """The post ended before."""

    code = "post_already_ended"
    status = 409
    message = _("这个岗位已到 %(to_on)s 为止，请刷新页面看最新情况。")


class PostWithdrawn(Refused):
    """The post was taken away meanwhile."""

    code = "post_withdrawn"
    status = 409
    message = _("这个岗位已被撤销，请刷新页面看最新情况。")


# --- days -----------------------------------------------------------------------------------------


class EndsBeforeItBegins(Refused):
    """The last day lies before the first."""

    code = "ends_before_it_begins"
    message = _("截止日期 %(to_on)s 早于开始日期 %(from_on)s。")


class BeginsTooEarly(Refused):
    """Somebody else answers from that day on, or from a later one."""

    code = "begins_too_early"
    status = 409
    message = _("“%(now)s”从 %(from_on)s 起在任，接任日期须在这以后；如是填错，请用“更正”。")


class AlreadyAnswers(Refused):
    """It is this one who answers already."""

    code = "already_answers"
    status = 409
    message = _("“%(now)s”从 %(from_on)s 起就在任，不用再改。")


class AlreadyEnded(Refused):
    """It ended before."""

    code = "already_ended"
    status = 409
    message = _("这一任已到 %(to_on)s 为止，请刷新页面看最新情况。")


# --- stewardship and groups -----------------------------------------------------------------------


class StewardMissing(Refused):
    """A stewardship without a leader or a unit."""

    code = "steward_missing"
    message = _("请选包联单位或包联领导，至少一个。")


class PlaceMissing(Refused):
    """Nothing, or two things at once, to answer for."""

    code = "place_missing"
    message = _("请选一个点位或一个区域，只选一个。")


class AlreadySteward(Refused):
    """The same steward over the same place in these days."""

    code = "already_steward"
    status = 409
    message = _("“%(steward)s”已从 %(from_on)s 起包联这里，不用重复登记。")


class GroupCodeTaken(Refused):
    """Another group has this code."""

    code = "group_code_taken"
    status = 409
    message = _("工作组代码“%(code)s”已在用，请换一个。")


class GroupClosed(Refused):
    """The group has been dissolved."""

    code = "group_closed"
    message = _("“%(group)s”已撤销，不能再加单位。")


class AlreadyMember(Refused):
    """The unit sits in the group."""

    code = "already_member"
    status = 409
    message = _("“%(unit)s”已在“%(group)s”里。")
