"""How a clock looks: words over a bar. Who counts the time hands over a face, the page draws it."""

from dataclasses import dataclass
from typing import Literal

Tone = Literal["run", "soon", "late", "hold", "done"]


@dataclass(frozen=True, slots=True)
class ClockFace:
    """What a clock says and how far it has run.

    `share` is how much of the allowed time is used, 0 to 1. A late clock is full; its
    `due_share` then says where on the bar the due time was.
    """

    words: str
    share: float
    due_share: float | None
    tone: Tone
