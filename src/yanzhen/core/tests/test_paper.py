"""Simple documents: whatever stands in one comes out as itself, in Word as in PDF."""

import io
import re
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from PIL import Image
from pypdf import PdfReader

from yanzhen.core.paper import pdf
from yanzhen.core.paper.blocks import (
    Column,
    Facts,
    Heading,
    PageBreak,
    Paper,
    Paragraph,
    Picture,
    Pictures,
    Table,
    clean,
)
from yanzhen.core.paper.pdf import FontsMissing, write_pdf
from yanzhen.core.paper.prints import SIDE, print_of
from yanzhen.core.paper.word import write_word

Writer = Callable[[Paper, Path], None]
BOTH = pytest.mark.parametrize("write", [write_word, write_pdf], ids=["word", "pdf"])

HOSTILE = (
    "#set text(red)", "#import", "$x^2$", "@ref", "\\", "\\u{41}", "`raw`", "*b*", "_i_", "<label>",
    "//c", "/*d*/", "[x]", "{y}", '"q"', "=", "-", "+", "~", "---", "...", "'", "&amp;", "<w:p/>",
    "%PDF", "{{7*7}}", "{%if%}", "=1+1", "😀", "璟喆玥祎镕",
)  # fmt: skip


def text_of(path: Path) -> str:
    """All words of a document without blanks and ends of lines, which are the setter's."""
    if path.suffix == ".pdf":
        found = [page.extract_text() for page in PdfReader(path).pages]
    else:
        body: Any = Document(str(path)).element.body
        found = [one.text or "" for one in body.iter(qn("w:t"))]
    return re.sub(r"\s", "", "".join(found))


def written(write: Writer, folder: Path, *blocks: Any, **fields: Any) -> Path:
    path = folder / ("paper.pdf" if write is write_pdf else "paper.docx")
    write(Paper(**{"title": "点位照片台账", "blocks": blocks} | fields), path)
    return path


def shot(color: str = "teal", size: tuple[int, int] = (64, 48), kind: str = "WEBP") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, kind)
    return out.getvalue()


def pictures_in(path: Path) -> int:
    if path.suffix == ".pdf":
        return sum(len(page.images) for page in PdfReader(path).pages)
    with ZipFile(path) as parts:
        document = parts.read("word/document.xml").decode()
    return document.count("<a:blip ")


@BOTH
def test_hostile_words_come_out_as_themselves_wherever_they_stand(
    write: Writer, tmp_path: Path
) -> None:
    told = [f"{words}甲{number}乙" for number, words in enumerate(HOSTILE)]
    blocks = [
        block
        for words in told
        for block in (
            Heading(words),
            Paragraph(words),
            Facts([(words, words)]),
            Table([Column(words)], [[words]]),
            Pictures([Picture(shot, words)]),
        )
    ]
    whole = "".join(told)

    path = written(write, tmp_path, *blocks, title=whole, subtitle=whole)

    text = text_of(path)
    wrong = [words for words in told if text.count(words.replace(" ", "")) < 9]
    assert wrong == []


@BOTH
def test_what_no_document_can_hold_shows_as_a_mark(write: Writer, tmp_path: Path) -> None:
    path = written(write, tmp_path, Paragraph("甲\x00乙\x1b丙\ud800丁\ufffe戊"))

    assert "甲\ufffd乙\ufffd丙\ufffd丁\ufffd戊" in text_of(path)


def test_cleaning_leaves_lines_tabs_and_every_character_alone() -> None:
    assert clean("一\r\n二\n三\t四 😀 璟") == "一\n二\n三\t四 😀 璟"


@BOTH
def test_a_long_table_is_complete_and_its_heading_comes_again(
    write: Writer, tmp_path: Path
) -> None:
    rows = [[f"HY-2026-{n:06}", f"第{n}处占道经营", "雁峰区城管局"] for n in range(1500)]
    path = written(
        write, tmp_path, Table([Column("编号", 3), Column("问题", 5), Column("单位", 4)], rows)
    )

    text = text_of(path)
    assert all(row[0] in text and row[1] in text for row in rows)
    assert text.index("HY-2026-000000") < text.index("HY-2026-001499")
    if write is write_pdf:
        pages = PdfReader(path).pages
        assert len(pages) > 20
        assert all("编号" in page.extract_text() for page in pages)
    else:
        (table,) = Document(str(path)).tables
        assert len(table.rows) == 1501
        head: Any = table.rows[0]._tr
        assert head.trPr.find(qn("w:tblHeader")) is not None


@BOTH
def test_rows_that_are_too_short_or_too_long_fit_the_columns(write: Writer, tmp_path: Path) -> None:
    path = written(
        write, tmp_path, Table([Column("甲"), Column("乙")], [["一"], ["二", "三", "四"]])
    )

    text = text_of(path)
    assert "二三" in text
    assert "四" not in text


@BOTH
def test_pictures_stand_with_their_captions_and_a_lost_one_says_so(
    write: Writer, tmp_path: Path
) -> None:
    path = written(
        write,
        tmp_path,
        Pictures(
            [
                Picture(shot, "整改前"),
                Picture(lambda: shot("gray", (300, 900), "JPEG"), "整改后"),
                Picture(lambda: None, "没有了"),
                Picture(lambda: b"no picture", "读不出"),
            ]
        ),
    )

    text = text_of(path)
    assert [text.count(words) for words in ("整改前", "整改后", "没有了", "读不出")] == [1, 1, 1, 1]
    assert text.count("（照片已不在）") == 2
    assert pictures_in(path) == 2


@BOTH
def test_two_hundred_pictures_are_read_one_at_a_time(write: Writer, tmp_path: Path) -> None:
    read: list[int] = []

    def picture(number: int) -> Picture:
        def take() -> bytes:
            read.append(number)
            image = Image.new("RGB", (1200, 900), "teal")
            image.paste("white", (0, 0, 1200, 4 * number + 4))
            image.save(out := io.BytesIO(), "JPEG")
            return out.getvalue()

        return Picture(take, f"第{number}张。")

    tracemalloc.start()
    path = written(write, tmp_path, Pictures([picture(number) for number in range(200)]))
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert read == list(range(200))
    assert all(f"第{number}张。" in text_of(path) for number in (0, 99, 199))
    assert pictures_in(path) == 200
    assert most < 60_000_000  # two hundred of them unpacked would be 600 MB


@BOTH
def test_an_empty_document_has_its_title_and_nothing_else(write: Writer, tmp_path: Path) -> None:
    path = written(write, tmp_path)

    assert text_of(path).startswith("点位照片台账")
    if write is write_pdf:
        assert len(PdfReader(path).pages) == 1


@BOTH
def test_empty_blocks_are_no_fault(write: Writer, tmp_path: Path) -> None:
    path = written(
        write,
        tmp_path,
        Facts([]),
        Table([Column("甲")], []),
        Pictures([]),
        Paragraph(""),
        PageBreak(),
    )

    assert "甲" in text_of(path)


def test_word_names_the_official_faces_and_margins(tmp_path: Path) -> None:
    path = written(
        write_word, tmp_path, Heading("一、情况"), Heading("（一）问题", 2), Paragraph("正文")
    )

    book = Document(str(path))
    page: Any = book.sections[0]
    sides = (page.top_margin, page.bottom_margin, page.left_margin, page.right_margin)
    assert [round(side / Mm(1)) for side in sides] == [37, 35, 28, 26]
    lines: Any = [line for line in book.paragraphs if line.text]
    faces = {line.text: line.runs[0]._r.rPr.rFonts.get(qn("w:eastAsia")) for line in lines}
    assert faces == {
        "点位照片台账": "方正小标宋简体",
        "一、情况": "黑体",
        "（一）问题": "楷体_GB2312",
        "正文": "仿宋_GB2312",
    }


def test_the_note_and_the_number_stand_on_each_page_of_the_pdf(tmp_path: Path) -> None:
    path = written(
        write_pdf, tmp_path, Paragraph("甲"), PageBreak(), Paragraph("乙"), note="由张三导出"
    )

    pages = [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(path).pages]
    assert len(pages) == 2
    assert all("由张三导出" in page for page in pages)
    assert "—1—" in pages[0]
    assert "—2—" in pages[1]


def test_without_a_chinese_face_the_pdf_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import typst

    bare = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    monkeypatch.setattr(pdf, "_fonts", lambda: bare)

    with pytest.raises(FontsMissing, match="没有中文字体"):
        written(write_pdf, tmp_path, Paragraph("甲"))


def test_a_print_is_upright_small_and_without_metadata() -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "secret"
    Image.new("RGB", (3000, 2000), "teal").save(out, "JPEG", exif=exif)

    shown = print_of(Picture(out.getvalue))

    assert shown
    assert (shown.width, shown.height) == (round(SIDE * 2 / 3), SIDE)
    assert b"secret" not in shown.content
