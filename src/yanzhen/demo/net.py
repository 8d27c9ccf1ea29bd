"""The net of the demonstration city: units, people with posts, and sites, as rows to be added.

Pure: nothing here touches the database. Areas are real; everything else comes from the seed.
"""

import csv
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from importlib import resources

from shapely.geometry.base import BaseGeometry

from yanzhen.demo.outlines import point_inside
from yanzhen.demo.words import made_up_name

CITY = "4304"
INNER = ("430405", "430406", "430407", "430408")
"""The four inner districts, where most inspecting is done."""
INNER_SHARE = 0.72
PLAIN_NAMES = 0.4

CITY_UNITS: tuple[tuple[str, str], ...] = (
    ("CG", "城市管理和综合执法局"),
    ("ZJ", "住房和城乡建设局"),
    ("SJ", "市场监督管理局"),
    ("JJ", "公安局交通警察支队"),
    ("XF", "消防救援支队"),
    ("JT", "交通运输局"),
    ("WJ", "卫生健康委员会"),
    ("JY", "教育局"),
    ("WL", "文化旅游广电体育局"),
    ("SW", "商务局"),
    ("MZ", "民政局"),
    ("ZW", "政务服务中心"),
    ("YL", "园林绿化中心"),
    ("LD", "路灯管理处"),
    ("HW", "环境卫生中心"),
    ("GJ", "公共交通集团"),
    ("SH", "水务集团"),
    ("GD", "供电公司"),
)
DISTRICT_UNITS: tuple[tuple[str, str], ...] = (
    ("CG", "城市管理和综合执法局"),
    ("ZJ", "住房和城乡建设局"),
    ("SJ", "市场监督管理局"),
    ("JJ", "交警大队"),
    ("XF", "消防救援大队"),
    ("WJ", "卫生健康局"),
    ("JY", "教育局"),
    ("WL", "文化旅游广电体育局"),
    ("MZ", "民政局"),
)
OWNERS: tuple[tuple[str, str], ...] = (
    ("市场", "SJ"), ("药店", "SJ"), ("餐饮", "SJ"), ("消费", "SJ"), ("商场", "SJ"), ("超市", "SJ"),
    ("医", "WJ"), ("学校", "JY"), ("校园", "JY"), ("青少年", "JY"),
    ("路口", "JJ"), ("公交", "JJ"), ("出租", "JJ"), ("车站", "JJ"), ("火车", "JJ"), ("客运", "JJ"),
    ("影剧", "WL"), ("旅行", "WL"), ("景", "WL"), ("网吧", "WL"),
    ("网络", "WL"), ("文化", "WL"), ("宾馆", "WL"), ("教育基地", "WL"),
    ("工地", "ZJ"), ("围挡", "ZJ"), ("公园", "ZJ"), ("避难", "ZJ"), ("供水", "ZJ"), ("供气", "ZJ"),
    ("道", "CG"), ("街", "CG"), ("厕", "CG"), ("环卫", "CG"),
    ("转运", "CG"), ("中转", "CG"), ("广场", "CG"), ("城乡", "CG"),
    ("救助", "MZ"), ("殡", "MZ"),
)  # fmt: skip
"""Which department of the district answers for a type of site: the first word that its name holds.
Compounds, neighbourhood offices and whatever else go to the street."""

WEIGHTS: tuple[tuple[str, int], ...] = (
    ("小区", 16), ("背街", 12), ("主", 10), ("市场", 8), ("社区", 7), ("商业", 5), ("公厕", 6), ("路口", 6),
    ("学校", 6), ("公园", 4), ("广场", 4), ("公交", 4), ("商场", 4), ("医", 4), ("餐饮", 4),
)  # fmt: skip
ROADS = [
    "解放",
    "中山",
    "蒸阳",
    "船山",
    "环城",
    "雁城",
    "岳屏",
    "湘江",
    "先锋",
    "常胜",
    "红湘",
    "衡祁",
    "东风",
    "粤汉",
    "合江",
    "青山",
    "石鼓",
    "雁栖",
]
COMPOUNDS = [
    "幸福里",
    "葵花里",
    "向阳院",
    "锦绣园",
    "书香苑",
    "临江苑",
    "桂花园",
    "和平新村",
    "建设新村",
    "金桥花园",
    "雅士林",
    "丰泽园",
]


@dataclass(frozen=True)
class TypeOfSite:
    """What the generator needs to know of a site type."""

    code: str
    name: str


@dataclass
class Net:
    """All rows of the net, in the columns that imports use."""

    areas: list[dict[str, str]]
    units: list[dict[str, str]] = field(default_factory=list)
    people: list[dict[str, str]] = field(default_factory=list)
    sites: list[dict[str, str]] = field(default_factory=list)

    def children(self) -> dict[str, list[str]]:
        """Codes right below a code, in order."""
        below: dict[str, list[str]] = defaultdict(list)
        for row in self.areas:
            below[row["parent"]].append(row["code"])
        return below

    def names(self) -> dict[str, str]:
        """Area names by code."""
        return {row["code"]: row["name"] for row in self.areas}


def stem(name: str) -> str:
    """The bare name of a place: 先锋 of 先锋街道, 苏眼井 of 苏眼井社区居委会."""
    for ending in (
        "社区居民委员会",
        "社区居委会",
        "居民委员会",
        "村委会",
        "居委会",
        "社区",
        "街道",
        "镇",
        "乡",
        "村",
    ):
        if name.endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return name


def read_areas() -> list[dict[str, str]]:
    """The real areas, city to community, and made-up grids in the communities of the inner districts."""
    text = (
        resources.files("yanzhen.demo").joinpath("data/hengyang_areas.csv").read_text("utf-8-sig")
    )
    rows = list(csv.DictReader(text.splitlines()))
    grids = [
        {
            "code": f"{row['code']}{place:03d}",
            "name": f"{stem(row['name'])}第{place}网格",
            "level": "grid",
            "parent": row["code"],
        }
        for row in rows
        if row["level"] == "community" and row["code"].startswith(INNER)
        for place in (1, 2)
    ]
    return rows + grids


def _unit(code: str, name: str, kind: str, area: str, parent: str) -> dict[str, str]:
    return {"code": code, "name": name, "kind": kind, "area": area, "parent": parent}


def _units(net: Net) -> Iterator[dict[str, str]]:
    yield _unit("ZHB", "文明创建指挥部", "command", CITY, "")
    yield _unit("CJB", "市创建办", "office", CITY, "ZHB")
    yield _unit("DCZ", "市督查组", "office", CITY, "ZHB")
    for code, name in CITY_UNITS:
        yield _unit(f"S-{code}", f"市{name}", "city", CITY, "")
    for area in net.areas:
        if area["level"] == "district":
            short = area["name"].removeprefix("湖南衡阳")
            yield _unit(f"{area['code']}-CJB", f"{short}创建办", "office", area["code"], "CJB")
            for code, name in DISTRICT_UNITS:
                yield _unit(
                    f"{area['code']}-{code}",
                    f"{short}{name}",
                    "district",
                    area["code"],
                    f"S-{code}",
                )
        elif area["level"] == "street":
            kind = (
                "人民政府"
                if area["name"].endswith(("镇", "乡"))
                else "办事处"
                if area["name"].endswith("街道")
                else "管理办"
            )
            yield _unit(f"J-{area['code']}", f"{area['name']}{kind}", "street", area["code"], "")
        elif area["level"] == "community" and area["code"].startswith(INNER):
            yield _unit(
                f"Q-{area['code']}",
                area["name"],
                "community",
                area["code"],
                f"J-{area['code'][:9]}",
            )


def _people(net: Net) -> Iterator[dict[str, str]]:
    count = 0

    def person(
        username: str, unit: str, role: str, title: str, *, area: str = ""
    ) -> dict[str, str]:
        nonlocal count
        count += 1
        scope = {"area": area, "unit": unit}
        return {
            "username": username,
            "name": made_up_name(count),
            "role": role,
            "title": title,
            **scope,
        }

    yield person("admin", "CJB", "admin", "系统管理岗", area=CITY)
    yield person("operator", "CJB", "operator", "综合组值班岗", area=CITY)
    yield person("operator2", "CJB", "operator", "督办组值班岗", area=CITY)
    yield person("auditor", "CJB", "auditor", "审计岗", area=CITY)
    yield person("leader", "ZHB", "steward", "包联领导", area=CITY)
    for place in range(1, 13):
        yield person(
            f"inspector{place:02d}", "DCZ", "inspector", f"督查{(place + 1) // 2}组", area=CITY
        )
    for area in net.areas:
        if area["level"] == "district":
            yield person(
                f"op{area['code']}",
                f"{area['code']}-CJB",
                "operator",
                "区县值班岗",
                area=area["code"],
            )
            yield person(
                f"lead{area['code']}",
                f"{area['code']}-CJB",
                "steward",
                "区县包联领导",
                area=area["code"],
            )
        if area["level"] == "community" and area["code"].startswith(INNER):
            yield person(
                f"grid{area['code']}", f"Q-{area['code']}", "keeper", "网格岗", area=area["code"]
            )
    for unit in net.units:
        if unit["kind"] in {"city", "district", "street"}:
            yield person(username_of(unit["code"]), unit["code"], "handler", "经办岗")


def username_of(unit: str) -> str:
    """The user name of a unit's handler: `cg430406` for `430406-CG`, `slx` for `S-LX`."""
    first, _, last = unit.lower().partition("-")
    return f"{last}{first}" if first.isdigit() else f"{first}{last}"


def owner_of(type_name: str, area: str) -> str:
    """The code of the unit that answers for a site of this type in this area."""
    for word, department in OWNERS:
        if word in type_name:
            return f"{area[:6]}-{department}"
    return f"J-{area[:9]}"


def _site_name(type_name: str, place: str, dice: random.Random) -> str:
    if "小区" in type_name:
        return (
            f"{dice.choice(COMPOUNDS)}小区"
            if dice.random() < PLAIN_NAMES
            else f"{place}{dice.choice(COMPOUNDS)}"
        )
    if "干道" in type_name or "大街" in type_name:
        return f"{dice.choice(ROADS)}{dice.choice(('大道', '路', '北路', '南路'))}{place}段"
    if "背街" in type_name:
        return f"{place}{dice.choice('一二三四五六七八')}巷"
    if "路口" in type_name:
        first, second = dice.sample(ROADS, 2)
        return f"{first}路{second}路口"
    return f"{place}{type_name.split('、', maxsplit=1)[0].split('（', maxsplit=1)[0]}"


def _sites(
    net: Net,
    types: list[TypeOfSite],
    outlines: dict[str, BaseGeometry],
    dice: random.Random,
    count: int,
) -> Iterator[dict[str, str]]:
    names = net.names()
    inner = [
        row["code"]
        for row in net.areas
        if row["level"] == "community" and row["code"].startswith(INNER)
    ]
    outer = [
        row["code"]
        for row in net.areas
        if row["level"] == "community"
        and not row["code"].startswith(INNER)
        and row["code"] in outlines
    ]
    weights = [next((weight for word, weight in WEIGHTS if word in kind.name), 2) for kind in types]
    seen: set[tuple[str, str]] = set()
    number = 0
    while number < count:
        kind = types[number] if number < len(types) else dice.choices(types, weights)[0]
        area = dice.choice(inner if dice.random() < INNER_SHARE else outer)
        name = _site_name(kind.name, stem(names[area]), dice)
        if (area, name) in seen:
            continue
        seen.add((area, name))
        number += 1
        point = point_inside(outlines[area], dice)
        yield {
            "code": f"D-{area[:6]}-{number:04d}",
            "name": name,
            "type": kind.code,
            "area": area,
            "lat": str(Decimal(point.y).quantize(Decimal("0.000001"))),
            "lon": str(Decimal(point.x).quantize(Decimal("0.000001"))),
            "unit": owner_of(kind.name, area),
        }


def make_net(
    areas: list[dict[str, str]],
    types: list[TypeOfSite],
    outlines: dict[str, BaseGeometry],
    *,
    seed: int,
    sites: int,
) -> Net:
    """Make the whole net from the seed; `sites` at least as many as there are types."""
    dice = random.Random(seed)
    net = Net(areas=areas)
    net.units = list(_units(net))
    net.people = list(_people(net))
    net.sites = list(_sites(net, types, outlines, dice, sites))
    return net
