"""Where pictures are fetched."""

from django.urls import path

from yanzhen.files import views

app_name = "files"

urlpatterns = [path("photos/<int:pk>/<slug:size>/", views.photo, name="photo")]
