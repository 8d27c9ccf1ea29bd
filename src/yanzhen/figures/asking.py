"""A question as it is read from the address of a page: who asks, what, and as of when."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from yanzhen.accounts.http import UserRequest
from yanzhen.core import querystring
from yanzhen.core.time import city_day
from yanzhen.figures import rules
from yanzhen.figures.errors import QuestionUnfit
from yanzhen.figures.forms import QuestionForm
from yanzhen.figures.registry import Figure, Question, Scope

CHOSEN_AREA: Final = "area"
"""Under this name the session keeps the area that somebody has chosen to look at."""
OF_ONE_PAGE: Final = ("by", "key", "part", "all", *querystring.CURSORS)
"""What in an address belongs to one page and is not carried to the next."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A question, and the address it came in."""

    request: UserRequest
    form: QuestionForm
    question: Question
    period: str
    now: datetime

    @property
    def today(self) -> date:
        """The day on which is asked."""
        return city_day(self.now)

    @property
    def is_now(self) -> bool:
        """Whether no other moment was named."""
        return self.question.as_of == self.now

    @property
    def scope(self) -> Scope | None:
        return self.question.scope

    def url(self, name: str, figure: Figure | str, *args: str, **changes: Any) -> str:
        """Another page of figures with the same question, some of it changed; `None` takes out.

        A part of the whole that was asked for stays asked for.
        """
        code = figure if isinstance(figure, str) else figure.code
        kept = {
            key: value
            for key, value in self.request.GET.items()
            if key not in OF_ONE_PAGE and value
        }
        if self.question.within:
            kept |= dict(zip(("by", "key"), self.question.within, strict=True))
        asked = {key: value for key, value in (kept | changes).items() if value is not None}
        address = reverse(f"figures:{name}", args=[code, *args])
        return f"{address}?{urlencode(asked)}" if asked else address

    def fixed_url(self, name: str, figure: Figure, *args: str, **changes: Any) -> str:
        """The same page with days and moment written out: tomorrow it shows the same."""
        question = self.question
        days = {
            "on_from": question.from_on and question.from_on.isoformat(),
            "on_to": question.to_on and question.to_on.isoformat(),
            "period": None if question.from_on or question.to_on else "all",
            "as_of": question.as_of.isoformat(),
            "area": question.area or None,
        }
        return self.url(name, figure, *args, **(days | changes))


def ask(request: UserRequest, *, default: str, is_part: bool = False) -> Asking:
    """Read the question. What lies outside the scope of the person does not exist for them.

    Raises `Http404` and `QuestionUnfit`.
    """
    now = timezone.now()
    scope = rules.scope_of(request.user, on=city_day(now))
    if scope is not None and scope.is_empty:
        raise Http404
    form = QuestionForm(request.GET)
    if not form.is_valid():
        reasons = "；".join(
            f"{form.fields[name].label or name}：{problem}"
            for name, problems in form.errors.items()
            for problem in problems
        )
        raise QuestionUnfit(reasons=reasons)
    question = form.question(
        now=now, area=_own_area(request, scope), scope=scope, default=default, is_part=is_part
    )
    if question.area and not rules.can_see_area(scope, question.area):
        raise Http404
    return Asking(request, form, question, form.period_of(default), now)


def _own_area(request: UserRequest, scope: Scope | None) -> str:
    """The area somebody looks at when he names none: the one he chose, else his only one."""
    chosen = str(request.session.get(CHOSEN_AREA, ""))
    if chosen and scope is not None and scope.holds_area(chosen):
        return chosen
    if scope is not None and len(scope.areas) == 1 and not scope.units:
        return scope.areas[0]
    return ""
