"""The way to all rules and settings, each with how many there are."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yanzhen.accounts.enums import Action
from yanzhen.accounts.http import UserRequest
from yanzhen.accounts.rules import may
from yanzhen.cases.models import CalendarDay, Category, ClockPolicy, MoveDemand, RoutingRule
from yanzhen.cases.views.settings.entry import enter
from yanzhen.core.words import cn_number
from yanzhen.places.queries import site_types


@dataclass(frozen=True, slots=True)
class Card:
    """One kind of setting: where it is, what it is for, how many there are in words."""

    url: str
    title: str
    words: str
    count: str = ""


@require_safe
def hub(request: UserRequest) -> HttpResponse:
    """All settings that the reader may open."""
    visit = enter(request)
    routes = RoutingRule.objects.filter(is_active=True).count()
    limits = ClockPolicy.objects.filter(is_active=True).count()
    days = CalendarDay.objects.filter(day__year=visit.on.year).count()
    categories = Category.objects.filter(is_active=True).count()
    demands = MoveDemand.objects.count()
    rules = [
        Card(
            reverse("cases:settings_routes"), _("派单规则"),
            _("什么类别、类型、区域的问题交给谁；可以先试派。"),
            _("在用 %(n)s 条") % {"n": cn_number(routes)},
        ),
        Card(
            reverse("cases:settings_limits"), _("时限规则"),
            _("签收、整改、返工、核查各限多久，依据是什么。"),
            _("在用 %(n)s 条") % {"n": cn_number(limits)},
        ),
        Card(
            reverse("cases:settings_calendar"), _("工作日历"),
            _("国家节假日和调休已在内；本市另有安排的记在这里。"),
            _("今年本市安排 %(n)s 天") % {"n": cn_number(days)},
        ),
        Card(
            reverse("cases:settings_categories"), _("问题类别"),
            _("类别的层级、常见说法和默认程度。"),
            _("在用 %(n)s 类") % {"n": cn_number(categories)},
        ),
        Card(
            reverse("cases:settings_demands"), _("动作要求"),
            _("哪一步要写说明、要附照片，为什么要。"),
            _("本市另加 %(n)s 条") % {"n": cn_number(demands)},
        ),
    ]  # fmt: skip
    others = []
    if may(request.user, Action.NET_VIEW, on=visit.on):
        count = _("在用 %(n)s 类") % {"n": cn_number(len(site_types()))}
        words = _("点位分几类，每类另记什么。")
        others.append(Card(reverse("places:site_types"), _("点位类型"), words, count))
    exchange = _address("exchange:exchange")
    if exchange and may(request.user, Action.IMPORT, on=visit.on):
        words = _("区域、单位、人员、点位、类别和历史问题的表格。")
        others.append(Card(exchange, _("导入导出"), words))
    context = {"rules": rules, "others": others}
    return render(request, "cases/settings/hub.html", context)


def _address(name: str) -> str:
    """Where an upper app has a page, if it has one."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
