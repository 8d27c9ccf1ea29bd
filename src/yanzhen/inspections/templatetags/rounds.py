"""Words and drawings of rounds on pages: `{% load rounds %}`."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final
from urllib.parse import quote

from django import template
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from yanzhen.core.words import plain_number
from yanzhen.inspections.queries.rounds import Spot

register = template.Library()

RADII: Final = {"left": "3.2"}


@register.filter
def plain(value: Decimal | None) -> str:
    """A decimal without the zeros behind its point."""
    return "" if value is None else plain_number(value)


@register.simple_tag
def spots_on_map(spots: Sequence[Spot]) -> SafeString:
    """Draw the sites of a round. A thousand of them in a loop of the template take half a second."""
    before, after = reverse("inspections:site_visits", args=["-"]).split("-")
    return format_html_join(
        "",
        '<a href="{}{}{}" tabindex="-1"><circle class="r-spot r-{}" cx="{}" cy="{}" r="{}">'
        "<title>{}</title></circle></a>",
        (
            (before, quote(spot.code), after, spot.state, spot.x, spot.y,
             RADII.get(spot.state, "4"), spot.name)
            for spot in spots
        ),
    )  # fmt: skip
