"""A document as Word, in the faces and margins of official documents (GB/T 9704-2012).

The faces are named as the standard has them: office PCs have them, and the server needs none.
"""

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _
from docx import Document
from docx.document import Document as Book
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt
from docx.text.paragraph import Paragraph as Para

from yanzhen.core.paper.blocks import (
    Block,
    Facts,
    Heading,
    PageBreak,
    Paper,
    Paragraph,
    Pictures,
    Table,
    clean,
)
from yanzhen.core.paper.prints import print_of

TITLE, BODY, HEAD, SUBHEAD, NUMBERS = (
    "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体",
)  # fmt: skip
LATIN: Final = "Times New Roman"
TITLE_SIZE, BODY_SIZE, TABLE_SIZE, CAPTION_SIZE, NOTE_SIZE = Pt(22), Pt(16), Pt(12), Pt(10.5), Pt(9)
PITCH: Final = Pt(28.95)
"""Twenty-two lines on 225 mm."""
WIDE: Final = Mm(156)
TALLEST: Final = Mm(105)
GAP: Final = Mm(4)
CELL_EDGE: Final = 108
"""By how many twips Word hangs a table out to the left, so that its words stand in line."""
TWIPS: Final = 635
"""English metric units in a twentieth of a point, in which Word counts the widths of tables."""


def write_word(paper: Paper, path: Path) -> None:
    """Write the document to `path`; each picture is read when its turn comes."""
    book = Document()
    _set_page(book, paper)
    _set_styles(book)
    _title(book, paper)
    for block in paper.blocks:
        _put(book, block)
    book.core_properties.title = clean(paper.title)[:255]
    book.core_properties.author = ""
    book.core_properties.comments = clean(paper.note)[:255]
    book.save(str(path))


def _set_page(book: Book, paper: Paper) -> None:
    page = book.sections[0]
    page.start_type = WD_SECTION.NEW_PAGE
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin = Mm(37), Mm(35)
    page.left_margin, page.right_margin = Mm(28), Mm(26)
    page.footer_distance = Mm(24)
    book.settings.odd_and_even_pages_header_footer = True
    for footer, side in (
        (page.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (page.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        footer.is_linked_to_previous = False
        line = footer.paragraphs[0]
        line.alignment = side
        _run(line, "— ", NUMBERS, Pt(14))
        _page_number(line)
        _run(line, " —", NUMBERS, Pt(14))
        if paper.note:
            below = footer.add_paragraph()
            below.alignment = side
            _run(below, paper.note, BODY, NOTE_SIZE)


def _page_number(line: Para) -> None:
    run = _run(line, "", NUMBERS, Pt(14))
    for kind, words in (("begin", ""), ("", "PAGE"), ("end", "")):
        if words:
            field = OxmlElement("w:instrText")
            field.set(qn("xml:space"), "preserve")
            field.text = words
        else:
            field = OxmlElement("w:fldChar")
            field.set(qn("w:fldCharType"), kind)
        run.append(field)


def _set_styles(book: Book) -> None:
    """The faces of whatever is typed into the document later."""
    style: Any = book.styles["Normal"]
    style.font.name, style.font.size = LATIN, BODY_SIZE
    style.element.rPr.rFonts.set(qn("w:eastAsia"), BODY)
    language = _element("w:lang", val="en-US", eastAsia="zh-CN")
    style.element.get_or_add_rPr().append(language)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)


def _run(line: Para, words: str, face: str, size: Any) -> Any:
    """Add words in a face and size; Latin letters and digits in the one that goes with all."""
    run = line.add_run(clean(words))
    run.font.name, run.font.size = LATIN, size
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)  # noqa: SLF001 - python-docx has no name for it
    return run._r  # noqa: SLF001 - as above


def _line(book: Book, words: str, face: str, size: Any, *, indent: bool = True) -> Para:
    line = book.add_paragraph()
    line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    line.paragraph_format.line_spacing = PITCH
    if indent:
        line.paragraph_format.first_line_indent = size * 2
    _run(line, words, face, size)
    return line


def _title(book: Book, paper: Paper) -> None:
    title = _line(book, paper.title, TITLE, TITLE_SIZE, indent=False)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.line_spacing = Pt(33)
    if paper.subtitle:
        below = _line(book, paper.subtitle, SUBHEAD, BODY_SIZE, indent=False)
        below.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _line(book, "", BODY, BODY_SIZE, indent=False)


def _put(book: Book, block: Block) -> None:
    match block:
        case Heading():
            face = HEAD if block.level == 1 else SUBHEAD
            line = _line(book, block.words, face, BODY_SIZE)
            line.paragraph_format.keep_with_next = True
            _outline(line, block.level)
        case Paragraph():
            for words in clean(block.words).split("\n"):
                line = _line(book, words, BODY, BODY_SIZE)
                line.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        case Facts():
            rows = [(clean(name), clean(value)) for name, value in block.pairs]
            _grid(book, rows, (3, 10), head=0, first_is_name=True)
        case Table():
            heads = [column.heading for column in block.columns]
            shares = [column.width for column in block.columns]
            _grid(book, [heads, *block.rows], shares, head=1)
        case Pictures():
            _pictures(book, block)
        case PageBreak():
            book.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _outline(line: Para, level: int) -> None:
    """Let the heading stand in Word's navigation without the look of its own styles."""
    place = OxmlElement("w:outlineLvl")
    place.set(qn("w:val"), str(level - 1))
    line._p.get_or_add_pPr().append(place)  # noqa: SLF001 - python-docx has no name for it


# --- Tables -----------------------------------------------------------------------------------------
# Made of bare elements: python-docx looks through the whole table for each cell that it adds.


def _grid(
    book: Book,
    rows: Iterable[Sequence[str]],
    shares: Sequence[int],
    *,
    head: int,
    first_is_name: bool = False,
) -> None:
    """A table with thin lines; the first `head` rows come again on each page."""
    widths = [WIDE * share // max(sum(shares), 1) // TWIPS for share in shares]
    table = _element("w:tbl")
    looks = _element("w:tblPr", _element("w:tblW", w=sum(widths), type="dxa"))
    looks.append(_element("w:tblBorders", *(
        _element(f"w:{side}", val="single", sz=4, space=0, color="808080")
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )))  # fmt: skip
    looks.insert(1, _element("w:tblInd", w=CELL_EDGE, type="dxa"))
    looks.append(_element("w:tblLayout", type="fixed"))
    table.append(looks)
    table.append(_element("w:tblGrid", *(_element("w:gridCol", w=width) for width in widths)))
    for number, row in enumerate(rows):
        line = _element("w:tr")
        of_row = _element("w:trPr", _element("w:cantSplit"))
        if number < head:
            of_row.append(_element("w:tblHeader"))
        line.append(of_row)
        for place, width in enumerate(widths):
            is_name = number < head or (first_is_name and place == 0)
            words = row[place] if place < len(row) else ""
            line.append(_cell(words, width, face=HEAD if is_name else BODY))
        table.append(line)
    _append(book, table)
    _line(book, "", BODY, TABLE_SIZE, indent=False).paragraph_format.line_spacing = Pt(10)


def _cell(words: str, width: int, *, face: str) -> Any:
    cell = _element("w:tc", _element("w:tcPr", _element("w:tcW", w=width, type="dxa")))
    for one in clean(words).split("\n"):
        line = _element("w:p", _element("w:pPr", _element("w:spacing", before=40, after=40)))
        run = _element("w:r", _element("w:rPr"))
        looks = run[0]
        looks.append(_element("w:rFonts", ascii=LATIN, hAnsi=LATIN, eastAsia=face))
        looks.append(_element("w:sz", val=int(TABLE_SIZE.pt * 2)))
        text = _element("w:t")
        text.text = one
        text.set(qn("xml:space"), "preserve")
        run.append(text)
        line.append(run)
        cell.append(line)
    return cell


def _element(name: str, *inside: Any, **marks: object) -> Any:
    element = OxmlElement(name)
    for mark, value in marks.items():
        element.set(qn(f"w:{mark}"), str(value))
    element.extend(inside)
    return element


def _append(book: Book, element: Any) -> None:
    """At the end of the document, before what says how its pages are."""
    book.element.body.insert_element_before(element, "w:sectPr")


# --- Pictures ---------------------------------------------------------------------------------------


def _pictures(book: Book, block: Pictures) -> None:
    """Rows of a table without lines: the pictures, each with its words below it."""
    across = max(1, block.across)
    width = (WIDE - GAP * (across - 1)) // across
    table = book.add_table(rows=0, cols=across)
    table.autofit = False
    for start in range(0, len(block.pictures), across):
        row = table.add_row()
        row._tr.get_or_add_trPr().append(_element("w:cantSplit"))  # noqa: SLF001 - no name for it
        for cell, picture in zip(row.cells, block.pictures[start : start + across], strict=False):
            cell.width = Emu(WIDE // across)
            line = cell.paragraphs[0]
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            line.paragraph_format.keep_with_next = True
            shown = print_of(picture)
            if shown is None:
                _run(line, _("（照片已不在）"), BODY, CAPTION_SIZE)
            else:
                scale = min(width / shown.width, TALLEST / shown.height)
                line.add_run().add_picture(
                    io.BytesIO(shown.content), width=Emu(int(shown.width * scale))
                )
            below = cell.add_paragraph()
            below.alignment = WD_ALIGN_PARAGRAPH.CENTER
            below.paragraph_format.space_after = Pt(6)
            _run(below, picture.caption, BODY, CAPTION_SIZE)
    _line(book, "", BODY, TABLE_SIZE, indent=False).paragraph_format.line_spacing = Pt(6)
