"""What people type about their own accounts."""

import unicodedata

from django import forms
from django.utils.translation import gettext_lazy as _

from yanzhen.core.ids import new_client_id


class SignInForm(forms.Form):
    """User name and password. The name is compared without its letter case."""

    username = forms.CharField(
        label=_("用户名"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        ),
    )
    password = forms.CharField(
        label=_("密码"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_username(self) -> str:
        return unicodedata.normalize("NFKC", self.cleaned_data["username"]).strip().lower()


class PasswordForm(forms.Form):
    """The password in use, and the new one twice."""

    old_password = forms.CharField(
        label=_("现在的密码"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new_password = forms.CharField(
        label=_("新密码"),
        max_length=200,
        strip=False,
        help_text=_(
            "至少 10 位，含小写字母、大写字母、数字、符号中的三种；不用姓名、用户名和电话。"
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("再输一次新密码"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    client_id = forms.UUIDField(required=False, initial=new_client_id, widget=forms.HiddenInput)

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("new_password", again):
            raise forms.ValidationError(_("两次输入的新密码不一样。"))
        return again
