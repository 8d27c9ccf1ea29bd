"""Fields of the pages of cases: a unit by its name, several photos, an instant of the city's clock."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from yanzhen.units.models import Unit

MOST_PHOTOS: Final = 12
MOST_NAMED: Final = 6
LONGEST_KEY: Final = 19
"""A number with so many digits is no key of any row."""


def kept_photos(data: Any) -> list[int]:
    """The keys of the photos that came with this form before it was refused; nonsense is left out."""
    given = data.getlist("photo") if hasattr(data, "getlist") else []
    keys = [one for one in given if one.isascii() and one.isdigit() and len(one) < LONGEST_KEY]
    return [int(one) for one in keys][: 2 * MOST_PHOTOS]


class ManyFiles(forms.FileInput):
    """A field into which several files go."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several photos. What they are is for `files` to say; here only how many."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list["UploadedFile[Any]"]:  # noqa: ARG002 - Django's shape
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if len(given) > MOST_PHOTOS:
            raise forms.ValidationError(
                _("一次最多交 %(most)s 张照片。"), params={"most": MOST_PHOTOS}
            )
        return list(given)


class MomentField(forms.DateTimeField):
    """A day and a time on the wall clock of the city, picked with the device's own picker."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("required", False)
        super().__init__(
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            **options,
        )


class UnitField(forms.CharField):
    """A unit by its name, short name or code, as far as that is enough to know it."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("责任单位"))
        super().__init__(max_length=80, **options)
        self.widget.attrs |= {"autocomplete": "off", "list": "units"}

    def clean(self, value: Any) -> Unit | None:
        typed = super().clean(value)
        if not typed:
            return None
        everybody = Unit.objects.order_by("path", "pk")
        for found in (
            everybody.filter(code=typed),
            everybody.filter(name=typed),
            everybody.filter(short_name=typed),
            everybody.filter(name__contains=typed, is_active=True),
        ):
            units = list(found[: MOST_NAMED + 1])
            if len(units) == 1:
                return units[0]
            if units:
                raise forms.ValidationError(
                    _("“%(typed)s”不止一个，请写全称或代码：%(names)s。"),
                    params={"typed": typed, "names": _listed(units)},
                )
        raise forms.ValidationError(
            _("没有叫“%(typed)s”的单位，请从列出的单位里选。"), params={"typed": typed}
        )


def _listed(units: Iterable[Unit]) -> str:
    names = [f"{unit.name}（{unit.code}）" for unit in units]
    return "、".join(names[:MOST_NAMED]) + ("……" if len(names) > MOST_NAMED else "")
