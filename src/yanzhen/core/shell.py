"""What the frame around every desk page shows: the rail, the area switcher, the person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RailItem:
    """One part of the product on the rail; only what exists and what the person may open.

    The first three stand on a phone's bottom bar, the others behind 更多. `at_end` puts one at
    the foot of the rail.
    """

    url: str
    label: str
    icon: str
    count: int = 0
    current: bool = False
    at_end: bool = False


@dataclass(frozen=True, slots=True)
class AreaItem:
    """One area that the switcher offers, `depth` steps below the top of what the person may see."""

    url: str
    label: str
    depth: int = 0
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Shell:
    """What `base.html` reads as `shell`. Build it lazily: an error page asks nothing of it."""

    person: str
    post: str
    now: datetime
    area: str = ""
    areas: Sequence[AreaItem] = ()
    area_search_url: str = ""
    inbox_url: str = ""
    inbox_count: int = 0
    account_url: str = ""
    search_words: str = ""
    other_posts: Sequence["PostItem"] = ()

    @property
    def initial(self) -> str:
        """The one character in the round beside the name."""
        return self.person[:1]


@dataclass(frozen=True, slots=True)
class PostItem:
    """Another post of the same person, to act from."""

    url: str
    label: str
    current: bool = False
