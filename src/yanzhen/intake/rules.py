"""Who may take messages in."""

from datetime import date

from yanzhen.accounts.enums import Action
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import may


def can_receive(user: User, area_code: str, on: date) -> bool:
    """Whoever may report a case there, and whoever may import ledgers for it."""
    return may(user, Action.CASE_REPORT, on=on, area_code=area_code) or may(
        user, Action.IMPORT, on=on, area_code=area_code
    )
