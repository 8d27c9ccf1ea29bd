"""The page of an inspector's day, and what makes it an app: its manifest and its service worker."""

import hashlib
import json
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yanzhen.accounts.http import UserRequest
from yanzhen.core.errors import require
from yanzhen.core.icons import ICONS
from yanzhen.core.time import city_day
from yanzhen.inspections import rules
from yanzhen.inspections.field_words import FIELD_WORDS

STYLES: Final = ("css/tokens.css", "css/base.css", "inspections/field.css")
ENTRY: Final = "inspections/field/main.js"
PARTS: Final = (
    "draw", "export", "judge", "keeping", "pages", "photos", "queue", "room", "route", "store",
    "visit", "wire", "zip",
)  # fmt: skip
MODULES: Final = (*(f"inspections/field/{name}.js" for name in PARTS), "js/upload.js")
"""What the entry imports by its plain name."""
PICTURES: Final = ("inspections/icon-192.png", "inspections/icon-512.png", "img/mark.svg")
WORKER: Final = "inspections/field-worker.js"
USED_ICONS: Final = (
    "camera", "check", "cross", "down", "download", "edit", "left", "lock", "logout", "minus", "photo",
    "refresh", "right", "route", "search", "upload", "user", "warn",
)  # fmt: skip
INK: Final = "#0b6373"
GROUND: Final = "#f4f7f7"


@require_safe
def page(request: UserRequest) -> HttpResponse:
    """The shell of the page: the same for everybody, so that the phone may keep it."""
    require(rules.can_visit_anywhere(request.user, on=city_day(timezone.now())))
    answer = render(request, "inspections/field.html", _context())
    answer["Cache-Control"] = "private, no-cache"
    return answer


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """The service worker, with the list of the shell's files and a version made of their content."""
    files = [static(name) for name in (*STYLES, ENTRY, *PICTURES)]
    files += [f"{settings.STATIC_URL}{name}" for name in MODULES]
    files += [reverse("inspections:field_manifest")]
    shell = {"version": version(), "page": reverse("inspections:field"), "files": files}
    text = f"const SHELL = {json.dumps(shell)};\n{_source(WORKER).decode()}"
    answer = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@login_not_required
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """What a phone needs to put the page on its home screen."""
    home = reverse("inspections:field")
    facts = {
        "id": home,
        "start_url": home,
        "scope": home,
        "name": _("%(brand)s督查") % {"brand": settings.YANZHEN_BRAND},
        "short_name": _("督查"),
        "lang": "zh-Hans",
        "display": "standalone",
        "orientation": "portrait",
        "theme_color": INK,
        "background_color": GROUND,
        "icons": [
            {"src": static(PICTURES[0]), "sizes": "192x192", "type": "image/png"},
            {"src": static(PICTURES[1]), "sizes": "512x512", "type": "image/png"},
        ],
    }
    answer = JsonResponse(facts, json_dumps_params={"ensure_ascii": False})
    answer["Content-Type"] = "application/manifest+json"
    answer["Cache-Control"] = "no-cache"
    return answer


def version() -> str:
    """A mark of all that the shell is made of: another one as soon as anything of it changes."""
    digest = hashlib.sha256(render_to_string("inspections/field.html", _context()).encode())
    for name in (*STYLES, ENTRY, *MODULES, *PICTURES, WORKER):
        digest.update(_source(name))
    return digest.hexdigest()[:16]


def _source(name: str) -> bytes:
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(name)
    return Path(found).read_bytes()


def _context() -> dict[str, object]:
    return {
        "words": {key: str(words) for key, words in FIELD_WORDS.items()},
        "icons": {name: ICONS[name] for name in USED_ICONS},
        "entry": ENTRY,
    }
