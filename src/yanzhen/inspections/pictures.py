"""Who may see a photo of a check: whoever may see the visit.

A photo that hangs on a case as well is shown by the case to those who may see that.
"""

from datetime import date

from yanzhen.accounts.models import User
from yanzhen.files.models import Photo
from yanzhen.inspections.models import CheckPhoto, Visit


def may_see_photo(user: User, photo: Photo, on: date) -> bool:
    """Whether a check to which the photo belongs was made at a visit that `user` may see."""
    visits = list(CheckPhoto.objects.filter(photo=photo).values_list("answer__visit_id", flat=True))
    return bool(visits) and Visit.objects.visible_to(user, on).filter(pk__in=visits).exists()
