"""Minutes as people say limits: `{% load spans %}`."""

from decimal import Decimal

from django import template

register = template.Library()


@register.filter
def in_hours(minutes: int) -> str:
    """Hours without needless noughts: 2, 3.5, 0.25."""
    return f"{(Decimal(minutes) / 60).quantize(Decimal('0.01')).normalize():f}"
