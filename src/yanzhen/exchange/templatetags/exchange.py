"""What the pages of files ask for: `{% load exchange %}`."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def named(labels: Mapping[str, Any], code: str) -> Any:
    """The label of a code: `{{ labels|named:row.kind }}`."""
    return labels.get(code, code)
