"""Who may see a photo of an event of the negative list: whoever may see the event."""

from datetime import date

from yanzhen.accounts.models import User
from yanzhen.files.models import Photo
from yanzhen.frameworks.models import NegativeEvent


def may_see_photo(user: User, photo: Photo, on: date) -> bool:
    """Whether an event that the photo shows is one that `user` may see."""
    return NegativeEvent.objects.visible_to(user, on).filter(evidence__photo=photo).exists()
