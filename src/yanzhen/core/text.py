"""Words as they are looked for: any two neighbouring characters find what holds them."""

import re
import unicodedata
from collections.abc import Iterable

RUN = re.compile(r"[^\W_]+")


def plain(text: str) -> str:
    """Return `text` as it is compared: full-width, letter case and runs of blanks evened out."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def bigrams(text: str) -> list[str]:
    """Return each pair of neighbouring letters, signs or digits once, in order of appearance.

    Pairs do not reach over punctuation or blanks. A character that stands alone is returned as
    it is, so that nothing that was written is lost.
    """
    pairs: dict[str, None] = {}
    for run in RUN.findall(plain(text)):
        if len(run) == 1:
            pairs[run] = None
        for start in range(len(run) - 1):
            pairs[run[start : start + 2]] = None
    return list(pairs)


def gram_text(texts: Iterable[str]) -> str:
    """Return the pairs of all texts as one string, each between blanks: `" 路灯 灯不 不亮 亮 "`.

    The last sign of a run stands there once more alone: so every sign that was written begins
    something, and one sign alone can be looked for too.
    """
    pairs: dict[str, None] = {}
    for text in texts:
        pairs |= dict.fromkeys(bigrams(text))
        pairs |= dict.fromkeys(run[-1] for run in RUN.findall(plain(text)))
    return f" {' '.join(pairs)} " if pairs else ""
