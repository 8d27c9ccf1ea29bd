"""Editions as YAML: read into rows, and written so that they read again the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import yaml
from django.utils.translation import gettext as _

from yanzhen.core.errors import RowError
from yanzhen.frameworks.models import Edition, Framework
from yanzhen.frameworks.reading import LINE, Part, load
from yanzhen.frameworks.scorers import plain_number
from yanzhen.frameworks.trees import NodeRow, Planted, kept_tree

HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class FrameworkDraft:
    """A framework as it should be."""

    code: str
    name: str
    gate: Decimal | None = None
    share: Decimal | None = None
    gates: str = ""

    @classmethod
    def of(cls, framework: Framework) -> "FrameworkDraft":
        """A framework as it is."""
        return cls(
            framework.code,
            framework.name,
            framework.gate,
            framework.share,
            framework.gates_id or "",
        )


@dataclass(frozen=True, slots=True)
class EditionDraft:
    """An edition as it should be, without its tree."""

    framework: str
    code: str
    name: str
    total: Decimal = HUNDRED
    source: str = ""
    is_example: bool = False


@dataclass(frozen=True, slots=True)
class WrittenEdition:
    """What a file says of an edition, and what in it could not be read."""

    framework: FrameworkDraft
    edition: EditionDraft
    rows: Sequence[NodeRow]
    faults: Sequence[RowError] = field(default=())


# --- In -------------------------------------------------------------------------------------------


def read_edition(text: str) -> WrittenEdition:
    """Read one edition from YAML. Raises `YamlUnreadable` where it is none at all."""
    faults: list[RowError] = []
    whole = Part.of(load(text), faults, row=1, what="")
    about = whole.part("framework")
    framework = FrameworkDraft(
        code=about.text("code", is_required=True),
        name=about.text("name", is_required=True, most=60),
        gate=about.decimal("gate"),
        share=about.decimal("share"),
        gates=about.text("gates"),
    )
    about.refuse_unknown()
    edition = EditionDraft(
        framework=framework.code,
        code=whole.text("code", is_required=True),
        name=whole.text("name", is_required=True, most=80),
        total=whole.decimal("total") or HUNDRED,
        source=whole.text("source", most=300),
        is_example=whole.truth("is_example"),
    )
    rows: list[NodeRow] = []
    _read_nodes(whole, "nodes", "", rows)
    if not rows:
        whole.refuse("nodes", _("没有任何条目"))
    whole.refuse_unknown()
    return WrittenEdition(framework, edition, rows, faults)


def _read_nodes(part: Part, key: str, parent: str, rows: list[NodeRow]) -> None:
    for one in part.parts(key):
        before = len(one.faults)
        weight = one.decimal("weight")
        is_weight_unread = len(one.faults) > before
        scorer = one.part("scorer")
        values = {
            str(name): value for name, value in scorer.values.items() if name not in {"name", LINE}
        }
        row = NodeRow(
            row=one.row,
            code=one.text("code"),
            parent=parent,
            kind=one.text("kind"),
            title=one.text("title"),
            words=one.text("words"),
            weight=weight,
            methods=one.words("methods"),
            grading=one.text("grading"),
            scorer=scorer.text("name"),
            parameters={
                name: value if isinstance(value, float | bool) else str(value)
                for name, value in values.items()
            },
            site_types=one.words("site_types"),
            unread=frozenset({"weight"}) if is_weight_unread else frozenset(),
        )
        rows.append(row)
        _read_nodes(one, "children", row.code, rows)
        one.refuse_unknown()


# --- Out ------------------------------------------------------------------------------------------


class _Dumper(yaml.SafeDumper):
    """YAML for people: lists set in, short lists on one line, decimals quoted."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - as PyYAML has it
        return super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - as PyYAML has it
        return True


class _Flow(list[Any]):
    """A list on one line."""


_Dumper.add_representer(
    _Flow,
    lambda dumper, value: dumper.represent_sequence(
        "tag:yaml.org,2002:seq", value, flow_style=True
    ),
)


def write_edition(edition: Edition) -> str:
    """An edition as YAML; read again it is the same, to the last digit."""
    framework = FrameworkDraft.of(edition.framework)
    about: dict[str, Any] = {"code": framework.code, "name": framework.name}
    about |= {
        name: plain_number(value) if value is not None else None
        for name, value in (("gate", framework.gate), ("share", framework.share))
    }
    if framework.gates:
        about["gates"] = framework.gates
    whole = {
        "framework": about,
        "code": edition.code,
        "name": edition.name,
        "is_example": edition.is_example,
        "source": edition.source,
        "total": plain_number(edition.total),
        "nodes": _as_branches(kept_tree(edition)),
    }
    return dump(whole)


def dump(whole: Any) -> str:
    """Write YAML as the shipped files have it."""
    return yaml.dump(
        whole, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120, indent=2
    )


def _as_branches(tree: Sequence[Planted]) -> list[dict[str, Any]]:
    roots: list[dict[str, Any]] = []
    branches: dict[str, dict[str, Any]] = {}
    for planted in tree:
        written = branches[planted.row.code] = _as_written(planted)
        if planted.row.parent:
            branches[planted.row.parent].setdefault("children", []).append(written)
        else:
            roots.append(written)
    return roots


def _as_written(planted: Planted) -> dict[str, Any]:
    row = planted.row
    written: dict[str, Any] = {
        "code": row.code,
        "kind": row.kind,
        "title": row.title,
        "words": row.words,
        "weight": plain_number(planted.weight),
        "methods": _Flow(row.methods),
        "grading": row.grading,
        "scorer": _scorer_of(row.scorer, row.parameters),
        "site_types": _Flow(row.site_types),
    }
    return {name: value for name, value in written.items() if value}


def _scorer_of(name: str, parameters: Mapping[str, Any]) -> dict[str, str]:
    return {"name": name, **parameters} if name else {}
