"""What somebody gives with a move of the loop: words, a unit, a time, photos."""

from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from yanzhen.accounts.enums import Action
from yanzhen.accounts.models import User
from yanzhen.accounts.rules import may
from yanzhen.cases.enums import MOVES, CaseStatus, MoveName
from yanzhen.cases.forms.fields import MomentField, PhotosField, UnitField, kept_photos
from yanzhen.cases.models import Case, SupportPart
from yanzhen.cases.queries.numbers import meant_numbers
from yanzhen.core.ids import new_client_id
from yanzhen.units.models import Unit

MOST_WORDS: Final = 2000

_M = MoveName
WORDS: Final[dict[MoveName, tuple[Any, Any]]] = {
    _M.DECLINE: (_("为什么不受理"), _("写给上报人看的话，如：属于市政管网改造，已转住建局计划。")),
    _M.MERGE: (_("说明"), ""),
    _M.DISPATCH: (_("交代"), _("要办成什么样，找谁，注意什么")),
    _M.RETURN: (_("为什么退回"), _("不归本单位办的依据，应当归谁办")),
    _M.TRANSFER: (_("为什么转办"), ""),
    _M.ASK_EXTENSION: (_("为什么要延期"), _("做到哪一步了，还差什么，何时能成")),
    _M.GRANT_EXTENSION: (_("意见"), ""),
    _M.REFUSE_EXTENSION: (_("为什么不准"), ""),
    _M.PARK: (_("为什么挂账"), _("要立什么项，由谁推进")),
    _M.UNPARK: (_("说明"), ""),
    _M.ASK_SUPPORT: (_("请它做什么"), ""),
    _M.FINISH_SUPPORT: (_("做了什么"), ""),
    _M.SUBMIT: (_("怎么办的"), _("做了什么，什么时候做的，怎样防止再犯")),
    _M.VERIFY: (_("核查意见"), _("返工时必填：还差什么")),
    _M.FAIL: (_("还差什么"), _("写清哪里不合格，让单位一看就知道怎么改")),
    _M.CLOSE: (_("说明"), ""),
    _M.REOPEN: (_("为什么重开"), ""),
    _M.URGE: (_("催办的话"), _("可以不写")),
    _M.NOTE: (_("留言"), ""),
}
"""How the words of each move are asked for, and what stands in the empty field."""


class MoveForm(forms.Form):
    """What every move takes: the id of the one intended write, and where to go on afterwards."""

    client_id = forms.UUIDField(required=False, initial=new_client_id, widget=forms.HiddenInput)
    next = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        move: MoveName,
        case: Case,
        user: User,
        on: date,
        must_say: bool = False,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, files, initial=initial, auto_id=f"{move.replace('_', '-')}-%s")
        self.move, self.case, self.user, self.on = move, case, user, on
        if "words" in self.fields:
            words = self.fields["words"]
            words.label, hint = WORDS[move]
            words.required = must_say or MOVES[move].words_required
            if hint:
                words.widget.attrs["placeholder"] = hint
        self.prepare()

    def prepare(self) -> None:
        """Fill in what depends on the case; a form that has such things says how."""

    def given(self) -> dict[str, Any]:
        """What the operation of the move takes, beside the photos."""
        kept = {"client_id", "next", "photos", "photo"}
        return {name: value for name, value in self.cleaned_data.items() if name not in kept}


class WordsForm(MoveForm):
    """A move with words."""

    words = forms.CharField(
        required=False,
        max_length=MOST_WORDS,
        error_messages={"required": _("请写明原因，一两句话就行。")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DispatchForm(WordsForm):
    """Hand a case to a unit, by a time."""

    field_order = ("unit", "due_at", "words")

    unit = UnitField(error_messages={"required": _("请选责任单位。")})
    due_at = MomentField(label=_("时限"))


class TransferForm(DispatchForm):
    """Take a case from the unit that has it, and hand it to another one."""

    held_by = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def prepare(self) -> None:
        self.initial.setdefault("held_by", self.case.unit_id)


class SupportForm(WordsForm):
    """Ask a unit for a part."""

    field_order = ("unit", "words")

    unit = UnitField(label=_("协办单位"), error_messages={"required": _("请选协办单位。")})


class ExtensionForm(WordsForm):
    """Ask for more time."""

    field_order = ("wanted_due_at", "words")

    wanted_due_at = MomentField(
        label=_("延到"), required=True, error_messages={"required": _("请写明延到什么时候。")}
    )


class GrantForm(WordsForm):
    """Give more time: as asked for, or another time."""

    field_order = ("new_due_at", "words")

    new_due_at = MomentField(label=_("准到"), help_text=_("不填就按申请的时间。"))


class ReopenForm(WordsForm):
    """Take up again, by a time."""

    field_order = ("words", "due_at")

    due_at = MomentField(label=_("时限"), help_text=_("不填按时限规则重新起算。"))


class PhotosForm(WordsForm):
    """Words and photos. What was uploaded before a refusal comes again as ids."""

    photos = PhotosField(label=_("照片"), required=False)
    photo = forms.TypedMultipleChoiceField(
        required=False, coerce=int, widget=forms.MultipleHiddenInput
    )

    def prepare(self) -> None:
        self.kept_ids = kept_photos(self.data)
        del self.fields["photo"]


class PartForm(PhotosForm):
    """Report the part of a support unit."""

    field_order = ("unit", "words", "photos")

    unit = forms.ModelChoiceField(
        label=_("协办单位"), queryset=Unit.objects.none(), to_field_name="code", empty_label=None
    )

    def prepare(self) -> None:
        super().prepare()
        asked = SupportPart.objects.filter(case=self.case).select_related("unit")
        if not self.is_bound:  # a form sent once more names a part that is finished by now
            asked = asked.filter(finished_at=None)
        mine = [
            part.unit_id
            for part in asked.order_by("pk")
            if may(self.user, Action.CASE_RECTIFY, on=self.on, unit_codes=part.unit.lineage)
        ]
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = Unit.objects.filter(code__in=mine).order_by("path")
        self.initial.setdefault("unit", mine[0] if mine else None)


class CheckForm(PhotosForm):
    """Check the work: on the spot or by its photos."""

    field_order = ("on_site", "words", "photos")

    on_site = forms.TypedChoiceField(
        label=_("怎么核查的"),
        choices=[("yes", _("到现场看过")), ("no", _("只看照片"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        initial="yes",
        error_messages={"required": _("请说明是到现场看的，还是只看了照片。")},
    )

    def prepare(self) -> None:
        super().prepare()
        if CaseStatus(self.case.status) not in MOVES[MoveName.VERIFY].origins:
            del self.fields["on_site"]  # how it was checked was said when it was found good

    def given(self) -> dict[str, Any]:
        given = super().given()
        if self.move == MoveName.FAIL:
            given.pop("on_site", None)
        return given


class MergeForm(WordsForm):
    """Let a case go on as part of another one, named by its number."""

    field_order = ("into", "words")

    into = forms.CharField(
        label=_("并入哪一件"),
        max_length=40,
        help_text=_("写编号，如 HY-2026-000123，也可以只写 000123。"),
        error_messages={"required": _("请写明并入哪一件。")},
    )

    def clean_into(self) -> Case:
        typed = self.cleaned_data["into"]
        numbers = meant_numbers(typed, least_digits=1)
        seen = Case.objects.visible_to(self.user, self.on)
        found = list(seen.filter(number__in=numbers).order_by("-pk")[:2])
        if not found:
            raise forms.ValidationError(_("没有找到编号 %(typed)s。"), params={"typed": typed})
        if len(found) > 1:
            raise forms.ValidationError(
                _("编号 %(typed)s 不止一件，请写全。"), params={"typed": typed}
            )
        return found[0]

    def given(self) -> dict[str, Any]:
        given = super().given()
        given["into_id"] = given.pop("into").pk
        return given
