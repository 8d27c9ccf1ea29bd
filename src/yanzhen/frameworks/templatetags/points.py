"""Points as people write them."""

from decimal import Decimal

from django import template

from yanzhen.frameworks.scorers import plain_number

register = template.Library()


@register.filter
def points(value: Decimal | None) -> str:
    """A decimal without the zeros that nobody wrote: `0.8000` → `0.8`."""
    return "" if value is None else plain_number(value)
