"""Fields, chips, pagers and other parts of a page: `{% load parts %}`."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms, template
from django.forms import BoundField
from django.http import HttpRequest, QueryDict
from django.template.context import Context
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yanzhen.core import querystring
from yanzhen.core.filters import FilterFace
from yanzhen.core.paging import Page
from yanzhen.core.words import cn_number

register = template.Library()

THEME_COOKIE: Final = "yanzhen_theme"
ELDER_COOKIE: Final = "yanzhen_elder"

SCRIPT_WORDS: Final = {
    "understood": gettext_lazy("知道了"),
    "status401": gettext_lazy("登录已过期，请重新登录；填过的内容会替您留着。"),
    "status404": gettext_lazy("它可能已经移走，或不在您的岗位能看到的范围里。请刷新页面。"),
    "status413": gettext_lazy("文件太大，没有收下。请分成几次上传。"),
    "status429": gettext_lazy("操作太快，请等一分钟再试。"),
    "ourFault": gettext_lazy("系统出了错，这一步没有生效。请过一会儿再试。"),
    "noNetwork": gettext_lazy("连不上服务器，这一步没有生效。请检查网络后再试；填过的内容还在。"),
    "tooSlow": gettext_lazy("服务器没有及时回应，请刷新看看这一步有没有办成。"),
    "restored": gettext_lazy("上次没有交出去的内容已经替您填回来了。"),
    "discard": gettext_lazy("不要了，清空"),
    "notAPhoto": gettext_lazy("这不是照片，没有收下"),
    "photoTooLarge": gettext_lazy("照片超过 30 MB，没有收下"),
    "noTime": gettext_lazy("没有拍摄时间"),
    "noPlace": gettext_lazy("没有定位"),
    "hasPlace": gettext_lazy("有定位"),
    "takeAway": gettext_lazy("去掉"),
    "shrinking": gettext_lazy("正在整理照片，请稍候……"),
    "oneMore": gettext_lazy("再拍一张"),
}


# --- the frame ----------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def look(context: Context) -> SafeString:
    """The attributes of `<html>` for what the person chose: light, dark, elder mode.

    They come from cookies, so that the first paint is right and nothing needs script. Without a
    request, on the last-resort error pages, the machine's own preference holds.
    """
    cookies = getattr(context.get("request"), "COOKIES", {})
    theme, elder = cookies.get(THEME_COOKIE, ""), cookies.get(ELDER_COOKIE, "")
    attributes = ""
    if theme in {"light", "dark"}:
        attributes += f' data-theme="{theme}"'
    if elder == "on":
        attributes += ' class="elder"'
    return mark_safe(attributes)  # noqa: S308 - only the constants above get here


@register.simple_tag(takes_context=True)
def look_choice(context: Context, name: str) -> str:
    """What stands in the cookie of a look, `theme` or `elder`, to mark the pressed button."""
    cookies = getattr(context.get("request"), "COOKIES", {})
    return str(cookies.get(f"yanzhen_{name}", ""))


@register.simple_tag
def script_words() -> SafeString:
    """The sentences that scripts say, as data in the page, in the language of the page."""
    return json_script({key: str(words) for key, words in SCRIPT_WORDS.items()}, "yanzhen-words")


# --- addresses ----------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def querystring_with(context: Context, **changes: Any) -> str:
    """The address of this list with keys set: `{% querystring_with status="closed" sort=None %}`.

    Paging starts anew.
    """
    return querystring.with_values(_query(context), changes)


@register.simple_tag(takes_context=True)
def querystring_without(context: Context, key: str, value: str = "") -> str:
    """The address of this list without a key, or without one value of it."""
    return querystring.without_value(_query(context), key, value)


@register.inclusion_tag("ds/pager.html", takes_context=True)
def pager(
    context: Context, page: Page[Any], total: object = None, unit: str = "", target: str = ""
) -> dict[str, Any]:
    """Previous and next page by key: `{% pager page total=count unit="件" target="#rows" %}`.

    It says which rows are shown and, if told, of how many. With `target` htmx swaps only that
    box and writes the address.
    """
    query = _query(context)
    places = {"first": cn_number(page.first), "last": cn_number(page.last), "unit": unit or _("行")}
    if not page.rows:
        say = ""
    elif total is None:
        say = _("第 %(first)s–%(last)s %(unit)s") % places
    else:
        say = _("第 %(first)s–%(last)s %(unit)s，共 %(total)s %(unit)s") % (
            places | {"total": cn_number(total)}
        )
    return {
        "before_url": querystring.with_values(query, {"before": page.before})
        if page.before
        else "",
        "after_url": querystring.with_values(query, {"after": page.after}) if page.after else "",
        "say": say,
        "target": target,
    }


@register.inclusion_tag("ds/filter_chip.html", takes_context=True)
def filter_chip(context: Context, face: FilterFace, target: str = "") -> dict[str, Any]:
    """A filter over a list; every choice is a link or a GET form, so it works without script."""
    query = _query(context)
    return {
        "face": face,
        "target": target,
        "path": getattr(context.get("request"), "path", ""),
        "clear_url": querystring.with_values(query, dict.fromkeys(face.keys)),
        "links": [
            (querystring.with_values(query, _choice(face, option.value)), option)
            for option in face.options
        ],
        "rest": querystring.rest(query, *face.keys),
        "start": face.chosen[0] if face.kind == "dates" and face.chosen else "",
        "end": face.chosen[1] if face.kind == "dates" and len(face.chosen) > 1 else "",
    }


def _choice(face: FilterFace, value: str) -> dict[str, object]:
    """What choosing one option sets; for dates an option is `from/to`."""
    if face.kind == "dates":
        return dict(zip(face.keys, value.split("/", 1), strict=False))
    return {face.name: value}


def _query(context: Context) -> QueryDict:
    request = context.get("request")
    return request.GET if isinstance(request, HttpRequest) else QueryDict()


# --- forms --------------------------------------------------------------------------------------


@register.inclusion_tag("ds/field.html")
def field(bound: BoundField, label: str = "", unit: str = "", **attributes: Any) -> dict[str, Any]:
    """One form field with its label, help and errors: `{% field form.words rows=3 %}`.

    What else is given goes to the widget as attributes, `data_x` as `data-x`. Django ties help
    and errors to the widget by `aria-describedby`.
    """
    kind = _kind(bound.field.widget)
    attrs = {key.replace("_", "-"): value for key, value in attributes.items()}
    css = {"check": "form-check-input", "select": "form-select", "choices": ""}
    own = bound.field.widget.attrs.get("class", "")
    attrs["class"] = " ".join(filter(None, (css.get(kind, "form-control"), own)))
    if not attrs["class"]:
        del attrs["class"]
    return {
        "field": bound,
        "kind": kind,
        "label": label or bound.label,
        "unit": unit,
        "help": bound.help_text,
        "errors": bound.errors,
        "widget": bound.as_hidden() if kind == "hidden" else bound.as_widget(attrs=attrs),
        "must": bound.field.required and kind != "check",
        "id": bound.id_for_label,
        "auto_id": bound.auto_id,
    }


def _kind(widget: forms.Widget) -> str:
    """Which of the shapes of a field the widget asks for."""
    shapes: list[tuple[type[forms.Widget] | tuple[type[forms.Widget], ...], str]] = [
        (forms.CheckboxSelectMultiple, "choices"),
        (forms.RadioSelect, "choices"),
        (forms.CheckboxInput, "check"),
        (forms.Select, "select"),
        (forms.FileInput, "file"),
    ]
    if widget.is_hidden:
        return "hidden"
    return next((shape for kinds, shape in shapes if isinstance(widget, kinds)), "input")


@register.inclusion_tag("ds/form_errors.html")
def form_errors(form: forms.BaseForm) -> dict[str, Any]:
    """What keeps a form from being accepted, above it: its own errors, and links to the fields."""
    return {
        "form": form,
        "fields": [form[name] for name in form.errors if name in form.fields],
        "whole": form.non_field_errors(),
    }


# --- words and lists ----------------------------------------------------------------------------


@register.inclusion_tag("ds/empty.html")
def empty(
    title: str,
    text: str = "",
    url: str = "",
    action: str = "",
    small: bool = False,  # noqa: FBT001, FBT002 - a template says small=True
) -> dict[str, Any]:
    """Nothing here, told kindly, with geese: `{% empty "今天没有待办" "都办完了。" %}`."""
    return {"title": title, "text": text, "url": url, "action": action, "small": small}


@register.simple_tag
def facts(pairs: Iterable[tuple[Any, Any]]) -> SafeString:
    """Write names and values as a list of facts; a fact without a value is left out."""
    rows = [
        format_html("<dt>{}</dt><dd>{}</dd>", name, value)
        for name, value in pairs
        if value not in (None, "")
    ]
    return format_html('<dl class="facts">{}</dl>', mark_safe("".join(rows)))  # noqa: S308 - escaped above


@register.inclusion_tag("ds/progress.html")
def progress(
    done: int, total: int | None, words: Any = "", label: str = "", poll: str = ""
) -> dict[str, Any]:
    """How far a long job is: a bar, what is done and what is left.

    With `poll`, an address that answers with this part again, the page asks every two seconds;
    leave it out once the job has ended. `total` may be unknown.
    """
    return {"done": done, "total": total, "words": words, "label": label, "poll": poll}
