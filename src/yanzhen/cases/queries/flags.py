"""The doubts about the photos of a case, told to whoever verifies it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import Count
from django.utils.translation import gettext as _

from yanzhen.accounts.models import User
from yanzhen.cases import rules
from yanzhen.cases.enums import Doubt, Finding, MoveName, PhotoMoment
from yanzhen.cases.models import Case, CasePhoto, PhotoFlag
from yanzhen.core.words import full_date, span
from yanzhen.places.queries import area_label

KILOMETRE: Final = 1000


@dataclass(frozen=True, slots=True)
class Twin:
    """The earlier photo that a photo is the same as, as far as somebody may see it."""

    number: str
    """The number of its case; empty where he may not see that one."""
    place: str
    photo_id: int | None
    what: str
    """What it showed there: 整改前, 整改后."""
    is_own: bool


@dataclass(frozen=True, slots=True)
class SeenFlag:
    """One doubt: what it is in a sentence, the two pictures, what came of it."""

    flag: PhotoFlag
    says: str
    twin: Twin | None

    @property
    def is_open(self) -> bool:
        """Whether nobody has looked at it."""
        return self.flag.finding == Finding.OPEN


@dataclass(frozen=True, slots=True)
class SeenFlags:
    """All doubts about a case, the open ones first."""

    rows: Sequence[SeenFlag] = ()
    can_decide: bool = False

    @property
    def open_count(self) -> int:
        """How many nobody has looked at."""
        return sum(one.is_open for one in self.rows)

    @property
    def open_photos(self) -> set[int]:
        """The photos that they are about."""
        return {one.flag.photo_id for one in self.rows if one.is_open}


def flags_of(*, case: Case, user: User, on: date) -> SeenFlags:
    """The doubts about the photos of a case that are for `user`. Four queries, however many."""
    if not rules.can_see_flags(user, case, on=on):
        return SeenFlags()
    found = list(
        PhotoFlag.objects.filter(case=case)
        .select_related("photo", "decided_by", "other_case")
        .order_by("pk")
    )
    if not found:
        return SeenFlags()
    others = {flag.other_case_id for flag in found if flag.other_case_id}
    seen = set(
        Case.objects.visible_to(user, on).filter(pk__in=others).values_list("pk", flat=True)
        if others
        else ()
    )
    moments = _moments(found)
    rows = [
        SeenFlag(flag, _says(flag, twin), twin)
        for flag in found
        for twin in (_twin(flag, seen, moments),)
    ]
    rows.sort(key=lambda one: (not one.is_open, one.flag.pk))
    return SeenFlags(rows, rules.can_move(user, case, MoveName.VERIFY, on=on))


def open_flag_counts(keys: Iterable[int]) -> dict[int, int]:
    """How many open doubts there are about each of these cases, for those that have any."""
    open_ones = PhotoFlag.objects.filter(case__in=list(keys), finding=Finding.OPEN)
    counted = open_ones.values("case_id").annotate(n=Count("pk")).order_by("case_id")
    return {row["case_id"]: row["n"] for row in counted}


def _moments(flags: Sequence[PhotoFlag]) -> dict[tuple[int, int], str]:
    """(case, photo) → what the photo showed there."""
    photos = [flag.other_id for flag in flags if flag.other_id]
    if not photos:
        return {}
    rows = CasePhoto.objects.filter(photo__in=photos).values_list("case_id", "photo_id", "moment")
    return {(case, photo): str(PhotoMoment(moment).label) for case, photo, moment in rows}


def _twin(flag: PhotoFlag, seen: set[int], moments: dict[tuple[int, int], str]) -> Twin | None:
    other = flag.other_case
    if other is None or flag.other_id is None:
        return None
    may_see = other.pk in seen
    return Twin(
        number=other.number if may_see else "",
        place=area_label(other.area_id),
        photo_id=flag.other_id if may_see else None,
        what=moments.get((other.pk, flag.other_id), ""),
        is_own=other.pk == flag.case_id,
    )


def _says(flag: PhotoFlag, twin: Twin | None) -> str:
    """The doubt as a sentence, with its numbers."""
    if twin is not None:
        same = _("是同一个文件") if flag.kind == Doubt.SAME_FILE else _("是同一画面")
        words = {"what": twin.what, "same": same, "number": twin.number, "place": twin.place}
        if twin.is_own:
            return _("与本件的%(what)s照片%(same)s") % words
        if twin.number:
            return _("与 %(number)s 的%(what)s照片%(same)s") % words
        return _("与您看不到的另一件问题（%(place)s）的%(what)s照片%(same)s") % words
    if flag.kind == Doubt.FAR:
        return _("照片自带的位置离现场 %(far)s") % {"far": _distance(flag.metres or 0)}
    words = {
        "at": full_date(flag.photo.taken_at),
        "length": span(timedelta(minutes=flag.minutes or 0)),
    }
    if flag.kind == Doubt.EARLY:
        return _("照片自带的拍摄时间是 %(at)s，比发现问题早 %(length)s") % words
    return _("照片自带的拍摄时间是 %(at)s，比上传还晚 %(length)s") % words


def _distance(metres: int) -> str:
    """`450 米`, `3.2 公里`."""
    if metres < KILOMETRE:
        return _("%(n)s 米") % {"n": metres}
    tenths = (metres + 50) // 100
    return _("%(n)s 公里") % {"n": f"{tenths // 10}.{tenths % 10}"}
