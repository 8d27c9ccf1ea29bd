"""Icons, status discs, clocks, slips and plates."""

import re
from decimal import Decimal

import pytest
from django.template import Context, Template, TemplateSyntaxError

from yanzhen.cases.enums import CaseStatus
from yanzhen.core.clockface import ClockFace
from yanzhen.core.icons import ICONS


def shown(text: str, **context: object) -> str:
    return Template("{% load marks %}" + text).render(Context(context))


def test_an_icon_is_silent_unless_it_has_words() -> None:
    assert 'aria-hidden="true"' in shown('{% icon "inbox" %}')
    assert 'role="img" aria-label="收&lt;件箱"' in shown(
        '{% icon "inbox" label=label %}', label="收<件箱"
    )
    assert 'class="i i-s"' in shown('{% icon "inbox" "s" %}')


@pytest.mark.parametrize(
    "text",
    [
        '{% icon "no-such" %}',
        '{% status_mark "lost" "丢了" %}',
        '{% slip_tag "green" %}',
        '{% plate_mark "green" %}',
    ],
)
def test_what_nobody_drew_is_told_at_once(text: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="unknown"):
        shown(text)


@pytest.mark.parametrize("name", ICONS)
def test_strokes_stay_on_their_canvas(name: str) -> None:
    absolute = re.findall(r"[MLHVC](-?[\d.]+)", ICONS[name])
    circles = re.findall(r'c[xy]="([\d.]+)"', ICONS[name])

    assert ICONS[name].startswith(("<path", "<circle"))
    assert all(0 <= float(number) <= 20 for number in [*absolute, *circles])


@pytest.mark.parametrize("status", CaseStatus)
def test_every_standing_of_a_case_has_its_own_disc(status: CaseStatus) -> None:
    discs = {shown("{% status_mark code '' %}", code=one) for one in CaseStatus}
    mark = shown("{% status_mark code label %}", code=status, label=status.label)

    assert len(discs) == len(CaseStatus)
    assert mark.endswith(f"</svg>{status.label}</span>")


def test_a_clock_draws_how_far_it_has_run() -> None:
    run = shown("{% clock_bar face %}", face=ClockFace("还剩 3 小时", 0.864, None, "soon"))

    assert run.startswith('<span class="clock clock-soon">还剩 3 小时<svg')
    assert '<rect class="run" width="86"' in run
    assert "due" not in run


def test_a_late_clock_is_full_and_shows_where_it_was_due() -> None:
    late = shown("{% clock_bar face wide=True %}", face=ClockFace("超期 2 天", 0.9, 0.62, "late"))

    assert 'class="clock clock-late clock-wide"' in late
    assert '<rect class="run" width="100"' in late
    assert '<rect class="due" x="62"' in late


@pytest.mark.parametrize(("share", "width"), [(-0.5, 0), (1.7, 100)])
def test_a_clock_never_leaves_its_bar(share: float, width: int) -> None:
    assert f'class="run" width="{width}"' in shown(
        "{% clock_bar face %}", face=ClockFace("", share, None, "run")
    )


def test_no_clock_draws_nothing() -> None:
    assert shown("{% clock_bar face %}", face=None) == ""


def test_slips_and_plates_say_their_colour_in_words() -> None:
    assert shown('{% slip_tag "red" %}') == '<span class="slip slip-red">红单</span>'
    assert "督办&amp;卡" in shown('{% slip_tag "yellow" name %}', name="督办&卡")
    plates = [shown(f'{{% plate_mark "{colour}" %}}') for colour in ("red", "yellow", "blue")]
    shapes = {re.sub(r".*<svg[^>]*>(.*)</svg>.*", r"\1", plate) for plate in plates}
    assert len(shapes) == 3
    assert [plate.removesuffix("</span>")[-2:] for plate in plates] == ["红牌", "黄牌", "蓝牌"]


def test_a_figure_opens_to_its_rows_where_one_may_see_them() -> None:
    link = shown('{% figure_link 2948 url "件" %}', url="/figures/cases_found/?a=1&b=2")

    assert link == (
        '<a class="fig" href="/figures/cases_found/?a=1&amp;b=2" title="看怎么算的">2,948 件</a>'
    )
    assert shown('{% figure_link 2948 "" %}') == "2,948"
    assert ">86.06%<" in shown('{% figure_link "86.06%" "/x/" %}')


def test_a_cell_without_a_value_has_no_bar() -> None:
    context = {"value": Decimal(72), "middle": Decimal(86), "reach": Decimal(14)}

    assert 'class="b-low" x="0.0"' in shown("{% bar_cell value middle reach low=True %}", **context)
    assert shown("{% bar_cell value middle reach %}", **context | {"value": None}) == ""
