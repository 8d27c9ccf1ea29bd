"""Whole pages, their parts, and what follows a change."""

import json

import pytest
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import path

from yanzhen.core import htmx

PART = {"HX-Request": "true"}
TEMPLATE = "core/sample.html"
WHOLE = "<html><tr>甲</tr></html>"
SOURCE = "{% load partials %}<html>{% partialdef rows inline %}<tr>{{ word }}</tr>{% endpartialdef %}</html>"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [("django.template.loaders.locmem.Loader", {TEMPLATE: SOURCE})],
                )
            ],
            "builtins": ["template_partials.templatetags.partials"],
        },
    }
]

urlpatterns = [path("cases/<slug:number>/", lambda _: HttpResponse(), name="case")]


def ask(headers: dict[str, str] | None = None) -> HttpRequest:
    request = RequestFactory().get("/cases/", headers=headers or {})
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    return request


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        ({}, WHOLE),
        (PART, "<tr>甲</tr>"),
        (PART | {"HX-History-Restore-Request": "true"}, WHOLE),
        (PART | {"HX-Boosted": "true"}, WHOLE),
    ],
)
@override_settings(TEMPLATES=TEMPLATES)
def test_only_htmx_gets_a_part(headers: dict[str, str], content: str) -> None:
    request = ask(headers)
    response = htmx.page(request, TEMPLATE, {"word": "甲"}, part="rows")

    assert htmx.is_htmx(request) is (content != WHOLE)
    assert response.content.decode() == content
    assert response["Vary"] == "HX-Request"


@override_settings(TEMPLATES=TEMPLATES)
def test_a_page_without_parts_is_whole_for_htmx_too_and_keeps_its_status() -> None:
    response = htmx.page(ask(PART), TEMPLATE, {"word": "甲"}, status=422)

    assert response.status_code == 422
    assert response.content.decode().startswith("<html>")


@pytest.mark.urls(__name__)
def test_without_script_a_change_leads_to_the_next_page() -> None:
    response = htmx.done(ask(), "case", "case", number="HY-2026-000123")

    assert response.status_code == 303
    assert response["Location"] == "/cases/HY-2026-000123/"


def test_with_htmx_a_change_empties_the_panel_and_tells_the_page() -> None:
    response = htmx.done(ask(PART), "case", "never:looked-up")

    assert (response.status_code, response.content) == (200, b"")
    assert json.loads(response["HX-Trigger"]) == {"case-changed": None}
    assert response["Vary"] == "HX-Request"


def test_what_was_said_goes_along_with_the_change() -> None:
    request = ask(PART)
    messages.success(request, "已交办给市路灯管理处。")
    response = htmx.done(request, "case", "never:looked-up")

    assert response["HX-Trigger"].isascii()
    assert json.loads(response["HX-Trigger"])["say"] == {
        "messages": [{"words": "已交办给市路灯管理处。", "level": "success"}]
    }
    assert request._messages.used  # type: ignore[attr-defined]
