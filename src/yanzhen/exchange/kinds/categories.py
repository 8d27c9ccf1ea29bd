"""Categories of problems in their tree, with the words by which people know them."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yanzhen.cases.enums import Severity
from yanzhen.cases.models import Category
from yanzhen.cases.rulemaking import CategoryDraft, add_category, change_category
from yanzhen.core.errors import Refused
from yanzhen.exchange import allowed
from yanzhen.exchange.cells import as_code, as_name, as_truth, as_whole, choice
from yanzhen.exchange.columns import Column, Record
from yanzhen.exchange.kind import Bringing, Brought, Carrying, Kind, Row, at_once

MOST_WORDS = 300


def _take(bringing: Bringing) -> Brought:
    created = updated = unchanged = 0
    known = {row.code: row for row in Category.objects.order_by("code")}
    for record in _parents_first(bringing, known):
        standing = known.get(record.text("code"))
        parent = known.get(record.text("parent"))
        draft = _draft(record, standing, parent)
        try:
            if standing is None:
                known[record.text("code")] = add_category(
                    code=record.text("code"), draft=draft, actor=bringing.actor, now=bringing.now
                )
                created += 1
            elif draft == _draft_of(standing):
                unchanged += 1
            else:
                known[standing.code] = change_category(
                    category_id=standing.pk, draft=draft, actor=bringing.actor, now=bringing.now
                )
                updated += 1
        except Refused as refusal:
            bringing.reading.refuse(record.row, "code", str(refusal))
    bringing.require_no_errors()
    return Brought(created, updated, unchanged)


def _parents_first(bringing: Bringing, known: dict[str, Category]) -> list[Record]:
    """The rows that can be read, each after the row of the category above it."""
    rows: dict[str, Record] = {}
    for record in bringing.reading.records():
        if record.unread:
            continue
        if len(record.text("words")) > MOST_WORDS:
            reason = _("最多 %(most)s 个字，现有 %(length)s 个")
            reason %= {"most": MOST_WORDS, "length": len(record.text("words"))}
            bringing.reading.refuse(record.row, "words", reason)
            continue
        first = rows.setdefault(record.text("code"), record)
        if first is not record:
            reason = _("代码与第 %(row)s 行重复") % {"row": first.row}
            bringing.reading.refuse(record.row, "code", reason)
    ordered: list[Record] = []
    waiting = list(rows.values())
    while waiting:
        placed = {record.text("code") for record in ordered}
        ready = [
            one for one in waiting if not one["parent"] or one["parent"] in placed | known.keys()
        ]
        if not ready:
            for record in waiting:
                reason = _("没有代码为“%(code)s”的上级类别") % {"code": record.text("parent")}
                bringing.reading.refuse(record.row, "parent", reason)
            break
        ordered += ready
        waiting = [record for record in waiting if record not in ready]
    return ordered


def _draft(record: Record, standing: Category | None, parent: Category | None) -> CategoryDraft:
    """The category as the row has it; what is empty stays as it was."""
    before = _draft_of(standing) if standing else CategoryDraft(name="")
    active = record["is_active"]
    return CategoryDraft(
        name=record.text("name") or before.name,
        parent=parent or before.parent,
        words=record.text("words") or before.words,
        severity=record.text("severity") or before.severity,
        sort=before.sort if record["sort"] is None else record["sort"],
        is_active=before.is_active if active is None else active,
    )


def _draft_of(standing: Category) -> CategoryDraft:
    return CategoryDraft(
        name=standing.name,
        parent=standing.parent,
        words=standing.words,
        severity=standing.severity,
        sort=standing.sort,
        is_active=standing.is_active,
    )


def _categories(_carrying: Carrying) -> QuerySet[Category]:
    return Category.objects.order_by("sort", "code")


def _rows(carrying: Carrying) -> Iterator[Row]:
    names = ("code", "name", "parent_id", "words", "severity", "sort", "is_active")
    columns = ("code", "name", "", "words", "severity", "sort", "")
    shown = carrying.shown(columns, {"severity": Severity})
    for row in _categories(carrying).values_list(*names):
        yield shown((*row[:6], _("是") if row[6] else _("否")))


KIND = Kind(
    code="categories",
    label=gettext_lazy("类别"),
    about=gettext_lazy("问题的类别和群众的说法：来件里出现这些说法，就推荐这一类"),
    columns=(
        Column("code", gettext_lazy("代码"), as_code, is_required=True, example="lamps"),
        Column("name", gettext_lazy("名称"), as_name, is_required=True, example="路灯"),
        Column("parent", gettext_lazy("上级"), as_code, note=gettext_lazy("上级类别的代码；大类可空")),
        Column(
            "words", gettext_lazy("常见说法"), as_name, width=60,
            note=gettext_lazy("用空格隔开，越长越准"), example="路灯 灯不亮 照明 太黑",
        ),
        Column(
            "severity", gettext_lazy("默认程度"), choice(Severity),
            allowed=allowed.choices(Severity),
        ),
        Column("sort", gettext_lazy("次序"), as_whole),
        Column("is_active", gettext_lazy("在用"), as_truth, note=gettext_lazy("是或否，空着不改")),
    ),
    notes=(gettext_lazy("代码已有的行更新这个类别，空着的格不改。"),),
    prepare=at_once(_take),
    rows=_rows,
    count=lambda carrying: _categories(carrying).count(),
)  # fmt: skip
