"""A message on its way in."""

from dataclasses import dataclass
from datetime import datetime

from yanzhen.cases.enums import Source
from yanzhen.cases.models import Category
from yanzhen.intake.enums import PlaceBy
from yanzhen.places.models import Area, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDraft:
    """A message on its way in, and what is thought of it."""

    number: str
    reported_at: datetime
    title: str
    text: str
    area: Area
    reporter: str = ""
    place: str = ""
    place_by: str = PlaceBy.GIVEN
    spot: str = ""
    site: Site | None = None
    category: Category | None = None
    is_category_guessed: bool = False
    source: str = Source.LETTER
