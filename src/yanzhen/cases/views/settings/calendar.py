"""The days on which the city works: the state's holidays, and the city's own word."""

from calendar import Calendar
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yanzhen.accounts.http import UserRequest
from yanzhen.cases import rulebook, rulemaking
from yanzhen.cases.forms.rulemaking import DayForm
from yanzhen.cases.models import CalendarDay
from yanzhen.cases.views.settings.entry import done, enter, enter_to_edit, form_page, written
from yanzhen.core.time import (
    FIRST_YEAR,
    KNOWN_YEARS,
    LAST_YEAR,
    SATURDAY,
    is_public_working_day,
)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a month: whether it is worked, and who says so."""

    on: date
    is_working: bool
    is_own: bool
    says: str
    is_today: bool


@require_safe
def calendar(request: UserRequest) -> HttpResponse:
    """A month with the state's holidays and make-up days, and the city's own days of that year."""
    visit = enter(request)
    first = _month(request.GET.get("month", ""), visit.on)
    own = {row.day: row for row in CalendarDay.objects.filter(day__year=first.year).order_by("day")}
    work = rulebook.current().calendar
    weeks = [
        [
            Day(on, work.is_working_day(on), on in own, _says(on, own), on == visit.on)
            if on.month == first.month
            else None
            for on in week
        ]
        for week in Calendar().monthdatescalendar(first.year, first.month)
    ]
    days = [day for week in weeks for day in week if day]
    context = {
        "first": first,
        "weeks": weeks,
        "working": sum(day.is_working for day in days),
        "total": len(days),
        "own": list(own.values()),
        "earlier": (first - timedelta(days=1)).replace(day=1),
        "later": (first + timedelta(days=32)).replace(day=1),
        "this_month": visit.on.replace(day=1),
        "day_minutes": work.day_minutes,
        "is_known": first.year in KNOWN_YEARS,
        "can_edit": visit.can_edit,
    }
    return render(request, "cases/settings/calendar.html", context)


def _month(text: str, today: date) -> date:
    """The first day of the month asked for; of this month where that is none we count."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return first if FIRST_YEAR < first.year < LAST_YEAR else today.replace(day=1)


def _says(day: date, own: dict[date, CalendarDay]) -> str:
    if day in own:
        return own[day].note or _("本市安排")
    is_weekend = day.weekday() >= SATURDAY
    is_working = is_public_working_day(day)
    if is_working and is_weekend:
        return _("调休上班")
    return _("节假日") if not is_working and not is_weekend else ""


@require_http_methods(["GET", "POST"])
def day(request: UserRequest, on: str) -> HttpResponse:
    """The city's own word on one day."""
    visit = enter_to_edit(request)
    chosen = _day(on)
    row = CalendarDay.objects.filter(day=chosen).first()
    is_public = is_public_working_day(chosen)
    is_working = row.is_working if row else not is_public
    form = DayForm(
        request.POST or None,
        initial={"is_working": "yes" if is_working else "no", "note": row.note if row else ""},
    )
    if written(
        request,
        form,
        lambda: rulemaking.set_day(
            day=chosen,
            is_working=form.cleaned_data["is_working"],
            note=form.cleaned_data["note"],
            actor=request.user,
            now=visit.now,
            client_id=form.cleaned_data["client_id"],
        ),
    ):
        said = _("已记下；正在走的时限不变，以后的按新的算。")
        return done(request, said, "cases:settings_calendar", f"?month={chosen:%Y-%m}")
    return form_page(
        request,
        form,
        _("%(day)s 上不上班") % {"day": chosen.isoformat()},
        f"{reverse('cases:settings_calendar')}?month={chosen:%Y-%m}",
        _("工作日历"),
        note=_("国家日历：这一天上班。") if is_public else _("国家日历：这一天休息。"),
        deed=reverse("cases:settings_day_clear", args=[on]) if row else "",
        deed_label=_("去掉本市安排，按国家日历"),
    )


@require_POST
def day_clear(request: UserRequest, on: str) -> HttpResponse:
    """Let the state's calendar speak for a day again."""
    visit = enter_to_edit(request)
    chosen = _day(on)
    rulemaking.clear_day(day=chosen, actor=request.user, now=visit.now)
    said = _("已恢复按国家日历。")
    return done(request, said, "cases:settings_calendar", f"?month={chosen:%Y-%m}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
