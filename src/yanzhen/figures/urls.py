"""The addresses of figures."""

from django.urls import path

from yanzhen.figures import views

app_name = "figures"
urlpatterns = [
    path("figures/", views.figures, name="figures"),
    path("figures/<slug:code>/", views.figure, name="figure"),
    path("figures/<slug:code>/digest/", views.digest, name="digest"),
    path("figures/<slug:code>/rows/", views.rows, name="rows"),
    path("figures/<slug:code>/rows.<slug:suffix>", views.export, name="export"),
]
