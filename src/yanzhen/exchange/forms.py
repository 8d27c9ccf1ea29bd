"""What is said beside a file."""

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yanzhen.cases.enums import Source
from yanzhen.core.errors import Refused
from yanzhen.core.ids import new_client_id
from yanzhen.exchange.cells import Unreadable
from yanzhen.exchange.kind import Kind, Options
from yanzhen.exchange.net import Net
from yanzhen.exchange.tables import MAX_BYTES
from yanzhen.exchange.taking import places_from

ACCEPT = ".xlsx,.csv,text/csv"


def client_id_field() -> forms.UUIDField:
    """The id of one intended write: a form that is sent twice is taken once."""
    return forms.UUIDField(required=False, initial=new_client_id, widget=forms.HiddenInput)


class DeedForm(forms.Form):
    """A deed that asks for nothing but to be meant."""

    client_id = client_id_field()


class BringForm(forms.Form):
    """A file to be taken in, and what it does not say itself."""

    file = forms.FileField(
        label=gettext_lazy("Excel 或 CSV 文件"),
        allow_empty_file=True,  # the reader says in better words what is wrong with it
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text=gettext_lazy("表头写中文名或代码名都行，次序随意。GBK 编码的 CSV 也认得。"),
    )
    sheet = forms.CharField(
        label=gettext_lazy("工作表"),
        max_length=31,
        required=False,
        help_text=gettext_lazy("空着读第一张。"),
    )
    area = forms.CharField(
        label=gettext_lazy("没写区域的归到"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("区域的代码或名称。"),
    )
    source = forms.ChoiceField(
        label=gettext_lazy("来源"), choices=Source.choices, initial=Source.LETTER, required=False
    )
    places = forms.FileField(
        label=gettext_lazy("地名对照表"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text=gettext_lazy(
            "两列：地名（place）、区域（area）。来件写的地名和区域名称不一样时用。"
        ),
    )
    client_id = client_id_field()

    ONLY_MESSAGES: ClassVar = ("area", "source", "places")

    def __init__(self, *args: Any, kind: Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind.code != "reports":
            for name in self.ONLY_MESSAGES:
                del self.fields[name]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            limit = MAX_BYTES // 1024 // 1024
            raise forms.ValidationError(_("文件超过 %(limit)s MB，请拆开。") % {"limit": limit})
        return file

    def clean_area(self) -> str:
        words = self.cleaned_data["area"].strip()
        try:
            return Net().areas.find(words).code if words else ""
        except Unreadable as error:
            raise forms.ValidationError(str(error)) from error

    def clean_places(self) -> dict[str, str]:
        upload = self.cleaned_data["places"]
        if not upload:
            return {}
        with NamedTemporaryFile() as kept:
            for chunk in upload.chunks():
                kept.write(chunk)
            kept.flush()
            try:
                return places_from(Path(kept.name), name=upload.name)
            except Refused as refusal:
                raise forms.ValidationError(str(refusal)) from refusal

    def options(self) -> Options:
        """What is said beside the file."""
        said = self.cleaned_data
        return Options(
            sheet=said["sheet"].strip(),
            area_code=said.get("area", ""),
            places=said.get("places", {}),
            source=said.get("source", ""),
        )


class ExportForm(forms.Form):
    """Which ledger to take out."""

    kind = forms.CharField(max_length=20)
    suffix = forms.ChoiceField(choices=[("xlsx", "Excel"), ("csv", "CSV")])
    client_id = client_id_field()
