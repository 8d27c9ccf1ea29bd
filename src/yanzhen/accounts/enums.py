"""The kinds of posts and the deeds that posts allow."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a post is for. Rights hang on it, never on a person."""

    ADMIN = "admin", _("系统管理员")
    OPERATOR = "operator", _("创建办值班")
    INSPECTOR = "inspector", _("督查员")
    HANDLER = "handler", _("责任单位经办")
    KEEPER = "keeper", _("网格员")
    STEWARD = "steward", _("包联领导")
    AUDITOR = "auditor", _("审计员")


class Theme(models.TextChoices):
    """How the pages look to one person."""

    SYSTEM = "", _("跟随设备")
    LIGHT = "light", _("浅色")
    DARK = "dark", _("深色")


class Action(models.TextChoices):
    """A deed that `rules.may` can be asked about."""

    CASE_VIEW = "case.view", _("看问题")
    CASE_REPORT = "case.report", _("上报问题")
    CASE_FILE = "case.file", _("受理立案")
    CASE_DISPATCH = "case.dispatch", _("交办、转办")
    CASE_DECIDE = "case.decide", _("批延期、挂账、重开")
    CASE_RECTIFY = "case.rectify", _("签收、退回、整改")
    CASE_VERIFY = "case.verify", _("核查")
    CASE_CLOSE = "case.close", _("销号")
    CASE_NOTE = "case.note", _("催办、留言")
    ROUND_VIEW = "round.view", _("看督查")
    ROUND_HOLD = "round.hold", _("看未公布的暗访")
    ROUND_EDIT = "round.edit", _("计划督查、抽点、派员、裁定")
    ROUND_VISIT = "round.visit", _("现场检查")
    NET_VIEW = "net.view", _("看区域、点位、单位")
    NET_EDIT = "net.edit", _("改区域、点位、单位")
    PEOPLE_VIEW = "people.view", _("看人员")
    PEOPLE_EDIT = "people.edit", _("改人员与岗位")
    PEOPLE_EMPOWER = "people.empower", _("任免管理员与审计员")
    SETTINGS_EDIT = "settings.edit", _("改规则与设置")
    FRAMEWORK_VIEW = "framework.view", _("看体系、清单、任务分解")
    FRAMEWORK_EDIT = "framework.edit", _("改体系、清单，分解任务")
    DUTY_PLAN = "duty.plan", _("报工作方案")
    NEGATIVE_EDIT = "negative.edit", _("登记、认定负面清单事件")
    FIGURES_VIEW = "figures.view", _("看指标")
    IMPORT = "exchange.import", _("导入")
    EXPORT = "exchange.export", _("导出")
    AUDIT = "audit.view", _("查审计记录")
