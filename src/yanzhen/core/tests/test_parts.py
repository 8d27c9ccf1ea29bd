"""Fields, chips, pagers, addresses, and the look of the frame."""

import json
import re
from collections.abc import Sequence
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory

from yanzhen.core.filters import FilterFace, FilterOption
from yanzhen.core.paging import Count, Page
from yanzhen.core.templatetags.parts import SCRIPT_WORDS

SOURCES = (FilterOption("hotline", "热线", 8), FilterOption("grid", "网格"))


class SiteForm(forms.Form):
    name = forms.CharField(label="名称", help_text="写群众叫得出的名字。")
    words = forms.CharField(label="说明", required=False, widget=forms.Textarea)
    kind = forms.ChoiceField(label="类型", choices=[("a", "甲")])
    stall = forms.ChoiceField(
        label="物业", widget=forms.RadioSelect, choices=[("y", "有"), ("n", "无")]
    )
    shown = forms.BooleanField(label="公开", required=False)
    lamps = forms.IntegerField(label="路灯", required=False)
    key = forms.CharField(widget=forms.HiddenInput, required=False)
    photo = forms.FileField(label="照片", required=False)


def shown(text: str, *, path: str = "/cases/", cookies: str = "", **context: Any) -> str:
    request = RequestFactory().get(path, HTTP_COOKIE=cookies)
    html = Template("{% load parts %}" + text).render(Context({"request": request, **context}))
    return flat(html)


def flat(html: str) -> str:
    """The HTML without the blanks that a formatter may put anywhere."""
    return re.sub(r"\s*(/?>)\s*|\s*(?=<)|(?<=<)\s+", r"\1", re.sub(r"\s+", " ", html))


def field(name: str, form: forms.Form | None = None, more: str = "") -> str:
    return shown(f"{{% field form.{name} {more} %}}", form=form or SiteForm())


# --- forms ----------------------------------------------------------------------------------------


def test_a_field_has_its_label_its_help_and_its_mark() -> None:
    html = field("name")

    assert (
        '<label class="form-label" for="id_name">名称<span class="must" aria-hidden="true">*'
        in html
    )
    assert 'class="form-control"' in html
    assert 'aria-describedby="id_name_helptext"' in html
    assert '<p class="help" id="id_name_helptext">写群众叫得出的名字。</p>' in html
    assert "must" not in field("words")


def test_what_is_wrong_stands_beside_the_field_with_what_was_typed() -> None:
    form = SiteForm({"name": "", "lamps": "三盏<"})
    name, lamps = field("name", form), field("lamps", form, 'unit="盏"')

    assert 'class="field field-bad"' in name
    assert 'aria-invalid="true"' in name
    assert 'aria-describedby="id_name_helptext id_name_error"' in name
    assert re.search(r'id="id_name_error">.*<li>这个字段是必填项。</li>', name)
    assert 'value="三盏&lt;"' in lamps
    assert "<span>盏</span>" in lamps


def test_choices_are_a_group_with_a_legend() -> None:
    html = field("stall", SiteForm({}))

    assert '<fieldset class="field field-bad" aria-describedby="id_stall_error">' in html
    assert "<legend>物业" in html
    assert html.count('type="radio"') == 2


def test_every_widget_gets_its_shape() -> None:
    assert 'class="form-select"' in field("kind")
    assert '<label class="check"><input type="checkbox"' in field("shown")
    assert 'class="form-check-input"' in field("shown")
    assert 'type="file"' in field("photo")
    hidden = field("key")
    assert 'type="hidden"' in hidden
    assert "<label" not in hidden


def test_what_else_is_given_goes_to_the_widget() -> None:
    assert 'rows="3"' in field("words", more="rows=3")
    assert 'data-no-draft="1"' in field("words", more='data_no_draft="1"')
    assert ">还差什么<" in field("words", more='label="还差什么"')


def test_the_summary_of_errors_leads_to_the_fields() -> None:
    form = SiteForm({"name": ""})
    form.is_valid()
    form.add_error(None, "坐标落在衡阳市以外。")
    html = shown("{% form_errors form %}", form=form)

    assert "坐标落在衡阳市以外。" in html
    assert '<a href="#id_name">名称</a>：这个字段是必填项。' in html
    assert 'role="alert"' in html
    assert shown("{% form_errors form %}", form=SiteForm()).strip() == ""


# --- addresses --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "address"),
    [
        ('querystring_with status="closed"', "?q=%E4%BA%95&unit=a&unit=b&status=closed"),
        ("querystring_with q=None", "?unit=a&unit=b"),
        ('querystring_with q=""', "?unit=a&unit=b"),
        ("querystring_with unit=units", "?q=%E4%BA%95&unit=x&unit=y"),
        ('querystring_with after="k2"', "?q=%E4%BA%95&unit=a&unit=b&after=k2"),
        ('querystring_without "unit" "a"', "?q=%E4%BA%95&unit=b"),
        ('querystring_without "unit"', "?q=%E4%BA%95"),
    ],
)
def test_a_changed_address_keeps_the_rest_and_starts_at_the_first_page(
    tag: str, address: str
) -> None:
    path = "/cases/?q=井&unit=a&unit=b&after=k1"

    html = shown(f"{{% {tag} as url %}}{{{{ url|safe }}}}", path=path, units=["x", "y"])
    assert html == address


def test_an_address_is_escaped_in_a_page() -> None:
    html = shown('<a href="{% querystring_with status="open" %}">', path='/cases/?q="><script>')

    assert "<script>" not in html


def pager(rows: Sequence[int], before: str = "", after: str = "", more: str = "") -> str:
    page = Page(list(rows), before, after, 51)  # type: ignore[type-var]
    return shown(f"{{% pager page {more} %}}", path="/cases/?area=4304&after=x", page=page)


def test_a_pager_says_which_rows_and_leads_both_ways() -> None:
    html = pager(range(50), "b1", "a1", 'total=1284 unit="件"')

    assert "第 51–100 件，共 1,284 件" in html
    assert 'href="?area=4304&amp;before=b1"' in html
    assert 'href="?area=4304&amp;after=a1"' in html
    assert "hx-get" not in html


def test_a_pager_at_the_end_has_nowhere_to_go() -> None:
    html = pager(range(4))

    assert "第 51–54 行" in html
    assert html.count('aria-disabled="true"') == 2
    assert "href" not in html


def test_a_capped_count_is_told_as_such_and_no_rows_are_not_counted() -> None:
    page = Page(list(range(50)), "", "a", 1)  # type: ignore[type-var]
    assert "共 1 万+ 行" in shown("{% pager page total=n %}", page=page, n=Count.of(10**6))
    assert "第" not in pager([])


def test_a_pager_with_a_target_swaps_only_the_list() -> None:
    html = pager(range(50), "", "a1", 'target="#rows"')

    assert 'hx-get="?area=4304&amp;after=a1" hx-target="#rows" hx-push-url="true"' in html


# --- filters ----------------------------------------------------------------------------------------


def chip(face: FilterFace, path: str = "/cases/?area=4304&source=hotline&after=k") -> str:
    return shown("{% filter_chip face %}", path=path, face=face)


def test_a_chip_of_one_choice_is_links() -> None:
    html = chip(FilterFace("source", "来源", "one", SOURCES, ("hotline",)))

    assert "来源<b>热线</b>" in html
    assert 'href="?area=4304&amp;source=grid"' in html
    assert 'href="?area=4304&amp;source=hotline" aria-current="true"' in html
    assert 'class="chip-off" href="?area=4304"' in html


def test_a_chip_that_is_off_says_all_and_has_nothing_to_take_away() -> None:
    html = chip(FilterFace("source", "来源", "one", SOURCES), "/cases/")

    assert "来源<b>全部</b>" in html
    assert "chip-off" not in html


def test_a_chip_of_many_is_a_form_that_carries_the_rest_along() -> None:
    html = chip(FilterFace("source", "来源", "many", SOURCES, ("hotline", "grid")))

    assert "来源<b>热线 +1</b>" in html
    assert '<input type="hidden" name="area" value="4304">' in html
    assert 'type="hidden" name="source"' not in html
    assert 'name="after"' not in html
    assert html.count(" checked>") == 2


def test_a_chip_with_a_target_swaps_only_the_list() -> None:
    face = FilterFace("source", "来源", "many", SOURCES, ("grid",))
    html = shown('{% filter_chip face "#rows" %}', path="/cases/?area=4304", face=face)

    assert '<form method="get" hx-get="/cases/" hx-target="#rows" hx-push-url="true">' in html
    assert 'hx-get="?area=4304" hx-target="#rows" hx-push-url="true" aria-label="不限来源"' in html


def test_a_chip_of_dates_has_presets_and_two_days() -> None:
    face = FilterFace(
        "due", "到期", "dates", (FilterOption("2026-11-01/2026-11-20", "本月"),), ("", "2026-11-20")
    )
    html = chip(face, "/cases/?due_to=2026-11-20&area=4304")

    assert "到期<b>2026-11-20</b>" in html
    assert 'href="?due_to=2026-11-20&amp;area=4304&amp;due_from=2026-11-01"' in html
    assert 'name="due_to" value="2026-11-20"' in html
    assert 'class="chip-off" href="?area=4304"' in html


def test_a_chip_of_words_shows_them_escaped() -> None:
    html = chip(FilterFace("words", "含有", "words", (), ("<b>",)), "/cases/?words=%3Cb%3E")

    assert "<b>&lt;b&gt;</b>" in html
    assert 'name="words" value="&lt;b&gt;"' in html


# --- the rest ---------------------------------------------------------------------------------------


def test_facts_without_a_value_are_left_out() -> None:
    html = shown(
        "{% facts pairs %}", pairs=[("主办", "街道<办>"), ("协办", ""), ("包联", None), ("次数", 0)]
    )

    assert html == (
        '<dl class="facts"><dt>主办</dt><dd>街道&lt;办&gt;</dd><dt>次数</dt><dd>0</dd></dl>'
    )


def test_nothing_is_told_kindly() -> None:
    html = shown('{% empty "今天没有待办" "都办完了。" "/cases/" "看台账" %}')

    assert "<h2>今天没有待办</h2><p>都办完了。</p>" in html
    assert '<a class="btn" href="/cases/">看台账</a>' in html


def test_progress_asks_again_only_while_it_runs() -> None:
    running = shown('{% progress 43000 100000 "还要 1 分钟" "正在导入" "/jobs/7/" %}')
    ended = shown('{% progress 100000 100000 "" "已导入" %}')

    assert "43,000 / 100,000" in running
    assert 'max="100000" value="43000"' in running
    assert 'hx-get="/jobs/7/" hx-trigger="every 2s"' in running
    assert "hx-get" not in ended


def test_work_of_unknown_length_shows_no_share() -> None:
    assert "max=" not in shown('{% progress 12 None "" "正在读文件" %}')


@pytest.mark.parametrize(
    ("cookies", "attributes"),
    [
        ("", ""),
        ("yanzhen_theme=dark", ' data-theme="dark"'),
        ("yanzhen_theme=light; yanzhen_elder=on", ' data-theme="light" class="elder"'),
        ('yanzhen_theme="><script>; yanzhen_elder=yes', ""),
    ],
)
def test_the_look_comes_from_the_device_and_only_what_is_known(
    cookies: str, attributes: str
) -> None:
    assert shown("<html{% look %}>", cookies=cookies) == f"<html{attributes}>"


def test_a_page_without_a_request_has_the_plain_look() -> None:
    assert Template("{% load parts %}<html{% look %}>").render(Context()) == "<html>"


def test_scripts_find_their_words_in_the_page() -> None:
    html = shown("{% script_words %}")
    words = json.loads(html.partition(">")[2].partition("</script>")[0])

    assert words["understood"] == "知道了"
    assert set(words) == set(SCRIPT_WORDS)
