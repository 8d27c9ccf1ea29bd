"""Who may bring files in and take them out."""

from datetime import date

from yanzhen.accounts.enums import Action
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import may
from yanzhen.exchange.kind import Kind
from yanzhen.exchange.models import Export, Import

NEEDED = {
    "areas": Action.NET_EDIT,
    "units": Action.NET_EDIT,
    "people": Action.PEOPLE_EDIT,
    "site-types": Action.SETTINGS_EDIT,
    "categories": Action.SETTINGS_EDIT,
    "sites": Action.NET_EDIT,
    "criteria": Action.FRAMEWORK_EDIT,
    "checklists": Action.FRAMEWORK_EDIT,
}
"""What must be allowed beside importing, for ledgers that other pages change too."""
SEEN = {
    "areas": Action.NET_VIEW,
    "units": Action.NET_VIEW,
    "sites": Action.NET_VIEW,
    "site-types": Action.NET_VIEW,
    "categories": Action.NET_VIEW,
    "criteria": Action.FRAMEWORK_VIEW,
    "checklists": Action.FRAMEWORK_VIEW,
    "people": Action.PEOPLE_VIEW,
    "cases": Action.CASE_VIEW,
    "reports": Action.CASE_VIEW,
}


def can_import(user: User, *, on: date) -> bool:
    """Whether the user may bring in anything at all."""
    return may(user, Action.IMPORT, on=on)


def can_import_kind(user: User, kind: Kind, *, on: date) -> bool:
    """Whether the user may bring in ledgers of this kind somewhere."""
    needed = NEEDED.get(kind.code)
    return can_import(user, on=on) and (needed is None or may(user, needed, on=on))


def can_export(user: User, kind: Kind, *, on: date) -> bool:
    """Whether the user may take out what he sees of this kind."""
    return may(user, Action.EXPORT, on=on) and may(user, SEEN[kind.code], on=on)


def can_open(user: User, row: Import | Export) -> bool:
    """Files are seen by those who brought them in or asked for them, and nobody else."""
    owner = row.brought_by_id if isinstance(row, Import) else row.asked_by_id
    return user.is_system or owner == user.pk
