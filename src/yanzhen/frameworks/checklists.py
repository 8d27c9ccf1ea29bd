"""Checklists as they come in: rows of items, everything that can be wrong with them, and YAML."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from yanzhen.core.errors import RowError
from yanzhen.frameworks.editions import dump
from yanzhen.frameworks.enums import CheckGroup, CheckKind, PhotoRule, Severity
from yanzhen.frameworks.models import CheckItem, Checklist
from yanzhen.frameworks.reading import LINE, Part, load
from yanzhen.frameworks.scorers import PLACES, plain_number
from yanzhen.frameworks.trees import CODE

LONGEST: Final[Mapping[str, int]] = {
    "words": 60,
    "hint": 120,
    "unit": 10,
    "photo_reason": 120,
    "exempt": 200,
    "source": 200,
}
MOST_ITEMS: Final = 200
MOST_HOURS: Final = 24 * 365
LARGEST: Final = Decimal(10_000_000)
GROUP_WORDS: Final[Mapping[str, CheckGroup]] = {
    "公共环境": CheckGroup.ENVIRONMENT,
    "公共秩序": CheckGroup.ORDER,
    "基础设施": CheckGroup.FACILITIES,
    "公益宣传": CheckGroup.NOTICES,
    "文明行为": CheckGroup.CONDUCT,
    "服务管理": CheckGroup.SERVICE,
}
"""The classes as the shipped files write them, whatever the language of who reads."""
OWN_FRAMEWORK: Final = "city"
"""The framework whose criteria are meant where none is named."""

Fed = tuple[str, str]
"""A criterion that an item feeds: code of the framework, code of the criterion."""


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item as somebody wrote it; `row` is where."""

    row: int
    code: str
    group: str
    words: str
    hint: str = ""
    kind: str = CheckKind.YES_NO
    unit: str = ""
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    severity: str = Severity.NORMAL
    category: str = ""
    due_hours: int | None = None
    photo: str = PhotoRule.ON_FAIL
    photo_reason: str = ""
    criteria: tuple[Fed, ...] = ()
    exempt: str = ""
    source: str = ""

    @property
    def content(self) -> tuple[Any, ...]:
        """All that the item says, to be compared; where it was written is left out."""
        values = tuple(getattr(self, name) for name in FIELDS)
        return (*values, tuple(sorted(self.criteria)))


FIELDS: Final = (
    "code",
    "group",
    "words",
    "hint",
    "kind",
    "unit",
    "at_least",
    "at_most",
    "severity",
    "category",
    "due_hours",
    "photo",
    "photo_reason",
    "exempt",
    "source",
)
"""What an item and its row have in common."""


@dataclass(frozen=True, slots=True)
class ListRow:
    """A checklist as somebody wrote it."""

    row: int
    site_type: str
    name: str
    items: tuple[ItemRow, ...]


@dataclass(frozen=True)
class Known:
    """What items may name: categories, criteria in use, and codes that other checklists have."""

    categories: Collection[str]
    criteria: Collection[Fed]
    codes_elsewhere: Mapping[str, str]
    """Code of an item → the site type whose checklist has it."""


def faults_of(items: Sequence[ItemRow], known: Known) -> list[RowError]:
    """Everything that is wrong with the items of one checklist."""
    faults: list[RowError] = []
    first: dict[str, int] = {}
    if len(items) > MOST_ITEMS:
        words = {"most": MOST_ITEMS, "count": len(items)}
        reason = _("一份清单最多 %(most)s 项，现有 %(count)s 项") % words
        faults.append(RowError(items[0].row, "", reason))
    for item in items:
        told = [*_word_faults(item), *_number_faults(item), *_name_faults(item, known)]
        before = first.setdefault(item.code, item.row)
        if before != item.row:
            told.append(("code", _("编号与第 %(row)s 行重复") % {"row": before}))
        faults += [RowError(item.row, column, reason) for column, reason in told]
    return sorted(set(faults))


def _word_faults(item: ItemRow) -> list[tuple[str, str]]:
    told = []
    choices: Mapping[str, Any] = {
        "group": CheckGroup,
        "kind": CheckKind,
        "severity": Severity,
        "photo": PhotoRule,
    }
    for name, enum in choices.items():
        value = getattr(item, name)
        if value not in enum.values:
            words = {"value": value[:20], "known": "、".join(str(one) for one in enum.labels)}
            told.append((name, _("没有“%(value)s”这个选项，可填：%(known)s") % words))
    for name, most in LONGEST.items():
        length = len(getattr(item, name))
        if length > most:
            words = {"most": str(most), "length": str(length)}
            told.append((name, _("最多 %(most)s 个字，现有 %(length)s 个") % words))
    if not item.words:
        told.append(("words", _("请写明检查什么")))
    if item.photo == PhotoRule.ALWAYS and not item.photo_reason:
        told.append(("photo_reason", _("每次都要拍照的，请写明理由")))
    return told


def _number_faults(item: ItemRow) -> list[tuple[str, str]]:
    told = []
    is_number = item.kind in {CheckKind.COUNT, CheckKind.MEASURE}
    limits = {
        name: value
        for name, value in (("at_least", item.at_least), ("at_most", item.at_most))
        if value is not None
    }
    if is_number and not limits:
        told.append(("at_least", _("点数和量值须写明“不少于”或“不超过”")))
    if is_number and not item.unit:
        told.append(("unit", _("点数和量值须有计量单位")))
    if not is_number and limits:
        told.append(("at_least", _("“是否合格”的项目不用写数量界限")))
    for name, value in limits.items():
        if not 0 <= value <= LARGEST or -int(value.as_tuple().exponent) > PLACES:
            told.append(
                (name, _("应在 0 到 10000000 之间，最多 %(places)s 位小数") % {"places": PLACES})
            )
        elif item.kind == CheckKind.COUNT and value != value.to_integral_value():
            told.append((name, _("点数的界限应为整数")))
    if item.at_least is not None and item.at_most is not None and item.at_least > item.at_most:
        told.append(("at_most", _("“不超过”不能小于“不少于”")))
    if item.due_hours is not None and not 1 <= item.due_hours <= MOST_HOURS:
        told.append(("due_hours", _("整改时限应在 1 小时到一年之间，空着按本市规定")))
    return told


def _name_faults(item: ItemRow, known: Known) -> list[tuple[str, str]]:
    told = []
    if not CODE.fullmatch(item.code):
        words = {"code": item.code[:40]}
        reason = _("编号“%(code)s”不合要求：限字母、数字、点、横线，最多 30 位") % words
        told.append(("code", reason))
    elif item.code in known.codes_elsewhere:
        words = {"code": item.code, "type": known.codes_elsewhere[item.code]}
        told.append(("code", _("编号“%(code)s”已用在“%(type)s”的清单里") % words))
    if not item.category:
        told.append(("category", _("请写明不合格时记为哪一类问题")))
    elif item.category not in known.categories:
        words = {"category": item.category[:30]}
        told.append(("category", _("没有“%(category)s”这个问题类别") % words))
    for framework, code in item.criteria:
        if (framework, code) not in known.criteria:
            words = {"code": code[:30], "framework": framework[:30]}
            told.append(("criteria", _("现行体系“%(framework)s”里没有标准“%(code)s”") % words))
    if len(set(item.criteria)) < len(item.criteria):
        told.append(("criteria", _("同一条标准写了两遍")))
    return told


# --- YAML -----------------------------------------------------------------------------------------


def read_checklists(text: str) -> tuple[list[ListRow], list[RowError]]:
    """Read checklists from YAML, and say what cannot be read. Raises `YamlUnreadable`."""
    faults: list[RowError] = []
    whole = Part({"checklists": load(text)}, faults, row=1)
    lists = []
    for one in whole.parts("checklists"):
        lists.append(
            ListRow(
                row=one.row,
                site_type=one.text("site_type", is_required=True),
                name=one.text("name", is_required=True, most=60),
                items=tuple(_read_item(item) for item in one.parts("items")),
            )
        )
        one.refuse_unknown()
    return lists, faults


def _read_item(part: Part) -> ItemRow:
    group = part.text("group")
    rule = part.part("rule")
    item = ItemRow(
        row=part.row,
        code=part.text("code"),
        group=GROUP_WORDS.get(group, group),
        words=part.text("words"),
        hint=part.text("hint"),
        kind=part.text("kind"),
        unit=part.text("unit"),
        at_least=rule.decimal("at_least"),
        at_most=rule.decimal("at_most"),
        severity=part.text("severity") or Severity.NORMAL,
        category=part.text("category"),
        due_hours=part.whole("due_hours"),
        photo=part.text("photo") or PhotoRule.ON_FAIL,
        photo_reason=part.text("photo_reason"),
        criteria=_read_criteria(part),
        exempt=part.text("exempt"),
        source=part.text("source"),
    )
    rule.refuse_unknown()
    part.refuse_unknown()
    return item


def _read_criteria(part: Part) -> tuple[Fed, ...]:
    """`["1.1.1"]`, `{minors: ["2.1"]}`, or such mappings among the words of the list."""
    given = part.raw("criteria")
    if given is None:
        return ()
    entries = given if isinstance(given, list) else [given]
    fed: list[Fed] = []
    for entry in entries:
        if isinstance(entry, dict):
            inner = Part.of(entry, part.faults, row=part.row, what="criteria")
            for framework in [key for key in inner.values if key != LINE]:
                fed += [(framework, code) for code in inner.words(framework)]
        elif isinstance(entry, str):
            fed.append((OWN_FRAMEWORK, entry.strip()))
        else:
            part.refuse("criteria", _('标准的编号请加引号，例如 "1.1.1"'))
    return tuple(fed)


def write_checklists(lists: Sequence[tuple[Checklist, Sequence[ItemRow]]]) -> str:
    """Checklists as YAML; read again they are the same."""
    names = {value: name for name, value in GROUP_WORDS.items()}
    return dump(
        [
            {
                "site_type": str(checklist.site_type_id),
                "name": checklist.name,
                "items": [_as_written(item, names) for item in items],
            }
            for checklist, items in lists
        ]
    )


def _as_written(item: ItemRow, group_names: Mapping[Any, str]) -> dict[str, Any]:
    rule = {
        name: plain_number(value)
        for name, value in (("at_least", item.at_least), ("at_most", item.at_most))
        if value is not None
    }
    written: dict[str, Any] = {
        "code": item.code,
        "group": group_names[item.group],
        "words": item.words,
        "hint": item.hint,
        "kind": str(item.kind),
        "unit": item.unit,
        "rule": rule,
        "severity": str(item.severity),
        "category": item.category,
        "due_hours": item.due_hours,
        "photo": str(item.photo),
        "photo_reason": item.photo_reason,
        "criteria": _criteria_as_written(item.criteria),
        "exempt": item.exempt,
        "source": item.source,
    }
    return {name: value for name, value in written.items() if value not in ("", None, {}, [])}


def _criteria_as_written(criteria: Sequence[Fed]) -> list[Any]:
    own = [code for framework, code in criteria if framework == OWN_FRAMEWORK]
    others: dict[str, list[str]] = {}
    for framework, code in criteria:
        if framework != OWN_FRAMEWORK:
            others.setdefault(framework, []).append(code)
    return [*own, *([others] if others else [])]


# --- What is kept ---------------------------------------------------------------------------------


def kept_items(checklist: Checklist) -> list[ItemRow]:
    """The items of a version as they are kept, with the criteria in use that they feed. Two queries."""
    items = (
        CheckItem.objects.filter(checklist=checklist)
        .prefetch_related("criteria__criterion__edition")
        .order_by("sort", "pk")
    )
    return [
        ItemRow(
            row=number,
            criteria=tuple(
                sorted(
                    (str(one.criterion.edition.framework_id), one.criterion.code)
                    for one in item.criteria.all()
                    if one.criterion.edition.status == "current"
                )
            ),
            **{name: getattr(item, name) for name in FIELDS},
        )
        for number, item in enumerate(items, start=2)
    ]
