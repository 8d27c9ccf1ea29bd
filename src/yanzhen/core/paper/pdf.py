"""A document as PDF, set by Typst with the faces that the server has.

The words are handed over as data beside a fixed template; nothing of them is ever read as markup.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yanzhen.core.paper.blocks import (
    Block,
    Facts,
    Heading,
    PageBreak,
    Paper,
    PaperRefused,
    Paragraph,
    Pictures,
    Table,
    clean,
)
from yanzhen.core.paper.prints import print_of

TEMPLATE: Final = Path(__file__).with_name("paper.typ")
LATIN: Final = ("Times New Roman", "Liberation Serif", "Libertinus Serif")
SONG: Final = ("SimSun", "FandolSong", "Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC")
SANS: Final = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Zen Hei")
FACES: Final = {
    "title": ("FZXiaoBiaoSong-B05S", *SONG),
    "fang": ("FangSong_GB2312", "FandolFang R", "FandolFang", *SONG),
    "hei": ("SimHei", "FandolHei", *SANS),
    "kai": ("KaiTi_GB2312", "FandolKai", "LXGW WenKai", *SONG),
    "song": SONG,
}
"""Each face of the standard with those that stand in for it, the nearest first. Of the ones that the
server has, each next one gives the characters that those before it lack: 璟, 喆, 玥 and others."""
SIGNS: Final = ("Noto Color Emoji", "Noto Emoji", "DejaVu Sans", "DejaVu Sans Mono")
TALLEST: Final = 105 / 76
"""How high a picture may be beside its width where two stand side by side."""


class FontsMissing(PaperRefused):
    """The server has no face with Chinese characters."""

    code = "fonts_missing"
    status = 503
    message = gettext_lazy(
        "服务器没有中文字体，不能生成 PDF。请先下载 Word，并请系统管理员安装字体（如 fonts-noto-cjk）。"
    )


def write_pdf(paper: Paper, path: Path) -> None:
    """Write the document to `path`; each picture is read when its turn comes.

    Raises `FontsMissing`.
    """
    faces = faces_here()
    with tempfile.TemporaryDirectory(prefix="yanzhen-paper-") as name:
        folder = Path(name)
        shutil.copy(TEMPLATE, folder / "paper.typ")
        told = {
            "title": clean(paper.title),
            "subtitle": clean(paper.subtitle),
            "note": clean(paper.note),
            "gone": _("（照片已不在）"),
            "faces": faces,
            "blocks": [one for block in paper.blocks for one in _told(block, folder)],
        }
        (folder / "paper.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        typst.compile(
            folder / "paper.typ", output=path, root=folder, font_paths=_fonts(), format="pdf"
        )


@cache
def _fonts() -> typst.Fonts:
    """The faces of this machine, looked for once."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True)


def faces_here() -> dict[str, list[str]]:
    """For each face of the standard, those of this machine that stand in for it.

    Raises `FontsMissing` where not one has Chinese characters.
    """
    known = set(_fonts().families())
    latin = [name for name in LATIN if name in known][:1]
    signs = [name for name in SIGNS if name in known]
    chinese = {use: [name for name in names if name in known] for use, names in FACES.items()}
    rest = [name for names in chinese.values() for name in names]
    if not rest:
        raise FontsMissing
    return {
        use: list(dict.fromkeys([*latin, *names, *rest, *signs])) for use, names in chinese.items()
    }


def _told(block: Block, folder: Path) -> Iterator[dict[str, Any]]:
    """A block as the template reads it."""
    match block:
        case Heading():
            yield {"kind": "heading", "level": block.level, "words": clean(block.words)}
        case Paragraph():
            yield {"kind": "paragraph", "words": clean(block.words)}
        case Facts():
            if block.pairs:
                yield _grid(block.pairs, [3, 10], head=0, named=True)
        case Table():
            heads = [column.heading for column in block.columns]
            yield _grid([heads, *block.rows], [one.width for one in block.columns], head=1)
        case Pictures():
            if block.pictures:
                yield _pictures(block, folder)
        case PageBreak():
            yield {"kind": "break"}


def _grid(
    rows: Sequence[Sequence[str]], widths: Sequence[int], *, head: int, named: bool = False
) -> dict[str, Any]:
    wide = len(widths)
    cells = [[clean(one) for one in [*row, *[""] * wide][:wide]] for row in rows]
    return {"kind": "grid", "rows": cells, "widths": list(widths), "head": head, "named": named}


def _pictures(block: Pictures, folder: Path) -> dict[str, Any]:
    shown = []
    for picture in block.pictures:
        image, file, width = print_of(picture), None, 100
        if image is not None:
            file = f"{len(list(folder.iterdir()))}.jpg"
            (folder / file).write_bytes(image.content)
            width = min(100, int(100 * TALLEST * image.width / image.height))
        shown.append({"file": file, "width": width, "caption": clean(picture.caption)})
    return {"kind": "pictures", "across": max(1, block.across), "pictures": shown}
