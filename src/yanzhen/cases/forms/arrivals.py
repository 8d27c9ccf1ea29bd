"""What is written down of a matter: for a new case, and to put right what is known of one."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.enums import Action
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import area_scopes, may
from yanzhen.cases.enums import Severity, Source
from yanzhen.cases.forms.fields import MomentField, PhotosField, kept_photos
from yanzhen.cases.loop import CaseDraft
from yanzhen.cases.models import Category
from yanzhen.cases.queries.arrivals import Spot
from yanzhen.core.filters import FilterOption
from yanzhen.core.ids import new_client_id
from yanzhen.core.scope import covers
from yanzhen.places.enums import SiteStatus
from yanzhen.places.models import Area, Site
from yanzhen.places.queries import find_areas, smallest_area

MOST_WORDS: Final = 5000


@dataclass(frozen=True, slots=True)
class Pen:
    """Who writes, and how much he may do with what he writes."""

    user: User
    on: date
    may_file: bool
    areas: tuple[str, ...]

    @classmethod
    def of(cls, user: User, on: date) -> "Pen":
        """The pen of `user` on that day."""
        areas = area_scopes(user, Action.CASE_REPORT, on=on)
        return cls(user, on, may(user, Action.CASE_FILE, on=on), tuple(areas))

    def reaches(self, area_code: str) -> bool:
        """Whether something in this area is his to report."""
        return any(covers(own, area_code) for own in self.areas)


class CaseForm(forms.Form):
    """A matter: what it is, where, how grave, seen when, with photos."""

    title = forms.CharField(
        label=_("是什么问题"),
        max_length=120,
        error_messages={
            "required": _("请写明是什么问题。"),
            "max_length": _("标题最多 120 个字，详细的写到“情况”里。"),
        },
        widget=forms.TextInput(attrs={"placeholder": _("一句话，如：消防通道被电动车占满")}),
    )
    words = forms.CharField(
        label=_("情况"),
        required=False,
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": _("看到了什么，有多少，影响谁")}),
    )
    category = forms.ChoiceField(label=_("类别"), required=False)
    severity = forms.ChoiceField(
        label=_("程度"), required=False, choices=[("", _("按类别")), *Severity.choices]
    )
    source = forms.ChoiceField(label=_("来源"), choices=Source.choices)
    source_number = forms.CharField(label=_("来源编号"), required=False, max_length=60)
    site = forms.CharField(label=_("点位"), required=False, max_length=40)
    site_q = forms.CharField(label=_("找点位"), required=False, max_length=60)
    area = forms.CharField(label=_("区域"), required=False, max_length=40)
    area_q = forms.CharField(label=_("找区域"), required=False, max_length=60)
    address = forms.CharField(
        label=_("具体位置"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": _("门牌、楼栋、哪一侧")}),
    )
    lat = forms.DecimalField(
        label=_("纬度"), required=False, min_value=-90, max_value=90, max_digits=9, decimal_places=6
    )
    lon = forms.DecimalField(
        label=_("经度"),
        required=False,
        min_value=-180,
        max_value=180,
        max_digits=9,
        decimal_places=6,
    )
    found_at = MomentField(label=_("什么时候发现的"), help_text=_("不填就是现在。"))
    photos = PhotosField(label=_("照片"), required=False)
    client_id = forms.UUIDField(required=False, initial=new_client_id, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        pen: Pen,
        categories: list[FilterOption],
        initial: dict[str, Any] | None = None,
        amends: bool = False,
    ) -> None:
        super().__init__(data, files, initial=initial, auto_id="case-%s")
        self.pen = pen
        field = self.fields["category"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [
            ("", _("还不清楚")),
            *((one.value, f"{'　' * one.depth}{one.label}") for one in categories),
        ]
        self.kept_ids = kept_photos(data)
        if amends:
            for name in ("source", "found_at", "photos"):
                del self.fields[name]
        elif not pen.may_file:
            for name in ("source", "source_number", "severity"):
                del self.fields[name]

    def clean_lat(self) -> Decimal | None:
        return self._coordinate("lat")

    def clean_lon(self) -> Decimal | None:
        return self._coordinate("lon")

    def _coordinate(self, name: str) -> Decimal | None:
        value: Decimal | None = self.cleaned_data[name]
        return round(value, 6) if value is not None else None

    def clean_category(self) -> Category | None:
        code = self.cleaned_data["category"]
        return Category.objects.filter(code=code).first() if code else None

    def clean_found_at(self) -> datetime | None:
        return self.cleaned_data["found_at"]  # type: ignore[no-any-return]  # as the field cleaned it

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        lat, lon = given.get("lat"), given.get("lon")
        if (lat is None) != (lon is None):
            self.add_error("lat", _("纬度和经度要么都填，要么都不填。"))
        given["site"] = site = self._site(given)
        given["area"] = area = self._area(given, site)
        if site is None and area is None and not {"site", "area"} & self.errors.keys():
            self.add_error("site", _("请选点位；不在点位上的，选区域。"))
        return given

    def _site(self, given: dict[str, Any]) -> Site | None:
        code, words = given.get("site", ""), given.get("site_q", "")
        seen = Site.objects.visible_to(self.pen.user, self.pen.on)
        if code:
            site = seen.filter(code=code).first()
            if site is None:
                self.add_error("site", _("没有找到这个点位，请重新选。"))
            return site
        if not words:
            return None
        named = seen.saying(words).filter(status__in=SiteStatus.in_use())
        in_use = list(named.order_by("code")[:2])
        if len(in_use) == 1:
            return in_use[0]
        said = (
            _("有几个点位都符合，请点选一个。")
            if in_use
            else _("没有找到这个点位，换个说法，或者选区域。")
        )
        self.add_error("site", said)
        return None

    def _area(self, given: dict[str, Any], site: Site | None) -> Area | None:
        code, words = given.get("area", ""), given.get("area_q", "")
        lat, lon = given.get("lat"), given.get("lon")
        if not code and words:
            found = find_areas(words=words, user=self.pen.user, on=self.pen.on)
            if len(found) != 1:
                said = _("有几个区域都符合，请点选一个。") if found else _("没有找到这个区域。")
                self.add_error("area", said)
                return None
            code = found[0].area.code
        if not code and site is None and lat is not None and lon is not None:
            code = smallest_area(lat, lon) or ""
            if not code:
                self.add_error("lat", _("这个位置不在%(city)s任何区域内，请核对。") % {
                    "city": settings.YANZHEN_CITY_NAME})  # fmt: skip
                return None
        if not code:
            return None
        area = Area.objects.filter(code=code, is_active=True).first()
        if area is None or not self.pen.reaches(code):
            self.add_error("area", _("您的岗位不管这个区域，请另选。"))
            return None
        return area

    @property
    def spot(self) -> Spot:
        """Where it is, of a form that is clean."""
        given = self.cleaned_data
        names = ("site", "area", "address", "lat", "lon", "category")
        return Spot(**{name: given[name] for name in names})

    def facts(self) -> dict[str, Any]:
        """What a draft takes of it, beside the photos."""
        given = self.cleaned_data
        names = ("title", "words", "category", "severity", "site", "area", "address", "lat", "lon")
        facts = {name: given[name] for name in names if name in given}
        if "source" in given:
            facts |= {"source": given["source"]}
        if "source_number" in given:
            facts |= {"source_number": given["source_number"]}
        if given.get("found_at"):
            facts["found_at"] = given["found_at"]
        return facts

    def draft(self, **more: Any) -> CaseDraft:
        """The matter as the loop takes it in."""
        facts: dict[str, Any] = {"source": Source.GRID} | self.facts() | more
        return CaseDraft(**facts)
