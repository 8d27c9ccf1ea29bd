"""What is asked when messages are sorted."""

from django import forms
from django.utils.translation import gettext_lazy as _

from yanzhen.core.ids import new_client_id

MOST_WORDS = 500


class SortForm(forms.Form):
    """What to do with the ticked messages, and for those that are declined, why."""

    deed = forms.CharField(max_length=20)
    client_id = forms.UUIDField(initial=new_client_id, widget=forms.HiddenInput)


class DeclineForm(forms.Form):
    """The reason that the writer gets to read."""

    words = forms.CharField(
        label=_("不予受理的理由"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("来件人看得到这句话。"),
    )
