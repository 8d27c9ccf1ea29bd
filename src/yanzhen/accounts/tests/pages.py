"""A page with a form, one without, and one that only takes forms: what the tests of the door open."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template import engines
from django.urls import path
from django.views.decorators.http import require_POST

from yanzhen.urls import urlpatterns as of_the_house

FORM = """<!doctype html><html lang="zh"><body><p>é ü 中文 &amp; </p>
<form action="/elsewhere/" method="post"><input name="title" value="other"></form>
<form action="/form/" method="post">
<input type=hidden name="csrfmiddlewaretoken" value="fresh-{{ token }}">
<input type="hidden" name="client_id" value="new">
<input name="title" value=""><textarea name="words" rows="3">
before</textarea>
<select name="unit"><option value="">—</option><option value="A" selected>甲</option>
<option value="B">乙</option></select>
<input type="checkbox" name="parts" value="1"><input type="checkbox" name="parts" value="2" checked>
<input type="radio" name="way" value="near" checked><input type="radio" name="way" value="far">
<input type="file" name="photo"><input type="password" name="password" value="">
<button name="go" value="1">Go</button></form></body></html>"""

taken: list[dict[str, list[str]]] = []
"""Every form that was taken."""


def form(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        taken.append(dict(request.POST.lists()))
        return HttpResponse("done")
    template = engines["django"].from_string(FORM)
    return HttpResponse(template.render({"token": get_token(request)}))


@require_POST
def press(request: HttpRequest) -> HttpResponse:
    taken.append(dict(request.POST.lists()))
    return HttpResponse("done")


@login_not_required
def public(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("public")


urlpatterns = [
    *of_the_house,
    path("form/", form),
    path("press/", press),
    path("public/", public),
]
