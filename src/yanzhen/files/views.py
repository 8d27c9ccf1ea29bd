"""Pictures, to those who may see them."""

import logging

from django.http import FileResponse, Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from yanzhen.accounts.http import UserRequest
from yanzhen.core.time import city_day
from yanzhen.files import rules, shelf
from yanzhen.files.models import Photo

log = logging.getLogger(__name__)


@require_safe
def photo(request: UserRequest, pk: int, size: str) -> HttpResponseBase:
    """One picture. It never changes, so a browser may keep it; a proxy between may not."""
    found = get_object_or_404(Photo, pk=pk)
    names = {"full": found.name, "thumb": found.thumb_name}
    if size not in names or not rules.can_see(request.user, found, on=city_day(timezone.now())):
        raise Http404
    try:
        file = shelf.path_of(names[size]).open("rb")
    except FileNotFoundError:
        log.exception("photo %s has no file %s", found.pk, names[size])
        raise Http404 from None
    response = FileResponse(file, content_type="image/webp", filename=f"{found.pk}-{size}.webp")
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
