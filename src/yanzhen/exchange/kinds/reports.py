"""Reports: citizens' messages, each of which becomes a case that waits to be accepted."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yanzhen.accounts.enums import Action
from yanzhen.accounts.rules import may
from yanzhen.cases.enums import Source
from yanzhen.cases.loop import FIRST_DAY
from yanzhen.cases.models import Category
from yanzhen.core.time import city_day
from yanzhen.core.words import full_date
from yanzhen.exchange import allowed
from yanzhen.exchange.cells import Moment, Unreadable, as_code, as_moment, as_name, as_text, choice
from yanzhen.exchange.columns import Column, Record
from yanzhen.exchange.kind import Bringing, Brought, Carrying, Kind, Prepared, Row
from yanzhen.exchange.kinds.cases import SOURCE_WORDS, visible_cases
from yanzhen.exchange.net import Net
from yanzhen.intake.drafts import ReportDraft
from yanzhen.intake.enums import PlaceBy
from yanzhen.intake.models import Report
from yanzhen.intake.operations import Received, receive_reports
from yanzhen.intake.queries import Places, category_words, changed_reports, known_reports, spot_from
from yanzhen.places.models import Area

EVERY = 500
LONGEST = {"number": 60, "reporter": 60, "title": 200, "place": 120}


class _Settling:
    """The messages of one file, each given its area and category."""

    def __init__(self, bringing: Bringing) -> None:
        self.bringing = bringing
        self.net = Net()
        self.words = category_words()
        self.places = Places(
            areas=list(self.net.areas.by_code.values()), also=bringing.options.places
        )
        self.source = bringing.options.source or Source.LETTER
        self.default = self.net.areas.by_code.get(bringing.options.area_code)
        self.scopes: dict[str, bool] = {}
        self.first_rows: dict[tuple[str, str], int] = {}
        self.placed_by: dict[PlaceBy, int] = {}
        self.guessed = 0

    def drafts(self) -> Iterator[ReportDraft]:
        """Read the file; rows with something wrong are noted in the reading and left out."""
        reading = self.bringing.reading
        for record in reading.records():
            before = len(reading.errors)
            draft = self._draft(record)
            if draft is not None and len(reading.errors) == before and not record.unread:
                how = PlaceBy(draft.place_by)
                self.placed_by[how] = self.placed_by.get(how, 0) + 1
                self.guessed += draft.is_category_guessed
                yield draft
            if reading.row_count % EVERY == 0:
                self.bringing.progress(str(_("核对")), reading.row_count, reading.table.about)

    def _draft(self, record: Record) -> ReportDraft | None:
        self._check_texts(record)
        number, source = record.text("number"), record["source"] or self.source
        if number:
            first = self.first_rows.setdefault((source, number), record.row)
            if first != record.row:
                reason = _("编号“%(number)s”与第 %(row)s 行重复") % {"number": number, "row": first}
                self._refuse(record, "number", reason)
        reported: Moment | None = record["reported_at"]
        if reported and reported.at > self.bringing.now:
            reason = _("来件时间（%(at)s）晚于现在") % {"at": full_date(reported.at)}
            self._refuse(record, "reported_at", reason)
        elif reported and reported.at < FIRST_DAY:
            reason = _("来件时间（%(at)s）太早，请核对年份") % {"at": full_date(reported.at)}
            self._refuse(record, "reported_at", reason)
        area, place_by, names = self._area(record)
        if area is None or reported is None:
            return None
        spot = spot_from(record.text("title"), names)
        category, is_guessed = self._category(record, spot)
        return ReportDraft(
            number=number,
            reported_at=reported.at,
            title=record.text("title"),
            text=record.text("text") or record.text("title"),
            reporter=record.text("reporter"),
            area=area,
            place=record.text("place"),
            place_by=place_by,
            spot=spot,
            category=category,
            is_category_guessed=is_guessed,
            source=source,
        )

    def _refuse(self, record: Record, column: str, reason: str) -> None:
        self.bringing.reading.refuse(record.row, column, reason)

    def _check_texts(self, record: Record) -> None:
        for name, most in LONGEST.items():
            length = len(record.text(name))
            if length > most:
                reason = _("最多 %(most)s 个字，现有 %(length)s 个")
                self._refuse(record, name, reason % {"most": most, "length": length})
        if not record["title"] and not record["text"]:
            self._refuse(record, "text", _("标题和内容至少要填一个"))

    def _area(self, record: Record) -> tuple[Area | None, PlaceBy, tuple[str, ...]]:
        """Return the area, how it was found, and the names of places in the title."""
        title, text, place = (record.text(name) for name in ("title", "text", "place"))
        names = tuple(self.places.names_in(title))
        within, how = self.default, PlaceBy.DEFAULT
        if record["area"]:
            try:
                within, how = self.net.areas.find(record.text("area")), PlaceBy.GIVEN
            except Unreadable as error:
                self._refuse(record, "area", str(error))
                return None, how, names
        elif place and (code := self.places.area_in(place)):
            within, how = self.net.areas.by_code[code], PlaceBy.MAPPED
        found = within if how is PlaceBy.GIVEN else self._nearer(within, title, text)
        if found is None:
            reason = _("没有写明区域，文字里也认不出；请填区域，或用 --area 指定默认区域")
            self._refuse(record, "area", reason)
            return None, how, names
        if within is None or found.code != within.code:
            how = PlaceBy.WORDS
        if not self._in_scope(found.code):
            self._refuse(record, "area", _("这个区域不在您的管理范围内"))
        return found, how, names

    def _nearer(self, within: Area | None, title: str, text: str) -> Area | None:
        """Return the smallest area that the words name within the one that is known."""
        known = within.code if within else ""
        code = self.places.area_in(title, within=known) or self.places.area_in(text, within=known)
        return self.net.areas.by_code[code] if code else within

    def _in_scope(self, code: str) -> bool:
        if code not in self.scopes:
            self.scopes[code] = may(
                self.bringing.actor,
                Action.IMPORT,
                on=city_day(self.bringing.now),
                area_code=code,
            )
        return self.scopes[code]

    def _category(self, record: Record, spot: str) -> tuple[Category | None, bool]:
        """Return the category, and whether it was guessed.

        The spot does not count: a building site beside a school is no matter of schools.
        """
        if record["category"]:
            try:
                return self.net.categories.find(record.text("category")), False
            except Unreadable as error:
                self._refuse(record, "category", str(error))
                return None, False
        title = record.text("title").replace(spot, " ") if spot else record.text("title")
        category = self.words.suggest(title, record.text("text"))
        return category, category is not None

    def refuse_changed(self, drafts: list[ReportDraft]) -> None:
        """Note each message whose number is here already with other words."""
        for source, number in changed_reports(drafts):
            row = self.first_rows[source, number]
            reason = _("来件 %(number)s 已登记过，且内容不同") % {"number": number}
            self.bringing.reading.refuse(row, "number", reason)

    def count_known(self, drafts: list[ReportDraft]) -> int:
        """Return how many of the messages are here already."""
        numbers: dict[str, list[str]] = {}
        for draft in drafts:
            numbers.setdefault(draft.source, []).append(draft.number)
        return sum(1 for source, of in numbers.items() for _row in known_reports(source, of))

    def notes(self) -> list[str]:
        """Say how the areas and categories were found."""
        notes = []
        ignored = self.bringing.reading.ignored
        if ignored:
            notes.append(_("没有用到的列：%(names)s") % {"names": "、".join(ignored)})
        by = [f"{how.label} {count}" for how, count in sorted(self.placed_by.items())]
        notes.append(_("区域依据：%(by)s") % {"by": "，".join(by)})
        if self.guessed:
            notes.append(_("类别由文字推荐：%(count)s") % {"count": self.guessed})
        return notes


def _prepare(bringing: Bringing) -> Prepared:
    settling = _Settling(bringing)
    drafts = list(settling.drafts())
    settling.refuse_changed(drafts)
    bringing.require_no_errors()
    known = settling.count_known(drafts)

    def write() -> Brought:
        received = receive_reports(
            drafts=drafts,
            actor=bringing.actor,
            now=bringing.now,
            progress=lambda done: bringing.progress(str(_("写入")), done, len(drafts)),
        )
        return _brought(received, settling.notes())

    return Prepared(_brought(Received(len(drafts) - known, known, 0), settling.notes()), write)


def _brought(received: Received, notes: list[str]) -> Brought:
    if received.alike:
        notes.append(_("与较早来件内容相近，疑似重复：%(count)s") % {"count": received.alike})
    if received.unchanged:
        notes.append(_("已登记过、跳过：%(count)s") % {"count": received.unchanged})
    return Brought(received.created, 0, received.unchanged, tuple(notes))


def _reports(carrying: Carrying) -> QuerySet[Report]:
    return Report.objects.filter(case__in=visible_cases(carrying))


def _rows(carrying: Carrying) -> Iterator[Row]:
    names = ("number", "reported_at", "title", "text", "case__area_id", "case__category_id")
    fields = ["number", "reported_at", "title", "text", "area", "category"]
    rows = _reports(carrying).order_by("reported_at", "pk")
    shown = carrying.shown([*fields, "reporter", "place", "source"], {"source": Source})
    for row in rows.values_list(*names, "reporter", "place", "channel").iterator(chunk_size=2000):
        yield shown(row)


def _count(carrying: Carrying) -> int:
    return _reports(carrying).count()


KIND = Kind(
    code="reports",
    label=gettext_lazy("群众来件"),
    about=gettext_lazy("群众来信、留言、热线工单：每件成为一个待受理的问题"),
    columns=(
        Column("number", gettext_lazy("来件编号"), as_code, is_required=True, also=("编号", "留言编号", "工单号")),
        Column(
            "reported_at", gettext_lazy("来件时间"), as_moment, is_required=True, width=18,
            also=("留言时间", "受理时间", "时间"), example="2026-11-21 14:05",
        ),
        Column("title", gettext_lazy("标题"), as_text, also=("主题", "留言主题"), width=36),
        Column("text", gettext_lazy("内容"), as_text, also=("详情", "留言详情", "诉求内容"), width=60),
        Column(
            "area", gettext_lazy("区域"), as_code, allowed=allowed.areas,
            note=gettext_lazy("代码或名称；空着则从地点、标题和内容里认"),
        ),
        Column(
            "category", gettext_lazy("类别"), as_code, allowed=allowed.categories,
            note=gettext_lazy("代码或名称；空着则按文字推荐"),
        ),
        Column("reporter", gettext_lazy("来件人"), as_name, also=("留言用户", "姓名")),
        Column("place", gettext_lazy("地点"), as_text, also=("位置", "所说地点")),
        Column(
            "source", gettext_lazy("来源"), choice(Source, SOURCE_WORDS),
            allowed=allowed.choices(Source), note=gettext_lazy("空着算“来信”"),
        ),
    ),
    notes=(
        gettext_lazy("多出来的列不影响导入，会提示没有用到。"),
        gettext_lazy("再次导入同一份文件时，已登记过的来件自动跳过。"),
    ),
    prepare=_prepare,
    rows=_rows,
    count=_count,
    has_people=True,
    ignores_unknown=True,
)  # fmt: skip
