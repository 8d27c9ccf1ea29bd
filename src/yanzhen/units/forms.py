"""What people type about units, people and who answers for what."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django import forms
from django.db.models import Q
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.core.ids import new_client_id
from yanzhen.places.models import Area
from yanzhen.places.queries import area_label, find_areas
from yanzhen.units.enums import FOR_A_UNIT, GroupPart, UnitKind
from yanzhen.units.models import Unit
from yanzhen.units.operations.people import PersonDraft
from yanzhen.units.operations.posts import PostDraft
from yanzhen.units.operations.tree import UnitDraft
from yanzhen.units.queries import visible_people

MOST_NAMED: Final = 5
IN_BRACKETS: Final = re.compile(r"（([^（）]+)）$")


# --- Fields that mean a row -----------------------------------------------------------------------


class PickField(forms.CharField):
    """A row meant by its code or its name; suggestions appear while one types, where there is script.

    The form that holds it sets `user` and `on`: nobody picks what he may not see.
    """

    suggestions = ""
    user: User
    on: date

    def __init__(self, *, options_id: str, **options: Any) -> None:
        super().__init__(max_length=200, **options)
        self.widget.attrs |= {
            "autocomplete": "off",
            "list": options_id,
            "hx-get": reverse_lazy(self.suggestions),
            "hx-trigger": "input changed delay:250ms",
            "hx-target": f"#{options_id}",
        }

    def clean(self, value: Any) -> Any:
        typed = str(super().clean(value)).strip()
        if not typed:
            return None
        bracketed = IN_BRACKETS.search(typed)
        rows = self.meant(bracketed.group(1)) if bracketed else []
        rows = rows or self.meant(typed)
        if len(rows) != 1:
            raise forms.ValidationError(self.complaint(typed, rows))
        return rows[0]

    def meant(self, words: str) -> list[Any]:
        """The rows that these words may mean."""
        raise NotImplementedError

    def listed(self, rows: Iterable[Any]) -> str:
        """The first of some rows, as one may type them."""
        shown = [self.prepare_value(row) for row in rows][: MOST_NAMED + 1]
        return "；".join(shown[:MOST_NAMED]) + ("……" if len(shown) > MOST_NAMED else "")

    def complaint(self, typed: str, rows: list[Any]) -> str:
        """Why the words mean nothing, or too much."""
        if not rows:
            return _("没有找到“%(typed)s”，请从提示里选，或写代码。") % {"typed": typed}
        facts = {"typed": typed, "rows": self.listed(rows)}
        return _("“%(typed)s”不止一个，请写明是哪一个：%(rows)s。") % facts


class UnitField(PickField):
    """A unit by code, name or short name."""

    suggestions = "units:unit_suggest"

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", gettext_lazy("单位"))
        super().__init__(options_id="unit-options", **options)

    def prepare_value(self, value: Any) -> Any:
        return f"{value.name}（{value.code}）" if isinstance(value, Unit) else value

    def meant(self, words: str) -> list[Unit]:
        units = Unit.objects.visible_to(self.user, self.on).order_by("code")
        for question in (Q(code__iexact=words), Q(name=words), Q(short_name=words)):
            if rows := list(units.filter(question)[: MOST_NAMED + 1]):
                return rows
        return list(units.filter(name__contains=words, is_active=True)[: MOST_NAMED + 1])


class PersonField(PickField):
    """A person by user name or name."""

    suggestions = "units:person_suggest"

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", gettext_lazy("人员"))
        super().__init__(options_id="person-options", **options)

    def prepare_value(self, value: Any) -> Any:
        return f"{value.full_name}（{value.username}）" if isinstance(value, User) else value

    def meant(self, words: str) -> list[User]:
        people = visible_people(user=self.user, on=self.on).order_by("username")
        if rows := list(people.filter(username=words.lower())):
            return rows
        return list(people.filter(full_name=words, is_active=True)[: MOST_NAMED + 1])


class AreaField(PickField):
    """An area by code, by name, or by the names from the district down."""

    suggestions = "places:area_suggest"

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", gettext_lazy("区域"))
        super().__init__(options_id="area-options", **options)

    def prepare_value(self, value: Any) -> Any:
        return area_label(value.code) if isinstance(value, Area) else value

    def meant(self, words: str) -> list[Area]:
        if row := Area.objects.visible_to(self.user, self.on).filter(code=words).first():
            return [row]
        rows = find_areas(words=words, user=self.user, on=self.on)
        exact = [row for row in rows if words in {row.label, row.area.name}]
        codes = [row.area.code for row in exact or rows]
        return list(Area.objects.filter(code__in=codes[: MOST_NAMED + 1]).order_by("code"))


class DayField(forms.DateField):
    """A day, picked with the device's own picker."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, **options)


def client_id_field() -> forms.UUIDField:
    """The id of one intended write: a form that is sent twice is taken once."""
    return forms.UUIDField(required=False, initial=new_client_id, widget=forms.HiddenInput)


class AskingForm(forms.Form):
    """A form that knows who fills it in, on which day."""

    def __init__(self, *args: Any, user: User, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, PickField):
                field.user, field.on = user, on
            if isinstance(field, DayField) and field.required and field.initial is None:
                field.initial = on


class DeedForm(AskingForm):
    """A deed that asks for nothing but to be meant."""

    client_id = client_id_field()


class EndForm(AskingForm):
    """The last day of something."""

    to_on = DayField(label=gettext_lazy("最后一天"), help_text=gettext_lazy("这一天仍然算。"))
    client_id = client_id_field()


# --- Units and groups -----------------------------------------------------------------------------


class UnitForm(AskingForm):
    """A unit. Its code is asked for once and never again."""

    name = forms.CharField(label=gettext_lazy("单位名称"), max_length=80)
    short_name = forms.CharField(
        label=gettext_lazy("简称"),
        required=False,
        max_length=30,
        help_text=gettext_lazy("台账窄，写得下，如“雁峰城管”。"),
    )
    code = forms.CharField(
        label=gettext_lazy("代码"),
        max_length=40,
        help_text=gettext_lazy("字母、数字、点、横线，如 430406-CG；定了不再改。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("性质"))
    area = AreaField(
        label=gettext_lazy("所在区域"),
        help_text=gettext_lazy("管到哪里就写哪里：市直单位写市，区县部门写区县。"),
    )
    parent = UnitField(
        label=gettext_lazy("上级单位"),
        required=False,
        help_text=gettext_lazy("空着就在最上面一层。上级单位的经办人也能办下级的件。"),
    )
    client_id = client_id_field()

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = self.fields["kind"]
        assert isinstance(kinds, forms.ChoiceField)  # noqa: S101 - tells the type checker
        kinds.choices = [("", _("请选择")), *UnitKind.choices]
        if not is_new:
            del self.fields["code"]

    def draft(self) -> UnitDraft:
        """The unit that was typed."""
        typed = self.cleaned_data
        return UnitDraft(
            name=typed["name"],
            short_name=typed["short_name"],
            kind=UnitKind(typed["kind"]),
            area=typed["area"],
            parent=typed["parent"],
        )


class GroupForm(AskingForm):
    """A task group."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    code = forms.CharField(
        label=gettext_lazy("代码"),
        max_length=30,
        help_text=gettext_lazy("字母、数字、横线，如 HJ；定了不再改。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    is_active = forms.BooleanField(
        label=gettext_lazy("在用"),
        required=False,
        initial=True,
        help_text=gettext_lazy("不勾就是撤销，组里的单位当天一起退出。"),
    )
    client_id = client_id_field()

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["is_active" if is_new else "code"]


class JoinForm(AskingForm):
    """A unit's seat in a task group."""

    unit = UnitField()
    part = forms.ChoiceField(
        label=gettext_lazy("分工"), choices=GroupPart.choices, initial=GroupPart.MEMBER
    )
    from_on = DayField(label=gettext_lazy("从哪天起"))
    client_id = client_id_field()


# --- People and posts -----------------------------------------------------------------------------


class PersonForm(AskingForm):
    """A person's card. The user name is asked for once and never again."""

    full_name = forms.CharField(
        label=gettext_lazy("姓名"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    username = forms.CharField(
        label=gettext_lazy("用户名"),
        max_length=60,
        help_text=gettext_lazy("登录用：小写字母、数字、点、横线，如 li.xiaoming；定了不再改。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    unit = UnitField(label=gettext_lazy("所在单位"), required=False)
    phone = forms.CharField(
        label=gettext_lazy("办公电话"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    client_id = client_id_field()

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new:
            del self.fields["username"]

    def draft(self) -> PersonDraft:
        """The card that was typed."""
        typed = self.cleaned_data
        return PersonDraft(typed["full_name"], typed["phone"], typed["unit"])


class PostForm(AskingForm):
    """A post: a role, and over what."""

    role = forms.ChoiceField(label=gettext_lazy("岗位"))
    area = AreaField(
        label=gettext_lazy("管辖区域"),
        required=False,
        help_text=gettext_lazy("这里和它下面的都管；“责任单位经办”不填这一项。"),
    )
    unit = UnitField(
        label=gettext_lazy("代表单位"),
        required=False,
        help_text=gettext_lazy("只有“责任单位经办”填这一项。"),
    )
    title = forms.CharField(
        label=gettext_lazy("岗位名称"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("本地的叫法，如“城管科科长”“督查二组”。"),
    )
    from_on = DayField(label=gettext_lazy("从哪天起"))
    to_on = DayField(
        label=gettext_lazy("到哪天止"), required=False, help_text=gettext_lazy("空着就一直任职。")
    )
    client_id = client_id_field()

    def __init__(self, *args: Any, roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = [("", _("请选择")), *((role.value, role.label) for role in roles)]

    def draft(self) -> PostDraft:
        """The post that was typed."""
        typed = self.cleaned_data
        return PostDraft(
            role=Role(typed["role"]),
            area_code=typed["area"].code if typed["area"] else "",
            unit_code=typed["unit"].code if typed["unit"] else "",
            title=typed["title"],
            from_on=typed["from_on"],
            to_on=typed["to_on"],
        )

    @staticmethod
    def scope_field(role: Role) -> str:
        """The field that says over what a role acts."""
        return "unit" if role in FOR_A_UNIT else "area"


# --- Who answers ----------------------------------------------------------------------------------


class ResponsibleForm(AskingForm):
    """A new responsible person, from a day on."""

    person = PersonField(label=gettext_lazy("由谁负责"))
    from_on = DayField(
        label=gettext_lazy("从哪天起"),
        help_text=gettext_lazy("上一任到前一天为止，过去谁负责不变。"),
    )
    client_id = client_id_field()


class CorrectPersonForm(AskingForm):
    """Another person instead of one that was entered by mistake."""

    person = PersonField(label=gettext_lazy("应该是"))
    client_id = client_id_field()


class SiteUnitForm(AskingForm):
    """A new responsible unit of a site, from a day on."""

    unit = UnitField(label=gettext_lazy("责任单位"))
    from_on = DayField(
        label=gettext_lazy("从哪天起"), help_text=gettext_lazy("原单位到前一天为止，过去归谁不变。")
    )
    client_id = client_id_field()


class CorrectUnitForm(AskingForm):
    """Another unit instead of one that was entered by mistake."""

    unit = UnitField(label=gettext_lazy("应该是"))
    client_id = client_id_field()


class StewardForm(AskingForm):
    """A stewardship. The place is known where the form was opened from its page."""

    unit = UnitField(label=gettext_lazy("包联单位"), required=False)
    person = PersonField(
        label=gettext_lazy("包联领导"),
        required=False,
        help_text=gettext_lazy("单位和领导至少填一个，可以都填。"),
    )
    area = AreaField(label=gettext_lazy("包联的区域"), required=False)
    title = forms.CharField(
        label=gettext_lazy("名义"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("如“路长”“楼栋长”“市场指挥长”。"),
    )
    from_on = DayField(label=gettext_lazy("从哪天起"))
    to_on = DayField(label=gettext_lazy("到哪天止"), required=False)
    client_id = client_id_field()

    def __init__(self, *args: Any, has_place: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_place:
            del self.fields["area"]
        else:
            self.fields["area"].required = True


class LanguageForm(forms.Form):
    """The language of one's own pages."""

    language = forms.ChoiceField(label=gettext_lazy("界面语言"), required=False)
    client_id = client_id_field()

    def __init__(self, *args: Any, languages: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["language"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = [("", _("跟随全市（简体中文）")), *languages]
