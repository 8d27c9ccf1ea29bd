"""How a criterion's points come about: six pure models, exact until the one rounding at the end.

Each takes the criterion's weight, its parameters and what was seen, and gives points from its
floor to the weight. The sums are done in fractions, so no digit depends on the order in which
things were seen; the result is rounded once, half up, to `PLACES` decimals. Nothing seen gives no
points and no zero: `None`, not assessed.

Sources of the models: rates of passing by point and type (Jiaozuo 2019, Suzhou 2016); deductions
for each place and for each one missing, and the ratio to a target (provincial index of
civilisation); threshold and step (Ministry of Housing 2020); three verdicts (rating of
rectifications in Zhejiang). How they are rounded is our own rule.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import ceil
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yanzhen.frameworks.enums import ScorerName

PLACES: Final = 4
"""Decimals of weights, parameters and points."""
ZERO, ONE = Fraction(0), Fraction(1)
LARGEST: Final = Decimal(100_000)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a criterion, added up: two of them are one by `+`, in any order."""

    checked: int = 0
    """Observations."""
    passed: int = 0
    """Of them those that were good."""
    fair: int = 0
    """Of them those that were neither good nor poor; asked for by three verdicts only."""
    places: int = 0
    """Places at which something was wrong."""
    amount: Decimal = Decimal(0)
    """What was found or measured in all observations together."""

    def __post_init__(self) -> None:
        """More good ones than there were at all is a bug of whoever counted, not a score."""
        if min(self.passed, self.fair, self.places) < 0 or self.passed + self.fair > self.checked:
            raise ValueError(self)

    def __add__(self, other: "Seen") -> "Seen":
        return Seen(
            checked=self.checked + other.checked,
            passed=self.passed + other.passed,
            fair=self.fair + other.fair,
            places=self.places + other.places,
            amount=self.amount + other.amount,
        )


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that a scorer asks for. Without a `default` it must be given."""

    name: str
    label: str | Promise
    default: str = ""
    at_most: Decimal = LARGEST
    is_positive: bool = False


Values = Mapping[str, Decimal]
Score = Callable[[Fraction, Values, Seen], Fraction]


@dataclass(frozen=True, slots=True)
class Scorer:
    """One model: what it asks for, how it reads, and how it computes."""

    name: ScorerName
    words: str | Promise
    """What it does, with the parameters by name, for people."""
    parameters: tuple[Parameter, ...]
    score: Score
    ordered: tuple[str, ...] = ()
    """Parameters that may not grow from one to the next."""


# --- The six --------------------------------------------------------------------------------------


def _pass_rate(weight: Fraction, _values: Values, seen: Seen) -> Fraction:
    return weight * Fraction(seen.passed, seen.checked)


def _deduct(weight: Fraction, values: Values, seen: Seen) -> Fraction:
    return weight - Fraction(values["per_place"]) * seen.places


def _quota(weight: Fraction, values: Values, seen: Seen) -> Fraction:
    missing = max(ZERO, Fraction(values["quota"]) - Fraction(seen.amount))
    return weight - Fraction(values["per_missing"]) * missing


def _ratio(weight: Fraction, values: Values, seen: Seen) -> Fraction:
    return weight * min(ONE, Fraction(seen.amount) / Fraction(values["target"]))


def _threshold_step(weight: Fraction, values: Values, seen: Seen) -> Fraction:
    """A step that is begun counts: who misses the threshold by a little has missed it."""
    short = Fraction(values["full_at"]) - Fraction(seen.amount) / seen.checked
    steps = max(0, ceil(short / Fraction(values["step"])))
    return weight - Fraction(values["per_step"]) * steps


def _three_level(weight: Fraction, values: Values, seen: Seen) -> Fraction:
    poor = seen.checked - seen.passed - seen.fair
    got = (
        Fraction(values["good"]) * seen.passed
        + Fraction(values["fair"]) * seen.fair
        + Fraction(values["poor"]) * poor
    )
    return weight * got / seen.checked


_FLOOR = Parameter("floor", gettext_lazy("最低得分"), default="0")

SCORERS: Final[Mapping[ScorerName, Scorer]] = {
    one.name: one
    for one in (
        Scorer(
            ScorerName.PASS_RATE,
            gettext_lazy("得分 = 分值 × 合格次数 ÷ 检查次数"),
            (),
            _pass_rate,
        ),
        Scorer(
            ScorerName.DEDUCT,
            gettext_lazy("每发现一处扣 %(per_place)s 分，最低 %(floor)s 分"),
            (Parameter("per_place", gettext_lazy("每处扣分"), is_positive=True), _FLOOR),
            _deduct,
        ),
        Scorer(
            ScorerName.QUOTA,
            gettext_lazy("应有 %(quota)s，每少一个扣 %(per_missing)s 分，最低 %(floor)s 分"),
            (
                Parameter("quota", gettext_lazy("应有数量"), is_positive=True),
                Parameter("per_missing", gettext_lazy("每少一个扣分"), is_positive=True),
                _FLOOR,
            ),
            _quota,
        ),
        Scorer(
            ScorerName.RATIO,
            gettext_lazy("得分 = 分值 × 实际 ÷ %(target)s，超过按满分"),
            (Parameter("target", gettext_lazy("目标值"), is_positive=True),),
            _ratio,
        ),
        Scorer(
            ScorerName.THRESHOLD_STEP,
            gettext_lazy(
                "达到 %(full_at)s 得满分，每低 %(step)s（不足的按一档算）扣 %(per_step)s 分，最低 %(floor)s 分"
            ),
            (
                Parameter("full_at", gettext_lazy("满分线"), is_positive=True),
                Parameter("step", gettext_lazy("每档"), is_positive=True),
                Parameter("per_step", gettext_lazy("每档扣分"), is_positive=True),
                _FLOOR,
            ),
            _threshold_step,
        ),
        Scorer(
            ScorerName.THREE_LEVEL,
            gettext_lazy("好按 %(good)s、一般按 %(fair)s、差按 %(poor)s，取各次平均"),
            (
                Parameter("good", gettext_lazy("好"), default="1", at_most=Decimal(1)),
                Parameter("fair", gettext_lazy("一般"), default="0.6", at_most=Decimal(1)),
                Parameter("poor", gettext_lazy("差"), default="0", at_most=Decimal(1)),
            ),
            _three_level,
            ordered=("good", "fair", "poor"),
        ),
    )
}
"""Every model by its name. A seventh is a function and a line here."""


# --- Asking ---------------------------------------------------------------------------------------


def score(
    name: ScorerName | str, *, weight: Decimal, parameters: Mapping[str, str], seen: Seen
) -> Decimal | None:
    """The points of a criterion, or `None` where nothing was seen of it.

    The parameters are those that `check_parameters` found good.
    """
    if not seen.checked:
        return None
    scorer = SCORERS[ScorerName(name)]
    values = read_parameters(scorer, parameters)
    got = scorer.score(Fraction(weight), values, seen)
    least = Fraction(values.get("floor", Decimal(0)))
    return rounded(max(least, got))


def rounded(points: Fraction) -> Decimal:
    """Return points with `PLACES` decimals, half up; points are never negative."""
    doubled = points * 2 * 10**PLACES
    whole = (doubled.numerator // doubled.denominator + 1) // 2
    return Decimal(whole).scaleb(-PLACES)


def read_parameters(scorer: Scorer, parameters: Mapping[str, str]) -> dict[str, Decimal]:
    """The parameters as numbers, with the defaults of those that were left out."""
    return {one.name: Decimal(parameters.get(one.name, one.default)) for one in scorer.parameters}


def in_words(name: str, parameters: Mapping[str, str]) -> str:
    """How a criterion is scored, in a sentence."""
    if not name:
        return ""
    scorer = SCORERS[ScorerName(name)]
    values = read_parameters(scorer, parameters)
    return str(scorer.words) % {key: plain_number(value) for key, value in values.items()}


def plain_number(value: Decimal) -> str:
    """A decimal as people write it: no zeros at the end, no exponent."""
    return f"{value.normalize():f}"


def check_parameters(name: ScorerName, given: Mapping[str, Any], *, weight: Decimal) -> list[str]:
    """Say everything that is wrong with the parameters of a scorer for a criterion of that weight."""
    scorer = SCORERS[name]
    known = {one.name: one for one in scorer.parameters}
    faults = [
        _("计分方式“%(scorer)s”没有参数“%(name)s”，可用：%(known)s")
        % {"scorer": name.label, "name": key, "known": "、".join(known) or _("（不用参数）")}
        for key in given
        if key not in known
    ]
    values: dict[str, Decimal] = {}
    for one in scorer.parameters:
        fault = _fault_of(one, given.get(one.name, one.default), values)
        faults += [fault] if fault else []
    if values.get("floor", Decimal(0)) > weight:
        faults.append(_("最低得分不能高于分值 %(weight)s") % {"weight": plain_number(weight)})
    steps = [values[one] for one in scorer.ordered if one in values]
    if steps != sorted(steps, reverse=True):
        faults.append(_("“好”不能低于“一般”，“一般”不能低于“差”"))
    return faults


def _fault_of(one: Parameter, given: object, values: dict[str, Decimal]) -> str:
    """What is wrong with one parameter; where nothing is, its value is added to `values`."""
    words = {"label": one.label, "name": one.name, "given": str(given)[:40], "places": PLACES}
    words["most"] = plain_number(one.at_most)
    if given in {"", None}:
        return _("缺少参数“%(label)s”（%(name)s）") % words
    if isinstance(given, float | bool):
        return _('参数“%(label)s”（%(name)s）请加引号写成文字，例如 "0.5"') % words
    try:
        value = Decimal(str(given).strip())
    except InvalidOperation:
        value = Decimal("NaN")
    sentence = _("“%(given)s”不是数字") if not value.is_finite() else _out_of_range(one, value)
    if sentence:
        return (_("参数“%(label)s”（%(name)s）") + sentence) % words
    values[one.name] = value
    return ""


def _out_of_range(one: Parameter, value: Decimal) -> str:
    if value < 0 or (one.is_positive and value == 0):
        return _("应大于零，现为 %(given)s")
    if value > one.at_most:
        return _("不能大于 %(most)s")
    if -int(value.as_tuple().exponent) > PLACES:
        return _("最多 %(places)s 位小数")
    return ""
