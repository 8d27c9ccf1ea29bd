"""What an Excel reader does not tell: formulas without a value, and cells that hold an error.

A value that nobody computed and `#REF!` both read as an empty cell. In a ledger that would be a
date that was quietly lost, so the XML of the sheet is looked through for them.
"""

import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yanzhen.exchange.errors import FileDamaged, FileLocked, FileTooLarge, FileWrongKind

MAX_UNPACKED = 2 * 1024 * 1024 * 1024
MAX_RATIO = 400
CHUNK = 1 << 20

_OTHER_ZIPS: tuple[tuple[str, str | Promise], ...] = (
    ("xl/workbook.bin", gettext_lazy("二进制 Excel（.xlsb）")),
    ("word/document.xml", gettext_lazy("Word 文档")),
    ("ppt/presentation.xml", gettext_lazy("PPT 演示文稿")),
    ("content.xml", gettext_lazy("OpenDocument 文件")),
    ("META-INF/MANIFEST.MF", gettext_lazy("Java 程序")),
)
_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*?>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^>]*?>")
_ATTRIBUTE = re.compile(r"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_CELL = re.compile(rb"<(?:\w+:)?c(?:\s([^>]*?))?(?<!/)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_CELL_ADDRESS = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_CELL_TYPE = re.compile(rb"\bt=[\"'](\w+)[\"']")
_ERROR = re.compile(rb"\bt=[\"']e[\"']")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]*)<")


def require_workbook(path: Path, *, name: str) -> None:
    """Let an .xlsx pass; say of any other zip archive what it is."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            locked = any(part.flag_bits & 1 for part in parts)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileDamaged(name=name) from error
    if locked:
        raise FileLocked(name=name)
    if "xl/workbook.xml" not in names:
        for part_name, kind in _OTHER_ZIPS:
            if part_name in names:
                raise FileWrongKind(name=name, kind=kind)
        raise FileWrongKind(name=name, kind=_("压缩包"))
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(path.stat().st_size, CHUNK):
        raise FileTooLarge(name=name, limit=MAX_UNPACKED // 1024 // 1024)


def address(row: int, column: int) -> str:
    """Return a cell's name as Excel shows it: row 2, column 27 is `AB2`."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def unbelievable_cells(path: Path, sheet: str, *, name: str) -> dict[tuple[int, int], str]:
    """Return, by row and column, the cells of a sheet that have no value where one should be."""
    try:
        with zipfile.ZipFile(path) as archive:
            part = _part_of(archive, sheet)
            return {} if part is None else dict(_faults(archive, part))
    except (zipfile.BadZipFile, KeyError, OSError, EOFError, UnicodeDecodeError) as error:
        raise FileDamaged(name=name) from error


def _faults(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[tuple[int, int], str]]:
    rest = b""
    with archive.open(part) as file:
        while chunk := file.read(CHUNK):
            text = rest + chunk
            end = text.rfind(b"</row>")
            end = len(text) if end < 0 and len(text) > 16 * CHUNK else end + len(b"</row>")
            if end < len(b"</row>"):
                rest = text
                continue
            yield from _faults_within(text[:end])
            rest = text[end:]
    yield from _faults_within(rest)


def _faults_within(text: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    if not _FORMULA.search(text) and not _ERROR.search(text):
        return
    for cell in _CELL.finditer(text):
        attributes = cell.group(1) or b""
        place, kind = _CELL_ADDRESS.search(attributes), _CELL_TYPE.search(attributes)
        reason = _fault(kind.group(1) if kind else b"n", cell.group(2))
        if place and reason:
            yield (int(place.group(2)), _column(place.group(1).decode())), reason


def _fault(kind: bytes, inside: bytes) -> str:
    """Say why a cell cannot be believed, if so. `inside` is its formula and its value."""
    value = _VALUE.search(inside)
    if kind == b"e":
        shown = value.group(1).decode() if value else "#?"
        return _("单元格里是错误值 %(shown)s，请改正公式或直接填写结果") % {"shown": shown}
    if not _FORMULA.search(inside) or (value and value.group(1)):
        return ""
    if kind == b"str" and value:  # it was reckoned, and comes to nothing
        return ""
    return _("公式没有计算结果，请用 Excel 打开保存一次，或把公式改为数值")


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Return which part of the archive holds the sheet of that name."""
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    wanted = next(
        (
            next((value for key, value in tag.items() if key.split(":")[-1] == "id"), "")
            for tag in map(_attributes, _SHEET.findall(book))
            if tag.get("name") == sheet
        ),
        None,
    )
    for tag in map(_attributes, _RELATION.findall(relations)):
        if tag.get("Id") == wanted:
            target = tag.get("Target", "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return None


def _attributes(tag: str) -> dict[str, str]:
    return {
        match.group(1): unescape(match.group(2) if match.group(2) is not None else match.group(3))
        for match in _ATTRIBUTE.finditer(tag)
    }
