"""Editions, checklists and duties for the tests, with fixed values."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from yanzhen.frameworks.enums import (
    CheckGroup,
    CheckKind,
    EditionStatus,
    Method,
    NodeKind,
    ScorerName,
)
from yanzhen.frameworks.models import (
    CheckItem,
    CheckItemCriterion,
    Checklist,
    CriterionMethod,
    CriterionSiteType,
    Duty,
    DutySupport,
    Edition,
    Framework,
    Node,
)
from yanzhen.places.models import SiteType
from yanzhen.places.tests.factories import make_site_type
from yanzhen.units.models import Unit
from yanzhen.units.tests.factories import make_unit

APPLIED = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
_numbers = count(1)


def make_framework(code: str = "city", **fields: Any) -> Framework:
    """The framework with this code; called again it returns the same."""
    return Framework.objects.get_or_create(code=code, defaults={"name": "城市文明程度"} | fields)[0]


def make_edition(
    *, framework: Framework | None = None, status: str = EditionStatus.CURRENT, **fields: Any
) -> Edition:
    """An edition in use, without a tree; `status="draft"` is one that is not yet applied."""
    number = next(_numbers)
    return Edition.objects.create(
        framework=framework or make_framework(),
        status=status,
        **{
            "code": f"e{number}",
            "name": f"测评体系第{number}版",
            "total": Decimal(100),
            "applied_at": None if status == EditionStatus.DRAFT else APPLIED,
        }
        | fields,
    )


def make_node(
    *, edition: Edition, parent: Node | None = None, code: str = "", **fields: Any
) -> Node:
    """A section at the top, or a topic below `parent`; `make_criterion` makes leaves."""
    beside = Node.objects.filter(edition=edition, parent=parent).count() + 1
    code = code or (f"{parent.code}.{beside}" if parent else str(beside))
    return Node.objects.create(
        edition=edition,
        parent=parent,
        code=code,
        path=f"{parent.path if parent else '/'}{code}/",
        **{
            "kind": NodeKind.TOPIC if parent else NodeKind.SECTION,
            "sort": Node.objects.filter(edition=edition).count(),
            "title": f"内容{code}",
            "weight": Decimal(100),
        }
        | fields,
    )


def make_criterion(
    *,
    edition: Edition | None = None,
    parent: Node | None = None,
    methods: tuple[Method, ...] = (Method.MATERIAL,),
    site_types: tuple[SiteType, ...] = (),
    **fields: Any,
) -> Node:
    """A criterion by material, in a section of its own where no `parent` is named."""
    if parent is None:
        parent = make_node(edition=edition or make_edition())
    values: dict[str, Any] = {
        "kind": NodeKind.CRITERION,
        "words": "道路平整，无坑洼积水。",
        "weight": Decimal("0.8"),
        "scorer": ScorerName.PASS_RATE,
    }
    criterion = make_node(edition=parent.edition, parent=parent, **values | fields)
    CriterionMethod.objects.bulk_create(
        CriterionMethod(criterion=criterion, method=method) for method in methods
    )
    CriterionSiteType.objects.bulk_create(
        CriterionSiteType(criterion=criterion, site_type=one) for one in site_types
    )
    return criterion


def make_checklist(
    *, site_type: SiteType | None = None, status: str = EditionStatus.CURRENT, **fields: Any
) -> Checklist:
    """A checklist for markets in use, without items; its version follows those that are there."""
    site_type = site_type or make_site_type()
    version = Checklist.objects.filter(site_type=site_type).count() + 1
    return Checklist.objects.create(
        site_type=site_type,
        status=status,
        **{
            "version": version,
            "name": f"{site_type.name}检查清单",
            "published_at": None if status == EditionStatus.DRAFT else APPLIED,
        }
        | fields,
    )


def make_check_item(
    *, checklist: Checklist | None = None, criteria: tuple[Node, ...] = (), **fields: Any
) -> CheckItem:
    """A yes/no item; `kind="count", unit="处", at_least=Decimal(5)` makes one with a threshold."""
    checklist = checklist or make_checklist()
    number = CheckItem.objects.filter(checklist=checklist).count() + 1
    item = CheckItem.objects.create(
        checklist=checklist,
        **{
            "code": f"{checklist.site_type_id}-{number:02}",
            "group": CheckGroup.ENVIRONMENT,
            "words": "摊位规范，无占道经营",
            "kind": CheckKind.YES_NO,
            "category": "exposed_rubbish",
            "sort": number,
        }
        | fields,
    )
    CheckItemCriterion.objects.bulk_create(
        CheckItemCriterion(item=item, criterion=criterion) for criterion in criteria
    )
    return item


def make_duty(
    *,
    criterion: Node | None = None,
    unit: Unit | None = None,
    supports: tuple[Unit, ...] = (),
    **fields: Any,
) -> Duty:
    """A criterion laid on a unit, whose plan is not yet there."""
    duty = Duty.objects.create(
        criterion=criterion or make_criterion(),
        unit=unit or make_unit(),
        **{"due_on": date(2026, 12, 31)} | fields,
    )
    DutySupport.objects.bulk_create(DutySupport(duty=duty, unit=one) for one in supports)
    return duty
