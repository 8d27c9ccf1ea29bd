"""What comes with the product: an example of a framework, and checklists for the site types."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.db import transaction

from yanzhen.accounts.models import User
from yanzhen.core.engine import hold_key
from yanzhen.core.errors import RowErrors
from yanzhen.frameworks.checklists import ListRow, read_checklists
from yanzhen.frameworks.editions import WrittenEdition, read_edition
from yanzhen.frameworks.models import Checklist, Edition
from yanzhen.frameworks.operations.checklists import bring_checklist, publish_checklist
from yanzhen.frameworks.operations.editions import apply_edition, bring_whole
from yanzhen.places.models import SiteType

SHIPPED = Path(__file__).parent.parent / "data"
EDITION_FILES = ("city.yaml", "minors.yaml")
"""In this order: what another one counts in comes first."""


@transaction.atomic
def install_frameworks(*, actor: User, now: datetime, folder: Path = SHIPPED) -> int:
    """Add and apply the shipped example of each framework of which a city has no edition at all.

    What a city has brought in, changed or retired is left alone.
    """
    hold_key("shipped-frameworks")
    count = 0
    for written in shipped_editions(folder):
        if Edition.objects.filter(framework__code=written.framework.code).exists():
            continue
        edition, _came = bring_whole(written=written, actor=actor, now=now)
        apply_edition(edition_id=edition.pk, meant={}, actor=actor, now=now)
        count += 1
    return count


@transaction.atomic
def install_checklists(*, actor: User, now: datetime, folder: Path = SHIPPED) -> int:
    """Add and publish the shipped checklist of each site type that never had one.

    A type that the city does not have is passed over.
    """
    hold_key("shipped-checklists")
    count = 0
    there = set(Checklist.objects.values_list("site_type__code", flat=True))
    types = set(SiteType.objects.values_list("code", flat=True))
    for row in shipped_checklists(folder):
        if row.site_type in there or row.site_type not in types:
            continue
        checklist, _came = bring_checklist(
            site_type_code=row.site_type, name=row.name, items=row.items, actor=actor, now=now
        )
        publish_checklist(checklist_id=checklist.pk, actor=actor, now=now)
        count += 1
    return count


def shipped_editions(folder: Path = SHIPPED) -> list[WrittenEdition]:
    """The shipped editions, in the order in which they build on each other."""
    paths = [folder / name for name in EDITION_FILES]
    found = [read_edition(path.read_text(encoding="utf-8")) for path in paths if path.is_file()]
    for written in found:
        if written.faults:
            raise RowErrors(written.faults)
    return found


def shipped_checklists(folder: Path = SHIPPED) -> Sequence[ListRow]:
    """The shipped checklists."""
    lists: list[ListRow] = []
    for path in sorted((folder / "checklists").glob("*.yaml")):
        found, faults = read_checklists(path.read_text(encoding="utf-8"))
        if faults:
            raise RowErrors(faults)
        lists += found
    return lists
