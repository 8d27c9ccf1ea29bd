"""The addresses of the rules of the loop."""

from django.urls import path

from yanzhen.cases.views.settings import calendar, categories, demands, hub, policies, rules

urlpatterns = [
    path("settings/", hub.hub, name="settings"),
    path("settings/routes/", rules.routes, name="settings_routes"),
    path("settings/routes/new/", rules.route_new, name="settings_route_new"),
    path("settings/routes/<int:pk>/", rules.route, name="settings_route"),
    path("settings/routes/<int:pk>/switch/", rules.route_switch, name="settings_route_switch"),
    path("settings/limits/", policies.limits, name="settings_limits"),
    path("settings/limits/new/", policies.limit_new, name="settings_limit_new"),
    path("settings/limits/<int:pk>/", policies.limit, name="settings_limit"),
    path("settings/calendar/", calendar.calendar, name="settings_calendar"),
    path("settings/calendar/<str:on>/", calendar.day, name="settings_day"),
    path("settings/calendar/<str:on>/clear/", calendar.day_clear, name="settings_day_clear"),
    path("settings/categories/", categories.categories, name="settings_categories"),
    path("settings/categories/new/", categories.category_new, name="settings_category_new"),
    path("settings/categories/<str:code>/", categories.category, name="settings_category"),
    path(
        "settings/categories/<str:code>/switch/",
        categories.category_switch,
        name="settings_category_switch",
    ),
    path("settings/demands/", demands.demands, name="settings_demands"),
    path("settings/demands/<int:pk>/clear/", demands.demand_clear, name="settings_demand_clear"),
]
