"""Sample rows for the style guide: every part of a page in all its states, nothing from a database.

Places, units and figures are made up for looking at.
"""

# ruff: noqa: E501 - the rows of a table read best as rows
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.http import HttpRequest

from yanzhen.core import drawing
from yanzhen.core.clockface import ClockFace
from yanzhen.core.drawing import ClockMark, ClockSpan, Window
from yanzhen.core.filters import FilterFace, FilterOption
from yanzhen.core.icons import ICONS
from yanzhen.core.paging import Page
from yanzhen.core.shell import AreaItem, RailItem, Shell
from yanzhen.core.templatetags.marks import PLATES, SLIPS, STATUS

PAGES: Final = {
    "index": "部件",
    "ledger": "台账",
    "case": "问题页",
    "inbox": "收件箱",
    "inbox-empty": "没有待办",
    "figure": "指标页",
    "list": "单位列表",
    "form": "表单",
    "import": "导入",
    "sign-in": "登录",
}

NOW: Final = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 on the city's clock."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def _soon(words: str, share: float) -> ClockFace:
    return ClockFace(words, share, None, "soon")


def _runs(words: str, share: float) -> ClockFace:
    return ClockFace(words, share, None, "run")


def _late(words: str, due_share: float) -> ClockFace:
    return ClockFace(words, 1.0, due_share, "late")


CLOCKS: Final = (
    _runs("还剩 2 天", 0.3),
    _soon("还剩 3 小时", 0.86),
    _late("超期 2 天", 0.62),
    ClockFace("停钟（挂账）", 0.5, None, "hold"),
    ClockFace("按时办结", 1.0, None, "done"),
)

_W, _A, _D, _S = (
    ("返工", "rework"),
    ("整改中", "acknowledged"),
    ("待签收", "dispatched"),
    ("待核查", "submitted"),
)
_KEYS = ("number", "what", "site", "area", "unit", "source", "status", "clock", "slip")
ROWS: Final = [
    dict(zip(_KEYS, row, strict=True))
    for row in (
        ("HY-2026-003702", "污水井盖破损，夜间无警示", "蒸阳路 86 号门前", "石鼓 人民", "石鼓区住建局", "热线", _W, _late("超期 2 天", 0.62), "red"),
        ("HY-2026-003688", "公平秤缺失，投诉牌未上墙", "雁南农贸市场", "雁峰 先锋", "雁峰区市监局", "督查", _A, _late("超期 1 天", 0.74), "yellow"),
        ("HY-2026-003745", "飞线充电，楼道堆物", "纺织新村 12 栋", "雁峰 白沙洲", "白沙洲街道", "随手拍", _A, _late("超期 6 小时", 0.84), "yellow"),
        ("HY-2026-003851", "小广告成片，墙面污损", "西湖二村背街", "石鼓 青山", "石鼓区城管局", "督查", _D, _late("超期 2 小时", 0.92), "yellow"),
        ("HY-2026-003911", "消防通道被电动车和杂物占满", "幸福里小区 3 栋北", "雁峰 黄茶岭", "黄茶岭街道", "督查", _S, _soon("还剩 3 小时", 0.62), "yellow"),
        ("HY-2026-004012", "公厕异味，地面积水", "岳屏公园东门公厕", "雁峰 天马山", "雁峰区环卫所", "随手拍", _A, _soon("还剩 3 小时", 0.88), "white"),
        ("HY-2026-004018", "占道经营堵塞盲道", "解放路中山路口", "雁峰 雁峰", "雁峰区城管局", "网格", _A, _soon("还剩 3 小时", 0.86), "white"),
        ("HY-2026-003996", "公益广告破损、褪色", "火车站广场", "珠晖 广东路", "珠晖区文明办", "督查", _S, _soon("还剩 4 小时", 0.8), ""),
        ("HY-2026-004027", "路灯连片不亮（6 盏）", "衡州大道辅道", "珠晖 酃湖", "市路灯管理处", "热线", ("延期待批", "acknowledged"), _soon("还剩 5 小时", 0.78), "white"),
        ("HY-2026-004031", "垃圾桶满溢，清运不及时", "苗圃路菜市场", "珠晖 苗圃", "珠晖区环卫所", "随手拍", _A, _soon("还剩 5 小时", 0.76), ""),
        ("HY-2026-004044", "非机动车乱停，挤占人行道", "步步高商场东侧", "蒸湘 红湘", "蒸湘区城管局", "督查", _D, _runs("还剩 1 天", 0.55), ""),
        ("HY-2026-004052", "母婴室未开放", "政务中心二楼", "蒸湘 联合", "市行政审批局", "督查", _A, _runs("还剩 1 天", 0.52), ""),
        ("HY-2026-004057", "无障碍停车位被占", "南华附二停车场", "蒸湘 红湘", "市卫健委", "随手拍", _A, _runs("还剩 1 天", 0.5), ""),
        ("HY-2026-004063", "绿化带黄土裸露", "船山大道中段", "蒸湘 蒸湘", "蒸湘区园林所", "网格", _A, _runs("还剩 2 天", 0.38), ""),
        ("HY-2026-004070", "窨井周边路面下沉", "环城北路 41 号", "石鼓 合江", "石鼓区住建局", "热线", _D, _runs("还剩 2 天", 0.3), ""),
        ("HY-2026-004072", "建筑围挡公益广告不足三成", "雁栖湖工地", "雁峰 岳屏", "雁峰区住建局", "督查", _D, _runs("还剩 2 天", 0.26), ""),
        ("HY-2026-004079", "游客中心志愿服务站无人", "南岳衡山牌坊", "南岳 祝融", "南岳区文旅局", "督查", _D, _runs("还剩 3 天", 0.12), ""),
        ("HY-2026-003560", "老旧小区雨污分流未改造", "西湖一村", "石鼓 青山", "石鼓区住建局", "热线", ("挂账", "parked"), ClockFace("停钟（挂账）", 0.0, None, "hold"), ""),
    )
]  # fmt: skip

VIEWS: Final = [
    {"url": "#", "label": label, "count": count, "current": label == "今天要盯"}
    for label, count in (
        ("全部在办", 1284), ("今天要盯", 41), ("已超期", 12), ("待我核查", 9), ("红单未结", 5),
        ("反复出现", 63), ("挂账", 28),
    )
]  # fmt: skip

FILTERS: Final = [
    FilterFace("due", "到期", "dates", (FilterOption("2026-11-20/2026-11-23", "3 天内"), FilterOption("/2026-11-19", "已超期")), ("", "2026-11-23"), "今天及以前，或 3 天内"),
    FilterFace("area", "区县", "many", (FilterOption("430405", "珠晖区", 12), FilterOption("430406", "雁峰区", 14), FilterOption("430407", "石鼓区", 9), FilterOption("430408", "蒸湘区", 6)), ("430405", "430406")),
    FilterFace("status", "状态", "one", (FilterOption("open", "未销号", 41), FilterOption("closed", "已销号", 2537)), ("open",)),
    FilterFace("source", "来源", "one", (FilterOption("inspection", "督查", 20), FilterOption("hotline", "12345 热线", 8), FilterOption("snapshot", "随手拍", 9))),
    FilterFace("type", "点位类型", "many", (FilterOption("market", "农贸市场"), FilterOption("road", "主次干道"), FilterOption("compound", "小区"))),
    FilterFace("words", "含有", "words"),
]  # fmt: skip


def _picture() -> drawing.ClockPicture:
    """The clock of a case with a pause, two slips, a late answer and a verification that runs."""
    return drawing.clock_picture(
        windows=[Window(_at(day, 8, 30), _at(day, 17, 30)) for day in (17, 18, 19, 20)],
        spans=[
            ClockSpan(_at(17, 9, 30), _at(18, 13, 30), "run", "整改"),
            ClockSpan(_at(18, 13, 30), _at(18, 17, 30), "hold"),
            ClockSpan(_at(19, 8, 30), _at(19, 15, 30), "run"),
            ClockSpan(_at(19, 15, 30), _at(20, 10, 12), "late", "超期 3 小时 42 分"),
            ClockSpan(_at(20, 10, 12), NOW, "check", "核查"),
        ],
        marks=[
            ClockMark(_at(17, 9, 30), "event", "09:30 交办"),
            ClockMark(_at(18, 13, 30), "event", "停钟 4 小时，已批"),
            ClockMark(_at(19, 11, 30), "old", "原定 11:30"),
            ClockMark(_at(19, 15, 30), "due", "15:30 到期"),
            ClockMark(_at(20, 10, 12), "event", "10:12 反馈"),
            ClockMark(_at(20, 17, 30), "due", "17:30 核查限"),
            ClockMark(_at(19, 9, 30), "white", "09:30"),
            ClockMark(_at(19, 15, 30), "yellow", "15:30"),
            ClockMark(NOW, "now", "现在 14:05"),
        ],
        now=NOW,
        label="时限：11-17 交办，停钟 4 小时，11-19 15:30 到期，11-20 10:12 反馈，超期 3 小时 42 分；核查限今天 17:30",
    )


TIMELINE: Final = [
    {"at": _at(20, 10, 12), "who": "黄茶岭街道", "text": "反馈整改", "words": "电动车已移到南门车棚，地面重新划线，加装挡车桩。", "photos": [{"url": "#", "label": "照片 3 张"}], "current": True},
    {"at": _at(20, 8, 40), "who": "雁峰区消防救援大队", "text": "协办完成：现场复测净宽 4.2 米"},
    {"at": _at(19, 15, 30), "who": "", "text": "到期未反馈，发", "url": "#", "url_label": "雁督黄〔2026〕118 号"},
    {"at": _at(18, 13, 30), "who": "创建办", "text": "批准停钟 4 小时", "words": "联系车主移车"},
    {"at": _at(17, 9, 30), "who": "督查二组", "text": "立案并交办"},
]  # fmt: skip

_DISTRICTS: Final = [
    ("南岳区", 96, 92, "1.1", "up"), ("石鼓区", 402, 361, "2.4", "up"), ("蒸湘区", 447, 398, "0.6", "up"),
    ("雁峰区", 521, 461, "1.9", "up"), ("衡东县", 168, 147, "0.0", "same"), ("衡南县", 214, 186, "0.7", "down"),
    ("衡山县", 142, 122, "0.4", "up"), ("衡阳县", 203, 172, "1.2", "up"), ("常宁市", 176, 147, "1.4", "down"),
    ("祁东县", 158, 130, "0.3", "up"), ("珠晖区", 263, 207, "3.2", "down"), ("耒阳市", 158, 114, "2.1", "down"),
]  # fmt: skip

LINE: Final = Decimal(80)
"""Below this a rate is marked."""


def _rate(part: int, whole: int) -> Decimal:
    return (Decimal(100) * part / whole).quantize(Decimal("0.01"))


def _districts() -> list[dict[str, Any]]:
    return [
        {"name": name, "found": found, "done": done, "open": found - done,
         "rate": _rate(done, found), "low": _rate(done, found) < LINE, "move": move, "way": way}
        for name, found, done, move, way in _DISTRICTS
    ]  # fmt: skip


_TREND: Final = (
    "71.2",
    "73",
    "72.4",
    "75.8",
    "77.1",
    "76.5",
    "79.9",
    "81.5",
    "80.9",
    "83.7",
    "84.4",
    "86.06",
)
_MONTHS: Final = ("12月", "1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月")  # fmt: skip


class SampleForm(forms.Form):
    """A form with every kind of field."""

    name = forms.CharField(
        label="点位名称", max_length=60, help_text="写群众叫得出的名字，不超过 60 字。"
    )
    kind = forms.ChoiceField(
        label="点位类型",
        choices=[
            ("", "请选择"),
            ("market", "农贸市场"),
            ("road", "主次干道"),
            ("compound", "小区"),
        ],
    )
    code = forms.CharField(label="代码", required=False, disabled=True, initial="ST-430406-0032")
    lamps = forms.IntegerField(label="应亮路灯", min_value=0, required=False)
    accepted_on = forms.DateField(
        label="验收日期", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    words = forms.CharField(
        label="情况说明", widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    stall = forms.ChoiceField(
        label="物业",
        widget=forms.RadioSelect,
        choices=[("yes", "有物业"), ("no", "无物业，社区代管")],
    )
    groups = forms.MultipleChoiceField(
        label="归口专班", required=False, widget=forms.CheckboxSelectMultiple,
        choices=[("env", "市容环境组"), ("market", "市场整治组"), ("traffic", "交通秩序组")],
        help_text="可以多选。",
    )  # fmt: skip
    is_public = forms.BooleanField(label="在公众页上显示", required=False)
    photo = forms.FileField(label="现场照片", required=False, help_text="拍全貌一张、近景一张。")


def _forms() -> dict[str, SampleForm]:
    fresh = SampleForm(initial={"name": "幸福里小区", "kind": "compound", "stall": "no"})
    bad = SampleForm(
        {
            "name": "",
            "kind": "",
            "lamps": "-3",
            "stall": "",
            "words": "早上六点多，菜筐把北门通道堵了。",
        },
        prefix=None,
    )
    bad.is_valid()
    bad.add_error(None, "这个点位的坐标落在衡阳市以外，请核对经纬度。")
    return {"form": fresh, "bad_form": bad}


UNITS: Final = [
    {"code": "U-0417", "name": "雁峰区城市管理和综合执法局", "kind": "区直部门", "area": "雁峰区", "people": 12, "open": 23, "late": 2, "rate": Decimal("94.12")},
    {"code": "U-0421", "name": "黄茶岭街道办事处", "kind": "街道", "area": "雁峰区 黄茶岭街道", "people": 8, "open": 9, "late": 1, "rate": Decimal("88.00")},
    {"code": "U-0102", "name": "市路灯管理处", "kind": "市直单位", "area": "衡阳市", "people": 4, "open": 6, "late": 0, "rate": Decimal("100.00")},
    {"code": "U-0533", "name": "西湖农贸市场管理公司", "kind": "企业", "area": "蒸湘区 红湘街道", "people": 1, "open": 0, "late": 0, "rate": None},
]  # fmt: skip

TODO: Final = [
    ("rework", "返工", "back", "1 件", [("盲道砖松动，仍有三块未固定", "yellow", "解放路 112 号门前 · 核查说：“补了两块，西侧三块还在晃”", _soon("还剩 2 小时", 0.86), "看照片，重交")], ""),
    ("submit", "交整改", "camera", "5 件，先到期的在前", [
        ("占道经营堵塞盲道", "white", "解放路中山路口 · HY-2026-004018 · 网格上报", _soon("还剩 3 小时", 0.86), "交整改照片"),
        ("商户门前三包未落实，垃圾外溢", "", "环城南路 23–31 号 · HY-2026-004035 · 督查", _soon("还剩 3 小时", 0.8), "交整改照片"),
        ("共享单车乱停，占人行道", "", "雁峰公园西门 · HY-2026-004049 · 随手拍，2 人附议", _runs("还剩 1 天", 0.56), "交整改照片"),
        ("墙面小广告", "", "苏眼井巷 · HY-2026-004061 · 督查", _runs("还剩 2 天", 0.35), "交整改照片"),
    ], "还有 1 件，下周二到期"),
    ("acknowledge", "签收问题", "check", "4 件", [
        ("流动摊贩聚集，噪声扰民", "", "先锋路夜市 · HY-2026-004082 · 12345 热线 · 限 8 工作小时", _soon("签收还剩 1 小时", 0.6), "签收"),
        ("店招破损有坠落危险", "", "蒸湘南路 9 号 · HY-2026-004085 · 随手拍 · 限 4 工作小时", _runs("签收还剩 2 小时", 0.35), "签收"),
    ], "还有 2 件"),
]  # fmt: skip

NIGHT: Final = [
    ("巷子里三盏路灯不亮，老人摔了一跤", "随手拍 昨天 21:46 · 石鼓区 向阳社区 牛角巷", "交给 · 限 1 天", "市路灯管理处", "交办"),
    ("垃圾桶倒了没人管，一地都是", "随手拍 昨天 22:10 · 珠晖区 苗圃街道 · 3 人附议", "交给 · 限 4 小时", "珠晖区环卫所", "交办"),
    ("水果摊又占了盲道", "网格员 今天 08:15 · 雁峰区 · 像是 HY-2026-004018", "并入在办件", "HY-2026-004018", "并入"),
]  # fmt: skip

IMPORT_ERRORS: Final = [
    (3, "area", "430499", "没有这个区域代码。请先导入区域，或改成衡阳市的代码。"),
    (18, "due_at", "2026-11-31", "没有这一天。日期写成 2026-11-30 或 2026/11/30。"),
    (18, "unit", "市城管局（旧）", "单位“市城管局（旧）”已停用，请改成现在的单位。"),
    (204, "closed_at", "2026-10-02 09:00", "销号早于核查（2026-10-03 15:20），请核对先后。"),
]


def _rail(current: str) -> list[RailItem]:
    places = (
        ("inbox", "收件箱", "inbox", 23), ("ledger", "问题", "case", 0), ("inspect", "督查", "inspect", 0),
        ("form", "点位", "site", 0), ("list", "单位", "building", 0), ("figure", "考核", "chart", 0),
        ("import", "导入", "upload", 0), ("index", "部件", "layers", 0),
    )  # fmt: skip
    return [
        RailItem(
            f"/styleguide/{name}/", label, icon, count, current in {name, _IS_IN.get(name, name)},
            at_end=name == "index",
        )
        for name, label, icon, count in places
    ]  # fmt: skip


_IS_IN: Final = {"ledger": "case", "inbox": "inbox-empty"}


def _shell() -> Shell:
    areas = [("衡阳市", 0, 1284), ("珠晖区", 1, 263), ("雁峰区", 1, 521), ("黄茶岭街道", 2, 88), ("幸福社区", 3, 14), ("石鼓区", 1, 402)]  # fmt: skip
    return Shell(
        person="创建办",
        post="综合组 值班岗",
        now=NOW,
        area="衡阳市",
        areas=[AreaItem("#", label, depth, depth == 0, count) for label, depth, count in areas],
        area_search_url="/styleguide/",
        inbox_url="/styleguide/inbox/",
        inbox_count=23,
        account_url="#",
    )


def context(request: HttpRequest, name: str, *, now: datetime) -> dict[str, Any]:
    """Everything that the pages of the style guide show."""
    districts = _districts()
    rate = _rate(2537, 2948)
    return {
        "request": request,
        "pages": PAGES,
        "rail": _rail(name),
        "shell": _shell(),
        "now": NOW,
        "real_now": now,
        "icons": ICONS,
        "statuses": list(zip(STATUS, ("待受理", "待交办", "待签收", "整改中", "待核查", "待销号", "已销号", "返工", "挂账", "不予受理", "已并入"), strict=True)),
        "clocks": CLOCKS,
        "slips": list(SLIPS),
        "plates": list(PLATES),
        "rows": ROWS,
        "row": ROWS[4],
        "page": Page(ROWS, "", "next", 1),
        "last_page": Page(UNITS, "previous", "", 51),
        "views": VIEWS,
        "filters": FILTERS,
        "picture": _picture(),
        "timeline": TIMELINE,
        "before": {"url": "/static/img/sample-before.svg", "thumb": "/static/img/sample-before.svg", "alt": "整改前：消防通道被电动自行车和杂物占满", "label": "整改前", "stamp": "11-17 09:14 督查二组"},
        "after": {"url": "/static/img/sample-after.svg", "thumb": "/static/img/sample-after.svg", "alt": "整改后：消防通道已清空，地面重新划线", "label": "整改后", "stamp": "11-20 09:58 黄茶岭街道"},
        "photo_groups": [
            {"label": "前", "photos": [{"url": "/static/img/sample-before.svg", "thumb": "/static/img/sample-before.svg", "alt": "前 第 1 张", "current": True}]},
            {"label": "后", "photos": [{"url": "/static/img/sample-after.svg", "thumb": "/static/img/sample-after.svg", "alt": "后 第 1 张", "current": True}, {"url": "/static/img/sample-before.svg", "thumb": "/static/img/sample-before.svg", "alt": "后 第 2 张", "flagged": True}]},
        ],
        "site_facts": [("点位", "幸福里小区 3 栋北侧通道"), ("区域", "雁峰区 黄茶岭街道 幸福社区"), ("主办", "黄茶岭街道办事处"), ("协办", "雁峰区消防救援大队"), ("包联", "市住建局（幸福社区）"), ("备注", "")],
        "crumbs": [("问题台账", "/styleguide/ledger/"), ("今天要盯", None)],
        "todo": TODO,
        "night": NIGHT,
        "districts": districts,
        "rate": rate,
        "reach": max(abs(row["rate"] - rate) for row in districts),
        "trend": drawing.trend([(month, Decimal(value)) for month, value in zip(_MONTHS, _TREND, strict=True)], last_words="86.06%"),
        "units": UNITS,
        "import_errors": IMPORT_ERRORS,
        "sample_dates": [NOW, _at(19, 8, 40), _at(17, 9, 30), datetime(2025, 12, 30, tzinfo=UTC)],
        "sample_spans": [timedelta(hours=3, minutes=25), timedelta(days=2, hours=4), timedelta(minutes=-40), timedelta(hours=-51)],
        "kinds": ("success", "info", "warning", "error"),
        **_forms(),
    }  # fmt: skip
