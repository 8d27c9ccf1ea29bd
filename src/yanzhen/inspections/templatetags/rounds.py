"""Words of rounds on pages: `{% load rounds %}`."""

from decimal import Decimal

from django import template

from yanzhen.core.words import plain_number

register = template.Library()


@register.filter
def plain(value: Decimal | None) -> str:
    """A decimal without the zeros behind its point."""
    return "" if value is None else plain_number(value)
