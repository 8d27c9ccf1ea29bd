"""The words of frameworks, checklists, decomposition and the negative list."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EditionStatus(models.TextChoices):
    """How an edition, or a version of a checklist, stands. At most one is current at a time."""

    DRAFT = "draft", _("草稿")
    CURRENT = "current", _("现行")
    RETIRED = "retired", _("已停用")


class NodeKind(models.TextChoices):
    """The three sorts of nodes of a framework; a section may hold sections, every leaf is a criterion."""

    SECTION = "section", _("测评项目")
    TOPIC = "topic", _("测评内容")
    CRITERION = "criterion", _("测评标准")


class Method(models.TextChoices):
    """How a criterion is assessed; one criterion may be assessed in several ways."""

    MATERIAL = "material", _("材料审核")
    SITE = "site", _("实地考察")
    SURVEY = "survey", _("问卷调查")
    OBSERVATION = "observation", _("整体观察")


class ScorerName(models.TextChoices):
    """The models by which a criterion's points come about, as `scorers` computes them."""

    PASS_RATE = "pass_rate", _("合格率")
    DEDUCT = "deduct", _("逐处扣分")
    QUOTA = "quota", _("定额，缺一扣分")
    RATIO = "ratio", _("按比例")
    THRESHOLD_STEP = "threshold_step", _("门槛加阶梯")
    THREE_LEVEL = "three_level", _("好、一般、差")


class MappingKind(models.TextChoices):
    """What became of a node of the edition before."""

    SAME = "same", _("沿用")
    CHANGED = "changed", _("有改动")
    SPLIT = "split", _("拆分")
    MERGED = "merged", _("合并")
    DROPPED = "dropped", _("取消")


class CheckGroup(models.TextChoices):
    """The classes under which the items of a checklist stand."""

    ENVIRONMENT = "environment", _("公共环境")
    ORDER = "order", _("公共秩序")
    FACILITIES = "facilities", _("基础设施")
    NOTICES = "notices", _("公益宣传")
    CONDUCT = "conduct", _("文明行为")
    SERVICE = "service", _("服务管理")


class CheckKind(models.TextChoices):
    """What is noted of an item at a site."""

    YES_NO = "yes_no", _("是否合格")
    COUNT = "count", _("点数")
    MEASURE = "measure", _("量值")


class Severity(models.TextChoices):
    """How grave it is when an item fails; the words of the cases that come of it."""

    NORMAL = "normal", _("一般")
    SERIOUS = "serious", _("较重")
    SEVERE = "severe", _("严重")


class PhotoRule(models.TextChoices):
    """When an item asks for a photo. `ALWAYS` gives its reason."""

    NEVER = "never", _("不用拍")
    ON_FAIL = "on_fail", _("不合格时拍")
    ALWAYS = "always", _("每次都拍")


class DutyStatus(models.TextChoices):
    """How a unit's duty for a criterion stands."""

    ASKED = "asked", _("待报方案")
    SUBMITTED = "submitted", _("待审")
    RETURNED = "returned", _("已退回")
    ACCEPTED = "accepted", _("已通过")


class NegativeLevel(models.TextChoices):
    """The ladder of the negative list, mildest first.

    Source of the four steps: reports about the 2018–2020 edition. Its single entries were not
    found and are not shipped.
    """

    DEDUCT = "deduct", _("扣减测评分数")
    SUSPEND_NOMINATION = "suspend_nomination", _("停止提名城市资格")
    SUSPEND_TITLE = "suspend_title", _("停止文明城市资格一年")
    VETO = "veto", _("取消荣誉称号")


class NegativeStatus(models.TextChoices):
    """How an event of the negative list stands; only a confirmed one counts."""

    REPORTED = "reported", _("待认定")
    CONFIRMED = "confirmed", _("已认定")
    WITHDRAWN = "withdrawn", _("已撤回")
