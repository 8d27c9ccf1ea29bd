"""Pages that htmx may fetch in parts, and what to answer after a change. Without script all of it is plain HTML."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers


class SeeOther(HttpResponseRedirect):
    """Done; look there. Unlike a 302 it says aloud that the next request is a GET."""

    status_code = 303


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx wants a part. Restoring its history and boosted links take the whole page."""
    headers = request.headers
    return (
        "HX-Request" in headers
        and "HX-History-Restore-Request" not in headers
        and "HX-Boosted" not in headers
    )


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    part: str | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Render the page, or its partial `part` where htmx asked for it.

    One address has two answers then, and `Vary` tells every cache so.
    """
    name = f"{template}#{part}" if part and is_htmx(request) else template
    response = render(request, name, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def done(request: HttpRequest, changed: str, to: str, **kwargs: Any) -> HttpResponse:
    """Answer a change of state: `changed` is the noun that other parts of the page listen for.

    For htmx: nothing, which empties the panel, and the event `<changed>-changed`, upon which
    everything that shows such rows fetches itself again; what was said with
    `django.contrib.messages` goes along as the event `say`. Without script: 303 to the page
    named `to`, where the messages stand.
    """
    if not is_htmx(request):
        return SeeOther(reverse(to, kwargs=kwargs))
    events: dict[str, Any] = {f"{changed}-changed": None}
    said = [
        {"words": str(message), "level": message.level_tag}
        for message in messages.get_messages(request)
    ]
    if said:
        events["say"] = {"messages": said}
    response = HttpResponse(headers={"HX-Trigger": json.dumps(events)})
    patch_vary_headers(response, ["HX-Request"])
    return response
