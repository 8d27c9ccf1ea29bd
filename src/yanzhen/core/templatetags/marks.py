"""Icons, status discs, clocks, slips, plates and small drawings: `{% load marks %}`."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yanzhen.core import drawing, words
from yanzhen.core.clockface import ClockFace
from yanzhen.core.icons import ICONS

register = template.Library()

Drawn = TypeVar("Drawn")

GEESE: Final = (
    '<path d="M12.8 8.6q4.8-1.8 7.2 3.6q2.4-5.4 7.2-3.6"/><path d="M5.5 19q4-1.5 6 3q2-4.5 6-3"/>'
    '<path d="M22.5 19q4-1.5 6 3q2-4.5 6-3"/><path d="M.7 29.4q3.2-1.2 4.8 2.4q1.6-3.6 4.8-2.4"/>'
    '<path d="M29.7 29.4q3.2-1.2 4.8 2.4q1.6-3.6 4.8-2.4"/>'
)

_RING: Final = '<circle class="ring" cx="8" cy="8" r="6.7"/>'
_DISC: Final = '<circle class="fill" cx="8" cy="8" r="7.5"/>'
_PIE: Final = _RING + '<path class="fill" d="M8 8V3.4A4.6 4.6 0 {} 1 {}z"/>'

STATUS: Final[dict[str, tuple[str, str]]] = {
    # the disc fills as a case goes round the loop
    "reported": ("", '<circle class="ring" cx="8" cy="8" r="6.7" stroke-dasharray="2.2 2"/>'),
    "filed": ("", _RING),
    "dispatched": ("", _PIE.format("0", "12.6 8")),
    "acknowledged": ("", _PIE.format("0", "8 12.6")),
    "submitted": ("", _PIE.format("1", "3.4 8")),
    "verified": ("", _RING + '<circle class="fill" cx="8" cy="8" r="4.6"/>'),
    "closed": ("", _DISC + '<path class="nick" d="M4.6 8.3L7 10.7l4.5-5"/>'),
    # and leaves the loop in four ways
    "rework": (
        " st-back",
        _DISC + '<path class="nick" d="M7 4.5L4.5 7 7 9.5M4.5 7h4.3a2.3 2.3 0 0 1 0 4.6"/>',
    ),
    "parked": (" st-off", _RING + '<path class="ring" d="M6.2 5.3v5.4M9.8 5.3v5.4"/>'),
    "declined": (" st-off", _RING + '<path class="ring" d="M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8"/>'),
    "merged": (
        " st-off",
        _RING + '<path class="ring" d="M5.3 4.6C5.3 7 8 7 8 9.2v2M10.7 4.6C10.7 7 8 7 8 9.2"/>',
    ),
}

SLIPS: Final = {
    "white": gettext_lazy("白单"),
    "yellow": gettext_lazy("黄单"),
    "red": gettext_lazy("红单"),
}
PLATES: Final = {
    "blue": (gettext_lazy("蓝牌"), '<circle cx="6" cy="6" r="6"/>'),
    "yellow": (gettext_lazy("黄牌"), '<path d="M6 0l6 6-6 6-6-6z"/>'),
    "red": (gettext_lazy("红牌"), '<path d="M3.5 0h5L12 3.5v5L8.5 12h-5L0 8.5v-5z"/>'),
}


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """Draw an icon: `{% icon "inbox" %}`, small or large with `"s"` or `"l"`.

    It is silent for a screen reader, because a word stands beside it; where none does, give `label`.
    """
    strokes = _known(ICONS, name, "icon")
    voice = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else mark_safe('aria-hidden="true"')
    )
    return format_html(
        '<svg class="i{}" viewBox="0 0 20 20" {}>{}</svg>',
        f" i-{size}" if size else "",
        voice,
        mark_safe(strokes),  # noqa: S308 - our own constant
    )


@register.simple_tag
def geese() -> SafeString:
    """Draw the mark of the house: five geese in formation."""
    return mark_safe(  # noqa: S308 - our own constant
        f'<svg class="geese" viewBox="0 0 40 40" aria-hidden="true">{GEESE}</svg>'
    )


@register.simple_tag
def status_mark(code: str, label: Any) -> SafeString:
    """Draw where a case stands: a disc that fills round the loop, and the word."""
    variant, disc = _known(STATUS, str(code), "status")
    return format_html(
        '<span class="st{}"><svg viewBox="0 0 16 16" aria-hidden="true">{}</svg>{}</span>',
        variant,
        mark_safe(disc),  # noqa: S308 - our own constant
        label,
    )


@register.simple_tag
def clock_bar(face: ClockFace | None, wide: bool = False) -> SafeString | str:  # noqa: FBT001, FBT002 - a template says wide=True
    """Draw a clock: the words over a bar; `wide` fills the box it stands in."""
    if face is None:
        return ""
    run = 100 if face.tone == "late" else _share(face.share)
    due: SafeString | str = ""
    if face.due_share is not None:
        due = format_html(
            '<rect class="due" x="{}" y="-2" width="1.5" height="8"/>', _share(face.due_share)
        )
    return format_html(
        '<span class="clock{}{}">{}<svg viewBox="0 0 100 4" preserveAspectRatio="none"'
        ' aria-hidden="true"><rect class="track" width="100" height="4" rx="1"/>'
        '<rect class="run" width="{}" height="4" rx="1"/>{}</svg></span>',
        "" if face.tone == "run" else f" clock-{face.tone}",
        " clock-wide" if wide else "",
        face.words,
        run,
        due,
    )


@register.inclusion_tag("ds/clock_picture.html")
def clock_days(picture: drawing.ClockPicture) -> dict[str, Any]:
    """Draw a clock on its working days, with pauses, slips and now."""
    return {"picture": picture, "slips": SLIPS}


@register.simple_tag
def slip_tag(colour: str, label: str = "") -> SafeString:
    """A slip: white, yellow or red, with the city's own name for it if it has one."""
    return format_html(
        '<span class="slip slip-{}">{}</span>', colour, label or _known(SLIPS, colour, "slip")
    )


@register.simple_tag
def plate_mark(colour: str, label: str = "") -> SafeString:
    """A plate: blue disc, yellow diamond, red octagon, with its word."""
    name, shape = _known(PLATES, colour, "plate")
    return format_html(
        '<span class="plate plate-{}"><svg viewBox="0 0 12 12" aria-hidden="true">{}</svg>{}</span>',
        colour,
        mark_safe(shape),  # noqa: S308 - our own constant
        label or name,
    )


@register.simple_tag
def figure_link(value: Any, url: str, unit: str = "") -> SafeString:
    """A computed number with a dotted rule: it opens to its definition and rows.

    Give a finished text, or a number, which gets its thousands. Without `url` (the person may not
    open the rows) it is only the number.
    """
    shown = words.cn_number(value)
    if unit:
        shown = f"{shown} {unit}"
    if not url:
        return format_html("{}", shown)
    return format_html('<a class="fig" href="{}" title="{}">{}</a>', url, _("看怎么算的"), shown)


@register.simple_tag
def bar_cell(
    value: drawing.Number | None,
    middle: drawing.Number,
    reach: drawing.Number,
    low: bool = False,  # noqa: FBT001, FBT002 - a template says low=True
) -> SafeString | str:
    """A bar from a middle line, for a table cell: how far a part lies from the whole."""
    if value is None:
        return ""
    bar = drawing.bar_from(value, middle, reach)
    return format_html(
        '<svg viewBox="0 0 100 34" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="{}" x="{}" y="12" width="{}" height="10"/>'
        '<rect class="b-avg" x="49.8" width=".4" height="34"/></svg>',
        "b-low" if low else "b-r",
        bar.x,
        bar.width,
    )


@register.inclusion_tag("ds/trend.html")
def trend_line(trend: drawing.Trend | None, caption: str, label: str) -> dict[str, Any]:
    """A line through time; `label` says in a sentence what it shows."""
    return {"trend": trend, "caption": caption, "label": label}


def _share(share: float) -> int:
    return round(min(1.0, max(0.0, share)) * 100)


def _known(known: Mapping[str, Drawn], name: str, kind: str) -> Drawn:
    """Look up a constant; a name that nobody drew is a mistake in a template, told at once."""
    try:
        return known[name]
    except KeyError:
        raise template.TemplateSyntaxError(f"unknown {kind}: {name!r}") from None
