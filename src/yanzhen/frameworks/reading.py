"""YAML read by rows: what it says, where each part of it stands, and what cannot be read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import yaml
from django.utils.translation import gettext as _

from yanzhen.core.errors import RowError
from yanzhen.frameworks.errors import YamlUnreadable

LINE: Final = "\0line"
"""Under this key each mapping carries the number of its line; no file can write it."""
MOST_BYTES: Final = 4 * 1024 * 1024


class _Loader(yaml.SafeLoader):
    """Safe YAML that knows its lines. References are refused: a small file could unfold without end."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise YamlUnreadable(row=self.line + 1, reason=_("请不要用引用（*）"))
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = True) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - as PyYAML has it
        seen: set[Any] = set()
        for key_node, _value in node.value:
            key = key_node.value
            if key in seen:
                row = key_node.start_mark.line + 1
                raise YamlUnreadable(row=row, reason=_("“%(key)s”写了两遍") % {"key": key})
            seen.add(key)
        found = super().construct_mapping(node, deep=deep)
        found[LINE] = node.start_mark.line + 1
        return found


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    found: dict[Any, Any] = loader.construct_mapping(node)
    return found


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def load(text: str) -> Any:
    """Return what a YAML text says; each mapping knows its line. Raises `YamlUnreadable`."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - the loader is a safe one
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        row = mark.line + 1 if mark else 1
        raise YamlUnreadable(row=row, reason=_("写法不对，请检查缩进、冒号和引号")) from error
    except yaml.YAMLError as error:
        raise YamlUnreadable(row=1, reason=_("里面有不能用的字符")) from error
    except (RecursionError, ValueError) as error:
        raise YamlUnreadable(row=1, reason=_("层次太深，或里面有不成立的日期、数字")) from error


@dataclass
class Part:
    """One mapping of a file being read; what is wrong with it gathers in `faults`."""

    values: Mapping[str, Any]
    faults: list[RowError]
    row: int = 0
    _asked: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, value: object, faults: list[RowError], *, row: int, what: str) -> "Part":
        """Read a value as a mapping; one that is none is a fault, and empty."""
        if isinstance(value, dict):
            return cls(value, faults, int(value.get(LINE, row)))
        if value is not None:
            faults.append(RowError(row, what, _("这里应是一组“名称: 内容”")))
        return cls({}, faults, row)

    def refuse(self, key: str, reason: str) -> None:
        """Note what is wrong with one entry."""
        self.faults.append(RowError(self.row, key, reason))

    def raw(self, key: str) -> Any:
        """An entry as it is."""
        self._asked.add(key)
        return self.values.get(key)

    def text(self, key: str, *, is_required: bool = False, most: int = 0) -> str:
        """An entry as words on one line."""
        value = self.raw(key)
        if isinstance(value, dict | list | bool | float):
            self.refuse(key, _("这里应是文字；数字请加引号"))
            return ""
        words = "" if value is None else " ".join(str(value).split())
        if is_required and not words:
            self.refuse(key, _("不能为空"))
        if most and len(words) > most:
            facts = {"most": most, "length": len(words)}
            self.refuse(key, _("最多 %(most)s 个字，现有 %(length)s 个") % facts)
        return words

    def decimal(self, key: str, *, is_required: bool = False) -> Decimal | None:
        """An entry as an exact number: a quoted one, or a whole one."""
        value = self.raw(key)
        if value is None or value == "":
            if is_required:
                self.refuse(key, _("不能为空"))
            return None
        if isinstance(value, float | bool | dict | list):
            self.refuse(key, _('数字请加引号，例如 "0.8"'))
            return None
        return as_decimal(str(value), lambda reason: self.refuse(key, reason))

    def whole(self, key: str) -> int | None:
        """An entry as a whole number that is not negative."""
        value = self.decimal(key)
        if value is None:
            return None
        if value < 0 or value != value.to_integral_value():
            self.refuse(key, _("应为不带小数的数字"))
            return None
        return int(value)

    def truth(self, key: str) -> bool:
        """An entry as yes or no."""
        value = self.raw(key)
        if value not in {None, True, False}:
            self.refuse(key, _("这里应写 true 或 false"))
        return value is True

    def words(self, key: str) -> tuple[str, ...]:
        """An entry as a list of words."""
        return tuple(str(one).strip() for one in self.items(key) if self._is_word(key, one))

    def items(self, key: str) -> Sequence[Any]:
        """An entry as a list."""
        value = self.raw(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            self.refuse(key, _("这里应是一个列表"))
            return ()
        return value

    def parts(self, key: str) -> Iterator["Part"]:
        """An entry as a list of mappings."""
        for one in self.items(key):
            yield Part.of(one, self.faults, row=self.row, what=key)

    def part(self, key: str) -> "Part":
        """An entry as one mapping."""
        return Part.of(self.raw(key), self.faults, row=self.row, what=key)

    def refuse_unknown(self) -> None:
        """Name each entry that nobody asked for."""
        for key in self.values:
            if key != LINE and key not in self._asked:
                known = {"key": key, "known": "、".join(sorted(self._asked))}
                self.refuse(str(key), _("不认识“%(key)s”，可用：%(known)s") % known)

    def _is_word(self, key: str, one: object) -> bool:
        if isinstance(one, str | int) and not isinstance(one, bool):
            return True
        self.refuse(key, _("列表里应是文字；数字请加引号"))
        return False


def as_decimal(text: str, refuse: Callable[[str], None]) -> Decimal | None:
    """Return a finite number, or say that it is none."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if value.is_finite():
        return value
    refuse(_("“%(text)s”不是数字") % {"text": text[:40]})
    return None
