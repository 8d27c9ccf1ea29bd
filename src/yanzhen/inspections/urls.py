"""The addresses of rounds, and those that a phone calls."""

from django.urls import path

from yanzhen.inspections.views import crews, field, field_page, rounds, visits

app_name = "inspections"
urlpatterns = [
    path("", rounds.rounds, name="rounds"),
    path("new/", rounds.round_new, name="round_new"),
    path("teams/", crews.teams, name="teams"),
    path("teams/new/", crews.team_new, name="team_new"),
    path("conflicts/", visits.conflicts, name="conflicts"),
    path("conflicts/<int:pk>/", visits.conflict, name="conflict"),
    path("visits/<int:pk>/", visits.visit, name="visit"),
    path("sites/<str:code>/", visits.site_visits, name="site_visits"),
    path("<int:pk>/", rounds.round_, name="round"),
    path("<int:pk>/draw/", rounds.round_draw, name="round_draw"),
    path("<int:pk>/assign/", crews.round_assign, name="round_assign"),
    path("<int:pk>/open/", rounds.round_move, {"move": "open"}, name="round_open"),
    path("<int:pk>/close/", rounds.round_move, {"move": "close"}, name="round_close"),
    path("<int:pk>/publish/", rounds.round_move, {"move": "publish"}, name="round_publish"),
    path("<int:pk>/cancel/", rounds.round_move, {"move": "cancel"}, name="round_cancel"),
    path("<int:pk>/reinspect/", rounds.round_reinspect, name="round_reinspect"),
    path("<int:pk>/sites/", visits.round_sites, name="round_sites"),
    path("<int:pk>/sites/<str:code>/reassign/", crews.reassign, name="reassign"),
    path("<int:pk>/proof/", visits.proof, name="proof"),
    path("<int:pk>/proof/frame.tsv", visits.frame, name="proof_frame"),
    path("<int:pk>/proof/spec.json", visits.spec, name="proof_spec"),
    path("field/", field_page.page, name="field"),
    path("field/manifest.webmanifest", field_page.manifest, name="field_manifest"),
    path("field/worker.js", field_page.worker, name="field_worker"),
    path("field/rounds/", field.rounds, name="field_rounds"),
    path("field/rounds/<int:pk>/pack", field.pack, name="field_pack"),
    path("field/sync", field.sync, name="field_sync"),
    path("field/photos/<uuid:client_id>", field.photo, name="field_photo"),
]
