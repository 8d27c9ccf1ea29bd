"""What an office wishes to plan and whom it wishes to send, before anything is written."""

from dataclasses import dataclass
from datetime import date

from yanzhen.accounts.models import User
from yanzhen.inspections.draw import DrawSpec
from yanzhen.inspections.models import Team
from yanzhen.places.models import Area


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundDraft:
    """A round as it is planned."""

    kind: str
    name: str
    area: Area
    from_on: date
    to_on: date
    spec: DrawSpec
    is_unannounced: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class Crew:
    """Who walks one route: one inspector, or a team of them."""

    key: str
    people: tuple[User, ...]
    team: Team | None = None

    @property
    def name(self) -> str:
        """What the crew is called."""
        return self.team.name if self.team else self.people[0].full_name

    @property
    def label(self) -> str:
        """The crew as it is offered: a team with its people."""
        if self.team is None:
            return self.name
        return f"{self.name}（{'、'.join(person.full_name for person in self.people)}）"
