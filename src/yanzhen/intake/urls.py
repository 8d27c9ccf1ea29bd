"""The addresses of messages."""

from django.urls import path

from yanzhen.intake import views

app_name = "intake"
urlpatterns = [
    path("reports/", views.reports, name="reports"),
    path("reports/sort/", views.sort, name="sort"),
]
