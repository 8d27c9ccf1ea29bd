"""Which of several answers to one item counts. Pure; the table is that of ADR 21.

Whatever the order in which phones sync, the same answers end in the same state: one counted and
the others beside it where all agree, none counted where they do not, and a calibration visit
never takes part, only shows what it saw.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from yanzhen.inspections.enums import Standing


@dataclass(slots=True)
class Answer:
    """One answer as far as standing goes; `key` says whose row it is."""

    key: int
    result: str
    is_calibration: bool
    standing: str = Standing.COUNTED


@dataclass(frozen=True, slots=True)
class Dispute:
    """A conflict that is open."""

    is_calibration: bool


@dataclass(slots=True)
class Settled:
    """What a new answer comes to: its standing, who else's changes, and what becomes of the conflict."""

    standing: Standing
    disputed: list[int] = field(default_factory=list)
    """Answers that no longer count until somebody decides."""
    joins: bool = False
    """Whether the new answer belongs to a conflict, the open one or a new one."""
    with_keys: list[int] = field(default_factory=list)
    """The earlier answers that belong to it too."""
    is_calibration: bool = False
    """Whether that conflict is only a calibration's."""


def settle(new: Answer, others: Sequence[Answer], dispute: Dispute | None) -> Settled:
    """Hold a new answer against those of the same item, site and round."""
    counted = next((one for one in others if one.standing == Standing.COUNTED), None)
    if new.is_calibration:
        return _beside(new, counted, dispute)
    if dispute is not None and not dispute.is_calibration:
        return Settled(Standing.DISPUTED, joins=True)
    if counted is None:
        looks = [one for one in others if one.is_calibration and one.result != new.result]
        return Settled(
            Standing.COUNTED,
            joins=bool(looks),
            with_keys=[one.key for one in looks],
            is_calibration=bool(looks),
        )
    if counted.result == new.result:
        return Settled(Standing.BESIDE)
    open_again = {Standing.COUNTED, Standing.BESIDE}
    against = [one for one in others if one.standing in open_again]
    return Settled(
        Standing.DISPUTED,
        disputed=[one.key for one in against if not one.is_calibration],
        joins=True,
        with_keys=[one.key for one in against],
    )


def _beside(new: Answer, counted: Answer | None, dispute: Dispute | None) -> Settled:
    if dispute is not None and not dispute.is_calibration:
        return Settled(Standing.BESIDE, joins=True)
    if counted is None or counted.result == new.result:
        return Settled(Standing.BESIDE)
    return Settled(Standing.BESIDE, joins=True, with_keys=[counted.key], is_calibration=True)
