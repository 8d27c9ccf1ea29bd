"""The addresses of cases."""

from django.urls import URLPattern, path

from yanzhen.cases import settings_urls
from yanzhen.cases.views import arrivals, bulk, export, flags, ledger, moves, page, sites
from yanzhen.cases.views.deeds import DEEDS

app_name = "cases"

_MOVES: list[URLPattern] = [
    path(f"cases/<str:number>/{deed.slug}/", moves.move, {"name": deed.move}, name=deed.move)
    for deed in DEEDS.values()
]

urlpatterns = [
    path("cases/", ledger.ledger, name="ledger"),
    path("cases/new/", arrivals.new, name="new"),
    path("cases/new/picks/<slug:kind>/", arrivals.picks, name="picks"),
    path("cases/new/around/", arrivals.around, name="around"),
    path("cases/new/hints/", arrivals.hints, name="hints"),
    path("cases/bulk/", bulk.bulk, name="bulk"),
    path("cases/columns/", ledger.columns, name="columns"),
    path("cases/views/", ledger.save_view, name="save_view"),
    path("cases/views/<int:pk>/drop/", ledger.drop_view, name="drop_view"),
    path("cases/export/", export.export, name="export"),
    path("cases/exports/", export.start, name="start_export"),
    path("cases/exports/<int:pk>/", export.progress, name="export_job"),
    path("cases/exports/<int:pk>/file/", export.fetch, name="export_file"),
    path("cases/albums/<int:pk>/", sites.album_job, name="album_job"),
    path("cases/albums/<int:pk>/file/", sites.album_file, name="album_file"),
    path("sites/<str:code>/cases/", sites.site, name="site"),
    path("sites/<str:code>/album/", sites.album, name="site_album"),
    *settings_urls.urlpatterns,
    path("cases/<str:number>/", page.page, name="case"),
    path("cases/<str:number>/amend/", arrivals.amend, name="amend"),
    path("cases/<str:number>/pane/", page.pane, name="pane"),
    path("cases/<str:number>/notice/", page.notice, name="notice"),
    path("cases/<str:number>/flags/<int:pk>/", flags.flag, name="flag"),
    *_MOVES,
]
