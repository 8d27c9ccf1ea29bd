"""The photo ledger of a site: one document of what was found there, put right, and by whom.

As Word, PDF or Excel, each with who took it and when; that it was taken is recorded.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from django.db import transaction
from django.utils.translation import gettext as _

from yanzhen.accounts.models import User
from yanzhen.cases.enums import PhotoMoment
from yanzhen.cases.models import CasePhoto
from yanzhen.cases.queries.sites import SiteCase, SiteHistory
from yanzhen.core.paper.blocks import (
    Block,
    Column,
    Facts,
    Heading,
    Paper,
    Paragraph,
    Picture,
    Pictures,
    Table,
)
from yanzhen.core.paper.pdf import write_pdf
from yanzhen.core.paper.prints import print_of
from yanzhen.core.paper.word import write_word
from yanzhen.core.words import full_date, here
from yanzhen.events.operations import record
from yanzhen.files.queries import picture_bytes

Told = Callable[[int], None]
"""Is told how many photos are done."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: the end of its name, what it is to a browser."""

    suffix: str
    content_type: str
    label: str


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
KINDS: Final = {
    "word": Kind("docx", f"{_OFFICE}.wordprocessingml.document", "Word"),
    "pdf": Kind("pdf", "application/pdf", "PDF"),
    "excel": Kind("xlsx", f"{_OFFICE}.spreadsheetml.sheet", "Excel"),
}


def write_album(
    path: Path, history: SiteHistory, *, kind: str, by: User, now: datetime, told: Told
) -> int:
    """Write the document; return how many photos stand in it. Raises `FontsMissing` for a PDF."""
    note = _("由 %(who)s（%(name)s）于 %(when)s 导出") % {
        "who": by.full_name, "name": by.username, "when": full_date(now),
    }  # fmt: skip
    if kind == "excel":
        _write_sheet(path, history, note=note, told=told)
    else:
        write = write_pdf if kind == "pdf" else write_word
        write(paper_of(history, note=note, told=told), path)
    return photos_in(history)


def photos_in(history: SiteHistory) -> int:
    """How many photos the cases have."""
    return sum(len(one.photos) for one in history.cases)


def file_name(site: str, kind: str, on: date) -> str:
    """What the file is called on the desk of whoever took it."""
    words = {"site": site, "day": on.isoformat(), "suffix": KINDS[kind].suffix}
    return _("%(site)s 照片台账 %(day)s.%(suffix)s") % words


@transaction.atomic
def note_album(*, site: str, kind: str, cases: int, actor: User, now: datetime) -> None:
    """Write down who took the photo ledger of which site out of the house."""
    user = User.rows.locked().get(pk=actor.pk)
    record(
        "user.exported", user, actor=actor, at=now, what="site_album", site=site, kind=kind,
        rows=cases,
    )  # fmt: skip


# --- As Word and PDF ------------------------------------------------------------------------------


def paper_of(history: SiteHistory, *, note: str = "", told: Told = lambda _done: None) -> Paper:
    """The document out of neutral blocks: the site, who answered, the cases from the first on."""
    count = iter(range(1, photos_in(history) + 1))
    cases = list(reversed(history.cases))
    blocks: list[Block] = [Facts(_site_facts(history))]
    if history.terms:
        blocks += [Heading(_("一、谁负责")), _terms(history)]
    blocks.append(Heading(_("二、问题一览") if history.terms else _("一、问题一览")))
    if not cases:
        blocks.append(Paragraph(_("没有问题。")))
        return Paper(_title(history), blocks, history.area, note)
    blocks.append(_overview(cases))
    blocks.append(Heading(_("三、逐件照片") if history.terms else _("二、逐件照片")))
    for number, one in enumerate(cases, start=1):
        heading = {"n": number, "number": one.case.number, "title": one.case.title}
        blocks.append(Heading(_("%(n)s. %(number)s %(title)s") % heading, 2))
        blocks.append(Facts(list(_case_facts(one))))
        if one.photos:
            blocks.append(Pictures([_picture(photo, count, told) for photo in _paired(one)]))
        else:
            blocks.append(Paragraph(_("没有照片。")))
    return Paper(_title(history), blocks, history.area, note)


def _title(history: SiteHistory) -> str:
    return _("%(site)s照片台账") % {"site": history.site.name}


def _site_facts(history: SiteHistory) -> list[tuple[str, str]]:
    site = history.site
    said = _("%(n)s 件，在办 %(open)s 件") % {"n": history.total, "open": history.open_count}
    if history.left_out:
        said += _("；本册收最近 %(n)s 件") % {"n": len(history.cases)}
    facts = [
        (_("点位"), site.name),
        (_("编号"), site.code),
        (_("类型"), site.type.name),
        (_("位置"), site.address),
        (_("问题"), said),
    ]
    return [(name, value) for name, value in facts if value]


def _terms(history: SiteHistory) -> Table:
    rows = [
        (
            one.what,
            one.who,
            one.from_on.isoformat(),
            one.to_on.isoformat() if one.to_on else _("至今"),
        )
        for one in history.terms
    ]
    heads = [Column(_("责任"), 3), Column(_("谁"), 6), Column(_("起"), 3), Column(_("止"), 3)]
    return Table(heads, rows)


def _overview(cases: list[SiteCase]) -> Table:
    heads = [
        Column(_("编号"), 12), Column(_("问题"), 11), Column(_("责任单位"), 9),
        Column(_("发现"), 9), Column(_("销号"), 9), Column(_("状态"), 6),
    ]  # fmt: skip
    rows = [
        (
            one.case.number,
            one.case.title,
            one.case.unit.name if one.case.unit else "",
            _day(one.case.found_at),
            _day(one.case.closed_at),
            one.case.get_status_display(),
        )
        for one in cases
    ]
    return Table(heads, rows)


def _day(at: datetime | None) -> str:
    return here(at).date().isoformat() if at else ""


def _case_facts(one: SiteCase) -> Iterator[tuple[str, str]]:
    case = one.case
    yield _("情况"), case.words or case.title
    if case.unit:
        yield _("责任单位"), case.unit.name
    if one.answered:
        yield _("责任人"), one.answered
    times = [
        (_("发现"), case.found_at), (_("交办"), case.dispatched_at),
        (_("反馈"), case.submitted_at), (_("销号"), case.closed_at),
    ]  # fmt: skip
    yield _("经过"), "；".join(f"{what} {full_date(at)}" for what, at in times if at)
    if case.rework_count:
        yield _("返工"), _("%(n)s 次") % {"n": case.rework_count}


def _paired(one: SiteCase) -> list[CasePhoto]:
    """Before and after side by side first, then all others as they came."""
    pair = [photo for photo in (one.before, one.after) if photo is not None]
    return [*pair, *(photo for photo in one.photos if photo not in pair)]


def _picture(photo: CasePhoto, count: Iterator[int], told: Told) -> Picture:
    def read() -> bytes | None:
        told(next(count, 0))
        return picture_bytes(photo.photo)

    return Picture(read, caption_of(photo))


def caption_of(photo: CasePhoto) -> str:
    """What a photo shows and when: as it says itself, else when it was uploaded."""
    moment = str(PhotoMoment(photo.moment).label)
    said = photo.photo.taken_at
    when = (
        _("摄于 %(at)s") % {"at": full_date(said)}
        if said
        else _("%(at)s 上传") % {"at": full_date(photo.photo.uploaded_at)}
    )
    return "，".join(filter(None, [moment, photo.caption, when]))


# --- As Excel -------------------------------------------------------------------------------------

PHOTO_HIGH, PHOTO_WIDE = 108, 24
"""The height of a row in points, and the width of a column of photos in characters."""
PIXELS_HIGH, PIXELS_WIDE = 138, 168


def _write_sheet(path: Path, history: SiteHistory, *, note: str, told: Told) -> None:
    """One row a case; its photos stand in the row, each with its caption as the words behind it."""
    most = max((len(one.photos) for one in history.cases), default=0)
    book = xlsxwriter.Workbook(
        str(path),
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd hh:mm",
        },
    )
    title = _title(history)
    book.set_properties({"title": title, "comments": note})
    sheet = book.add_worksheet(_("照片台账"))
    looks = {
        "head": book.add_format({"bold": True, "bg_color": "#E6F2F3", "bottom": 1}),
        "cell": book.add_format({"text_wrap": True, "valign": "top"}),
        "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top"}),
    }
    heads = [
        (_("编号"), 17), (_("问题"), 26), (_("情况"), 36), (_("状态"), 9), (_("责任单位"), 22),
        (_("责任人"), 26), (_("发现"), 17), (_("交办"), 17), (_("反馈"), 17), (_("销号"), 17),
        (_("返工"), 7), *((_("照片 %(n)s") % {"n": n}, PHOTO_WIDE) for n in range(1, most + 1)),
    ]  # fmt: skip
    for place, (head, width) in enumerate(heads):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, head, looks["head"])
    sheet.freeze_panes(1, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer(f"&L{note.replace('&', '&&')}&R&P / &N")
    done = 0
    for row, one in enumerate(reversed(history.cases), start=1):
        _write_row(sheet, row, one, looks, first_photo=len(heads) - most)
        done += len(one.photos)
        told(done)
    book.close()


def _write_row(
    sheet: Any, row: int, one: SiteCase, looks: dict[str, Any], *, first_photo: int
) -> None:
    case = one.case
    texts = (
        case.number, case.title, case.words, case.get_status_display(),
        case.unit.name if case.unit else "", one.answered,
    )  # fmt: skip
    for place, words in enumerate(texts):
        sheet.write_string(row, place, str(words), looks["cell"])
    times = (case.found_at, case.dispatched_at, case.submitted_at, case.closed_at)
    for place, at in enumerate(times, start=len(texts)):
        if at is not None:
            moment = here(at).replace(tzinfo=None, microsecond=0)
            sheet.write_datetime(row, place, moment, looks["time"])
    sheet.write_number(row, len(texts) + len(times), case.rework_count, looks["cell"])
    if one.photos:
        sheet.set_row(row, PHOTO_HIGH)
    for place, photo in enumerate(_paired(one), start=first_photo):
        caption = caption_of(photo)
        sheet.write_string(row, place, caption, looks["cell"])
        shown = print_of(Picture(lambda photo=photo: picture_bytes(photo.photo, small=True)))  # type: ignore[misc]
        if shown is None:
            continue
        scale = min(PIXELS_WIDE / shown.width, (PIXELS_HIGH - 32) / shown.height)
        options = {
            "image_data": io.BytesIO(shown.content), "x_scale": scale, "y_scale": scale,
            "x_offset": 2, "y_offset": 34, "object_position": 1, "description": caption,
        }  # fmt: skip
        sheet.insert_image(row, place, f"{photo.pk}.jpg", options)
