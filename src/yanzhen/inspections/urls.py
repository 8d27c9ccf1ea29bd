"""The addresses of rounds, and those that a phone calls."""

from django.urls import path

from yanzhen.inspections.views import field, field_page

app_name = "inspections"
urlpatterns = [
    path("field/", field_page.page, name="field"),
    path("field/manifest.webmanifest", field_page.manifest, name="field_manifest"),
    path("field/worker.js", field_page.worker, name="field_worker"),
    path("field/rounds/", field.rounds, name="field_rounds"),
    path("field/rounds/<int:pk>/pack", field.pack, name="field_pack"),
    path("field/sync", field.sync, name="field_sync"),
    path("field/photos/<uuid:client_id>", field.photo, name="field_photo"),
]
