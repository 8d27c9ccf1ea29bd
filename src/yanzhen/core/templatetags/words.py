"""Filters and tags for dates, durations and numbers: `{% load words %}`."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from yanzhen.core import words

register = template.Library()


@register.filter
def cn_date(at: date | None) -> str:
    """2026-11-21 周六 14:05."""
    return words.full_date(at)


@register.filter
def cn_near(at: date | None, now: datetime) -> str:
    """今天 10:12, 昨天 08:40, 11-19 15:30."""
    return words.near_date(at, now=now)


@register.filter
def cn_month(on: date) -> str:
    """2026-11."""
    return f"{words.here(on) if isinstance(on, datetime) else on:%Y-%m}"


@register.simple_tag
def when(at: date | None, now: datetime | None = None) -> SafeString | str:
    """Write a `<time>`: near words on the page, the full date for the mouse and for machines."""
    if at is None:
        return words.NOTHING
    moment = words.here(at).isoformat(timespec="minutes") if isinstance(at, datetime) else str(at)
    full = words.full_date(at)
    seen = words.near_date(at, now=now) if now else full
    return format_html('<time datetime="{}" title="{}">{}</time>', moment, full, seen)


@register.filter
def cn_duration(length: timedelta | None, style: str = "") -> str:
    """还剩 3 小时, 超期 2 天; `"exact"` 还剩 3 小时 25 分; `"span"` and `"span exact"` without the verb."""
    if length is None:
        return words.NOTHING
    exact = "exact" in style
    if "span" in style:
        return words.span(length, exact=exact)
    return words.left_or_late(length, exact=exact)


@register.filter
def cn_number(number: object) -> str:
    """1,284."""
    return words.cn_number(number)


@register.filter
def percent(value: Decimal | float | None) -> str:
    """86.06%, of a value that is already per cent."""
    return words.cn_percent(value)


@register.filter
def cn_size(octets: int) -> str:
    """2.4 MB."""
    return words.cn_size(octets)
