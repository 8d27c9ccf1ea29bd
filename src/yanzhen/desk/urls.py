"""The addresses of the desk: the start page, the search, the area one looks at."""

from django.urls import path

from yanzhen.desk.views import looking, search, start

app_name = "desk"
urlpatterns = [
    path("", start.start, name="start"),
    path("inbox/facts/", start.facts, name="facts"),
    path("search/", search.search, name="search"),
    path("area/", looking.area, name="area"),
]
