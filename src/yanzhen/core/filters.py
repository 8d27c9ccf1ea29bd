"""What a filter chip over a list shows: its name, what can be chosen, what is chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class FilterOption:
    """One thing that can be chosen, with how many rows it would leave, if that is known."""

    value: str
    label: str
    count: int | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class FilterFace:
    """One chip.

    `one` picks a single option by a link, `many` several by ticks, `dates` a stretch from
    `<name>_from` to `<name>_to`, `words` asks for text. Its state is the address of the page:
    `chosen` holds what stands there, for dates `(from, to)`.
    """

    name: str
    label: str
    kind: Literal["one", "many", "dates", "words"] = "one"
    options: Sequence[FilterOption] = ()
    chosen: Sequence[str] = ()
    said: str = ""

    @property
    def is_on(self) -> bool:
        return any(self.chosen)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys in the address that are this filter's."""
        return (f"{self.name}_from", f"{self.name}_to") if self.kind == "dates" else (self.name,)

    @property
    def words(self) -> str:
        """What the chip says is chosen; for several the first and how many."""
        if self.said:
            return self.said
        if self.kind == "dates":
            return " – ".join(one for one in self.chosen if one)
        labels = [option.label for option in self.options if option.value in self.chosen]
        if not labels:
            return "、".join(self.chosen)
        return labels[0] if len(labels) == 1 else f"{labels[0]} +{len(labels) - 1}"
