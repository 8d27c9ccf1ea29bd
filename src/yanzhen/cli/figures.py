"""`yanzhen figures`: the figures of the house, for people as a table, for programs as JSON."""

import argparse
import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

FILTERS = {
    "unit": "责任单位代码（含下级）",
    "site_type": "点位类型代码",
    "category": "类别代码（含下级）",
    "source": "来源代码",
    "severity": "程度代码",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="指标代号，不写则为全部")
    parser.add_argument("--area", default="", metavar="CODE", help="区域代码；不写则不限区域")
    parser.add_argument(
        "--from", dest="from_on", type=_day, metavar="DATE", help="起始日期，含当日"
    )
    parser.add_argument("--to", dest="to_on", type=_day, metavar="DATE", help="截止日期，含当日")
    parser.add_argument(
        "--as-of", type=_moment, metavar="DATETIME", help="统计时刻，不写时区按本市；默认现在"
    )
    parser.add_argument(
        "--by",
        default="",
        metavar="DIM",
        help="再按这一项分开：area（下一级区域）、district、street、community、grid、unit、"
        "site_type、category、source、severity、month",
    )
    for name, words in FILTERS.items():
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, default="", metavar="CODE", help=f"只看这个{words}")
    parser.add_argument("--json", action="store_true", help="输出 JSON")


def run(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from yanzhen.cli.tables import require_tables
    from yanzhen.figures import registry

    require_tables()
    values = registry.compute(
        args.names or [figure.code for figure in registry.all_figures()],
        area=args.area,
        from_on=args.from_on,
        to_on=args.to_on,
        as_of=args.as_of or timezone.now(),
        filters={name: getattr(args, name) for name in FILTERS},
        by=args.by,
    )
    if args.json:
        print(json.dumps([as_json(value) for value in values], ensure_ascii=False, indent=1))
    else:
        for line in as_table(values, by=args.by):
            print(line)
    return 0


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”不是日期，应形如 2026-11-21") from None


def _moment(text: str) -> datetime:
    """A moment with at least its minute; without an offset, on the city's clock."""
    from yanzhen.core.time import city_zone

    wrong = argparse.ArgumentTypeError(f"“{text}”不是时刻，应形如 2026-11-21T14:05")
    if ":" not in text:
        raise wrong
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise wrong from None
    return moment if moment.tzinfo else moment.replace(tzinfo=city_zone())


def as_json(value: Any) -> dict[str, Any]:
    """One value as programs read it.

    `value` is an exact decimal as text, or null where there is nothing to divide by. What was
    not asked for (`area`, `from`, `to`) is null. With `--by` two keys more tell of which part of
    the whole it is; where the parts are areas, `area` is the part's.
    """
    from yanzhen.core.words import here

    question = value.question
    shown = {
        "figure": value.figure.code,
        "area": value.area or None,
        "from": question.from_on and question.from_on.isoformat(),
        "to": question.to_on and question.to_on.isoformat(),
        "as_of": here(question.as_of).isoformat(),
        "value": None if value.value is None else str(value.value),
        "numerator": value.numerator,
        "denominator": value.denominator,
        "unit": str(value.figure.unit.label),
    }
    return shown | ({"by": value.by, "key": value.key} if value.by else {})


# --- For people ---------------------------------------------------------------------------------


def as_table(values: Sequence[Any], *, by: str) -> list[str]:
    """The values in columns, numbers to the right."""
    from yanzhen.figures.registry import key_labels

    labels = key_labels(values)
    heading = ["指标", "代号", *(["分组"] if by else []), "值", "", "分子", "分母"]
    rows = [heading, *(_cells(value, labels if by else None) for value in values)]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    right = {len(widths) - 4, len(widths) - 2, len(widths) - 1}
    return [
        "  ".join(
            _pad(cell, width, to_the_right=place in right)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _cells(value: Any, labels: Mapping[str, str] | None) -> list[str]:
    return [
        str(value.figure.name),
        value.figure.code,
        *([labels[value.key]] if labels is not None else []),
        _number(value.value),
        str(value.figure.unit.label),
        _number(value.numerator),
        _number(value.denominator),
    ]


def _number(number: Any) -> str:
    return "—" if number is None else f"{number:,}"


def _width(text: str) -> int:
    """How many columns of a terminal the text takes: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _pad(text: str, width: int, *, to_the_right: bool) -> str:
    blanks = " " * (width - _width(text))
    return blanks + text if to_the_right else text + blanks
