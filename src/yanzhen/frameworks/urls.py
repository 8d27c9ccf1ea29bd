"""The addresses of frameworks, checklists, decomposition and the negative list."""

from django.urls import path

from yanzhen.frameworks.views import checklists, duties, editions, handbook, negative

app_name = "frameworks"
urlpatterns = [
    path("frameworks/", editions.frameworks, name="frameworks"),
    path("frameworks/bring/", editions.bring, name="bring"),
    path("frameworks/<str:framework>/<str:code>/", editions.edition, name="edition"),
    path("frameworks/<str:framework>/<str:code>/yaml/", editions.edition_yaml, name="edition_yaml"),
    path("frameworks/<str:framework>/<str:code>/compare/", editions.compare_page, name="compare"),
    path("frameworks/<str:framework>/<str:code>/drop/", editions.drop, name="drop"),
    path(
        "frameworks/<str:framework>/<str:code>/criteria/<str:node>/",
        editions.criterion,
        name="criterion",
    ),
    path("checklists/", checklists.checklists, name="checklists"),
    path("checklists/bring/", checklists.checklists_bring, name="checklists_bring"),
    path("checklists/<str:site_type>/", checklists.checklist, name="checklist"),
    path("checklists/<str:site_type>/print/", checklists.checklist_print, name="checklist_print"),
    path("checklists/<str:site_type>/yaml/", checklists.checklist_yaml, name="checklist_yaml"),
    path("checklists/<str:site_type>/draft/", checklists.draft, name="draft"),
    path("checklists/<str:site_type>/draft/new/", checklists.draft_new, name="draft_new"),
    path("checklists/<str:site_type>/draft/publish/", checklists.publish, name="publish"),
    path("checklists/<str:site_type>/draft/drop/", checklists.draft_drop, name="draft_drop"),
    path("checklists/<str:site_type>/draft/items/new/", checklists.item_new, name="item_new"),
    path("checklists/<str:site_type>/draft/items/<str:code>/", checklists.item, name="item"),
    path(
        "checklists/<str:site_type>/draft/items/<str:code>/remove/",
        checklists.item_remove,
        name="item_remove",
    ),
    path(
        "checklists/<str:site_type>/draft/items/<str:code>/move/",
        checklists.item_move,
        name="item_move",
    ),
    path("duties/", duties.duties, name="duties"),
    path("duties/assign/", duties.assign, name="duty_assign"),
    path("duties/gaps/", duties.coverage, name="coverage"),
    path("duties/<int:pk>/", duties.duty, name="duty"),
    path("duties/<int:pk>/plan/", duties.plan, name="duty_plan"),
    path("duties/<int:pk>/accept/", duties.accept, name="duty_accept"),
    path("duties/<int:pk>/return/", duties.return_, name="duty_return"),
    path("handbook/", handbook.handbook, name="handbook"),
    path("handbook/units/<str:code>/", handbook.handbook_unit, name="handbook_unit"),
    path("handbook/units/<str:code>/card/", handbook.card_unit, name="card_unit"),
    path("handbook/site-types/<str:code>/", handbook.handbook_type, name="handbook_type"),
    path("handbook/site-types/<str:code>/card/", handbook.card_type, name="card_type"),
    path("negative/", negative.negative, name="negative"),
    path("negative/kinds/new/", negative.kind_new, name="negative_kind_new"),
    path("negative/kinds/<str:code>/", negative.kind, name="negative_kind"),
    path("negative/events/new/", negative.event_new, name="negative_event_new"),
    path("negative/events/<int:pk>/", negative.event, name="negative_event"),
    path("negative/events/<int:pk>/confirm/", negative.confirm, name="negative_confirm"),
    path("negative/events/<int:pk>/withdraw/", negative.withdraw, name="negative_withdraw"),
    path("negative/events/<int:pk>/account/", negative.account, name="negative_account"),
]
