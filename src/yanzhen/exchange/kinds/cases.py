"""Cases: a historic ledger with its dates, which comes to the same as if it had been lived here."""

import pickle
import tempfile
from collections.abc import Iterator
from itertools import islice
from typing import IO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yanzhen.accounts.enums import Action
from yanzhen.accounts.rules import may
from yanzhen.cases.enums import Severity, Source
from yanzhen.cases.models import Case, CaseQuerySet, ClockPolicy
from yanzhen.cases.operations import record_histories
from yanzhen.core.time import city_day
from yanzhen.exchange import allowed
from yanzhen.exchange.cells import as_code, as_moment, as_text, choice, listed
from yanzhen.exchange.columns import Column
from yanzhen.exchange.kind import Bringing, Brought, Carrying, Kind, Prepared, Row
from yanzhen.exchange.ledger import (
    LABELS,
    Checking,
    LedgerRow,
    differences,
    history_of,
    standing_cases,
)

BATCH = 2000
SPOOL = 16 * 1024 * 1024

SOURCE_WORDS = {
    "12345": Source.HOTLINE,
    "热线": Source.HOTLINE,
    "12345热线": Source.HOTLINE,
    "督导": Source.INSPECTION,
    "暗访": Source.INSPECTION,
    "网格上报": Source.GRID,
    "网格员": Source.GRID,
    "信访": Source.LETTER,
    "来信来访": Source.LETTER,
    "曝光": Source.MEDIA,
    "媒体": Source.MEDIA,
}
SEVERITY_WORDS = {"轻微": Severity.NORMAL, "重": Severity.SERIOUS, "重大": Severity.SEVERE}


def _prepare(bringing: Bringing) -> Prepared:
    """Check every row. Those that hold are laid aside on the disk until they are written.

    A hundred thousand of them would not be held in memory, nor the database while they are
    checked.
    """
    checking = Checking(
        reading=bringing.reading,
        now=bringing.now,
        may_bring=lambda code: may(
            bringing.actor, Action.IMPORT, on=city_day(bringing.now), area_code=code
        ),
        has_policy=ClockPolicy.objects.filter(
            category=None, site_type=None, severity="", is_active=True
        ).exists(),
    )
    spool = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 - closed with the file
    bringing.closing.callback(spool.close)
    new, unchanged = _check_all(checking, bringing, spool)
    bringing.require_no_errors()
    brought = Brought(created=new, updated=0, unchanged=unchanged, notes=_notes(unchanged))

    def write() -> Brought:
        spool.seek(0)
        record_histories(
            histories=(
                history_of(row, checking.net, actor=bringing.actor) for row in _laid_aside(spool)
            ),
            actor=bringing.actor,
            now=bringing.now,
            progress=lambda done: bringing.progress(str(_("写入")), done, new),
        )
        return brought

    return Prepared(brought, write)


def _check_all(checking: Checking, bringing: Bringing, spool: IO[bytes]) -> tuple[int, int]:
    """Lay aside the rows that are new; return how many they are, and how many are here already."""
    new = unchanged = 0
    rows = checking.rows()
    total = bringing.reading.table.about
    while batch := list(islice(rows, BATCH)):
        here = standing_cases([row.number for row in batch if row.number])
        for row in batch:
            case = here.get(row.number)
            if case is None:
                pickle.dump(row, spool, protocol=pickle.HIGHEST_PROTOCOL)
                new += 1
            elif different := differences(row, case):
                words = {
                    "number": row.number,
                    "names": listed(str(LABELS[name]) for name in different),
                }
                reason = _("编号 %(number)s 已有问题，且%(names)s与本行不同；导入不改已有的问题")
                bringing.reading.refuse(row.row, "number", reason % words)
            else:
                unchanged += 1
        bringing.progress(str(_("核对")), bringing.reading.row_count, total)
    return new, unchanged


def _laid_aside(spool: IO[bytes]) -> Iterator[LedgerRow]:
    while True:
        try:
            yield pickle.load(spool)  # noqa: S301 - our own file, which nobody else can reach
        except EOFError:
            return


def _notes(unchanged: int) -> tuple[str, ...]:
    if not unchanged:
        return ()
    return (_("有 %(count)s 行与已有的问题完全相同，跳过") % {"count": unchanged},)


def visible_cases(carrying: Carrying) -> CaseQuerySet:
    """The cases that the actor may see, of the area that is asked for."""
    cases = Case.objects.visible_to(carrying.actor, carrying.on)
    return cases.under(carrying.area_code) if carrying.area_code else cases


def _rows(carrying: Carrying) -> Iterator[Row]:
    fields = [column.name for column in KIND.given_out()]
    keys = {"category", "site", "area", "unit"}
    names = [f"{name}_id" if name in keys else name for name in fields]
    rows = visible_cases(carrying).order_by("found_at", "pk").values_list(*names)
    shown = carrying.shown(fields, {"source": Source, "severity": Severity})
    for row in rows.iterator(chunk_size=2000):
        yield shown(row)


def _count(carrying: Carrying) -> int:
    return int(visible_cases(carrying).count())


KIND = Kind(
    code="cases",
    label=gettext_lazy("问题"),
    about=gettext_lazy("历史台账：每个问题的发现、交办、签收、反馈、核查、销号时间"),
    columns=(
        Column(
            "number", gettext_lazy("编号"), as_code, also=("问题编号", "案件编号"), width=18,
            note=gettext_lazy("空着则自动编号；已有的编号不会被覆盖"),
        ),
        Column(
            "found_at", LABELS["found_at"], as_moment, is_required=True, width=18,
            also=("发现日期", "上报时间"), note=gettext_lazy("不能晚于现在"),
            example="2026-11-21 14:05",
        ),
        Column(
            "source", LABELS["source"], choice(Source, SOURCE_WORDS), also=("问题来源",),
            allowed=allowed.choices(Source), note=gettext_lazy("空着算“其他”"), example="督查",
        ),
        Column(
            "category", LABELS["category"], as_code, also=("问题类别", "问题类型"),
            allowed=allowed.categories, note=gettext_lazy("代码或名称，可空"),
        ),
        Column(
            "site", LABELS["site"], as_code, also=("点位名称",),
            note=gettext_lazy("代码或名称；不在任何点位的问题可空"),
        ),
        Column(
            "area", LABELS["area"], as_code, also=("所在区域", "社区", "所属区域"),
            allowed=allowed.areas,
            note=gettext_lazy("代码或名称；填了点位可空"),
        ),
        Column(
            "unit", LABELS["unit"], as_code, also=("单位", "交办单位"), allowed=allowed.units,
            note=gettext_lazy("代码或名称；空着表示还没有交办"),
        ),
        Column(
            "severity", LABELS["severity"], choice(Severity, SEVERITY_WORDS),
            also=("严重程度",),
            allowed=allowed.choices(Severity), note=gettext_lazy("空着按类别的默认程度"),
        ),
        Column(
            "words", LABELS["words"], as_text, is_required=True, width=50,
            also=("问题描述", "问题内容", "说明", "描述"),
            example="人行道地砖破损约 2 平方米",
        ),
        Column(
            "due_at", LABELS["due_at"], as_moment, width=18, also=("整改时限", "办理时限"),
            note=gettext_lazy("空着按时限规则计算；只填日期算到当天结束"),
        ),
        Column("acknowledged_at", LABELS["acknowledged_at"], as_moment, width=18),
        Column(
            "submitted_at", LABELS["submitted_at"], as_moment, width=18,
            also=("整改时间", "完成时间", "整改完成时间"),
        ),
        Column("verified_at", LABELS["verified_at"], as_moment, width=18, also=("复核时间",)),
        Column("closed_at", LABELS["closed_at"], as_moment, width=18, also=("结案时间",)),
        Column("title", gettext_lazy("标题"), as_text, note=gettext_lazy("空着取说明的开头")),
        Column("address", gettext_lazy("位置"), as_text, also=("地址", "详细位置")),
        Column("source_number", gettext_lazy("来源编号"), as_code, also=("工单号", "热线单号")),
    ),
    columns_out=(
        "number", "found_at", "source", "category", "site", "area", "unit", "severity", "words",
        "due_at", "acknowledged_at", "submitted_at", "verified_at", "closed_at",
    ),
    notes=(
        gettext_lazy("时间列空着表示还没有走到那一步；后一步有时间，前一步就不能空。"),
        gettext_lazy("时间写成 2026-11-21 14:05；只写日期时，与前一步同一天即视为随后完成。"),
    ),
    prepare=_prepare,
    rows=_rows,
    count=_count,
)  # fmt: skip
