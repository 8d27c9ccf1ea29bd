"""The pages of figures: the list, one figure, the rows behind it, those rows as a file."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yanzhen.accounts.http import UserRequest
from yanzhen.core.errors import require
from yanzhen.figures import faces, queries, registry, rules
from yanzhen.figures.asking import Asking, ask
from yanzhen.figures.enums import How, PartName, PeriodRule
from yanzhen.figures.errors import NoSuchRows, TooManyRows
from yanzhen.figures.operations import note_export
from yanzhen.figures.periods import Preset
from yanzhen.figures.registry import Figure
from yanzhen.figures.sheets import MOST_ROWS, write_sheet

PAGE_ROWS: Final = 50
DIGEST_AT_ONCE: Final = 20_000
"""Of more rows the digest is reckoned when somebody asks for it."""
TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _default_period(figure: Figure) -> str:
    return Preset.ALL if figure.period == PeriodRule.STANDING else Preset.MONTH


@require_safe
def figures(request: UserRequest) -> HttpResponse:
    """All figures of my area in this month, each with its last twelve months."""
    asking = ask(request, default=Preset.MONTH)
    themes = [
        (theme, [faces.tile(asking, tile) for tile in tiles])
        for theme, tiles in queries.overview(asking.question)
    ]
    context = {"asking": asking, "themes": themes, "chips": faces.place_chips(asking)}
    return render(request, "figures/figures.html", context | faces.frame(asking))


@require_safe
def figure(request: UserRequest, code: str) -> HttpResponse:
    """One figure: the number, its definition, its course, its parts, its rows."""
    shown = registry.figure(code)
    asking = ask(request, default=_default_period(shown))
    (value,) = registry.answer([shown], asking.question)
    by = request.GET.get("by", "")
    by = by if by in faces.BREAKDOWNS else registry.AREA
    found = queries.breakdown(shown, asking.question, value, by)
    behind = queries.tabs(value)
    rows, *_edges = _rows(asking, shown, behind[0].name, size=queries.MINI_ROWS)
    context = {
        "asking": asking,
        "figure": shown,
        "fact": registry.fact(shown.fact),
        "value": value,
        "parts": faces.parts(asking, value),
        "course": faces.course(asking, value, queries.trends([shown], asking.question)[code]),
        "table": faces.table(asking, found, by, show_all="all" in request.GET),
        "tabs": faces.row_tabs(asking, value, behind, chosen=behind[0].name),
        "rows": rows,
        "mini": registry.fact(shown.fact).table.mini_template,
        "evenings": faces.evening_rows(asking, shown) if shown.how == How.CLEAR_DAYS else [],
        "digest_now": all(tab.rows <= DIGEST_AT_ONCE for tab in behind),
        "digest_url": asking.fixed_url("digest", shown),
        "fixed_url": asking.fixed_url("figure", shown),
        "may_take": _may_take(asking),
        "chips": faces.place_chips(asking) + faces.filter_chips(asking, shown),
    }
    return render(request, "figures/figure.html", context | faces.frame(asking))


@require_safe
def digest(request: UserRequest, code: str) -> HttpResponse:
    """The fingerprint of the rows behind a figure, for the page to put in its place."""
    from yanzhen.figures import behind  # noqa: PLC0415 - brings Ibis, which is slow to import

    shown = registry.figure(code)
    asking = ask(request, default=_default_period(shown))
    found = behind.digest(shown, asking.question)
    return render(request, "figures/digest.html", {"digest": found, "figure": shown})


@require_safe
def rows(request: UserRequest, code: str) -> HttpResponse:
    """The rows behind one part of a figure, page by page."""
    shown = registry.figure(code)
    asking = ask(request, default=_default_period(shown), is_part=True)
    (value,) = registry.answer([shown], asking.question)
    tabs = queries.tabs(value)
    chosen = request.GET.get("part") or tabs[0].name
    if chosen not in {tab.name for tab in tabs}:
        raise NoSuchRows(figure=shown.name)
    found, before, after = _rows(
        asking,
        shown,
        chosen,
        size=PAGE_ROWS,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "asking": asking,
        "figure": shown,
        "value": value,
        "tabs": faces.row_tabs(asking, value, tabs, chosen=chosen),
        "part": registry.part_of(shown, chosen),
        "figure_url": asking.url("figure", shown, by=None, key=None),
        "chosen": chosen,
        "total": next(tab.rows for tab in tabs if tab.name == chosen),
        "within": faces.within_words(asking, shown),
        "rows": found,
        "template": registry.fact(shown.fact).table.template,
        "before_url": asking.url("rows", shown, part=chosen, before=before) if before else "",
        "after_url": asking.url("rows", shown, part=chosen, after=after) if after else "",
        "exports": [
            (suffix, asking.fixed_url("export", shown, suffix, part=chosen)) for suffix in TYPES
        ],
        "may_take": _may_take(asking),
        "chips": faces.place_chips(asking) + faces.filter_chips(asking, shown),
    }
    return render(request, "figures/rows.html", context | faces.frame(asking))


def _rows(
    asking: Asking, shown: Figure, part: str, *, size: int, after: str = "", before: str = ""
) -> tuple[Sequence[object], str, str]:
    return queries.rows_page(
        shown,
        part,
        asking.question,
        user=asking.request.user,
        on=asking.today,
        after=after,
        before=before,
        size=size,
    )


def _may_take(asking: Asking) -> bool:
    scope = rules.scope_of(asking.request.user, on=asking.today, actions=rules.TAKE)
    return scope is None or not scope.is_empty


@require_safe
def export(request: UserRequest, code: str, suffix: str) -> HttpResponseBase:
    """All rows behind a part as a file, of what my posts let me take along."""
    from yanzhen.figures import behind  # noqa: PLC0415 - brings Ibis, which is slow to import

    if suffix not in TYPES:
        raise Http404
    shown = registry.figure(code)
    asking = ask(request, default=_default_period(shown), is_part=True)
    user, now = request.user, timezone.now()
    require(_may_take(asking))
    may_take = rules.scope_of(user, on=asking.today, actions=rules.TAKE)
    question = replace(asking.question, scope=may_take)
    part = request.GET.get("part") or PartName.NUMERATOR
    count = behind.count_rows(shown, part, question)
    if count > MOST_ROWS:
        raise TooManyRows(count=f"{count:,}", most=f"{MOST_ROWS:,}")
    table = registry.fact(shown.fact).table

    def cells() -> Iterator[Sequence[Any]]:
        keys = list(behind.all_keys(shown, part, question))[::-1]
        for first in range(0, len(keys), PAGE_ROWS * 10):
            found = table.fetch(user, asking.today, keys[first : first + PAGE_ROWS * 10])
            yield from map(table.cells, found)

    file = tempfile.NamedTemporaryFile(suffix=f".{suffix}")  # noqa: SIM115 - the response closes it
    title = _("%(figure)s明细") % {"figure": shown.name}
    written = write_sheet(
        Path(file.name), suffix, table.headings, cells(), title=title, by=user, now=now
    )
    query = request.GET.urlencode()
    note_export(what=f"figures.{code}.{part}", rows=written, query=query, actor=user, now=now)
    name = f"{title} {asking.today.isoformat()}.{suffix}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=TYPES[suffix])
