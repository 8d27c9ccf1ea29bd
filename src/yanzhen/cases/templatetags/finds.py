"""What was found, marked in the text: `{% load finds %}`."""

import re
from typing import Final

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from yanzhen.core.search import words_of

register = template.Library()

AROUND: Final = 24


@register.filter
def marked(text: str, asked: str) -> SafeString:
    """The text with every word that was asked for marked."""
    pattern = _pattern(asked)
    if pattern is None:
        return conditional_escape(text)
    parts = pattern.split(text)
    return mark_safe(  # noqa: S308 - each part is escaped here
        "".join(
            format_html("<mark>{}</mark>", part) if place % 2 else conditional_escape(part)
            for place, part in enumerate(parts)
        )
    )


@register.filter
def around(text: str, asked: str) -> str:
    """The stretch of a long text in which a word stands that was asked for; else its beginning."""
    flat = " ".join(text.split())
    pattern = _pattern(asked)
    found = pattern.search(flat) if pattern else None
    start = max(0, found.start() - AROUND) if found else 0
    end = start + 4 * AROUND
    return f"{'……' if start else ''}{flat[start:end]}{'……' if end < len(flat) else ''}"


def _pattern(asked: str) -> "re.Pattern[str] | None":
    words = sorted(words_of(asked), key=len, reverse=True)
    if not words:
        return None
    return re.compile(f"({'|'.join(map(re.escape, words))})", re.IGNORECASE)
