"""What the database itself holds true of frameworks and checklists."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from yanzhen.cases import enums as cases
from yanzhen.frameworks import enums
from yanzhen.frameworks.enums import CheckKind, EditionStatus, PhotoRule, ScorerName
from yanzhen.frameworks.models import NodeMapping
from yanzhen.frameworks.queries import checklist_items, current_checklist
from yanzhen.frameworks.tests.factories import (
    make_check_item,
    make_checklist,
    make_criterion,
    make_duty,
    make_edition,
    make_framework,
    make_node,
)
from yanzhen.places.tests.factories import make_site_type

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "make",
    [
        lambda: [make_edition(), make_edition()],
        lambda: [make_checklist(), make_checklist()],
        lambda: [make_checklist(status="draft"), make_checklist(status="draft")],
        lambda: [make_node(edition=make_edition(), code="1", scorer=ScorerName.RATIO)],
        lambda: [make_criterion(scorer="")],
        lambda: [make_check_item(kind=CheckKind.COUNT)],
        lambda: [make_check_item(at_least=Decimal(1))],
        lambda: [make_check_item(kind=CheckKind.COUNT, at_least=Decimal(5), at_most=Decimal(4))],
        lambda: [make_check_item(photo=PhotoRule.ALWAYS)],
        lambda: [make_duty(status="submitted")],
        lambda: [make_duty(status="returned", plan="方案")],
        lambda: [make_framework("minors", gate=Decimal(85))],
        lambda: [make_edition(applied_at=None)],
        lambda: [_mapping(kind="dropped", new=make_criterion())],
        lambda: [_mapping(kind="same", new=None)],
    ],
)
def test_the_database_refuses_what_cannot_be(make: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make()


def _mapping(**fields: Any) -> NodeMapping:
    new = fields["new"]
    draft = new.edition if new else make_edition(status="draft")
    old = make_criterion(edition=make_edition(framework=make_framework("other")))
    return NodeMapping.objects.create(edition=draft, old=old, **fields)


def test_the_current_version_is_the_one_that_visits_take() -> None:
    market = make_site_type()
    make_checklist(site_type=market, status=EditionStatus.RETIRED)
    current = make_checklist(site_type=market)
    make_checklist(site_type=market, status=EditionStatus.DRAFT)
    second = make_check_item(checklist=current, sort=2)
    first = make_check_item(checklist=current, sort=1)

    assert current_checklist(site_type=market) == current
    assert current_checklist(site_type="market") == current
    assert list(checklist_items(checklist=current)) == [first, second]
    assert current_checklist(site_type=make_site_type("park")) is None


def test_a_count_passes_between_its_thresholds_which_belong_to_it() -> None:
    item = make_check_item(
        kind=CheckKind.COUNT, unit="处", at_least=Decimal(1), at_most=Decimal("2.5")
    )

    passing = [value for value in ("0.9999", "1", "2.5", "2.5001") if item.passes(Decimal(value))]

    assert passing == ["1", "2.5"]


def test_how_grave_a_failure_is_is_said_in_the_words_of_cases() -> None:
    assert enums.Severity.choices == cases.Severity.choices
