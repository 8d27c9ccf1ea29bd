"""The rules of the loop as forms: routes, limits, categories, the city's days, demands."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.models import User
from yanzhen.cases.enums import MOVES, Hours, MoveName, Severity
from yanzhen.cases.forms.fields import UnitField
from yanzhen.cases.models import Category, ClockPolicy, RoutingRule
from yanzhen.cases.rulemaking import CategoryDraft, PolicyDraft, RouteDraft
from yanzhen.core.filters import FilterOption
from yanzhen.core.ids import new_client_id
from yanzhen.places.models import Area, Site, SiteType
from yanzhen.places.queries import find_areas, find_sites, site_types

ANY: Final = ("", _("不限"))
MOST_HOURS: Final = Decimal(24 * 365)


def _indented(options: list[FilterOption]) -> list[tuple[str, str]]:
    return [(one.value, f"{'　' * one.depth}{one.label}") for one in options]


class RuleForm(forms.Form):
    """What every form of a rule sends: the id of the one intended write."""

    client_id = forms.UUIDField(required=False, initial=new_client_id, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        categories: list[FilterOption] | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial, auto_id="rule-%s")
        if "category" in self.fields:
            self._choose("category", [ANY, *_indented(categories or [])])
        if "parent" in self.fields:
            self._choose("parent", [("", _("最上层")), *_indented(categories or [])])
        if "site_type" in self.fields:
            self._choose("site_type", [ANY, *((one.code, one.name) for one in site_types())])

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared so
        field.choices = choices

    def clean_category(self) -> Category | None:
        return Category.objects.filter(code=self.cleaned_data["category"]).first()

    def clean_parent(self) -> Category | None:
        return Category.objects.filter(code=self.cleaned_data["parent"]).first()

    def clean_site_type(self) -> SiteType | None:
        return SiteType.objects.filter(code=self.cleaned_data["site_type"]).first()


class AreaField(forms.CharField):
    """An area by its code, its name or its place in words, as far as that is enough to know it."""

    def __init__(self, *, user: User, on: date, **options: Any) -> None:
        self.user, self.on = user, on
        super().__init__(max_length=60, **options)

    def clean(self, value: Any) -> Area | None:
        typed = super().clean(value)
        if not typed:
            return None
        area = Area.objects.filter(code=typed).first()
        if area is not None:
            return area
        found = find_areas(words=typed, user=self.user, on=self.on)
        exact = [row for row in found if typed in {row.label, row.area.name, row.area.short_name}]
        rows = exact or found
        if len(rows) == 1:
            return Area.objects.get(code=rows[0].area.code)
        if not rows:
            raise forms.ValidationError(_("没有找到区域“%(typed)s”。"), params={"typed": typed})
        names = "、".join(f"{row.label}（{row.area.code}）" for row in rows[:6])
        raise forms.ValidationError(
            _("“%(typed)s”不止一个，请写代码：%(names)s。"), params={"typed": typed, "names": names}
        )


class RouteForm(RuleForm):
    """Which cases go where."""

    name = forms.CharField(label=_("规则名称"), max_length=60)
    sort = forms.IntegerField(
        label=_("次序"),
        initial=100,
        min_value=0,
        max_value=99999,
        help_text=_("小的先试；先对上的算数。"),
    )
    category = forms.ChoiceField(label=_("类别"), required=False, help_text=_("包括它下面的各类。"))
    site_type = forms.ChoiceField(label=_("点位类型"), required=False)
    unit = UnitField(
        label=_("交给"), required=False, help_text=_("不填，就交给点位当日的责任单位。")
    )
    is_active = forms.BooleanField(label=_("在用"), required=False, initial=True)

    def __init__(self, data: Any = None, *, user: User, on: date, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["area"] = AreaField(
            user=user,
            on=on,
            label=_("区域"),
            required=False,
            help_text=_("不填就是全市。写代码，或者街道、社区的名称。"),
        )
        self.order_fields(["name", "sort", "category", "site_type", "area", "unit", "is_active"])

    @staticmethod
    def initial_of(rule: RoutingRule) -> dict[str, Any]:
        """The fields as they stand."""
        return {
            "name": rule.name,
            "sort": rule.sort,
            "category": rule.category_id or "",
            "site_type": rule.site_type_id or "",
            "area": rule.area_id or "",
            "unit": rule.unit.name if rule.unit else "",
            "is_active": rule.is_active,
        }

    def draft(self) -> RouteDraft:
        """The rule as it should be."""
        given = dict(self.cleaned_data)
        given.pop("client_id")
        return RouteDraft(**given)


class TrialForm(forms.Form):
    """Something that may happen, held against all routes; nothing is changed."""

    category = forms.ChoiceField(label=_("类别"), required=False)
    site_type = forms.ChoiceField(label=_("点位类型"), required=False)
    site = forms.CharField(label=_("点位"), required=False, max_length=60)

    def __init__(
        self, data: Any = None, *, categories: list[FilterOption], user: User, on: date
    ) -> None:
        super().__init__(data, auto_id="trial-%s")
        self.user, self.on = user, on
        self.fields["area"] = AreaField(user=user, on=on, label=_("区域"), required=False)
        for name, choices in (
            ("category", [ANY, *_indented(categories)]),
            ("site_type", [ANY, *((one.code, one.name) for one in site_types())]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
            field.choices = choices
        self.order_fields(["category", "site_type", "site", "area"])

    def clean_category(self) -> Category | None:
        return Category.objects.filter(code=self.cleaned_data["category"]).first()

    def clean_site_type(self) -> SiteType | None:
        return SiteType.objects.filter(code=self.cleaned_data["site_type"]).first()

    def clean_site(self) -> Site | None:
        typed = self.cleaned_data["site"]
        if not typed:
            return None
        lines = find_sites(user=self.user, on=self.on, words=typed, most=4)
        exact = [one for one in lines if typed in {one.site.code, one.site.name}]
        found = exact or lines
        if len(found) == 1:
            return found[0].site
        if not found:
            raise forms.ValidationError(_("没有找到点位“%(typed)s”。"), params={"typed": typed})
        names = "、".join(f"{one.site.name}（{one.site.code}）" for one in found)
        raise forms.ValidationError(
            _("“%(typed)s”不止一个，请写编号：%(names)s。"), params={"typed": typed, "names": names}
        )


def _hours(label: Any, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=Decimal("0.1"), max_value=MOST_HOURS, decimal_places=2, **options
    )


class PolicyForm(RuleForm):
    """A time limit, in hours."""

    category = forms.ChoiceField(label=_("类别"), required=False)
    site_type = forms.ChoiceField(label=_("点位类型"), required=False)
    severity = forms.ChoiceField(label=_("程度"), required=False, choices=[ANY, *Severity.choices])
    hours = forms.ChoiceField(
        label=_("怎么计时"), choices=Hours.choices, widget=forms.RadioSelect, initial=Hours.WORKING
    )
    acknowledge = _hours(_("签收，限几小时"), initial=2)
    rectify = _hours(_("整改，限几小时"))
    rework = _hours(_("返工，限几小时"))
    verify = _hours(_("核查，限几小时"), initial=7)
    note = forms.CharField(label=_("依据"), required=False, max_length=120)
    is_active = forms.BooleanField(label=_("在用"), required=False, initial=True)

    @staticmethod
    def initial_of(policy: ClockPolicy) -> dict[str, Any]:
        """The fields as they stand."""
        minutes = {
            name: (Decimal(getattr(policy, f"{name}_minutes")) / 60).normalize()
            for name in ("acknowledge", "rectify", "rework", "verify")
        }
        return {
            "category": policy.category_id or "",
            "site_type": policy.site_type_id or "",
            "severity": policy.severity,
            "hours": policy.hours,
            "note": policy.note,
            "is_active": policy.is_active,
            **{name: f"{value:f}" for name, value in minutes.items()},
        }

    def draft(self) -> PolicyDraft:
        """The limit as it should be."""
        given = self.cleaned_data
        names = ("acknowledge", "rectify", "rework", "verify")
        minutes = {f"{name}_minutes": round(given[name] * 60) for name in names}
        return PolicyDraft(
            category=given["category"],
            site_type=given["site_type"],
            severity=given["severity"],
            hours=given["hours"],
            note=given["note"],
            is_active=given["is_active"],
            **minutes,
        )


class CategoryForm(RuleForm):
    """A kind of problem."""

    name = forms.CharField(label=_("名称"), max_length=60)
    parent = forms.ChoiceField(label=_("上级"), required=False)
    words = forms.CharField(
        label=_("常见说法"),
        required=False,
        max_length=300,
        help_text=_("用空格隔开；来件里出现这些字就推荐这一类。"),
    )
    severity = forms.ChoiceField(label=_("默认程度"), choices=Severity.choices)
    sort = forms.IntegerField(label=_("次序"), initial=0, min_value=0, max_value=99999)
    is_active = forms.BooleanField(label=_("在用"), required=False, initial=True)

    @staticmethod
    def initial_of(category: Category) -> dict[str, Any]:
        """The fields as they stand."""
        return {
            "name": category.name,
            "parent": category.parent_id or "",
            "words": category.words,
            "severity": category.severity,
            "sort": category.sort,
            "is_active": category.is_active,
        }

    def draft(self) -> CategoryDraft:
        """The category as it should be."""
        given = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in {"client_id", "code"}
        }
        return CategoryDraft(**given)


class NewCategoryForm(CategoryForm):
    """A new kind of problem, with the code that it keeps for ever."""

    field_order = ("code", "name")

    code = forms.CharField(
        label=_("代码"),
        max_length=30,
        help_text=_("小写字母开头，只用小写字母、数字和下划线；定了不能改。"),
    )


class DayForm(RuleForm):
    """Whether the city works on a day."""

    is_working = forms.TypedChoiceField(
        label=_("这一天"),
        choices=[("yes", _("上班")), ("no", _("放假"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("说明"), required=False, max_length=60)


class DemandForm(RuleForm):
    """What a city asks for with a move beyond the table, and why."""

    move = forms.ChoiceField(label=_("哪一步"))
    severity = forms.ChoiceField(
        label=_("什么程度"), required=False, choices=[ANY, *Severity.choices]
    )
    words_required = forms.BooleanField(label=_("须写说明"), required=False)
    photo_required = forms.BooleanField(label=_("须附照片"), required=False)
    reason = forms.CharField(
        label=_("为什么要"),
        max_length=120,
        help_text=_("办的人看得到这句话；没有理由的，不要人办。"),
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        wordless = {MoveName.REPORT, MoveName.AMEND, MoveName.ACKNOWLEDGE}
        self._choose(
            "move",
            [(move.name, move.name.label) for move in MOVES.values() if move.name not in wordless],
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("words_required") and not given.get("photo_required"):
            self.add_error("words_required", _("说明和照片至少要一样。"))
        return given

    def clean_move(self) -> MoveName:
        return MoveName(self.cleaned_data["move"])
