"""Finding what a cell names: by its code, or by a name that only one has."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from django.utils.translation import gettext as _

from yanzhen.core.text import plain
from yanzhen.exchange.cells import Unreadable, listed

Thing = TypeVar("Thing")
SHOWN = 3


@dataclass
class Named(Generic[Thing]):
    """Things by code, and by the names under which people write them."""

    what: str
    code_of: Callable[[Thing], str]
    by_code: dict[str, Thing] = field(default_factory=dict)
    by_name: dict[str, list[Thing]] = field(default_factory=dict)
    _names: dict[str, list[str]] = field(default_factory=dict)

    def add(self, thing: Thing, names: Iterable[str]) -> None:
        """Let the thing be found by its code and by these names."""
        code, names = self.code_of(thing), list(names)
        self.by_code[code], self._names[code] = thing, names
        for name in {plain(name) for name in names} - {""}:
            self.by_name.setdefault(name, []).append(thing)

    def name_of(self, code: str | None) -> str | None:
        """Return the shortest name that means only the thing with this code; else the code."""
        if not code:
            return code
        for name in self._names.get(code, []):
            if plain(name) not in self.by_code and len(self.by_name.get(plain(name), [])) == 1:
                return name
        return code

    def find(self, words: str, *, fits: Callable[[Thing], bool] = lambda _thing: True) -> Thing:
        """Return the one thing that is meant; of several with one name, the one that fits.

        Raises `Unreadable` that says whether there is none, or several and which.
        """
        if (thing := self.by_code.get(words)) is not None:
            return thing
        things = self.by_name.get(plain(words), [])
        if len(things) > 1:
            things = [thing for thing in things if fits(thing)] or things
        if len(things) == 1:
            return things[0]
        if things:
            raise Unreadable(
                _("有 %(count)s 个%(what)s叫“%(words)s”，请改填代码：%(codes)s"),
                count=len(things),
                what=self.what,
                words=words,
                codes=listed(self.code_of(thing) for thing in things[:SHOWN])
                + ("…" if len(things) > SHOWN else ""),
            )
        if words.isdecimal() and f"0{words}" in self.by_code:
            raise Unreadable(
                _("没有代码为“%(words)s”的%(what)s，是不是“0%(words)s”被 Excel 去掉了开头的 0"),
                words=words,
                what=self.what,
            )
        raise Unreadable(_("没有代码或名称为“%(words)s”的%(what)s"), words=words, what=self.what)
