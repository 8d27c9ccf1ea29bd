"""What is asked of a figure, read from the address of a page."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yanzhen.core.time import city_day
from yanzhen.figures.periods import FIRST_YEAR, LAST_YEAR, Preset, preset_days
from yanzhen.figures.registry import Question, Scope

FILTERS = ("unit", "site_type", "category", "source", "severity")
OWN_DAYS = "own"
"""The period for which the address names its own days."""


class QuestionForm(forms.Form):
    """Period, moment, area and filters; whatever is left out has a default."""

    period = forms.ChoiceField(choices=[*Preset.choices, (OWN_DAYS, _("自定"))], required=False)
    on_from = forms.DateField(label=_("从"), required=False)
    on_to = forms.DateField(label=_("到"), required=False)
    as_of = forms.DateTimeField(
        label=_("统计时刻"),
        required=False,
        error_messages={"invalid": _("统计时刻应形如 2026-11-20T14:05。")},
    )
    area = forms.CharField(label=_("区域"), required=False, max_length=30)
    by = forms.CharField(label=_("分组"), required=False, max_length=30)
    key = forms.CharField(label=_("其中"), required=False, max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in FILTERS:
            self.fields[name] = forms.CharField(required=False, max_length=60)

    def clean_as_of(self) -> datetime | None:
        """Refuse years of which no figures are told, before anything is reckoned with them."""
        as_of: datetime | None = self.cleaned_data["as_of"]
        if as_of and not FIRST_YEAR <= as_of.year <= LAST_YEAR:
            raise forms.ValidationError(self.fields["as_of"].error_messages["invalid"])
        return as_of

    def has_own_days(self) -> bool:
        """Whether days are named; that outdoes a preset."""
        return bool(self.cleaned_data["on_from"] or self.cleaned_data["on_to"])

    def period_of(self, default: str) -> str:
        """The preset that holds, or that the address names its own days."""
        if self.has_own_days():
            return OWN_DAYS
        chosen = str(self.cleaned_data["period"])
        return chosen if chosen in Preset.values else default

    def question(
        self, *, now: datetime, area: str, scope: Scope | None, default: str, is_part: bool = False
    ) -> Question:
        """The question as it is put to the registry."""
        asked = self.cleaned_data
        as_of: datetime = asked["as_of"] or now
        days: tuple[date | None, date | None] = (asked["on_from"], asked["on_to"])
        if not self.has_own_days():
            days = preset_days(self.period_of(default), city_day(as_of))
        has_part = is_part and asked["by"] and "key" in self.data
        return Question(
            as_of=as_of,
            area=asked["area"] or area,
            from_on=days[0],
            to_on=days[1],
            filters={name: asked[name] for name in FILTERS if asked[name]},
            within=(asked["by"], asked["key"]) if has_part else None,
            scope=scope,
        )
