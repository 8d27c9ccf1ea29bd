"""Addresses that belong to no noun: the look of the pages and, while developing, the style guide."""

from django.conf import settings
from django.urls import path

from yanzhen.core import views

app_name = "core"

urlpatterns = [path("look/", views.look, name="look")]
if settings.DEBUG:
    urlpatterns += [
        path("styleguide/", views.guide, name="styleguide"),
        path("styleguide/<slug:name>/", views.guide, name="styleguide_page"),
    ]
