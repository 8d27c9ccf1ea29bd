"""The addresses of the house: one include for each app that has pages."""

from importlib.util import find_spec

from django.urls import include, path

APPS = ["core", "accounts", "files", "figures", "places", "units", "cases", "intake", "exchange", "desk"]

urlpatterns = [
    path("", include(f"yanzhen.{app}.urls")) for app in APPS if find_spec(f"yanzhen.{app}.urls")
]
