"""The shape of area codes: each level has its length, and each code begins with its parent's."""

import re
import unicodedata
from collections.abc import Container
from itertools import pairwise

from django.utils.translation import gettext as _

from yanzhen.places.enums import Level
from yanzhen.places.errors import CodeUnfit, LevelUnknown

LENGTHS: dict[Level, tuple[int, ...]] = {
    Level.CITY: (4, 6),
    Level.DISTRICT: (6,),
    Level.STREET: (9,),
    Level.COMMUNITY: (12,),
}
STATISTICAL_LENGTH = 12
LEVEL_ABOVE: dict[Level, Level] = dict(pairwise(reversed(Level)))
PARENT_LENGTHS = {Level.STREET: 6, Level.COMMUNITY: 9, Level.GRID: 12}
GRID_CODE = re.compile(r"\d{12}[0-9A-Za-z-]{1,18}")


def tidy(text: str) -> str:
    """Return a code as it is kept: no blanks, no full-width digits."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def tidy_area_code(text: str, level: Level) -> str:
    """Return the code of an area without the zeros that pad it to a higher length.

    The Statistics Bureau writes a district as `430405000000` and a city as `430400`; a scope
    is a prefix, so here they are `430405` and `4304`.
    """
    code = tidy(text)
    if not code.isascii() or not code.isdigit() or len(code) not in (6, STATISTICAL_LENGTH):
        return code
    shortest = LENGTHS[level][0] if level in LENGTHS else len(code)
    return code[:shortest] if set(code[shortest:]) <= {"0"} else code


def known_code(text: str, known: Container[str]) -> str:
    """Return the code in `known` that is meant, also where zeros pad it; else what was given."""
    code = tidy(text)
    for length in (len(code), 9, 6, 4):
        if code[:length] in known and set(code[length:]) <= {"0"}:
            return code[:length]
    return code


def check_area_code(code: str, level: Level) -> None:
    """Raise `CodeUnfit` unless `code` has the shape of its level."""
    if level == Level.GRID:
        if not GRID_CODE.fullmatch(code):
            reason = _("小区·网格的代码为 12 位社区代码加后缀（数字、字母或“-”），共不超过 30 位。")
            raise CodeUnfit(code=code, reason=reason)
        return
    lengths = LENGTHS[level]
    if not re.fullmatch(r"[0-9]+", code) or len(code) not in lengths:
        reason = _("%(level)s代码应为 %(lengths)s 位数字。") % {
            "level": level.label,
            "lengths": _(" 或 ").join(map(str, lengths)),
        }
        raise CodeUnfit(code=code, reason=reason)


def level_of(text: str) -> Level:
    """Return the level that a code name or a Chinese word means. Raises `LevelUnknown`."""
    word = text.strip()
    for level, words in _level_words().items():
        if word.casefold() in words:
            return level
    raise LevelUnknown(level=word, levels="、".join(str(level.label) for level in Level))


def next_level(level: Level) -> Level | None:
    """The level below, or nothing below a grid."""
    return next((below for below, above in LEVEL_ABOVE.items() if above == level), None)


def parent_code(code: str, level: Level) -> str:
    """Return the code of the parent as far as the shape of `code` says it; a city has none.

    A district's parent is the city, whose code has four digits.
    """
    if level == Level.CITY:
        return ""
    return code[: PARENT_LENGTHS.get(level, 4)]


def _level_words() -> dict[Level, set[str]]:
    return {
        Level.CITY: {"city", "市", str(Level.CITY.label)},
        Level.DISTRICT: {"district", "区", "县", "区县", "区（县）", str(Level.DISTRICT.label)},
        Level.STREET: {"street", "街道", "乡镇", "乡", "镇", "街道乡镇", str(Level.STREET.label)},
        Level.COMMUNITY: {"community", "社区", "村", "社区村", str(Level.COMMUNITY.label)},
        Level.GRID: {"grid", "网格", "小区", "小区网格", str(Level.GRID.label)},
    }
