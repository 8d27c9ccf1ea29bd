"""Editions: brought in as drafts, compared, applied; what hangs on the old criteria follows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yanzhen.accounts.enums import Role
from yanzhen.accounts.models import User
from yanzhen.accounts.tests.factories import make_user
from yanzhen.core.errors import Forbidden, Refused, RowErrors
from yanzhen.events.models import Event
from yanzhen.events.queries import events_of
from yanzhen.frameworks import errors
from yanzhen.frameworks.comparing import compare
from yanzhen.frameworks.editions import FrameworkDraft, read_edition, write_edition
from yanzhen.frameworks.enums import DutyStatus, EditionStatus, MappingKind
from yanzhen.frameworks.models import (
    CheckItemCriterion,
    Duty,
    Edition,
    Framework,
    Node,
    NodeMapping,
)
from yanzhen.frameworks.operations.editions import (
    Came,
    apply_edition,
    bring_edition,
    drop_edition,
    set_framework,
)
from yanzhen.frameworks.operations.shipped import install_frameworks
from yanzhen.frameworks.tests.factories import (
    make_check_item,
    make_checklist,
    make_duty,
    make_edition,
    make_framework,
)
from yanzhen.frameworks.tests.texts import EDITION
from yanzhen.frameworks.trees import NodeRow, kept_tree
from yanzhen.places.tests.factories import make_site_type
from yanzhen.units.tests.factories import make_unit
from yanzhen.units.tests.races import at_once

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
SENT = UUID("5f0c8a0e-0000-4000-8000-000000000001")


def operator() -> User:
    return make_user(Role.OPERATOR)


def bring(text: str = EDITION, actor: User | None = None, **changes: Any) -> tuple[Edition, Came]:
    make_site_type("market")
    make_framework()
    written = read_edition(text)
    assert written.faults == []
    return bring_edition(
        draft=replace(written.edition, **changes),
        rows=written.rows,
        actor=actor or operator(),
        now=NOW,
    )


def bring_rows(rows: list[NodeRow]) -> tuple[Edition, Came]:
    make_framework()
    draft = replace(read_edition(EDITION).edition, code="e-2027")
    return bring_edition(draft=draft, rows=rows, actor=operator(), now=NOW)


def applied(text: str = EDITION) -> Edition:
    edition, _came = bring(text)
    return apply_edition(edition_id=edition.pk, meant={}, actor=operator(), now=NOW)


def next_edition(*swaps: tuple[str, str]) -> Edition:
    """A draft of the next year, with words of the first edition swapped."""
    text = EDITION.replace("code: e-2026", "code: e-2027")
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new)
    return bring(text)[0]


def criterion(edition: Edition, code: str) -> Node:
    return Node.objects.get(edition=edition, code=code)


# --- Brought in -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_edition_comes_in_as_a_draft_with_its_whole_tree() -> None:
    edition, came = bring()

    assert (came, edition.status, edition.applied_at) == (Came.NEW, EditionStatus.DRAFT, None)
    tree = kept_tree(edition)
    assert [(one.path, one.weight) for one in tree] == [
        ("/1/", Decimal(6)),
        ("/1/1.1/", Decimal(6)),
        ("/1/1.1/1.1.1/", Decimal("2.5")),
        ("/1/1.1/1.1.2/", Decimal("3.5")),
        ("/2/", Decimal(4)),
        ("/2/2.1.1/", Decimal(4)),
    ]
    assert tree[2].row.methods == ("site", "survey")
    assert tree[2].row.site_types == ("market",)
    assert tree[3].row.parameters == {"full_at": "95", "step": "5", "per_step": "0.2"}
    assert [event.kind for event in events_of(edition)] == ["edition.brought"]


@pytest.mark.django_db
def test_the_same_again_changes_nothing_and_another_text_writes_over_the_draft() -> None:
    first, _came = bring()

    assert bring() == (first, Came.SAME)
    edition, came = bring(EDITION.replace("大厅服务", "政务大厅服务"))

    assert (edition.pk, came) == (first.pk, Came.CHANGED)
    assert Node.objects.count() == 6
    assert criterion(first, "1.1.1").title == "政务大厅服务"
    assert [event.kind for event in events_of(edition)] == ["edition.brought", "edition.rewritten"]


@pytest.mark.django_db
def test_what_is_in_use_is_not_written_over_but_known_again_word_for_word() -> None:
    edition = applied()

    assert bring() == (edition, Came.SAME)
    with pytest.raises(errors.EditionNotDraft):
        bring(EDITION.replace("大厅服务", "政务大厅服务"))

    assert criterion(edition, "1.1.1").title == "大厅服务"


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": make_user(Role.OPERATOR, area_code="430405")}, Forbidden),
        (lambda: {"actor": make_user(Role.INSPECTOR)}, Forbidden),
        (lambda: {"framework": "none"}, errors.FrameworkUnknown),
        (lambda: {"code": "a/b"}, errors.EditionUnfit),
        (lambda: {"code": "compare"}, errors.EditionUnfit),
        (lambda: {"name": ""}, errors.EditionUnfit),
        (lambda: {"total": Decimal(0)}, errors.EditionUnfit),
        (lambda: {"total": Decimal("1.00001")}, errors.EditionUnfit),
        (lambda: {"total": Decimal(11)}, RowErrors),
    ],
)
@pytest.mark.django_db
def test_a_refused_edition_leaves_nothing(
    change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        bring(**change())

    assert not Edition.objects.exists()
    assert not Node.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_type_that_is_retired_cannot_be_named_anew_but_stays_where_it_is_named() -> None:
    edition, _came = bring()
    make_site_type("market", is_active=False)
    written = read_edition(EDITION.replace("大厅服务", "政务大厅服务"))

    known, came = bring_edition(draft=written.edition, rows=written.rows, actor=operator(), now=NOW)
    assert (known.pk, came) == (edition.pk, Came.CHANGED)

    with pytest.raises(RowErrors, match="没有“market”这个点位类型"):
        bring_rows(list(written.rows))


@pytest.mark.django_db
def test_as_many_queries_for_a_large_edition_as_for_a_small_one() -> None:
    def rows(count: int) -> list[NodeRow]:
        root = NodeRow(row=1, code="1", parent="", kind="section", title="一")
        weight = Decimal(10) / count
        leaf = NodeRow(
            row=2, code="", parent="1", kind="criterion", title="二", words="三",
            weight=weight, methods=("material",), scorer="pass_rate",
        )  # fmt: skip
        return [root, *(replace(leaf, row=at + 2, code=f"1.{at}") for at in range(count))]

    make_framework()
    asked = []
    for number, count in enumerate((2, 200)):
        draft = replace(read_edition(EDITION).edition, code=f"e{number}")
        actor = operator()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            bring_edition(draft=draft, rows=rows(count), actor=actor, now=NOW)
        asked.append(len(queries))

    assert asked[1] <= asked[0] + 2  # one statement takes so many rows and no more


# --- Out ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_edition_goes_out_as_yaml_and_comes_in_again_the_same() -> None:
    edition, _came = bring()

    text = write_edition(Edition.objects.select_related("framework").get(pk=edition.pk))

    again = read_edition(text)
    assert again.faults == []
    assert again.framework == FrameworkDraft("city", "城市文明程度")
    assert bring(text) == (edition, Came.SAME)
    assert "weight: '2.5'" in text


# --- Applied --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_first_edition_is_applied_without_anything_before_it() -> None:
    edition = applied()

    assert (edition.status, edition.applied_at) == (EditionStatus.CURRENT, NOW)
    assert not NodeMapping.objects.exists()
    assert events_of(edition).last().kind == "edition.applied"  # type: ignore[union-attr]


@pytest.mark.django_db
def test_the_next_edition_takes_the_place_of_the_one_before_and_remembers_what_became_of_it() -> (
    None
):
    old = applied()
    new = next_edition(
        ("code: 1.1.2", "code: 1.1.9"),
        ("大厅设咨询台，有人值守，一次告知所需材料。", "大厅设咨询台，有人值守，当场答复。"),
    )

    apply_edition(edition_id=new.pk, meant={"2.1.1": []}, actor=operator(), now=NOW)

    old.refresh_from_db()
    assert old.status == EditionStatus.RETIRED
    rows = NodeMapping.objects.order_by("old__sort").values_list("old__code", "new__code", "kind")
    assert list(rows) == [
        ("1.1.1", "1.1.1", MappingKind.CHANGED),
        ("1.1.2", "1.1.9", MappingKind.SAME),
        ("2.1.1", None, MappingKind.DROPPED),
    ]


@pytest.mark.django_db
def test_one_criterion_may_be_split_and_several_merged() -> None:
    applied()
    new = next_edition()

    meant = {"1.1.1": ["1.1.1", "2.1.1"], "1.1.2": ["1.1.2"], "2.1.1": ["1.1.2"]}
    apply_edition(edition_id=new.pk, meant=meant, actor=operator(), now=NOW)

    kinds = dict(NodeMapping.objects.values_list("old__code", "kind"))
    assert kinds == {
        "1.1.1": MappingKind.SPLIT,
        "1.1.2": MappingKind.MERGED,
        "2.1.1": MappingKind.MERGED,
    }


@pytest.mark.django_db
def test_check_items_feed_what_their_criteria_became_and_keep_the_past() -> None:
    old = applied()
    item = make_check_item(criteria=(criterion(old, "1.1.1"),))
    retired = make_checklist(site_type=make_site_type("park"), status=EditionStatus.RETIRED)
    gone = make_check_item(checklist=retired, criteria=(criterion(old, "1.1.1"),))
    new = next_edition()

    apply_edition(edition_id=new.pk, meant={"1.1.1": ["1.1.1", "2.1.1"]}, actor=operator(), now=NOW)

    fed = CheckItemCriterion.objects.filter(item=item).order_by(
        "criterion__edition", "criterion__sort"
    )
    assert [row.criterion for row in fed] == [
        criterion(old, "1.1.1"),
        criterion(new, "1.1.1"),
        criterion(new, "2.1.1"),
    ]
    assert CheckItemCriterion.objects.filter(item=gone).count() == 1


@pytest.mark.django_db
def test_duties_go_along_and_another_wording_asks_for_the_plan_anew() -> None:
    old = applied()
    lead, support = make_unit(), make_unit()
    for code in ("1.1.1", "1.1.2"):
        make_duty(
            criterion=criterion(old, code),
            unit=lead,
            supports=(support,),
            plan="专班推进",
            status=DutyStatus.ACCEPTED,
        )
    new = next_edition(("有人值守", "专人值守"))

    apply_edition(edition_id=new.pk, meant={}, actor=operator(), now=NOW)

    duties = Duty.objects.filter(criterion__edition=new).order_by("criterion__sort")
    assert [(duty.criterion.code, duty.status, duty.plan) for duty in duties] == [
        ("1.1.1", DutyStatus.ASKED, "专班推进"),
        ("1.1.2", DutyStatus.ACCEPTED, "专班推进"),
    ]
    assert {duty.unit for duty in duties} == {lead}
    assert [one.unit for duty in duties for one in duty.supports.all()] == [support, support]
    assert {event.kind for duty in duties for event in events_of(duty)} == {"duty.carried"}


def apply_with(**changes: Any) -> Edition:
    good: dict[str, Any] = {"meant": {}, "actor": operator(), "now": NOW}
    if "edition_id" not in changes:
        changes["edition_id"] = bring()[0].pk
    return apply_edition(**good | changes)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda: {"actor": make_user(Role.HANDLER, unit_code=make_unit().code)}, Forbidden),
        (lambda: {"edition_id": make_edition(status="current").pk}, errors.EditionNotDraft),
        (lambda: {"edition_id": make_edition(status="retired").pk}, errors.EditionNotDraft),
        (lambda: {"edition_id": make_edition(status="draft").pk}, errors.EditionEmpty),
    ],
)
@pytest.mark.django_db
def test_a_refused_edition_is_not_applied(
    change: Callable[[], dict[str, Any]], refusal: type[Refused]
) -> None:
    changes = change()
    before = list(Edition.objects.order_by("pk").values_list("status", flat=True))
    with pytest.raises(refusal):
        apply_with(**changes)

    after = list(Edition.objects.order_by("pk").values_list("status", flat=True))
    assert after[: len(before)] == before
    assert not Event.objects.filter(kind="edition.applied").exists()


@pytest.mark.parametrize("target", ["9.9.9", "1.1"])
@pytest.mark.django_db
def test_a_mapping_that_leads_to_no_criterion_applies_nothing(target: str) -> None:
    old = applied()
    new = next_edition()

    with pytest.raises(errors.MappingUnfit):
        apply_edition(edition_id=new.pk, meant={"1.1.1": [target]}, actor=operator(), now=NOW)

    old.refresh_from_db()
    assert old.status == EditionStatus.CURRENT
    assert not NodeMapping.objects.exists()


@pytest.mark.django_db
def test_a_resend_applies_once() -> None:
    edition, _came = bring()
    actor = operator()

    for _time in range(2):
        apply_edition(edition_id=edition.pk, meant={}, actor=actor, now=NOW, client_id=SENT)

    assert events_of(edition).filter(kind="edition.applied").count() == 1


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_of_two_drafts_applied_at_once_each_takes_its_turn() -> None:
    first, second = bring()[0], next_edition()
    actor = operator()

    at_once(
        lambda: apply_edition(edition_id=first.pk, meant={}, actor=actor, now=NOW),
        lambda: apply_edition(edition_id=second.pk, meant={}, actor=actor, now=NOW),
    )

    assert Edition.objects.get(status=EditionStatus.CURRENT) == second
    assert NodeMapping.objects.count() == 3


@pytest.mark.django_db
def test_a_draft_is_dropped_and_the_framework_remembers_it() -> None:
    edition, _came = bring()

    drop_edition(edition_id=edition.pk, actor=operator(), now=NOW)

    assert not Edition.objects.exists()
    assert events_of(Framework.objects.get()).last().facts["edition"] == "e-2026"  # type: ignore[union-attr]


@pytest.mark.django_db
def test_what_is_in_use_cannot_be_dropped() -> None:
    edition = applied()

    with pytest.raises(errors.EditionNotDraft):
        drop_edition(edition_id=edition.pk, actor=operator(), now=NOW)

    assert Edition.objects.get() == edition


# --- Compared -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_comparison_says_what_was_added_removed_moved_reworded_and_reweighted() -> None:
    old = applied()
    new = next_edition(
        ("code: 1.1.2", "code: 1.1.3"),  # moved: a new number for the same words
        ("有人值守", "专人值守"),  # reworded
        ('weight: "2.5"', 'weight: "1.5"'),  # reweighted
        ('weight: "6"', 'weight: "5"'),
        ('weight: "4"', 'weight: "5"'),
        ("公益广告\n        words: 主次干道设置公益广告，内容完整无破损。",
         "诚信建设\n        words: 定期公布守信激励和失信惩戒的名单。"),
        ("code: 2.1.1", "code: 2.1.5"),
    )  # fmt: skip

    found = compare(kept_tree(old), kept_tree(new))

    assert [one.row.code for one in found.added] == ["2.1.5"]
    assert [one.row.code for one in found.removed] == ["2.1.1"]
    changes = {one.old.row.code: one for one in found.changed}
    assert set(changes) == {"1", "1.1", "1.1.1", "1.1.2", "2"}
    assert changes["1.1.2"].is_moved
    assert changes["1.1.2"].new.row.code == "1.1.3"
    assert changes["1.1.1"].is_reworded
    assert changes["1.1.1"].gain == Decimal(-1)
    assert (found.moved, found.reworded, found.reweighted) == (1, 1, 4)
    assert [one.old.row.code for one in found.unsure] == ["1.1.1", "1.1.2", "2.1.1"]


@pytest.mark.django_db
def test_numbers_given_anew_are_seen_by_their_words() -> None:
    old = applied()
    first, second = "code: 1.1.1", "code: 1.1.2"
    new = next_edition((first, "code: x"), (second, first), ("code: x", second))

    found = compare(kept_tree(old), kept_tree(new))

    leads = {one.old.row.code: one.new.row.code for one in found.suggestions if one.new}
    assert leads == {"1.1.1": "1.1.2", "1.1.2": "1.1.1", "2.1.1": "2.1.1"}


@pytest.mark.django_db
def test_the_same_edition_differs_in_nothing() -> None:
    tree = kept_tree(applied())

    found = compare(tree, tree)

    assert (found.added, found.removed, found.changed) == ([], [], [])
    assert found.unchanged == len(tree)
    assert found.unsure == []


# --- Frameworks -----------------------------------------------------------------------------------

MINORS = FrameworkDraft("minors", "未成年人", Decimal(85), Decimal("0.2"), "city")


@pytest.mark.django_db
def test_a_framework_gates_another_and_counts_for_a_share_of_it() -> None:
    city = make_framework()

    framework = set_framework(draft=MINORS, actor=operator(), now=NOW)
    set_framework(draft=MINORS, actor=operator(), now=NOW)
    set_framework(draft=replace(MINORS, gate=Decimal(80)), actor=operator(), now=NOW)

    framework.refresh_from_db()
    assert (framework.gates, framework.gate, framework.share) == (city, Decimal(80), Decimal("0.2"))
    kinds = [event.kind for event in events_of(framework)]
    assert kinds == ["framework.added", "framework.changed"]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"code": "a b"}, errors.FrameworkUnfit),
        ({"code": "duties"}, errors.FrameworkUnfit),
        ({"name": ""}, errors.FrameworkUnfit),
        ({"gates": "minors"}, errors.FrameworkUnfit),
        ({"gates": ""}, errors.FrameworkUnfit),
        ({"share": Decimal("1.2")}, errors.FrameworkUnfit),
        ({"gate": Decimal(-1)}, errors.FrameworkUnfit),
        ({"gates": "none"}, errors.FrameworkUnknown),
    ],
)
@pytest.mark.django_db
def test_a_refused_framework_is_not_added(change: dict[str, Any], refusal: type[Refused]) -> None:
    make_framework()
    with pytest.raises(refusal):
        set_framework(draft=replace(MINORS, **change), actor=operator(), now=NOW)
    with pytest.raises(Forbidden):
        set_framework(draft=MINORS, actor=make_user(Role.AUDITOR), now=NOW)

    assert Framework.objects.count() == 1
    assert not Event.objects.exists()


# --- Shipped --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_example_is_installed_once_and_a_citys_own_is_left_alone(tmp_path: Path) -> None:
    make_site_type("market")
    (tmp_path / "city.yaml").write_text(EDITION, encoding="utf-8")

    assert install_frameworks(actor=operator(), now=NOW, folder=tmp_path) == 1
    assert install_frameworks(actor=operator(), now=NOW, folder=tmp_path) == 0
    (tmp_path / "city.yaml").write_text(EDITION.replace("e-2026", "e-2028"), encoding="utf-8")
    assert install_frameworks(actor=operator(), now=NOW, folder=tmp_path) == 0

    edition = Edition.objects.get()
    assert (edition.status, edition.is_example) == (EditionStatus.CURRENT, True)
