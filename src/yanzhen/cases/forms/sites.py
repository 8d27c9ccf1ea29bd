"""What somebody asks for who takes the photo ledger of a site."""

from django import forms
from django.utils.translation import gettext_lazy as _

from yanzhen.cases.queries.sites import Days


def _day(label: object) -> forms.DateField:
    return forms.DateField(
        label=label,  # type: ignore[arg-type] # a lazy text is one
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class AlbumForm(forms.Form):
    """Which kind of file, and the days on which the cases were found."""

    since = _day(_("发现自"))
    until = _day(_("发现至"))
    kind = forms.ChoiceField(
        choices=[("word", "Word"), ("pdf", "PDF"), ("excel", "Excel")],
        error_messages={"required": _("请选要哪一种文件。"), "invalid_choice": _("没有这种文件。")},
    )

    def clean(self) -> None:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and since > until:
            self.add_error("until", _("止日不能早于起日。"))

    def days(self) -> Days:
        """The days that were asked for."""
        return Days(self.cleaned_data["since"], self.cleaned_data["until"])
