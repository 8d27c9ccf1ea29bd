"""The facts of the loop: cases as they stood, hand-overs that came back, stretches overdue.

Of a case the *standing* (status, unit, times, counts) is taken as it was at the moment asked
for; what places it (area, site type, category, source, severity) is taken as it is now. So a
correction of where a case belongs moves it in past figures too, which is what corrects them.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.models import User
from yanzhen.cases.enums import AWAITING_CHECK, IN_HAND, CaseKind, CaseStatus, Ending
from yanzhen.cases.figures.dimensions import DIMENSIONS
from yanzhen.cases.models import Assignment, Case, CaseSpan
from yanzhen.core.words import full_date
from yanzhen.figures.registry import Fact, RowTable, Tables
from yanzhen.places.queries import area_label

if TYPE_CHECKING:  # slow to import; the tables and columns come from the registry
    from ibis.expr import types as ir

NOT_COUNTED = sorted({CaseStatus.DECLINED, CaseStatus.MERGED})

PLACED = ("area_code", "site_type_code", "category_code", "source", "severity")
STOOD = (
    "status",
    "unit_code",
    "due_at",
    "submitted_at",
    "closed_at",
    "rework_count",
    "submission_count",
)

PLACE_WORDS = {
    "area_code": _("问题所在最小区域的代码（按现在的登记）"),
    "unit_code": _("责任单位代码"),
    "site_type_code": _("点位类型代码，不在点位上为空"),
    "category_code": _("类别代码"),
    "source": _("来源"),
    "severity": _("程度"),
}


def _problems(tables: Tables, *columns: str) -> "ir.Table":
    """Problems that were filed; other duties go round the loop too, and are no problems.

    The columns are picked first: a subquery that asks for all of them keeps SQLite from reading
    an index alone.
    """
    case: Any = tables.of(Case).select("kind", "filed_at", *columns)
    filed: ir.Table = case.filter(case.kind == str(CaseKind.PROBLEM), case.filed_at.notnull())
    return filed


def _cases(tables: Tables, at: "ir.Value | None") -> "ir.Table":
    """The cases that count, as they stand now or as they stood at a moment."""
    placed = ("id", "number", "recurrence_of_id", *PLACED)
    now: Any
    if at is None:
        now = _problems(tables, *placed, *STOOD)
    else:
        case: Any = _problems(tables, *placed)
        span: Any = tables.of(CaseSpan).select("case_id", "at", "until", *STOOD)
        stood = span.filter(span.at <= at, span.until.isnull() | (span.until > at))
        now = case.join(stood.select("case_id", *STOOD), case.id == stood.case_id)
    counted: ir.Table = now.filter(now.status.notin(NOT_COUNTED)).select(
        "id",
        "number",
        "filed_at",
        *PLACED,
        *STOOD,
        recurs=now.recurrence_of_id.notnull(),
        micros_to_close=tables.micros(now.closed_at, now.filed_at),
    )
    return counted


def _moved_since(tables: Tables, at: "ir.Value") -> "ir.Table":
    """The cases that stand as they stand since later than `at`."""
    span: Any = tables.of(CaseSpan).select("at", "until")
    moved: ir.Table = span.filter(span.until.isnull(), span.at > at).select("at")
    return moved


def _returns(tables: Tables, at: "ir.Value | None") -> "ir.Table":
    """The hand-overs of counted cases that ended with the unit giving the case back."""
    case: Any = _cases(tables, at)
    handed: Any = tables.of(Assignment)
    back = handed.select(
        "case_id", "ending", "ended_at", returned_by=handed.unit_code, assignment_id=handed.id
    )
    back = back.filter(back.ending == str(Ending.RETURNED))
    if at is not None:
        back = back.filter(back.ended_at <= at)
    both = back.join(case, back.case_id == case.id)
    returned: ir.Table = both.select(
        "number",
        "filed_at",
        *PLACED,
        returned_at=both.ended_at,
        unit_code=both.returned_by,
        key=both.number + "#" + both.assignment_id.cast("string"),
    )
    return returned


def _overdue_stretches(tables: Tables, _at: "ir.Value | None") -> "ir.Table":
    """The stretches in which a problem was in hand and, once its due time had passed, overdue."""
    span: Any = tables.of(CaseSpan)
    span = span.select(
        "case_id", "status", "submitted_at", "unit_code", "due_at", "until", since=span.at
    )
    late = span.filter(
        span.status.isin(sorted(IN_HAND)),
        span.status.notin(sorted(AWAITING_CHECK)) | (span.submitted_at > span.due_at),
        span.until.isnull() | (span.due_at < span.until),
    )
    case: Any = _problems(tables, "id", "number", *PLACED)
    both = late.join(case, late.case_id == case.id)
    stretches: ir.Table = both.select("number", "since", "due_at", "until", "unit_code", *PLACED)
    return stretches


def _rows_of_cases(user: User, on: date, numbers: Sequence[Any]) -> list[Any]:
    """The cases with these numbers, in their order; without its case where `user` may not see it."""
    seen = {
        case.number: case
        for case in Case.objects.visible_to(user, on)
        .filter(number__in={_number_in(key) for key in numbers})
        .select_related("unit", "category")
    }
    return [_row(seen.get(_number_in(key)), _number_in(key)) for key in numbers]


def _number_in(key: str) -> str:
    return key.partition("#")[0]


def _row(case: Case | None, number: str) -> dict[str, Any]:
    place = area_label(case.area_id) if case else ""
    return {"number": number, "case": case, "place": place}


def _cells(row: Mapping[str, Any]) -> list[Any]:
    case = row["case"]
    if case is None:
        return [row["number"], _("已不在您的可见范围")]
    return [
        case.number,
        case.title,
        case.get_status_display(),
        case.unit.name if case.unit else "",
        row["place"],
        case.category.name if case.category else "",
        case.get_source_display(),
        case.get_severity_display(),
        *(full_date(at) if at else "" for at in (case.filed_at, case.due_at)),
        *(full_date(at) if at else "" for at in (case.submitted_at, case.closed_at)),
    ]


CASE_ROWS = RowTable(
    template="cases/figure_rows.html",
    mini_template="cases/figure_rows_mini.html",
    fetch=_rows_of_cases,
    headings=(
        _("编号"),
        _("问题"),
        _("现在的状态"),
        _("责任单位"),
        _("区域"),
        _("类别"),
        _("来源"),
        _("程度"),
        _("立案时间"),
        _("时限"),
        _("反馈时间"),
        _("销号时间"),
    ),
    cells=_cells,
)

CASES = Fact(
    code="cases",
    name=_("问题"),
    words=_(
        "每件已立案的问题一行，连同它在统计时刻的状态。不予受理的、并入别件的不在其中，"
        "挂账的在；议定事项、申报材料等别的事项不在其中。"
    ),
    columns={
        "number": _("编号"),
        "filed_at": _("立案时间"),
        "status": _("统计时刻的状态"),
        "due_at": _("统计时刻的时限"),
        "submitted_at": _("统计时刻有效的反馈时间，返工、重开后为空"),
        "closed_at": _("统计时刻有效的销号时间，重开后为空"),
        "rework_count": _("到统计时刻返工几次"),
        "submission_count": _("到统计时刻反馈几次"),
        "recurs": _("是否同一处同一类问题再次发生"),
        "micros_to_close": _("从立案到销号的微秒数"),
        **PLACE_WORDS,
    },
    rows=_cases,
    moved_since=_moved_since,
    key="number",
    period="filed_at",
    table=CASE_ROWS,
    dimensions=DIMENSIONS,
)

RETURNS = Fact(
    code="returns",
    name=_("退回"),
    words=_("单位把交办给它的问题退回一次，一行；单位是退回的那一家。问题须在“问题”之列。"),
    columns={
        "key": _("问题编号与交办的序号"),
        "number": _("问题编号"),
        "filed_at": _("问题的立案时间"),
        "returned_at": _("退回时间"),
        **PLACE_WORDS,
        "unit_code": _("退回的单位"),
    },
    rows=_returns,
    moved_since=_moved_since,
    key="key",
    period="filed_at",
    table=CASE_ROWS,
    dimensions=DIMENSIONS,
)

OVERDUE = Fact(
    code="overdue",
    name=_("超期时段"),
    words=_(
        "问题在单位手里、时限已过、又没有按时反馈的每一段时间一行。待交办（含退回后）、挂账的没有"
        "时限；按时反馈、等着核查的不算超期；反馈晚了的，到销号为止都算。"
    ),
    columns={
        "number": _("编号"),
        "since": _("这一段自何时起"),
        "due_at": _("这一段里的时限，过了它才算超期"),
        "until": _("这一段到何时止，还没止为空"),
        **PLACE_WORDS,
    },
    rows=_overdue_stretches,
    key="number",
    lasting=("since", "due_at", "until"),
    opening="cases",
    table=CASE_ROWS,
    dimensions=DIMENSIONS,
)
