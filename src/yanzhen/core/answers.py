"""Answers to scripts of ours that want JSON and no page: every "no" has the same form."""

from django.http import HttpRequest, JsonResponse

ASCII = {"ensure_ascii": False}


def wants_json(request: HttpRequest) -> bool:
    """Whether the caller reads JSON and nothing else; a browser that shows pages never says so."""
    return request.headers.get("Accept", "").split(",")[0].strip() == "application/json"


def no(status: int, code: str, sentence: str) -> JsonResponse:
    """Refuse: a code for the script, a sentence for who reads it. It is kept by nobody between."""
    answer = JsonResponse(
        {"code": code, "sentence": sentence}, status=status, json_dumps_params=ASCII
    )
    answer["Cache-Control"] = "no-store"
    return answer
