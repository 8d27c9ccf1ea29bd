"""A draw run again: from what is kept, held against what was recorded before and after it."""

from dataclasses import dataclass

from yanzhen.events.models import Event
from yanzhen.inspections import draw
from yanzhen.inspections.draw import Drawn
from yanzhen.inspections.models import Round, RoundFrame, RoundSite

PLANNED, DRAWN = "round.planned", "round.drawn"


@dataclass(frozen=True)
class Redrawn:
    """A draw run again, and whether each thing is what was recorded."""

    drawn: list[Drawn]
    seed_fits: bool
    frame_fits: bool
    sites_fit: bool

    @property
    def is_true(self) -> bool:
        """Whether all of it is."""
        return self.seed_fits and self.frame_fits and self.sites_fit


def redraw(*, round_id: int) -> Redrawn:
    """Run the draw of a round again from what is kept, and hold it against the record.

    The record is the events of the round, not only its row: a row can be overwritten.
    """
    round_ = Round.objects.get(pk=round_id)
    said = {
        event.kind: event.facts
        for event in Event.objects.filter(
            subject_kind="round", subject_id=round_.pk, kind__in=[PLANNED, DRAWN]
        ).order_by("number")
    }
    frame = draw.frame_of(RoundFrame.objects.get(round=round_).text)
    drawn = draw.draw(frame, draw.spec_of(round_.spec), round_.seed)
    kept = set(RoundSite.objects.filter(round=round_).values_list("site__code", flat=True))
    digests = {round_.drawn_digest, said[DRAWN]["drawn"], draw.digest_of_drawn(drawn)}
    commitments = {round_.commitment, said[PLANNED]["commitment"], draw.commitment_of(round_.seed)}
    return Redrawn(
        drawn=drawn,
        seed_fits=len(commitments) == 1,
        frame_fits=len({round_.frame_digest, said[DRAWN]["frame"], draw.digest_of(frame)}) == 1,
        sites_fit=len(digests) == 1 and kept == {one.code for one in drawn},
    )
