"""The name under which somebody keeps a list."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SaveViewForm(forms.Form):
    """A name for what the list is asked for."""

    name = forms.CharField(
        label=_("视图名称"),
        max_length=30,
        error_messages={
            "required": _("请给视图起个名字。"),
            "max_length": _("视图名称最多 30 个字。"),
        },
    )
