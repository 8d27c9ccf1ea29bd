"""What somebody says of a doubt about a photo."""

from django import forms
from django.utils.translation import gettext_lazy as _

from yanzhen.cases.enums import Finding
from yanzhen.core.ids import new_client_id


class FlagForm(forms.Form):
    """The finding comes with the button; the words are asked for by the operation."""

    finding = forms.ChoiceField(
        choices=[(Finding.DISMISSED, ""), (Finding.UPHELD, "")],
        error_messages={"required": _("请选“排除”或“属实”。")},
    )
    words = forms.CharField(
        label=_("核对说明"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": _("怎么核对的；排除的写明为什么")}),
    )
    client_id = forms.UUIDField(required=False, initial=new_client_id, widget=forms.HiddenInput)
