"""What the pages call a move, and what they say comes of it."""

import pytest

from yanzhen.accounts.models import User
from yanzhen.cases import rulebook
from yanzhen.cases.enums import CaseStatus, MoveName
from yanzhen.cases.tests.factories import MORNING, make_case, make_operator
from yanzhen.cases.views.deeds import DEEDS
from yanzhen.cases.views.panel import Offer, offer_of


def offered(move: MoveName, status: CaseStatus, user: User, left: int | None = None) -> Offer:
    case = make_case(status=status, operator=user)
    if left is not None:
        case.left_minutes = left
    book = rulebook.current()
    return offer_of(DEEDS[move], case=case, user=user, now=MORNING, book=book)


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (120, "接着算剩下的 2 工作小时。"),
        (210, "接着算剩下的 3.5 工作小时。"),
        (148, "接着算剩下的 2 小时 28 分（工作时间）。"),
        (1507, "接着算剩下的 25 小时 7 分（工作时间）。"),
        (-5, "接着算剩下的 0 工作小时。"),
    ],
)
@pytest.mark.django_db
def test_the_time_that_is_left_is_told_in_hours_and_minutes(left: int, said: str) -> None:
    offer = offered(MoveName.UNPARK, CaseStatus.PARKED, make_operator(), left)

    assert offer.follows.endswith(said)


@pytest.mark.django_db
def test_a_form_with_two_answers_is_called_by_what_both_are() -> None:
    checked = offered(MoveName.FAIL, CaseStatus.SUBMITTED, make_operator())
    parked = offered(MoveName.PARK, CaseStatus.ACKNOWLEDGED, make_operator())

    assert (checked.heading, parked.heading) == ("核查", "挂账")
