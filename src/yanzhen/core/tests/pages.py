"""Small pages on which the scripts of the design system are tried out, with the style guide beside them."""

import json
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.urls import include, path

from yanzhen.core import htmx, views
from yanzhen.core.errors import Forbidden, Refused

HEAD = "{% extends 'base.html' %}{% load marks parts %}{% block title %}样张{% endblock %}{% block main %}"
LIST = (
    HEAD
    + """<div class="book"><section class="sheet"><h1>样张</h1>
<form method="post" action="/rows/" data-bulk>{% csrf_token %}<div class="rows"><table class="led" data-rows>
<thead><tr><th class="c-tick"><input class="form-check-input" type="checkbox" data-select-all
 data-needs-script hidden aria-label="全选"></th><th>名称</th></tr></thead><tbody>
{% for n in numbers %}<tr data-row="{{ n }}"><td class="c-tick"><input class="form-check-input"
 type="checkbox" name="row" value="{{ n }}" aria-label="选择 {{ n }}"></td>
<td class="c-what"><a class="what" data-open href="/item/{{ n }}/"
 hx-get="/item/{{ n }}/" hx-target="#pane">第 {{ n }} 件</a></td></tr>{% endfor %}
</tbody></table></div>
<div class="bulk"><span class="say-count">已选 <b data-count>几</b> 件</span>
<button class="btn btn-s" name="deed" value="urge" data-key="d">催办</button>
<button class="btn btn-s" type="button" data-clear>取消</button></div></form>
<p id="posted">{{ posted }}</p></section><aside class="pane" id="pane" aria-label="详情"></aside></div>{% endblock %}"""
)
ITEM = """<div class="pane-part" data-shows="{{ n }}">{% load marks %}
{% include "ds/pane_head.html" with title=n url=request.path %}
<div class="pane-body"><h2 class="t">第 {{ n }} 件的详情</h2>
<button type="button" id="done" class="btn" hx-post="/done/" hx-target="#pane">办结</button>
<button type="button" id="refuse" class="btn" hx-post="/refuse/" hx-target="#pane">不行的</button></div></div>"""
FORM = (
    HEAD
    + """<form class="form" method="post" action="" data-draft="site" data-warn>{% csrf_token %}{% form_errors form %}
{% field form.name %}{% field form.words %}{% field form.kind %}{% field form.shown %}{% field form.groups %}
{% field form.secret %}<button class="btn btn-primary">保存</button></form>
<form action="/out/" method="post" data-sign-out>{% csrf_token %}
<button class="btn" id="out">退出</button></form>{% endblock %}"""
)
DOOR = "{% extends 'bare.html' %}{% block main %}<h1>请登录</h1>{% endblock %}"
UPLOAD = (
    HEAD
    + """<form method="post" action="" enctype="multipart/form-data">{% csrf_token %}
{% include "ds/upload.html" with field=form.photo many=True %}<button class="btn" id="send">交</button></form>
<pre id="got">{{ got }}</pre>{% endblock %}"""
)


class SiteForm(forms.Form):
    """A form with one field of each kind that a draft must keep."""

    name = forms.CharField(label="名称")
    words = forms.CharField(label="说明", widget=forms.Textarea, required=False)
    kind = forms.ChoiceField(label="类型", choices=[("a", "甲"), ("b", "乙")])
    shown = forms.BooleanField(label="公开", required=False)
    groups = forms.MultipleChoiceField(
        label="专班",
        choices=[("x", "一组"), ("y", "二组")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    secret = forms.CharField(label="口令", widget=forms.PasswordInput, required=False)


class PhotoForm(forms.Form):
    """Photos, and what the phone says of them."""

    photo = forms.FileField(label="现场照片", required=False)


class MovedOn(Refused):
    """Somebody was quicker."""

    code = "moved_on"
    status = 409
    message = "市路灯管理处已先签收。"


def answer(
    request: HttpRequest, source: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    return HttpResponse(Template(source).render(RequestContext(request, context)), status=status)


@login_not_required
def rows(request: HttpRequest) -> HttpResponse:
    posted = ",".join([request.POST.get("deed", ""), *request.POST.getlist("row")])
    return answer(request, LIST, {"numbers": range(1, 13), "posted": posted})


@login_not_required
def item(request: HttpRequest, n: int) -> HttpResponse:
    if htmx.is_htmx(request):
        return answer(request, ITEM, {"n": n})
    return answer(request, HEAD + "<h1>第 {{ n }} 件的整页</h1>{% endblock %}", {"n": n})


@login_not_required
def site(request: HttpRequest) -> HttpResponse:
    """Save a form, unless its name says that something else should happen."""
    form = SiteForm(request.POST or None)
    mode = request.POST.get("name", "")
    if request.method == "GET":
        return answer(request, FORM, {"form": form})
    if mode == "过期":
        return answer(request, DOOR, {}, 403)
    if mode == "有错":
        form.add_error("words", "还差什么？")
        return answer(request, FORM, {"form": form}, 422)
    return htmx.SeeOther("/rows/")


@login_not_required
def done(request: HttpRequest) -> HttpResponse:
    return htmx.done(request, "case", "never")


@login_not_required
def refuse(request: HttpRequest) -> HttpResponse:
    raise MovedOn if request.method == "POST" else Forbidden


@login_not_required
def out(_request: HttpRequest) -> HttpResponse:
    return htmx.SeeOther("/site/")


@login_not_required
def upload(request: HttpRequest) -> HttpResponse:
    files = [(file.name, file.size) for file in request.FILES.getlist("photo")]
    got = {"files": files, "facts": json.loads(request.POST.get("photo_facts") or "[]")}
    return answer(request, UPLOAD, {"form": PhotoForm(), "got": json.dumps(got)})


core = (
    [
        path("look/", views.look, name="look"),
        path("styleguide/", views.guide, name="styleguide"),
        path("styleguide/<slug:name>/", views.guide, name="styleguide_page"),
    ],
    "core",
)
urlpatterns = [
    path("", include(core)),
    path("rows/", rows),
    path("item/<int:n>/", item),
    path("site/", site),
    path("done/", done),
    path("refuse/", refuse),
    path("out/", out),
    path("upload/", upload),
]
