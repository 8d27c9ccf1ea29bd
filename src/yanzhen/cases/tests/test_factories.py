"""The factories reach every standing by real moves."""

import pytest

from yanzhen.cases.enums import CaseStatus
from yanzhen.cases.tests.factories import make_case


@pytest.mark.django_db
@pytest.mark.parametrize("status", list(CaseStatus))
def test_a_made_case_stands_where_it_was_asked_to(status: CaseStatus) -> None:
    case = make_case(status=status)
    case.refresh_from_db()
    assert case.status == status
    span = case.spans.get(until=None)
    assert (span.status, span.unit_id, span.due_at) == (case.status, case.unit_id, case.due_at)
