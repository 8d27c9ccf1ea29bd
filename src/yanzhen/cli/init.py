"""`yanzhen init`: the database and what a city needs before its first case. Safe to repeat."""

import argparse
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.utils.module_loading import import_string

from yanzhen.cli import assets

INSTALLATIONS = [
    ("系统账号", "yanzhen.accounts.operations.install_system_user"),
    ("点位类型", "yanzhen.places.operations.install_site_types"),
    ("问题类别", "yanzhen.cases.operations.install_categories"),
    ("办理时限", "yanzhen.cases.operations.install_clock_policies"),
]
"""What is shipped, in the order in which it builds on itself; each adds what is missing."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="只在出错时输出")


def run(args: argparse.Namespace) -> int:
    initialise(say=(lambda _text: None) if args.quiet else print)
    return 0


def initialise(*, say: Callable[[str], None]) -> None:
    """Bring the installation up to this version: folders, tables, shipped rows, static files."""
    for folder in (settings.YANZHEN_HOME, settings.MEDIA_ROOT):
        Path(folder).mkdir(parents=True, exist_ok=True, mode=0o750)
    say("数据库：建立或更新数据表…")
    call_command("migrate", interactive=False, verbosity=0)
    for name, path in INSTALLATIONS:
        install: Callable[[], int] = import_string(path)
        count = install()
        say(f"{name}：新增 {count} 项" if count else f"{name}：已齐备")
    say("页面文件：已更新" if assets.collect() else "页面文件：已是最新")
