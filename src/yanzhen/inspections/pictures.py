"""Who may see a photo of a check: whoever may know of the round, and works where it was taken.

A photo that hangs on a case as well is shown by the case to those who may see that.
"""

from datetime import date

from yanzhen.accounts.models import User
from yanzhen.files.models import Photo
from yanzhen.inspections.models import CheckPhoto, Round
from yanzhen.places.models import Site


def may_see_photo(user: User, photo: Photo, on: date) -> bool:
    """Whether a check to which the photo belongs was made in a round that `user` may know of."""
    taken = list(
        CheckPhoto.objects.filter(photo=photo).values_list(
            "answer__round_site__round_id", "answer__round_site__site_id"
        )
    )
    if not taken:
        return False
    rounds = set(
        Round.objects.visible_to(user, on)
        .filter(pk__in=[round_id for round_id, _site in taken])
        .values_list("pk", flat=True)
    )
    sites = Site.objects.visible_to(user, on)
    return any(
        round_id in rounds and sites.filter(code=site_code).exists()
        for round_id, site_code in taken
    )
