"""Pages for when something went wrong: what happened, what to do next, and nothing asked of anybody."""

from typing import NoReturn

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject

from yanzhen.accounts.models import User
from yanzhen.core.errors import Forbidden, Refused

pytestmark = pytest.mark.urls("yanzhen.core.tests.pages")

PAGES = ["400", "403", "403_csrf", "404", "409", "413", "429", "500", "refused"]


class UnitClosed(Refused):
    code = "unit_closed"
    message = "责任单位“%(unit)s”已停用，请另选单位。"


def asked_by(user: object) -> HttpRequest:
    request = RequestFactory().get("/cases/HY-2026-000123/")
    request.user = user  # type: ignore[assignment]
    return request


def nobody_may_ask() -> NoReturn:
    pytest.fail("an error page asked who is there")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    "request_",
    [
        None,
        asked_by(AnonymousUser()),
        asked_by(User(username="zhiban", full_name="值班岗")),
        asked_by(SimpleLazyObject(nobody_may_ask)),
    ],
    ids=["no request", "a stranger", "somebody", "nobody asked"],
)
def test_an_error_page_asks_neither_database_nor_user(
    name: str, request_: HttpRequest | None
) -> None:
    html = render_to_string(f"{name}.html", {"refusal": Forbidden()}, request_)

    assert "<h1>" in html
    assert html.count("<main") == 1
    assert 'name="yanzhen-page" content="error"' in html


@pytest.mark.parametrize("name", PAGES)
def test_an_error_page_says_what_to_do_next(name: str) -> None:
    html = render_to_string(f"{name}.html", {"refusal": Forbidden()})

    assert "请" in html
    assert 'href="/"' in html


@pytest.mark.parametrize("name", [name for name in PAGES if name != "404"])
def test_an_error_page_says_that_nothing_was_done(name: str) -> None:
    html = render_to_string(f"{name}.html", {"refusal": Forbidden()})

    assert "没有做任何改动" in html or "没有生效" in html


@pytest.mark.parametrize("name", ["409", "413", "429"])
def test_a_known_reason_is_said_in_its_own_words(name: str) -> None:
    html = render_to_string(f"{name}.html", {"message": "市路灯管理处已于 14:03 签收。"})

    assert "市路灯管理处已于 14:03 签收。" in html


@pytest.mark.parametrize("name", ["refused", "refused_part"])
def test_a_refusal_is_said_in_its_sentence(name: str) -> None:
    html = render_to_string(f"{name}.html", {"refusal": UnitClosed(unit="<市城管局>")})

    assert "责任单位“&lt;市城管局&gt;”已停用，请另选单位。" in html
    assert "unit_closed" in html


def test_a_refusal_in_a_part_is_marked_for_the_messages() -> None:
    html = render_to_string("refused_part.html", {"refusal": Forbidden()})

    assert 'data-refusal="forbidden"' in html
    assert "<html" not in html
