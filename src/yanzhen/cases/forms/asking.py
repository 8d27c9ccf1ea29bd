"""The filters of the ledger that are wanted seldom, as a form."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from yanzhen.cases.enums import Severity
from yanzhen.cases.queries.asking import Ask
from yanzhen.core.filters import FilterOption
from yanzhen.core.search import LONGEST


class MoreForm(forms.Form):
    """The filters that are wanted seldom, behind one chip. It is sent as a GET."""

    q = forms.CharField(label=_("文字"), required=False, max_length=LONGEST)
    unit = forms.ChoiceField(label=_("责任单位"), required=False)
    category = forms.ChoiceField(label=_("类别"), required=False)
    severity = forms.MultipleChoiceField(
        label=_("程度"),
        required=False,
        choices=Severity.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    found_from = forms.DateField(label=_("发现，从"), required=False)
    found_to = forms.DateField(label=_("到"), required=False)
    filed_from = forms.DateField(label=_("立案，从"), required=False)
    filed_to = forms.DateField(label=_("到"), required=False)
    again = forms.BooleanField(label=_("只看反复出现的"), required=False)

    def __init__(
        self, ask: Ask, units: Sequence[FilterOption], categories: Sequence[FilterOption]
    ) -> None:
        super().__init__(
            initial={
                "q": ask.q,
                "unit": ask.unit,
                "category": ask.category,
                "severity": list(ask.severity),
                "found_from": ask.found_from,
                "found_to": ask.found_to,
                "filed_from": ask.filed_from,
                "filed_to": ask.filed_to,
                "again": bool(ask.again),
            },
            auto_id="more_%s",
        )
        for name, options in (("unit", units), ("category", categories)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
            field.choices = [("", _("全部")), *((one.value, _indented(one)) for one in options)]
        for name in ("found_from", "found_to", "filed_from", "filed_to"):
            self.fields[name].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        self.fields["again"].widget = forms.CheckboxInput(attrs={"value": "yes"})


def _indented(option: FilterOption) -> str:
    return f"{'　' * option.depth}{option.label}"
