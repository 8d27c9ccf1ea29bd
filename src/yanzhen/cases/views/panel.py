"""The one panel of a case: only the moves that I may make now, each with its form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from yanzhen.accounts.enums import Action
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import may
from yanzhen.cases import rulebook, rules
from yanzhen.cases.enums import MOVES, CaseStatus, MoveName
from yanzhen.cases.forms.moves import MoveForm
from yanzhen.cases.models import Case, Extension
from yanzhen.cases.queries.page import CasePage
from yanzhen.cases.routing import Suggestion, suggest
from yanzhen.cases.rulebook import RuleBook
from yanzhen.cases.views.deeds import DEEDS, HEADINGS, PAIRS, WITH_PHOTOS, Deed
from yanzhen.core.time import city_day
from yanzhen.core.words import here

_M = MoveName

MAIN: Final[dict[CaseStatus, tuple[MoveName, ...]]] = {
    CaseStatus.REPORTED: (_M.FILE,),
    CaseStatus.FILED: (_M.DISPATCH,),
    CaseStatus.DISPATCHED: (_M.ACKNOWLEDGE,),
    CaseStatus.ACKNOWLEDGED: (_M.GRANT_EXTENSION, _M.SUBMIT),
    CaseStatus.REWORK: (_M.GRANT_EXTENSION, _M.SUBMIT),
    CaseStatus.SUBMITTED: (_M.VERIFY,),
    CaseStatus.VERIFIED: (_M.CLOSE,),
    CaseStatus.PARKED: (_M.UNPARK,),
}
"""The move for which one opens a case that stands so; the others are folded away."""


FEW: Final = 2


@dataclass(frozen=True, slots=True)
class Offer:
    """One move that is offered: its form, its button, what follows; `second` shares the form."""

    deed: Deed
    form: MoveForm
    follows: str
    second: Deed | None = None
    demand: str = ""
    suggestion: Suggestion | None = None

    @property
    def words(self) -> str:
        """What its button says where both moves of a pair stand behind one."""
        return (
            f"{self.deed.button} / {self.second.button}" if self.second else str(self.deed.button)
        )

    @property
    def heading(self) -> str:
        """What both moves of a pair are together; of a single one its button."""
        return str(HEADINGS[self.deed.move] if self.second else self.deed.button)

    @property
    def has_photos(self) -> bool:
        """Whether photos may come with it."""
        return self.deed.move in WITH_PHOTOS


@dataclass(frozen=True, slots=True)
class Panel:
    """The moves that are open to somebody, the main ones first."""

    main: Sequence[Offer]
    others: Sequence[Offer]
    why: str
    may_amend: bool = False

    @property
    def shown(self) -> Sequence[Offer]:
        """Those that a narrow place shows: the main ones, else the first of the others."""
        return self.main or self.others[:FEW]

    @property
    def folded(self) -> Sequence[Offer]:
        """Those that it folds away."""
        return [offer for offer in self.others if offer not in self.shown]

    @property
    def offers(self) -> list[Offer]:
        """All of them."""
        return [*self.main, *self.others]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do here for this person."""
        return not self.offers


def panel_of(page: CasePage, *, user: User, now: datetime) -> Panel:
    """The panel of a case for `user`."""
    case, on = page.case, city_day(now)
    book = rulebook.current()
    allowed = {move.name for move in rules.moves_open_to(user, case, on=on)}
    open_moves = (allowed & DEEDS.keys()) - _not_now(page, user, on)
    second = {PAIRS[one] for one in open_moves if one in PAIRS}  # stands in the form of the first
    offers = {
        name: offer_of(DEEDS[name], case=case, user=user, now=now, book=book)
        for name in DEEDS
        if name in open_moves - second
    }
    main = [offers[name] for name in MAIN.get(CaseStatus(case.status), ()) if name in offers]
    return Panel(
        main=main,
        others=[offer for offer in offers.values() if offer not in main],
        why=_why(case, user, on, open_moves),
        may_amend=_M.AMEND in allowed,
    )


def _not_now(page: CasePage, user: User, on: date) -> set[MoveName]:
    """Moves whose place in the loop is right but for which there is nothing to be done."""
    none: set[MoveName] = set()
    if page.asked is None:
        none |= {_M.GRANT_EXTENSION, _M.REFUSE_EXTENSION}
    else:
        none.add(_M.ASK_EXTENSION)
    if not any(
        part.finished_at is None
        and may(user, Action.CASE_RECTIFY, on=on, unit_codes=part.unit.lineage)
        for part in page.who.parts
    ):
        none.add(_M.FINISH_SUPPORT)
    return none


def _why(case: Case, user: User, on: date, open_moves: set[MoveName]) -> str:
    """A sentence on why one may do this, or why not what one would expect."""
    if case.status in {CaseStatus.SUBMITTED, CaseStatus.VERIFIED} and rules.has_post_for(
        user, case, _M.VERIFY, on=on
    ):
        unit = rules.unit_that_worked(user, case, on=on)
        if unit is not None:
            return _("您或您所在的“%(unit)s”参与了整改，不能由您核查。") % {"unit": unit.name}
        if _M.VERIFY in open_moves:
            return _("您不在主办、协办单位，可以核查。")
    return ""


def offer_of(
    deed: Deed,
    *,
    case: Case,
    user: User,
    now: datetime,
    book: RuleBook,
    data: Any = None,
    files: Any = None,
) -> Offer:
    """One move with its form, filled in as far as the house knows; bound when `data` is given."""
    on = city_day(now)
    demands = [
        one for one in book.demands if one.move == deed.move and one.severity in {"", case.severity}
    ]
    found = suggest(case, now=now) if deed.move in {_M.DISPATCH, _M.TRANSFER} else None
    form = deed.form(
        data,
        files,
        move=deed.move,
        case=case,
        user=user,
        on=on,
        must_say=any(one.words_required for one in demands),
        initial=_initial(deed.move, case, found),
    )
    shown, second = _together(deed, case)
    form.use_required_attribute = second is None
    return Offer(
        deed=shown,
        form=form,
        follows=str(shown.follows(book, case, now)),
        second=second,
        demand=_photo_demand(deed, [str(one.reason) for one in demands if one.photo_required]),
        suggestion=found,
    )


def _together(deed: Deed, case: Case) -> tuple[Deed, Deed | None]:
    """The deed and the one that shares its form; alone where the case stands for only one of them.

    Work that was found good can still be found wanting, but not be found good once more.
    """
    for first, second in PAIRS.items():
        if deed.move in {first, second}:
            status = CaseStatus(case.status)
            if all(status in MOVES[one].origins for one in (first, second)):
                return DEEDS[first], DEEDS[second]
    return deed, None


def _initial(move: MoveName, case: Case, found: Suggestion | None) -> dict[str, Any]:
    if move == _M.DISPATCH and found is not None and found.unit is not None:
        return {"unit": found.unit.name}
    if move == _M.ASK_EXTENSION and case.due_at is not None:
        return {"wanted_due_at": here(case.due_at)}
    if move == _M.GRANT_EXTENSION:
        asked = Extension.objects.filter(case=case, decision="asked").first()
        return {"new_due_at": here(asked.wanted_due_at) if asked else None}
    return {}


def _photo_demand(deed: Deed, reasons: list[str]) -> str:
    """Why a photo must come with the move; empty where none must."""
    if reasons:
        return "；".join(reasons)
    if MOVES[deed.move].photo_required:
        return _("核查人要对照整改前后的情况。")
    return ""
