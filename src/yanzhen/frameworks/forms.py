"""What people type about frameworks, checklists and duties."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yanzhen.accounts.models import User
from yanzhen.core.errors import RowError
from yanzhen.files.models import Photo
from yanzhen.frameworks.categories import category_names
from yanzhen.frameworks.checklists import FIELDS, OWN_FRAMEWORK, Fed, ItemRow
from yanzhen.frameworks.enums import CheckGroup, CheckKind, NegativeLevel, PhotoRule, Severity
from yanzhen.frameworks.models import NegativeKind
from yanzhen.frameworks.operations.duties import MOST_PLAN, DutyDraft
from yanzhen.frameworks.operations.negative import NegativeEventDraft, NegativeKindDraft
from yanzhen.frameworks.reading import MOST_BYTES
from yanzhen.frameworks.scorers import plain_number
from yanzhen.units.forms import AreaField, AskingForm, DayField, UnitField, client_id_field
from yanzhen.units.models import TaskGroup, Unit


class DeedForm(forms.Form):
    """A deed that asks for nothing but to be meant."""

    client_id = client_id_field()


class YamlForm(forms.Form):
    """A YAML file to be brought in."""

    file = forms.FileField(
        label=gettext_lazy("YAML 文件"),
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}),
        help_text=gettext_lazy("照导出文件的样子写。Excel 和 CSV 请走“导入导出”。"),
    )

    def clean_file(self) -> str:
        """The text of the file."""
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            limit = MOST_BYTES // 1024 // 1024
            raise forms.ValidationError(_("文件超过 %(limit)s MB。") % {"limit": limit})
        try:
            return str(upload.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("请把文件另存为 UTF-8 编码。")) from error


MOST_PHOTOS: Final = 9
MEANT: Final = "to-"
"""Before the code of an old criterion: what became of it, as codes of new ones."""


def meant_in(post: Any) -> dict[str, list[str]]:
    """What somebody typed for each old criterion."""
    return {
        key.removeprefix(MEANT): str(value)
        .replace("、", " ")
        .replace("，", " ")
        .replace(",", " ")
        .split()
        for key, value in post.items()
        if key.startswith(MEANT)
    }


# --- Checklists -----------------------------------------------------------------------------------


class ItemForm(forms.Form):
    """One item of a checklist. What is wrong with it the operation says, field by field."""

    words = forms.CharField(
        label=gettext_lazy("检查项"),
        max_length=60,
        help_text=gettext_lazy("一句话，手机上是一行：最好 24 个字以内。"),
    )
    hint = forms.CharField(label=gettext_lazy("怎么看"), max_length=120, required=False)
    code = forms.CharField(
        label=gettext_lazy("编号"),
        max_length=30,
        help_text=gettext_lazy("全市唯一，如 market-09；历年结果按它比较，意思没变就不要换。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    group = forms.ChoiceField(label=gettext_lazy("门类"), choices=CheckGroup.choices)
    kind = forms.ChoiceField(label=gettext_lazy("记录方式"), choices=CheckKind.choices)
    unit = forms.CharField(
        label=gettext_lazy("计量单位"),
        max_length=10,
        required=False,
        help_text=gettext_lazy("点数、量值才填，如 处、米、%。"),
    )
    at_least = forms.DecimalField(label=gettext_lazy("不少于"), required=False)
    at_most = forms.DecimalField(label=gettext_lazy("不超过"), required=False)
    category = forms.ChoiceField(
        label=gettext_lazy("不合格时记为"), help_text=gettext_lazy("自动立案时用的问题类别。")
    )
    severity = forms.ChoiceField(label=gettext_lazy("严重程度"), choices=Severity.choices)
    due_hours = forms.IntegerField(
        label=gettext_lazy("整改时限（小时）"),
        min_value=1,
        required=False,
        help_text=gettext_lazy("空着按本市对这类问题的规定。"),
    )
    photo = forms.ChoiceField(
        label=gettext_lazy("拍照"), choices=PhotoRule.choices, initial=PhotoRule.ON_FAIL
    )
    photo_reason = forms.CharField(
        label=gettext_lazy("每次都拍的理由"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("只有“每次都拍”要写；没有理由就不该每次要照片。"),
    )
    criteria = forms.CharField(
        label=gettext_lazy("计入哪些标准"),
        max_length=400,
        required=False,
        help_text=gettext_lazy("现行体系里的编号，用空格隔开；别的体系写成 minors:2.1。"),
    )
    exempt = forms.CharField(label=gettext_lazy("不算的情形"), max_length=200, required=False)
    source = forms.CharField(
        label=gettext_lazy("出处"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("带数字的要求各地不同，写明从哪里来。"),
    )
    client_id = client_id_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["category"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = [("", _("请选择")), *category_names().items()]

    def row(self) -> ItemRow:
        """The item that was typed."""
        typed = {name: value for name, value in self.cleaned_data.items() if name != "client_id"}
        return ItemRow(row=0, **typed | {"criteria": _fed(typed["criteria"])})

    @staticmethod
    def initial_of(item: ItemRow) -> dict[str, Any]:
        """What stands in the fields when an item is changed."""
        known = {name: getattr(item, name) for name in FIELDS}
        known |= {
            name: plain_number(known[name])
            for name in ("at_least", "at_most")
            if known[name] is not None
        }
        shown = [
            code if framework == OWN_FRAMEWORK else f"{framework}:{code}"
            for framework, code in item.criteria
        ]
        return known | {"criteria": " ".join(shown)}

    def tell(self, errors: Iterable[RowError]) -> None:
        """Put each thing that is wrong beside its field."""
        for error in errors:
            self.add_error(error.column if error.column in self.fields else None, error.reason)


def _fed(words: str) -> tuple[Fed, ...]:
    found = []
    for one in words.replace("、", " ").replace("，", " ").replace("：", ":").split():
        framework, _colon, code = one.rpartition(":")
        found.append((framework or OWN_FRAMEWORK, code))
    return tuple(found)


# --- Duties ---------------------------------------------------------------------------------------


class UnitsField(forms.CharField):
    """Several units, each by its code or name, on a line of its own or after a 、."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), max_length=4000, **options)
        self.one = UnitField(required=False)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return "\n".join(str(self.one.prepare_value(one)) for one in value)
        return value

    def clean(self, value: Any) -> list[Unit]:
        typed = str(super().clean(value))
        lines = typed.replace("、", "\n").replace("；", "\n").splitlines()
        return [unit for line in lines if (unit := self.one.clean(line))]


class DutyForm(AskingForm):
    """Who leads and supports, until when, in which group."""

    unit = UnitField(label=gettext_lazy("牵头单位"))
    supports = UnitsField(
        label=gettext_lazy("配合单位"),
        required=False,
        help_text=gettext_lazy("每行写一个单位的名称或代码；没有可空。"),
    )
    due_on = DayField(
        label=gettext_lazy("完成期限"), help_text=gettext_lazy("这一天前报方案并落实。")
    )
    group = forms.ChoiceField(label=gettext_lazy("工作专班"), required=False)
    client_id = client_id_field()

    def __init__(self, *args: Any, user: User, on: date, **kwargs: Any) -> None:
        super().__init__(*args, user=user, on=on, **kwargs)
        self.fields["due_on"].initial = None  # a day that nobody chose is no day
        supports = self.fields["supports"]
        assert isinstance(supports, UnitsField)  # noqa: S101 - tells the type checker
        supports.one.user, supports.one.on = user, on
        group = self.fields["group"]
        assert isinstance(group, forms.ChoiceField)  # noqa: S101 - as above
        groups = TaskGroup.objects.filter(is_active=True).order_by("code")
        group.choices = [("", _("不设专班")), *groups.values_list("code", "name")]

    def draft(self) -> DutyDraft:
        """The duty that was typed."""
        typed = self.cleaned_data
        return DutyDraft(
            unit=typed["unit"],
            due_on=typed["due_on"],
            supports=typed["supports"],
            group=TaskGroup.objects.filter(code=typed["group"]).first() if typed["group"] else None,
        )


class PlanForm(forms.Form):
    """A unit's plan for a criterion."""

    plan = forms.CharField(
        label=gettext_lazy("工作方案"),
        max_length=MOST_PLAN,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy("做什么、谁来做、什么时候做完、怎样算做到。"),
    )
    client_id = client_id_field()


class ReturnForm(forms.Form):
    """Why a plan goes back."""

    reason = forms.CharField(label=gettext_lazy("退回理由"), max_length=300)
    client_id = client_id_field()


# --- The negative list ----------------------------------------------------------------------------


class ManyFiles(forms.FileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several photos. What they are is for `files` to say; here only how many."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:  # noqa: ARG002 - Django's shape
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if len(given) > MOST_PHOTOS:
            raise forms.ValidationError(
                _("一次最多交 %(most)s 张照片。"), params={"most": MOST_PHOTOS}
            )
        return list(given)


class NegativeKindForm(AskingForm):
    """A kind of event of the negative list."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    code = forms.CharField(
        label=gettext_lazy("代码"),
        max_length=30,
        help_text=gettext_lazy("字母、数字、横线，定了不再改。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    level = forms.ChoiceField(label=gettext_lazy("后果"), choices=NegativeLevel.choices)
    points = forms.DecimalField(
        label=gettext_lazy("扣几分"),
        required=False,
        min_value=0,
        help_text=gettext_lazy("只有“扣减测评分数”才填。"),
    )
    words = forms.CharField(
        label=gettext_lazy("认定口径"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("怎样算发生了，凭什么材料认定。"),
    )
    unit = UnitField(
        label=gettext_lazy("责任单位"),
        required=False,
        help_text=gettext_lazy("平时负责防住这类事的单位。"),
    )
    is_active = forms.BooleanField(label=gettext_lazy("在用"), required=False, initial=True)
    client_id = client_id_field()

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["is_active" if is_new else "code"]

    def draft(self) -> NegativeKindDraft:
        """The kind that was typed."""
        typed = self.cleaned_data
        return NegativeKindDraft(
            name=typed["name"],
            level=typed["level"],
            points=typed["points"] or Decimal(0),
            words=typed["words"],
            unit=typed["unit"],
            is_active=typed.get("is_active", True),
        )


class NegativeEventForm(AskingForm):
    """An event of the negative list."""

    kind = forms.ModelChoiceField(
        label=gettext_lazy("事项"),
        queryset=NegativeKind.objects.none(),
        to_field_name="code",
        empty_label=gettext_lazy("请选择"),
    )
    happened_on = DayField(label=gettext_lazy("发生日期"))
    area = AreaField(label=gettext_lazy("发生地"))
    unit = UnitField(
        label=gettext_lazy("责任单位"),
        required=False,
        help_text=gettext_lazy("空着按事项的责任单位。"),
    )
    words = forms.CharField(
        label=gettext_lazy("经过"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("什么时候、在哪里、发生了什么、依据是什么。"),
    )
    photos = PhotosField(label=gettext_lazy("佐证照片"), required=False)
    client_id = client_id_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
        field.queryset = NegativeKind.objects.filter(is_active=True).order_by("sort", "pk")

    def draft(self, photos: Sequence[Photo]) -> NegativeEventDraft:
        """The event that was typed."""
        typed = self.cleaned_data
        return NegativeEventDraft(
            kind=typed["kind"],
            happened_on=typed["happened_on"],
            words=typed["words"],
            area=typed["area"],
            unit=typed["unit"],
            photos=photos,
        )


class ReasonForm(forms.Form):
    """Why an event is withdrawn."""

    reason = forms.CharField(label=gettext_lazy("撤回理由"), max_length=300)
    client_id = client_id_field()


class AccountForm(forms.Form):
    """Who was held to account."""

    words = forms.CharField(
        label=gettext_lazy("问责情况"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("对谁、依据什么、作了什么处理；每次改动都留在经过里。"),
    )
    client_id = client_id_field()
