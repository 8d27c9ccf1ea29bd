"""What the pages of cases read from a request: the area somebody looks at, and where he came from."""

from typing import Final
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from yanzhen.core.scope import covers

AREA: Final = "area"
"""Under this name the session keeps the area that somebody has chosen to look at."""


def chosen_area(request: HttpRequest, tops: list[str]) -> str:
    """The area that was chosen in the switcher, if one's posts still reach it; else nothing."""
    code = str(request.session.get(AREA, ""))
    return code if any(covers(top, code) for top in tops) else ""


def way_back(request: HttpRequest, otherwise: str) -> str:
    """Where a form leads when its deed is done: the page that it names, if that is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours and len(wanted) <= LONGEST_ADDRESS else otherwise


def query_of(address: str) -> str:
    """The part of an address behind its question mark."""
    return urlsplit(address).query


LONGEST_ADDRESS: Final = 2000
