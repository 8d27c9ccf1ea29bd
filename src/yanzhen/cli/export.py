"""`yanzhen export`: a ledger into a file, or an empty one to fill in."""

import argparse
import sys
from pathlib import Path

from django.utils import timezone

from yanzhen.accounts.operations import system_user
from yanzhen.exchange.errors import KindUnknown, SuffixUnknown
from yanzhen.exchange.operations import export_file
from yanzhen.exchange.registry import kind_named
from yanzhen.exchange.writing import suffix_of, write_template

DONE, WRONG_USE = 0, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "kind",
        metavar="KIND",
        help="种类：areas 区域、units 单位、people 人员、site-types 点位类型、sites 点位、"
        "categories 类别、cases 问题、reports 群众来件",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="写到这里，以 .csv 或 .xlsx 结尾")
    parser.add_argument("--template", action="store_true", help="只写导入模板，不含数据")
    parser.add_argument("--area", default="", metavar="CODE", help="只导出这个区域及其下级")


def run(args: argparse.Namespace) -> int:
    try:
        kind = kind_named(args.kind)
        suffix = suffix_of(args.file.name)
    except (KindUnknown, SuffixUnknown) as refusal:
        print(refusal, file=sys.stderr)
        return WRONG_USE
    if not args.file.absolute().parent.is_dir():
        print(f"没有文件夹“{args.file.absolute().parent}”。", file=sys.stderr)
        return WRONG_USE
    if args.template:
        write_template(args.file, suffix=suffix, kind=kind)
        print(f"模板已写到 {args.file}。")
        return DONE
    row = export_file(
        kind=kind.code,
        path=args.file,
        area_code=args.area,
        actor=system_user(),
        now=timezone.now(),
    )
    print(f"已导出{kind.label} {row.row_count} 行到 {args.file}。")
    return DONE
