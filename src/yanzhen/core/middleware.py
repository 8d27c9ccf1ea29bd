"""What happens around every view: small answers, the user's language, refusals in words."""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.utils import translation

from yanzhen.core.answers import no, wants_json
from yanzhen.core.errors import Refused

TEXTS = ("text/", "application/json", "application/geo+json", "image/svg+xml")

View = Callable[[HttpRequest], HttpResponse]


class CompressionMiddleware(GZipMiddleware):
    """Sends text small. Photos and workbooks are packed already and go out as they are."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if not response.headers.get("Content-Type", "").startswith(TEXTS):
            return response
        return super().process_response(request, response)


class PrintableMiddleware:
    """Takes the sign NUL out of what an address asks, and knows no page whose path holds it.

    No word holds it, nobody types it, and PostgreSQL refuses it wherever it is looked for.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404
        query = request.META.get("QUERY_STRING", "")
        if "%00" in query:
            request.META["QUERY_STRING"] = query.replace("%00", "")
        return self.get_response(request)


class LanguageMiddleware:
    """The language is the user's setting, else Chinese; what the browser prefers is not asked.

    Office PCs come with English browsers, and their users do not want an English system.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wished = getattr(request.user, "language", "")
        known = dict(settings.LANGUAGES)
        with translation.override(wished if wished in known else settings.LANGUAGE_CODE):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "")
            return response


class RefusalMiddleware:
    """Answers every `Refused` that a view lets through with its status and its sentence."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused):
            return None
        if wants_json(request):
            return no(exception.status, exception.code, str(exception))
        template = "refused_part.html" if "HX-Request" in request.headers else "refused.html"
        return render(request, template, {"refusal": exception}, status=exception.status)
