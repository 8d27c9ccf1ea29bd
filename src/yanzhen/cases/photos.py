"""Who may see a photo of a case: whoever may see the case."""

from datetime import date

from yanzhen.accounts.models import User
from yanzhen.cases.models import Case, CasePhoto
from yanzhen.files.models import Photo


def may_see_photo(user: User, photo: Photo, on: date) -> bool:
    """Whether a case to which the photo belongs is one that `user` may see."""
    cases = list(CasePhoto.objects.filter(photo=photo).values_list("case_id", flat=True))
    return bool(cases) and Case.objects.visible_to(user, on).filter(pk__in=cases).exists()
