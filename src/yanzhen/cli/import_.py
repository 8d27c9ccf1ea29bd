"""`yanzhen import`: a ledger out of a file, all of it or nothing."""

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from django.utils import timezone

from yanzhen.accounts.operations import system_user
from yanzhen.core.errors import Refused, RowError, RowErrors
from yanzhen.exchange.errors import KindUnknown
from yanzhen.exchange.kind import Kind, Options
from yanzhen.exchange.operations import import_file
from yanzhen.exchange.registry import kind_named
from yanzhen.exchange.taking import Outcome, places_from

DONE, REFUSED, WRONG_USE = 0, 1, 2
SAY_EVERY = 1.0
"""Seconds between two lines about how far the work is."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "kind",
        metavar="KIND",
        help="种类：areas 区域、units 单位、people 人员、site-types 点位类型、sites 点位、"
        "categories 类别、cases 问题、reports 群众来件",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="CSV 或 Excel（.xlsx）文件")
    parser.add_argument("--dry-run", action="store_true", help="只核对，不写入")
    parser.add_argument("--json", action="store_true", help="结果输出为 JSON")
    parser.add_argument("--sheet", default="", help="Excel 工作表名（默认第一张）")
    parser.add_argument("--map", type=Path, metavar="FILE", help="地名对照表（列：place, area）")
    parser.add_argument("--area", default="", metavar="CODE", help="没写区域的行归到这个区域")
    parser.add_argument("--source", default="", help="来件的来源（默认 letter 来信）")
    parser.add_argument("--passwords", type=Path, metavar="FILE", help="新账号的一次性密码写到这里")
    parser.add_argument("--quiet", action="store_true", help="不输出进度")


def run(args: argparse.Namespace) -> int:
    try:
        kind = kind_named(args.kind)
    except KindUnknown as refusal:
        return _wrong_use(str(refusal))
    for path in filter(None, (args.file, args.map)):
        if not path.is_file():
            return _wrong_use(f"没有文件“{path}”。")
    try:
        outcome = import_file(
            kind=kind.code,
            path=args.file,
            options=_options(args),
            is_dry=args.dry_run,
            actor=system_user(),
            now=timezone.now(),
            progress=_Progress(is_quiet=args.quiet),
        )
    except Refused as refusal:
        return _refuse(kind, refusal, as_json=args.json)
    _tell_passwords(outcome.brought.secrets, args.passwords, is_dry=args.dry_run)
    _tell(kind, outcome, as_json=args.json, is_dry=args.dry_run)
    return DONE


def _options(args: argparse.Namespace) -> Options:
    return Options(
        sheet=args.sheet,
        area_code=args.area,
        places=places_from(args.map, name=args.map.name) if args.map else {},
        source=args.source,
    )


def _wrong_use(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return WRONG_USE


def _tell(kind: Kind, outcome: Outcome, *, as_json: bool, is_dry: bool) -> None:
    brought = outcome.brought
    for note in brought.notes:
        print(note, file=sys.stderr)
    if as_json:
        _print_json(kind, outcome.row_count, brought.created, brought.updated, [])
        return
    start = "核对无误，可以导入" if is_dry else "已导入"
    print(
        f"{start}：{kind.label} {outcome.row_count} 行，新增 {brought.created}，"
        f"更新 {brought.updated}，未变 {brought.unchanged}。"
    )


def _refuse(kind: Kind, refusal: Refused, *, as_json: bool) -> int:
    errors = refusal.errors if isinstance(refusal, RowErrors) else [RowError(0, "", str(refusal))]
    if as_json:
        _print_json(kind, 0, 0, 0, errors)
    labels = {column.name: str(column.label) for column in kind.columns_in()}
    for error in errors:
        label = labels.get(error.column, error.column)
        where = f"第 {error.row} 行 {label}：" if error.row else ""
        print(f"{where.replace(' ：', '：')}{error.reason}", file=sys.stderr)
    if isinstance(refusal, RowErrors):
        print(f"共 {len(errors)} 处错误，一行也没有导入。", file=sys.stderr)
    return REFUSED


def _print_json(
    kind: Kind, rows: int, created: int, updated: int, errors: Sequence[RowError]
) -> None:
    told = [{"row": error.row, "column": error.column, "reason": error.reason} for error in errors]
    answer = {
        "kind": kind.code,
        "rows": rows,
        "created": created,
        "updated": updated,
        "errors": told,
    }
    print(json.dumps(answer, ensure_ascii=False, indent=2))


def _tell_passwords(secrets: Mapping[str, str], path: Path | None, *, is_dry: bool) -> None:
    """Hand out one-time passwords: into a file that only its owner can read, or on stderr."""
    if not secrets or is_dry:
        return
    lines = [f"{name},{password}" for name, password in sorted(secrets.items())]
    if path is None:
        print("新账号的一次性密码（只显示这一次）：", *lines, sep="\n", file=sys.stderr)
        return
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8-sig") as file:
        print("username,password", *lines, sep="\n", file=file)
    print(f"新账号的一次性密码已写到 {path}。", file=sys.stderr)


class _Progress:
    """Says now and then how far the work is."""

    def __init__(self, *, is_quiet: bool) -> None:
        self.is_quiet, self.said_at = is_quiet, time.monotonic()

    def __call__(self, doing: str, done: int, total: int) -> None:
        if self.is_quiet or time.monotonic() - self.said_at < SAY_EVERY:
            return
        self.said_at = time.monotonic()
        print(f"{doing or '处理'} {done:,} / {max(total, done):,}", file=sys.stderr)
