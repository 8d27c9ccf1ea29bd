"""What is asked before one deed is done for many cases."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yanzhen.cases.forms.fields import MomentField, UnitField
from yanzhen.cases.forms.moves import MOST_WORDS
from yanzhen.core.ids import new_client_id


class BatchForm(forms.Form):
    """The id of the one intended batch; each case's own id is made from it."""

    client_id = forms.UUIDField(initial=new_client_id, widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="batch-%s")


class UrgeForm(BatchForm):
    """Words that go to all."""

    words = forms.CharField(
        label=_("催办的话"),
        required=False,
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": _("可以不写")}),
    )


class HandOutForm(BatchForm):
    """One unit for all, and if need be one time."""

    unit = UnitField(error_messages={"required": _("请选责任单位。")})
    due_at = MomentField(label=_("时限"), help_text=_("不填，就按各件自己的时限规则。"))
    words = forms.CharField(
        label=_("交代"),
        required=False,
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
