"""What an office types about rounds, whom it sends, and what it decides."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from yanzhen.accounts.models import User
from yanzhen.core.ids import new_client_id
from yanzhen.inspections.drafts import Crew, RoundDraft
from yanzhen.inspections.draw import DrawSpec
from yanzhen.inspections.enums import Allocation, DrawMethod, RoundKind
from yanzhen.inspections.models import CheckConflict
from yanzhen.places.models import Area

MOST_SITES: Final = 5000
BETWEEN: Final = re.compile(r"[\s,，、;；]+")
KINDS: Final = [one for one in RoundKind.choices if one[0] != RoundKind.REINSPECTION]
METHODS: Final = [
    (DrawMethod.RANDOM, DrawMethod.RANDOM.label),
    (DrawMethod.ALL, DrawMethod.ALL.label),
    (DrawMethod.HAND, DrawMethod.HAND.label),
]


def client_id_field() -> forms.UUIDField:
    """The id of one intended write: a form that is sent twice is taken once."""
    return forms.UUIDField(required=False, initial=new_client_id, widget=forms.HiddenInput)


class DayField(forms.DateField):
    """A day, picked with the device's own picker."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, **options)


class DaysForm(forms.Form):
    """A name and from when to when."""

    name = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    from_on = DayField(label=gettext_lazy("开始"))
    to_on = DayField(label=gettext_lazy("结束"))
    is_unannounced = forms.BooleanField(
        label=gettext_lazy("暗访"),
        required=False,
        help_text=gettext_lazy(
            "公布前，被查的单位、社区、网格和包联领导在任何地方都看不到这一轮。"
        ),
    )
    client_id = client_id_field()

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_on"].initial = self.fields["to_on"].initial = on


class RoundForm(DaysForm):
    """A round: what, where, when, and how its sites are found."""

    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=KINDS, initial=RoundKind.MONTHLY)
    area = forms.ChoiceField(label=gettext_lazy("范围"))
    words = forms.CharField(
        label=gettext_lazy("要求"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("督查员在手机上看得到，如查哪些时段、注意什么。"),
    )
    method = forms.ChoiceField(
        label=gettext_lazy("怎么定点位"),
        choices=METHODS,
        initial=DrawMethod.RANDOM,
        widget=forms.RadioSelect,
    )
    size = forms.IntegerField(
        label=gettext_lazy("抽多少个"),
        required=False,
        min_value=1,
        max_value=100_000,
        help_text=gettext_lazy("分层随机抽取时填写。"),
    )
    allocation = forms.ChoiceField(
        label=gettext_lazy("各层怎么分"),
        choices=Allocation.choices,
        initial=Allocation.PROPORTIONAL,
        help_text=gettext_lazy("一层是一个区县的一类点位。"),
    )
    types = forms.MultipleChoiceField(
        label=gettext_lazy("点位类型"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("都不选就是全部类型。"),
    )
    sites = forms.CharField(
        label=gettext_lazy("指定的点位编号"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("指定点位时填写，用空格、逗号或换行隔开。"),
    )

    field_order = (
        "kind", "name", "area", "from_on", "to_on", "is_unannounced", "words", "method", "size",
        "allocation", "types", "sites",
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        areas: Sequence[tuple[str, str]],
        types: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("area", areas), ("types", types)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
            field.choices = list(choices)

    def clean_sites(self) -> tuple[str, ...]:
        codes = tuple(filter(None, BETWEEN.split(self.cleaned_data["sites"])))
        if len(codes) > MOST_SITES:
            raise forms.ValidationError(
                _("一次最多指定 %(most)s 个点位。"), params={"most": MOST_SITES}
            )
        return codes

    def draft(self) -> RoundDraft:
        """The round that was typed."""
        typed = self.cleaned_data
        method = DrawMethod(typed["method"])
        is_random, is_named = method == DrawMethod.RANDOM, method == DrawMethod.HAND
        spec = DrawSpec(
            method=method,
            size=(typed["size"] or 0) if is_random else 0,
            allocation=Allocation(typed["allocation"]),
            types=() if is_named else tuple(sorted(typed["types"])),
            sites=typed["sites"] if is_named else (),
        )
        return RoundDraft(
            kind=typed["kind"],
            name=typed["name"],
            area=Area.objects.get(code=typed["area"]),
            from_on=typed["from_on"],
            to_on=typed["to_on"],
            is_unannounced=typed["is_unannounced"],
            words=typed["words"],
            spec=spec,
        )


class DrawForm(forms.Form):
    """The draw, with the words of witnesses."""

    witness = forms.CharField(
        label=gettext_lazy("见证数"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "可不填。写一个计划这轮时谁也不可能知道的数，如当天的福彩 3D 号码、现场掷的骰子，"
            "这样连掌握种子的人也左右不了结果。"
        ),
    )
    client_id = client_id_field()


class MeantForm(forms.Form):
    """A deed that asks for nothing but to be meant."""

    client_id = client_id_field()


class CrewForm(forms.Form):
    """Who is sent; `crews` are those that can be."""

    crews = forms.MultipleChoiceField(
        label=gettext_lazy("派谁去"), widget=forms.CheckboxSelectMultiple
    )
    calibration_percent = forms.IntegerField(
        label=gettext_lazy("校准比例"),
        min_value=0,
        max_value=50,
        initial=0,
        required=False,
        help_text=gettext_lazy(
            "这么多点位由两组人各查一遍，互不知道对方的结果，用来看督查员之间是否一致。"
        ),
    )
    client_id = client_id_field()

    def __init__(self, *args: Any, crews: Iterable[Crew], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {crew.key: crew for crew in crews}
        field = self.fields["crews"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = [(key, crew.label) for key, crew in self.known.items()]

    def chosen(self) -> list[Crew]:
        """The crews that were ticked."""
        return [self.known[key] for key in self.cleaned_data["crews"]]


class OneCrewForm(forms.Form):
    """Who goes to one site instead."""

    crew = forms.ChoiceField(label=gettext_lazy("改派给"))
    client_id = client_id_field()

    def __init__(self, *args: Any, crews: Iterable[Crew], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {crew.key: crew for crew in crews}
        field = self.fields["crew"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = [("", _("请选择")), *((key, one.label) for key, one in self.known.items())]

    def chosen(self) -> Crew:
        """The crew that was picked."""
        return self.known[self.cleaned_data["crew"]]


class TeamForm(forms.Form):
    """A team of inspectors."""

    name = forms.CharField(label=pgettext_lazy("a team", "组名"), max_length=40)
    people = forms.MultipleChoiceField(
        label=gettext_lazy("组员"), widget=forms.CheckboxSelectMultiple
    )
    client_id = client_id_field()

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {str(person.pk): person for person in people}
        field = self.fields["people"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = [(key, person.full_name) for key, person in self.known.items()]

    def chosen(self) -> list[User]:
        """The people who were ticked."""
        return [self.known[key] for key in self.cleaned_data["people"]]


class ResolveForm(forms.Form):
    """Which of the answers counts, and why."""

    chosen = forms.ChoiceField(label=gettext_lazy("采用"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=gettext_lazy("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    client_id = client_id_field()

    def __init__(self, *args: Any, conflict: CheckConflict, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["chosen"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        rows = conflict.checks.select_related("visit__inspector").order_by("answered_at", "pk")
        field.choices = [
            (str(row.pk), f"{row.get_result_display()}（{row.visit.inspector.full_name}）")
            for row in rows
        ]
