"""The addresses of the net."""

from django.urls import path

from yanzhen.places.views import areas, sites, types

app_name = "places"
urlpatterns = [
    path("areas/", areas.areas, name="areas"),
    path("areas/new/", areas.area_new, name="area_new"),
    path("areas/suggest/", areas.area_suggest, name="area_suggest"),
    path("areas/outlines/", areas.outlines, name="outlines"),
    path("areas/<str:code>/", areas.area, name="area"),
    path("areas/<str:code>/rename/", areas.area_rename, name="area_rename"),
    path("areas/<str:code>/close/", areas.area_close, name="area_close"),
    path("areas/<str:code>/reopen/", areas.area_reopen, name="area_reopen"),
    path("areas/<str:code>/outline/", areas.outline, name="outline"),
    path("areas/<str:code>/outline/remove/", areas.outline_remove, name="outline_remove"),
    path("sites/", sites.sites, name="sites"),
    path("sites/new/", sites.site_new, name="site_new"),
    path("sites/<str:code>/", sites.site, name="site"),
    path("sites/<str:code>/edit/", sites.site_edit, name="site_edit"),
    path("sites/<str:code>/photo/", sites.site_photo, name="site_photo"),
    path("sites/<str:code>/retire/", sites.site_retire, name="site_retire"),
    path("sites/<str:code>/restore/", sites.site_restore, name="site_restore"),
    path("site-types/", types.site_types, name="site_types"),
    path("site-types/new/", types.site_type_new, name="site_type_new"),
    path("site-types/<str:code>/", types.site_type, name="site_type"),
    path("site-types/<str:code>/retire/", types.site_type_retire, name="site_type_retire"),
    path("site-types/<str:code>/restore/", types.site_type_restore, name="site_type_restore"),
]
