"""What a simple document is made of. Whoever makes one says what stands in it, never how it looks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from yanzhen.core.errors import Refused


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is 一、, level 2 is （一）. The number is part of the words."""

    words: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; each line of it is a paragraph of its own."""

    words: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and what belongs to them, one below the other."""

    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; `width` is its share beside the others'."""

    heading: str
    width: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under headings, which come again on each page."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with the words below it.

    `read` gives its bytes in any format that Pillow knows, or nothing where it is gone. It is
    called when the picture is due, so that only one is in hand at a time.
    """

    read: Callable[[], bytes | None]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures side by side, so many in a row."""

    pictures: Sequence[Picture]
    across: int = 2


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a new page."""


Block: TypeAlias = Heading | Paragraph | Facts | Table | Pictures | PageBreak


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole document. `note` stands small at the foot of each page: who took it, and when."""

    title: str
    blocks: Sequence[Block] = field(default=())
    subtitle: str = ""
    note: str = ""


class PaperRefused(Refused):
    """The document cannot be written; the subclasses say why."""

    code = "paper_refused"


def clean(words: str) -> str:
    """The words as paper can hold them: what no document may contain shows as a �.

    Control signs have no place in XML nor a look in print; lines and tabs stay. Half a pair of
    surrogates is no character at all.
    """
    return "".join(one if _may_stand(one) else "\ufffd" for one in words.replace("\r\n", "\n"))


def _may_stand(sign: str) -> bool:
    code = ord(sign)
    if sign in "\n\t":
        return True
    return not (
        code < 0x20  # noqa: PLR2004 - control signs
        or 0x7F <= code <= 0x9F  # noqa: PLR2004 - and the other ones
        or 0xD800 <= code <= 0xDFFF  # noqa: PLR2004 - halves of pairs
        or code & 0xFFFE == 0xFFFE  # noqa: PLR2004 - what Unicode says is no character
    )
