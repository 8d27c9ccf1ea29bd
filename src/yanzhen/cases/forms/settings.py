"""What the settings pages ask for beside the rules themselves: a trial, and what to list."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.models import User
from yanzhen.cases.forms.rulemaking import TrialForm
from yanzhen.cases.models import RoutingRule
from yanzhen.core.filters import FilterOption
from yanzhen.core.scope import covers
from yanzhen.core.text import plain
from yanzhen.core.time import FIRST_YEAR, LAST_YEAR
from yanzhen.places.queries import children_of


class TryForm(TrialForm):
    """Something that may happen on some day, held against all routes; nothing is changed."""

    day = forms.DateField(
        label=_("哪一天交办"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(
        self, data: Any = None, *, categories: list[FilterOption], user: User, on: date
    ) -> None:
        super().__init__(data, categories=categories, user=user, on=on)
        self.fields["day"].initial = on

    def clean_day(self) -> date | None:
        day: date | None = self.cleaned_data["day"]
        if day and not FIRST_YEAR < day.year < LAST_YEAR:
            raise forms.ValidationError(_("日期太远，算不出时限。"))
        return day


class ListForm(forms.Form):
    """Which routes to list: by words, by the district that they concern."""

    q = forms.CharField(required=False, max_length=40)
    within = forms.ChoiceField(required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="list-%s")
        field = self.fields["within"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        districts = children_of(settings.YANZHEN_CITY_CODE)
        field.choices = [
            ("", _("所有区域")),
            ("city", _("只看全市的")),
            *((area.code, area.name) for area in districts),
        ]
        self.is_valid()

    def is_asking(self) -> bool:
        """Whether the list is narrowed."""
        return bool(self._words() or self._within())

    def takes(self, rule: RoutingRule, area: str) -> bool:
        """Whether a route belongs in the list. Rules for the whole city concern every district."""
        within = self._within()
        if within == "city" and rule.area_id:
            return False
        if within and within != "city" and rule.area_id and not covers(within, rule.area_id):
            return False
        said = [rule.name, area]
        for row in (rule.category, rule.site_type, rule.unit):
            said += [row.name, row.code] if row else []
        return all(word in plain(" ".join(said)) for word in self._words())

    def _words(self) -> list[str]:
        return plain(self.cleaned_data.get("q", "")).split()

    def _within(self) -> str:
        return str(self.cleaned_data.get("within", ""))
