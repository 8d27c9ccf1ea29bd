"""The addresses of units, people and who answers for what."""

from django.urls import path

from yanzhen.units.views import answering, groups, people, stewards, units

app_name = "units"
urlpatterns = [
    path("units/", units.units, name="units"),
    path("units/new/", units.unit_new, name="unit_new"),
    path("units/suggest/", units.unit_suggest, name="unit_suggest"),
    path("units/of-site/<str:code>/", answering.site_people, name="site-people"),
    path("units/of-site/<str:code>/unit/", answering.site_unit, name="site_unit"),
    path(
        "units/of-site/<str:code>/<str:rank>/", answering.site_responsible, name="site_responsible"
    ),
    path("units/of-area/<str:code>/", answering.area_people, name="area-people"),
    path(
        "units/of-area/<str:code>/<str:rank>/", answering.area_responsible, name="area_responsible"
    ),
    path("units/<str:code>/", units.unit, name="unit"),
    path("units/<str:code>/sites/", units.unit_sites, name="unit_sites"),
    path("units/<str:code>/edit/", units.unit_edit, name="unit_edit"),
    path("units/<str:code>/close/", units.unit_close, name="unit_close"),
    path("units/<str:code>/reopen/", units.unit_reopen, name="unit_reopen"),
    path(
        "responsibilities/<int:pk>/correct/",
        answering.responsible_correct,
        name="responsible_correct",
    ),
    path("responsibilities/<int:pk>/end/", answering.responsible_end, name="responsible_end"),
    path("site-units/<int:pk>/correct/", answering.site_unit_correct, name="site_unit_correct"),
    path("site-units/<int:pk>/end/", answering.site_unit_end, name="site_unit_end"),
    path("coverage/", stewards.coverage_report, name="coverage"),
    path("stewardships/", stewards.stewardships, name="stewardships"),
    path("stewardships/new/", stewards.stewardship_new, name="stewardship_new"),
    path("stewardships/<int:pk>/end/", stewards.stewardship_end, name="stewardship_end"),
    path("groups/", groups.groups, name="groups"),
    path("groups/new/", groups.group_new, name="group_new"),
    path("groups/<str:code>/", groups.group, name="group"),
    path("groups/<str:code>/edit/", groups.group_edit, name="group_edit"),
    path("groups/<str:code>/join/", groups.group_join, name="group_join"),
    path("memberships/<int:pk>/end/", groups.membership_end, name="membership_end"),
    path("people/", people.people, name="people"),
    path("people/new/", people.person_new, name="person_new"),
    path("people/suggest/", people.person_suggest, name="person_suggest"),
    path("people/<str:username>/", people.person, name="person"),
    path("people/<str:username>/edit/", people.person_edit, name="person_edit"),
    path("people/<str:username>/appoint/", people.appoint, name="appoint"),
    path("people/<str:username>/deactivate/", people.person_deactivate, name="person_deactivate"),
    path("people/<str:username>/reactivate/", people.person_reactivate, name="person_reactivate"),
    path("people/<str:username>/reset-password/", people.person_reset, name="person_reset"),
    path("posts/<int:pk>/end/", people.post_end, name="post_end"),
    path("posts/<int:pk>/withdraw/", people.post_withdraw, name="post_withdraw"),
    path("me/", people.me, name="me"),
]
