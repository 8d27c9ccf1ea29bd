"""What happens around every view."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from yanzhen.core.errors import Forbidden, Refused
from yanzhen.core.middleware import (
    CompressionMiddleware,
    LanguageMiddleware,
    PrintableMiddleware,
    RefusalMiddleware,
)


class TooLate(Refused):
    code = "too_late"
    status = 409
    message = _("“%(what)s”来晚了，请刷新后再看。")


def asked(language: str = "", **headers: str) -> HttpRequest:
    request = RequestFactory(headers=headers).get("/")
    request.user = SimpleNamespace(  # type: ignore[assignment]  # all that the middleware looks at
        language=language, is_authenticated=True
    )
    return request


def never(_request: HttpRequest) -> HttpResponse:
    raise AssertionError


@pytest.mark.django_db
def test_a_refusal_is_answered_with_its_status_and_its_sentence() -> None:
    answer = RefusalMiddleware(never).process_exception(asked(), TooLate(what="签收"))

    assert answer is not None
    assert answer.status_code == 409
    assert "“签收”来晚了，请刷新后再看。" in answer.content.decode()
    assert "<html" in answer.content.decode()


@pytest.mark.django_db
def test_htmx_gets_the_sentence_alone() -> None:
    request = asked(**{"HX-Request": "true"})
    answer = RefusalMiddleware(never).process_exception(request, Forbidden())

    assert answer is not None
    assert answer.status_code == 403
    assert str(Forbidden.message) in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_what_a_refusal_quotes_is_not_markup() -> None:
    request = asked(**{"HX-Request": "true"})
    answer = RefusalMiddleware(never).process_exception(request, TooLate(what="<script>"))

    assert answer is not None
    assert "<script>" not in answer.content.decode()


def test_a_bug_is_not_a_refusal() -> None:
    assert RefusalMiddleware(never).process_exception(asked(), ValueError()) is None


@pytest.mark.parametrize(
    ("wished", "given"), [("", "zh-hans"), ("en", "en"), ("xx", "zh-hans"), ("zh-hans", "zh-hans")]
)
def test_the_language_is_the_users_and_else_chinese(wished: str, given: str) -> None:
    seen = []

    def view(_request: HttpRequest) -> HttpResponse:
        seen.append(translation.get_language())
        return HttpResponse()

    request = asked(wished, **{"Accept-Language": "en-US,en;q=0.9"})
    answer = LanguageMiddleware(view)(request)

    assert seen == [given]
    assert answer["Content-Language"] == given
    assert translation.get_language() == "zh-hans"


def packed(view: Callable[[HttpRequest], HttpResponse]) -> HttpResponseBase:
    answer = CompressionMiddleware(view)(asked(**{"Accept-Encoding": "gzip"}))
    assert isinstance(answer, HttpResponseBase)
    return answer


def test_pages_are_sent_small() -> None:
    answer = packed(lambda _request: HttpResponse("督查" * 500))

    assert answer["Content-Encoding"] == "gzip"
    assert int(answer["Content-Length"]) < 500
    assert "Accept-Encoding" in answer["Vary"]


@pytest.mark.parametrize(
    "kind",
    ["image/webp", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
)
def test_what_is_packed_already_is_sent_as_it_is(kind: str) -> None:
    answer = packed(lambda _request: HttpResponse(b"x" * 5000, content_type=kind))

    assert "Content-Encoding" not in answer


# --- What no word holds ---------------------------------------------------------------------------


def test_the_sign_nul_is_taken_out_of_what_is_asked() -> None:
    asked_for: list[dict[str, str]] = []

    def look(request: HttpRequest) -> HttpResponse:
        asked_for.append(request.GET.dict())
        return HttpResponse()

    request = RequestFactory().get("/?q=%E8%B7%AF%00%E7%81%AF&unit=%00&n=%2500")

    PrintableMiddleware(look)(request)

    assert asked_for == [{"q": "路灯", "unit": "", "n": "%00"}]


def test_no_page_has_the_sign_nul_in_its_path() -> None:
    with pytest.raises(Http404):
        PrintableMiddleware(never)(RequestFactory().get("/cases/a%00b/"))
