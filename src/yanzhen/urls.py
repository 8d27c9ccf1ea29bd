"""The addresses of the house: one include for each app that has pages, and nothing else."""

from django.urls import include, path

urlpatterns = [
    path("", include("yanzhen.core.urls")),
    path("", include("yanzhen.accounts.urls")),
    path("", include("yanzhen.files.urls")),
    path("", include("yanzhen.figures.urls")),
    path("", include("yanzhen.places.urls")),
    path("", include("yanzhen.units.urls")),
    path("", include("yanzhen.frameworks.urls")),
    path("", include("yanzhen.cases.urls")),
    path("inspections/", include("yanzhen.inspections.urls")),
    path("", include("yanzhen.intake.urls")),
    path("", include("yanzhen.exchange.urls")),
    path("", include("yanzhen.desk.urls")),
]
