"""Who may add a picture, and who may see one."""

from collections.abc import Callable
from datetime import date

from yanzhen.accounts.enums import Action
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import may
from yanzhen.files.models import Photo

Viewer = Callable[[User, Photo, date], bool]

_viewers: list[Viewer] = []


def register_viewer(viewer: Viewer) -> Viewer:
    """Let an upper app say who may see a picture: `viewer(user, photo, on)`; one yes is enough.

    Pictures lie below the nouns they show, so only those nouns know. To be called once, when the
    app is ready.
    """
    if viewer not in _viewers:
        _viewers.append(viewer)
    return viewer


def can_store(user: User, *, on: date) -> bool:
    """Whoever may report, put right or check something may bring a picture of it."""
    return any(
        may(user, action, on=on)
        for action in (Action.CASE_REPORT, Action.CASE_RECTIFY, Action.CASE_VERIFY)
    )


def can_see(user: User, photo: Photo, *, on: date) -> bool:
    """Whoever brought the picture, and whoever may see what it hangs on."""
    if not user.is_active:
        return False
    return photo.uploaded_by_id == user.pk or any(viewer(user, photo, on) for viewer in _viewers)
