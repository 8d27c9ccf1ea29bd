"""Checklists: drafted, changed item by item, published; a version in use is never touched."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.cases.tests.factories import make_category
from yanzhen.core.errors import Forbidden, Refused, RowErrors
from yanzhen.events.models import Event
from yanzhen.events.queries import events_of
from yanzhen.frameworks import errors
from yanzhen.frameworks.checklists import (
    ItemRow,
    ListRow,
    kept_items,
    read_checklists,
    write_checklists,
)
from yanzhen.frameworks.enums import CheckGroup, CheckKind, EditionStatus, PhotoRule
from yanzhen.frameworks.models import CheckItem, Checklist
from yanzhen.frameworks.operations.checklists import (
    bring_checklist,
    draft_checklist,
    drop_checklist,
    move_item,
    publish_checklist,
    put_item,
    remove_item,
)
from yanzhen.frameworks.operations.editions import Came
from yanzhen.frameworks.operations.shipped import install_checklists
from yanzhen.frameworks.queries import current_checklist
from yanzhen.frameworks.tests.factories import (
    make_check_item,
    make_checklist,
    make_criterion,
    make_edition,
)
from yanzhen.frameworks.tests.texts import CHECKLISTS
from yanzhen.places.errors import SiteTypeUnknown
from yanzhen.places.tests.factories import make_site_type
from yanzhen.units.tests.races import at_once

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
SENT = UUID("5f0c8a0e-0000-4000-8000-000000000001")
ITEM = ItemRow(
    row=0, code="market-09", group=CheckGroup.ORDER, words="通道畅通", category="vendors"
)


def operator() -> User:
    return make_user(Role.OPERATOR)


def make_field() -> None:
    """A type of sites, a category of cases and two criteria that items may name."""
    make_site_type("market")
    make_category("vendors", name="流动摊贩")
    make_category("exposed_rubbish", name="暴露垃圾")
    edition = make_edition()
    make_criterion(edition=edition, code="1.1.1")
    make_criterion(edition=edition, code="2.1.1")


def written() -> ListRow:
    lists, faults = read_checklists(CHECKLISTS)
    assert faults == []
    return lists[0]


def bring(**changes: Any) -> tuple[Checklist, Came]:
    row = written()
    good: dict[str, Any] = {
        "site_type_code": row.site_type,
        "name": row.name,
        "items": row.items,
        "now": NOW,
    }
    good |= {} if "actor" in changes else {"actor": operator()}
    return bring_checklist(**good | changes)


# --- Brought in -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_checklist_comes_in_as_a_draft_with_its_items() -> None:
    make_field()

    draft, came = bring()

    assert (came, draft.status, draft.version) == (Came.NEW, EditionStatus.DRAFT, 1)
    items = kept_items(draft)
    assert [item.content for item in items] == [item.content for item in written().items]
    assert items[1].criteria == (("city", "1.1.1"), ("city", "2.1.1"))
    assert (items[1].at_least, items[1].due_hours) == (Decimal(5), 48)
    assert [event.kind for event in events_of(draft)] == ["checklist.brought"]


@pytest.mark.django_db
def test_the_same_again_changes_nothing_whether_draft_or_in_use() -> None:
    make_field()
    draft, _came = bring()

    assert bring() == (draft, Came.SAME)
    publish_checklist(checklist_id=draft.pk, actor=operator(), now=NOW)
    assert bring() == (draft, Came.SAME)
    changed, came = bring(name="农贸市场清单")

    assert (changed.version, changed.status, came) == (2, EditionStatus.DRAFT, Came.CHANGED)
    assert current_checklist(site_type="market") == draft


@pytest.mark.django_db
def test_a_checklist_goes_out_as_yaml_and_comes_in_again_the_same() -> None:
    make_field()
    draft, _came = bring()

    lists, faults = read_checklists(write_checklists([(draft, kept_items(draft))]))

    assert faults == []
    assert [item.content for item in lists[0].items] == [item.content for item in written().items]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": make_user(Role.KEEPER)}, Forbidden),
        (lambda: {"actor": make_user(Role.OPERATOR, area_code="430405")}, Forbidden),
        (lambda: {"site_type_code": "moon"}, SiteTypeUnknown),
        (lambda: {"name": " "}, errors.ChecklistNameUnfit),
        (lambda: {"name": "长" * 61}, errors.ChecklistNameUnfit),
        (lambda: {"items": [replace(ITEM, words="")]}, RowErrors),
    ],
)
@pytest.mark.django_db
def test_a_refused_checklist_leaves_nothing(
    change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    make_field()
    with pytest.raises(refusal):
        bring(**change())

    assert not Checklist.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("changes", "column", "told"),
    [
        ({"code": "a b"}, "code", "不合要求"),
        ({"group": "weather"}, "group", "没有“weather”这个选项"),
        ({"kind": "guess"}, "kind", "没有“guess”这个选项"),
        ({"severity": "x"}, "severity", "没有“x”这个选项"),
        ({"photo": "x"}, "photo", "没有“x”这个选项"),
        ({"words": "长" * 61}, "words", "最多 60 个字"),
        ({"photo": PhotoRule.ALWAYS}, "photo_reason", "请写明理由"),
        ({"kind": CheckKind.COUNT, "unit": "处"}, "at_least", "须写明"),
        ({"kind": CheckKind.COUNT, "at_least": Decimal(5)}, "unit", "须有计量单位"),
        ({"at_least": Decimal(5)}, "at_least", "不用写数量界限"),
        ({"kind": CheckKind.COUNT, "unit": "处", "at_least": Decimal("0.5")}, "at_least", "整数"),
        ({"kind": CheckKind.MEASURE, "unit": "米", "at_most": Decimal(-1)}, "at_most", "应在 0 到"),
        (
            {
                "kind": CheckKind.MEASURE,
                "unit": "米",
                "at_least": Decimal(5),
                "at_most": Decimal(4),
            },
            "at_most",
            "不能小于",
        ),
        ({"due_hours": 0}, "due_hours", "1 小时到一年"),
        ({"category": ""}, "category", "请写明"),
        ({"category": "none"}, "category", "没有“none”这个问题类别"),
        ({"criteria": (("city", "9.9"),)}, "criteria", "没有标准“9.9”"),
        ({"criteria": (("city", "1.1.1"), ("city", "1.1.1"))}, "criteria", "写了两遍"),
    ],
)
@pytest.mark.django_db
def test_what_is_wrong_with_an_item_is_told_in_its_place(
    changes: dict[str, Any], column: str, told: str
) -> None:
    make_field()
    item = replace(ITEM, row=7, **changes)

    with pytest.raises(RowErrors) as caught:
        bring(items=[item])

    found = [(one.row, one.column) for one in caught.value.errors if told in one.reason]
    assert found == [(7, column)]
    assert len(caught.value.errors) == 1


@pytest.mark.django_db
def test_a_code_is_unique_in_the_whole_so_that_results_can_be_compared() -> None:
    make_field()
    park = make_checklist(site_type=make_site_type("park", name="公园"))
    make_check_item(checklist=park, code="market-09")

    with pytest.raises(RowErrors, match="已用在“公园”的清单里"):
        bring(items=[ITEM])
    with pytest.raises(RowErrors, match="与第 1 行重复"):
        bring(items=[replace(ITEM, row=1, code="x"), replace(ITEM, row=2, code="x")])


# --- Drafted and published ------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_next_version_begins_as_a_copy_and_the_current_one_stays_as_it_is() -> None:
    make_field()
    first, _came = bring()
    publish_checklist(checklist_id=first.pk, actor=operator(), now=NOW)
    before = [item.content for item in kept_items(first)]

    draft = draft_checklist(site_type=first.site_type, actor=operator(), now=NOW)
    remove_item(checklist_id=draft.pk, code="market-01", actor=operator(), now=NOW)
    put_item(checklist_id=draft.pk, item=ITEM, actor=operator(), now=NOW)

    assert draft_checklist(site_type=first.site_type, actor=operator(), now=NOW) == draft
    assert [item.code for item in kept_items(draft)] == ["market-02", "market-09"]
    assert [item.content for item in kept_items(first)] == before

    publish_checklist(checklist_id=draft.pk, actor=operator(), now=NOW)
    first.refresh_from_db()
    assert first.status == EditionStatus.RETIRED
    assert current_checklist(site_type="market") == draft


@pytest.mark.django_db
def test_an_item_is_put_in_the_place_of_another_and_moved() -> None:
    make_field()
    draft, _came = bring()

    new = replace(ITEM, code="market-01", words="摊位整齐")
    put_item(checklist_id=draft.pk, item=new, replacing="market-01", actor=operator(), now=NOW)
    put_item(checklist_id=draft.pk, item=ITEM, actor=operator(), now=NOW)
    move_item(checklist_id=draft.pk, code="market-09", by=-1, actor=operator(), now=NOW)
    move_item(checklist_id=draft.pk, code="market-01", by=-1, actor=operator(), now=NOW)

    items = kept_items(draft)
    assert [item.code for item in items] == ["market-01", "market-09", "market-02"]
    assert items[0].words == "摊位整齐"


def edit(checklist: Checklist, deed: str, actor: User) -> None:
    """One of the deeds on a draft."""
    known: dict[str, Any] = {"checklist_id": checklist.pk, "actor": actor, "now": NOW}
    if deed == "put":
        put_item(item=ITEM, **known)
    elif deed == "remove":
        remove_item(code="market-01", **known)
    elif deed == "move":
        move_item(code="market-01", by=1, **known)
    elif deed == "drop":
        drop_checklist(**known)
    else:
        publish_checklist(**known)


DEEDS = ["put", "remove", "move", "drop", "publish"]


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.django_db
def test_what_is_in_use_is_never_edited(deed: str) -> None:
    make_field()
    checklist, _came = bring()
    publish_checklist(checklist_id=checklist.pk, actor=operator(), now=NOW)
    before = [item.content for item in kept_items(checklist)]
    count = Event.objects.count()

    with pytest.raises(errors.ChecklistNotDraft):
        edit(checklist, deed, operator())

    assert [item.content for item in kept_items(checklist)] == before
    assert Event.objects.count() == count


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.django_db
def test_only_the_office_edits_a_draft(deed: str) -> None:
    make_field()
    draft, _came = bring()
    count = Event.objects.count()

    with pytest.raises(Forbidden):
        edit(draft, deed, make_user(Role.INSPECTOR))

    draft.refresh_from_db()
    assert draft.status == EditionStatus.DRAFT
    assert [item.content for item in kept_items(draft)] == [
        item.content for item in written().items
    ]
    assert Event.objects.count() == count


@pytest.mark.django_db
def test_an_empty_draft_and_one_with_a_dead_name_are_not_published() -> None:
    make_field()
    empty = make_checklist(site_type=make_site_type("park"), status=EditionStatus.DRAFT)
    with pytest.raises(errors.ChecklistEmpty):
        publish_checklist(checklist_id=empty.pk, actor=operator(), now=NOW)

    draft, _came = bring()
    CheckItem.objects.filter(checklist=draft).update(category="gone")
    with pytest.raises(RowErrors, match="gone"):
        publish_checklist(checklist_id=draft.pk, actor=operator(), now=NOW)

    assert not Checklist.objects.exclude(status=EditionStatus.DRAFT).exists()


@pytest.mark.parametrize("deed", ["remove", "move", "replace"])
@pytest.mark.django_db
def test_an_item_that_somebody_has_removed_is_told(deed: str) -> None:
    make_field()
    draft, _came = bring()
    known: dict[str, Any] = {"checklist_id": draft.pk, "actor": operator(), "now": NOW}

    with pytest.raises(errors.CheckItemUnknown):
        if deed == "remove":
            remove_item(code="gone", **known)
        elif deed == "move":
            move_item(code="gone", by=1, **known)
        else:
            put_item(item=ITEM, replacing="gone", **known)

    assert CheckItem.objects.filter(checklist=draft).count() == 2


@pytest.mark.django_db
def test_an_item_cannot_take_the_code_of_another_one_in_the_list() -> None:
    make_field()
    draft, _came = bring()

    with pytest.raises(RowErrors, match="已用在"):
        put_item(
            checklist_id=draft.pk, item=replace(ITEM, code="market-02"), actor=operator(), now=NOW
        )


@pytest.mark.django_db
def test_a_resend_of_an_item_adds_it_once() -> None:
    make_field()
    draft, _came = bring()
    actor = operator()

    for _time in range(2):
        put_item(checklist_id=draft.pk, item=ITEM, actor=actor, now=NOW, client_id=SENT)

    assert CheckItem.objects.filter(code="market-09").count() == 1


@pytest.mark.django_db
def test_a_draft_is_dropped_and_the_type_remembers_it() -> None:
    make_field()
    draft, _came = bring()

    drop_checklist(checklist_id=draft.pk, actor=operator(), now=NOW)

    assert not Checklist.objects.exists()
    last = events_of(draft.site_type).last()
    assert last is not None
    assert (last.kind, last.facts["version"]) == ("site_type.checklist_dropped", 1)


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_of_two_who_begin_the_next_version_at_once_both_get_the_same() -> None:
    make_field()
    market, actor = make_site_type("market"), operator()

    drafts = at_once(
        lambda: draft_checklist(site_type=market, actor=actor, now=NOW),
        lambda: draft_checklist(site_type=market, actor=actor, now=NOW),
    )

    assert drafts[0] == drafts[1] == Checklist.objects.get()


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_is_told() -> None:
    make_field()
    draft, _came = bring()
    actor = operator()

    gave = at_once(
        lambda: publish_checklist(checklist_id=draft.pk, actor=actor, now=NOW),
        lambda: publish_checklist(checklist_id=draft.pk, actor=actor, now=NOW),
    )

    assert gave[0] == draft
    assert isinstance(gave[1], errors.ChecklistNotDraft)


# --- Shipped --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_shipped_checklists_are_installed_once_and_a_citys_own_are_left_alone(
    tmp_path: Path,
) -> None:
    make_field()
    folder = tmp_path / "checklists"
    folder.mkdir()
    other = CHECKLISTS.replace("site_type: market", "site_type: moon").replace("market-", "moon-")
    (folder / "places.yaml").write_text(CHECKLISTS + other, encoding="utf-8")

    assert install_checklists(actor=operator(), now=NOW, folder=tmp_path) == 1
    assert install_checklists(actor=operator(), now=NOW, folder=tmp_path) == 0

    checklist = Checklist.objects.get()
    assert (checklist.site_type_id, checklist.status) == ("market", EditionStatus.CURRENT)
