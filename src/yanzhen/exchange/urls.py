"""The addresses of files in and out."""

from django.urls import path

from yanzhen.exchange import views

app_name = "exchange"
urlpatterns = [
    path("exchange/", views.home, name="exchange"),
    path("exchange/<slug:kind>/import/", views.bring, name="bring"),
    path("exchange/<slug:kind>/template.<str:suffix>", views.template, name="template"),
    path("exchange/imports/<int:pk>/", views.import_page, name="import"),
    path("exchange/imports/<int:pk>/start/", views.start, name="start"),
    path("exchange/imports/<int:pk>/drop/", views.drop, name="drop"),
    path("exchange/imports/<int:pk>/errors.xlsx", views.marked, name="marked"),
    path("exchange/imports/<int:pk>/passwords/", views.passwords, name="passwords"),
    path("exchange/exports/", views.ask_export, name="ask_export"),
    path("exchange/exports/<int:pk>/", views.export_page, name="export"),
    path("exchange/exports/<int:pk>/file/", views.export_file, name="export_file"),
]
